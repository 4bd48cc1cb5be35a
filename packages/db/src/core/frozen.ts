import { getColumns } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { type ComputedTrigger, changes, quote } from "./computed-trigger";

/** What of a row may still change once it is frozen. Every other column is frozen, those that are added later as well. */
export interface Frozen<Key extends string = string> {
  /** SQL over `old` under which a row is frozen; always, when left out. */
  when?: string;
  /** Properties of the columns that may change; `updatedAt` always may. */
  except: readonly Key[];
  /** Columns that the functions of one role may change besides. */
  exceptBy?: { role: string; columns: readonly Key[] };
  /** What an update that changes anything else is refused with. */
  sentence: string;
}

/**
 * The trigger `freeze_columns` of a table. Its WHEN compares the columns, so that a legal update never enters PL/pgSQL.
 * Measured with 10,000 updates of invoices: 1 µs a row; `to_jsonb(new) - columns`, in a WHEN or a function, takes 20 µs.
 * Generated columns are left out: a BEFORE trigger cannot read them, and they follow from columns that are compared.
 * Throws `TypeError` for a property that is no column.
 */
export function frozenTrigger(name: string, table: PgTable, frozen: Frozen): ComputedTrigger {
  const columns: Record<string, PgColumn> = getColumns(table) as Record<string, PgColumn>;
  const byRole = frozen.exceptBy?.columns ?? [];
  for (const key of [...frozen.except, ...byRole]) {
    if (!columns[key]) throw new TypeError(`${name}: "frozen" names no column: ${key}`);
  }
  const movable = new Set([...frozen.except, ...byRole, "updatedAt"]);
  const fixed = Object.keys(columns).filter((key) => !movable.has(key));
  const changed = (keys: readonly string[]) =>
    changes(keys.flatMap((key) => (columns[key] && !columns[key].generated ? [columns[key].name] : [])));
  const changedByHand = frozen.exceptBy
    ? `${changed(fixed)}\n    or (current_user <> ${quote(frozen.exceptBy.role)} and (${changed(byRole)}))`
    : changed(fixed);
  const when = frozen.when ? `${frozen.when} and (${changedByHand})` : changedByHand;
  return {
    name: `${name}.freeze_columns`,
    text: `create trigger freeze_columns before update on ${name}\n  for each row when (${when})\n  execute function tenancy.refuse('ZT003', ${quote(frozen.sentence)})`,
  };
}
