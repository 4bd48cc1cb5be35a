import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { customers } from "../../src/accounting";
import { createDatabase, type Database, newId, type TenantDatabase, type TenantScope } from "../../src/index";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";
import { rejection } from "../kit/outcomes";

/** One unit of work follows another on the same connection: nothing of a scope outlives its unit. */
let test: TestDatabase;
let acme: TestTenant;
let other: TestTenant;
let oneConnection: Database;

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test, "Acme");
  other = await createTenant(test, "Other");
  await createCustomer(acme, { name: "Acme's" });
  await createCustomer(other, { name: "Other's" });
});
afterAll(() => test.close());

beforeEach(() => {
  oneConnection = createDatabase({ url: test.urls.runtime, max: 1, unsafeLogin: "refuse" });
});
afterEach(() => oneConnection.close({ graceMs: 1_000 }));

const scopeOf = ({ tenant, admin }: TestTenant): TenantScope => ({ tenantId: tenant.id, userId: admin.id });
const tenantsSeen = async (handle: Pick<TenantDatabase, "select">) =>
  (await handle.select({ tenantId: customers.tenantId }).from(customers)).map((row) => row.tenantId);

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** The scope statements that the connection has prepared: those with parameters. */
async function preparedNames(): Promise<string[]> {
  const list = sql`select name from pg_prepared_statements where cardinality(parameter_types) > 0 and name like 'org%'`;
  const rows = await oneConnection.forTenant(scopeOf(acme)).execute(list, "objects");
  expect(rows.length).toBeGreaterThan(0);
  return rows.map((row) => String(row.name));
}

describe("units of two tenants at once", () => {
  it("never mix, 200 of them over 5 connections with every seventh failing", async () => {
    const tenants = await Promise.all([createTenant(test, "Left"), createTenant(test, "Right")]);
    const written: string[] = [];

    const write = (tenant: TestTenant, fails: boolean) =>
      tenant.handle.transaction(async (tx) => {
        const created = await tx.accounting.customers.create({ companyId: tenant.company.id, name: "Unit" });
        expect(new Set(await tenantsSeen(tx))).toEqual(new Set([tenant.tenant.id]));
        const [context] = await tx.execute(sql`select tenancy.current_tenant_id() as id`, "objects");
        expect(context).toEqual({ id: tenant.tenant.id });
        if (fails) throw new RangeError("on purpose");
        return created.id;
      });
    const read = async (tenant: TestTenant) => {
      for (const seen of await tenantsSeen(tenant.handle)) expect(seen).toBe(tenant.tenant.id);
    };
    const brokenQuery = (tenant: TestTenant) => tenant.handle.execute(sql`select 1 / 0`);

    const units = Array.from({ length: 200 }, async (_, i) => {
      const tenant = tenants[i % 2 === 0 ? 0 : 1];
      if (i % 7 === 0) {
        const failing = i % 3 === 0 ? brokenQuery(tenant) : write(tenant, true);
        await expect(failing).rejects.toMatchObject({ name: i % 3 === 0 ? "ValidationError" : "RangeError" });
      } else if (i % 5 < 3) written.push(await write(tenant, false));
      else await read(tenant);
    });
    await Promise.all(units);

    expect(test.db.pool.status().total).toBeLessThanOrEqual(5);
    const kept = await Promise.all(tenants.map(({ handle }) => handle.select({ id: customers.id }).from(customers)));
    expect(
      kept
        .flat()
        .map((row) => row.id)
        .sort(),
    ).toEqual([...written].sort());
  });
});

describe("what a unit leaves on its connection", () => {
  const settings = [
    ["app.current_tenant_id", () => acme.tenant.id],
    ["app.current_company_id", () => acme.company.id],
    ["app.current_user_id", () => acme.admin.id],
    ["app.current_identity_id", () => newId()],
  ] as const;

  it.each(settings)("a session-level %s does not reach the next scope", async (name, value) => {
    const intruder = oneConnection.forTenant(scopeOf(acme));
    const inject = sql`select set_config(${name}, ${value()}, false)`;
    for (const plant of [() => intruder.execute(inject), () => intruder.transaction((tx) => tx.execute(inject))]) {
      await plant();
      const next = oneConnection.forTenant(scopeOf(other));
      expect(await tenantsSeen(next)).toEqual([other.tenant.id]);
      expect(await next.transaction(tenantsSeen)).toEqual([other.tenant.id]);
      const [read] = await next.execute(sql`select current_setting(${name}) as value`, "objects");
      expect(read?.value).not.toBe(value());
    }
    expect(oneConnection.pool.status().total).toBe(1);
  });

  it("a planted tenant does not reach an identity without one", async () => {
    const inject = sql`select set_config('app.current_tenant_id', ${acme.tenant.id}, false)`;
    await oneConnection.forTenant(scopeOf(acme)).execute(inject);
    expect(await oneConnection.forIdentity(newId()).memberships()).toEqual([]);
  });

  it.each([
    ["the statements that set the scope", "deallocate"],
    ["the same in an anonymous block that then fails", "do"],
  ])("%s, planted under the same names, do not reach the next scope", async (_name, how) => {
    const text = (await preparedNames()).flatMap((name) => [
      `deallocate ${name}`,
      `prepare ${name} (text, text, text, text) as
         select set_config('app.current_tenant_id', '${acme.tenant.id}', true), $1 || $2 || $3 || $4`,
    ]);
    const block = `do $$ begin ${text.map((line) => `execute ${quote(line)};`).join(" ")} perform 1 / 0; end $$`;
    const plant = oneConnection.forTenant(scopeOf(acme)).transaction(async (tx) => {
      for (const line of how === "do" ? [block] : text) await tx.execute(sql.raw(line));
    });
    const planted = await plant.then(
      () => "done",
      (error: Error) => error.name,
    );
    expect(planted).toBe(how === "do" ? "ValidationError" : "done");
    const next = oneConnection.forTenant(scopeOf(other));
    expect(await tenantsSeen(next)).toEqual([other.tenant.id]);
    const insert = sql`insert into tenancy.security_events (type, severity) values ('x', 'low') returning tenant_id`;
    expect(await next.execute(insert, "objects")).toEqual([{ tenant_id: other.tenant.id }]);
  });

  it("a transaction begun by hand ends with its unit", async () => {
    const intruder = oneConnection.forTenant(scopeOf(acme));
    await intruder.execute(sql`begin`);
    const next = oneConnection.forTenant(scopeOf(other));
    expect(await tenantsSeen(next)).toEqual([other.tenant.id]);
    const role = await next.tenancy.roles.create({ name: "Kept" });
    expect((await other.handle.tenancy.roles.list()).map((item) => item.id)).toContain(role.id);
  });

  it("after a commit by hand, even one whose refusal is caught, the rest of the unit sees nothing and writes nothing", async () => {
    const handle = oneConnection.forTenant(scopeOf(acme));
    const work = handle.transaction(async (tx) => {
      const ended = await rejection(tx.execute(sql`commit`));
      expect(await rejection(tenantsSeen(tx))).toEqual(ended);
      await tx.accounting.customers.create({ companyId: acme.company.id, name: "After the end" });
    });
    await expect(work).rejects.toMatchObject({ name: "ConflictError" });
    expect((await handle.accounting.customers.list()).items.map((item) => item.name)).not.toContain("After the end");
    expect(await tenantsSeen(oneConnection.forTenant(scopeOf(other)))).toEqual([other.tenant.id]);
  });

  it("a failed unit leaves no scope behind", async () => {
    const failed = oneConnection.forTenant(scopeOf(acme)).transaction((tx) => tx.execute(sql`select 1 / 0`));
    await expect(failed).rejects.toMatchObject({ name: "ValidationError" });
    expect(await tenantsSeen(oneConnection.forTenant(scopeOf(other)))).toEqual([other.tenant.id]);
  });

  it("a scope object that its owner changes later changes no handle", async () => {
    const scope = { ...scopeOf(acme) };
    const handle = test.db.forTenant(scope);
    scope.tenantId = other.tenant.id;
    expect(handle.scope.tenantId).toBe(acme.tenant.id);
    expect((await handle.accounting.customers.list()).items.map((item) => item.name)).toEqual(["Acme's"]);
    const inside = await handle.transaction((tx) => tx.accounting.customers.list());
    expect(inside.items.map((item) => item.name)).toEqual(["Acme's"]);
    expect(() => Object.assign(handle.scope, { tenantId: other.tenant.id })).toThrow(TypeError);
  });
});
