import type { QueryArrayResult } from "pg";
import { ConflictError, DatabaseError } from "../core/errors";
import { type Connection, connect } from "./connection";
import type { Executor } from "./executor";
import { connectionSurvives, giveBack } from "./failure";
import { mapError } from "./map-error";
import type { ConnectionPool } from "./pool";
import { mayLeaveTraces, send, type WireQuery } from "./query";
import { bindAndExecute, prepared } from "./wire";

export type IsolationLevel = "read committed" | "repeatable read" | "serializable";

const begin = bindAndExecute(prepared.begin, []);

/**
 * One open transaction. BEGIN and the scope travel with its first statement. Statements run one after another, in
 * the order they were called; the first error is the one that the caller gets in the end.
 */
export class TransactionExecutor implements Executor {
  readonly description: string;
  readonly #pool: ConnectionPool;
  readonly #scope: readonly Buffer[];
  readonly #isolation: IsolationLevel | undefined;
  #connection: Connection | undefined;
  #begun = false;
  #tail: Promise<unknown> = Promise.resolve();
  #pending = 0;
  #firstError: DatabaseError | undefined;
  /** The error with which the server ended the connection while no statement was running. */
  #farewell: unknown;
  #lost = false;
  #spoilt = false;
  #savepoints = 0;
  ended = false;

  constructor(pool: ConnectionPool, scope: readonly Buffer[], description: string, isolation?: IsolationLevel) {
    this.#pool = pool;
    this.#scope = scope;
    this.description = description;
    this.#isolation = isolation;
  }

  run(query: WireQuery): Promise<QueryArrayResult> {
    if (this.ended) {
      return Promise.reject(new ConflictError("This transaction has ended: its tx cannot be used after the callback"));
    }
    this.#pending += 1;
    const result = this.#tail.then(() => this.#send(query));
    this.#tail = result.then(
      () => {
        this.#pending -= 1;
      },
      () => {
        this.#pending -= 1;
      },
    );
    return result;
  }

  /** Runs `work` between SAVEPOINT and RELEASE; its failure undoes only what it wrote. Throws its first error. */
  async savepoint<T>(work: () => Promise<T>): Promise<T> {
    this.#savepoints += 1;
    const name = `sp_${this.#savepoints}`;
    const before = this.#firstError;
    await this.#command(`savepoint ${name}`);
    try {
      const result = await work();
      // A failed statement has aborted the savepoint, even when `work` caught its error.
      if (this.#firstError && this.#firstError !== before) throw this.#firstError;
      await this.#command(`release savepoint ${name}`);
      return result;
    } catch (error) {
      if (!this.#lost) {
        await this.#command(`rollback to savepoint ${name}`);
        this.#firstError = before;
      }
      throw error;
    }
  }

  /** Commits. Throws the first error when a statement had failed, even one that the callback caught. */
  async commit(): Promise<void> {
    if (this.#pending > 0) {
      await this.rollback();
      throw new ConflictError("A query of the transaction was not awaited: await every query; nothing was written");
    }
    this.ended = true;
    const connection = this.#connection;
    if (!connection) return;
    if (this.#farewell !== undefined) this.#lose(this.#farewell, "commit");
    if (this.#lost) {
      this.#release();
      throw this.#firstError ?? new DatabaseError("The connection was lost; nothing was written");
    }
    if (!this.#begun) {
      this.#release();
      return;
    }
    if (connection.client.getTransactionStatus() === "I") {
      this.#spoilt = true;
      this.#release();
      throw new ConflictError(
        "The transaction was ended by SQL of its own: leave BEGIN, COMMIT and ROLLBACK to the handle",
        { outcome: "unknown" },
      );
    }
    await this.#commitOn(connection);
  }

  /** Rolls back; never throws, so that the error which led here is kept. */
  async rollback(): Promise<void> {
    this.ended = true;
    await this.#tail;
    if (this.#connection && this.#begun && !this.#lost && this.#farewell === undefined) {
      await send(this.#connection, { text: "rollback", values: [] }).catch(() => {
        this.#lost = true;
      });
    }
    this.#release();
  }

  /** The error that ended the connection, if any. Later errors are only its consequences. */
  get lostConnection(): DatabaseError | undefined {
    if (this.#farewell !== undefined) this.#lose(this.#farewell);
    return this.#lost ? this.#firstError : undefined;
  }

  async #commitOn(connection: Connection): Promise<void> {
    let answer: QueryArrayResult;
    try {
      answer = await send(connection, { text: "commit", values: [] });
    } catch (error) {
      this.#lost = true;
      this.#release();
      // A server that is going down may have committed before it said so.
      const outcome = connectionSurvives(error) ? "rolled-back" : "unknown";
      const failure = mapError(error, { outcome, statement: "commit" });
      throw outcome === "unknown" ? Object.assign(failure, { retryable: false }) : failure;
    }
    this.#release();
    // COMMIT of an aborted transaction answers ROLLBACK, without an error.
    if (answer.command !== "COMMIT") {
      throw this.#firstError ?? new DatabaseError("The transaction was rolled back by the server; nothing was written");
    }
  }

  #command(text: string): Promise<QueryArrayResult> {
    return this.run({ text, values: [] });
  }

  async #send(query: WireQuery): Promise<QueryArrayResult> {
    if (this.#farewell !== undefined) this.#lose(this.#farewell, query.statement);
    if (this.#lost) throw this.#firstError ?? new DatabaseError("The connection was lost; nothing was written");
    this.#spoilt ||= mayLeaveTraces(query);
    try {
      this.#connection ??= await this.#open();
      const result = await send(this.#connection, query, this.#begun ? [] : await this.#prelude(this.#connection));
      this.#begun = true;
      return result;
    } catch (error) {
      // An error of our own was thrown before anything was sent.
      if (!(error instanceof DatabaseError)) this.#begun = true;
      if (this.#connection && !connectionSurvives(error)) throw this.#lose(this.#farewell ?? error, query.statement);
      const failure = mapError(error, { statement: query.statement });
      // 25P02 only says that an earlier statement failed, so the error of that statement is thrown.
      if (failure.sqlState === "25P02" && this.#firstError) throw this.#firstError;
      this.#firstError ??= failure;
      throw failure;
    }
  }

  async #open(): Promise<Connection> {
    const connection = await this.#pool[connect]();
    connection.client.on("error", this.#onConnectionError);
    return connection;
  }

  // BEGIN with another isolation level is not prepared, so it is sent first, in a message of its own.
  async #prelude(connection: Connection): Promise<readonly Buffer[]> {
    if (!this.#isolation) return [begin, ...this.#scope];
    await send(connection, { text: `begin isolation level ${this.#isolation}`, values: [] });
    return this.#scope;
  }

  readonly #onConnectionError = (error: unknown): void => {
    this.#farewell ??= error;
  };

  #lose(error: unknown, statement?: string): DatabaseError {
    this.#lost = true;
    this.#firstError ??= mapError(error, { statement });
    return this.#firstError;
  }

  #release(): void {
    const connection = this.#connection;
    if (!connection) return;
    this.#connection = undefined;
    connection.client.off("error", this.#onConnectionError);
    if (this.#spoilt || this.#lost) connection.destroy();
    else giveBack(connection);
  }
}
