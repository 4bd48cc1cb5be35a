import { eq, sql } from "drizzle-orm";
import type { Unit } from "../client/unit";
import { type DatabaseErrorDetails, InvariantError } from "../core/errors";
import { found } from "../core/found";
import { user } from "./schema";

/** A tenant and the account of a person in it. */
export interface LeftTenant {
  tenantId: string;
  tenantName: string;
  /** The account, `removed` now, which documents and the trail still name. */
  userId: string;
}

/** What a deletion did. */
export interface DeletedIdentity {
  id: string;
  /** The tenants whose membership ended with it, by name. */
  left: LeftTenant[];
}

/** The person is the last active admin of tenants, which would be nobody's. Nothing was deleted. */
export class LastAdminError extends InvariantError {
  /** The tenants that need another active admin first. */
  readonly tenants: readonly { tenantId: string; tenantName: string }[];

  constructor(tenants: LastAdminError["tenants"], details: DatabaseErrorDetails = {}) {
    const ids = tenants.map(({ tenantId }) => tenantId).join(", ");
    super(`The person is the last active admin of ${ids}: make another member admin there first`, details);
    this.name = "LastAdminError";
    this.tenants = tenants;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), tenantIds: this.tenants.map(({ tenantId }) => tenantId) };
  }
}

const soleAdminOf = (id: string) => sql`
  select tenant_id as "tenantId", tenant_name as "tenantName" from auth.sole_admin_of(${id}::uuid)`;

const membershipsOf = (id: string) => sql`
  select tenant_id as "tenantId", tenant_name as "tenantName", user_id as "userId" from auth.memberships_of(${id}::uuid)`;

/** Sets whether a person's account is active, as the `identity` login. Throws `NotFoundError` without a profile. */
export async function setProfileActive({ drizzle }: Unit, id: string, active: boolean): Promise<void> {
  const [answer] = await drizzle.execute(
    sql`select auth.set_profile_active(${id}::uuid, ${active}::boolean) as "isThere"`,
    "objects",
  );
  found((answer as { isThere?: boolean } | undefined)?.isThere || undefined, "profile");
}

/**
 * Deletes a person in a transaction of the `identity` login: profile, sessions, ways to sign in, and the memberships.
 * Triggers do the work, so that a deletion by Better Auth or raw SQL does the same.
 * Throws `LastAdminError` before anything is deleted, `NotFoundError`.
 */
export async function deleteIdentity({ drizzle }: Unit, id: string): Promise<DeletedIdentity> {
  const needed = await drizzle.execute(soleAdminOf(id), "objects");
  if (needed.length > 0) throw new LastAdminError(needed as unknown as LastAdminError["tenants"]);
  const left = await drizzle.execute(membershipsOf(id), "objects");
  const [deleted] = await drizzle.delete(user).where(eq(user.id, id)).returning({ id: user.id });
  return { id: found(deleted, "person").id, left: left as unknown as LeftTenant[] };
}
