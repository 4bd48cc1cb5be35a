-- Whether the scope may make businesses and appoint their first admins: an active admin of the tenant, a job, the platform.
-- @execute authenticated, platform
create function sales.is_tenant_admin() returns boolean
  language sql stable
  return tenancy.current_user_id() is null or exists (
    select from tenancy.users u
    where u.tenant_id = tenancy.current_tenant_id() and u.id = tenancy.current_user_id()
      and u.role = 'admin' and u.status = 'active');
