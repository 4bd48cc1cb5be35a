import { describe, expect, it } from "vitest";
import { inOrder } from "./order";
import { parseObject, parseTriggers, splitStatements } from "./parse";

const text = (...lines: string[]) => `${lines.join("\n")}\n`;
const head = ["-- Says what it is for.", "-- @owner ledger_writer", "-- @execute authenticated, platform"];
const body = ["create function shop.price() returns int", "  language sql", "  return 1;"];

describe("a source of one object", () => {
  it("is its name, owner, roles, and a statement that replaces it", () => {
    expect(parseObject(text(...head, ...body), "shop/sql/price.sql")).toEqual({
      kind: "function",
      name: "shop.price",
      file: "shop/sql/price.sql",
      text: "create or replace function shop.price() returns int\n  language sql\n  return 1",
      owner: "ledger_writer",
      roles: ["authenticated", "platform"],
    });
  });

  it("may be a view, which says who selects from it", () => {
    const view = text(
      "-- All of it.",
      "-- @select none",
      "create view shop.all_of_it as select ';' as one -- it's all;",
      ";",
    );
    expect(parseObject(view, "shop/sql/all_of_it.sql")).toMatchObject({ kind: "view", owner: undefined, roles: [] });
  });

  it.each([
    ["call it price.sql", "shop/sql/cost.sql", [...head, ...body]],
    ["must begin with a comment", "shop/sql/price.sql", ["-- @execute none", ...body]],
    ["must say who may use it", "shop/sql/price.sql", ["-- For prices.", ...body]],
    ["unknown key @grant", "shop/sql/price.sql", [...head, "-- @grant all", ...body]],
    ["unknown key @select", "shop/sql/price.sql", [...head, "-- @select none", ...body]],
    ["needs one value for @owner", "shop/sql/price.sql", [...head, "-- @owner platform", ...body]],
    ["names no roles", "shop/sql/price.sql", ["-- For prices.", "-- @execute PUBLIC", ...body]],
    ["must hold one statement, and holds 2", "shop/sql/price.sql", [...head, ...body, "select 1;"]],
    ["must hold one `create function", "shop/sql/price.sql", [...head, "create table shop.price ();"]],
    ["has 151 lines", "shop/sql/price.sql", [...head, "create function shop.price()", ...Array(147).fill("-- and")]],
  ])("is refused: %s", (message, file, lines) => {
    expect(() => parseObject(text(...lines), file)).toThrow(message);
  });
});

describe("triggers.sql", () => {
  it("holds triggers in their order, comments left out", () => {
    const file = text(
      "-- Why.",
      "create trigger b before insert on shop.orders for each row when (new.note <> 'a;b') execute function shop.f();",
      "",
      "create trigger a after insert or update of note on shop.orders",
      "  for each statement execute function shop.g();",
    );
    const triggers = parseTriggers(file, "shop/sql/triggers.sql");
    expect(triggers.map(({ name }) => name)).toEqual(["shop.orders.b", "shop.orders.a"]);
    expect(triggers[0]?.text).toMatch(/^create or replace trigger b before insert/);
  });

  it("holds nothing else", () => {
    expect(() => parseTriggers("drop table shop.orders;", "shop/sql/triggers.sql")).toThrow("may hold only");
  });
});

it("a body in dollars is one statement, and comments stay above theirs", () => {
  expect(splitStatements("-- one\ndo $$ begin; end $$;\n\n-- two; it's\nselect $x$;$x$;\n-- the end")).toEqual([
    "-- one\ndo $$ begin; end $$",
    "-- two; it's\nselect $x$;$x$",
  ]);
});

it("whatever a text names comes before it", () => {
  const source = (kind: "function" | "view" | "trigger", name: string, names: string) => ({
    kind,
    name,
    file: "",
    text: `create ${names}`,
    owner: undefined,
    roles: [],
  });
  const ordered = inOrder([
    source("trigger", "s.t.z", "s.a()"),
    source("view", "s.a_view", "from s.b_view, s.c()"),
    source("view", "s.b_view", ""),
    source("function", "s.a", "s.c() -- s.d()"),
    source("function", "s.c", "s.a()"),
    source("function", "s.d", ""),
  ]);
  expect(ordered.map(({ name }) => name)).toEqual(["s.c", "s.a", "s.d", "s.t.z", "s.b_view", "s.a_view"]);
});
