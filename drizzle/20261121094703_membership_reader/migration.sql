-- Who is a member of what is asked across tenants, before a tenant is chosen and at every call of a user. A role of its
-- own may read that; the runtime login asks it through functions, and its own policies stay those of one tenant.
do $$
declare
  name constant text := 'membership_reader';
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
  -- To hand its functions over, an owner that is no superuser must be able to become it; see the first migration.
  if (select rolsuper from pg_roles where rolname = current_user) then
    null;
  elsif current_setting('server_version_num')::int >= 160000 then
    if not pg_has_role(current_user, name, 'SET') then
      execute format('grant %I to %I', name, current_user);
    end if;
  elsif not pg_has_role(current_user, name, 'MEMBER') then
    execute format('grant %I to %I', name, current_user);
  end if;
end $$;
--> statement-breakpoint
grant usage on schema tenancy to membership_reader;
--> statement-breakpoint
grant select on tenancy.users, tenancy.tenants to membership_reader;
--> statement-breakpoint
grant execute on function tenancy.current_tenant_id(), tenancy.current_user_id(), tenancy.current_identity_id()
  to membership_reader;
