import type { ChoiceOf } from "../core/choice";
import type { accountType, books } from "./schema";

export type AccountType = ChoiceOf<typeof accountType>;

/** The columns of the books that name an account: what documents post to when they say nothing else. */
export type DefaultAccount = Extract<keyof typeof books.$inferInsert, `${string}AccountId`>;

interface ChartAccount {
  code: string;
  name: string;
  type: AccountType;
  /** Code of the account that it is counted under. */
  parent: string | null;
}

const under = (parent: string | null, type: AccountType, accounts: Record<string, string>): ChartAccount[] =>
  Object.entries(accounts).map(([code, name]) => ({ code, name, type, parent }));

/** A chart of accounts that a small trading or service company can start with; a parent comes before what is under it. */
export const standardChart: readonly ChartAccount[] = [
  ...under(null, "asset", { "1000": "Assets" }),
  ...under("1000", "asset", {
    "1100": "Cash and bank",
    "1200": "Accounts receivable",
    "1300": "Inventory",
    "1400": "Prepaid expenses",
    "1500": "Fixed assets",
  }),
  ...under("1100", "asset", { "1110": "Cash", "1120": "Bank" }),
  ...under("1500", "asset", { "1510": "Equipment", "1590": "Accumulated depreciation" }),
  ...under(null, "liability", { "2000": "Liabilities" }),
  ...under("2000", "liability", {
    "2100": "Accounts payable",
    "2200": "Taxes payable",
    "2300": "Accrued expenses",
    "2400": "Deferred income",
    "2500": "Loans",
  }),
  ...under(null, "equity", { "3000": "Equity" }),
  ...under("3000", "equity", { "3100": "Share capital", "3200": "Retained earnings", "3300": "Dividends" }),
  ...under(null, "income", { "4000": "Income" }),
  ...under("4000", "income", { "4100": "Sales", "4200": "Services", "4900": "Other income" }),
  ...under(null, "expense", { "5000": "Cost of sales", "6000": "Operating expenses", "7000": "Financial expenses" }),
  ...under("5000", "expense", { "5100": "Purchases", "5200": "Freight and customs" }),
  ...under("6000", "expense", {
    "6100": "Salaries and wages",
    "6200": "Rent and utilities",
    "6300": "Office and software",
    "6400": "Travel",
    "6500": "Marketing",
    "6600": "Professional fees",
    "6700": "Depreciation",
  }),
  ...under("7000", "expense", { "7100": "Bank charges", "7200": "Interest", "7900": "Exchange differences" }),
];

/** Codes of the standard chart's accounts that the books take as their defaults. */
export const standardDefaults: Record<DefaultAccount, string> = {
  receivableAccountId: "1200",
  payableAccountId: "2100",
  salesAccountId: "4100",
  purchasesAccountId: "5100",
  bankAccountId: "1120",
  exchangeAccountId: "7900",
};
