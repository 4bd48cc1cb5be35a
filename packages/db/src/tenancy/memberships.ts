import { eq, sql } from "drizzle-orm";
import type { Unit } from "../client/unit";
import type { Params } from "../core/statement";
import { memberships, tenantDirectory } from "./schema";
import { sqlStatement } from "./statements";

/** The identity is that of the scope: the function shows the rows of no other, and the login can read none itself. */
const list = sqlStatement(
  "tenancy.memberships.list",
  (q) =>
    q
      .select({
        tenantId: memberships.tenantId,
        tenantName: tenantDirectory.name,
        userId: memberships.userId,
        name: memberships.name,
        role: memberships.role,
      })
      .from(memberships)
      .innerJoin(tenantDirectory, eq(tenantDirectory.id, memberships.tenantId)),
  (_p: Params<object>) => sql`select tenant_id, tenant_name, user_id, name, role from self.memberships()`,
  { reads: true },
);

/** A tenant that a person may enter, with the account there: what `forTenant` needs. */
export type Membership = Awaited<ReturnType<typeof listMemberships>>[number];

/** The active memberships of the scope's identity in active tenants, by tenant name. */
export function listMemberships(unit: Unit) {
  return unit.run(list, {});
}
