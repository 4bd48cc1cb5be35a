import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { listOf } from "../core/lists";
import { type Page, type PageRequest, pageSize } from "../core/page";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { companyOf, partyOf } from "./document-parties";
import type { VoidOptions } from "./document-posting";
import { invoiceDrafts as drafts, invoicePosting as posting, invoiceRecords as records } from "./invoice-drafts";
import { importInvoices } from "./invoice-import";
import { issueWithPrefix, startNumbers } from "./invoice-numbers";
import { largestCustomers, reconcileTotals, revenueByCountry } from "./invoice-revenue";
import { type Posted, type Previewed, postOrPreview } from "./preview";
import { type invoiceLines, invoices } from "./schema";
import { statement } from "./statements";
import {
  importedInvoicesSchema,
  invoiceChangesSchema,
  invoiceCreditSchema,
  invoiceFilterSchema,
  issueOptionsSchema,
  newInvoiceLinesSchema,
  newInvoiceSchema,
  newInvoicesSchema,
  numberStartSchema,
  revenueFilterSchema,
} from "./validation/invoices";

export type Invoice = typeof invoices.$inferSelect;
export type InvoiceLine = typeof invoiceLines.$inferSelect;
export type NewInvoice = z.input<typeof newInvoiceSchema>;
export type NewInvoiceLine = NewInvoice["lines"][number];
export type InvoiceChanges = z.input<typeof invoiceChangesSchema>;
export type IssueOptions = z.input<typeof issueOptionsSchema>;
export type InvoiceCredit = z.input<typeof invoiceCreditSchema>;
export type ImportedInvoice = z.input<typeof importedInvoicesSchema>[number];
export type NumberStart = z.input<typeof numberStartSchema>;
export type InvoiceFilter = z.input<typeof invoiceFilterSchema>;
export type RevenueFilter = z.input<typeof revenueFilterSchema>;
/** An invoice with its customer and its lines in order. */
export type InvoiceDocument = NonNullable<Awaited<ReturnType<InvoiceRepository["findDocument"]>>>;

const list = listOf(statement, {
  name: "accounting.invoices.list",
  table: invoices,
  sort: ["invoiceDate", "id"],
  direction: "desc",
  filter: invoiceFilterSchema,
  optional: ["status", "customerId"],
});

/** An invoice with its customer and its lines in order, read in one statement. */
const findDocument = statement("accounting.invoices.find_document", (q, p: Params<{ id: string }>) =>
  q.query.accountingInvoices.findFirst({
    where: { tenantId: { eq: p.tenantId }, id: { eq: p.id } },
    with: { company: true, customer: true, lines: { orderBy: { lineNumber: "asc" } } },
  }),
);

/**
 * Invoices and credit notes: draft → issued → partly_paid → paid, issued → void. The database posts them, whoever writes.
 * A method is one statement, so one round trip, where nothing else is said.
 */
export class InvoiceRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The invoice without its lines, or undefined. */
  findById(id: string): Promise<Invoice | undefined> {
    return records.find(this.#unit, id);
  }

  /** The invoice without its lines. Throws `NotFoundError`. */
  getById(id: string): Promise<Invoice> {
    return records.get(this.#unit, id);
  }

  /**
   * The invoice with its customer and lines, or undefined. `seller` and `buyer` are those that it was issued with; of a draft,
   * the company and the customer as they are now.
   */
  async findDocument(id: string) {
    const read = await this.#unit.run(findDocument, { id });
    if (!read) return;
    const { company, ...invoice } = read;
    return {
      ...invoice,
      seller: invoice.seller ?? companyOf(company),
      buyer: invoice.buyer ?? partyOf(invoice.customer),
    };
  }

  /** Newest first, narrowed by status and customer; credit notes are among them. */
  list(request: PageRequest & InvoiceFilter = {}): Promise<Page<Invoice>> {
    return list(this.#unit, request);
  }

  /**
   * Creates a draft with its lines in one statement; `totalAmount` is the sum of the lines, each rounded half away
   * from zero to the decimals of the currency. Throws `ValidationError`; `UniqueViolationError` when its `id` or `externalId` is taken, whatever
   * the content; `ForeignKeyViolationError` for a customer of another company or tenant.
   */
  async create(input: NewInvoice): Promise<Invoice> {
    return drafts.create(this.#unit, parseInput(newInvoiceSchema, input, "invoice"));
  }

  /** AI-BOS bulk insert: drafts with their lines, 500 to a statement, all or none. Returns them in the order given. */
  async createMany(input: readonly NewInvoice[]): Promise<Invoice[]> {
    return drafts.createMany(this.#unit, parseInput(newInvoicesSchema, input, "list of invoices"));
  }

  /** Changes fields of a draft. Throws `ValidationError`, `NotFoundError`, `ConflictError` when it is no draft. */
  async update(id: string, changes: InvoiceChanges): Promise<Invoice> {
    return drafts.change(this.#unit, id, parseInput(invoiceChangesSchema, changes, "change"));
  }

  /**
   * Replaces the lines of a draft, and its total by their sum, in two statements.
   * Throws `ValidationError`, `NotFoundError`, `ConflictError` when it is no draft.
   */
  async setLines(id: string, lines: readonly NewInvoiceLine[]): Promise<Invoice> {
    return drafts.replaceLines(this.#unit, id, parseInput(newInvoiceLinesSchema, lines, "list of lines"));
  }

  /** Deletes a draft with its lines. Throws `NotFoundError`, `ConflictError` when it is no draft. */
  deleteDraft(id: string): Promise<void> {
    return drafts.delete(this.#unit, id);
  }

  /**
   * Issues a draft: assigns the next gap-free number of the series of its date and the exchange rate, posts it, and adds
   * its total to what the customer owes. `prefix` is taken by the company's first series, and later the one that the
   * number must have. `preview` changes nothing and returns the entry.
   * AI-BOS: invoice, lines and customer balance are written in one transaction; here, in one statement.
   * Throws `NotFoundError`; `ConflictError` when it is no draft, its date is in a closed period, there is no exchange
   * rate, or the series has another `prefix`; `InvariantError` when lines and total differ, or a credit note takes back
   * more than there is.
   */
  async issue<O extends IssueOptions = object>(id: string, options = {} as O): Promise<Previewed<O, Invoice>> {
    const { prefix, preview } = parseInput(issueOptionsSchema, options, "issue");
    return postOrPreview(this.#unit, { preview }, ["invoice"], (unit) => issue(unit, id, prefix));
  }

  /**
   * Says with which number, prefix and padding a company's invoices or credit notes begin, before the first one is issued:
   * those dated in `year`, or in all years that have no series of their own. With `{year}` in the prefix each year is a
   * series that begins at 1. Who sets a first number other than 1 must be an admin, and is in the trail.
   * Throws `ValidationError`; `ConflictError` when the series gave a number already, or when another series of the company
   * gives numbers with this prefix; `PermissionDeniedError`; `ForeignKeyViolationError` for a company of another tenant.
   */
  async startNumbers(input: NumberStart): Promise<void> {
    return startNumbers(this.#unit, parseInput(numberStartSchema, input, "start of numbers"));
  }

  /**
   * Creates and issues a credit note, at the invoice's rate: over all of the invoice, or over the lines given. It settles
   * what the invoice still has open; the rest is the customer's credit. `preview` returns the entries.
   * Throws `NotFoundError`, `ValidationError`; `ConflictError` when the invoice is a draft or void, or `date` is before
   * its own or in a closed period; `InvariantError` when its credit notes would come to more than its total.
   */
  async credit<O extends InvoiceCredit>(invoiceId: string, input: O): Promise<Previewed<O, Invoice>> {
    const { date, lines, prefix, preview } = parseInput(invoiceCreditSchema, input, "credit note");
    const work = (outer: Unit) =>
      outer.atomic(async (unit) => {
        const credited = found(await unit.run(findDocument, { id: invoiceId }), "invoice");
        // A credit note takes over the rest of the invoice's header: customer, currency, rate, …
        const { id } = await drafts.create(unit, {
          ...credited,
          id: undefined,
          externalId: null,
          kind: "credit_note",
          creditedInvoiceId: invoiceId,
          invoiceDate: date,
          dueDate: date,
          // The base amount is of the whole: what is taken back in part is worth its rate.
          baseAmount: lines ? null : credited.baseAmount,
          lines: lines ?? credited.lines,
        });
        await issue(unit, id, prefix);
        return posting.setOff(unit, invoiceId, id, date);
      });
    return postOrPreview(this.#unit, { preview }, ["invoice", "allocation"], work);
  }

  /**
   * Voids an invoice that nothing settles: its journal entry is mirrored on `date`, today when left out, and its number
   * stays used. `preview` changes nothing and returns that entry.
   * Throws `NotFoundError`; `ConflictError` when it is a draft, void, settled in part or whole, has credit notes, or
   * `date` is before its own or in a closed period.
   */
  void<O extends VoidOptions = object>(id: string, options = {} as O): Promise<Previewed<O, Invoice>> {
    return posting.void(this.#unit, id, options);
  }

  /**
   * AI-BOS bulk update: marks invoices as paid, all or none. The database records a payment of what is open, dated today
   * or on the invoice's date where that is later, on the books' bank account, and posts it. Two statements.
   * Throws `ConflictError` when one of them is missing, a draft, void or paid already; then nothing was changed.
   */
  markPaid(ids: readonly string[]): Promise<void> {
    return posting.markPaid(this.#unit, ids);
  }

  /**
   * Imports invoices that another system issued, with the numbers they have there, 500 to a slice, all or none. They are
   * posted on their own dates. A paid one gets a payment of the day it was `paidOn`, or of today, as `markPaid` records it.
   * One whose `externalId` the company has already stays as it is; of several with one, the first counts. Returns how
   * many are new. Throws `ValidationError`, `UniqueViolationError` when a number or an `id` is taken,
   * `ForeignKeyViolationError`, and as `issue`.
   */
  async importMany(input: readonly ImportedInvoice[]): Promise<{ created: number }> {
    return importInvoices(this.#unit, parseInput(importedInvoicesSchema, input, "import"));
  }

  /**
   * Revenue per billing country, largest first, as decimal strings in base currency: what invoices posted to income accounts,
   * less credit notes and voids. `companyId`, `from` and `to` narrow it, by the date of posting. With all else that was posted
   * to income accounts it is the income of `reports.profitAndLoss`. Throws `ValidationError`.
   */
  async revenueByCountry(filter: RevenueFilter = {}) {
    const { companyId = null, from = null, to = null } = parseInput(revenueFilterSchema, filter, "filter");
    return this.#unit.run(revenueByCountry, { companyId, from, to });
  }

  /** The customers with the largest revenue, largest first, as `revenueByCountry` counts it. Throws `ValidationError`. */
  async largestCustomers(limit = 10, filter: RevenueFilter = {}) {
    const { companyId = null, from = null, to = null } = parseInput(revenueFilterSchema, filter, "filter");
    return this.#unit.run(largestCustomers, { companyId, from, to, limit: pageSize({ limit }) });
  }

  /** Per currency: the sum over documents, less credit notes, and the same of their lines, which must be equal. */
  reconcile() {
    return this.#unit.run(reconcileTotals, {});
  }
}

function issue(unit: Unit, id: string, prefix: string | undefined): Promise<Posted<Invoice>> {
  if (prefix === undefined) return posting.post(unit, id);
  return posting.postBy(unit, issueWithPrefix, { id, prefix });
}
