import { eq, sql } from "drizzle-orm";
import type { Unit } from "../client/unit";
import type { Params } from "../core/statement";
import { tenants, users } from "./schema";
import { sqlStatement } from "./statements";

/** The identity is that of the scope; the function reads across tenants, which the login itself cannot. */
const list = sqlStatement(
  "tenancy.memberships.list",
  (q) =>
    q
      .select({
        tenantId: users.tenantId,
        tenantName: tenants.name,
        userId: users.id,
        name: users.name,
        role: users.role,
      })
      .from(users)
      .innerJoin(tenants, eq(tenants.id, users.tenantId)),
  (_p: Params<object>) => sql`select tenant_id, tenant_name, user_id, name, role from tenancy.own_memberships()`,
  { reads: true },
);

/** A tenant that a person may enter, with the account there: what `forTenant` needs. */
export type Membership = Awaited<ReturnType<typeof listMemberships>>[number];

/** The active memberships of the scope's identity in active tenants, by tenant name. */
export function listMemberships(unit: Unit) {
  return unit.run(list, {});
}
