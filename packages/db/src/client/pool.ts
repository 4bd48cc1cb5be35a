import pg from "pg";
import { DatabaseError, UnsafeRoleError } from "../core/errors";
import { cancelQuery } from "./cancel";
import { Coalescer } from "./coalescer";
import { connectionTarget, type PoolLimits, poolLimits } from "./config";
import { type Connection, cancel, checkout, connect, joins, observer, reads, spare, supersede } from "./connection";
import { clientClass, driverConfig } from "./driver-config";
import { type ApplicationLogin, checkLogin, groupOf, type LoginCheck, unsafeRole } from "./login-check";
import { mapError } from "./map-error";
import type { OnQuery } from "./query-events";
import { forget, keep, warnOfReloads } from "./reload";
import { settleSession } from "./session-settings";
import { SharedReads } from "./shared-reads";
import { type BusyClient, clientsOf, watchForSilence } from "./silence";
import type { ConnectionTarget } from "./url";
import { PrepareStatements, prepared, submit } from "./wire";

export interface PoolOptions extends Partial<PoolLimits> {
  /** Connection string; the environment variable of the login kind when left out. */
  url?: string | undefined;
  applicationName?: string | undefined;
  /**
   * What to do with a login that could bypass isolation: `refuse` it, or (never in production) `drop` its rights by
   * becoming the group role at connection start. Default: refuse in production, drop elsewhere with one warning.
   */
  unsafeLogin?: "refuse" | "drop" | undefined;
  /** Let `pg` send further queries of a connection before the first is answered. */
  pipeline?: boolean | undefined;
  /**
   * Keeps the handle over the reloads of a development server: when the module that makes it runs again, the same key gives
   * the same handle. One key for each handle of the process. See docs/configuration.md.
   */
  reloadKey?: string | undefined;
  /** Lets the process end while connections are idle, as a script wants it; otherwise `close()` or a signal ends it. */
  allowExitOnIdle?: boolean | undefined;
  /**
   * Is told of each statement once it was answered: its name, text, times and rows, and never its values. `logQuery` prints
   * them. It costs nothing when left out, and what it throws changes nothing.
   */
  onQuery?: OnQuery | undefined;
  /** Where the one warning goes; `process.emitWarning` when left out. */
  onWarning?: ((message: string) => void) | undefined;
}

/** Counters of a pool, for health checks and metrics. */
export interface PoolStatus {
  total: number;
  idle: number;
  waiting: number;
  max: number;
}

// The other settings are reset only when something left them set: setting one costs more than reading it.
const resetUnlessEmpty = (name: string) =>
  `case when current_setting('${name}', true) <> '' then set_config('${name}', '', true) end`;

const scopeStatement = `
  select set_config('app.current_tenant_id', $1, true), ${resetUnlessEmpty("app.current_user_id")},
    ${resetUnlessEmpty("app.current_company_id")}, ${resetUnlessEmpty("app.current_identity_id")}`;

const activeCheck = "tenancy.require_active_tenant()";

const memberStatement = `
  select set_config('app.current_tenant_id', $1, true), set_config('app.current_user_id', $2, true),
    set_config('app.current_company_id', $3, true), set_config('app.current_identity_id', $4, true),
    tenancy.require_active_member()`;

const begins = { [prepared.begin]: "begin", [prepared.beginReadOnly]: "begin read only" };

const preparedStatements: Record<ApplicationLogin, Record<string, string>> = {
  runtime: {
    ...begins,
    [prepared.scope]: scopeStatement,
    [prepared.job]: `${scopeStatement}, ${activeCheck}`,
    [prepared.active]: `select ${activeCheck}`,
    [prepared.member]: memberStatement,
  },
  platform: begins,
  identity: begins,
};

/**
 * A pool of one kind of login. Every wait is bounded, connection failures never reach the process as uncaught events,
 * and the login is checked once, on the first connection. The raw clients stay inside the package.
 */
export class ConnectionPool {
  readonly kind: ApplicationLogin;
  readonly limits: PoolLimits;
  readonly #target: ConnectionTarget;
  readonly #options: PoolOptions;
  readonly #pool: pg.Pool;
  readonly #silence: { start(): void; stop(): void };
  /** Runs reads that may share a round trip. */
  readonly [reads]: SharedReads;
  /** Runs calls that may share a statement. */
  readonly [joins]: Coalescer;
  readonly #openedAt = new WeakMap<pg.ClientBase, number>();
  /** Connections that were opened before this time are closed: their server has become read-only. */
  #notBefore = 0;
  /** A reload has made another pool in its place: connections that are given back are closed. */
  #isSuperseded = false;
  #check: Promise<LoginCheck> | undefined;
  #closed: Promise<void> | undefined;

  constructor(kind: ApplicationLogin, options: PoolOptions = {}) {
    this.kind = kind;
    this.#options = options;
    this.#target = connectionTarget(kind, options.url);
    this.limits = poolLimits(options);
    this[reads] = new SharedReads(this);
    this[joins] = new Coalescer(this.limits.connectionTimeoutMillis);
    this.#pool = new pg.Pool({
      ...driverConfig(this.#target),
      Client: clientClass(this.#target),
      max: this.limits.max,
      min: this.limits.min,
      idleTimeoutMillis: this.limits.idleTimeoutMillis,
      connectionTimeoutMillis: this.limits.connectionTimeoutMillis,
      statement_timeout: this.limits.statementTimeoutMillis,
      lock_timeout: this.limits.lockTimeoutMillis,
      idle_in_transaction_session_timeout: this.limits.idleInTransactionTimeoutMillis,
      keepAlive: true,
      application_name: options.applicationName ?? this.#target.applicationName ?? `@org/db ${kind}`,
      ...(options.pipeline ? { pipeline: true } : {}),
      ...(options.allowExitOnIdle ? { allowExitOnIdle: true } : {}),
      onConnect: (client: pg.ClientBase) => this.#open(client),
    } as pg.PoolConfig);
    // Without error listeners a killed backend would end the process. Idle clients report here, checked-out ones below.
    this.#pool.on("error", () => undefined);
    this.#silence = watchForSilence(this.#pool, this.limits.queryTimeoutMillis, (client) => this.#cancel(client));
  }

  /** Whom each statement is told to; undefined when nobody asked. */
  get [observer](): OnQuery | undefined {
    return this.#options.onQuery;
  }

  /** Where the pool connects to, without secrets. */
  get address(): { host: string; port: number; user: string; database: string } {
    const { host, port, user, database } = this.#target;
    return { host, port, user, database };
  }

  status(): PoolStatus {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    const waiting = waitingCount + this[reads].waitingBehind;
    return { total: totalCount, idle: idleCount, waiting, max: this.limits.max };
  }

  /** A connection, within `connectionTimeoutMillis`. Calls back with a typed error otherwise. */
  [checkout](done: (error: DatabaseError | undefined, connection: Connection) => void): void {
    const none = undefined as unknown as Connection;
    if (this.#closed) {
      done(new DatabaseError("The database handle is closed"), none);
      return;
    }
    this.#pool.connect((error, client, release) => {
      if (error || !client) {
        done(mapError(error), none);
        return;
      }
      if ((this.#openedAt.get(client) ?? 0) < this.#notBefore) {
        release(true);
        this[checkout](done);
        return;
      }
      done(undefined, {
        client: client as unknown as Connection["client"],
        release: () => release(this.#isSuperseded),
        destroy: () => release(true),
        retire: () => {
          this.#notBefore = performance.now();
          release(true);
        },
      });
    });
  }

  /** The promise form of `checkout`, for work that is not on the hot path. */
  [connect](): Promise<Connection> {
    return new Promise((resolve, reject) => {
      this[checkout]((error, connection) => (error ? reject(error) : resolve(connection)));
    });
  }

  /** A connection of the same login outside the pool, which the caller ends; undefined when the server has none to give. */
  async [spare](): Promise<pg.Client | undefined> {
    const Client = clientClass(this.#target);
    const client = new Client({
      ...driverConfig(this.#target),
      connectionTimeoutMillis: this.limits.connectionTimeoutMillis,
      query_timeout: this.limits.queryTimeoutMillis,
    });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return client;
    } catch {
      await client.end().catch(() => undefined);
      return undefined;
    }
  }

  /**
   * Ends the pool: waits up to `graceMs` for units of work under way, then closes the rest by force. Always ends.
   */
  close({ graceMs = 5_000 }: { graceMs?: number } = {}): Promise<void> {
    forget(this);
    this.#closed ??= this.#end(graceMs);
    return this.#closed;
  }

  /** Closes what is idle, and from now on whatever is given back. Units of work under way, and later ones, go on. */
  [supersede](): void {
    this.#isSuperseded = true;
    for (let idle = this.#pool.idleCount; idle > 0; idle -= 1) {
      this.#pool.connect((_error, _client, release) => release(true));
    }
  }

  async #end(graceMs: number): Promise<void> {
    const ended = this.#pool.end().catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), graceMs);
    });
    if ((await Promise.race([ended, late])) === "late") {
      // pool.end() waits for ever for a client that was never released.
      for (const client of clientsOf(this.#pool)) {
        if (client._activeQuery) this.#cancel(client);
        (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
      }
    }
    clearTimeout(timer);
    this.#silence.stop();
  }

  /** Asks the server to cancel what the connection runs. The request may arrive late: the connection is closed afterwards. */
  [cancel]({ client }: Connection): void {
    this.#cancel(client as unknown as BusyClient);
  }

  #cancel(client: BusyClient): void {
    cancelQuery(this.#target, client, this.limits.connectionTimeoutMillis);
  }

  async #open(client: pg.ClientBase): Promise<void> {
    client.on("error", () => undefined);
    this.#silence.start();
    this.#openedAt.set(client, performance.now());
    try {
      this.#check ??= checkLogin(client, this.kind);
      const check = await this.#check.catch((error: unknown) => {
        this.#check = undefined;
        throw error;
      });
      if (!check.safe) await this.#dropRights(client, check);
      await settleSession(client);
      await prepareAll(client, preparedStatements[this.kind]);
    } catch (error) {
      throw mapError(error);
    }
  }

  async #dropRights(client: pg.ClientBase, check: LoginCheck): Promise<void> {
    const { kind } = this;
    const policy = this.#options.unsafeLogin ?? (process.env.NODE_ENV === "production" ? "refuse" : "drop");
    if (policy === "refuse") throw unsafeRole(check, kind);
    try {
      await client.query(`set role ${groupOf[kind]}`);
    } catch (error) {
      throw new UnsafeRoleError(unsafeRole(check, kind).message, { cause: mapError(error) });
    }
    this.#warnOnce(
      `${unsafeRole(check, kind).message}. Outside production its rights are dropped to "${groupOf[kind]}"; production refuses it.`,
    );
  }

  #warned = false;

  #warnOnce(message: string): void {
    if (this.#warned) return;
    this.#warned = true;
    if (this.#options.onWarning) this.#options.onWarning(message);
    else process.emitWarning(message, { code: "ORG_DB_UNSAFE_LOGIN" });
  }
}

function prepareAll(client: pg.ClientBase, statements: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    submit(client, new PrepareStatements(statements, (error) => (error ? reject(error) : resolve())));
  });
}

/**
 * A pool of one kind of login; with `reloadKey` the one that an earlier run made. `maker` is the function that the caller
 * called. Throws `ConfigurationError`.
 */
export function openPool(kind: ApplicationLogin, options: PoolOptions, maker: CallableFunction): ConnectionPool {
  const make = () => new ConnectionPool(kind, options);
  if (options.reloadKey === undefined) {
    const pool = make();
    warnOfReloads(pool, options, maker);
    return pool;
  }
  const key = `${kind} pool ${options.reloadKey}`;
  return keep({ key, owner: ConnectionPool, options, make, supersede: (pool) => pool[supersede]() });
}

/**
 * A connection pool for the runtime login. AI-BOS: `createConnectionPool({ max, min, idleTimeoutMillis, connectionTimeoutMillis })`.
 * Pass it to `createDatabase({ pool })`. Throws `ConfigurationError` when no URL is configured.
 */
export function createConnectionPool(options: PoolOptions = {}): ConnectionPool {
  return openPool("runtime", options, createConnectionPool);
}
