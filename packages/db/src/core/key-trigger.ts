import { type ComputedTrigger, changes, quote } from "./computed-trigger";
import type { TenantTableEntry } from "./tenant-table";

/**
 * The trigger `guard_key` of a table: the columns that say which row it is never change, whoever writes. Triggers and policies find
 * the row before and after an update by them, so that a row that took another's id in the same update would take its rights too.
 * Another tenant is refused as a breach of isolation. None where the whole row is frozen from the start.
 */
export function keyTrigger({ name, keys, frozen }: TenantTableEntry): ComputedTrigger | undefined {
  const movable: readonly string[] = [...(frozen?.except ?? []), ...(frozen?.exceptBy?.columns ?? [])];
  if (frozen && !frozen.when && keys.every(({ property }) => !movable.includes(property))) return undefined;
  const columns = keys.map(({ column }) => column);
  const sentence = `The row is known by ${columns.join(", ")}: make another row instead of changing them`;
  return {
    name: `${name}.guard_key`,
    text: `create trigger guard_key before update on ${name}\n  for each row when (${changes(columns)})\n  execute function tenancy.refuse_other_key(${quote(sentence)})`,
  };
}
