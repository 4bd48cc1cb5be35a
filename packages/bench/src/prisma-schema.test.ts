import { readFileSync } from "node:fs";
import { customers, invoiceLines, invoices } from "@org/db/accounting";
import { getColumns } from "drizzle-orm";
import { expect, it } from "vitest";

// Prisma is not installed where tests run: a column that it does not know would only be missed in a race.
const models = readFileSync(new URL("../prisma/schema.prisma", import.meta.url), "utf8")
  .split(/^model /m)
  .slice(1);

const columnsOf = (model: string): string[] =>
  [...model.matchAll(/^ {2}(\w+) +(?:String|Int|Decimal|DateTime|Boolean|Json)\b(?:.*@map\("(\w+)"\))?/gm)].map(
    ([, field = "", column]) => column ?? field,
  );

it.each([
  ["Customer", customers],
  ["Invoice", invoices],
  ["InvoiceLine", invoiceLines],
])("Prisma's model %s has the columns of the table", (name, table) => {
  const model = models.find((text) => text.startsWith(`${name} {`)) ?? "";
  const columns = Object.values(getColumns(table)).map((column) => column.name);
  expect(columnsOf(model).sort()).toEqual(columns.sort());
});
