import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConnectionError, type Database, type TenantDatabase, TimeoutError } from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { backendOf, killBackend, open, untilGone } from "./connections";
import { startProxy, type WireProxy } from "./proxy";

let test: TestDatabase;
let acme: TestTenant;
let proxy: WireProxy;
let db: Database;
let handle: TenantDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
  proxy = await startProxy(test.urls.runtime);
});
afterAll(async () => {
  await proxy.close();
  await test.close();
});
beforeEach(async () => {
  acme = await createTenant(test);
  proxy.judge(() => "pass");
  db = open(test, { url: proxy.url, max: 1, idleInTransactionTimeoutMillis: 20_000 });
  handle = db.forTenant({ tenantId: acme.tenant.id });
});
afterEach(() => db.close());

const add = (of: Pick<TenantDatabase, "accounting">, name: string) =>
  of.accounting.customers.create({ companyId: acme.company.id, name });

async function names(): Promise<string[]> {
  return (await acme.handle.accounting.customers.list()).items.map((customer) => customer.name);
}

const isCommit = (type: string, body: Buffer) => type === "P" && body.includes("commit\0");

describe("a connection that is lost during COMMIT", () => {
  it("has an unknown outcome when the message did not arrive: nothing was written, but nobody can tell", async () => {
    proxy.judge((type, body) => (isCommit(type, body) ? "cut-before" : "pass"));
    const error = await rejection(handle.transaction((tx) => add(tx, "Perhaps")));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ outcome: "unknown", retryable: false });
    expect(await names()).toEqual([]);
  });

  it("has an unknown outcome when the answer did not arrive: everything was written, but nobody can tell", async () => {
    proxy.judge((type, body) => (isCommit(type, body) ? "cut-after" : "pass"));
    const error = await rejection(handle.transaction((tx) => add(tx, "Perhaps")));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ outcome: "unknown", retryable: false });
    expect(await names()).toEqual(["Perhaps"]);
  });

  it("is never repeated, even with retry", async () => {
    let attempts = 0;
    proxy.judge((type, body) => (isCommit(type, body) ? "cut-after" : "pass"));
    await rejection(
      handle.transaction(
        (tx) => {
          attempts += 1;
          return add(tx, "Once");
        },
        { retry: true },
      ),
    );
    expect(attempts).toBe(1);
    expect(await names()).toEqual(["Once"]);
  });
});

describe("a connection that is lost during a single statement", () => {
  it("has an unknown outcome when the statement writes", async () => {
    await handle.accounting.customers.list();
    proxy.judge((type) => (type === "S" ? "cut-after" : "pass"));
    const error = await rejection(add(handle, "Written"));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ outcome: "unknown", retryable: false, statement: "accounting.customers.create" });
    expect(await names()).toEqual(["Written"]);
  });

  it("has an unknown outcome when a CTE writes", async () => {
    await handle.accounting.customers.list();
    proxy.judge((type) => (type === "S" ? "cut-after" : "pass"));
    const write = sql`with w as (insert into accounting.customers (company_id, name)
      values (${acme.company.id}, 'Written') returning id) select id from w`;
    expect(await rejection(handle.execute(write))).toMatchObject({ outcome: "unknown", retryable: false });
    expect(await names()).toEqual(["Written"]);
  });

  it("may be repeated when the statement only reads", async () => {
    await handle.accounting.customers.list();
    proxy.judge((type) => (type === "S" ? "cut-after" : "pass"));
    const error = await rejection(handle.accounting.customers.list());
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ outcome: "rolled-back", retryable: true });
  });
});

describe("a connection that is lost before COMMIT", () => {
  it("is rolled back with the server's reason when a statement was running", async () => {
    const error = await rejection(
      handle.transaction(async (tx) => {
        const pid = await backendOf(tx);
        await add(tx, "Lost");
        await Promise.all([tx.execute(sql`select pg_sleep(20)`), killBackend(test, pid)]);
      }),
    );
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ sqlState: "57P01", outcome: "rolled-back" });
    expect(await names()).toEqual([]);
  });

  it("is rolled back with the server's reason when it was idle and another statement follows", async () => {
    const error = await rejection(
      handle.transaction(async (tx) => {
        await add(tx, "Lost");
        await killBackend(test, await backendOf(tx));
        await add(tx, "Never sent");
      }),
    );
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ sqlState: "57P01", outcome: "rolled-back" });
    expect(await names()).toEqual([]);
  });

  it("is rolled back, not unknown, when it was idle and only COMMIT follows", async () => {
    const error = await rejection(
      handle.transaction(async (tx) => {
        await add(tx, "Lost");
        await killBackend(test, await backendOf(tx));
      }),
    );
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ sqlState: "57P01", outcome: "rolled-back" });
    expect(await names()).toEqual([]);
  });

  it("throws the loss, not what the callback made of it", async () => {
    const error = await rejection(
      handle.transaction(async (tx) => {
        const pid = await backendOf(tx);
        await Promise.all([tx.execute(sql`select pg_sleep(20)`), killBackend(test, pid)]).catch(() => {
          throw new RangeError("wrapped by the caller");
        });
      }),
    );
    expect(error).toMatchObject({ sqlState: "57P01" });
  });

  it("throws the loss when the callback swallows it", async () => {
    const error = await rejection(
      handle.transaction(async (tx) => {
        const pid = await backendOf(tx);
        await Promise.all([tx.execute(sql`select pg_sleep(20)`), killBackend(test, pid)]).catch(() => undefined);
      }),
    );
    expect(error).toMatchObject({ sqlState: "57P01", outcome: "rolled-back" });
    expect(db.pool.status().total, "the dead connection is not kept").toBe(0);
  });

  it("tells a transaction that idled too long apart", async () => {
    const impatient = open(test, { max: 1, idleInTransactionTimeoutMillis: 50 });
    const error = await rejection(
      impatient.withTenant({ tenantId: acme.tenant.id }, async (tx) => {
        const pid = await backendOf(tx);
        await untilGone(test, pid);
        await add(tx, "Too late");
      }),
    );
    await impatient.close();
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ sqlState: "25P03", outcome: "rolled-back" });
  });

  it("leaves a pool that works: the next call connects anew", async () => {
    await rejection(
      handle.transaction(async (tx) => {
        await killBackend(test, await backendOf(tx));
        await add(tx, "Lost");
      }),
    );
    await add(handle, "After");
    expect(await names()).toEqual(["After"]);
    expect(db.pool.status()).toMatchObject({ total: 1, idle: 1, waiting: 0 });
  });
});
