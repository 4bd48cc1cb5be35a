import type { z } from "zod";
import { inChunks } from "../client/chunks";
import type { Unit } from "../client/unit";
import { ConflictError } from "../core/errors";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { compareMoney, sumMoney } from "../core/money";
import { cursorKey, type Page, type PageRequest, pageSize, toPage } from "../core/page";
import type { Statement } from "../core/statement";
import { parseInput } from "../core/validation";
import { type CheckedDocument, draftColumns, draftValues, type LineInput, lineArrays } from "./document-columns";
import type { DocumentKind, DocumentStatements } from "./document-statements";
import { entriesOf } from "./journal";
import type { EntrySource, JournalEntry } from "./journal-entry";
import { allocate } from "./payment-recording";
import { preview } from "./preview";
import { idListSchema, voidOptionsSchema } from "./validation/documents";

export type VoidOptions = z.input<typeof voidOptionsSchema>;

/** What posts: it returns the record, or with `preview` the journal entries that it would post. */
export type Previewed<Options> = Options & { preview: true };
/** The same, without a preview. */
export type NotPreviewed<Options> = Options & { preview?: false | undefined };

interface DocumentRow {
  id: string;
  status: string;
  totalAmount: string;
  paidAmount: string;
}

/** What a posting operation wrote: the document, and everything that has journal entries. */
export interface Posted<Row> {
  row: Row;
  ids: string[];
}

/** What invoices and bills have in common. A method is one statement, so one round trip, where nothing else is said. */
export abstract class DocumentRepository<Row extends DocumentRow> {
  protected readonly unit: Unit;
  protected readonly statements: DocumentStatements<Row>;
  readonly #kind: DocumentKind;
  /** `invoice` or `bill`: in messages, and as the source of its journal entries. */
  readonly #word: "invoice" | "bill";

  protected constructor(unit: Unit, kind: DocumentKind, statements: DocumentStatements<Row>) {
    this.unit = unit;
    this.statements = statements;
    this.#kind = kind;
    this.#word = kind.plural === "invoices" ? "invoice" : "bill";
  }

  /** The document without its lines, or undefined. */
  async findById(id: string): Promise<Row | undefined> {
    return (await this.unit.run(this.statements.find, { id }))[0];
  }

  /** The document without its lines. Throws `NotFoundError`. */
  async getById(id: string): Promise<Row> {
    return found(await this.findById(id), this.#word);
  }

  /** Deletes a draft with its lines. Throws `NotFoundError`, `ConflictError` when it is no draft. */
  async deleteDraft(id: string): Promise<void> {
    const [deleted] = await this.unit.run(this.statements.deleteDraft, { id });
    if (!deleted) await this.refuse(this.unit, id, "Only a draft can be deleted");
  }

  /**
   * Voids a document that nothing settles: its journal entry is mirrored on `date`, today when left out, and its number
   * stays used. `preview` changes nothing and returns that entry.
   * Throws `NotFoundError`; `ConflictError` when it is a draft, void, settled in part or whole, has credit notes, or
   * `date` is before its own or in a closed period.
   */
  void(id: string, options: Previewed<VoidOptions>): Promise<JournalEntry[]>;
  void(id: string, options?: NotPreviewed<VoidOptions>): Promise<Row>;
  async void(id: string, options: VoidOptions = {}): Promise<Row | JournalEntry[]> {
    const { date, preview: isPreview } = parseInput(voidOptionsSchema, options, "void");
    const run = async (unit: Unit) => {
      const [voided] = await unit.run(this.statements.void, { id, date: date ?? null });
      const row = voided ?? (await this.refuse(unit, id, `Only ${this.#kind.valid} documents are voided`));
      return { row, ids: [id] };
    };
    return this.previewing(isPreview, run, [`${this.#word}_void`]);
  }

  /**
   * AI-BOS bulk update: marks documents as paid, all or none. The database records a payment of what is open, dated today
   * or on the document's date where that is later, on the books' bank account, and posts it.
   * Throws `ConflictError` when one of them is missing, a draft, void or paid already; then nothing was changed.
   */
  async markPaid(ids: readonly string[]): Promise<void> {
    const unique = [...new Set(parseInput(idListSchema, ids, "list of ids"))];
    await this.unit.atomic(async (unit) => {
      // In the order of their ids, as everybody locks documents.
      await unit.run(this.statements.lockOwed, { ids: unique });
      const paid = await unit.run(this.statements.markPaid, { ids: unique });
      if (paid.length === unique.length) return;
      const missing = unique.length - paid.length;
      throw new ConflictError(
        `${missing} of ${unique.length} ${this.#kind.plural} are missing or not owed; none was changed`,
      );
    });
  }

  protected async createDraft(unit: Unit, document: CheckedDocument): Promise<Row> {
    const [created] = await unit.run(this.statements.create, {
      ...draftValues(document, this.#kind.fields, document.id ?? newId()),
      ...lineArrays(document.lines),
    } as never);
    return found(created, this.#word);
  }

  /** Drafts in slices of 500, all or none, in the order given. */
  protected async createDrafts(documents: readonly CheckedDocument[]): Promise<Row[]> {
    const created = new Map<string, Row>();
    const all = documents.map((document) => ({ ...document, id: document.id ?? newId() }));
    await inChunks(this.unit, all, {
      size: 500,
      prepare: (chunk) => draftColumns(chunk, this.#kind.fields),
      write: async (unit, columns) => {
        for (const row of await unit.run(this.statements.createMany, columns)) created.set(row.id, row);
      },
    });
    return all.map(({ id }) => found(created.get(id), this.#word));
  }

  protected async changeDraft(id: string, changes: object): Promise<Row> {
    const given = Object.keys(changes);
    const values = draftValues({ ...changes, lines: [] }, this.#kind.changeable, id);
    const [changed] = await this.unit.run(this.statements.change, { ...values, given } as never);
    return changed ?? this.refuse(this.unit, id, "Only a draft can be changed");
  }

  /** In two statements, as the second sees the lines that a writer before it has left. */
  protected replaceLines(id: string, lines: readonly LineInput[]): Promise<Row> {
    const params = { id, ...lineArrays(lines) };
    return this.unit.atomic(async (unit) => {
      const [changed] = await unit.run(this.statements.setTotal, params);
      const row = changed ?? (await this.refuse(unit, id, "Only a draft's lines can be changed"));
      await unit.run(this.statements.setLines, params);
      return row;
    });
  }

  /** A page of the list that these filters narrow, newest first. */
  protected async page(
    request: PageRequest,
    filter: { status?: string | undefined; partyId?: string | undefined },
    key: (row: Row) => string[],
  ): Promise<Page<Row>> {
    const limit = pageSize(request);
    const after = cursorKey(request, 2);
    const present = {
      status: filter.status !== undefined,
      party: filter.partyId !== undefined,
      after: after !== undefined,
    };
    const rows = await this.unit.run(this.statements.list(present), {
      limit: limit + 1,
      status: filter.status ?? "",
      partyId: filter.partyId ?? "",
      date: after?.[0] ?? "",
      id: after?.[1] ?? "",
    });
    return toPage(rows, limit, key);
  }

  /** Makes a draft valid by a statement that answers with it, or with nothing when it is no draft. */
  protected async validated<P extends { id: string }>(
    unit: Unit,
    by: Statement<P, Row[]>,
    params: P,
  ): Promise<Posted<Row>> {
    const [valid] = await unit.run(by, params);
    const row = valid ?? (await this.refuse(unit, params.id, `Only a draft can be ${this.#kind.valid}`));
    return { row, ids: [params.id] };
  }

  /** Runs a posting operation; as a preview, it is undone, and the entries of what it posted, by source, are returned. */
  protected async previewing(
    isPreview: boolean | undefined,
    work: (unit: Unit) => Promise<Posted<Row>>,
    sources: EntrySource[],
  ): Promise<Row | JournalEntry[]> {
    if (!isPreview) return (await work(this.unit)).row;
    return preview(this.unit, async (unit) => entriesOf(unit, (await work(unit)).ids, sources));
  }

  /** Settles with a new credit note what the document that it takes back has open; the rest of it stays a credit. */
  protected async setOff(unit: Unit, creditedId: string, creditId: string, date: string): Promise<Posted<Row>> {
    // The credit note's trigger has locked the document, so what is open of it stays.
    const credited = await this.#read(unit, creditedId);
    const credit = await this.#read(unit, creditId);
    const open = sumMoney([credited.totalAmount, `-${credited.paidAmount}`]);
    const amount = compareMoney(open, credit.totalAmount) < 0 ? open : credit.totalAmount;
    if (compareMoney(amount, "0") === 0) return { row: credit, ids: [creditId] };
    const [allocation] = await allocate(
      unit,
      this.#word === "invoice"
        ? { creditNoteId: creditId, date, allocations: [{ invoiceId: creditedId, amount }] }
        : { vendorCreditId: creditId, date, allocations: [{ billId: creditedId, amount }] },
    );
    return { row: await this.#read(unit, creditId), ids: [creditId, found(allocation, "allocation").id] };
  }

  /** Why a document was not found in the state that was needed. */
  protected async refuse(unit: Unit, id: string, rule: string): Promise<never> {
    throw new ConflictError(`${rule}; this ${this.#word} is ${(await this.#read(unit, id)).status}`);
  }

  async #read(unit: Unit, id: string): Promise<Row> {
    return found((await unit.run(this.statements.find, { id }))[0], this.#word);
  }
}
