import { afterEach, describe, expect, it } from "vitest";
import { customers } from "../../src/accounting";
import {
  createDatabase,
  type Database,
  NotFoundError,
  newId,
  SerializationError,
  TenantContextMissingError,
  TenantIsolationError,
  type TenantTransaction,
} from "../../src/index";
import { accountOf } from "../accounting/kit/journal";
import { rejection } from "../kit/outcomes";
import { acme, asAcme, asOther, db, namesOf, other, scopeOf, setUp, test, wayNames, wayOf } from "./checks/requests";

setUp();

const row = (name: string) => ({ companyId: acme.company.id, name });
/** Waits for the test, which lets it go. */
const untilLet = () => {
  let go = () => undefined as undefined;
  const waiting = new Promise<void>((resolve) => {
    go = () => void resolve();
  });
  return { waiting, go };
};

describe("what outlives its request is refused", () => {
  const left: Promise<unknown>[] = [];
  afterEach(() => {
    left.length = 0;
  });

  it.each(wayNames)("%s, called after the end in what was begun inside", async (name) => {
    const way = wayOf(name);
    const { waiting, go } = untilLet();
    await asAcme(() => {
      left.push(rejection(waiting.then(way)));
    });
    go();
    expect(await left[0]).toMatchObject({ code: "TENANT_CONTEXT_MISSING", message: expect.stringContaining("ended") });
  });

  it("after a request that failed, too, and after the request around one that goes on", async () => {
    const { waiting, go } = untilLet();
    const read = () => waiting.then(() => db.accounting.customers.list());
    const failed = asAcme(() => {
      left.push(rejection(read()), rejection(db.runAs(scopeOf(acme), read)));
      throw new RangeError("on purpose");
    });
    await rejection(failed);
    go();
    for (const error of await Promise.all(left)) expect(error).toBeInstanceOf(TenantContextMissingError);
  });

  it("a query, repository, prepared query or transaction that was taken out of it", async () => {
    const taken = await asAcme(() => ({
      query: { run: () => db.select().from(customers) },
      kept: [db.select().from(customers).limit(1)],
      repositories: [db.accounting.customers],
      prepared: [db.select().from(customers).prepare("kept")],
      bound: [db.$count],
    }));
    const uses: (() => PromiseLike<unknown>)[] = [
      ...taken.kept.map((query) => () => query),
      ...taken.repositories.map((repository) => () => repository.list()),
      ...taken.prepared.map((query) => () => query.execute()),
      ...taken.bound.map((count) => () => count(customers)),
    ];
    for (const use of uses) {
      expect(await rejection(use())).toBeInstanceOf(TenantContextMissingError);
      expect(await asAcme(() => rejection(use()))).toBeInstanceOf(TenantContextMissingError);
      expect(await asOther(() => rejection(use()))).toBeInstanceOf(TenantContextMissingError);
    }
    expect(() => taken.query.run()).toThrow(TenantContextMissingError);
  });

  it("a query of one request that another executes, while both go on", async () => {
    const { waiting, go } = untilLet();
    const { waiting: built, go: ready } = untilLet();
    let shared: { query: PromiseLike<unknown>; list: () => Promise<unknown> } | undefined;
    const first = asAcme(async () => {
      const { customers: repository } = db.accounting;
      shared = { query: db.select().from(customers), list: () => repository.list() };
      ready();
      await waiting;
      return shared.list();
    });
    await built;
    const { query, list } = shared ?? expect.unreachable();
    for (const stranger of [asOther, <T>(work: () => T) => db.runAs({ tenantId: acme.tenant.id }, work)]) {
      for (const use of [() => query, list]) {
        expect(await stranger(() => rejection(use()))).toBeInstanceOf(TenantIsolationError);
      }
    }
    const own = { items: expect.arrayContaining([expect.objectContaining({ name: "Ours" })]) };
    expect(await asAcme(list)).toMatchObject(own);
    go();
    expect(await first).toMatchObject(own);
  });

  it.each<[string, <T>(work: (tx: TenantTransaction) => Promise<T>) => Promise<T>]>([
    ["one request", (work) => asAcme(() => db.transaction(work))],
    ["no request", (work) => acme.handle.transaction(work)],
  ])("a transaction of %s that the request of another tenant uses", async (_name, start) => {
    const { waiting, go } = untilLet();
    const { waiting: begun, go: hasBegun } = untilLet();
    let taken: TenantTransaction | undefined;
    const transaction = start(async (tx) => {
      await tx.insert(customers).values(row("Of the owner"));
      taken = tx;
      hasBegun();
      await waiting;
    });
    await begun;
    const tx = taken ?? expect.unreachable();
    for (const use of [() => tx.select().from(customers), () => tx.transaction(async () => undefined)]) {
      expect(await asOther(() => rejection(use()))).toBeInstanceOf(TenantIsolationError);
    }
    go();
    expect(await rejection(transaction)).toBeInstanceOf(TenantIsolationError);
    expect(await namesOf(acme)).not.toContain("Of the owner");
  });

  it.each<[string, (tx: TenantTransaction) => Promise<unknown>]>([
    ["that would write more", (tx) => tx.insert(customers).values(row("Too late"))],
    ["that would only commit", async () => undefined],
    ["that catches the refusal", (tx) => rejection(tx.insert(customers).values(row("Too late")))],
    ["in a part of it", (tx) => tx.transaction((part) => part.insert(customers).values(row("Too late")))],
  ])("a transaction %s: all of it is undone", async (_name, after) => {
    const own = createDatabase({ url: test.urls.runtime, max: 1 });
    for (const start of [
      own.transaction.bind(own),
      own.withTenant.bind(own, scopeOf(acme)),
    ] as Database["transaction"][]) {
      const { waiting, go } = untilLet();
      const { waiting: written, go: hasWritten } = untilLet();
      await own.runAs(scopeOf(acme), async () => {
        const work = start(async (tx) => {
          await tx.insert(customers).values(row("Too late"));
          hasWritten();
          await waiting;
          await after(tx);
        });
        left.push(rejection(work));
        await written;
      });
      go();
      expect(await left.pop()).toMatchObject({ code: "TENANT_CONTEXT_MISSING", outcome: "rolled-back" });
      expect(await namesOf(acme)).not.toContain("Too late");
      expect(own.pool.status()).toMatchObject({ total: 1, idle: 1 });
    }
    await own.close();
  });

  it.each([
    ["the request's", () => db.transaction.bind(db) as Database["transaction"]],
    ["a handle's", () => acme.handle.transaction.bind(acme.handle) as Database["transaction"]],
  ])("an attempt of %s transaction that is made again", async (_name, begin) => {
    const { waiting, go } = untilLet();
    const seen: unknown[] = [];
    await asAcme(() => {
      const again = begin()(
        async (tx) => {
          seen.push(await waiting.then(() => rejection(tx.insert(customers).values(row("Again")))));
          throw new SerializationError("Once more, please", { retryable: true });
        },
        { retry: { attempts: 2 } },
      );
      left.push(rejection(again));
    });
    go();
    await Promise.all(left);
    expect(seen).toHaveLength(2);
    for (const error of seen) expect(error).toBeInstanceOf(TenantContextMissingError);
    expect(await namesOf(acme)).not.toContain("Again");
  });

  it("work that goes on after it names its tenant, or opens a scope of its own", async () => {
    const { waiting, go } = untilLet();
    await asAcme(() => {
      left.push(waiting.then(() => namesOf(other)));
      left.push(waiting.then(() => asOther(() => db.accounting.customers.list())));
      left.push(waiting.then(() => db.forIdentity(newId()).enterTenant(newId())).catch((error: unknown) => error));
    });
    go();
    const [names, list, unknown] = await Promise.all(left);
    expect(names).toContain("Theirs");
    expect(list).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ name: "Theirs" })]) });
    expect(unknown).toBeInstanceOf(NotFoundError);
  });

  it("a batch serves the callers of other requests when that of the first has ended", async () => {
    const [debit, credit] = [await accountOf(acme, "1100"), await accountOf(acme, "4100")];
    const entry = (idempotencyKey: string) => ({
      ...{ companyId: acme.company.id, date: "2026-01-15", idempotencyKey },
      lines: [
        { accountId: debit, debit: "1.00" },
        { accountId: credit, credit: "1.00" },
      ],
    });
    // The first opens the queue and ends at once; the others join its queue, for the scope is the same.
    await asAcme(() => {
      left.push(db.accounting.journal.post(entry("first")));
    });
    const posted = await Promise.all(
      ["second", "third", "fourth"].map((key) => asAcme(() => db.accounting.journal.post(entry(key)))),
    );
    await Promise.all(left);
    const { items } = await acme.handle.accounting.journal.list({ companyId: acme.company.id });
    const ids = new Set(items.map(({ id }) => id));
    expect(posted.map(({ id }) => ids.has(id))).toEqual([true, true, true]);
    expect(items).toHaveLength(4);
  });
});
