import { z } from "zod";
import { filledText, pgUuid } from "../../core/column-kinds";
import { currencySchema } from "../../core/currency";
import { changesOf, insertSchema, selectSchema } from "../../core/validation";
import { accounts, accountType, books } from "../schema";

const fields = insertSchema(accounts)
  .pick({ id: true, companyId: true, type: true, parentId: true })
  .extend({
    code: filledText("code"),
    name: filledText("name"),
    /** When set, every line is in this currency. */
    currency: currencySchema().nullish(),
  });

/** An account as it is created. */
export const newAccountSchema = fields.strict();

/** The fields of an account that can be changed; `parentId: null` puts it at the top of the chart. */
export const accountChangesSchema = changesOf(fields.pick({ code: true, name: true, parentId: true }).partial());

/** Which company gets the standard chart, and the base currency of its books, which never changes. */
export const standardChartSchema = z
  .object({
    companyId: pgUuid(),
    baseCurrency: currencySchema().optional(),
  })
  .strict();

/** What a list of accounts can be narrowed to. */
export const accountFilterSchema = z.object({ companyId: pgUuid(), type: accountType.zod.optional() }).strict();

/** The accounts that documents post to when they say nothing else. */
export const booksChangesSchema = changesOf(
  z.object({
    receivableAccountId: pgUuid().optional(),
    payableAccountId: pgUuid().optional(),
    salesAccountId: pgUuid().optional(),
    purchasesAccountId: pgUuid().optional(),
    bankAccountId: pgUuid().optional(),
    exchangeAccountId: pgUuid().optional(),
  }),
);

export const accountSchema = selectSchema(accounts);
export const booksSchema = selectSchema(books);
