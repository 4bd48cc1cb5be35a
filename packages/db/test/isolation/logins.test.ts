import { randomUUID } from "node:crypto";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tenantTables } from "../../src/core/tenant-table";
import { beginAsTenant } from "../../src/testing";
import { arrangeIdentity } from "../tenancy/kit/people";
import { type Arena, openArena } from "./arena";
import { attempt, type Outcome, quoted, type Settings } from "./checks/attempt";
import { schemaList, strongerRoles, tenantSchemas } from "./checks/catalogue";

/*
 * What the three logins may do outside the tenant tables: written by hand, because each of these tables has another
 * kind of owner (a tenant is its own, a profile is a person's, the log is the platform's).
 */
let arena: Arena;
let platform: pg.Client;
let identity: pg.Client;
let a: string;
let b: string;

beforeAll(async () => {
  arena = await openArena();
  platform = await arena.connect("platform");
  identity = await arena.connect("identity");
  a = String(arena.duel.attacker.mark.tenant_id);
  b = String(arena.duel.victim.mark.tenant_id);
  for (const entry of tenantTables()) await arena.duel.victim.row(entry);
});
afterAll(() => arena.close());

const runtime = (settings: Settings, text: string, ...values: unknown[]) =>
  attempt(arena.duel.login, settings, { text, values });
const code = (outcome: Outcome) => outcome.error?.code ?? `accepted, ${outcome.count} rows`;

async function tablesOf(schema: string): Promise<string[]> {
  const { rows } = await arena.duel.owner.query<{ name: string }>(
    "select schemaname || '.' || tablename as name from pg_tables where schemaname = $1 order by 1",
    [schema],
  );
  return rows.map((row) => row.name);
}

/** The identity of a new person. */
const newPerson = async () => (await arrangeIdentity(arena.test)).id;

const verbs = (table: string) => [
  `select * from ${quoted(table)}`,
  `insert into ${quoted(table)} default values`,
  `update ${quoted(table)} set id = id`,
  `delete from ${quoted(table)}`,
  `truncate ${quoted(table)}`,
];

describe("auth.*", () => {
  it.each(["runtime", "platform"] as const)("is closed to the %s login, with every verb", async (login) => {
    const client = login === "runtime" ? arena.duel.login : platform;
    const tables = await tablesOf("auth");
    expect(tables).toEqual([
      "auth.account",
      "auth.memberships",
      "auth.session",
      "auth.sign_in_events",
      "auth.tenant_directory",
      "auth.user",
      "auth.user_profiles",
      "auth.verification",
    ]);
    for (const text of tables.flatMap(verbs)) {
      expect([text, code(await attempt(client, { tenant: a }, { text }))]).toEqual([text, "42501"]);
    }
  });

  it("is all that the identity login can touch", async () => {
    const person = await newPerson();
    const { rows } = await attempt(
      identity,
      {},
      { text: `select id from auth."user" where id = $1`, values: [person] },
    );
    expect(rows).toEqual([{ id: person }]);
    const others = (await Promise.all(tenantSchemas.map(tablesOf))).flat();
    expect(others).toEqual(expect.arrayContaining(["tenancy.tenants", "tenancy.users", "accounting.invoices"]));
    for (const text of [...others, ...tenantTables().map((entry) => entry.name)].flatMap(verbs)) {
      expect([text, code(await attempt(identity, { tenant: b }, { text }))]).toEqual([text, "42501"]);
    }
  });
});

describe("tenancy.tenants", () => {
  it("shows a scope its own tenant only", async () => {
    expect((await runtime({ tenant: a }, "select id from tenancy.tenants where id = $1 or true", b)).rows).toEqual([
      { id: a },
    ]);
    expect((await runtime({}, "select id from tenancy.tenants")).rows).toEqual([]);
  });

  it("lets a scope rename its own tenant only, and change no status", async () => {
    expect((await runtime({ tenant: a }, "update tenancy.tenants set name = 'New' where id = $1", a)).count).toBe(1);
    expect((await runtime({ tenant: a }, "update tenancy.tenants set name = 'New' where id = $1", b)).count).toBe(0);
    expect(code(await runtime({ tenant: a }, "update tenancy.tenants set status = 'active'"))).toBe("42501");
    expect(code(await runtime({ tenant: a }, "update tenancy.tenants set id = $1", b))).toBe("42501");
    expect(code(await runtime({ tenant: a }, "delete from tenancy.tenants"))).toBe("42501");
    expect(code(await runtime({ tenant: a }, "truncate tenancy.tenants cascade"))).toBe("42501");
  });

  it("lets a scope create the tenant it names and no other", async () => {
    const insert = "insert into tenancy.tenants (id, name) values ($1, 'New')";
    const fresh = randomUUID();
    expect((await runtime({ tenant: fresh }, insert, fresh)).count).toBe(1);
    expect(code(await runtime({ tenant: a }, insert, randomUUID()))).toBe("42501");
    expect(code(await runtime({}, insert, randomUUID()))).toBe("42501");
  });

  it("shows all tenants and their rows to the platform", async () => {
    const { rows } = await attempt(platform, {}, { text: "select id from tenancy.tenants" });
    expect(rows.map((row) => row.id)).toEqual(expect.arrayContaining([a, b]));
    for (const { name } of tenantTables()) {
      const { count } = await attempt(
        platform,
        {},
        { text: `select 1 from ${quoted(name)} where tenant_id = $1`, values: [b] },
      );
      expect([name, count > 0]).toEqual([name, true]);
    }
  });
});

describe("a person before a tenant is chosen", () => {
  async function member(tenant: string, identityId: string, status: string): Promise<unknown> {
    const { rows } = await arena.duel.owner.query<{ id: string }>(
      `insert into tenancy.users (tenant_id, identity_id, email, name, status)
       select $1, p.id, p.email, 'Member', $3 from auth."user" p where p.id = $2 returning id`,
      [tenant, identityId, status],
    );
    return rows[0]?.id;
  }

  async function tenantThatIs(status: string): Promise<string> {
    const { rows } = await arena.duel.owner.query<{ id: string }>(
      "insert into tenancy.tenants (name, status) values ('Not active', $1) returning id",
      [status],
    );
    return rows[0]?.id ?? "";
  }

  it("sees no row of any table; self.memberships() gives the active ones of active tenants, and no others", async () => {
    const person = await newPerson();
    const user = await member(a, person, "active");
    await member(b, person, "suspended");
    await member(b, await newPerson(), "active");
    for (const status of ["suspended", "archived"]) await member(await tenantThatIs(status), person, "active");
    for (const name of [...tenantTables().map((entry) => entry.name), "tenancy.tenants"]) {
      const seen = await runtime({ identity: person }, `select 1 from ${quoted(name)}`);
      expect([name, code(seen)]).toEqual([name, "accepted, 0 rows"]);
    }
    const memberships = async () => (await runtime({ identity: person }, "select * from self.memberships()")).rows;
    const inA = { tenant_id: a, tenant_name: "A", user_id: user, name: "Member", role: "user" };
    expect(await memberships()).toEqual([inA]);
    const inB = { ...inA, tenant_id: b, tenant_name: "B" };
    const update = "update tenancy.users set status = 'active' where tenant_id = $1 and identity_id = $2 returning id";
    const { rows } = await arena.duel.owner.query<{ id: string }>(update, [b, person]);
    expect(await memberships()).toEqual([inA, { ...inB, user_id: rows[0]?.id }]);
  });

  it("writes no membership, not even the own one", async () => {
    const person = await newPerson();
    await member(b, person, "suspended");
    const update = "update tenancy.users set status = 'active', role = 'admin' where identity_id = $1";
    expect((await runtime({ identity: person }, update, person)).count).toBe(0);
    const join =
      "insert into tenancy.users (tenant_id, identity_id, email, name) values ($1, $2, 'x@example.com', 'X')";
    expect(code(await runtime({ identity: person }, join, a, person))).toBe("42501");
  });
});

describe("a profile", () => {
  const save = "select p.user_id, p.dni, p.phone from self.save_profile(gen_random_uuid(), $1::jsonb) p";

  it("is one's own, whatever the tenant", async () => {
    const [mine, theirs] = [await newPerson(), await newPerson()];
    await arena.duel.owner.query("insert into auth.user_profiles (user_id, dni) values ($1, 'M'), ($2, 'T')", [
      mine,
      theirs,
    ]);
    const read = "select user_id from self.profile() where user_id = $1 or true";
    expect((await runtime({ identity: mine }, read, theirs)).rows).toEqual([{ user_id: mine }]);
    expect((await runtime({ tenant: a }, read, theirs)).rows).toEqual([]);
    expect((await runtime({}, read, theirs)).rows).toEqual([]);
    expect((await runtime({ identity: "" }, read, theirs)).rows).toEqual([]);
    expect((await runtime({ tenant: a, identity: mine }, read, theirs)).rows).toEqual([{ user_id: mine }]);
    const changed = await runtime({ identity: mine }, save, '{"phone": "1"}');
    expect(changed.rows).toEqual([{ user_id: mine, dni: "M", phone: "1" }]);
  });

  it("is written by its person alone, and in the fields that are a person's", async () => {
    const [mine, theirs] = [await newPerson(), await newPerson()];
    expect(code(await runtime({}, save, '{"dni": "1"}'))).toBe("ZT001");
    expect(code(await runtime({ tenant: a }, save, '{"dni": "1"}'))).toBe("ZT001");
    for (const field of ["user_id", "id", "is_active", "created_at", "updated_at", "email"]) {
      const changes = JSON.stringify({ [field]: field === "user_id" ? theirs : null });
      expect([field, code(await runtime({ identity: mine }, save, changes))]).toEqual([field, "ZT006"]);
    }
    for (const changes of [null, "null", "[]", '["dni"]', '"dni"', "1", "true"]) {
      expect([changes, code(await runtime({ identity: mine }, save, changes))]).toEqual([changes, "ZT006"]);
    }
    expect(code(await runtime({ identity: randomUUID() }, save, "{}"))).toBe("23503");
    // With a taken id nothing of the other person's row is changed or shown.
    const { rows } = await arena.duel.owner.query<{ id: string }>(
      "insert into auth.user_profiles (user_id, dni) values ($1, 'T') returning id",
      [theirs],
    );
    const taken = "select p.dni from self.save_profile($1, '{}') p";
    expect(code(await runtime({ identity: mine }, taken, rows[0]?.id))).toBe("23505");
  });

  it("asks no predicate about another person's row", async () => {
    const [mine, theirs] = [await newPerson(), await newPerson()];
    await arena.duel.owner.query("insert into auth.user_profiles (user_id) values ($1), ($2)", [mine, theirs]);
    const trap = "select 1 from self.profile() where 1 / (case when user_id = $1 then 0 else 1 end) > 0";
    expect(code(await runtime({ identity: mine }, trap, mine))).toBe("22012");
    expect(code(await runtime({ identity: mine }, trap, theirs))).toBe("accepted, 1 rows");
  });

  it.each(["auth.user_profiles", "auth.memberships", "auth.tenant_directory", 'auth."user"', "auth.account"])(
    "opens no other door: %s is closed, with a person in the scope too",
    async (table) => {
      const person = await newPerson();
      const column = (await arena.duel.owner.query(`select * from ${table} limit 0`)).fields[0]?.name;
      for (const settings of [{}, { identity: person }, { tenant: a, identity: person }]) {
        for (const text of [
          ...verbs(table),
          `select ${column} from ${table}`,
          `update ${table} set ${column} = ${column}`,
          `lock table ${table} in access share mode`,
          `copy ${table} to stdout`,
          `select auth.sole_admin_of('${person}')`,
          `select auth.memberships_of('${person}')`,
          `select auth.refuse_last_admin('${person}')`,
          `create or replace function self.profile() returns int language sql as 'select 1'`,
          `create function self.mine() returns int language sql as 'select 1'`,
        ]) {
          expect([text, code(await runtime(settings, text))]).toEqual([text, "42501"]);
        }
      }
    },
  );
});

describe("tenancy.platform_log", () => {
  it("is closed to the runtime login, and the platform can only read and append", async () => {
    for (const text of verbs("tenancy.platform_log")) expect(code(await runtime({ tenant: a }, text))).toBe("42501");
    const append = "insert into tenancy.platform_log (actor, reason) values ('tests', 'append')";
    expect((await attempt(platform, {}, { text: append })).count).toBe(1);
    expect((await attempt(platform, {}, { text: "select 1 from tenancy.platform_log" })).error).toBeUndefined();
    for (const verb of ["update tenancy.platform_log set actor = 'x'", "delete from tenancy.platform_log"]) {
      expect(code(await attempt(platform, {}, { text: verb }))).toBe("42501");
    }
  });
});

describe("ways around the tables", () => {
  it.each([
    ["temporary tables", "create temporary table stolen (id uuid)"],
    ["tables in public", "create table public.stolen (id uuid)"],
    ["a view over everything", "create view tenancy.stolen as select * from tenancy.users"],
    ["switching policies off", "alter table tenancy.users disable row level security"],
    ["large objects", "select lo_from_bytea(0, '\\x00')"],
    ["files of the server", "select pg_read_file('postgresql.conf')"],
    ["programs of the server", "copy (select 1) to program 'cat'"],
    ["skipping triggers", "set local session_replication_role = replica"],
  ])("%s is refused to the runtime login", async (_name, text) => {
    expect(code(await runtime({ tenant: a }, text))).toBe("42501");
  });

  it("becoming the platform, the identity login or a role that functions work for is refused to the runtime login", async () => {
    const roles = await strongerRoles(arena.duel.owner, "authenticated");
    expect(roles).toEqual(expect.arrayContaining(["audit_writer", "ledger_writer", "platform"]));
    for (const role of roles) {
      expect([role, code(await runtime({ tenant: a }, `set local role ${quoted(role)}`))]).toEqual([role, "42501"]);
    }
  });

  it("asking to bypass policies is an error and no rows", async () => {
    await arena.duel.login.query("begin");
    await arena.duel.login.query("set local row_security = off");
    const read = arena.duel.login.query("select * from accounting.customers");
    await expect(read).rejects.toMatchObject({ code: "42501" });
    await arena.duel.login.query("rollback");
  });

  it("the planner's statistics hold no values of the tables", async () => {
    await arena.duel.owner.query("analyze");
    const text = `select 1 from pg_stats where schemaname in (${schemaList})`;
    expect((await arena.duel.owner.query(text)).rowCount).toBeGreaterThan(0);
    expect((await runtime({ tenant: a }, text)).count).toBe(0);
  });

  it("the audit function writes for the scope's tenant only, and names no member of another", async () => {
    const record = "select tenancy.record_audit('look', 'tests', null, '{}')";
    expect(code(await runtime({}, record))).toBe("ZT005");
    const { login, victim } = arena.duel;
    const user = tenantTables().find((entry) => entry.name === "tenancy.users");
    const theirs = user && (await victim.row(user)).id;
    await beginAsTenant(login, a);
    await login.query(record);
    const { rows } = await login.query("select tenant_id, actor_login = session_user as own from tenancy.audit_log");
    await login.query("select set_config('app.current_user_id', $1, true)", [theirs]);
    await expect(login.query(record)).rejects.toMatchObject({ code: "23503" });
    await login.query("rollback");
    expect(rows).toContainEqual({ tenant_id: a, own: true });
    expect(rows.filter((row) => row.tenant_id !== a)).toEqual([]);
  });
});
