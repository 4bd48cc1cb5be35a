import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  date,
  foreignKey,
  index,
  jsonb,
  pgPolicy,
  primaryKey,
  text,
  uuid,
  varchar,
} from "drizzle-orm/pg-core";
import { isOneOf } from "../../core/choice";
import { timestamps, writtenAt } from "../../core/columns";
import { membershipKeeper, selfService } from "../../core/roles";
import { valueChecks } from "../../core/value-checks";
import { tenantStatus, userStatus } from "../states";
import { user } from "./auth";
import { userRole } from "./members";
import { auth } from "./schemas";
import { eventSeverity } from "./trail";

/*
 * What belongs to a person and not to a tenant, beside Better Auth's own tables. But for the events of signing in, no login
 * has a right on these tables: the functions of the schema `self` show and change a person's own rows, and triggers keep the others.
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

/**
 * What happened before anybody was in a tenant, such as a failed sign-in: reported by the process that signs people in. The
 * person is a plain id, so that an event says nothing of who exists and stays when the person is deleted.
 */
export const signInEvents = auth.table(
  "sign_in_events",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    type: text("type").notNull(),
    severity: eventSeverity.column("severity").notNull(),
    identityId: uuid("identity_id"),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    details: jsonb("details").$type<Record<string, unknown>>().notNull().default({}),
    createdAt: writtenAt(),
  },
  (t) => [
    ...valueChecks("sign_in_events", t),
    check("sign_in_events_type_check", sql`${t.type} <> ''`),
    check("sign_in_events_severity_check", isOneOf("severity", eventSeverity.values)),
    index("idx_sign_in_events_created_at_id").on(t.createdAt, t.id),
    index("idx_sign_in_events_identity_id").on(t.identityId, t.createdAt),
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
