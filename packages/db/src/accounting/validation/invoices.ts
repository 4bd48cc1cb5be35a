import { z } from "zod";
import { filledText, pgDate, pgUuid } from "../../core/column-kinds";
import { currencySchema } from "../../core/currency";
import { changesOf, insertSchema, selectSchema, updateSchema } from "../../core/validation";
import { invoiceKind, invoiceLines, invoiceStatus, invoices } from "../schema";
import {
  baseAmountSchema,
  checkDocument,
  documentLinesSchema,
  mostDocuments,
  newDocumentLineSchema,
  rateSchema,
} from "./documents";
import { keptOfInvoices } from "./kept";

const lines = documentLinesSchema("an invoice");

const fields = insertSchema(invoices)
  .omit(keptOfInvoices)
  .extend({
    kind: invoiceKind.zod.default("invoice"),
    currency: currencySchema().default("USD"),
    exchangeRate: rateSchema.nullish(),
    baseAmount: baseAmountSchema.nullish(),
    externalId: filledText("externalId").nullish(),
    lines,
  });

/** A draft with its lines; the total is their sum. */
export const newInvoiceSchema = fields.strict().superRefine((invoice, context) => {
  checkDocument(invoice, invoice.invoiceDate, "invoiceDate", context);
  if (invoice.creditedInvoiceId && invoice.kind !== "credit_note") {
    context.addIssue({
      code: "custom",
      path: ["creditedInvoiceId"],
      message: "only a credit note takes back an invoice",
    });
  }
});

export const newInvoicesSchema = z.array(newInvoiceSchema).max(mostDocuments, "use at most 10,000 invoices");

/** A line as it is written: the database computes its amount. */
export const newInvoiceLineSchema = newDocumentLineSchema;
export const newInvoiceLinesSchema = lines;

/** The fields of a draft that can be changed; its lines are set by `setLines`. */
export const invoiceChangesSchema = changesOf(
  updateSchema(invoices)
    .omit({ ...keptOfInvoices, id: true, companyId: true, kind: true, creditedInvoiceId: true })
    .extend({
      currency: currencySchema().optional(),
      exchangeRate: rateSchema.nullish(),
      baseAmount: baseAmountSchema.nullish(),
      externalId: filledText("externalId").nullish(),
    }),
);

/** An invoice that another system has issued already, with the number it got there. */
const importedInvoiceSchema = fields
  .omit({ kind: true, creditedInvoiceId: true })
  .extend({
    externalId: filledText("externalId"),
    invoiceNumber: filledText("invoiceNumber"),
    status: z.enum(["issued", "paid"]),
    /** The day on which a paid one was paid; today when left out. */
    paidOn: pgDate().optional(),
  })
  .strict()
  .superRefine((invoice, context) => {
    checkDocument(invoice, invoice.invoiceDate, "invoiceDate", context);
    if (invoice.paidOn === undefined) return;
    const wrong = (message: string) => context.addIssue({ code: "custom", path: ["paidOn"], message });
    if (invoice.status !== "paid") wrong("only a paid invoice has a day on which it was paid");
    if (invoice.paidOn < invoice.invoiceDate) wrong("must not be before invoiceDate");
  });

export const importedInvoicesSchema = z.array(importedInvoiceSchema);

export const issueOptionsSchema = z
  .object({
    /** The prefix that the number must have. Taken by the company's first series; another one than the series has is refused. */
    prefix: filledText("prefix").optional(),
    /** Changes nothing, and returns the journal entries that it would post. */
    preview: z.boolean().optional(),
  })
  .strict();

/** Stands for the year in the prefix of a series. */
const yearMark = "{year}";

/** How the numbers of a company's invoices or credit notes begin. */
export const numberStartSchema = z
  .object({
    companyId: pgUuid(),
    kind: z.enum(["invoice", "credit_note"]).default("invoice"),
    /** Numbers the documents of this year alone, by their dates; when left out, those of all years without a series. */
    year: z.int().min(1).max(9_999).optional(),
    /** The number that comes first. */
    firstNumber: z.int().min(1).max(999_999_999_999_999).default(1),
    /** `INV-`, or `CN-` for credit notes, when left out; with a year `INV-{year}-`. With `{year}` each year begins anew. */
    prefix: filledText("prefix").optional(),
    /** Digits at least, filled with zeros. */
    padding: z.int().min(0).max(18).default(6),
  })
  .strict()
  .superRefine(({ year, firstNumber, prefix }, context) => {
    if (firstNumber === 1 || year !== undefined || !prefix?.includes(yearMark)) return;
    const message = "each year begins at 1: give the year of this first number as well";
    context.addIssue({ code: "custom", path: ["firstNumber"], message });
  });

/** A credit note for an invoice. */
export const invoiceCreditSchema = z
  .object({
    /** The credit note's date; not before the invoice's. */
    date: pgDate(),
    /** What is taken back; the whole invoice when left out. */
    lines: lines.optional(),
    prefix: filledText("prefix").optional(),
    preview: z.boolean().optional(),
  })
  .strict();

/** What a list of invoices can be narrowed to. */
export const invoiceFilterSchema = z
  .object({ status: invoiceStatus.zod.optional(), customerId: pgUuid().optional() })
  .strict();

/** Which postings count as revenue; all of the tenant where nothing is given. */
export const revenueFilterSchema = z
  .object({ companyId: pgUuid().optional(), from: pgDate().optional(), to: pgDate().optional() })
  .strict()
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ["to"],
    message: "must not be before from",
  });

export const invoiceSchema = selectSchema(invoices);
export const invoiceLineSchema = selectSchema(invoiceLines);
