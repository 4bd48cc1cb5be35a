import pg from "pg";
import { expect } from "vitest";
import { asTenantSql, type TestDatabase, type TestTenant } from "../../src/testing";

/** A plain connection: what somebody who holds the URL of a login can do. The caller ends it. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

/** Runs SQL on a plain connection of one login. */
export async function asLogin<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A statement of raw SQL and its parameters. */
export type Statement = [text: string, values?: unknown[]];

/** The SQLSTATE of a failure of the server. */
export const stateOf = (error: unknown): string => (error as pg.DatabaseError).code ?? String(error);

/** What became of SQL: "done", or the SQLSTATE that it failed with. */
export const outcomeOf = (running: Promise<unknown>): Promise<string> => running.then(() => "done", stateOf);

/** Runs statements of raw SQL in one transaction of the tenant; "done", or the SQLSTATE of the first failure. */
export const bySql = (
  test: Pick<TestDatabase, "asLogin">,
  of: TestTenant,
  ...statements: Statement[]
): Promise<string> =>
  outcomeOf(
    asTenantSql(test, of, async (client) => {
      for (const [text, values] of statements) await client.query(text, values);
    }),
  );

/** SQLSTATE of a statement that is expected to be refused; fails the test when it is not. */
export async function refusal(client: pg.Client, text: string, values: unknown[] = []): Promise<string> {
  const outcome = await client.query(text, values).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome, `not refused: ${text}`).toBeInstanceOf(pg.DatabaseError);
  return stateOf(outcome);
}

/** Rows of a query by the owner, who sees every tenant. */
export function ownerRows(
  test: Pick<TestDatabase, "asOwner">,
  text: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  return test.asOwner(async (owner) => (await owner.query<Record<string, unknown>>(text, values)).rows);
}
