import type { Tour } from "../../chapter";
import type { Tenants } from "../../tenants";
import { readChinook } from "./chinook";
import { closeAndReconcile } from "./closing";
import { showFigures } from "./figures";
import { importSales } from "./import";
import { proveNumbering } from "./numbering";
import { receivePayments } from "./payments";
import { payVendor } from "./purchases";
import { showReports } from "./reports";

/** Chinook's sales from the files to closed books. Returns what the chapters found. */
export async function tourAccounting(tour: Tour, tenants: Tenants) {
  const sales = await readChinook();
  const imported = await importSales(tour, tenants, sales);
  const figures = await showFigures(tour, tenants, sales);
  const payments = await receivePayments(tour, tenants);
  const purchase = await payVendor(tour, tenants, payments.plan);
  const books = await showReports(tour, tenants, payments.plan);
  const closing = await closeAndReconcile(tour, tenants, payments.plan, books, figures.total);
  const numbering = await proveNumbering(tour, tenants);
  return { imported, figures, payments, purchase, books, closing, numbering };
}
