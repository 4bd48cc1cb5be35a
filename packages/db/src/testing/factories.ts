import { randomUUID } from "node:crypto";
import type { Customer, NewCustomer } from "../accounting/customers";
import type { Invoice, NewInvoice } from "../accounting/invoices";
import type { NewVendor, Vendor } from "../accounting/vendors";
import type { TenantDatabase } from "../handles";
import type { Company } from "../tenancy/companies";
import type { User } from "../tenancy/members";
import type { Tenant } from "../tenancy/tenants";
import type { TestDatabase } from "./database";

/** A tenant of one test: its handle as its admin, its records, and the scope to open others. */
export interface TestTenant {
  tenant: Tenant;
  admin: User;
  company: Company;
  /** The tenant as its admin. */
  handle: TenantDatabase;
}

/**
 * A fresh tenant with an active admin and one company. The company has the standard chart and books in USD, so that its
 * documents can be posted, unless `chart` is false.
 */
export async function createTenant(
  test: Pick<TestDatabase, "db">,
  name = "Test tenant",
  options: { chart?: boolean } = {},
): Promise<TestTenant> {
  const platform = test.db.platform({ actor: "tests", reason: "arrange a tenant" });
  const email = `admin-${randomUUID()}@example.com`;
  const created = await platform.createTenant({
    name,
    admin: { email, name: "Admin" },
    company: { name: `${name} Ltd` },
  });
  const { tenant, admin, company } = created;
  if (!company) throw new TypeError("The tenant was created without a company");
  const handle = test.db.forTenant({ tenantId: tenant.id, userId: admin.id });
  if (options.chart ?? true) await handle.accounting.accounts.createStandardChart({ companyId: company.id });
  return { tenant, admin, company, handle };
}

/** A customer of the tenant's company. */
export function createCustomer(of: TestTenant, fields: Partial<NewCustomer> = {}): Promise<Customer> {
  return of.handle.accounting.customers.create({ companyId: of.company.id, name: "Customer", ...fields });
}

/** A vendor of the tenant's company. */
export function createVendor(of: TestTenant, fields: Partial<NewVendor> = {}): Promise<Vendor> {
  return of.handle.accounting.vendors.create({ companyId: of.company.id, name: "Vendor", ...fields });
}

/** A draft of one line over 10.00; it makes its own customer unless one is given. */
export async function createInvoice(of: TestTenant, fields: Partial<NewInvoice> = {}): Promise<Invoice> {
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
