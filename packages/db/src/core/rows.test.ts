import { type SQL, sql } from "drizzle-orm";
import { boolean, integer, numeric, pgSchema, text, uuid } from "drizzle-orm/pg-core";
import { describe, expect, expectTypeOf, it } from "vitest";
import { timestamps } from "./columns";
import { type Decisions, field, fieldsOf, kept, type RowType, rowsOf } from "./rows";
import { dialect, type Params } from "./statement";

const columns = () => ({
  tenantId: uuid("tenant_id").notNull(),
  id: uuid("id").notNull(),
  orderNumber: text("order_number").notNull(),
  kind: text("kind", { enum: ["sale", "return"] })
    .notNull()
    .default("sale"),
  note: text("note"),
  weight: numeric("weight", { precision: 9, scale: 3 }),
  isRush: boolean("is_rush").notNull().default(false),
  doubled: integer("doubled").generatedAlwaysAs(sql`2`),
  ...timestamps(),
});
const orders = pgSchema("test").table("orders", columns());
/** The same table after somebody added a column. */
const wider = pgSchema("test").table("wider", { ...columns(), poNumber: text("po_number") });

const decisions = {
  id: "given",
  orderNumber: "changeable",
  kind: "given",
  note: "changeable",
  weight: "given",
  isRush: "defaulted",
  ...kept({ tenantId: true, createdAt: true, updatedAt: true }),
} as const;
const newOrder = rowsOf(orders, decisions);
type Order = RowType<typeof newOrder>;

/** Holes for all parameters, as a statement has them. */
const holes = new Proxy({}, { get: (_target, key) => sql.placeholder(String(key)) }) as never;
const textOf = (query: SQL) => dialect.sqlToQuery(query).sql;

describe("the rows of a writer", () => {
  it("need a decision for each column of the table: one more column is a type error that names it", () => {
    // @ts-expect-error: nobody decided about poNumber
    const undecided: Decisions<typeof wider> = decisions;
    // @ts-expect-error: the same where the writer is declared
    rowsOf(wider, decisions);
    const decided: Decisions<typeof wider> = { ...decisions, poNumber: "given" };
    expectTypeOf<keyof typeof decided & "poNumber">().toEqualTypeOf<"poNumber">();
    expect(undecided).toBe(decisions);
  });

  it("take no column that the table does not have, nor one that it computes", () => {
    // @ts-expect-error: it is `note`
    expect(() => rowsOf(orders, { ...decisions, remark: "given" })).toThrow(TypeError);
    // @ts-expect-error: the database generates it
    expect(rowsOf(orders, { ...decisions, doubled: "given" }).keys).toContain("doubled");
  });

  it("have the types of their columns; what may be null may be left out, and so may what the database fills", () => {
    expectTypeOf<Order>().toEqualTypeOf<{
      id: string;
      orderNumber: string;
      kind: "sale" | "return";
      note: string | null | undefined;
      weight: string | null | undefined;
      isRush: boolean | null | undefined;
    }>();
    expectTypeOf(newOrder.changeable).toEqualTypeOf<readonly ("orderNumber" | "note")[]>();
    expect(newOrder.changeable).toEqual(["orderNumber", "note"]);
  });

  it("lose no field in silence: an input that lacks one must say how it is computed", () => {
    const rows = [{ id: "1", orderNumber: "A", kind: "sale" as const, note: "x", weight: null, isRush: true }];
    expect(newOrder.arrays(rows)).toEqual({
      id: ["1"],
      orderNumber: ["A"],
      kind: ["sale"],
      note: ["x"],
      weight: [null],
      isRush: [true],
    });
    const withoutNote = rows.map(({ note: _note, ...row }) => row);
    // @ts-expect-error: note is forgotten
    newOrder.arrays(withoutNote);
    expect(newOrder.arrays(withoutNote, { note: (row, index) => `${row.orderNumber} ${index}` }).note).toEqual(["A 0"]);
  });

  it("send null for what a caller left out, in one row and in many", () => {
    const input: { id: string; orderNumber: string; kind: "sale"; note?: string; weight?: string; isRush?: boolean } = {
      ...{ id: "1", orderNumber: "A", kind: "sale" },
    };
    expect(newOrder.row(input)).toEqual({
      ...{ id: "1", orderNumber: "A", kind: "sale" },
      ...{ note: null, weight: null, isRush: null },
    });
    expect(newOrder.arrays([input, input]).note).toEqual([null, null]);
  });

  it("are a table in SQL, each array cast to its column's type without its precision", () => {
    const arrays = "$1::uuid[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::boolean[]";
    const names = `"id", "order_number", "kind", "note", "weight", "is_rush"`;
    expect(textOf(newOrder.unnest(holes, "g"))).toBe(`unnest(${arrays}) as "g" (${names})`);
    expect(textOf(newOrder.unnest(holes, "g", "position"))).toBe(
      `unnest(${arrays}) with ordinality as "g" (${names}, "position")`,
    );
    expect(textOf(newOrder.lists(holes))).toBe(arrays);
    expect(textOf(newOrder.values(holes))).toBe(arrays.replaceAll("[]", ""));
    expect(textOf(newOrder.values(holes, { note: sql`'fixed'` }))).toContain("$3::text, 'fixed', $4::numeric");
  });

  it("have fields besides the columns, and other names of parameters beside rows of another kind", () => {
    const lines = fieldsOf({ position: field<number>("int"), isOpen: field<boolean | null>("boolean") });
    expectTypeOf<RowType<typeof lines>>().toEqualTypeOf<{ position: number; isOpen: boolean | null | undefined }>();
    const prefixed = lines.prefixed("line.");
    expect(prefixed.arrays([{ position: 1, isOpen: null }])).toEqual({ "line.position": [1], "line.isOpen": [null] });
    const p = { "line.position": sql.raw("a"), "line.isOpen": sql.raw("b") } as unknown as Params<never>;
    expect(textOf(prefixed.unnest(p, "l"))).toBe(`unnest(a::int[], b::boolean[]) as "l" ("position", "is_open")`);
  });
});
