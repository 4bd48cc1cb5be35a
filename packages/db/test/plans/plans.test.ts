import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allStatements } from "../../src/core/statement";
import { tenantTables } from "../../src/core/tenant-table";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import "../../src/index";

/** A node of EXPLAIN (format json). */
interface Plan {
  "Node Type": string;
  Schema?: string;
  "Relation Name"?: string;
  "Index Cond"?: string;
  Plans?: Plan[];
}

/** Columns that make an index condition selective enough: the tenant, or in `users` the one identity. */
const selective: Record<string, RegExp> = { "tenancy.users": /tenant_id|identity_id/ };

/** Statements of the platform login; all others run as the runtime login. */
const ofPlatform = /^tenancy\.tenants\.(find|list|set_status)$/;

let test: TestDatabase;
let acme: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test);
});
afterAll(() => test.close());

/** The generic plan of a prepared statement as the runtime login, without sequential scans where an index can serve. */
async function explain(client: pg.ClientBase, text: string): Promise<Plan> {
  const parameters = new Set(text.match(/\$\d+/g)).size;
  await client.query(`prepare planned as ${text}`);
  const nulls = parameters === 0 ? "" : `(${Array.from({ length: parameters }, () => "null").join(", ")})`;
  const { rows } = await client.query(`explain (format json, costs off, verbose) execute planned${nulls}`);
  await client.query("deallocate planned");
  return rows[0]["QUERY PLAN"][0].Plan as Plan;
}

function scans(plan: Plan): Plan[] {
  const own = /Scan$/.test(plan["Node Type"]) && plan["Relation Name"] ? [plan] : [];
  // A bitmap heap scan names the table, the index scan below it holds the condition.
  const below = (plan.Plans ?? []).map((child) =>
    plan["Node Type"] === "Bitmap Heap Scan" && !child["Relation Name"]
      ? { ...child, Schema: plan.Schema ?? "", "Relation Name": plan["Relation Name"] ?? "" }
      : child,
  );
  return [...(plan["Node Type"] === "Bitmap Heap Scan" ? [] : own), ...below.flatMap(scans)];
}

describe("the plan of every repository statement, as the runtime login", () => {
  const tables = new Set(tenantTables().map((entry) => entry.name));

  it("knows the statements", () => {
    expect(allStatements().length).toBeGreaterThan(40);
  });

  const queries = allStatements().flatMap((statement) => statement.variants());

  it.each(queries.map((query) => [query.name, query] as const))("%s", async (name, query) => {
    const url = ofPlatform.test(name) ? test.urls.platform : test.urls.runtime;
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query("begin");
      await client.query("set local plan_cache_mode = force_generic_plan");
      await client.query("set local enable_seqscan = off");
      await client.query("select set_config('app.current_tenant_id', $1, true)", [acme.tenant.id]);
      const plan = await explain(client, query.getQuery().sql);
      const without = scans(plan)
        .map((scan) => ({ table: `${scan.Schema}.${scan["Relation Name"]}`, condition: scan["Index Cond"] ?? "" }))
        .filter(({ table, condition }) => tables.has(table) && !(selective[table] ?? /tenant_id/).test(condition));
      expect(without).toEqual([]);
    } finally {
      await client.end();
    }
  });
});

describe("a statement that may share a round trip", () => {
  const shareable = allStatements()
    .flatMap((statement) => statement.variants())
    .filter((query) => query.shareable);
  const named = (name: string) => shareable.some((query) => query.name === name);

  it("is a read", () => {
    expect(named("accounting.customers.find")).toBe(true);
    expect(named("accounting.invoices.find_document")).toBe(true);
    expect(named("tenancy.audit.record")).toBe(false);
    expect(named("accounting.invoices.issue")).toBe(false);
  });

  it("locks nothing, and calls no function of ours that could write", async () => {
    const functions = await test.asOwner(async (owner) => {
      const { rows } = await owner.query<{ name: string }>(`
        select p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname not in ('pg_catalog', 'information_schema') and p.provolatile = 'v'`);
      return rows.map((row) => row.name);
    });
    expect(functions).toContain("record_audit");
    const writes = new RegExp(
      `\\b(for\\s+(update|share|no key update|key share)|(${functions.join("|")})\\s*\\()`,
      "i",
    );
    expect(shareable.filter((query) => writes.test(query.getQuery().sql)).map((query) => query.name)).toEqual([]);
  });

  it("runs where nothing can be written", async () => {
    await test.asOwner(async (owner) => {
      await owner.query("begin read only");
      for (const query of shareable) {
        const text = query.getQuery().sql;
        const parameters = new Set(text.match(/\$\d+/g)).size;
        await owner.query({ text, values: Array.from({ length: parameters }, () => null) });
      }
      await owner.query("commit");
    });
  });
});
