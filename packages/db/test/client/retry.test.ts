import { sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import { DeadlockError, SerializationError, type TenantTransaction, ValidationError } from "../../src/index";
import { createCustomer, createTenant, type TestTenant } from "../../src/testing";
import { lengthOf } from "../kit/length";
import { rejection } from "../kit/outcomes";
import { inDatabase as it } from "../kit/tenants";
import { meetingPoint } from "./connections";

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
  it("repeats the callback after a serialization failure, so that no update is lost", async ({ test }) => {
    const acme = await createTenant(test);
    const { id } = await createCustomer(acme, { phone: "0" });
    const collision = collide(acme, id, { retry: true });
    expect(reasons(await collision.done)).toEqual([]);
    expect(await phoneOf(acme.handle, id)).toBe(2);
    expect(collision.attempts()).toBe(3);
  });

  it("is not done unasked: the serialization failure arrives typed", async ({ test }) => {
    const acme = await createTenant(test);
    const { id } = await createCustomer(acme, { phone: "0" });
    const collision = collide(acme, id, {});
    const failures = reasons(await collision.done);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toBeInstanceOf(SerializationError);
    expect(failures[0]).toMatchObject({ sqlState: "40001", retryable: true, outcome: "rolled-back" });
    expect(await phoneOf(acme.handle, id)).toBe(1);
  });

  it("repeats the callback after a deadlock", async ({ test }) => {
    const acme = await createTenant(test);
    const ids = [(await createCustomer(acme)).id, (await createCustomer(acme)).id] as const;
    const locked = deadlock(acme, ids, { retry: true });
    expect(reasons(await locked.done)).toEqual([]);
    expect(locked.attempts()).toBe(3);
  });

  it("is not done unasked: the deadlock arrives typed", async ({ test }) => {
    const acme = await createTenant(test);
    const ids = [(await createCustomer(acme)).id, (await createCustomer(acme)).id] as const;
    const failures = reasons(await deadlock(acme, ids, {}).done);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toBeInstanceOf(DeadlockError);
    expect(failures[0]).toMatchObject({ sqlState: "40P01", retryable: true });
  });

  it("repeats after a refused COMMIT: write skew under serializable", async ({ test }) => {
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

  it("gives up after the given number of attempts, ten at most, with the last error, which says how often it tried", async ({
    test,
  }) => {
    const acme = await createTenant(test);
    const cases = [
      ["40001", { attempts: 1 }, 1, "once"],
      ["40001", { attempts: 3 }, 3, "3 times"],
      ["40P01", { attempts: 3 }, 3, "3 times"],
      ["40001", true, 10, "10 times"],
    ] as const;
    const tries = async (state: string, retry: true | { attempts: number }) => {
      let attempts = 0;
      const work = async (tx: TenantTransaction) => {
        attempts += 1;
        await fail(tx, state);
      };
      return [await rejection(acme.handle.transaction(work, { retry })), attempts] as const;
    };
    const given = await Promise.all(cases.map(([state, retry]) => tries(state, retry)));
    for (const [index, [state, _retry, expected, words]] of cases.entries()) {
      const [error, attempts] = given[index] ?? [];
      expect(error).toBeInstanceOf(state === "40001" ? SerializationError : DeadlockError);
      expect(error).toMatchObject({ attempts: expected, message: expect.stringMatching(`\\(tried ${words}\\)$`) });
      expect((error as SerializationError).toJSON()).toMatchObject({ attempts: expected });
      expect(attempts).toBe(expected);
    }
  });

  it("says the number of attempts of another failure too, and nothing where no retry was asked for", async ({
    test,
  }) => {
    const acme = await createTenant(test);
    let attempts = 0;
    const work = async (tx: TenantTransaction) => {
      attempts += 1;
      await fail(tx, attempts === 1 ? "40001" : "ZT003");
    };
    expect(await rejection(acme.handle.transaction(work, { retry: true }))).toMatchObject({
      code: "CONFLICT",
      attempts: 2,
    });
    const unasked = await rejection(acme.handle.transaction((tx) => fail(tx, "40001")));
    expect(unasked).toMatchObject({ attempts: undefined, message: expect.not.stringContaining("tried") });
  });

  it("separates transactions that cross, many at once", async ({ test }) => {
    const acme = await createTenant(test);
    const ids = [(await createCustomer(acme)).id, (await createCustomer(acme)).id] as const;
    let attempts = 0;
    const cross = ([first, second]: readonly [string, string]) =>
      acme.handle.transaction(
        async (tx) => {
          attempts += 1;
          await tx.accounting.customers.update(first, { city: "Locked" });
          await tx.accounting.customers.update(second, { city: "Locked" });
        },
        { retry: true },
      );
    const [lanes, rounds] = [6, lengthOf(3, 33)];
    const lane = async (order: readonly [string, string]) => {
      const failures: unknown[] = [];
      for (let round = 0; round < rounds; round += 1) await cross(order).catch((error) => failures.push(error));
      return failures;
    };
    const orders = Array.from({ length: lanes }, (_, n) => (n % 2 === 0 ? ids : ([ids[1], ids[0]] as const)));
    expect((await Promise.all(orders.map(lane))).flat()).toEqual([]);
    expect(attempts, "nothing collided: the test shows nothing").toBeGreaterThan(lanes * rounds);
    // When repetitions meet each other again, each transaction needs two attempts or more.
    expect(attempts).toBeLessThan(2 * lanes * rounds);
  });

  it("does not repeat other failures, nor the caller's own", async ({ test }) => {
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

  it("refuses a number of attempts outside 1 to 10 before anything runs", async ({ test }) => {
    const acme = await createTenant(test);
    for (const attempts of [0, 11, 1.5, Number.NaN]) {
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
