import type { Chapter, Tour } from "./chapter";
import { tourAccounting } from "./chapters/accounting";
import { tourSales } from "./chapters/sales";
import { proveIsolation } from "./chapters/tenancy/isolation";
import { openTenants } from "./chapters/tenancy/tenants";
import type { Tenants } from "./tenants";

/** The chapters of each domain after tenancy, in the order they are told. A new domain is a folder and a line here. */
const domains = {
  accounting: tourAccounting,
  sales: tourSales,
} satisfies Record<string, Chapter<[Tenants], unknown>>;

/** The chapters between opening the database and saying goodbye, in order. Returns what they found. */
export async function runTour(tour: Tour) {
  const tenants = await openTenants(tour);
  const accounting = await domains.accounting(tour, tenants);
  const business = await domains.sales(tour, tenants);
  const isolation = await proveIsolation(tour, tenants, accounting.figures.books.invoices);
  return { tenants, ...accounting, business, isolation };
}
