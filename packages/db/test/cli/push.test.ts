import { readdirSync } from "node:fs";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withUrlParts } from "../../src/client/url";
import { withAdmin } from "../../src/operations/admin";
import { currentTestRun } from "../../src/testing";
import { changeSources } from "./changed-sources";
import { type Checkout, copyCheckout } from "./checkout";

/* What changed tables and SQL sources become, in a copy of the checkout. `soak/push.soak.ts` goes on: written, applied. */
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
  it("brings a scratch database to changed tables and SQL sources, protected, without a migration", async () => {
    const before = migrations();
    changeSources(checkout);
    const { code, output } = await run("push");
    expect(code, output).toBe(0);
    expect(output).toContain("changed table accounting.carriers");
    expect(output).toMatch(/Pushed to org_db_scratch: \d+ changes, every table isolated/);
    expect(migrations()).toEqual(before);

    const columns = await inScratch<{ name: string }>(
      `select table_name as name from information_schema.columns
       where table_schema = 'accounting' and column_name = 'website' order by 1`,
    );
    expect(columns.map(({ name }) => name)).toEqual(["customers", "vendors"]);
    const [carriers] = await inScratch(
      `select relforcerowsecurity as forced, has_table_privilege('authenticated', oid, 'insert') as granted,
         exists (select from pg_trigger where tgrelid = c.oid and tgname = 'write_audit') as audited,
         (select count(*)::int from pg_policy where polrelid = c.oid) > 0 as policies
       from pg_class c where oid = 'accounting.carriers'::regclass`,
    );
    expect(carriers).toEqual({ forced: true, granted: true, audited: true, policies: true });
    expect(
      await inScratch("select accounting.greeting(), accounting.base_part(1, 3, 0, 0.05, 0, 2)::text as part"),
    ).toEqual([{ greeting: "hello", part: "0.01" }]);
  });
});
