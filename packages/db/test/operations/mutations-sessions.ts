import type { Mutation } from "./mutations-isolation";

const withDatabase = (statement: string, ...more: string[]) =>
  `DO $$ BEGIN ${[statement, ...more].map((each) => `EXECUTE format('${each.replaceAll("'", "''")}', current_database());`).join(" ")} END $$`;
const login = "CREATE ROLE mini_login LOGIN IN ROLE authenticated;";
/** The login that `db:roles` makes. */
const own = (...more: string[]) =>
  withDatabase('CREATE ROLE "%1$s_runtime" LOGIN NOSUPERUSER IN ROLE authenticated', ...more);

/** Settings that a login may give itself, one that only a superuser may, and one of nobody's. */
const settings = [
  "row_security = off",
  "search_path = auth",
  "default_transaction_read_only = on",
  "transform_null_equals = on",
  "synchronous_commit = off",
  "session_replication_role = replica",
  "role = 'authenticated'",
];
const nameOf = (setting: string) => setting.split(" ")[0] ?? "";

export const sessionMutations: Mutation[] = [
  ...settings.map(
    (setting): Mutation => [
      "session-settings",
      `setting ${nameOf(setting)} of role mini_login`,
      setting,
      `${login} ALTER ROLE mini_login SET ${setting}`,
    ],
  ),
  [
    "session-settings",
    "setting app.current_tenant_id of role mini_login",
    "a tenant by default",
    `${login} ALTER ROLE mini_login SET app.current_tenant_id = '11111111-1111-4111-8111-111111111111'`,
  ],
  [
    "session-settings",
    "setting row_security of role mini_login in database {database}",
    "in one database",
    `${login} ${withDatabase("ALTER ROLE mini_login IN DATABASE %I SET row_security = off")}`,
  ],
  [
    "session-settings",
    "setting session_replication_role of database {database}",
    "of the database",
    withDatabase("ALTER DATABASE %I SET session_replication_role = replica"),
  ],
  [
    "session-settings",
    "setting search_path of every role",
    "of everybody",
    "ALTER ROLE ALL SET search_path = x, pg_catalog",
  ],
  [
    "session-settings",
    "setting row_security of role mini_between",
    "of a member of a member",
    "CREATE ROLE mini_group NOLOGIN IN ROLE platform; CREATE ROLE mini_between LOGIN IN ROLE mini_group; ALTER ROLE mini_between SET row_security = off",
  ],
  ["role-powers", "role authenticated", "a group that may log in", "ALTER ROLE authenticated LOGIN"],
  ["role-powers", "role platform", "a group past policies", "ALTER ROLE platform BYPASSRLS"],
  ["role-powers", "role identity", "a group that makes roles", "ALTER ROLE identity CREATEROLE"],
  ["role-powers", "role authenticated", "a group in a group", "GRANT platform TO authenticated"],
  ["role-powers", "role identity", "a group in one of the server's", "GRANT pg_read_all_data TO identity"],
  ["role-powers", "role {database}_runtime", "REPLICATION", own('ALTER ROLE "%1$s_runtime" REPLICATION')],
  ["role-powers", "role {database}_runtime", "CREATEDB", own('ALTER ROLE "%1$s_runtime" CREATEDB')],
  ["role-powers", "role {database}_runtime", "in two groups", own('GRANT identity TO "%1$s_runtime"')],
  [
    "role-powers",
    "role {database}_runtime",
    "in a role of the server",
    own('GRANT pg_write_all_data TO "%1$s_runtime"'),
  ],
  [
    "role-powers",
    "role {database}_runtime",
    "in a role of somebody's",
    `CREATE ROLE mini_reader NOLOGIN; ${own('GRANT mini_reader TO "%1$s_runtime"')}`,
  ],
  [
    "role-powers",
    "role {database}_runtime",
    "may give its group away",
    own('GRANT authenticated TO "%1$s_runtime" WITH ADMIN OPTION'),
  ],
  [
    "role-powers",
    "role mini_definer",
    "the owner of functions in a role of the server",
    `CREATE ROLE mini_definer NOLOGIN IN ROLE pg_read_all_data; ALTER FUNCTION tenancy.tenant_count() OWNER TO mini_definer`,
  ],
  [
    "database-privileges",
    "database {database}",
    "temporary tables for one login",
    `${login} ${withDatabase("GRANT TEMPORARY ON DATABASE %I TO mini_login")}`,
  ],
  [
    "database-privileges",
    "database {database}",
    "temporary tables for the platform",
    withDatabase("GRANT TEMPORARY ON DATABASE %I TO platform"),
  ],
  [
    "parameter-privileges",
    "parameter session_replication_role",
    "for one login",
    `${login} GRANT SET ON PARAMETER session_replication_role TO mini_login`,
  ],
  [
    "tenant-rows-outside",
    "table public.stash",
    "for one login",
    `${login} CREATE TABLE public.stash (tenant_id uuid); GRANT SELECT ON public.stash TO mini_login`,
  ],
  [
    "large-objects",
    "functions of large objects",
    "for one login",
    `${login} GRANT EXECUTE ON FUNCTION lo_get(oid) TO mini_login`,
  ],
];
