import { z } from "zod";
import { pgDate, pgUuid } from "../../core/column-kinds";
import { currencySchema } from "../../core/currency";
import { insertSchema, selectSchema } from "../../core/validation";
import { exchangeRates } from "../schema";
import { rateSchema } from "./amounts";

const fields = insertSchema(exchangeRates).pick({ companyId: true, rateDate: true });

/** What one unit of `currency` is worth in base currency from `rateDate` on, until the next rate. */
export const newExchangeRateSchema = fields
  .extend({
    currency: currencySchema(),
    rate: rateSchema,
  })
  .strict();

/** What a list of exchange rates can be narrowed to. */
export const rateFilterSchema = z.object({ companyId: pgUuid(), currency: currencySchema().optional() }).strict();

/** Which rate is asked for. */
export const rateQuestionSchema = z
  .object({ companyId: pgUuid(), currency: currencySchema(), date: pgDate() })
  .strict();

export const exchangeRateSchema = selectSchema(exchangeRates);
