/** What CREATE DATABASE … TEMPLATE leaves behind: owner, grants and settings of the database itself. */
import type pg from "pg";
import { quoteName } from "./database-names";

interface Grant {
  grantee: string | null;
  privilege: string;
  grantable: boolean;
}

interface RoleSetting {
  role: string | null;
  name: string;
  value: string;
}

/** Writes the statements that give a database what another one has. Settings are copied as values, never as text. */
export type PropertyWriter = (client: pg.Client, database: string) => Promise<void>;

/** Reads the owner, grants (`REVOKE TEMP ON DATABASE …`) and settings (`ALTER DATABASE … SET`) of `source`. */
export async function readProperties(client: pg.Client, source: string): Promise<PropertyWriter> {
  const grants = await client.query<Grant>(
    `select r.rolname as grantee, a.privilege_type as privilege, a.is_grantable as grantable
       from pg_catalog.pg_database d, aclexplode(d.datacl) a left join pg_catalog.pg_roles r on r.oid = a.grantee
      where d.datname = $1 and a.grantee <> d.datdba and (a.grantee = 0 or r.rolname is not null)`,
    [source],
  );
  const owners = await client.query<{ owner: string; changed: boolean; foreign: boolean }>(
    `select pg_get_userbyid(datdba) as owner, datacl is not null as changed,
            pg_get_userbyid(datdba) <> current_user as foreign
       from pg_catalog.pg_database where datname = $1`,
    [source],
  );
  const settings = await client.query<RoleSetting>(
    `select r.rolname as role, split_part(entry, '=', 1) as name, substr(entry, strpos(entry, '=') + 1) as value
       from pg_catalog.pg_db_role_setting s join pg_catalog.pg_database d on d.oid = s.setdatabase
       left join pg_catalog.pg_roles r on r.oid = s.setrole, unnest(s.setconfig) entry
      where d.datname = $1`,
    [source],
  );

  return async (target, database) => {
    const name = quoteName(database);
    const statements: string[] = [];
    for (const { owner, changed, foreign } of owners.rows) {
      if (foreign) statements.push(`alter database ${name} owner to ${quoteName(owner)}`);
      if (changed) statements.push(`revoke all on database ${name} from public`);
    }
    for (const { grantee, privilege, grantable } of grants.rows) {
      const to = grantee === null ? "public" : quoteName(grantee);
      statements.push(`grant ${privilege} on database ${name} to ${to}${grantable ? " with grant option" : ""}`);
    }
    if (statements.length > 0) await target.query(statements.join("; "));
    for (const { role, name: setting, value } of settings.rows) {
      const subject = role === null ? `database ${name}` : `role ${quoteName(role)} in database ${name}`;
      const variable = setting.split(".").map(quoteName).join(".");
      await target.query("begin");
      await target.query("select set_config($1, $2, true)", [setting, value]);
      await target.query(`alter ${subject} set ${variable} from current`);
      await target.query("commit");
    }
  };
}
