import { isDeepStrictEqual } from "node:util";
import { Decimal } from "decimal.js";
import { getColumns, inArray } from "drizzle-orm";
import { bigint, boolean, date, integer, jsonb, numeric, pgSchema, text, uuid, varchar } from "drizzle-orm/pg-core";
import { PgDialect } from "drizzle-orm/pg-core/dialect";
import fc from "fast-check";
import { choice } from "../../src/core/choice";
import { filledText } from "../../src/core/column-kinds";
import { exchangeRate, instant, money, moneyTotal, quantity } from "../../src/core/columns";
import { insertSchema } from "../../src/core/validation";
import { valueChecks } from "../../src/core/value-checks";
import { newId, type TenantDatabase } from "../../src/index";
import { amount, amountTotal, kilos, unitCost, price as unitPrice } from "../../src/sales/schema/columns";
import type { TestDatabase } from "../../src/testing";
import { hostile, type Kind, values } from "./parity-values";

const scratch = pgSchema("scratch");
const mood = choice(["it's", 'a "list"', "with,commas", ""]);

/** A column of every kind the package has, each with the zod schema that the package makes for it. */
export const kinds = scratch.table("kinds", {
  id: uuid("id").primaryKey(),
  uuid: uuid("uuid"),
  text: text("text"),
  filled: text("filled"),
  varchar5: varchar("varchar5", { length: 5 }),
  varchar20: varchar("varchar20", { length: 20 }),
  varchar50: varchar("varchar50", { length: 50 }),
  varchar100: varchar("varchar100", { length: 100 }),
  varchar255: varchar("varchar255", { length: 255 }),
  texts: text("texts").array(),
  choice: mood.column("choice"),
  shortChoice: varchar("short_choice", { length: 50, enum: [...mood.values] }),
  money: money("money"),
  quantity: quantity("quantity"),
  moneyTotal: moneyTotal("money_total"),
  rate: exchangeRate("rate"),
  price: numeric("price", { precision: 15, scale: 4 }),
  amount: amount("amount"),
  amountTotal: amountTotal("amount_total"),
  kilos: kilos("kilos"),
  unitPrice: unitPrice("unit_price"),
  unitCost: unitCost("unit_cost"),
  percent: numeric("percent", { precision: 5, scale: 2 }),
  fraction: numeric("fraction", { precision: 4, scale: 4 }),
  integer: integer("integer"),
  bigint: bigint("bigint", { mode: "bigint" }),
  boolean: boolean("boolean"),
  date: date("date"),
  instant: instant("instant"),
  jsonb: jsonb("jsonb"),
});

/** What zod accepts of such a row. */
export const schema = insertSchema(kinds).extend({ filled: filledText("text").nullish() });

/** Makes the table of every kind; the runtime login may read and write it. */
export function createKinds(test: TestDatabase): Promise<unknown> {
  const dialect = new PgDialect();
  const checks = valueChecks("kinds", getColumns(kinds)).map(
    ({ name, value }) => `constraint "${name}" check (${dialect.sqlToQuery(value).sql})`,
  );
  const columns = Object.values(getColumns(kinds)).map((column) => {
    const array = (column as { dimensions?: number }).dimensions ? "[]" : "";
    return `"${column.name}" ${column.getSQLType().replace(/\[\]$/, "")}${array}`;
  });
  return test.asOwner((owner) =>
    owner.query(`create schema scratch; create table scratch.kinds (${[...columns, ...checks].join(", ")}, primary key (id));
      alter table scratch.kinds add check (choice in ('it''s', 'a "list"', 'with,commas', '') and short_choice in ('it''s', 'a "list"', 'with,commas', ''));
      grant usage on schema scratch to authenticated;
      grant select, insert on scratch.kinds to authenticated`),
  );
}

/** The written list of what may come back otherwise than it was given, though it is the same value. */
export const silentChanges: Record<string, (given: unknown, stored: unknown) => boolean> = {
  "a decimal comes back with all its decimals": (given, stored) =>
    typeof given === "string" &&
    typeof stored === "string" &&
    /^-?\d+(\.\d+)?$/.test(given) &&
    stored.startsWith(given) &&
    new Decimal(given).eq(stored),
  "the integer -0 comes back as 0": (given, stored) => Object.is(given, -0) && Object.is(stored, 0),
  "keys of a JSON object come back in another order": (given, stored) =>
    typeof given === "object" && isDeepStrictEqual(given, stored),
};

export interface Parity {
  generated: number;
  accepted: number;
  /** What zod accepts and PostgreSQL refuses. */
  refused: unknown[];
  /** What comes back as another value than the list allows. */
  changed: unknown[];
  /** How often each change of the list came up. */
  silent: Record<string, number>;
}

interface Row {
  id: string;
  given: unknown;
}

/** Stores every value that zod accepts, hand-picked and generated ones, and compares what comes back. */
export async function parityOf(handle: TenantDatabase, kind: Kind, samples: number, seed: number): Promise<Parity> {
  const generated = [...hostile, ...fc.sample<unknown>(values[kind], { numRuns: samples, seed })];
  const rows = generated
    .filter((given) => given !== null && given !== undefined)
    .map((given): Row => ({ id: newId(), given }))
    .filter(({ id, given }) => schema.safeParse({ id, [kind]: given }).success);
  const found: Parity = { generated: generated.length, accepted: rows.length, refused: [], changed: [], silent: {} };
  for (let start = 0; start < rows.length; start += 200)
    await store(handle, kind, rows.slice(start, start + 200), found);
  return found;
}

async function store(handle: TenantDatabase, kind: Kind, rows: Row[], found: Parity): Promise<void> {
  try {
    await handle.insert(kinds).values(rows.map(({ id, given }) => ({ id, [kind]: given })) as never);
  } catch (error) {
    // One bad row refuses them all: halve until it stands alone.
    const [first] = rows;
    if (rows.length === 1) found.refused.push({ given: first?.given, error: String(error) });
    else {
      const middle = Math.ceil(rows.length / 2);
      await store(handle, kind, rows.slice(0, middle), found);
      await store(handle, kind, rows.slice(middle), found);
    }
    return;
  }
  const ids = rows.map((row) => row.id);
  const stored = await handle.select({ id: kinds.id, value: kinds[kind] }).from(kinds).where(inArray(kinds.id, ids));
  const byId = new Map(stored.map((row) => [row.id, row.value]));
  for (const { id, given } of rows) compare(given, byId.get(id), found);
}

function compare(given: unknown, stored: unknown, found: Parity): void {
  if (isDeepStrictEqual(given, stored) && inOrder(given) === inOrder(stored)) return;
  const change = Object.entries(silentChanges).find(([, holds]) => holds(given, stored));
  if (change) found.silent[change[0]] = (found.silent[change[0]] ?? 0) + 1;
  else found.changed.push({ given, stored });
}

/** The value with the order of its keys, which equality of objects does not see. */
const inOrder = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : "");
