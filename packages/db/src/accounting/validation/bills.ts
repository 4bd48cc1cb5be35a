import { z } from "zod";
import { filledText, pgDate, pgUuid } from "../../core/column-kinds";
import { currencySchema } from "../../core/currency";
import { changesOf, insertSchema, selectSchema, updateSchema } from "../../core/validation";
import { billKind, billLines, billStatus, bills } from "../schema";
import { baseAmountSchema, checkDocument, documentLinesSchema, mostDocuments, rateSchema } from "./documents";
import { keptOfBills } from "./kept";

const lines = documentLinesSchema("a bill");

/** A draft with its lines, under the vendor's number; the total is the sum of the lines. */
export const newBillSchema = insertSchema(bills)
  .omit(keptOfBills)
  .extend({
    kind: billKind.zod.default("bill"),
    billNumber: filledText("billNumber"),
    currency: currencySchema().default("USD"),
    exchangeRate: rateSchema.nullish(),
    baseAmount: baseAmountSchema.nullish(),
    externalId: filledText("externalId").nullish(),
    lines,
  })
  .strict()
  .superRefine((bill, context) => {
    checkDocument(bill, bill.billDate, "billDate", context);
    if (bill.creditedBillId && bill.kind !== "credit_note") {
      context.addIssue({ code: "custom", path: ["creditedBillId"], message: "only a credit note takes back a bill" });
    }
  });

export const newBillsSchema = z.array(newBillSchema).max(mostDocuments, "use at most 10,000 bills");

export const newBillLinesSchema = lines;

/** The fields of a draft that can be changed; its lines are set by `setLines`. */
export const billChangesSchema = changesOf(
  updateSchema(bills)
    .omit({ ...keptOfBills, id: true, companyId: true, kind: true, creditedBillId: true })
    .extend({
      billNumber: filledText("billNumber").optional(),
      currency: currencySchema().optional(),
      exchangeRate: rateSchema.nullish(),
      baseAmount: baseAmountSchema.nullish(),
      externalId: filledText("externalId").nullish(),
    }),
);

export const approveOptionsSchema = z
  .object({
    /** Changes nothing, and returns the journal entries that it would post. */
    preview: z.boolean().optional(),
  })
  .strict();

/** A vendor's credit note for a bill. */
export const billCreditSchema = z
  .object({
    /** The vendor's number of the credit note. */
    billNumber: filledText("billNumber"),
    /** The credit note's date; not before the bill's. */
    date: pgDate(),
    /** What is taken back; the whole bill when left out. */
    lines: lines.optional(),
    preview: z.boolean().optional(),
  })
  .strict();

/** What a list of bills can be narrowed to. */
export const billFilterSchema = z.object({ status: billStatus.zod.optional(), vendorId: pgUuid().optional() }).strict();

export const billSchema = selectSchema(bills);
export const billLineSchema = selectSchema(billLines);
