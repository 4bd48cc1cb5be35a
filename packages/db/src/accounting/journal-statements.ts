import { type SQL, sql } from "drizzle-orm";
import type { Params } from "../core/statement";
import { journalEntries } from "./schema";
import { sqlStatement } from "./statements";

/** Entries as arrays, and their lines, which name their entry by its position from 1. */
export interface PostedColumns {
  entryId: string[];
  companyId: string[];
  entryDate: string[];
  description: (string | null)[];
  reference: (string | null)[];
  idempotencyKey: (string | null)[];
  requestHash: (string | null)[];
  lineEntry: number[];
  lineId: string[];
  accountId: string[];
  currency: (string | null)[];
  debit: string[];
  credit: string[];
  baseAmount: (string | null)[];
  rate: (string | null)[];
  isExchangeDifference: (boolean | null)[];
  lineDescription: (string | null)[];
}

/** A line as it is stored; amounts have the scale of their columns. */
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

/** Posts manual entries, all or none. `lines` is null where all lines are in base currency, as they were given. */
export const postEntries = sqlStatement(
  "accounting.journal.post",
  (q) =>
    q
      .select({
        position: sql<number>`0`,
        entryId: sql<string>`''`,
        isNew: sql<boolean>`true`,
        isSameRequest: sql<boolean>`true`,
        postedAt: sql<string>`''`,
        baseCurrency: sql<string>`''`,
        lines: sql<StoredLine[] | null>`null`,
      })
      .from(journalEntries),
  (p: Params<PostedColumns>) => sql`
    select w.entry_position, w.entry_id, w.is_new, w.is_same_request, round(extract(epoch from now()) * 1000)::text,
      w.base_currency, w.lines
    from accounting.post_journal(${p.entryId}::uuid[], ${p.companyId}::uuid[], ${p.entryDate}::date[],
      ${p.description}::text[], ${p.reference}::text[], ${p.idempotencyKey}::text[], ${p.requestHash}::text[],
      ${p.lineEntry}::int[], ${p.lineId}::uuid[], ${p.accountId}::uuid[], ${p.currency}::text[], ${p.debit}::numeric[],
      ${p.credit}::numeric[], ${p.baseAmount}::numeric[], ${p.rate}::numeric[], ${p.isExchangeDifference}::boolean[],
      ${p.lineDescription}::text[]) w
    where ${p.tenantId}::uuid is not null`,
);

interface Reversal {
  original: string;
  id: string;
  date: string;
  description: string | null;
  idempotencyKey: string | null;
  requestHash: string | null;
}

/** Posts the mirror of a manual entry. */
export const reverseEntry = sqlStatement(
  "accounting.journal.reverse",
  (q) => q.select({ id: journalEntries.id, isSameRequest: sql<boolean>`true` }).from(journalEntries),
  (p: Params<Reversal>) => sql`
    select w.entry_id, w.is_same_request
    from accounting.reverse_entry(${p.original}::uuid, ${p.id}::uuid, ${p.date}::date, ${p.description}::text,
      ${p.idempotencyKey}::text, ${p.requestHash}::text) w
    where ${p.tenantId}::uuid is not null`,
);

/** Entries with their lines, under one condition. */
function readEntries<P>(name: string, rest: (p: Params<P>) => SQL) {
  return sqlStatement(
    `accounting.journal.${name}`,
    (q) =>
      q
        .select({
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
        })
        .from(journalEntries),
    (p: Params<P>) => sql`
      select e.id, e.company_id, e.entry_date, e.description, e.reference, e.source, e.source_id, e.reverses_entry_id,
        e.idempotency_key, e.posted_by, e.created_at, (
          select jsonb_agg(jsonb_build_object('id', l.id, 'accountId', l.account_id, 'currency', l.currency,
            'debit', l.debit::text, 'credit', l.credit::text, 'baseDebit', l.base_debit::text,
            'baseCredit', l.base_credit::text, 'isExchangeDifference', l.is_exchange_difference,
            'customerId', l.customer_id, 'vendorId', l.vendor_id, 'description', l.description) order by l.line_number)
          from accounting.journal_lines l where l.tenant_id = e.tenant_id and l.entry_id = e.id)
      from accounting.journal_entries e
      where e.tenant_id = ${p.tenantId}::uuid ${rest(p)}`,
  );
}

export const findEntries = readEntries(
  "find",
  (p: Params<{ ids: string[] }>) => sql`and e.id = any (${p.ids}::uuid[])`,
);

/** The entries posted for documents, payments or allocations, in the order in which they were posted. */
export const entriesOfSources = readEntries(
  "of_sources",
  (p: Params<{ sourceIds: string[]; sources: string[] }>) => sql`
    and e.source_id = any (${p.sourceIds}::uuid[]) and e.source = any (${p.sources}::text[])
    order by e.entry_date, e.created_at, e.id`,
);

interface ListParams {
  companyId: string;
  from: string;
  to: string;
  date: string;
  id: string;
  limit: number;
}

/** The entries of a company between two days, newest first, from a key on. */
export const listEntries = readEntries(
  "list",
  (p: Params<ListParams>) => sql`
    and e.company_id = ${p.companyId}::uuid and e.entry_date between ${p.from}::date and ${p.to}::date
    and (e.entry_date, e.id) < (${p.date}::date, ${p.id}::uuid)
    order by e.entry_date desc, e.id desc limit ${p.limit}`,
);
