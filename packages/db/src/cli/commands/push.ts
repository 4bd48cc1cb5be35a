import { withUrlParts } from "../../client/url";
import { ConfigurationError } from "../../core/errors";
import { withAdmin } from "../../operations/admin";
import { migrationsFolder } from "../../operations/assets";
import { migrate, readMigrations } from "../../operations/migrations";
import { findDevelopmentServer } from "../../testing/development";
import { defineCommand, say } from "../command";
import { runDrizzleKit } from "../drizzle-kit";

const scratch = "org_db_scratch";

/** pnpm db:push */
export const push = defineCommand({
  help: "Try changed tables on a scratch database (org_db_scratch), without writing a migration",
  notes: "The scratch database is made anew from the migrations each time; push never touches another one.",
  async run() {
    if (process.env.NODE_ENV === "production")
      throw new ConfigurationError("db:push is for development only: write a migration");
    const server = await findDevelopmentServer(say);
    try {
      const url = withUrlParts(server.urls.admin, { database: scratch });
      await withAdmin(server.urls.admin, async (client) => {
        await client.query(`drop database if exists ${scratch} with (force)`);
        await client.query(`create database ${scratch}`);
      });
      const migrations = await readMigrations(migrationsFolder());
      await withAdmin(url, (client) => migrate(client, { migrations }));
      say(`Pushing to ${scratch}: FORCE, grants and triggers of new tables need a custom migration`);
      return await runDrizzleKit(["push"], { DATABASE_ADMIN_URL: url });
    } finally {
      await server.stop();
    }
  },
});
