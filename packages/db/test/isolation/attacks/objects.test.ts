import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogueScope } from "../../../src/domains";
import type { Arena } from "../arena";
import { codeOf, notRefused, openField, spoilt, strike, tenantOf, tenantsIn } from "./strikes";

/*
 * Objects that would show another tenant's rows. The runtime login can make none of them; where the owner makes one by
 * mistake, the leak is shown, and that the package's own check reports it.
 */
let arena: Arena;
let own: string;
let both: string[];

beforeAll(async () => {
  arena = await openField();
  own = tenantOf(arena.duel.attacker);
  both = [own, tenantOf(arena.duel.victim)];
});
afterAll(() => arena.close());

const schemas = [...catalogueScope.schemas, "public"];

/** The tenants that a select shows the attacker while `statements` stand, and what the check says. */
async function seenThrough(statements: string, select: string) {
  const { leak, refused } = await spoilt(arena, statements, (run) => run(arena.duel.attacker.settings, select));
  expect(leak.error).toBeUndefined();
  return { tenants: tenantsIn(leak.rows), refused };
}

describe("objects of the owner", () => {
  const view = "create view accounting.everybody as select * from accounting.customers;";
  const grant = "grant select on accounting.everybody to authenticated;";
  const select = "select tenant_id from accounting.everybody";

  it("attack 20: a view that reads with its owner's rights leaks, and the check refuses it", async () => {
    const { tenants, refused } = await seenThrough(view + grant, select);
    expect(tenants).toEqual(expect.arrayContaining(both));
    expect(refused).toContain("view-security-invoker: view accounting.everybody");
    expect(
      await notRefused(
        arena.duel,
        schemas.map((s) => `create view ${s}.mine as select 1`),
      ),
    ).toEqual([]);
  });

  it("attack 20: a view that reads with the caller's rights shows only one's own rows", async () => {
    const invoker = "alter view accounting.everybody set (security_invoker = true);";
    const { tenants, refused } = await seenThrough(view + grant + invoker, select);
    expect(tenants).toEqual([own]);
    expect(refused.filter((error) => !error.startsWith("drift"))).toEqual([]);
  });

  const definer = (rest: string) => `
    create function tenancy.all_tenants() returns table (tenant_id uuid) language sql security definer ${rest}
      as 'select tenant_id from accounting.customers';
    revoke execute on function tenancy.all_tenants() from public;
    grant execute on function tenancy.all_tenants() to authenticated;`;

  it("attack 21: a function with its owner's rights leaks, and the check reports it", async () => {
    const { tenants, refused } = await seenThrough(
      definer("set search_path = ''"),
      "select tenant_id from tenancy.all_tenants()",
    );
    expect(tenants).toEqual(expect.arrayContaining(both));
    expect(refused).toContain("drift: function tenancy.all_tenants()");
    const create = (schema: string) =>
      `create function ${schema}.mine() returns int language sql security definer as 'select 1'`;
    expect(await notRefused(arena.duel, schemas.map(create))).toEqual([]);
  });

  it("attack 21: functions with an owner's rights are few, and the owners can do no more than these need", async () => {
    const { rows } = await arena.duel.owner.query<{ name: string; owner: string; strong: boolean; callable: boolean }>(
      `select p.oid::regprocedure::text as name, r.rolname as owner,
         r.rolsuper or r.rolbypassrls or r.rolcanlogin as strong,
         has_function_privilege('authenticated', p.oid, 'execute') and p.prorettype <> 'trigger'::regtype as callable
       from pg_proc p join pg_roles r on r.oid = p.proowner where p.prosecdef order by 1`,
    );
    expect(rows.filter(({ strong }) => strong)).toEqual([]);
    const callable = rows
      .filter((row) => row.callable)
      .map(({ name, owner }) => `${owner}: ${name.replace(/\(.*/, "")}`);
    expect(callable.sort()).toEqual([
      "audit_sealer: tenancy.seal_audit",
      "audit_sealer: tenancy.verify_audit",
      "audit_writer: tenancy.record_audit",
      "ledger_writer: accounting.lock_account",
      "ledger_writer: accounting.post_journal",
      "ledger_writer: accounting.reverse_entry",
      "number_writer: accounting.start_invoice_numbers",
      "number_writer: accounting.use_number_prefix",
      "sales_writer: sales.allocate_abono",
      "sales_writer: sales.assign_products",
      "sales_writer: sales.close_day",
      "sales_writer: sales.close_distribucion",
      "sales_writer: sales.deliver_order",
      "sales_writer: sales.move_stock",
      "sales_writer: sales.record_abonos",
      "sales_writer: sales.record_sales",
      "sales_writer: sales.reopen_distribucion",
      "sales_writer: sales.resolve_review",
      "sales_writer: sales.void_abono",
      "sales_writer: sales.void_sale",
      "self_service: self.memberships",
      "self_service: self.profile",
      "self_service: self.save_profile",
    ]);
    const owners = new Set(rows.map(({ name, owner }) => `${owner} in ${name.split(".")[0]}`));
    expect([...owners].sort()).toEqual([
      "audit_sealer in tenancy",
      "audit_writer in tenancy",
      "ledger_writer in accounting",
      "membership_keeper in auth",
      "number_writer in accounting",
      "sales_writer in sales",
      "self_service in auth",
      "self_service in self",
    ]);
    // What a role may do that the runtime login may not: what its functions need, and nothing else.
    const rights = await arena.duel.owner.query(
      `select r.rolname as owner, c.oid::regclass::text as on, string_agg(verb, ', ' order by verb) as may
       from pg_roles r, pg_class c join pg_namespace n on n.oid = c.relnamespace,
         unnest(array['delete', 'insert', 'select', 'truncate', 'update']) verb
       where r.rolname = any ($1) and c.relkind in ('r', 'p', 'v', 'm', 'f')
         and n.nspname !~ '^(pg_|information_schema|migrations)' and not has_table_privilege('authenticated', c.oid, verb)
         and (has_table_privilege(r.oid, c.oid, verb) or verb in ('insert', 'select', 'update')
           and has_any_column_privilege(r.oid, c.oid, verb) and not has_any_column_privilege('authenticated', c.oid, verb))
       group by 1, 2 order by 1, 2`,
      [[...new Set(rows.map(({ owner }) => owner))]],
    );
    expect(rights.rows).toEqual([
      { owner: "audit_sealer", on: "tenancy.audit_seals", may: "insert" },
      { owner: "audit_writer", on: "tenancy.audit_log", may: "insert" },
      { owner: "ledger_writer", on: "accounting.account_balances", may: "insert, update" },
      { owner: "ledger_writer", on: "accounting.journal_entries", may: "insert" },
      { owner: "ledger_writer", on: "accounting.journal_lines", may: "insert" },
      { owner: "ledger_writer", on: "accounting.period_totals", may: "insert, update" },
      // Id, address, and whether it is verified: what an account may be claimed by.
      { owner: "membership_keeper", on: 'auth."user"', may: "select" },
      { owner: "membership_keeper", on: "auth.memberships", may: "delete, insert, select, update" },
      { owner: "membership_keeper", on: "auth.tenant_directory", may: "delete, insert, select, update" },
      { owner: "number_writer", on: "tenancy.number_series", may: "insert, update" },
      { owner: "sales_writer", on: "sales.abono_allocations", may: "insert, update" },
      { owner: "sales_writer", on: "sales.commission_rates", may: "insert, update" },
      { owner: "sales_writer", on: "sales.customer_balances", may: "insert, update" },
      { owner: "sales_writer", on: "sales.day_closing_late", may: "insert" },
      { owner: "sales_writer", on: "sales.day_closing_money", may: "insert" },
      { owner: "sales_writer", on: "sales.day_closing_stock", may: "insert" },
      { owner: "sales_writer", on: "sales.day_closing_vendors", may: "insert" },
      { owner: "sales_writer", on: "sales.day_closings", may: "insert" },
      { owner: "sales_writer", on: "sales.debt_entries", may: "insert" },
      { owner: "sales_writer", on: "sales.distribucion_assignments", may: "insert" },
      { owner: "sales_writer", on: "sales.distribucion_items", may: "insert, update" },
      { owner: "sales_writer", on: "sales.distribucion_money", may: "insert" },
      { owner: "sales_writer", on: "sales.inventory", may: "insert, update" },
      { owner: "sales_writer", on: "sales.product_totals", may: "insert, update" },
      { owner: "sales_writer", on: "sales.refunds", may: "insert" },
      { owner: "sales_writer", on: "sales.sale_totals", may: "insert, update" },
      { owner: "sales_writer", on: "sales.stock_movements", may: "insert" },
      { owner: "self_service", on: "auth.memberships", may: "select" },
      { owner: "self_service", on: "auth.tenant_directory", may: "select" },
      { owner: "self_service", on: "auth.user_profiles", may: "insert, select, update" },
    ]);
    const columns = await arena.duel.owner.query<{ name: string }>(
      `select a.attname as name from pg_attribute a where a.attrelid = 'auth."user"'::regclass and a.attnum > 0
         and has_column_privilege('membership_keeper', a.attrelid, a.attnum, 'select') order by 1`,
    );
    expect(columns.rows.map(({ name }) => name)).toEqual(["email", "email_verified", "id"]);
    // Of tenants' tables they see what the runtime login sees in its scope; who seals the trail sees all companies of it.
    const wider = await arena.duel.owner.query(
      `select p.polrelid::regclass::text as on, p.polname as policy, pg_get_expr(p.polqual, p.polrelid) as sees
       from pg_policy p join pg_class c on c.oid = p.polrelid
       where c.relnamespace <> 'auth'::regnamespace and p.polcmd <> 'a'
         and not p.polroles <@ array['authenticated'::regrole::oid, 'platform'::regrole::oid] order by 1`,
    );
    const bound = "(tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id))";
    expect(wider.rows).toEqual([
      { on: "tenancy.audit_log", policy: "audit_seal", sees: bound },
      { on: "tenancy.audit_seals", policy: "audit_seal", sees: bound },
    ]);
  });

  it("attack 23: a materialised view knows no policies, and the check refuses it", async () => {
    const { tenants, refused } = await seenThrough(
      `create materialized view accounting.everybody as select * from accounting.customers; ${grant}`,
      select,
    );
    expect(tenants).toEqual(expect.arrayContaining(both));
    expect(refused).toContain("no-materialized-tenant-data: view accounting.everybody");
    const create = (schema: string) => `create materialized view ${schema}.mine as select 1`;
    expect(await notRefused(arena.duel, schemas.map(create))).toEqual([]);
  });

  it("attack 24: a child table or partition without policies of its own leaks, and the check refuses it", async () => {
    const child = `
      create table accounting.customers_2026 () inherits (accounting.customers);
      insert into accounting.customers_2026 select * from only accounting.customers;
      delete from accounting.customers_2026 c where tenant_id = '${own}';
      grant select on accounting.customers_2026 to authenticated`;
    const direct = await seenThrough(child, "select tenant_id from accounting.customers_2026");
    expect(direct.tenants).toEqual([both[1]]);
    expect(direct.refused).toContain("row-security-forced: table accounting.customers_2026");
    expect(direct.refused).toContain("tenant-isolation-policy: policy accounting.customers_2026.tenant_isolation");
    const throughParent = await seenThrough(child, "select tenant_id from accounting.customers");
    expect(throughParent.tenants).toEqual([own]);
    const create = (schema: string) => `create table ${schema}.mine () inherits (accounting.customers)`;
    expect(await notRefused(arena.duel, schemas.map(create))).toEqual([]);
  });
});

describe("objects of one's own", () => {
  const shadow = `
    set local search_path = tenancy;
    create function tenancy.role_of(member uuid) returns text language sql security definer
      as 'select role from users where id = member';
    revoke execute on function tenancy.role_of(uuid) from public;
    grant execute on function tenancy.role_of(uuid) to authenticated;`;
  const plant = "create temporary table users as select $1::uuid as id, 'admin'::text as role";
  const member = "11111111-1111-4111-8111-111111111111";

  it("attack 22: a temporary table that a function without a fixed search_path would read cannot be made", async () => {
    const { attacker } = arena.duel;
    const { leak, refused } = await spoilt(arena, shadow, async (run) =>
      codeOf(await run(attacker.settings, plant, member)),
    );
    expect(leak).toBe("42501");
    expect(refused).toContain("definer-search-path: function tenancy.role_of(uuid)");
  });

  it("attack 22: with the right to make one it would decide what the function answers", async () => {
    const { attacker } = arena.duel;
    const allowed = `${shadow} grant temporary on database ${arena.test.name} to authenticated`;
    const { leak } = await spoilt(arena, allowed, async (run) => {
      const ask = async () =>
        (await run(attacker.settings, "select tenancy.role_of($1) as role", member)).rows[0]?.role;
      return [await ask(), codeOf(await run(attacker.settings, plant, member)), await ask()];
    });
    expect(leak).toEqual([null, "accepted, 1 rows", "admin"]);
  });

  it("attack 22: every function with an owner's rights has a fixed search_path that ends in pg_temp", async () => {
    const { rows } = await arena.duel.owner.query<{ path: string }>(
      `select p.proconfig::text as path from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where p.prosecdef and n.nspname !~ '^(pg_|information_schema)'`,
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { path } of rows) {
      expect(path).toMatch(
        /^\{"search_path=pg_catalog, pg_temp"(,plan_cache_mode=force_generic_plan(,enable_seqscan=off(,enable_sort=off)?)?)?\}$/,
      );
    }
  });

  const made = (schema: string) => [
    `create table ${schema}.mine (id uuid)`,
    `create table ${schema}.mine as select * from accounting.customers`,
    `select * into ${schema}.mine from accounting.customers`,
    `create function ${schema}.mine() returns int language sql as 'select 1'`,
    `create function ${schema}.mine() returns int language sql leakproof as 'select 1'`,
    `create procedure ${schema}.mine() language sql as 'select 1'`,
    `create sequence ${schema}.mine`,
    `create type ${schema}.mine as (id uuid)`,
    `create domain ${schema}.mine as text`,
    `create operator ${schema}.=== (leftarg = text, rightarg = text, function = texteq)`,
  ];
  it.each([...schemas, "pg_temp", "pg_catalog"])("attack 27: nothing can be made in the schema %s", async (schema) => {
    expect(await notRefused(arena.duel, made(schema))).toEqual([]);
  });

  it("attack 27: no schema, extension, publication, event trigger or server can be made either", async () => {
    const open = await notRefused(arena.duel, [
      "create schema mine",
      "create extension dblink",
      "create publication mine for table accounting.customers",
      "create event trigger mine on ddl_command_end execute function tenancy.touch_updated_at()",
      "create foreign data wrapper mine",
      "create language mine handler plpgsql_call_handler",
      "create database mine",
      "create role mine",
    ]);
    // CREATE DATABASE is refused for being in a transaction; outside one, for the missing right.
    expect(open.map((text) => text.slice(0, 28))).toEqual(["create database mine: 25001 "]);
    await expect(arena.duel.login.query("create database mine")).rejects.toMatchObject({ code: "42501" });
  });

  it.each([
    "create temporary table stash as select * from accounting.customers",
    "select * into temporary stash from accounting.customers",
    "create temporary view stash as select * from accounting.customers",
    "create temporary sequence stash",
    "create table pg_temp.stash (id uuid)",
    "create function pg_temp.stash() returns int language sql as 'select 1'",
  ])("attack 36: nothing can be kept for the next tenant of the session: %s", async (text) => {
    expect(codeOf(await strike(arena.duel, text))).toBe("42501");
  });
});
