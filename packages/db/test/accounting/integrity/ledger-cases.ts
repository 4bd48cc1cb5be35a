import { change, type HealthyBooks, type Planted, quoted } from "./healthy-books";

const capitalLine = (b: HealthyBooks) => b.line(b.is.capital, 1);
const ofBank = (b: HealthyBooks) => `tenant_id = ${b.tenant} and account_id = ${b.account("bank")}`;
const ofCapital = (b: HealthyBooks) => `tenant_id = ${b.tenant} and account_id = ${b.account("capital")}`;
const missingEntry = "'00000000-0000-4000-8000-000000000001'";
const ofSums = ["account_balance_differs", "account_chain_broken", "period_total_differs"];
const voidEntry = (b: HealthyBooks) => {
  const found = b.made.entries.find((entry) => entry.source === "invoice_void");
  if (!found) throw new TypeError("No invoice was voided");
  return found;
};

/** Broken rules of entries, lines, accounts and periods. */
export const ledgerCases: Planted[] = [
  {
    kind: "entry_too_few_lines",
    record: (b) => quoted(b.is.lookalike),
    also: ["entry_unbalanced", "entry_unbalanced_base", ...ofSums],
    sql: (b) => `delete from accounting.journal_lines where id = ${b.line(b.is.lookalike, 1)}`,
  },
  {
    kind: "entry_too_few_lines",
    record: () => missingEntry,
    sql: (b) => `insert into accounting.journal_entries (tenant_id, id, company_id, entry_date)
      values (${b.tenant}, ${missingEntry}, ${b.company}, '2026-01-01')`,
  },
  {
    kind: "entry_unbalanced",
    record: (b) => quoted(b.is.capital),
    also: ["line_base_amount", "period_total_differs"],
    sql: (b) => change("journal_lines", capitalLine(b), "debit = debit + 0.01"),
  },
  {
    kind: "entry_unbalanced",
    record: (b) => quoted(b.is.capital),
    also: ["period_total_differs"],
    sql: (b) => change("journal_lines", capitalLine(b), "currency = 'EUR'"),
  },
  {
    kind: "entry_unbalanced_base",
    record: (b) => quoted(b.is.capital),
    also: ["line_base_amount", ...ofSums],
    sql: (b) => change("journal_lines", capitalLine(b), "base_debit = base_debit + 0.01"),
  },
  {
    kind: "entry_date_differs",
    record: capitalLine,
    sql: (b) => change("journal_lines", capitalLine(b), "entry_date = entry_date + 1"),
  },
  {
    kind: "entry_date_differs",
    record: (b) => b.line(b.is.capital, 2),
    also: ["entry_too_few_lines", "entry_unbalanced", "entry_unbalanced_base"],
    sql: (b) => change("journal_lines", b.line(b.is.capital, 2), "entry_id = gen_random_uuid()"),
  },
  {
    kind: "line_scale",
    record: capitalLine,
    also: ["entry_unbalanced", "line_base_amount", "period_total_differs"],
    sql: (b) => change("journal_lines", capitalLine(b), "debit = debit + 0.001"),
  },
  {
    kind: "line_scale",
    record: (b) => b.line(b.is.exchanged, 1),
    also: ["entry_unbalanced_base", "period_total_differs", "account_balance_differs", "account_chain_broken"],
    sql: (b) => change("journal_lines", b.line(b.is.exchanged, 1), "base_debit = base_debit + 0.001"),
  },
  {
    kind: "line_currency",
    record: (b) => b.line(b.is.capital, 2),
    sql: (b) => change("accounts", b.account("capital"), "currency = 'EUR'"),
  },
  {
    kind: "control_line_without_party",
    record: (b) => b.line(b.entryFor(b.is.invoice), 1),
    also: ["customer_balance_differs", "receivables_differ", "invoice_not_posted"],
    sql: (b) => change("journal_lines", b.line(b.entryFor(b.is.invoice), 1), "customer_id = null"),
  },
  {
    kind: "control_line_without_party",
    record: (b) => b.line(b.entryFor(b.is.bill), 1),
    also: ["vendor_balance_differs", "payables_differ", "bill_not_posted"],
    sql: (b) => change("journal_lines", b.line(b.entryFor(b.is.bill), 1), "vendor_id = null"),
  },
  {
    kind: "party_off_control",
    record: capitalLine,
    sql: (b) => change("journal_lines", capitalLine(b), `customer_id = '${b.is.invoice.party}'`),
  },
  {
    kind: "party_off_control",
    record: capitalLine,
    sql: (b) => change("journal_lines", capitalLine(b), `vendor_id = '${b.is.bill.party}'`),
  },
  {
    kind: "account_chain_broken",
    record: (b) => b.line(b.is.capital, 2),
    sql: (b) => change("journal_lines", b.line(b.is.capital, 2), "balance_after = 7"),
  },
  {
    kind: "account_chain_broken",
    record: (b) => b.line(b.is.capital, 2),
    also: ["account_balance_differs"],
    sql: (b) => change("journal_lines", b.line(b.is.capital, 2), "account_version = 2"),
  },
  {
    kind: "account_balance_differs",
    record: (b) => b.account("bank"),
    sql: (b) => `update accounting.account_balances set balance = balance + 0.01 where ${ofBank(b)}`,
  },
  {
    kind: "account_balance_differs",
    record: (b) => b.account("bank"),
    sql: (b) => `update accounting.account_balances set version = version + 1 where ${ofBank(b)}`,
  },
  {
    kind: "account_balance_differs",
    record: (b) => b.account("capital"),
    sql: (b) => `delete from accounting.account_balances where ${ofCapital(b)}`,
  },
  {
    kind: "account_balance_differs",
    record: (b) => quoted({ id: b.idle }),
    sql: (b) => `delete from accounting.account_balances where account_id = '${b.idle}'`,
  },
  {
    kind: "account_balance_differs",
    record: (b) => quoted({ id: b.idle }),
    sql: (b) => `delete from accounting.accounts where id = '${b.idle}'`,
  },
  ...["debit", "credit", "base_debit", "base_credit"].map((column) => ({
    kind: "period_total_differs",
    record: (b: HealthyBooks) => b.account("capital"),
    sql: (b: HealthyBooks) => `update accounting.period_totals set ${column} = ${column} + 0.01 where ${ofCapital(b)}`,
  })),
  {
    kind: "period_total_differs",
    record: (b) => b.account("capital"),
    sql: (b) => `delete from accounting.period_totals where ${ofCapital(b)}`,
  },
  {
    kind: "period_total_differs",
    record: (b) => b.account("bank"),
    sql: (b) => `insert into accounting.period_totals
        (tenant_id, company_id, account_id, month, currency, debit, credit, base_debit, base_credit)
      values (${b.tenant}, ${b.company}, ${b.account("bank")}, '2020-01-01', 'USD', 1, 1, 1, 1)`,
  },
  {
    kind: "posted_in_closed_period",
    record: (b) => quoted(b.is.capital),
    sql: (b) => `
      update accounting.fiscal_periods set status = 'closed', closed_at = now()
      where tenant_id = ${b.tenant} and starts_on <= '2026-01-01';
      update accounting.books set closed_through = '2026-01-31' where tenant_id = ${b.tenant};
      update accounting.journal_entries set created_at = now() - interval '1 hour' where tenant_id = ${b.tenant};
      update accounting.journal_entries set created_at = now() + interval '1 hour'
      where id = ${quoted(b.is.capital)} or (tenant_id = ${b.tenant} and entry_date > '2026-01-31')`,
  },
  {
    kind: "period_gap",
    record: (b) => b.row("accounting.fiscal_periods", "starts_on = '2026-03-01'"),
    sql: (b) => `delete from accounting.fiscal_periods where tenant_id = ${b.tenant} and starts_on = '2026-02-01'`,
  },
  {
    kind: "period_gap",
    record: (b) => b.row("accounting.fiscal_periods", "starts_on = '2026-03-01'"),
    sql: (b) => `update accounting.fiscal_periods set ends_on = '2026-03-01'
      where tenant_id = ${b.tenant} and starts_on = '2026-02-01'`,
  },
  {
    kind: "closed_through_differs",
    record: (b) => b.row("accounting.books"),
    sql: (b) => `update accounting.books set closed_through = null where tenant_id = ${b.tenant}`,
  },
  {
    kind: "closed_through_differs",
    record: (b) => b.row("accounting.books"),
    sql: (b) => `update accounting.fiscal_periods set status = 'open', closed_at = null
      where tenant_id = ${b.tenant} and starts_on = '2025-01-01'`,
  },
  {
    kind: "reversal_differs",
    record: (b) => quoted(b.is.reversal),
    also: ofSums,
    sql: (b) =>
      change("journal_lines", b.line(b.is.reversal, 2), `account_id = ${b.account("sales")}, account_version = 99`),
  },
  {
    kind: "reversal_differs",
    record: (b) => quoted(voidEntry(b)),
    also: ["entry_unbalanced", "entry_unbalanced_base", ...ofSums],
    sql: (b) => change("journal_lines", b.line(voidEntry(b), 2), "debit = 19, base_debit = 19"),
  },
  {
    kind: "reversal_differs",
    record: (b) => quoted(b.is.reversal),
    also: ["entry_unbalanced", "line_base_amount", "period_total_differs"],
    sql: (b) => change("journal_lines", b.line(b.is.reversal, 2), "debit = debit + 0.01"),
  },
  {
    kind: "reversed_twice",
    record: (b) => quoted(b.is.reversed),
    sql: (b) => {
      const original = quoted(b.is.reversed);
      const changes = `source = 'reversal', source_id = ${original}, reverses_entry_id = ${original}`;
      return change("journal_entries", quoted(b.is.lookalike), changes);
    },
  },
  {
    kind: "reversal_differs",
    record: (b) => quoted(b.is.reversal),
    sql: (b) => change("journal_entries", quoted(b.is.reversal), "source_id = gen_random_uuid()"),
  },
  {
    kind: "line_account",
    record: (b) => b.line(b.is.capital, 2),
    also: ["account_balance_differs", "period_total_differs", "account_chain_broken"],
    sql: (b) => change("journal_lines", b.line(b.is.capital, 2), "account_id = gen_random_uuid(), account_version = 7"),
  },
  {
    kind: "line_base_amount",
    record: (b) => b.line(b.is.capital, 1),
    also: ["entry_unbalanced_base", ...ofSums],
    sql: (b) => change("journal_lines", b.line(b.is.capital, 1), "base_debit = base_debit + 0.01"),
  },
  {
    kind: "default_account",
    record: (b) => b.row("accounting.books"),
    sql: (b) => change("accounts", b.account("bank"), "is_active = false"),
  },
  {
    kind: "default_account",
    record: (b) => b.row("accounting.books"),
    sql: (b) => `update accounting.books set sales_account_id = ${b.account("bank")} where tenant_id = ${b.tenant}`,
  },
  {
    kind: "account_parent",
    record: (b) => b.account("capital"),
    sql: (b) => change("accounts", b.account("capital"), `parent_id = ${b.account("bank")}`),
  },
];
