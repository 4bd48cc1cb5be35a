import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageMigrations } from "../../src/operations/assets";
import { migrate, parseMigration, planMigrations } from "../../src/operations/migrations";
import { createTestDatabase, type TestDatabase } from "../../src/testing";
import { failure } from "./arrange";

/*
 * A migration that makes a tenant table and does not protect it is refused before it is applied, in every form in which SQL makes
 * a table, and is applied in the same form with the calls that the refusal names.
 */
let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

const name = "29990101000000_add_carriers";
const columns = "(tenant_id uuid not null, id uuid not null, primary key (tenant_id, id))";
const rows = "select gen_random_uuid() as tenant_id, gen_random_uuid() as id";
const file = (...statements: string[]) => `${statements.join(";\n--> statement-breakpoint\n")};\n`;

/** Applies one more migration to the migrated database. */
const apply = (text: string) =>
  test.asOwner(async (client) =>
    migrate(client, { migrations: [...(await packageMigrations()), parseMigration(name, text)] }),
  );

/** Tables named like these, wherever they are, and whether the history lists the migration. */
const traces = () =>
  test.asOwner(async (client) => {
    const { rows: found } = await client.query<{ trace: string }>(
      `select relname::text as trace from pg_class where relkind in ('r', 'p') and relname ilike 'carrier%'
       union all select name from migrations.applied where name = $1`,
      [name],
    );
    return found.map(({ trace }) => trace);
  });

/** Removes what was applied, so that the next test may apply it. */
const clear = (tables: readonly string[]) =>
  test.asOwner(async (client) => {
    await client.query("delete from migrations.applied where name = $1", [name]);
    for (const table of tables) await client.query(`drop table if exists ${table} cascade`);
    await client.query("drop schema if exists depot");
  });

/** Statements that make tables, and the tables as SQL writes them. */
const forms: Record<string, [statements: string[], tables: string[]]> = {
  plainly: [[`create table accounting.carriers ${columns}`], ["accounting.carriers"]],
  "under quoted names": [[`create table "accounting"."Carrier's" ${columns}`], [`accounting."Carrier's"`]],
  "in another schema": [[`create table public.carriers ${columns}`], ["public.carriers"]],
  "in a schema of its own": [["create schema depot", `create table depot.carriers ${columns}`], ["depot.carriers"]],
  "by the search path": [
    ["set local search_path = accounting", `create table carriers ${columns}`],
    ["accounting.carriers"],
  ],
  "in a DO block": [
    [`do $$ begin execute 'create ' || 'table accounting.carriers ${columns}'; end $$`],
    ["accounting.carriers"],
  ],
  "and rename it": [
    [`create table accounting.carriers_new ${columns}`, "alter table accounting.carriers_new rename to carriers"],
    ["accounting.carriers"],
  ],
  "and move it": [
    [`create table public.carriers ${columns}`, "alter table public.carriers set schema accounting"],
    ["accounting.carriers"],
  ],
  "several in one file": [
    [`create table accounting.carriers ${columns}`, `create table accounting.carrier_rates ${columns}`],
    ["accounting.carrier_rates", "accounting.carriers"],
  ],
  partitioned: [
    [
      `create table accounting.carriers ${columns} partition by hash (tenant_id)`,
      "create table accounting.carriers_0 partition of accounting.carriers for values with (modulus 1, remainder 0)",
    ],
    ["accounting.carriers", "accounting.carriers_0"],
  ],
  "from a query": [[`create table accounting.carriers as ${rows}`], ["accounting.carriers"]],
  "by select into": [[`select x.* into accounting.carriers from (${rows}) x`], ["accounting.carriers"]],
  "like another": [
    ["create table accounting.carriers (like accounting.customers including all)"],
    ["accounting.carriers"],
  ],
  "that inherits": [["create table accounting.carriers () inherits (accounting.customers)"], ["accounting.carriers"]],
  unlogged: [[`create unlogged table accounting.carriers ${columns}`], ["accounting.carriers"]],
  "whose tenant comes later": [
    ["create table accounting.carriers (id uuid)", "alter table accounting.carriers add column tenant_id uuid"],
    ["accounting.carriers"],
  ],
  "with row security that binds no owner": [
    [`create table accounting.carriers ${columns}`, "alter table accounting.carriers enable row level security"],
    ["accounting.carriers"],
  ],
};
const calls = (tables: readonly string[]) =>
  tables.map((table) => `select tenancy.protect_table('${table.replaceAll("'", "''")}', 'read-write', 'none')`);

describe("a migration that makes a tenant table", () => {
  it.each(Object.entries(forms))("%s is refused without protect_table, and applied with it", async (_form, given) => {
    const [statements, tables] = given;
    const { message } = await failure(apply(file(...statements)));
    const found = `${name} is refused: it leaves ${tables.join(", ")} with tenant_id and without tenancy.protect_table`;
    expect(message).toContain(found);
    for (const call of calls(tables)) expect(message).toContain(`--> statement-breakpoint\n${call};`);
    expect(await traces()).toEqual([]);

    await apply(file(...statements, ...calls(tables)));
    expect(await traces()).toHaveLength(tables.length + 1);
    await clear(tables);
  });

  it("is told the access and audit that the registry says", async () => {
    const again = "alter table accounting.journal_entries no force row level security";
    const { message } = await failure(apply(file(again)));
    expect(message).toContain("select tenancy.protect_table('accounting.journal_entries', 'read-only', 'none');");
  });

  it("is refused for one table of several, by its name", async () => {
    const [statements, tables] = forms["several in one file"] ?? [[], []];
    const { message } = await failure(apply(file(...statements, ...calls(tables.slice(1)))));
    expect(message).toContain("it leaves accounting.carrier_rates with tenant_id");
  });

  it("without the trigger for updated_at is refused although row level security is forced by hand", async () => {
    const forced = "enable row level security, force row level security";
    const table = "create table accounting.carriers (tenant_id uuid, updated_at timestamptz)";
    const { message } = await failure(apply(file(table, `alter table accounting.carriers ${forced}`)));
    expect(message).toContain("accounting.carriers");
  });

  it("is not refused for temporary tables, nor for one that was open before it", async () => {
    await test.asOwner((client) => client.query(`create table accounting.carriers ${columns}`));
    await apply(
      file(`create temporary table carriers_moved ${columns}`, "alter table accounting.carriers add note text"),
    );
    await clear(["accounting.carriers"]);
  });
});

describe("a migration outside of a transaction", () => {
  const alone = "-- migrate: no-transaction\n";

  it("is refused before it makes a tenant table", async () => {
    const { message } = await failure(apply(alone + file(`create table accounting.carriers ${columns}`)));
    expect(message).toContain("Nothing was migrated");
    expect(message).toContain("statement 1 makes a table, for which tenancy.protect_table would come too late");
    expect(await traces()).toEqual([]);
  });

  it("is not taken as applied when it made one in a way that its text does not show", async () => {
    const hidden = `do $$ begin execute replace('create # accounting.carriers ${columns}', '#', 'table'); commit; end $$`;
    const { message } = await failure(apply(alone + file(hidden)));
    expect(message).toContain("it leaves accounting.carriers with tenant_id and without tenancy.protect_table");
    expect(message).toContain("Its statements so far were kept");
    expect(await traces()).toEqual(["carriers"]);
    await clear(["accounting.carriers"]);
  });
});

describe("a file that would run less than it says", () => {
  const call = "select 1";
  it.each([
    ["behind drizzle-kit's comment", `-- Custom SQL migration file, put your code below! --${call};\n`],
    ["behind a breakpoint", `select 2;\n--> statement-breakpoint${call};\n`],
    ["behind a breakpoint after a statement", `select 2;--> statement-breakpoint ${call};\r\n`],
  ])("has a statement %s, and is refused", async (_where, text) => {
    const { message } = await failure(apply(text));
    expect(message).toContain("has a statement on the line of a comment");
    expect(await traces()).toEqual([]);
    const plan = await test.asOwner(async (client) =>
      planMigrations(client, [...(await packageMigrations()), parseMigration(name, text)]),
    );
    expect(plan).toMatchObject({ pending: [name], problems: [expect.stringContaining("on the line of a comment")] });
  });

  it.each([
    "",
    "\n",
    "-- Custom SQL migration file, put your code below! --",
    "--> statement-breakpoint\n/* later */\n",
  ])("has no statement (%j), and is refused", async (text) => {
    expect((await failure(apply(text))).message).toContain("holds no statement");
  });
});
