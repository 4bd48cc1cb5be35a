import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConnectionError, type Database, newId, PoolExhaustedError } from "../../src/index";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";
import { open } from "./connections";
import { startProxy, type WireProxy } from "./proxy";

let test: TestDatabase;
let proxy: WireProxy;
let db: Database;
let tenants: { of: TestTenant; customerId: string }[];

beforeAll(async () => {
  test = await createTestDatabase();
  tenants = [];
  for (let i = 0; i < 8; i += 1) {
    const of = await createTenant(test, `Tenant ${i}`);
    tenants.push({ of, customerId: (await createCustomer(of, { name: `Customer of ${i}` })).id });
  }
});
afterAll(() => test.close());

// One connection, on which the statement is described: whatever comes at once has to wait for it.
beforeEach(async () => {
  proxy = await startProxy(test.urls.runtime);
  db = open(test, { url: proxy.url, max: 1, connectionTimeoutMillis: 2_000 });
  for (let i = 0; i < 3; i += 1) await find(0);
  proxy.reset();
});
afterEach(async () => {
  await db.close({ graceMs: 100 });
  await proxy.close();
});

function nth(index: number) {
  const found = tenants[index % tenants.length];
  if (!found) throw new TypeError("There is no tenant");
  return found;
}

// Every other one as a user, so that scopes of both kinds follow each other on a connection.
function handleOf(index: number) {
  const { of } = nth(index);
  return index % 2 === 0
    ? db.forTenant({ tenantId: of.tenant.id, userId: of.admin.id })
    : db.forTenant({ tenantId: of.tenant.id });
}

const find = (index: number) => handleOf(index).accounting.customers.findById(nth(index).customerId);
const syncs = () => proxy.counts.get("S") ?? 0;
const many = (count: number) => Array.from({ length: count }, (_, index) => index);

/**
 * Reads share only while they are quick, and a busy machine makes each slow. What one round shows holds whatever the load; that reads
 * shared at all is seen in one of many rounds.
 */
async function untilShared(round: () => Promise<boolean>): Promise<void> {
  for (let left = 50; left > 0; left -= 1) if (await round()) return;
  expect.fail("No round had reads that share a round trip");
}

/** Makes a statement slow once: it waits for a lock on its table. */
async function slowDown(table: string, work: () => Promise<unknown>): Promise<void> {
  await test.asOwner(async (owner) => {
    await owner.query(`begin; lock table ${table} in access exclusive mode`);
    const working = work();
    await sleep(500);
    await owner.query("commit");
    await working;
  });
}

describe("reads that wait for a connection", () => {
  it("share the next round trip, each in its own scope", async () => {
    await untilShared(async () => {
      proxy.reset();
      const found = await Promise.all(many(64).map(find));
      expect(found.map((customer) => customer?.id)).toEqual(many(64).map((index) => nth(index).customerId));
      expect(found.map((customer) => customer?.tenantId)).toEqual(many(64).map((index) => nth(index).of.tenant.id));
      // Alone, each has a Sync of its own; at most sixteen share one.
      expect(syncs()).toBeGreaterThanOrEqual(4);
      expect(syncs()).toBeLessThanOrEqual(64);
      return syncs() < 48;
    });
  });

  it("see nothing of the tenant before them", async () => {
    const foreign = await Promise.all(
      many(64).map((index) => handleOf(index).accounting.customers.findById(nth(index + 1).customerId)),
    );
    expect(foreign).toEqual(many(64).map(() => undefined));
    const lists = await Promise.all(many(64).map((index) => handleOf(index).accounting.customers.list()));
    expect(lists.map(({ items }) => items.map(({ id }) => id))).toEqual(
      many(64).map((index) => [nth(index).customerId]),
    );
  });

  it("see neither more nor less after a read that was narrowed to a company", async () => {
    const { of } = nth(0);
    const second = await of.handle.tenancy.companies.create({ name: "Second company" });
    const other = await createCustomer({ ...of, company: second }, { name: "Of the second company" });
    const scope = { tenantId: of.tenant.id };
    const handles = [db.forTenant({ ...scope, companyId: second.id }), db.forTenant(scope)];
    const lists = await Promise.all(many(40).map((index) => handles[index % 2]?.accounting.customers.list()));
    const ids = lists.map((list) => list?.items.map(({ id }) => id).sort());
    const all = [other.id, nth(0).customerId].sort();
    expect(ids).toEqual(many(40).map((index) => (index % 2 === 0 ? [other.id] : all)));
    await of.handle.accounting.customers.archive(other.id);
  });

  it("fail alone: those behind a failure are sent again", async () => {
    const stranger = newId();
    const read = (index: number) => {
      const { of, customerId } = nth(index);
      if (index % 5 === 1) return handleOf(index).accounting.customers.findById("no uuid");
      if (index % 5 === 3) {
        return db.forTenant({ tenantId: of.tenant.id, userId: stranger }).accounting.customers.findById(customerId);
      }
      return find(index);
    };
    const outcomes = await Promise.allSettled(many(60).map(read));
    expect(
      outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value?.id : outcome.reason.code)),
    ).toEqual(
      many(60).map((index) =>
        index % 5 === 1 ? "VALIDATION_FAILED" : index % 5 === 3 ? "TENANT_ISOLATION" : nth(index).customerId,
      ),
    );
  });

  it("leave no scope behind on the connection", async () => {
    await Promise.all(many(40).map(find));
    const rows = await db
      .forTenant({ tenantId: nth(0).of.tenant.id })
      .execute(
        sql`select current_setting('app.current_user_id', true) as user_id, current_setting('app.current_company_id', true) as company_id`,
        "objects",
      );
    expect(rows).toEqual([{ user_id: "", company_id: "" }]);
  });

  it("all end when the connection is cut in the middle of a round, and the next ones are served", async () => {
    await untilShared(async () => {
      // A new connection describes the statement first; on it the reads are as quick as before.
      for (let i = 0; i < 3; i += 1) await find(0);
      let seen = 0;
      proxy.judge((type) => {
        seen += type === "S" ? 1 : 0;
        return type === "S" && seen === 2 ? "cut-after" : "pass";
      });
      const outcomes = await Promise.allSettled(many(40).map(find));
      proxy.judge(() => "pass");
      const errors = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
      expect(errors.length).toBeGreaterThan(0);
      expect(errors.length).toBeLessThanOrEqual(16);
      for (const error of errors) {
        expect(error).toBeInstanceOf(ConnectionError);
        expect(error).toMatchObject({ statement: "accounting.customers.find", retryable: true });
      }
      return errors.length > 1;
    });
    expect((await find(0))?.id).toBe(nth(0).customerId);
    expect(db.pool.status()).toMatchObject({ total: 1, idle: 1, waiting: 0 });
  });

  it("are refused one by one when none becomes free within the limit", async () => {
    const held = handleOf(0).transaction(async (tx) => {
      await tx.execute(sql`select 1`);
      await sleep(2_500);
    });
    await sleep(50);
    const waiting = Promise.allSettled(many(30).map(find));
    expect(db.pool.status()).toMatchObject({ total: 1, idle: 0, waiting: 30 });
    for (const outcome of await waiting) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { retryable: true } });
      expect(outcome.status === "rejected" && outcome.reason).toBeInstanceOf(PoolExhaustedError);
    }
    await held;
    expect((await find(0))?.id).toBe(nth(0).customerId);
  });

  it("are refused when the handle is closed", async () => {
    const first = find(0);
    const others = many(30).map(find);
    await Promise.all([db.close({ graceMs: 200 }), Promise.allSettled([first, ...others])]);
    await expect(find(0)).rejects.toThrow("The database handle is closed");
  });
});

describe("a slow read", () => {
  it("goes alone, so that no other waits behind it", async () => {
    const { of } = nth(0);
    const list = () => db.forTenant({ tenantId: of.tenant.id }).accounting.invoices.list();
    await list();
    await list();
    await slowDown("accounting.invoices", list);
    proxy.reset();
    await Promise.all(many(10).map(list));
    expect(syncs()).toBe(10);
  });
});
