import { it } from "vitest";
import { createTenant, createTestDatabase, type TestDatabase } from "../../src/testing";

/** The server's calendar, on which the database dates what callers do not. */
export interface Clock {
  /** `2026-03-31` */
  today: string;
  /** A day before (negative) or after today. */
  inDays(days: number): string;
}

async function clockOf(test: TestDatabase): Promise<Clock> {
  const [today = ""] = await test.asOwner(async (owner) => {
    const { rows } = await owner.query<{ today: string }>("select current_date::text as today");
    return rows.map((row) => row.today);
  });
  const inDays = (days: number) => new Date(Date.parse(today) + days * 86_400_000).toISOString().slice(0, 10);
  return { today, inDays };
}

/*
 * Fixtures that every domain's tests start from. A test names what it needs in its first parameter, and only that is
 * made: `test` is the file's database, `other` a second tenant of the file, `clock` the server's calendar, and `acme`
 * the tenant that works.
 */
export const inDatabase = it
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from this parameter that the fixture needs no other.
  .extend("test", { scope: "file" }, async ({}, { onCleanup }) => {
    const test = await createTestDatabase({ max: 10 });
    onCleanup(() => test.close());
    return test;
  })
  .extend("other", { scope: "file" }, ({ test }) => createTenant(test, "Other"))
  .extend("clock", { scope: "file" }, ({ test }) => clockOf(test));

/** Each test has a tenant of its own, `acme`. */
export const freshTenant = inDatabase.extend("acme", ({ test }) => createTenant(test, "Acme"));

/** The tests of a file share the tenant `acme`: for what they write does not disturb them. */
export const sharedTenant = inDatabase.extend("acme", { scope: "file" }, ({ test }) => createTenant(test, "Acme"));
