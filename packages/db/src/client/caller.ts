import { DatabaseError } from "../core/errors";

/** Frames of a stack: enough to lead through the package and Drizzle to the caller. */
const frames = 30;

const placed = new WeakSet<DatabaseError>();

/**
 * Gives an error of the server the stack of the call that it answers, as far as somebody awaits that call. The error was
 * made when the answer came, when nothing of the caller was on the stack. It is called where a promise of the package is
 * rejected, so that a call which succeeds pays nothing.
 */
export function atCaller(error: unknown): unknown {
  if (!(error instanceof DatabaseError) || placed.has(error)) return error;
  placed.add(error);
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = frames;
  Error.captureStackTrace(error, atCaller);
  Error.stackTraceLimit = limit;
  return error;
}

/** Rejects as the promise does, with the stack of whoever awaits it. */
export const fromCaller = <T>(promise: Promise<T>): Promise<T> =>
  promise.catch((error: unknown) => {
    throw atCaller(error);
  });

/** The same error once more, for another caller: each has its own stack. */
export function copyOf(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const copy = new DatabaseError(error.message, error, error.code);
  return Object.assign(Object.setPrototypeOf(copy, Object.getPrototypeOf(error)), error);
}
