import pg from "pg";
import { parseUrl, withUrlParts } from "../../client/url";
import { ConfigurationError } from "../../core/errors";
import { withAdmin } from "../../operations/admin";
import { findDevelopmentServer, prepareServer } from "../../testing/development";
import { defineCommand, say } from "../command";

/** pnpm db:reset */
export const reset = defineCommand({
  help: "Drop the development database and migrate it anew; asks for --yes on a server of yours",
  options: { yes: { help: "delete all data of the server that the environment names" } },
  async run({ yes }) {
    if (process.env.NODE_ENV === "production") throw new ConfigurationError("db:reset is refused in production");
    const server = await findDevelopmentServer(say);
    try {
      const { database } = parseUrl(server.urls.admin, "DATABASE_ADMIN_URL");
      if (database === "postgres") {
        throw new ConfigurationError(
          'DATABASE_ADMIN_URL names the database "postgres": put the data in one of its own',
        );
      }
      if (server.given && !yes) {
        throw new ConfigurationError(`This deletes all data of ${server.location}: say pnpm db:reset --yes`);
      }
      const name = pg.escapeIdentifier(database);
      await withAdmin(withUrlParts(server.urls.admin, { database: "postgres" }), async (client) => {
        await client.query(`drop database if exists ${name} with (force)`);
        await client.query(`create database ${name} template template0 encoding 'UTF8'`);
      });
      const { applied } = await prepareServer(server);
      say(`Empty again, ${applied.length} migrations applied: ${server.location}`);
      return 0;
    } finally {
      await server.stop();
    }
  },
});
