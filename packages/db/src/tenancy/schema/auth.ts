import { sql } from "drizzle-orm";
import { boolean, check, index, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { instant, timestamps } from "../../core/columns";
import { isEmailSql } from "../../core/email";
import { asciiFolded } from "../../core/fold";
import { valueChecks } from "../../core/value-checks";
import { auth } from "./schemas";

/*
 * Better Auth's standard tables, under its own property names. They are global: a person signs in once and is then a
 * member of tenants. Only the `identity` login may touch them; passwords live in `account` alone.
 */

/** A person who signs in. */
export const user = auth.table(
  "user",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    name: text("name").notNull(),
    email: text("email").notNull(),
    emailVerified: boolean("email_verified").notNull().default(false),
    image: text("image"),
    ...timestamps(),
  },
  (t) => [
    ...valueChecks("user", t),
    uniqueIndex("idx_user_email").on(t.email),
    // Better Auth folds with JavaScript's rule before it writes. What that maps onto ASCII is refused before, by its own check of
    // addresses; what it maps onto anything else is refused here.
    check("user_email_check", sql`${isEmailSql(t.email)} and ${t.email} = ${asciiFolded(t.email)}`),
  ],
);

/** A signed-in device; ends by time or by sign-out. */
export const session = auth.table(
  "session",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    expiresAt: instant("expires_at").notNull(),
    token: text("token").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    userId: uuid("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    ...timestamps(),
  },
  (t) => [
    ...valueChecks("session", t),
    uniqueIndex("idx_session_token").on(t.token),
    index("idx_session_user_id").on(t.userId),
  ],
);

/** A signed-in device, as it is read. */
export type Session = typeof session.$inferSelect;

/** A way to sign in: a password hash or a linked provider. */
export const account = auth.table(
  "account",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: uuid("user_id")
      .notNull()
      .references(() => user.id, { onDelete: "cascade" }),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: instant("access_token_expires_at"),
    refreshTokenExpiresAt: instant("refresh_token_expires_at"),
    scope: text("scope"),
    password: text("password"),
    ...timestamps(),
  },
  (t) => [
    ...valueChecks("account", t),
    index("idx_account_user_id").on(t.userId),
    index("idx_account_account_id").on(t.accountId, t.providerId),
  ],
);

/** A token that proves an e-mail address or a password reset. */
export const verification = auth.table(
  "verification",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: instant("expires_at").notNull(),
    ...timestamps(),
  },
  (t) => [...valueChecks("verification", t), index("idx_verification_identifier").on(t.identifier)],
);
