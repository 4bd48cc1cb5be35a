import { z } from "zod";
import { filledText, pgDate, pgUuid } from "../../core/column-kinds";
import { insertSchema, selectSchema } from "../../core/validation";
import { fiscalPeriods } from "../schema";

/** A period as it is created; it begins the day after the company's last one ends. */
export const newPeriodSchema = insertSchema(fiscalPeriods)
  .pick({ id: true, companyId: true, startsOn: true, endsOn: true })
  .extend({ name: filledText("name") })
  .strict()
  .refine(({ startsOn, endsOn }) => endsOn >= startsOn, { path: ["endsOn"], message: "must not be before startsOn" });

/** Periods of a month each, from `startsOn` on. */
export const newFiscalYearSchema = z
  .object({ companyId: pgUuid(), startsOn: pgDate(), months: z.int().min(1).max(120).default(12) })
  .strict();

/** Whose periods are listed. */
export const periodFilterSchema = z.object({ companyId: pgUuid() }).strict();

/** Why a closed period is opened again; it is written to the audit trail. */
export const reopeningSchema = z.object({ reason: filledText("reason") }).strict();

export const fiscalPeriodSchema = selectSchema(fiscalPeriods);
