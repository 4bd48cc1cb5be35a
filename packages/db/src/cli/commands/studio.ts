import { userInfo } from "node:os";
import { parseUrl, withUrlParts } from "../../client/url";
import { ConfigurationError } from "../../core/errors";
import { withAdmin } from "../../operations/admin";
import { makeBrowsingLogin } from "../../operations/logins";
import { findDevelopmentServer, prepareServer } from "../../testing/development";
import { isFree } from "../../testing/server/launch";
import { defineCommand, say } from "../command";
import { openGate } from "../studio/gate";
import { startKitServer } from "../studio/kit-server";

async function choosePort(wanted: string | undefined): Promise<number> {
  const first = Number(wanted ?? 4983);
  if (!Number.isInteger(first) || first < 1 || first > 65_535) throw new ConfigurationError("--port: use 1 to 65535");
  for (let port = first; port < first + 20; port += 1) {
    if (await isFree(port)) return port;
    if (wanted !== undefined) throw new ConfigurationError(`Port ${port} is in use: choose another with --port`);
  }
  throw new ConfigurationError("No free port from 4983 to 5002: choose one with --port");
}

/** Serves Studio on the port until drizzle-kit ends, which it does with this process; returns its exit code. */
async function serve(port: number, databaseUrl: string): Promise<number> {
  say("Starting Drizzle Studio: this takes a few seconds");
  const kit = await startKitServer(databaseUrl);
  try {
    const gate = await openGate({ port, socket: kit.socket, databaseUrl });
    try {
      say(`Drizzle Studio: ${gate.url}\n  or at once: ${gate.studio}`);
      say("Whoever has the link can read and write the data until you end this (Ctrl-C): do not pass it on");
      return await kit.ended;
    } finally {
      await gate.close();
    }
  } finally {
    await kit.stop();
  }
}

/** Makes the login that Studio connects as, notes its use in the platform's log, and drops it in the end. */
async function withBrowsingLogin<T>(adminUrl: string, work: (databaseUrl: string) => Promise<T>): Promise<T> {
  const { database } = parseUrl(adminUrl, "DATABASE_ADMIN_URL");
  const { login, drop } = await withAdmin(adminUrl, (client) => makeBrowsingLogin(client, database));
  try {
    const url = withUrlParts(adminUrl, login, "DATABASE_ADMIN_URL");
    await withAdmin(url, (client) =>
      client.query("insert into tenancy.platform_log (actor, reason) values ($1, 'db:studio')", [userInfo().username]),
    );
    return await work(url);
  } finally {
    await withAdmin(adminUrl, drop);
  }
}

/** pnpm db:studio */
export const studio = defineCommand({
  help: "Browse all schemas in Drizzle Studio, served on 127.0.0.1 to its own page alone",
  options: { port: { value: "number", help: "the port on 127.0.0.1; default 4983, or the next free one" } },
  notes:
    "Connects as a login of its own that reads and writes the rows of all tenants and the tables of signing in; it is no\n" +
    "superuser, changes no structure, and is dropped when the command ends. Never forward the port.",
  async run({ port: wanted }) {
    const port = await choosePort(wanted);
    const server = await findDevelopmentServer(say);
    try {
      await prepareServer(server, say);
      return await withBrowsingLogin(server.urls.admin, (databaseUrl) => serve(port, databaseUrl));
    } finally {
      await server.stop();
    }
  },
});
