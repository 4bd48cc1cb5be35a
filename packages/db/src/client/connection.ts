import type pg from "pg";
import type { DatabaseError } from "../core/errors";

/** Names of the ways to a raw connection. The package does not export them: no raw client leaves it. */
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
