import type { TenantTableEntry } from "../../core/tenant-table";
import type { Source } from "./types";

/** A table of the registry with what `protect_table` is told of it. */
export type ProtectedTable = Pick<TenantTableEntry, "name" | "access" | "audit">;

/** Functions that generated statements call: they are made before everything else. */
export const helperNames = [
  "tenancy.protect_table",
  "tenancy.protect_function",
  "tenancy.protect_view",
  "tenancy.make_writer_role",
  "tenancy.join_role",
  "tenancy.leave_role",
];

/** Triggers that `protect_table` makes. A trigger of the same name in a `triggers.sql` takes its place. */
export const protectTriggers = ["touch_updated_at", "write_audit"];
/** The functions that these triggers call. */
export const protectTriggerFunctions = protectTriggers.map((name) => `tenancy.${name}`);

export const bodiesUnchecked = "select set_config('check_function_bodies', 'off', true)";
export const bodiesChecked = "select set_config('check_function_bodies', 'on', true)";

export const protectTable = ({ name, access, audit }: ProtectedTable): string =>
  `select tenancy.protect_table(${literal(name)}, ${literal(access)}, ${literal(audit)})`;

/** `signature` is `schema.name(argument types)`. */
export const protectFunction = (source: Source, signature: string): string =>
  `select tenancy.protect_function(${literal(signature)}, ${source.owner === undefined ? "null" : literal(source.owner)}, ${roleArray(source)})`;

export const protectView = (source: Source): string =>
  `select tenancy.protect_view(${literal(source.name)}, ${roleArray(source)})`;

export const joinRole = (role: string): string => `select tenancy.join_role(${literal(role)})`;
export const leaveRole = (role: string): string => `select tenancy.leave_role(${literal(role)})`;

export const dropFunction = (signature: string): string => `drop function ${signature}`;
export const dropView = (name: string): string => `drop view ${name}`;

/** `name` is `schema.table.name`. */
export function dropTrigger(name: string): string {
  const [schema, table, trigger] = name.split(".");
  return `drop trigger ${trigger} on ${schema}.${table}`;
}

const roleArray = (source: Source) => literal(`{${source.roles.join(",")}}`);
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
