-- In the scope of a user only an active admin manages members, roles and invitations. Jobs and the platform name no
-- user and may.
-- @execute authenticated, platform
create function tenancy.require_admin() returns trigger
  language plpgsql
as $$
begin
  if tenancy.current_user_id() is not null and not exists (
    select from tenancy.users u
    where u.tenant_id = tenancy.current_tenant_id() and u.id = tenancy.current_user_id()
      and u.role = 'admin' and u.status = 'active'
  ) then
    raise exception using errcode = 'ZT006', message = 'Only an admin of the tenant may manage members, roles and invitations';
  end if;
  return null;
end $$;
