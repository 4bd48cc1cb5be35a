import { pgRole } from "drizzle-orm/pg-core";

/** The group roles that policies name; the first migration makes them. A login is a member of exactly one group. */
export const authenticated = pgRole("authenticated").existing();
export const platform = pgRole("platform").existing();
/** Owns the functions that append to the audit trail; nobody logs in as it or may become it. */
export const auditWriter = pgRole("audit_writer").existing();
/** Owns the functions that answer who is a member of what, across tenants; nobody logs in as it or may become it. */
export const membershipReader = pgRole("membership_reader").existing();
