import type { z } from "zod";
import type { Batch, Unit } from "../client/unit";
import { ConflictError, type DatabaseError } from "../core/errors";
import { newId } from "../core/ids";
import { requestHash } from "../core/request-hash";
import { type JournalEntry, toLine } from "./journal-entry";
import { type PostedColumns, postEntries, type StoredLine } from "./journal-statements";
import type { newJournalEntrySchema } from "./validation/journal";

/** An entry as it was checked, with the ids that it will have. */
export interface Posting {
  entry: z.output<typeof newJournalEntrySchema>;
  id: string;
  hash: string | null;
  lineIds: string[];
}

/** Draws the ids of a checked entry, and the hash of what a key stands for. */
export function toPosting(entry: z.output<typeof newJournalEntrySchema>): Posting {
  const { id, idempotencyKey, ...content } = entry;
  return {
    entry,
    id: id ?? newId(),
    hash: idempotencyKey === undefined ? null : requestHash(content, oneWriting),
    lineIds: entry.lines.map(() => newId()),
  };
}

/** "10" and "10.00" are the same request, and so are null and a field that was left out. */
function oneWriting(key: string, value: unknown): unknown {
  if (value === null) return undefined;
  const isAmount = typeof value === "string" && ["debit", "credit", "rate", "baseAmount"].includes(key);
  return isAmount && value.includes(".") ? value.replace(/\.?0+$/, "") : value;
}

/** Calls to a batch: with more at once, one batch is prepared and told while the server works on another. */
const mostJoined = 128;

/** What became of a posting: the entry, or the id of the one that its key stands for already. */
export type Outcome = JournalEntry | { repeated: string };

/** Postings of one scope, as one statement. */
export const posts: Batch<Posting, Outcome> = { name: "accounting.journal.post", most: mostJoined, run: postBatch };

/** Posts entries by one statement, all or none; an entry whose key came with other content is an error of its own. */
export async function postBatch(unit: Unit, postings: readonly Posting[]): Promise<(Outcome | DatabaseError)[]> {
  const rows = await unit.run(postEntries, columnsOfPostings(postings));
  const outcomes = new Array<Outcome | DatabaseError>(postings.length);
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
  new ConflictError("The idempotency key was used for another entry of the company: choose a new key");

function columnsOfPostings(postings: readonly Posting[]): PostedColumns {
  const lines = postings.flatMap(({ entry }) => entry.lines);
  return {
    entryId: postings.map(({ id }) => id),
    companyId: postings.map(({ entry }) => entry.companyId),
    entryDate: postings.map(({ entry }) => entry.date),
    description: postings.map(({ entry }) => entry.description ?? null),
    reference: postings.map(({ entry }) => entry.reference ?? null),
    idempotencyKey: postings.map(({ entry }) => entry.idempotencyKey ?? null),
    requestHash: postings.map(({ hash }) => hash),
    lineEntry: postings.flatMap(({ lineIds }, index) => new Array<number>(lineIds.length).fill(index + 1)),
    lineId: postings.flatMap(({ lineIds }) => lineIds),
    accountId: lines.map(({ accountId }) => accountId),
    currency: lines.map(({ currency }) => currency ?? null),
    debit: lines.map(({ debit }) => debit ?? "0"),
    credit: lines.map(({ credit }) => credit ?? "0"),
    baseAmount: lines.map(({ baseAmount }) => baseAmount ?? null),
    rate: lines.map(({ rate }) => rate ?? null),
    isExchangeDifference: lines.map((line) => line.isExchangeDifference ?? null),
    lineDescription: lines.map(({ description }) => description ?? null),
  };
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

/** A line in base currency: what was given is what is stored. */
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
