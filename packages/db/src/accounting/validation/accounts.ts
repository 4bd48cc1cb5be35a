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

const ofCompany = {
  companyId: pgUuid(),
  /** USD when left out; it never changes. */
  baseCurrency: currencySchema().optional(),
};

/** Which company gets the standard chart, and the base currency of its books. */
export const standardChartSchema = z.object(ofCompany).strict();

/** What a list of accounts can be narrowed to. */
export const accountFilterSchema = z.object({ companyId: pgUuid(), type: accountType.zod.optional() }).strict();

/** The accounts that documents post to when they say nothing else. */
const defaultAccounts = z.object({
  receivableAccountId: pgUuid(),
  payableAccountId: pgUuid(),
  salesAccountId: pgUuid(),
  purchasesAccountId: pgUuid(),
  bankAccountId: pgUuid(),
  exchangeAccountId: pgUuid(),
});

/** Books that post to the company's own accounts. */
export const newBooksSchema = defaultAccounts.extend({ id: pgUuid().optional(), ...ofCompany }).strict();

/** Other default accounts: those that are given. */
export const booksChangesSchema = changesOf(defaultAccounts.partial());

export const accountSchema = selectSchema(accounts);
export const booksSchema = selectSchema(books);
