import { z } from "zod";
import { pgText, pgUuid } from "../../core/column-kinds";
import { changesOf, insertSchema, selectSchema } from "../../core/validation";
import { businesses, businessUsers, commissionRates, systemConfig } from "../schema";
import { keptOfBusinesses, keptOfConfig, keptOfMembers } from "./kept";

/** Text of at most `length` characters, one of them visible. */
export const shortText = (what: string, length: number) =>
  pgText(length).refine((text) => text.trim() !== "", `${what} must not be empty`);

/** A time zone by its name, such as America/Lima: offsets are left out, because PostgreSQL reads +05:00 as its opposite. */
const timeZone = () =>
  z
    .string()
    .regex(/^(UTC|[A-Z][A-Za-z_]+(\/[A-Za-z0-9_+-]+)+)$/, "use the name of a time zone, such as America/Lima")
    .refine(isTimeZone, "use the name of a time zone that exists, such as America/Lima");

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

const fields = insertSchema(businesses)
  .omit(keptOfBusinesses)
  .extend({ name: shortText("name", 100), timeZone: timeZone().optional() });

/** A business as it is created, and its first admin_negocio: the scope's user when left out, nobody for a job. */
export const newBusinessSchema = fields.extend({ adminId: pgUuid().optional() }).strict();

/** The fields of a business that can be changed. A mode that is null is as the tenant's configuration says. */
export const businessChangesSchema = changesOf(fields.omit({ id: true }).partial());

/** What can be changed of the configuration of all businesses. */
export const configChangesSchema = changesOf(insertSchema(systemConfig).omit(keptOfConfig).partial());

const memberFields = insertSchema(businessUsers).omit(keptOfMembers);

/** A person of the tenant who shall work in a business. */
export const newBusinessUserSchema = memberFields.extend({ commissionRate: percent().nullish() }).strict();

/** The fields of a member that can be changed. Another commission holds from the business's today on. */
export const businessUserChangesSchema = changesOf(
  memberFields.pick({ role: true, salesPoint: true }).extend({ commissionRate: percent().nullish() }).partial(),
);

/** What a list of a business's records is narrowed to: the scope's business when left out. */
export const businessFilterSchema = z.object({ businessId: pgUuid().optional() }).strict();

/** From 0.00 to 100.00. */
function percent() {
  return z
    .string()
    .regex(/^(100(\.0{1,2})?|\d{1,2}(\.\d{1,2})?)$/, "use a percentage from 0 to 100 with at most two decimals");
}

export const businessSchema = selectSchema(businesses);
export const businessUserSchema = selectSchema(businessUsers);
export const commissionRateSchema = selectSchema(commissionRates);
export const systemConfigSchema = selectSchema(systemConfig);
