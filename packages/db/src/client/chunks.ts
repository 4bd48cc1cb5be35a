import { sql } from "drizzle-orm";
import type { Unit } from "./unit";

/**
 * Runs a bulk write in slices of `size` rows, as one transaction: all rows or none.
 * Slices keep the arrays small; above a few thousand rows a single statement gets slower per row.
 */
export async function inChunks<T>(
  unit: Unit,
  rows: readonly T[],
  size: number,
  write: (unit: Unit, chunk: readonly T[]) => Promise<void>,
): Promise<void> {
  if (rows.length === 0) return;
  await unit.atomic(async (inner) => {
    let planned = 0;
    for (let start = 0; start < rows.length; start += size) {
      // Plans made while the tables were small, those of the foreign keys among them, would read all rows for each new
      // one: they are made again each time the rows written have become four times as many.
      if (start >= 4 * planned && start > 0) {
        await inner.drizzle.execute(sql`discard plans`);
        planned = start;
      }
      await write(inner, rows.slice(start, start + size));
    }
  });
}
