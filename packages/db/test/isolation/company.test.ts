import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tenantTables } from "../../src/core/tenant-table";
import { ForeignKeyViolationError, newId, TenantIsolationError } from "../../src/index";
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
     union select 'tenancy.companies' order by 1`,
  );
  expect(withCompany.map((entry) => entry.name).sort()).toEqual(rows.map((row) => row.name));
  expect(rows.length).toBeGreaterThan(10);
});

it("leaves to the whole tenant what is said of persons alone", () => {
  const shared = tenantTables().filter((entry) => entry.ownedBy === undefined);
  expect(shared.map((entry) => entry.name).sort()).toEqual([
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
});
