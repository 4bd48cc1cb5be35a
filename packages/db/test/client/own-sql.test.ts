import { sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import { accounts, customers } from "../../src/accounting";
import { tenantUnit } from "../../src/database";
import {
  DatabaseError,
  MigrationError,
  newId,
  StatementError,
  type TenantDatabase,
  TimeoutError,
} from "../../src/index";
import { rejection } from "../kit/outcomes";
import { sharedTenant as it } from "../kit/tenants";

const secret = "canary-7e21";
const word = "canary7e21";

/** What the developer reads of a mistake, and where it is found in the text. */
const mistakes: [text: string, sqlState: string, words: RegExp, at: string][] = [
  ["select nme from accounting.customers", "42703", /^column "nme" does not exist.*"customers\.name"/, "nme"],
  [`select c."taxId" from accounting.customers c`, "42703", /^column c\.taxId does not exist/, `c."taxId"`],
  ["select taxId from accounting.customers", "42703", /^column "taxid" does not exist.*"customers\.tax_id"/, "taxId"],
  ["select name from accounting.custmers", "42P01", /^relation "accounting\.custmers" does not exist/, "accounting."],
  ["select x.name from accounting.customers c", "42P01", /^missing FROM-clause entry for table "x"/, "x.name"],
  ["select lowr(name) from accounting.customers", "42883", /^function lowr\(text\) does not exist/, "lowr"],
  ["select name frm accounting.customers", "42601", /^syntax error at or near "accounting"/, "accounting"],
  ["select name from accounting.customers where name", "42804", /must be type boolean, not type text/, "name"],
  ["select name, count(*) from accounting.customers", "42803", /"customers\.name" must appear in the GROUP BY/, "name"],
  [`select name from accounting.customers where name = '${secret}' and nme = 1`, "42703", /^column "nme"/, "nme"],
  [
    "select u.tax_id from accounting.customers c, tenancy.users u",
    "42703",
    /^column u\.tax_id does not exist/,
    "u.tax_id",
  ],
  [
    "select tax_id from tenancy.users where id in (select id from accounting.customers)",
    "42703",
    /^column "tax_id" does not exist/,
    "tax_id",
  ],
  ["select 1::nothing", "42704", /^type "nothing" does not exist/, "nothing"],
  ["select count(distinct name) over () from accounting.customers", "0A000", /^DISTINCT is not implemented/, "count"],
];

describe("a mistake in SQL of one's own", () => {
  it.for(mistakes)("%s", async ([text, sqlState, words, at], { acme }) => {
    const error = await rejection(acme.handle.execute(sql.raw(text)));
    expect(error).toBeInstanceOf(StatementError);
    const { message, sql: shown = "", position = 0, ...rest } = error as StatementError;
    expect(rest).toMatchObject({ code: "STATEMENT_INVALID", sqlState, outcome: "rolled-back", retryable: false });
    expect(message).toMatch(words);
    expect(message).not.toMatch(/db:migrate/);
    expect(shown.slice(position - 1).startsWith(at)).toBe(true);
    expect(shown).toBe(text.replace(secret, "…").replace(/\b1\b/, "…"));
  });

  it("is shown with the placeholders of a query built with Drizzle, also inside a transaction", async ({ acme }) => {
    const build = (of: Pick<TenantDatabase, "select">) =>
      of.select({ a: sql`nme` }).from(customers).where(sql`${customers.name} = ${secret}`);
    for (const error of [
      await rejection(build(acme.handle)),
      await rejection(acme.handle.transaction((tx) => build(tx))),
    ]) {
      expect(error).toMatchObject({
        sql: 'select nme from "accounting"."customers" where "accounting"."customers"."name" = $1',
        position: 8,
        hint: 'Perhaps you meant to reference the column "customers.name".',
      });
    }
  });

  it("says what else is missing when no place is known", async ({ acme }) => {
    const text = sql`insert into accounting.customers (name) values (${secret}) on conflict (name) do nothing`;
    expect((await rejection(acme.handle.execute(text))) as Error).toMatchObject({
      message: expect.stringMatching(/^there is no unique or exclusion constraint matching the ON CONFLICT/),
      position: undefined,
    });
  });
});

/** Errors of class 42 whose words repeat a value, where the server is let. */
const repeating: [text: string, values?: string][] = [
  ["select $1::text::regclass", word],
  ["select $1::text::regtype", `${word} x`],
  ["select $1::text::regproc", word],
  ["select $1::text::regoper", word],
  ["select $1::text::regrole", word],
  ["select $1::text::regconfig", word],
  ["select $1::text::jsonpath", `$.${word} ${word}`],
  ["select to_tsquery($1::text)", `${word} ${word}`],
  ["select current_setting($1)", `app.${word}`],
  ["select set_config($1, 'x', true)", word],
  ["select nextval($1::text)", word],
  ["select has_table_privilege($1, 'select')", word],
  [`select '${word}'::regclass`],
  [`select '${word}'::regoper`],
  [`select '${word} x'::regtype`],
  [`select '${word}'::regconfig`],
  [`select 1 '${word}' '${word}'`],
  [`select '${word}`],
  [`select 'O'${word}'`],
  [`select e'\\x${word}' from 'x`],
  [`select 1 where '${word}'`],
  [`select 1 order by 7319046285193`],
  [`select 7319046285193abc`],
  [`select 1 7319046285193`],
  [`select "${secret}" from accounting.customers`],
  [`select 1 as a from "${secret}"`],
  [`select nme /* ${word} */ from accounting.customers -- ${word}`],
  [`select $a$${word}$a$ frm x`],
  [`do $$ begin raise exception using errcode = '42703', message = 'column "${word}"', hint = '${word}'; end $$`],
  [`do $$ begin execute 'select ${word}'; end $$`],
];

describe("no value comes out of", () => {
  it.for(repeating)("%s", async ([text, value], { acme }) => {
    const [before = "", after = ""] = text.split("$1");
    const query = value === undefined ? sql.raw(text) : sql`${sql.raw(before)}${value}${sql.raw(after)}`;
    const error = await rejection(acme.handle.execute(query));
    expect(error).toBeInstanceOf(DatabaseError);
    expect((error as DatabaseError).sqlState, "it must fail by the server").toMatch(/^\w{5}$/);
    const told = [JSON.stringify(error), (error as Error).message, (error as Error).stack].join("\n");
    for (const hidden of [word, secret, "7319046285193"]) expect(told).not.toContain(hidden);
  });
});

describe("the stack of an error of the server", () => {
  const missing = newId();
  /** Every way to call, each failing on the server. */
  const calls: Record<string, (handle: TenantDatabase) => PromiseLike<unknown>> = {
    "SQL of one's own": (handle) => handle.execute(sql`select nme`),
    "a query in Drizzle's language": (handle) => handle.insert(customers).values({ companyId: missing, name: "x" }),
    "a relational query": (handle) => handle.query.accountingAccounts.findMany({ where: { RAW: () => sql`nme` } }),
    "a count": (handle) => handle.$count(accounts, sql`nme`),
    "a repository": (handle) => handle.accounting.customers.create({ companyId: missing, name: "x" }),
    "a repository's read": (handle) => handle.accounting.customers.findById("no id"),
    "calls at once": (handle) => Promise.all([1, 2, 3].map(() => handle.execute(sql`select nme`))),
    "a transaction": (handle) => handle.transaction((tx) => tx.execute(sql`select nme`)),
    "a part of a transaction": (handle) =>
      handle.transaction((tx) => tx.transaction((part) => part.execute(sql`select nme`))),
    "a chain of promises": (handle) => handle.execute(sql`select nme`).then((rows) => rows),
    "an idempotent call": (handle) =>
      handle.tenancy.idempotency.once({ operation: "a", key: missing, request: {} }, (unit) =>
        unit.drizzle.execute(sql`select nme`),
      ),
  };

  it.for(Object.keys(calls))("leads to the caller: %s", async (name, { acme }) => {
    async function theCaller() {
      await calls[name]?.(acme.handle);
    }
    const error = (await rejection(theCaller())) as DatabaseError;
    expect(error.sqlState).toMatch(/^\w{5}$/);
    expect(error.stack).toContain("theCaller");
    expect(error.stack).toContain("own-sql.test.ts");
    expect(error.stack?.startsWith(`${error.name}: ${error.message}`)).toBe(true);
  });

  it("leads each caller of a shared batch to the own line", async ({ acme, test }) => {
    const { unit } = tenantUnit(test.db.pool, { tenantId: acme.tenant.id });
    const batch = { name: "test.lost", most: 10, run: () => Promise.reject(new TimeoutError("It took too long")) };
    const theOne = async () => await unit.joined(batch, 1);
    const theOther = async () => await unit.joined(batch, 2);
    const [first, second] = await Promise.all([rejection(theOne()), rejection(theOther())]);
    for (const error of [first, second]) {
      expect(error).toBeInstanceOf(TimeoutError);
      expect(error).toMatchObject({ name: "TimeoutError", code: "TIMEOUT", message: "It took too long" });
    }
    expect((first as Error).stack).toContain("theOne");
    expect((second as Error).stack).toContain("theOther");
  });
});

describe("a table or column that the code has and the database lacks", () => {
  it("is a migration that was not applied", async ({ acme, test }) => {
    const read = () => rejection(acme.handle.select().from(accounts));
    await test.asOwner((owner) => owner.query("alter table accounting.accounts rename column code to kode"));
    expect(await read()).toBeInstanceOf(MigrationError);
    expect(await read()).toMatchObject({
      message: "The column code of accounting.accounts is missing in this database: run pnpm db:migrate",
    });
    const joined = acme.handle.select({ code: accounts.code }).from(customers).innerJoin(accounts, sql`true`);
    expect(await rejection(joined)).toBeInstanceOf(MigrationError);
    const related = acme.handle.query.accountingAccounts.findMany();
    expect(await rejection(related)).toBeInstanceOf(MigrationError);
    await test.asOwner((owner) => owner.query("alter table accounting.accounts rename to akkounts"));
    expect(await read()).toMatchObject({
      code: "MIGRATION_FAILED",
      message: "The table accounting.accounts is missing in this database: run pnpm db:migrate",
      sql: expect.stringContaining('from "accounting"."accounts"'),
    });
    expect(await rejection(acme.handle.execute(sql`select 1 from ACCOUNTING.accounts`))).toBeInstanceOf(MigrationError);
    await test.asOwner((owner) => owner.query("alter schema accounting rename to books"));
    expect(await rejection(acme.handle.execute(sql`select accounting.next()`))).toMatchObject({
      code: "MIGRATION_FAILED",
      sqlState: "3F000",
    });
    expect(await rejection(acme.handle.execute(sql`select acounting.next()`))).toBeInstanceOf(StatementError);
  });
});
