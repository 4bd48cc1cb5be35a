import { z } from "zod";
import { filledText, pgJsonb, pgUuid } from "../core/column-kinds";
import { emailAddress } from "../core/email";
import { changesOf, insertSchema, selectSchema, updateSchema } from "../core/validation";
import { keptOfCompanies } from "./kept";
import { companies, roles, securityEvents, tenants, userProfiles, userRole, users } from "./schema";

const email = emailAddress();
const kept = { tenantId: true, createdAt: true, updatedAt: true } as const;

/** A company as it is created. */
export const newCompanySchema = insertSchema(companies)
  .omit(keptOfCompanies)
  .extend({ name: filledText("name") })
  .strict();

/** The fields of a company that can be changed. */
export const companyChangesSchema = changesOf(
  updateSchema(companies)
    .omit({ ...kept, id: true })
    .extend({ name: filledText("name").optional() }),
);

/** A person who shall be a member: found by identity or e-mail, created when missing. */
export const memberSchema = z
  .object({
    identityId: pgUuid().nullish(),
    email,
    name: filledText("name"),
    role: userRole.zod.default("user"),
  })
  .strict();

/** The fields of a member that can be changed; the role has a method of its own. */
export const memberChangesSchema = changesOf(
  z.object({ name: filledText("name").optional(), email: email.optional() }),
);

export const roleChangeSchema = userRole.zod;

/** Any JSON object. */
export const jsonObject = pgJsonb().pipe(z.record(z.string(), z.unknown()));

/** Preferences of a member, any JSON object. */
export const settingsSchema = jsonObject;

/** A person asked to join; `expiresInHours` is 1 to 720, a week when left out. */
export const newInvitationSchema = z
  .object({ email, role: userRole.zod.default("user"), expiresInHours: z.int().min(1).max(720).default(168) })
  .strict();

const permissions = z.array(filledText("permission")).max(500);

/** A role of the tenant's own: a name and permission strings that the application gives meaning to. */
export const newRoleSchema = insertSchema(roles)
  .omit(kept)
  .extend({ name: filledText("name"), permissions: permissions.default([]) })
  .strict();

/** The fields of a role that can be changed; `permissions` replaces all of them. */
export const namedRoleChangesSchema = changesOf(
  updateSchema(roles)
    .omit({ ...kept, id: true })
    .extend({ name: filledText("name").optional(), permissions: permissions.optional() }),
);

/** A self-service sign-up: the tenant, its first company, and the signed-in person as its first admin. */
export const newTenantSchema = z
  .object({
    id: pgUuid().optional(),
    name: filledText("name"),
    company: newCompanySchema.optional(),
    admin: z.object({ email, name: filledText("name") }).strict(),
  })
  .strict();

/** Personal data of a person. Avileo: lengths as the document has them. */
export const profileChangesSchema = updateSchema(userProfiles)
  .omit({ id: true, userId: true, createdAt: true, updatedAt: true, isActive: true })
  .strict();

/** What the application reports for the security log. */
export const newSecurityEventSchema = insertSchema(securityEvents)
  .omit({ tenantId: true, id: true, createdAt: true, userId: true })
  .extend({ type: filledText("type"), details: jsonObject.default({}) })
  .strict();

export const tenantSchema = selectSchema(tenants);
export const companySchema = selectSchema(companies);
export const userSchema = selectSchema(users);
