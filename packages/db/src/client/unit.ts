import type { EmptyRelations } from "drizzle-orm/relations";
import type { Statement } from "../core/statement";
import type { TenantScope } from "./scope";
import type { ScopedDrizzle } from "./session";

/** How calls that arrive together become one statement. Made once, as a constant: calls meet by it. */
export interface Batch<Item, Result> {
  /** Named in errors, like a statement. */
  readonly name: string;
  /** Items of one statement at most. */
  readonly most: number;
  /**
   * Sends one statement for all items and returns, in their order, what became of each: its result, or an `Error` that
   * is its own and undid nothing of the others. It may be called again with some of the items, so it must not reject
   * with a `DatabaseError` whose outcome is "rolled-back" once anything was written.
   */
  run(unit: Unit, items: readonly Item[]): Promise<readonly (Result | Error)[]>;
}

/**
 * What a repository works with: a scope, and a way to run its statements in it. The handle of `forTenant` runs each
 * as its own transaction in one round trip; the `tx` of a transaction runs them inside it.
 */
export interface Unit {
  readonly scope: TenantScope;
  /** Runs one prepared statement; `tenantId` of the scope is filled in. */
  run<P extends object, Result>(statement: Statement<P, Result>, params: P): Promise<Result>;
  /**
   * Runs one item of a batch. On a handle, calls of the same scope that meet share a statement and its commit; when it
   * is refused, it is run in halves until the bad item fails alone. A lost connection, an exhausted pool or a timeout
   * fails all of them with the same error. In a transaction each runs at once, by itself.
   */
  joined<Item, Result>(batch: Batch<Item, Result>, item: Item): Promise<Result>;
  /** For queries whose shape depends on the input (a partial update): built at each call, not prepared. */
  readonly drizzle: ScopedDrizzle<EmptyRelations>;
  /** Runs several statements as one: a transaction of its own, or the one that is open. */
  atomic<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
}
