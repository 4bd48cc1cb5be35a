import { eq, getColumns, getTableUniqueName, sql } from "drizzle-orm";
import { jsonb, type PgColumn, pgSchema, text, uuid } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as columnKinds from "../../src/core/column-kinds";
import { instant, money } from "../../src/core/columns";
import { insertSchema } from "../../src/core/validation";
import { newId, type TenantDatabase } from "../../src/index";
import { tables } from "../../src/schema";
import { createTenant, createTestDatabase, type TestDatabase } from "../../src/testing";
import { createKinds, kinds, parityOf, silentChanges } from "./parity-check";
import { type Kind, values } from "./parity-values";

/** What zod accepts PostgreSQL stores, and gives back unchanged: for every kind of column the package has. */
const filled = pgSchema("scratch").table("filled", {
  id: uuid("id").primaryKey(),
  text: text("text").notNull(),
  money: money("money").notNull(),
  instant: instant("instant").notNull(),
  jsonb: jsonb("jsonb").notNull(),
});

const samples = Number(process.env.PARITY_SAMPLES ?? 800);
const seed = Number(process.env.PARITY_SEED ?? Math.floor(Math.random() * 2 ** 31));
const silent = new Map<string, number>();

let test: TestDatabase;
let handle: TenantDatabase;

beforeAll(async () => {
  console.log(`Parity of zod and PostgreSQL: PARITY_SEED=${seed}`);
  test = await createTestDatabase();
  await createKinds(test);
  handle = (await createTenant(test)).handle;
});
afterAll(() => test.close());

/** All that decides how a value of a column is checked, sent and stored. */
function typeOf(column: PgColumn): string {
  const { dimensions } = column as { dimensions?: number };
  const parts = [
    column.columnType,
    column.getSQLType(),
    dimensions ? "array" : "",
    column.enumValues?.length ? "choice" : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}

describe("the parity test", () => {
  it("tries every type of column that a table uses: a new one needs a column in `kinds` and a generator", () => {
    const tried = new Set(Object.values(getColumns(kinds)).map(typeOf));
    const used = Object.values(tables).flatMap((table) =>
      Object.values(getColumns(table)).map((column) => [
        typeOf(column as PgColumn),
        `${getTableUniqueName(table)}.${column.name}`,
      ]),
    );
    expect(used.length).toBeGreaterThan(100);
    // Transaction numbers are the server's own: no input schema has them, and no login may write them.
    const given = used.filter(([type]) => type !== "PgCustomColumn xid8");
    expect(given.filter(([type = ""]) => !tried.has(type))).toEqual([]);
    expect(Object.keys(values).sort()).toEqual(
      Object.keys(getColumns(kinds))
        .filter((key) => key !== "id")
        .sort(),
    );
  });

  it("tries every zod schema of column-kinds", () => {
    const triedBy = {
      filledText: "filled",
      pgBigint: "bigint",
      pgDate: "date",
      pgInteger: "integer",
      pgJsonb: "jsonb",
      pgNumeric: "money",
      pgText: "text",
      pgTimestamp: "instant",
      pgUuid: "uuid",
    } satisfies Record<keyof typeof columnKinds, Kind>;
    expect(Object.keys(triedBy).sort()).toEqual(Object.keys(columnKinds).sort());
  });
});

describe("what zod accepts, PostgreSQL stores unchanged", () => {
  it.each(Object.keys(values) as Kind[])("%s", async (kind) => {
    const found = await parityOf(handle, kind, samples, seed);
    const { refused, changed, generated, accepted } = found;
    expect({ refused: refused.slice(0, 5), changed: changed.slice(0, 5) }, `seed ${seed}`).toEqual({
      refused: [],
      changed: [],
    });
    if (!["boolean", "choice", "shortChoice"].includes(kind)) expect(accepted).toBeGreaterThanOrEqual(300);
    expect(generated - accepted, "some values must be refused, or nothing is proven").toBeGreaterThan(10);
    for (const [change, times] of Object.entries(found.silent)) silent.set(change, (silent.get(change) ?? 0) + times);
  });

  it("or with a change of the written list, each of which is needed", () => {
    expect([...silent.keys()].sort()).toEqual(Object.keys(silentChanges).sort());
  });

  it("where NULL is not allowed", async () => {
    const required = insertSchema(filled);
    for (const kind of Object.keys(getColumns(filled)).filter((key) => key !== "id")) {
      for (const given of [null, undefined]) {
        const row = { id: newId(), text: "x", money: "1", instant: new Date(0), jsonb: {}, [kind]: given };
        expect(required.safeParse(row).success, `${kind} accepts ${given}`).toBe(false);
      }
    }
  });

  it("whatever time zone and date style the database has", async () => {
    await test.asOwner((owner) =>
      owner.query(
        `alter database ${test.name} set timezone = 'Europe/Amsterdam'; alter database ${test.name} set datestyle = 'SQL, DMY'`,
      ),
    );
    await test.asOwner((owner) =>
      owner.query(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      ),
    );
    expect(await handle.execute(sql`select 1 as one`)).toMatchObject({ rows: [{ one: 1 }] });
    for (const [kind, given] of [
      ["date", "2024-02-01"],
      ["instant", new Date("2024-02-01T03:04:05.678Z")],
      ["instant", new Date("1850-02-01T03:04:05.678Z")],
      ["instant", new Date("1000-01-01T00:00:00.000Z")],
    ] as const) {
      const row = { id: newId(), [kind]: given };
      await handle.insert(kinds).values(row as never);
      const [stored] = await handle.select().from(kinds).where(eq(kinds.id, row.id));
      expect(stored?.[kind]).toEqual(given);
    }
  });
});
