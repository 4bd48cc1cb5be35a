import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { joins } from "../../src/client/connection";
import type { Batch } from "../../src/client/unit";
import {
  ConflictError,
  ConnectionError,
  DatabaseError,
  DiskFullError,
  MigrationError,
  SerializationError,
  TimeoutError,
  ValidationError,
} from "../../src/index";
import { rejection } from "../kit/outcomes";
import {
  acme,
  add,
  type Item,
  inserts,
  item,
  many,
  mostUnderWay,
  names,
  own,
  setUp,
  sizes,
  test,
  unitOf,
  untilHeldBack,
  whileLocked,
} from "./coalescer-units";
import { backendOf, killBackend, meetingPoint } from "./connections";
import { startProxy } from "./proxy";

setUp();

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

  it("that a check refuses before anything is sent fails alone", async () => {
    const checked: Batch<Item, string> = {
      ...inserts,
      run: async (unit, items) => {
        if (items.some(({ name }) => name === "bad")) throw new ValidationError("The name is bad");
        return inserts.run(unit, items);
      },
    };
    const outcomes = await Promise.allSettled(
      ["good", "bad", "as good"].map((name) => unitOf().joined(checked, item(name))),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(outcomes[1]).toMatchObject({ reason: { message: "The name is bad" } });
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

  it("fails only those that were not settled before, when the batch was being taken apart", async () => {
    const proxy = await startProxy(test.urls.runtime);
    const unit = unitOf({}, own({ url: proxy.url, max: 1 }));
    await add(unit, "before");
    let syncs = 0;
    proxy.judge((type) => {
      syncs += type === "S" ? 1 : 0;
      return syncs === 5 ? "cut-before" : "pass";
    });
    const outcomes = await Promise.allSettled(["", "good", "lost", "lost as well"].map((name) => add(unit, name)));
    expect(sizes()).toEqual([1, 4, 2, 1, 1, 2]);
    expect(outcomes).toMatchObject([
      { reason: { code: "CHECK_VIOLATION" } },
      { status: "fulfilled" },
      { reason: { code: "CONNECTION_FAILED", outcome: "unknown" } },
      { reason: { code: "CONNECTION_FAILED", outcome: "unknown" } },
    ]);
    expect(await names()).toEqual(["good", "before"]);
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
    const pool = own({ max: 1, connectionTimeoutMillis: 1_000 });
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
    const unit = unitOf({}, own({ connectionTimeoutMillis: 1_000 }));
    await add(unit, "opens a connection");
    const { slow, behind } = await whileLocked(async () => {
      const calls = { slow: add(unit, "slow"), behind: Promise.resolve<PromiseSettledResult<string>[]>([]) };
      await untilHeldBack();
      calls.behind = Promise.allSettled(many(5).map((index) => add(unit, index)));
      await sleep(1_100);
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
    await expect.poll(() => closing.pool[joins].size).toBe(0);
    const written = await names();
    expect(written.filter((name) => Number(name) >= 100)).toEqual([]);
  });
});

describe("a failure that no single item is to blame for", () => {
  const failures = [
    new SerializationError("Another transaction changed the same data", { sqlState: "40001", retryable: true }),
    new DatabaseError("The server is out of resources", { sqlState: "53200", retryable: true }),
    new DatabaseError("The server panicked", { sqlState: "XX000", outcome: "unknown" }),
    new ConnectionError("The server refused the login", { sqlState: "28P01" }),
    new TimeoutError("The statement was cancelled", { sqlState: "57014" }),
    new DiskFullError("The server's disk is full", { sqlState: "53100" }),
    new MigrationError("A table is missing", { sqlState: "42P01" }),
    new DatabaseError("The database handle is closed"),
    new RangeError("A mistake in the batch's own code"),
  ];

  it.each(failures.map((failure) => [failure.message, failure]))(
    "is every call's, and ends it: %s",
    async (_, failure) => {
      let runs = 0;
      const failing: Batch<number, number> = {
        name: "tests.failing",
        most: 100,
        run: () => {
          runs += 1;
          throw failure;
        },
      };
      const outcomes = await Promise.allSettled(many(4).map((index) => unitOf().joined(failing, index)));
      expect(outcomes).toEqual(many(4).map(() => ({ status: "rejected", reason: failure })));
      expect(runs).toBe(1);
    },
  );
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
