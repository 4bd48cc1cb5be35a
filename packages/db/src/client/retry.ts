import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseError, type ErrorCode, ValidationError } from "../core/errors";
import { Turns } from "./turns";

export interface RetryOptions {
  /** Attempts in all, 1 to 10. */
  attempts: number;
}

const mostAttempts = 10;

/**
 * The longest wait in milliseconds before the second attempt, doubled before each further one, and where doubling ends.
 * The server finds a deadlock a second after it arose (`deadlock_timeout`). Waits after one grow beyond that, because work
 * that comes back sooner queues up behind others that still wait for each other, and meets them again.
 */
const waits: Partial<Record<ErrorCode, { first: number; most: number }>> = {
  SERIALIZATION_FAILURE: { first: 20, most: 1_000 },
  DEADLOCK: { first: 100, most: 2_000 },
};

const turns = new Turns();

/** The longest wait for a turn in milliseconds. A repetition waits longer than a deadlock takes to be found. */
const waitForTurn = { repeated: 3_000, fresh: 1_000 };

/** How long units of a scope go on to run one after another when a repetition has ended, in milliseconds. */
const calmFor = 5_000;

/** How many units of a scope are repeated in turn, or were not longer ago than that; a scope without any has no entry. */
const repeating = new Map<string, number>();

/** Repeats a unit in turn. Those of the same scope that start meanwhile, or soon after, queue up behind it. */
async function inTurnAgain<T>(scope: string, work: () => Promise<T>): Promise<T> {
  repeating.set(scope, (repeating.get(scope) ?? 0) + 1);
  try {
    return await turns.inTurn(scope, waitForTurn.repeated, work);
  } finally {
    setTimeout(() => {
      const left = (repeating.get(scope) ?? 1) - 1;
      if (left > 0) repeating.set(scope, left);
      else repeating.delete(scope);
    }, calmFor).unref();
  }
}

/**
 * Runs a whole unit of work again when the server refused it with 40001 or 40P01, after a wait with full jitter. After a
 * deadlock, units of one `scope` are repeated one after another, so that they do not meet each other again: in this process
 * by a queue, and in all by a turn in the database, for which `work` waits so many milliseconds as it is called with. While
 * there are any in this process, and for a time after, new units that may be repeated queue up behind them and take turns
 * too. The time is bounded, as the queue of a busy scope never ends by itself. Never repeats work whose outcome is unknown.
 * Throws the last error, which says how often the work was tried.
 */
export async function withRetry<T>(
  retry: boolean | RetryOptions | undefined,
  scope: string,
  work: (waitForTurn?: number) => Promise<T>,
): Promise<T> {
  if (!retry) return work();
  const attempts = attemptsOf(retry);
  const { fresh, repeated } = waitForTurn;
  let run = repeating.has(scope) ? () => turns.inTurn(scope, fresh, () => work(fresh)) : () => work();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      const limits = error.outcome === "rolled-back" ? waits[error.code] : undefined;
      if (!limits || attempt >= attempts) throw afterAttempts(error, attempt);
      await sleep(Math.random() * Math.min(limits.most, limits.first * 2 ** (attempt - 1)));
      run = error.code === "DEADLOCK" ? () => inTurnAgain(scope, () => work(repeated)) : () => work();
    }
  }
}

function attemptsOf(retry: true | RetryOptions): number {
  const attempts = retry === true ? mostAttempts : retry.attempts;
  if (Number.isInteger(attempts) && attempts >= 1 && attempts <= mostAttempts) return attempts;
  const message = `use 1 to ${mostAttempts}`;
  throw new ValidationError(`retry.attempts must be 1 to ${mostAttempts}`, [{ path: "retry.attempts", message }]);
}

/** The error of work that was tried so often. Its message says so when it could have been tried again. */
function afterAttempts(error: DatabaseError, attempts: number): DatabaseError {
  if (waits[error.code]) error.message = `${error.message} (tried ${attempts === 1 ? "once" : `${attempts} times`})`;
  return Object.assign(error, { attempts });
}
