import { randomUUID } from "node:crypto";
import type { Domain } from "../core/domain";
import { type Domains, domains } from "../domains";
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
 * A fresh tenant with an active admin and one company, prepared by each domain: with the standard chart and books in
 * USD, so that its documents can be posted. Left bare when `chart` is false.
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
  if (options.chart ?? true) {
    await inEachDomain(handle, ({ prepare }, repositories) => prepare?.(repositories, { companyId: company.id }));
  }
  return { tenant, admin, company, handle };
}

type Testing = Domain<object, never, object>["testing"];

/** Does something with each domain's repositories of a handle, one domain after the other, in the list's order. */
export async function inEachDomain(
  handle: Pick<TenantDatabase, keyof Domains>,
  work: (testing: Testing, repositories: object) => Promise<unknown> | undefined,
): Promise<void> {
  for (const [name, { testing }] of Object.entries(domains)) {
    await work(testing as Testing, handle[name as keyof Domains]);
  }
}

const ofEach = Object.entries(domains).map(([name, domain]) => [name, domain.factories]);

/** What makes records of a test's tenant, by domain: `factories.accounting.createInvoice(tenant)`. */
export const factories = Object.fromEntries(ofEach) as { readonly [Name in keyof Domains]: Domains[Name]["factories"] };
