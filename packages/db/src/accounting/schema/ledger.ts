import { sql } from "drizzle-orm";
import { bigint, boolean, check, date, index, integer, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { choice } from "../../core/choice";
import { currencyCode, instant, money, moneyTotal, timestamps } from "../../core/columns";
import { tenantIndex, tenantTable } from "../../core/tenant-table";
import { accounts, books } from "./accounts";
import { customers, vendors } from "./parties";
import { accounting } from "./schemas";

/** What an entry was posted for: by hand, its reversal, or the step of a document. */
export const entrySource = choice([
  "manual",
  "reversal",
  "invoice",
  "invoice_void",
  "bill",
  "bill_void",
  "payment",
  "payment_void",
  "allocation",
  "allocation_void",
]);

/**
 * A posted journal entry: balanced, never changed or deleted, reversed at most once. Only the function
 * `accounting.write_entries` writes it, so raw SQL of the runtime login cannot unbalance the books.
 */
export const journalEntries = tenantTable(
  accounting,
  "journal_entries",
  {
    companyId: uuid("company_id").notNull(),
    /** The accounting date. */
    entryDate: date("entry_date").notNull(),
    description: text("description"),
    reference: text("reference"),
    source: entrySource.column("source").notNull().default("manual"),
    /** The document, payment or allocation it was posted for; null for `manual`, the original for `reversal`. */
    sourceId: uuid("source_id"),
    /** The entry that this one takes back; unique, so that an entry is reversed once. */
    reversesEntryId: uuid("reverses_entry_id"),
    idempotencyKey: text("idempotency_key"),
    /** SHA-256 of the request: the same key with another request is a conflict. */
    requestHash: text("request_hash"),
    /** The scope's user; members are never deleted, so it needs no key. */
    postedBy: uuid("posted_by"),
    ...timestamps(),
  },
  {
    access: "read-only",
    references: {
      companyId: { table: books, on: "companyId", part: true, onDelete: "restrict", index: false },
      reversesEntryId: { table: "self", within: "companyId", index: false },
    },
    extra: (t) => [
      unique("journal_entries_company_id_id_unique").on(t.tenantId, t.companyId, t.id),
      uniqueIndex("idx_journal_entries_idempotency_key")
        .on(t.tenantId, t.companyId, t.idempotencyKey)
        .where(sql`${t.idempotencyKey} is not null`),
      uniqueIndex("idx_journal_entries_reverses_entry_id")
        .on(t.tenantId, t.reversesEntryId)
        .where(sql`${t.reversesEntryId} is not null`),
      index("idx_journal_entries_source_id").on(t.tenantId, t.sourceId).where(sql`${t.sourceId} is not null`),
      tenantIndex("journal_entries", t.tenantId, t.companyId, t.entryDate, t.id),
      check("journal_entries_source_id_check", sql`(${t.source} = 'manual') = (${t.sourceId} is null)`),
      check("journal_entries_reverses_check", sql`(${t.source} = 'reversal') = (${t.reversesEntryId} is not null)`),
      check("journal_entries_idempotency_check", sql`(${t.idempotencyKey} is null) = (${t.requestHash} is null)`),
    ],
  },
);

/**
 * One side of an entry: a debit or a credit above zero, in the line's currency and in the books' base currency.
 * An exchange difference has an amount in the base currency alone, and is left out of the balance per currency.
 */
export const journalLines = tenantTable(
  accounting,
  "journal_lines",
  {
    companyId: uuid("company_id").notNull(),
    entryId: uuid("entry_id").notNull(),
    /** Position in the entry, from 1. */
    lineNumber: integer("line_number").notNull(),
    accountId: uuid("account_id").notNull(),
    /** The entry's date, repeated for the ledger's index. */
    entryDate: date("entry_date").notNull(),
    currency: currencyCode("currency").notNull(),
    debit: money("debit").notNull().default("0.00"),
    credit: money("credit").notNull().default("0.00"),
    baseDebit: money("base_debit").notNull().default("0.00"),
    baseCredit: money("base_credit").notNull().default("0.00"),
    isExchangeDifference: boolean("is_exchange_difference").notNull().default(false),
    /** Whose receivable or payable it is, on a control account. */
    customerId: uuid("customer_id"),
    vendorId: uuid("vendor_id"),
    description: text("description"),
    /** 1, 2, 3, … in the order in which the account's lines were posted: a missing line leaves a gap. */
    accountVersion: bigint("account_version", { mode: "bigint" }).notNull(),
    /** The account's balance in base currency (debit less credit) after this line, in that order. */
    balanceAfter: moneyTotal("balance_after").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  {
    access: "read-only",
    references: {
      entryId: { table: journalEntries, within: "companyId", part: true, onDelete: "restrict", index: false },
      accountId: { table: accounts, within: "companyId", index: false },
      customerId: { table: customers, within: "companyId", index: false },
      vendorId: { table: vendors, within: "companyId", index: false },
    },
    extra: (t) => [
      unique("journal_lines_entry_id_line_number_unique").on(t.tenantId, t.entryId, t.companyId, t.lineNumber),
      unique("journal_lines_account_version_unique").on(t.tenantId, t.accountId, t.accountVersion),
      index("idx_journal_lines_account_id_entry_date").on(t.tenantId, t.accountId, t.entryDate, t.accountVersion),
      index("idx_journal_lines_customer_id")
        .on(t.tenantId, t.customerId, t.entryDate)
        .where(sql`${t.customerId} is not null`),
      index("idx_journal_lines_vendor_id")
        .on(t.tenantId, t.vendorId, t.entryDate)
        .where(sql`${t.vendorId} is not null`),
      check(
        "journal_lines_side_check",
        sql`(${t.debit} > 0 and ${t.credit} = 0 and ${t.baseDebit} >= 0 and ${t.baseCredit} = 0)
          or (${t.credit} > 0 and ${t.debit} = 0 and ${t.baseCredit} >= 0 and ${t.baseDebit} = 0)`,
      ),
      check(
        "journal_lines_scale_check",
        sql`${t.debit} + ${t.credit} = round(${t.debit} + ${t.credit}, tenancy.currency_exponent(${t.currency}))`,
      ),
      check("journal_lines_currency_check", sql`${t.currency} ~ '^[A-Z]{3}$'`),
      check("journal_lines_party_check", sql`${t.customerId} is null or ${t.vendorId} is null`),
    ],
  },
);

/** The running balance of an account, in base currency. Posting locks it, so that its lines form one chain. */
export const accountBalances = tenantTable(
  accounting,
  "account_balances",
  {
    companyId: uuid("company_id").notNull(),
    accountId: uuid("account_id").notNull(),
    /** Debit less credit. */
    balance: moneyTotal("balance").notNull().default("0.00"),
    /** How many lines the account has. */
    version: bigint("version", { mode: "bigint" }).notNull().default(sql`0`),
  },
  {
    access: "read-only",
    references: { accountId: { table: accounts, within: "companyId", part: true, index: false } },
    extra: (t) => [unique("account_balances_account_id_unique").on(t.tenantId, t.accountId, t.companyId)],
  },
);

/** What an account turned over in a month and currency: reports add these up instead of lines. */
export const periodTotals = tenantTable(
  accounting,
  "period_totals",
  {
    companyId: uuid("company_id").notNull(),
    accountId: uuid("account_id").notNull(),
    /** The first day of the month. */
    month: date("month").notNull(),
    currency: currencyCode("currency").notNull(),
    debit: moneyTotal("debit").notNull(),
    credit: moneyTotal("credit").notNull(),
    baseDebit: moneyTotal("base_debit").notNull(),
    baseCredit: moneyTotal("base_credit").notNull(),
  },
  {
    access: "read-only",
    references: { accountId: { table: accounts, within: "companyId", part: true, index: false } },
    extra: (t) => [
      unique("period_totals_account_month_unique").on(t.tenantId, t.companyId, t.accountId, t.month, t.currency),
      check("period_totals_month_check", sql`extract(day from ${t.month}) = 1`),
    ],
  },
);
