import { defineRelations } from "drizzle-orm";
import * as tables from "./schema";

const { account, companies, invitations, roles, session, tenants, user, userProfiles, userRoles, users } = tables;

/** Joins for reading, for `tx.query.…`. */
export const tenancyRelations = defineRelations(
  { account, companies, invitations, roles, session, tenants, user, userProfiles, userRoles, users },
  (r) => ({
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
    user: {
      profile: r.one.userProfiles({ from: r.user.id, to: r.userProfiles.userId }),
      sessions: r.many.session({ from: r.user.id, to: r.session.userId }),
      accounts: r.many.account({ from: r.user.id, to: r.account.userId }),
    },
  }),
);
