import { AsyncLocalStorage } from "node:async_hooks";
import type { QueryArrayResult } from "pg";
import { TenantIsolationError } from "../core/errors";
import type { WireQuery } from "./query";

/** Whatever can run a query in one scope: a single-statement handle or an open transaction. */
export interface Executor {
  run(query: WireQuery): Promise<QueryArrayResult>;
}

/** The transaction in which the current asynchronous call chain runs. */
export const currentTransaction = new AsyncLocalStorage<{ readonly ended: boolean; readonly description: string }>();

/** Throws when called inside an open transaction: the work would run on a second connection, in a second scope. */
export function refuseNestedScope(kind: string): void {
  const outer = currentTransaction.getStore();
  if (!outer || outer.ended) return;
  throw new TenantIsolationError(
    `A second scope (${kind}) was opened inside a transaction of ${outer.description}: use the transaction's own handle (tx)`,
  );
}
