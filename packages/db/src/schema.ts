/*
 * Every table of every domain, for drizzle-kit and Studio only. Applications import from the domains instead, because
 * `customers`, `invoices` and `accounts` exist in several.
 */
export { customers, invoiceLines, invoices } from "./accounting/schema";
export * from "./tenancy/schema";
