-- Voids the sales that new ones correct. Before that it locks what either kind touches, all at once, so that the order of
-- locks holds. A sale corrects one of its own business. Internal: a step of write_sales, by its arrays;
-- `p_sales` are the positions that it writes.
-- @owner sales_writer
-- @execute none
create function sales.void_corrected(
  p_sales int[], p_business_id uuid[], p_client_id uuid[], p_distribucion_id uuid[], p_order_id uuid[], p_product_id uuid[],
  p_corrects_sale_id uuid[], p_void_reason text[]
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_old record;
  v_position int;
begin
  select count(*) as sales, array_agg(s.client_id) as clients, array_agg(s.distribucion_id) as routes, array_agg(s.order_id) as orders
  into v_old
  from unnest(p_business_id, p_corrects_sale_id) as g (business_id, id)
  join sales.sales s on s.tenant_id = v_tenant and s.business_id = g.business_id and s.id = g.id;
  if v_old.sales < num_nonnulls(variadic p_corrects_sale_id) then
    raise exception using errcode = 'ZT004', message = 'There is no such sale to correct';
  end if;
  perform sales.lock_records(p_business_id, p_distribucion_id || v_old.routes, p_product_id || array(
      select i.product_id from sales.sale_items i
      where i.tenant_id = v_tenant and i.sale_id in (select c from unnest(p_corrects_sale_id) c)
    ), p_client_id || v_old.clients, p_order_id || v_old.orders);
  for v_position in
    select n from unnest(p_sales) n where p_corrects_sale_id[n] is not null order by p_corrects_sale_id[n]
  loop
    perform sales.take_back_sale(p_corrects_sale_id[v_position], p_void_reason[v_position]);
  end loop;
end $$;
