import { pgRole } from "drizzle-orm/pg-core";

/** The group roles that policies name; the first migration makes them. A login is a member of exactly one group. */
export const authenticated = pgRole("authenticated").existing();
export const platform = pgRole("platform").existing();
/** Owns the functions that append to the audit trail; nobody logs in as it or may become it. */
export const auditWriter = pgRole("audit_writer").existing();
/** Owns the functions that seal the audit trail and verify it; nobody logs in as it or may become it. */
export const auditSealer = pgRole("audit_sealer").existing();
/** Owns the triggers that keep `auth.memberships` and `tenancy.users` in step; nobody logs in as it or may become it. */
export const membershipKeeper = pgRole("membership_keeper").existing();
/** Owns the functions by which a person reaches the own rows in `auth`; nobody logs in as it or may become it. */
export const selfService = pgRole("self_service").existing();
