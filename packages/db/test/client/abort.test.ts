import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import { customers } from "../../src/accounting";
import { AbortedError, type Database, newId } from "../../src/index";
import type { TestDatabase, TestTenant } from "../../src/testing";
import { waitingForLocks } from "../kit/locks";
import { rejection } from "../kit/outcomes";
import { sharedTenant } from "../kit/tenants";
import { backendOf, open } from "./connections";

/** A handle with one connection, so that what is left on it is seen by the next call. */
const it = sharedTenant.extend("db", async ({ test }, { onCleanup }) => {
  const db = open(test, { max: 1, statementTimeoutMillis: 20_000 });
  onCleanup(() => db.close({ graceMs: 100 }));
  return db;
});

const aborted = { code: "ABORTED", name: "AbortedError", outcome: "rolled-back", retryable: false };
const slow = sql`select pg_sleep(15)`;

const handleOf = (db: Database, acme: TestTenant, signal?: AbortSignal) =>
  db.forTenant({ tenantId: acme.tenant.id }, { signal });

/** Resolves when the server runs a `pg_sleep` of this database. */
const sleeping = (test: TestDatabase, count = 1) =>
  test.asOwner(async (owner) => {
    const running = `select from pg_stat_activity
      where datname = current_database() and state = 'active' and query like 'select pg_sleep%'`;
    while ((await owner.query(running)).rowCount !== count) await sleep(5);
  });

describe("an aborted signal", () => {
  it("cancels the statement on the server, at once, and the next call has another connection", async ({
    test,
    acme,
    db,
  }) => {
    const before = await backendOf(handleOf(db, acme));
    const abort = new AbortController();
    const call = rejection(handleOf(db, acme, abort.signal).execute(slow));
    await sleeping(test);
    const since = performance.now();
    abort.abort(new Error("secret reason"));
    const error = await call;
    expect(error).toBeInstanceOf(AbortedError);
    expect(error).toMatchObject({ ...aborted, sqlState: "57014" });
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain("secret");
    expect(performance.now() - since).toBeLessThan(5_000);
    await sleeping(test, 0);
    expect(await backendOf(handleOf(db, acme))).not.toBe(before);
  });

  it("refuses later calls of the same scope, and those alone", async ({ acme, db }) => {
    const handle = handleOf(db, acme, AbortSignal.abort());
    const calls = [
      () => handle.execute(sql`select 1`),
      () => handle.accounting.customers.findById(newId()),
      () => handle.accounting.customers.create({ companyId: acme.company.id, name: "Never" }),
      () => handle.accounting.invoices.issue(newId()),
      () => handle.transaction((tx) => tx.execute(sql`select 1`)),
    ];
    for (const call of calls) expect(await rejection(call())).toMatchObject({ ...aborted, sqlState: undefined });
    expect(await handleOf(db, acme).$count(customers, sql`name = 'Never'`)).toBe(0);
  });

  it("ends the wait for a connection, of reads, writes and transactions", async ({ test, acme, db }) => {
    const release = new AbortController();
    const busy = rejection(handleOf(db, acme, release.signal).execute(slow));
    await sleeping(test);
    const abort = new AbortController();
    const handle = handleOf(db, acme, abort.signal);
    const waiting = [
      handle.accounting.customers.findById(newId()),
      handle.execute(sql`select 1`),
      handle.transaction((tx) => tx.execute(sql`select 1`)),
    ].map((call) => rejection(call));
    await sleep(20);
    abort.abort();
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ ...aborted, sqlState: undefined });
    release.abort();
    await busy;
    expect(await handleOf(db, acme).execute(sql`select 1 as one`, "objects")).toEqual([{ one: 1 }]);
    expect(db.pool.status()).toMatchObject({ waiting: 0, total: 1, idle: 1 });
  });

  it("rolls a transaction back, whatever its callback makes of it", async ({ test, acme, db }) => {
    const name = newId();
    for (const catches of [false, true]) {
      const abort = new AbortController();
      const work = handleOf(db, acme).transaction(
        async (tx) => {
          await tx.accounting.customers.create({ companyId: acme.company.id, name });
          const running = tx.execute(slow);
          if (catches) await running.catch(() => undefined);
          else await running;
        },
        { signal: abort.signal, retry: true },
      );
      const error = rejection(work);
      await sleeping(test);
      abort.abort();
      expect(await error).toMatchObject(aborted);
      expect(await handleOf(db, acme).$count(customers, sql`name = ${name}`)).toBe(0);
    }
  });

  it("rolls back a transaction that was about to commit", async ({ acme, db }) => {
    const [name, abort] = [newId(), new AbortController()];
    const work = handleOf(db, acme, abort.signal).transaction(async (tx) => {
      await tx.accounting.customers.create({ companyId: acme.company.id, name });
      abort.abort();
    });
    expect(await rejection(work)).toMatchObject(aborted);
    expect(await handleOf(db, acme).$count(customers, sql`name = ${name}`)).toBe(0);
  });

  it("cancels a write that waits for a lock, which is then not written", async ({ test, acme, db }) => {
    const { id } = await acme.handle.accounting.customers.create({ companyId: acme.company.id, name: "Before" });
    const abort = new AbortController();
    await test.asOwner(async (owner) => {
      await owner.query("begin");
      await owner.query("select from accounting.customers where id = $1 for update", [id]);
      const write = rejection(handleOf(db, acme, abort.signal).accounting.customers.update(id, { name: "Aborted" }));
      await waitingForLocks(test, 1);
      abort.abort();
      expect(await write).toMatchObject(aborted);
      await owner.query("commit");
    });
    expect((await acme.handle.accounting.customers.getById(id)).name).toBe("Before");
  });

  it("in a request aborts its calls alone", async ({ test, acme, db }) => {
    const abort = new AbortController();
    const scope = { tenantId: acme.tenant.id };
    const request = rejection(db.runAs(scope, () => db.execute(slow), { signal: abort.signal }));
    await sleeping(test);
    abort.abort();
    expect(await request).toMatchObject(aborted);
    expect(await db.runAs(scope, () => db.execute(sql`select 1 as one`, "objects"))).toEqual([{ one: 1 }]);
  });

  it("never hits the next caller, nor leaves a listener, in 200 races with the server's answer", async ({
    test,
    acme,
  }) => {
    const db = open(test, { max: 3 });
    const outcomes = { done: 0, aborted: 0 };
    const signals = Array.from({ length: 200 }, () => new AbortController());
    const race = async (abort: AbortController, index: number) => {
      const timer = setTimeout(() => abort.abort(), Math.random() * 6);
      const name = newId();
      const call = handleOf(db, acme, abort.signal)
        .execute(sql`insert into accounting.customers (company_id, name)
          select ${acme.company.id}, ${name} from pg_sleep(${(index % 4) / 1_000})`)
        .then(
          () => "done" as const,
          (error: unknown) => {
            expect(error).toMatchObject(aborted);
            return "aborted" as const;
          },
        );
      const bystander = handleOf(db, acme).execute(sql`select pg_sleep(0.002)`);
      const outcome = await call;
      clearTimeout(timer);
      await bystander;
      outcomes[outcome] += 1;
      expect(await handleOf(db, acme).$count(customers, sql`name = ${name}`)).toBe(outcome === "done" ? 1 : 0);
    };
    for (let from = 0; from < signals.length; from += 20) {
      await Promise.all(signals.slice(from, from + 20).map(race));
    }
    expect(outcomes.done).toBeGreaterThan(0);
    expect(outcomes.aborted).toBeGreaterThan(0);
    await db.close();
  });

  it("may be shared by many calls without a warning of Node.js", async ({ acme, db }) => {
    const warnings: Error[] = [];
    const keep = (warning: Error) => void warnings.push(warning);
    process.on("warning", keep);
    const handle = handleOf(db, acme, new AbortController().signal);
    await Promise.all(Array.from({ length: 40 }, () => handle.accounting.customers.findById(newId())));
    await sleep(5);
    process.off("warning", keep);
    expect(warnings).toEqual([]);
  });
});
