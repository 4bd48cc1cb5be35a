import type { QueryArrayResult } from "pg";
import type { Abortable } from "./abort";
import type { WireQuery } from "./query";
import type { Trace } from "./trace";

/** A query with its scope, and whom to tell. */
export interface Call {
  query: WireQuery;
  prelude: readonly Buffer[];
  /** Its caller may abort it. */
  abort?: Abortable | undefined;
  /** Its times are measured. */
  trace?: Trace | undefined;
  resolve(result: QueryArrayResult): void;
  reject(error: unknown): void;
}
