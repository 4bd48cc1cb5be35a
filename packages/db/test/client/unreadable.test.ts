import { eq, getColumns } from "drizzle-orm";
import {
  date,
  doublePrecision,
  getTableConfig,
  numeric,
  type PgColumn,
  pgSchema,
  real,
  timestamp,
} from "drizzle-orm/pg-core";
import { PgDialect } from "drizzle-orm/pg-core/dialect";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sqlNameOf } from "../../src/core/domain";
import { tenantTables } from "../../src/core/tenant-table";
import { valueChecks } from "../../src/core/value-checks";
import { newId } from "../../src/index";
import { tables } from "../../src/schema";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { insertStatement, sampleContext, sampleValues, type Values } from "../../src/testing/sample-rows";
import { createKinds, kinds, schema } from "./parity-check";
import type { Kind } from "./parity-values";

/*
 * What a database would take and the package could not read back is refused by a CHECK, whoever writes: for every
 * column of every table. What is read back and zod would not accept is on a written list.
 */
let test: TestDatabase;
let acme: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
  await createKinds(test);
  acme = await createTenant(test);
});
afterAll(() => test.close());

/** Values of a column's type that have no counterpart in TypeScript. */
function unreadable(column: PgColumn): readonly string[] {
  const type = column.getSQLType();
  if ((column as { dimensions?: number }).dimensions) return ["{a,NULL}", "{{a},{b}}"];
  if (type.startsWith("numeric")) return ["NaN", "Infinity", "-Infinity"];
  if (type === "date") return ["infinity", "-infinity", "0044-03-15 BC", "10000-01-01"];
  if (type.startsWith("timestamp")) {
    return ["infinity", "-infinity", "0044-03-15 00:00+00 BC", "0999-12-31 23:59:59.999+00", "10000-01-01 00:00+00"];
  }
  return [];
}

/** What comes of the statement as the owner, past triggers and policies, in the empty table: the SQLSTATE, or `stored`. */
async function outcome(owner: pg.Client, table: string, row: Values): Promise<string> {
  await owner.query("begin; set local session_replication_role = replica");
  try {
    await owner.query(`delete from ${table}`);
    await owner.query(insertStatement(table, row));
    return "stored";
  } catch (error) {
    return (error as pg.DatabaseError).code ?? "no code";
  } finally {
    await owner.query("rollback");
  }
}

/** A row that the table would take. */
async function rowOf(owner: pg.Client, name: string): Promise<Values> {
  const entry = tenantTables().find((each) => each.name === name);
  if (entry) return sampleValues(owner, entry, sampleContext(acme.tenant.id));
  const others: Record<string, Values> = {
    "auth.user": { name: "Ada", email: "ada@example.com" },
    "auth.session": { token: "t", user_id: newId(), expires_at: "2026-01-01" },
    "auth.account": { account_id: "a", provider_id: "p", user_id: newId() },
    "auth.verification": { identifier: "i", value: "v", expires_at: "2026-01-01" },
    "auth.user_profiles": { user_id: newId() },
    "auth.sign_in_events": { type: "sign_in_failed", severity: "low" },
    "auth.tenant_directory": { id: newId(), name: "Acme", status: "active" },
    "auth.memberships": {
      ...{ identity_id: newId(), tenant_id: newId(), user_id: newId() },
      ...{ name: "Acme", role: "admin", status: "active" },
    },
    "tenancy.tenants": { name: "Acme" },
    "tenancy.platform_log": { actor: "a", reason: "r" },
  };
  const row = others[name];
  if (!row) throw new TypeError(`Say what a row of ${name} needs`);
  return row;
}

const concerned = Object.values(tables)
  .map((table) => ({ name: sqlNameOf(table), columns: getTableConfig(table).columns }))
  .map(({ name, columns }) => ({
    name,
    columns: columns.filter((column) => !column.generated && unreadable(column).length > 0),
  }))
  .filter(({ columns }) => columns.length > 0);

describe("no table takes", () => {
  it.each(concerned)("what cannot be read back: $name", async ({ name, columns }) => {
    const found = await test.asOwner(async (owner) => {
      const row = await rowOf(owner, name);
      expect(await outcome(owner, name, row)).toBe("stored");
      const each: [string, string, string][] = [];
      for (const column of columns) {
        for (const value of unreadable(column)) {
          each.push([column.name, value, await outcome(owner, name, { ...row, [column.name]: value })]);
        }
      }
      return each;
    });
    expect(found.length).toBeGreaterThan(0);
    // A numeric with a precision refuses infinity by its type, and a column that is made from it as a whole number NaN.
    const byType = (value: string, code: string) =>
      (/Infinity/.test(value) && code === "22003") || (value === "NaN" && code === "0A000");
    const refused = (value: string, code: string) => code === "23514" || byType(value, code);
    expect(found.filter(([, value, code]) => !refused(value, code))).toEqual([]);
  });
});

describe("a table with kinds of columns that no domain has yet", () => {
  const dates = ["infinity", "-infinity", "0044-03-15 BC", "10000-01-01"];
  const numbers = ["NaN", "Infinity", "-Infinity"];
  const strange = pgSchema("strange").table("kinds", {
    real: real("real"),
    double: doublePrecision("double"),
    bare: numeric("bare"),
    local: timestamp("local"),
    dates: date("dates").array(),
    instants: timestamp("instants", { withTimezone: true }).array(),
    amounts: numeric("amounts", { precision: 15, scale: 2 }).array(),
    doubles: doublePrecision("doubles").array(),
  });
  const fitting: Record<string, [fits: string, unreadable: string[]]> = {
    real: ["1.5", numbers],
    double: ["1.5", numbers],
    bare: ["1.5", numbers],
    local: ["2026-01-01 12:00", dates],
    dates: ["2026-01-01", dates],
    instants: ["2026-01-01 12:00+00", [...dates, "0999-12-31 23:59+00"]],
    amounts: ["1.50", ["NaN"]],
    doubles: ["1.5", numbers],
  };

  it("takes of each what can be read back, and nothing else, within arrays too", async () => {
    const dialect = new PgDialect();
    const columns = getTableConfig(strange).columns;
    const checks = valueChecks("kinds", getColumns(strange)).map(
      ({ value }) => `check (${dialect.sqlToQuery(value).sql})`,
    );
    const isArray = (column: PgColumn) => Boolean((column as { dimensions?: number }).dimensions);
    const types = columns.map((c) => `"${c.name}" ${c.getSQLType().replace(/\[\]$/, "")}${isArray(c) ? "[]" : ""}`);
    const wrong = await test.asOwner(async (owner) => {
      await owner.query(`create schema strange; create table strange.kinds (${[...types, ...checks].join(", ")})`);
      const surprises: string[] = [];
      for (const column of columns) {
        const [fits, unreadable] = fitting[column.name] ?? ["", []];
        const forms = isArray(column) ? (v: string) => [`{"${v}"}`, `{"${fits}","${v}"}`] : (v: string) => [v];
        const insert = (value: string | null) =>
          owner.query(`insert into strange.kinds ("${column.name}") values ($1)`, [value]).then(
            () => "stored",
            (error: pg.DatabaseError) => error.code,
          );
        for (const value of [null, ...forms(fits)]) {
          if ((await insert(value)) !== "stored") surprises.push(`${column.name} refuses ${value}`);
        }
        for (const value of unreadable.flatMap(forms)) {
          if ((await insert(value)) !== "23514") surprises.push(`${column.name} takes ${value}`);
        }
      }
      return surprises;
    });
    expect(wrong).toEqual([]);
  });
});

/** What PostgreSQL takes for a kind of column, as SQL writes it. */
const literals: Partial<Record<Kind, readonly string[]>> = {
  uuid: ["{6F9619FF-8B86-D011-B42D-00C04FC964FF}", "6f9619ff8b86d011b42d00c04fc964ff"],
  text: ["", " ", "\u00a0", "\ufeff", "\ud7ff\u{10ffff}", "x".repeat(70_000)],
  filled: ["x", "", " \t", "x".repeat(501)],
  varchar5: ["ab   ", "😀😀😀😀😀"],
  texts: ["{}", "[3:4]={a,b}", '{"a,b","c\\"d"}', "{a,NULL}", "{{a},{b}}"],
  choice: ["it's", "other"],
  money: ["1e3", " 12.345 ", "-0", "0x1F", "1_000", "NaN", "Infinity"],
  fraction: ["0.99994", ".5"],
  rate: ["1e-8", "123456789.123456789"],
  integer: ["0b101", "-2147483648"],
  bigint: ["9223372036854775807", "-9223372036854775808"],
  boolean: ["yes", "off", "1"],
  date: ["today", "epoch", "20240229", "J2451187", "January 8, 1999", "0001-01-01", "infinity", "0044-03-15 BC"],
  instant: ["now", "2024-02-29 12:00:00.123456789 Europe/Amsterdam", "1000-01-01 00:00+00", "infinity", "0999-12-31"],
  jsonb: [
    "1e400",
    "12345678901234567890",
    "0.1000",
    "null",
    '{"__proto__": 1}',
    "[".repeat(200) + "]".repeat(200),
    "-0",
  ],
};

/** Read back, but not what zod accepts: what it is, and why the database takes it. */
const onlyStored: Record<string, (kind: string, literal: string) => boolean> = {
  "a name or key without a visible character, or too long for an index: it reads well, and the index refuses it itself":
    (kind) => kind === "filled",
  "a number in JSON beyond a double: jsonb keeps every digit, JSON.parse does not, and no CHECK of a document finds it":
    (kind, literal) => kind === "jsonb" && /^1e400$/.test(literal),
  "JSON's null as a whole: it reads as null, as SQL's NULL does": (kind, literal) =>
    kind === "jsonb" && literal === "null",
  "JSON that is nested too deeply, or with a key that assignment loses": (kind, literal) =>
    kind === "jsonb" && /^\[|__proto__/.test(literal),
};

describe("what PostgreSQL takes", () => {
  const used = new Set<string>();

  it.each(Object.entries(literals))("reads back as what zod accepts, or is on the list: %s", async (kind, texts) => {
    const surprises: unknown[] = [];
    for (const literal of texts) {
      const id = newId();
      const column = kinds[kind as Kind];
      const insert = `insert into scratch.kinds (id, "${column.name}") values ($1, $2::text::${column.getSQLType()})`;
      const isStored = await test.asOwner(async (owner) =>
        owner.query(insert, [id, literal]).then(
          () => true,
          () => false,
        ),
      );
      if (!isStored) continue;
      const [row] = await acme.handle.select({ value: column }).from(kinds).where(eq(kinds.id, id));
      const given = { id, [kind]: row?.value };
      if (row?.value !== null && schema.safeParse(given).success) continue;
      const reason = Object.entries(onlyStored).find(([, holds]) => holds(kind, literal))?.[0];
      if (reason) used.add(reason);
      else surprises.push([literal, row?.value]);
    }
    expect(surprises).toEqual([]);
  });

  it("needs every line of the list", () => {
    expect([...used].sort()).toEqual(Object.keys(onlyStored).sort());
  });
});
