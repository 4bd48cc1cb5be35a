-- Gives products along to a route: what the business keeps stock of leaves it. The first row of a call holds its key.
-- Internal: the route is locked, and each product comes once.
-- @owner sales_writer
-- @execute none
create function sales.write_assignments(
  p_business_id uuid, p_distribucion_id uuid, p_product_id uuid[], p_quantity numeric[], p_idempotency_key text,
  p_request_hash text
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_day constant date := sales.business_day(p_business_id, now());
  v_member constant uuid := sales.current_member_id(p_business_id);
  v_stocked uuid[];
begin
  insert into sales.distribucion_items as i (tenant_id, business_id, distribucion_id, product_id, assigned)
  select v_tenant, p_business_id, p_distribucion_id, g.product_id, g.quantity
  from unnest(p_product_id, p_quantity) as g (product_id, quantity)
  order by g.product_id
  on conflict (tenant_id, distribucion_id, business_id, product_id) do update set assigned = i.assigned + excluded.assigned;

  v_stocked := array(
    select v.product_id from sales.inventory v cross join sales.config_of(p_business_id) k
    where v.tenant_id = v_tenant and v.business_id = p_business_id and v.product_id = any (p_product_id)
      and sales.has_stock(k.modo_operacion, v.version));
  perform sales.write_movements(array_agg(gen_random_uuid()), array_agg(p_business_id), array_agg(g.product_id order by g.n),
    array_agg('assignment'::text), array_agg(p_distribucion_id), array_agg(v_day), array_agg(-g.quantity order by g.n),
    array_agg(null::numeric), array_agg(null::numeric), array_agg(null::text), array_agg(v_member), array_agg(null::text),
    array_agg(null::text), array_agg(format('Item %s', g.n) order by g.n))
  from unnest(p_product_id, p_quantity) with ordinality as g (product_id, quantity, n)
  where g.product_id = any (v_stocked)
  having count(*) > 0;

  insert into sales.distribucion_assignments (tenant_id, business_id, distribucion_id, product_id, quantity, is_from_stock,
    day, created_by, idempotency_key, request_hash)
  select v_tenant, p_business_id, p_distribucion_id, g.product_id, g.quantity, g.product_id = any (v_stocked), v_day, v_member,
    case g.n when 1 then p_idempotency_key end, case g.n when 1 then p_request_hash end
  from unnest(p_product_id, p_quantity) with ordinality as g (product_id, quantity, n);

  update sales.distribuciones r set kilos_asignados = r.kilos_asignados + k.kilos
  from (select sum(g.quantity) as kilos from unnest(p_product_id, p_quantity) as g (product_id, quantity)
        join sales.products p on p.tenant_id = v_tenant and p.id = g.product_id and p.unit = 'kg') k
  where r.tenant_id = v_tenant and r.id = p_distribucion_id and k.kilos > 0;
end $$;
