import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compareMoney, lineAmount, sumMoney } from "@org/db";
import type { ImportedCustomer, ImportedInvoice } from "@org/db/accounting";
import { parse } from "csv-parse/sync";
import { promise, TourError } from "../../failure";

/** The store's sales, ready to import: only the company and the ids of the customers are still to come. */
export interface ChinookSales {
  readonly customers: readonly (Omit<ImportedCustomer, "companyId"> & { externalId: string })[];
  readonly invoices: readonly ChinookInvoice[];
  readonly lines: number;
  /** The sum of all lines. */
  readonly total: string;
}

export type ChinookInvoice = Omit<ImportedInvoice, "companyId" | "customerId"> & {
  /** `externalId` of the customer. */
  readonly customer: string;
};

const folderOfCopy = fileURLToPath(new URL("../../../data/chinook/", import.meta.url));

const headers = {
  "customers.csv": "customer_id,name,company,email,phone,address,city,state,country,postal_code",
  "invoices.csv": "invoice_id,customer_id,invoice_date,billing_country,total",
  "invoice_lines.csv": "invoice_line_id,invoice_id,description,unit_price,quantity",
} as const;

type FileName = keyof typeof headers;
type Row = (column: string) => string;

/**
 * Reads the three files and checks that they belong together: known columns, unique ids, no dangling reference,
 * every invoice the sum of its lines. Throws `TourError` naming file and record.
 */
export async function readChinook(folder = folderOfCopy): Promise<ChinookSales> {
  const [customers, invoices, lines] = await Promise.all([
    readRows(folder, "customers.csv"),
    readRows(folder, "invoices.csv"),
    readRows(folder, "invoice_lines.csv"),
  ]);
  const known = uniqueIds(customers, "customer_id", "customers.csv");
  const linesOf = new Map<string, ImportedInvoice["lines"]>();
  for (const id of uniqueIds(invoices, "invoice_id", "invoices.csv")) linesOf.set(id, []);
  uniqueIds(lines, "invoice_line_id", "invoice_lines.csv");
  for (const row of lines) {
    const target = linesOf.get(row("invoice_id"));
    promise(target !== undefined, `invoice_lines.csv: line ${row("invoice_line_id")} names an unknown invoice`);
    target.push({ description: row("description"), quantity: row("quantity"), unitPrice: row("unit_price") });
  }
  const documents = invoices.map((row) => toInvoice(row, known, linesOf.get(row("invoice_id")) ?? []));
  return {
    customers: customers.map(toCustomer),
    invoices: documents,
    lines: lines.length,
    total: sumMoney(documents.map(({ lines }) => totalOf(lines))),
  };
}

async function readRows(folder: string, name: FileName): Promise<Row[]> {
  try {
    const text = await readFile(join(folder, name), "utf8");
    const records: string[][] = parse(text, { bom: true, skip_empty_lines: true });
    const [header = [], ...rows] = records;
    promise(header.join() === headers[name], `${name}: the first line should be ${headers[name]}`);
    return rows.map((cells) => (column) => cells[header.indexOf(column)] ?? "");
  } catch (error) {
    if (error instanceof TourError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new TourError(`${name} cannot be read (restore it with git checkout apps/tour/data): ${reason}`);
  }
}

function uniqueIds(rows: readonly Row[], column: string, file: FileName): Set<string> {
  const ids = new Set<string>();
  for (const row of rows) {
    const id = row(column);
    promise(/^[1-9]\d*$/.test(id) && !ids.has(id), `${file}: ${column} "${id}" is no number, or there twice`);
    ids.add(id);
  }
  return ids;
}

function toCustomer(row: Row): ChinookSales["customers"][number] {
  const orNull = (column: string) => row(column) || null;
  return {
    externalId: row("customer_id"),
    name: row("name"),
    email: orNull("email"),
    phone: orNull("phone"),
    address: orNull("address"),
    city: orNull("city"),
    state: orNull("state"),
    postalCode: orNull("postal_code"),
    country: orNull("country"),
  };
}

// Sold over the counter: due on the day they were issued, in US dollars.
function toInvoice(row: Row, customers: ReadonlySet<string>, lines: ImportedInvoice["lines"]): ChinookInvoice {
  const id = row("invoice_id");
  const date = row("invoice_date");
  promise(customers.has(row("customer_id")), `invoices.csv: invoice ${id} names an unknown customer`);
  const total = totalOf(lines);
  promise(
    compareMoney(row("total"), total) === 0,
    `invoices.csv: invoice ${id} says ${row("total")}, its lines ${total}`,
  );
  return {
    externalId: id,
    invoiceNumber: `CHINOOK-${id.padStart(6, "0")}`,
    status: "issued",
    customer: row("customer_id"),
    invoiceDate: date,
    dueDate: date,
    currency: "USD",
    billingCountry: row("billing_country") || null,
    lines,
  };
}

function totalOf(lines: ImportedInvoice["lines"]): string {
  return sumMoney(lines.map((line) => lineAmount(line.quantity, line.unitPrice)));
}
