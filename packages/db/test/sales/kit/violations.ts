import { asTenantSql, type TestDatabase, type TestTenant } from "../../../src/testing";

export interface Violation {
  kind: string;
  business_id: string;
  record_table: string;
  record_id: string;
  detail: string;
}

const views = ["sales", "abonos", "debts"]
  .map((part) => `select * from sales.violations_of_${part}`)
  .join(" union all ");

/** What does not hold of a tenant's sales, abonos and debts, in its own scope. */
export const violationsOf = (test: TestDatabase, of: TestTenant): Promise<Violation[]> =>
  asTenantSql(test, of, async (client) => {
    const text = `select kind, business_id, record_table, record_id, detail from (${views}) v
      where tenant_id = $1 order by kind, record_id`;
    return (await client.query<Violation>(text, [of.tenant.id])).rows;
  });
