import type { z } from "zod";
import { inChunks } from "../client/chunks";
import type { Batch, Unit } from "../client/unit";
import type { ChoiceOf } from "../core/choice";
import { normalizeAmount, withDecimals } from "../core/currency";
import { ConflictError, type DatabaseError, UniqueViolationError } from "../core/errors";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { cursorKey, lastId, type Page, type PageRequest, pageSize, toPage } from "../core/page";
import { requestHash } from "../core/request-hash";
import { parseInput } from "../core/validation";
import {
  entriesOfSources,
  findEntries,
  listEntries,
  type PostedColumns,
  postEntries,
  reverseEntry,
  type StoredLine,
} from "./journal-statements";
import { preview } from "./preview";
import type { entrySource } from "./schema";
import {
  entryFilterSchema,
  newJournalEntriesSchema,
  newJournalEntrySchema,
  reversalSchema,
} from "./validation/journal";

export type EntrySource = ChoiceOf<typeof entrySource>;
export type NewJournalEntry = z.input<typeof newJournalEntrySchema>;
export type EntryFilter = z.input<typeof entryFilterSchema>;
export type ReversalOptions = z.input<typeof reversalSchema>;

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

/** An entry as it was checked, with the ids that it will have. */
interface Posting {
  entry: z.output<typeof newJournalEntrySchema>;
  id: string;
  hash: string | null;
  lineIds: string[];
}

/** The journal of a company's books: balanced entries that are never changed, only reversed. */
export class JournalRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Posts a balanced entry. Amounts are above zero, as debit or as credit; per currency, and in base currency, debits
   * equal credits. A line without a currency is in its account's, else in base currency; one in another currency is
   * converted at its `rate`, or the last known one, and cents that rounding leaves get a line of their own. The same
   * `idempotencyKey` with the same content returns the entry posted first. `preview` posts nothing and returns the entry.
   * Calls of one process that meet are posted together, in one transaction.
   * Throws `ValidationError`; `InvariantError` when the entry is not balanced or an account does not fit;
   * `ConflictError` for a closed period, a control account, or a key that came with other content.
   */
  async post(input: NewJournalEntry, options: { preview?: boolean } = {}): Promise<JournalEntry> {
    const posting = toPosting(parseInput(newJournalEntrySchema, input, "entry"));
    if (options.preview) return preview(this.#unit, async (unit) => onePosted(unit, await unit.joined(posts, posting)));
    return onePosted(this.#unit, await this.#unit.joined(posts, posting));
  }

  /**
   * Posts entries, all or none, 1,000 to a statement; each as `post` does. Returns them in the order given.
   * Throws as `post`; then nothing was posted.
   */
  async postMany(input: readonly NewJournalEntry[]): Promise<JournalEntry[]> {
    const entries = parseInput(newJournalEntriesSchema, input, "list of entries");
    const posted: JournalEntry[] = [];
    await inChunks(this.#unit, entries, {
      size: mostAtOnce,
      prepare: (chunk) => chunk.map(toPosting),
      write: async (unit, postings) => {
        for (const outcome of await postBatch(unit, postings)) posted.push(await onePosted(unit, outcome));
      },
    });
    return posted;
  }

  /**
   * Takes a manual entry back: posts its mirror on `date`, once. Entries of documents are taken back by voiding those.
   * Throws `NotFoundError`, `ValidationError`, `ConflictError` when it is reversed already, belongs to a document, or
   * `date` is before the entry's or in a closed period.
   */
  async reverse(entryId: string, options: ReversalOptions): Promise<JournalEntry> {
    const { preview: isPreview, ...given } = parseInput(reversalSchema, options, "reversal");
    const run = async (unit: Unit) => {
      const [written] = await unit.run(reverseEntry, {
        original: entryId,
        id: given.id ?? newId(),
        date: given.date,
        description: given.description ?? null,
        idempotencyKey: given.idempotencyKey ?? null,
        requestHash: given.idempotencyKey ? requestHash({ entryId, date: given.date, ...described(given) }) : null,
      });
      const { id, isSameRequest } = found(written, "journal entry");
      if (!isSameRequest) throw otherContent();
      return new JournalRepository(unit).getById(id);
    };
    try {
      return await (isPreview ? preview(this.#unit, run) : run(this.#unit));
    } catch (error) {
      if (error instanceof UniqueViolationError && error.constraint === "idx_journal_entries_reverses_entry_id") {
        throw new ConflictError("The entry is reversed already", { ...error.toJSON(), cause: error });
      }
      throw error;
    }
  }

  /** The entry with its lines, or undefined. */
  async findById(id: string): Promise<JournalEntry | undefined> {
    return (await this.#unit.run(findEntries, { ids: [id] })).map(toEntry)[0];
  }

  /** The entry with its lines. Throws `NotFoundError`. */
  async getById(id: string): Promise<JournalEntry> {
    return found(await this.findById(id), "journal entry");
  }

  /** The company's entries between two days (both included), newest first. */
  async list(request: PageRequest & EntryFilter): Promise<Page<JournalEntry>> {
    const { limit: _limit, cursor: _cursor, ...filter } = request;
    const { companyId, from, to } = parseInput(entryFilterSchema, filter, "filter");
    const limit = pageSize(request);
    const [date, id] = cursorKey(request, 2) ?? [lastDay, lastId];
    const rows = await this.#unit.run(listEntries, {
      companyId,
      from: from ?? firstDay,
      to: to ?? lastDay,
      date: date ?? lastDay,
      id: id ?? lastId,
      limit: limit + 1,
    });
    return toPage(rows.map(toEntry), limit, (entry) => [entry.entryDate, entry.id]);
  }
}

const firstDay = "0001-01-01";
const lastDay = "9999-12-31";

/** Entries of `postMany` to a statement: above, a statement gets slower per entry. */
const mostAtOnce = 1_000;

/** Calls to a batch: with more at once, one batch is prepared and told while the server works on another. */
const mostJoined = 128;

/** The entries posted for documents, payments or allocations, in the order in which they were posted. */
export async function entriesOf(unit: Unit, sourceIds: string[], sources: EntrySource[]): Promise<JournalEntry[]> {
  return (await unit.run(entriesOfSources, { sourceIds, sources })).map(toEntry);
}

/** What became of a posting: the entry, or the id of the one that its key stands for already. */
type Outcome = JournalEntry | { repeated: string };

const posts: Batch<Posting, Outcome> = { name: "accounting.journal.post", most: mostJoined, run: postBatch };

async function postBatch(unit: Unit, postings: readonly Posting[]): Promise<(Outcome | DatabaseError)[]> {
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

async function onePosted(unit: Unit, outcome: Outcome | DatabaseError): Promise<JournalEntry> {
  if (outcome instanceof Error) throw outcome;
  return "repeated" in outcome ? new JournalRepository(unit).getById(outcome.repeated) : outcome;
}

const otherContent = () =>
  new ConflictError("The idempotency key was used for another entry of the company: choose a new key");

function toPosting(entry: z.output<typeof newJournalEntrySchema>): Posting {
  const { id, idempotencyKey, ...content } = entry;
  return {
    entry,
    id: id ?? newId(),
    hash: idempotencyKey === undefined ? null : requestHash(sameWriting(content)),
    lineIds: entry.lines.map(() => newId()),
  };
}

/** "10" and "10.00" are the same request, and so are null and a field that was left out. */
function sameWriting(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => {
      if (inner === null) return undefined;
      const isAmount = typeof inner === "string" && ["debit", "credit", "rate", "baseAmount"].includes(key);
      return isAmount && inner.includes(".") ? inner.replace(/\.?0+$/, "") : inner;
    }),
  );
}

const described = ({ description }: { description?: string | null | undefined }) =>
  description ? { description } : {};

function columnsOfPostings(postings: readonly Posting[]): PostedColumns {
  const lines = linesOf(postings);
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

const linesOf = (postings: readonly Posting[]) => postings.flatMap(({ entry }) => entry.lines);

type PostingLine = Posting["entry"]["lines"][number];

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
      : entry.lines.map((line, index) => plainLine(line, lineIds[index] ?? "", index, row.baseCurrency)),
  } satisfies JournalEntry;
}

/** A line in base currency: what was given is what is stored. */
function plainLine(line: PostingLine, id: string, index: number, currency: string): JournalLine {
  const debit = normalizeAmount(line.debit ?? "0", currency);
  const credit = normalizeAmount(line.credit ?? "0", currency);
  return {
    id,
    lineNumber: index + 1,
    accountId: line.accountId,
    currency,
    debit,
    credit,
    baseDebit: withDecimals(debit, 2),
    baseCredit: withDecimals(credit, 2),
    isExchangeDifference: false,
    customerId: null,
    vendorId: null,
    description: line.description ?? null,
  };
}

function toLine(line: StoredLine, index: number): JournalLine {
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

function toEntry(row: Omit<JournalEntry, "lines"> & { lines: StoredLine[] }): JournalEntry {
  return { ...row, lines: row.lines.map(toLine) };
}
