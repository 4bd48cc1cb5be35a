import { DatabaseError, type DatabaseErrorDetails } from "../core/errors";
import type { Connection } from "./connection";
import { mapError } from "./map-error";
import { mayLeaveTraces, type WireQuery } from "./query";

/** Names the statement in an error that happened before it was sent. */
export function withStatement(error: DatabaseError, query: WireQuery): DatabaseError {
  return query.statement === undefined ? error : Object.assign(error, { statement: query.statement });
}

/** Releases a connection only when it stands outside any transaction; whoever left one open must not leak it. */
export function giveBack(connection: Connection): void {
  if (connection.client.getTransactionStatus() === "I") connection.release();
  else connection.destroy();
}

/**
 * True when the server itself reported the error, so that it is known that nothing was committed. A server that panics
 * may have written the commit before.
 */
function answeredByServer(error: unknown): boolean {
  if (!(error instanceof Error) || !("severity" in error)) return false;
  return error.severity !== "PANIC" && typeof (error as { code?: unknown }).code === "string";
}

/** True for a prepared statement that has outlived a migration (0A000) or was deallocated (26000); it did not run. */
export function isStale(error: unknown): boolean {
  const { code, routine } = error as { code?: string; routine?: string };
  return code === "26000" || (code === "0A000" && routine === "RevalidateCachedQuery");
}

/** True when the connection can serve on: nothing was sent, or the server reported the error and stays. */
export function connectionSurvives(error: unknown): boolean {
  if (error instanceof DatabaseError) return true;
  if (!answeredByServer(error)) return false;
  return (error as { severity?: string }).severity === "ERROR" && !isStale(error);
}

const readOnly = /^\s*select\b/i;

/** The typed error of a query that ran as its own transaction. A lost connection leaves the outcome of a write open. */
export function failureOf(query: WireQuery, error: unknown): DatabaseError {
  const details: DatabaseErrorDetails = { statement: query.statement };
  const sent = !(error instanceof DatabaseError);
  if (sent && !answeredByServer(error) && !readOnly.test(query.text)) {
    const lost = mapError(error, { ...details, outcome: "unknown" });
    return Object.assign(lost, { retryable: false });
  }
  return mapError(error, details);
}

/** Releases the connection of work that failed if it can serve on. */
export function releaseFailed(connection: Connection, error: unknown): void {
  if (connectionSurvives(error)) connection.release();
  else connection.destroy();
}

/** Gives back or destroys the connection of a query that failed as its own transaction, and returns its typed error. */
export function failSingle(connection: Connection, query: WireQuery, error: unknown): DatabaseError {
  if (mayLeaveTraces(query)) connection.destroy();
  else releaseFailed(connection, error);
  return failureOf(query, error);
}
