import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createInvoice, createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";

let test: TestDatabase;
let acme: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

describe("invoices", () => {
  it("gives numbers without gaps, per company", async () => {
    acme = await createTenant(test);
    const drafts = await Promise.all(Array.from({ length: 20 }, () => createInvoice(acme)));
    const issued = await Promise.all(drafts.map((draft) => acme.handle.accounting.invoices.issue(draft.id)));
    const numbers = issued.map((invoice) => invoice.invoiceNumber).sort();
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, i) => `INV-${String(i + 1).padStart(6, "0")}`));
  });
});
