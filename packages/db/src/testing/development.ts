import { createHmac } from "node:crypto";
import { urlFromEnvironment, urlVariable } from "../client/config";
import { parseUrl, withUrlParts } from "../client/url";
import { createDatabase, type Database } from "../database";
import { withAdmin } from "../operations/admin";
import { packageMigrations } from "../operations/assets";
import { type ApplicationLogin, ensureLogins, type Logins, newLogins } from "../operations/logins";
import { type MigrateOptions, migrate } from "../operations/migrations";
import { refusePooler } from "../operations/pooler";
import { checkoutRoot, isInstalled } from "./checkout";
import { environmentFile, isEmbeddedUrl, requireWritable, urlVariables, writeEmbeddedUrls } from "./environment-file";
import { firstLines } from "./first-lines";
import { startDevelopmentServer } from "./server/development";

/** The database to develop with: the environment's, or the embedded one of the checkout. */
export interface DevelopmentServerAccess {
  /** True when the environment names the server; false for the embedded one. */
  given: boolean;
  /** Connection strings; they hold passwords. */
  urls: Record<ApplicationLogin | "admin", string>;
  /** Where the data is, in words, without secrets. */
  location: string;
  /** Keeps the embedded server running after this process. */
  keep(): Promise<void>;
  /** Ends this process's use of the embedded server. The server stops with its last user. */
  stop(): Promise<void>;
}

const databaseName = "org_db";

/**
 * Finds the server: the environment's URLs, else starts or adopts `.data/postgres`. Changes nothing in a given one. URLs that
 * `db:up` has written into .env name the embedded server: it is started when it is down, runs on, and .env follows it to another port.
 */
export async function findDevelopmentServer(
  onProgress: (line: string) => void = () => {},
): Promise<DevelopmentServerAccess> {
  const admin = urlFromEnvironment("admin") ?? urlFromEnvironment("runtime");
  if (!admin) return embeddedServer(onProgress);
  return isEmbeddedUrl(admin) ? namedServer(onProgress) : givenServer(admin);
}

async function namedServer(onProgress: (line: string) => void): Promise<DevelopmentServerAccess> {
  const server = await embeddedServer(onProgress);
  try {
    await server.keep();
    if (writeEmbeddedUrls(server.urls).changed) onProgress("Its URLs are not those of before: .env has the new ones.");
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** Keeps the embedded server running and writes its URLs into .env. Returns what there is to say about it, in lines. */
export async function keepDevelopmentServer(server: DevelopmentServerAccess): Promise<string[]> {
  await server.keep();
  const { left } = writeEmbeddedUrls(server.urls);
  const written = Object.values(urlVariables).filter((name) => !left.includes(name));
  return [
    `${written.join(", ")}: in ${environmentFile()}, readable by you alone`,
    ...left.map((name) => `${name} names another server and was left as it is: remove it to have the embedded one's`),
    ...(isInstalled() ? ["Keep .env and .data out of version control"] : []),
  ];
}

function givenServer(admin: string): DevelopmentServerAccess {
  const variable = urlVariable(urlFromEnvironment("admin") ? "admin" : "runtime");
  const { host, port, database } = parseUrl(admin, variable);
  const nothing = () => Promise.resolve();
  return {
    given: true,
    urls: {
      admin,
      runtime: urlFromEnvironment("runtime") ?? admin,
      identity: urlFromEnvironment("identity") ?? admin,
      platform: urlFromEnvironment("platform") ?? admin,
    },
    location: `database "${database}" on ${host}:${port}, from the environment`,
    keep: nothing,
    stop: nothing,
  };
}

async function embeddedServer(onProgress: (line: string) => void): Promise<DevelopmentServerAccess> {
  const server = await startDevelopmentServer({ root: checkoutRoot(), log: onProgress });
  try {
    await withAdmin(server.adminUrl, async (client) => {
      const { rowCount } = await client.query("select from pg_database where datname = $1", [databaseName]);
      if (rowCount === 0) await client.query(`create database ${databaseName} template template0 encoding 'UTF8'`);
    });
  } catch (error) {
    await server.stop();
    throw error;
  }
  const admin = withUrlParts(server.adminUrl, { database: databaseName });
  const logins = derivedLogins(server.adminUrl);
  return {
    given: false,
    urls: {
      admin,
      runtime: withUrlParts(admin, logins.runtime),
      identity: withUrlParts(admin, logins.identity),
      platform: withUrlParts(admin, logins.platform),
    },
    location: `embedded PostgreSQL on 127.0.0.1:${server.port}, data in ${server.dataDirectory}`,
    keep: server.keep,
    stop: server.stop,
  };
}

// The logins' passwords follow from the superuser's, which is stored beside the data: nothing else needs storing.
function derivedLogins(adminUrl: string): Logins {
  const secret = parseUrl(adminUrl, "url").password ?? "";
  const logins = newLogins(databaseName);
  for (const login of Object.values(logins)) {
    login.password = createHmac("sha256", secret).update(login.user).digest("base64url");
  }
  return logins;
}

export interface OpenedDevelopmentDatabase {
  db: Database;
  /** What and where it is, in words, without secrets. */
  location: string;
  serverVersion: string;
  /** Names of the migrations that were applied just now. */
  applied: string[];
  /** With `keep`: what was written where, and the lines for a shell that connect from an app. */
  kept: { said: string[]; firstLines: string } | undefined;
  /** Closes the handle and lets go of the server. */
  stop(): Promise<void>;
}

/**
 * Opens the development database ready to use: server found or started, migrated, logins made. For demos and scripts. `keep`
 * lets the embedded server run on, with its URLs in .env. Throws `ConfigurationError` when .env cannot be written.
 */
export async function openDevelopmentDatabase(
  options: { onProgress?: (line: string) => void; keep?: boolean } = {},
): Promise<OpenedDevelopmentDatabase> {
  const { onProgress = () => {}, keep = false } = options;
  if (keep) requireWritable();
  const server = await findDevelopmentServer(onProgress);
  try {
    const { applied, serverVersion } = await prepareServer(server, onProgress);
    const kept =
      keep && !server.given ? { said: await keepDevelopmentServer(server), firstLines: firstLines() } : undefined;
    const db = createDatabase({ url: server.urls.runtime, platformUrl: server.urls.platform, onWarning: onProgress });
    const stop = async () => {
      await db.close();
      await server.stop();
    };
    return { db, location: server.location, serverVersion, applied, kept, stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Migrates, and makes the logins of the embedded server. A given server keeps the logins it has. */
export function prepareServer(
  server: DevelopmentServerAccess,
  onProgress: (line: string) => void = () => {},
  limits: Pick<MigrateOptions, "lockWaitMs"> = {},
): Promise<{ applied: string[]; serverVersion: string }> {
  return withAdmin(server.urls.admin, async (client) => {
    if (server.given) await refusePooler(client, server.urls.admin);
    const migrations = await packageMigrations();
    const { applied } = await migrate(client, {
      ...limits,
      migrations,
      onProgress: ({ migration, event }) => event !== "started" && onProgress(`${event} ${migration}`),
    });
    if (!server.given) await ensureLogins(client, derivedLogins(server.urls.admin));
    const { rows } = await client.query<{ version: string }>("select current_setting('server_version') as version");
    return { applied, serverVersion: rows[0]?.version.split(" ")[0] ?? "unknown" };
  });
}
