import type { z } from "zod";
import { inChunks } from "../client/chunks";
import type { Unit } from "../client/unit";
import { ConflictError } from "../core/errors";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { cursorKey, type Page, type PageRequest, pageSize, toPage } from "../core/page";
import { parseInput } from "../core/validation";
import {
  createInvoice,
  findInvoice,
  findInvoiceDocument,
  finishImport,
  importDrafts,
  issueInvoice,
  largestCustomers,
  listInvoices,
  markInvoicesPaid,
  reconcileTotals,
  revenueByCountry,
} from "./invoice-statements";
import type { invoices } from "./schema";
import { idListSchema, importedInvoicesSchema, invoiceFilterSchema, newInvoiceSchema } from "./validation";

export type Invoice = typeof invoices.$inferSelect;
export type NewInvoice = z.input<typeof newInvoiceSchema>;
export type ImportedInvoice = z.input<typeof importedInvoicesSchema>[number];
export type InvoiceFilter = z.input<typeof invoiceFilterSchema>;
/** An invoice with its customer and its lines in order. */
export type InvoiceDocument = NonNullable<Awaited<ReturnType<InvoiceRepository["findDocument"]>>>;

interface LineInput {
  description: string;
  quantity: string;
  unitPrice: string;
}

/** Invoices: draft → issued → paid, issued → void. A method is one statement, so one round trip, where nothing else is said. */
export class InvoiceRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The invoice without its lines, or undefined. */
  async findById(id: string): Promise<Invoice | undefined> {
    return (await this.#unit.run(findInvoice, { id }))[0];
  }

  /** The invoice without its lines. Throws `NotFoundError`. */
  async getById(id: string): Promise<Invoice> {
    return found(await this.findById(id), "invoice");
  }

  /** The invoice with its customer and lines, or undefined. */
  findDocument(id: string) {
    return this.#unit.run(findInvoiceDocument, { id });
  }

  /** Newest first, narrowed by status and customer. */
  async list(request: PageRequest & InvoiceFilter = {}): Promise<Page<Invoice>> {
    const { limit: _limit, cursor: _cursor, ...filter } = request;
    const { status, customerId } = parseInput(invoiceFilterSchema, filter, "filter");
    const limit = pageSize(request);
    const key = cursorKey(request, 2);
    const rows = await this.#unit.run(listInvoices({ status, customerId, after: key !== undefined }), {
      limit: limit + 1,
      status: status ?? "",
      customerId: customerId ?? "",
      date: key?.[0] ?? "",
      id: key?.[1] ?? "",
    });
    return toPage(rows, limit, (row) => [row.invoiceDate, row.id]);
  }

  /**
   * Creates a draft with its lines in one statement; `totalAmount` is the sum of the lines, each rounded half away
   * from zero to cents. Throws `ValidationError`; `ForeignKeyViolationError` for a customer of another company or tenant.
   */
  async create(input: NewInvoice): Promise<Invoice> {
    const { lines, ...invoice } = parseInput(newInvoiceSchema, input, "invoice");
    const [created] = await this.#unit.run(createInvoice, {
      ...invoice,
      id: invoice.id ?? newId(),
      billingCountry: invoice.billingCountry ?? null,
      externalId: invoice.externalId ?? null,
      ...lineArrays(lines),
    });
    return found(created, "invoice");
  }

  /**
   * Issues a draft: it gets the next number of its company's series, without gaps, and the customer owes its total.
   * AI-BOS: invoice, lines and customer balance are written in one transaction; here, in one statement.
   * Throws `NotFoundError`, `ConflictError` when it is no draft, `InvariantError` when lines and total differ.
   */
  async issue(id: string, options: { prefix?: string } = {}): Promise<Invoice> {
    const [issued] = await this.#unit.run(issueInvoice, {
      id,
      series: "invoice",
      prefix: options.prefix ?? "INV-",
      seriesId: newId(),
    });
    if (issued) return issued;
    const invoice = await this.getById(id);
    throw new ConflictError(`Only a draft can be issued; this invoice is ${invoice.status}`);
  }

  /**
   * AI-BOS bulk update: marks issued invoices as paid, all or none, and lowers the customers' balances.
   * Throws `ConflictError` when one of them is missing or not issued; then nothing was changed.
   */
  async markPaid(ids: readonly string[]): Promise<void> {
    const unique = [...new Set(parseInput(idListSchema, ids, "list of ids"))];
    await this.#unit.atomic(async (unit) => {
      const paid = await unit.run(markInvoicesPaid, { ids: unique });
      if (paid.length === unique.length) return;
      throw new ConflictError(
        `${unique.length - paid.length} of ${unique.length} invoices are missing or not issued; none was changed`,
      );
    });
  }

  /**
   * Imports invoices that another system issued, with the numbers they have there, 500 to a slice of two statements, all or none.
   * One whose `externalId` the company has already is left as it is. Returns how many are new.
   * Throws `ValidationError`, `UniqueViolationError` when a number is taken, `ForeignKeyViolationError`.
   */
  async importMany(input: readonly ImportedInvoice[]): Promise<{ created: number }> {
    const all = parseInput(importedInvoicesSchema, input, "import");
    let created = 0;
    await inChunks(this.#unit, all, {
      size: 500,
      prepare: (chunk) => {
        const invoices = chunk.map((invoice) => ({ ...invoice, id: invoice.id ?? newId() }));
        return { invoices, drafts: draftColumns(invoices) };
      },
      write: async (unit, { invoices, drafts }) => {
        const written = await unit.run(importDrafts, drafts);
        const ids = new Set(written.map((row) => row.id));
        const isNew = invoices.filter((invoice) => ids.has(invoice.id));
        await unit.run(finishImport, {
          id: isNew.map((invoice) => invoice.id),
          invoiceNumber: isNew.map((invoice) => invoice.invoiceNumber),
          status: isNew.map((invoice) => invoice.status),
        });
        created += isNew.length;
      },
    });
    return { created };
  }

  /** Issued and paid invoices per billing country and currency, largest revenue first; amounts as decimal strings. */
  revenueByCountry() {
    return this.#unit.run(revenueByCountry, {});
  }

  /** The customers with the largest revenue, largest first; amounts as decimal strings. */
  largestCustomers(limit = 10) {
    return this.#unit.run(largestCustomers, { limit: pageSize({ limit }) });
  }

  /** Per currency: the sum over documents and the sum over their lines, which must be equal. */
  reconcile() {
    return this.#unit.run(reconcileTotals, {});
  }
}

type CheckedImport = z.output<typeof importedInvoicesSchema>[number] & { id: string };

function draftColumns(invoices: readonly CheckedImport[]) {
  const column = <K extends keyof CheckedImport>(key: K) => invoices.map((invoice) => invoice[key]);
  const lines = invoices.map((invoice) => lineArrays(invoice.lines));
  return {
    id: column("id"),
    companyId: column("companyId"),
    customerId: column("customerId"),
    externalId: column("externalId"),
    invoiceDate: column("invoiceDate"),
    dueDate: column("dueDate"),
    currency: column("currency"),
    billingCountry: invoices.map((invoice) => invoice.billingCountry ?? null),
    lineId: lines.flatMap((line) => line.lineId),
    lineInvoice: lines.flatMap((line, index) => line.lineNumber.map(() => index + 1)),
    lineNumber: lines.flatMap((line) => line.lineNumber),
    description: lines.flatMap((line) => line.description),
    quantity: lines.flatMap((line) => line.quantity),
    unitPrice: lines.flatMap((line) => line.unitPrice),
  };
}

function lineArrays(lines: readonly LineInput[]) {
  return {
    lineId: lines.map(() => newId()),
    lineNumber: lines.map((_line, index) => index + 1),
    description: lines.map((line) => line.description),
    quantity: lines.map((line) => line.quantity),
    unitPrice: lines.map((line) => line.unitPrice),
  };
}
