import { z } from "zod";
import { filledText, pgDate, pgText, pgUuid } from "../../core/column-kinds";
import { moneyDecimals } from "../../core/columns";
import { currencyExponent, currencySchema } from "../../core/currency";
import { compareMoney, sumMoney } from "../../core/money";
import { paymentDirection } from "../schema";
import { positiveAmountSchema as amount, decimalsOf, rateSchema } from "./amounts";

const most = 1_000;
const several = <T extends z.ZodType>(allocation: T) =>
  z
    .array(allocation)
    .min(1, "name at least one document")
    .max(most, `use at most ${most.toLocaleString("en")}`);

const sources = ["paymentId", "creditNoteId", "vendorCreditId"] as const;
const documents = ["invoiceId", "billId"] as const;
type Named = { [K in (typeof sources | typeof documents)[number]]?: string | undefined } & { amount: string };

const toInvoices = several(z.object({ invoiceId: pgUuid(), amount: amount() }).strict());
const toBills = several(z.object({ billId: pgUuid(), amount: amount() }).strict());
const oldest = z.literal("oldest");

const paymentFields = {
  id: pgUuid().optional(),
  companyId: pgUuid(),
  amount: amount(),
  /** That of the documents it is allocated to when left out, else the base currency of the books. */
  currency: currencySchema().optional(),
  paymentDate: pgDate(),
  /** The bank, cash or card account; the books' own when left out. */
  accountId: pgUuid().optional(),
  /** Base units for one unit of the currency; the last known rate when left out. */
  exchangeRate: rateSchema.optional(),
  /** What the account moved by in base currency, as the bank says; the amount at the rate when left out. */
  baseAmount: amount().optional(),
  method: filledText("method").nullish(),
  reference: pgText().nullish(),
  externalId: filledText("externalId").nullish(),
  preview: z.boolean().optional(),
};

interface Checked {
  amount: string;
  currency?: string | undefined;
  allocations?: "oldest" | Named[] | undefined;
}

const totalOf = (parts: readonly { amount: string }[]) =>
  sumMoney(
    parts.map(({ amount }) => amount),
    moneyDecimals,
  );

/** What one field alone cannot tell: decimals by currency, and the sum of the allocations. */
function checkPayment(payment: Checked, context: z.RefinementCtx): void {
  // Amounts that are no numbers cannot be compared.
  if (context.issues.length > 0) return;
  const given = Array.isArray(payment.allocations) ? payment.allocations : [];
  checkNamed(given, context);
  if (compareMoney(totalOf(given), payment.amount) > 0) {
    context.addIssue({ code: "custom", path: ["allocations"], message: "allocate no more than the payment's amount" });
  }
  if (payment.currency === undefined) return;
  const exponent = currencyExponent(payment.currency);
  const tooFine = (value: string) => decimalsOf(value) > exponent;
  const message = `use at most ${exponent} decimals in this currency`;
  if (tooFine(payment.amount)) context.addIssue({ code: "custom", path: ["amount"], message });
  given.forEach((allocation, index) => {
    if (tooFine(allocation.amount)) {
      context.addIssue({ code: "custom", path: ["allocations", index, "amount"], message });
    }
  });
}

/** A refund pays back one payment or credit note with each allocation, and all of its amount. */
function checkRefund(refund: Checked & { allocations: Named[] }, context: z.RefinementCtx): void {
  if (context.issues.length > 0) return;
  refund.allocations.forEach((credit, index) => {
    if (sources.filter((key) => credit[key] !== undefined).length === 1) return;
    const message = "give a payment or a credit note";
    context.addIssue({ code: "custom", path: ["allocations", index, "paymentId"], message });
  });
  checkPayment(refund, context);
  if (compareMoney(totalOf(refund.allocations), refund.amount) < 0) {
    const message = "name as much credit as the refund's amount";
    context.addIssue({ code: "custom", path: ["allocations"], message });
  }
}

function checkNamed(given: readonly Named[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  given.forEach((allocation, index) => {
    const key = [...documents, ...sources].find((name) => allocation[name] !== undefined) ?? "invoiceId";
    const id = allocation[key] ?? "";
    if (seen.has(id)) {
      context.addIssue({ code: "custom", path: ["allocations", index, key], message: "name each document once" });
    }
    seen.add(id);
  });
}

const ofCustomer = z.object({ ...paymentFields, customerId: pgUuid() }).strict();
const ofVendor = z.object({ ...paymentFields, vendorId: pgUuid() }).strict();

/** Money received from a customer, for the documents named or for none. */
export const receivedPaymentSchema = ofCustomer
  .extend({ allocations: toInvoices.optional() })
  .superRefine(checkPayment);
/** The same, for the customer's documents in the order in which they are due. */
export const receivedForOldestSchema = ofCustomer.extend({ allocations: oldest }).superRefine(checkPayment);
/** Money paid to a vendor, for the documents named or for none. */
export const madePaymentSchema = ofVendor.extend({ allocations: toBills.optional() }).superRefine(checkPayment);
/** The same, for the vendor's documents in the order in which they are due. */
export const madeForOldestSchema = ofVendor.extend({ allocations: oldest }).superRefine(checkPayment);

const ofCustomerCredit = several(
  z.object({ paymentId: pgUuid().optional(), creditNoteId: pgUuid().optional(), amount: amount() }).strict(),
);
const ofVendorCredit = several(
  z.object({ paymentId: pgUuid().optional(), vendorCreditId: pgUuid().optional(), amount: amount() }).strict(),
);
const oldestCredit = oldest.default("oldest");

/** Money paid back to a customer, from the payments and credit notes named. */
export const customerRefundSchema = ofCustomer.extend({ allocations: ofCustomerCredit }).superRefine(checkRefund);
/** The same, from the customer's credit in the order of its dates. */
export const customerOldestRefundSchema = ofCustomer.extend({ allocations: oldestCredit }).superRefine(checkPayment);
/** Money that a vendor pays back, from the payments and credit notes named. */
export const vendorRefundSchema = ofVendor.extend({ allocations: ofVendorCredit }).superRefine(checkRefund);
/** The same, from the credit with the vendor in the order of its dates. */
export const vendorOldestRefundSchema = ofVendor.extend({ allocations: oldestCredit }).superRefine(checkPayment);

const allocationFields = z
  .object({
    paymentId: pgUuid().optional(),
    creditNoteId: pgUuid().optional(),
    vendorCreditId: pgUuid().optional(),
    /** Today when left out; not before what is allocated and what it settles. */
    date: pgDate().optional(),
    preview: z.boolean().optional(),
  })
  .strict();

function checkSource(input: Partial<Record<(typeof sources)[number], string | undefined>>, context: z.RefinementCtx) {
  if (sources.filter((key) => input[key] !== undefined).length === 1) return;
  context.addIssue({ code: "custom", path: ["paymentId"], message: `give one of ${sources.join(", ")}` });
}

/** The amounts of a payment or credit note that settle the documents named. */
export const allocationsSchema = allocationFields
  .extend({
    allocations: several(
      z.object({ invoiceId: pgUuid().optional(), billId: pgUuid().optional(), amount: amount() }).strict(),
    ),
  })
  .superRefine((input, context) => {
    checkSource(input, context);
    const key =
      input.vendorCreditId !== undefined || input.allocations[0]?.billId !== undefined ? "billId" : "invoiceId";
    const wanted = input.creditNoteId === undefined ? key : "invoiceId";
    input.allocations.forEach((allocation, index) => {
      const isRight = documents.every((name) => (allocation[name] !== undefined) === (name === wanted));
      if (!isRight) {
        context.addIssue({ code: "custom", path: ["allocations", index, wanted], message: `give ${wanted} alone` });
      }
    });
    checkNamed(input.allocations, context);
  });

/** The same, for the documents of its customer or vendor in the order in which they are due. */
export const oldestAllocationsSchema = allocationFields.extend({ allocations: oldest }).superRefine(checkSource);

/** When something is undone; today when left out. */
export const undoingSchema = z.object({ date: pgDate().optional(), preview: z.boolean().optional() }).strict();

/** What a list of payments can be narrowed to. */
export const paymentFilterSchema = z
  .object({
    direction: paymentDirection.zod.optional(),
    customerId: pgUuid().optional(),
    vendorId: pgUuid().optional(),
  })
  .strict()
  .superRefine((filter, context) => {
    if (Object.values(filter).filter((value) => value !== undefined).length <= 1) return;
    context.addIssue({ code: "custom", path: [], message: "use one of direction, customerId, vendorId" });
  });

const oneOf = <K extends string>(...keys: readonly K[]) =>
  z
    .object(Object.fromEntries(keys.map((key) => [key, pgUuid().optional()])) as Record<K, z.ZodOptional<z.ZodString>>)
    .strict()
    .superRefine((filter, context) => {
      if (Object.values(filter).filter((value) => value !== undefined).length === 1) return;
      context.addIssue({ code: "custom", path: [], message: `give one of ${keys.join(", ")}` });
    });

/** Whose allocations are listed. */
export const allocationFilterSchema = oneOf(...documents, ...sources, "refundId");

/** Whose open documents are listed. */
export const partySchema = oneOf("customerId", "vendorId");
