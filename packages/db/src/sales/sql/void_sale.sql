-- Voids a sale; see take_back_sale. The same void again is answered with the sale as it is.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.void_sale(p_id uuid, p_reason text) returns table (sale sales.sales, items jsonb)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
as $$
#variable_conflict use_column
begin
  perform sales.lock_sale(p_id);
  perform sales.take_back_sale(p_id, p_reason);
  return query
    select s, sales.items_of_sale(s.id) from sales.sales s where s.tenant_id = tenancy.current_tenant_id() and s.id = p_id;
end $$;
