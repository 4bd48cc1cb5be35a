import { pgDate } from "../../core/column-kinds";
import { businessFilterSchema } from "./businesses";

/** The days of a report, both included, of the scope's business or the one that is named. */
export const reportDaysSchema = businessFilterSchema
  .extend({ from: pgDate(), to: pgDate() })
  .refine(({ from, to }) => from <= to, { path: ["to"], message: "must not be before from" });
