import pg, { type QueryArrayResult } from "pg";
import { ConflictError, DatabaseError, ReadOnlyError } from "../core/errors";
import { Abortable, abortedBefore, abortedUnderWay, refuseAborted } from "./abort";
import type { RequestScope } from "./call-chain";
import { type Connection, cancel, checkout, observer } from "./connection";
import {
  connectionSurvives,
  giveBack,
  isRefusedWrite,
  isUndone,
  outcomeUnknown,
  releaseFailed,
  wasCancelled,
} from "./failure";
import { mapError } from "./map-error";
import type { ConnectionPool } from "./pool";
import { mayLeaveTraces, send, type WireQuery } from "./query";
import { observing } from "./query-events";
import { refuseForeign } from "./request";
import type { TenantScope } from "./scope";
import type { Trace } from "./trace";
import { bindAndExecute, prepared } from "./wire";

export type IsolationLevel = "read committed" | "repeatable read" | "serializable";

const begin = bindAndExecute(prepared.begin, []);
const beginReadOnly = bindAndExecute(prepared.beginReadOnly, []);

const rollbackToSavepoint = /^\s*rollback\s+(?:(?:work|transaction)\s+)?to\b/i;

/** True when the caller's own SQL ended the transaction, whether or not it began another one. */
function hasEnded({ client }: Connection, { command }: QueryArrayResult, { text }: WireQuery): boolean {
  if (client.getTransactionStatus() !== "T") return true;
  return command === "COMMIT" || (command === "ROLLBACK" && !rollbackToSavepoint.test(text));
}

/** The error of a call that comes after the end. */
export const afterTheEnd = () =>
  new ConflictError("This transaction has ended: its tx cannot be used after the callback");

/** Where a transaction gets its connection, what it sends first, and whose it is. */
interface Origin {
  pool: ConnectionPool;
  prelude: readonly Buffer[];
  /** Whose transaction it is, in the words of an error. */
  description: string;
  scope: TenantScope;
  /** The request in which it began: nothing is sent in another, or after its end. */
  request: RequestScope | undefined;
  signal: AbortSignal | undefined;
}

/** How it begins. */
interface Mode {
  isolation?: IsolationLevel | undefined;
  readOnly: boolean;
}

/**
 * The connection of one open transaction. BEGIN and the scope travel with its first statement. It sends what it is
 * given: `TransactionLevel` says in which order.
 */
export class Transaction {
  readonly description: string;
  /** Resolves when the transaction has ended or its connection is lost: nothing waits for its parts any longer. */
  readonly over: Promise<void>;
  readonly #origin: Origin;
  readonly #mode: Mode;
  #setOver: () => void = () => undefined;
  #connection: Connection | undefined;
  #begun = false;
  #scoped = false;
  /** What the server said when it ended the connection while no statement was under way. */
  #farewell: unknown;
  /** Why nothing more can be sent. */
  #loss: DatabaseError | undefined;
  /** What broke the connection, in the driver's words. */
  #broken: unknown;
  #spoilt = false;
  #released = false;
  #savepoints = 0;
  ended = false;

  constructor(origin: Origin, mode: Mode) {
    this.#origin = origin;
    this.description = origin.description;
    this.#mode = mode;
    this.over = new Promise((resolve) => {
      this.#setOver = resolve;
    });
  }

  /** A name that no savepoint of the transaction has. */
  nextSavepoint(): string {
    this.#savepoints += 1;
    return `sp_${this.#savepoints}`;
  }

  /** Why nothing more can be sent: the error that ended the connection, or the transaction's own SQL that ended it. */
  get loss(): DatabaseError | undefined {
    if (this.#farewell !== undefined && !this.#released) this.#lose(this.#farewell);
    return this.#loss;
  }

  /** Sends one query. Rejects with a typed error; with the loss, once the transaction cannot go on. */
  send(query: WireQuery): Promise<QueryArrayResult> {
    const { pool, scope } = this.#origin;
    const onQuery = pool[observer];
    return onQuery ? observing(onQuery, query, scope, (trace) => this.#send(query, trace)) : this.#send(query);
  }

  async #send(query: WireQuery, trace?: Trace): Promise<QueryArrayResult> {
    if (this.loss) throw this.loss;
    if (this.#released) throw afterTheEnd();
    refuseForeign(this.#origin);
    const { signal } = this.#origin;
    refuseAborted(signal);
    const abort = signal && new Abortable(signal);
    try {
      return await this.#sendAbortable(query, trace, abort);
    } finally {
      // A request to cancel that arrives late would hit whoever has the connection then.
      if (abort?.isCancelled) this.#spoilt = true;
      abort?.ended();
    }
  }

  async #sendAbortable(query: WireQuery, trace?: Trace, abort?: Abortable): Promise<QueryArrayResult> {
    this.#spoilt ||= mayLeaveTraces(query);
    let result: QueryArrayResult;
    try {
      const connection = this.#connection ?? (await this.#open(abort));
      this.#connection = connection;
      abort?.sent(() => this.#origin.pool[cancel](connection));
      trace?.sent();
      result = await send(connection, query, await this.#prelude(connection, trace));
    } catch (error) {
      // Nothing was sent.
      if (error instanceof DatabaseError) throw error;
      if (this.#mode.readOnly && isRefusedWrite(error)) throw this.#readOnly(query);
      if (this.#connection && !connectionSurvives(error)) {
        const isServers = error instanceof pg.DatabaseError;
        throw this.#lose(isServers ? error : (this.#farewell ?? error), query);
      }
      this.#begun = this.#scoped = true;
      const failure = mapError(error, { statement: query.statement }, query);
      throw wasCancelled(error, abort) ? abortedUnderWay(failure) : failure;
    }
    this.#begun = this.#scoped = true;
    if (hasEnded(this.#connection, result, query)) throw this.#endedByItself(result);
    return result;
  }

  /** From now on no new call is accepted. */
  end(): void {
    this.ended = true;
    this.#setOver();
  }

  /** Commits. Throws when the server did not. */
  async commit(): Promise<void> {
    this.end();
    const { loss } = this;
    const connection = this.#connection;
    if (loss || !connection || !this.#begun) {
      this.#release();
      if (loss) throw loss;
      return;
    }
    await this.#commitOn(connection);
  }

  /** Rolls back; never throws, so that the error which led here is kept. */
  async rollback(): Promise<void> {
    this.end();
    if (this.#connection && this.#begun && !this.loss) {
      await this.#finish(this.#connection, "rollback").catch((error: unknown) => {
        this.#broken = error;
      });
    }
    this.#release();
  }

  #finish(connection: Connection, text: "commit" | "rollback"): Promise<QueryArrayResult> {
    const { pool, scope } = this.#origin;
    const query = { text, values: [] };
    const onQuery = pool[observer];
    if (!onQuery) return send(connection, query);
    return observing(onQuery, query, scope, (trace) => {
      trace.sent();
      return send(connection, query);
    });
  }

  async #commitOn(connection: Connection): Promise<void> {
    let answer: QueryArrayResult;
    try {
      answer = await this.#finish(connection, "commit");
    } catch (error) {
      this.#broken = error;
      this.#release();
      if (isUndone(error)) throw mapError(error, { statement: "commit" });
      // A server that is going down may have committed before it said so.
      throw outcomeUnknown(mapError(error, { statement: "commit", outcome: "unknown" }));
    }
    this.#release();
    // COMMIT of an aborted transaction answers ROLLBACK, without an error.
    if (answer.command !== "COMMIT") {
      throw new DatabaseError("The transaction was rolled back by the server; nothing was written");
    }
  }

  /** The error of a write that the server refused because the transaction is read-only. The connection serves on. */
  #readOnly({ statement }: WireQuery): ReadOnlyError {
    this.#begun = this.#scoped = true;
    const message = "A transaction with readOnly writes nothing and locks no row: leave readOnly out where it must";
    return new ReadOnlyError(message, { statement, sqlState: "25006" });
  }

  async #open(abort: Abortable | undefined): Promise<Connection> {
    const connection = await new Promise<Connection>((resolve, reject) => {
      abort?.whileWaiting(() => reject(abortedBefore()));
      this.#origin.pool[checkout]((unavailable, found) => {
        if (unavailable) reject(unavailable);
        else if (abort?.isAborted) giveBack(found);
        else resolve(found);
      });
    });
    connection.client.on("error", this.#onConnectionError);
    return connection;
  }

  // BEGIN of another isolation level is no prepared statement: it goes first, by itself.
  async #prelude(connection: Connection, trace?: Trace): Promise<readonly Buffer[]> {
    if (this.#scoped) return [];
    const { isolation, readOnly } = this.#mode;
    if (!isolation) return [readOnly ? beginReadOnly : begin, ...this.#origin.prelude];
    if (!this.#begun) {
      trace?.sent();
      await send(connection, { text: `begin isolation level ${isolation}${readOnly ? " read only" : ""}`, values: [] });
      this.#begun = true;
    }
    return this.#origin.prelude;
  }

  readonly #onConnectionError = (error: unknown): void => {
    this.#farewell ??= error;
    this.#setOver();
  };

  #lose(error: unknown, query?: WireQuery): DatabaseError {
    this.#broken ??= error;
    // The statement under way may have been a COMMIT of the caller's own.
    const outcome = query && mayLeaveTraces(query) ? "unknown" : "rolled-back";
    const failure = mapError(error, { statement: query?.statement, outcome }, query);
    this.#loss ??= outcome === "unknown" ? outcomeUnknown(failure) : failure;
    this.#setOver();
    return this.#loss;
  }

  #endedByItself({ command }: QueryArrayResult): DatabaseError {
    this.#spoilt = true;
    this.#loss ??= new ConflictError(
      "The transaction was ended by SQL of its own: leave BEGIN, COMMIT and ROLLBACK to the handle",
      { outcome: command === "ROLLBACK" ? "rolled-back" : "unknown" },
    );
    this.#setOver();
    return this.#loss;
  }

  #release(): void {
    this.#released = true;
    const connection = this.#connection;
    if (!connection) return;
    this.#connection = undefined;
    connection.client.off("error", this.#onConnectionError);
    if (this.#broken !== undefined && !connectionSurvives(this.#broken)) releaseFailed(connection, this.#broken);
    else if (this.#spoilt) connection.destroy();
    else giveBack(connection);
  }
}
