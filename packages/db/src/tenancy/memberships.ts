import { and, asc, eq } from "drizzle-orm";
import type { Unit } from "../client/unit";
import type { Params } from "../core/statement";
import { tenants, users } from "./schema";
import { statement } from "./statements";

const list = statement("tenancy.memberships.list", (q, p: Params<{ identityId: string }>) =>
  q
    .select({
      tenantId: users.tenantId,
      tenantName: tenants.name,
      userId: users.id,
      name: users.name,
      role: users.role,
    })
    .from(users)
    .innerJoin(tenants, eq(tenants.id, users.tenantId))
    .where(and(eq(users.identityId, p.identityId), eq(users.status, "active"), eq(tenants.status, "active")))
    .orderBy(asc(tenants.name), asc(users.tenantId)),
);

/** A tenant that a person may enter, with the account there: what `forTenant` needs. */
export type Membership = Awaited<ReturnType<typeof listMemberships>>[number];

/** The active memberships of an identity in active tenants, by tenant name. */
export function listMemberships(unit: Unit, identityId: string) {
  return unit.run(list, { identityId });
}
