import { TenantContextMissingError, ValidationError } from "../core/errors";
import { isUuid } from "../core/ids";

/** Whom a unit of work runs as. `userId` is checked to be an active member at every call; leave it out for jobs. */
export interface TenantScope {
  tenantId: string;
  userId?: string | undefined;
  /** Narrows every table with a company to this one. A scope names a company or a business, not both. */
  companyId?: string | undefined;
  /** Narrows every table with a business to this one. */
  businessId?: string | undefined;
  /**
   * True lets a job, which has no `userId`, write in a tenant that is suspended or archived: an export, a deletion, a last
   * bill. Without it such a tenant is read by single statements alone, and a transaction in it is refused.
   */
  inactive?: boolean | undefined;
}

export interface ScopeOptions {
  /**
   * Aborts the calls that are made with the handle: what waits is refused, what runs is cancelled on the server, and its
   * transactions are rolled back. Each of them rejects with `AbortedError`, unless the server had completed it.
   */
  signal?: AbortSignal | undefined;
}

/** The four transaction-local settings that the policies read, in the order of the scope statement's parameters. */
export interface ScopeSettings {
  readonly tenantId: string;
  readonly userId: string;
  /** The company or business: one setting, under two names. */
  readonly companyId: string;
  readonly identityId: string;
}

const none: ScopeSettings = { tenantId: "", userId: "", companyId: "", identityId: "" };

/** Checks a tenant scope. Throws `TenantContextMissingError` without a tenant, `ValidationError` on a malformed id. */
export function tenantSettings(scope: TenantScope): ScopeSettings {
  if (typeof scope !== "object" || scope === null || scope.tenantId === undefined || scope.tenantId === "") {
    throw new TenantContextMissingError("A tenant is needed: forTenant({ tenantId, userId })");
  }
  for (const key of ["tenantId", "userId", "companyId", "businessId"] as const) {
    const value = scope[key];
    if (value !== undefined && !isUuid(value)) {
      throw new ValidationError(`${key} is not a UUID`, [{ path: key, message: "use the id of the record, as text" }]);
    }
  }
  if (scope.companyId !== undefined && scope.businessId !== undefined) {
    const message = "leave it out, or companyId: what belongs to a company belongs to no business";
    throw new ValidationError("A scope names a company or a business, not both", [{ path: "businessId", message }]);
  }
  checkInactive(scope);
  return { ...none, tenantId: scope.tenantId, userId: scope.userId ?? "", companyId: ownerOf(scope) ?? "" };
}

/** What a scope narrows the tables with a company or business to. */
export const ownerOf = ({ companyId, businessId }: TenantScope): string | undefined => companyId ?? businessId;

function checkInactive({ inactive, userId }: TenantScope): void {
  if (inactive !== undefined && typeof inactive !== "boolean") {
    throw new ValidationError("inactive is not a boolean", [
      { path: "inactive", message: "use true, or leave it out" },
    ]);
  }
  if (inactive && userId !== undefined) {
    const message = "leave out userId: a member works in active tenants only";
    throw new ValidationError("inactive is for jobs alone", [{ path: "inactive", message }]);
  }
}

/** Scope of a signed-in person before a tenant is chosen. `identityId` is Better Auth's `user.id`. */
export function identitySettings(identityId: string): ScopeSettings {
  if (!isUuid(identityId)) {
    throw new ValidationError("identityId is not a UUID", [{ path: "identityId", message: "pass session.user.id" }]);
  }
  return { ...none, identityId };
}
