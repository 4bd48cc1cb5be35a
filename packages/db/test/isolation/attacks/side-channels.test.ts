import { eq } from "drizzle-orm";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { customers } from "../../../src/accounting";
import { withUrlParts } from "../../../src/client/url";
import { createDatabase } from "../../../src/index";
import { beginAsTenant } from "../../../src/testing";
import { insertSampleRow } from "../../../src/testing/sample-rows";
import { backendOf } from "../../client/connections";
import { asLogin } from "../../kit/sql";
import type { Arena } from "../arena";
import { schemaList } from "../checks/catalogue";
import { codeOf, notRefused, openField, strike, table, tenantOf } from "./strikes";

/** What the server's own books tell about rows that cannot be read. */
let arena: Arena;
let own: string;
let theirs: string;
const crowd = 2_000;
const canary = "Canary Islands";

beforeAll(async () => {
  arena = await openField();
  own = tenantOf(arena.duel.attacker);
  theirs = tenantOf(arena.duel.victim);
  const { owner, victim } = arena.duel;
  const { company_id: company } = await victim.row(table("accounting.customers"));
  await owner.query(
    `insert into accounting.customers (tenant_id, company_id, name, country)
     select $1, $2, 'Customer ' || n, $4 from generate_series(1, $3) n`,
    [theirs, company, crowd, canary],
  );
  await owner.query("analyze");
});
afterAll(() => arena.close());

interface Plan {
  "Plan Rows": number;
  "Rows Removed by Filter"?: number;
  Plans?: Plan[];
}

async function explain(options: string, query: string, ...values: unknown[]): Promise<{ plan: Plan; text: string }> {
  const outcome = await strike(arena.duel, `explain (format json, ${options}) ${query}`, ...values);
  const text = String(outcome.rows[0]?.["QUERY PLAN"]);
  return { plan: (JSON.parse(text) as [{ Plan: Plan }])[0].Plan, text };
}

describe("the planner's books", () => {
  it("attack 42: the values in the statistics are closed", async () => {
    const { owner } = arena.duel;
    const stored = `select 1 from pg_stats where schemaname in (${schemaList}) and most_common_vals is not null`;
    expect((await owner.query(stored)).rowCount).toBeGreaterThan(0);
    for (const view of ["pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"]) {
      const rows = `select 1 from ${view} where schemaname in (${schemaList})`;
      expect([view, codeOf(await strike(arena.duel, rows))]).toEqual([view, "accepted, 0 rows"]);
    }
    const open = await notRefused(arena.duel, [
      "select * from pg_statistic",
      "select * from pg_statistic_ext_data",
      "select * from pg_authid",
      "select * from pg_shadow",
      "select * from pg_user_mapping",
      "select * from pg_hba_file_rules",
      "select * from pg_file_settings",
      "select * from pg_subscription",
    ]);
    expect(open).toEqual([]);
  });

  it("attack 41, documented limit: estimates tell how many rows a tenant has to whoever knows its id", async () => {
    const count = "select 1 from accounting.customers where tenant_id = $1";
    const [big, nobody] = [
      await explain("costs on", count, theirs),
      await explain("costs on", count, "11111111-1111-4111-8111-111111111111"),
    ];
    expect(big.plan["Plan Rows"]).toBeGreaterThan(100 * nobody.plan["Plan Rows"]);
  });

  it("attack 41, documented limit: EXPLAIN ANALYZE counts the rows that a policy removed", async () => {
    const { login } = arena.duel;
    await beginAsTenant(login, own);
    await login.query(
      "set local enable_indexscan = off; set local enable_bitmapscan = off; set local enable_indexonlyscan = off",
    );
    const { rows } = await login.query("explain (analyze, format json) select 1 from accounting.customers");
    await login.query("rollback");
    const removed = JSON.stringify(rows).match(/"Rows Removed by Filter":(\d+)/)?.[1];
    expect(Number(removed)).toBeGreaterThanOrEqual(crowd);
  });

  it("attack 41, documented limit: a MERGE that reads no column fails on another's rows, and changes none", async () => {
    const merge = `merge into accounting.customers c using (values (1)) one on true
      when matched then update set phone = 'taken'`;
    expect(codeOf(await strike(arena.duel, merge))).toBe("42501");
    const read = merge.replace("on true", "on c.id is not null");
    expect(codeOf(await strike(arena.duel, read))).toMatch(/^accepted/);
  });

  it("attack 41, documented limit: the catalogue tells how many rows a table has, over all tenants", async () => {
    const { rows } = await strike(
      arena.duel,
      "select reltuples::int as n from pg_class where oid = 'accounting.customers'::regclass",
    );
    expect(Number(rows[0]?.n)).toBeGreaterThanOrEqual(crowd);
  });

  it("attack 41, what bounds it: plans hold numbers and no value of another tenant's rows", async () => {
    const counted = await explain("analyze, verbose", "select country, count(*) from accounting.customers group by 1");
    expect(counted.text).toContain("country");
    expect(counted.text).not.toContain(canary);
    expect(counted.text).not.toContain(theirs);
  });
});

describe("other sessions", () => {
  const logins = ["runtime", "platform", "admin", "identity"] as const;
  const pidOf = async (session: pg.Client) =>
    Number((await session.query("select pg_backend_pid() as pid")).rows[0]?.pid);
  const textOf = "select query from pg_stat_activity where pid = $1";
  const shownToOwner = async (pid: number) =>
    (await arena.duel.owner.query<{ query: string }>(textOf, [pid])).rows[0]?.query;
  const inlined = `select 'inlined ${canary}'`;

  it.each(logins)("attack 43: the text of a session of the %s login cannot be read", async (login) => {
    const session = await arena.connect(login);
    const pid = await pidOf(session);
    await session.query(inlined);
    expect(await shownToOwner(pid)).toBe(inlined);
    expect(codeOf(await strike(arena.duel, textOf, pid))).toBe("42501");
  });

  it("attack 43: every way of the server to show it is closed", async () => {
    const open = await notRefused(arena.duel, [
      "select 1 from pg_stat_activity",
      "select pg_stat_get_activity(null)",
      "select pg_stat_get_backend_activity(i) from pg_stat_get_backend_idset() i",
      "select 1 from pg_stat_replication",
      "select 1 from pg_stat_ssl",
      "select 1 from pg_stat_gssapi",
    ]);
    expect(open).toEqual([]);
    // The one function that answers with a column of that name.
    const { rows } = await arena.duel.owner.query(
      `select p.oid::regprocedure::text as name, has_function_privilege('authenticated', p.oid, 'execute') as open
       from pg_proc p where ('query', 'o') in (select * from unnest(p.proargnames, p.proargmodes::text[]))`,
    );
    expect(rows).toEqual([{ name: "pg_stat_get_activity(integer)", open: false }]);
  });

  it("attack 43, documented limit: which sessions there are and what they lock is visible, but no text", async () => {
    const session = await arena.connect("runtime");
    const pid = await pidOf(session);
    await session.query("begin; lock table accounting.customers in access share mode");
    const backends = "select 1 from pg_stat_get_backend_idset() i where pg_stat_get_backend_pid(i) = $1";
    expect((await strike(arena.duel, backends, pid)).count).toBe(1);
    const { rows } = await strike(
      arena.duel,
      "select relation::regclass::text as on from pg_locks where pid = $1",
      pid,
    );
    expect(rows).toContainEqual({ on: "accounting.customers" });
    await session.query("rollback");
  });

  it("attack 43, what bounds it: what the package sends has its values beside the text, not in it", async () => {
    const { owner, victim } = arena.duel;
    const row = await insertSampleRow(owner, table("accounting.customers"), victim.context, { given: victim.mark });
    const db = createDatabase({ url: arena.test.urls.runtime, max: 1, unsafeLogin: "refuse" });
    const handle = db.forTenant({ tenantId: theirs });
    const pid = await backendOf(handle);
    const calls = [
      () => handle.accounting.customers.update(String(row.id), { name: canary }),
      () => handle.accounting.customers.getById(String(row.id)),
      () => handle.select().from(customers).where(eq(customers.name, canary)),
      () =>
        handle.transaction((tx) => tx.insert(customers).values({ companyId: String(row.company_id), name: canary })),
    ];
    for (const call of calls) {
      await call();
      const query = await shownToOwner(pid);
      expect(query).toBeTypeOf("string");
      for (const hidden of [canary, String(row.id), theirs]) expect(query).not.toContain(hidden);
    }
    await db.close();
  });

  it.each(logins)("other sessions: those of the %s login cannot be ended or cancelled", async (login) => {
    const session = await arena.connect(login);
    const pid = await pidOf(session);
    for (const end of ["pg_terminate_backend", "pg_cancel_backend"]) {
      expect([end, codeOf(await strike(arena.duel, `select ${end}($1)`, pid))]).toEqual([end, "42501"]);
    }
    expect(await pidOf(session)).toBe(pid);
  });

  it("other sessions, documented limit: the login's password opens another database, which allows both", async () => {
    // Rights on functions belong to one database, sessions to the server. SQL that was injected cannot change over.
    const db = createDatabase({ url: arena.test.urls.runtime, max: 1, unsafeLogin: "refuse" });
    const handle = db.forTenant({ tenantId: theirs });
    const pid = await backendOf(handle);
    const url = withUrlParts(arena.test.urls.runtime, { database: "postgres" });
    const [text, end] = await asLogin(url, async (client) => [
      await client.query(textOf, [pid]),
      await client.query("select pg_terminate_backend($1, 5000) as ended", [pid]),
    ]);
    expect(text?.rows).toEqual([{ query: "select pg_backend_pid()" }]);
    expect(end?.rows).toEqual([{ ended: true }]);
    // The call that meets the end of its connection, if one does, is told so.
    const met = await handle.accounting.customers.list().catch((error: unknown) => error);
    if (met instanceof Error) expect(met).toMatchObject({ name: "ConnectionError", retryable: true });
    expect((await handle.accounting.customers.list()).items.length).toBeGreaterThan(0);
    await db.close();
  });
});
