import { eq, sql } from "drizzle-orm";
import { date, integer, pgSchema, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { defineRelations } from "drizzle-orm/relations";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { ValidationError } from "./errors";
import { filterOf, listBy, listOf, SortKey } from "./lists";
import type { Page } from "./page";
import { type Statement, type StatementRunner, statementsWith } from "./statement";

const parcels = pgSchema("test").table("parcels", {
  tenantId: uuid("tenant_id").notNull(),
  id: uuid("id").notNull(),
  sentOn: date("sent_on").notNull(),
  seenAt: timestamp("seen_at", { withTimezone: true, precision: 3 }).notNull(),
  label: text("label").notNull(),
  carrierId: uuid("carrier_id").notNull(),
  status: text("status").notNull(),
  weight: integer("weight").notNull(),
});
type Parcel = typeof parcels.$inferSelect;

const { statement } = statementsWith(defineRelations({ parcels }));
const filter = z.object({ status: z.string().optional(), carrierId: z.string().optional() }).strict();

interface Sent {
  text: string;
  name: string;
  params: object;
}

/** Keeps what is sent, and answers with these rows. */
function runner(rows: unknown[]) {
  const sent: Sent[] = [];
  const unit: StatementRunner = {
    run: async <P extends object, R>(made: Statement<P, R>, params: P) => {
      const query = made.compiled(params as Record<string, unknown>);
      sent.push({ text: query.getQuery().sql, name: query.name, params });
      return rows as R;
    },
  };
  return { unit, sent };
}

let names = 0;
const options = () => ({ name: `test.lists.${++names}`, table: parcels, sort: ["sentOn", "id"] as const });
const parcel = (id: string, sentOn: string) => ({ id, sentOn }) as Parcel;

describe("a list", () => {
  it("has one prepared statement for each set of optional filters", async () => {
    const list = listOf(statement, { ...options(), filter, optional: ["status", "carrierId"] });
    const { unit, sent } = runner([]);
    await list(unit, {});
    await list(unit, { status: "sent" });
    await list(unit, { carrierId: "c" });
    await list(unit, { status: "sent", carrierId: "c" });
    expect(sent.map(({ name }) => name.replace(/^test\.lists\.\d+/, "list"))).toEqual([
      "list_51",
      "list_by_status_51",
      "list_by_carrier_51",
      "list_by_status_carrier_51",
    ]);
    expect(sent[0]?.text).not.toContain(`"status" =`);
    expect(sent[3]?.text).toMatch(/"tenant_id" = \$1.*"status" = \$2.*"carrier_id" = \$3/);
    expectTypeOf(list).toEqualTypeOf<
      (
        unit: StatementRunner,
        request: { limit?: number | undefined; cursor?: string | undefined } & z.input<typeof filter>,
      ) => Promise<Page<Parcel>>
    >();
  });

  it("reads one row more than the page, and begins the next page after the last row shown", async () => {
    const list = listOf(statement, { ...options(), direction: "desc" });
    const rows = [parcel("b", "2026-01-03"), parcel("a", "2026-01-02"), parcel("c", "2026-01-01")];
    const { unit, sent } = runner(rows);
    const page = await list(unit, { limit: 2 });
    expect(page.items).toEqual(rows.slice(0, 2));
    await list(unit, { limit: 2, cursor: page.nextCursor });
    expect(sent.map(({ params }) => params)).toEqual([
      { limit: 3, after_sentOn: "infinity", after_id: "ffffffff-ffff-ffff-ffff-ffffffffffff" },
      { limit: 3, after_sentOn: "2026-01-02", after_id: "a" },
    ]);
    expect(sent[0]?.text).toContain(`"sent_on", "test"."parcels"."id") < ($2::date, $3::uuid)`);
    expect(sent[0]?.text).toMatch(/order by .*"sent_on" desc, .*"id" desc limit \$4$/);
  });

  it("writes the usual limit into the query, which is planned once", async () => {
    const list = listOf(statement, options());
    const { unit, sent } = runner([]);
    await list(unit, {});
    await list(unit, { limit: 51 });
    expect(sent[0]?.text).toMatch(/limit 51$/);
    expect(sent[1]?.text).toMatch(/limit \$4$/);
  });

  it("always has what is required of it, and what is true of all its rows", async () => {
    const schema = z.object({ carrierId: z.string() }).strict();
    const where = eq(parcels.weight, sql`0`);
    const list = listOf(statement, { ...options(), filter: schema, required: ["carrierId"], where });
    const { unit, sent } = runner([]);
    await list(unit, { carrierId: "c" });
    expect(sent[0]?.text).toMatch(/"carrier_id" = \$2.*"weight" = 0/);
    await expect(list(unit, {} as never)).rejects.toThrow(ValidationError);
  });

  it("knows filters that exclude each other: one or none, or exactly one", async () => {
    const made = options();
    listOf(statement, { ...made, filter, optional: ["status", "carrierId"], combined: "one" });
    // The names show which statements there are.
    expect(() => statement(`${made.name}_by_status`, (q) => q.select().from(parcels))).toThrow(TypeError);
    expect(() => statement(`${made.name}_by_status_carrier`, (q) => q.select().from(parcels))).not.toThrow();
    expect(() => statement(made.name, (q) => q.select().from(parcels))).not.toThrow();
  });

  it("refuses a filter, a page size and a cursor that do not fit", async () => {
    const list = listOf(statement, { ...options(), filter });
    const { unit, sent } = runner([]);
    for (const request of [{ label: "x" }, { limit: 0 }, { cursor: "x" }]) {
      await expect(list(unit, request as never)).rejects.toThrow(ValidationError);
    }
    expect(sent).toEqual([]);
  });

  it("is sorted by columns of which it knows where they begin and end", () => {
    expect(() => new SortKey(parcels, ["weight", "id"])).toThrow(TypeError);
    expect(() => new SortKey(parcels, ["label"], "desc")).toThrow(TypeError);
    expect(new SortKey(parcels, ["label"]).position({})).toEqual({ limit: 51, after_label: "" });
    expect(new SortKey(parcels, ["seenAt"], "desc").position({})).toEqual({ limit: 51, after_seenAt: "infinity" });
  });

  it("puts a point in time into its cursor in milliseconds", () => {
    const key = new SortKey(parcels, ["seenAt", "id"]);
    const rows = [1, 2].map((ms) => ({ id: String(ms), seenAt: new Date(ms) }));
    const { nextCursor } = key.page(rows, { limit: 2 });
    expect(key.position({ cursor: nextCursor })).toMatchObject({
      after_seenAt: "1970-01-01T00:00:00.001Z",
      after_id: "1",
    });
  });

  it("may be read by a statement of its own", async () => {
    const key = new SortKey(parcels, ["sentOn", "id"]);
    const list = listBy(filter, key, async (_unit, { status = "any" }, position) => [
      { ...parcel(String(position.limit), "2026-01-01"), status },
    ]);
    expect((await list(runner([]).unit, { limit: 7 })).items).toMatchObject([{ id: "8", status: "any" }]);
  });

  it("takes its page out of a request, and leaves the filter", () => {
    expect(filterOf({ limit: 1, cursor: "x", status: "sent" })).toEqual({ status: "sent" });
  });
});
