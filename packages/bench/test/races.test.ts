import { beforeAll, expect, it } from "vitest";
import { bench, type Report } from "../src/bench";
import { asMember, asTenant } from "../src/contestant";
import { groups } from "../src/options";

/*
 * Every race runs one round of a few calls on a real server. Its contestants have then read and written the same
 * rows with the same values: a race throws otherwise. Prisma is left out, as it is not part of the workspace's install.
 */
let report: Report;
const told: string[] = [];

beforeAll(async () => {
  const few = {
    customers: 60,
    invoices: 5,
    bulkRows: [20, 40],
    ledgerAccounts: 30,
    ledgerBatches: [3, 6],
    ledgerEntries: 400,
    calls: () => 3,
    rounds: () => 1,
  };
  report = await bench({ only: groups, scale: few, withPrisma: false }, (line) => told.push(line));
}, 300_000);

const posters = [
  ...["naive transaction, named", "naive, without checks", "naive, unchecked, one statement"],
  ...[asTenant, asMember],
];
const reports = ["sum over the lines", asTenant, asMember];
const readers = ["raw pg, named, unscoped", asTenant, asMember];

it.each([
  ["point", [...readers, "drizzle", "kysely"]],
  ["list", [...readers, "drizzle", "kysely"]],
  ["document", ["raw pg, named, json_agg, unscoped", asTenant, asMember, "drizzle", "kysely"]],
  ["create", ["raw pg, named, four messages, unscoped", asTenant, asMember, "drizzle", "kysely"]],
  ["scoped-1", readers],
  ["scoped-32", readers],
  ["scoped-1-delayed", readers],
  ["scoped-32-delayed", readers],
  ["bulk-invoices-20", ["COPY as the owner, one UPDATE", asTenant]],
  ["bulk-invoices-40", ["COPY as the owner, one UPDATE", asTenant]],
  ["bulk-customers-20", ["COPY as the owner", asTenant, "drizzle", "kysely"]],
  ["bulk-customers-40", ["COPY as the owner", asTenant]],
  ["posting-1", posters],
  ["posting-16-hot", posters],
  ["posting-256-hot", posters],
  ["posting-256-dates", posters],
  ["posting-16-cold", posters],
  ["posting-256-cold", posters],
  ["posting-16-hot-against-cold", [`${asTenant}, cold accounts`, asTenant]],
  ["posting-256-hot-against-cold", [`${asTenant}, cold accounts`, asTenant]],
  ["posting-batch-3", ["naive, all in one transaction", asTenant, asMember]],
  ["posting-batch-6", ["naive, all in one transaction", asTenant, asMember]],
  ["reports-trial-balance", reports],
  ["reports-trial-balance-mid-month", reports],
  ["reports-balance-sheet", reports],
  ["reports-profit-and-loss", reports],
  ["reports-general-ledger", reports],
  ["reports-integrity", ["entries that are not balanced", asTenant, asMember]],
])("the race %s measures each of its contestants", (name, contestants) => {
  const race = report.races.find((of) => of.name === name);
  expect(race?.results.map((result) => result.name)).toEqual(contestants);
  for (const result of race?.results ?? []) {
    expect(result.microseconds).toBeGreaterThan(0);
    expect(result.wall.median).toBeGreaterThan(0);
  }
});

it("runs no race that this test does not know", () => {
  expect(report.races).toHaveLength(28);
});

it("judges every goal", () => {
  const kinds = [
    "32 callers",
    "1 ms away",
    "client CPU",
    "create invoice",
    "against COPY",
    "against bulk-",
    "naive",
    "cold",
    "trial",
  ];
  for (const kind of kinds) expect(report.goals.filter(({ goal }) => goal.includes(kind))).not.toEqual([]);
  expect(report.goals).toHaveLength(30);
  for (const { goal, limit, measured, reached } of report.goals) {
    expect(reached, goal).toBe(measured <= limit);
  }
});

it("prints a table for each race, with the name of each contestant", () => {
  for (const { title, results } of report.races) {
    const table = told.find((text) => text.includes(`\n${title}\n`));
    for (const { name } of results) expect(table).toContain(name);
  }
});

it("reports the machine, so that figures can be compared", () => {
  expect(report.machine).toMatchObject({ node: process.versions.node, poolSize: 8 });
  expect(report.machine.cores).toBeGreaterThan(0);
  expect(report.machine.postgresql).toMatch(/^\d+/);
});
