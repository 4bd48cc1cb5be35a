-- Locks what voiding a sale changes, in the order of locks. Refuses a sale that is not there.
-- Internal: a step of voiding.
-- @owner sales_writer
-- @execute none
create function sales.lock_sale(p_id uuid) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_sale sales.sales;
begin
  select s.* into v_sale from sales.sales s where s.tenant_id = v_tenant and s.id = p_id;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such sale';
  end if;
  perform sales.lock_records(array[v_sale.business_id], array[v_sale.distribucion_id], array(
      select distinct i.product_id from sales.sale_items i where i.tenant_id = v_tenant and i.sale_id = p_id
    ), array[v_sale.client_id], array[v_sale.order_id]);
end $$;
