import { eq, fillPlaceholders, sql } from "drizzle-orm";
import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { defineRelations } from "drizzle-orm/relations";
import { describe, expect, expectTypeOf, it } from "vitest";
import { allStatements, columnsOf, dialect, type Params, type Statement, statementsWith } from "./statement";

const things = pgTable("things", { id: integer("id").primaryKey(), tenantId: text("tenant_id"), name: text("name") });
const { statement, sqlStatement } = statementsWith(defineRelations({ things }, () => ({})));

describe("a statement", () => {
  it("is compiled at its first use, once", () => {
    let compilations = 0;
    const made = statement("test.compiled_once", (q, p: Params<{ id: number }>) => {
      compilations += 1;
      return q.select().from(things).where(eq(things.id, p.id));
    });
    expect(compilations).toBe(0);
    expect(made.compiled()).toBe(made.compiled());
    expect(compilations).toBe(1);
  });

  it("holds its values as parameters, each by its name, never in its text", () => {
    const made = statement("test.parameters", (q, p: Params<{ name: string }>) =>
      q.update(things).set({ name: p.name }).where(eq(things.tenantId, p.tenantId)),
    );
    const { sql: text, params } = made.compiled().getQuery();
    expect(text).toContain("$1");
    expect(text).toContain("$2");
    expect(fillPlaceholders(params, { name: "a name", tenantId: "a tenant" })).toEqual(["a name", "a tenant"]);
  });

  it.each([
    ["select id from test.things where tenant_id = $1", true],
    ["select id from test.things where id = any ($1) and owner = tenancy.current_user_id()", true],
    ["select id from test.things for no key update", false],
    ["select * from test.post_things($1::uuid[]) w", false],
    ["select tenancy.record_audit($1, $2, $3, $4)", false],
    ["with gone as (delete from test.things returning id) select id from gone", false],
    ["update test.things set name = $1", false],
  ])("reads only when it is proven: %s", (text, reads) => {
    const shape = (q: { select(): { from(table: typeof things): never } }) => q.select().from(things);
    const made = sqlStatement(`test.reads ${text.slice(0, 40)}`, shape as never, () => sql.raw(text));
    expect(made.compiled().reads).toBe(reads);
  });

  it("has its usual limit written into a second query, under a name of its own", () => {
    const list = statement("test.limited", (q, p: Params<{ limit: number }>) => q.select().from(things).limit(p.limit));
    expect(list.variants().map((query) => query.name)).toEqual(["test.limited", "test.limited_51"]);
    expect(list.compiled({ limit: 51 }).getQuery()).toMatchObject({
      sql: expect.stringMatching(/limit 51$/),
      params: [],
    });
    expect(list.compiled({ limit: 11 })).toBe(list.compiled());
    const find = statement("test.unlimited", (q) => q.select().from(things));
    expect(find.variants()).toEqual([find.compiled({ limit: 51 })]);
  });

  it("has a name of its own, of at most 60 characters", () => {
    const make = (name: string) => statement(name, (q) => q.select().from(things));
    const long = `test.${"x".repeat(55)}`;
    expect(make(long).name).toHaveLength(60);
    expect(() => make(long)).toThrow(TypeError);
    expect(() => make(`${long}x`)).toThrow(TypeError);
    expect(() =>
      sqlStatement(
        long,
        (q) => q.select().from(things),
        () => sql`select 1`,
      ),
    ).toThrow(TypeError);
  });

  it("replaces the one that an earlier run of its module made, under another name on the wire", async () => {
    const make = (name: string) =>
      statement("test.run_again", (q) => q.select().from(things).where(eq(things.name, name)));
    const first = make("first");
    expect(() => make("twice in one run")).toThrow(TypeError);
    await Promise.resolve();
    const second = make("second");
    expect(allStatements()).toContain(second);
    expect(allStatements()).not.toContain(first);
    expect(first.compiled().name).toBe("test.run_again");
    expect(second.compiled().name).not.toBe(first.compiled().name);
    await Promise.resolve();
    expect(make("third").compiled().name).not.toBe(second.compiled().name);
  });

  it("is found in the list of all statements", () => {
    const made = statement("test.listed", (q) => q.select().from(things));
    expect(allStatements()).toContain(made);
    const names = allStatements().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("cannot run by itself: it has no connection", () => {
    const made = statement("test.no_connection", (q) => q.select().from(things));
    expect(() => made.compiled().execute()).toThrow(TypeError);
  });

  it("knows the types of its parameters and of its rows; the tenant is not a parameter to give", () => {
    const made = statement("test.types", (q, p: Params<{ id: number }>) =>
      q.select({ name: things.name }).from(things).where(eq(things.id, p.id)),
    );
    type Types = typeof made extends Statement<infer P, infer R> ? { params: P; result: R } : never;
    expectTypeOf<Types["params"]>().toEqualTypeOf<Omit<{ id: number }, "tenantId">>();
    expectTypeOf<Types["result"]>().toEqualTypeOf<{ name: string | null }[]>();
  });
});

describe("a statement in SQL", () => {
  it("takes its rows' shape from a query of the same columns", () => {
    const made = sqlStatement(
      "test.shape",
      (q) => q.select().from(things),
      (p: Params<{ id: number }>) => sql`select ${columnsOf(things, "t")} from things t where t.id = ${p.id}`,
    );
    const compiled = made.compiled();
    expect(compiled.getQuery().sql).toBe(`select "t"."id", "t"."tenant_id", "t"."name" from things t where t.id = $1`);
    expect(compiled.mapper?.([[1, "tenant", "name"]] as never)).toEqual([{ id: 1, tenantId: "tenant", name: "name" }]);
  });

  it("refuses transactions and raw SQL inside, which would have no scope", () => {
    const made = statement("test.nested", (q) => {
      expect(() => (q as unknown as { transaction(work: () => void): unknown }).transaction(() => undefined)).toThrow();
      return q.select().from(things);
    });
    made.compiled();
  });

  it("shares one dialect, which writes parameters as PostgreSQL wants them", () => {
    expect(dialect.sqlToQuery(sql`select ${1}, ${"x"}`)).toMatchObject({ sql: "select $1, $2", params: [1, "x"] });
  });
});
