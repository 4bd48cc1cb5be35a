import { EventEmitter, once } from "node:events";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { customers } from "../../src/accounting";
import { type Database, DatabaseError, type TenantScope } from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase } from "../../src/testing";
import { accountOf } from "../accounting/kit/journal";
import { lengthOf, runSeed } from "../kit/length";
import { rejection } from "../kit/outcomes";

/*
 * 1,000 requests of 50 tenants, 64 at a time, share a pool of 5 by `runAs`. Each does a few steps of chance behind
 * timers, emitters, failures and waits, and holds what it sees against its own scope. The soak makes 40,000.
 */
const seed = runSeed();
const requests = lengthOf(1_000, 40_000);
const tenants = 50;
const atOnce = 64;

interface Player {
  scopes: readonly TenantScope[];
  companyId: string;
  /** Accounts of the books, for the tenants that have some. */
  accounts: readonly [string, string] | undefined;
  /** What its requests wrote and were told of. */
  written: string[];
}

let test: TestDatabase;
let db: Database;
let players: readonly Player[];
const findings: Record<string, number> = {};
const wrong: string[] = [];
const leftovers: Promise<unknown>[] = [];
const note = (what: string) => {
  findings[what] = (findings[what] ?? 0) + 1;
};

/** The random numbers of one request. */
function chance(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Holds the tenants of rows against the request's own. */
function hold(scope: TenantScope, what: string, rows: readonly { tenantId: string }[]): void {
  note(what);
  if (rows.length === 0) wrong.push(`${what} saw nothing`);
  if (rows.some(({ tenantId }) => tenantId !== scope.tenantId)) wrong.push(`${what} saw another tenant's rows`);
}

/** Holds what the server says of the scope against the request's own. */
async function holdSettings(scope: TenantScope, what: string, run: Pick<Database, "execute">): Promise<void> {
  const names = ["tenant", "user", "company"].map((name) => `current_setting('app.current_${name}_id', true)`);
  const [seen] = await run.execute<string[]>(sql.raw(`select ${names.join(", ")}`), "arrays");
  note(what);
  if (seen?.join() !== [scope.tenantId, scope.userId, scope.companyId].join())
    wrong.push(`${what} ran in another scope`);
}

type Step = (scope: TenantScope, player: Player, pick: (below: number) => number) => Promise<void>;
/** Left by one request for whoever comes next. */
let takenOut: { scope: TenantScope; query: PromiseLike<unknown>; list: () => Promise<unknown> } | undefined;
/** Shared by all requests: a listener runs in the scope of whoever emits. */
const shared = new EventEmitter();
shared.on("read", (scope: TenantScope, done: (read: Promise<void>) => void) => {
  done(db.accounting.customers.list().then(({ items }) => hold(scope, "a listener made outside", items)));
});

const steps: Record<string, Step> = {
  "a repository": async (scope) => hold(scope, "a repository", (await db.accounting.customers.list()).items),
  "a select": async (scope) => hold(scope, "a select", await db.select().from(customers)),
  "relational queries": async (scope) =>
    hold(scope, "relational queries", await db.query.accountingCustomers.findMany({ limit: 5 })),
  settings: (scope) => holdSettings(scope, "settings", db),
  "several at once": async (scope) => {
    const lists = await Promise.all(Array.from({ length: 3 }, () => db.accounting.customers.list()));
    for (const { items } of lists) hold(scope, "several at once", items);
  },
  "a timer": async (scope, _player, pick) => {
    const read = () => db.accounting.customers.list();
    const { items } = await new Promise<Awaited<ReturnType<typeof read>>>((resolve) => {
      setTimeout(() => resolve(read()), pick(4));
    });
    hold(scope, "a timer", items);
  },
  "an emitter": async (scope, _player, pick) => {
    const emitter = new EventEmitter();
    emitter.on("go", () => emitter.emit("read", db.select().from(customers)));
    setTimeout(() => emitter.emit("go"), pick(3));
    const [query] = await once(emitter, "read");
    hold(scope, "an emitter", await query);
  },
  "a listener made outside": async (scope) => {
    await new Promise<void>((resolve, reject) => {
      shared.emit("read", scope, (read: Promise<void>) => void read.then(resolve, reject));
    });
  },
  "a transaction": (scope, player, pick) =>
    db.transaction(async (tx) => {
      await holdSettings(scope, "a transaction", tx);
      await sleep(pick(3));
      const [created] = await tx
        .insert(customers)
        .values({ companyId: player.companyId, name: "In a transaction" })
        .returning();
      await tx.transaction((part) => holdSettings(scope, "a part of it", part));
      hold(scope, "a transaction's own row", created ? [created] : []);
      hold(scope, "a transaction's rows", await tx.select().from(customers));
      player.written.push(created?.id ?? "");
    }),
  "a transaction that fails": async (scope, player, pick) => {
    const work = db.transaction(async (tx) => {
      await tx.insert(customers).values({ companyId: player.companyId, name: "Undone" });
      if (pick(2)) await tx.execute(sql`select 1 / 0`);
      throw new RangeError("on purpose");
    });
    if (!(await rejection(work))) wrong.push("a transaction that fails did not");
    await holdSettings(scope, "after a failure", db);
  },
  "a statement that fails": async (scope) => {
    if (!((await rejection(db.execute(sql`select 1 / 0`))) instanceof DatabaseError)) wrong.push("1 / 0 did not fail");
    await holdSettings(scope, "after a failure", db);
  },
  "a write": async (scope, player) => {
    const created = await db.accounting.customers.create({ companyId: player.companyId, name: "Single" });
    hold(scope, "a write", [created]);
    player.written.push(created.id);
  },
  "a joined write": async (scope, { accounts, companyId }) => {
    if (!accounts) return;
    const [debit, credit] = accounts;
    const lines = [
      { accountId: debit, debit: "1.00" },
      { accountId: credit, credit: "1.00" },
    ];
    const entry = await db.accounting.journal.post({ companyId, date: "2026-01-15", lines });
    note("a joined write");
    if (entry.postedBy !== (scope.userId ?? null)) wrong.push("a joined write is in another member's name");
  },
  "another's query": async (scope) => {
    const { customers: repository } = db.accounting;
    const before = takenOut;
    takenOut = { scope, query: db.select().from(customers), list: () => repository.list() };
    if (!before || before.scope === scope) return;
    for (const use of [() => before.query, before.list]) {
      if (!((await rejection(use())) instanceof DatabaseError)) wrong.push("another's query was not refused");
      note("another's query, refused");
    }
  },
  "work that is left behind": async (_scope, player, pick) => {
    const late = async () => {
      await sleep(20 + pick(20));
      await db.accounting.customers.create({ companyId: player.companyId, name: "Left behind" });
    };
    const open = db.transaction(async (tx) => {
      await tx.insert(customers).values({ companyId: player.companyId, name: "Left behind" });
      await sleep(60);
      wrong.push(...((await rejection(tx.select().from(customers))) ? [] : ["a transaction outlived its request"]));
    });
    leftovers.push(rejection(late()), rejection(open));
  },
};
const left = "work that is left behind";
const common = Object.keys(steps).filter((name) => name !== left);
const among = <T>(all: readonly T[], pick: (below: number) => number): T =>
  all[pick(all.length)] ?? expect.unreachable();

/** One request: a few steps, in its scope, that fails at the end if chance says so. */
async function request(number: number): Promise<void> {
  const pick = chance(seed + number);
  // Every third is of a tenant with books, so that its writes meet others in a batch.
  const player = among(pick(3) === 0 ? players.filter(({ accounts }) => accounts) : players, pick);
  const scope = among(player.scopes, pick);
  const fails = number % 7 === 0;
  const work = db.runAs(scope, async () => {
    for (const name of [among(common, pick), number % 25 === 0 ? left : among(common, pick)]) {
      await steps[name]?.(scope, player, pick);
      if (pick(3) === 0) await nextTurn();
      if (db.scope.tenantId !== scope.tenantId) wrong.push("the scope changed");
    }
    if (fails) throw new RangeError("on purpose");
  });
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (fails !== error instanceof RangeError) wrong.push(`request ${number}: ${error}`);
}

/** A tenant with three scopes; every tenth has books. */
async function newPlayer(number: number): Promise<Player> {
  const hasBooks = number % 10 === 0;
  const tenant = await createTenant(test, `Tenant ${number}`, { chart: hasBooks });
  const { handle, company, admin } = tenant;
  const [first] = await handle.insert(customers).values({ companyId: company.id, name: "First" }).returning();
  const member = { tenantId: tenant.tenant.id, userId: admin.id };
  return {
    scopes: [{ tenantId: tenant.tenant.id }, member, { ...member, companyId: company.id }],
    companyId: company.id,
    accounts: hasBooks ? [await accountOf(tenant, "1100"), await accountOf(tenant, "4100")] : undefined,
    written: [first?.id ?? ""],
  };
}

/** Calls `make` so many times, with numbers from 1, a few of them at the same time. */
async function manyAtOnce<T>(lanes: number, times: number, make: (number: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  let number = 0;
  const lane = async () => {
    while (number < times) {
      number += 1;
      made.push(await make(number));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return made;
}

beforeAll(async () => {
  console.log(`Interleaved requests: SOAK_SEED=${seed}`);
  // Callers wait for one of five connections as long as it takes.
  test = await createTestDatabase({ max: 5, connectionTimeoutMillis: 120_000 });
  db = test.db;
  players = await manyAtOnce(5, tenants, newPlayer);
  await manyAtOnce(atOnce, requests, request);
});
afterAll(() => test?.close());

describe(`${requests} interleaved requests of ${tenants} tenants on 5 connections (seed ${seed})`, () => {
  it("see and write their own tenant's rows in their own scope, whoever runs beside them", () => {
    expect(wrong).toEqual([]);
  });

  it("really took every way", () => {
    const [first, ...others] = Object.entries(findings).toSorted(([, one], [, two]) => one - two);
    expect(others.length).toBeGreaterThan(14);
    expect(first?.[1], JSON.stringify(findings)).toBeGreaterThan(requests / 300);
  });

  it("left behind nothing that was done: it was refused", async () => {
    const errors = await Promise.all(leftovers);
    expect(errors.length).toBeGreaterThanOrEqual((2 * requests) / 25);
    for (const error of errors) expect(error).toMatchObject({ code: "TENANT_CONTEXT_MISSING" });
  });

  it("kept what was acknowledged, each row at its tenant, and nothing else", async () => {
    const { rows } = await test.asOwner((owner) =>
      owner.query<{ id: string; tenant: string }>("select id, tenant_id as tenant from accounting.customers"),
    );
    const kept = new Map(rows.map(({ id, tenant }) => [id, tenant]));
    const told = players.flatMap(({ scopes, written }) => written.map((id) => [id, scopes[0]?.tenantId] as const));
    expect(kept).toEqual(new Map(told));
    expect(told.length).toBeGreaterThan(requests / 10);
  });

  it("leave no connection busy", async () => {
    await Promise.all(leftovers);
    const { total, idle } = db.pool.status();
    expect(idle).toBe(total);
  });
});
