import { fillPlaceholders } from "drizzle-orm";
import { expect } from "vitest";
import { turnoverOf } from "../../../src/accounting/reports/days";
import { allStatements } from "../../../src/core/statement";
import "../../../src/index";
import { asTenantSql, type TestDatabase, type TestTenant } from "../../../src/testing";
import { documentsMade, inLargeBooks as it } from "./large-books";

/*
 * Right after an import no table has statistics, and the planner takes a tenant's rows for a handful: a join that goes
 * row by row with everything looks cheap to it. Work is counted here, not time.
 */

// Two to three lines for each document; row by row with everything it would be some hundred thousands.
const few = documentsMade * 50;

it("checks books without statistics by reading them a few times, not once for each record", async ({ test, acme }) => {
  expect(await mostWork(test, acme, "select * from accounting.violations")).toBeLessThan(few);
  expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
});

const reports = allStatements().filter((statement) => statement.name.startsWith("accounting.reports."));
it.for(reports.map((statement) => [statement.name, statement] as const))(
  "%s reads them once",
  async ([_name, statement], { test, acme, made }) => {
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
    expect(await mostWork(test, acme, text, filled)).toBeLessThan(few);
  },
);

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
function mostWork(test: TestDatabase, acme: TestTenant, text: string, values: unknown[] = []): Promise<number> {
  return asTenantSql(test, acme, async (client) => {
    const { rows } = await client.query(`explain (analyze, timing off, format json) ${text}`, values);
    return Math.max(...workOf(rows[0]["QUERY PLAN"][0].Plan));
  });
}
