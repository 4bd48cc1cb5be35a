-- Before any table of the package: schemas, group roles, and the rights on what belongs to everybody. Every statement
-- may run again and again.

-- Group roles (NOLOGIN) of logins: each login is a member of exactly one. Roles belong to the whole server, so another
-- database of it may have made them.
do $$
declare
  name text;
begin
  foreach name in array array['authenticated', 'identity', 'platform'] loop
    if not exists (select from pg_roles r where r.rolname = name) then
      begin
        execute format('create role %I nologin nosuperuser nobypassrls nocreaterole nocreatedb', name);
      exception when duplicate_object or unique_violation then
        null;
      end;
    end if;
    if exists (select from pg_roles r where r.rolname = name and (r.rolsuper or r.rolbypassrls or r.rolcanlogin)) then
      raise exception 'role % exists already and may log in or bypass row level security: rename it first', name;
    end if;
  end loop;
end $$;

create schema if not exists auth;

-- What a signed-in person may ask of auth, by functions: the runtime login has no right on auth itself.
create schema if not exists self;

create schema if not exists tenancy;

-- Nobody connects, makes temporary tables or makes tables in public, except who is told.
do $$
begin
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to authenticated, identity, platform', current_database());
exception when insufficient_privilege then
  raise notice 'the rights on the database stay as they are: only its owner can change them';
end $$;

do $$
begin
  revoke create on schema public from public;
exception when insufficient_privilege then
  raise notice 'the rights on the schema public stay as they are: only its owner can change them';
end $$;

-- Large objects know no policies, so their functions are for nobody.
do $$
declare
  closed regprocedure;
begin
  for closed in
    select p.oid from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace and (p.proname like 'lo\_%' or p.proname in ('loread', 'lowrite'))
  loop
    execute format('revoke execute on function %s from public', closed);
  end loop;
exception when insufficient_privilege then
  raise notice 'large object functions stay executable: only a superuser can revoke them';
end $$;

-- The server's own functions that reach other sessions, which all tenants' calls share, and those that run SQL given
-- as text, in which a change of the session can hide. Updating pg_settings is another way to SET.
do $$
declare
  closed regprocedure;
begin
  for closed in
    select p.oid from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace and (
      p.proname in ('pg_cancel_backend', 'pg_terminate_backend', 'pg_stat_get_activity',
        'pg_stat_get_backend_activity', 'ts_stat')
      or (p.proname = 'ts_rewrite' and p.pronargs = 2)
      or p.proname ~ '^(query|table|cursor|schema|database)_to_xml')
  loop
    execute format('revoke execute on function %s from public', closed);
  end loop;
  grant execute on function pg_stat_get_activity(integer) to pg_read_all_stats;
  revoke update on pg_catalog.pg_settings from public;
exception when insufficient_privilege then
  raise notice 'functions that reach other sessions stay executable: only a superuser can revoke them';
end $$;

grant usage on schema tenancy to authenticated, platform;

grant usage on schema auth to identity;

grant usage on schema self to authenticated;
