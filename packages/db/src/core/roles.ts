import { pgRole } from "drizzle-orm/pg-core";

/** The group roles that policies name; the first migration makes them. A login is a member of exactly one group. */
export const authenticated = pgRole("authenticated").existing();
export const platform = pgRole("platform").existing();
/** Owner of the functions that append to the audit trail. No login is a member of it. */
export const auditWriter = pgRole("audit_writer").existing();
/** Owner of the functions that read memberships across tenants. No login is a member of it. */
export const membershipReader = pgRole("membership_reader").existing();
