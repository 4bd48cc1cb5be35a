import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { customers } from "../../src/accounting";
import type { Database, TenantDatabase } from "../../src/index";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { backendOf, open, value } from "./connections";

/** What raw SQL of one tenant leaves on a connection must not reach the next user of that connection. */
let test: TestDatabase;
let acme: TestTenant;
let globex: TestTenant;
let db: Database;
let first: TenantDatabase;
let next: TenantDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test, "Acme");
  globex = await createTenant(test, "Globex");
  await createCustomer(acme, { name: "Acme's" });
  await createCustomer(globex, { name: "Globex's" });
});
afterAll(() => test.close());
beforeEach(() => {
  db = open(test, { max: 1 });
  first = db.forTenant({ tenantId: acme.tenant.id });
  next = db.forTenant({ tenantId: globex.tenant.id });
  return () => db.close();
});

const namesIn = async (handle: TenantDatabase) => (await handle.select().from(customers)).map((row) => row.name);

describe("what raw SQL leaves on a connection", () => {
  it("is gone after BEGIN without an end: the connection is not given to anybody else", async () => {
    const pid = await backendOf(first);
    await first.execute(sql`begin`);
    expect(db.pool.status().total).toBe(0);
    expect(await namesIn(next)).toEqual(["Globex's"]);
    expect(await backendOf(next)).not.toBe(pid);
  });

  it("is gone after a transaction that its callback began a second time", async () => {
    await first.transaction(async (tx) => {
      await tx.execute(sql`begin`);
      await tx.execute(sql`savepoint mine`);
    });
    expect(await namesIn(next)).toEqual(["Globex's"]);
    expect(db.pool.status()).toMatchObject({ total: 1, idle: 1 });
  });

  it("cannot be another tenant's scope, however it was set", async () => {
    const toGlobex = sql`select set_config('app.current_tenant_id', ${globex.tenant.id}, false)`;
    await first.execute(toGlobex);
    expect(await namesIn(first)).toEqual(["Acme's"]);
    await first.transaction((tx) => tx.execute(toGlobex));
    expect(await namesIn(first)).toEqual(["Acme's"]);
    expect(await first.transaction((tx) => tx.$count(customers))).toBe(1);
  });

  it("cannot be another user's or company's scope", async () => {
    for (const name of ["app.current_user_id", "app.current_company_id", "app.current_identity_id"]) {
      await first.execute(sql`select set_config(${name}, ${globex.admin.id}, false)`);
      expect([null, ""]).toContain(await value(next, sql`select current_setting(${name}, true)`));
      expect(await namesIn(next)).toEqual(["Globex's"]);
    }
  });

  it("is gone after session settings", async () => {
    for (const [setting, text] of [
      ["search_path", "pg_catalog, tenancy"],
      ["statement_timeout", "1234s"],
      ["default_transaction_read_only", "on"],
      ["timezone", "Asia/Tokyo"],
    ] as const) {
      const before = await value(next, sql`select current_setting(${setting})`);
      await first.execute(sql`select set_config(${setting}, ${text}, false)`);
      expect(await value(next, sql`select current_setting(${setting})`), setting).toBe(before);
    }
  });

  it("is gone after a cursor that outlives its transaction", async () => {
    await first.execute(sql`declare leak cursor with hold for select name from accounting.customers`);
    expect(await rejection(next.execute(sql`fetch all from leak`))).toMatchObject({ sqlState: "34000" });
  });

  it("is gone after an advisory lock of the session", async () => {
    await first.execute(sql`select pg_advisory_lock(4711)`);
    await next.accounting.customers.list();
    const held = await test.asOwner((owner) =>
      owner.query(
        "select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
      ),
    );
    expect(held.rowCount).toBe(0);
  });

  it("cannot be a temporary table", async () => {
    const stash = sql`create temporary table stash as select name from accounting.customers`;
    expect(await rejection(first.execute(stash))).toMatchObject({ sqlState: "42501" });
  });

  it("does not stop the next user after a statement that the repositories prepare was deallocated", async () => {
    await first.accounting.customers.list();
    await first.execute(sql`deallocate all`);
    const results = [];
    for (let i = 0; i < 3; i += 1) {
      results.push(
        await next.accounting.customers.list().then(
          (page) => page.items.length,
          () => "failed",
        ),
      );
    }
    expect(results.slice(1)).toEqual([1, 1]);
  });
});
