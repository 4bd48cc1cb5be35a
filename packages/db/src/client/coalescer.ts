import { AsyncResource } from "node:async_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { DatabaseError, type ErrorCode, PoolExhaustedError } from "../core/errors";
import { copyOf } from "./caller";
import type { Batch, Unit } from "./unit";

/** One item, and the callbacks of its caller. Methods, not properties, so that a queue can hold calls of every type. */
interface Call<Item = unknown, Result = unknown> {
  readonly item: Item;
  readonly since: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** The calls of one batch in one scope. */
interface Queue {
  readonly batch: Batch<unknown, unknown>;
  /** Unit of the first caller; all units of a scope are equivalent. */
  readonly unit: Unit;
  readonly waiting: Call[];
}

// Batches run in their own asynchronous context, because they belong to no single caller's transaction or request.
const nobody = new AsyncResource("OrgDbBatches");

const splitInVain: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "CONNECTION_FAILED",
  "TIMEOUT",
  "DISK_FULL",
  "MIGRATION_FAILED",
]);

/** True when the server or a check refused the batch and nothing was written. A single item may be the cause. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof DatabaseError) || error.outcome !== "rolled-back" || error.retryable) return false;
  return (error.sqlState !== undefined || error.code === "VALIDATION_FAILED") && !splitInVain.has(error.code);
}

/**
 * Joins single calls of a process into batches. At most one batch of a kind and scope is in flight; calls that arrive
 * meanwhile form the next one, in order of arrival. An idle queue sends at the end of the event loop's turn, without a
 * timer. When calls wait, the next batch is sent before the callers of the last one get their results, so that they
 * continue while the server works.
 */
export class Coalescer {
  readonly #longestWait: number;
  // Keyed by batch, then by scope.
  readonly #queues = new WeakMap<Batch<unknown, unknown>, Map<string, Queue>>();
  #size = 0;

  /** `longestWait` in milliseconds: a call that waited longer for the batches before it is refused. */
  constructor(longestWait: number) {
    this.#longestWait = longestWait;
  }

  /** Number of queues. An idle queue is removed. */
  get size(): number {
    return this.#size;
  }

  /** Runs `item` in the next batch of its `scope`; calls meet where scope and batch are the same. */
  add<Item, Result>(scope: string, unit: Unit, batch: Batch<Item, Result>, item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const call: Call<Item, Result> = { item, since: performance.now(), resolve, reject };
      const queue = this.#queues.get(batch)?.get(scope);
      if (queue) queue.waiting.push(call);
      else this.#open(scope, { batch, unit, waiting: [call] });
    });
  }

  #open(scope: string, queue: Queue): void {
    const scopes = this.#queues.get(queue.batch) ?? new Map<string, Queue>();
    this.#queues.set(queue.batch, scopes.set(scope, queue));
    this.#size += 1;
    nobody.runInAsyncScope(() => this.#serve(scope, queue));
  }

  async #serve(scope: string, queue: Queue): Promise<void> {
    let untold: Answer[] = [];
    // Calls of the same turn of the event loop join this batch.
    await nextTurn();
    while (queue.waiting.length > 0) {
      const answers = answersTo(queue, this.#take(queue));
      // After one turn the batch has been sent.
      await nextTurn();
      for (const tell of untold) tell();
      untold = await answers;
      if (queue.waiting.length > 0) continue;
      for (const tell of untold.splice(0)) tell();
      // Callers that make another call now join the next batch.
      await nextTurn();
    }
    if (this.#queues.get(queue.batch)?.delete(scope)) this.#size -= 1;
  }

  /** Takes the calls of the next batch. Refuses calls that waited too long; nothing of them was sent. */
  #take({ batch, waiting }: Queue): Call[] {
    const oldest = performance.now() - this.#longestWait;
    const first = waiting.findIndex(({ since }) => since >= oldest);
    for (const call of waiting.splice(0, first < 0 ? waiting.length : first)) call.reject(waitedTooLong(batch.name));
    return waiting.splice(0, batch.most);
  }
}

const waitedTooLong = (statement: string) =>
  new PoolExhaustedError("The calls before this one took too long; nothing was written: send fewer at once", {
    statement,
    retryable: true,
  });

/** Settles one call with its result or error. */
type Answer = () => void;

/** Runs calls as one batch, and in halves when it is refused. Returns how to settle each call. Never rejects. */
async function answersTo(queue: Queue, calls: readonly Call[]): Promise<Answer[]> {
  if (calls.length === 0) return [];
  try {
    const outcomes = await outcomesOf(queue.batch, queue.unit, itemsOf(calls));
    return calls.map((call, index) => () => tell(call, outcomes[index]));
  } catch (error) {
    if (calls.length === 1 || !isRefusal(error))
      return calls.map((call, index) => () => call.reject(index === 0 ? error : copyOf(error)));
    const middle = Math.ceil(calls.length / 2);
    const first = await answersTo(queue, calls.slice(0, middle));
    return [...first, ...(await answersTo(queue, calls.slice(middle)))];
  }
}

const itemsOf = (calls: readonly Call[]) => calls.map(({ item }) => item);

function tell(call: Call, outcome: unknown): void {
  if (outcome instanceof Error) call.reject(outcome);
  else call.resolve(outcome);
}

/** Runs one item as a batch of its own: inside a transaction, whose outcome is not shared with others. */
export async function runAlone<Item, Result>(unit: Unit, batch: Batch<Item, Result>, item: Item): Promise<Result> {
  const [outcome] = await outcomesOf(batch, unit, [item]);
  if (outcome instanceof Error) throw outcome;
  return outcome as Result;
}

async function outcomesOf<Item, Result>(batch: Batch<Item, Result>, unit: Unit, items: readonly Item[]) {
  const outcomes = await batch.run(unit, items);
  if (outcomes.length === items.length) return outcomes;
  throw new TypeError(`Batch ${batch.name} answered ${outcomes.length} of ${items.length} items`);
}
