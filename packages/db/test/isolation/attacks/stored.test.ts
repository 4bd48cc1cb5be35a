import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tenantTables } from "../../../src/core/tenant-table";
import { createInvoice, createTenant, type TestTenant } from "../../../src/testing";
import type { Arena } from "../arena";
import { attempt, quoted } from "../checks/attempt";
import { codeOf, notRefused, openField, spoilt, strike } from "./strikes";

/** What the server keeps outside the tables, and policies that would end in themselves. */
let arena: Arena;

beforeAll(async () => {
  arena = await openField();
});
afterAll(() => arena.close());

describe("large objects", () => {
  it("attack 39: no function that makes, reads or changes one can be called", async () => {
    const { rows } = await arena.duel.owner.query<{ name: string; closed: boolean }>(
      `select p.oid::regprocedure::text as name, not has_function_privilege('authenticated', p.oid, 'execute') as closed
       from pg_proc p where p.pronamespace = 'pg_catalog'::regnamespace
         and (p.proname ~ '^lo_' or p.proname in ('loread', 'lowrite')) order by 1`,
    );
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.filter((row) => !row.closed)).toEqual([]);
    const open = await notRefused(arena.duel, [
      "select lo_from_bytea(0, 'secret')",
      "select lo_create(0)",
      "select lo_get(1)",
      "select lo_put(1, 0, 'x')",
      "select lo_import('/etc/passwd')",
      "select lo_unlink(1)",
      "select * from pg_largeobject",
    ]);
    expect(open).toEqual([]);
  });

  it("attack 39: with the right to call them one tenant would read what another one stored", async () => {
    const { attacker, victim } = arena.duel;
    const grant = "grant execute on function lo_from_bytea(oid, bytea), lo_get(oid) to authenticated";
    const { leak } = await spoilt(arena, grant, async (run) => {
      const stored = await run(victim.settings, "select lo_from_bytea(0, 'theirs') as id");
      return run(attacker.settings, "select convert_from(lo_get($1), 'UTF8') as text", stored.rows[0]?.id);
    });
    expect(leak.rows).toEqual([{ text: "theirs" }]);
  });
});

describe("counters that all tenants share", () => {
  async function issued(tenant: TestTenant, customerId: string): Promise<string | null> {
    const { id } = await createInvoice(tenant, { customerId });
    return (await tenant.handle.accounting.invoices.issue(id)).invoiceNumber;
  }

  it("attack 40: there is no sequence, so that no gap tells what others do", async () => {
    const { rows } = await arena.duel.owner.query(
      `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'S' and n.nspname !~ '^(pg_|information_schema)'`,
    );
    expect(rows).toEqual([]);
    const sequences = await strike(arena.duel, "select 1 from pg_sequences");
    expect(codeOf(sequences)).toBe("accepted, 0 rows");
  });

  it("attack 40: an owner's sequence is closed; with a right on it, it is a meter that the check reports", async () => {
    const { attacker, victim } = arena.duel;
    const sequence = "create sequence accounting.invoice_numbers;";
    const closed = await spoilt(arena, sequence, async (run) => [
      codeOf(await run(attacker.settings, "select last_value from accounting.invoice_numbers")),
      codeOf(await run(attacker.settings, "select nextval('accounting.invoice_numbers')")),
    ]);
    expect(closed.leak).toEqual(["42501", "42501"]);
    const grant = "grant usage, select on sequence accounting.invoice_numbers to authenticated";
    const open = await spoilt(arena, sequence + grant, async (run) => {
      const next = async ({ settings }: typeof attacker) =>
        (await run(settings, "select nextval('accounting.invoice_numbers') as n")).rows[0]?.n;
      return [await next(attacker), await next(victim), await next(victim), await next(attacker)];
    });
    expect(open.leak).toEqual(["1", "2", "3", "4"]);
    expect(open.refused).toContain("drift: sequence accounting.invoice_numbers");
  });

  it("attack 40: the numbers of one tenant's invoices say nothing about another's", async () => {
    const acme = await createTenant(arena.test, "Acme");
    const other = await createTenant(arena.test, "Other");
    const alone = await createTenant(arena.test, "Alone");
    const customerOf = async (tenant: TestTenant) =>
      (await tenant.handle.accounting.customers.create({ companyId: tenant.company.id, name: "Customer" })).id;
    const [mine, theirs, only] = [await customerOf(acme), await customerOf(other), await customerOf(alone)];
    const first = await issued(acme, mine);
    for (let i = 0; i < 3; i += 1) await issued(other, theirs);
    const second = await issued(acme, mine);
    expect(first).not.toBe(second);
    expect([first, second]).toEqual([await issued(alone, only), await issued(alone, only)]);
  });

  it("attack 40, documented limit: transaction ids are the server's, and tell how much all write", async () => {
    const { login, owner, attacker } = arena.duel;
    const current = { text: "select pg_current_xact_id()::text as id" };
    const read = async () => BigInt(String((await attempt(login, attacker.settings, current)).rows[0]?.id));
    const before = await read();
    for (let i = 0; i < 5; i += 1) await owner.query("select pg_current_xact_id()");
    expect((await read()) - before).toBeGreaterThanOrEqual(6n);
  });
});

describe("policies that read tables", () => {
  /** Every table that a policy reads, found in the policy's parsed expression; and every function that one calls. */
  async function whatPoliciesUse() {
    const { owner } = arena.duel;
    const reads = await owner.query(
      `select distinct p.polrelid::regclass::text as reader, m[1]::oid::regclass::text as target
       from pg_policy p, regexp_matches(concat(p.polqual, p.polwithcheck), ':relid (\\d+)', 'g') m where m[1] <> '0'`,
    );
    const calls = await owner.query<{ name: string }>(
      `select distinct d.refobjid::regprocedure::text as name from pg_depend d
       where d.classid = 'pg_policy'::regclass and d.refclassid = 'pg_proc'::regclass order by 1`,
    );
    return { reads: reads.rows, calls: calls.rows.map((row) => row.name) };
  }

  it("attack 45: none reads any table, so that none can end in itself", async () => {
    expect(await whatPoliciesUse()).toEqual({
      reads: [],
      calls: ["self.current_identity_id()", "tenancy.current_company_id()", "tenancy.current_tenant_id()"],
    });
    const { rows } = await arena.duel.owner.query<{ body: string }>(
      "select pg_get_functiondef(oid) as body from pg_proc where proname ~ '^current_(tenant|company|identity)_id$'",
    );
    expect(rows).toHaveLength(3);
    const setting = /RETURN \(NULLIF\(current_setting\('app\.\w+'::text, true\), ''::text\)\)::uuid\s*$/;
    for (const { body } of rows) expect(body).toMatch(setting);
  });

  it("attack 45: every table answers in the scope of a tenant and of a signed-in person", async () => {
    const { login, attacker } = arena.duel;
    const identity = "11111111-1111-4111-8111-111111111111";
    const tables = [...tenantTables().map((entry) => entry.name), "tenancy.tenants"];
    for (const settings of [attacker.settings, { identity }]) {
      for (const name of tables) {
        const outcome = await attempt(login, settings, { text: `select 1 from ${quoted(name)}` });
        expect([name, outcome.error]).toEqual([name, undefined]);
      }
    }
  });

  it("attack 45: one over members that reads members would stop everybody, and the check refuses it", async () => {
    const recursive = `create policy colleagues on tenancy.users to authenticated
      using (tenant_id in (select u.tenant_id from tenancy.users u where u.id = tenancy.current_user_id()))`;
    const { leak, refused } = await spoilt(arena, recursive, async (run) => ({
      codes: [
        codeOf(await run(arena.duel.attacker.settings, "select 1 from tenancy.users")),
        codeOf(await run(arena.duel.victim.settings, "select 1 from tenancy.users")),
      ],
      reads: (await whatPoliciesUse()).reads,
    }));
    expect(leak.codes).toEqual(["42P17", "42P17"]);
    expect(leak.reads).toEqual([{ reader: "tenancy.users", target: "tenancy.users" }]);
    expect(refused).toContain("no-wider-policy: policy tenancy.users.colleagues");
  });
});
