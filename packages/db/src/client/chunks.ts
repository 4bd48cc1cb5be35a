import { setImmediate } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { Unit } from "./unit";

/** How a bulk write goes: `prepare` turns a slice of rows into parameters, `write` sends them. */
export interface ChunkedWrite<Row, Params> {
  size: number;
  /** Runs in the transaction before the first slice: locks what several slices need. */
  begin?: ((unit: Unit) => Promise<void>) | undefined;
  prepare(chunk: readonly Row[]): Params;
  write(unit: Unit, params: Params): Promise<void>;
}

/**
 * Runs a bulk write in slices, as one transaction: all rows or none. Above a few thousand rows a single statement gets
 * slower per row, so the slices stay below. The next slice is prepared while the server works on the current one.
 */
export async function inChunks<Row, Params>(
  unit: Unit,
  rows: readonly Row[],
  { size, begin, prepare, write }: ChunkedWrite<Row, Params>,
): Promise<void> {
  if (rows.length === 0) return;
  await unit.atomic(async (inner) => {
    await begin?.(inner);
    let planned = 0;
    let params = prepare(rows.slice(0, size));
    for (let start = 0; start < rows.length; start += size) {
      // Plans made while the tables were small scan them whole for each new row; so do the plans of foreign key checks.
      // All plans are discarded each time the number of written rows has quadrupled.
      if (start >= 4 * planned && start > 0) {
        await inner.drizzle.execute(sql`discard plans`);
        planned = start;
      }
      const writing = write(inner, params);
      const next = rows.slice(start + size, start + 2 * size);
      if (next.length > 0) {
        // After one turn of the event loop the statement has been sent.
        await setImmediate();
        params = prepare(next);
      }
      await writing;
    }
  });
}
