import type { Database } from "@org/db";
import { showFigures } from "./chapters/figures";
import { importSales } from "./chapters/import";
import { proveIsolation } from "./chapters/isolation";
import { proveNumbering } from "./chapters/numbering";
import { openTenants } from "./chapters/tenants";
import { readChinook } from "./chinook";
import type { Print } from "./print";

/** What every chapter is given. */
export interface Tour {
  readonly db: Database;
  readonly print: Print;
}

/** The chapters between opening the database and saying goodbye, in order. Returns what they found. */
export async function runTour(tour: Tour) {
  const tenants = await openTenants(tour);
  const sales = await readChinook();
  const imported = await importSales(tour, tenants, sales);
  const figures = await showFigures(tour, tenants, sales);
  const isolation = await proveIsolation(tour, tenants, sales);
  const numbering = await proveNumbering(tour, tenants);
  return { tenants, imported, figures, isolation, numbering };
}
