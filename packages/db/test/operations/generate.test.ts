import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withUrlParts } from "../../src/client/url";
import { withAdmin } from "../../src/operations/admin";
import { migrationsFolder } from "../../src/operations/assets";
import { type Migration, migrate, parseMigration, readMigrations } from "../../src/operations/migrations";
import { composeMigration, type ProtectedTable, type Sources } from "../../src/operations/sources";
import { inOrder } from "../../src/operations/sources/order";
import { parseObject, parseTriggers, splitStatements } from "../../src/operations/sources/parse";
import { startTestServer, type TestServer } from "../../src/testing";

/*
 * A domain "shop" changes from one stage to the next. What counts is what the migrations make of a database with rows.
 * The database is of one server for this file: the migrations make roles, and other files would see them come and go.
 */
let server: TestServer;
let history: Migration[];

beforeAll(async () => {
  history = await readMigrations(migrationsFolder());
  server = await startTestServer();
  await withAdmin(server.adminUrl, (client) => client.query(`create database ${database}`));
  await withAdmin(url(), (client) => migrate(client, { migrations: history }));
});

afterAll(async () => {
  await withAdmin(server.adminUrl, (client) => client.query(`drop database if exists ${database} with (force)`));
  await server.stop();
});

const database = `org_db_generate_${Math.random().toString(36).slice(2, 10)}`;
const url = () => withUrlParts(server.adminUrl, { database });

/** Runs the work on the database with the history and nothing else: whatever a stage makes is in the schema "shop". */
function scratch<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  return withAdmin(url(), async (client) => {
    await client.query("drop schema if exists shop cascade");
    await client.query("delete from migrations.applied where name <> all ($1)", [history.map(({ name }) => name)]);
    return work(client);
  });
}

interface Stage {
  /** Statements of drizzle-kit. */
  ddl?: string[];
  /** Texts of functions and views; the head is added where there is none. */
  objects?: string[];
  triggers?: string;
  rights?: string;
  foundation?: string;
  orders?: Pick<ProtectedTable, "access" | "audit">;
}

const foundation = "create schema if not exists shop; grant usage on schema shop to authenticated;";
const table = [
  `create table shop.orders (tenant_id uuid not null default gen_random_uuid(), id uuid not null default gen_random_uuid(),
    note text, amount int not null default 1, updated_at timestamptz not null default now(), primary key (tenant_id, id))`,
];

function sourcesOf({ objects = [], triggers = "", rights = "", ...stage }: Stage): Sources {
  const parsed = objects.map((text) => {
    const [, kind, name] = /^create (function|view) shop\.(\w+)/m.exec(text) ?? [];
    const head = `-- For the test.\n-- @${kind === "view" ? "select" : "execute"} authenticated\n`;
    return parseObject(text.startsWith("--") ? text : head + text, `shop/sql/${name}.sql`);
  });
  const shop = {
    domain: "shop",
    schemas: ["shop"],
    foundation: splitStatements(stage.foundation ?? foundation),
    roles: [],
    rights: splitStatements(rights),
  };
  return {
    objects: inOrder([...parsed, ...parseTriggers(triggers, "shop/sql/triggers.sql")]),
    domains: [shop],
  };
}

/** The migrations that lead through the stages; undefined where a stage changes nothing. */
async function generate(...stages: Stage[]) {
  const migrations = [...history];
  const texts: (string | undefined)[] = [];
  for (const [index, stage] of stages.entries()) {
    const done = [...migrations];
    const composed = await composeMigration({
      sources: sourcesOf(stage),
      tables: stage.orders === undefined ? [] : [{ name: "shop.orders", ...stage.orders }],
      ddl: stage.ddl ?? [],
      migrations: done,
      scratch: (work) =>
        scratch(async (client) => {
          await migrate(client, { migrations: done });
          return work(client);
        }),
    });
    texts.push(composed?.text);
    if (composed) migrations.push(parseMigration(`2999010100000${index}_stage`, composed.text));
  }
  return { texts, last: texts.at(-1), migrations };
}

/** Applies the migrations to a database that has rows since the first stage. */
function afterStages<T>(migrations: readonly Migration[], work: (client: pg.Client) => Promise<T>): Promise<T> {
  return scratch(async (client) => {
    await migrate(client, { migrations: migrations.slice(0, history.length + 1) });
    await client.query("insert into shop.orders (note) values ('first')").catch(() => undefined);
    await migrate(client, { migrations });
    return work(client);
  });
}

const values = async (client: pg.Client, sql: string) =>
  (await client.query<unknown[]>({ text: sql, rowMode: "array" })).rows.map((row) => row[0]);

const one = "create function shop.one() returns int language sql return 1;";
const count =
  "create function shop.count_orders() returns bigint language sql stable as 'select count(*) from shop.orders';";
const notes = "create view shop.notes with (security_invoker = true) as select o.tenant_id, o.note from shop.orders o;";
const guard = `create function shop.guard() returns trigger language plpgsql as $$
begin
  new.note := coalesce(new.note, tg_argv[0]);
  return new;
end $$;`;
const guarding = "create trigger guard before insert on shop.orders for each row execute function shop.guard('none');";
const orders = { access: "read-write", audit: "none" } as const;

describe("a generated migration", () => {
  it("makes a new domain: schema, table, function before CHECK, trigger, view, owner and rights", async () => {
    const owned =
      "-- For the test.\n-- @owner ledger_writer\n-- @execute none\ncreate function shop.own() returns int language sql return 1;";
    const { migrations } = await generate({
      ddl: [...table, "alter table shop.orders add constraint small check (shop.twice(amount) < 100)"],
      objects: [
        "create function shop.twice(i int) returns int language sql immutable return 2 * shop.same(i);",
        "create function shop.same(i int) returns int language sql stable return i;",
        notes,
        guard,
        owned,
      ],
      triggers: guarding,
      rights: "grant select (note) on shop.orders to identity;",
      orders: { access: "append-only", audit: "changes" },
    });
    await afterStages(migrations, async (client) => {
      expect(await values(client, "select note from shop.notes")).toEqual(["first"]);
      await client.query("insert into shop.orders default values");
      expect(await values(client, "select note from shop.notes order by 1")).toEqual(["first", "none"]);
      await expect(client.query("insert into shop.orders (amount) values (60)")).rejects.toMatchObject({
        code: "23514",
      });
      const rights = `select has_table_privilege('authenticated', 'shop.orders', 'insert'), has_table_privilege('authenticated', 'shop.orders', 'update'),
        has_column_privilege('identity', 'shop.orders', 'note', 'select'), has_function_privilege('public', 'shop.own()', 'execute'),
        has_function_privilege('authenticated', 'shop.twice(int)', 'execute'), has_table_privilege('authenticated', 'shop.notes', 'select')`;
      const { rows } = await client.query<unknown[]>({ text: rights, rowMode: "array" });
      expect(rows[0]).toEqual([true, false, true, false, true, true]);
      expect(await values(client, "select proowner::regrole::text from pg_proc where proname = 'own'")).toEqual([
        "ledger_writer",
      ]);
      expect(
        await values(client, "select tgname from pg_trigger where tgrelid = 'shop.orders'::regclass order by 1"),
      ).toEqual(["guard", "touch_updated_at", "write_audit"]);
      expect(await values(client, "select has_schema_privilege('ledger_writer', 'shop', 'create')")).toEqual([false]);
    });
  });

  it("is none when nothing changed, and holds what changed alone", async () => {
    const stage = { objects: [one, count, notes], ddl: table, orders };
    const later = { ...stage, ddl: [] };
    const { texts } = await generate(stage, later, { ...later, objects: [one.replace("1;", "2;"), count, notes] });
    expect(texts[1]).toBeUndefined();
    expect(texts[2]).toMatch(/return 2/);
    expect(texts[2]).not.toMatch(/count_orders|notes|protect_table|foundation|grant/);
  });

  it("drops what no source has any more: trigger, view, function", async () => {
    const first = { ddl: table, objects: [one, notes, guard], triggers: guarding, orders };
    const { migrations } = await generate(first, { objects: [one], orders });
    await afterStages(migrations, async (client) => {
      expect(await values(client, "select proname from pg_proc where pronamespace = 'shop'::regnamespace")).toEqual([
        "one",
      ]);
      expect(await values(client, "select viewname from pg_views where schemaname = 'shop'")).toEqual([]);
      await client.query("insert into shop.orders default values");
      expect(await values(client, "select note from shop.orders order by 1")).toEqual(["first", null]);
    });
  });

  it("renames: a trigger calls the function under its new name", async () => {
    const renamed = guard.replace("shop.guard", "shop.fill_in");
    const first = { ddl: table, objects: [guard], triggers: guarding, orders };
    const { migrations } = await generate(first, {
      objects: [renamed],
      triggers: guarding.replace("shop.guard", "shop.fill_in"),
      orders,
    });
    await afterStages(migrations, async (client) => {
      expect(await values(client, "select proname from pg_proc where pronamespace = 'shop'::regnamespace")).toEqual([
        "fill_in",
      ]);
      await client.query("insert into shop.orders default values");
      expect(await values(client, "select note from shop.orders order by 1")).toEqual(["first", "none"]);
    });
  });

  it("changes a signature that a CHECK uses: the new overload first, the old one last", async () => {
    const limit = (parameters: string) =>
      `create function shop.fits(${parameters}) returns boolean language sql immutable return i < 9;`;
    const check = (call: string) => `alter table shop.orders add constraint fits check (${call})`;
    const { migrations } = await generate(
      { ddl: [...table, check("shop.fits(amount)")], objects: [limit("i int")], orders },
      {
        ddl: ["alter table shop.orders drop constraint fits", check("shop.fits(amount, note)")],
        objects: [limit("i int, note text")],
        orders,
      },
    );
    await afterStages(migrations, async (client) => {
      expect(await values(client, "select pronargs from pg_proc where proname = 'fits'")).toEqual([2]);
      await expect(client.query("insert into shop.orders (amount) values (9)")).rejects.toMatchObject({
        code: "23514",
      });
    });
  });

  it("changes a return type, also of a function that a view uses", async () => {
    const asView = (objects: string[]) => [...objects, "create view shop.number as select shop.one() as one;"];
    const text = "create function shop.one() returns text language sql return 'one';";
    const { migrations } = await generate(
      { ddl: table, objects: asView([one]), orders },
      { objects: asView([text]), orders },
    );
    await afterStages(migrations, async (client) => {
      expect(await values(client, "select one from shop.number")).toEqual(["one"]);
      expect(await values(client, "select has_function_privilege('authenticated', 'shop.one()', 'execute')")).toEqual([
        true,
      ]);
      expect(await values(client, "select has_table_privilege('authenticated', 'shop.number', 'select')")).toEqual([
        true,
      ]);
    });
  });

  it("changes a view's columns, and remakes the view that reads from it", async () => {
    const reader = "create view shop.note_count as select count(n.note) as notes from shop.notes n;";
    const turned =
      "create view shop.notes with (security_invoker = true) as select o.note, o.amount from shop.orders o;";
    const { migrations } = await generate(
      { ddl: table, objects: [notes, reader], orders },
      { objects: [turned, reader], orders },
    );
    await afterStages(migrations, async (client) => {
      expect(await values(client, "select amount from shop.notes")).toEqual([1]);
      expect(await values(client, "select notes from shop.note_count")).toEqual(["1"]);
    });
  });

  it("changes a column's type under a view and a trigger that name it", async () => {
    const named =
      "create trigger guard before update of amount on shop.orders for each row when (new.amount > 5) execute function shop.guard('much');";
    const amounts = "create view shop.amounts as select o.amount from shop.orders o;";
    const rest = { objects: [amounts, guard], triggers: named, orders };
    const { migrations } = await generate(
      { ddl: table, ...rest },
      { ddl: ["alter table shop.orders alter column amount type numeric(15, 2)"], ...rest },
    );
    await afterStages(migrations, async (client) => {
      expect(await values(client, "select amount from shop.amounts")).toEqual(["1.00"]);
      await client.query("update shop.orders set note = null, amount = 6");
      expect(await values(client, "select note from shop.orders")).toEqual(["much"]);
    });
  });

  it("follows access and audit of a table, and keeps rights that are not of protect_table", async () => {
    const rights = "grant select (note) on shop.orders to authenticated; grant insert on shop.orders to ledger_writer;";
    const stage = { rights, orders };
    const { texts, migrations } = await generate(
      { ddl: table, ...stage },
      { rights, orders: { access: "read-only", audit: "all" } },
      { rights, orders: { access: "no-delete", audit: "none" } },
    );
    expect(texts[1]).toMatch(/protect_table\('shop\.orders', 'read-only', 'all'\)/);
    const state = `select string_agg(privilege, ',' order by privilege) from unnest(array['select', 'insert', 'update', 'delete']) privilege
      where has_table_privilege('authenticated', 'shop.orders', privilege)`;
    const audit = "select count(*) from pg_trigger where tgrelid = 'shop.orders'::regclass and tgname = 'write_audit'";
    const others =
      "select has_table_privilege('ledger_writer', 'shop.orders', 'insert') and has_column_privilege('authenticated', 'shop.orders', 'note', 'select')";
    await afterStages(migrations.slice(0, -1), async (client) => {
      expect(await values(client, state)).toEqual(["select"]);
      expect(await values(client, audit)).toEqual(["1"]);
      expect(await values(client, others)).toEqual([true]);
    });
    await afterStages(migrations, async (client) => {
      expect(await values(client, state)).toEqual(["insert,select,update"]);
      expect(await values(client, audit)).toEqual(["0"]);
    });
  });

  it("follows the owner and the callers of a function in its head", async () => {
    const headed = (owner: string, execute: string) =>
      `-- For the test.\n${owner}-- @execute ${execute}\ncreate function shop.secret() returns text language sql security definer set search_path = pg_catalog, pg_temp as 'select current_user::text';`;
    const own = "-- @owner ledger_writer\n";
    const { migrations } = await generate(
      { ddl: table, objects: [headed(own, "authenticated, platform")], orders },
      { objects: [headed(own, "platform")], orders },
      { objects: [headed("", "none")], orders },
    );
    const state =
      "select proowner::regrole::text || ' ' || array_to_string(proacl, ' ') from pg_proc where proname = 'secret'";
    await afterStages(migrations.slice(0, -1), async (client) => {
      expect(await values(client, state)).toEqual([
        "ledger_writer ledger_writer=X/ledger_writer platform=X/ledger_writer",
      ]);
    });
    await afterStages(migrations, async (client) => {
      expect((await values(client, state))[0]).not.toMatch(/ledger_writer|platform/);
    });
  });

  it("takes new rights and a new role of a domain that is there", async () => {
    const role = `org_db_shop_${Math.random().toString(36).slice(2, 10)}`;
    const withRole = `${foundation} do $$ begin if not exists (select from pg_roles where rolname = '${role}') then create role ${role}; end if; end $$;`;
    const first = { ddl: table, orders };
    const { last, migrations } = await generate(first, {
      orders,
      foundation: withRole,
      rights: `grant insert on shop.orders to ${role};`,
    });
    expect(last).toContain(role);
    await afterStages(migrations, async (client) => {
      expect(await values(client, `select has_table_privilege('${role}', 'shop.orders', 'insert')`)).toEqual([true]);
      await client.query(`drop owned by ${role}; drop role ${role}`);
    });
  });

  it("names the file whose text PostgreSQL refuses", async () => {
    await expect(generate({ objects: [one.replace("return 1", "return nothing")] })).rejects.toMatchObject({
      name: "MigrationError",
      message: expect.stringMatching(/^shop\/sql\/one\.sql failed \(SQLSTATE 42703\)/),
    });
    const body = "create function shop.broken() returns int language plpgsql as $$ begin retrun 1; end $$;";
    await expect(generate({ objects: [body] })).rejects.toThrow(/^shop\/sql\/broken\.sql failed \(SQLSTATE 42601\)/);
  });
});
