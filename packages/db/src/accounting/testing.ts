import type { DomainTesting } from "../core/domain";
import type { Company } from "../tenancy/companies";
import type { Customer, NewCustomer } from "./customers";
import type { Accounting } from "./index";
import type { Invoice, NewInvoice } from "./invoices";
import type { NewVendor, Vendor } from "./vendors";

/** What the factories need of a test's tenant. */
interface Tenant {
  company: Pick<Company, "id">;
  handle: { readonly accounting: Accounting };
}

/** A customer of the tenant's company. */
export function createCustomer(of: Tenant, fields: Partial<NewCustomer> = {}): Promise<Customer> {
  return of.handle.accounting.customers.create({ companyId: of.company.id, name: "Customer", ...fields });
}

/** A vendor of the tenant's company. */
export function createVendor(of: Tenant, fields: Partial<NewVendor> = {}): Promise<Vendor> {
  return of.handle.accounting.vendors.create({ companyId: of.company.id, name: "Vendor", ...fields });
}

/** A draft of one line over 10.00; it makes its own customer unless one is given. */
export async function createInvoice(of: Tenant, fields: Partial<NewInvoice> = {}): Promise<Invoice> {
  const customerId = fields.customerId ?? (await createCustomer(of)).id;
  return of.handle.accounting.invoices.create({
    companyId: of.company.id,
    customerId,
    invoiceDate: "2026-01-15",
    dueDate: "2026-02-14",
    lines: [{ description: "Work", quantity: "1", unitPrice: "10.00" }],
    ...fields,
  });
}

export const factories = { createCustomer, createInvoice, createVendor };

const demoCustomers = ["Alpine Ltd", "Borealis Inc", "Cedar & Sons", "Delta Foods", "Elm Street Books"];

export const accountingTesting: DomainTesting<Accounting> = {
  prepare: ({ accounts }, { companyId }) => accounts.createStandardChart({ companyId }),

  async seed({ accounts, customers, invoices }, { companyId }) {
    await accounts.createStandardChart({ companyId });
    for (const [index, name] of demoCustomers.entries()) {
      const customer = await customers.create({ companyId, name });
      const invoice = await invoices.create({
        companyId,
        customerId: customer.id,
        invoiceDate: `2026-0${index + 1}-15`,
        dueDate: `2026-0${index + 2}-14`,
        lines: [{ description: "Consulting, hours", quantity: String(8 + index), unitPrice: "95.00" }],
      });
      if (index % 2 === 0) await invoices.issue(invoice.id);
    }
  },

  samples: {
    "accounting.accounts": { pastTriggers: true },
    "accounting.invoices": {
      together: [[], ["invoice_number", "base_amount"], ["invoice_number", "base_amount", "voided_on"]],
    },
    "accounting.journal_entries": {
      together: [[], ["source_id"], ["source_id", "reverses_entry_id"], ["idempotency_key", "request_hash"]],
    },
    "accounting.journal_lines": { values: { debit: "1.00", base_debit: "1.00", credit: "0.00", base_credit: "0.00" } },
    "accounting.payment_allocations": {
      together: [
        ["payment_id", "invoice_id"],
        ["payment_id", "bill_id"],
        ["payment_id", "refund_id"],
        ["credit_note_id", "invoice_id"],
        ["vendor_credit_id", "bill_id"],
      ],
    },
    "accounting.payments": { together: [["customer_id"], ["vendor_id"]] },
    "accounting.period_totals": { values: { month: "2030-01-01" } },
  },
};
