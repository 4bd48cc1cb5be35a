import type { TenantScope } from "./client/scope";
import type { Unit } from "./client/unit";
import { NotFoundError } from "./core/errors";
import { found } from "./core/found";
import type { TenantDatabase } from "./handles";
import { tenantOfToken } from "./tenancy/invitations";
import type { User } from "./tenancy/members";
import { listMemberships, type Membership } from "./tenancy/memberships";
import { ProfileRepository } from "./tenancy/profiles";
import { type CreatedTenant, type NewTenant, tenantIdOf } from "./tenancy/tenants";

/** What opens a tenant once it is chosen: the `Database`. */
interface TenantSource {
  forTenant(scope: TenantScope): TenantDatabase;
}

/**
 * A signed-in person who has not chosen a tenant yet. A person is deleted on the login that may touch `auth`:
 * `createAuthDatabase().deleteIdentity(id)`.
 */
export class IdentityDatabase {
  readonly #database: TenantSource;
  readonly #unit: Unit;
  readonly #identityId: string;
  /** The person's own profile. */
  readonly profile: ProfileRepository;

  constructor(database: TenantSource, unit: Unit, identityId: string) {
    this.#database = database;
    this.#unit = unit;
    this.#identityId = identityId;
    this.profile = new ProfileRepository(unit);
  }

  /** The tenants that the person may enter, with the account in each. */
  memberships(): Promise<Membership[]> {
    return listMemberships(this.#unit);
  }

  /** The handle of one of the person's tenants. Throws `NotFoundError` when the person is no active member of it. */
  async enterTenant(
    tenantId: string,
    options: { companyId?: string; businessId?: string } = {},
  ): Promise<TenantDatabase> {
    const membership = (await this.memberships()).find((candidate) => candidate.tenantId === tenantId);
    if (!membership) throw new NotFoundError("There is no such tenant among the memberships");
    const { companyId, businessId } = options;
    return this.#database.forTenant({ tenantId, userId: membership.userId, companyId, businessId });
  }

  /**
   * Ends the person's membership of a tenant, in the person's own name; the account stays for the documents and the trail
   * that name it, as `removed`, and an admin can reactivate it. Resolves with it. Throws `NotFoundError` when the person
   * is no active member; `InvariantError` for the last active admin, who makes another member admin first.
   */
  async leaveTenant(tenantId: string): Promise<User> {
    const tenant = await this.enterTenant(tenantId);
    return tenant.tenancy.members.remove(found(tenant.scope.userId, "member"));
  }

  /** Self-service sign-up: a new tenant with the person as its first admin. Throws `ValidationError`. */
  async createTenant(input: NewTenant): Promise<CreatedTenant> {
    const { id: _id, ...tenant } = input;
    return this.#database.forTenant({ tenantId: tenantIdOf(input) }).tenancy.tenant.create(tenant, this.#identityId);
  }

  /**
   * Joins the tenant that sent the token. `email` is the person's verified address (`session.user.email`): an
   * invitation is only for the address it was sent to. Throws `NotFoundError`, `ConflictError`.
   */
  async acceptInvitation(token: string, person: { email: string; name: string }): Promise<User> {
    const tenantId = tenantOfToken(token);
    if (!tenantId) throw new NotFoundError("The invitation is unknown");
    const { invitations } = this.#database.forTenant({ tenantId }).tenancy;
    return invitations.accept(token, { ...person, identityId: this.#identityId });
  }
}
