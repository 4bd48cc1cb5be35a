-- The tenants that would be left without an active admin if the person went. Archived tenants need none any more.
-- Each tenant is looked at in its own scope, under its own policies.
-- @owner membership_keeper
-- @execute identity
create function auth.sole_admin_of(p_identity uuid) returns table (tenant_id uuid, tenant_name text)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  scope constant text[] := auth.leave_scope();
  membership record;
begin
  for membership in
    select m.tenant_id, m.user_id, t.name
    from auth.memberships m join auth.tenant_directory t on t.id = m.tenant_id
    where m.identity_id = p_identity and m.role = 'admin' and m.status = 'active' and t.status <> 'archived'
    order by t.name, m.tenant_id
  loop
    perform set_config('app.current_tenant_id', membership.tenant_id::text, true);
    if not exists (
      select from tenancy.users u
      where u.tenant_id = membership.tenant_id and u.role = 'admin' and u.status = 'active' and u.id <> membership.user_id
    ) then
      tenant_id := membership.tenant_id;
      tenant_name := membership.name;
      return next;
    end if;
  end loop;
  perform auth.enter_scope(scope);
end $$;
