import { fillPlaceholders } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { turnoverOf } from "../../../src/accounting/reports/days";
import { allStatements } from "../../../src/core/statement";
import "../../../src/index";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../../src/testing";
import { asLogin } from "../../kit/sql";
import { MadeBooks } from "../reports/made-books";
import { writeBooks } from "../reports/rows";

/*
 * Right after an import no table has statistics, and the planner takes a tenant's rows for a handful: a join that goes
 * row by row with everything looks cheap to it. Work is counted here, not time.
 */
let test: TestDatabase;
let acme: TestTenant;
const made = new MadeBooks(200);

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
  for (let number = 0; number < documents; number += 1) {
    const date = `2026-0${1 + (number % 9)}-10`;
    const of = { date, amount: 100n + BigInt(number), party: number % 200 };
    const invoice = made.document("invoice", of);
    if (number % 3 === 0) made.void(invoice, date);
    else made.allocate(made.pay("invoice", of), invoice, 50n, date);
  }
  await test.asOwner((owner) => writeBooks(owner, made, acme.tenant.id, acme.company.id));
});
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

/** The most rows that one step of the plan gives or looks at, as the runtime login. */
function mostWork(text: string, values: unknown[] = []): Promise<number> {
  return asLogin(test.urls.runtime, async (client) => {
    await client.query("begin");
    await client.query("select set_config('app.current_tenant_id', $1, true)", [acme.tenant.id]);
    const { rows } = await client.query(`explain (analyze, timing off, format json) ${text}`, values);
    return Math.max(...workOf(rows[0]["QUERY PLAN"][0].Plan));
  });
}

// Two to three lines for each document; row by row with everything it would be some hundred thousands.
const few = documents * 50;

it("checks books without statistics by reading them a few times, not once for each record", async () => {
  expect(await mostWork("select * from accounting.violations")).toBeLessThan(few);
  expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
});

const reports = allStatements().filter((statement) => statement.name.startsWith("accounting.reports."));
it.each(reports.map((statement) => [statement.name, statement] as const))(
  "%s reads them once",
  async (_name, statement) => {
    const values: Record<string, unknown> = {
      tenantId: acme.tenant.id,
      companyId: acme.company.id,
      accountId: made.accounts.receivable,
      partyId: made.parties.invoice[0]?.id,
      asOf: "2026-09-30",
      firstDays: [1, 31],
      ...turnoverOf("2026-01-01", "2026-09-30"),
      ...{ from: "2026-01-01", to: "2026-09-30", date: "2026-05-10", version: "3", limit: 51, sign: 1 },
      ...{ afterDate: "2026-05-01", afterVersion: "0", throughDate: "2026-05-10", throughVersion: "3" },
    };
    const { sql: text, params } = statement.compiled().getQuery();
    const filled = fillPlaceholders(params, values);
    expect(await mostWork(text, filled)).toBeLessThan(few);
  },
);
