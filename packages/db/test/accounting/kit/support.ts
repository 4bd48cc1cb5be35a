import type { Invoice, NewInvoice } from "../../../src/accounting";
import { createInvoice, type TestDatabase, type TestTenant } from "../../../src/testing";

export { allPages, asLogin, somebodyWaitsForALock, sortOut } from "../../tenancy/members-kit";

/** What a promise was rejected with; throws when it was fulfilled. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  const outcome = await Promise.resolve(promise).then(
    () => ({ fulfilled: true, error: undefined }),
    (error: unknown) => ({ fulfilled: false, error }),
  );
  if (outcome.fulfilled) throw new TypeError("The call succeeded, but it was expected to fail");
  return outcome.error;
}

/** An invoice of one line over `amount`, issued. */
export async function issued(of: TestTenant, amount = "10.00", fields: Partial<NewInvoice> = {}): Promise<Invoice> {
  const lines = [{ description: "Work", quantity: "1", unitPrice: amount }];
  return of.handle.accounting.invoices.issue((await createInvoice(of, { lines, ...fields })).id);
}

/** What a customer owes, by the books. */
export async function balanceOf(of: TestTenant, customerId: string): Promise<string> {
  return (await of.handle.accounting.customers.getById(customerId)).balance;
}

/** Rows of a query by the owner, who sees every tenant. */
export function ownerRows(
  test: TestDatabase,
  text: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  return test.asOwner(async (owner) => (await owner.query<Record<string, unknown>>(text, values)).rows);
}
