import { afterAll, beforeAll, expect, it } from "vitest";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { MadeBooks } from "./reports-books";
import { writeBooks } from "./reports-rows";
import { asLogin } from "./support";

/*
 * Right after an import no table has statistics, and the planner takes a tenant's rows for a handful: a join that goes
 * row by row with everything looks cheap to it. Work is counted here, not time.
 */
let test: TestDatabase;
let acme: TestTenant;

const documents = 600;

beforeAll(async () => {
  test = await createTestDatabase();
  await test.asOwner(async (owner) => {
    const { rows } = await owner.query(
      "select oid::regclass as name from pg_class where relkind = 'r' and relnamespace = 'accounting'::regnamespace",
    );
    for (const { name } of rows) await owner.query(`alter table ${name} set (autovacuum_enabled = off)`);
  });
  acme = await createTenant(test, "Acme", { chart: false });
  const made = new MadeBooks(200);
  for (let number = 0; number < documents; number += 1) {
    const date = `2026-0${1 + (number % 9)}-10`;
    const of = { date, amount: 100n + BigInt(number), party: number % 200 };
    const invoice = made.document("invoice", of);
    if (number % 3 === 0) made.void(invoice, date);
    else made.allocate(made.pay("invoice", of), invoice, 50n, date);
  }
  await test.asOwner((owner) => writeBooks(owner, made, acme.tenant.id, acme.company.id));
}, 60_000);
afterAll(() => test.close());

interface Node {
  "Node Type": string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Join Filter"?: number;
  "Rows Removed by Filter"?: number;
  Plans?: Node[];
}

/** Rows that a node gave or looked at in vain. */
const workOf = (node: Node): number[] => [
  ((node["Actual Rows"] ?? 0) + (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Join Filter"] ?? 0)) *
    (node["Actual Loops"] ?? 0),
  ...(node.Plans ?? []).flatMap(workOf),
];

it("reads books without statistics a few times, and not once for each record", async () => {
  const most = await asLogin(test.urls.runtime, async (client) => {
    await client.query("begin");
    await client.query("select set_config('app.current_tenant_id', $1, true)", [acme.tenant.id]);
    const text = "explain (analyze, timing off, format json) select * from accounting.violations";
    const { rows } = await client.query(text);
    return Math.max(...workOf(rows[0]["QUERY PLAN"][0].Plan));
  });
  // Two to three lines for each document; row by row with everything it would be above a million.
  expect(most).toBeLessThan(documents * 50);
  expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
});
