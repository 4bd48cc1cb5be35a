import type { ClientBase } from "pg";
import { collectGrants, type GrantRow, grantsJson, type RelationGrants } from "./read-grants";
import { notOfExtension } from "./read-tables";
import { byName, normaliseText, quoteFullName, quoteName } from "./text";
import type { EnumInfo, FunctionInfo, SchemaInfo, SequenceInfo, ViewInfo } from "./types";

/** The schemas that exist, with the rights on them. */
export async function readSchemas(client: ClientBase, schemas: string[]): Promise<SchemaInfo[]> {
  const { rows } = await client.query<{ name: string; grants: GrantRow[] }>(
    `SELECT n.nspname AS name, ${grantsJson("n.nspacl", "n.nspowner")} AS grants
     FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY ($1)`,
    [schemas],
  );
  return rows
    .map((row) => ({ name: row.name, grants: collectGrants(row.grants) }))
    .sort(byName((schema) => schema.name));
}

/** Views and materialised views. */
export async function readViews(client: ClientBase, schemas: string[], grants: RelationGrants): Promise<ViewInfo[]> {
  const { rows } = await client.query<{
    oid: string;
    schema: string;
    name: string;
    materialized: boolean;
    options: string[];
    definition: string;
    reads_from: string[];
  }>(
    `SELECT c.oid::text, n.nspname AS schema, c.relname AS name, c.relkind = 'm' AS materialized,
            coalesce(c.reloptions, '{}') AS options, pg_get_viewdef(c.oid) AS definition,
            (SELECT coalesce(json_agg(DISTINCT sn.nspname || '.' || s.relname), '[]')
             FROM pg_catalog.pg_rewrite w
             JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid
               AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> c.oid
             JOIN pg_catalog.pg_class s ON s.oid = d.refobjid
             JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
             WHERE w.ev_class = c.oid) AS reads_from
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1) AND c.relkind IN ('v', 'm') AND ${notOfExtension("pg_catalog.pg_class", "c.oid")}`,
    [schemas],
  );
  return rows
    .map((row) => ({
      schema: row.schema,
      name: row.name,
      fullName: `${row.schema}.${row.name}`,
      materialized: row.materialized,
      options: row.options.map((option) => option.replace(/=(on|yes|1)$/, "=true")).toSorted(),
      securityInvoker: isInvoker(row.options),
      definition: row.definition,
      readsFrom: row.reads_from.toSorted(),
      grants: grants.whole.get(row.oid) ?? [],
    }))
    .sort(byName((view) => view.fullName));
}

/** True when a view reads with its caller's rights. */
export function isInvoker(options: readonly string[]): boolean {
  return options.some((option) => /^security_invoker=(true|on|yes|1)$/i.test(option));
}

/** Sequences; those of identity columns belong to the column. */
export async function readSequences(
  client: ClientBase,
  schemas: string[],
  grants: RelationGrants,
): Promise<SequenceInfo[]> {
  const { rows } = await client.query<{
    oid: string;
    schema: string;
    name: string;
    type: string;
    start: string;
    increment: string;
    min: string;
    max: string;
    cache: string;
    cycle: boolean;
  }>(
    `SELECT c.oid::text, n.nspname AS schema, c.relname AS name, format_type(s.seqtypid, NULL) AS type,
            s.seqstart::text AS start, s.seqincrement::text AS increment, s.seqmin::text AS min, s.seqmax::text AS max,
            s.seqcache::text AS cache, s.seqcycle AS cycle
     FROM pg_catalog.pg_sequence s
     JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1) AND NOT EXISTS (
       SELECT 1 FROM pg_catalog.pg_depend d
       WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('i', 'e'))`,
    [schemas],
  );
  return rows
    .map((row) => ({
      schema: row.schema,
      name: row.name,
      fullName: `${row.schema}.${row.name}`,
      definition: `CREATE SEQUENCE ${quoteFullName(row.schema, row.name)} AS ${row.type} INCREMENT BY ${row.increment} MINVALUE ${row.min} MAXVALUE ${row.max} START WITH ${row.start} CACHE ${row.cache}${row.cycle ? " CYCLE" : ""};`,
      grants: grants.whole.get(row.oid) ?? [],
    }))
    .sort(byName((sequence) => sequence.fullName));
}

/** Functions and procedures, with who may execute them (PUBLIC, unless it was revoked). */
export async function readFunctions(client: ClientBase, schemas: string[]): Promise<FunctionInfo[]> {
  const { rows } = await client.query<{
    schema: string;
    name: string;
    kind: string;
    definition: string;
    security_definer: boolean;
    settings: string[];
    owner: string | null;
    grants: GrantRow[];
  }>(
    `SELECT n.nspname AS schema, n.nspname || '.' || p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS name,
            p.prokind AS kind, pg_get_functiondef(p.oid) AS definition, p.prosecdef AS security_definer,
            coalesce(p.proconfig, '{}') AS settings,
            CASE WHEN p.proowner <> n.nspowner THEN pg_get_userbyid(p.proowner) END AS owner,
            ${grantsJson("coalesce(p.proacl, acldefault('f', p.proowner))", "p.proowner")} AS grants
     FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname = ANY ($1) AND p.prokind IN ('f', 'p', 'w') AND ${notOfExtension("pg_catalog.pg_proc", "p.oid")}`,
    [schemas],
  );
  return rows
    .map((row) => ({
      schema: row.schema,
      fullName: row.name,
      kind: row.kind === "p" ? ("PROCEDURE" as const) : ("FUNCTION" as const),
      definition: normaliseText(row.definition),
      securityDefiner: row.security_definer,
      searchPath: row.settings.find((setting) => setting.startsWith("search_path="))?.slice("search_path=".length),
      owner: row.owner === null ? undefined : quoteName(row.owner),
      grants: collectGrants(row.grants),
    }))
    .sort(byName((found) => found.fullName));
}

/** Enum types. */
export async function readEnums(client: ClientBase, schemas: string[]): Promise<EnumInfo[]> {
  const { rows } = await client.query<{ name: string; values: string[] }>(
    `SELECT n.nspname || '.' || t.typname AS name,
            (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) AS values
     FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
     WHERE n.nspname = ANY ($1) AND t.typtype = 'e' AND ${notOfExtension("pg_catalog.pg_type", "t.oid")}`,
    [schemas],
  );
  return rows.map((row) => ({ fullName: row.name, values: row.values ?? [] })).sort(byName((found) => found.fullName));
}
