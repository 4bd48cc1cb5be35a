import type { z } from "zod";
import { inChunks } from "../client/chunks";
import type { Unit } from "../client/unit";
import { ConflictError, type DatabaseError, UniqueViolationError } from "../core/errors";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { cursorKey, lastId, type Page, type PageRequest, pageSize, toPage } from "../core/page";
import { requestHash } from "../core/request-hash";
import { parseInput } from "../core/validation";
import { type EntrySource, type JournalEntry, toEntry } from "./journal-entry";
import { entriesOfSources, findEntries, listEntries, reverseEntry } from "./journal-statements";
import { type Outcome, otherContent, postBatch, posts, toPosting } from "./posting";
import { preview } from "./preview";
import {
  entryFilterSchema,
  newJournalEntriesSchema,
  newJournalEntrySchema,
  reversalSchema,
} from "./validation/journal";

export type NewJournalEntry = z.input<typeof newJournalEntrySchema>;
export type EntryFilter = z.input<typeof entryFilterSchema>;
export type ReversalOptions = z.input<typeof reversalSchema>;

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

/** The entries posted for documents, payments or allocations, in the order in which they were posted. */
export async function entriesOf(unit: Unit, sourceIds: string[], sources: EntrySource[]): Promise<JournalEntry[]> {
  return (await unit.run(entriesOfSources, { sourceIds, sources })).map(toEntry);
}

async function onePosted(unit: Unit, outcome: Outcome | DatabaseError): Promise<JournalEntry> {
  if (outcome instanceof Error) throw outcome;
  return "repeated" in outcome ? new JournalRepository(unit).getById(outcome.repeated) : outcome;
}

const described = ({ description }: { description?: string | null | undefined }) =>
  description ? { description } : {};
