-- Every customer has a row of what is owed, which begins at 0.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.open_customer_balances() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w;
  insert into sales.customer_balances (tenant_id, business_id, client_id)
  select w.tenant_id, w.business_id, w.id from written w;
  return null;
end $$;
