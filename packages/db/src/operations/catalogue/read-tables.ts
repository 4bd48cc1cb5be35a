import type { ClientBase } from "pg";
import { groupBy, type RelationGrants } from "./read-grants";
import { readConstraints, readIndexes, readPolicies, readTriggers } from "./read-table-parts";
import { byName, oneLine } from "./text";
import type { ColumnInfo, TableInfo } from "./types";

interface TableRow {
  oid: string;
  schema: string;
  name: string;
  unlogged: boolean;
  options: string[];
  partition_key: string | null;
  partition_of: string | null;
  row_security: boolean;
  force_row_security: boolean;
  replica_identity: string;
}

interface ColumnRow {
  oid: string;
  name: string;
  type: string;
  is_numeric: boolean;
  collation: string | null;
  not_null: boolean;
  expression: string | null;
  generated: string;
  identity: string;
}

const replicaIdentities: Record<string, TableInfo["replicaIdentity"]> = {
  d: "DEFAULT",
  f: "FULL",
  i: "INDEX",
  n: "NOTHING",
};

/** Leaves out what an extension brought along: its version differs between servers. */
export const notOfExtension = (catalogue: string, oid: string) =>
  `NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e WHERE e.classid = '${catalogue}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;

const isTable = `c.relkind IN ('r', 'p') AND ${notOfExtension("pg_catalog.pg_class", "c.oid")}`;

/** Tables with all their parts. */
export async function readTables(client: ClientBase, schemas: string[], grants: RelationGrants): Promise<TableInfo[]> {
  const { rows } = await client.query<TableRow>(
    `SELECT c.oid::text, n.nspname AS schema, c.relname AS name, c.relpersistence = 'u' AS unlogged,
            coalesce(c.reloptions, '{}') AS options, c.relrowsecurity AS row_security,
            c.relforcerowsecurity AS force_row_security, c.relreplident AS replica_identity,
            CASE WHEN c.relkind = 'p' THEN 'PARTITION BY ' || pg_get_partkeydef(c.oid) END AS partition_key,
            CASE WHEN c.relispartition THEN 'PARTITION OF ' || (
              SELECT i.inhparent::regclass::text FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid
            ) || ' ' || pg_get_expr(c.relpartbound, c.oid) END AS partition_of
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1) AND ${isTable}`,
    [schemas],
  );
  const columns = await readColumns(client, schemas);
  const constraints = await readConstraints(client, schemas);
  const indexes = await readIndexes(client, schemas);
  const policies = await readPolicies(client, schemas);
  const triggers = await readTriggers(client, schemas);
  return rows
    .map((row) => ({
      schema: row.schema,
      name: row.name,
      fullName: `${row.schema}.${row.name}`,
      unlogged: row.unlogged,
      options: row.options.toSorted(),
      partitionKey: row.partition_key ?? undefined,
      partitionOf: row.partition_of ?? undefined,
      rowSecurity: row.row_security,
      forceRowSecurity: row.force_row_security,
      replicaIdentity: replicaIdentities[row.replica_identity] ?? "DEFAULT",
      columns: columns.get(row.oid) ?? [],
      constraints: constraints.get(row.oid) ?? [],
      indexes: indexes.get(row.oid) ?? [],
      policies: policies.get(row.oid) ?? [],
      triggers: triggers.get(row.oid) ?? [],
      grants: grants.whole.get(row.oid) ?? [],
      columnGrants: grants.columns.get(row.oid) ?? [],
    }))
    .sort(byName((table) => table.fullName));
}

async function readColumns(client: ClientBase, schemas: string[]): Promise<Map<string, ColumnInfo[]>> {
  const { rows } = await client.query<ColumnRow>(
    `SELECT c.oid::text, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
            a.atttypid = 'pg_catalog.numeric'::regtype AS is_numeric,
            CASE WHEN a.attcollation <> t.typcollation THEN (
              SELECT CASE WHEN s.nspname = 'pg_catalog' THEN '' ELSE quote_ident(s.nspname) || '.' END || quote_ident(l.collname)
              FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace s ON s.oid = l.collnamespace
              WHERE l.oid = a.attcollation
            ) END AS collation,
            a.attnotnull AS not_null, pg_get_expr(d.adbin, d.adrelid) AS expression,
            a.attgenerated AS generated, a.attidentity AS identity
     FROM pg_catalog.pg_attribute a
     JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
     LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE n.nspname = ANY ($1) AND ${isTable} AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY c.oid, a.attnum`,
    [schemas],
  );
  const byTable = groupBy(rows, (row) => row.oid);
  return new Map([...byTable].map(([oid, own]) => [oid, own.map(toColumn)]));
}

function toColumn(row: ColumnRow): ColumnInfo {
  const expression = row.expression === null ? undefined : oneLine(row.expression);
  const isGenerated = row.generated !== "";
  return {
    name: row.name,
    type: row.type,
    isNumeric: row.is_numeric,
    collation: row.collation ?? undefined,
    notNull: row.not_null,
    default: isGenerated ? undefined : expression,
    generated:
      isGenerated && expression !== undefined ? `(${expression})${row.generated === "v" ? "" : " STORED"}` : undefined,
    identity: row.identity === "a" ? "ALWAYS" : row.identity === "d" ? "BY DEFAULT" : undefined,
  };
}
