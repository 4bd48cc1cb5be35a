import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { customers } from "../../../src/accounting";
import {
  ConflictError,
  type Database,
  newId,
  TenantContextMissingError,
  type TenantDatabase,
  TenantIsolationError,
  type TenantScope,
  type TenantTransaction,
  ValidationError,
} from "../../../src/index";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../../src/testing";
import { meetingPoint } from "../../client/connections";

/** Mistakes of a caller that would cross tenants, in the forms that an application's code can make them. */
let test: TestDatabase;
let db: Database;
let acme: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
  db = test.db;
});
afterAll(() => test.close());
beforeEach(async () => {
  acme = await createTenant(test, "Acme");
  other = await createTenant(test, "Other");
  await createCustomer(other, { name: "Theirs" });
});

const scopeOf = ({ tenant, admin }: TestTenant): TenantScope => ({ tenantId: tenant.id, userId: admin.id });
const names = async ({ handle }: TestTenant) =>
  (await handle.select({ name: customers.name }).from(customers)).map((row) => row.name).sort();
const tenantsSeen = async (reader: Pick<TenantDatabase, "select">) =>
  (await reader.select({ id: customers.tenantId }).from(customers)).map((row) => row.id);

describe("the scope", () => {
  it("API form: db without a tenant has no queries", () => {
    const error = TenantContextMissingError;
    expect(() => db.select().from(customers)).toThrow(error);
    expect(() => db.insert(customers)).toThrow(error);
    expect(() => db.update(customers).set({})).toThrow(error);
    expect(() => db.delete(customers)).toThrow(error);
    expect(() => db.execute(sql`select 1`)).toThrow(error);
    expect(() => db.transaction(async () => undefined)).toThrow(error);
  });

  it.each([
    ["SQL", "' OR 1=1", ValidationError],
    ["undefined", undefined, TenantContextMissingError],
    ["an empty text", "", TenantContextMissingError],
    ["an object", {}, ValidationError],
    ["an array", [newId()], ValidationError],
    ["null", null, ValidationError],
    ["true", true, ValidationError],
  ])("API form: %s as the tenant is refused before anything is sent", (_name, value, error) => {
    const tenantId = value as string;
    expect(() => db.withTenant({ tenantId }, async () => undefined)).toThrow(error);
    expect(() => db.forTenant({ tenantId })).toThrow(error);
    expect(() => db.transaction({ tenantId }, async () => undefined)).toThrow(error);
  });

  it("API form: another tenant's scope inside a transaction is refused, and the transaction is undone", async () => {
    const work = db.withTenant(scopeOf(acme), async (tx) => {
      await tx.accounting.customers.create({ companyId: acme.company.id, name: "Before" });
      await db.withTenant(scopeOf(other), (inner) => inner.accounting.customers.list());
    });
    await expect(work).rejects.toBeInstanceOf(TenantIsolationError);
    expect(await names(acme)).toEqual([]);
  });
});

describe("the transaction", () => {
  it("API form: tx after the end of its callback is refused, on whatever it is called", async () => {
    let kept: TenantTransaction | undefined;
    await acme.handle.transaction(async (tx) => {
      kept = tx;
    });
    const calls = [
      () => kept?.accounting.customers.list(),
      () => kept?.select().from(customers),
      () => kept?.insert(customers).values({ companyId: acme.company.id, name: "Late" }),
      () => kept?.execute(sql`select 1`),
      () => kept?.query.accountingCustomers.findMany(),
      () => kept?.transaction(async () => undefined),
    ];
    for (const call of calls) await expect(call()).rejects.toBeInstanceOf(ConflictError);
  });

  it("API form: a query that was not awaited writes nothing, and fails the transaction", async () => {
    const left: Promise<unknown>[] = [];
    const work = acme.handle.transaction(async (tx) => {
      left.push(tx.accounting.customers.create({ companyId: acme.company.id, name: "Forgotten" }));
    });
    await expect(work).rejects.toBeInstanceOf(ConflictError);
    await Promise.allSettled(left);
    expect(await names(acme)).toEqual([]);
  });

  it("API form: two tenants in one Promise.all each see and write their own rows", async () => {
    const met = meetingPoint(2);
    const work = (of: TestTenant, name: string) =>
      of.handle.transaction(async (tx) => {
        await tx.accounting.customers.create({ companyId: of.company.id, name });
        // Both are in the middle of their transaction now.
        await met();
        const seen = await tenantsSeen(tx);
        expect(new Set(seen)).toEqual(new Set([of.tenant.id]));
      });
    await Promise.all([work(acme, "One"), work(other, "Two")]);
    const reads = await Promise.all(
      Array.from({ length: 20 }, (_, i) => tenantsSeen((i % 2 === 0 ? acme : other).handle)),
    );
    reads.forEach((seen, i) => {
      expect(new Set(seen)).toEqual(new Set([(i % 2 === 0 ? acme : other).tenant.id]));
    });
    expect([await names(acme), await names(other)]).toEqual([["One"], ["Theirs", "Two"]]);
  });
});

describe("the rows", () => {
  it.each([0, 500, 999])(
    "API form: a bulk insert whose row %i is another tenant's is refused as a whole",
    async (at) => {
      const rowOf = ({ tenant, company }: TestTenant) => ({ tenantId: tenant.id, companyId: company.id, name: "Bulk" });
      const rows = Array.from({ length: 1_000 }, (_, i) => rowOf(i === at ? other : acme));
      await expect(acme.handle.insert(customers).values(rows)).rejects.toBeInstanceOf(TenantIsolationError);
      expect([await names(acme), await names(other)]).toEqual([[], ["Theirs"]]);
      await acme.handle.insert(customers).values(rows.filter((row) => row.tenantId === acme.tenant.id));
      expect(await names(acme)).toHaveLength(999);
    },
  );

  it("API form: an update whose values hold another tenant is refused, in Drizzle and in a repository", async () => {
    const { id } = await createCustomer(acme, { name: "Mine" });
    const tenantId = other.tenant.id;
    const drizzle = acme.handle.update(customers).set({ name: "Moved", tenantId }).where(eq(customers.id, id));
    await expect(drizzle).rejects.toBeInstanceOf(TenantIsolationError);
    // @ts-expect-error: no method takes a tenant
    const repository = acme.handle.accounting.customers.update(id, { name: "Moved", tenantId });
    await expect(repository).rejects.toBeInstanceOf(ValidationError);
    expect([await names(acme), await names(other)]).toEqual([["Mine"], ["Theirs"]]);
  });

  it("API form, documented limit: where(undefined) means every row of the tenant, and none of another's", async () => {
    await createCustomer(acme, { name: "First" });
    await createCustomer(acme, { name: "Second" });
    await acme.handle.update(customers).set({ name: "Changed" }).where(undefined);
    expect([await names(acme), await names(other)]).toEqual([["Changed", "Changed"], ["Theirs"]]);
    await acme.handle.delete(customers).where(undefined);
    expect([await names(acme), await names(other)]).toEqual([[], ["Theirs"]]);
  });
});
