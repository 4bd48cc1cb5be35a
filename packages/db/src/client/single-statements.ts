import type { QueryArrayResult } from "pg";
import { isProvenToRead } from "../core/reads";
import { Abortable, abortedBefore, refuseAborted } from "./abort";
import type { Call } from "./call";
import { fromCaller } from "./caller";
import { cancel, checkout, joins, observer, reads } from "./connection";
import type { Executor } from "./executor";
import { failSingle, giveBack, isStale, withStatement } from "./failure";
import { driverQuery, mayLeaveTraces, type QueryDone, type WireQuery } from "./query";
import { observed } from "./query-events";
import {
  refuseMisplaced,
  runTransaction,
  ScopedUnit,
  type TransactionSource,
  type TransactionUnit,
} from "./scoped-unit";
import type { Batch, Unit } from "./unit";
import { submit } from "./wire";

/** Runs each query as its own implicit transaction, in one round trip: scope, query, Sync. */
export class SingleStatements implements Executor {
  readonly #source: TransactionSource;
  readonly #kind: string;

  constructor(source: TransactionSource) {
    this.#source = source;
    this.#kind = `${source.description}'s handle`;
  }

  run(query: WireQuery): Promise<QueryArrayResult> {
    return new Promise((resolve, reject) => {
      refuseMisplaced(this.#source, this.#kind);
      const { pool, signal } = this.#source;
      const call = this.#watched({ query, prelude: this.#preludeOf(query), resolve, reject });
      if (signal?.aborted) call.reject(abortedBefore({ statement: query.statement }));
      else if (query.reads) pool[reads].add(call);
      // After a migration each open connection may hold one stale statement, which did not run: it is sent again.
      else this.#attempt(call, pool.limits.max);
    });
  }

  /** The call, which may be aborted and is reported where that was asked for. */
  #watched(call: Call): Call {
    const { pool, scope, signal } = this.#source;
    const onQuery = pool[observer];
    const seen = onQuery ? observed(call, onQuery, scope) : call;
    return signal === undefined || signal.aborted ? seen : abortable(seen, signal);
  }

  /** A caller's own query is looked at only where reads begin otherwise than writes. */
  #preludeOf({ reads: declared, text }: WireQuery): readonly Buffer[] {
    const { prelude, reading } = this.#source;
    if (!reading) return prelude;
    return (declared ?? isProvenToRead(text)) ? reading : prelude;
  }

  #attempt(call: Call, repeats: number): void {
    const { query, prelude, resolve, reject, abort, trace } = call;
    const { pool } = this.#source;
    abort?.whileWaiting(() => reject(abortedBefore({ statement: query.statement })));
    pool[checkout]((unavailable, connection) => {
      if (unavailable) {
        reject(withStatement(unavailable, query));
        return;
      }
      if (abort?.isAborted) {
        giveBack(connection);
        return;
      }
      const done: QueryDone = (error, result) => {
        if (error) {
          const failure = failSingle(connection, query, error, abort);
          if (isStale(error) && repeats > 0 && !abort?.isAborted) this.#attempt(call, repeats - 1);
          else reject(failure);
          return;
        }
        if (mayLeaveTraces(query) || abort?.isCancelled) connection.destroy();
        else giveBack(connection);
        resolve(result);
      };
      abort?.sent(() => pool[cancel](connection));
      trace?.sent();
      submit(connection.client, driverQuery(query, prelude, done));
    });
  }
}

/** The same call, which its signal may abort until it is answered. */
function abortable(call: Call, signal: AbortSignal): Call {
  const abort = new Abortable(signal);
  return {
    ...call,
    abort,
    resolve: (result) => {
      abort.ended();
      call.resolve(result);
    },
    reject: (error) => {
      abort.ended();
      call.reject(error);
    },
  };
}

/** Runs each statement of a scope as its own transaction; `atomic` opens one transaction with `start`. */
export class SingleUnit extends ScopedUnit {
  readonly #source: TransactionSource;
  readonly #start: <T>(work: (unit: TransactionUnit) => Promise<T>) => Promise<T>;
  #scopeKey: string | undefined;
  #ofBatches: SingleUnit | undefined;

  constructor(source: TransactionSource, start: <T>(work: (unit: TransactionUnit) => Promise<T>) => Promise<T>) {
    super(new SingleStatements(source), source.scope);
    this.#source = source;
    this.#start = start;
  }

  override async joined<Item, Result>(batch: Batch<Item, Result>, item: Item): Promise<Result> {
    const { pool, prelude, description, signal } = this.#source;
    refuseMisplaced(this.#source, `${description}'s handle`);
    refuseAborted(signal);
    // The bytes sent before a statement are its scope. Calls can share a batch when these bytes are equal.
    this.#scopeKey ??= Buffer.concat(prelude).toString("latin1");
    this.#ofBatches ??= this.#source.request || signal ? this.#ofNobody() : this;
    return fromCaller(pool[joins].add(this.#scopeKey, this.#ofBatches, batch, item));
  }

  /** The same scope without request and signal: a batch serves callers of others when that of its first has ended. */
  #ofNobody(): SingleUnit {
    const source = { ...this.#source, request: undefined, signal: undefined };
    return new SingleUnit(source, (work) => runTransaction(source, work));
  }

  override atomic<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
    return this.#start(work);
  }
}
