import { z } from "zod";
import { pgDate, pgUuid } from "../../core/column-kinds";

const inOrder = (range: { from: string; to: string }) => range.from <= range.to;
const orderMessage = { path: ["to"], message: "must not be before from" };

/** A report of a company as of the end of a day. */
export const asOfSchema = z.object({ companyId: pgUuid(), asOf: pgDate() }).strict();

/** A report of a company over days, both included. */
export const companyDaysSchema = z
  .object({ companyId: pgUuid(), from: pgDate(), to: pgDate() })
  .strict()
  .refine(inOrder, orderMessage);

/** The account and the days of a general ledger; the page has its own checks. */
export const accountDaysSchema = z
  .object({ accountId: pgUuid(), from: pgDate(), to: pgDate() })
  .strict()
  .refine(inOrder, orderMessage);

export const customerDaysSchema = z
  .object({ customerId: pgUuid(), from: pgDate(), to: pgDate() })
  .strict()
  .refine(inOrder, orderMessage);

export const vendorDaysSchema = z
  .object({ vendorId: pgUuid(), from: pgDate(), to: pgDate() })
  .strict()
  .refine(inOrder, orderMessage);

const ascending = (days: number[]) => days.every((day, index) => index === 0 || day > (days[index - 1] ?? 0));

/** An ageing. `buckets` are the last days overdue of each bucket, ascending; older amounts go into one more bucket. */
export const ageingSchema = z
  .object({
    companyId: pgUuid(),
    asOf: pgDate(),
    buckets: z
      .array(z.int().min(1).max(36_500))
      .min(1, "use at least one bucket")
      .max(24, "use at most 24 buckets")
      .refine(ascending, "use ascending numbers of days, such as [30, 60, 90]")
      .default([30, 60, 90]),
  })
  .strict();

/** Where a general ledger goes on: the date and the version of the last line shown. */
export const ledgerPositionSchema = z.tuple([pgDate(), z.string().regex(/^\d{1,18}$/)]);

/** The rules that the view `accounting.violations` computes again. */
export const violationKinds = [
  "account_balance_differs",
  "account_chain_broken",
  "account_parent",
  "allocation_exceeds",
  "allocation_not_posted",
  "base_amount_differs",
  "base_amount_scale",
  "bill_not_posted",
  "bill_total_differs",
  "closed_through_differs",
  "control_line_without_party",
  "credit_exceeds",
  "credited_document",
  "customer_balance_differs",
  "default_account",
  "entry_date_differs",
  "entry_too_few_lines",
  "entry_unbalanced",
  "entry_unbalanced_base",
  "invoice_not_posted",
  "invoice_total_differs",
  "line_account",
  "line_base_amount",
  "line_currency",
  "line_currency_differs",
  "line_scale",
  "number_gap",
  "paid_amount_differs",
  "party_off_control",
  "payables_differ",
  "payment_not_posted",
  "period_gap",
  "period_total_differs",
  "posted_accounts_differ",
  "posted_in_closed_period",
  "receivables_differ",
  "refund_without_credit",
  "reversal_differs",
  "reversed_twice",
  "status_differs",
  "vendor_balance_differs",
] as const;

/** A kind of violation: names what is wrong where a rule of the books does not hold. */
export type ViolationKind = (typeof violationKinds)[number];

/** Which violations to look for. */
export const violationFilterSchema = z
  .object({
    companyId: pgUuid().optional(),
    kind: z.enum(violationKinds).optional(),
    limit: z.int().min(1).max(10_000).default(1_000),
  })
  .strict();
