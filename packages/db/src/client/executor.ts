import { AsyncLocalStorage } from "node:async_hooks";
import type { QueryArrayResult } from "pg";
import { TenantIsolationError } from "../core/errors";
import { checkout, reads } from "./connection";
import { failSingle, giveBack, isStale, withStatement } from "./failure";
import type { ConnectionPool } from "./pool";
import { type Call, driverQuery, mayLeaveTraces, type QueryDone, type WireQuery } from "./query";
import { submit } from "./wire";

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
    return new Promise((resolve, reject) => {
      refuseNestedScope(this.#description);
      const call = { query, prelude: this.#prelude, resolve, reject };
      if (query.reads) this.#pool[reads].add(call);
      // After a migration each open connection may hold one stale statement, which did not run: it is sent again.
      else this.#attempt(call, this.#pool.limits.max);
    });
  }

  #attempt(call: Call, repeats: number): void {
    const { query, prelude, resolve, reject } = call;
    this.#pool[checkout]((unavailable, connection) => {
      if (unavailable) {
        reject(withStatement(unavailable, query));
        return;
      }
      const done: QueryDone = (error, result) => {
        if (error) {
          const failure = failSingle(connection, query, error);
          if (isStale(error) && repeats > 0) this.#attempt(call, repeats - 1);
          else reject(failure);
          return;
        }
        if (mayLeaveTraces(query)) connection.destroy();
        else giveBack(connection);
        resolve(result);
      };
      submit(connection.client, driverQuery(query, prelude, done));
    });
  }
}
