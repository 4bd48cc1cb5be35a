import { AsyncLocalStorage } from "node:async_hooks";
import { TenantIsolationError } from "../core/errors";
import type { TenantScope } from "./scope";

/** The transaction, or the part of it, in which calls run. */
export interface OpenTransaction {
  readonly ended: boolean;
  readonly description: string;
}

/** The scope in which a request runs, from its opening until its work has settled. */
export class RequestScope {
  readonly scope: TenantScope;
  /** The request around it, which has the same scope. */
  readonly outer: RequestScope | undefined;
  /** Aborts its calls. */
  readonly signal: AbortSignal | undefined;
  #settled = false;

  constructor(scope: TenantScope, outer: RequestScope | undefined, signal?: AbortSignal) {
    this.scope = Object.freeze({ ...scope });
    this.outer = outer;
    this.signal = signal ?? outer?.signal;
  }

  /** True once its work, or that of a request around it, has settled. */
  get ended(): boolean {
    return this.#settled || this.outer?.ended === true;
  }

  end(): void {
    this.#settled = true;
  }
}

/** Where a call chain runs. */
interface Place {
  readonly transaction: OpenTransaction | undefined;
  readonly request: RequestScope | undefined;
}

// One storage for both: each storage costs every promise of the process.
const places = new AsyncLocalStorage<Place>();

/** The transaction in which the current asynchronous call chain runs, or ran before it ended. */
export const currentTransaction = (): OpenTransaction | undefined => places.getStore()?.transaction;

/** The request in which the current asynchronous call chain runs, or ran before it ended. */
export const currentRequest = (): RequestScope | undefined => places.getStore()?.request;

/** Runs `work`, and all that it calls, in a transaction. */
export function inTransaction<T>(transaction: OpenTransaction, work: () => T): T {
  return places.run({ transaction, request: currentRequest() }, work);
}

/** Runs `work`, and all that it calls, in a request. */
export function inRequest<T>(request: RequestScope, work: () => T): T {
  return places.run({ transaction: currentTransaction(), request }, work);
}

/** Throws when called inside an open transaction: the work would run on a second connection, in a second scope. */
export function refuseNestedScope(kind: string): void {
  const outer = currentTransaction();
  if (!outer || outer.ended) return;
  throw new TenantIsolationError(
    `A second scope (${kind}) was opened inside a transaction of ${outer.description}: use the transaction's own handle (tx)`,
  );
}
