import type { Invoice, NewBill, NewInvoice } from "../../../src/accounting";
import { vendors } from "../../../src/accounting";
import type { Bill } from "../../../src/accounting/bills";
import { newId } from "../../../src/index";
import type { Company } from "../../../src/tenancy";
import { createInvoice, type TestTenant } from "../../../src/testing";

/** One line over `amount`, on the account given. */
export const work = (amount: string, accountId?: string) => ({
  description: "Work",
  quantity: "1",
  unitPrice: amount,
  ...(accountId === undefined ? {} : { accountId }),
});

/** Another company of the tenant, with books. */
export async function secondCompany(of: TestTenant, baseCurrency = "USD"): Promise<Company> {
  const company = await of.handle.tenancy.companies.create({ name: "Second" });
  await of.handle.accounting.accounts.createStandardChart({ companyId: company.id, baseCurrency });
  return company;
}

/** A vendor of the tenant's company. */
export async function createVendor(of: TestTenant, companyId = of.company.id): Promise<string> {
  const id = newId();
  await of.handle.insert(vendors).values({ id, companyId, name: "Vendor" });
  return id;
}

/** An invoice of one line over `amount`, issued. */
export async function issued(of: TestTenant, amount = "10.00", fields: Partial<NewInvoice> = {}): Promise<Invoice> {
  const lines = [{ description: "Work", quantity: "1", unitPrice: amount }];
  return of.handle.accounting.invoices.issue((await createInvoice(of, { lines, ...fields })).id);
}

/** A credit note of one line over `amount` for a customer, issued. */
export function credited(of: TestTenant, customerId: string, amount = "10.00", fields: Partial<NewInvoice> = {}) {
  const dueDate = fields.invoiceDate ?? "2026-01-15";
  return issued(of, amount, { customerId, kind: "credit_note", invoiceDate: "2026-01-15", dueDate, ...fields });
}

/** A draft bill of one line over 10.00; it makes its own vendor unless one is given. */
export async function createBill(of: TestTenant, fields: Partial<NewBill> = {}): Promise<Bill> {
  const vendorId = fields.vendorId ?? (await createVendor(of));
  return of.handle.accounting.bills.create({
    companyId: of.company.id,
    vendorId,
    billNumber: `V-${newId()}`,
    billDate: "2026-01-15",
    dueDate: "2026-02-14",
    lines: [work("10.00")],
    ...fields,
  });
}

/** A bill of one line over `amount`, approved. */
export async function approved(of: TestTenant, amount = "10.00", fields: Partial<NewBill> = {}): Promise<Bill> {
  return of.handle.accounting.bills.approve((await createBill(of, { lines: [work(amount)], ...fields })).id);
}

/** What a customer owes, by the books. */
export async function balanceOf(of: TestTenant, customerId: string): Promise<string> {
  return (await of.handle.accounting.customers.getById(customerId)).balance;
}
