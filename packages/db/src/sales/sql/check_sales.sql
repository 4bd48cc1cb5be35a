-- Refuses sales that may not be recorded: by whom, to whom, on which day, from which route, for which order, and what the
-- business's modes demand of their items. Internal: a step of post_sales, after the locks.
-- @owner sales_writer
-- @execute none
create function sales.check_sales(p_sale_id uuid[]) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_refused record;
begin
  select g.position, p.problem into v_refused
  from unnest(p_sale_id) with ordinality as g (id, position)
  cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
  cross join lateral (select x.* from sales.business_users x where x.tenant_id = v_tenant and x.id between s.seller_id and s.seller_id order by x.id) m
  left join lateral (select x.* from sales.customers x where x.tenant_id = v_tenant and x.id between s.client_id and s.client_id order by x.id) c on true
  left join lateral (select x.* from sales.distribuciones x where x.tenant_id = v_tenant and x.id between s.distribucion_id and s.distribucion_id order by x.id) d on true
  left join lateral (select x.* from sales.orders x where x.tenant_id = v_tenant and x.id between s.order_id and s.order_id order by x.id) o on true
  left join lateral (select x.* from sales.sales x where x.tenant_id = v_tenant and x.id between s.corrects_sale_id and s.corrects_sale_id order by x.id) r on true
  cross join lateral sales.config_of(s.business_id) k
  cross join lateral (select case
    when not sales.may_act_for(s.business_id, s.seller_id)
      then array['ZT006', 'sellerId: only an admin_negocio of the business may record what another member sold']
    when not m.is_active then array['ZT003', 'sellerId: the member is archived: restore them first']
    when not c.is_active then array['ZT003', 'clientId: the customer is archived: restore them first']
    when s.sale_day > sales.business_day(s.business_id, now())
      then array['ZT002', 'saleDate: the day has not come yet: date the sale on today or before']
    when not s.is_late and sales.is_day_closed(s.business_id, s.sale_day)
      then array['ZT003', 'saleDate: the day is closed: date the sale on an open day']
    when s.order_id is null and k.modo_operacion = 'pedidos'
      then array['ZT003', 'orderId: the business sells what was ordered: name the order that the sale delivers']
    when o.status <> 'ordered' then array['ZT003', 'orderId: the order is delivered or cancelled']
    when o.client_id is distinct from s.client_id and o.id is not null
      then array['ZT002', 'orderId: the order is of another customer']
    when s.distribucion_id is null and k.usar_distribucion and m.role = 'vendedor'
      then array['ZT003', 'distribucionId: a vendor sells from a route that is under way: name it']
    when d.estado <> 'en_ruta' then array['ZT003', 'distribucionId: the route is not under way (en_ruta)']
    when d.vendedor_id <> s.seller_id then array['ZT002', 'distribucionId: the route is another vendor''s']
    when r.status <> 'void' then array['ZT003', 'correctsSaleId: the sale is not void: correct it by a call, which voids it']
  end as problem) p
  where p.problem is not null
  order by g.position limit 1;
  if found then
    raise exception using errcode = v_refused.problem[1],
      message = sales.sale_label(cardinality(p_sale_id), v_refused.position::int) || v_refused.problem[2];
  end if;

  select g.position, i.line_number, p.problem into v_refused
  from unnest(p_sale_id) with ordinality as g (id, position)
  cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
  cross join lateral (select r.* from sales.sale_items r where r.tenant_id = v_tenant and r.sale_id between s.id and s.id order by r.sale_id) i
  cross join lateral (select x.* from sales.products x where x.tenant_id = v_tenant and x.id between i.product_id and i.product_id order by x.id) t
  cross join lateral sales.config_of(s.business_id) k
  cross join lateral (select case
    when not t.is_active then array['ZT003', 'productId: the product is archived: restore it first']
    when k.control_kilos and i.unit = 'kg' and i.gross is null
      then array['ZT002', 'gross: the business weighs what it sells by the kilo: give gross and tara']
  end as problem) p
  where p.problem is not null
  order by g.position, i.line_number limit 1;
  if found then
    raise exception using errcode = v_refused.problem[1], message = sales.item_label(cardinality(p_sale_id),
      v_refused.position::int, v_refused.line_number) || ': ' || v_refused.problem[2];
  end if;
end $$;
