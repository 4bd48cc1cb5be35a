import { DatabaseError, type DatabaseErrorDetails } from "../core/errors";
import type { Connection } from "./connection";
import { mapError } from "./map-error";
import { mayLeaveTraces, type WireQuery } from "./query";

/** Names the statement in an error that happened before it was sent. */
export function withStatement(error: DatabaseError, query: WireQuery): DatabaseError {
  return query.statement === undefined ? error : Object.assign(error, { statement: query.statement });
}

/** Releases a connection that is outside any transaction, and destroys any other, so that no open transaction leaks. */
export function giveBack(connection: Connection): void {
  if (connection.client.getTransactionStatus() === "I") connection.release();
  else connection.destroy();
}

/**
 * True when the server itself reported the error: then nothing was committed. A panic is the exception, because the
 * server may have written the commit record before it.
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

/** True when the connection can be used again: nothing was sent, or the server reported the error and keeps running. */
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

/** Releases the connection of failed work when it can be used again, and destroys it otherwise. */
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
