import type { RequestScope } from "./client/call-chain";
import { supersede } from "./client/connection";
import type { ApplicationLogin } from "./client/login-check";
import { ConnectionPool, type PoolOptions } from "./client/pool";
import { forget, keep, warnOfReloads } from "./client/reload";
import { refuseOtherTenant } from "./client/request";
import {
  identitySettings,
  type ScopeOptions,
  type ScopeSettings,
  type TenantScope,
  tenantSettings,
} from "./client/scope";
import { runTransaction, type TransactionOptions, type TransactionSource } from "./client/scoped-unit";
import { SingleUnit } from "./client/single-statements";
import { bindAndExecute, prepared } from "./client/wire";
import { ConfigurationError, TenantIsolationError } from "./core/errors";
import { type StartTransaction, TenantDatabase, type TenantTransaction } from "./handles";
import { IdentityDatabase } from "./identity";
import { type ConnectionHealth, checkHealth } from "./operations/health";
import { PlatformDatabase, type PlatformUse } from "./platform";
import { openHandle, RequestScopedDatabase } from "./request-scope";

export interface DatabaseOptions extends PoolOptions {
  /** A pool made by `createConnectionPool`, instead of the options of one. */
  pool?: ConnectionPool | undefined;
  /** Connection string of the platform login; DATABASE_PLATFORM_URL when left out. Connected at its first use. */
  platformUrl?: string | undefined;
}

/**
 * The way in. By itself it reads and writes nothing: choose a tenant with `forTenant`, `withTenant` or, around a whole
 * request, `runAs`; a signed-in person with `forIdentity`; the operator's own work with `platform`. Inside `runAs` it has
 * all that a tenant's handle has; outside, each of these throws `TenantContextMissingError`.
 */
export class Database extends RequestScopedDatabase {
  readonly #options: DatabaseOptions;
  #pool: ConnectionPool | undefined;
  #platformPool: ConnectionPool | undefined;
  #closed = false;
  #isSuperseded = false;

  constructor(options: DatabaseOptions = {}) {
    super();
    this.#options = options;
    this.#pool = options.pool;
  }

  /** The pool, made at first use. Throws `ConfigurationError` when there is no valid URL or setting. */
  get pool(): ConnectionPool {
    this.#pool ??= this.#opened("runtime", this.#options);
    return this.#pool;
  }

  /**
   * A tenant's handle; cheap, keep it for a request. Throws `TenantContextMissingError` without a tenant,
   * `ValidationError` on a malformed id, `TenantIsolationError` inside `runAs` of another tenant. With `userId`, every
   * call checks that the member is still active; without it, every write checks that the tenant is, unless the job says
   * `inactive: true`. `signal` aborts its calls.
   */
  forTenant(scope: TenantScope, { signal }: ScopeOptions = {}): TenantDatabase {
    const { unit, start } = tenantUnit(this.pool, scope, { signal });
    refuseOtherTenant(scope);
    return new TenantDatabase(unit, start);
  }

  override [openHandle](request: RequestScope): TenantDatabase {
    const { unit, start } = tenantUnit(this.pool, request.scope, { request, signal: request.signal });
    return new TenantDatabase(unit, start);
  }

  /** `forTenant(scope).transaction(work, options)` in one call. */
  withTenant<T>(
    scope: TenantScope,
    work: (tx: TenantTransaction) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    return this.forTenant(scope).transaction(work, options);
  }

  /**
   * Runs several calls as one transaction, all or nothing: in the scope of the request inside `runAs`, or in the scope
   * that it is given, as `withTenant`. A transaction that the request does not await is undone.
   * Throws `TenantContextMissingError` where there is no scope.
   */
  transaction<T>(work: (tx: TenantTransaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  transaction<T>(
    scope: TenantScope,
    work: (tx: TenantTransaction) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  transaction<T>(...call: OfRequest<T> | [TenantScope, ...OfRequest<T>]): Promise<T> {
    if (isOfRequest(call)) return this.handleOfRequest("transaction").transaction(...call);
    return this.withTenant(...call);
  }

  /**
   * A signed-in person before a tenant is chosen: sees the own memberships and profile, nothing else.
   * `identityId` is Better Auth's `session.user.id`. Throws `ValidationError`.
   */
  forIdentity(identityId: string): IdentityDatabase {
    const source = {
      pool: this.pool,
      prelude: [scopeBytes(identitySettings(identityId))],
      scope: { tenantId: "" },
      description: "an identity",
    };
    const unit = new SingleUnit(source, () => {
      throw new TenantIsolationError("An identity has no transaction: choose a tenant first");
    });
    return new IdentityDatabase(this, unit, identityId);
  }

  /**
   * The operator's own cross-tenant work, over DATABASE_PLATFORM_URL. Each use is written to `tenancy.platform_log` with
   * actor and reason, and committed, before its work begins. Throws `ValidationError` without them.
   */
  platform(use: PlatformUse): PlatformDatabase {
    const { pool: _pool, platformUrl, url: _url, ...options } = this.#options;
    this.#platformPool ??= this.#opened("platform", { ...options, url: platformUrl });
    return new PlatformDatabase(this.#platformPool, use);
  }

  /** A new pool. Of a handle that is closed it is closed too, so that every way to use it is refused alike. */
  #opened(kind: ApplicationLogin, options: PoolOptions): ConnectionPool {
    const pool = new ConnectionPool(kind, options);
    if (this.#isSuperseded) pool[supersede]();
    if (this.#closed) void pool.close();
    return pool;
  }

  /** Is the database reachable, is the login safe, is the schema up to date? Never throws; bounded by the pool's limits. */
  checkConnectionHealth(): Promise<ConnectionHealth> {
    return checkHealth(() => this.pool);
  }

  /** Ends all connections: waits up to `graceMs` (5 s) for work under way. Always ends. */
  async close(options: { graceMs?: number } = {}): Promise<void> {
    forget(this);
    this.#closed = true;
    await Promise.all([this.#pool?.close(options), this.#platformPool?.close(options)]);
  }

  /** Lets go of its connections after a reload has made another handle in its place; whoever still uses it is served. */
  [supersede](): void {
    this.#isSuperseded = true;
    this.#pool?.[supersede]();
    this.#platformPool?.[supersede]();
  }

  /** Shows nothing that could be a secret. */
  toJSON(): Record<string, unknown> {
    return { name: "Database", pool: this.#pool?.status() };
  }
}

/** What a transaction of the request is given. */
type OfRequest<T> = [work: (tx: TenantTransaction) => Promise<T>, options?: TransactionOptions];

function isOfRequest<T>(call: OfRequest<T> | [TenantScope, ...OfRequest<T>]): call is OfRequest<T> {
  return typeof call[0] === "function";
}

/** A tenant's single statements, and how its transactions start: what its handle is made of. */
export function tenantUnit(
  pool: ConnectionPool,
  scope: TenantScope,
  { request, signal }: Pick<TransactionSource, "request" | "signal"> = {},
): { unit: SingleUnit; start: StartTransaction } {
  const source = {
    pool,
    ...preludesOf(scope),
    scope: Object.freeze({ ...scope }),
    description: "a tenant",
    request,
    signal,
  };
  const start: StartTransaction = (work, options) => runTransaction(source, work, options);
  return { unit: new SingleUnit(source, start), start };
}

/** What work in a scope begins with. A job is held to an active tenant, but for single reads. */
function preludesOf(scope: TenantScope): Pick<TransactionSource, "prelude" | "reading"> {
  const settings = tenantSettings(scope);
  const set = [scopeBytes(settings)];
  if (settings.userId !== "" || scope.inactive) return { prelude: set };
  const checked =
    settings.companyId === ""
      ? [bindAndExecute(prepared.job, [settings.tenantId])]
      : [...set, bindAndExecute(prepared.active, [])];
  return { prelude: checked, reading: set };
}

function scopeBytes({ tenantId, userId, companyId, identityId }: ScopeSettings): Buffer {
  const tenantOnly = userId === "" && companyId === "" && identityId === "";
  return tenantOnly
    ? bindAndExecute(prepared.scope, [tenantId])
    : bindAndExecute(prepared.member, [tenantId, userId, companyId, identityId]);
}

/**
 * A database handle from the environment or from `options`. Connects at the first call.
 * Throws `ConfigurationError` naming the variable when the configuration does not fit.
 */
export function createDatabase(options: DatabaseOptions = {}): Database {
  const { pool, reloadKey } = options;
  if (reloadKey === undefined) {
    const database = opened(options);
    if (!pool) warnOfReloads(database, options, createDatabase);
    return database;
  }
  if (pool)
    throw new ConfigurationError("reloadKey: give it to createConnectionPool, which makes the pool of this handle");
  return keepDatabase(`database ${reloadKey}`, options, () => opened(options));
}

/** The process's own handle, kept over reloads. Connects at its first call, and reads the environment then. */
export const processDatabase = (): Database => keepDatabase("process", {}, () => new Database());

function opened(options: DatabaseOptions): Database {
  const database = new Database(options);
  void database.pool;
  return database;
}

const keepDatabase = (key: string, options: DatabaseOptions, make: () => Database): Database =>
  keep({ key, owner: Database, options, make, supersede: (database) => database[supersede]() });
