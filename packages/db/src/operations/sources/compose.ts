import type { ClientBase } from "pg";
import { MigrationError } from "../../core/errors";
import { type Migration, migrate, parseMigration } from "../migrations";
import { type Clearing, clearingObstacles } from "./clear";
import { differentBlocks, readBlocks } from "./database";
import { type MakeOptions, makeAll } from "./make";
import { type Difference, isNothing, selectChanges } from "./select";
import { contentsOf, migrationText, statementsOf } from "./text";
import type { DomainStatements } from "./types";

export interface ComposeOptions extends Omit<MakeOptions, "clear"> {
  /** The migrations so far. */
  readonly migrations: readonly Migration[];
  /** Runs the work on a database of its own that has these migrations, and drops it. */
  readonly scratch: <T>(work: (client: ClientBase) => Promise<T>) => Promise<T>;
}

export interface ComposedMigration {
  /** The text of migration.sql. */
  readonly text: string;
  /** What it does, one line for each kind of change. */
  readonly contents: readonly string[];
}

/**
 * Writes the migration that leads from the migrations so far to the tables, registry and sources, and proves on a scratch
 * database that it leads there. Resolves with undefined when nothing changed. Views and triggers that stand in the way of
 * a changed table are dropped and made again. Throws `MigrationError` for a source that PostgreSQL refuses.
 */
export async function composeMigration(options: ComposeOptions): Promise<ComposedMigration | undefined> {
  return clearingObstacles((clear) => composeOnce(options, clear));
}

async function composeOnce(options: ComposeOptions, clear: Clearing): Promise<ComposedMigration | undefined> {
  const { sources, tables, ddl = [] } = options;
  const difference = await wanted(options, clear);
  let selection = selectChanges(difference, sources, tables);
  // A catalogue shows rights, not the statements that gave them. So a domain's statements are added only when the migration
  // misses the goal without them: first those of rights.sql, then those of foundation.sql.
  for (const part of ["rights", "foundations", undefined] as const) {
    const statements = statementsOf(selection, difference.made, ddl, difference.before);
    const isEmpty = ddl.length === 0 && isNothing(selection, difference.made);
    const text = migrationText(statements);
    const left = differentBlocks(isEmpty ? difference.before : await reached(options, text), difference.after);
    if (left.length === 0) return isEmpty ? undefined : { text, contents: contentsOf(selection, difference.made, ddl) };
    if (part) selection = { ...selection, [part]: sources.domains.filter((domain) => concerns(domain, left)) };
  }
  throw new MigrationError(
    "The generated migration does not lead to what the sources say: this is a fault of db:generate. Write it with --custom",
  );
}

/** True when one of the blocks is in a schema of the domain. */
const concerns = ({ schemas }: DomainStatements, blocks: readonly string[]) =>
  blocks.some((block) => schemas.includes(block.split(/[ .]/)[1] ?? ""));

const schemasOf = (options: ComposeOptions) => options.sources.domains.flatMap((domain) => domain.schemas);

/** How a scratch database differs from what tables, registry and sources say. */
function wanted(options: ComposeOptions, clear: Clearing): Promise<Difference> {
  return options.scratch(async (client) => {
    const before = await readBlocks(client, schemasOf(options));
    const roles = await readRoles(client);
    await client.query("begin");
    try {
      const made = await makeAll(client, { ...options, clear });
      const after = await readBlocks(client, schemasOf(options));
      const newRoles = (await readRoles(client)).filter((role) => !roles.includes(role));
      return { before, after, newRoles: newRoles.map((role) => role.split(" ")[0] ?? role), made };
    } finally {
      await client.query("rollback");
    }
  });
}

/** What the migration makes of a scratch database, applied as it will be everywhere. */
function reached(options: ComposeOptions, text: string): Promise<Map<string, string>> {
  return options.scratch(async (client) => {
    const next = parseMigration("99999999999999_composed", text);
    await migrate(client, { migrations: [...options.migrations, next] });
    return readBlocks(client, schemasOf(options));
  });
}

/** Group roles, each with the groups that it is a member of. */
async function readRoles(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ role: string }>(
    `SELECT r.rolname || ' ' || coalesce(string_agg(g.rolname, ',' ORDER BY g.rolname), '') AS role
     FROM pg_catalog.pg_roles r
     LEFT JOIN pg_catalog.pg_auth_members m ON m.member = r.oid
     LEFT JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
     WHERE NOT r.rolcanlogin AND r.rolname !~ '^pg_' GROUP BY r.rolname ORDER BY r.rolname`,
  );
  return rows.map((row) => row.role);
}
