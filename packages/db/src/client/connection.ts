import type pg from "pg";
import type { DatabaseError } from "../core/errors";

/** Keys of the methods that give a raw connection. They are not exported, so that no raw client leaves the package. */
export const checkout = Symbol("checkout");
export const connect = Symbol("connect");
export const reads = Symbol("reads");
export const joins = Symbol("joins");

/** A checked-out connection; give it back with `release`, or `destroy` it when its state is not certain. */
export interface Connection {
  readonly client: pg.ClientBase & { getTransactionStatus(): string | null };
  release(): void;
  destroy(): void;
}

/** Takes a connection, or the typed error that there is none. */
export type Checkout = (done: (error: DatabaseError | undefined, connection: Connection) => void) => void;
