import { getColumns } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { sqlNameOf } from "./domain";
import { tenantTables } from "./tenant-table";

const noted: PgTable[] = [];

/** Notes tables that `tenantTable` did not make, so that an error can tell a table that was not migrated from a mistyped one. */
export function noteTables(tables: readonly PgTable[]): void {
  noted.push(...tables);
}

let byName = new Map<string, ReadonlySet<string>>();
let counted = -1;

/** The tables that the code has, by `schema.table`, each with its columns as SQL writes them. */
export function knownTables(): ReadonlyMap<string, ReadonlySet<string>> {
  const tables = [...tenantTables().map(({ table }) => table), ...noted];
  if (tables.length !== counted) {
    counted = tables.length;
    byName = new Map(
      tables.map((table) => [sqlNameOf(table), new Set(Object.values(getColumns(table)).map(({ name }) => name))]),
    );
  }
  return byName;
}
