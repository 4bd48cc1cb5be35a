import type { z } from "zod";
import { inChunks } from "../client/chunks";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { type Page, type PageRequest, pageSize } from "../core/page";
import { parseInput } from "../core/validation";
import { draftColumns } from "./document-columns";
import { DocumentRepository, type NotPreviewed, type Previewed } from "./documents";
import {
  findInvoiceDocument,
  finishImport,
  importDrafts,
  invoiceKind,
  invoiceStatements,
  issueWithPrefix,
  largestCustomers,
  payImport,
  reconcileTotals,
  revenueByCountry,
} from "./invoice-statements";
import type { JournalEntry } from "./journal-entry";
import type { invoices } from "./schema";
import {
  importedInvoicesSchema,
  invoiceChangesSchema,
  invoiceCreditSchema,
  invoiceFilterSchema,
  issueOptionsSchema,
  newInvoiceLinesSchema,
  newInvoiceSchema,
  newInvoicesSchema,
} from "./validation/invoices";

export type Invoice = typeof invoices.$inferSelect;
export type NewInvoice = z.input<typeof newInvoiceSchema>;
export type NewInvoiceLine = NewInvoice["lines"][number];
export type InvoiceChanges = z.input<typeof invoiceChangesSchema>;
export type IssueOptions = z.input<typeof issueOptionsSchema>;
export type InvoiceCredit = z.input<typeof invoiceCreditSchema>;
export type ImportedInvoice = z.input<typeof importedInvoicesSchema>[number];
export type InvoiceFilter = z.input<typeof invoiceFilterSchema>;
/** An invoice with its customer and its lines in order. */
export type InvoiceDocument = NonNullable<Awaited<ReturnType<InvoiceRepository["findDocument"]>>>;

/**
 * Invoices and credit notes: draft → issued → partly_paid → paid, issued → void. The database posts them, whoever writes.
 * A method is one statement, so one round trip, where nothing else is said.
 */
export class InvoiceRepository extends DocumentRepository<Invoice> {
  constructor(unit: Unit) {
    super(unit, invoiceKind, invoiceStatements);
  }

  /** The invoice with its customer and lines, or undefined. */
  findDocument(id: string) {
    return this.unit.run(findInvoiceDocument, { id });
  }

  /** Newest first, narrowed by status and customer; credit notes are among them. */
  async list(request: PageRequest & InvoiceFilter = {}): Promise<Page<Invoice>> {
    const { limit: _limit, cursor: _cursor, ...filter } = request;
    const { status, customerId } = parseInput(invoiceFilterSchema, filter, "filter");
    return this.page(request, { status, partyId: customerId }, (row) => [row.invoiceDate, row.id]);
  }

  /**
   * Creates a draft with its lines in one statement; `totalAmount` is the sum of the lines, each rounded half away
   * from zero to cents. Throws `ValidationError`; `ForeignKeyViolationError` for a customer of another company or tenant.
   */
  async create(input: NewInvoice): Promise<Invoice> {
    return this.createDraft(this.unit, parseInput(newInvoiceSchema, input, "invoice"));
  }

  /** AI-BOS bulk insert: drafts with their lines, 500 to a statement, all or none. Returns them in the order given. */
  async createMany(input: readonly NewInvoice[]): Promise<Invoice[]> {
    return this.createDrafts(parseInput(newInvoicesSchema, input, "list of invoices"));
  }

  /** Changes fields of a draft. Throws `ValidationError`, `NotFoundError`, `ConflictError` when it is no draft. */
  async update(id: string, changes: InvoiceChanges): Promise<Invoice> {
    return this.changeDraft(id, parseInput(invoiceChangesSchema, changes, "change"));
  }

  /**
   * Gives a draft other lines, and their sum as total, in two statements.
   * Throws `ValidationError`, `NotFoundError`, `ConflictError`.
   */
  async setLines(id: string, lines: readonly NewInvoiceLine[]): Promise<Invoice> {
    return this.replaceLines(id, parseInput(newInvoiceLinesSchema, lines, "list of lines"));
  }

  /**
   * Issues a draft: it gets the next number of its company's series, without gaps, its rate, is posted, and the customer
   * owes its total. `prefix` counts for the first number of a series. `preview` changes nothing and returns the entry.
   * AI-BOS: invoice, lines and customer balance are written in one transaction; here, in one statement.
   * Throws `NotFoundError`; `ConflictError` when it is no draft, its date is in a closed period, or there is no exchange
   * rate; `InvariantError` when lines and total differ, or a credit note takes back more than there is.
   */
  issue(id: string, options: Previewed<IssueOptions>): Promise<JournalEntry[]>;
  issue(id: string, options?: NotPreviewed<IssueOptions>): Promise<Invoice>;
  async issue(id: string, options: IssueOptions = {}): Promise<Invoice | JournalEntry[]> {
    const { prefix, preview } = parseInput(issueOptionsSchema, options, "issue");
    return this.previewing(preview, (unit) => this.#issue(unit, id, prefix), ["invoice"]);
  }

  /**
   * Creates and issues a credit note, at the invoice's rate: over all of the invoice, or over the lines given. What the
   * invoice still has open is settled by it; the rest is the customer's credit. `preview` returns the entries.
   * Throws `NotFoundError`, `ValidationError`; `ConflictError` when the invoice is a draft or void, or `date` is before
   * its own or in a closed period; `InvariantError` when its credit notes would come to more than its total.
   */
  credit(invoiceId: string, input: Previewed<InvoiceCredit>): Promise<JournalEntry[]>;
  credit(invoiceId: string, input: NotPreviewed<InvoiceCredit>): Promise<Invoice>;
  async credit(invoiceId: string, input: InvoiceCredit): Promise<Invoice | JournalEntry[]> {
    const { date, lines, prefix, preview } = parseInput(invoiceCreditSchema, input, "credit note");
    const work = (outer: Unit) =>
      outer.atomic(async (unit) => {
        const credited = found(await unit.run(findInvoiceDocument, { id: invoiceId }), "invoice");
        const { companyId, customerId, currency, exchangeRate, billingCountry } = credited;
        const header = { companyId, customerId, currency, exchangeRate, billingCountry };
        const { id } = await this.createDraft(unit, {
          ...header,
          kind: "credit_note",
          creditedInvoiceId: invoiceId,
          invoiceDate: date,
          dueDate: date,
          lines: lines ?? credited.lines,
        });
        await this.#issue(unit, id, prefix);
        return this.setOff(unit, invoiceId, id, date);
      });
    return this.previewing(preview, work, ["invoice", "allocation"]);
  }

  #issue(unit: Unit, id: string, prefix: string | undefined) {
    if (prefix === undefined) return this.validated(unit, this.statements.validate, { id });
    return this.validated(unit, issueWithPrefix, { id, prefix, seriesId: newId() });
  }

  /**
   * Imports invoices that another system issued, with the numbers they have there, 500 to a slice, all or none. They are
   * posted on their own dates; those that are paid, with a payment of the day they were `paidOn`, or of today, as
   * `markPaid` records it.
   * One whose `externalId` the company has already is left as it is. Returns how many are new.
   * Throws `ValidationError`, `UniqueViolationError` when a number is taken, `ForeignKeyViolationError`, and as `issue`.
   */
  async importMany(input: readonly ImportedInvoice[]): Promise<{ created: number }> {
    const all = parseInput(importedInvoicesSchema, input, "import");
    let created = 0;
    await inChunks(this.unit, all, {
      size: 500,
      prepare: (chunk) => {
        const documents = chunk.map((invoice) => ({ ...invoice, kind: "invoice", id: invoice.id ?? newId() }));
        return { documents, drafts: draftColumns(documents, invoiceKind.fields) };
      },
      write: async (unit, { documents, drafts }) => {
        const written = new Set((await unit.run(importDrafts, drafts)).map((row) => row.id));
        const isNew = documents.filter((invoice) => written.has(invoice.id));
        await unit.run(finishImport, {
          id: isNew.map((invoice) => invoice.id),
          invoiceNumber: isNew.map((invoice) => invoice.invoiceNumber),
        });
        await this.#payImported(
          unit,
          isNew.filter((invoice) => invoice.status === "paid"),
        );
        created += isNew.length;
      },
    });
    return { created };
  }

  async #payImported(unit: Unit, paid: readonly { id: string; paidOn?: string | undefined }[]): Promise<void> {
    const dated = paid.flatMap(({ id, paidOn }) => (paidOn === undefined ? [] : [{ id, paidOn }]));
    const settled = new Set<string>();
    if (dated.length > 0) {
      const rows = await unit.run(payImport, {
        id: dated.map(({ id }) => id),
        paymentId: dated.map(() => newId()),
        paidOn: dated.map(({ paidOn }) => paidOn),
      });
      for (const { id } of rows) settled.add(id);
    }
    // Those without a day, and those over nothing.
    const ids = paid.map(({ id }) => id).filter((id) => !settled.has(id));
    if (ids.length > 0) await unit.run(this.statements.markPaid, { ids });
  }

  /** What is issued and not void, per billing country and currency, largest first; amounts as decimal strings. */
  revenueByCountry() {
    return this.unit.run(revenueByCountry, {});
  }

  /** The customers with the largest revenue, largest first; amounts as decimal strings. */
  largestCustomers(limit = 10) {
    return this.unit.run(largestCustomers, { limit: pageSize({ limit }) });
  }

  /** Per currency: the sum over documents, less credit notes, and the same of their lines, which must be equal. */
  reconcile() {
    return this.unit.run(reconcileTotals, {});
  }
}
