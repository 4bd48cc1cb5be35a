import { sql } from "drizzle-orm";
import { boolean, check, date, integer, numeric, pgSchema, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { choice } from "../core/choice";
import { currencyCode, instant, money, quantity, timestamps } from "../core/columns";
import { tenantIndex, tenantTable } from "../core/tenant-table";
import { companies } from "../tenancy/schema/tenants";

export const accounting = pgSchema("accounting").existing();

/** Whom a company sells to. `balance` is what is issued and not paid; a trigger keeps it, whoever writes. */
export const customers = tenantTable(
  accounting,
  "customers",
  {
    companyId: uuid("company_id").notNull(),
    name: text("name").notNull(),
    email: text("email"),
    phone: text("phone"),
    taxId: text("tax_id"),
    address: text("address"),
    city: text("city"),
    state: text("state"),
    postalCode: text("postal_code"),
    country: text("country"),
    balance: money("balance").notNull().default("0"),
    /** The record's id in the system it was imported from; an import of the same id changes nothing. */
    externalId: text("external_id"),
    isActive: boolean("is_active").notNull().default(true),
    ...timestamps(),
  },
  {
    audit: "changes",
    references: { companyId: { table: companies, index: false } },
    extra: (t) => [
      unique("customers_company_id_id_unique").on(t.tenantId, t.companyId, t.id),
      uniqueIndex("idx_customers_external_id")
        .on(t.tenantId, t.companyId, t.externalId)
        .where(sql`${t.externalId} is not null`),
      tenantIndex("customers", t.tenantId, t.name, t.id),
      check("customers_name_check", sql`${t.name} <> ''`),
    ],
  },
);

/** draft → issued → paid; issued → void. Frozen once it is no longer a draft, except for its status. */
export const invoiceStatus = choice(["draft", "issued", "paid", "void"]);

/** A bill to a customer. It gets its number when it is issued, without gaps per company. */
export const invoices = tenantTable(
  accounting,
  "invoices",
  {
    companyId: uuid("company_id").notNull(),
    customerId: uuid("customer_id").notNull(),
    /** Null while the invoice is a draft. */
    invoiceNumber: text("invoice_number"),
    invoiceDate: date("invoice_date").notNull(),
    dueDate: date("due_date").notNull(),
    /** The sum of the lines. */
    totalAmount: money("total_amount").notNull(),
    currency: currencyCode("currency").notNull().default("USD"),
    status: invoiceStatus.column("status").notNull().default("draft"),
    billingCountry: text("billing_country"),
    issuedAt: instant("issued_at"),
    externalId: text("external_id"),
    ...timestamps(),
  },
  {
    audit: "changes",
    references: {
      companyId: { table: companies, index: false },
      customerId: { table: customers, within: "companyId" },
    },
    extra: (t) => [
      unique("invoices_company_id_id_unique").on(t.tenantId, t.companyId, t.id),
      // Partial, as drafts have no number. Complete, it would look as good as the key above to a foreign key's check in a
      // database without statistics, which would then read all invoices of the company for each line.
      uniqueIndex("invoices_invoice_number_unique")
        .on(t.tenantId, t.companyId, t.invoiceNumber)
        .where(sql`${t.invoiceNumber} is not null`),
      uniqueIndex("idx_invoices_external_id")
        .on(t.tenantId, t.companyId, t.externalId)
        .where(sql`${t.externalId} is not null`),
      tenantIndex("invoices", t.tenantId, t.invoiceDate, t.id),
      tenantIndex("invoices", t.tenantId, t.status, t.invoiceDate, t.id),
      check("invoices_invoice_number_check", sql`(${t.status} = 'draft') = (${t.invoiceNumber} is null)`),
      check("invoices_due_date_check", sql`${t.dueDate} >= ${t.invoiceDate}`),
      check("invoices_total_amount_check", sql`${t.totalAmount} >= 0`),
      check("invoices_currency_check", sql`${t.currency} ~ '^[A-Z]{3}$'`),
    ],
  },
);

/** One position of an invoice. The database computes the amount: quantity × unit price, rounded once. */
export const invoiceLines = tenantTable(
  accounting,
  "invoice_lines",
  {
    companyId: uuid("company_id").notNull(),
    invoiceId: uuid("invoice_id").notNull(),
    /** Position on the document, from 1. */
    lineNumber: integer("line_number").notNull(),
    description: text("description").notNull(),
    quantity: quantity("quantity").notNull(),
    unitPrice: numeric("unit_price", { precision: 15, scale: 4 }).notNull(),
    amount: money("amount").notNull().generatedAlwaysAs(sql`round(quantity * unit_price, 2)`),
    ...timestamps(),
  },
  {
    audit: "changes",
    references: {
      invoiceId: { table: invoices, within: "companyId", part: true, index: false },
    },
    extra: (t) => [
      unique("invoice_lines_invoice_id_line_number_unique").on(t.tenantId, t.invoiceId, t.companyId, t.lineNumber),
      check("invoice_lines_line_number_check", sql`${t.lineNumber} > 0`),
      check("invoice_lines_quantity_check", sql`${t.quantity} > 0`),
      check("invoice_lines_unit_price_check", sql`${t.unitPrice} >= 0`),
    ],
  },
);
