import { sql } from "drizzle-orm";
import { check, date, index, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { choice } from "../../core/choice";
import { instant, timestamps } from "../../core/columns";
import { tenantIndex, tenantTable } from "../../core/tenant-table";
import { companies } from "../../tenancy/schema/tenants";
import { invoiceStatus } from "../states";
import { accounts } from "./accounts";
import { documentColumns, documentLineColumns, frozenDocument } from "./documents";
import { customers } from "./parties";
import { accounting } from "./schemas";

/** A credit note lowers what a customer owes: its amounts count against those of invoices. */
export const invoiceKind = choice(["invoice", "credit_note"]);

/** A bill to a customer, or a credit note. It gets its number when it is issued, without gaps per company and series. */
export const invoices = tenantTable(
  accounting,
  "invoices",
  {
    companyId: uuid("company_id").notNull(),
    customerId: uuid("customer_id").notNull(),
    kind: invoiceKind.column("kind").notNull().default("invoice"),
    /** The invoice that a credit note takes back, in part or whole. */
    creditedInvoiceId: uuid("credited_invoice_id"),
    /** Null while the invoice is a draft. */
    invoiceNumber: text("invoice_number"),
    invoiceDate: date("invoice_date").notNull(),
    ...documentColumns(),
    status: invoiceStatus.column("status").notNull().default("draft"),
    billingCountry: text("billing_country"),
    issuedAt: instant("issued_at"),
    ...timestamps(),
  },
  {
    audit: "changes",
    frozen: frozenDocument("invoice"),
    references: {
      companyId: { table: companies, index: false },
      customerId: { table: customers, within: "companyId" },
      creditedInvoiceId: { table: "self", within: "companyId", index: false },
    },
    extra: (t) => [
      unique("invoices_company_id_id_unique").on(t.tenantId, t.companyId, t.id),
      // Partial on purpose: a full index could be chosen for foreign-key checks and scan a company's invoices.
      uniqueIndex("invoices_invoice_number_unique")
        .on(t.tenantId, t.companyId, t.invoiceNumber)
        .where(sql`${t.invoiceNumber} is not null`),
      uniqueIndex("idx_invoices_external_id")
        .on(t.tenantId, t.companyId, t.externalId)
        .where(sql`${t.externalId} is not null`),
      index("idx_invoices_credited_invoice_id")
        .on(t.tenantId, t.creditedInvoiceId)
        .where(sql`${t.creditedInvoiceId} is not null`),
      tenantIndex("invoices", t.tenantId, t.invoiceDate, t.id),
      tenantIndex("invoices", t.tenantId, t.status, t.invoiceDate, t.id),
      check("invoices_invoice_number_check", sql`(${t.status} = 'draft') = (${t.invoiceNumber} is null)`),
      check("invoices_due_date_check", sql`${t.dueDate} >= ${t.invoiceDate}`),
      check(
        "invoices_total_amount_check",
        sql`${t.totalAmount} >= 0 and (${t.status} = 'draft'
          or ${t.totalAmount} = round(${t.totalAmount}, tenancy.currency_exponent(${t.currency})))`,
      ),
      check("invoices_currency_check", sql`${t.currency} ~ '^[A-Z]{3}$'`),
      check("invoices_credited_invoice_check", sql`${t.kind} = 'credit_note' or ${t.creditedInvoiceId} is null`),
      check(
        "invoices_base_amount_check",
        sql`case when ${t.baseAmount} is null then ${t.status} = 'draft' else ${t.baseAmount} >= 0 end`,
      ),
      check("invoices_paid_amount_check", sql`${t.paidAmount} between 0 and ${t.totalAmount}`),
      check("invoices_voided_on_check", sql`(${t.status} = 'void') = (${t.voidedOn} is not null)`),
      check("invoices_exchange_rate_check", sql`${t.exchangeRate} > 0`),
      check("invoices_parties_check", sql`${t.status} <> 'draft' or num_nonnulls(${t.seller}, ${t.buyer}) = 0`),
    ],
  },
);

/** One position of an invoice. */
export const invoiceLines = tenantTable(
  accounting,
  "invoice_lines",
  { invoiceId: uuid("invoice_id").notNull(), ...documentLineColumns() },
  {
    audit: "changes",
    references: {
      invoiceId: { table: invoices, within: "companyId", part: true, index: false },
      accountId: { table: accounts, within: "companyId", index: false },
    },
    extra: (t) => [
      unique("invoice_lines_invoice_id_line_number_unique").on(t.tenantId, t.invoiceId, t.companyId, t.lineNumber),
      index("idx_invoice_lines_account_id").on(t.tenantId, t.accountId).where(sql`${t.accountId} is not null`),
      check("invoice_lines_line_number_check", sql`${t.lineNumber} > 0`),
      check("invoice_lines_amount_check", sql`amount < 1e15`),
      check("invoice_lines_currency_check", sql`${t.currency} ~ '^[A-Z]{3}$'`),
      check("invoice_lines_quantity_check", sql`${t.quantity} > 0`),
      check("invoice_lines_unit_price_check", sql`${t.unitPrice} >= 0`),
    ],
  },
);
