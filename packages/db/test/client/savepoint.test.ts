import { sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import { CheckViolationError, ConflictError, type TenantTransaction } from "../../src/index";
import { createTenant, type TestTenant } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { inDatabase as it } from "../kit/tenants";

const add = (tx: TenantTransaction, of: TestTenant, name: string) =>
  tx.accounting.customers.create({ companyId: of.company.id, name });

const breakCheck = (tx: TenantTransaction) => tx.execute(sql`update accounting.customers set name = ''`);

async function names(of: TestTenant): Promise<string[]> {
  return (await of.handle.accounting.customers.list()).items.map((customer) => customer.name);
}

describe("a part of a transaction", () => {
  it("is kept with the rest when it succeeds", async ({ test }) => {
    const acme = await createTenant(test);
    await acme.handle.transaction(async (tx) => {
      await add(tx, acme, "Outer");
      await tx.transaction((inner) => add(inner, acme, "Inner"));
    });
    expect(await names(acme)).toEqual(["Inner", "Outer"]);
  });

  it("is undone alone when it fails, and the rest commits", async ({ test }) => {
    const acme = await createTenant(test);
    await acme.handle.transaction(async (tx) => {
      await add(tx, acme, "Before");
      const error = await rejection(
        tx.transaction(async (inner) => {
          await add(inner, acme, "Undone");
          await breakCheck(inner);
        }),
      );
      expect(error).toBeInstanceOf(CheckViolationError);
      await add(tx, acme, "After");
    });
    expect(await names(acme)).toEqual(["After", "Before"]);
  });

  it("is undone by an error of the caller as well", async ({ test }) => {
    const acme = await createTenant(test);
    await acme.handle.transaction(async (tx) => {
      await add(tx, acme, "Kept");
      await rejection(
        tx.transaction(async (inner) => {
          await add(inner, acme, "Undone");
          throw new RangeError("the caller's own");
        }),
      );
    });
    expect(await names(acme)).toEqual(["Kept"]);
  });

  it("can hold parts: only the failed level is undone", async ({ test }) => {
    const acme = await createTenant(test);
    await acme.handle.transaction(async (tx) => {
      await add(tx, acme, "1");
      await tx.transaction(async (second) => {
        await add(second, acme, "2");
        await rejection(
          second.transaction(async (third) => {
            await add(third, acme, "3");
            await breakCheck(third);
          }),
        );
        await second.transaction((third) => add(third, acme, "4"));
      });
      await rejection(
        tx.transaction(async (second) => {
          await second.transaction((third) => add(third, acme, "5"));
          throw new RangeError("undoes the released part inside as well");
        }),
      );
    });
    expect(await names(acme)).toEqual(["1", "2", "4"]);
  });

  it("takes the whole transaction down when its error is not caught", async ({ test }) => {
    const acme = await createTenant(test);
    const error = await rejection(
      acme.handle.transaction(async (tx) => {
        await add(tx, acme, "Lost");
        await tx.transaction((inner) => breakCheck(inner));
      }),
    );
    expect(error).toMatchObject({ sqlState: "23514" });
    expect(await names(acme)).toEqual([]);
  });

  it("throws its first error when the callback swallows it, and is undone", async ({ test }) => {
    const acme = await createTenant(test);
    await acme.handle.transaction(async (tx) => {
      await add(tx, acme, "Kept");
      const error = await rejection(
        tx.transaction(async (inner) => {
          await add(inner, acme, "Undone");
          await breakCheck(inner).then(undefined, () => undefined);
        }),
      );
      expect(error).toMatchObject({ sqlState: "23514" });
    });
    expect(await names(acme)).toEqual(["Kept"]);
  });

  it("belongs to its transaction: a query that is not awaited undoes everything", async ({ test }) => {
    const acme = await createTenant(test);
    let forgotten: Promise<unknown> = Promise.resolve();
    const error = await rejection(
      acme.handle.transaction(async (tx) => {
        await tx.transaction(async (inner) => {
          await add(inner, acme, "Inner");
        });
        forgotten = add(tx, acme, "Forgotten");
      }),
    );
    await forgotten;
    expect(error).toBeInstanceOf(ConflictError);
    expect(await names(acme)).toEqual([]);
  });
});
