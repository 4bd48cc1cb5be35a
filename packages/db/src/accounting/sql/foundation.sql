-- Before any table of accounting: its schema and the role that writes the ledger. Every statement may run again and again.
create schema if not exists accounting;

grant usage on schema accounting to authenticated, platform;

-- ledger_writer owns the functions that write the ledger. It may do what the runtime login may, under the same policies,
-- and write the tables of the ledger as well, which nobody else can: what is posted is balanced, whoever writes.
do $$
declare
  name constant text := 'ledger_writer';
begin
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
  if not pg_has_role(name, 'authenticated', 'USAGE') then
    execute format('grant authenticated to %I', name);
  end if;
end $$;
