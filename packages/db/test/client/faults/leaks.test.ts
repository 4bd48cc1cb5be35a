import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { customers } from "../../../src/accounting";
import { type Database, DatabaseError, type TenantTransaction } from "../../../src/index";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../../src/testing";
import { lengthOf } from "../../kit/length";
import { backendOf, killBackend, meetingPoint, open } from "../connections";

let test: TestDatabase;
let acme: TestTenant;
let db: Database;

const size = 5;

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test);
  db = open(test, { max: size, statementTimeoutMillis: 2_000, connectionTimeoutMillis: 20_000 });
});
afterAll(async () => {
  await db.close();
  await test.close();
});

const add = (tx: TenantTransaction, name: string) =>
  tx.accounting.customers.create({ companyId: acme.company.id, name });

const circular: { self?: unknown } = {};
circular.self = circular;

/** Every way in which a transaction can fail; each gets the transaction with one customer written. */
const faults: Record<string, (tx: TenantTransaction) => Promise<unknown>> = {
  "the callback throws": () => Promise.reject(new RangeError("of the application")),
  "a statement fails": (tx) => tx.execute(sql`select 1 / 0`),
  "a failure is swallowed": (tx) => tx.execute(sql`select 1 / 0`).catch(() => undefined),
  "a constraint refuses": (tx) => tx.insert(customers).values({ companyId: acme.company.id, name: "" }),
  "the input does not fit": (tx) => add(tx, " "),
  "a savepoint fails": (tx) => tx.transaction((part) => part.execute(sql`select 1 / 0`)),
  "the connection is killed": async (tx) => {
    await killBackend(test, await backendOf(tx));
    await tx.execute(sql`select 1`);
  },
  "the kill is swallowed": async (tx) => {
    await killBackend(test, await backendOf(tx));
    await tx.execute(sql`select 1`).catch(() => undefined);
  },
  "a query is not awaited": async (tx) => {
    void tx.execute(sql`select pg_sleep(0.001)`).catch(() => undefined);
  },
  "its own SQL rolls back": (tx) => tx.execute(sql`rollback`),
  "a second scope is opened": () => acme.handle.accounting.customers.list(),
  "a parameter cannot be sent": (tx) => tx.execute(sql`select ${circular}::jsonb`),
  "the statement limit is reached": async (tx) => {
    await tx.execute(sql`set local statement_timeout = 1`);
    await tx.execute(sql`select pg_sleep(1)`);
  },
};

const transactionsInAll = lengthOf(260, 1_000);

it(`no connection is leaked after ${transactionsInAll} transactions that failed in every way, 20 at a time`, async () => {
  const kinds = Object.entries(faults);
  const todo = Array.from({ length: transactionsInAll }, (_, index) => kinds[index % kinds.length]);
  const succeeded: string[] = [];
  const untyped: unknown[] = [];
  const worker = async () => {
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const [kind, fault] = next;
      await db
        .withTenant({ tenantId: acme.tenant.id }, async (tx) => {
          await add(tx, "Faulted");
          await fault(tx);
        })
        .then(
          () => succeeded.push(kind),
          (error: unknown) => {
            if (!(error instanceof DatabaseError) && !(error instanceof RangeError)) untyped.push(error);
          },
        );
    }
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  expect(succeeded).toEqual([]);
  expect(untyped).toEqual([]);
  expect(await acme.handle.$count(customers)).toBe(0);

  // Each of the connections that the pool may have can be had at the same time, and all of them come back.
  const meet = meetingPoint(size);
  const transactions = Array.from({ length: size }, () =>
    db.withTenant({ tenantId: acme.tenant.id }, async (tx) => {
      const pid = await backendOf(tx);
      await meet();
      return pid;
    }),
  );
  expect(new Set(await Promise.all(transactions)).size).toBe(size);
  expect(db.pool.status()).toEqual({ total: size, idle: size, waiting: 0, max: size });
  const { user } = db.pool.address;
  const sessions = await test.asOwner((owner) =>
    owner.query(
      `select state from pg_stat_activity
       where usename = $1 and datname = current_database() and application_name = '@org/db runtime'`,
      [user],
    ),
  );
  // The connection of `acme.handle` belongs to another pool.
  expect(sessions.rows.filter(({ state }) => state !== "idle")).toEqual([]);
  expect(sessions.rowCount).toBe(size + test.db.pool.status().total);
});
