import type { EmptyRelations } from "drizzle-orm/relations";
import type { Statement } from "../core/statement";
import type { TenantScope } from "./scope";
import type { ScopedDrizzle } from "./session";

/** How calls that arrive together become one statement. Make it a constant: calls of the same object are joined. */
export interface Batch<Item, Result> {
  /** Name for errors, like that of a statement. */
  readonly name: string;
  /** Largest number of items in one statement. */
  readonly most: number;
  /**
   * Sends one statement for all items. Returns one entry for each item, in their order: its result, or an `Error` of
   * that item alone. It may be called again with some of the items, so once anything was written it must not reject
   * with a `DatabaseError` whose outcome is "rolled-back".
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
   * Runs one item of a batch. On a handle, calls of the same scope that arrive together share a statement and its
   * commit. A refused batch is run again in halves, until the bad item fails alone. A lost connection, an exhausted
   * pool or a timeout fails all items with the same error. In a transaction each item runs immediately, by itself.
   */
  joined<Item, Result>(batch: Batch<Item, Result>, item: Item): Promise<Result>;
  /** For queries whose shape depends on the input (a partial update): built at each call, not prepared. */
  readonly drizzle: ScopedDrizzle<EmptyRelations>;
  /**
   * Runs several statements as one: a transaction of its own, or a savepoint of the one that is open. What it wrote is
   * undone when it fails. An error of the server undoes the open transaction as well, as that of a single statement does.
   */
  atomic<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
}
