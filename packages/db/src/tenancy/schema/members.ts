import { sql } from "drizzle-orm";
import { check, jsonb, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { choice } from "../../core/choice";
import { instant, timestamps } from "../../core/columns";
import { isEmailSql } from "../../core/email";
import { asciiFolded } from "../../core/fold";
import { tenantIndex, tenantTable } from "../../core/tenant-table";
import { invitationStatus, userStatus } from "../states";
import { tenancy } from "./schemas";

/** BHC: role (user | admin | market_maker). An admin manages the members; a tenant always has an active one. */
export const userRole = choice(["user", "admin", "market_maker"]);

/** What addresses are compared and found by: a function of `email` in a query could not use an index under row level security. */
const emailLower = () => text("email_lower").generatedAlwaysAs(asciiFolded(sql`email`));

/** A person's account within one tenant. A person in several tenants has a row in each. */
export const users = tenantTable(
  tenancy,
  "users",
  {
    /** Better Auth's `user.id`, a plain id; null until an account made beforehand is claimed, and after its person is deleted. */
    identityId: uuid("identity_id"),
    email: text("email").notNull(),
    emailLower: emailLower(),
    name: text("name").notNull(),
    role: userRole.column("role").notNull().default("user"),
    status: userStatus.column("status").notNull().default("active"),
    settings: jsonb("settings").$type<Record<string, unknown>>().notNull().default({}),
    ...timestamps(),
  },
  {
    audit: "all",
    access: "no-delete",
    extra: (t) => [
      // Both are partial on purpose: PostgreSQL treats every full unique index as a possible target of foreign keys. A change of
      // these columns would then lock the whole key, and wait for open transactions whose audit rows refer to the member.
      uniqueIndex("users_email_unique").on(t.tenantId, t.emailLower).where(sql`${t.emailLower} is not null`),
      uniqueIndex("users_identity_id_unique").on(t.tenantId, t.identityId).where(sql`${t.identityId} is not null`),
      tenantIndex("users", t.tenantId, t.email),
      check("users_email_check", isEmailSql(t.email)),
    ],
  },
);

/** A named set of permissions, defined by the tenant. */
export const roles = tenantTable(
  tenancy,
  "roles",
  {
    name: text("name").notNull(),
    description: text("description"),
    permissions: text("permissions").array().notNull().default(sql`'{}'`),
    ...timestamps(),
  },
  {
    audit: "all",
    extra: (t) => [unique("roles_name_unique").on(t.tenantId, t.name), check("roles_name_check", sql`${t.name} <> ''`)],
  },
);

/** Acountee: users 1:N user_roles. */
export const userRoles = tenantTable(
  tenancy,
  "user_roles",
  { userId: uuid("user_id").notNull(), roleId: uuid("role_id").notNull(), ...timestamps() },
  {
    audit: "all",
    references: {
      userId: { table: users, onDelete: "cascade", index: false },
      roleId: { table: roles, onDelete: "cascade" },
    },
    extra: (t) => [unique("user_roles_user_id_role_id_unique").on(t.tenantId, t.userId, t.roleId)],
  },
);

/** An e-mail address asked to join. Only a hash of the token is stored. */
export const invitations = tenantTable(
  tenancy,
  "invitations",
  {
    email: text("email").notNull(),
    emailLower: emailLower(),
    role: userRole.column("role").notNull().default("user"),
    tokenHash: text("token_hash").notNull(),
    status: invitationStatus.column("status").notNull().default("pending"),
    expiresAt: instant("expires_at").notNull(),
    invitedBy: uuid("invited_by"),
    acceptedBy: uuid("accepted_by"),
    ...timestamps(),
  },
  {
    audit: "all",
    access: "no-delete",
    references: { invitedBy: users, acceptedBy: users },
    extra: (t) => [
      unique("invitations_token_hash_unique").on(t.tenantId, t.tokenHash),
      tenantIndex("invitations", t.tenantId, t.email),
      check("invitations_email_check", isEmailSql(t.email)),
    ],
  },
);
