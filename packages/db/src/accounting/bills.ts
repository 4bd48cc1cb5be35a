import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { recordsOf } from "../core/records";
import { kept, rowsOf } from "../core/rows";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { Drafts } from "./document-drafts";
import { companyOf, partyOf } from "./document-parties";
import { DocumentPosting, type VoidOptions } from "./document-posting";
import type { DocumentKind } from "./documents";
import { type Previewed, postOrPreview } from "./preview";
import { billLines, bills } from "./schema";
import { statement } from "./statements";
import {
  approveOptionsSchema,
  billChangesSchema,
  billCreditSchema,
  billFilterSchema,
  newBillLinesSchema,
  newBillSchema,
  newBillsSchema,
} from "./validation/bills";
import { keptOfBills } from "./validation/kept";

export type Bill = typeof bills.$inferSelect;
export type BillLine = typeof billLines.$inferSelect;
export type NewBill = z.input<typeof newBillSchema>;
export type NewBillLine = NewBill["lines"][number];
export type BillChanges = z.input<typeof billChangesSchema>;
export type ApproveOptions = z.input<typeof approveOptionsSchema>;
export type BillCredit = z.input<typeof billCreditSchema>;
export type BillFilter = z.input<typeof billFilterSchema>;
/** A bill with its vendor and its lines in order. */
export type BillDocument = NonNullable<Awaited<ReturnType<BillRepository["findDocument"]>>>;

/** The columns of a new draft. Those marked `changeable` may change until the draft is approved. */
const newBill = rowsOf(bills, {
  id: "given",
  companyId: "given",
  kind: "given",
  creditedBillId: "given",
  vendorId: "changeable",
  billNumber: "changeable",
  billDate: "changeable",
  dueDate: "changeable",
  currency: "changeable",
  exchangeRate: "changeable",
  baseAmount: "changeable",
  externalId: "changeable",
  ...kept(keptOfBills),
});

const records = recordsOf(statement, "accounting.bills.find", bills, "bill");
const kind: DocumentKind<Bill> = { noun: "bill", plural: "bills", table: bills, records, posted: "approved" };
const drafts = new Drafts({ ...kind, header: newBill, lineTable: billLines, parent: "billId" });
const posting = new DocumentPosting(kind);

const list = listOf(statement, {
  name: "accounting.bills.list",
  table: bills,
  sort: ["billDate", "id"],
  direction: "desc",
  filter: billFilterSchema,
  optional: ["status", "vendorId"],
});

/** A bill with its vendor and its lines in order, read in one statement. */
const findDocument = statement("accounting.bills.find_document", (q, p: Params<{ id: string }>) =>
  q.query.accountingBills.findFirst({
    where: { tenantId: { eq: p.tenantId }, id: { eq: p.id } },
    with: { company: true, vendor: true, lines: { orderBy: { lineNumber: "asc" } } },
  }),
);

/**
 * Vendors' bills and credit notes: draft → approved → partly_paid → paid, approved → void. The database posts them,
 * whoever writes. A method is one statement, so one round trip, where nothing else is said.
 */
export class BillRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The bill without its lines, or undefined. */
  findById(id: string): Promise<Bill | undefined> {
    return records.find(this.#unit, id);
  }

  /** The bill without its lines. Throws `NotFoundError`. */
  getById(id: string): Promise<Bill> {
    return records.get(this.#unit, id);
  }

  /**
   * The bill with its vendor and lines, or undefined. `seller` and `buyer` are those that it was approved with; of a draft, the
   * vendor and the company as they are now.
   */
  async findDocument(id: string) {
    const read = await this.#unit.run(findDocument, { id });
    if (!read) return;
    const { company, ...bill } = read;
    return { ...bill, seller: bill.seller ?? partyOf(bill.vendor), buyer: bill.buyer ?? companyOf(company) };
  }

  /** Newest first, narrowed by status and vendor; credit notes are among them. */
  list(request: PageRequest & BillFilter = {}): Promise<Page<Bill>> {
    return list(this.#unit, request);
  }

  /**
   * Creates a draft with its lines in one statement; `totalAmount` is the sum of the lines, each rounded half away
   * from zero to the decimals of the currency. Throws `ValidationError`; `UniqueViolationError` when its `id` or `externalId` is taken, whatever
   * the content, or the vendor's number on a bill that is not void; `ForeignKeyViolationError` for a vendor of another
   * company or tenant.
   */
  async create(input: NewBill): Promise<Bill> {
    return drafts.create(this.#unit, parseInput(newBillSchema, input, "bill"));
  }

  /** Drafts with their lines, 500 to a statement, all or none. Returns them in the order given. Throws as `create`. */
  async createMany(input: readonly NewBill[]): Promise<Bill[]> {
    return drafts.createMany(this.#unit, parseInput(newBillsSchema, input, "list of bills"));
  }

  /** Changes fields of a draft. Throws `ValidationError`, `NotFoundError`, `ConflictError` when it is no draft. */
  async update(id: string, changes: BillChanges): Promise<Bill> {
    return drafts.change(this.#unit, id, parseInput(billChangesSchema, changes, "change"));
  }

  /**
   * Replaces the lines of a draft, and its total by their sum, in two statements.
   * Throws `ValidationError`, `NotFoundError`, `ConflictError` when it is no draft.
   */
  async setLines(id: string, lines: readonly NewBillLine[]): Promise<Bill> {
    return drafts.replaceLines(this.#unit, id, parseInput(newBillLinesSchema, lines, "list of lines"));
  }

  /** Deletes a draft with its lines. Throws `NotFoundError`, `ConflictError` when it is no draft. */
  deleteDraft(id: string): Promise<void> {
    return drafts.delete(this.#unit, id);
  }

  /**
   * Approves a draft in one statement: assigns the exchange rate, posts it, and adds its total to what the company owes.
   * The scope's user is noted as who approved it. `preview` changes nothing and returns the entry.
   * Throws `NotFoundError`; `ConflictError` when it is no draft, its date is in a closed period, or there is no exchange
   * rate; `InvariantError` when lines and total differ, or a credit note takes back more than there is.
   */
  async approve<O extends ApproveOptions = object>(id: string, options = {} as O): Promise<Previewed<O, Bill>> {
    const { preview } = parseInput(approveOptionsSchema, options, "approval");
    return postOrPreview(this.#unit, { preview }, ["bill"], (unit) => posting.post(unit, id));
  }

  /**
   * Creates and approves a vendor's credit note, at the bill's rate: over all of the bill, or over the lines given. It
   * settles what the bill still has open; the rest is the company's credit. `preview` returns the entries.
   * Throws `NotFoundError`, `ValidationError`; `ConflictError` when the bill is a draft or void, or `date` is before its
   * own or in a closed period; `InvariantError` when its credit notes would come to more than its total.
   */
  async credit<O extends BillCredit>(billId: string, input: O): Promise<Previewed<O, Bill>> {
    const { billNumber, date, lines, preview } = parseInput(billCreditSchema, input, "credit note");
    const work = (outer: Unit) =>
      outer.atomic(async (unit) => {
        const credited = found(await unit.run(findDocument, { id: billId }), "bill");
        // A credit note takes over the rest of the bill's header: vendor, currency, rate, …
        const { id } = await drafts.create(unit, {
          ...credited,
          id: undefined,
          billNumber,
          externalId: null,
          kind: "credit_note",
          creditedBillId: billId,
          billDate: date,
          dueDate: date,
          // The base amount is of the whole: what is taken back in part is worth its rate.
          baseAmount: lines ? null : credited.baseAmount,
          lines: lines ?? credited.lines,
        });
        await posting.post(unit, id);
        return posting.setOff(unit, billId, id, date);
      });
    return postOrPreview(this.#unit, { preview }, ["bill", "allocation"], work);
  }

  /**
   * Voids a bill that nothing settles: its journal entry is mirrored on `date`, today when left out, and its number may be
   * used again. `preview` changes nothing and returns that entry.
   * Throws `NotFoundError`; `ConflictError` when it is a draft, void, settled in part or whole, has credit notes, or
   * `date` is before its own or in a closed period.
   */
  void<O extends VoidOptions = object>(id: string, options = {} as O): Promise<Previewed<O, Bill>> {
    return posting.void(this.#unit, id, options);
  }

  /**
   * Marks bills as paid, all or none. The database records a payment of what is open, dated today or on the bill's date
   * where that is later, on the books' bank account, and posts it. Two statements.
   * Throws `ConflictError` when one of them is missing, a draft, void or paid already; then nothing was changed.
   */
  markPaid(ids: readonly string[]): Promise<void> {
    return posting.markPaid(this.#unit, ids);
  }
}
