import { z } from "zod";
import { pgDate, pgUuid } from "../../core/column-kinds";
import { selectSchema } from "../../core/validation";
import { dayClosingMoney, dayClosingStock, dayClosings, dayClosingVendors } from "../schema";
import { moneyByMethodSchema } from "./routes";

/** The day to close, and what was counted in the house by method, without what the routes handed in. */
export const closingSchema = z
  .object({ businessId: pgUuid().optional(), date: pgDate(), counted: moneyByMethodSchema.default({}) })
  .strict();

/** One day of a business: the scope's when left out. */
export const businessDaySchema = z.object({ businessId: pgUuid().optional(), date: pgDate() }).strict();

/** Documents of one business. */
export const closingFilterSchema = z.object({ businessId: pgUuid() }).strict();

/** A late sale, or a late abono. */
export const reviewSchema = z
  .object({ saleId: pgUuid().optional(), abonoId: pgUuid().optional() })
  .strict()
  .refine(({ saleId, abonoId }) => (saleId === undefined) !== (abonoId === undefined), {
    path: ["saleId"],
    message: "name either saleId or abonoId",
  });

export const dayClosingSchema = selectSchema(dayClosings);
export const dayClosingMoneySchema = selectSchema(dayClosingMoney);
export const dayClosingVendorSchema = selectSchema(dayClosingVendors);
export const dayClosingStockSchema = selectSchema(dayClosingStock);
