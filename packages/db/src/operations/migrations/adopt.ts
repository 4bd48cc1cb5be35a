import type { ClientBase } from "pg";
import type { Migration } from "./folder";
import { type AppliedMigration, readHistory } from "./history";

/** Where drizzle-kit with our configuration, and drizzle-orm with its own defaults, write what they applied. */
const drizzleTables = ["migrations.drizzle_kit", "drizzle.__drizzle_migrations"];

export interface KnownHistory {
  /** All that is applied, by whichever tool. */
  readonly applied: readonly AppliedMigration[];
  /** What drizzle's own tools applied and our history does not list yet. */
  readonly foreign: readonly AppliedMigration[];
}

/**
 * What is applied: our history, and the migrations of this folder that `drizzle-kit migrate` applied by hand. Its hash is
 * ours, the SHA-256 of the file, so that an edited file is found as well. Rows of other folders are another program's.
 */
export async function readKnownHistory(client: ClientBase, folder: readonly Migration[]): Promise<KnownHistory> {
  const history = await readHistory(client);
  const ours = new Set(history.map((row) => row.name));
  const candidates = new Set(folder.map((migration) => migration.name).filter((name) => !ours.has(name)));
  const foreign = new Map<string, AppliedMigration>();
  for (const row of await readDrizzleHistory(client)) if (candidates.has(row.name)) foreign.set(row.name, row);
  return { applied: [...history, ...foreign.values()], foreign: [...foreign.values()] };
}

// A table of another login's is not believed: it could say that migrations are applied which are not.
async function readDrizzleHistory(client: ClientBase): Promise<AppliedMigration[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT n.nspname || '.' || c.relname AS name
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND pg_catalog.pg_get_userbyid(c.relowner) = current_user AND n.nspname || '.' || c.relname = ANY ($1)`,
    [drizzleTables],
  );
  const found: AppliedMigration[] = [];
  for (const { name } of tables) {
    // Older tables have no column for the name; their rows cannot be told apart and are left out.
    const { rows } = await client.query<AppliedMigration>(
      `SELECT row ->> 'name' AS name, row ->> 'hash' AS sha256
       FROM (SELECT pg_catalog.to_jsonb(t) AS row FROM ${name} t) r WHERE row ->> 'name' IS NOT NULL`,
    );
    found.push(...rows);
  }
  return found;
}

/** Writes into our history what drizzle's own tools applied: all of it or nothing. */
export async function adopt(client: ClientBase, foreign: readonly AppliedMigration[]): Promise<void> {
  await client.query(
    `INSERT INTO migrations.applied (name, sha256, duration_ms) SELECT name, sha256, 0
     FROM unnest($1::text[], $2::text[]) AS t (name, sha256)`,
    [foreign.map((row) => row.name), foreign.map((row) => row.sha256)],
  );
}
