import type { ClientBase } from "pg";
import { withoutComments } from "./folder";

const identifier = String.raw`(?:"(?:[^"]|"")+"|[\w$]+)`;
const createConcurrently = new RegExp(
  String.raw`^create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?(${identifier})\s+on\s+(?:only\s+)?(${identifier}(?:\s*\.\s*${identifier})?)`,
  "i",
);

/**
 * Makes `CREATE INDEX CONCURRENTLY` repeatable after a half-way failure: the invalid index it left is dropped; a valid
 * one of that name on that table was finished by the earlier run and is kept (the drift check compares its definition).
 */
export async function clearForRetry(client: ClientBase, statement: string): Promise<"run" | "already there"> {
  const match = createConcurrently.exec(withoutComments(statement));
  const [, name, table] = match ?? [];
  if (name === undefined || table === undefined) return "run";
  const { rows } = await client.query<{ valid: boolean; index: string }>(
    `SELECT x.indisvalid AS valid, format('%I.%I', n.nspname, i.relname) AS index
     FROM pg_catalog.pg_index x
     JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace
     WHERE x.indrelid = to_regclass($1) AND i.relname = (parse_ident($2))[1]`,
    [table, name],
  );
  const found = rows[0];
  if (!found) return "run";
  if (found.valid) return "already there";
  await client.query(`DROP INDEX CONCURRENTLY ${found.index}`);
  return "run";
}
