/** Database URLs, whose errors never show the password. */
import { withUrlParts } from "../../client/url";
import { ConfigurationError } from "../../core/errors";

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

/** The server's five-letter code of this error, or the system's (`ECONNREFUSED`). */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
