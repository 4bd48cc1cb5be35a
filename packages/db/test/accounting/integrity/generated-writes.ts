import { getTableConfig, type PgColumn } from "drizzle-orm/pg-core";
import type pg from "pg";
import { type TenantTableEntry, tenantTables } from "../../../src/core/tenant-table";

/*
 * Statements generated from the tables of accounting and from the rows that books have, for tests that try every write.
 */

/** The tables that the logins write. */
export const writtenTables = tenantTables().filter(
  ({ name, access }) => name.startsWith("accounting.") && access !== "read-only" && access !== "append-only",
);

/** Runs a statement in a savepoint: how many rows it wrote, or undefined when it was refused. */
export async function tried(client: pg.Client, text: string): Promise<number | undefined> {
  await client.query("savepoint one");
  try {
    return (await client.query(text)).rowCount ?? 0;
  } catch {
    await client.query("rollback to savepoint one");
    return undefined;
  }
}

export const columnsOf = (entry: TenantTableEntry) =>
  (getTableConfig(entry.table).columns as PgColumn[]).filter((column) => column.generated === undefined);

/** The columns that a new row is given: those without a default, and what it refers to. */
export function givenColumns(entry: TenantTableEntry): string[] {
  const referred = getTableConfig(entry.table).foreignKeys.flatMap((key) => key.reference().columns.map((c) => c.name));
  return columnsOf(entry)
    .filter((column) => (column.notNull && !column.hasDefault) || referred.includes(column.name))
    .map((column) => column.name)
    .filter((column) => column !== "id");
}

/** Ids of rows of a table: one of each status, or of each combination of what is void and taken back. */
export async function samples(client: pg.Client, entry: TenantTableEntry): Promise<string[]> {
  const states = columnsOf(entry).filter(({ name }) =>
    /^(status|kind|direction|voided_on|reversed_on|is_active)$/.test(name),
  );
  const state = states.map(({ name }) => (name.endsWith("_on") ? `(${name} is null)::text` : `${name}::text`));
  const { rows } = await client.query<{ id: string }>(
    `select id from (select id, row_number() over (partition by ${state.join(", ") || "1"} order by id) as n from ${entry.name}) t
     where n = 1`,
  );
  return rows.map(({ id }) => id);
}

/** Values for a column that it may not have yet, as SQL over the row. */
export function valuesFor(column: PgColumn): string[] {
  const type = column.getSQLType();
  const name = `"${column.name}"`;
  if (column.enumValues?.length) return column.enumValues.map((value) => `'${value}'`);
  if (type === "date") return [`coalesce(${name}, current_date)`, `coalesce(${name} + 1, current_date + 30)`];
  if (type === "boolean") return [`not ${name}`];
  if (/^(numeric|integer|bigint)/.test(type)) return [`coalesce(${name}, 0) + 1`];
  if (/^(text|varchar)/.test(type)) return [`coalesce(${name}, '') || 'x'`];
  if (type === "jsonb") return [`coalesce(${name}, '{}') || '{"name": "x"}'`];
  if (/^uuid|^timestamp/.test(type)) return [name];
  throw new TypeError(`There is no other value for columns of type ${type} (${column.name}): add one`);
}

/** Updates of a row, each of one column to one value that it may not have yet. */
export const updatesOf = (entry: TenantTableEntry, id: string): string[] =>
  columnsOf(entry).flatMap((column) =>
    valuesFor(column).map((value) => `update ${entry.name} set "${column.name}" = ${value} where id = '${id}'`),
  );
