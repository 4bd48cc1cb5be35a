-- Runs once, when the volume is empty. The groups of the three kinds of login exist before the first migration, which makes
-- the same ones; the roles that own functions come with the migrations of their domain.
-- Nobody logs in as a group: `pnpm db:roles` makes the logins.
do $$
declare
  name text;
begin
  foreach name in array array['authenticated', 'identity', 'platform'] loop
    if not exists (select from pg_catalog.pg_roles r where r.rolname = name) then
      execute format('create role %I nologin nosuperuser nobypassrls nocreaterole nocreatedb', name);
    end if;
  end loop;
end $$;
