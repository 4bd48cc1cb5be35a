import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseError, ValidationError } from "../core/errors";

export interface RetryOptions {
  /** Attempts in all, 1 to 5. */
  attempts: number;
}

const retryableCodes = new Set(["SERIALIZATION_FAILURE", "DEADLOCK"]);

/**
 * Runs a whole unit of work again when the server refused it with 40001 or 40P01, waiting with full jitter.
 * Never repeats work whose outcome is unknown. Throws the last error.
 */
export async function withRetry<T>(retry: boolean | RetryOptions | undefined, work: () => Promise<T>): Promise<T> {
  const attempts = retry === true ? 5 : retry ? retry.attempts : 1;
  if (!Number.isInteger(attempts) || attempts < 1 || attempts > 5) {
    throw new ValidationError("retry.attempts must be 1 to 5", [{ path: "retry.attempts", message: "use 1 to 5" }]);
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const again = error instanceof DatabaseError && retryableCodes.has(error.code) && error.outcome === "rolled-back";
      if (!again || attempt >= attempts) throw error;
      await sleep(Math.random() * Math.min(1_000, 10 * 2 ** attempt));
    }
  }
}
