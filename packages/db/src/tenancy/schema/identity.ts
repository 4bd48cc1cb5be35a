import { sql } from "drizzle-orm";
import { boolean, date, foreignKey, index, pgPolicy, primaryKey, text, uuid, varchar } from "drizzle-orm/pg-core";
import { timestamps } from "../../core/columns";
import { membershipKeeper, selfService } from "../../core/roles";
import { valueChecks } from "../../core/value-checks";
import { tenantStatus, userStatus } from "../states";
import { user } from "./auth";
import { userRole } from "./members";
import { auth } from "./schemas";

/*
 * What belongs to a person and not to a tenant, beside Better Auth's own tables. No login has a right on these tables:
 * the functions of the schema `self` show and change a person's own rows, and triggers keep the others.
 */

const own = (column: string) => sql`${sql.identifier(column)} = (select self.current_identity_id())`;

/** Avileo: personal data of a person, independent of any business. Read and written by that person alone. */
export const userProfiles = auth.table(
  "user_profiles",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    userId: uuid("user_id").notNull().unique("user_profiles_user_id_unique"),
    dni: varchar("dni", { length: 20 }),
    phone: varchar("phone", { length: 50 }),
    birthDate: date("birth_date"),
    avatarUrl: varchar("avatar_url", { length: 255 }),
    isActive: boolean("is_active").notNull().default(true),
    ...timestamps(),
  },
  (t) => [
    ...valueChecks("user_profiles", t),
    foreignKey({ name: "user_profiles_user_id_fkey", columns: [t.userId], foreignColumns: [user.id] }).onDelete(
      "cascade",
    ),
    pgPolicy("own_profile", { for: "all", to: selfService, using: own("user_id"), withCheck: own("user_id") }),
  ],
);

/** Name and status of every tenant: the copy of `tenancy.tenants` that the trigger `keep_directory` maintains. */
export const tenantDirectory = auth.table(
  "tenant_directory",
  {
    id: uuid("id").primaryKey(),
    name: text("name").notNull(),
    status: tenantStatus.column("status").notNull(),
    ...timestamps(),
  },
  (t) => [
    ...valueChecks("tenant_directory", t),
    pgPolicy("directory_reading", { for: "select", to: selfService, using: sql`true` }),
    pgPolicy("directory_keeping", { for: "all", to: membershipKeeper, using: sql`true`, withCheck: sql`true` }),
  ],
);

/**
 * Which account a person has in which tenant: the copy of `tenancy.users` that the trigger `keep_membership` maintains
 * in the same transaction. The foreign keys stay inside `auth`; tenant and account are plain ids.
 */
export const memberships = auth.table(
  "memberships",
  {
    identityId: uuid("identity_id").notNull(),
    tenantId: uuid("tenant_id").notNull(),
    userId: uuid("user_id").notNull(),
    name: text("name").notNull(),
    role: userRole.column("role").notNull(),
    status: userStatus.column("status").notNull(),
    ...timestamps(),
  },
  (t) => [
    ...valueChecks("memberships", t),
    primaryKey({ name: "memberships_pkey", columns: [t.identityId, t.tenantId] }),
    foreignKey({ name: "memberships_identity_id_fkey", columns: [t.identityId], foreignColumns: [user.id] }).onDelete(
      "restrict",
    ),
    foreignKey({
      name: "memberships_tenant_id_fkey",
      columns: [t.tenantId],
      foreignColumns: [tenantDirectory.id],
    }).onDelete("restrict"),
    index("idx_memberships_tenant_id").on(t.tenantId),
    pgPolicy("own_memberships", { for: "select", to: selfService, using: own("identity_id") }),
    pgPolicy("membership_keeping", { for: "all", to: membershipKeeper, using: sql`true`, withCheck: sql`true` }),
  ],
);
