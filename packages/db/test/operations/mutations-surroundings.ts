import type { Mutation } from "./mutations-isolation";

const onDatabase = (statement: string) => `DO $$ BEGIN EXECUTE format('${statement}', current_database()); END $$`;
const definer = (schema: string) =>
  `CREATE FUNCTION ${schema}.everything() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
   AS 'select 1::bigint'; REVOKE ALL ON FUNCTION ${schema}.everything() FROM PUBLIC;
   GRANT EXECUTE ON FUNCTION ${schema}.everything() TO authenticated;`;
const owned = (role: string) =>
  `${definer("tenancy")} CREATE ROLE mini_definer ${role}; ALTER FUNCTION tenancy.everything() OWNER TO mini_definer;`;
const stash = "CREATE TABLE public.stash (tenant_id uuid, note text);";

/** What lies around the schemas must not reach their rows. `{database}` stands for the name of the tested one. */
export const surroundingMutations: Mutation[] = [
  [
    "database-privileges",
    "database {database}",
    "temporary tables",
    onDatabase("GRANT TEMPORARY ON DATABASE %I TO authenticated"),
  ],
  [
    "database-privileges",
    "database {database}",
    "temporary tables for everybody",
    onDatabase("GRANT TEMPORARY ON DATABASE %I TO PUBLIC"),
  ],
  [
    "database-privileges",
    "database {database}",
    "as CREATE DATABASE makes it",
    "UPDATE pg_database SET datacl = NULL WHERE datname = current_database()",
  ],
  [
    "database-privileges",
    "database {database}",
    "connecting for everybody",
    onDatabase("GRANT CONNECT ON DATABASE %I TO PUBLIC"),
  ],
  [
    "database-privileges",
    "database {database}",
    "making schemas",
    onDatabase("GRANT CREATE ON DATABASE %I TO authenticated"),
  ],
  [
    "database-privileges",
    "database {database}",
    "GRANT OPTION",
    onDatabase("GRANT CONNECT ON DATABASE %I TO authenticated WITH GRANT OPTION"),
  ],
  [
    "parameter-privileges",
    "parameter session_replication_role",
    "switching off triggers",
    "GRANT SET ON PARAMETER session_replication_role TO authenticated",
  ],
  [
    "parameter-privileges",
    "parameter log_min_messages",
    "ALTER SYSTEM for everybody",
    "GRANT ALTER SYSTEM ON PARAMETER log_min_messages TO PUBLIC",
  ],
  [
    "large-objects",
    "functions of large objects",
    "reading",
    "GRANT EXECUTE ON FUNCTION lo_get(oid), lo_open(oid, integer) TO authenticated",
  ],
  [
    "large-objects",
    "functions of large objects",
    "reading an open one",
    "GRANT EXECUTE ON FUNCTION loread(integer, integer) TO authenticated",
  ],
  [
    "large-objects",
    "functions of large objects",
    "writing for everybody",
    "GRANT EXECUTE ON FUNCTION lowrite(integer, bytea) TO PUBLIC",
  ],
  ["tenant-rows-outside", "table public.stash", "a table", `${stash} GRANT SELECT ON public.stash TO authenticated`],
  [
    "tenant-rows-outside",
    "table public.stash",
    "one column of it",
    `${stash} GRANT UPDATE (note) ON public.stash TO authenticated`,
  ],
  [
    "tenant-rows-outside",
    "table elsewhere.stash",
    "rows of businesses, for everybody",
    "CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.stash (business_id uuid) PARTITION BY HASH (business_id); GRANT SELECT ON elsewhere.stash TO PUBLIC",
  ],
  [
    "tenant-rows-outside",
    "view public.amounts",
    "a view through another one",
    `CREATE VIEW public.inner_amounts AS SELECT amount FROM accounting.invoices;
     CREATE VIEW public.amounts AS SELECT amount FROM public.inner_amounts; GRANT SELECT ON public.amounts TO authenticated`,
  ],
  [
    "tenant-rows-outside",
    "view public.kept",
    "a materialised view",
    "CREATE MATERIALIZED VIEW public.kept AS SELECT name FROM tenancy.tenants; GRANT SELECT ON public.kept TO authenticated",
  ],
  ["definer-owner", "function public.everything()", "in another schema, owned by a superuser", definer("public")],
  [
    "definer-owner",
    "function public.anybody()",
    "the default of a new function",
    "CREATE FUNCTION public.anybody() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'select 1'",
  ],
  ["definer-owner", "function tenancy.everything()", "owned by a login", owned("LOGIN")],
  ["definer-owner", "function tenancy.everything()", "owned past row level security", owned("BYPASSRLS")],
  [
    "definer-owner",
    "function tenancy.everything()",
    "owned by the owner of a table",
    `${owned("NOLOGIN")} CREATE TABLE public.notes (note text); ALTER TABLE public.notes OWNER TO mini_definer`,
  ],
  [
    "definer-owner",
    "function tenancy.everything()",
    "owned with the rights of the platform",
    `${owned("NOLOGIN")} GRANT platform TO mini_definer`,
  ],
  [
    "definer-owner",
    "function tenancy.everything()",
    "owned by a member of both groups",
    `${owned("NOLOGIN")} GRANT authenticated, platform TO mini_definer`,
  ],
];
