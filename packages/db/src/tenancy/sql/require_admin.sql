-- In the scope of a user only an active admin manages members, roles and invitations; jobs and the platform name none.
-- Stable: asked row by row, it sees the members as the statement found them, also when that statement removes the admin.
-- @execute authenticated, platform
create function tenancy.require_admin() returns trigger
  language plpgsql stable
as $$
begin
  if tenancy.current_user_id() is not null and not exists (
    select from tenancy.users u
    where u.tenant_id = tenancy.current_tenant_id() and u.id = tenancy.current_user_id()
      and u.role = 'admin' and u.status = 'active'
  ) then
    raise exception using errcode = 'ZT006', message = 'Only an admin of the tenant may manage members, roles and invitations';
  end if;
  return case tg_level when 'ROW' then new end;
end $$;
