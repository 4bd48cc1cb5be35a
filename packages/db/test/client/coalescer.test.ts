import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { customers } from "../../src/accounting";
import { sqlStatement } from "../../src/accounting/statements";
import { joins } from "../../src/client/connection";
import type { TenantScope } from "../../src/client/scope";
import type { Batch, Unit } from "../../src/client/unit";
import { ConflictError } from "../../src/core/errors";
import type { Params } from "../../src/core/statement";
import { tenantUnit } from "../../src/database";
import {
  ConnectionError,
  type Database,
  type DatabaseOptions,
  newId,
  TenantIsolationError,
  type TenantTransaction,
} from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { addMember } from "../tenancy/support";
import { startProxy } from "./proxy";
import { backendOf, killBackend, meetingPoint, open, rejection } from "./support";

/** A customer to write: an empty name is refused with all others, a `key` that is taken fails alone. */
interface Item {
  companyId: string;
  name: string;
  key?: string;
}

const insert = sqlStatement(
  "tests.coalescer.insert",
  (q) => q.select({ id: customers.id, transaction: sql<string>`pg_current_xact_id()` }).from(customers),
  (p: Params<{ ids: string[]; companyIds: string[]; names: string[]; keys: (string | null)[] }>) => sql`
    insert into accounting.customers as c (tenant_id, id, company_id, name, external_id)
    select ${p.tenantId}::uuid, * from unnest(${p.ids}::uuid[], ${p.companyIds}::uuid[], ${p.names}::text[], ${p.keys}::text[])
    on conflict do nothing
    returning c.id, pg_current_xact_id()::text`,
);

/** Items of each statement that was sent, in order. */
let sent: (readonly Item[])[] = [];
let underWay = 0;
let mostUnderWay = 0;

const inserts: Batch<Item, string> = {
  name: "tests.coalescer",
  most: 100,
  async run(unit, items) {
    sent.push(items);
    underWay += 1;
    mostUnderWay = Math.max(mostUnderWay, underWay);
    try {
      const ids = items.map(() => newId());
      const rows = await unit.run(insert, {
        ids,
        companyIds: items.map(({ companyId }) => companyId),
        names: items.map(({ name }) => name),
        keys: items.map(({ key }) => key ?? null),
      });
      const written = new Map(rows.map(({ id, transaction }) => [id, transaction]));
      return ids.map((id) => written.get(id) ?? new ConflictError("The key is taken"));
    } finally {
      underWay -= 1;
    }
  },
};

let test: TestDatabase;
let acme: TestTenant;
let db: Database;
const opened: Database[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  acme = await createTenant(test);
  db = own({ max: 4 });
  sent = [];
  mostUnderWay = 0;
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close({ graceMs: 100 })));
});

function own(options: DatabaseOptions = {}): Database {
  const database = open(test, options);
  opened.push(database);
  return database;
}

/** What a handle of the scope hands to its repositories. */
const unitOf = (scope: Partial<TenantScope> = {}, of: Database = db): Unit =>
  tenantUnit(of.pool, { tenantId: acme.tenant.id, ...scope }).unit;

const item = (name: string | number, key?: string): Item => ({
  companyId: acme.company.id,
  name: String(name),
  ...(key === undefined ? {} : { key }),
});

const add = (unit: Unit, name: string | number, key?: string) => unit.joined(inserts, item(name, key));

/** What a transaction hands to its repositories. */
function inside<T>(tx: TenantTransaction, work: (unit: Unit) => Promise<T>): Promise<T> {
  return tx.tenancy.idempotency.once({ operation: "tests.coalescer", key: newId(), request: null }, work);
}

const many = (count: number) => Array.from({ length: count }, (_, index) => index);

const sizes = () => sent.map((items) => items.length);

/** Names of the tenant's customers, read on another connection, in numerical order. */
async function names(tenantId = acme.tenant.id): Promise<string[]> {
  const { rows } = await test.asOwner((owner) =>
    owner.query("select name from accounting.customers where tenant_id = $1 order by length(name), name", [tenantId]),
  );
  return rows.map((row) => row.name);
}

/** Holds back whatever writes a customer, until `work` is done. */
async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
  return test.asOwner(async (owner) => {
    await owner.query("begin; lock table accounting.customers in exclusive mode");
    try {
      return await work();
    } finally {
      await owner.query("commit");
    }
  });
}

/** Resolves once a write waits for the lock. */
async function untilHeldBack(): Promise<void> {
  const waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  await test.asOwner(async (owner) => {
    while ((await owner.query(waiting)).rowCount === 0) await sleep(5);
  });
}

describe("single calls that meet", () => {
  it("are one statement and one transaction, whatever handle of the scope they came from", async () => {
    const transactions = await Promise.all(many(100).map((index) => add(unitOf(), index)));
    expect(sizes()).toEqual([100]);
    expect(new Set(transactions).size).toBe(1);
    expect(await names()).toEqual(many(100).map(String));
  });

  it("are cut into statements of the batch's size, in the order in which they came", async () => {
    const unit = unitOf();
    const transactions = await Promise.all(many(250).map((index) => add(unit, index)));
    expect(sizes()).toEqual([100, 100, 50]);
    expect(sent.flat().map(({ name }) => name)).toEqual(many(250).map(String));
    expect(new Set(transactions).size).toBe(3);
  });

  it("join the next statement while one is in flight, and never are two in flight", async () => {
    const unit = unitOf();
    const calls = await whileLocked(async () => {
      const first = add(unit, "first");
      await untilHeldBack();
      const others: Promise<string>[] = [];
      for (const index of many(20)) {
        others.push(add(unit, index));
        await sleep(1);
      }
      expect(sizes()).toEqual([1]);
      return [first, ...others];
    });
    await Promise.all(calls);
    expect(sizes()).toEqual([1, 20]);
    expect(mostUnderWay).toBe(1);
  });

  it("keep meeting when each caller awaits one call after the other, and none of a caller's is overtaken", async () => {
    const unit = unitOf();
    const callers = many(16).map(async (caller) => {
      for (const call of many(20)) await add(unit, `${caller}/${call}`);
    });
    await Promise.all(callers);
    expect(sizes()).toEqual(many(20).map(() => 16));
    expect(mostUnderWay).toBe(1);
    for (const caller of many(16)) {
      const own = sent.flat().filter(({ name }) => name.startsWith(`${caller}/`));
      expect(own.map(({ name }) => name)).toEqual(many(20).map((call) => `${caller}/${call}`));
    }
  });

  it("are committed when they resolve", async () => {
    const unit = unitOf();
    await Promise.all(
      many(20).map(async (index) => {
        const name = `kept ${index}`;
        await add(unit, name);
        expect(await names()).toContain(name);
      }),
    );
  });

  it("meet only where the batch is the same", async () => {
    const unit = unitOf();
    const others: Batch<Item, string> = { ...inserts };
    await Promise.all([add(unit, 1), unit.joined(others, item(2)), add(unit, 3)]);
    expect(sent.map((items) => items.map(({ name }) => name))).toEqual([["1", "3"], ["2"]]);
  });
});

describe("a bad item", () => {
  const places: [string, number[]][] = [
    ["first", [0]],
    ["in the middle", [17]],
    ["last", [39]],
    ["one of several", [0, 1, 13, 38]],
    ["one of a half", many(20)],
    ["like all others", many(40)],
  ];

  it.each(places)("that the server refuses fails alone: %s", async (_, bad) => {
    const unit = unitOf();
    const outcomes = await Promise.allSettled(many(40).map((index) => add(unit, bad.includes(index) ? "" : index)));
    for (const [index, outcome] of outcomes.entries()) {
      if (bad.includes(index)) expect(outcome).toMatchObject({ status: "rejected", reason: { sqlState: "23514" } });
      else expect(outcome.status).toBe("fulfilled");
    }
    const good = many(40).filter((index) => !bad.includes(index));
    expect(await names()).toEqual(good.map(String));
    const errors = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(new Set(errors).size).toBe(bad.length);
  });

  it("costs few statements: the batch is halved, not taken apart", async () => {
    const unit = unitOf();
    await Promise.allSettled(many(64).map((index) => add(unit, index === 5 ? "" : index)));
    expect(sizes()).toEqual([64, 32, 16, 8, 4, 4, 2, 1, 1, 2, 8, 16, 32]);
  });

  it("that cannot be sent fails alone", async () => {
    const unit = unitOf();
    const outcomes = await Promise.allSettled(["good", "nul \0", "as good"].map((name) => add(unit, name)));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(outcomes[1]).toMatchObject({ reason: { code: "VALIDATION_FAILED" } });
  });

  it("with an outcome of its own fails alone, and nothing is sent again", async () => {
    const unit = unitOf();
    const outcomes = await Promise.allSettled(
      many(10).map((index) => add(unit, index, index % 3 === 0 ? "same" : `key ${index}`)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(
      many(10).map((index) => (index % 3 === 0 && index > 0 ? "rejected" : "fulfilled")),
    );
    expect(outcomes[3]).toMatchObject({ reason: new ConflictError("The key is taken") });
    expect(sizes()).toEqual([10]);
  });

  it("does not stop the calls that wait behind it", async () => {
    const unit = unitOf();
    const outcomes = await Promise.allSettled(many(150).map((index) => add(unit, index === 99 ? "" : index)));
    expect(outcomes.filter(({ status }) => status === "rejected").length).toBe(1);
    expect((await names()).length).toBe(149);
    expect(mostUnderWay).toBe(1);
  });
});

describe("scopes", () => {
  it("never share a statement: tenants, members, companies", async () => {
    const member = await addMember(acme);
    const second = await acme.handle.tenancy.companies.create({ name: "Second company" });
    const other = await createTenant(test, "Other");
    const units: [Unit, string][] = [
      [unitOf(), acme.company.id],
      [unitOf({ userId: acme.admin.id }), acme.company.id],
      [unitOf({ userId: member.id }), acme.company.id],
      [unitOf({ companyId: acme.company.id }), acme.company.id],
      [unitOf({ companyId: second.id }), second.id],
      [unitOf({ tenantId: other.tenant.id }), other.company.id],
    ];
    const transactions = await Promise.all(
      many(60).map((index) => {
        const [unit, companyId] = units[index % 6] as [Unit, string];
        return unit.joined(inserts, { companyId, name: String(index) });
      }),
    );
    expect(sizes()).toEqual(many(6).map(() => 10));
    for (const items of sent) expect(new Set(items.map(({ name }) => Number(name) % 6)).size).toBe(1);
    expect(new Set(transactions).size).toBe(6);
    expect(await names(other.tenant.id)).toEqual(many(10).map((index) => String(index * 6 + 5)));
  });

  it("do not wait for each other", async () => {
    const pool = own({ max: 2 });
    const slow: Batch<Item, string> = {
      ...inserts,
      run: async (unit) => {
        await unit.drizzle.execute(sql`select 1`);
        await finish;
        return ["done"];
      },
    };
    const release = meetingPoint(2);
    const finish = release();
    const waiting = unitOf({}, pool).joined(slow, item("slow"));
    await unitOf({ userId: acme.admin.id }, pool).joined(inserts, item("quick"));
    await release();
    expect(await waiting).toBe("done");
  });

  it("whose member is not active are refused, each call, and others are not", async () => {
    const stranger = unitOf({ userId: newId() });
    const outcomes = await Promise.allSettled(many(8).map((index) => add(index % 2 ? stranger : unitOf(), index)));
    expect(outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason.code : "done"))).toEqual(
      many(8).map((index) => (index % 2 ? "TENANT_ISOLATION" : "done")),
    );
  });
});

describe("a connection that is lost under a batch", () => {
  it("fails all its calls with an unknown outcome; the calls behind it succeed", async () => {
    const proxy = await startProxy(test.urls.runtime);
    const unit = unitOf({}, own({ url: proxy.url, max: 1 }));
    await add(unit, "before");
    let syncs = 0;
    proxy.judge((type) => {
      syncs += type === "S" ? 1 : 0;
      return type === "S" && syncs === 1 ? "cut-after" : "pass";
    });
    const outcomes = await Promise.allSettled(many(150).map((index) => add(unit, index)));
    for (const outcome of outcomes.slice(0, 100)) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { outcome: "unknown", retryable: false } });
      expect(outcome.status === "rejected" && outcome.reason).toBeInstanceOf(ConnectionError);
    }
    expect(outcomes.slice(100).map(({ status }) => status)).toEqual(many(50).map(() => "fulfilled"));
    expect(sizes(), "nothing is sent twice").toEqual([1, 100, 50]);
    await proxy.close();
  });

  it("is told with the server's reason when the process was ended", async () => {
    const lonely = own({ max: 1 });
    const unit = unitOf({}, lonely);
    const pid = await backendOf(lonely.forTenant({ tenantId: acme.tenant.id }));
    const outcomes = await whileLocked(async () => {
      const calls = Promise.allSettled(many(30).map((index) => add(unit, index)));
      await untilHeldBack();
      await killBackend(test, pid);
      return calls;
    });
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { sqlState: "57P01" } });
      expect(outcome.status === "rejected" && outcome.reason).toBeInstanceOf(ConnectionError);
    }
    expect(await names()).toEqual([]);
    await add(unit, "after");
    expect(await names()).toEqual(["after"]);
  });
});

describe("waiting", () => {
  it("ends for all calls of a batch when a lock is not free in time; they are not sent again", async () => {
    const unit = unitOf({}, own({ lockTimeoutMillis: 50 }));
    const outcomes = await whileLocked(() => Promise.allSettled(many(10).map((index) => add(unit, index))));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "TIMEOUT", retryable: true } });
    }
    expect(sizes()).toEqual([10]);
  });

  it("ends for all calls of a batch when the pool is exhausted", async () => {
    const pool = own({ max: 1, connectionTimeoutMillis: 100 });
    const finish = meetingPoint(2);
    const begun = meetingPoint(2);
    const holder = pool.withTenant({ tenantId: acme.tenant.id }, async (tx) => {
      await tx.accounting.customers.list();
      await begun();
      await finish();
    });
    await begun();
    const outcomes = await Promise.allSettled(many(10).map((index) => add(unitOf({}, pool), index)));
    await finish();
    await holder;
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "POOL_EXHAUSTED", retryable: true } });
    }
    expect(sizes()).toEqual([10]);
  });

  it("ends for calls that waited longer than for a connection behind a slow batch", async () => {
    const unit = unitOf({}, own({ connectionTimeoutMillis: 200 }));
    await add(unit, "opens a connection");
    const { slow, behind } = await whileLocked(async () => {
      const calls = { slow: add(unit, "slow"), behind: Promise.resolve<PromiseSettledResult<string>[]>([]) };
      await untilHeldBack();
      calls.behind = Promise.allSettled(many(5).map((index) => add(unit, index)));
      await sleep(300);
      return calls;
    });
    await slow;
    for (const outcome of await behind) {
      expect(outcome).toMatchObject({
        reason: { code: "POOL_EXHAUSTED", statement: "tests.coalescer", retryable: true },
      });
    }
    expect(await names()).toEqual(["slow", "opens a connection"]);
  });

  it("ends when the handle is closed, with the error of every other call", async () => {
    const closing = own({ max: 1 });
    const unit = unitOf({}, closing);
    await add(unit, "before");
    const outcomes = await whileLocked(async () => {
      const calls = Promise.allSettled(many(250).map((index) => add(unit, index)));
      await untilHeldBack();
      await closing.close({ graceMs: 50 });
      return calls;
    });
    expect(outcomes.length).toBe(250);
    for (const outcome of outcomes.slice(0, 100)) expect(outcome).toMatchObject({ reason: { outcome: "unknown" } });
    for (const outcome of outcomes.slice(100)) {
      expect(outcome).toMatchObject({ reason: { message: "The database handle is closed" } });
    }
    expect(await rejection(add(unit, "late"))).toMatchObject({ message: "The database handle is closed" });
    expect(closing.pool[joins].size).toBe(0);
    expect(await names()).toEqual(["before"]);
  });
});

describe("in a transaction", () => {
  it("calls run at once, are seen inside, and are rolled back with it", async () => {
    const undone = new Error("undone");
    const error = await rejection(
      acme.handle.transaction(async (tx) => {
        await inside(tx, async (unit) => {
          await Promise.all([add(unit, 1), add(unit, 2)]);
          expect(sizes()).toEqual([1, 1]);
          const seen = await unit.drizzle.execute(sql`select name from accounting.customers`, "objects");
          expect(seen).toHaveLength(2);
        });
        expect(await names()).toEqual([]);
        throw undone;
      }),
    );
    expect(error).toBe(undone);
    expect(await names()).toEqual([]);
  });

  it("calls do not join those of the handle", async () => {
    const single = add(unitOf(), "single");
    const transaction = await acme.handle.transaction((tx) => inside(tx, (unit) => add(unit, "inside")));
    expect(await single).not.toBe(transaction);
    expect(sizes()).toEqual([1, 1]);
  });

  it("an outcome that is an error is thrown, and the transaction goes on", async () => {
    await acme.handle.transaction((tx) =>
      inside(tx, async (unit) => {
        await add(unit, "first", "same");
        expect(await rejection(add(unit, "second", "same"))).toBeInstanceOf(ConflictError);
        await add(unit, "third");
      }),
    );
    expect(await names()).toEqual(["first", "third"]);
  });

  it("a refused item fails the transaction", async () => {
    const error = await rejection(acme.handle.transaction((tx) => inside(tx, (unit) => add(unit, ""))));
    expect(error).toMatchObject({ sqlState: "23514" });
  });

  it("the handle is refused for that caller alone", async () => {
    const unit = unitOf();
    const before = add(unit, "before");
    const refused = acme.handle.transaction(async (tx) => {
      const error = await rejection(add(unit, "refused"));
      expect(error).toBeInstanceOf(TenantIsolationError);
      await inside(tx, (own) => add(own, "inside"));
    });
    const after = add(unit, "after");
    await Promise.all([before, refused, after]);
    expect((await names()).sort()).toEqual(["after", "before", "inside"]);
  });

  it("the handle is refused also while a batch is in flight, and waits for nothing", async () => {
    const unit = unitOf();
    const [first, second] = await whileLocked(async () => {
      const slow = add(unit, "slow");
      await untilHeldBack();
      await acme.handle.transaction(async () => {
        expect(await rejection(add(unit, "refused"))).toBeInstanceOf(TenantIsolationError);
      });
      return [slow, add(unit, "next")];
    });
    await Promise.all([first, second]);
    expect(await names()).toEqual(["next", "slow"]);
  });
});

describe("the asynchronous context", () => {
  const request = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const watched: Batch<Item, string> = {
    ...inserts,
    run: (unit, items) => {
      seen.push(request.getStore());
      return inserts.run(unit, items);
    },
  };

  it("of a caller is not the batch's, and each caller keeps its own", async () => {
    const unit = unitOf();
    await Promise.all(
      many(10).map((index) =>
        request.run(`request ${index}`, async () => {
          for (const call of many(3)) {
            await unit
              .joined(watched, item(`${index}/${call}`, index === 0 ? "same" : `${index}/${call}`))
              .catch(() => undefined);
            expect(request.getStore()).toBe(`request ${index}`);
          }
        }),
      ),
    );
    expect(seen).toEqual([undefined, undefined, undefined]);
  });

  it("of a transaction that has ended starts batches that others may join", async () => {
    const unit = unitOf();
    let late = Promise.resolve<unknown>(undefined);
    const ended = meetingPoint(2);
    await acme.handle.transaction(async (tx) => {
      await tx.accounting.customers.list();
      late = ended().then(() => add(unit, "late"));
    });
    await ended();
    await Promise.all([late, add(unit, "other")]);
    expect(sizes()).toEqual([2]);
  });
});

describe("queues", () => {
  it("exist only while calls wait or are in flight", async () => {
    const tenants = await Promise.all(many(5).map(() => createTenant(test)));
    const scopes = tenants.flatMap(({ tenant, admin }) => [
      { tenantId: tenant.id },
      { tenantId: tenant.id, userId: admin.id },
    ]);
    const calls = scopes.flatMap((scope, index) =>
      many(3).map((call) =>
        unitOf(scope).joined(inserts, {
          companyId: (tenants[index >> 1] as TestTenant).company.id,
          name: call === 1 ? "" : "x",
        }),
      ),
    );
    expect(db.pool[joins].size).toBe(10);
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === "rejected").length).toBe(10);
    await new Promise(setImmediate);
    expect(db.pool[joins].size).toBe(0);
  });
});

describe("a batch that answers for fewer items than it got", () => {
  it("fails all its calls, and sends nothing again", async () => {
    const unit = unitOf();
    let runs = 0;
    const short: Batch<Item, string> = {
      ...inserts,
      run: async (inner, items) => {
        runs += 1;
        return (await inserts.run(inner, items)).slice(1);
      },
    };
    const outcomes = await Promise.allSettled(many(4).map((index) => unit.joined(short, item(index))));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { name: "TypeError" } });
    expect(runs).toBe(1);
  });
});
