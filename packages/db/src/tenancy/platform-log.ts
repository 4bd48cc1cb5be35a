import { sql } from "drizzle-orm";
import type { Params } from "../core/statement";
import { platformLog } from "./schema";
import { sqlStatement } from "./statements";

/** Writes who uses the platform login, and why. In SQL, because Drizzle would name all columns, and login and time are the server's. */
export const logUse = sqlStatement(
  "tenancy.platform.log_use",
  (q) => q.select({ id: platformLog.id }).from(platformLog),
  (p: Params<{ actor: string; reason: string }>) => sql`
    insert into tenancy.platform_log (actor, reason) values (${p.actor}::text, ${p.reason}::text) returning id`,
);

/** Names the tenant that a platform transaction works in, for functions that ask for the scope. */
export const enterTenant = sqlStatement(
  "tenancy.platform.enter_tenant",
  (q) => q.select({ tenantId: sql<string>`''` }).from(platformLog),
  (p: Params<object>) => sql`select set_config('app.current_tenant_id', ${p.tenantId}::text, true)`,
);
