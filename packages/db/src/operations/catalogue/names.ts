import type { ClientBase } from "pg";
import { notOfExtension } from "./read-tables";
import { withPlainSettings } from "./session";
import { byName, quoteName } from "./text";

/** A function, view or trigger, by name alone. */
export interface ObjectName {
  readonly kind: "function" | "view" | "trigger";
  /** `schema.name`, of a trigger `schema.table.name`. */
  readonly name: string;
  /** `schema.name(argument types)` of a function. */
  readonly signature: string | undefined;
  /** The function's owner where it is not the owner of the schema. */
  readonly owner: string | undefined;
}

/** Names of the functions, views and triggers of the schemas, sorted, without those of extensions and of foreign keys. */
export async function readNames(client: ClientBase, schemas: readonly string[]): Promise<ObjectName[]> {
  const { rows } = await withPlainSettings(client, () =>
    client.query<{ kind: ObjectName["kind"]; name: string; arguments: string | null; owner: string | null }>(
      `SELECT 'function' AS kind, n.nspname || '.' || p.proname AS name, oidvectortypes(p.proargtypes) AS arguments,
              CASE WHEN p.proowner <> n.nspowner THEN pg_get_userbyid(p.proowner) END AS owner
       FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname = ANY ($1) AND p.prokind IN ('f', 'p', 'w') AND ${notOfExtension("pg_catalog.pg_proc", "p.oid")}
       UNION ALL
       SELECT 'view', n.nspname || '.' || c.relname, NULL, NULL
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = ANY ($1) AND c.relkind IN ('v', 'm') AND ${notOfExtension("pg_catalog.pg_class", "c.oid")}
       UNION ALL
       SELECT 'trigger', n.nspname || '.' || c.relname || '.' || t.tgname, NULL, NULL
       FROM pg_catalog.pg_trigger t
       JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid AND c.relkind IN ('r', 'p')
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = ANY ($1) AND NOT t.tgisinternal AND ${notOfExtension("pg_catalog.pg_class", "c.oid")}`,
      [[...schemas]],
    ),
  );
  return rows
    .map((row) => ({
      kind: row.kind,
      name: row.name,
      signature: row.arguments === null ? undefined : `${row.name}(${row.arguments})`,
      owner: row.owner === null ? undefined : quoteName(row.owner),
    }))
    .sort(byName(({ name, signature }) => signature ?? name));
}
