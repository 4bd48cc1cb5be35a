import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { customers } from "../../src/accounting";
import { domains } from "../../src/domains";
import {
  createDatabase,
  newId,
  TenantContextMissingError,
  type TenantDatabase,
  TenantIsolationError,
  type TenantScope,
  ValidationError,
} from "../../src/index";
import type { TestTenant } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import {
  acme,
  asAcme,
  asOther,
  db,
  membersOf,
  namesOf,
  other,
  scopeOf,
  setUp,
  test,
  wayNames,
  wayOf,
} from "./checks/requests";

setUp();

describe("inside runAs the database is the tenant's handle", () => {
  it("with all that a handle has: each member has a way here", () => {
    const members = new Set(membersOf(acme.handle));
    expect([...members]).toEqual(expect.arrayContaining(["select", "transaction", ...Object.keys(domains)]));
    expect(wayNames.sort()).toEqual([...members].sort());
  });

  it.each(wayNames)("%s reaches the tenant's own rows and no others, and fails closed outside", async (name) => {
    const way = wayOf(name);
    for (const { tenant, run } of [
      { tenant: acme.tenant, run: asAcme },
      { tenant: other.tenant, run: asOther },
    ]) {
      const rows = await run(way);
      expect(rows.length).toBeGreaterThan(0);
      expect(new Set(rows.map((each) => (each as { id: string }).id))).toEqual(new Set([tenant.id]));
    }
    expect(await rejection((async () => way())())).toBeInstanceOf(TenantContextMissingError);
    expect(await rejection(new Promise((resolve) => setTimeout(resolve)).then(way))).toBeInstanceOf(
      TenantContextMissingError,
    );
  });

  it("through await, timers, immediates, ticks and emitters that are used inside", async () => {
    const emitter = new EventEmitter();
    const seen = await asAcme(async () => {
      const read = () => db.accounting.customers.list();
      await sleep(1);
      const calls = [
        read(),
        new Promise((resolve) => setTimeout(() => resolve(read()), 2)),
        new Promise((resolve) => setImmediate(() => resolve(read()))),
        new Promise((resolve) => process.nextTick(() => resolve(read()))),
        new Promise((resolve) => emitter.once("read", () => resolve(read()))),
        db.transaction(async (tx) => {
          await sleep(1);
          return tx.transaction((part) => part.accounting.customers.list());
        }),
      ];
      setTimeout(() => emitter.emit("read"), 1);
      return Promise.all(calls as ReturnType<typeof read>[]);
    });
    for (const { items } of seen)
      expect(new Set(items.map(({ tenantId }) => tenantId))).toEqual(new Set([acme.tenant.id]));
    expect(seen).toHaveLength(6);
  });

  it("resolves and rejects as its work does, which need not be async", async () => {
    expect(await db.runAs(scopeOf(acme), () => 7)).toBe(7);
    // What it returns may be a query that nobody has sent yet: it is sent inside, also where the work is not async.
    const query = () => db.execute(sql`select tenancy.current_tenant_id()`, "arrays");
    expect(await asAcme(query)).toEqual([[acme.tenant.id]]);
    const sentIn: unknown[] = [];
    await asAcme(() => ({
      // biome-ignore lint/suspicious/noThenProperty: It stands for a query, which is sent by `then`.
      then: (done: (length: number) => void) => done(sentIn.push(db.scope.tenantId)),
    }));
    expect(sentIn).toEqual([acme.tenant.id]);
    const broken = new RangeError("on purpose");
    const thrown = asAcme(() => {
      throw broken;
    });
    expect(await rejection(thrown)).toBe(broken);
    expect(await rejection(asAcme(async () => Promise.reject(broken)))).toBe(broken);
  });

  it("checks the member and narrows to the company, as the handle does", async () => {
    const removed = db.runAs({ ...scopeOf(acme), userId: newId() }, () => db.accounting.customers.list());
    expect(await rejection(removed)).toBeInstanceOf(TenantIsolationError);
    const company = await acme.handle.tenancy.companies.create({ name: "Second" });
    const narrow = { ...scopeOf(acme), companyId: company.id };
    expect(await db.runAs(narrow, () => db.select().from(customers))).toEqual([]);
  });
});

describe("a scope that is not one", () => {
  it.each([
    ["nothing", undefined, TenantContextMissingError],
    ["no tenant", {}, TenantContextMissingError],
    ["the id alone", newId(), TenantContextMissingError],
    ["an injection", { tenantId: "' or 1=1" }, ValidationError],
    ["a user that is no id", { tenantId: newId(), userId: "me" }, ValidationError],
    ["a company that is no id", { tenantId: newId(), companyId: "ours" }, ValidationError],
  ])("%s rejects, and the work is not begun", async (_name, scope, error) => {
    let begun = false;
    const run = db.runAs(scope as TenantScope, () => {
      begun = true;
    });
    expect(await rejection(run)).toBeInstanceOf(error);
    expect(begun).toBe(false);
  });

  it("that its owner changes later changes nothing", async () => {
    const scope = { ...scopeOf(acme) };
    const seen = await db.runAs(scope, async () => {
      scope.tenantId = other.tenant.id;
      expect(() => Object.assign(db.scope, { tenantId: other.tenant.id })).toThrow(TypeError);
      return db.select({ id: customers.tenantId }).from(customers).limit(1);
    });
    expect(seen).toEqual([{ id: acme.tenant.id }]);
  });
});

describe("inside a request its scope cannot be changed", () => {
  it.each<[string, () => TenantScope]>([
    ["another tenant", () => scopeOf(other)],
    ["another user", () => ({ ...scopeOf(acme), userId: newId() })],
    ["no user", () => ({ tenantId: acme.tenant.id })],
    ["a company", () => ({ ...scopeOf(acme), companyId: acme.company.id })],
  ])("%s in a second runAs is refused, also on another pool", async (_name, scope) => {
    const elsewhere = createDatabase({ url: test.urls.runtime, max: 1 });
    const begun: unknown[] = [];
    for (const database of [db, elsewhere]) {
      const inner = await asAcme(() => rejection(database.runAs(scope(), () => begun.push(database))));
      expect(inner).toMatchObject({ name: "TenantIsolationError", message: expect.stringContaining("cannot change") });
    }
    expect(begun).toEqual([]);
    await elsewhere.close();
  });

  it("the same scope may be opened again; its end is not the end of the one around it", async () => {
    const seen = await asAcme(async () => {
      const upper = { tenantId: acme.tenant.id.toUpperCase(), userId: acme.admin.id };
      const inner = await db.runAs(upper, () => db.accounting.customers.list());
      return [inner, await db.accounting.customers.list()];
    });
    expect(seen[0]).toEqual(seen[1]);
  });

  const foreign: [string, (handle: TenantDatabase) => unknown][] = [
    ["forTenant", () => db.forTenant(scopeOf(other))],
    ["withTenant", () => db.withTenant(scopeOf(other), async () => undefined)],
    ["transaction", () => db.transaction(scopeOf(other), async () => undefined)],
    ["a handle made outside, its repositories", (handle) => handle.accounting.customers.list()],
    ["a handle made outside, its Drizzle", (handle) => handle.select().from(customers)],
    ["a handle made outside, its transaction", (handle) => handle.transaction(async () => undefined)],
    ["a handle made outside, what joins batches", (handle) => handle.accounting.journal.post(entryOf(other))],
    ["an identity that enters", async () => db.forIdentity(identityId).enterTenant(other.tenant.id)],
  ];
  const entryOf = ({ company }: TestTenant) => ({
    companyId: company.id,
    date: "2026-01-15",
    lines: [
      { accountId: newId(), debit: "1.00" },
      { accountId: newId(), credit: "1.00" },
    ],
  });
  const identityId = newId();

  it.each(foreign)("another tenant through %s is refused", async (name, call) => {
    if (name.startsWith("an identity")) {
      await test.asOwner((owner) =>
        owner.query(`insert into auth."user" (id, name, email, email_verified) values ($1, 'Ada', $2, true)`, [
          identityId,
          other.admin.email,
        ]),
      );
      await other.handle.tenancy.members.ensureMember({ email: other.admin.email, name: "Admin", identityId });
    }
    const { handle } = other;
    expect(await asAcme(() => rejection((async () => call(handle))()))).toMatchObject({
      name: "TenantIsolationError",
      message: expect.stringContaining("runAs"),
    });
    if (name !== "a handle made outside, what joins batches") await (async () => call(handle))();
  });

  it("handles of its own tenant, the person's memberships and the platform's logged work go on", async () => {
    const user = await asAcme(async () => {
      expect(await db.forIdentity(newId()).memberships()).toEqual([]);
      const platform = db.platform({ actor: "tests", reason: "inside a request" });
      expect((await platform.findTenant(other.tenant.id))?.name).toBe("Other");
      const job = db.forTenant({ tenantId: acme.tenant.id });
      return Promise.all([namesOf(acme), job.accounting.customers.list()]);
    });
    expect(user[0]).toContain("Ours");
    expect(user[1].items.map(({ name }) => name)).toContain("Ours");
  });

  it("nor opened inside a transaction, whose tx is the only way on", async () => {
    const inTransaction = acme.handle.transaction(async () => {
      await asAcme(() => undefined);
    });
    expect(await rejection(inTransaction)).toBeInstanceOf(TenantIsolationError);
    const beside = asAcme(() => db.transaction(async () => void (await db.accounting.customers.list())));
    expect(await rejection(beside)).toMatchObject({ message: expect.stringContaining("(tx)") });
  });
});

describe("another database", () => {
  it("has no scope of this one; it may have its own of the same tenant", async () => {
    const elsewhere = createDatabase({ url: test.urls.runtime, max: 1 });
    await asAcme(async () => {
      expect(() => elsewhere.select()).toThrow(TenantContextMissingError);
      const both = await elsewhere.runAs(scopeOf(acme), () =>
        Promise.all([
          elsewhere.select({ id: customers.id }).from(customers),
          db.select({ id: customers.id }).from(customers),
        ]),
      );
      expect(both[0]).toEqual(both[1]);
    });
    await elsewhere.close();
  });
});
