import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Batch, Unit } from "../client/unit";
import { ConflictError, type DatabaseError } from "../core/errors";
import { newId } from "../core/ids";
import { requestHash, withPlainAmounts } from "../core/request-hash";
import { type ArrayParams, field, kept, type RowType, rowsOf } from "../core/rows";
import type { Params } from "../core/statement";
import { type JournalEntry, type StoredLine, toLine } from "./journal-entry";
import { journalEntries, journalLines } from "./schema";
import { sqlStatement } from "./statements";
import type { newJournalEntrySchema } from "./validation/journal";
import { keptOfEntries, keptOfEntryLines } from "./validation/kept";

/** An entry as it was checked, with the ids that it will have. */
export interface Posting {
  entry: z.output<typeof newJournalEntrySchema>;
  id: string;
  hash: string | null;
  lineIds: string[];
}

/** Assigns ids to a checked entry and its lines. With an idempotency key, adds the hash of the content. */
export function toPosting(entry: z.output<typeof newJournalEntrySchema>): Posting {
  const { id, idempotencyKey, ...content } = entry;
  return {
    entry,
    id: id ?? newId(),
    hash: idempotencyKey === undefined ? null : requestHash(content, oneWriting),
    lineIds: entry.lines.map(() => newId()),
  };
}

const oneWriting = withPlainAmounts(["debit", "credit", "rate", "baseAmount"]);

/** Entries that are posted by hand. */
const entryRows = rowsOf(journalEntries, {
  id: "given",
  companyId: "given",
  entryDate: "given",
  description: "given",
  reference: "given",
  idempotencyKey: "given",
  requestHash: "given",
  ...kept(keptOfEntries),
});

/** Lines of those entries, which name their entry by its position from 1. The ledger computes base amounts. */
const lineRows = rowsOf(journalLines, {
  entry: field<number>("int"),
  id: "given",
  accountId: "given",
  currency: "defaulted",
  debit: "given",
  credit: "given",
  baseAmount: field<string | null>("numeric"),
  rate: field<string | null>("numeric"),
  isExchangeDifference: "defaulted",
  description: "given",
  ...kept(keptOfEntryLines),
}).prefixed("line.");

type PostParams = ArrayParams<RowType<typeof entryRows>> & ArrayParams<RowType<typeof lineRows>, "line.">;

/**
 * Posts manual entries, all or none. `lines` is null for an entry whose lines are all in base currency: they are stored
 * as they were given.
 */
const postEntries = sqlStatement(
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
  (p: Params<PostParams>) => sql`
    select w.entry_position, w.entry_id, w.is_new, w.is_same_request, round(extract(epoch from now()) * 1000)::text,
      w.base_currency, w.lines
    from accounting.post_journal(${entryRows.lists(p)}, ${lineRows.lists(p)}) w
    where ${p.tenantId}::uuid is not null`,
);

/** Calls in one statement at most. More calls go in several, so that one is prepared while the server runs another. */
const mostJoined = 128;

/** The result of a posting: the entry, or the id of the one that its key stands for already. */
export type PostingResult = JournalEntry | { repeated: string };

/** Postings of one scope, as one statement. */
export const posts: Batch<Posting, PostingResult> = {
  name: "accounting.journal.post",
  most: mostJoined,
  run: postBatch,
};

/** Posts entries by one statement, all or none; an entry whose key came with other content is an error of its own. */
export async function postBatch(unit: Unit, postings: readonly Posting[]): Promise<(PostingResult | DatabaseError)[]> {
  const rows = await unit.run(postEntries, paramsOf(postings));
  const outcomes = new Array<PostingResult | DatabaseError>(postings.length);
  const postedAt = new Date(Number(rows[0]?.postedAt));
  for (const row of rows) {
    const posting = postings[row.position - 1];
    if (!posting) continue;
    if (row.isNew) outcomes[row.position - 1] = postedEntry(posting, row, postedAt, unit.scope.userId ?? null);
    else outcomes[row.position - 1] = row.isSameRequest ? { repeated: row.entryId } : otherContent();
  }
  return outcomes;
}

export const otherContent = () =>
  new ConflictError("The idempotencyKey was used for another entry of the company: choose a new key", {
    table: "journal_entries",
    column: "idempotency_key",
  });

function paramsOf(postings: readonly Posting[]): PostParams {
  const entries = postings.map(({ entry }) => entry);
  const lines = entries.flatMap((entry) => entry.lines);
  const lineIds = postings.flatMap((posting) => posting.lineIds);
  const positions = postings.flatMap((posting, index) => new Array<number>(posting.lineIds.length).fill(index + 1));
  const at = <T>(values: readonly (T | undefined)[], index: number) => values[index] as T;
  // Assigned to an empty object, because spreading two, or adding to a full one, takes many times as long.
  return Object.assign(
    {},
    entryRows.arrays(entries, {
      id: (_entry, index) => at(postings, index).id,
      requestHash: (_entry, index) => at(postings, index).hash,
      entryDate: ({ date }) => date,
    }),
    lineRows.arrays(lines, {
      entry: (_line, index) => at(positions, index),
      id: (_line, index) => at(lineIds, index),
      debit: ({ debit = "0" }) => debit,
      credit: ({ credit = "0" }) => credit,
    }),
  );
}

interface PostedRow {
  baseCurrency: string;
  lines: Omit<StoredLine, "customerId" | "vendorId">[] | null;
}

function postedEntry({ entry, id, lineIds }: Posting, row: PostedRow, createdAt: Date, postedBy: string | null) {
  return {
    id,
    companyId: entry.companyId,
    entryDate: entry.date,
    description: entry.description ?? null,
    reference: entry.reference ?? null,
    source: "manual",
    sourceId: null,
    reversesEntryId: null,
    idempotencyKey: entry.idempotencyKey ?? null,
    postedBy,
    createdAt,
    lines: row.lines
      ? row.lines.map((line, index) => toLine({ ...line, customerId: null, vendorId: null }, index))
      : entry.lines.map((line, index) => toLine(plainLine(line, lineIds[index] ?? "", row.baseCurrency), index)),
  } satisfies JournalEntry;
}

/** A line in base currency, which is stored as it was given. */
function plainLine(line: Posting["entry"]["lines"][number], id: string, currency: string): StoredLine {
  const [debit, credit] = [line.debit ?? "0", line.credit ?? "0"];
  return {
    id,
    accountId: line.accountId,
    currency,
    debit,
    credit,
    baseDebit: debit,
    baseCredit: credit,
    isExchangeDifference: false,
    customerId: null,
    vendorId: null,
    description: line.description ?? null,
  };
}
