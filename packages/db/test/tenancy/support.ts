import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { expect } from "vitest";
import { allPages as eachPage, type Page, type PageRequest } from "../../src/index";
import type { User } from "../../src/tenancy";
import type { TestDatabase, TestTenant } from "../../src/testing";

/** Runs SQL on a plain connection of one login: what an attacker who holds its URL could do. */
export async function asLogin<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** SQLSTATE of a statement that is expected to be refused; fails the test when it is not. */
export async function refusal(client: pg.Client, text: string, values: unknown[] = []): Promise<string> {
  const outcome = await client.query(text, values).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome, `not refused: ${text}`).toBeInstanceOf(pg.DatabaseError);
  return (outcome as pg.DatabaseError).code ?? "";
}

/** A row of auth.user, as Better Auth would have written it. */
export async function arrangeIdentity(
  test: TestDatabase,
  email = freshEmail(),
): Promise<{ id: string; email: string }> {
  const id = randomUUID();
  await test.asOwner((owner) =>
    owner.query(`insert into auth."user" (id, name, email) values ($1, 'Person', $2)`, [id, email]),
  );
  return { id, email };
}

/** An address that no other test uses. */
export function freshEmail(name = "person"): string {
  return `${name}-${randomUUID()}@example.com`;
}

/** Another active member of the tenant. */
export function addMember(to: TestTenant, role: User["role"] = "user", name = "Member"): Promise<User> {
  return to.handle.tenancy.members.ensureMember({ email: freshEmail(), name, role });
}

/** Resolves once a statement of this database is held up by another transaction. */
export async function somebodyWaitsForALock(owner: pg.Client): Promise<void> {
  const waiting = `
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and state = 'active'`;
  while ((await owner.query(waiting)).rowCount === 0) await setTimeout(5);
}

/** The rows of every page of a list, in order. */
export async function allPages<T>(list: (request: PageRequest) => Promise<Page<T>>, limit: number): Promise<T[][]> {
  const pages: T[][] = [];
  for await (const { items } of eachPage(list, { limit })) pages.push(items);
  return pages;
}

/** The fulfilled values and the rejected reasons of several calls. */
export function sortOut<T>(results: PromiseSettledResult<T>[]): { values: T[]; errors: unknown[] } {
  return {
    values: results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])),
    errors: results.flatMap((result) => (result.status === "rejected" ? [result.reason] : [])),
  };
}
