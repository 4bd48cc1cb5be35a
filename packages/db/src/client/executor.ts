import { AsyncLocalStorage } from "node:async_hooks";
import pg, { type QueryArrayResult } from "pg";
import { DatabaseError, type DatabaseErrorDetails, TenantIsolationError } from "../core/errors";
import { mapError } from "./map-error";
import { type Connection, type ConnectionPool, checkout } from "./pool";
import { BatchQuery, submit } from "./wire";

/** One query as it goes to the server. `name` makes it a prepared statement; `statement` names it in errors. */
export interface WireQuery {
  text: string;
  name?: string | undefined;
  rowMode?: "array" | undefined;
  values: unknown[];
  statement?: string | undefined;
}

/** Whatever can run a query in one scope: a single-statement handle or an open transaction. */
export interface Executor {
  run(query: WireQuery): Promise<QueryArrayResult>;
}

/** The transaction that the current asynchronous call chain is inside of. */
export const currentTransaction = new AsyncLocalStorage<{ readonly ended: boolean; readonly description: string }>();

/** Throws when called inside an open transaction: the work would run on a second connection, in a second scope. */
export function refuseNestedScope(kind: string): void {
  const outer = currentTransaction.getStore();
  if (!outer || outer.ended) return;
  throw new TenantIsolationError(
    `A second scope (${kind}) was opened inside a transaction of ${outer.description}: use the transaction's own handle (tx)`,
  );
}

// Drizzle maps these types itself, from text; pg's parsers would lose microseconds and cost more.
const textual = new Set([1082, 1114, 1184, 1186, 1115, 1182, 1185, 1187, 1231]);
const keepText = (value: string) => value;

const types = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    textual.has(oid) ? keepText : (pg.types.getTypeParser(oid, format as "text") as (value: string) => unknown),
};

/** Submits a query with its prelude on a checked-out connection; calls back with the driver's own error. */
function submitQuery(
  connection: Connection,
  { text, name, rowMode, values }: WireQuery,
  prelude: readonly Buffer[],
  done: (error: Error | undefined, result: QueryArrayResult) => void,
): void {
  const config = { text, name, rowMode, types } as ConstructorParameters<typeof BatchQuery>[0];
  submit(connection.client, new BatchQuery(config, values, prelude, done));
}

/** The promise form, for transactions. Rejects with the driver's own error. */
export function send(
  connection: Connection,
  query: WireQuery,
  prelude: readonly Buffer[] = [],
): Promise<QueryArrayResult> {
  return new Promise((resolve, reject) => {
    submitQuery(connection, query, prelude, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

// PREPARE, DEALLOCATE, SET, DO, … can leave something on the connection for the next scope, even when they fail or are
// rolled back. Comments and everything unknown count as such.
const leavesNothing =
  /^\s*(select|insert|update|delete|with|values|merge|table|savepoint|release savepoint|rollback to savepoint)\b/i;

// Functions whose effect can outlive the transaction, or that run SQL given as text; and names written in escapes.
const outlives = /set_config|pg_(?:try_)?advisory_lock|_to_xml|ts_stat|dblink|u&"/i;

/** True for a caller's own SQL after which the connection must not serve another unit. */
export const mayLeaveTraces = ({ name, text }: WireQuery): boolean =>
  name === undefined && (!leavesNothing.test(text) || outlives.test(text));

const readOnly = /^\s*select\b/i;

/** Runs each query as its own implicit transaction, in one round trip: scope, query, Sync. */
export class SingleStatements implements Executor {
  readonly #pool: ConnectionPool;
  readonly #prelude: readonly Buffer[];
  readonly #description: string;

  constructor(pool: ConnectionPool, prelude: readonly Buffer[], description: string) {
    this.#pool = pool;
    this.#prelude = prelude;
    this.#description = description;
  }

  run(query: WireQuery): Promise<QueryArrayResult> {
    // After a migration each open connection may hold one stale statement, which did not run: it is sent again.
    return this.#attempt(query, this.#pool.limits.max);
  }

  #attempt(query: WireQuery, repeats: number): Promise<QueryArrayResult> {
    return new Promise((resolve, reject) => {
      refuseNestedScope(this.#description);
      this.#pool[checkout]((unavailable, connection) => {
        if (unavailable) {
          reject(withStatement(unavailable, query));
          return;
        }
        submitQuery(connection, query, this.#prelude, (error, result) => {
          if (error) {
            const failure = failSingle(connection, query, error);
            if (isStale(error) && repeats > 0) resolve(this.#attempt(query, repeats - 1));
            else reject(failure);
            return;
          }
          if (mayLeaveTraces(query)) connection.destroy();
          else giveBack(connection);
          resolve(result);
        });
      });
    });
  }
}

function withStatement(error: DatabaseError, query: WireQuery): DatabaseError {
  return query.statement === undefined ? error : Object.assign(error, { statement: query.statement });
}

/** Releases a connection only when it stands outside any transaction; whoever left one open must not leak it. */
export function giveBack(connection: Connection): void {
  if (connection.client.getTransactionStatus() === "I") connection.release();
  else connection.destroy();
}

/** True when the server itself reported the error, so that it is known that nothing was committed. */
function answeredByServer(error: unknown): boolean {
  return error instanceof Error && "severity" in error && typeof (error as { code?: unknown }).code === "string";
}

/** True for a prepared statement that has outlived a migration (0A000) or was deallocated (26000); it did not run. */
function isStale(error: unknown): boolean {
  const { code, routine } = error as { code?: string; routine?: string };
  return code === "26000" || (code === "0A000" && routine === "RevalidateCachedQuery");
}

/** True when the connection can serve on: nothing was sent, or the server reported the error and stays. */
export function connectionSurvives(error: unknown): boolean {
  if (error instanceof DatabaseError) return true;
  if (!answeredByServer(error)) return false;
  return (error as { severity?: string }).severity === "ERROR" && !isStale(error);
}

function failSingle(connection: Connection, query: WireQuery, error: unknown): DatabaseError {
  if (connectionSurvives(error) && !mayLeaveTraces(query)) connection.release();
  else connection.destroy();
  const details: DatabaseErrorDetails = { statement: query.statement };
  const sent = !(error instanceof DatabaseError);
  if (sent && !answeredByServer(error) && !readOnly.test(query.text)) {
    const lost = mapError(error, { ...details, outcome: "unknown" });
    return Object.assign(lost, { retryable: false });
  }
  return mapError(error, details);
}
