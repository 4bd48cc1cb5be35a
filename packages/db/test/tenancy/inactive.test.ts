import { eq, sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import { customers } from "../../src/accounting";
import { type PlatformDatabase, TenantIsolationError, ValidationError } from "../../src/index";
import { companies } from "../../src/tenancy";
import { createCustomer, createTenant, type TestDatabase, type TestTenant } from "../../src/testing";
import { inDatabase } from "../kit/tenants";
import { addMember } from "./kit/people";

const it = inDatabase.extend("acme", ({ test }) => createTenant(test, "Acme", { chart: false }));

const platformOf = (test: TestDatabase) => test.db.platform({ actor: "tests", reason: "end a tenant" });

const ends: [status: string, end: (platform: PlatformDatabase, id: string) => Promise<unknown>][] = [
  ["suspended", (platform, id) => platform.suspendTenant(id)],
  ["archived", (platform, id) => platform.archiveTenant(id)],
];

/** Every way in which a job writes, and a transaction that might. */
const writes: [how: string, write: (db: TestDatabase["db"], acme: TestTenant, scope: object) => Promise<unknown>][] = [
  [
    "a repository",
    (db, acme, scope) => db.forTenant({ tenantId: acme.tenant.id, ...scope }).tenancy.tenant.rename("Job's"),
  ],
  [
    "Drizzle",
    (db, acme, scope) =>
      db
        .forTenant({ tenantId: acme.tenant.id, ...scope })
        .update(companies)
        .set({ phone: "1" }),
  ],
  [
    "SQL that calls a function",
    (db, acme, scope) =>
      db
        .forTenant({ tenantId: acme.tenant.id, ...scope })
        .execute(sql`select tenancy.record_audit('noted', 'x', null, '{}')`),
  ],
  [
    "a transaction",
    (db, acme, scope) =>
      db.withTenant({ tenantId: acme.tenant.id, ...scope }, (tx) => tx.update(companies).set({ phone: "1" })),
  ],
  [
    "an operation of several statements",
    (db, acme, scope) =>
      db
        .forTenant({ tenantId: acme.tenant.id, ...scope })
        .tenancy.idempotency.once({ operation: "x", key: crypto.randomUUID(), request: {} }, async () => ({})),
  ],
  [
    "calls that are joined",
    (db, acme, scope) => {
      const { customers: repository } = db.forTenant({ tenantId: acme.tenant.id, ...scope }).accounting;
      const made = { companyId: acme.company.id, name: "By the job" };
      return Promise.all([repository.create(made), repository.create(made)]);
    },
  ],
];

describe.each(ends)("a job in a tenant that is %s", (_status, end) => {
  it.for(writes)("writes by %s with an explicit word alone", async ([_how, write], { test, acme }) => {
    await createCustomer(acme);
    for (const scope of [{}, { companyId: acme.company.id }]) await write(test.db, acme, scope);
    await end(platformOf(test), acme.tenant.id);
    for (const scope of [{}, { companyId: acme.company.id }, { inactive: false }]) {
      const refused = write(test.db, acme, scope);
      await expect(refused).rejects.toThrow(TenantIsolationError);
      await expect(refused).rejects.toThrow(/inactive: true/);
    }
    for (const scope of [{ inactive: true }, { inactive: true, companyId: acme.company.id }]) {
      await write(test.db, acme, scope);
    }
  });

  it("reads what is asked for by single statements, and lets no member in", async ({ test, acme }) => {
    await createCustomer(acme);
    await end(platformOf(test), acme.tenant.id);
    for (const scope of [{}, { companyId: acme.company.id }]) {
      const job = test.db.forTenant({ tenantId: acme.tenant.id, ...scope });
      expect((await job.accounting.customers.list()).items).toHaveLength(1);
      expect(await job.select().from(customers)).toHaveLength(1);
      expect((await job.tenancy.audit.list()).items.length).toBeGreaterThan(0);
    }
    await expect(acme.handle.accounting.customers.list()).rejects.toThrow(TenantIsolationError);
  });
});

describe("the word", () => {
  it("is for jobs: a member's scope with it is refused, and so is anything but true and false", ({ test, acme }) => {
    const scope = { tenantId: acme.tenant.id, userId: acme.admin.id, inactive: true };
    expect(() => test.db.forTenant(scope)).toThrow(ValidationError);
    expect(() => test.db.forTenant({ tenantId: acme.tenant.id, inactive: "yes" as never })).toThrow(ValidationError);
    expect(() => test.db.forTenant({ ...scope, inactive: false })).not.toThrow();
  });

  it("does not travel to the next call on the same connection", async ({ test, acme }) => {
    await platformOf(test).suspendTenant(acme.tenant.id);
    const job = test.db.forTenant({ tenantId: acme.tenant.id });
    await test.db.forTenant({ tenantId: acme.tenant.id, inactive: true }).tenancy.tenant.rename("Once");
    for (let i = 0; i < 10; i += 1)
      await expect(job.tenancy.tenant.rename("Again")).rejects.toThrow(TenantIsolationError);
    expect((await job.tenancy.tenant.current()).name).toBe("Once");
  });
});

/*
 * Documented: who may work is asked when a unit of work begins. One that has begun may end, at most as long as the time limits
 * of statement and idle transaction let it; its lines in the trail name the member. The next one is refused.
 */
describe("a transaction during which", () => {
  const cases: [what: string, end: (test: TestDatabase, acme: TestTenant, member: string) => Promise<unknown>][] = [
    ["its member is suspended", (_test, { handle }, id) => handle.tenancy.members.suspend(id)],
    ["its member is removed", (_test, { handle }, id) => handle.tenancy.members.remove(id)],
    ["its tenant is suspended", (test, { tenant }) => platformOf(test).suspendTenant(tenant.id)],
  ];

  it.for(cases)("%s commits, and is the last one", async ([_what, end], { test, acme }) => {
    const member = await addMember(acme);
    const handle = test.db.forTenant({ tenantId: acme.tenant.id, userId: member.id });
    let go = () => {};
    const ended = new Promise<void>((resolve) => {
      go = resolve;
    });
    let last: Promise<unknown> | undefined;
    await new Promise<void>((begun) => {
      last = handle.transaction(async (tx) => {
        await tx.select().from(companies);
        begun();
        await ended;
        await tx.tenancy.companies.update(acme.company.id, { phone: "last words" });
      });
    });
    await end(test, acme, member.id);
    go();
    await last;
    await expect(handle.tenancy.companies.list()).rejects.toThrow(TenantIsolationError);
    await expect(handle.transaction((tx) => tx.select().from(companies))).rejects.toThrow(TenantIsolationError);
    const job = test.db.forTenant({ tenantId: acme.tenant.id });
    const stored = await job.select().from(companies).where(eq(companies.id, acme.company.id));
    expect(stored[0]?.phone).toBe("last words");
    const [line] = await job.tenancy.audit.listOfTarget("tenancy.companies", acme.company.id);
    expect(line).toMatchObject({ action: "update", actorUserId: member.id });
  });
});
