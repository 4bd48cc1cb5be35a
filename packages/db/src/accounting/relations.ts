import { defineRelations } from "drizzle-orm";
import { companies } from "../tenancy/schema";
import { customers, invoiceLines, invoices } from "./schema";

/** Joins for reading, for `tx.query.…`; keys carry the domain's name, as tables of several domains meet there. */
export const accountingRelations = defineRelations(
  { accountingCustomers: customers, accountingInvoices: invoices, accountingInvoiceLines: invoiceLines, companies },
  (r) => ({
    accountingCustomers: {
      invoices: r.many.accountingInvoices({
        from: [r.accountingCustomers.tenantId, r.accountingCustomers.id],
        to: [r.accountingInvoices.tenantId, r.accountingInvoices.customerId],
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
    },
    accountingInvoiceLines: {
      invoice: r.one.accountingInvoices({
        from: [r.accountingInvoiceLines.tenantId, r.accountingInvoiceLines.invoiceId],
        to: [r.accountingInvoices.tenantId, r.accountingInvoices.id],
        optional: false,
      }),
    },
  }),
);
