/** The one way tests get a server: a given one, a container, or the embedded one. */
import { parseUrl } from "../../client/url";
import { ConfigurationError } from "../../core/errors";
import { withAdmin } from "../../operations/admin";
import type { Settings } from "./cluster";
import { dockerAnswers, startContainerServer } from "./container";
import { startThrowawayServer } from "./throwaway";

export interface TestServer {
  kind: "given" | "container" | "embedded";
  /** URL of a login that may create databases and roles. Holds a password: never print it. */
  adminUrl: string;
  /** For example `18.4`. */
  serverVersion: string;
  stop(): Promise<void>;
}

interface Login {
  version: string;
  user: string;
  superuser: boolean;
  database: boolean;
  role: boolean;
}

function readLogin(adminUrl: string): Promise<Login> {
  return withAdmin(adminUrl, async (client) => {
    const { rows } = await client.query<Login>(
      `select current_setting('server_version') as version, rolname as user, rolsuper as superuser,
              rolcreatedb as database, rolcreaterole as role
         from pg_catalog.pg_roles where rolname = current_user`,
    );
    const [login] = rows;
    if (login === undefined) throw new ConfigurationError("The server does not know its own login.");
    return { ...login, version: login.version.split(" ")[0] ?? login.version };
  });
}

async function checkGiven(adminUrl: string, variable: string): Promise<TestServer> {
  parseUrl(adminUrl, variable);
  const login = await readLogin(adminUrl);
  if (Number.parseInt(login.version, 10) < 15) {
    throw new ConfigurationError(
      `${variable} leads to PostgreSQL ${login.version}, and tests need 15 or newer: name another server, ` +
        `or unset ${variable} to use the embedded one.`,
    );
  }
  const missing = [login.database ? "" : "CREATEDB", login.role ? "" : "CREATEROLE"].filter((right) => right !== "");
  if (!login.superuser && missing.length > 0) {
    throw new ConfigurationError(
      `The login ${login.user} of ${variable} may not create test databases and roles: ` +
        `run ALTER ROLE "${login.user}" ${missing.join(" ")} as a superuser, or set DATABASE_ADMIN_URL to a stronger login.`,
    );
  }
  return { kind: "given", adminUrl, serverVersion: login.version, stop: () => Promise.resolve() };
}

async function container(settings: Settings): Promise<TestServer> {
  const { adminUrl, stop } = await startContainerServer(settings);
  try {
    return { kind: "container", adminUrl, serverVersion: (await readLogin(adminUrl)).version, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function embedded(settings: Settings): Promise<TestServer> {
  const { adminUrl, serverVersion, stop } = await startThrowawayServer({ settings });
  return { kind: "embedded", adminUrl, serverVersion, stop };
}

/**
 * Starts (or finds) the server tests run on: `DATABASE_ADMIN_URL`, then `DATABASE_URL`, else a container when Docker
 * answers, else the embedded server. `DB_TEST_SERVER=embedded` or `=container` settles the choice of the last two.
 * The server does not flush to disk unless `settings` say so; a given server keeps its own settings.
 */
export async function startTestServer(settings: Settings = {}): Promise<TestServer> {
  for (const variable of ["DATABASE_ADMIN_URL", "DATABASE_URL", "PGURI"]) {
    const url = process.env[variable];
    if (url) return checkGiven(url, variable);
  }
  const wish = process.env.DB_TEST_SERVER || "any";
  if (!["any", "embedded", "container"].includes(wish)) {
    throw new ConfigurationError('DB_TEST_SERVER must be "embedded" or "container", or not be set.');
  }
  if (wish === "container") return container(settings);
  if (wish === "any" && (await dockerAnswers())) {
    try {
      return await container(settings);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      process.emitWarning(`Docker answers, but tests run on the embedded server instead. ${reason}`);
    }
  }
  return embedded(settings);
}
