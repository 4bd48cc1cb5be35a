import { readdirSync } from "node:fs";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withUrlParts } from "../../src/client/url";
import { withAdmin } from "../../src/operations/admin";
import { currentTestRun } from "../../src/testing";
import { changeSources, greetingSource } from "../cli/changed-sources";
import { type Checkout, copyCheckout } from "../cli/checkout";

/* What changed tables and SQL sources become, in a copy of the checkout. What push makes of them is `cli/push.test.ts`. */
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

describe("db:push", () => {
  it("finds nothing to change in unchanged sources", async () => {
    const { code, output } = await run("push");
    expect(code, output).toBe(0);
    expect(output).toContain("org_db_scratch is what the migrations make");
  });

  it("names the source that PostgreSQL refuses, and exits with 1", async () => {
    changeSources(checkout);
    const text = checkout.read(greetingSource);
    checkout.write(greetingSource, text.replace("'hello'", "nonsense"));
    const { code, output } = await run("push");
    checkout.write(greetingSource, text);
    expect(code).toBe(1);
    expect(output).toMatch(/^MigrationError: accounting\/sql\/greeting\.sql failed \(SQLSTATE 42703\)/m);
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
    expect(written).toContain("accounting.carriers");
    expect(await run("check", "--file")).toMatchObject({ code: 0 });
    checkout.write(file, written.replace("carriers", "carrier_rows"));
    const { code, output } = await run("check", "--file");
    expect(code).toBe(1);
    expect(output).toContain("run pnpm db:check --write");
    expect(await run("check", "--write")).toMatchObject({ code: 0 });
    expect(checkout.read(file)).toBe(written);
  });

  it("generate --custom writes an empty migration, to which a statement can be appended", async () => {
    const before = migrations();
    expect(await run("generate", "--name=move_data", "--custom")).toMatchObject({ code: 0 });
    const [added = ""] = migrations().filter((name) => !before.includes(name));
    expect(added).toMatch(/^\d{14}_move_data$/);
    expect(checkout.read(`drizzle/${added}/migration.sql`)).toMatch(/^--[^\n]*\n$/);
  });
});
