import type pg from "pg";
import { catalogueScope } from "../../domains";
import { withAdmin } from "../../operations/admin";
import { packageMigrations, packageSchema } from "../../operations/assets";
import { type SchemaError, scanOrphans, validateSchema } from "../../operations/catalogue";
import { planMigrations } from "../../operations/migrations";
import { findDevelopmentServer, prepareServer } from "../../testing/development";
import { defineCommand, say, UsageError } from "../command";

/** Prints the findings of a schema check, one paragraph for each object. `!` marks a warning. */
export function printFindings(mark: "✗" | "!", findings: readonly SchemaError[] = []): void {
  for (const { object, expected, found, fix } of findings) {
    say(`\n${mark} ${object}\n  expected: ${expected}\n  found:    ${found}\n  fix:      ${fix}`);
  }
}

/** Checks the schema, and its rows for orphans. An owner that does not see every row cannot check the rows. */
async function prove(client: pg.ClientBase) {
  const expected = await packageSchema();
  const { errors, warnings } = await validateSchema(client, { expected, ...catalogueScope });
  const { rows } = await client.query(
    "select from pg_roles where rolname = current_user and (rolsuper or rolbypassrls)",
  );
  return { errors, warnings, orphans: rows.length > 0 ? await scanOrphans(client, catalogueScope) : undefined };
}

/** Says what a run would do, in a transaction that cannot write. Exit code 1 for a history or a file that it would refuse. */
async function dryRun(url: string, location: string): Promise<number> {
  const migrations = await packageMigrations();
  const { pending, problems } = await withAdmin(url, async (client) => {
    await client.query("begin read only");
    return planMigrations(client, migrations);
  });
  for (const problem of problems) say(`✗ ${problem}`);
  for (const name of pending) say(`pending ${name}`);
  say(`${pending.length === 0 ? "Nothing is pending" : `${pending.length} migrations are pending`}: ${location}`);
  return problems.length === 0 ? 0 : 1;
}

/** Milliseconds of `--lock-timeout`; undefined leaves the migrator's own limit. Throws `UsageError`. */
function lockWait(seconds: string | undefined): number | undefined {
  if (seconds === undefined) return undefined;
  const wait = /^\d{1,5}(\.\d{1,3})?$/.test(seconds) ? Number(seconds) * 1000 : 0;
  if (wait <= 0) throw new UsageError("--lock-timeout: use seconds, more than 0 and less than 100000");
  return wait;
}

/** pnpm db:migrate */
export const migrateCommand = defineCommand({
  help: "Apply the pending migrations, then prove isolation, drift and foreign keys",
  options: {
    "dry-run": { help: "say what is pending, and change nothing in the database" },
    "lock-timeout": {
      value: "seconds",
      help: "how long to try for the table locks of a migration, or to wait for another migrator; default 60",
    },
  },
  notes:
    "Uses DATABASE_ADMIN_URL. Safe to run from several processes at once: one applies, the others wait.\n" +
    "One attempt waits at most 5 seconds for a table lock, as others queue behind it; then it pauses and tries again.",
  async run({ "dry-run": dry, "lock-timeout": seconds }) {
    const lockWaitMs = lockWait(seconds);
    const server = await findDevelopmentServer(say);
    try {
      if (dry) return await dryRun(server.urls.admin, server.location);
      const { applied } = await prepareServer(server, say, lockWaitMs === undefined ? {} : { lockWaitMs });
      say(applied.length === 0 ? "Nothing to apply: the schema is up to date" : `Applied ${applied.length} migrations`);
      return await proveAndPrint(server.urls.admin);
    } finally {
      await server.stop();
    }
  },
});

async function proveAndPrint(url: string): Promise<number> {
  const { errors, warnings, orphans } = await withAdmin(url, prove);
  printFindings("✗", [...errors, ...(orphans ?? [])]);
  printFindings("!", warnings);
  if (errors.length > 0 || (orphans ?? []).length > 0) return 1;
  say(`Proven: every table isolated, no drift${orphans ? ", no orphaned rows" : ""}`);
  if (!orphans) say("Orphaned rows were not looked for: the login does not see every tenant's rows (needs BYPASSRLS)");
  return 0;
}
