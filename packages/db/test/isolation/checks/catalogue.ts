import type pg from "pg";
import { groupOf } from "../../../src/client/login-check";
import { catalogueScope } from "../../../src/domains";
import { personalSchemas } from "../../../src/operations/catalogue/rules/rule";

/** The schemas of all domains, as a list in SQL: `schemaname in (${schemaList})`. */
export const schemaList = catalogueScope.schemas.map((name) => `'${name}'`).join(", ");

/** The schemas with rows of tenants: all but those of the identities. */
export const tenantSchemas = catalogueScope.schemas.filter((name) => !personalSchemas.includes(name));

/** The roles whose functions run with their rights. */
export async function definerOwners(owner: pg.Client): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    "select rolname as name from pg_roles where oid in (select proowner from pg_proc where prosecdef) order by 1",
  );
  return rows.map((row) => row.name);
}

/** The roles that a login of the group `own` may never become: the other groups, and the owners of functions. */
export async function strongerRoles(owner: pg.Client, own: "authenticated" | "identity"): Promise<string[]> {
  const groups = Object.values(groupOf).filter((name) => name !== own);
  return [...groups, ...(await definerOwners(owner))];
}

export interface UniqueKey {
  name: string;
  /** Columns of the key, of its expressions and its predicate, and what generated ones of them are made from. */
  columns: string[];
}

/** The unique keys and exclusion constraints of a table as the server has them, whoever made them. */
export async function uniqueKeys(owner: pg.Client, table: string): Promise<UniqueKey[]> {
  const { rows } = await owner.query<UniqueKey>(
    `with keys as (
       select i.indexrelid, c.relname as name, i.indrelid, n.attnum
       from pg_index i
       join pg_class c on c.oid = i.indexrelid
       cross join lateral (
         select unnest(i.indkey::int2[]) as attnum
         union select d.refobjsubid from pg_depend d
           where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid and d.refobjid = i.indrelid
       ) n
       where i.indrelid = $1::regclass and (i.indisunique or i.indisexclusion) and n.attnum > 0
     ), widened as (
       select name, indrelid, attnum from keys
       union
       select k.name, k.indrelid, d.refobjsubid from keys k
       join pg_attrdef f on f.adrelid = k.indrelid and f.adnum = k.attnum
       join pg_depend d on d.classid = 'pg_attrdef'::regclass and d.objid = f.oid
         and d.refclassid = 'pg_class'::regclass and d.refobjid = k.indrelid and d.refobjsubid > 0
     )
     select w.name::text, array_agg(a.attname::text order by a.attnum) as columns
     from widened w join pg_attribute a on a.attrelid = w.indrelid and a.attnum = w.attnum
     group by w.name order by w.name`,
    [table],
  );
  return rows;
}

export interface ForeignKey {
  name: string;
  /** `schema.table` that it refers to. */
  target: string;
  columns: string[];
  foreignColumns: string[];
}

/** The foreign keys of a table as the server has them. */
export async function foreignKeys(owner: pg.Client, table: string): Promise<ForeignKey[]> {
  const names = (keys: string, relation: string) => `array(
    select a.attname::text from unnest(${keys}) with ordinality k (attnum, position)
    join pg_attribute a on a.attrelid = ${relation} and a.attnum = k.attnum order by k.position)`;
  const { rows } = await owner.query<ForeignKey>(
    `select c.conname::text as name, n.nspname || '.' || t.relname as target,
       ${names("c.conkey", "c.conrelid")} as columns, ${names("c.confkey", "c.confrelid")} as "foreignColumns"
     from pg_constraint c join pg_class t on t.oid = c.confrelid join pg_namespace n on n.oid = t.relnamespace
     where c.contype = 'f' and c.conrelid = $1::regclass order by c.conname`,
    [table],
  );
  return rows;
}

/**
 * Tables of tenants' schemas that hold a `tenant_id`, whether or not anyone registered them. What `auth` says of tenants
 * is attacked in `attacks/memberships.test.ts`.
 */
export async function tablesWithTenant(owner: pg.Client): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
     where c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_schema)' and n.nspname <> all ($1)
     order by 1`,
    [personalSchemas],
  );
  return rows.map((row) => row.name);
}
