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
    for (let start = 0; start < rows.length; start += size) await write(inner, rows.slice(start, start + size));
  });
}
