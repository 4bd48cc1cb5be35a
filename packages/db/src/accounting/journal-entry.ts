import { type SQL, sql } from "drizzle-orm";
import type { ChoiceOf } from "../core/choice";
import { normalizeAmount } from "../core/currency";
import type { Params, StatementRunner } from "../core/statement";
import { type entrySource, journalEntries } from "./schema";
import { sqlStatement } from "./statements";

export type EntrySource = ChoiceOf<typeof entrySource>;

/** A line as it is stored. */
export interface StoredLine {
  id: string;
  accountId: string;
  currency: string;
  debit: string;
  credit: string;
  baseDebit: string;
  baseCredit: string;
  isExchangeDifference: boolean;
  customerId: string | null;
  vendorId: string | null;
  description: string | null;
}

/** A line of a posted entry; amounts have as many decimals as their currency. */
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
    baseDebit: line.baseDebit,
    baseCredit: line.baseCredit,
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

/** What every statement that answers with entries selects, in the order of the columns of `entries_with_lines`. */
export const entryShape = {
  id: journalEntries.id,
  companyId: journalEntries.companyId,
  entryDate: journalEntries.entryDate,
  description: journalEntries.description,
  reference: journalEntries.reference,
  source: journalEntries.source,
  sourceId: journalEntries.sourceId,
  reversesEntryId: journalEntries.reversesEntryId,
  idempotencyKey: journalEntries.idempotencyKey,
  postedBy: journalEntries.postedBy,
  createdAt: journalEntries.createdAt,
  lines: sql<StoredLine[]>`null`,
};

/** Those columns of `e`. */
export const entryColumns: SQL = sql`e.id, e.company_id, e.entry_date, e.description, e.reference, e.source, e.source_id,
  e.reverses_entry_id, e.idempotency_key, e.posted_by, e.created_at, e.lines`;

/** Entries with their lines, under one condition. */
export function readEntries<P>(name: string, rest: (p: Params<P>) => SQL) {
  return sqlStatement(
    `accounting.journal.${name}`,
    (q) => q.select(entryShape).from(journalEntries),
    (p: Params<P>) => sql`
      select ${entryColumns} from accounting.entries_with_lines e
      where e.tenant_id = ${p.tenantId}::uuid ${rest(p)}`,
  );
}

const entriesOfSources = readEntries(
  "of_sources",
  (p: Params<{ sourceIds: string[]; sources: string[] }>) => sql`
    and e.source_id = any (${p.sourceIds}::uuid[]) and e.source = any (${p.sources}::text[])
    order by e.entry_date, e.created_at, e.id`,
);

/** The entries posted for documents, payments or allocations, in the order in which they were posted. */
export async function entriesOf(
  unit: StatementRunner,
  sourceIds: string[],
  sources: EntrySource[],
): Promise<JournalEntry[]> {
  return (await unit.run(entriesOfSources, { sourceIds, sources })).map(toEntry);
}
