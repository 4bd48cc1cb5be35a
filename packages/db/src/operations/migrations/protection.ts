import type { ClientBase } from "pg";
import { MigrationError } from "../../core/errors";
import { tenantTables } from "../../core/tenant-table";
import { personalSchemas } from "../catalogue/rules/rule";
import { type Migration, withoutComments } from "./folder";

/** What asks whether a migration leaves a tenant table open. */
export interface ProtectionCheck {
  /** The refusal for tables that were not open when the migration began; undefined when there are none. */
  refusal(migration: Migration): Promise<MigrationError | undefined>;
}

/**
 * Looks at the tenant tables before a migration. What the server made is looked at, not the text: a table is found however it was
 * named, quoted or made. Without `tenancy.protect_table` in the database, as in another program's, nothing is asked.
 */
export async function checkProtection(client: ClientBase): Promise<ProtectionCheck> {
  const before = new Set((await openTables(client)).map(({ id }) => id));
  return {
    refusal: async (migration) => {
      const left = (await openTables(client)).filter(({ id }) => !before.has(id));
      return left.length === 0 ? undefined : refused(migration, left);
    },
  };
}

interface OpenTable {
  readonly id: string;
  /** Quoted where SQL needs it. */
  readonly name: string;
}

/** Tables with `tenant_id` that lack what `protect_table` gives: forced row level security, the trigger for `updated_at`. */
async function openTables(client: ClientBase): Promise<OpenTable[]> {
  const { rows } = await client.query<OpenTable>(
    `SELECT c.oid::text AS id, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname <> ALL ($1)
       AND EXISTS (SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace s ON s.oid = p.pronamespace
         WHERE s.nspname = 'tenancy' AND p.proname = 'protect_table')
       AND EXISTS (SELECT FROM pg_catalog.pg_attribute a
         WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
       AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND (
         NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a
           WHERE a.attrelid = c.oid AND a.attname = 'updated_at' AND NOT a.attisdropped)
         OR EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'touch_updated_at')))
     ORDER BY 2`,
    [personalSchemas],
  );
  return rows;
}

function refused(migration: Migration, tables: readonly OpenTable[]): MigrationError {
  const kept = migration.transactional
    ? "Nothing of it was kept."
    : "Its statements so far were kept: protect the tables by hand, or drop them.";
  const calls = tables.map(({ name }) => `--> statement-breakpoint\n${callFor(name)};`);
  const names = tables.map(({ name }) => name).join(", ");
  return new MigrationError(
    `Migration ${migration.name} is refused: it leaves ${names} with tenant_id and without tenancy.protect_table. ${kept} ` +
      `\`pnpm db:generate\` writes the call for a table made with tenantTable(). By hand it is, behind the statement that makes the table:\n${calls.join("\n")}`,
  );
}

function callFor(name: string): string {
  const entry = tenantTables().find((table) => table.name === name);
  const [access, audit] = [entry?.access ?? "read-write", entry?.audit ?? "none"];
  return `select tenancy.protect_table('${name.replaceAll("'", "''")}', '${access}', '${audit}')`;
}

const makesTable = /\bcreate\s+(?:unlogged\s+)?table\b|^select\b[\s\S]*\binto\b/i;

/**
 * What the text of a file shows that it does not do what it was written for: a statement on the line of a comment, no statement at
 * all, or a tenant table outside of a transaction, where nothing could be taken back. Undefined where nothing is wrong.
 */
export function unusable(migration: Migration): string | undefined {
  const problem = problemOf(migration);
  return problem === undefined ? undefined : `Migration ${migration.name} ${problem}.`;
}

function problemOf({ statements, swallowed, transactional }: Migration): string | undefined {
  if (swallowed) {
    return 'has a statement on the line of a comment ("-- Custom SQL migration file …" or "--> statement-breakpoint"), where it would not run: begin a new line before it';
  }
  if (statements.length === 0) return "holds no statement: write one, or delete its folder";
  if (transactional || !statements.some((statement) => /\btenant_id\b/i.test(statement))) return undefined;
  const made = statements.findIndex((statement) => makesTable.test(withoutComments(statement)));
  if (made < 0) return undefined;
  return `has the line "-- migrate: no-transaction", and statement ${made + 1} makes a table, for which tenancy.protect_table would come too late: make it in a migration of its own, without that line`;
}
