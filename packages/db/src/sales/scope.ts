import { ownerOf } from "../client/scope";
import type { Unit } from "../client/unit";
import { ValidationError } from "../core/errors";

/** The business that a call is about: the one that it names, or the scope's. Throws `ValidationError` when there is none. */
export function businessOf({ scope }: Unit, { businessId }: { businessId?: string | null | undefined } = {}): string {
  const business = businessId ?? ownerOf(scope);
  if (business) return business;
  throw new ValidationError("The call names no business", [
    {
      path: "businessId",
      message: "name the business, here or in the scope: forTenant({ tenantId, userId, businessId })",
    },
  ]);
}
