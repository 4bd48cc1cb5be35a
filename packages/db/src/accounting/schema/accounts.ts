import { sql } from "drizzle-orm";
import { boolean, check, date, text, unique, uuid } from "drizzle-orm/pg-core";
import { choice } from "../../core/choice";
import { currencyCode, exchangeRate, instant, timestamps } from "../../core/columns";
import { tenantTable } from "../../core/tenant-table";
import { companies } from "../../tenancy/schema/tenants";
import { periodStatus } from "../states";
import { accounting } from "./schemas";

export const accountType = choice(["asset", "liability", "equity", "income", "expense"]);

/** An account of a company's chart of accounts. Its type, company and currency are fixed once it has lines. */
export const accounts = tenantTable(
  accounting,
  "accounts",
  {
    companyId: uuid("company_id").notNull(),
    /** Number in the chart, such as `1100`; unique in the company. */
    code: text("code").notNull(),
    name: text("name").notNull(),
    type: accountType.column("type").notNull(),
    /** The side on which the account grows: debit for assets and expenses, credit for the others. */
    normalSide: text("normal_side", { enum: ["debit", "credit"] })
      .notNull()
      .generatedAlwaysAs(sql`case when type in ('asset', 'expense') then 'debit' else 'credit' end`),
    /** The account that this one is counted under: of the same company and type. */
    parentId: uuid("parent_id"),
    /** When set, every line is in this currency. */
    currency: currencyCode("currency"),
    isActive: boolean("is_active").notNull().default(true),
    ...timestamps(),
  },
  {
    audit: "changes",
    references: {
      companyId: { table: companies, index: false },
      parentId: { table: "self", within: "companyId" },
    },
    extra: (t) => [
      unique("accounts_company_id_id_unique").on(t.tenantId, t.companyId, t.id),
      unique("accounts_company_id_code_unique").on(t.tenantId, t.companyId, t.code),
      check("accounts_code_check", sql`${t.code} <> ''`),
      check("accounts_name_check", sql`${t.name} <> ''`),
      check("accounts_currency_check", sql`${t.currency} ~ '^[A-Z]{3}$'`),
      check("accounts_parent_id_check", sql`${t.parentId} <> ${t.id}`),
    ],
  },
);

/**
 * The ledger of a company: its base currency, and the accounts that documents post to. The receivable and payable
 * accounts are control accounts: documents and payments alone post there, so that they equal the open documents.
 */
export const books = tenantTable(
  accounting,
  "books",
  {
    companyId: uuid("company_id").notNull(),
    baseCurrency: currencyCode("base_currency").notNull().default("USD"),
    receivableAccountId: uuid("receivable_account_id").notNull(),
    payableAccountId: uuid("payable_account_id").notNull(),
    /** For invoice lines that name no account. */
    salesAccountId: uuid("sales_account_id").notNull(),
    /** For bill lines that name no account. */
    purchasesAccountId: uuid("purchases_account_id").notNull(),
    /** For payments that name no account. */
    bankAccountId: uuid("bank_account_id").notNull(),
    /** Gains and losses from exchange rates, and differences from rounding. */
    exchangeAccountId: uuid("exchange_account_id").notNull(),
    /** The last day of the closed periods; nothing is posted up to it. Closing a period sets it. */
    closedThrough: date("closed_through"),
    ...timestamps(),
  },
  {
    audit: "changes",
    access: "no-delete",
    frozen: {
      except: [
        "receivableAccountId",
        "payableAccountId",
        "salesAccountId",
        "purchasesAccountId",
        "bankAccountId",
        "exchangeAccountId",
        "closedThrough",
      ],
      sentence: "The books keep their company and their base currency",
    },
    references: {
      companyId: { table: companies, index: false },
      receivableAccountId: { table: accounts, within: "companyId" },
      payableAccountId: { table: accounts, within: "companyId" },
      salesAccountId: { table: accounts, within: "companyId" },
      purchasesAccountId: { table: accounts, within: "companyId" },
      bankAccountId: { table: accounts, within: "companyId" },
      exchangeAccountId: { table: accounts, within: "companyId" },
    },
    extra: (t) => [
      unique("books_company_id_unique").on(t.tenantId, t.companyId),
      check("books_base_currency_check", sql`${t.baseCurrency} ~ '^[A-Z]{3}$'`),
      check("books_control_accounts_check", sql`${t.receivableAccountId} <> ${t.payableAccountId}`),
    ],
  },
);

/**
 * Accounting periods of a company, without gaps: each begins the day after the one before ends. They close in order,
 * and only the last closed one is reopened, so that the closed days are all days up to one.
 */
export const fiscalPeriods = tenantTable(
  accounting,
  "fiscal_periods",
  {
    companyId: uuid("company_id").notNull(),
    name: text("name").notNull(),
    startsOn: date("starts_on").notNull(),
    endsOn: date("ends_on").notNull(),
    status: periodStatus.column("status").notNull().default("open"),
    closedAt: instant("closed_at"),
    closedBy: uuid("closed_by"),
    ...timestamps(),
  },
  {
    audit: "all",
    access: "no-delete",
    // The trigger stamp_period, which fires after this one, writes when and by whom it was closed.
    frozen: {
      except: ["name", "status"],
      sentence: "A period keeps its days, and when and by whom it was closed",
    },
    references: { companyId: { table: companies, index: false } },
    extra: (t) => [
      unique("fiscal_periods_starts_on_unique").on(t.tenantId, t.companyId, t.startsOn),
      check("fiscal_periods_name_check", sql`${t.name} <> ''`),
      check("fiscal_periods_ends_on_check", sql`${t.endsOn} >= ${t.startsOn}`),
      check("fiscal_periods_closed_at_check", sql`(${t.status} = 'closed') = (${t.closedAt} is not null)`),
    ],
  },
);

/** What one unit of a currency is worth in the company's base currency, from a day on until the next rate. */
export const exchangeRates = tenantTable(
  accounting,
  "exchange_rates",
  {
    companyId: uuid("company_id").notNull(),
    currency: currencyCode("currency").notNull(),
    rateDate: date("rate_date").notNull(),
    rate: exchangeRate("rate").notNull(),
    ...timestamps(),
  },
  {
    audit: "changes",
    references: { companyId: { table: companies, index: false } },
    extra: (t) => [
      unique("exchange_rates_currency_rate_date_unique").on(t.tenantId, t.companyId, t.currency, t.rateDate),
      check("exchange_rates_currency_check", sql`${t.currency} ~ '^[A-Z]{3}$'`),
      check("exchange_rates_rate_check", sql`${t.rate} > 0`),
    ],
  },
);
