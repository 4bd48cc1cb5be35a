import { type SQL, sql } from "drizzle-orm";
import { check, type PgColumn } from "drizzle-orm/pg-core";

/*
 * What PostgreSQL would store and the package could not read back, or would not accept itself. CHECKs keep it out,
 * whoever writes: NaN is greater than every number, so `x >= 0` accepts it; `infinity` as a date breaks every
 * computation with it; JavaScript misreads years below 1000 in a timestamp, and node-postgres years above 9999.
 */

/** A CHECK for each numeric, date, timestamp and array column. */
export function valueChecks(table: string, columns: Record<string, PgColumn>): ReturnType<typeof check>[] {
  return Object.values(columns).flatMap((column) => {
    const [kind, condition] = readable(column) ?? [];
    return condition ? [check(`${table}_${column.name}_${kind}_check`, condition)] : [];
  });
}

/** What a value of the column must fulfil to be read back, and how the constraint's name calls it. */
function readable(column: PgColumn): [kind: string, condition: SQL] | undefined {
  // A generated column is made from columns that have a check.
  if (column.generated) return undefined;
  const name = sql.identifier(column.name);
  const type = column.getSQLType();
  // Drizzle says of an array what its elements are, and how deep it is.
  if (type.endsWith("[]") || (column as { dimensions?: number }).dimensions) {
    return ["list", sql`coalesce(array_ndims(${name}), 1) = 1 and array_position(${name}, null) is null`];
  }
  if (type.startsWith("numeric")) {
    // A numeric with a precision refuses infinity by itself.
    return ["nan", type.includes("(") ? sql`${name} <> 'NaN'` : sql`${name} not in ('NaN', 'Infinity', '-Infinity')`];
  }
  if (type === "date") return ["range", sql`${name} between '0001-01-01' and '9999-12-31'`];
  if (type.startsWith("timestamp")) {
    return ["range", sql`${name} between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'`];
  }
  return undefined;
}
