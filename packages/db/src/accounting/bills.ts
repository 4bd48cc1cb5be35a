import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import type { Page, PageRequest } from "../core/page";
import { parseInput } from "../core/validation";
import { billKind, billStatements, findBillDocument } from "./bill-statements";
import { DocumentRepository, type NotPreviewed, type Previewed } from "./documents";
import type { JournalEntry } from "./journal-entry";
import type { bills } from "./schema";
import {
  approveOptionsSchema,
  billChangesSchema,
  billCreditSchema,
  billFilterSchema,
  newBillLinesSchema,
  newBillSchema,
  newBillsSchema,
} from "./validation/bills";

export type Bill = typeof bills.$inferSelect;
export type NewBill = z.input<typeof newBillSchema>;
export type NewBillLine = NewBill["lines"][number];
export type BillChanges = z.input<typeof billChangesSchema>;
export type ApproveOptions = z.input<typeof approveOptionsSchema>;
export type BillCredit = z.input<typeof billCreditSchema>;
export type BillFilter = z.input<typeof billFilterSchema>;
/** A bill with its vendor and its lines in order. */
export type BillDocument = NonNullable<Awaited<ReturnType<BillRepository["findDocument"]>>>;

/**
 * Vendors' bills and credit notes: draft → approved → partly_paid → paid, approved → void. The database posts them,
 * whoever writes. A method is one statement, so one round trip, where nothing else is said.
 */
export class BillRepository extends DocumentRepository<Bill> {
  constructor(unit: Unit) {
    super(unit, billKind, billStatements);
  }

  /** The bill with its vendor and lines, or undefined. */
  findDocument(id: string) {
    return this.unit.run(findBillDocument, { id });
  }

  /** Newest first, narrowed by status and vendor; credit notes are among them. */
  async list(request: PageRequest & BillFilter = {}): Promise<Page<Bill>> {
    const { limit: _limit, cursor: _cursor, ...filter } = request;
    const { status, vendorId } = parseInput(billFilterSchema, filter, "filter");
    return this.page(request, { status, partyId: vendorId }, (row) => [row.billDate, row.id]);
  }

  /**
   * Creates a draft with its lines in one statement; `totalAmount` is the sum of the lines, each rounded half away
   * from zero to cents. Throws `ValidationError`; `UniqueViolationError` when the vendor's number is there already, on a
   * bill that is not void; `ForeignKeyViolationError` for a vendor of another company or tenant.
   */
  async create(input: NewBill): Promise<Bill> {
    return this.createDraft(this.unit, parseInput(newBillSchema, input, "bill"));
  }

  /** Drafts with their lines, 500 to a statement, all or none. Returns them in the order given. Throws as `create`. */
  async createMany(input: readonly NewBill[]): Promise<Bill[]> {
    return this.createDrafts(parseInput(newBillsSchema, input, "list of bills"));
  }

  /** Changes fields of a draft. Throws `ValidationError`, `NotFoundError`, `ConflictError` when it is no draft. */
  async update(id: string, changes: BillChanges): Promise<Bill> {
    return this.changeDraft(id, parseInput(billChangesSchema, changes, "change"));
  }

  /**
   * Gives a draft other lines, and their sum as total, in two statements.
   * Throws `ValidationError`, `NotFoundError`, `ConflictError`.
   */
  async setLines(id: string, lines: readonly NewBillLine[]): Promise<Bill> {
    return this.replaceLines(id, parseInput(newBillLinesSchema, lines, "list of lines"));
  }

  /**
   * Approves a draft in one statement: it gets its rate, is posted, and the company owes its total. The scope's user is
   * noted as who approved it. `preview` changes nothing and returns the entry.
   * Throws `NotFoundError`; `ConflictError` when it is no draft, its date is in a closed period, or there is no exchange
   * rate; `InvariantError` when lines and total differ, or a credit note takes back more than there is.
   */
  approve(id: string, options: Previewed<ApproveOptions>): Promise<JournalEntry[]>;
  approve(id: string, options?: NotPreviewed<ApproveOptions>): Promise<Bill>;
  async approve(id: string, options: ApproveOptions = {}): Promise<Bill | JournalEntry[]> {
    const { preview } = parseInput(approveOptionsSchema, options, "approval");
    return this.previewing(preview, (unit) => this.#approve(unit, id), ["bill"]);
  }

  /**
   * Creates and approves a vendor's credit note, at the bill's rate: over all of the bill, or over the lines given. What
   * the bill still has open is settled by it; the rest is the company's credit. `preview` returns the entries.
   * Throws `NotFoundError`, `ValidationError`; `ConflictError` when the bill is a draft or void, or `date` is before its
   * own or in a closed period; `InvariantError` when its credit notes would come to more than its total.
   */
  credit(billId: string, input: Previewed<BillCredit>): Promise<JournalEntry[]>;
  credit(billId: string, input: NotPreviewed<BillCredit>): Promise<Bill>;
  async credit(billId: string, input: BillCredit): Promise<Bill | JournalEntry[]> {
    const { billNumber, date, lines, preview } = parseInput(billCreditSchema, input, "credit note");
    const work = (outer: Unit) =>
      outer.atomic(async (unit) => {
        const credited = found(await unit.run(findBillDocument, { id: billId }), "bill");
        const { companyId, vendorId, currency, exchangeRate } = credited;
        const { id } = await this.createDraft(unit, {
          ...{ companyId, vendorId, currency, exchangeRate, billNumber },
          kind: "credit_note",
          creditedBillId: billId,
          billDate: date,
          dueDate: date,
          lines: lines ?? credited.lines,
        });
        await this.#approve(unit, id);
        return this.setOff(unit, billId, id, date);
      });
    return this.previewing(preview, work, ["bill", "allocation"]);
  }

  #approve(unit: Unit, id: string) {
    return this.validated(unit, this.statements.validate, { id });
  }
}
