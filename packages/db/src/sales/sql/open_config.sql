-- The first business of a tenant makes its system_config, so that every business has one to fall back on.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.open_config() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform tenancy.require_own_scope(w.tenant_id, null) from written w;
  insert into sales.system_config (tenant_id)
  select distinct w.tenant_id from written w
  on conflict (tenant_id) do nothing;
  return null;
end $$;
