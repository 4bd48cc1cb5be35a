import { inspect } from "node:util";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { customers } from "../../src/accounting";
import {
  ConnectionError,
  type Database,
  DatabaseError,
  type DatabaseOptions,
  newId,
  PoolExhaustedError,
  TimeoutError,
  ValidationError,
} from "../../src/index";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { leaks } from "../secrets/surfaces";
import { backendOf, killBackend, meetingPoint, open, value } from "./connections";

let test: TestDatabase;
let acme: TestTenant;
const opened: Database[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test);
});
afterAll(() => test.close());
afterEach(async () => {
  await Promise.all(opened.splice(0).map((db) => db.close({ graceMs: 100 })));
});

/** A handle of the tenant on a pool of its own. */
function own(options: DatabaseOptions = {}) {
  const db = open(test, { max: 1, ...options });
  opened.push(db);
  return { db, handle: db.forTenant({ tenantId: acme.tenant.id }) };
}

describe("a pool", () => {
  it("says that it is exhausted while a unit of work holds its only connection, and recovers", async () => {
    const { db, handle } = own({ connectionTimeoutMillis: 200 });
    const finish = meetingPoint(2);
    const begun = meetingPoint(2);
    const holder = handle.transaction(async (tx) => {
      await tx.accounting.customers.list();
      await begun();
      await finish();
      return "done";
    });
    await begun();
    for (const call of [handle.accounting.customers.list(), handle.transaction((tx) => backendOf(tx))]) {
      const error = await rejection(call);
      expect(error).toBeInstanceOf(PoolExhaustedError);
      expect(error).toMatchObject({ code: "POOL_EXHAUSTED", retryable: true, outcome: "rolled-back" });
    }
    expect(db.pool.status()).toEqual({ total: 1, idle: 0, waiting: 0, max: 1 });
    void finish();
    expect(await holder).toBe("done");
    expect(await handle.accounting.customers.list()).toHaveProperty("items");
  });

  it("serves callers in turn when there are more of them than connections", async () => {
    const { db, handle } = own({ max: 2 });
    const pids = await Promise.all(Array.from({ length: 20 }, () => backendOf(handle)));
    expect(new Set(pids).size).toBeLessThanOrEqual(2);
    expect(db.pool.status()).toMatchObject({ waiting: 0, max: 2 });
  });

  it("cancels a statement that takes too long, and the connection serves on", async () => {
    const { handle } = own({ statementTimeoutMillis: 50 });
    const pid = await backendOf(handle);
    const error = await rejection(handle.execute(sql`select pg_sleep(20)`));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ sqlState: "57014", outcome: "rolled-back" });
    expect(await backendOf(handle)).toBe(pid);
  });

  it("gives up waiting for a lock", async () => {
    const { handle } = own({ lockTimeoutMillis: 50 });
    const { id } = await createCustomer(acme);
    const finish = meetingPoint(2);
    const locked = meetingPoint(2);
    const holder = acme.handle.transaction(async (tx) => {
      await tx.accounting.customers.update(id, { city: "Locked" });
      await locked();
      await finish();
    });
    await locked();
    const error = await rejection(handle.accounting.customers.archive(id));
    void finish();
    await holder;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ sqlState: "55P03", retryable: true, statement: "accounting.customers.set_active" });
  });

  it("stops waiting for a server that went silent, and does not use that connection again", async () => {
    const { db, handle } = own({ queryTimeoutMillis: 100, statementTimeoutMillis: 60_000 });
    const pid = await backendOf(handle);
    const error = await rejection(handle.execute(sql`select pg_sleep(20)`));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(await backendOf(handle)).not.toBe(pid);
    expect(db.pool.status()).toMatchObject({ total: 1, waiting: 0 });
    await killBackend(test, pid);
  });

  it("waits as long as the limit says for a server that answers late, also for one answer after another", async () => {
    const { handle } = own({ queryTimeoutMillis: 1_000 });
    const pid = await backendOf(handle);
    for (let i = 0; i < 4; i += 1) await handle.execute(sql`select pg_sleep(0.4)`);
    expect(await backendOf(handle)).toBe(pid);
  });

  it("closes although a unit of work never ends, and that unit of work fails", async () => {
    const { db, handle } = own();
    const begun = meetingPoint(2);
    const closed = meetingPoint(2);
    const holder = handle.transaction(async (tx) => {
      await createNamed(tx, "Never");
      await begun();
      await closed();
      await tx.accounting.customers.list();
    });
    const outcome = rejection(holder);
    await begun();
    await db.close({ graceMs: 50 });
    void closed();
    expect(await outcome).toBeInstanceOf(ConnectionError);
    expect(await acme.handle.$count(customers, eq(customers.name, "Never"))).toBe(0);
  });

  it("waits for work under way when it is closed, and refuses work afterwards", async () => {
    const { db, handle } = own();
    const begun = meetingPoint(2);
    const holder = handle.transaction(async (tx) => {
      await begun();
      await createNamed(tx, "Finished while closing");
    });
    await handle.accounting.customers.list();
    await begun();
    const closing = db.close({ graceMs: 20_000 });
    await Promise.allSettled([holder]);
    await closing;
    expect(await rejection(handle.accounting.customers.list())).toBeInstanceOf(DatabaseError);
    await db.close();
  });

  it("answers the next call after its idle connection was killed", async () => {
    const { db, handle } = own();
    const pid = await backendOf(handle);
    await killBackend(test, pid);
    expect(await backendOf(handle)).not.toBe(pid);
    expect(db.pool.status().total).toBe(1);
  });

  it("shows no secret when it is printed", () => {
    const { db } = own();
    const { password } = new URL(test.urls.runtime);
    expect(password).not.toBe("");
    for (const text of [
      inspect(db, { depth: 20, showHidden: true }),
      inspect(db.pool, { depth: 20, showHidden: true }),
    ]) {
      expect(text).not.toContain(password);
    }
    expect(JSON.stringify({ db, pool: db.pool })).not.toContain(password);
  });
});

describe("a connection that cannot be made", () => {
  const secret = "not-the-pass-word";

  function to(change: (url: URL) => void) {
    const url = new URL(test.urls.runtime);
    url.password = secret;
    change(url);
    const db = open(test, { url: url.toString(), connectionTimeoutMillis: 2_000 });
    opened.push(db);
    return db.forTenant({ tenantId: acme.tenant.id });
  }

  it("is a typed error without the password when nothing listens", async () => {
    const error = await rejection(to((url) => Object.assign(url, { port: "1" })).accounting.customers.list());
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ retryable: true, statement: "accounting.customers.list" });
    expect(leaks(error, [["password", secret]])).toEqual([]);
  });

  it("is a typed error without the password when the login is refused", async () => {
    // A login that does not exist, because a server may be set to trust the passwords of those that do.
    const stranger = to((url) => Object.assign(url, { username: "org_db_no_such_login" }));
    const error = await rejection(stranger.accounting.customers.list());
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ sqlState: expect.stringMatching(/^28(P01|000)$/), retryable: false });
    expect(leaks(error, [["password", secret]])).toEqual([]);
  });

  it("is a typed error when the database does not exist", async () => {
    const url = new URL(test.urls.runtime);
    url.pathname = "/there_is_none";
    const db = open(test, { url: url.toString() });
    opened.push(db);
    const error = await rejection(db.withTenant({ tenantId: acme.tenant.id }, (tx) => tx.accounting.customers.list()));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ sqlState: "3D000", retryable: false, outcome: "rolled-back" });
    expect(leaks(error, [["password", url.password]])).toEqual([]);
  });
});

describe("a parameter that cannot be sent", () => {
  it("is an error of its call, and the connection is not lost", async () => {
    const { db, handle } = own();
    const circular: { self?: unknown } = {};
    circular.self = circular;
    for (let i = 0; i < 3; i += 1) {
      await handle.accounting.customers.findById(newId());
      expect(await rejection(handle.accounting.customers.findById(circular as string))).toBeInstanceOf(DatabaseError);
    }
    await handle.accounting.customers.list();
    expect(db.pool.status()).toMatchObject({ idle: 1, waiting: 0 });
  });

  it("is refused in words when there are more parameters than a message can hold", async () => {
    const { handle } = own();
    const rows = Array.from({ length: 20_000 }, () => ({
      companyId: acme.company.id,
      name: "Many",
      city: "X",
      phone: "1",
    }));
    for (const call of [
      () => handle.insert(customers).values(rows),
      () => handle.transaction((tx) => tx.insert(customers).values(rows)),
    ]) {
      expect(await rejection(call())).toBeInstanceOf(ValidationError);
    }
    expect(await handle.$count(customers, eq(customers.name, "Many"))).toBe(0);
  });
});

function createNamed(tx: Pick<TestTenant["handle"], "accounting">, name: string) {
  return tx.accounting.customers.create({ companyId: acme.company.id, name });
}

describe("pipeline mode", () => {
  it("gives every tenant its own rows, 200 reads at once over one connection", async () => {
    const { db } = own({ pipeline: true });
    const tenants = await Promise.all(["A", "B", "C", "D", "E"].map((name) => createTenant(test, name)));
    for (const tenant of tenants) await createCustomer(tenant, { name: `Customer of ${tenant.tenant.name}` });
    const reads = Array.from({ length: 200 }, async (_, i) => {
      const tenant = tenants[i % tenants.length] as TestTenant;
      const handle = db.forTenant({ tenantId: tenant.tenant.id });
      if (i % 17 === 0) await rejection(handle.execute(sql`select 1 / 0`));
      const rows =
        i % 2 === 0 ? (await handle.accounting.customers.list()).items : await handle.select().from(customers);
      return { expected: `Customer of ${tenant.tenant.name}`, seen: rows.map((row) => row.name) };
    });
    const wrong = (await Promise.all(reads)).filter(({ expected, seen }) => seen.join() !== expected);
    expect(wrong).toEqual([]);
    expect(db.pool.status().total).toBe(1);
  });

  it("runs transactions and repositories as without it", async () => {
    const { handle } = own({ pipeline: true });
    const name = "Through the pipeline";
    await handle.transaction(async (tx) => {
      const [created] = await Promise.all([createNamed(tx, name), tx.accounting.customers.list()]);
      await tx.transaction((part) => part.accounting.customers.update(created.id, { city: "Here" }));
    });
    expect(await value(handle, sql`select city from accounting.customers where name = ${name}`)).toBe("Here");
  });
});
