import { isDeepStrictEqual } from "node:util";
import { Decimal } from "decimal.js";
import { eq, getColumns, sql } from "drizzle-orm";
import { bigint, boolean, date, integer, jsonb, numeric, pgSchema, text, uuid, varchar } from "drizzle-orm/pg-core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { choice } from "../../src/core/choice";
import { instant, money, quantity } from "../../src/core/columns";
import { insertSchema } from "../../src/core/validation";
import { newId, type TenantDatabase } from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase } from "../../src/testing";
import { hostile, values } from "./parity-values";

/** What zod accepts PostgreSQL stores, and gives back unchanged: for every kind of column the package has. */
const scratch = pgSchema("scratch");
const mood = choice(["it's", 'a "list"', "with,commas", ""]);
const kinds = scratch.table("kinds", {
  id: uuid("id").primaryKey(),
  uuid: uuid("uuid"),
  text: text("text"),
  varchar: varchar("varchar", { length: 5 }),
  texts: text("texts").array(),
  choice: mood.column("choice"),
  money: money("money"),
  quantity: quantity("quantity"),
  fraction: numeric("fraction", { precision: 4, scale: 4 }),
  integer: integer("integer"),
  bigint: bigint("bigint", { mode: "bigint" }),
  boolean: boolean("boolean"),
  date: date("date"),
  instant: instant("instant"),
  jsonb: jsonb("jsonb"),
});

const filled = scratch.table("filled", {
  id: uuid("id").primaryKey(),
  text: text("text").notNull(),
  money: money("money").notNull(),
  instant: instant("instant").notNull(),
  jsonb: jsonb("jsonb").notNull(),
});

type Kind = Exclude<keyof typeof kinds.$inferInsert, "id">;

const samples = Number(process.env.PARITY_SAMPLES ?? 800);
const seed = Number(process.env.PARITY_SEED ?? Math.floor(Math.random() * 2 ** 31));

let test: TestDatabase;
let handle: TenantDatabase;

beforeAll(async () => {
  console.log(`Parity of zod and PostgreSQL: PARITY_SEED=${seed}`);
  test = await createTestDatabase();
  const columns = Object.values(getColumns(kinds)).map((column) => {
    const array = (column as { dimensions?: number }).dimensions ? "[]" : "";
    return `"${column.name}" ${column.getSQLType().replace(/\[\]$/, "")}${array}`;
  });
  await test.asOwner((owner) =>
    owner.query(`create schema scratch; create table scratch.kinds (${columns.join(", ")});
      alter table scratch.kinds add check (choice in ('it''s', 'a "list"', 'with,commas', ''));
      grant usage on schema scratch to authenticated;
      grant select, insert on scratch.kinds to authenticated`),
  );
  handle = (await createTenant(test)).handle;
});
afterAll(() => test.close());

/** Equal as a value: 12.5 and 12.50 are the same amount. */
function same(kind: Kind, given: unknown, stored: unknown): boolean {
  if (["money", "quantity", "fraction"].includes(kind)) return new Decimal(given as string).eq(stored as string);
  return kind === "integer" ? given === stored : isDeepStrictEqual(given, stored);
}

const schema = insertSchema(kinds);

describe("what zod accepts, PostgreSQL stores unchanged", () => {
  it.each(Object.keys(values) as Kind[])("%s", async (kind) => {
    const generated = [...hostile, ...fc.sample<unknown>(values[kind], { numRuns: samples, seed })];
    const refused: unknown[] = [];
    const changed: unknown[] = [];
    let accepted = 0;
    for (const given of generated) {
      if (given === null || given === undefined) continue;
      const row = { id: newId(), [kind]: given };
      if (!schema.safeParse(row).success) continue;
      accepted += 1;
      try {
        await handle.insert(kinds).values(row as never);
        const [stored] = await handle.select().from(kinds).where(eq(kinds.id, row.id));
        if (!same(kind, given, stored?.[kind])) changed.push({ given, stored: stored?.[kind] });
      } catch (error) {
        refused.push({ given, error: String(error) });
      }
    }
    expect({ refused: refused.slice(0, 5), changed: changed.slice(0, 5) }, `seed ${seed}`).toEqual({
      refused: [],
      changed: [],
    });
    if (kind !== "boolean" && kind !== "choice") expect(accepted).toBeGreaterThanOrEqual(300);
    expect(generated.length - accepted, "some values must be refused, or nothing is proven").toBeGreaterThan(10);
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
