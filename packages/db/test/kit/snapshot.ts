import type pg from "pg";
import { tenantTables } from "../../src/core/tenant-table";

/**
 * A digest of every row of the tenant in each tenant table, by table, as the session's scope sees them. Two that are equal
 * mean that nothing was written in between, not even a time of change.
 */
export async function snapshotOf(client: pg.ClientBase): Promise<Record<string, string>> {
  const digests = tenantTables().map(
    ({ name }) => `select '${name}' as name, coalesce(md5(string_agg(t::text, '|' order by t.id)), '') as digest
      from ${name} t where t.tenant_id = tenancy.current_tenant_id()`,
  );
  const { rows } = await client.query<{ name: string; digest: string }>(digests.join(" union all "));
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}
