import type { AnyRelations, EmptyRelations } from "drizzle-orm/relations";
import type { Statement } from "../core/statement";
import { refuseAborted } from "./abort";
import { inTransaction, type RequestScope, refuseNestedScope } from "./call-chain";
import { runAlone } from "./coalescer";
import type { Executor } from "./executor";
import type { ConnectionPool } from "./pool";
import { afterTheRequest, openRequest, refuseForeign } from "./request";
import { type RetryOptions, withRetry } from "./retry";
import type { TenantScope } from "./scope";
import { drizzleOn, runStatement, type ScopedDrizzle } from "./session";
import { type IsolationLevel, Transaction } from "./transaction";
import { TransactionLevel } from "./transaction-level";
import type { Batch, Unit } from "./unit";

export interface TransactionOptions {
  /** READ COMMITTED when left out. */
  isolation?: IsolationLevel | undefined;
  /** The server refuses every write and every lock of rows: `ReadOnlyError`. */
  readOnly?: boolean | undefined;
  /**
   * Aborts the transaction: what waits is refused, what runs is cancelled on the server, and all of it is rolled back
   * (`AbortedError`). A commit that is under way goes on.
   */
  signal?: AbortSignal | undefined;
  /** Run the whole callback again on 40001 and 40P01: `true` for up to 10 attempts. The callback must be repeatable. */
  retry?: boolean | RetryOptions | undefined;
}

const noRelations: EmptyRelations = {} as EmptyRelations;

/** A copy that nobody can change; the scope itself when it is one already. */
const frozen = (scope: TenantScope): TenantScope => (Object.isFrozen(scope) ? scope : Object.freeze({ ...scope }));

/** Runs statements of one scope on an executor; the base of every handle. */
export abstract class ScopedUnit implements Unit {
  readonly scope: TenantScope;
  protected readonly executor: Executor;
  #drizzle: ScopedDrizzle<EmptyRelations> | undefined;

  constructor(executor: Executor, scope: TenantScope) {
    this.executor = executor;
    this.scope = frozen(scope);
  }

  run<P extends object, Result>(statement: Statement<P, Result>, params: P): Promise<Result> {
    return runStatement(this.executor, statement, { ...params, tenantId: this.scope.tenantId });
  }

  get drizzle(): ScopedDrizzle<EmptyRelations> {
    this.#drizzle ??= drizzleOn(this.executor, noRelations);
    return this.#drizzle;
  }

  /** The same executor as a Drizzle database that knows relations. */
  drizzleWith<R extends AnyRelations>(relations: R): ScopedDrizzle<R> {
    return drizzleOn(this.executor, relations);
  }

  abstract joined<Item, Result>(batch: Batch<Item, Result>, item: Item): Promise<Result>;

  abstract atomic<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
}

/** Statements inside an open transaction, or inside a part of it; `atomic` is a savepoint. */
export class TransactionUnit extends ScopedUnit {
  readonly #level: TransactionLevel;

  constructor(level: TransactionLevel, scope: TenantScope) {
    super(level, scope);
    this.#level = level;
  }

  override joined<Item, Result>(batch: Batch<Item, Result>, item: Item): Promise<Result> {
    return runAlone(this, batch, item);
  }

  override atomic<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
    return this.#level.atomic((level) => work(new TransactionUnit(level, this.scope)));
  }

  /** A part that fails alone: its error undoes what the part wrote and nothing else. */
  part<T>(work: (unit: TransactionUnit) => Promise<T>): Promise<T> {
    return this.#level.part((level) => work(new TransactionUnit(level, this.scope)));
  }

  /** The same transaction for another tenant. Only the platform's: its login is bound to no tenant. */
  within(scope: TenantScope): TransactionUnit {
    return new TransactionUnit(this.#level, scope);
  }
}

/** What a transaction of a scope is made from. */
export interface TransactionSource {
  pool: ConnectionPool;
  /** What is sent before the first statement: the scope, and the check whether work may go on in it. */
  prelude: readonly Buffer[];
  /** The same for a single statement that is known to read; `prelude` when left out. */
  reading?: readonly Buffer[];
  scope: TenantScope;
  /** Whose transaction it is, in the words of an error: `a tenant`. */
  description: string;
  /** The request whose calls alone may use it. */
  request?: RequestScope | undefined;
  /** Aborts every call that is made with it. */
  signal?: AbortSignal | undefined;
}

/** Throws where a call of this source may not be made: inside a transaction, or in a request that it is not for. */
export function refuseMisplaced(source: TransactionSource, kind: string): void {
  refuseNestedScope(kind);
  refuseForeign(source);
}

const eitherOf = (one: AbortSignal | undefined, other: AbortSignal | undefined) =>
  one && other ? AbortSignal.any([one, other]) : (one ?? other);

/**
 * True where a transaction may wait for a turn of its tenant. Above READ COMMITTED it may not: it would go on from a
 * snapshot that is older than its turn, and be refused for what was written meanwhile. One that only reads takes none.
 */
const takesTurns = (
  { isolation = "read committed", readOnly = false }: TransactionOptions,
  { tenantId }: TenantScope,
) => isolation === "read committed" && !readOnly && tenantId !== "";

const takeTurn = (longestWait: number) => ({ text: "select tenancy.take_turn($1::int)", values: [longestWait] });

/**
 * Runs `work` in one transaction. It commits when `work` resolves and rolls back when it throws; the error is the
 * first one that happened. Throws `TenantIsolationError` inside another transaction. A transaction that outlives the
 * request in which it began is rolled back.
 */
export async function runTransaction<T>(
  source: TransactionSource,
  work: (unit: TransactionUnit) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  refuseMisplaced(source, `a transaction of ${source.description}`);
  const { scope, request = openRequest() } = source;
  const { isolation, readOnly = false } = options;
  const signal = eitherOf(source.signal, options.signal);
  const prelude = readOnly ? (source.reading ?? source.prelude) : source.prelude;
  return withRetry(options.retry, scope.tenantId, async (waitForTurn) => {
    refuseAborted(signal);
    const transaction = new Transaction({ ...source, prelude, request, signal }, { isolation, readOnly });
    const level = new TransactionLevel(transaction);
    return inTransaction(level, async () => {
      let result: T;
      try {
        if (waitForTurn && takesTurns(options, scope)) await level.run(takeTurn(waitForTurn));
        result = await work(new TransactionUnit(level, scope));
        if (request?.ended) throw afterTheRequest();
        refuseAborted(signal);
      } catch (error) {
        await level.rollback();
        throw transaction.loss ?? error;
      }
      await level.commit();
      return result;
    });
  });
}
