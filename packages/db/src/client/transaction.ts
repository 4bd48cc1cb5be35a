import type { QueryArrayResult } from "pg";
import { ConflictError, type DatabaseError, DatabaseError as Failure } from "../core/errors";
import { answeredByServer, connectionSurvives, type Executor, giveBack, send, type WireQuery } from "./executor";
import { mapError } from "./map-error";
import type { Connection, ConnectionPool } from "./pool";
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
  #tail: Promise<unknown> = Promise.resolve();
  #pending = 0;
  #firstError: DatabaseError | undefined;
  #lost = false;
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

  /** Runs `work` between SAVEPOINT and RELEASE; its failure undoes only what it wrote. */
  async savepoint<T>(work: () => Promise<T>): Promise<T> {
    this.#savepoints += 1;
    const name = `sp_${this.#savepoints}`;
    const before = this.#firstError;
    await this.#command(`savepoint ${name}`);
    try {
      const result = await work();
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
      await this.#tail;
      await this.rollback();
      throw new ConflictError("A query of the transaction was not awaited: await every query; nothing was written");
    }
    this.ended = true;
    if (!this.#connection) return;
    if (this.#lost) throw this.#firstError ?? new Failure("The connection was lost; nothing was written");
    let answer: QueryArrayResult;
    try {
      answer = await send(this.#connection, { text: "commit", values: [] });
    } catch (error) {
      this.#drop();
      const outcome = answeredByServer(error) ? "rolled-back" : "unknown";
      const failure = mapError(error, { outcome, statement: "commit" });
      throw outcome === "unknown" ? Object.assign(failure, { retryable: false }) : failure;
    }
    this.#giveBack();
    // COMMIT of an aborted transaction answers ROLLBACK, without an error.
    if (answer.command !== "COMMIT") {
      throw this.#firstError ?? new Failure("The transaction was rolled back by the server; nothing was written");
    }
  }

  /** Rolls back; never throws, so that the error which led here is kept. */
  async rollback(): Promise<void> {
    await this.#tail;
    this.ended = true;
    if (!this.#connection) return;
    if (this.#lost) {
      this.#drop();
      return;
    }
    try {
      await send(this.#connection, { text: "rollback", values: [] });
      this.#giveBack();
    } catch {
      this.#drop();
    }
  }

  /** The error that ended the connection, if one did: later ones are only its echo. */
  get lostConnection(): DatabaseError | undefined {
    return this.#lost ? this.#firstError : undefined;
  }

  #command(text: string): Promise<QueryArrayResult> {
    return this.run({ text, values: [] });
  }

  async #send(query: WireQuery): Promise<QueryArrayResult> {
    if (this.#lost) throw this.#firstError ?? new Failure("The connection was lost");
    try {
      if (this.#connection) return await send(this.#connection, query);
      this.#connection = await this.#pool.connect();
      const prelude = [begin, ...this.#scope];
      if (this.#isolation) {
        await send(this.#connection, { text: `begin isolation level ${this.#isolation}`, values: [] });
        prelude.shift();
      }
      return await send(this.#connection, query, prelude);
    } catch (error) {
      const failure = mapError(error, { statement: query.statement });
      this.#lost = this.#connection !== undefined && !connectionSurvives(error);
      this.#firstError ??= failure;
      throw failure;
    }
  }

  #giveBack(): void {
    if (this.#connection) giveBack(this.#connection);
    this.#connection = undefined;
  }

  #drop(): void {
    this.#connection?.destroy();
    this.#connection = undefined;
  }
}
