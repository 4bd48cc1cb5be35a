import type { Tour } from "./chapter";
import { closeAndReconcile } from "./chapters/closing";
import { showFigures } from "./chapters/figures";
import { importSales } from "./chapters/import";
import { proveIsolation } from "./chapters/isolation";
import { proveNumbering } from "./chapters/numbering";
import { receivePayments } from "./chapters/payments";
import { payVendor } from "./chapters/purchases";
import { showReports } from "./chapters/reports";
import { openTenants } from "./chapters/tenants";
import { readChinook } from "./chinook";

/** The chapters between opening the database and saying goodbye, in order. Returns what they found. */
export async function runTour(tour: Tour) {
  const tenants = await openTenants(tour);
  const sales = await readChinook();
  const imported = await importSales(tour, tenants, sales);
  const figures = await showFigures(tour, tenants, sales);
  const payments = await receivePayments(tour, tenants);
  const purchase = await payVendor(tour, tenants, payments.plan);
  const books = await showReports(tour, tenants, payments.plan);
  const closing = await closeAndReconcile(tour, tenants, payments.plan, books, figures.total);
  const isolation = await proveIsolation(tour, tenants, sales);
  const numbering = await proveNumbering(tour, tenants);
  return { tenants, imported, figures, payments, purchase, books, closing, isolation, numbering };
}
