import { currentRequest, inRequest, RequestScope, refuseNestedScope } from "./client/call-chain";
import { afterTheRequest, openRequest, sameScope } from "./client/request";
import type { ScopeOptions, TenantScope } from "./client/scope";
import { TenantContextMissingError, TenantIsolationError } from "./core/errors";
import { TenantDatabase } from "./handles";

/** Key of the method that makes the handle of a request. */
export const openHandle = Symbol("openHandle");

/** A request on one database, with the handle that its calls use. */
class DatabaseRequest extends RequestScope {
  readonly database: RequestScoped;
  readonly handle: TenantDatabase;

  constructor(
    database: RequestScoped,
    scope: TenantScope,
    outer: RequestScope | undefined,
    signal: AbortSignal | undefined,
  ) {
    super(scope, outer, signal);
    this.database = database;
    this.handle = database[openHandle](this);
  }
}

/** What a tenant's handle has, on the database itself: inside `runAs` it is the handle of that scope. */
type OfTheRequest = Omit<TenantDatabase, "transaction">;

/** Names of all that a handle's getters give: the domains' repositories, Drizzle's methods and the scope. */
function gettersOf(handle: object): (keyof OfTheRequest)[] {
  const parent: object | null = Object.getPrototypeOf(handle);
  if (parent === null) return [];
  const own = Object.entries(Object.getOwnPropertyDescriptors(handle));
  const names = own.filter(([, { get }]) => get).map(([name]) => name as keyof OfTheRequest);
  return [...names, ...gettersOf(parent)];
}

/** The part of the database that works in the scope of a request. */
abstract class RequestScoped {
  static {
    for (const name of gettersOf(TenantDatabase.prototype)) {
      Object.defineProperty(RequestScoped.prototype, name, {
        get(this: RequestScoped) {
          return this.handleOfRequest(name)[name];
        },
      });
    }
  }

  /**
   * Runs `work`, a request, as one tenant, user and company. Inside, `db.select()`, `db.transaction(work)`,
   * `db.accounting…` and all else of a tenant's handle need no scope, also behind `await`, in timers and in emitters
   * that are used inside. The scope lasts until `work` has settled: await every call. Resolves and rejects as `work` does.
   * `signal`, as that of a request whose client may go away, aborts its calls: `AbortedError`.
   *
   * Rejects with `TenantContextMissingError` and `ValidationError` as `forTenant` throws them, and with
   * `TenantIsolationError` inside a transaction, or inside a request of another scope. The same scope may be opened again.
   */
  async runAs<T>(scope: TenantScope, work: () => T, { signal }: ScopeOptions = {}): Promise<Awaited<T>> {
    refuseNestedScope("the scope of a request");
    const outer = openRequest();
    const request = new DatabaseRequest(this, scope, outer, signal);
    if (outer && !sameScope(outer.scope, scope)) {
      throw new TenantIsolationError(
        "A request cannot change its scope: runAs was called inside runAs with another tenant, user or company",
      );
    }
    try {
      return await inRequest(request, () => sent(work()));
    } finally {
      request.end();
    }
  }

  /** The handle of the current request on this database. Throws `TenantContextMissingError` outside of one. */
  protected handleOfRequest(method: string): TenantDatabase {
    const current = currentRequest();
    if (current?.ended) throw afterTheRequest();
    for (let request = current; request; request = request.outer) {
      if (request instanceof DatabaseRequest && request.database === this) return request.handle;
    }
    throw new TenantContextMissingError(
      `db.${method} needs a tenant: use db.forTenant({ tenantId, userId }).${method}, or db.runAs({ tenantId, userId }, work) around the request`,
    );
  }

  /** The handle of a request. Throws as `forTenant` does on a scope that is none. */
  abstract [openHandle](request: RequestScope): TenantDatabase;
}

/** What `work` gave. A query is sent when it is awaited, so it is awaited here, in the scope. */
function sent<T>(result: T): T | Promise<Awaited<T>> {
  const isQuery =
    !(result instanceof Promise) && typeof (result as { then?: unknown } | undefined)?.then === "function";
  return isQuery ? (async (): Promise<Awaited<T>> => await result)() : result;
}

export const RequestScopedDatabase = RequestScoped as unknown as abstract new () => RequestScoped & OfTheRequest;
