import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { customers } from "../../src/accounting";
import {
  ConflictError,
  NotFoundError,
  type PlatformDatabase,
  TenantIsolationError,
  ValidationError,
} from "../../src/index";
import { platformLog, tenants } from "../../src/tenancy";
import { createCustomer, createTenant, createTestDatabase, type TestDatabase } from "../../src/testing";
import { pagesOf } from "../kit/pages";
import { asLogin, refusal } from "../kit/sql";
import { arrangeIdentity, freshEmail } from "./kit/people";

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

let uses = 0;

/** A platform handle whose lines in the log can be told from all others. */
function platform(): { handle: PlatformDatabase; lines: () => Promise<unknown[]> } {
  uses += 1;
  const use = { actor: `operator ${uses}`, reason: "ticket 4711" };
  const lines = () =>
    test.asOwner(async (owner) => {
      const text = "select actor, reason, login from tenancy.platform_log where actor = $1";
      return (await owner.query(text, [use.actor])).rows;
    });
  return { handle: test.db.platform(use), lines };
}

const anAdmin = () => ({ email: freshEmail("admin"), name: "Admin" });

describe("a use of the platform login", () => {
  const calls: Record<string, (handle: PlatformDatabase, tenantId: string) => Promise<unknown>> = {
    transaction: (handle) => handle.transaction((tx) => tx.select().from(tenants).limit(1)),
    listTenants: (handle) => handle.listTenants({ limit: 1 }),
    findTenant: (handle, id) => handle.findTenant(id),
    createTenant: (handle) => handle.createTenant({ name: "New", admin: anAdmin() }),
    suspendTenant: (handle, id) => handle.suspendTenant(id),
    reactivateTenant: (handle, id) => handle.reactivateTenant(id),
    archiveTenant: (handle, id) => handle.archiveTenant(id),
  };

  it("leaves one line with who, why and which login, whatever the method", async () => {
    const { tenant } = await createTenant(test);
    const sample = platform().handle;
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(sample)).filter((name) => name !== "constructor");
    expect(Object.keys(calls).sort()).toEqual(methods.sort());
    for (const [name, call] of Object.entries(calls)) {
      const { handle, lines } = platform();
      await call(handle, tenant.id);
      const line = { actor: `operator ${uses}`, reason: "ticket 4711", login: expect.stringMatching(/_platform$/) };
      expect(await lines(), name).toEqual([line]);
    }
  });

  it("is logged in the same transaction: the line goes when the work does", async () => {
    const { tenant } = await createTenant(test);
    const { handle, lines } = platform();
    const failing = handle.transaction(async (tx) => {
      await tx.update(tenants).set({ name: "Renamed" }).where(eq(tenants.id, tenant.id));
      expect(
        await tx
          .select()
          .from(platformLog)
          .where(eq(platformLog.actor, `operator ${uses}`)),
      ).toHaveLength(1);
      throw new RangeError("changed my mind");
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await lines()).toEqual([]);
    expect((await handle.findTenant(tenant.id))?.name).toBe("Test tenant");
    expect(await lines()).toHaveLength(1);
  });

  it.each([
    ["actor", { actor: "", reason: "why" }],
    ["actor", { actor: " \t", reason: "why" }],
    ["actor", { reason: "why" }],
    ["reason", { actor: "who" }],
    ["reason", { actor: "who", reason: "\n" }],
    ["reason", { actor: "who", reason: 7 }],
  ])("is refused when %s is missing: %j", (path, use) => {
    const attempt = () => test.db.platform(use as never);
    expect(attempt).toThrow(ValidationError);
    expect(attempt).toThrow(expect.objectContaining({ issues: [expect.objectContaining({ path })] }));
  });

  it("is known to the platform alone, and cannot be undone by it", async () => {
    const read = "select from tenancy.platform_log";
    for (const url of [test.urls.runtime, test.urls.identity]) {
      expect(await asLogin(url, (client) => refusal(client, read))).toBe("42501");
    }
    const { handle } = await createTenant(test);
    await expect(handle.select().from(platformLog)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    await asLogin(test.urls.platform, async (client) => {
      expect((await client.query(read)).rowCount).toBeGreaterThan(0);
      for (const text of [
        "update tenancy.platform_log set reason = 'none'",
        "delete from tenancy.platform_log",
        "truncate tenancy.platform_log",
      ]) {
        expect(await refusal(client, text), text).toBe("42501");
      }
    });
  });
});

describe("the platform", () => {
  it("works across tenants, with the tenant's own trail naming the login", async () => {
    const [a, b] = [await createTenant(test, "A"), await createTenant(test, "B")];
    const made = [await createCustomer(a), await createCustomer(b)];
    const { handle } = platform();
    await handle.transaction(async (tx) => {
      for (const { id } of made) await tx.update(customers).set({ city: "Lima" }).where(eq(customers.id, id));
    });
    for (const [i, tenant] of [a, b].entries()) {
      const [line] = await tenant.handle.tenancy.audit.listOfTarget("accounting.customers", made[i]?.id ?? "");
      expect(line).toMatchObject({ action: "update", actorUserId: null, rowAfter: { city: "Lima" } });
      expect(line?.actorLogin).toMatch(/_platform$/);
    }
  });

  it("cannot read passwords or sessions", () =>
    asLogin(test.urls.platform, async (client) => {
      for (const table of [`"user"`, "session", "account", "verification"]) {
        expect(await refusal(client, `select from auth.${table}`), table).toBe("42501");
      }
    }));

  it("creates a tenant with its company and an admin who is then known by the address", async () => {
    const identity = await arrangeIdentity(test);
    const { handle, lines } = platform();
    const created = await handle.createTenant({
      name: "Acme",
      admin: { email: identity.email, name: "Ada" },
      company: { name: "Acme Ltd", taxId: "X1" },
    });
    expect(created).toMatchObject({
      tenant: { name: "Acme", status: "active" },
      admin: { role: "admin", status: "active", identityId: null },
      company: { name: "Acme Ltd", taxId: "X1", status: "active" },
    });
    const { members } = test.db.forTenant({ tenantId: created.tenant.id }).tenancy;
    await members.ensureMember({ identityId: identity.id, email: identity.email, name: "Ada" });
    expect(await test.db.forIdentity(identity.id).memberships()).toMatchObject([{ tenantName: "Acme", role: "admin" }]);
    expect(await lines()).toHaveLength(1);
  });

  it("creates all of a tenant or nothing", async () => {
    const { tenant } = await createTenant(test);
    const { handle, lines } = platform();
    const again = handle.createTenant({ id: tenant.id, name: "Again", admin: anAdmin() });
    await expect(again).rejects.toMatchObject({ code: "UNIQUE_VIOLATION", constraint: "tenants_pkey" });
    expect(await lines()).toEqual([]);
    for (const wrong of [
      { name: "", admin: anAdmin() },
      { name: "x", admin: { email: "x", name: "x" } },
    ]) {
      await expect(async () => handle.createTenant(wrong)).rejects.toThrow(ValidationError);
    }
    expect(await lines()).toEqual([]);
  });

  it("suspends a tenant: its members are refused at the next call, and let in again afterwards", async () => {
    const identity = await arrangeIdentity(test);
    const { tenant } = await test.db.forIdentity(identity.id).createTenant({
      name: "Acme",
      admin: { email: identity.email, name: "Ada" },
    });
    const handle = await test.db.forIdentity(identity.id).enterTenant(tenant.id);
    await handle.tenancy.companies.list();

    expect((await platform().handle.suspendTenant(tenant.id)).status).toBe("suspended");
    await expect(handle.tenancy.companies.list()).rejects.toThrow(TenantIsolationError);
    await expect(handle.transaction((tx) => tx.tenancy.companies.list())).rejects.toThrow(TenantIsolationError);
    expect(await test.db.forIdentity(identity.id).memberships()).toEqual([]);
    await expect(test.db.forIdentity(identity.id).enterTenant(tenant.id)).rejects.toThrow(NotFoundError);

    expect((await platform().handle.reactivateTenant(tenant.id)).status).toBe("active");
    await handle.tenancy.companies.list();
    expect((await platform().handle.archiveTenant(tenant.id)).status).toBe("archived");
    await expect(handle.tenancy.companies.list()).rejects.toThrow(TenantIsolationError);

    const history = await test.db
      .forTenant({ tenantId: tenant.id })
      .tenancy.audit.listOfTarget("tenancy.tenants", tenant.id);
    const states = history.map((line) => line.rowAfter?.status);
    expect(states).toEqual(["archived", "active", "suspended", "active"]);
  });

  it("does not bring an archived tenant back", async () => {
    const { tenant } = await createTenant(test);
    const { handle } = platform();
    await handle.archiveTenant(tenant.id);
    await expect(handle.reactivateTenant(tenant.id)).rejects.toThrow(ConflictError);
    await expect(handle.suspendTenant(tenant.id)).rejects.toThrow(ConflictError);
    const raw = handle.transaction((tx) =>
      tx.update(tenants).set({ status: "active" }).where(eq(tenants.id, tenant.id)),
    );
    await expect(raw).rejects.toThrow(ConflictError);
    expect((await handle.findTenant(tenant.id))?.status).toBe("archived");
  });

  it("says so when there is no such tenant, and keeps no line of it", async () => {
    const { handle, lines } = platform();
    const nobody = crypto.randomUUID();
    for (const call of [handle.suspendTenant, handle.reactivateTenant, handle.archiveTenant]) {
      await expect(call.call(handle, nobody)).rejects.toThrow(NotFoundError);
    }
    expect(await lines()).toEqual([]);
    expect(await handle.findTenant(nobody)).toBeUndefined();
  });

  it("lists all tenants in pages that neither repeat nor lose one", async () => {
    for (let i = 0; i < 5; i += 1) await createTenant(test, `Listed ${i}`);
    const { handle, lines } = platform();
    const pages = await pagesOf((request) => handle.listTenants(request), 3);
    const ids = pages.flat().map((tenant) => tenant.id);
    const { rows } = await test.asOwner((owner) => owner.query("select id from tenancy.tenants order by id"));
    expect(ids).toEqual(rows.map((row) => row.id));
    expect(pages.slice(0, -1).every((page) => page.length === 3)).toBe(true);
    expect(await lines()).toHaveLength(pages.length);
  });
});

describe("a tenant", () => {
  it("can be renamed by its members, but changes its state by no raw SQL of theirs", async () => {
    const { handle } = await createTenant(test);
    expect((await handle.tenancy.tenant.rename("Acme & Sons")).name).toBe("Acme & Sons");
    const suspend = handle.execute(sql`update tenancy.tenants set status = 'archived'`);
    await expect(suspend).rejects.toMatchObject({ sqlState: "42501" });
    await expect(handle.execute(sql`delete from tenancy.tenants`)).rejects.toMatchObject({ sqlState: "42501" });
    expect((await handle.tenancy.tenant.current()).status).toBe("active");
  });
});
