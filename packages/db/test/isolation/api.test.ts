import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { customers } from "../../src/accounting";
import {
  ConflictError,
  type Database,
  ForeignKeyViolationError,
  newId,
  TenantContextMissingError,
  TenantIsolationError,
  type TenantScope,
  type TenantTransaction,
  ValidationError,
} from "../../src/index";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";

let test: TestDatabase;
let db: Database;
let acme: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
  db = test.db;
  acme = await createTenant(test, "Acme");
  other = await createTenant(test, "Other");
  await createCustomer(other, { name: "Theirs" });
});
afterAll(() => test.close());

const scopeOf = ({ tenant, admin }: TestTenant) => ({ tenantId: tenant.id, userId: admin.id });
const names = async ({ handle }: TestTenant) => (await handle.accounting.customers.list()).items.map((c) => c.name);

describe("a database without a tenant", () => {
  it("has no queries", () => {
    expect(() => db.select().from(customers)).toThrow(TenantContextMissingError);
    expect(() => db.insert(customers)).toThrow(TenantContextMissingError);
    expect(() => db.update(customers)).toThrow(TenantContextMissingError);
    expect(() => db.delete(customers)).toThrow(TenantContextMissingError);
    expect(() => db.execute(sql`select 1`)).toThrow(TenantContextMissingError);
    expect(() => db.query.accountingCustomers).toThrow(TenantContextMissingError);
    expect(() => db.accounting).toThrow(TenantContextMissingError);
  });

  it("has no transaction without a scope", () => {
    expect(() => db.transaction(async () => undefined)).toThrow(TenantContextMissingError);
    // @ts-expect-error: the scope is missing
    expect(() => db.withTenant(async () => undefined)).toThrow(TenantContextMissingError);
  });
});

describe("a scope that is not one", () => {
  it.each([
    ["nothing", undefined],
    ["null", null],
    ["no tenant", {}],
    ["an undefined tenant", { tenantId: undefined }],
    ["an empty tenant", { tenantId: "" }],
    ["an array", []],
    ["the id alone", newId()],
    ["a number", 1],
  ])("%s is missing a tenant", (_name, scope) => {
    expect(() => db.forTenant(scope as TenantScope)).toThrow(TenantContextMissingError);
    expect(() => db.withTenant(scope as TenantScope, async () => undefined)).toThrow(TenantContextMissingError);
  });

  it.each([
    ["an injection", "' OR 1=1"],
    ["an id with an injection behind it", `${newId()}' or true --`],
    ["two ids", `${newId()},${newId()}`],
    ["an id in a list", [newId()]],
    ["an object", {}],
    ["an object that prints as an id", { toString: newId }],
    ["a number", 7],
    ["null", null],
    ["an id with blanks", ` ${newId()} `],
    ["an id with a line break", `${newId()}\n`],
  ])("%s is no tenant, no user and no company", (_name, value) => {
    const id = value as string;
    const tenantId = acme.tenant.id;
    for (const scope of [{ tenantId: id }, { tenantId, userId: id }, { tenantId, companyId: id }]) {
      expect(() => db.forTenant(scope)).toThrow(ValidationError);
      expect(() => db.withTenant(scope, async () => undefined)).toThrow(ValidationError);
    }
  });

  it("an unknown tenant has nothing and can write nothing", async () => {
    const nobody = db.forTenant({ tenantId: newId() });
    expect(await nobody.select().from(customers)).toEqual([]);
    const written = nobody.accounting.customers.create({ companyId: other.company.id, name: "Mine" });
    await expect(written).rejects.toBeInstanceOf(ForeignKeyViolationError);
  });
});

describe("a member of the scope", () => {
  it.each([
    ["of another tenant", () => other.admin.id],
    ["who does not exist", () => newId()],
  ])("%s is refused at every call", async (_name, userId) => {
    const handle = db.forTenant({ tenantId: acme.tenant.id, userId: userId() });
    await expect(handle.accounting.customers.list()).rejects.toBeInstanceOf(TenantIsolationError);
    await expect(handle.select().from(customers)).rejects.toBeInstanceOf(TenantIsolationError);
    await expect(handle.transaction((tx) => tx.tenancy.tenant.current())).rejects.toBeInstanceOf(TenantIsolationError);
  });

  it.each(["suspend", "remove"] as const)(
    "is refused at the next call after %s, on a handle that was open",
    async (how) => {
      const { tenancy } = acme.handle;
      const member = await tenancy.members.ensureMember({ email: `${newId()}@example.com`, name: "Member" });
      const handle = db.forTenant({ tenantId: acme.tenant.id, userId: member.id });
      await expect(handle.accounting.customers.list()).resolves.toBeDefined();
      await tenancy.members[how](member.id);
      await expect(handle.accounting.customers.list()).rejects.toBeInstanceOf(TenantIsolationError);
      const written = handle.transaction((tx) =>
        tx.accounting.customers.create({ companyId: acme.company.id, name: "By the suspended" }),
      );
      await expect(written).rejects.toBeInstanceOf(TenantIsolationError);
      expect(await names(acme)).not.toContain("By the suspended");
      await tenancy.members.reactivate(member.id);
      await expect(handle.accounting.customers.list()).resolves.toBeDefined();
    },
  );

  it("is refused while the tenant is suspended", async () => {
    const tenant = await createTenant(test, "Late with its bills");
    const platform = db.platform({ actor: "tests", reason: "suspend a tenant" });
    await platform.suspendTenant(tenant.tenant.id);
    await expect(tenant.handle.tenancy.tenant.current()).rejects.toBeInstanceOf(TenantIsolationError);
    await expect(tenant.handle.transaction((tx) => tx.select().from(customers))).rejects.toBeInstanceOf(
      TenantIsolationError,
    );
    await platform.reactivateTenant(tenant.tenant.id);
    expect((await tenant.handle.tenancy.tenant.current()).status).toBe("active");
  });
});

describe("a second scope inside a transaction", () => {
  const inner: [string, () => Promise<unknown>][] = [
    ["the same tenant", () => db.withTenant(scopeOf(acme), async () => undefined)],
    ["another tenant", () => db.withTenant(scopeOf(other), async () => undefined)],
    ["the tenant's handle", () => acme.handle.accounting.customers.list()],
    ["the tenant's handle, with Drizzle", async () => acme.handle.select().from(customers)],
    ["another tenant's handle", () => other.handle.accounting.customers.list()],
    ["a handle's transaction", () => other.handle.transaction(async () => undefined)],
    ["the platform", () => db.platform({ actor: "tests", reason: "nested" }).listTenants()],
    ["an identity", () => db.forIdentity(newId()).memberships()],
  ];

  it.each(inner)("%s is refused, and what was written before is undone", async (_name, open) => {
    const name = `before ${newId()}`;
    const outer = db.withTenant(scopeOf(acme), async (tx) => {
      await tx.accounting.customers.create({ companyId: acme.company.id, name });
      await open();
    });
    await expect(outer).rejects.toBeInstanceOf(TenantIsolationError);
    expect(await names(acme)).not.toContain(name);
  });

  it.each(inner)("%s is refused inside the platform's", async (_name, open) => {
    const outer = db.platform({ actor: "tests", reason: "nested" }).transaction(open);
    await expect(outer).rejects.toBeInstanceOf(TenantIsolationError);
  });

  it("is possible again after it", async () => {
    await db.withTenant(scopeOf(acme), async () => undefined);
    expect(await names(other)).toEqual(["Theirs"]);
  });
});

describe("a transaction's handle", () => {
  it("cannot be used after its callback ended", async () => {
    let kept: TenantTransaction | undefined;
    await acme.handle.transaction(async (tx) => {
      kept = tx;
    });
    const tx = kept as unknown as TenantTransaction;
    await expect(tx.accounting.customers.list()).rejects.toBeInstanceOf(ConflictError);
    await expect(tx.select().from(customers)).rejects.toBeInstanceOf(ConflictError);
    await expect(tx.transaction(async () => undefined)).rejects.toBeInstanceOf(ConflictError);
  });

  it("commits nothing when a query was not awaited", async () => {
    const name = `forgotten ${newId()}`;
    const left: Promise<unknown>[] = [];
    const work = acme.handle.transaction(async (tx) => {
      left.push(tx.accounting.customers.create({ companyId: acme.company.id, name }));
    });
    await expect(work).rejects.toBeInstanceOf(ConflictError);
    await Promise.allSettled(left);
    expect(await names(acme)).not.toContain(name);
  });
});

describe("rows that name another tenant", () => {
  it("are refused in an insert, one or among many", async () => {
    const row = (tenantId: string, companyId: string) => ({ tenantId, companyId, name: "Smuggled" });
    const own = row(acme.tenant.id, acme.company.id);
    const foreign = row(other.tenant.id, other.company.id);
    for (const values of [[foreign], [own, own, foreign]]) {
      const work = acme.handle.insert(customers).values(values);
      await expect(work).rejects.toBeInstanceOf(TenantIsolationError);
    }
    expect(await names(acme)).not.toContain("Smuggled");
    expect(await names(other)).toEqual(["Theirs"]);
  });

  it("are refused in an update that carries a tenantId", async () => {
    const customer = await createCustomer(acme);
    const work = acme.handle.transaction((tx) =>
      tx.update(customers).set({ tenantId: other.tenant.id }).where(eq(customers.id, customer.id)),
    );
    await expect(work).rejects.toMatchObject({ name: "TenantIsolationError", sqlState: "ZT001" });
    expect((await acme.handle.accounting.customers.getById(customer.id)).tenantId).toBe(acme.tenant.id);
  });

  it("do not pass a repository's input", async () => {
    const customer = await createCustomer(acme);
    const tenantId = other.tenant.id;
    // @ts-expect-error: no method takes a tenant
    const changed = acme.handle.accounting.customers.update(customer.id, { name: "X", tenantId });
    await expect(changed).rejects.toBeInstanceOf(ValidationError);
    // @ts-expect-error: no method takes a tenant
    const created = acme.handle.accounting.customers.create({ companyId: acme.company.id, name: "X", tenantId });
    await expect(created).rejects.toBeInstanceOf(ValidationError);
  });

  it("refuse an import as a whole, when only the last of two slices has one", async () => {
    const tenant = await createTenant(test, "Importer");
    const customersOf = (companyId: string, count: number) =>
      Array.from({ length: count }, () => ({ companyId, name: "Imported", externalId: newId() }));
    const rows = [...customersOf(tenant.company.id, 2_000), ...customersOf(other.company.id, 1)];
    await expect(tenant.handle.accounting.customers.importMany(rows)).rejects.toBeInstanceOf(ForeignKeyViolationError);
    expect(await names(tenant)).toEqual([]);
    expect(await names(other)).toEqual(["Theirs"]);
    expect((await tenant.handle.accounting.customers.importMany(rows.slice(0, -1))).created).toBe(2_000);
  });
});
