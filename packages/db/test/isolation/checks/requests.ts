import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect } from "vitest";
import { customers } from "../../../src/accounting";
import type { Database, TenantScope } from "../../../src/index";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../../src/testing";

/* Two tenants, each with a customer, and every way to reach a tenant's rows inside a request. */
export let test: TestDatabase;
export let db: Database;
export let acme: TestTenant;
export let other: TestTenant;

/** A database for the file. */
export function setUp(): void {
  beforeAll(async () => {
    test = await createTestDatabase();
    db = test.db;
    acme = await createTenant(test, "Acme");
    other = await createTenant(test, "Other");
    await createCustomer(acme, { name: "Ours" });
    await createCustomer(other, { name: "Theirs" });
  });
  afterAll(() => test.close());
}

export const scopeOf = ({ tenant, admin }: TestTenant): TenantScope => ({ tenantId: tenant.id, userId: admin.id });
export const asAcme = <T>(work: () => T) => db.runAs(scopeOf(acme), work);
export const asOther = <T>(work: () => T) => db.runAs(scopeOf(other), work);
export const namesOf = async ({ handle }: TestTenant) =>
  (await handle.select({ name: customers.name }).from(customers)).map(({ name }) => name);

/** Each way to reach a tenant's rows through the database itself. A way gives the tenants of the rows that it reads. */
const ways: Record<string, () => PromiseLike<unknown[]>> = {
  select: () => db.select({ id: customers.tenantId }).from(customers),
  selectDistinct: () => db.selectDistinct({ id: customers.tenantId }).from(customers),
  selectDistinctOn: () => db.selectDistinctOn([customers.tenantId], { id: customers.tenantId }).from(customers),
  insert: () => db.insert(customers).values(ofTheScope()).returning({ id: customers.tenantId }),
  update: () => db.update(customers).set({ phone: "1" }).returning({ id: customers.tenantId }),
  delete: () => db.delete(customers).where(eq(customers.name, "To delete")).returning({ id: customers.tenantId }),
  execute: () => db.execute(sql`select tenant_id as id from accounting.customers`, "objects"),
  with: () => {
    const all = db.$with("all_customers").as(db.select({ id: customers.tenantId }).from(customers));
    return db.with(all).select({ id: all.id }).from(all);
  },
  $with: () => {
    const all = db.$with("all_customers").as(db.select({ id: customers.tenantId }).from(customers));
    return db.with(all).select({ id: all.id }).from(all);
  },
  $count: async () => Array(await db.$count(customers)).fill({ id: db.scope.tenantId }),
  query: async () =>
    (await db.query.accountingCustomers.findMany({ columns: { tenantId: true } })).map(({ tenantId: id }) => ({ id })),
  scope: async () => [{ id: db.scope.tenantId }],
  transaction: () => db.transaction((tx) => tx.select({ id: customers.tenantId }).from(customers)),
  accounting: async () => (await db.accounting.customers.list()).items.map(({ tenantId: id }) => ({ id })),
  sales: async () => (await db.sales.businesses.list()).items.map(({ tenantId: id }) => ({ id })),
  tenancy: async () => [{ id: (await db.tenancy.tenant.current()).id }],
};
const ofTheScope = () => {
  const { tenant, company } = db.scope.tenantId === acme.tenant.id ? acme : other;
  return ["To delete", "Inserted"].map((name) => ({ tenantId: tenant.id, companyId: company.id, name }));
};

/** Gives a way by its name. */
export const wayOf = (name: string) => ways[name] ?? expect.unreachable();
export const wayNames = Object.keys(ways);

/** All that a tenant's handle has. */
export function membersOf(handle: object): string[] {
  const parent: object = Object.getPrototypeOf(handle);
  if (parent === Object.prototype) return [];
  return [...Object.getOwnPropertyNames(parent).filter((name) => name !== "constructor"), ...membersOf(parent)];
}
