import { defineRelations } from "drizzle-orm";
import { companies } from "../tenancy/schema";
import {
  accounts,
  billLines,
  bills,
  customers,
  invoiceLines,
  invoices,
  journalEntries,
  journalLines,
  paymentAllocations,
  payments,
  vendors,
} from "./schema";

const tables = {
  accountingAccounts: accounts,
  accountingBillLines: billLines,
  accountingBills: bills,
  accountingCustomers: customers,
  accountingInvoiceLines: invoiceLines,
  accountingInvoices: invoices,
  accountingJournalEntries: journalEntries,
  accountingJournalLines: journalLines,
  accountingPaymentAllocations: paymentAllocations,
  accountingPayments: payments,
  accountingVendors: vendors,
  companies,
};

/** Joins for reading, for `tx.query.…`; keys carry the domain's name, as tables of several domains meet there. */
export const accountingRelations = defineRelations(tables, (r) => ({
  accountingAccounts: {
    journalLines: r.many.accountingJournalLines({
      from: [r.accountingAccounts.tenantId, r.accountingAccounts.id],
      to: [r.accountingJournalLines.tenantId, r.accountingJournalLines.accountId],
    }),
  },
  accountingBillLines: {
    bill: r.one.accountingBills({
      from: [r.accountingBillLines.tenantId, r.accountingBillLines.billId],
      to: [r.accountingBills.tenantId, r.accountingBills.id],
      optional: false,
    }),
    account: r.one.accountingAccounts({
      from: [r.accountingBillLines.tenantId, r.accountingBillLines.accountId],
      to: [r.accountingAccounts.tenantId, r.accountingAccounts.id],
    }),
  },
  accountingBills: {
    company: r.one.companies({
      from: [r.accountingBills.tenantId, r.accountingBills.companyId],
      to: [r.companies.tenantId, r.companies.id],
      optional: false,
    }),
    vendor: r.one.accountingVendors({
      from: [r.accountingBills.tenantId, r.accountingBills.vendorId],
      to: [r.accountingVendors.tenantId, r.accountingVendors.id],
      optional: false,
    }),
    lines: r.many.accountingBillLines({
      from: [r.accountingBills.tenantId, r.accountingBills.id],
      to: [r.accountingBillLines.tenantId, r.accountingBillLines.billId],
    }),
    allocations: r.many.accountingPaymentAllocations({
      from: [r.accountingBills.tenantId, r.accountingBills.id],
      to: [r.accountingPaymentAllocations.tenantId, r.accountingPaymentAllocations.billId],
    }),
  },
  accountingCustomers: {
    invoices: r.many.accountingInvoices({
      from: [r.accountingCustomers.tenantId, r.accountingCustomers.id],
      to: [r.accountingInvoices.tenantId, r.accountingInvoices.customerId],
    }),
    payments: r.many.accountingPayments({
      from: [r.accountingCustomers.tenantId, r.accountingCustomers.id],
      to: [r.accountingPayments.tenantId, r.accountingPayments.customerId],
    }),
  },
  accountingInvoiceLines: {
    invoice: r.one.accountingInvoices({
      from: [r.accountingInvoiceLines.tenantId, r.accountingInvoiceLines.invoiceId],
      to: [r.accountingInvoices.tenantId, r.accountingInvoices.id],
      optional: false,
    }),
    account: r.one.accountingAccounts({
      from: [r.accountingInvoiceLines.tenantId, r.accountingInvoiceLines.accountId],
      to: [r.accountingAccounts.tenantId, r.accountingAccounts.id],
    }),
  },
  accountingInvoices: {
    company: r.one.companies({
      from: [r.accountingInvoices.tenantId, r.accountingInvoices.companyId],
      to: [r.companies.tenantId, r.companies.id],
      optional: false,
    }),
    customer: r.one.accountingCustomers({
      from: [r.accountingInvoices.tenantId, r.accountingInvoices.customerId],
      to: [r.accountingCustomers.tenantId, r.accountingCustomers.id],
      optional: false,
    }),
    lines: r.many.accountingInvoiceLines({
      from: [r.accountingInvoices.tenantId, r.accountingInvoices.id],
      to: [r.accountingInvoiceLines.tenantId, r.accountingInvoiceLines.invoiceId],
    }),
    allocations: r.many.accountingPaymentAllocations({
      from: [r.accountingInvoices.tenantId, r.accountingInvoices.id],
      to: [r.accountingPaymentAllocations.tenantId, r.accountingPaymentAllocations.invoiceId],
    }),
  },
  accountingJournalEntries: {
    lines: r.many.accountingJournalLines({
      from: [r.accountingJournalEntries.tenantId, r.accountingJournalEntries.id],
      to: [r.accountingJournalLines.tenantId, r.accountingJournalLines.entryId],
    }),
  },
  accountingJournalLines: {
    entry: r.one.accountingJournalEntries({
      from: [r.accountingJournalLines.tenantId, r.accountingJournalLines.entryId],
      to: [r.accountingJournalEntries.tenantId, r.accountingJournalEntries.id],
      optional: false,
    }),
    account: r.one.accountingAccounts({
      from: [r.accountingJournalLines.tenantId, r.accountingJournalLines.accountId],
      to: [r.accountingAccounts.tenantId, r.accountingAccounts.id],
      optional: false,
    }),
  },
  accountingPaymentAllocations: {
    payment: r.one.accountingPayments({
      from: [r.accountingPaymentAllocations.tenantId, r.accountingPaymentAllocations.paymentId],
      to: [r.accountingPayments.tenantId, r.accountingPayments.id],
    }),
    invoice: r.one.accountingInvoices({
      from: [r.accountingPaymentAllocations.tenantId, r.accountingPaymentAllocations.invoiceId],
      to: [r.accountingInvoices.tenantId, r.accountingInvoices.id],
    }),
    bill: r.one.accountingBills({
      from: [r.accountingPaymentAllocations.tenantId, r.accountingPaymentAllocations.billId],
      to: [r.accountingBills.tenantId, r.accountingBills.id],
    }),
    refund: r.one.accountingPayments({
      from: [r.accountingPaymentAllocations.tenantId, r.accountingPaymentAllocations.refundId],
      to: [r.accountingPayments.tenantId, r.accountingPayments.id],
    }),
  },
  accountingPayments: {
    customer: r.one.accountingCustomers({
      from: [r.accountingPayments.tenantId, r.accountingPayments.customerId],
      to: [r.accountingCustomers.tenantId, r.accountingCustomers.id],
    }),
    vendor: r.one.accountingVendors({
      from: [r.accountingPayments.tenantId, r.accountingPayments.vendorId],
      to: [r.accountingVendors.tenantId, r.accountingVendors.id],
    }),
    allocations: r.many.accountingPaymentAllocations({
      from: [r.accountingPayments.tenantId, r.accountingPayments.id],
      to: [r.accountingPaymentAllocations.tenantId, r.accountingPaymentAllocations.paymentId],
    }),
    refundedCredit: r.many.accountingPaymentAllocations({
      from: [r.accountingPayments.tenantId, r.accountingPayments.id],
      to: [r.accountingPaymentAllocations.tenantId, r.accountingPaymentAllocations.refundId],
    }),
  },
  accountingVendors: {
    bills: r.many.accountingBills({
      from: [r.accountingVendors.tenantId, r.accountingVendors.id],
      to: [r.accountingBills.tenantId, r.accountingBills.vendorId],
    }),
    payments: r.many.accountingPayments({
      from: [r.accountingVendors.tenantId, r.accountingVendors.id],
      to: [r.accountingPayments.tenantId, r.accountingPayments.vendorId],
    }),
  },
}));
