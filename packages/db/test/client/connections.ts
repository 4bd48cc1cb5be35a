import { setTimeout as sleep } from "node:timers/promises";
import { type SQL, sql } from "drizzle-orm";
import { createDatabase, type Database, type DatabaseOptions, type TenantDatabase } from "../../src/index";
import type { TestDatabase } from "../../src/testing";

/** A database handle with other options on the same test database; the caller closes it. */
export function open(test: TestDatabase, options: DatabaseOptions = {}): Database {
  return createDatabase({
    url: test.urls.runtime,
    platformUrl: test.urls.platform,
    max: 2,
    unsafeLogin: "refuse",
    ...options,
  });
}

type Runner = Pick<TenantDatabase, "execute">;

/** The first column of the first row. */
export async function value(runner: Runner, query: SQL): Promise<unknown> {
  const rows = await runner.execute(query, "objects");
  return Object.values(rows[0] ?? {})[0];
}

/** The server process that answers. */
export async function backendOf(runner: Runner): Promise<number> {
  return Number(await value(runner, sql`select pg_backend_pid()`));
}

/** Ends a server process and waits until it is gone. */
export async function killBackend(test: TestDatabase, pid: number): Promise<void> {
  await test.asOwner(async (owner) => {
    await owner.query("select pg_terminate_backend($1, 5000)", [pid]);
  });
}

/** Waits until the server has ended a process by itself. */
export async function untilGone(test: TestDatabase, pid: number): Promise<void> {
  const alive = () =>
    test.asOwner(async (owner) => (await owner.query("select from pg_stat_activity where pid = $1", [pid])).rowCount);
  while ((await alive()) !== 0) await sleep(20);
}

/** Releases everybody once all of `count` have arrived, so that their transactions are open at the same time. */
export function meetingPoint(count: number): () => Promise<void> {
  let arrived = 0;
  let release = () => {};
  const met = new Promise<void>((resolve) => {
    release = resolve;
  });
  return () => {
    arrived += 1;
    if (arrived === count) release();
    return met;
  };
}
