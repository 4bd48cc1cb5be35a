import { pgRole } from "drizzle-orm/pg-core";

/** Group roles made by the first migration. Logins are members of exactly one of the first three. */
export const authenticated = pgRole("authenticated").existing();
export const identity = pgRole("identity").existing();
export const platform = pgRole("platform").existing();
/** Owns the functions that append to the audit trail; nobody logs in as it or may become it. */
export const auditWriter = pgRole("audit_writer").existing();
