import type pg from "pg";
import type { TestDatabase } from "./database";
import type { TestTenant } from "./factories";

/** Scopes the open transaction to a tenant, as the package does before each query. */
export async function scopeToTenant(client: pg.ClientBase, tenantId: string): Promise<void> {
  await client.query("select set_config('app.current_tenant_id', $1, true)", [tenantId]);
}

/** Opens a transaction in the scope of a tenant. The caller ends it. */
export async function beginAsTenant(
  client: pg.ClientBase,
  tenantId: string,
  options: { isolation?: "read committed" | "repeatable read" | "serializable" } = {},
): Promise<void> {
  await client.query(`begin isolation level ${options.isolation ?? "read committed"}`);
  await scopeToTenant(client, tenantId);
}

/**
 * Raw SQL of the application's login in one transaction of the tenant: what the database itself allows, past all code
 * of the package. It is committed when `work` returns. When `work` fails it is rolled back, and the driver's error thrown.
 */
export function asTenantSql<T>(
  test: Pick<TestDatabase, "asLogin">,
  of: Pick<TestTenant, "tenant">,
  work: (client: pg.ClientBase) => Promise<T>,
): Promise<T> {
  return test.asLogin("runtime", async (client) => {
    await beginAsTenant(client, of.tenant.id);
    const result = await work(client);
    await client.query("commit");
    return result;
  });
}
