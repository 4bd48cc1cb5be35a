import { expect } from "vitest";
import { createCustomer, createTenant, type TestDatabase } from "../../../src/testing";
import { ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";

it("a first import, into tables without statistics, reads an invoice for each line and not all of them", async ({
  test,
}) => {
  const acme = await createTenant(test);
  const customerId = (await createCustomer(acme)).id;
  const lines = Array.from({ length: linesEach }, () => ({ description: "Line", quantity: "1", unitPrice: "1" }));
  await acme.handle.accounting.invoices.importMany(
    Array.from({ length: count }, (_, i) => ({
      companyId: acme.company.id,
      customerId,
      externalId: `ext-${i}`,
      invoiceNumber: `OLD-${i}`,
      status: "paid" as const,
      ...(i % 2 === 0 ? { paidOn: "2025-05-31" } : {}),
      invoiceDate: "2025-05-01",
      dueDate: "2025-05-31",
      lines,
    })),
  );
  // What a server process counts becomes known when it ends, at the latest.
  await test.db.close();
  let entries = Number.NaN;
  do entries = await entriesRead(test);
  while (!(entries > 0));
  // The first slice may do so, as nothing is known of the tables then; going on like that would come to over five million.
  expect(entries).toBeLessThan(1_000_000);
});

const count = 1_500;

const linesEach = 3;

/** Entries that the server has read from the indexes of the invoices. */
async function entriesRead(test: TestDatabase): Promise<number> {
  const [row] = await ownerRows(
    test,
    "select sum(idx_tup_read) as entries from pg_stat_user_indexes where schemaname = 'accounting' and relname = 'invoices'",
  );
  return Number(row?.entries);
}
