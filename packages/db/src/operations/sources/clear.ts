import { MigrationError } from "../../core/errors";

/** A view, trigger or function depends on what a statement changes. */
const dependencyCodes = new Set(["2BP01", "0A000"]);
const clearings = ["nothing", "views", "views and triggers"] as const;

/** What is dropped before tables change, because it stands in their way, and is made again afterwards. */
export type Clearing = (typeof clearings)[number];

/**
 * Runs the work with nothing cleared, and again with more cleared as long as an object depends on what a statement
 * changes. Each run must begin with the same state. Throws the error of the first run when none succeeds.
 */
export async function clearingObstacles<T>(work: (clear: Clearing) => Promise<T>): Promise<T> {
  let obstacle: unknown;
  for (const clear of clearings) {
    try {
      return await work(clear);
    } catch (error) {
      if (!(error instanceof MigrationError) || !dependencyCodes.has(error.sqlState ?? "")) throw error;
      obstacle ??= error;
    }
  }
  throw obstacle;
}
