import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Database, DatabaseError, newId, type TenantTransaction } from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { open } from "./connections";
import { startProxy, type WireProxy } from "./proxy";

/*
 * The one rule: what the server refused undoes the transaction, even when the callback caught the error, which has an
 * `sqlState`. What the package itself refused has none and has written nothing: the transaction goes on. Only a part
 * (`tx.transaction`) catches both.
 */

let test: TestDatabase;
let acme: TestTenant;
let proxy: WireProxy;
let db: Database;

beforeAll(async () => {
  test = await createTestDatabase();
  proxy = await startProxy(test.urls.runtime, { lateReady: true });
});
afterAll(async () => {
  await proxy.close();
  await test.close();
});
beforeEach(async () => {
  acme = await createTenant(test);
  db = open(test, { url: proxy.url, max: 1, lockTimeoutMillis: 50, statementTimeoutMillis: 300 });
});
afterEach(() => db.close());

type Act = (tx: TenantTransaction) => PromiseLike<unknown>;

const add = (tx: TenantTransaction, name: string) =>
  tx.accounting.customers.create({ companyId: acme.company.id, name });

const raise =
  (state: string): Act =>
  (tx) =>
    tx.execute(sql.raw(`do $$ begin raise exception using errcode = '${state}'; end $$`));

const refusedByTheServer: Record<string, Act> = {
  "a value that does not fit": (tx) => tx.execute(sql`select 'x'::integer`),
  "a division by zero": (tx) => tx.execute(sql`select 1 / 0`),
  "a syntax error": (tx) => tx.execute(sql`selekt 1`),
  "a missing table": (tx) => tx.execute(sql`select from accounting.no_such_table`),
  "a missing function": (tx) => tx.execute(sql`select no_such_function()`),
  "a missing right": (tx) => tx.execute(sql`delete from tenancy.audit_log`),
  "another tenant's row": (tx) =>
    tx.execute(
      sql`insert into accounting.customers (tenant_id, company_id, name) values (${newId()}, ${newId()}, 'X')`,
    ),
  "a foreign key": (tx) => tx.accounting.customers.create({ companyId: newId(), name: "X" }),
  "a foreign key, of several statements": (tx) =>
    tx.accounting.customers.importMany([{ companyId: newId(), name: "X", externalId: "X" }]),
  "a statement that took too long": (tx) => tx.execute(sql`select pg_sleep(5)`),
  "an error of a function of ours": raise("ZT004"),
  "a serialization failure": raise("40001"),
  "an error in what runs once": (tx) =>
    tx.tenancy.idempotency.once({ operation: "tests.fail", key: "k", request: {} }, async () => {
      await add(tx, "Undone");
      await tx.execute(sql`select 1 / 0`);
    }),
};

const refusedByThePackage: Record<string, Act> = {
  "a record that is not found": (tx) => tx.accounting.customers.getById(newId()),
  "a change to a record that is not found": (tx) => tx.accounting.customers.update(newId(), { city: "Nowhere" }),
  "an input that does not fit": (tx) => add(tx, ""),
  "a value that cannot be sent": (tx) => tx.execute(sql`select ${{ toPostgres: () => raiseOwn() }}::text`),
  "a conflict": (tx) =>
    tx.tenancy.idempotency
      .once({ operation: "tests.conflict", key: "k", request: 1 }, async () => undefined)
      .then(() => tx.tenancy.idempotency.once({ operation: "tests.conflict", key: "k", request: 2 }, async () => 1)),
  "an error of the caller in what runs once": (tx) =>
    tx.tenancy.idempotency.once({ operation: "tests.own", key: "k", request: {} }, async () => {
      await add(tx, "Undone");
      return raiseOwn();
    }),
};

function raiseOwn(): never {
  throw new RangeError("the caller's own");
}

async function names(): Promise<string[]> {
  return (await acme.handle.accounting.customers.list()).items.map((customer) => customer.name).sort();
}

/** Runs a transaction of three steps, one of which fails and is caught; the others write. */
async function run(act: Act, position: number, isolation?: "serializable") {
  let caught: unknown;
  const outcome = await db
    .forTenant({ tenantId: acme.tenant.id })
    .transaction(
      async (tx) => {
        for (const step of [0, 1, 2]) {
          if (step === position) caught = await rejection(act(tx));
          else await add(tx, `Step ${step}`).catch(() => undefined);
        }
      },
      { isolation },
    )
    .then(
      () => "committed" as const,
      (error: unknown) => error,
    );
  return { caught, outcome };
}

const positions = [0, 1, 2];

describe("a caught error that the server sent", () => {
  it.each(Object.entries(refusedByTheServer))("undoes the transaction, at each position: %s", async (_, act) => {
    for (const position of positions) {
      const { caught, outcome } = await run(act, position);
      expect(caught).toBeInstanceOf(DatabaseError);
      expect((caught as DatabaseError).sqlState).toMatch(/^\w{5}$/);
      expect(outcome, `at ${position}: the same error`).toBe(caught);
      expect(outcome).toMatchObject({ outcome: "rolled-back" });
    }
    expect(await names()).toEqual([]);
  });

  it("undoes the transaction in another isolation level as well, also as its first statement", async () => {
    for (const position of positions) {
      const { caught, outcome } = await run((tx) => tx.execute(sql`select 1 / 0`), position, "serializable");
      expect(outcome).toBe(caught);
    }
    expect(await names()).toEqual([]);
  });

  it.each(Object.entries(refusedByTheServer))("undoes only the part that it happened in: %s", async (_, act) => {
    await db.forTenant({ tenantId: acme.tenant.id }).transaction(async (tx) => {
      for (const position of positions) {
        const error = await rejection(
          tx.transaction(async (part) => {
            for (const step of positions) {
              if (step === position) await rejection(act(part));
              else await add(part, "Undone").catch(() => undefined);
            }
          }),
        );
        expect(error).toBeInstanceOf(DatabaseError);
      }
      await add(tx, "Kept");
    });
    expect(await names()).toEqual(["Kept"]);
  });

  it("when the scope itself was refused is told as such, not as SQL of its own", async () => {
    const nobody = db.forTenant({ tenantId: acme.tenant.id, userId: newId() });
    const error = await rejection(
      nobody.transaction(async (tx) => {
        await rejection(add(tx, "Undone"));
      }),
    );
    expect(error).toMatchObject({ code: "TENANT_ISOLATION", outcome: "rolled-back" });
  });
});

describe("a caught error of the package itself", () => {
  it.each(Object.entries(refusedByThePackage))("has written nothing, and the rest is kept: %s", async (_, act) => {
    for (const position of positions) {
      const { caught, outcome } = await run(act, position);
      expect(caught).not.toMatchObject({ sqlState: expect.anything() });
      expect(outcome, String(outcome)).toBe("committed");
      const kept = positions.filter((step) => step !== position).map((step) => `Step ${step}`);
      expect(await names()).toEqual(kept);
      await test.asOwner((owner) =>
        owner.query("delete from accounting.customers where tenant_id = $1", [acme.tenant.id]),
      );
      await test.asOwner((owner) =>
        owner.query("delete from tenancy.idempotency_keys where tenant_id = $1", [acme.tenant.id]),
      );
    }
  });

  it("does not undo the part that it is caught in either", async () => {
    for (const [kind, act] of Object.entries(refusedByThePackage)) {
      await db.forTenant({ tenantId: acme.tenant.id }).transaction((tx) =>
        tx.transaction(async (part) => {
          await rejection(act(part));
          await add(part, kind);
        }),
      );
    }
    expect(await names()).toEqual(Object.keys(refusedByThePackage).sort());
  });
});

describe("SQL of its own that ends the transaction", () => {
  const own =
    (text: string): Act =>
    (tx) =>
      tx.execute(sql.raw(text));

  it.each([
    ["rollback", "rolled-back"],
    ["rollback and chain", "rolled-back"],
    ["commit", "unknown"],
    ["commit and chain", "unknown"],
    ["end", "unknown"],
  ])("is refused where it stands, whatever follows: %s", async (text, outcome) => {
    for (const follow of [[], ["begin"], ["begin", "select 1"]]) {
      const error = await rejection(
        db.forTenant({ tenantId: acme.tenant.id }).transaction(async (tx) => {
          await add(tx, "Before");
          for (const statement of [text, ...follow]) await own(statement)(tx).then(undefined, () => undefined);
          await add(tx, "After").catch(() => undefined);
        }),
      );
      expect(error).toMatchObject({ code: "CONFLICT", outcome, message: expect.stringContaining("SQL of its own") });
      expect(await names()).not.toContain("After");
      if (outcome === "rolled-back") expect(await names()).toEqual([]);
    }
  });

  it("is refused in a part as well, and the whole transaction with it", async () => {
    const error = await rejection(
      db.forTenant({ tenantId: acme.tenant.id }).transaction(async (tx) => {
        await add(tx, "Before");
        await rejection(tx.transaction((part) => Promise.resolve(own("rollback")(part))));
        await add(tx, "After").catch(() => undefined);
      }),
    );
    expect(error).toMatchObject({ code: "CONFLICT", outcome: "rolled-back" });
    expect(await names()).toEqual([]);
  });

  it("may set savepoints of its own and return to them", async () => {
    await db.forTenant({ tenantId: acme.tenant.id }).transaction(async (tx) => {
      await own("savepoint mine")(tx);
      await add(tx, "Undone");
      await own("rollback to savepoint mine")(tx);
      await add(tx, "Kept");
    });
    expect(await names()).toEqual(["Kept"]);
  });

  it("may return to a savepoint after an error, which undoes the transaction all the same", async () => {
    const error = await rejection(
      db.forTenant({ tenantId: acme.tenant.id }).transaction(async (tx) => {
        await own("savepoint mine")(tx);
        await rejection(own("select 1 / 0")(tx));
        await own("rollback to savepoint mine")(tx).then(undefined, () => undefined);
        await add(tx, "After").catch(() => undefined);
      }),
    );
    expect(error).toMatchObject({ sqlState: "22012" });
    expect(await names()).toEqual([]);
  });
});
