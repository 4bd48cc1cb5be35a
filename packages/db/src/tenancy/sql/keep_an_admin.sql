-- A tenant has an active admin until it is archived. The tenant's row is written, not only locked, so that two admins
-- who remove each other at once wait for one another, or fail with 40001 under repeatable read.
-- @execute authenticated, platform
create function tenancy.keep_an_admin() returns trigger
  language plpgsql
as $$
begin
  if old.role <> 'admin' or old.status <> 'active' then
    return null;
  end if;
  if tg_op = 'UPDATE' and new.role = 'admin' and new.status = 'active' then
    return null;
  end if;
  update tenancy.tenants t set updated_at = clock_timestamp() where t.id = old.tenant_id;
  if not exists (
    select from tenancy.users u where u.tenant_id = old.tenant_id and u.role = 'admin' and u.status = 'active'
  ) and not exists (
    select from tenancy.tenants t where t.id = old.tenant_id and t.status = 'archived'
  ) then
    raise exception using errcode = 'ZT002', message = 'A tenant needs an active admin: make another member admin first';
  end if;
  return null;
end $$;
