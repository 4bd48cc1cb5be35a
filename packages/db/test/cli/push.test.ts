import { readdirSync } from "node:fs";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withUrlParts } from "../../src/client/url";
import { withAdmin } from "../../src/operations/admin";
import { currentTestRun } from "../../src/testing";
import { type Checkout, copyCheckout } from "./checkout";

/* What changed tables and SQL sources become, in a copy of the checkout: first tried, then written and applied. */
const parties = "packages/db/src/accounting/schema/parties.ts";
const basePart = "packages/db/src/accounting/sql/base_part.sql";
const greeting = "packages/db/src/accounting/sql/greeting.sql";
let checkout: Checkout;
let server: string;
const scratch = () => withUrlParts(server, { database: "org_db_scratch" });
const run = (...args: string[]) => checkout.run(args, { DATABASE_ADMIN_URL: server });
const migrations = () => readdirSync(checkout.path("drizzle")).sort();

beforeAll(() => {
  checkout = copyCheckout();
  server = currentTestRun()?.adminUrl ?? "";
});
afterAll(async () => {
  await withAdmin(server, (client) => client.query("drop database if exists org_db_scratch with (force)"));
  checkout?.remove();
});

const inScratch = <T extends pg.QueryResultRow>(sql: string) =>
  withAdmin(scratch(), async (client) => (await client.query<T>(sql)).rows);

/** A column, a table, a changed function and a new one: each reaches the database in its own way. */
function change(): void {
  checkout.replace(parties, `  email: text("email"),\n`, `  email: text("email"),\n  website: text("website"),\n`);
  checkout.write(
    parties,
    `${checkout.read(parties)}
/** Notes on customers. */
export const customerNotes = tenantTable(accounting, "customer_notes", { text: text("text").notNull() }, { audit: "changes" });
`,
  );
  checkout.replace(basePart, "round(part", "trunc(part");
  checkout.write(
    greeting,
    `-- For the test.\n-- @execute authenticated\ncreate function accounting.greeting() returns text\n  language sql stable\n  set search_path = ''\n  return 'hello';\n`,
  );
}

describe("db:push", () => {
  it("finds nothing to change in unchanged sources", async () => {
    const { code, output } = await run("push");
    expect(code, output).toBe(0);
    expect(output).toContain("org_db_scratch is what the migrations make");
  });

  it("brings a scratch database to changed tables and SQL sources, protected, without a migration", async () => {
    const before = migrations();
    change();
    const { code, output } = await run("push");
    expect(code, output).toBe(0);
    expect(output).toContain("changed table accounting.customer_notes");
    expect(output).toMatch(/Pushed to org_db_scratch: \d+ changes, every table isolated/);
    expect(migrations()).toEqual(before);

    const columns = await inScratch<{ name: string }>(
      `select table_name as name from information_schema.columns
       where table_schema = 'accounting' and column_name = 'website' order by 1`,
    );
    expect(columns.map(({ name }) => name)).toEqual(["customers", "vendors"]);
    const [notes] = await inScratch(
      `select relforcerowsecurity as forced, has_table_privilege('authenticated', oid, 'insert') as granted,
         exists (select from pg_trigger where tgrelid = c.oid and tgname = 'write_audit') as audited,
         (select count(*)::int from pg_policy where polrelid = c.oid) > 0 as policies
       from pg_class c where oid = 'accounting.customer_notes'::regclass`,
    );
    expect(notes).toEqual({ forced: true, granted: true, audited: true, policies: true });
    expect(
      await inScratch("select accounting.greeting(), accounting.base_part(1, 3, 0, 0.05, 0)::text as part"),
    ).toEqual([{ greeting: "hello", part: "0.01" }]);
  });

  it("names the source that PostgreSQL refuses, and exits with 1", async () => {
    const text = checkout.read(greeting);
    checkout.write(greeting, text.replace("'hello'", "nonsense"));
    const { code, output } = await run("push");
    checkout.write(greeting, text);
    expect(code).toBe(1);
    expect(output).toMatch(/^MigrationError: accounting\/sql\/greeting\.sql failed \(SQLSTATE 42703\)/m);
  });

  it("is refused in production", async () => {
    const { code, output } = await checkout.run(["push"], { DATABASE_ADMIN_URL: server, NODE_ENV: "production" });
    expect(code).toBe(1);
    expect(output).toContain("db:push is for development only");
  });
});

describe("db:generate and db:check", () => {
  it("write what push has tried as a migration, which leads to the same database", async () => {
    const before = migrations();
    await run("push");
    const sql = "select prosrc, proname from pg_proc where pronamespace = 'accounting'::regnamespace order by 2, 1";
    const tried = await inScratch(sql);
    const { code, output } = await run("generate", "--name", "add_notes");
    expect(code, output).toBe(0);
    const [added = "", ...more] = migrations().filter((name) => !before.includes(name));
    expect(added).toMatch(/^\d{14}_add_notes$/);
    expect(more).toEqual([]);
    const again = await run("push");
    expect(again.output).toContain("org_db_scratch is what the migrations make");
    expect(await inScratch(sql)).toEqual(tried);
  });

  it("check --file compares schema.sql with the migrations, and --write renews it", async () => {
    const file = "packages/db/schema.sql";
    const written = checkout.read(file);
    expect(written).toContain("accounting.customer_notes");
    expect(await run("check", "--file")).toMatchObject({ code: 0 });
    checkout.write(file, written.replace("customer_notes", "customer_notices"));
    const { code, output } = await run("check", "--file");
    expect(code).toBe(1);
    expect(output).toContain("run pnpm db:check --write");
    expect(await run("check", "--write")).toMatchObject({ code: 0 });
    expect(checkout.read(file)).toBe(written);
  });

  it("generate --custom writes an empty migration, and a bad name is refused", async () => {
    const before = migrations();
    expect((await run("generate", "--name=Not-Snake")).output).toContain("A migration needs a name in snake_case");
    expect(migrations()).toEqual(before);
    expect(await run("generate", "--name=move_data", "--custom")).toMatchObject({ code: 0 });
    const [added = ""] = migrations().filter((name) => !before.includes(name));
    expect(added).toMatch(/^\d{14}_move_data$/);
    expect(checkout.read(`drizzle/${added}/migration.sql`)).not.toMatch(/^[^-\s]/m);
  });
});
