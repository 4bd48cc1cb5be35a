import { ConflictError } from "../core/errors";
import type { Records } from "../core/records";
import type { StatementRunner } from "../core/statement";
import type { bills, invoices } from "./schema";

export interface DocumentRow {
  id: string;
  status: string;
  currency: string;
  totalAmount: string;
  paidAmount: string;
}

/** What tells invoices from bills: their table, their records, their words. */
export interface DocumentKind<Row> {
  /** In messages, and as the source of journal entries. */
  noun: "invoice" | "bill";
  /** As in the names of its statements. */
  plural: "invoices" | "bills";
  table: typeof invoices | typeof bills;
  records: Records<Row>;
  /** The status of a draft once it is posted. */
  posted: "issued" | "approved";
}

/** The record that a statement answered with. When there is none, the error says why: none there, or its status. */
export async function inStatus<Row extends DocumentRow>(
  unit: StatementRunner,
  kind: DocumentKind<Row>,
  { id, rule }: { id: string; rule: string },
  answer: readonly Row[],
): Promise<Row> {
  if (answer[0]) return answer[0];
  throw new ConflictError(`${rule}; this ${kind.noun} is ${(await kind.records.get(unit, id)).status}`);
}
