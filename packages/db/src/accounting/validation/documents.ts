import { z } from "zod";
import { pgDate, pgNumeric, pgUuid } from "../../core/column-kinds";
import { currencyExponent } from "../../core/currency";
import { lineAmount } from "../../core/money";
import { insertSchema } from "../../core/validation";
import { invoiceLines } from "../schema";

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
  });

/** The lines of one document; `what` names it in the message: `an invoice`. */
export function documentLinesSchema(what: string) {
  return z.array(newDocumentLineSchema).min(1, `${what} needs at least one line`).max(1_000, "use at most 1,000 lines");
}

/** Base units for one unit of the document's currency. */
export const rateSchema = pgNumeric(18, 8).refine((rate) => Number(rate) > 0, "use more than 0");

interface CheckedDocument {
  currency: string;
  dueDate: string;
  lines: readonly { quantity: string; unitPrice: string }[];
}

/** What holds between the fields of a document: dates in order, amounts that its currency has. */
export function checkDocument(document: CheckedDocument, date: string, dateField: string, context: z.RefinementCtx) {
  if (document.dueDate < date) {
    context.addIssue({ code: "custom", path: ["dueDate"], message: `must not be before ${dateField}` });
  }
  const exponent = currencyExponent(document.currency);
  // Amounts have two decimals, which most currencies have too.
  if (exponent >= 2) return;
  for (const [index, line] of document.lines.entries()) {
    if (/\.0+$/.test(lineAmount(line.quantity, line.unitPrice))) continue;
    context.addIssue({
      code: "custom",
      path: ["lines", index],
      message: `quantity × unit price must have at most ${exponent} decimals in this currency`,
    });
  }
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
