import { join } from "node:path";
import type pg from "pg";
import { withUrlParts } from "../../client/url";
import { ConfigurationError } from "../../core/errors";
import { tenantTables } from "../../core/tenant-table";
import { catalogueScope } from "../../domains";
import { withAdmin } from "../../operations/admin";
import { packageMigrations } from "../../operations/assets";
import { readSchemaText, validateSchema } from "../../operations/catalogue";
import { migrate } from "../../operations/migrations";
import { clearingObstacles, differentBlocks, makeAll, readBlocks } from "../../operations/sources";
import { packageSources } from "../../sql-sources";
import { findDevelopmentServer } from "../../testing/development";
import { defineCommand, say } from "../command";
import { packageFolder } from "../drizzle-kit";
import { tableChanges } from "../table-changes";
import { printFindings } from "./migrate";

const scratch = "org_db_scratch";

/** pnpm db:push */
export const push = defineCommand({
  help: "Try changed tables and SQL sources on a scratch database (org_db_scratch), without writing a migration",
  notes:
    "The scratch database is made anew from the migrations each time, then brought to what tables and sources say, as\n" +
    "db:generate would; no other database is touched. Exit code 1 when the result breaks a rule of isolation.",
  async run() {
    if (process.env.NODE_ENV === "production")
      throw new ConfigurationError("db:push is for development only: write a migration");
    say("Comparing the tables with the migrations so far");
    const ddl = await tableChanges();
    const server = await findDevelopmentServer(say);
    try {
      const url = withUrlParts(server.urls.admin, { database: scratch });
      await withAdmin(server.urls.admin, async (client) => {
        await client.query(`drop database if exists ${scratch} with (force)`);
        await client.query(`create database ${scratch} template template0 encoding 'UTF8'`);
      });
      return await withAdmin(url, (client) => pushTo(client, ddl));
    } finally {
      await server.stop();
    }
  },
});

/** Migrates the empty database, makes what tables and sources say beyond the migrations, and proves the result. */
async function pushTo(client: pg.Client, ddl: readonly string[]): Promise<number> {
  await migrate(client, { migrations: await packageMigrations() });
  const before = await readBlocks(client, catalogueScope.schemas);
  const sources = await packageSources(join(packageFolder(), "src"));
  await clearingObstacles(async (clear) => {
    await client.query("begin");
    try {
      await makeAll(client, { sources, tables: tenantTables(), ddl, clear });
      await client.query("commit");
    } catch (error) {
      await client.query("rollback");
      throw error;
    }
  });
  const changed = differentBlocks(before, await readBlocks(client, catalogueScope.schemas));
  for (const block of changed) say(`changed ${block}`);
  // Nothing is expected but what is there: the rules of isolation alone are proven, not drift.
  const expected = await readSchemaText(client, catalogueScope.schemas);
  const { errors, warnings } = await validateSchema(client, { expected, ...catalogueScope });
  printFindings("✗", errors);
  printFindings("!", warnings);
  if (errors.length > 0) return 1;
  say(
    changed.length === 0
      ? `${scratch} is what the migrations make: tables and SQL sources say nothing else`
      : `Pushed to ${scratch}: ${changed.length} changes, every table isolated. Write them with pnpm db:generate`,
  );
  return 0;
}
