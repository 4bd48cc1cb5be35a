-- Takes what was sold out of stock, or out of what its route was given, and counts it on the route with the money. A product
-- has stock unless the business keeps none (sin_inventario), or keeps it for some products (mixto) and this one never had any.
-- Internal: a step of post_sales, after the locks.
-- @owner sales_writer
-- @execute none
create function sales.take_goods(p_sale_id uuid[]) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_sales constant int := cardinality(p_sale_id);
  v_beyond record;
begin
  perform sales.write_movements(array_agg(gen_random_uuid()), array_agg(t.business_id order by t.position, t.line),
    array_agg(t.product_id order by t.position, t.line), array_agg('sale'::text),
    array_agg(t.sale_id order by t.position, t.line), array_agg(t.sale_day order by t.position, t.line),
    array_agg(-t.quantity order by t.position, t.line), array_agg(null::numeric), array_agg(null::numeric),
    array_agg(null::text), array_agg(sales.current_member_id(t.business_id) order by t.position, t.line),
    array_agg(null::text), array_agg(null::text),
    array_agg(sales.item_label(v_sales, t.position::int, t.line) order by t.position, t.line))
  from (
    select g.position, s.id as sale_id, s.business_id, s.sale_day, i.product_id, sum(i.quantity) as quantity,
      min(i.line_number) as line
    from unnest(p_sale_id) with ordinality as g (id, position)
    cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
    cross join lateral (select r.* from sales.sale_items r where r.tenant_id = v_tenant and r.sale_id between s.id and s.id order by r.sale_id) i
    cross join lateral (
      select x.version from sales.inventory x where x.tenant_id = v_tenant and x.product_id between i.product_id and i.product_id order by x.product_id) v
    cross join lateral sales.config_of(s.business_id) k
    where s.distribucion_id is null and sales.has_stock(k.modo_operacion, v.version)
    group by g.position, s.id, s.business_id, s.sale_day, i.product_id
  ) t
  having count(*) > 0;

  if not exists (select from sales.sales s where s.tenant_id = v_tenant and s.id = any (p_sale_id)
                 and s.distribucion_id is not null) then
    return;
  end if;
  insert into sales.distribucion_items as d (tenant_id, business_id, distribucion_id, product_id, sold)
  select v_tenant, s.business_id, s.distribucion_id, i.product_id, sum(i.quantity)
  from sales.sales s cross join lateral (select r.* from sales.sale_items r where r.tenant_id = v_tenant and r.sale_id between s.id and s.id order by r.sale_id) i
  where s.tenant_id = v_tenant and s.id = any (p_sale_id) and s.distribucion_id is not null
  group by s.business_id, s.distribucion_id, i.product_id
  order by s.distribucion_id, i.product_id
  on conflict (tenant_id, distribucion_id, business_id, product_id) do update set sold = d.sold + excluded.sold;

  select g.position, i.line_number into v_beyond
  from unnest(p_sale_id) with ordinality as g (id, position)
  cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
  cross join lateral (select r.* from sales.sale_items r where r.tenant_id = v_tenant and r.sale_id between s.id and s.id order by r.sale_id) i
  cross join lateral (
    select x.* from sales.distribucion_items x
    where x.tenant_id = v_tenant and x.distribucion_id = s.distribucion_id and x.product_id between i.product_id and i.product_id order by x.product_id) d
  cross join lateral (
    select x.version from sales.inventory x where x.tenant_id = v_tenant and x.product_id between i.product_id and i.product_id order by x.product_id) v
  cross join lateral sales.config_of(s.business_id) k
  where d.sold + d.returned + d.lost > d.assigned and sales.has_stock(k.modo_operacion, v.version)
    and not k.permitir_venta_sin_stock
  order by g.position, i.line_number limit 1;
  if found then
    raise exception using errcode = 'ZT002', message = sales.item_label(v_sales, v_beyond.position::int, v_beyond.line_number)
      || ': the route was not given so much: take less, or assign more to it first';
  end if;

  perform sales.count_on_routes(p_sale_id, 1);
end $$;
