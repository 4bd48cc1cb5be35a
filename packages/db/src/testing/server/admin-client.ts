/** Short-lived administrative connections, whose errors never show the URL's password. */
import pg from "pg";
import { withUrlParts } from "../../client/url";
import { ConfigurationError, ConnectionError } from "../../core/errors";

/** Parses a database URL; the built-in parser's own error would carry the whole text, password included. */
export function parseDatabaseUrl(url: string, name = "The database URL"): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !["postgres:", "postgresql:"].includes(parsed.protocol)) {
    throw new ConfigurationError(`${name} is not of the form postgres://user:password@host:port/database.`);
  }
  return parsed;
}

/** The same URL for another database and, when given, another login. */
export function withDatabase(url: string, database: string, login?: { user: string; password: string }): string {
  return withUrlParts(parseDatabaseUrl(url).href, { database, ...login });
}

/** Where a URL points to, in words that may be shown: `db on host:5432 as user`. */
export function describeUrl(url: string): string {
  const { hostname, port, pathname, username } = parseDatabaseUrl(url);
  return `${decodeURIComponent(pathname.slice(1)) || "postgres"} on ${hostname}:${port || "5432"} as ${decodeURIComponent(username) || "the default user"}`;
}

/** The server's five-letter code of this error, or the system's (`ECONNREFUSED`). */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function connectionFailure(url: string, error: unknown): ConnectionError {
  const code = errorCode(error);
  const secret = decodeURIComponent(parseDatabaseUrl(url).password);
  let reason = (error instanceof Error ? error.message : "") || code || "no reason was given";
  if (secret !== "") reason = reason.replaceAll(secret, "***");
  const advice = /^28/.test(code ?? "")
    ? "check the user and the password"
    : code === "3D000"
      ? "the database does not exist: create it, or name another one"
      : "check that the server runs there and accepts connections";
  return new ConnectionError(`Cannot connect to ${describeUrl(url)}: ${reason}. Please ${advice}.`, {
    sqlState: code?.length === 5 ? code : undefined,
    retryable: code === "ECONNREFUSED" || code === "57P03",
  });
}

/** Closes the connection, but does not wait for ever for a server that has stopped answering. */
async function endClient(client: pg.Client): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 2_000);
  });
  await Promise.race([client.end().catch(() => undefined), limit]);
  clearTimeout(timer);
}

/** Connects with this URL, runs `fn`, and always ends the connection. */
export async function withAdminClient<T>(url: string, fn: (client: pg.Client) => Promise<T>): Promise<T> {
  parseDatabaseUrl(url);
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 60_000,
    application_name: "org-db admin",
  });
  // Without a listener, a connection that dies between two statements would end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await endClient(client);
    throw connectionFailure(url, error);
  }
  try {
    return await fn(client);
  } finally {
    await endClient(client);
  }
}
