import type pg from "pg";
import { tenantTables } from "../../src/core/tenant-table";
import { beginAsTenant } from "../../src/testing";

/** A node of EXPLAIN (format json). */
interface Plan {
  "Node Type": string;
  Schema?: string;
  "Relation Name"?: string;
  "Index Cond"?: string;
  Plans?: Plan[];
}

const tables = new Set(tenantTables().map((entry) => entry.name));

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

/**
 * The tenant tables that a query would read without an index on the tenant, as this login in this tenant: none, or the
 * query is slower the more tenants there are.
 */
export async function readWithoutTenantIndex(client: pg.ClientBase, tenantId: string, text: string) {
  await beginAsTenant(client, tenantId);
  try {
    await client.query("set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off");
    return scans(await explain(client, text))
      .map((scan) => ({ table: `${scan.Schema}.${scan["Relation Name"]}`, condition: scan["Index Cond"] ?? "" }))
      .filter(({ table, condition }) => tables.has(table) && !/tenant_id/.test(condition));
  } finally {
    await client.query("rollback");
  }
}
