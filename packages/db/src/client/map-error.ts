import {
  ConnectionError,
  DatabaseError,
  type DatabaseErrorDetails,
  PoolExhaustedError,
  TimeoutError,
} from "../core/errors";
import type { WireQuery } from "./query";
import type { ServerError } from "./server-error";
import { bySqlState } from "./sql-states";

type SentQuery = Pick<WireQuery, "text" | "statement" | "fieldOf">;

function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && typeof (error as { code?: unknown }).code === "string" && "severity" in error;
}

/**
 * Turns whatever the driver threw into one typed error that keeps the SQLSTATE and the names of constraint, table and
 * column, and drops the driver's `detail`, `where` and parameters, which hold values. Typed errors pass through. `query` is
 * what was sent: that of a repository names its fields, one of the caller's own is shown where it is wrong.
 */
export function mapError(error: unknown, context: DatabaseErrorDetails = {}, query?: SentQuery): DatabaseError {
  if (error instanceof DatabaseError) return error;
  if (isServerError(error)) return fromServer(error, context, query);
  const message = error instanceof Error ? error.message : "";
  if (message === "timeout exceeded when trying to connect") return poolExhausted(context);
  if (message === "Query read timeout") {
    return new TimeoutError("The server did not answer within the limit; the connection was closed", context);
  }
  const code = (error as { code?: unknown } | undefined)?.code;
  const reason = typeof code === "string" ? ` (${code})` : "";
  if (reason !== "" || /connection|terminated|timeout|ssl|tls|certificate/i.test(message)) {
    return new ConnectionError(`The database cannot be reached, or the connection was lost${reason}`, {
      ...context,
      retryable: true,
    });
  }
  return new DatabaseError(
    error instanceof Error ? `Unexpected ${error.name} in the database driver` : "Unexpected failure",
    context,
  );
}

/** The error of a call that waited longer than the limit for a connection. */
export function poolExhausted(context: DatabaseErrorDetails = {}): PoolExhaustedError {
  return new PoolExhaustedError(
    "No connection became free in time: look for units of work held open, or raise the pool size",
    { ...context, retryable: true },
  );
}

function fromServer(error: ServerError, context: DatabaseErrorDetails, query?: SentQuery): DatabaseError {
  const details: DatabaseErrorDetails = {
    ...context,
    sqlState: error.code,
    constraint: error.constraint,
    schema: error.schema,
    table: error.table,
    column: error.column,
  };
  const ownSql = query?.statement === undefined ? query?.text : undefined;
  return bySqlState(error, details, query?.fieldOf?.(parameterOf(error)), ownSql);
}

/** The parameter that could not be read, from 1; 0 when the server does not say. PostgreSQL 16 and newer say it. */
function parameterOf({ where }: ServerError): number {
  return Number(/^[^'$]*\$(\d+)/.exec(where ?? "")?.[1] ?? 0);
}
