import type { QueryArrayResult } from "pg";
import type { WireQuery } from "./query";

/** Whatever can run a query in one scope: a single-statement handle or an open transaction. */
export interface Executor {
  run(query: WireQuery): Promise<QueryArrayResult>;
}
