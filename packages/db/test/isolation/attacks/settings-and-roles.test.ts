import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { customers } from "../../../src/accounting";
import { createDatabase, type Database } from "../../../src/index";
import type { Arena } from "../arena";
import { quoted } from "../checks/attempt";
import { codeOf, everywhere, notRefused, openField, strike, tenantOf, tenantsIn } from "./strikes";

let arena: Arena;
let own: string;
let theirs: string;

beforeAll(async () => {
  arena = await openField();
  own = tenantOf(arena.duel.attacker);
  theirs = tenantOf(arena.duel.victim);
});
afterAll(() => arena.close());

describe("the machine under the server", () => {
  it.each([
    "copy (select 1) to program 'cat'",
    "copy accounting.customers to program 'cat > /dev/null'",
    "copy accounting.customers from '/etc/passwd'",
    "copy accounting.customers from program 'id'",
    "copy accounting.customers to '/nowhere/customers'",
    "select pg_read_file('/etc/passwd')",
    "select pg_read_binary_file('postgresql.conf')",
    "select pg_ls_dir('.')",
    "select pg_ls_waldir()",
    "select pg_stat_file('postgresql.conf')",
    "select pg_current_logfile()",
    "load 'auto_explain'",
    "select pg_reload_conf()",
    "select pg_rotate_logfile()",
  ])("attack 19: it is out of reach: %s", async (text) => {
    expect(codeOf(await strike(arena.duel, text))).toBe("42501");
  });

  it("attack 19: it is out of reach: ALTER SYSTEM", async () => {
    const work = arena.duel.login.query("alter system set log_statement = 'none'");
    await expect(work).rejects.toMatchObject({ code: "42501" });
  });
});

describe("the protection itself", () => {
  it("attack 28: it cannot be switched off, changed or dropped, on any table", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const name = quoted(entry.name);
      const open = await notRefused(duel, [
        `alter table ${name} disable row level security`,
        `alter table ${name} no force row level security`,
        `alter table ${name} disable trigger all`,
        `alter table ${name} owner to current_user`,
        `alter table ${name} drop constraint ${entry.name.split(".")[1]}_pkey`,
        `alter table ${name} add column mine text`,
        `drop policy tenant_isolation on ${name}`,
        `alter policy tenant_isolation on ${name} using (true)`,
        `create policy mine on ${name} using (true)`,
        `create rule mine as on insert to ${name} do nothing`,
        `create trigger mine before insert on ${name} for each row execute function tenancy.touch_updated_at()`,
        `create index mine on ${name} (id)`,
        `drop table ${name}`,
        `reindex table ${name}`,
      ]);
      return open.length === 0 ? undefined : open.join("; ");
    });
    expect(findings).toEqual([]);
  });

  it("attack 28: rights cannot be passed on: GRANT is heard and grants nothing", async () => {
    const findings = await everywhere(arena, async ({ login }, entry) => {
      await login.query("begin");
      await login.query(`grant all on ${quoted(entry.name)} to public, identity`);
      const { rows } = await login.query<{ open: boolean }>(
        "select has_table_privilege('identity', $1, 'select, insert, update, delete, truncate') as open",
        [entry.name],
      );
      await login.query("rollback");
      return rows[0]?.open === false ? undefined : "granted";
    });
    expect(findings).toEqual([]);
  });

  it("attack 28: neither can the functions that policies, triggers and scopes call", async () => {
    const replace = (name: string, returns: string) =>
      `create or replace function ${name} returns ${returns} language sql as 'select null::${returns}'`;
    const open = await notRefused(arena.duel, [
      replace("tenancy.current_tenant_id()", "uuid"),
      replace("tenancy.require_active_member()", "void"),
      "alter function self.memberships() security invoker",
      "alter function tenancy.current_tenant_id() rename to mine",
      "drop function tenancy.current_tenant_id() cascade",
      "select tenancy.protect_table('tenancy.users', 'read-write', 'none')",
    ]);
    expect(open).toEqual([]);
  });
});

describe("becoming somebody else", () => {
  it("attack 30: no other role can be taken on, as role or as session", async () => {
    const login = decodeURIComponent(new URL(arena.test.urls.runtime).username);
    const { rows } = await arena.duel.owner.query<{ name: string }>(
      `select quote_ident(rolname) as name from pg_roles
       where rolname in ('identity', 'platform', current_user)
         or oid in (select proowner from pg_proc where prosecdef)
         or rolname ~ '^pg_' or (rolname like $1 and rolname <> $2)`,
      [login.replace(/runtime$/, "%"), login],
    );
    expect(rows.length).toBeGreaterThan(10);
    const statements = rows.flatMap(({ name }) => [
      `set local role ${name}`,
      `set local session authorization ${name}`,
      // Nobody can be made a member of this one.
      ...(name === "pg_database_owner" ? [] : [`grant ${name} to current_user`]),
    ]);
    expect(await notRefused(arena.duel, statements)).toEqual([]);
  });

  it("attack 30: the own role gains no right, and triggers cannot be skipped", async () => {
    const open = await notRefused(arena.duel, [
      "alter role current_user bypassrls",
      "alter role current_user superuser",
      "alter role current_user createrole",
      "alter role current_user valid until 'infinity'",
      "alter role authenticated bypassrls",
      "create role mine",
      "set local session_replication_role = replica",
      `alter role current_user set app.current_tenant_id = '${theirs}'`,
      `alter role current_user set session_replication_role = replica`,
      `alter role all set search_path = auth`,
      `alter database ${arena.test.name} set app.current_tenant_id = '${theirs}'`,
    ]);
    expect(open).toEqual([]);
  });

  it("attack 30, documented limit: the login may change its own password and its defaults, but no tenant", async () => {
    // PostgreSQL lets every role do so. A default never decides whose rows are seen: each unit of work sets its tenant.
    for (const change of ["password 'known'", "set search_path = auth", "set statement_timeout = 1"]) {
      expect(codeOf(await strike(arena.duel, `alter role current_user ${change}`))).toBe("accepted, 0 rows");
    }
  });
});

describe("SQL injected into a unit of work", () => {
  let oneConnection: Database;
  beforeAll(() => {
    oneConnection = createDatabase({ url: arena.test.urls.runtime, max: 1, unsafeLogin: "refuse" });
  });
  afterAll(() => oneConnection.close({ graceMs: 1_000 }));

  const injections: [how: string, text: string][] = [
    [
      "a materialised CTE",
      `with s as materialized (select set_config('app.current_tenant_id', '?', true) as v)
       select c.tenant_id from s, accounting.customers c`,
    ],
    [
      "a lateral join",
      `select c.tenant_id from (select set_config('app.current_tenant_id', '?', true) as v offset 0) s
       cross join lateral (select tenant_id from accounting.customers where s.v is not null) c`,
    ],
  ];

  it.each(injections)(
    "attack 31, documented limit: with %s one statement can set another tenant and read it",
    async (_how, text) => {
      const outcome = await strike(arena.duel, text.replace("?", theirs));
      expect(tenantsIn(outcome.rows)).toEqual([theirs]);
    },
  );

  it("attack 31, documented limit: the same through a handle, for the rest of the unit and no longer", async () => {
    const handle = oneConnection.forTenant({ tenantId: own });
    const seen = async (runner: Pick<typeof handle, "select">) =>
      tenantsIn(await runner.select({ tenant_id: customers.tenantId }).from(customers));
    await handle.transaction(async (tx) => {
      expect(await seen(tx)).toEqual([own]);
      await tx.execute(sql.raw(`select set_config('app.current_tenant_id', '${theirs}', true)`));
      expect(await seen(tx)).toEqual([theirs]);
    });
    expect(await seen(handle)).toEqual([own]);
    expect(await seen(oneConnection.forTenant({ tenantId: theirs }))).toEqual([theirs]);
  });

  it("attack 31, what bounds it: a value that is passed as a value never becomes SQL", async () => {
    const handle = oneConnection.forTenant({ tenantId: own });
    for (const [, injection] of injections) {
      const value = `' or true; ${injection.replace("?", theirs)} --`;
      expect(await handle.select().from(customers).where(eq(customers.name, value))).toEqual([]);
      const found = sql`select tenant_id from accounting.customers where name = ${value} or tenant_id is not null`;
      expect(tenantsIn(await handle.execute(found, "objects"))).toEqual([own]);
    }
  });

  it("attack 31, what bounds it: it reaches nothing that the login has no right to, whatever the tenant", async () => {
    const scope = `with s as materialized (select set_config('app.current_tenant_id', '${theirs}', true) as v)`;
    const open = await notRefused(arena.duel, [
      `${scope} select password from s, auth.account`,
      `${scope} select token from s, auth.session`,
      `${scope} update tenancy.audit_log set action = s.v from s`,
      `${scope} delete from tenancy.audit_log using s`,
      `${scope} insert into tenancy.audit_log (actor_login, action, target_type) select 'me', 'forged', v from s`,
      `${scope} delete from tenancy.users using s`,
      `${scope} update tenancy.tenants set status = 'archived' from s`,
    ]);
    expect(open).toEqual([]);
  });
});
