import type { ClientBase } from "pg";
import { byName } from "./text";
import type { ColumnGrant, Grant } from "./types";

export interface RelationGrants {
  /** By relation oid. */
  readonly whole: Map<string, Grant[]>;
  readonly columns: Map<string, ColumnGrant[]>;
}

/** One privilege of one role, as aclexplode gives it. */
export interface GrantRow {
  readonly role: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

/** SQL for the role of an aclexplode row `x`; needs a left join of pg_roles as `r`. */
const roleOfGrant = `CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE coalesce(r.rolname::text, 'unknown role') END`;

/** SQL for the rows of an access list as JSON, the owner's own left out. */
export const grantsJson = (acl: string, owner: string) =>
  `(SELECT coalesce(json_agg(json_build_object('role', ${roleOfGrant}, 'privilege', x.privilege_type, 'grantable', x.is_grantable)), '[]')
    FROM aclexplode(${acl}) x LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.grantee WHERE x.grantee <> ${owner})`;

/** Collects single privileges into one entry per role, sorted. */
export function collectGrants(rows: readonly GrantRow[]): Grant[] {
  const roles = [...new Set(rows.map((row) => row.role))].sort();
  return roles.map((role) => {
    const own = rows.filter((row) => row.role === role);
    return {
      role,
      privileges: [...new Set(own.map((row) => row.privilege))].sort(),
      grantable: [...new Set(own.filter((row) => row.grantable).map((row) => row.privilege))].sort(),
    };
  });
}

/** Groups rows by a key, keeping their order. */
export function groupBy<T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}

/** Rights on tables, views and sequences, and on single columns; the owner's own are left out. */
export async function readRelationGrants(client: ClientBase, schemas: string[]): Promise<RelationGrants> {
  const whole = await client.query<GrantRow & { oid: string }>(
    `SELECT c.oid::text, ${roleOfGrant} AS role, x.privilege_type AS privilege, x.is_grantable AS grantable
     FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     CROSS JOIN LATERAL aclexplode(c.relacl) x
     LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
     WHERE n.nspname = ANY ($1) AND x.grantee <> c.relowner`,
    [schemas],
  );
  const columns = await client.query<GrantRow & { oid: string; column: string }>(
    `SELECT c.oid::text, a.attname AS column, ${roleOfGrant} AS role, x.privilege_type AS privilege,
            x.is_grantable AS grantable
     FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     CROSS JOIN LATERAL aclexplode(a.attacl) x
     LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
     WHERE n.nspname = ANY ($1) AND x.grantee <> c.relowner`,
    [schemas],
  );
  return {
    whole: mapValues(
      groupBy(whole.rows, (row) => row.oid),
      collectGrants,
    ),
    columns: mapValues(
      groupBy(columns.rows, (row) => row.oid),
      (rows) =>
        [...groupBy(rows, (row) => row.column)]
          .flatMap(([column, own]) => collectGrants(own).map((grant) => ({ column, ...grant })))
          .sort(byName((grant) => `${grant.role} ${grant.column}`)),
    ),
  };
}

function mapValues<V, W>(map: Map<string, V>, change: (value: V) => W): Map<string, W> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
