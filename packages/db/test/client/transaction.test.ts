import { sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import { customers } from "../../src/accounting";
import {
  CheckViolationError,
  ConflictError,
  DatabaseError,
  TenantIsolationError,
  type TenantTransaction,
} from "../../src/index";
import { createCustomer, createTenant, type TestTenant } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { inDatabase as it } from "../kit/tenants";
import { value } from "./connections";

const add = (tx: Pick<TenantTransaction, "accounting">, of: TestTenant, name: string) =>
  tx.accounting.customers.create({ companyId: of.company.id, name });

async function names(of: TestTenant): Promise<string[]> {
  return (await of.handle.accounting.customers.list()).items.map((customer) => customer.name);
}

// Only the server's CHECK refuses it: the schema of the repository is not asked.
const breakCheck = (tx: Pick<TenantTransaction, "execute">) =>
  tx.execute(sql`update accounting.customers set name = ''`);

describe("a transaction", () => {
  it("commits when the callback returns, and returns what it returned", async ({ test }) => {
    const acme = await createTenant(test);
    const id = await acme.handle.transaction(async (tx) => {
      await add(tx, acme, "First");
      return (await add(tx, acme, "Second")).id;
    });
    expect(await names(acme)).toEqual(["First", "Second"]);
    expect((await acme.handle.accounting.customers.getById(id)).name).toBe("Second");
  });

  it("sees its own writes, and nobody else does before the end", async ({ test }) => {
    const acme = await createTenant(test);
    const seen = await acme.handle.transaction(async (tx) => {
      await add(tx, acme, "Half done");
      const inside = await tx.accounting.customers.list();
      const outside = await test.asOwner((owner) =>
        owner.query("select 1 from accounting.customers where tenant_id = $1", [acme.tenant.id]),
      );
      return { inside: inside.items.length, outside: outside.rowCount };
    });
    expect(seen).toEqual({ inside: 1, outside: 0 });
  });

  it("rolls back when the callback throws, and throws the same error", async ({ test }) => {
    const acme = await createTenant(test);
    const failure = new RangeError("the caller's own");
    const error = await rejection(
      acme.handle.transaction(async (tx) => {
        await add(tx, acme, "Lost");
        throw failure;
      }),
    );
    expect(error).toBe(failure);
    expect(await names(acme)).toEqual([]);
  });

  it("rolls back when a statement fails, with its SQLSTATE", async ({ test }) => {
    const acme = await createTenant(test);
    const error = await rejection(
      acme.handle.transaction(async (tx) => {
        await add(tx, acme, "Lost");
        await breakCheck(tx);
      }),
    );
    expect(error).toBeInstanceOf(CheckViolationError);
    expect(error).toMatchObject({ sqlState: "23514", constraint: "customers_name_check", outcome: "rolled-back" });
    expect(await names(acme)).toEqual([]);
  });

  it("throws the first error even when the callback swallows it: COMMIT was answered with ROLLBACK", async ({
    test,
  }) => {
    const acme = await createTenant(test);
    const error = await rejection(
      acme.handle.transaction(async (tx) => {
        await add(tx, acme, "Lost");
        await breakCheck(tx).then(undefined, () => undefined);
        return "the callback believes in success";
      }),
    );
    expect(error).toMatchObject({ code: "CHECK_VIOLATION", sqlState: "23514", outcome: "rolled-back" });
    expect(await names(acme)).toEqual([]);
  });

  it("keeps the first error, not the echo of it, when later statements fail as well", async ({ test }) => {
    const acme = await createTenant(test);
    const error = await rejection(
      acme.handle.transaction(async (tx) => {
        await add(tx, acme, "Existing");
        await breakCheck(tx).then(undefined, () => undefined);
        await add(tx, acme, "In an aborted transaction").catch(() => undefined);
      }),
    );
    expect(error).toMatchObject({ sqlState: "23514" });
  });

  it("runs in the isolation level that was asked for", async ({ test }) => {
    const acme = await createTenant(test);
    const levelIn = (isolation?: "read committed" | "repeatable read" | "serializable") =>
      acme.handle.transaction((tx) => value(tx, sql`select current_setting('transaction_isolation')`), { isolation });
    expect(await levelIn()).toBe("read committed");
    expect(await levelIn("read committed")).toBe("read committed");
    expect(await levelIn("repeatable read")).toBe("repeatable read");
    expect(await levelIn("serializable")).toBe("serializable");
    expect(await levelIn(), "the level does not stay on the connection").toBe("read committed");
  });

  it("keeps its scope in another isolation level", async ({ test }) => {
    const acme = await createTenant(test);
    const other = await createTenant(test);
    await createCustomer(other, { name: "Foreign" });
    await acme.handle.transaction(
      async (tx) => {
        await add(tx, acme, "Own");
        expect((await tx.select().from(customers)).map((row) => row.name)).toEqual(["Own"]);
      },
      { isolation: "serializable" },
    );
  });

  it("cannot be used after its end", async ({ test }) => {
    const acme = await createTenant(test);
    const kept = await acme.handle.transaction(async (tx) => {
      await add(tx, acme, "Kept");
      return { tx };
    });
    expect(await rejection(kept.tx.accounting.customers.list())).toBeInstanceOf(ConflictError);
    expect(await rejection(kept.tx.select().from(customers))).toBeInstanceOf(ConflictError);
    expect(await rejection(kept.tx.transaction(async () => undefined))).toBeInstanceOf(ConflictError);
  });

  it("cannot be used after it was rolled back", async ({ test }) => {
    const acme = await createTenant(test);
    let escaped: TenantTransaction | undefined;
    await rejection(
      acme.handle.transaction(async (tx) => {
        escaped = tx;
        await add(tx, acme, "Lost");
        throw new RangeError("stop");
      }),
    );
    expect(await rejection(escaped?.accounting.customers.list() ?? Promise.resolve())).toBeInstanceOf(ConflictError);
  });

  it("writes nothing when a query was not awaited, and says so", async ({ test }) => {
    const acme = await createTenant(test);
    let forgotten: Promise<unknown> = Promise.resolve();
    const error = await rejection(
      acme.handle.transaction(async (tx) => {
        await add(tx, acme, "Awaited");
        forgotten = add(tx, acme, "Forgotten");
      }),
    );
    await forgotten;
    expect(error).toBeInstanceOf(ConflictError);
    expect(String(error)).toContain("not awaited");
    expect(await names(acme)).toEqual([]);
  });

  it("runs statements one after another when they are called together", async ({ test }) => {
    const acme = await createTenant(test);
    await acme.handle.transaction((tx) => Promise.all(["C", "A", "B"].map((name) => add(tx, acme, name))));
    expect(await names(acme)).toEqual(["A", "B", "C"]);
  });

  it("refuses a second scope inside, in a call and in a transaction", async ({ test }) => {
    const acme = await createTenant(test);
    const other = await createTenant(test);
    for (const inside of [
      () => other.handle.accounting.customers.list(),
      () => acme.handle.accounting.customers.list(),
      () => other.handle.transaction(async () => undefined),
    ]) {
      const error = await rejection(
        acme.handle.transaction(async (tx) => {
          await add(tx, acme, "Lost");
          await inside();
        }),
      );
      expect(error).toBeInstanceOf(TenantIsolationError);
    }
    expect(await names(acme)).toEqual([]);
  });

  it("cannot move a row to another tenant", async ({ test }) => {
    const acme = await createTenant(test);
    const other = await createTenant(test);
    await createCustomer(acme, { name: "Stays" });
    const error = await rejection(
      acme.handle.transaction((tx) => tx.update(customers).set({ tenantId: other.tenant.id })),
    );
    expect(error).toBeInstanceOf(TenantIsolationError);
    expect(await names(acme)).toEqual(["Stays"]);
  });

  it("is not committed as a success when its own SQL ended it early", async ({ test }) => {
    const acme = await createTenant(test);
    const error = await rejection(
      acme.handle.transaction(async (tx) => {
        await add(tx, acme, "Undone by the callback");
        await tx.execute(sql`rollback`);
      }),
    );
    expect(error).toBeInstanceOf(DatabaseError);
    expect(await names(acme)).toEqual([]);
  });
});
