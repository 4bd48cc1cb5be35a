import { getColumns, sql } from "drizzle-orm";
import { getTableConfig, pgSchema } from "drizzle-orm/pg-core";
import { PgDialect } from "drizzle-orm/pg-core/dialect";
import { describe, expect, expectTypeOf, it } from "vitest";
import { type ChoiceOf, choice } from "./choice";
import { tenantTable } from "./tenant-table";

const light = choice(["red", "it's green"]);

describe("a choice", () => {
  it("gives the list, the union and the schema under one name", () => {
    expect(light.values).toEqual(["red", "it's green"]);
    expectTypeOf<ChoiceOf<typeof light>>().toEqualTypeOf<"red" | "it's green">();
    expect(light.zod.safeParse("red").success).toBe(true);
    for (const wrong of ["Red", "red ", "", "blue", null, 1]) expect(light.zod.safeParse(wrong).success).toBe(false);
  });

  it("is stored as text, because equality of an enum cannot use an index under row level security", () => {
    const table = tenantTable(pgSchema("choices"), "lights", { light: light.column("light").notNull() });
    expect(getColumns(table).light.getSQLType()).toBe("text");
    expectTypeOf<typeof table.$inferSelect.light>().toEqualTypeOf<"red" | "it's green">();
  });

  it("is checked by the database, with its quotes", () => {
    const table = tenantTable(pgSchema("choices"), "more_lights", { light: light.column("light") });
    const check = getTableConfig(table).checks.find(({ name }) => name === "more_lights_light_check");
    const text = new PgDialect().sqlToQuery(check?.value ?? sql``);
    expect(text).toMatchObject({ sql: `"light" in ('red', 'it''s green')`, params: [] });
  });
});
