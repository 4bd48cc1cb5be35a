/** Why a stored fact cannot be computed from another; `where` says of which rows `r`, all when left out. */
interface Source {
  why: string;
  where?: string;
}

const called = "What people and other systems call it, or say of it.";
const surrogate = "Names the row for nobody: no other row refers to it.";
const dateOfEvent = "When something was done, and by whom: nothing else keeps it but the audit trail.";
const listed = (why: string, where?: string): Source => (where === undefined ? { why } : { why, where });
const each = (columns: string, source: Source): Record<string, Source> =>
  Object.fromEntries(columns.split(" ").map((column) => [column, source]));

const isDefault = `exists (
  select from accounting.books b where r.id in (b.receivable_account_id, b.payable_account_id, b.sales_account_id,
    b.purchases_account_id, b.bank_account_id, b.exchange_account_id))`;
const atTheEnd = `r.starts_on = (select min(p.starts_on) from accounting.fiscal_periods p where p.tenant_id = r.tenant_id)
  or r.ends_on = (select max(p.ends_on) from accounting.fiscal_periods p where p.tenant_id = r.tenant_id)`;
const idle = (party: string) =>
  `r.balance = 0 and not exists (select from accounting.journal_lines l where l.${party} = r.id)`;
const isDraft = "r.status = 'draft'";
const ofDraft = (document: string) =>
  `exists (select from accounting.${document}s d where d.id = r.${document}_id and d.status = 'draft')`;
const unused = "not exists (select from accounting.journal_lines l where l.account_id = r.id)";
const noEntry = "not exists (select from accounting.journal_entries e where e.source_id = r.id)";

const party = (table: string, column: string) => ({
  ...each(
    `${table}.name ${table}.email ${table}.phone ${table}.tax_id ${table}.address ${table}.city ${table}.state
     ${table}.postal_code ${table}.country ${table}.external_id ${table}.is_active`.replace(/\s+/g, " "),
    listed(called),
  ),
  ...each(
    `${table}.(row) ${table}.tenant_id ${table}.id ${table}.company_id`,
    listed("Somebody to whom nothing was posted is known from this row alone.", idle(column)),
  ),
});

/**
 * The sources: what is recorded once, so that no other record could contradict it. Everything else that is stored of the
 * books is computed again by `accounting.violations`. Of a draft, which is not in the books, its total alone is.
 * `(row)` is the loss of a row; a column without a table is that of every table.
 */
export const sources: Record<string, Source> = {
  ...each("created_at updated_at", listed("When the row was written: no figure depends on it.")),
  ...each("accounts.code accounts.name", listed(called)),
  "accounts.type": listed(
    "What kind of account it is, where neither the books nor a parent say it; the exchange account is of one of two.",
    `not ${isDefault} or r.id = (select b.exchange_account_id from accounting.books b where b.tenant_id = r.tenant_id)`,
  ),
  "accounts.parent_id": listed("Under which account it is shown; that it can be there is computed again."),
  "accounts.currency": listed("The one currency that it takes: only its lines could contradict it.", unused),
  "accounts.is_active": listed("Whether it is offered; only the books' own accounts must be.", `not ${isDefault}`),
  ...each(
    "books.id fiscal_periods.id journal_lines.id account_balances.id period_totals.id bill_lines.id invoice_lines.id",
    listed(surrogate),
  ),
  ...each("fiscal_periods.name", listed(called)),
  "fiscal_periods.closed_by": listed(dateOfEvent),
  "fiscal_periods.closed_at": listed(dateOfEvent, "r.status = 'closed'"),
  ...each(
    "fiscal_periods.(row) fiscal_periods.tenant_id fiscal_periods.company_id fiscal_periods.starts_on fiscal_periods.ends_on",
    listed("Where the first period begins and the last one ends.", atTheEnd),
  ),
  ...each(
    `exchange_rates.(row) exchange_rates.tenant_id exchange_rates.id exchange_rates.company_id exchange_rates.currency
     exchange_rates.rate_date exchange_rates.rate`.replace(/\s+/g, " "),
    listed("An offer to documents to come: each keeps the rate that it took."),
  ),
  ...party("customers", "customer_id"),
  ...party("vendors", "vendor_id"),
  ...each(
    `payments.allocations_hash invoices.seller invoices.buyer bills.seller bills.buyer invoices.due_date invoices.external_id invoices.billing_country bills.due_date bills.external_id payments.method
     payments.external_id bill_lines.description bill_lines.line_number invoice_lines.description invoice_lines.line_number
     journal_entries.description journal_lines.description journal_lines.line_number`.replace(/\s+/g, " "),
    listed("What was agreed with the other side, said to readers, or the order in which it was given."),
  ),
  ...each("invoices.issued_at bills.approved_at bills.approved_by journal_entries.posted_by", listed(dateOfEvent)),
  ...each(
    "invoices.credited_invoice_id bills.credited_bill_id",
    listed(
      "Which document a credit note takes back: that it can take it back is computed again.",
      "r.kind = 'credit_note'",
    ),
  ),
  ...each(
    `invoices.(row) invoices.tenant_id invoices.id invoices.company_id invoices.customer_id invoices.kind
     invoices.invoice_date invoices.currency bills.(row) bills.tenant_id bills.id bills.company_id bills.vendor_id bills.kind
     bills.bill_number bills.bill_date bills.currency`.replace(/\s+/g, " "),
    listed("What a draft says that nobody has been sent, and nothing was posted for.", isDraft),
  ),
  ...each(
    "invoice_lines.(row) invoice_lines.tenant_id invoice_lines.company_id invoice_lines.invoice_id",
    listed("Which line a draft has: a draft may have none yet.", ofDraft("invoice")),
  ),
  ...each(
    "bill_lines.(row) bill_lines.tenant_id bill_lines.company_id bill_lines.bill_id",
    listed("Which line a draft has: a draft may have none yet.", ofDraft("bill")),
  ),
  "payment_allocations.id": listed(surrogate, noEntry),
  "payment_allocations.allocated_on": listed(
    "The day of an allocation at one rate: nothing was posted on it. It is not before what it allocates and settles.",
    noEntry,
  ),
  ...each(
    "payment_allocations.(row) payment_allocations.tenant_id payment_allocations.company_id payment_allocations.reversed_on",
    listed(
      "An allocation at one rate that was taken back: nothing was posted for it, and nothing is left of it.",
      `r.reversed_on is not null and ${noEntry}`,
    ),
  ),
  ...each(
    "payment_allocations.payment_id payment_allocations.invoice_id payment_allocations.refund_id payment_allocations.amount",
    listed("What an allocation settled that was taken back: nothing is left of it.", "r.reversed_on is not null"),
  ),
  ...Object.fromEntries(
    ["invoice", "bill"].map((document) => [
      `${document}_lines.account_id`,
      listed(
        "Whether a line names its account, or leaves it to the books. For a draft, nothing was posted to it yet.",
        `r.account_id is not null or ${ofDraft(document)}`,
      ),
    ]),
  ),
  ...each(
    "invoice_lines.currency bill_lines.currency",
    listed("Null on lines from before it was kept; any other currency than the document's is found.", "true"),
  ),
  "journal_entries.reference": listed(called, "r.source = 'manual'"),
  ...each(
    "journal_entries.idempotency_key journal_entries.request_hash",
    listed("What the caller asked for, in words of its own.", "r.idempotency_key is not null"),
  ),
};
