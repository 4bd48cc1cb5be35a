import type pg from "pg";
import type { DatabaseError } from "../core/errors";

/** Keys of the methods that give a raw connection. They are not exported, so that no raw client leaves the package. */
export const checkout = Symbol("checkout");
export const connect = Symbol("connect");
export const reads = Symbol("reads");
export const joins = Symbol("joins");
/** Key of the method that asks the server to cancel what a connection runs. */
export const cancel = Symbol("cancel");
/** Key of the function that is told of each statement. */
export const observer = Symbol("observer");
/** Key of the method that opens a connection of the same login outside the pool. */
export const spare = Symbol("spare");
/** Key of the method that makes a handle give up its connections while it may still be in use. */
export const supersede = Symbol("supersede");

/** A checked-out connection: give it back in one of three ways. */
export interface Connection {
  readonly client: pg.ClientBase & { getTransactionStatus(): string | null };
  /** For the next unit of work. */
  release(): void;
  /** Closes it: its state is not certain. */
  destroy(): void;
  /** Closes it and all that the pool opened before now: their server has become read-only. */
  retire(): void;
}

/** Takes a connection, or the typed error that there is none. */
export type Checkout = (done: (error: DatabaseError | undefined, connection: Connection) => void) => void;
