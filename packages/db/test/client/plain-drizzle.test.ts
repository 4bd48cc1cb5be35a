import { eq, inArray, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { customers, invoices } from "../../src/accounting";
import { type AuthDatabase, createAuthDatabase, DatabaseError, ValidationError } from "../../src/index";
import { user, users } from "../../src/tenancy";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { rejection } from "../kit/outcomes";

let test: TestDatabase;
let acme: TestTenant;
let auth: AuthDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test);
  auth = createAuthDatabase({ url: test.urls.identity, unsafeLogin: "refuse" });
});
afterAll(async () => {
  await auth.close();
  await test.close();
});

/** Drizzle as it is at run time: mistakes of types are among what is tried. */
// biome-ignore lint/suspicious/noExplicitAny: what the compiler would refuse is the point.
type Untyped = any;
type Way = [name: string, run: (drizzle: Untyped) => unknown];

const canary = "secret canary";
const id = sql.placeholder("id");
const byId = (q: Untyped) => q.select().from(customers).where(eq(customers.id, id));
const fails = sql`1 / 0 = 1`;

/** Refused by the server. */
const refused: Way[] = [
  [
    "a value that the column's mapping does not take",
    (q) =>
      q
        .select()
        .from(users)
        .where(eq(users.createdAt, canary as Untyped)),
  ],
  ["a query", (q) => q.select().from(customers).where(fails)],
  ["a query with a malformed id", (q) => q.select().from(customers).where(eq(customers.id, canary))],
  ["a prepared query", (q) => byId(q).prepare("p").execute({ id: canary })],
  ["execute()", (q) => q.select().from(customers).where(fails).execute()],
  [
    "catch()",
    (q) =>
      q
        .select()
        .from(customers)
        .where(fails)
        .catch((error: unknown) => Promise.reject(error)),
  ],
  [
    "finally()",
    (q) =>
      q
        .select()
        .from(customers)
        .where(fails)
        .finally(() => undefined),
  ],
  ["SQL of a template", (q) => q.execute(sql`select 1 / 0`)],
  ["SQL of a text", (q) => q.execute("selec")],
  ["$count", (q) => q.$count(customers, fails)],
  [
    "a query with a common table",
    (q) => {
      const c = q.$with("c").as(q.select().from(customers));
      return q.with(c).select().from(c).where(fails);
    },
  ],
  [
    "returning()",
    (q) => q.insert(customers).values({ companyId: acme.company.id, name: "x" }).returning({ x: sql`1 / 0` }),
  ],
  [
    "more values than a statement takes",
    (q) =>
      q
        .select()
        .from(customers)
        .where(inArray(customers.name, Array.from({ length: 66_000 }, String))),
  ],
  ["a value with NUL", (q) => q.execute(sql`select ${"a\0b"}`)],
];

const conflict = (q: Untyped, more: object) =>
  q
    .insert(customers)
    .values({ name: "x" })
    .onConflictDoUpdate({ target: customers.id, set: { name: "y" }, ...more });

const countsOf = (q: Untyped) => q.select({ n: sql`count(*)`, id: sql`min(id::text)`.as("least") }).from(customers);

const twice = (q: Untyped) => q.select().from(customers).innerJoin(invoices, fails).innerJoin(invoices, fails);

/** Refused by Drizzle while the query is built or its values are filled in. */
const unbuildable: Way[] = [
  ["an update without values", (q) => q.update(customers).set({})],
  ["an insert without rows", (q) => q.insert(customers).values([])],
  [
    "a conflict's update without values",
    (q) => q.insert(customers).values({ name: "x" }).onConflictDoUpdate({ target: customers.id, set: {} }),
  ],
  ["a placeholder without a value", (q) => byId(q)],
  ["a prepared query without its value", (q) => byId(q).prepare("p").execute({})],
  ["$count with a placeholder", (q) => q.$count(customers, eq(customers.id, id))],
  [
    "a date that is none",
    (q) =>
      q
        .select()
        .from(users)
        .where(eq(users.createdAt, new Date(Number.NaN))),
  ],
  ["a common table of nothing", (q) => q.$with("c").as(undefined)],
  ["a join with nothing", (q) => q.select().from(customers).leftJoin(undefined, fails)],
  ["a table that is undefined", (q) => q.select().from(undefined)],
  ["an insert into nothing", (q) => q.insert(undefined).values({})],
  [
    "a union of different columns",
    (q) =>
      q
        .select({ id: customers.id })
        .from(customers)
        .union(q.select({ id: invoices.id, n: invoices.invoiceNumber }).from(invoices)),
  ],
  ["a field of a subquery without an alias", (q) => countsOf(q).as("sub").n],
  ["a field of a common table without an alias", (q) => q.$with("c").as(countsOf(q)).n],
  ["execute() of nothing", (q) => q.execute(undefined)],
  ["execute() of an object", (q) => q.execute({ canary })],
];

const relational: Way[] = [
  ["a malformed id", (q) => q.query.accountingCustomers.findMany({ where: { id: canary } })],
  ["an unknown relation", (q) => q.query.accountingCustomers.findMany({ with: { nothing: true } })],
  ["an unknown column", (q) => q.query.accountingCustomers.findFirst({ where: { nothing: canary } })],
  [
    "a prepared query without its value",
    (q) => q.query.accountingCustomers.findFirst({ where: { id } }).prepare("p").execute({}),
  ],
];

/** The typed error of a way, whether it is thrown at once or rejected. It holds no value of the query. */
async function failure(run: () => unknown): Promise<unknown> {
  const error = await rejection((async () => run())());
  expect(error).toBeInstanceOf(DatabaseError);
  expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain(canary);
  return error;
}

describe.each<[string, (way: (drizzle: Untyped) => unknown) => unknown]>([
  ["a handle", (way) => way(acme.handle)],
  ["a transaction", (way) => acme.handle.transaction(async (tx) => way(tx))],
  ["a part of a transaction", (way) => acme.handle.transaction((tx) => tx.transaction(async (part) => way(part)))],
  ["the platform", (way) => test.db.platform({ actor: "test", reason: "fail" }).transaction(async (tx) => way(tx))],
  ["the auth database", (way) => way(auth.drizzle)],
  ["a transaction of the auth database", (way) => auth.drizzle.transaction(async (tx) => way(tx))],
])("Drizzle of %s", (whose, on) => {
  it.each(refused)("fails typed in %s", async (_name, way) => {
    await failure(() => on(way));
  });

  it.each(unbuildable)("says that the query cannot be built: %s", async (_name, way) => {
    const error = await failure(() => on(way));
    expect(error).toBeInstanceOf(ValidationError);
    expect(String(error)).toContain("cannot be built");
  });

  it("fails typed in a mapping of the answer, and says that the statement has run", async () => {
    const decode = sql`count(*)`.mapWith(() => {
      throw new RangeError(canary);
    });
    const error = await failure(() => on((q) => q.select({ decode }).from(/auth/.test(whose) ? user : customers)));
    expect(error).toMatchObject({ outcome: "unknown", message: expect.stringContaining("the statement has run") });
  });
});

describe("a query that cannot be built", () => {
  it.each<[string, (drizzle: Untyped) => unknown]>([
    ["Did you forget to join it", (q) => q.select({ id: invoices.id, name: customers.name }).from(customers)],
    ["add an alias to the field", (q) => q.select({ n: countsOf(q).as("sub").n }).from(countsOf(q).as("sub"))],
    ["already used in this query", (q) => twice(q)],
    ["Unexpected 'undefined'", (q) => q.query.accountingCustomers.findMany({ where: { id: undefined } })],
    ["Unexpected empty array", (q) => q.query.accountingCustomers.findMany({ where: { OR: [] } })],
    ["You cannot use both", (q) => conflict(q, { where: fails, setWhere: fails })],
    ["does not exist in table", (q) => q.insert(customers).select(q.select({ nothing: invoices.id }).from(invoices))],
  ])("says what Drizzle finds wrong with it: %s", async (words, way) => {
    const error = await rejection((async () => way(acme.handle))());
    expect(error).toBeInstanceOf(ValidationError);
    expect(String(error)).toContain(words);
  });
});

it("a subquery and a common table serve as tables, by the fields that have an alias", async () => {
  const found = await acme.handle.transaction(async (tx) => {
    const q: Untyped = tx;
    const [sub, common] = [countsOf(q).as("sub"), q.$with("common").as(countsOf(q))];
    return q.with(common).select({ one: sub.id, other: common.id }).from(sub).leftJoin(common, eq(sub.id, common.id));
  });
  expect(found).toEqual([{ one: null, other: null }]);
});

describe("a relational query", () => {
  it.each(relational)("fails typed with %s", async (_name, way) => {
    await failure(() => way(acme.handle));
    await failure(() => acme.handle.transaction(async (tx) => way(tx)));
  });
});

describe("what is no failure of the database", () => {
  it("passes as it is: errors of the callback, and of the caller's own classes", async () => {
    class Own extends Error {}
    const own = new Own();
    const raise = () => {
      throw own;
    };
    expect(await rejection(acme.handle.transaction(async () => raise()))).toBe(own);
    expect(
      await rejection(
        (async () =>
          acme.handle
            .select()
            .from(customers)
            .where(raise as never))(),
      ),
    ).toBe(own);
  });

  it("leaves the transaction as it was, so that it may be caught", async () => {
    const name = await acme.handle.transaction(async (tx) => {
      await tx.update(customers).set({ name: "caught" });
      await rejection((async () => tx.update(customers).set({}))());
      await tx.insert(customers).values({ companyId: acme.company.id, name: "kept" });
      return (await tx.select({ name: customers.name }).from(customers).where(eq(customers.name, "kept")))[0]?.name;
    });
    expect(name).toBe("kept");
  });

  it("builds queries that are parts of queries, as Drizzle does", async () => {
    const { handle } = acme;
    const inner = handle.select({ id: customers.id }).from(customers).where(eq(customers.name, "kept"));
    expect(await handle.select().from(customers).where(inArray(customers.id, inner))).toHaveLength(1);
    const named = handle.$with("named").as(inner);
    expect(await handle.with(named).select().from(named)).toHaveLength(1);
    const sub = inner.as("sub");
    expect(await handle.select({ id: sub.id }).from(sub).innerJoin(customers, eq(customers.id, sub.id))).toHaveLength(
      1,
    );
    expect(await handle.select({ id: customers.id, n: handle.$count(customers) }).from(customers)).toHaveLength(1);
    expect(await inner.union(handle.select({ id: customers.id }).from(customers)).limit(5)).toHaveLength(1);
    expect(inner.toSQL().sql).toContain("select");
  });
});
