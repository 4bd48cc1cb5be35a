import { compareMoney, sumMoney } from "@org/db";
import type { Tour } from "../../chapter";
import { promise } from "../../failure";
import { count, money } from "../../format";
import type { Tenants } from "../../tenants";
import type { ChinookSales } from "./chinook";

/** What the store is known to have sold. */
export const published = { invoices: 412, lines: 2_240, total: "2328.60" } as const;

const shown = 10;
const right = { align: "right" } as const;

/** Revenue per country, the largest customers, and the proof that documents, lines and files add up to the same. */
export function showFigures({ print }: Tour, { chinook }: Tenants, sales: ChinookSales) {
  return print.chapter("What the store sold", async () => {
    const { invoices } = chinook.handle.accounting;

    print.code("await chinook.accounting.invoices.revenueByCountry()");
    const countries = await invoices.revenueByCountry();
    const rest = countries.slice(shown);
    const total = sumMoney(countries.map(({ revenue }) => revenue));
    print.table(
      [{ header: "Country" }, { header: "Invoices", ...right }, { header: "Revenue (USD)", ...right }],
      [
        ...countries.slice(0, shown).map((row) => figures(row.country ?? "not stated", [row])),
        ...(rest.length > 0 ? [figures(`${rest.length} more`, rest)] : []),
        figures("Total", countries),
      ],
    );

    print.code(`await chinook.accounting.invoices.largestCustomers(${shown})`);
    const customers = await invoices.largestCustomers(shown);
    print.table(
      [
        { header: "Customer" },
        { header: "Country" },
        { header: "Invoices", ...right },
        { header: "Revenue (USD)", ...right },
      ],
      customers.map((row) => [row.name, row.country ?? "", count(row.invoices), money(row.revenue)]),
    );

    print.code("await chinook.accounting.invoices.reconcile()");
    const [books, ...others] = await invoices.reconcile();
    const repair = "Somebody changed the tour's tenant: start afresh with pnpm db:reset";
    promise(books?.currency === "USD" && others.length === 0, `The books hold other currencies than USD. ${repair}`);
    promise(
      books.invoices === published.invoices && books.lines === published.lines,
      `The books hold ${books.invoices} invoices with ${books.lines} lines, not ${published.invoices} with ${published.lines}. ${repair}`,
    );
    const sums = { documents: books.documentTotal, lines: books.lineTotal, countries: total, files: sales.total };
    for (const [name, sum] of Object.entries(sums)) {
      promise(
        compareMoney(sum, published.total) === 0,
        `The ${name} add up to ${sum}, not to ${published.total}. ${repair}`,
      );
    }
    print.proof(`${count(books.invoices)} invoices add up to ${money(books.documentTotal)}`);
    print.proof(`${count(books.lines)} invoice lines add up to ${money(books.lineTotal)}: reconciled to the cent`);
    return { countries, customers, total, books };
  });
}

function figures(name: string, rows: readonly { invoices: number; revenue: string }[]): string[] {
  const invoices = rows.reduce((sum, row) => sum + row.invoices, 0);
  return [name, count(invoices), money(sumMoney(rows.map(({ revenue }) => revenue)))];
}
