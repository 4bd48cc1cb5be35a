import { change, manual, type Planted, quoted } from "./healthy-books";

/** Broken rules of parties, documents, payments and allocations. */
export const documentCases: Planted[] = [
  ...(["invoice", "bill"] as const).flatMap((document): Planted[] => [
    {
      kind: `${document}_total_differs`,
      record: (b) => quoted({ id: b.drafts[document] }),
      sql: (b) => change(`${document}s`, quoted({ id: b.drafts[document] }), "total_amount = total_amount + 0.01"),
    },
    {
      kind: `${document}_total_differs`,
      record: (b) => quoted({ id: b.drafts[document] }),
      sql: (b) => `update accounting.${document}_lines set quantity = 2 where ${document}_id = '${b.drafts[document]}'`,
    },
  ]),
  {
    kind: "customer_balance_differs",
    record: (b) => `'${b.is.invoice.party}'`,
    sql: (b) => change("customers", `'${b.is.invoice.party}'`, "balance = balance - 0.01"),
  },
  {
    kind: "vendor_balance_differs",
    record: (b) => `'${b.is.bill.party}'`,
    sql: (b) => change("vendors", `'${b.is.bill.party}'`, "balance = balance - 0.01"),
  },
  {
    kind: "receivables_differ",
    record: (b) => `'${b.is.invoice.party}'`,
    also: ["paid_amount_differs", "allocation_not_posted"],
    sql: (b) => change("payment_allocations", quoted(b.is.allocation), "base_amount = base_amount - 0.01"),
  },
  {
    kind: "receivables_differ",
    record: (b) => `'${b.is.invoice.party}'`,
    also: ["base_amount_differs", "payment_not_posted"],
    sql: (b) => change("payments", quoted(b.is.payment), "base_amount = base_amount + 0.01"),
  },
  {
    kind: "payables_differ",
    record: (b) => `'${b.is.bill.party}'`,
    also: ["bill_not_posted"],
    sql: (b) => change("bills", quoted(b.is.bill), "bill_date = bill_date - 1"),
  },
  {
    kind: "payables_differ",
    record: (b) => `'${b.is.bill.party}'`,
    also: ["payment_not_posted"],
    sql: (b) => change("payments", quoted(b.is.billPayment), "payment_date = payment_date + 1"),
  },
  {
    kind: "invoice_total_differs",
    record: (b) => quoted(b.is.invoice),
    sql: (b) => `update accounting.invoice_lines set quantity = 2 where invoice_id = ${quoted(b.is.invoice)}`,
  },
  {
    kind: "invoice_total_differs",
    record: (b) => quoted(b.is.open),
    sql: (b) => `delete from accounting.invoice_lines where invoice_id = ${quoted(b.is.open)}`,
  },
  {
    kind: "bill_total_differs",
    record: (b) => quoted(b.is.bill),
    also: ["posted_accounts_differ"],
    sql: (b) => `update accounting.bill_lines set quantity = 2 where bill_id = ${quoted(b.is.bill)}`,
  },
  {
    kind: "invoice_not_posted",
    record: (b) => quoted(b.is.open),
    also: ["receivables_differ", "number_gap", "credited_document"],
    sql: (b) => change("invoices", quoted(b.is.open), "status = 'draft', invoice_number = null, base_amount = null"),
  },
  {
    kind: "invoice_not_posted",
    record: (b) => quoted(b.is.open),
    also: ["base_amount_differs", "receivables_differ"],
    sql: (b) => change("invoices", quoted(b.is.open), "base_amount = base_amount + 0.01"),
  },
  {
    kind: "invoice_not_posted",
    record: (b) => quoted(b.is.open),
    also: ["credited_document", "receivables_differ"],
    sql: (b) => change("invoices", quoted(b.is.open), "status = 'void', voided_on = '2026-03-01'"),
  },
  {
    kind: "invoice_not_posted",
    record: (b) => quoted(b.is.open),
    sql: (b) => change("journal_entries", quoted(b.entryFor(b.is.open)), manual),
  },
  {
    kind: "invoice_not_posted",
    record: (b) => quoted(b.is.open),
    also: ["posted_accounts_differ"],
    sql: (b) => change("journal_entries", quoted(b.is.capital), `source = 'invoice', source_id = ${quoted(b.is.open)}`),
  },
  {
    kind: "invoice_not_posted",
    record: (b) => quoted(b.is.open),
    also: ["credited_document", "receivables_differ"],
    sql: (b) => change("invoices", quoted(b.is.open), `customer_id = '${b.made.parties.invoice[1]?.id}'`),
  },
  {
    kind: "bill_not_posted",
    record: (b) => quoted(b.is.vendorCredit),
    sql: (b) => change("journal_entries", quoted(b.entryFor(b.is.vendorCredit)), manual),
  },
  {
    kind: "payment_not_posted",
    record: (b) => quoted(b.is.euroPayment),
    sql: (b) => change("journal_entries", quoted(b.entryFor(b.is.euroPayment)), manual),
  },
  {
    kind: "allocation_not_posted",
    record: (b) => quoted(b.is.euroAllocation),
    sql: (b) => change("journal_entries", quoted(b.entryFor(b.is.euroAllocation)), manual),
  },
  {
    kind: "allocation_exceeds",
    record: (b) => quoted(b.is.payment),
    also: ["paid_amount_differs"],
    sql: (b) => `insert into accounting.payment_allocations
        (tenant_id, company_id, payment_id, invoice_id, amount, base_amount, source_base_amount, allocated_on)
      values (${b.tenant}, ${b.company}, ${quoted(b.is.payment)}, ${quoted(b.is.invoice)}, 51, 51, 51, '2026-02-07')`,
  },
  {
    kind: "allocation_exceeds",
    record: (b) => quoted(b.is.open),
    also: ["paid_amount_differs"],
    sql: (b) => `insert into accounting.payment_allocations
        (tenant_id, company_id, payment_id, invoice_id, amount, base_amount, source_base_amount, allocated_on)
      values (${b.tenant}, ${b.company}, ${quoted(b.is.payment)}, ${quoted(b.is.open)}, 10, 11, 11, '2026-02-07')`,
  },
  {
    kind: "refund_without_credit",
    record: (b) => quoted(b.is.refund),
    also: ["paid_amount_differs"],
    sql: (b) =>
      `update accounting.payment_allocations set reversed_on = allocated_on where refund_id = ${quoted(b.is.refund)}`,
  },
  {
    kind: "paid_amount_differs",
    record: (b) => quoted(b.is.invoice),
    sql: (b) => change("invoices", quoted(b.is.invoice), "paid_amount = paid_amount - 1"),
  },
  {
    kind: "paid_amount_differs",
    record: (b) => quoted(b.is.bill),
    sql: (b) => change("bills", quoted(b.is.bill), "paid_base_amount = paid_base_amount - 1"),
  },
  {
    kind: "paid_amount_differs",
    record: (b) => quoted(b.is.payment),
    sql: (b) => change("payments", quoted(b.is.payment), "allocated_amount = allocated_amount + 1"),
  },
  {
    kind: "status_differs",
    record: (b) => quoted(b.is.invoice),
    sql: (b) => change("invoices", quoted(b.is.invoice), "status = 'paid'"),
  },
  {
    kind: "status_differs",
    record: (b) => quoted(b.is.bill),
    sql: (b) => change("bills", quoted(b.is.bill), "status = 'approved'"),
  },
  {
    kind: "status_differs",
    record: (b) => quoted(b.is.open),
    sql: (b) => change("invoices", quoted(b.is.open), "status = 'partly_paid'"),
  },
  {
    kind: "number_gap",
    record: (b) => b.row("tenancy.number_series"),
    also: ["invoice_not_posted"],
    sql: (b) => change("invoices", quoted(b.is.open), "invoice_number = 'OTHER-1'"),
  },
  {
    kind: "number_gap",
    record: (b) => b.row("tenancy.number_series"),
    sql: (b) => `update tenancy.number_series set last_number = last_number + 1 where tenant_id = ${b.tenant}`,
  },
  {
    kind: "credit_exceeds",
    record: (b) => quoted(b.is.open),
    also: ["base_amount_differs", "invoice_not_posted", "invoice_total_differs"],
    sql: (b) => change("invoices", quoted(b.is.credit), "total_amount = 10.01"),
  },
  {
    kind: "credit_exceeds",
    record: (b) => quoted(b.is.bill),
    also: ["base_amount_differs", "bill_not_posted", "bill_total_differs"],
    sql: (b) => change("bills", quoted(b.is.vendorCredit), "total_amount = 120.01"),
  },
  {
    kind: "base_amount_differs",
    record: (b) => quoted(b.is.invoice),
    sql: (b) => change("invoices", quoted(b.is.invoice), "exchange_rate = 1.1"),
  },
  {
    kind: "base_amount_differs",
    record: (b) => quoted(b.is.euroPayment),
    sql: (b) => change("payments", quoted(b.is.euroPayment), "exchange_rate = exchange_rate + 0.0001"),
  },
  {
    kind: "base_amount_differs",
    record: (b) => quoted(b.is.bill),
    sql: (b) => change("bills", quoted(b.is.bill), "exchange_rate = null"),
  },
  {
    kind: "base_amount_differs",
    record: (b) => quoted(b.is.inEuro),
    also: ["invoice_not_posted", "receivables_differ"],
    sql: (b) => change("invoices", quoted(b.is.inEuro), "base_amount = base_amount + 1"),
  },
  {
    kind: "base_amount_scale",
    record: (b) => quoted(b.is.allocation),
    also: ["paid_amount_differs"],
    sql: (b) =>
      change(
        "payment_allocations",
        quoted(b.is.allocation),
        "base_amount = base_amount + 0.001, source_base_amount = source_base_amount + 0.001",
      ),
  },
  {
    kind: "base_amount_scale",
    record: (b) => quoted(b.is.bill),
    also: ["paid_amount_differs"],
    sql: (b) => change("bills", quoted(b.is.bill), "paid_base_amount = paid_base_amount - 0.001"),
  },
  ...(["invoice", "bill"] as const).map(
    (document): Planted => ({
      kind: "line_currency_differs",
      record: (b) => quoted(b.is[document]),
      sql: (b) =>
        `update accounting.${document}_lines set currency = 'EUR' where ${document}_id = ${quoted(b.is[document])}`,
    }),
  ),
  {
    kind: "payment_not_posted",
    record: (b) => quoted(b.is.payment),
    sql: (b) =>
      change(
        "payments",
        quoted(b.is.payment),
        "base_amount = base_amount + 1, exchange_difference = exchange_difference + 1",
      ),
  },
  {
    kind: "payment_not_posted",
    record: (b) => quoted(b.is.payment),
    sql: (b) => change("payments", quoted(b.is.payment), `account_id = ${b.account("capital")}`),
  },
  {
    kind: "payment_not_posted",
    record: (b) => quoted(b.is.payment),
    sql: (b) => change("payments", quoted(b.is.payment), "reference = 'another'"),
  },
  {
    kind: "payment_not_posted",
    record: (b) => quoted(b.is.payment),
    also: ["base_amount_differs"],
    sql: (b) => change("payments", quoted(b.is.payment), "amount = amount + 1"),
  },
  {
    kind: "bill_not_posted",
    record: (b) => quoted(b.is.bill),
    sql: (b) => change("bills", quoted(b.is.bill), "bill_number = 'another'"),
  },
  {
    kind: "credited_document",
    record: (b) => quoted(b.is.credit),
    sql: (b) => change("invoices", quoted(b.is.credit), `credited_invoice_id = ${quoted(b.is.credit)}`),
  },
  {
    kind: "credited_document",
    record: (b) => quoted(b.is.vendorCredit),
    also: ["credit_exceeds"],
    sql: (b) => change("bills", quoted(b.is.vendorCredit), "credited_bill_id = gen_random_uuid()"),
  },
  {
    kind: "posted_accounts_differ",
    record: (b) => quoted(b.is.open),
    sql: (b) => `update accounting.invoice_lines set account_id = ${b.account("purchases")}
      where invoice_id = ${quoted(b.is.open)}`,
  },
  {
    kind: "posted_accounts_differ",
    record: (b) => quoted(b.is.bill),
    sql: (b) =>
      `update accounting.bill_lines set account_id = ${b.account("capital")} where bill_id = ${quoted(b.is.bill)}`,
  },
];
