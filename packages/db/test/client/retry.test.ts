import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DeadlockError, SerializationError, type TenantTransaction, ValidationError } from "../../src/index";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { meetingPoint } from "./connections";

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

const phoneOf = async (tx: Pick<TenantTransaction, "accounting">, id: string) =>
  Number((await tx.accounting.customers.getById(id)).phone);

/** Two transactions that both read a counter before either writes it: one of them must be refused with 40001. */
function collide(of: TestTenant, customerId: string, options: { retry?: true }) {
  const meet = meetingPoint(2);
  let attempts = 0;
  const increment = () =>
    of.handle.transaction(
      async (tx) => {
        attempts += 1;
        const count = await phoneOf(tx, customerId);
        if (attempts <= 2) await meet();
        await tx.accounting.customers.update(customerId, { phone: String(count + 1) });
      },
      { isolation: "repeatable read", ...options },
    );
  return { done: Promise.allSettled([increment(), increment()]), attempts: () => attempts };
}

/** Two transactions that lock two rows in opposite order: the server ends one of them with 40P01. */
function deadlock(of: TestTenant, ids: readonly [string, string], options: { retry?: true }) {
  const meet = meetingPoint(2);
  let attempts = 0;
  const lockBoth = (first: string, second: string) =>
    of.handle.transaction(async (tx) => {
      attempts += 1;
      const isFirstAttempt = attempts <= 2;
      await tx.accounting.customers.update(first, { city: "Locked" });
      if (isFirstAttempt) await meet();
      await tx.accounting.customers.update(second, { city: "Locked" });
    }, options);
  return { done: Promise.allSettled([lockBoth(...ids), lockBoth(ids[1], ids[0])]), attempts: () => attempts };
}

const reasons = (results: PromiseSettledResult<unknown>[]) =>
  results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));

const fail = (tx: TenantTransaction, state: string) =>
  tx.execute(sql.raw(`do $$ begin raise exception using errcode = '${state}'; end $$`));

describe("retry", () => {
  it("repeats the callback after a serialization failure, so that no update is lost", async () => {
    const acme = await createTenant(test);
    const { id } = await createCustomer(acme, { phone: "0" });
    const collision = collide(acme, id, { retry: true });
    expect(reasons(await collision.done)).toEqual([]);
    expect(await phoneOf(acme.handle, id)).toBe(2);
    expect(collision.attempts()).toBe(3);
  });

  it("is not done unasked: the serialization failure arrives typed", async () => {
    const acme = await createTenant(test);
    const { id } = await createCustomer(acme, { phone: "0" });
    const collision = collide(acme, id, {});
    const failures = reasons(await collision.done);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toBeInstanceOf(SerializationError);
    expect(failures[0]).toMatchObject({ sqlState: "40001", retryable: true, outcome: "rolled-back" });
    expect(await phoneOf(acme.handle, id)).toBe(1);
  });

  it("repeats the callback after a deadlock", async () => {
    const acme = await createTenant(test);
    const ids = [(await createCustomer(acme)).id, (await createCustomer(acme)).id] as const;
    const locked = deadlock(acme, ids, { retry: true });
    expect(reasons(await locked.done)).toEqual([]);
    expect(locked.attempts()).toBe(3);
  });

  it("is not done unasked: the deadlock arrives typed", async () => {
    const acme = await createTenant(test);
    const ids = [(await createCustomer(acme)).id, (await createCustomer(acme)).id] as const;
    const failures = reasons(await deadlock(acme, ids, {}).done);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toBeInstanceOf(DeadlockError);
    expect(failures[0]).toMatchObject({ sqlState: "40P01", retryable: true });
  });

  it("repeats after a refused COMMIT: write skew under serializable", async () => {
    const acme = await createTenant(test);
    const [left, right] = [await createCustomer(acme), await createCustomer(acme)];
    const meet = meetingPoint(2);
    let attempts = 0;
    const writeSkew = (id: string) =>
      acme.handle.transaction(
        async (tx) => {
          attempts += 1;
          const isFirstAttempt = attempts <= 2;
          const onCall = (await tx.accounting.customers.list()).items.length;
          if (isFirstAttempt) await meet();
          if (onCall > 1) await tx.accounting.customers.archive(id);
          if (isFirstAttempt) await meet();
        },
        { isolation: "serializable", retry: true },
      );
    expect(reasons(await Promise.allSettled([writeSkew(left.id), writeSkew(right.id)]))).toEqual([]);
    expect((await acme.handle.accounting.customers.list()).items).toHaveLength(1);
  });

  it("gives up after the given number of attempts, five at most, with the last error", async () => {
    const acme = await createTenant(test);
    for (const [retry, expected] of [
      [{ attempts: 1 }, 1],
      [{ attempts: 3 }, 3],
      [true, 5],
      [false, 1],
    ] as const) {
      let attempts = 0;
      const error = await rejection(
        acme.handle.transaction(
          async (tx) => {
            attempts += 1;
            await fail(tx, "40001");
          },
          { retry },
        ),
      );
      expect(error).toBeInstanceOf(SerializationError);
      expect(attempts).toBe(expected);
    }
  });

  it("does not repeat other failures, nor the caller's own", async () => {
    const acme = await createTenant(test);
    for (const failure of [(tx: TenantTransaction) => fail(tx, "23505"), () => Promise.reject(new RangeError("own"))]) {
      let attempts = 0;
      await rejection(
        acme.handle.transaction(
          async (tx) => {
            attempts += 1;
            await failure(tx);
          },
          { retry: true },
        ),
      );
      expect(attempts).toBe(1);
    }
  });

  it("refuses a number of attempts outside 1 to 5 before anything runs", async () => {
    const acme = await createTenant(test);
    for (const attempts of [0, 6, 1.5, Number.NaN]) {
      let ran = false;
      const error = await rejection(
        acme.handle.transaction(
          async () => {
            ran = true;
          },
          { retry: { attempts } },
        ),
      );
      expect(error).toBeInstanceOf(ValidationError);
      expect(ran).toBe(false);
    }
  });
});
