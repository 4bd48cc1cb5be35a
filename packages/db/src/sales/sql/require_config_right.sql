-- The configuration of all businesses is for an admin of the tenant, in a scope of the whole tenant.
-- @execute authenticated, platform
create function sales.require_config_right() returns trigger
  language plpgsql stable
as $$
begin
  if tenancy.current_company_id() is not null or not sales.is_tenant_admin() then
    raise exception using errcode = 'ZT006',
      message = 'Only an admin of the tenant may change system_config, in a scope that names no business';
  end if;
  return new;
end $$;
