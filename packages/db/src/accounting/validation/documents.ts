import { z } from "zod";
import { pgDate, pgUuid } from "../../core/column-kinds";
import { wholeDigits } from "../../core/columns";
import { compareMoney, lineAmount } from "../../core/money";
import { insertSchema } from "../../core/validation";
import { invoiceLines } from "../schema";
import { amountSchema } from "./amounts";

export { rateSchema } from "./amounts";

// Most products are known to fit by their digits; the others are computed.
const isTooLarge = (quantity: string, unitPrice: string) =>
  quantity.length + unitPrice.length > wholeDigits &&
  [quantity, unitPrice].every((value) => /^\d+(\.\d+)?$/.test(value)) &&
  compareMoney(lineAmount(quantity, unitPrice), `1${"0".repeat(wholeDigits)}`) >= 0;

/** A line as it is written: the database computes its amount. Without `accountId` it goes to the books' usual account. */
export const newDocumentLineSchema = insertSchema(invoiceLines)
  .pick({ description: true, quantity: true, unitPrice: true, accountId: true })
  .strict()
  .superRefine((line, context) => {
    if (Number(line.quantity) <= 0)
      context.addIssue({ code: "custom", path: ["quantity"], message: "use more than 0" });
    if (line.unitPrice.startsWith("-")) {
      context.addIssue({ code: "custom", path: ["unitPrice"], message: "use 0 or more" });
    }
    if (isTooLarge(line.quantity, line.unitPrice)) {
      context.addIssue({ code: "custom", path: [], message: `quantity × unit price must be below 10^${wholeDigits}` });
    }
  });

/** The lines of one document; `what` names it in the message: `an invoice`. */
export function documentLinesSchema(what: string) {
  return z.array(newDocumentLineSchema).min(1, `${what} needs at least one line`).max(1_000, "use at most 1,000 lines");
}

/** What the document is worth in base currency as it states itself; the total at the rate when left out. */
export const baseAmountSchema = amountSchema();

/** What holds between the fields of a document: its dates are in order. */
export function checkDocument(
  document: { dueDate: string },
  date: string,
  dateField: string,
  context: z.RefinementCtx,
) {
  if (document.dueDate >= date) return;
  context.addIssue({ code: "custom", path: ["dueDate"], message: `must not be before ${dateField}` });
}

/** A list of new documents: no more than fit into one transaction at ease. */
export const mostDocuments = 10_000;

export const voidOptionsSchema = z
  .object({
    /** The accounting date of the void; today when left out. */
    date: pgDate().optional(),
    /** Changes nothing, and returns the journal entries that it would post. */
    preview: z.boolean().optional(),
  })
  .strict();

/** Ids of records, at most 10,000. */
export const idListSchema = z.array(pgUuid()).max(10_000);
