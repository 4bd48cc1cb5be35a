import { sql } from "drizzle-orm";
import type { z } from "zod";
import { inChunks } from "../client/chunks";
import type { Unit } from "../client/unit";
import { ConflictError, UniqueViolationError } from "../core/errors";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { listBy, SortKey } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { recordsBy } from "../core/records";
import { requestHash } from "../core/request-hash";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { lockForPosting } from "./account-locks";
import { entryColumns, entryShape, type JournalEntry, readEntries, toEntry } from "./journal-entry";
import { otherContent, postBatch, posts, toPosting } from "./journal-posting";
import { preview } from "./preview";
import { journalEntries } from "./schema";
import { sqlStatement } from "./statements";
import {
  entryFilterSchema,
  newJournalEntriesSchema,
  newJournalEntrySchema,
  reversalSchema,
} from "./validation/journal";

export type NewJournalEntry = z.input<typeof newJournalEntrySchema>;
export type EntryFilter = z.input<typeof entryFilterSchema>;
export type ReversalOptions = z.input<typeof reversalSchema>;

const findEntries = readEntries("find", (p: Params<{ ids: string[] }>) => sql`and e.id = any (${p.ids}::uuid[])`);

const records = recordsBy("journal entry", async (unit, id) => {
  const [entry] = await unit.run(findEntries, { ids: [id] });
  return entry && toEntry(entry);
});

const byDate = new SortKey(journalEntries, ["entryDate", "id"], "desc");

interface ListParams {
  companyId: string;
  from: string;
  to: string;
  limit: number;
  after_entryDate: string;
  after_id: string;
}

/** The entries of a company between two days, newest first, from a key on. */
const listEntries = readEntries(
  "list",
  (p: Params<ListParams>) => sql`
    and e.company_id = ${p.companyId}::uuid and e.entry_date between ${p.from}::date and ${p.to}::date
    and ${byDate.after(p, "e")}
    order by e.entry_date desc, e.id desc limit ${p.limit}`,
);

const firstDay = "0001-01-01";
const lastDay = "9999-12-31";

const list = listBy(entryFilterSchema, byDate, async (unit, { companyId, from = firstDay, to = lastDay }, position) =>
  (await unit.run(listEntries, { companyId, from, to, ...position })).map(toEntry),
);

interface Reversal {
  original: string;
  id: string;
  date: string;
  description: string | null;
  idempotencyKey: string | null;
  requestHash: string | null;
}

/** Posts the mirror of a manual entry, or finds the one that its key stands for already. */
const reverseEntry = sqlStatement(
  "accounting.journal.reverse",
  (q) => q.select({ isSameRequest: sql<boolean>`true`, entry: entryShape }).from(journalEntries),
  (p: Params<Reversal>) => sql`
    select w.is_same_request, ${entryColumns}
    from accounting.reverse_entry(${p.original}::uuid, ${p.id}::uuid, ${p.date}::date, ${p.description}::text,
      ${p.idempotencyKey}::text, ${p.requestHash}::text) w
    cross join lateral accounting.stored_entry(w.entry_id) e
    where ${p.tenantId}::uuid is not null`,
);

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
   * `idempotencyKey` with the same content, its `id` aside, returns the entry posted first. `preview` posts nothing and
   * returns the entry. Calls of one process that meet are posted together, in one transaction.
   * Throws `ValidationError`; `InvariantError` when the entry is not balanced or an account does not fit;
   * `ConflictError` for a closed period, a control account, or an `idempotencyKey` that came with other content;
   * `UniqueViolationError` for an `id` that another entry has.
   */
  async post(input: NewJournalEntry, options: { preview?: boolean } = {}): Promise<JournalEntry> {
    const posting = toPosting(parseInput(newJournalEntrySchema, input, "entry"));
    if (options.preview) return preview(this.#unit, (unit) => unit.joined(posts, posting));
    return this.#unit.joined(posts, posting);
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
      // One statement locks its accounts itself.
      begin: entries.length > mostAtOnce ? (unit) => lockForPosting(unit, entries) : undefined,
      prepare: (chunk) => chunk.map(toPosting),
      write: async (unit, postings) => {
        for (const outcome of await postBatch(unit, postings)) {
          if (outcome instanceof Error) throw outcome;
          posted.push(outcome);
        }
      },
    });
    return posted;
  }

  /**
   * Takes a manual entry back: posts its mirror on `date`, once. Entries of documents are taken back by voiding those.
   * The same `idempotencyKey` with the same content, its `id` aside, returns the mirror posted first.
   * Throws `NotFoundError`, `ValidationError`, `ConflictError` when it is reversed already, belongs to a document, or
   * `date` is before the entry's or in a closed period, or the `idempotencyKey` came with other content;
   * `UniqueViolationError` for an `id` that another entry has.
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
      const { entry, isSameRequest } = found(written, "journal entry");
      if (!isSameRequest) throw otherContent();
      return toEntry(entry);
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
  findById(id: string): Promise<JournalEntry | undefined> {
    return records.find(this.#unit, id);
  }

  /** The entry with its lines. Throws `NotFoundError`. */
  getById(id: string): Promise<JournalEntry> {
    return records.get(this.#unit, id);
  }

  /** The company's entries between two days (both included), newest first. */
  list(request: PageRequest & EntryFilter): Promise<Page<JournalEntry>> {
    return list(this.#unit, request);
  }
}

/** Entries of `postMany` in one statement. A larger statement takes longer per entry. */
const mostAtOnce = 1_000;

const described = ({ description }: { description?: string | null | undefined }) =>
  description ? { description } : {};
