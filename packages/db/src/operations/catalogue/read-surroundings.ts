import type { ClientBase } from "pg";
import { groupOf } from "../../client/login-check";
import { readAdditions } from "./read-additions";
import { collectGrants, type GrantRow, grantsJson } from "./read-grants";
import { isInvoker } from "./read-objects";
import { readCompany, readDefaultPrivileges, readForeignOwners, readMakers, readSilenced } from "./read-ownership";
import { readSessions } from "./read-sessions";
import { notOfExtension } from "./read-tables";
import { byName } from "./text";
import type {
  DatabaseInfo,
  DefinerInfo,
  LargeObjectsInfo,
  OtherRelationInfo,
  ParameterInfo,
  SurroundingsInfo,
} from "./types";

/** Columns by which a row belongs to a tenant. */
const tenantColumns = ["tenant_id", "company_id", "business_id"];
const relationKinds: Record<string, OtherRelationInfo["kind"]> = { v: "view", m: "materialized view" };

/** Objects outside the given schemas that reach their rows, and what changes the sessions that do. */
export async function readSurroundings(
  client: ClientBase,
  schemas: string[],
  logins: readonly string[],
): Promise<SurroundingsInfo> {
  return {
    database: await readDatabase(client),
    parameters: await readParameters(client),
    largeObjects: await readLargeObjects(client, schemas),
    relations: await readOtherRelations(client, schemas),
    definers: await readDefiners(client),
    sessions: await readSessions(client, schemas, logins),
    additions: await readAdditions(client, schemas),
    foreignOwners: await readForeignOwners(client, schemas),
    defaultPrivileges: await readDefaultPrivileges(client, schemas),
    makers: await readMakers(client, schemas),
    silenced: await readSilenced(client, schemas),
    company: await readCompany(client, schemas),
  };
}

async function readDatabase(client: ClientBase): Promise<DatabaseInfo> {
  const { rows } = await client.query<{ name: string; grants: GrantRow[] }>(
    `SELECT d.datname AS name, ${grantsJson("coalesce(d.datacl, acldefault('d', d.datdba))", "d.datdba")} AS grants
     FROM pg_catalog.pg_database d WHERE d.datname = current_database()`,
  );
  return { name: rows[0]?.name ?? "", grants: collectGrants(rows[0]?.grants ?? []) };
}

async function readParameters(client: ClientBase): Promise<ParameterInfo[]> {
  // Parameters belong to the superuser that initdb made, whose oid is 10 on every server.
  const { rows } = await client.query<{ name: string; grants: GrantRow[] }>(
    `SELECT p.parname AS name, ${grantsJson("p.paracl", "10")} AS grants FROM pg_catalog.pg_parameter_acl p`,
  );
  return rows
    .map((row) => ({ name: row.name, grants: collectGrants(row.grants) }))
    .sort(byName((parameter) => parameter.name));
}

async function readLargeObjects(client: ClientBase, schemas: string[]): Promise<LargeObjectsInfo> {
  const { rows } = await client.query<{ name: string; revocable: boolean; grants: GrantRow[] }>(
    `SELECT 'pg_catalog.' || p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS name,
            pg_has_role(coalesce(
              (SELECT n.nspowner FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY ($1) ORDER BY n.oid LIMIT 1),
              (SELECT d.datdba FROM pg_catalog.pg_database d WHERE d.datname = current_database())
            ), p.proowner, 'USAGE') AS revocable,
            ${grantsJson("coalesce(p.proacl, acldefault('f', p.proowner))", "p.proowner")} AS grants
     FROM pg_catalog.pg_proc p
     WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname ~ '^(lo_.*|loread|lowrite)$'`,
    [schemas],
  );
  return {
    revocable: rows.every((row) => row.revocable),
    functions: rows
      .map((row) => ({ fullName: row.name, grants: collectGrants(row.grants) }))
      .sort(byName((found) => found.fullName)),
  };
}

/** Tables by their columns; views also by what they read, through other views too. */
async function readOtherRelations(client: ClientBase, schemas: string[]): Promise<OtherRelationInfo[]> {
  const columnAcl = `(SELECT array_agg(item) FROM pg_catalog.pg_attribute a, unnest(a.attacl) item
    WHERE a.attrelid = c.oid AND NOT a.attisdropped)`;
  const { rows } = await client.query<{
    schema: string;
    name: string;
    kind: string;
    options: string[];
    tenant_columns: string[];
    grants: GrantRow[];
  }>(
    `WITH RECURSIVE tenants_rows AS (
       SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND (n.nspname = ANY ($1) OR EXISTS (
         SELECT FROM pg_catalog.pg_attribute a
         WHERE a.attrelid = c.oid AND a.attname = ANY ($2) AND a.attnum > 0 AND NOT a.attisdropped))
       UNION
       SELECT w.ev_class FROM tenants_rows t
       JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = t.oid
         AND d.classid = 'pg_catalog.pg_rewrite'::regclass
       JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid AND w.ev_type = '1'
     )
     SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind, coalesce(c.reloptions, '{}') AS options,
            (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]') FROM pg_catalog.pg_attribute a
             WHERE a.attrelid = c.oid AND a.attname = ANY ($2) AND a.attnum > 0 AND NOT a.attisdropped) AS tenant_columns,
            ${grantsJson(`c.relacl || ${columnAcl}`, "c.relowner")} AS grants
     FROM tenants_rows t
     JOIN pg_catalog.pg_class c ON c.oid = t.oid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname <> ALL ($1) AND n.nspname !~ '^(pg_|information_schema$)'
       AND ${notOfExtension("pg_catalog.pg_class", "c.oid")}`,
    [schemas, tenantColumns],
  );
  return rows
    .map((row) => ({
      kind: relationKinds[row.kind] ?? "table",
      schema: row.schema,
      name: row.name,
      fullName: `${row.schema}.${row.name}`,
      securityInvoker: isInvoker(row.options),
      tenantColumns: row.tenant_columns,
      grants: collectGrants(row.grants),
    }))
    .sort(byName((relation) => relation.fullName));
}

async function readDefiners(client: ClientBase): Promise<DefinerInfo[]> {
  const { rows } = await client.query<{
    name: string;
    kind: string;
    owner: string;
    superuser: boolean;
    bypasses: boolean;
    can_log_in: boolean;
    owns_tables: boolean;
    groups: string[];
    grants: GrantRow[];
  }>(
    `SELECT n.nspname || '.' || p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS name, p.prokind AS kind,
            o.rolname AS owner, o.rolsuper AS superuser, o.rolbypassrls AS bypasses, o.rolcanlogin AS can_log_in,
            EXISTS (SELECT FROM pg_catalog.pg_class c
                    WHERE c.relkind IN ('r', 'p') AND pg_has_role(p.proowner, c.relowner, 'USAGE')) AS owns_tables,
            (SELECT coalesce(json_agg(g.rolname ORDER BY g.rolname), '[]') FROM pg_catalog.pg_roles g
             WHERE g.rolname = ANY ($1) AND pg_has_role(p.proowner, g.oid, 'USAGE')) AS groups,
            ${grantsJson("coalesce(p.proacl, acldefault('f', p.proowner))", "p.proowner")} AS grants
     FROM pg_catalog.pg_proc p
     JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
     JOIN pg_catalog.pg_roles o ON o.oid = p.proowner
     WHERE p.prosecdef AND ${notOfExtension("pg_catalog.pg_proc", "p.oid")}`,
    [Object.values(groupOf)],
  );
  return rows
    .map((row) => ({
      kind: row.kind === "p" ? ("PROCEDURE" as const) : ("FUNCTION" as const),
      fullName: row.name,
      owner: {
        name: row.owner,
        superuser: row.superuser,
        bypassesRowSecurity: row.bypasses,
        canLogIn: row.can_log_in,
        ownsTables: row.owns_tables,
        groups: row.groups,
      },
      grants: collectGrants(row.grants),
    }))
    .sort(byName((definer) => definer.fullName));
}
