import type { ClientBase } from "pg";
import { groupOf } from "../../client/login-check";
import { settingsThatMatter } from "./harmless-settings";
import { byName } from "./text";
import type { RoleInfo, SessionsInfo, SettingInfo } from "./types";

const groups = Object.values(groupOf);

/*
 * The roles that sessions of applications run as. Members of the groups, but for superusers, the owner of the schemas, who makes the
 * groups and may be a member of them, and the roles that own functions, as nobody logs in as these.
 */
const rolesOfSessions = `
  owners AS (SELECT DISTINCT n.nspowner AS oid FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY ($1)),
  writers AS (
    SELECT DISTINCT p.proowner AS oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prosecdef AND n.nspname = ANY ($1) AND p.proowner NOT IN (SELECT oid FROM owners)),
  members AS (
    SELECT r.oid, r.rolname, g.rolname AS of_group
    FROM pg_catalog.pg_roles r JOIN pg_catalog.pg_roles g ON g.rolname = ANY ($2) AND pg_has_role(r.oid, g.oid, 'MEMBER')
    WHERE NOT r.rolsuper AND r.oid NOT IN (SELECT oid FROM owners) AND r.oid NOT IN (SELECT oid FROM writers))`;

/** Who the sessions of applications are, and what changes them. `logins` are held to the rules besides the session's own. */
export async function readSessions(
  client: ClientBase,
  schemas: string[],
  logins: readonly string[],
): Promise<SessionsInfo> {
  const members = await client.query<{ name: string; of_group: string }>(
    `WITH ${rolesOfSessions} SELECT rolname AS name, of_group FROM members ORDER BY rolname`,
    [schemas, groups],
  );
  const ofGroups = (...wanted: string[]) =>
    [...new Set(members.rows.filter((row) => wanted.includes(row.of_group)).map((row) => row.name))].sort();
  return {
    runtime: ofGroups(groupOf.runtime),
    applications: ofGroups(...groups),
    roles: await readRoles(client, schemas, logins),
    settings: await readAllSettings(client, schemas),
  };
}

async function readRoles(client: ClientBase, schemas: string[], logins: readonly string[]): Promise<RoleInfo[]> {
  const { rows } = await client.query<RoleInfo>(
    `WITH ${rolesOfSessions}, own AS (
       SELECT r.oid FROM pg_catalog.pg_roles r
       WHERE r.rolname = ANY ($3) OR r.rolname = session_user AND r.oid IN (SELECT oid FROM members)
         OR r.rolname IN (SELECT current_database() || '_' || kind FROM unnest($4::text[]) kind))
     SELECT r.rolname AS name,
            CASE WHEN r.rolname = ANY ($2) THEN 'group' WHEN r.oid IN (SELECT oid FROM writers) THEN 'writer' ELSE 'login' END AS kind,
            array_remove(ARRAY[
              CASE WHEN r.rolsuper THEN 'SUPERUSER' END, CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END,
              CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END, CASE WHEN r.rolcreatedb THEN 'CREATEDB' END,
              CASE WHEN r.rolreplication THEN 'REPLICATION' END, CASE WHEN r.rolcanlogin THEN 'LOGIN' END
            ], NULL) AS attributes,
            (SELECT coalesce(json_agg(json_build_object('role', m.name, 'admin', m.admin) ORDER BY m.name), '[]') FROM (
               SELECT g.rolname AS name, bool_or(a.admin_option) AS admin
               FROM pg_catalog.pg_auth_members a JOIN pg_catalog.pg_roles g ON g.oid = a.roleid
               WHERE a.member = r.oid GROUP BY g.rolname) m) AS "memberOf"
     FROM pg_catalog.pg_roles r
     WHERE r.rolname = ANY ($2) OR r.oid IN (SELECT oid FROM writers) OR r.oid IN (SELECT oid FROM own)`,
    [schemas, groups, logins, Object.keys(groupOf)],
  );
  return rows.sort(byName((role) => role.name));
}

/** Defaults of roles and of the database, and what this session began with that is none of them. */
async function readAllSettings(client: ClientBase, schemas: string[]): Promise<SettingInfo[]> {
  const given = await readSettings(client, schemas);
  const { rows } = await client.query<{ login: string }>("SELECT session_user AS login");
  const own = given.filter(({ role }) => role === undefined || role === rows[0]?.login).map(({ name }) => name);
  const began = await readServerSettings(client);
  return [...given, ...began.filter(({ name }) => !own.includes(name))];
}

/** What ALTER ROLE … SET and ALTER DATABASE … SET give to sessions of applications in this database. */
async function readSettings(client: ClientBase, schemas: string[]): Promise<SettingInfo[]> {
  const { rows } = await client.query<{ role: string | null; of_database: boolean; setting: string }>(
    `WITH ${rolesOfSessions}
     SELECT r.rolname AS role, s.setdatabase <> 0 AS of_database, c.setting
     FROM pg_catalog.pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) c(setting)
     LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
     WHERE s.setdatabase IN (0, (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database()))
       AND (s.setrole = 0 OR r.oid IN (SELECT oid FROM members))
     ORDER BY 1, 2, 3`,
    [schemas, groups],
  );
  return rows.map(({ role, of_database, setting }) => ({
    name: setting.slice(0, setting.indexOf("=")),
    value: setting.slice(setting.indexOf("=") + 1),
    role: role ?? undefined,
    ofDatabase: of_database,
  }));
}

/** What the server's own configuration gives to every session, where it matters and is not as it should be. */
async function readServerSettings(client: ClientBase): Promise<SettingInfo[]> {
  const { rows } = await client.query<{ name: string; value: string }>(
    `SELECT s.name, s.reset_val AS value FROM pg_catalog.pg_settings s
     WHERE s.name = ANY ($1) AND s.reset_val IS DISTINCT FROM s.boot_val ORDER BY s.name`,
    [settingsThatMatter],
  );
  return rows.map((row) => ({ ...row, role: undefined, ofDatabase: undefined }));
}
