import { asTenantSql, type TestDatabase, type TestTenant } from "../../../src/testing";

export interface Violation {
  kind: string;
  business_id: string;
  record_table: string;
  record_id: string;
  detail: string;
}

/** What does not hold of a tenant's sales, by every rule, in its own scope. */
export const violationsOf = (test: TestDatabase, of: TestTenant): Promise<Violation[]> =>
  asTenantSql(test, of, async (client) => {
    const text = `select kind, business_id, record_table, record_id, detail from sales.violations
      where tenant_id = $1 order by kind, record_id`;
    return (await client.query<Violation>(text, [of.tenant.id])).rows;
  });
