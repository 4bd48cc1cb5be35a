import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import pg from "pg";
import { type ApplicationLogin, groupOf } from "../client/login-check";
import { withUrlParts } from "../client/url";

/** The kinds of login an application needs, and the environment variable of each. */
export const loginVariables = {
  runtime: "DATABASE_URL",
  identity: "DATABASE_AUTH_URL",
  platform: "DATABASE_PLATFORM_URL",
} as const satisfies Record<ApplicationLogin, string>;

export type { ApplicationLogin } from "../client/login-check";

export interface Login {
  user: string;
  password: string;
}

export type Logins = Record<ApplicationLogin, Login>;

/** Bytes that PostgreSQL keeps of a name; it cuts off the rest in silence. */
const longestName = 63;

/** `<prefix>_<suffix>` in at most 63 bytes. A longer prefix is cut, and its hash tells it from others that begin alike. */
export function loginName(prefix: string, suffix: string): string {
  const name = `${prefix}_${suffix}`;
  if (Buffer.byteLength(name) <= longestName) return name;
  const end = `_${createHash("sha256").update(prefix).digest("hex").slice(0, 8)}_${suffix}`;
  let kept = "";
  for (const character of prefix) {
    if (Buffer.byteLength(kept + character + end) > longestName) break;
    kept += character;
  }
  return kept + end;
}

export const newPassword = (): string => randomBytes(24).toString("base64url");

/** Names and new random passwords of the three logins; `prefix` is usually the database's name. */
export function newLogins(prefix: string): Logins {
  const login = (kind: ApplicationLogin): Login => ({ user: loginName(prefix, kind), password: newPassword() });
  return { runtime: login("runtime"), identity: login("identity"), platform: login("platform") };
}

/**
 * Makes the logins, or gives existing ones their password again, each a member of just its one group. The groups
 * must exist: migrate first. Needs a superuser or CREATEROLE.
 */
export async function ensureLogins(client: pg.ClientBase, logins: Logins): Promise<void> {
  for (const kind of Object.keys(logins) as ApplicationLogin[]) {
    const { user, password } = logins[kind];
    const name = pg.escapeIdentifier(user);
    // Utility statements take no parameters, and the server logs them as they are when they fail.
    const secret = `password ${pg.escapeLiteral(scramVerifier(password))}`;
    const { rowCount } = await client.query("select from pg_roles where rolname = $1", [user]);
    if (rowCount === 0) await client.query(`create role ${name} ${attributes} ${secret}`);
    else await client.query(`alter role ${name} login inherit ${secret}`);
    await client.query(`grant ${pg.escapeIdentifier(groupOf[kind])} to ${name}`);
  }
}

/** What no login of ours may do. */
const attributes = "login nosuperuser nobypassrls nocreaterole nocreatedb inherit";

/**
 * Makes a login that reads and writes the rows of all tenants and the tables of signing in, and nothing else: for a tool
 * that a person browses the data with. `drop` removes it. One that a killed tool left cannot log in after a day, and is
 * dropped by the next call. Needs a superuser or CREATEROLE.
 */
export async function makeBrowsingLogin(
  client: pg.ClientBase,
  prefix: string,
): Promise<{ login: Login; drop(client: pg.ClientBase): Promise<void> }> {
  await dropExpired(client);
  const login = { user: loginName(prefix, `${browsing}_${randomBytes(4).toString("hex")}`), password: newPassword() };
  const name = pg.escapeIdentifier(login.user);
  const secret = `password ${pg.escapeLiteral(scramVerifier(login.password))}`;
  const { rows } = await client.query<{ until: string }>("select (now() + interval '1 day')::text as until");
  const until = pg.escapeLiteral(rows[0]?.until ?? "");
  await client.query(`create role ${name} ${attributes} ${secret} valid until ${until}`);
  await client.query(`grant platform, identity to ${name}`);
  return { login, drop: (owner) => dropBrowsingLogin(owner, login.user) };
}

const browsing = "studio";

async function dropExpired(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>(
    `select rolname from pg_roles where rolname ~ '_${browsing}_[0-9a-f]{8}$' and rolvaliduntil < now()
       and pg_has_role(oid, 'platform', 'member') and pg_has_role(oid, 'identity', 'member')`,
  );
  for (const { rolname } of rows) {
    await dropBrowsingLogin(client, rolname).catch((error: unknown) => {
      // It left something in another database. There its next tool drops it; it cannot log in.
      if ((error as { code?: unknown }).code !== dependentObjects) throw error;
    });
  }
}

/** SQLSTATE of a role that something still belongs to. */
const dependentObjects = "2BP01";

/**
 * Ends the login's sessions, which could go on as a group that they became, and drops it with what it left in this database:
 * every login may set default privileges of its own. A login that cannot be dropped cannot log in either.
 */
async function dropBrowsingLogin(client: pg.ClientBase, user: string): Promise<void> {
  const name = pg.escapeIdentifier(user);
  await client.query(`alter role ${name} nologin`);
  // Who is no superuser may drop only what belongs to a role of its own.
  await client.query(`grant ${name} to current_user`);
  await endSessions(client, user);
  await client.query(`drop owned by ${name}`);
  await client.query(`drop role ${name}`);
}

/** Ends the sessions of a login. On a server whose superuser made the database, nobody else may know of them: they stay. */
async function endSessions(client: pg.ClientBase, user: string): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>(
    "select has_function_privilege('pg_stat_get_activity(int)', 'execute') as may",
  );
  if (!rows[0]?.may) return;
  await client.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", [user]);
}

/** What PostgreSQL keeps of a password (RFC 5803), so that the password itself is never sent. For ASCII passwords. */
function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const keyOf = (name: string) => createHmac("sha256", salted).update(name).digest();
  const storedKey = createHash("sha256").update(keyOf("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${keyOf("Server Key").toString("base64")}`;
}

/**
 * The environment variables that an application needs, as `NAME=url` pairs: the admin's server and parameters, and
 * nothing of its login. Throws `ConfigurationError`.
 */
export function loginUrls(adminUrl: string, logins: Logins): Record<string, string> {
  const urls = (Object.keys(logins) as ApplicationLogin[]).map((kind) => [
    loginVariables[kind],
    withUrlParts(adminUrl, logins[kind], "DATABASE_ADMIN_URL"),
  ]);
  return Object.fromEntries(urls);
}
