-- Raises an error unless the scope's user is an active member of the scope's active tenant. The statement that sets the
-- scope calls it.
-- @owner membership_reader
-- @execute authenticated
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
