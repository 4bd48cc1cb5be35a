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

/*
 * Any role that the login could become counts as the login's own power. No list names the roles that must be out of reach:
 * they are those that own something, whose functions run with their owner's rights (the writers of ledger and audit
 * trail), and those that a policy lets see more. Our schemas are those on which the groups were granted rights.
 * REPLICATION reads every row past all policies. Of PostgreSQL's own roles none is needed: each reads, writes, locks or watches
 * what belongs to all tenants. Its database's owner is in pg_database_owner, and is found by what it owns.
 */
const factsQuery = `
  with roles as materialized (
    select r.* from pg_roles r where pg_has_role(session_user, r.oid, 'MEMBER')
  ), ours as materialized (
    select n.oid, n.nspowner from pg_namespace n
    where exists (
      select from aclexplode(n.nspacl) a join pg_roles g on g.oid = a.grantee where g.rolname = any ($2::text[]))
  ), powers as (
    select r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolreplication,
      (r.rolname = any ($2::text[]) and r.rolname <> $1)
        or r.rolname ~ '^pg_' and r.rolname <> 'pg_database_owner' as stronger,
      exists (select from pg_database d where d.datdba = r.oid and d.datname = current_database())
        or exists (select from ours where ours.nspowner = r.oid)
        or exists (select from pg_class c where c.relowner = r.oid and c.relnamespace in (select oid from ours))
        as owner,
      exists (
        select from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where p.proowner = r.oid and p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')) as definer,
      r.rolname <> $1 and exists (
        select from pg_policy p join pg_class c on c.oid = p.polrelid
        where r.oid = any (p.polroles) and p.polpermissive and c.relnamespace in (select oid from ours)) as in_policy
    from roles r
  )
  select session_user::text as login,
    exists (select from roles where rolname = $1) as in_group,
    array(
      select case
          when rolsuper then 'is a superuser'
          when rolbypassrls then 'has BYPASSRLS'
          when rolcreaterole then 'has CREATEROLE'
          when rolreplication then 'has REPLICATION'
          when stronger then 'is a member of ' || rolname
          when owner then 'owns objects of the database'
          when definer then 'owns SECURITY DEFINER functions'
          else 'sees rows by a policy that is not its group''s'
        end || case when rolname = session_user then '' else ' (through ' || rolname || ')' end
      from powers
      where rolsuper or rolbypassrls or rolcreaterole or rolreplication or stronger or owner or definer or in_policy
      order by rolsuper desc, rolbypassrls desc, rolname
      limit 1
    ) as powers`;

/** Result of the check: `safe`, or why the login could do more than its work needs. */
export interface LoginCheck {
  login: string;
  safe: boolean;
  reason: string | undefined;
}

/** Reads what the login may do. Works for every login; reads the catalogue only. */
export async function checkLogin(client: ClientBase, kind: ApplicationLogin): Promise<LoginCheck> {
  const group = groupOf[kind];
  const { rows } = await client.query<LoginFacts>(factsQuery, [group, Object.values(groupOf)]);
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
