import type { ClientBase } from "pg";
import { readCatalogue } from "./read";
import { quoteFullName, quoteName } from "./text";
import type { ConstraintInfo, ReferenceInfo, SchemaError, TableInfo } from "./types";

export interface ScanOrphansOptions {
  readonly schemas: readonly string[];
  /** Counting stops here, per foreign key. Default 1000. */
  readonly limit?: number;
  /** Limit per foreign key. Default 60 s. */
  readonly statementTimeoutMs?: number;
  /** A role to read as that sees every row by policy (`platform`), for owners without BYPASSRLS. */
  readonly role?: string;
}

/**
 * Counts, for each foreign key, the rows without a parent. Under FORCE ROW LEVEL SECURITY an owner validates a new
 * foreign key against the rows it sees, which may be none; this scan finds the rows that passed unseen. Needs a login
 * that sees every row (superuser or BYPASSRLS), or `role`. A key that could not be read is an error too.
 */
export async function scanOrphans(client: ClientBase, options: ScanOrphansOptions): Promise<SchemaError[]> {
  const { schemas, limit = 1000, statementTimeoutMs = 60_000, role } = options;
  const catalogue = await readCatalogue(client, schemas);
  const errors: SchemaError[] = [];
  for (const table of catalogue.tables) {
    for (const constraint of table.constraints) {
      if (constraint.references === undefined) continue;
      const object = `constraint ${table.fullName}.${constraint.name}`;
      const query = orphanQuery(table, constraint, constraint.references, limit);
      const found = await count(client, query, statementTimeoutMs, role);
      if (found !== 0) errors.push(report(object, found, limit));
    }
  }
  return errors;
}

/** The number of orphans, or the SQLSTATE that kept us from counting. */
async function count(
  client: ClientBase,
  query: string,
  statementTimeoutMs: number,
  role: string | undefined,
): Promise<number | string> {
  await client.query("BEGIN READ ONLY");
  try {
    await client.query("SELECT set_config('statement_timeout', $1, true), set_config('row_security', $2, true)", [
      String(statementTimeoutMs),
      role === undefined ? "off" : "on",
    ]);
    if (role !== undefined) await client.query(`SET LOCAL ROLE ${quoteName(role)}`);
    const { rows } = await client.query<{ orphans: number }>(query);
    return rows[0]?.orphans ?? 0;
  } catch (error) {
    const code = error instanceof Error && "severity" in error && "code" in error ? String(error.code) : undefined;
    if (code !== "42501" && code !== "57014") throw error;
    return code;
  } finally {
    await client.query("ROLLBACK").catch(() => undefined);
  }
}

// MATCH SIMPLE: a key with a null column refers to nothing.
function orphanQuery(table: TableInfo, constraint: ConstraintInfo, references: ReferenceInfo, limit: number): string {
  const [schema = "", parent = ""] = references.table.split(".");
  const pairs = constraint.columns.map((column, at) => ({
    own: `child.${quoteName(column)}`,
    other: `parent.${quoteName(references.columns[at] ?? "")}`,
  }));
  return `SELECT count(*)::int AS orphans FROM (
    SELECT 1 FROM ${quoteFullName(table.schema, table.name)} child
    WHERE ${pairs.map(({ own }) => `${own} IS NOT NULL`).join(" AND ")}
      AND NOT EXISTS (SELECT 1 FROM ${quoteFullName(schema, parent)} parent
                      WHERE ${pairs.map(({ own, other }) => `${other} = ${own}`).join(" AND ")})
    LIMIT ${Math.trunc(limit)}) found`;
}

function report(object: string, found: number | string, limit: number): SchemaError {
  const base = { object, expected: "every row has its parent", rule: "orphans" };
  if (found === "42501") {
    const fix = 'Run `pnpm db:check` with a DATABASE_ADMIN_URL that has BYPASSRLS, or read as the role "platform".';
    return { ...base, found: "not counted: row level security or a missing privilege hides rows from this login", fix };
  }
  if (found === "57014") {
    return {
      ...base,
      found: "not counted: the time limit was reached",
      fix: "Raise statementTimeoutMs, or index the foreign key.",
    };
  }
  const number = found === limit ? `${found} or more` : String(found);
  const fix =
    "Restore the parents or delete these rows in a migration: the constraint was validated without seeing them.";
  return { ...base, found: `${number} rows without a parent`, fix };
}
