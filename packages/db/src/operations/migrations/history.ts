import type { ClientBase } from "pg";
import { byCodeUnits, type Migration } from "./folder";

/** A row of `migrations.applied`. */
export interface AppliedMigration {
  readonly name: string;
  readonly sha256: string;
}

export interface HistoryProblem {
  readonly kind: "edited" | "missing" | "out-of-order" | "replaced";
  readonly migration: string;
  /** What is wrong and how to put it right, one sentence each. */
  readonly message: string;
}

export interface HistoryComparison {
  /** Names applied and unchanged in the folder. */
  readonly applied: string[];
  readonly pending: Migration[];
  readonly problems: HistoryProblem[];
}

/** State of the migrations, for a health check. */
export interface MigrationStatus {
  readonly applied: number;
  readonly pending: string[];
  readonly problems: string[];
}

/** Makes the table of applied migrations when it is missing. Every login may read it: it holds names and hashes. */
export async function ensureHistory(client: ClientBase): Promise<void> {
  if (await historyExists(client)) return;
  // One message without parameters is one implicit transaction: all of it or nothing.
  await client.query(`
    CREATE SCHEMA IF NOT EXISTS migrations;
    CREATE TABLE IF NOT EXISTS migrations.applied (
      name text PRIMARY KEY,
      sha256 text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now(),
      duration_ms integer NOT NULL
    );
    GRANT USAGE ON SCHEMA migrations TO PUBLIC;
    GRANT SELECT ON migrations.applied TO PUBLIC;
  `);
}

/** The applied migrations by name; none when the table does not exist yet. */
export async function readHistory(client: ClientBase): Promise<AppliedMigration[]> {
  if (!(await historyExists(client))) return [];
  const { rows } = await client.query<AppliedMigration>(
    `SELECT name, sha256 FROM migrations.applied ORDER BY name COLLATE "C"`,
  );
  return rows;
}

// to_regclass would raise 42501 for a login without USAGE on the schema; the catalogue is readable by all.
async function historyExists(client: ClientBase): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'migrations' AND c.relname = 'applied' AND c.relkind = 'r'`,
  );
  return (rowCount ?? 0) > 0;
}

/** Compares what the database says it has with what the folder holds. */
export function compareHistory(applied: readonly AppliedMigration[], folder: readonly Migration[]): HistoryComparison {
  const files = new Map(folder.map((migration) => [migration.name, migration]));
  const done = new Set(applied.map((row) => row.name));
  const newest = [...done].sort(byCodeUnits).at(-1) ?? "";
  const pending = folder.filter((migration) => !done.has(migration.name));
  const problems: HistoryProblem[] = [];
  const first = folder[0]?.name ?? "";
  const replacedOnes = applied.filter((row) => byCodeUnits(row.name, first) < 0);
  if (replacedOnes[0]) problems.push(replaced(replacedOnes[0].name, first));
  for (const row of applied) {
    const file = files.get(row.name);
    if (replacedOnes.includes(row)) continue;
    if (!file) problems.push(missing(row.name));
    else if (file.sha256 !== row.sha256) problems.push(edited(row.name));
  }
  for (const migration of pending) {
    if (byCodeUnits(migration.name, newest) < 0) problems.push(outOfOrder(migration.name, newest));
  }
  const applicable = applied.filter((row) => files.get(row.name)?.sha256 === row.sha256);
  return { applied: applicable.map((row) => row.name), pending, problems };
}

/** Pending and unknown migrations, as the runtime login reads them. Before the first migration all are pending. */
export async function migrationStatus(client: ClientBase, migrations: readonly Migration[]): Promise<MigrationStatus> {
  return statusOf(compareHistory(await readHistory(client), migrations));
}

/** The comparison in names and sentences. */
export function statusOf({ applied, pending, problems }: HistoryComparison): MigrationStatus {
  return {
    applied: applied.length,
    pending: pending.map((migration) => migration.name),
    problems: problems.map((problem) => problem.message),
  };
}

function missing(migration: string): HistoryProblem {
  const message = `The database has migration ${migration}, which the folder lacks: the database is ahead of this code. Deploy the code that contains it, or restore the file from version control.`;
  return { kind: "missing", migration, message };
}

function replaced(migration: string, first: string): HistoryProblem {
  const message = `The database has migration ${migration} of a history that was written anew before the first release; it begins with ${first} now. Make the development database anew: \`pnpm db:reset\` (it deletes its data).`;
  return { kind: "replaced", migration, message };
}

function edited(migration: string): HistoryProblem {
  const message = `Migration ${migration} was edited after it was applied: restore the file from version control and put the change into a new migration (\`pnpm db:generate\`).`;
  return { kind: "edited", migration, message };
}

function outOfOrder(migration: string, newest: string): HistoryProblem {
  const message = `Migration ${migration} is not applied but sorts before ${newest}, which is: delete its folder and generate it again (\`pnpm db:generate\`), so that it gets a newer timestamp.`;
  return { kind: "out-of-order", migration, message };
}
