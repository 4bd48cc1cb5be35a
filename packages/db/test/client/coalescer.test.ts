import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { joins } from "../../src/client/connection";
import type { Batch, Unit } from "../../src/client/unit";
import { ConflictError, newId, TenantIsolationError } from "../../src/index";
import { createTenant, type TestTenant } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { addMember } from "../tenancy/kit/people";
import {
  acme,
  add,
  db,
  type Item,
  inserts,
  inside,
  item,
  many,
  mostUnderWay,
  names,
  own,
  sent,
  setUp,
  sizes,
  test,
  unitOf,
  untilHeldBack,
  whileLocked,
} from "./coalescer-units";
import { meetingPoint } from "./connections";

setUp();

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

  it("are told while the next statement is on its way, where calls wait", async () => {
    const unit = unitOf();
    const sentWhenTold = await Promise.all(many(250).map((index) => add(unit, index).then(() => sent.length)));
    expect(sentWhenTold).toEqual([...many(100).map(() => 2), ...many(100).map(() => 3), ...many(50).map(() => 3)]);
    expect(mostUnderWay).toBe(1);
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
