import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { customers } from "../../src/accounting";
import { Database } from "../../src/database";
import {
  ConflictError,
  createDatabase,
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
    sealAuditTrails: (handle) => handle.sealAuditTrails(),
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

  const failures: Record<string, (handle: PlatformDatabase, tenantId: string) => Promise<unknown>> = {
    "that reads all tenants and then throws": (handle) =>
      handle.transaction(async (tx) => {
        expect((await tx.select().from(tenants)).length).toBeGreaterThan(0);
        throw new RangeError("seen enough");
      }),
    "that undoes its own line": (handle) =>
      handle.transaction(async (tx) => {
        await tx.select().from(tenants);
        await tx.execute("rollback");
      }),
    "that begins anew": (handle) =>
      handle.transaction(async (tx) => {
        await tx.select().from(tenants);
        await tx.execute("rollback; begin");
      }),
    "that loses its connection": (handle) =>
      handle.transaction(async (tx) => {
        const { rows } = await tx.execute<{ pid: number }>("select pg_backend_pid() as pid");
        await test.asOwner((owner) => owner.query("select pg_terminate_backend($1)", [rows[0]?.pid]));
        await tx.select().from(tenants);
      }),
    "whose statement is refused": (handle) => handle.transaction((tx) => tx.execute("select 1 / 0")),
    "that names no tenant": (handle) => handle.suspendTenant(crypto.randomUUID()),
  };

  it.each(Object.keys(failures))("%s leaves its line all the same", async (what) => {
    const { tenant } = await createTenant(test, "Acme", { chart: false });
    const { handle, lines } = platform();
    await expect(failures[what]?.(handle, tenant.id)).rejects.toThrow();
    expect(await lines()).toHaveLength(1);
  });

  it("is in the log before its work begins, whoever looks, and once however often it is tried", async () => {
    const { tenant } = await createTenant(test, "Acme", { chart: false });
    const { handle, lines } = platform();
    const seen: number[] = [];
    const failing = handle.transaction(
      async (tx) => {
        seen.push((await lines()).length);
        await tx.update(tenants).set({ name: "Renamed" }).where(eq(tenants.id, tenant.id));
        if (seen.length < 3) await tx.execute("do $$ begin raise serialization_failure; end $$");
        throw new RangeError("changed my mind");
      },
      { retry: true },
    );
    await expect(failing).rejects.toThrow(RangeError);
    expect(seen).toEqual([1, 1, 1]);
    expect((await handle.findTenant(tenant.id))?.name).toBe("Acme");
    expect(await lines()).toHaveLength(2);
  });

  it("that cannot be logged does not begin", async () => {
    const { handle, lines } = platform();
    let ran = false;
    await test.asOwner((owner) => owner.query("alter table tenancy.platform_log add check (actor <> 'nobody')"));
    const refused = test.db.platform({ actor: "nobody", reason: "none" }).transaction(async () => {
      ran = true;
    });
    await expect(refused).rejects.toMatchObject({ code: "CHECK_VIOLATION" });
    expect(ran).toBe(false);
    await expect(handle.transaction(() => handle.listTenants())).rejects.toThrow(TenantIsolationError);
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
        "insert into tenancy.platform_log (actor, reason, login) values ('x', 'x', 'somebody else')",
        "insert into tenancy.platform_log (actor, reason, created_at) values ('x', 'x', '2020-01-01')",
        "insert into tenancy.platform_log (id, actor, reason) values (gen_random_uuid(), 'x', 'x')",
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
    expect(await lines()).toHaveLength(1);
    for (const wrong of [
      { name: "", admin: anAdmin() },
      { name: "x", admin: { email: "x", name: "x" } },
    ]) {
      await expect(async () => handle.createTenant(wrong)).rejects.toThrow(ValidationError);
    }
    expect(await lines()).toHaveLength(1);
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

  it("says so when there is no such tenant", async () => {
    const { handle } = platform();
    const nobody = crypto.randomUUID();
    for (const call of [handle.suspendTenant, handle.reactivateTenant, handle.archiveTenant]) {
      await expect(call.call(handle, nobody)).rejects.toThrow(NotFoundError);
    }
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

describe("the trails of all tenants", () => {
  it("are sealed by one use, which returns the heads; a tenant that cannot be sealed does not stop the others", async () => {
    const [a, b, c] = [await createTenant(test, "A"), await createTenant(test, "B"), await createTenant(test, "C")];
    const { handle } = platform();
    const headsOf = async () => new Map((await handle.sealAuditTrails()).map((head) => [head.tenantId, head]));
    await expect.poll(async () => (await headsOf()).get(b.tenant.id)?.sequence, { timeout: 30_000 }).toBe(1);
    for (const tenant of [a, b, c]) {
      const head = (await headsOf()).get(tenant.tenant.id);
      expect(await tenant.handle.tenancy.audit.head()).toEqual(head);
      expect(await tenant.handle.tenancy.audit.verify({ head })).toEqual([]);
    }
    // A seal that is in the way: the number that comes next is taken as soon as it is asked for.
    await test.asOwner((owner) =>
      owner.query(`create function public.in_the_way() returns trigger language plpgsql as $$ begin
        raise exception 'not now'; end $$; create trigger in_the_way before insert on tenancy.audit_seals
        for each row when (new.tenant_id = '${a.tenant.id}') execute function public.in_the_way()`),
    );
    for (const tenant of [a, c]) await tenant.handle.tenancy.companies.update(tenant.company.id, { phone: "1" });
    await expect
      .poll(
        async () => {
          await expect(handle.sealAuditTrails()).rejects.toThrow();
          return (await c.handle.tenancy.audit.head())?.sequence;
        },
        { timeout: 30_000 },
      )
      .toBeGreaterThan(1);
    await test.asOwner((owner) =>
      owner.query("drop trigger in_the_way on tenancy.audit_seals; drop function public.in_the_way()"),
    );
    await headsOf();
    expect(await a.handle.tenancy.audit.verify()).toEqual([]);
  });
});

describe("a closed handle", () => {
  it("refuses the platform as it refuses a tenant, whether or not it was used before", async () => {
    const options = { url: test.urls.runtime, platformUrl: test.urls.platform };
    const use = { actor: "tests", reason: "after the end" };
    for (const before of [() => Promise.resolve(), (db: Database) => db.platform(use).listTenants()]) {
      for (const db of [createDatabase(options), new Database(options)]) {
        await before(db);
        await db.close();
        const refused = { message: "The database handle is closed" };
        await expect(db.forTenant({ tenantId: crypto.randomUUID() }).tenancy.companies.list()).rejects.toMatchObject(
          refused,
        );
        await expect(db.platform(use).listTenants()).rejects.toMatchObject(refused);
        await expect(db.platform(use).transaction((tx) => tx.select().from(tenants))).rejects.toMatchObject(refused);
        await expect(db.forIdentity(crypto.randomUUID()).memberships()).rejects.toMatchObject(refused);
        await db.close();
      }
    }
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
