import { getColumns, getTableName } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { accountingDomain } from "../../../src/accounting/domain";

/** SQL expressions that give a column another value than it has: one for each way in which its type can be wrong. */
function otherValues(table: string, column: PgColumn): string[] {
  const name = `r.${column.name}`;
  const another = `(select o.${column.name} from accounting.${table} o
    where o.tenant_id = r.tenant_id and o.${column.name} <> ${name} order by o.${column.name} limit 1)`;
  if (column.enumValues?.length) return column.enumValues.map((value) => `nullif('${value}', ${name})`);
  const type = column.getSQLType();
  if (type === "uuid") return ["gen_random_uuid()", another];
  if (type === "date") return [`coalesce(${name} + 1, '2026-03-01')`, `${name} - 1`];
  if (type === "jsonb") return [`coalesce(${name}, '{}') || '{"name": "x"}'`];
  if (type === "boolean") return [`not ${name}`];
  if (type.startsWith("timestamp")) return [`coalesce(${name}, now()) + interval '1 hour'`];
  if (column.name.endsWith("currency")) return [`case when ${name} = 'EUR' then 'USD' else 'EUR' end`];
  if (type === "text") return [`coalesce(${name}, '') || 'x'`];
  if (type === "integer" || type === "bigint") return [`${name} + 1`];
  if (type.startsWith("numeric")) return [`${name} + 0.01`, `${name} - 0.01`];
  throw new TypeError(`How to falsify ${type}?`);
}

/** One way to falsify a stored value, or to lose a row: then `column` is `(row)`. */
export interface Fault {
  table: string;
  column: string;
  rowId: string;
  /** What the owner writes past triggers and keys. */
  text: string;
}

/** Every way to falsify the rows of a table, and to lose one. */
export function faultsOf(table: (typeof accountingDomain.tables)[number], rowIds: readonly string[]): Fault[] {
  const name = getTableName(table);
  const columns = Object.values(getColumns(table) as Record<string, PgColumn>).filter((c) => !c.generated);
  return rowIds.flatMap((rowId) => [
    { table: name, column: "(row)", rowId, text: `delete from accounting.${name} where id = '${rowId}'` },
    ...columns.flatMap((column) =>
      [...otherValues(name, column), ...(column.notNull ? [] : ["null"])].map((value) => ({
        table: name,
        column: column.name,
        rowId,
        text: `update accounting.${name} r set ${column.name} = ${value} where id = '${rowId}'
          and (${value}) is distinct from r.${column.name} and ((${value}) is not null or ${value === "null"})`,
      })),
    ),
  ]);
}
