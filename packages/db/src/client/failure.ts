import { DatabaseError } from "../core/errors";
import { type Abortable, abortedUnderWay } from "./abort";
import type { Connection } from "./connection";
import { mapError } from "./map-error";
import { mayLeaveTraces, type WireQuery } from "./query";
import { wasIncomplete, wasReadyAfter } from "./settled";

/** Names the statement in an error that happened before it was sent. */
export function withStatement(error: DatabaseError, query: WireQuery): DatabaseError {
  return query.statement === undefined ? error : Object.assign(error, { statement: query.statement });
}

/** Releases a connection that is outside any transaction, and destroys any other, so that no open transaction leaks. */
export function giveBack(connection: Connection): void {
  if (connection.client.getTransactionStatus() === "I") connection.release();
  else connection.destroy();
}

/** True for a prepared statement that has outlived a migration (0A000) or was deallocated (26000); it did not run. */
export function isStale(error: unknown): boolean {
  const { code, routine } = error as { code?: string; routine?: string };
  return code === "26000" || (code === "0A000" && routine === "RevalidateCachedQuery");
}

// The server became read-only, ends, or says of itself that the connection is broken.
const serverLeaves = /^(?:25006|57P..|08...)$/;

// Answers of the server that leave the outcome open: it does not know itself whether it has committed.
const leavesOpen = new Set(["08007", "40003"]);

const stateOf = (error: unknown) => String((error as { code?: unknown } | undefined)?.code ?? "");

/** True when the connection can serve on: nothing was sent, or the server reported the error and still serves writes. */
export function connectionSurvives(error: unknown): boolean {
  if (error instanceof DatabaseError) return true;
  return wasReadyAfter(error) && !isStale(error) && !serverLeaves.test(stateOf(error));
}

/** True when the server, which serves on, refused a write because the transaction is read-only. */
export const isRefusedWrite = (error: unknown): boolean => stateOf(error) === "25006" && wasReadyAfter(error);

/** True when the server refused the statement and went on: nothing was committed. */
export function isUndone(error: unknown): boolean {
  return error instanceof DatabaseError || (wasReadyAfter(error) && !leavesOpen.has(stateOf(error)));
}

// A server that ends the connection before the statement is complete has not committed it: the commit comes with the
// Sync behind it. Class 08 is a pooler's, which may have lost the answer of its server.
const endedBefore = (error: unknown) => wasIncomplete(error) && !stateOf(error).startsWith("08");

/**
 * The typed error of a query that ran as its own transaction. Unless it is known that the server did not commit it, the
 * outcome is open: the answer may have been lost behind the commit. Only a query that is declared or proven to read has
 * nothing to lose; a procedure or a block of the caller's own may have committed before its error.
 */
export function failureOf(query: WireQuery, error: unknown): DatabaseError {
  const { statement } = query;
  const nothingSent = error instanceof DatabaseError;
  const undone = (isUndone(error) || endedBefore(error)) && (nothingSent || !mayLeaveTraces(query));
  if (query.reads || undone) return mapError(error, { statement }, query);
  return outcomeUnknown(mapError(error, { statement, outcome: "unknown" }, query));
}

/** The error of work that may have been committed: making the same call again could do it twice. */
export function outcomeUnknown(failure: DatabaseError): DatabaseError {
  return Object.assign(failure, { retryable: false });
}

/** Releases the connection of failed work when it can be used again, and destroys it otherwise. */
export function releaseFailed(connection: Connection, error: unknown): void {
  if (connectionSurvives(error)) giveBack(connection);
  else if (stateOf(error) === "25006") connection.retire();
  else connection.destroy();
}

/** Gives back or destroys the connection of a query that failed as its own transaction, and returns its typed error. */
export function failSingle(
  connection: Connection,
  query: WireQuery,
  error: unknown,
  abort: Abortable | undefined,
): DatabaseError {
  if (mayLeaveTraces(query) || abort?.isCancelled) connection.destroy();
  else releaseFailed(connection, error);
  const failure = failureOf(query, error);
  return wasCancelled(error, abort) ? abortedUnderWay(failure) : failure;
}

/** True when the server cancelled the statement because its caller had aborted it. */
export const wasCancelled = (error: unknown, abort: Abortable | undefined): boolean =>
  abort?.isCancelled === true && stateOf(error) === "57014";
