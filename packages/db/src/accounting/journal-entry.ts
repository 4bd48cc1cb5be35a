import type { ChoiceOf } from "../core/choice";
import { normalizeAmount, withDecimals } from "../core/currency";
import type { StoredLine } from "./journal-statements";
import type { entrySource } from "./schema";

export type EntrySource = ChoiceOf<typeof entrySource>;

/** A line of a posted entry; amounts have as many decimals as their currency, base amounts two. */
export interface JournalLine extends StoredLine {
  lineNumber: number;
}

/** A posted entry with its lines in order. */
export interface JournalEntry {
  id: string;
  companyId: string;
  entryDate: string;
  description: string | null;
  reference: string | null;
  source: EntrySource;
  sourceId: string | null;
  reversesEntryId: string | null;
  idempotencyKey: string | null;
  postedBy: string | null;
  createdAt: Date;
  lines: JournalLine[];
}

/** A line as the ledger shows it: with as many decimals as its currency has. */
export function toLine(line: StoredLine, index: number): JournalLine {
  return {
    id: line.id,
    lineNumber: index + 1,
    accountId: line.accountId,
    currency: line.currency,
    debit: normalizeAmount(line.debit, line.currency),
    credit: normalizeAmount(line.credit, line.currency),
    baseDebit: withDecimals(line.baseDebit, 2),
    baseCredit: withDecimals(line.baseCredit, 2),
    isExchangeDifference: line.isExchangeDifference,
    customerId: line.customerId,
    vendorId: line.vendorId,
    description: line.description,
  };
}

/** An entry as it is stored, with its lines as the ledger shows them. */
export function toEntry(row: Omit<JournalEntry, "lines"> & { lines: StoredLine[] }): JournalEntry {
  return { ...row, lines: row.lines.map(toLine) };
}
