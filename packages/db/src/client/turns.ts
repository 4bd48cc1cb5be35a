import { setTimeout as sleep } from "node:timers/promises";

/** Lets work of the same key run one after another, in the order in which it came. */
export class Turns {
  /** Resolves when all the work of the key that came so far has ended. A key without work has none. */
  readonly #tails = new Map<string, Promise<void>>();

  /** True while work of the key runs or waits. */
  has(key: string): boolean {
    return this.#tails.has(key);
  }

  /**
   * Runs `work` when its turn has come, or when it has waited for `longestWait` milliseconds, as what is before it may be
   * long, or wait for it.
   */
  async inTurn<T>(key: string, longestWait: number, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key);
    let end: () => void = () => undefined;
    const own = new Promise<void>((resolve) => {
      end = resolve;
    });
    const tail = before ? before.then(() => own) : own;
    this.#tails.set(key, tail);
    void tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    try {
      if (before) await firstOf(before, longestWait);
      return await work();
    } finally {
      end();
    }
  }
}

async function firstOf(end: Promise<void>, milliseconds: number): Promise<void> {
  const timer = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([end, late]);
  timer.abort();
}
