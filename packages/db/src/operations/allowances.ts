import type { Allowance } from "./catalogue";

/** Where the structure departs from the rules on purpose, each with its reason. Keep it short. */
export const allowances: readonly Allowance[] = [
  {
    rule: "tenant-leads-index",
    object: "index tenancy.users.idx_users_identity_id",
    reason: "It serves the memberships of one identity across tenants, and the foreign key to auth.user.",
  },
];
