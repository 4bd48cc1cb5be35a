import { type Domain, tablesIn } from "../core/domain";
import { Tenancy } from "./index";
import { tenancyRelations } from "./relations";
import * as schema from "./schema";
import { platformStatements } from "./tenants";
import { tenancyTesting } from "./testing";

// Interfaces are named in declaration files, where the types behind them would be written out each time.
export interface TenancyDomain extends Domain<Tenancy, typeof tenancyRelations, object> {}

export const tenancyDomain: TenancyDomain = {
  schemas: [schema.auth, schema.tenancy],
  tables: tablesIn(schema),
  relations: tenancyRelations,
  repositories: Tenancy,
  platformStatements: Object.values(platformStatements),
  allowances: [
    {
      rule: "tenant-leads-index",
      object: "index tenancy.users.idx_users_identity_id",
      reason: "It serves the memberships of one identity across tenants, and the foreign key to auth.user.",
    },
  ],
  testing: tenancyTesting,
  factories: {},
};
