import { DatabaseError, ValidationError } from "@org/db";

/** The tour found something else than it promised to show. Its message says what, and what to do. */
export class TourError extends Error {
  override readonly name = "TourError";
}

/** Stops the tour when a promise is not kept: a demo that continues after a failure proves nothing. */
export function promise(kept: boolean, otherwise: string): asserts kept {
  if (!kept) throw new TourError(otherwise);
}

/** The lines to print for a failure: its kind and its message, without a stack. */
export function describeFailure(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const lines = [`${error.name}: ${error.message || "no further description"}`];
  if (error instanceof ValidationError) lines.push(...error.issues.map((issue) => `${issue.path}: ${issue.message}`));
  if (error instanceof DatabaseError && error.sqlState) lines.push(`SQLSTATE ${error.sqlState}`);
  return lines;
}

/** Returns the message of the expected error. Success, and every other error, ends the tour. */
export async function refused(name: string, attempt: () => Promise<unknown>): Promise<string> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof DatabaseError && error.name === name) return `${name}: ${error.message}`;
    throw error;
  }
  throw new TourError(`An attempt that should be answered by ${name} succeeded`);
}
