import type { QueryArrayResult } from "pg";
import { TenantIsolationError } from "../core/errors";
import { currentTransaction } from "./call-chain";
import type { WireQuery } from "./query";

/** Whatever can run a query in one scope: a single-statement handle or an open transaction. */
export interface Executor {
  run(query: WireQuery): Promise<QueryArrayResult>;
}

/** Throws when called inside an open transaction: the work would run on a second connection, in a second scope. */
export function refuseNestedScope(kind: string): void {
  const outer = currentTransaction();
  if (!outer || outer.ended) return;
  throw new TenantIsolationError(
    `A second scope (${kind}) was opened inside a transaction of ${outer.description}: use the transaction's own handle (tx)`,
  );
}
