-- Brings what a void sale had taken back into stock. What was sold from a route that is settled comes into stock as well,
-- where its products have any. Internal: a step of take_back_sale.
-- @owner sales_writer
-- @execute none
create function sales.return_goods(p_sale_id uuid, p_day date) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  perform sales.write_movements(array_agg(gen_random_uuid()), array_agg(t.business_id order by t.product_id),
    array_agg(t.product_id order by t.product_id), array_agg('sale_void'::text), array_agg(p_sale_id), array_agg(p_day),
    array_agg(t.quantity order by t.product_id), array_agg(null::numeric), array_agg(null::numeric), array_agg(null::text),
    array_agg(sales.current_member_id(t.business_id)), array_agg(null::text), array_agg(null::text), array_agg(''::text))
  from (
    select m.business_id, m.product_id, -sum(m.quantity) as quantity
    from sales.stock_movements m
    where m.tenant_id = v_tenant and m.source_id = p_sale_id and m.kind = 'sale'
    group by 1, 2
    union all
    select i.business_id, i.product_id, sum(i.quantity)
    from sales.sales s
    join sales.sale_items i on i.tenant_id = v_tenant and i.sale_id = s.id
    join sales.inventory v on v.tenant_id = v_tenant and v.business_id = s.business_id and v.product_id = i.product_id
    cross join lateral sales.config_of(s.business_id) k
    where s.tenant_id = v_tenant and s.id = p_sale_id and s.distribucion_id is not null
      and sales.has_stock(k.modo_operacion, v.version)
    group by 1, 2
  ) t
  having count(*) > 0;
end $$;
