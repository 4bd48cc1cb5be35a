import { eq, sql } from "drizzle-orm";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PermissionDeniedError } from "../../src/index";
import { account, session, user, users } from "../../src/tenancy";
import { createTenant, createTestDatabase, type TestDatabase } from "../../src/testing";
import { definerOwners, strongerRoles } from "../isolation/checks/catalogue";
import { asLogin, refusal } from "../kit/sql";
import { type AuthServer, Browser, startAuthServer } from "./auth-server";
import { freshEmail } from "./kit/people";

let test: TestDatabase;
let server: AuthServer;
let passwordHash: string;
let tokens: string[];

const password = "correct horse battery staple";

// A person with a password, two sessions and an open reset, who founded a tenant: every place is filled.
beforeAll(async () => {
  test = await createTestDatabase();
  server = await startAuthServer(test.urls.identity);
  const browser = new Browser(server);
  const email = freshEmail("ada");
  await browser.post("/sign-up/email", { name: "Ada", email, password });
  await browser.post("/request-password-reset", { email });
  const { user } = (await browser.session()) ?? {};
  const { members } = (await createTenant(test)).handle.tenancy;
  await members.ensureMember({ identityId: user?.id ?? "", email, name: "Ada" });
  await test.db.forIdentity(user?.id ?? "").profile.save({ phone: "1" });
  await test.asOwner(async (owner) => {
    const account = await owner.query("select password from auth.account where user_id = $1", [user?.id]);
    passwordHash = account.rows[0]?.password;
    tokens = (await owner.query("select token from auth.session")).rows.map((row) => row.token);
    // Open again, as an owner that is no superuser leaves them: auth is to refuse, and not the function before it.
    await owner.query("grant execute on function query_to_xml, table_to_xml to public");
  });
});
afterAll(async () => {
  await server.close();
  await test.close();
});

async function relations(client: pg.Client, kinds: string, ...schemas: string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind::text = any (string_to_array($1, ',')) and (n.nspname = any ($2) or ($2 = '{}'
       and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema')) order by 1`,
    [kinds, schemas],
  );
  return rows.map((row) => row.name);
}

describe("the password hash", () => {
  it("is in auth.account and in no column of any other table", () =>
    test.asOwner(async (owner) => {
      expect(passwordHash).toMatch(/^[0-9a-f]{32}:[0-9a-f]{128}$/);
      const holding: string[] = [];
      const all = await relations(owner, "r,p,m");
      expect(all.length).toBeGreaterThan(15);
      for (const table of all) {
        // A row as text has all its columns in it, JSON included.
        const { rows } = await owner.query(
          `select count(*) filter (where strpos(t::text, $1) > 0) as hash,
             count(*) filter (where strpos(t::text, $2) > 0) as plain from ${table} t`,
          [passwordHash, password],
        );
        if (rows[0]?.hash !== "0") holding.push(`${table}: hash`);
        if (rows[0]?.plain !== "0") holding.push(`${table}: plain text`);
      }
      expect(holding).toEqual(["auth.account: hash"]);
      const columns = await owner.query(
        `select key from auth.account a, jsonb_each_text(to_jsonb(a)) where strpos(value, $1) > 0`,
        [passwordHash],
      );
      expect(columns.rows).toEqual([{ key: "password" }]);
    }));

  it("never leaves the server over HTTP", async () => {
    const browser = new Browser(server);
    const email = freshEmail("grace");
    const answers = [await browser.post("/sign-up/email", { name: "Grace", email, password })];
    answers.push(await browser.post("/sign-in/email", { email, password }), await browser.get("/get-session"));
    answers.push(await browser.get("/list-sessions"), await browser.get("/list-accounts"));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    const { rows } = await test.asOwner((owner) =>
      owner.query("select a.password from auth.account a join auth.user u on u.id = a.user_id where u.email = $1", [
        email,
      ]),
    );
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(answers)).toContain(email);
    expect(JSON.stringify(answers)).not.toContain(rows[0]?.password);
  });
});

describe("the identity login", () => {
  it("reads and writes its four tables, and nothing of a tenant", async () => {
    const [own, foreign] = await test.asOwner(async (owner) => [
      await relations(owner, "r,p,v,m", "auth"),
      // Which migrations were applied is no secret: every login asks at start-up.
      (await relations(owner, "r,p,v,m")).filter((name) => !/^(auth|migrations)\./.test(name)),
    ]);
    const ofBetterAuth = ["auth.account", "auth.session", `auth."user"`, "auth.verification"];
    const ofPersons = ["auth.memberships", "auth.tenant_directory", "auth.user_profiles"];
    expect(own).toEqual([...ofBetterAuth, ...ofPersons, "auth.sign_in_events"].sort());
    expect(foreign).toEqual(expect.arrayContaining(["tenancy.users", "tenancy.tenants", "accounting.customers"]));
    await asLogin(test.urls.identity, async (client) => {
      for (const table of ofBetterAuth) await client.query(`select from ${table}`);
      for (const table of [...ofPersons, ...(foreign ?? [])]) {
        for (const text of [`select from ${table}`, `delete from ${table}`, `insert into ${table} default values`]) {
          expect(await refusal(client, text), text).toBe("42501");
        }
      }
      for (const call of ["self.profile()", "self.memberships()", "self.save_profile(null, '{}')"]) {
        expect(await refusal(client, `select ${call}`), call).toBe("42501");
      }
      for (const role of await test.asOwner((owner) => strongerRoles(owner, "identity"))) {
        expect(await refusal(client, `set role ${role}`), role).toBe("42501");
      }
      expect(await refusal(client, `delete from migrations.applied`)).toBe("42501");
      expect(await refusal(client, `truncate auth.session`)).toBe("42501");
      expect(await refusal(client, `create table auth.mine (id int)`)).toBe("42501");
    });
  });
});

describe.each(["runtime", "platform"] as const)("the %s login", (kind) => {
  it("reads no table of auth, by no statement that would show or touch a row", () =>
    asLogin(test.urls[kind], async (client) => {
      const tables = await relations(client, "r,p", "auth");
      expect(tables).toHaveLength(8);
      for (const table of tables) {
        for (const text of [
          `select from ${table}`,
          `select count(*) from ${table}`,
          `table ${table}`,
          `copy ${table} to stdout`,
          `explain analyze select from ${table}`,
          `insert into ${table} default values`,
          `update ${table} set created_at = now()`,
          `delete from ${table}`,
          `truncate ${table}`,
          `begin; lock table ${table} in access share mode`,
          `comment on table ${table} is 'x'`,
          `select query_to_xml('select * from ${table}', true, true, '')`,
          `select table_to_xml('${table}', true, true, '')`,
          `do $$ begin perform from ${table}; end $$`,
          `create temp view peek as select * from ${table}`,
        ]) {
          expect(await refusal(client, text), text).toBe("42501");
          await client.query("rollback");
        }
        const stats = await client.query("select from pg_stats where format('%I.%I', schemaname, tablename) = $1", [
          table,
        ]);
        expect(stats.rowCount).toBe(0);
      }
      for (const role of ["identity", "postgres", ...(await test.asOwner(definerOwners))]) {
        expect(await refusal(client, `set role ${role}`), role).toBe("42501");
      }
    }));
});

describe("an injection inside a tenant", () => {
  it("does not reach auth through Drizzle or raw SQL", async () => {
    const { handle } = await createTenant(test);
    const attempts = [
      () => handle.select().from(account),
      () => handle.select().from(users).leftJoin(user, eq(users.identityId, user.id)),
      () => handle.$count(session),
      () => handle.execute(sql`select password from auth.account`),
      () => handle.execute(sql`select u.* from tenancy.users u join auth.account a on a.user_id = u.identity_id`),
      () => handle.execute(sql`select (select string_agg(token, ',') from auth.session) from tenancy.users`),
    ];
    for (const attempt of attempts) {
      await expect(Promise.resolve(attempt())).rejects.toThrow(PermissionDeniedError);
    }
  });

  it("finds no view, no rule and no function that would read auth for it", () =>
    test.asOwner(async (owner) => {
      const views = await owner.query(`
        select distinct r.ev_class::regclass::text as name from pg_depend d
        join pg_rewrite r on r.oid = d.objid and d.classid = 'pg_rewrite'::regclass
        join pg_class c on c.oid = d.refobjid and d.refclassid = 'pg_class'::regclass
        where c.relnamespace = 'auth'::regnamespace and r.ev_class <> c.oid`);
      expect(views.rows).toEqual([]);
      // Whatever runs with more rights than its caller, and what those rights are.
      const definers = await owner.query<{ name: string; owner: string; reads: boolean }>(`
        select p.oid::regprocedure::text as name, p.proowner::regrole::text as owner,
          bool_or(has_table_privilege(p.proowner, c.oid, 'select,insert,update,delete')) as reads
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace, pg_class c
        where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')
          and (has_function_privilege('authenticated', p.oid, 'execute') or has_function_privilege('platform', p.oid, 'execute'))
          and c.relnamespace = 'auth'::regnamespace and c.relkind = 'r'
        group by 1, 2 order by 1`);
      // Of the three tables that hold no secret, a person's own rows.
      expect(definers.rows.filter(({ reads }) => reads)).toEqual(
        ["self.memberships()", "self.profile()", "self.save_profile(uuid,jsonb)"].map((name) => ({
          name,
          owner: "self_service",
          reads: true,
        })),
      );
      const secrets = await owner.query(`
        select c.relname as table, p.proowner::regrole::text as owner from pg_proc p, pg_class c
        where p.prosecdef and c.oid in ('auth.user'::regclass, 'auth.session'::regclass, 'auth.account'::regclass, 'auth.verification'::regclass)
          and has_table_privilege(p.proowner, c.oid, 'select,insert,update,delete')`);
      expect(secrets.rows).toEqual([]);
      expect([...new Set(definers.rows.map(({ owner }) => owner))].sort()).toEqual([
        "audit_sealer",
        "audit_writer",
        "ledger_writer",
        "number_writer",
        "sales_writer",
        "self_service",
      ]);
    }));

  it("sees no session token and no hash in anything that it may read", () =>
    asLogin(test.urls.runtime, async (client) => {
      const { rows } = await client.query<{ name: string }>(`
        select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
          and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')`);
      expect(rows.length).toBeGreaterThan(10);
      const tenants = await test.asOwner((owner) => owner.query("select id from tenancy.tenants"));
      let seen = 0;
      for (const { id } of tenants.rows) {
        await client.query("select set_config('app.current_tenant_id', $1, false)", [id]);
        for (const { name } of rows) {
          const text = (await client.query(`select coalesce(string_agg(t::text, ' '), '') as all from ${name} t`))
            .rows[0]?.all;
          seen += text.length;
          for (const hidden of [passwordHash, ...tokens]) expect(text.includes(hidden), name).toBe(false);
        }
      }
      expect(seen).toBeGreaterThan(1_000);
    }));
});
