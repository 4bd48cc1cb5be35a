import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tenantTables } from "../../src/core/tenant-table";
import { ForeignKeyViolationError, NotFoundError, newId, TenantIsolationError } from "../../src/index";
import { createCustomer, createInvoice, createTenant } from "../../src/testing";
import { type Arena, openArena } from "./arena";
import { companyBreaches, companyKeyBreaches } from "./checks/company";
import "../../src/domains";

let arena: Arena;

beforeAll(async () => {
  arena = await openArena();
});
afterAll(() => arena.close());

const withCompany = tenantTables().filter((entry) => entry.ownedBy !== undefined);

it("attacks every table that has a company, and the companies themselves", async () => {
  const { rows } = await arena.duel.owner.query<{ name: string }>(
    `select distinct table_schema || '.' || table_name as name from information_schema.columns
     join information_schema.tables using (table_schema, table_name)
     where column_name in ('company_id', 'business_id') and table_type = 'BASE TABLE'
     union values ('sales.businesses'), ('tenancy.companies') order by 1`,
  );
  expect(withCompany.map((entry) => entry.name).sort()).toEqual(rows.map((row) => row.name));
  expect(rows.length).toBeGreaterThan(10);
});

it("leaves to the whole tenant what is said of persons alone, and what holds for all businesses", () => {
  const shared = tenantTables().filter((entry) => entry.ownedBy === undefined);
  expect(shared.map((entry) => entry.name).sort()).toEqual([
    "sales.system_config",
    "tenancy.audit_seals",
    "tenancy.invitations",
    "tenancy.roles",
    "tenancy.security_events",
    "tenancy.user_roles",
    "tenancy.users",
  ]);
});

describe.each(withCompany)("$name", (entry) => {
  it("shows a company's scope its own rows, and lets it write no others", async () => {
    expect(await companyBreaches(arena.duel.owner, arena.duel.login, entry)).toEqual([]);
  });

  it("refers to no record of another company, even in a scope of the whole tenant", async () => {
    expect(await companyKeyBreaches(arena.duel.owner, arena.duel.login, entry)).toEqual([]);
  });
});

describe("repositories in the scope of a company", () => {
  async function twoCompanies() {
    const tenant = await createTenant(arena.test);
    const { id: tenantId } = tenant.tenant;
    const second = await tenant.handle.tenancy.companies.create({ name: "Second Ltd" });
    const narrowed = arena.test.db.forTenant({ tenantId, userId: tenant.admin.id, companyId: second.id });
    return { tenant, second, narrowed };
  }

  it("list and find only that company's records", async () => {
    const { tenant, second, narrowed } = await twoCompanies();
    const first = await createInvoice(tenant);
    const own = await narrowed.accounting.customers.create({ companyId: second.id, name: "Own" });
    expect((await narrowed.accounting.customers.list()).items.map((item) => item.id)).toEqual([own.id]);
    expect(await narrowed.accounting.invoices.findById(first.id)).toBeUndefined();
    expect(await narrowed.accounting.customers.findById(first.customerId)).toBeUndefined();
    expect((await tenant.handle.accounting.customers.list()).items).toHaveLength(2);
  });

  it("write no record of another company", async () => {
    const { tenant, narrowed } = await twoCompanies();
    const foreign = narrowed.accounting.customers.create({ companyId: tenant.company.id, name: "Foreign" });
    await expect(foreign).rejects.toBeInstanceOf(TenantIsolationError);
    expect((await tenant.handle.accounting.customers.list()).items).toEqual([]);
  });

  it("refuse an invoice to a customer of another company like one to nobody", async () => {
    const { tenant, second, narrowed } = await twoCompanies();
    const customer = await createCustomer(tenant);
    const invoiceTo = (customerId: string) =>
      createInvoice({ ...tenant, handle: narrowed, company: second }, { customerId }).catch((error: unknown) => error);
    const [theirs, nobody] = [await invoiceTo(customer.id), await invoiceTo(newId())];
    expect(theirs).toBeInstanceOf(ForeignKeyViolationError);
    expect(theirs).toEqual(nobody);
    const wholeTenant = createInvoice({ ...tenant, company: second }, { customerId: customer.id });
    await expect(wholeTenant).rejects.toBeInstanceOf(ForeignKeyViolationError);
  });

  it("neither rename nor archive another company, nor make one, and list their own alone", async () => {
    const { tenant, second, narrowed } = await twoCompanies();
    const { companies } = narrowed.tenancy;
    for (const attempt of [
      () => companies.update(tenant.company.id, { name: "Renamed" }),
      () => companies.archive(tenant.company.id),
      () => companies.restore(tenant.company.id),
      () => companies.getById(tenant.company.id),
    ]) {
      await expect(attempt()).rejects.toBeInstanceOf(NotFoundError);
    }
    await expect(companies.create({ name: "Third" })).rejects.toBeInstanceOf(TenantIsolationError);
    expect((await companies.list()).items).toEqual([second]);
    expect((await companies.update(second.id, { name: "Second & Sons" })).name).toBe("Second & Sons");
    expect(await tenant.handle.tenancy.companies.getById(tenant.company.id)).toEqual(tenant.company);
    expect((await tenant.handle.tenancy.companies.list()).items).toHaveLength(2);
  });

  it("read the trail of that company's records, and of nothing else", async () => {
    const { tenant, second, narrowed } = await twoCompanies();
    const details = { name: "Secret Customer", email: "secret@one.example", country: "PE" };
    const theirs = await createCustomer(tenant, details);
    await tenant.handle.accounting.customers.update(theirs.id, { phone: "1" });
    const own = await narrowed.accounting.customers.create({ companyId: second.id, name: "Own" });
    await narrowed.accounting.customers.update(own.id, { phone: "2" });
    await narrowed.tenancy.audit.record({ action: "noted", targetType: "accounting.customers", targetId: own.id });
    const { audit } = narrowed.tenancy;
    expect(await audit.listOfTarget("accounting.customers", theirs.id)).toEqual([]);
    expect(await audit.listOfTarget("tenancy.companies", tenant.company.id)).toEqual([]);
    expect(await audit.listOfTarget("tenancy.users", tenant.admin.id)).toEqual([]);
    const lines = (await audit.list()).items;
    expect(lines.map((line) => [line.action, line.targetId, line.companyId])).toEqual([
      ["noted", own.id, second.id],
      ["update", own.id, second.id],
      ["insert", second.id, second.id],
    ]);
    const [line] = await tenant.handle.tenancy.audit.listOfTarget("accounting.customers", theirs.id);
    expect(line).toMatchObject({ companyId: tenant.company.id, rowAfter: { name: "Secret Customer" } });
    const ofUsers = await tenant.handle.tenancy.audit.listOfTarget("tenancy.users", tenant.admin.id);
    expect(ofUsers.map((each) => each.companyId)).toEqual([null]);
  });

  it("share no idempotency key with another company, nor with the whole tenant", async () => {
    const { tenant, narrowed } = await twoCompanies();
    const first = arena.test.db.forTenant({ tenantId: tenant.tenant.id, companyId: tenant.company.id });
    const once = (of: typeof first, result: string, request = "the same") =>
      of.tenancy.idempotency.once({ operation: "pay", key: "1", request }, async () => result);
    expect(await once(first, "a result of the first")).toBe("a result of the first");
    expect(await once(narrowed, "a result of the second", "another request")).toBe("a result of the second");
    expect(await once(tenant.handle, "a result of all", "a third request")).toBe("a result of all");
    expect(await once(first, "again")).toBe("a result of the first");
    expect(await once(narrowed, "again", "another request")).toBe("a result of the second");
    expect(await once(tenant.handle, "again", "a third request")).toBe("a result of all");
  });
});
