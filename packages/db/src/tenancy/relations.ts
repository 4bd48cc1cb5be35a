import { defineRelations } from "drizzle-orm";
import * as tables from "./schema";

const { companies, invitations, roles, tenants, userRoles, users } = tables;

/** Joins for reading, for `tx.query.…`. The tables of `auth` are left out: a tenant's login may not read them. */
export const tenancyRelations = defineRelations({ companies, invitations, roles, tenants, userRoles, users }, (r) => ({
  tenants: {
    companies: r.many.companies({ from: r.tenants.id, to: r.companies.tenantId }),
    users: r.many.users({ from: r.tenants.id, to: r.users.tenantId }),
  },
  companies: { tenant: r.one.tenants({ from: r.companies.tenantId, to: r.tenants.id, optional: false }) },
  users: {
    tenant: r.one.tenants({ from: r.users.tenantId, to: r.tenants.id, optional: false }),
    roles: r.many.roles({
      from: [r.users.tenantId.through(r.userRoles.tenantId), r.users.id.through(r.userRoles.userId)],
      to: [r.roles.tenantId.through(r.userRoles.tenantId), r.roles.id.through(r.userRoles.roleId)],
    }),
  },
}));
