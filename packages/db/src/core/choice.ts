import { type SQL, sql } from "drizzle-orm";
import { text } from "drizzle-orm/pg-core";
import { z } from "zod";

/**
 * A closed list of values under one name: the TypeScript union, the array, the zod enum and the column.
 * Stored as `text` with a CHECK (which `tenantTable` adds), because enum equality is not leakproof:
 * under row level security PostgreSQL would not use an index for it.
 */
export function choice<const Values extends readonly [string, ...string[]]>(values: Values) {
  return {
    values,
    zod: z.enum(values),
    /** A text column that accepts only these values. */
    column: (name: string) => text(name, { enum: values as unknown as [Values[number], ...Values[number][]] }),
  };
}

/**
 * `column in (…)`: what the CHECK of such a column says. One that is no text is compared as text, because PostgreSQL would
 * print the comparison in another way after a restore.
 */
export function isOneOf(column: string, values: readonly string[], type = "text"): SQL {
  const list = values.map((value) => `'${value.replaceAll("'", "''")}'`).join(", ");
  return sql`${sql.identifier(column)}${sql.raw(type === "text" ? "" : "::text")} in (${sql.raw(list)})`;
}

/** The union of a choice's values: `type InvoiceStatus = ChoiceOf<typeof invoiceStatus>`. */
export type ChoiceOf<C extends { values: readonly string[] }> = C["values"][number];
