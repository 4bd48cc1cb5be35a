-- Runs once, when the volume is empty. The group roles exist before the first migration, which makes the same ones.
-- Nobody logs in as a group: `pnpm db:roles` makes the logins.
do $$
declare
  name text;
begin
  foreach name in array array['authenticated', 'identity', 'platform', 'audit_writer', 'membership_keeper', 'self_service'] loop
    if not exists (select from pg_catalog.pg_roles r where r.rolname = name) then
      execute format('create role %I nologin nosuperuser nobypassrls nocreaterole nocreatedb', name);
    end if;
  end loop;
end $$;
