import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from } from "pg-copy-streams";

const escapes: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
const escaped = (text: string) => text.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character);

// Neither one write to the socket for each row, nor all rows in one string.
const rowsPerPiece = 500;

function* pieces(rows: readonly (readonly string[])[]): Generator<string> {
  for (let start = 0; start < rows.length; start += rowsPerPiece) {
    const slice = rows.slice(start, start + rowsPerPiece);
    yield `${slice.map((row) => row.map(escaped).join("\t")).join("\n")}\n`;
  }
}

/** Writes rows with COPY in its text format. */
export async function copyInto(
  client: pg.ClientBase,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<number> {
  const copy = client.query(from(`copy ${table} (${columns.join(", ")}) from stdin`));
  await pipeline(Readable.from(pieces(rows)), copy);
  return copy.rowCount;
}

/** One transaction on a connection of the pool. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}
