import type pg from "pg";
import type { TestDatabase, TestTenant } from "../../src/testing";
import { asLogin, somebodyWaitsForALock } from "../accounting/kit/support";

type Statement = readonly [text: string, values?: unknown[]];

/** Two sessions of the application's login, each in an open transaction of the tenant. */
async function twoSessions<T>(
  test: TestDatabase,
  of: TestTenant,
  level: string,
  work: (first: pg.Client, second: pg.Client) => Promise<T>,
): Promise<T> {
  const open = async (client: pg.Client) => {
    await client.query(`begin isolation level ${level}`);
    await client.query("select set_config('app.current_tenant_id', $1, true)", [of.tenant.id]);
  };
  return asLogin(test.urls.runtime, (first) =>
    asLogin(test.urls.runtime, async (second) => {
      await open(first);
      await open(second);
      return work(first, second);
    }),
  );
}

const codeOf = (error: unknown) => (error as pg.DatabaseError).code ?? String(error);
const outcomeOf = (running: Promise<unknown>) =>
  running.then(
    () => "done",
    (error: unknown) => codeOf(error),
  );

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
