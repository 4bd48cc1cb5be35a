import type { Tour } from "../../chapter";
import { promise } from "../../failure";
import { count, plural } from "../../format";
import type { Tenants, TourTenant } from "../../tenants";
import { openBooks } from "./books";
import type { ChinookSales } from "./chinook";

/** What the import added; all zero on a second tour. */
export interface Imported {
  readonly customers: number;
  readonly invoices: number;
  readonly lines: number;
}

const slice = 20;

/** Five years of sales, by the ids they have in the store: what is there already stays as it is. */
export function importSales({ print }: Tour, tenants: Tenants, sales: ChinookSales): Promise<Imported> {
  return print.chapter("Five years of real sales", async () => {
    await openBooks(print, tenants);
    const { chinook } = tenants;
    const { customers, invoices } = chinook.handle.accounting;
    print.note("apps/tour/data/chinook: the Chinook sample database, checked before it is imported");
    const linesBefore = await countLines(chinook);

    print.code("await chinook.accounting.customers.importMany(customers)");
    const { companyId } = chinook;
    const rows = sales.customers.map((customer) => ({ ...customer, companyId }));
    const { created: newCustomers, ids } = await customers.importMany(rows);
    print.proof(`${plural(sales.customers.length, "customer")}: ${count(newCustomers)} new`);

    print.code("await chinook.accounting.invoices.importMany(invoices)");
    const documents = sales.invoices.map(({ customer, ...invoice }) => {
      const customerId = ids.get(customer);
      promise(customerId !== undefined, `The import of customers gave no id for customer ${customer}`);
      return { ...invoice, companyId, customerId };
    });
    const progress = print.progress("invoices", documents.length);
    let created = 0;
    try {
      for (let start = 0; start < documents.length; start += slice) {
        const next = documents.slice(start, start + slice);
        created += (await invoices.importMany(next)).created;
        progress.at(start + next.length);
      }
    } finally {
      progress.done();
    }
    const lines = (await countLines(chinook)) - linesBefore;
    print.proof(`${plural(documents.length, "invoice")}: ${count(created)} new`);
    print.proof(`${plural(sales.lines, "invoice line")}: ${count(lines)} new`);
    const entries = await countEntries(chinook);
    promise(entries === documents.length, `${entries} entries were posted for ${documents.length} invoices`);
    print.proof(`Each is in the journal, posted by the database as it was issued: ${count(entries)} balanced entries`);
    print.note(
      "A slice is all or nothing, and a record that is there is left alone: an import can be repeated at will.",
    );
    return { customers: newCustomers, invoices: created, lines };
  });
}

async function countEntries({ handle }: TourTenant): Promise<number> {
  const [posted] = (
    await handle.execute<{ entries: number }>(
      `select count(*)::int as entries from accounting.journal_entries e
       join accounting.invoices i on i.tenant_id = e.tenant_id and i.id = e.source_id
       where e.source = 'invoice' and i.external_id is not null`,
    )
  ).rows;
  return posted?.entries ?? 0;
}

async function countLines({ handle }: TourTenant): Promise<number> {
  const totals = await handle.accounting.invoices.reconcile();
  return totals.reduce((sum, { lines }) => sum + lines, 0);
}
