import { z } from "zod";
import { filledText, pgUuid } from "../core/column-kinds";
import { changesOf, insertSchema, selectSchema, updateSchema } from "../core/validation";
import { customers, invoiceLines, invoiceStatus, invoices } from "./schema";

const kept = { tenantId: true, createdAt: true, updatedAt: true } as const;

/** A customer as it is created. `id` may be chosen by the caller (offline clients); `balance` belongs to the documents. */
export const newCustomerSchema = insertSchema(customers)
  .omit({ ...kept, balance: true, isActive: true })
  .extend({ name: filledText("name"), externalId: filledText("externalId").nullish() })
  .strict();

/** The fields of a customer that can be changed. */
export const customerChangesSchema = changesOf(
  updateSchema(customers)
    .omit({ ...kept, id: true, companyId: true, balance: true, isActive: true, externalId: true })
    .extend({ name: filledText("name").optional() }),
);

/** A line as it is written: the database computes its amount. */
export const newInvoiceLineSchema = insertSchema(invoiceLines)
  .pick({ description: true, quantity: true, unitPrice: true })
  .strict()
  .superRefine((line, context) => {
    if (Number(line.quantity) <= 0)
      context.addIssue({ code: "custom", path: ["quantity"], message: "use more than 0" });
    if (line.unitPrice.startsWith("-")) {
      context.addIssue({ code: "custom", path: ["unitPrice"], message: "use 0 or more" });
    }
  });

const currency = z.string().regex(/^[A-Z]{3}$/, "use an ISO 4217 code, such as USD");

const documentFields = insertSchema(invoices)
  .omit({ ...kept, invoiceNumber: true, totalAmount: true, status: true, issuedAt: true, currency: true })
  .extend({
    currency: currency.default("USD"),
    externalId: filledText("externalId").nullish(),
    lines: z
      .array(newInvoiceLineSchema)
      .min(1, "an invoice needs at least one line")
      .max(1_000, "use at most 1,000 lines"),
  });

const datesInOrder = (invoice: { invoiceDate: string; dueDate: string }) => invoice.dueDate >= invoice.invoiceDate;
const datesMessage = { path: ["dueDate"], message: "must not be before invoiceDate" };

/** A draft with its lines; the total is their sum. */
export const newInvoiceSchema = documentFields.strict().refine(datesInOrder, datesMessage);

/** An invoice that another system has issued already, with the number it got there. */
const importedInvoiceSchema = documentFields
  .extend({
    externalId: filledText("externalId"),
    invoiceNumber: filledText("invoiceNumber"),
    status: z.enum(["issued", "paid"]),
  })
  .strict()
  .refine(datesInOrder, datesMessage);

export const importedInvoicesSchema = z.array(importedInvoiceSchema);

/** Customers from another system; `externalId` is the id there. */
export const importedCustomersSchema = z.array(newCustomerSchema.extend({ externalId: filledText("externalId") }));

/** What a list of invoices can be narrowed to. */
export const invoiceFilterSchema = z
  .object({ status: invoiceStatus.zod.optional(), customerId: pgUuid().optional() })
  .strict();

export const customerSchema = selectSchema(customers);
export const invoiceSchema = selectSchema(invoices);
export const invoiceLineSchema = selectSchema(invoiceLines);

/** Ids of records, at most 10,000. */
export const idListSchema = z.array(pgUuid()).max(10_000);
