import type { QueryArrayResult } from "pg";
import { DatabaseError } from "../core/errors";
import type { Call } from "./call";
import type { WireQuery } from "./query";
import type { TenantScope } from "./scope";
import { type QueryEvent, Trace } from "./trace";

export type OnQuery = (event: QueryEvent) => void;

/** What is told of an error. */
export const factsOf = (error: unknown): QueryEvent["error"] =>
  error instanceof DatabaseError
    ? { code: error.code, sqlState: error.sqlState }
    : { code: "DATABASE_ERROR", sqlState: undefined };

let warned = false;

/** Tells the application. What it throws changes nothing for the call; the first time, the process is warned. */
export function tell(onQuery: OnQuery, event: QueryEvent): void {
  const failed = () => {
    if (warned) return;
    warned = true;
    process.emitWarning("onQuery failed: it must not throw or reject; its failures are ignored", {
      code: "ORG_DB_ON_QUERY",
    });
  };
  try {
    const answer: unknown = onQuery(event);
    if (answer instanceof Promise) answer.catch(failed);
  } catch {
    failed();
  }
}

/** Runs a query of a transaction, and tells `onQuery` of its end. */
export async function observing(
  onQuery: OnQuery,
  query: WireQuery,
  scope: TenantScope,
  run: (trace: Trace) => Promise<QueryArrayResult>,
): Promise<QueryArrayResult> {
  const trace = new Trace();
  try {
    const result = await run(trace);
    tell(onQuery, trace.event(query, scope, rowsOf(result), undefined));
    return result;
  } catch (error) {
    tell(onQuery, trace.event(query, scope, 0, factsOf(error)));
    throw error;
  }
}

const rowsOf = ({ rowCount, rows }: QueryArrayResult) => rowCount ?? rows.length;

/** The same call, which tells `onQuery` of its end. */
export function observed(call: Call, onQuery: OnQuery, scope: TenantScope): Call {
  const trace = new Trace();
  return {
    ...call,
    trace,
    resolve: (result) => {
      call.resolve(result);
      tell(onQuery, trace.event(call.query, scope, rowsOf(result), undefined));
    },
    reject: (error) => {
      call.reject(error);
      tell(onQuery, trace.event(call.query, scope, 0, factsOf(error)));
    },
  };
}

/**
 * A logger for development: one line for each statement on standard error, as
 * `accounting.customers.find 1.2 ms, 1 row`. `createDatabase({ onQuery: logQuery })`.
 */
export function logQuery({ name, text, milliseconds, waitedMilliseconds, rows, roundTrips, error }: QueryEvent): void {
  const what = name ?? text.replace(/\s+/g, " ").trim().slice(0, 200);
  const waited = waitedMilliseconds >= 1 ? ` (waited ${waitedMilliseconds.toFixed(1)})` : "";
  const trips = roundTrips === 1 ? "" : `, ${roundTrips} round trips`;
  const end = error
    ? `failed: ${error.code}${error.sqlState ? ` ${error.sqlState}` : ""}`
    : `${rows} ${rows === 1 ? "row" : "rows"}`;
  process.stderr.write(`${what} ${milliseconds.toFixed(1)} ms${waited}, ${end}${trips}\n`);
}
