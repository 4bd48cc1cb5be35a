import type { ClientBase } from "pg";
import { collectGrants, type GrantRow, grantsJson } from "./read-grants";
import { byName } from "./text";
import type { DefaultPrivilegeInfo, MakerInfo, OwnedInfo, SilencedInfo } from "./types";

const ours = (column: string) => `${column} IN (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1))`;

const relationKind = `CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'table' END`;

/** Tables, views and sequences that belong to another role than their schema. An owner may do everything with them. */
export async function readForeignOwners(client: ClientBase, schemas: string[]): Promise<OwnedInfo[]> {
  const { rows } = await client.query<OwnedInfo>(
    `SELECT ${relationKind} || ' ' || n.nspname || '.' || c.relname AS object, pg_get_userbyid(c.relowner) AS owner,
            pg_get_userbyid(n.nspowner) AS expected,
            format('ALTER %s %s OWNER TO %I', upper(${relationKind} COLLATE "C"), c.oid::regclass, pg_get_userbyid(n.nspowner)) AS statement
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relowner <> n.nspowner
       -- The sequence of a column goes with its table.
       AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
         AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i') AND c.relkind = 'S')`,
    [schemas],
  );
  return rows.sort(byName((owned) => owned.object));
}

const objectKinds = `CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
  WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END`;

/** Rights that objects made later get by themselves, in the schemas or everywhere. What PostgreSQL gives anyway is left out. */
export async function readDefaultPrivileges(client: ClientBase, schemas: string[]): Promise<DefaultPrivilegeInfo[]> {
  const { rows } = await client.query<Omit<DefaultPrivilegeInfo, "grants"> & { grants: GrantRow[] }>(
    `SELECT n.nspname AS schema, pg_get_userbyid(d.defaclrole) AS maker, ${objectKinds} AS kind,
            ${grantsJson("d.defaclacl", "d.defaclrole AND NOT (x.grantee = 0 AND d.defaclnamespace = 0 AND d.defaclobjtype IN ('f', 'T'))")} AS grants
     FROM pg_catalog.pg_default_acl d LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
     WHERE d.defaclnamespace = 0 OR ${ours("d.defaclnamespace")}`,
    [schemas],
  );
  return rows
    .map((row) => ({ ...row, schema: row.schema ?? undefined, grants: collectGrants(row.grants) }))
    .sort(byName(({ schema, maker, kind }) => `${schema} ${maker} ${kind}`));
}

/** Other schemas, foreign servers and wrappers, with the rights on them. */
export async function readMakers(client: ClientBase, schemas: string[]): Promise<MakerInfo[]> {
  const { rows } = await client.query<Omit<MakerInfo, "grants"> & { grants: GrantRow[] }>(
    `SELECT 'schema' AS kind, n.nspname AS name, ${grantsJson("n.nspacl", "n.nspowner")} AS grants
     FROM pg_catalog.pg_namespace n WHERE n.nspname <> ALL ($1) AND n.nspname !~ '^pg_'
     UNION ALL
     SELECT 'foreign server', s.srvname, ${grantsJson("s.srvacl", "s.srvowner")} FROM pg_catalog.pg_foreign_server s
     UNION ALL
     SELECT 'foreign data wrapper', w.fdwname, ${grantsJson("w.fdwacl", "w.fdwowner")} FROM pg_catalog.pg_foreign_data_wrapper w`,
    [schemas],
  );
  return rows
    .map((row) => ({ ...row, grants: collectGrants(row.grants) }))
    .sort(byName(({ kind, name }) => `${kind} ${name}`));
}

/** Foreign keys whose triggers do not fire as they were made. */
export async function readSilenced(client: ClientBase, schemas: string[]): Promise<SilencedInfo[]> {
  const { rows } = await client.query<SilencedInfo>(
    `SELECT n.nspname AS schema, c.relname AS table, json_agg(DISTINCT k.conname ORDER BY k.conname) AS constraints,
            json_agg(DISTINCT t.tgrelid::regclass::text ORDER BY t.tgrelid::regclass::text) AS on
     FROM pg_catalog.pg_trigger t
     JOIN pg_catalog.pg_constraint k ON k.oid = t.tgconstraint
     JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1) AND t.tgisinternal AND t.tgenabled <> 'O'
     GROUP BY 1, 2`,
    [schemas],
  );
  return rows.sort(byName(({ schema, table }) => `${schema}.${table}`));
}

/** Extensions, publications and subscriptions: sentences for who runs the server. */
export async function readCompany(client: ClientBase, schemas: string[]): Promise<{ object: string; found: string }[]> {
  const { rows } = await client.query<{ object: string; found: string }>(
    `SELECT 'extension ' || e.extname AS object, format('%s functions that everybody may execute', f.callable) AS found
     FROM pg_catalog.pg_extension e CROSS JOIN LATERAL (
       SELECT count(*) AS callable FROM pg_catalog.pg_depend d
       JOIN pg_catalog.pg_proc p ON d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
       JOIN pg_catalog.pg_language l ON l.oid = p.prolang
       WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid AND NOT l.lanpltrusted AND p.proname !~ '^plpgsql_'
         AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x WHERE x.grantee = 0)) f
     WHERE f.callable > 0
     UNION ALL
     SELECT 'publication ' || p.pubname, 'rows of tenants leave by it, past all policies'
     FROM pg_catalog.pg_publication p
     WHERE p.puballtables OR EXISTS (
       SELECT FROM pg_catalog.pg_publication_tables t WHERE t.pubname = p.pubname AND t.schemaname = ANY ($1))
     UNION ALL
     SELECT 'subscription ' || s.subname, 'rows arrive by it, past policies and triggers'
     FROM pg_catalog.pg_subscription s WHERE s.subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`,
    [schemas],
  );
  return rows.sort(byName((found) => found.object));
}
