-- Makes recorded sales count: checks what they may do, moves stock or the goods of their routes, the debt of customers, the
-- orders, the totals of reports. All sales of a statement at once, so that each product, route and customer is written once for all of them.
-- Internal: write_sales and record_drafts call it for sales that they have just written.
-- @owner sales_writer
-- @execute none
create function sales.post_sales(p_sale_id uuid[]) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_locks record;
  v_beyond int;
begin
  select array_agg(distinct s.business_id) as businesses, array_agg(distinct s.distribucion_id) as routes,
    array_agg(distinct s.client_id) filter (where s.total_amount > s.amount_paid) as clients,
    array_agg(distinct s.order_id) as orders into v_locks
  from sales.sales s where s.tenant_id = v_tenant and s.id = any (p_sale_id);
  perform sales.lock_records(v_locks.businesses, v_locks.routes, array(
      select distinct i.product_id from sales.sales s
      cross join lateral (select r.* from sales.sale_items r where r.tenant_id = v_tenant and r.sale_id between s.id and s.id order by r.sale_id) i
      cross join lateral sales.config_of(s.business_id) k
      where s.tenant_id = v_tenant and s.id = any (p_sale_id) and s.distribucion_id is null
        and k.modo_operacion <> 'sin_inventario'
    ), v_locks.clients, v_locks.orders);
  perform sales.check_sales(p_sale_id);
  perform sales.take_goods(p_sale_id);

  if cardinality(v_locks.clients) > 0 then
    perform sales.move_debt(array_agg(s.business_id order by g.position), array_agg(s.client_id order by g.position),
      array_agg('sale'::text), array_agg(s.id order by g.position), array_agg(s.sale_day order by g.position),
      array_agg(s.total_amount - s.amount_paid order by g.position))
    from unnest(p_sale_id) with ordinality as g (id, position)
    cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
    where s.total_amount > s.amount_paid;
    select g.position into v_beyond
    from unnest(p_sale_id) with ordinality as g (id, position)
    cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
    cross join lateral (select x.* from sales.customers x where x.tenant_id = v_tenant and x.id between s.client_id and s.client_id order by x.id) c
    cross join lateral (
      select x.balance from sales.customer_balances x where x.tenant_id = v_tenant and x.client_id between s.client_id and s.client_id order by x.client_id) b
    where s.total_amount > s.amount_paid and b.balance > c.credit_limit
    order by g.position desc limit 1;
    if found then
      raise exception using errcode = 'ZT002', message = sales.sale_label(cardinality(p_sale_id), v_beyond)
        || 'clientId: the debt would go beyond the customer''s credit limit: take more at once, or an abono first';
    end if;
  end if;
  if num_nonnulls(variadic v_locks.orders) > 0 then
    update sales.orders o set status = 'delivered'
    where o.tenant_id = v_tenant and o.id = any (v_locks.orders);
  end if;
  perform sales.add_totals(p_sale_id, null);
end $$;
