import { is, Placeholder, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { allStatements, type Statement } from "../../src/core/statement";
import { tenantUnit } from "../../src/database";
import { ConnectionError, type Database, type TenantDatabase } from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { backendOf, open } from "./connections";
import { startProxy, type Verdict, type WireProxy } from "./proxy";

let test: TestDatabase;
let acme: TestTenant;
let proxy: WireProxy;
let db: Database;
let handle: TenantDatabase;
let volatileFunctions: RegExp;

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test);
  proxy = await startProxy(test.urls.runtime);
  db = open(test, { url: proxy.url, max: 1 });
  handle = db.forTenant({ tenantId: acme.tenant.id });
  const names = await test.asOwner(async (owner) => {
    const { rows } = await owner.query<{ name: string }>(`
      select distinct p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname not in ('pg_catalog', 'information_schema') and p.provolatile = 'v'`);
    return rows.map(({ name }) => name);
  });
  volatileFunctions = new RegExp(`\\b(?:${names.join("|")})\\s*\\(`);
});
afterAll(async () => {
  await db.close();
  await proxy.close();
  await test.close();
});
beforeEach(() => proxy.judge(() => "pass"));
afterEach(() => proxy.judge(() => "pass"));

/** Cuts the connection at the Sync of the next call, once there is a connection. */
async function cut<T>(verdict: Verdict, call: () => PromiseLike<T>): Promise<unknown> {
  await backendOf(handle);
  proxy.judge((type) => (type === "S" ? verdict : "pass"));
  const error = await rejection(call());
  proxy.judge(() => "pass");
  return error;
}

// What is cut does not depend on the values, so that all may be null.
function runWithNulls(statement: Statement<never, unknown>): Promise<unknown> {
  const { unit } = tenantUnit(db.pool, { tenantId: acme.tenant.id });
  const holes = statement
    .compiled()
    .getQuery()
    .params.flatMap((param) => {
      const hole = is(param, Placeholder) ? param : (param as { value?: unknown }).value;
      return is(hole, Placeholder) ? [(hole as unknown as { name: string }).name] : [];
    });
  return unit.run(statement, Object.fromEntries(holes.map((name) => [name, null])) as never);
}

const writes = (text: string) =>
  /\b(insert into|update|delete from|merge into)\b/i.test(text) || volatileFunctions.test(text);

const lost = (outcome: "unknown" | "rolled-back") => ({ outcome, retryable: outcome === "rolled-back" });

describe("a repository statement whose connection is cut", () => {
  // Those of the platform run on a login of its own, always in a transaction.
  const statements = allStatements();

  it("knows statements that write, by functions as well, and statements that read", () => {
    const texts = statements.map((statement) => statement.compiled().getQuery().sql);
    expect(texts.filter((text) => /^\s*select\b/i.test(text) && writes(text)).length).toBeGreaterThan(2);
    expect(statements.filter((statement) => statement.compiled().reads).length).toBeGreaterThan(40);
  });

  it.each(statements.map((statement) => [statement.name, statement] as const))("%s", async (name, statement) => {
    const { reads } = statement.compiled();
    expect(reads && writes(statement.compiled().getQuery().sql)).toBe(false);
    for (const verdict of ["cut-before", "cut-after"] as const) {
      const error = await cut(verdict, () => runWithNulls(statement));
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error, verdict).toMatchObject({ statement: name, ...lost(reads ? "rolled-back" : "unknown") });
    }
  });
});

describe("the outcome of a call that committed, and whose answer was lost", () => {
  it("is unknown when a function writes: the entry is there", async () => {
    await acme.handle.accounting.accounts.createStandardChart({ companyId: acme.company.id });
    const accounts = (await acme.handle.accounting.accounts.list({ companyId: acme.company.id })).items.slice(0, 2);
    const post = (idempotencyKey: string) =>
      handle.accounting.journal.post({
        ...{ companyId: acme.company.id, date: "2026-01-15", description: "Lost", idempotencyKey },
        lines: [
          { accountId: accounts[0]?.id ?? "", debit: "1.00" },
          { accountId: accounts[1]?.id ?? "", credit: "1.00" },
        ],
      });
    expect(await cut("cut-after", () => post("after"))).toMatchObject(lost("unknown"));
    expect(await cut("cut-before", () => post("before"))).toMatchObject(lost("unknown"));
    const entries = (await acme.handle.accounting.journal.list({ companyId: acme.company.id })).items;
    expect(entries.map((entry) => entry.idempotencyKey)).toEqual(["after"]);
  });

  it("is unknown for SQL of the caller's own, which nobody has proven to read", async () => {
    for (const query of [
      sql`select tenancy.record_audit('a.b', 'customers', null, null)`,
      sql`select 1`,
      sql`with w as (delete from accounting.customers returning id) select count(*) from w`,
    ]) {
      expect(await cut("cut-after", () => handle.execute(query))).toMatchObject(lost("unknown"));
    }
  });

  it("is unknown when a procedure or block of the caller's own commits on its way", async () => {
    const error = await rejection(
      handle.execute(sql`do $$ begin perform 1; commit; raise exception 'after the commit'; end $$`),
    );
    // Newer servers refuse such a COMMIT, older ones run it.
    expect(error).toMatchObject({ sqlState: expect.stringMatching(/^(P0001|2D000)$/), ...lost("unknown") });
  });
});

describe("a server that ends the connection by itself", () => {
  it("before the statement was complete has written nothing: the call may be repeated", async () => {
    const pid = await backendOf(handle);
    const slow = sql`insert into accounting.customers (company_id, name)
      select ${acme.company.id}, 'Never' from pg_sleep(60)`;
    const [error] = await Promise.all([
      rejection(handle.execute(slow)),
      test.asOwner((owner) => owner.query("select pg_sleep(0.2), pg_terminate_backend($1)", [pid])),
    ]);
    expect(error).toMatchObject({ sqlState: "57P01", ...lost("rolled-back") });
  });
});
