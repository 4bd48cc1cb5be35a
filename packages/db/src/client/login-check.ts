import type { ClientBase } from "pg";
import { UnsafeRoleError } from "../core/errors";
import type { LoginKind } from "./config";

/** The logins of applications; the admin's is for tools alone, and gets no pool. */
export type ApplicationLogin = Exclude<LoginKind, "admin">;

/** The group a login of each kind must be in, and may not leave. */
export const groupOf: Record<ApplicationLogin, string> = {
  runtime: "authenticated",
  identity: "identity",
  platform: "platform",
};

interface LoginFacts {
  login: string;
  in_group: boolean;
  powers: string[];
}

// Any role that the login could become counts as the login's own power: superuser, BYPASSRLS, an owner, another group.
const factsQuery = `
  select session_user::text as login,
    exists (select from pg_roles g where g.rolname = $1 and pg_has_role(session_user, g.oid, 'MEMBER')) as in_group,
    array(
      select case
          when r.rolsuper then 'is a superuser'
          when r.rolbypassrls then 'has BYPASSRLS'
          when r.rolcreaterole then 'has CREATEROLE'
          when r.rolname = any ($2::text[]) then 'is a member of ' || r.rolname
          when r.rolname ~ '^pg_(read_all_data|write_all_data|(read|write)_server_files|execute_server_program|signal_backend)$'
            then 'is a member of ' || r.rolname
          else 'owns objects of the database'
        end || case when r.rolname = session_user then '' else ' (through ' || r.rolname || ')' end
      from pg_roles r
      where pg_has_role(session_user, r.oid, 'MEMBER')
        and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolname = any ($2::text[])
          or r.rolname ~ '^pg_(read_all_data|write_all_data|(read|write)_server_files|execute_server_program|signal_backend)$'
          or exists (select from pg_namespace n where n.nspowner = r.oid and n.nspname = any ($3::text[]))
          or exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                     where c.relowner = r.oid and n.nspname = any ($3::text[]))
          or exists (select from pg_database d where d.datdba = r.oid and d.datname = current_database()))
      order by r.rolsuper desc, r.rolbypassrls desc, r.rolname
      limit 3
    ) as powers`;

const ownSchemas = ["auth", "self", "tenancy", "accounting", "sales", "trading", "approvals", "invoicing"];

/** Result of the check: `safe`, or why the login could do more than its work needs. */
export interface LoginCheck {
  login: string;
  safe: boolean;
  reason: string | undefined;
}

/** Reads what the login may do. Works for every login; reads the catalogue only. */
export async function checkLogin(client: ClientBase, kind: ApplicationLogin): Promise<LoginCheck> {
  const group = groupOf[kind];
  const others = [...Object.values(groupOf), "audit_writer", "membership_keeper", "self_service"].filter(
    (name) => name !== group,
  );
  const { rows } = await client.query<LoginFacts>(factsQuery, [group, others, ownSchemas]);
  const facts = rows[0];
  if (!facts) return { login: "", safe: false, reason: "cannot be checked" };
  const [power] = facts.powers;
  if (power) return { login: facts.login, safe: false, reason: power };
  if (!facts.in_group) return { login: facts.login, safe: false, reason: `is not a member of ${group}` };
  return { login: facts.login, safe: true, reason: undefined };
}

/** The error for a login that failed the check, saying how to get a safe one. */
export function unsafeRole(check: LoginCheck, kind: ApplicationLogin): UnsafeRoleError {
  return new UnsafeRoleError(
    `The ${kind} login "${check.login}" ${check.reason}: it could reach beyond its scope. ` +
      "Make safe logins with `pnpm db:roles` and use the URLs it writes",
  );
}
