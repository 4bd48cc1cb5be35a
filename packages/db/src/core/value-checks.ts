import { type SQL, sql } from "drizzle-orm";
import { check, type PgColumn } from "drizzle-orm/pg-core";
import { wholeDigits } from "./columns";

/*
 * What PostgreSQL would store and the package could not read back, or would not accept itself. CHECKs keep it out,
 * whoever writes: NaN is greater than every number, so `x >= 0` accepts it; `infinity` as a date breaks every
 * computation with it; JavaScript misreads years below 1000 in a timestamp, and node-postgres years above 9999.
 */

/** A CHECK for each column of numbers, dates, timestamps, and for each array. */
export function valueChecks(table: string, columns: Record<string, PgColumn>): ReturnType<typeof check>[] {
  return Object.values(columns).flatMap((column) => {
    // A generated column is made from columns that have a check.
    const [kind, condition] = (column.generated ? undefined : (limited(column) ?? readable(column))) ?? [];
    return condition ? [check(`${table}_${column.name}_${kind}_check`, condition)] : [];
  });
}

/** The limits of an amount or a rate, which keep NaN out as well: PostgreSQL has none for a numeric without a precision. */
function limited(column: PgColumn): [kind: string, condition: SQL] | undefined {
  const { scale } = column as { scale?: number };
  if (column.getSQLType() !== "numeric" || scale === undefined) return undefined;
  const name = sql.identifier(column.name);
  const most = sql.raw("9".repeat(wholeDigits + 1).replace(/9$/, `.${"9".repeat(scale)}`));
  const isNumber = sql`${name} >= -${most} and ${name} <= ${most}`;
  return ["nan", sql`${isNumber} and scale(${name}) <= ${sql.raw(String(scale))}`];
}

/** What a value of the column must fulfil to be read back, and how the constraint's name calls it. */
function readable(column: PgColumn): [kind: string, condition: SQL] | undefined {
  const name = sql.identifier(column.name);
  const type = column.getSQLType();
  // Drizzle says of an array what its elements are, and how deep it is.
  if (!type.endsWith("[]") && !(column as { dimensions?: number }).dimensions) {
    return readableElement(type, {
      isNone: (values) =>
        values.length === 1
          ? sql`${name} <> ${sql.raw(values.join())}`
          : sql`${name} not in (${sql.raw(values.join(", "))})`,
      isBetween: (least, most) => sql`${name} between ${sql.raw(least)} and ${sql.raw(most)}`,
    });
  }
  const isList = sql`coalesce(array_ndims(${name}), 1) = 1 and array_position(${name}, null) is null`;
  const element = readableElement(type.replace(/(\[\])+$/, ""), {
    isNone: (values) =>
      sql.join(
        values.map((value) => sql`${sql.raw(value)} <> all (${name})`),
        sql` and `,
      ),
    isBetween: (least, most) => sql`${sql.raw(least)} <= all (${name}) and ${sql.raw(most)} >= all (${name})`,
  });
  return ["list", element ? sql`${isList} and ${element[1]}` : isList];
}

/** How a condition is said of a value, or of each element of an array. Values are literals of SQL. */
interface Said {
  isNone(values: string[]): SQL;
  isBetween(least: string, most: string): SQL;
}

function readableElement(type: string, { isNone, isBetween }: Said): [kind: string, condition: SQL] | undefined {
  // A numeric with a precision refuses infinity by itself.
  if (/^numeric\(/.test(type)) return ["nan", isNone(["'NaN'"])];
  if (/^(numeric|real|double precision)/.test(type)) return ["nan", isNone(["'NaN'", "'Infinity'", "'-Infinity'"])];
  if (type === "date") return ["range", isBetween("'0001-01-01'", "'9999-12-31'")];
  if (type.startsWith("timestamp")) {
    return ["range", isBetween("'1000-01-01 00:00:00+00'", "'9999-12-31 23:59:59.999+00'")];
  }
  return undefined;
}
