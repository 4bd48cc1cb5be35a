import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { withUrlParts } from "../../src/client/url";
import { catalogueScope } from "../../src/domains";
import { withAdmin } from "../../src/operations/admin";
import { migrationsFolder } from "../../src/operations/assets";
import { readSchemaText } from "../../src/operations/catalogue";
import { migrate, readMigrations } from "../../src/operations/migrations";
import { currentTestRun } from "../../src/testing";
import { createTemplate, type Template } from "../../src/testing/server/template";
import { callTool } from "./run-tool";

let names: string[];
let database: string;
let server: string;
let admin: string;

beforeAll(async () => {
  server = currentTestRun()?.adminUrl ?? "";
  names = (await readMigrations(migrationsFolder())).map((migration) => migration.name);
});
beforeEach(async () => {
  database = `org_db_cli_${randomBytes(4).toString("hex")}`;
  admin = withUrlParts(server, { database });
  await withAdmin(server, (client) => client.query(`create database ${database}`));
});
afterEach(() => withAdmin(server, (client) => client.query(`drop database if exists ${database} with (force)`)));

const run = (...args: string[]) => callTool(["migrate", ...args], { DATABASE_ADMIN_URL: admin });

/** All that a migration may change: the catalogue of our schemas, the schemas that there are, and the history. */
const state = () =>
  withAdmin(admin, async (client) => {
    const schemas = await client.query("select nspname from pg_namespace where nspname !~ '^pg_' order by 1");
    const { rows } = await client.query<{ there: boolean }>(
      "select to_regclass('migrations.applied') is not null as there",
    );
    const history = rows[0]?.there ? (await client.query("select * from migrations.applied order by 1")).rows : [];
    return { schemas: schemas.rows, history, text: await readSchemaText(client, catalogueScope.schemas) };
  });

describe("db:migrate --dry-run", () => {
  it("says what is pending in an empty database, and changes nothing", async () => {
    const before = await state();
    const { code, output } = await run("--dry-run");
    expect(code, output).toBe(0);
    for (const name of names) expect(output).toContain(`pending ${name}\n`);
    expect(output).toContain(`${names.length} migrations are pending: database "${database}"`);
    expect(await state()).toEqual(before);
  });

  it("names only what is not applied, and changes nothing", async () => {
    const all = await readMigrations(migrationsFolder());
    await withAdmin(admin, (client) => migrate(client, { migrations: all.slice(0, 1) }));
    const before = await state();
    const { code, output } = await run("--dry-run");
    expect(code, output).toBe(0);
    expect(output).not.toContain(`pending ${names[0]}`);
    expect(output).toContain(`pending ${names[1]}\n`);
    expect(await state()).toEqual(before);
  });

  it("says that nothing is pending, or why it would refuse, with exit code 1", async () => {
    const all = await readMigrations(migrationsFolder());
    await withAdmin(admin, (client) => migrate(client, { migrations: all }));
    expect(await run("--dry-run")).toMatchObject({ code: 0, output: expect.stringContaining("Nothing is pending") });
    await withAdmin(admin, (client) => client.query("update migrations.applied set sha256 = 'other'"));
    const before = await state();
    const { code, output } = await run("--dry-run");
    expect(code).toBe(1);
    expect(output).toContain(`✗ Migration ${names[0]} was edited after it was applied`);
    expect(await state()).toEqual(before);
  });
});

describe("db:migrate", () => {
  it("refuses what it does not understand with exit code 2, and changes nothing", async () => {
    const before = await state();
    const { code, output } = await run("--lock-timeout=0");
    const message = "--lock-timeout: use seconds, more than 0 and less than 100000";
    expect({ code, output: output.trim() }).toEqual({ code: 2, output: `ConfigurationError: ${message}` });
    expect(await state()).toEqual(before);
  });

  it("tries for a lock as long as --lock-timeout says, and keeps nothing of what it could not finish", async () => {
    const all = await readMigrations(migrationsFolder());
    await withAdmin(admin, (client) => migrate(client, { migrations: all.slice(0, 1) }));
    const before = await state();
    await withAdmin(admin, async (holder) => {
      await holder.query("begin; lock table tenancy.tenants");
      const { code, output } = await run("--lock-timeout", "0.5");
      expect(code, output).toBe(1);
      expect(output).toMatch(
        /^MigrationError: .*SQLSTATE 55P03.*It was tried \d+ times\. A lock was not free in time/m,
      );
      await holder.query("rollback");
    });
    expect(await state()).toEqual(before);
    expect(await run("--lock-timeout=30")).toMatchObject({ code: 0 });
  });
});

describe("a history of drizzle-kit", () => {
  it("does not believe a table of another login", async () => {
    const all = await readMigrations(migrationsFolder());
    await withAdmin(admin, async (client) => {
      await client.query("create schema drizzle; create table drizzle.__drizzle_migrations (name text, hash text)");
      for (const { name, sha256 } of all)
        await client.query("insert into drizzle.__drizzle_migrations values ($1, $2)", [name, sha256]);
      await client.query("alter table drizzle.__drizzle_migrations owner to pg_monitor");
    });
    const { output } = await run("--dry-run");
    expect(output).toContain(`${names.length} migrations are pending`);
  });
});

/** What a person does who does not know of db:migrate. */
const migrateByHand = (url: string) =>
  promisify(execFile)(
    process.execPath,
    [join(dirname(createRequire(import.meta.url).resolve("drizzle-kit")), "bin.cjs"), "migrate"],
    { cwd: join(__dirname, "..", ".."), env: { ...process.env, DATABASE_ADMIN_URL: url } },
  );

describe("after drizzle-kit migrate by hand", () => {
  let byHand: Template;

  beforeAll(async () => {
    byHand = await createTemplate({ adminUrl: server, prepare: async (url) => void (await migrateByHand(url)) });
  });
  afterAll(() => byHand.drop());
  // Each test has a copy instead of the empty database.
  beforeEach(async () => {
    const copy = await byHand.clone();
    await withAdmin(server, (client) => client.query(`drop database ${database}`));
    [database, admin] = [copy.name, copy.url()];
  });

  it("db:migrate takes what it applied into the history, and proves the result", async () => {
    const before = await state();
    expect(await run("--dry-run")).toMatchObject({ code: 0, output: expect.stringContaining("Nothing is pending") });
    expect(await state()).toEqual(before);
    const { code, output } = await run();
    expect(code, output).toBe(0);
    for (const name of names) expect(output).toContain(`adopted ${name}\n`);
    expect(output).toContain("Nothing to apply");
    expect(output).toContain("Proven: every table isolated");
    const after = await state();
    expect(after.history.map((row: { name: string }) => row.name)).toEqual(names);
    expect(after.text).toBe(before.text);
    expect((await run()).output).not.toContain("adopted");
  });

  it("refuses a migration that was edited since", async () => {
    await withAdmin(admin, (client) => client.query("update migrations.drizzle_kit set hash = 'other'"));
    const { code, output } = await run();
    expect(code).toBe(1);
    expect(output).toContain(`Migration ${names[0]} was edited after it was applied`);
  });

  it("says what to do when the tables are there without any history", async () => {
    await withAdmin(admin, (client) => client.query("drop schema migrations cascade"));
    const { code, output } = await run();
    expect(code).toBe(1);
    expect(output).toMatch(
      /SQLSTATE 42P07.*its history \(migrations\.applied\) does not list this migration.*pnpm db:reset/,
    );
  });
});
