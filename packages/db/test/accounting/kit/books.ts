import { createCustomer, createTenant, type TestDatabase, type TestTenant } from "../../../src/testing";
import { freshTenant, sharedTenant } from "../../kit/tenants";
import { booksOf } from "./journal";

/** What a payment received from the customer needs besides its amount. */
export interface ReceivedMoney {
  companyId: string;
  customerId: string;
  paymentDate: string;
}

/*
 * Fixtures of accounting. `acme` has a company with the standard chart in USD; `books` are its books, `pair` the bank
 * account and the one for sales, `customerId` a customer, `money` what a payment of that customer needs.
 */

/** Each test has a tenant with books of its own. */
export const freshBooks = freshTenant
  .extend("books", ({ acme }) => booksOf(acme))
  .extend("pair", ({ books }) => [books.bankAccountId, books.salesAccountId] as const)
  .extend("customerId", async ({ acme }) => (await createCustomer(acme)).id)
  .extend("money", ({ acme, customerId }): ReceivedMoney => {
    return { companyId: acme.company.id, customerId, paymentDate: "2026-02-01" };
  });

/** The tests of a file share a tenant with books. */
export const sharedBooks = sharedTenant
  .extend("books", { scope: "file" }, ({ acme }) => booksOf(acme))
  .extend("pair", { scope: "file" }, ({ books }) => [books.bankAccountId, books.salesAccountId] as const)
  .extend("customerId", { scope: "file" }, async ({ acme }) => (await createCustomer(acme)).id);

/** A tenant whose company has books in `baseCurrency`. */
export async function tenantWithBooks(test: TestDatabase, baseCurrency = "USD"): Promise<TestTenant> {
  const of = await createTenant(test, "Test tenant", { chart: false });
  await of.handle.accounting.accounts.createStandardChart({ companyId: of.company.id, baseCurrency });
  return of;
}
