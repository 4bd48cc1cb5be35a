import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestDatabase } from "@org/db/testing";
import { parse } from "csv-parse/sync";
import { Print } from "../src/print";

export const tourFolder = fileURLToPath(new URL("..", import.meta.url));
export const dataFolder = join(tourFolder, "data", "chinook");

/** A print whose text can be read, as on paper unless told otherwise. */
export function printed(options: { colour?: boolean; live?: boolean } = {}) {
  let text = "";
  const write = (part: string) => {
    text += part;
  };
  return { print: new Print({ write, colour: false, live: false, ...options }), text: () => text };
}

/** The files added up in cents, and what the tour makes of them, by other code than its own. */
export function expectedFigures() {
  const rows = (name: string): Record<string, string>[] =>
    parse(readFileSync(join(dataFolder, name), "utf8"), { columns: true });
  const cents = (amount = "") => BigInt(amount.replace(".", ""));
  const text = (amount: bigint) => `${amount / 100n}.${String(amount % 100n).padStart(2, "0")}`;
  const invoices = rows("invoices.csv");
  const lines = rows("invoice_lines.csv");
  const customers = rows("customers.csv");
  const sums = (key: string) => {
    const result = new Map<string, bigint>();
    for (const row of invoices) result.set(row[key] ?? "", (result.get(row[key] ?? "") ?? 0n) + cents(row.total));
    return result;
  };
  const names = new Map(customers.map((row) => [row.customer_id ?? "", row.name ?? ""]));
  const byName = [...sums("customer_id")].map(([id, sum]) => ({ name: names.get(id) ?? "", sum }));
  byName.sort((a, b) => Number(b.sum - a.sum) || (a.name < b.name ? -1 : 1));
  const sumOf = (some: typeof invoices) => some.reduce((sum, row) => sum + cents(row.total), 0n);
  // Five weeks before the last invoice, of 22 December 2025.
  const open = invoices.filter((row) => (row.invoice_date ?? "") >= "2025-11-17");
  const paid = invoices.filter((row) => !open.includes(row));
  const twice = cents(paid.at(-1)?.total);
  const largest = open.map((row) => cents(row.total)).toSorted((a, b) => Number(b - a))[0] ?? 0n;
  const inPart = largest / 2n;
  const receivable = sumOf(open) - inPart - twice;
  // The bill: 100 records and a shop page; 10 records are credited, and 100.00 is paid.
  const [purchases, software, paidOut] = [90n * 185n, 9_600n, 10_000n];
  const bank = sumOf(paid) + twice + inPart - paidOut;
  const payable = purchases + software - paidOut;
  return {
    books: {
      paid: paid.length,
      open: open.length,
      credit: text(twice),
      receivable: text(receivable),
      payable: text(payable),
      result: text(sumOf(invoices) - purchases - software),
      trialBalance: [
        { code: "1120", debit: text(bank), credit: "0.00" },
        { code: "1200", debit: text(receivable), credit: "0.00" },
        { code: "2100", debit: "0.00", credit: text(payable) },
        { code: "4100", debit: "0.00", credit: text(sumOf(invoices)) },
        { code: "5100", debit: text(purchases), credit: "0.00" },
        { code: "6300", debit: text(software), credit: "0.00" },
      ],
    },
    customers: customers.length,
    invoices: invoices.length,
    lines: lines.length,
    total: text(lines.reduce((sum, row) => sum + cents(row.unit_price) * BigInt(row.quantity ?? "0"), 0n)),
    byCountry: new Map([...sums("billing_country")].map(([country, sum]) => [country, text(sum)])),
    largest: byName.slice(0, 10).map(({ name, sum }) => ({ name, revenue: text(sum) })),
  };
}

/** One line per table with the number and a digest of its rows and who wrote them last: any write changes it. */
export function fingerprint(test: TestDatabase): Promise<string[]> {
  return test.asOwner(async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(`
      select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') order by 1`);
    const lines: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ line: string }>(
        `select count(*) || ' ' || coalesce(md5(string_agg(t.xmin::text || t::text, '|' order by t.ctid)), '') as line from ${name} t`,
      );
      lines.push(`${name} ${rows[0]?.line}`);
    }
    return lines;
  });
}
