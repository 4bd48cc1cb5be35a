import { sql } from "drizzle-orm";
import { boolean, check, date, index, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { choice } from "../../core/choice";
import { currencyCode, exchangeRate, money, timestamps } from "../../core/columns";
import { tenantIndex, tenantTable } from "../../core/tenant-table";
import { companies } from "../../tenancy/schema/tenants";
import { accounts } from "./accounts";
import { customers, vendors } from "./parties";
import { bills } from "./payables";
import { invoices } from "./receivables";
import { accounting } from "./schemas";

/** `in`: money comes in; `out`: money goes out. */
export const paymentDirection = choice(["in", "out"]);

/**
 * Money received from a customer or paid to a vendor. What is not allocated stays as their credit. Money that goes the
 * other way, to a customer or from a vendor, is a refund: it is recorded with the allocations of the credit that it pays
 * back.
 */
export const payments = tenantTable(
  accounting,
  "payments",
  {
    companyId: uuid("company_id").notNull(),
    direction: paymentDirection.column("direction").notNull(),
    customerId: uuid("customer_id"),
    vendorId: uuid("vendor_id"),
    /** Whether credit is paid back: to a customer, or by a vendor. */
    isRefund: boolean("is_refund").notNull().generatedAlwaysAs(sql`(direction = 'in') = (vendor_id is not null)`),
    /** The bank or cash account that it went to or came from. */
    accountId: uuid("account_id").notNull(),
    paymentDate: date("payment_date").notNull(),
    amount: money("amount").notNull(),
    currency: currencyCode("currency").notNull().default("USD"),
    /** Base units for one unit of `currency`; left out, the last known rate on the payment's date is taken. */
    exchangeRate: exchangeRate("exchange_rate"),
    /** What the bank or cash account moved by in base currency; left out, or 0, it is the amount at the rate. */
    baseAmount: money("base_amount").notNull().default("0.00"),
    /**
     * What that differs by from the amount at the rate; the database computes it, and posts it to the exchange account.
     * `baseAmount` less `exchangeDifference` is posted to receivables or payables, and is what allocations use up.
     */
    exchangeDifference: money("exchange_difference").notNull().default("0.00"),
    /** What is allocated to documents or refunds, or of a refund what credit is allocated to it; the allocations keep it. */
    allocatedAmount: money("allocated_amount").notNull().default("0.00"),
    /** The part of the amount at the rate that goes with it. */
    allocatedBaseAmount: money("allocated_base_amount").notNull().default("0.00"),
    /** How it was paid: transfer, cash, card, … */
    method: text("method"),
    reference: text("reference"),
    /** The accounting date of the void; null while it stands. */
    voidedOn: date("voided_on"),
    externalId: text("external_id"),
    /** SHA-256 of the allocations that came with the external id: later ones are not told apart from them otherwise. */
    allocationsHash: text("allocations_hash"),
    ...timestamps(),
  },
  {
    audit: "changes",
    access: "no-delete",
    frozen: {
      except: ["voidedOn"],
      exceptBy: { role: "ledger_writer", columns: ["allocatedAmount", "allocatedBaseAmount"] },
      sentence: "A payment cannot be changed: void it and record another",
    },
    references: {
      companyId: { table: companies, index: false },
      customerId: { table: customers, within: "companyId" },
      vendorId: { table: vendors, within: "companyId" },
      accountId: { table: accounts, within: "companyId" },
    },
    extra: (t) => [
      unique("payments_company_id_id_unique").on(t.tenantId, t.companyId, t.id),
      uniqueIndex("idx_payments_external_id")
        .on(t.tenantId, t.companyId, t.externalId)
        .where(sql`${t.externalId} is not null`),
      tenantIndex("payments", t.tenantId, t.paymentDate, t.id),
      check(
        "payments_amount_check",
        sql`${t.amount} > 0 and ${t.amount} = round(${t.amount}, tenancy.currency_exponent(${t.currency}))`,
      ),
      check("payments_base_amount_check", sql`${t.baseAmount} >= greatest(${t.exchangeDifference}, 0)`),
      check("payments_currency_check", sql`${t.currency} ~ '^[A-Z]{3}$'`),
      check("payments_exchange_rate_check", sql`${t.exchangeRate} > 0`),
      check("payments_allocated_amount_check", sql`${t.allocatedAmount} between 0 and ${t.amount}`),
      check("payments_party_check", sql`num_nonnulls(${t.customerId}, ${t.vendorId}) = 1`),
    ],
  },
);

/**
 * The amount of a payment or credit note that settles one document, or is paid back by one refund. It never changes. Taking it back sets `reversedOn`, so
 * that every past day can be reported.
 */
export const paymentAllocations = tenantTable(
  accounting,
  "payment_allocations",
  {
    companyId: uuid("company_id").notNull(),
    // Where it comes from: one of three.
    paymentId: uuid("payment_id"),
    /** A credit note of ours. */
    creditNoteId: uuid("credit_note_id"),
    /** A credit note of a vendor. */
    vendorCreditId: uuid("vendor_credit_id"),
    // Where it goes: one of three.
    invoiceId: uuid("invoice_id"),
    billId: uuid("bill_id"),
    /** The payment that gives the amount back. */
    refundId: uuid("refund_id"),
    /** In the currency of both. */
    amount: money("amount").notNull(),
    /** The part of the document's or refund's base amount that it settles; the database computes it. */
    baseAmount: money("base_amount").notNull().default("0.00"),
    /** The part of the source's base amount that it uses up; the difference is posted as an exchange difference. */
    sourceBaseAmount: money("source_base_amount").notNull().default("0.00"),
    allocatedOn: date("allocated_on").notNull(),
    reversedOn: date("reversed_on"),
    ...timestamps(),
  },
  {
    audit: "changes",
    access: "no-delete",
    frozen: {
      except: ["reversedOn"],
      sentence: "An allocation cannot be changed: take it back and make another",
    },
    references: {
      companyId: companies,
      paymentId: { table: payments, within: "companyId" },
      creditNoteId: { table: invoices, within: "companyId" },
      vendorCreditId: { table: bills, within: "companyId" },
      invoiceId: { table: invoices, within: "companyId" },
      billId: { table: bills, within: "companyId" },
      refundId: { table: payments, within: "companyId", index: false },
    },
    extra: (t) => [
      index("idx_payment_allocations_refund_id").on(t.tenantId, t.refundId).where(sql`${t.refundId} is not null`),
      check("payment_allocations_amount_check", sql`${t.amount} > 0`),
      check("payment_allocations_target_check", sql`num_nonnulls(${t.invoiceId}, ${t.billId}, ${t.refundId}) = 1`),
      check(
        "payment_allocations_source_check",
        sql`num_nonnulls(${t.paymentId}, ${t.creditNoteId}, ${t.vendorCreditId}) = 1
          and (${t.creditNoteId} is null or ${t.billId} is null)
          and (${t.vendorCreditId} is null or ${t.invoiceId} is null)`,
      ),
      check("payment_allocations_reversed_on_check", sql`${t.reversedOn} >= ${t.allocatedOn}`),
    ],
  },
);
