import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { customers } from "../../src/accounting";
import { sqlStatement } from "../../src/accounting/statements";
import type { TenantScope } from "../../src/client/scope";
import type { Batch, Unit } from "../../src/client/unit";
import type { Params } from "../../src/core/statement";
import { tenantUnit } from "../../src/database";
import { ConflictError, type Database, type DatabaseOptions, newId, type TenantTransaction } from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { open } from "./connections";

/** A customer to write: an empty name is refused with all others, a `key` that is taken fails alone. */
export interface Item {
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
export let sent: (readonly Item[])[] = [];
let underWay = 0;
export let mostUnderWay = 0;

/** Writes customers; the result is the transaction that wrote. */
export const inserts: Batch<Item, string> = {
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

export let test: TestDatabase;
export let acme: TestTenant;
export let db: Database;
const opened: Database[] = [];

/** A database for the file; for each test a tenant, and a pool whose batches are counted from nothing. */
export function setUp(): void {
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
}

/** Another pool, closed after the test. */
export function own(options: DatabaseOptions = {}): Database {
  const database = open(test, options);
  opened.push(database);
  return database;
}

/** What a handle of the scope hands to its repositories. */
export const unitOf = (scope: Partial<TenantScope> = {}, of: Database = db): Unit =>
  tenantUnit(of.pool, { tenantId: acme.tenant.id, ...scope }).unit;

export const item = (name: string | number, key?: string): Item => ({
  companyId: acme.company.id,
  name: String(name),
  ...(key === undefined ? {} : { key }),
});

/** Adds a customer through the coalescer. */
export const add = (unit: Unit, name: string | number, key?: string) => unit.joined(inserts, item(name, key));

/** What a transaction hands to its repositories. */
export function inside<T>(tx: TenantTransaction, work: (unit: Unit) => Promise<T>): Promise<T> {
  return tx.tenancy.idempotency.once({ operation: "tests.coalescer", key: newId(), request: null }, work);
}

export const many = (count: number) => Array.from({ length: count }, (_, index) => index);

/** How many items each statement had. */
export const sizes = () => sent.map((items) => items.length);

/** Names of the tenant's customers, read on another connection, in numerical order. */
export async function names(tenantId = acme.tenant.id): Promise<string[]> {
  const { rows } = await test.asOwner((owner) =>
    owner.query("select name from accounting.customers where tenant_id = $1 order by length(name), name", [tenantId]),
  );
  return rows.map((row) => row.name);
}

/** Holds back whatever writes a customer, until `work` is done. */
export async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
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
export async function untilHeldBack(): Promise<void> {
  const waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  await test.asOwner(async (owner) => {
    while ((await owner.query(waiting)).rowCount === 0) await sleep(5);
  });
}
