/** Database URLs, whose errors never show the password. */
import { withUrlParts } from "../../client/url";

/** The same URL for another database and, when given, another login. */
export function withDatabase(url: string, database: string, login?: { user: string; password: string }): string {
  return withUrlParts(url, { database, ...login }, "The database URL");
}

/** The server's five-letter code of this error, or the system's (`ECONNREFUSED`). */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
