import type { Database } from "@org/db";
import type { Print } from "./print";

/** What every chapter is given. */
export interface Tour {
  readonly db: Database;
  readonly print: Print;
}
