import { z } from "zod";
import { pgUuid } from "../../core/column-kinds";
import { type ViolationKind, violationFilterSchema } from "./reports";

/** Rules of one kind of record, checked together by the view `accounting.violations_of_…`; in the order of a check. */
export const ruleGroups = [
  ...(["journal_entries", "journal_lines", "account_chains", "accounts", "parties", "documents"] as const),
  ...(["base_amounts", "allocations", "postings", "posted_accounts", "periods", "numbers"] as const),
] as const;

/** The name of a group of rules, and of its view. */
export type RuleGroup = (typeof ruleGroups)[number];

/** The rules that report a violation of each kind. */
export const groupOf: Readonly<Record<ViolationKind, RuleGroup>> = {
  account_balance_differs: "accounts",
  account_chain_broken: "account_chains",
  account_parent: "accounts",
  allocation_exceeds: "allocations",
  allocation_not_posted: "postings",
  base_amount_differs: "base_amounts",
  base_amount_scale: "base_amounts",
  bill_not_posted: "postings",
  bill_total_differs: "documents",
  closed_through_differs: "periods",
  control_line_without_party: "journal_lines",
  credit_exceeds: "documents",
  credited_document: "documents",
  customer_balance_differs: "parties",
  default_account: "accounts",
  entry_date_differs: "journal_lines",
  entry_too_few_lines: "journal_entries",
  entry_unbalanced: "journal_entries",
  entry_unbalanced_base: "journal_entries",
  invoice_not_posted: "postings",
  invoice_total_differs: "documents",
  line_account: "journal_lines",
  line_base_amount: "journal_lines",
  line_currency: "journal_lines",
  line_currency_differs: "documents",
  line_scale: "journal_lines",
  number_gap: "numbers",
  paid_amount_differs: "allocations",
  party_off_control: "journal_lines",
  payables_differ: "parties",
  payment_not_posted: "postings",
  period_gap: "periods",
  period_total_differs: "accounts",
  posted_accounts_differ: "posted_accounts",
  posted_in_closed_period: "journal_entries",
  receivables_differ: "parties",
  refund_without_credit: "allocations",
  reversal_differs: "journal_entries",
  reversed_twice: "journal_entries",
  status_differs: "documents",
  vendor_balance_differs: "parties",
};

/** Where a check goes on: the group, and the first id in it that was not looked at. */
export interface Position {
  group: RuleGroup;
  from: string;
}

const positionSchema = z.string().transform((text, context): Position => {
  const [name, from] = text.split(" ");
  const group = ruleGroups.find((known) => known === name);
  const id = pgUuid().safeParse(from);
  if (group && id.success) return { group, from: id.data };
  context.addIssue({ code: "custom", message: "use the `resume` of the answer before" });
  return z.NEVER;
});

/** Which violations to look for, for how long, and from where on. */
export const integrityCheckSchema = violationFilterSchema
  .extend({
    milliseconds: z.int().min(1).max(3_600_000).default(5_000),
    resume: positionSchema.optional(),
  })
  .superRefine(({ kind, resume }, context) => {
    if (!kind || !resume || groupOf[kind] === resume.group) return;
    const message = "use the `resume` of a check with the same `kind`";
    context.addIssue({ code: "custom", path: ["resume"], message });
  });
