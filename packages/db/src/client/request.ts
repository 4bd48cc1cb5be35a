import { TenantContextMissingError, TenantIsolationError } from "../core/errors";
import { currentRequest, type RequestScope } from "./call-chain";
import { ownerOf, type TenantScope } from "./scope";

/** The request in which the current asynchronous call chain runs. */
export function openRequest(): RequestScope | undefined {
  const request = currentRequest();
  return request?.ended ? undefined : request;
}

/** The error of a call that outlives its request. */
export const afterTheRequest = () =>
  new TenantContextMissingError(
    "The request of this call has ended: await every call inside runAs; work that goes on names its tenant with forTenant",
  );

/** Throws inside the request of another tenant. An identity and the platform, which have no tenant, pass. */
export function refuseOtherTenant({ tenantId }: TenantScope): void {
  const request = openRequest();
  if (!request || tenantId === "" || sameId(request.scope.tenantId, tenantId)) return;
  throw new TenantIsolationError(
    "A call for another tenant was made inside the request of a tenant: make it before runAs, or after it",
  );
}

/** Throws unless the request goes on, and the call is made inside it or inside one of the same scope. */
function refuseStrangers(request: RequestScope): void {
  if (request.ended) throw afterTheRequest();
  const current = openRequest();
  if (!current || current === request || sameScope(current.scope, request.scope)) return;
  throw new TenantIsolationError(
    "A query or repository of one request was used in another: take it from db again in each request",
  );
}

/** Throws in a request that work is not for: `request` is the one that it belongs to, `scope` that of work of none. */
export function refuseForeign({ scope, request }: { scope: TenantScope; request?: RequestScope | undefined }): void {
  if (request) refuseStrangers(request);
  else refuseOtherTenant(scope);
}

/** True when both are the same tenant, user and company or business, and go on in an inactive tenant alike. */
export function sameScope(one: TenantScope, other: TenantScope): boolean {
  return (
    sameId(one.tenantId, other.tenantId) &&
    sameId(one.userId, other.userId) &&
    sameId(ownerOf(one), ownerOf(other)) &&
    (one.inactive ?? false) === (other.inactive ?? false)
  );
}

function sameId(one: string | undefined, other: string | undefined): boolean {
  return one === other || (one !== undefined && one.toLowerCase() === other?.toLowerCase());
}
