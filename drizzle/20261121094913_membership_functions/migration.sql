-- Whether the scope's user may work in the scope's tenant: asked by the statement that sets the scope.
create function tenancy.require_active_member() returns void
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tenancy.current_user_id() is not null and not exists (
    select from tenancy.users u join tenancy.tenants t on t.id = u.tenant_id
    where u.tenant_id = tenancy.current_tenant_id() and u.id = tenancy.current_user_id()
      and u.status = 'active' and t.status = 'active'
  ) then
    raise exception using errcode = 'ZT001',
      message = 'The user is not an active member of this tenant, or the tenant is not active';
  end if;
end $$;
--> statement-breakpoint
-- The active memberships of the scope's identity in active tenants: what a signed-in person may choose from.
create function tenancy.own_memberships()
  returns table (tenant_id uuid, tenant_name text, user_id uuid, name text, role text)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select u.tenant_id, t.name, u.id, u.name, u.role
    from tenancy.users u join tenancy.tenants t on t.id = u.tenant_id
    where u.identity_id = tenancy.current_identity_id() and u.status = 'active' and t.status = 'active'
    order by t.name, u.tenant_id;
end $$;
--> statement-breakpoint
revoke execute on function tenancy.require_active_member(), tenancy.own_memberships() from public;
--> statement-breakpoint
grant execute on function tenancy.require_active_member(), tenancy.own_memberships() to authenticated;
--> statement-breakpoint
grant create on schema tenancy to membership_reader;
--> statement-breakpoint
alter function tenancy.require_active_member() owner to membership_reader;
--> statement-breakpoint
alter function tenancy.own_memberships() owner to membership_reader;
--> statement-breakpoint
revoke create on schema tenancy from membership_reader;
--> statement-breakpoint
-- An owner that stayed a member would read every tenant's members itself, FORCE or not. Whoever changes these functions
-- later becomes one again for that migration.
do $$
begin
  if not (select rolsuper from pg_roles where rolname = current_user) then
    revoke membership_reader from current_user;
  end if;
end $$;
--> statement-breakpoint
drop function tenancy.refuse_member();
--> statement-breakpoint
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
--> statement-breakpoint
-- Once more by itself: the first migration took this back together with what only a superuser can revoke.
do $$
begin
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to authenticated, identity, platform', current_database());
exception when insufficient_privilege then
  raise notice 'the rights on the database stay as they are: only its owner can change them';
end $$;
--> statement-breakpoint
do $$
begin
  revoke create on schema public from public;
exception when insufficient_privilege then
  raise notice 'the rights on the schema public stay as they are: only its owner can change them';
end $$;
