import { setTimeout } from "node:timers/promises";
import type pg from "pg";
import { beginAsTenant, type TestDatabase, type TestTenant } from "../../src/testing";
import { asLogin, outcomeOf, type Statement } from "./sql";

/** Two sessions of the application's login, each in an open transaction of the tenant. */
async function twoSessions<T>(
  test: TestDatabase,
  of: TestTenant,
  isolation: "read committed" | "repeatable read",
  work: (first: pg.Client, second: pg.Client) => Promise<T>,
): Promise<T> {
  return asLogin(test.urls.runtime, (first) =>
    asLogin(test.urls.runtime, async (second) => {
      for (const client of [first, second]) await beginAsTenant(client, of.tenant.id, { isolation });
      return work(first, second);
    }),
  );
}

/**
 * The second statement is sent while the transaction of the first is open, and has to wait until that one ends.
 * Returns what became of both: "done", or the SQLSTATE.
 */
export function oneAfterTheOther(test: TestDatabase, of: TestTenant, first: Statement, second: Statement) {
  return twoSessions(test, of, "read committed", async (one, other) => {
    await one.query(first[0], first[1]);
    const running = outcomeOf(other.query(second[0], second[1]).then(() => other.query("commit")));
    await test.asOwner(somebodyWaitsForALock);
    return [await outcomeOf(one.query("commit")), await running];
  });
}

/** Under repeatable read, the second statement runs when the first is committed, but sees the data of before. */
export function withOldSnapshot(test: TestDatabase, of: TestTenant, first: Statement, second: Statement) {
  return twoSessions(test, of, "repeatable read", async (one, other) => {
    await other.query("select count(*) from accounting.books");
    await one.query(first[0], first[1]);
    await one.query("commit");
    return outcomeOf(other.query(second[0], second[1]).then(() => other.query("commit")));
  });
}

/** Both write one row each first, and then what the other one has written. Returns what became of both. */
export function crossing(
  test: TestDatabase,
  of: TestTenant,
  first: readonly Statement[],
  second: readonly Statement[],
) {
  return twoSessions(test, of, "read committed", async (one, other) => {
    const step = (client: pg.Client, [text, values]: Statement = ["select 1"]) => client.query(text, values);
    await step(one, first[0]);
    await step(other, second[0]);
    const finish = (client: pg.Client, last: Statement | undefined) =>
      step(client, last).then(() => client.query("commit"));
    return Promise.all([outcomeOf(finish(one, first[1])), outcomeOf(finish(other, second[1]))]);
  });
}

/**
 * Runs `first` in a transaction of the runtime login, and `second` in another one, which has to wait for it; then `rest`
 * in the first, which commits. Returns the SQLSTATE of the second, else "done". Throws what the first fails with.
 */
export function interleaved(
  test: TestDatabase,
  of: TestTenant,
  { first, second, rest }: { first: Statement; second: Statement; rest?: Statement },
): Promise<string> {
  return twoSessions(test, of, "read committed", async (one, two) => {
    await one.query(...first);
    const outcome = outcomeOf(two.query(...second));
    await waitingForLocks(test, 1);
    if (rest) await one.query(...rest);
    await one.query("commit");
    const code = await outcome;
    await two.query("commit");
    return code;
  });
}

/** Resolves once so many statements of this database are held up by other transactions. */
export function waitingForLocks(test: TestDatabase, count: number): Promise<void> {
  const waiting = `select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and state = 'active'`;
  return test.asOwner(async (owner) => {
    while (((await owner.query(waiting)).rowCount ?? 0) < count) await setTimeout(5);
  });
}

/** Resolves once a statement of this database is held up by another transaction. */
export async function somebodyWaitsForALock(owner: pg.Client): Promise<void> {
  const waiting = `
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and state = 'active'`;
  while ((await owner.query(waiting)).rowCount === 0) await setTimeout(5);
}
