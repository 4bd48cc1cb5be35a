/*
 * Every table of every domain, for drizzle-kit and Studio only. Applications import from the domains instead, because
 * `customers`, `invoices` and `accounts` exist in several.
 */
export {
  accountBalances,
  accounts,
  billLines,
  bills,
  books,
  customers,
  exchangeRates,
  fiscalPeriods,
  invoiceLines,
  invoices,
  journalEntries,
  journalLines,
  paymentAllocations,
  payments,
  periodTotals,
  vendors,
} from "./accounting/schema";
export * from "./tenancy/schema";
