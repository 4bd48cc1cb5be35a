import type { EmptyRelations } from "drizzle-orm/relations";
import type { Statement } from "../core/statement";
import type { TenantScope } from "./scope";
import type { ScopedDrizzle } from "./session";

/**
 * What a repository works with: a scope, and a way to run its statements in it. The handle of `forTenant` runs each
 * as its own transaction in one round trip; the `tx` of a transaction runs them inside it.
 */
export interface Unit {
  readonly scope: TenantScope;
  /** Runs one prepared statement; `tenantId` of the scope is filled in. */
  run<P extends object, Result>(statement: Statement<P, Result>, params: P): Promise<Result>;
  /** For queries whose shape depends on the input (a partial update): built at each call, not prepared. */
  readonly drizzle: ScopedDrizzle<EmptyRelations>;
  /** Runs several statements as one: a transaction of its own, or the one that is open. */
  atomic<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
}
