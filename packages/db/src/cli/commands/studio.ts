import { ConfigurationError } from "../../core/errors";
import { withAdmin } from "../../operations/admin";
import { findDevelopmentServer, prepareServer } from "../../testing/development";
import { isFree } from "../../testing/server/launch";
import { defineCommand, say } from "../command";
import { runDrizzleKit } from "../drizzle-kit";

async function choosePort(wanted: string | undefined): Promise<number> {
  const first = Number(wanted ?? 4983);
  if (!Number.isInteger(first) || first < 1 || first > 65_535) throw new ConfigurationError("--port: use 1 to 65535");
  for (let port = first; port < first + 20; port += 1) {
    if (await isFree(port)) return port;
    if (wanted !== undefined) throw new ConfigurationError(`Port ${port} is in use: choose another with --port`);
  }
  throw new ConfigurationError("No free port from 4983 to 5002: choose one with --port");
}

/** pnpm db:studio */
export const studio = defineCommand({
  help: "Browse all schemas in Drizzle Studio, served on 127.0.0.1 only",
  options: { port: { value: "number", help: "the port on 127.0.0.1; default 4983, or the next free one" } },
  notes: "Whoever can reach the port can run SQL as the admin login: never forward it.",
  async run({ port: wanted }) {
    const port = await choosePort(wanted);
    const server = await findDevelopmentServer(say);
    try {
      await prepareServer(server, say);
      const seesAll = await withAdmin(server.urls.admin, async (client) => {
        const { rows } = await client.query(
          "select from pg_roles where rolname = current_user and (rolsuper or rolbypassrls)",
        );
        return rows.length > 0;
      });
      if (!seesAll) say("The admin login is subject to row level security: Studio shows it no tenant's rows");
      say(
        `Drizzle Studio: https://local.drizzle.studio?port=${port}&host=127.0.0.1 (its API: http://127.0.0.1:${port})`,
      );
      return await runDrizzleKit(["studio", "--host", "127.0.0.1", "--port", String(port)], {
        DATABASE_ADMIN_URL: server.urls.admin,
      });
    } finally {
      await server.stop();
    }
  },
});
