import type { QueryArrayResult } from "pg";
import { ConflictError, type DatabaseError, ValidationError } from "../core/errors";
import { currentTransaction, inTransaction } from "./call-chain";
import type { Executor } from "./executor";
import type { WireQuery } from "./query";
import { afterTheEnd, type Transaction } from "./transaction";

/**
 * True when the transaction cannot go on after this error: the server refused a statement, or there is no connection.
 * A value that cannot be sent was refused before anything was.
 */
const undoes = (error: DatabaseError) => !(error instanceof ValidationError) || error.sqlState !== undefined;

const notAwaited = (whole: string) =>
  new ConflictError(`A query of ${whole} was not awaited: await every query; nothing was written`);

/**
 * A transaction, or a part of it between a savepoint and its end. Calls run one after another, in the order in which they
 * were made. A part counts as one call: later calls on the outer level wait for its end. Once the server has refused a
 * statement, nothing more of the level is sent, and the level is undone even if the callback caught the error.
 */
export class TransactionLevel implements Executor {
  readonly #transaction: Transaction;
  readonly #outer: TransactionLevel | undefined;
  #tail: Promise<void> = Promise.resolve();
  #pending = 0;
  #closed = false;
  #failure: DatabaseError | undefined;

  constructor(transaction: Transaction, outer?: TransactionLevel) {
    this.#transaction = transaction;
    this.#outer = outer;
  }

  /** True once the transaction has ended. */
  get ended(): boolean {
    return this.#transaction.ended;
  }

  /** Whose transaction it is, in the words of an error. */
  get description(): string {
    return this.#transaction.description;
  }

  run(query: WireQuery): Promise<QueryArrayResult> {
    const level = this.#ofTheCall();
    return level.#inTurn(() => level.#send(query));
  }

  /** Runs `work` between SAVEPOINT and RELEASE. Its failure undoes only what it wrote. Throws its first error. */
  part<T>(work: (level: TransactionLevel) => Promise<T>): Promise<T> {
    return this.#ofTheCall().#nest(work, true);
  }

  /**
   * Runs several statements as one call: what it wrote is undone when it fails. As with a single statement, an error of
   * the server undoes the level around it as well.
   */
  atomic<T>(work: (level: TransactionLevel) => Promise<T>): Promise<T> {
    return this.#ofTheCall().#nest(work, false);
  }

  /** Commits the transaction. Throws the first error of a statement, even one that the callback caught. */
  async commit(): Promise<void> {
    const forgotten = this.#pending > 0;
    if (!forgotten && !this.#failure) {
      await this.#transaction.commit();
      return;
    }
    await this.rollback();
    throw forgotten ? notAwaited("the transaction") : (this.#transaction.loss ?? this.#failure);
  }

  /** Rolls the transaction back, once the statements that were called have been answered. Never throws. */
  async rollback(): Promise<void> {
    this.#transaction.end();
    await this.#tail;
    await this.#transaction.rollback();
  }

  /**
   * The level that the current call belongs to. Inside the callback of a part this is the part, even when the callback
   * uses the outer handle: a call on the outer level would wait for the part, and the part for the call.
   */
  #ofTheCall(): TransactionLevel {
    const here = currentTransaction();
    let innermost: TransactionLevel | undefined;
    for (let level = here instanceof TransactionLevel ? here : undefined; level; level = level.#outer) {
      if (level === this) return innermost ?? this;
      if (!level.#closed) innermost ??= level;
    }
    return this;
  }

  #inTurn<T>(call: () => Promise<T>): Promise<T> {
    if (this.#closed || this.ended) return Promise.reject(afterTheEnd());
    this.#pending += 1;
    const before = this.#tail;
    let settled: () => void = () => undefined;
    this.#tail = new Promise((resolve) => {
      settled = resolve;
    });
    return this.#after(before, call, settled);
  }

  // The promise that a caller awaits is awaited by nobody else: V8 then finds the caller, for the stack of an error.
  async #after<T>(before: Promise<unknown>, call: () => Promise<T>, settled: () => void): Promise<T> {
    await before;
    try {
      return await call();
    } finally {
      this.#pending -= 1;
      settled();
    }
  }

  async #send(query: WireQuery): Promise<QueryArrayResult> {
    if (this.#failure) throw this.#failure;
    try {
      return await this.#transaction.send(query);
    } catch (error) {
      if (undoes(error as DatabaseError)) this.#failure = error as DatabaseError;
      throw error;
    }
  }

  #nest<T>(work: (level: TransactionLevel) => Promise<T>, failsAlone: boolean): Promise<T> {
    const result = this.#inTurn(() => this.#runPart(work, failsAlone));
    // The callback of a part may wait for a call behind it: the end of the connection lets that one go on, and fail.
    this.#tail = Promise.race([this.#tail, this.#transaction.over]);
    return result;
  }

  async #runPart<T>(work: (level: TransactionLevel) => Promise<T>, failsAlone: boolean): Promise<T> {
    const savepoint = this.#transaction.nextSavepoint();
    await this.#command(`savepoint ${savepoint}`);
    const part = new TransactionLevel(this.#transaction, this);
    try {
      const result = await inTransaction(part, () => work(part));
      await part.#close();
      await this.#command(`release savepoint ${savepoint}`);
      return result;
    } catch (error) {
      await part.#drain();
      if (!failsAlone) this.#failure ??= part.#failure;
      // A failure here is the level's own, and undoes it.
      if (!this.#failure) await this.#command(`rollback to savepoint ${savepoint}`).catch(() => undefined);
      throw error;
    }
  }

  #command(text: string): Promise<QueryArrayResult> {
    return this.#send({ text, values: [] });
  }

  /** Ends a part whose callback returned. Throws what undoes it all the same. */
  async #close(): Promise<void> {
    const forgotten = this.#pending > 0;
    await this.#drain();
    if (forgotten) throw notAwaited("this part of the transaction");
    if (this.#failure) throw this.#failure;
  }

  /** Accepts no more calls, and waits for those that were accepted. */
  async #drain(): Promise<void> {
    this.#closed = true;
    await this.#tail;
  }
}
