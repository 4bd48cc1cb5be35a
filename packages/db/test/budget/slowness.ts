import { createHash } from "node:crypto";

/** What one loop takes on the quiet machine that the budgets were set on, in milliseconds. */
const quietLoopMs = 35;
const rounds = 60_000;

/** A fixed piece of work, long enough to be interrupted where others want the processor. Returns its milliseconds. */
export function calibrationLoop(): number {
  const started = performance.now();
  let text = "calibration";
  for (let n = 0; n < rounds; n += 1) text = createHash("sha1").update(text).digest("base64");
  return performance.now() - started;
}

/** How busy the machine is during a run: the same loop again and again, beside the tests. */
export class Slowness {
  readonly #samples: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Takes about one percent of a processor. */
  start(): void {
    this.#timer = setInterval(() => this.#samples.push(calibrationLoop()), 4_000);
    this.#timer.unref();
  }

  /** How many times longer than on a quiet machine the loop took, in the middle of all samples; at least one sample is made. */
  stop(): number {
    clearInterval(this.#timer);
    if (this.#samples.length === 0) this.#samples.push(calibrationLoop());
    const sorted = this.#samples.sort((a, b) => a - b);
    return (sorted[Math.floor(sorted.length / 2)] ?? quietLoopMs) / quietLoopMs;
  }
}
