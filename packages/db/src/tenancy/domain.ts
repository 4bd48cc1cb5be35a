import { type Domain, tablesIn } from "../core/domain";
import { Tenancy } from "./index";
import { enterTenant, logUse } from "./platform-log";
import { tenancyRelations } from "./relations";
import * as schema from "./schema";
import { platformStatements } from "./tenants";
import { tenancyTesting } from "./testing";

// Interfaces are named in declaration files, where the types behind them would be written out each time.
export interface TenancyDomain extends Domain<Tenancy, typeof tenancyRelations, object> {}

export const tenancyDomain: TenancyDomain = {
  schemas: [schema.auth, schema.self, schema.tenancy],
  tables: tablesIn(schema),
  relations: tenancyRelations,
  repositories: Tenancy,
  platformStatements: [...Object.values(platformStatements), logUse, enterTenant],
  allowances: [
    {
      rule: "before-writes-nothing",
      object: "trigger auth.user.end_memberships",
      reason:
        "The row that is deleted is locked and found before, and no other trigger follows. Afterwards the memberships would keep the person.",
    },
    {
      rule: "identity-apart",
      object: "trigger tenancy.users.keep_membership",
      reason: "It keeps auth.memberships in the same transaction.",
    },
    {
      rule: "identity-apart",
      object: "trigger tenancy.invitations.keep_to_addressee",
      reason: "It asks whether the person of an account has verified the address of the invitation.",
    },
    {
      rule: "identity-apart",
      object: "function auth.keep_to_addressee()",
      reason: "It looks up the person of the account that accepts, in the scope of the tenant.",
    },
    {
      rule: "identity-apart",
      object: "trigger tenancy.tenants.keep_directory",
      reason:
        "It keeps name and status of the tenant for the memberships, which one row a tenant can do without races.",
    },
    {
      rule: "identity-apart",
      object: "function auth.end_memberships()",
      reason: "It removes the accounts of a person who is deleted, in the scope of one tenant after another.",
    },
    {
      rule: "identity-apart",
      object: "function auth.sole_admin_of(uuid)",
      reason: "It asks each tenant, in its scope, whether it has another active admin.",
    },
  ],
  testing: tenancyTesting,
  factories: {},
};
