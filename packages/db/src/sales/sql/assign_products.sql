-- Gives products along to a route that is not settled: [{"product_id", "quantity"}, …]. Returns the route. The same
-- idempotency key with the same hash does nothing again, with another one it is refused.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.assign_products(
  p_distribucion_id uuid, p_items jsonb, p_idempotency_key text, p_request_hash text
) returns setof sales.distribuciones
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_route sales.distribuciones;
  v_products uuid[];
  v_quantities numeric[];
  v_problem text;
  v_hash text;
begin
  v_route := sales.lock_route(p_distribucion_id, 'load');
  select a.request_hash into v_hash from sales.distribucion_assignments a
  where a.tenant_id = v_route.tenant_id and a.business_id = v_route.business_id and a.idempotency_key = p_idempotency_key;
  if found then
    if v_hash is distinct from p_request_hash then
      raise exception using errcode = 'ZT003', message = 'The idempotencyKey was used for another assignment: choose a new one';
    end if;
    return next v_route;
    return;
  end if;
  if v_route.estado = 'cerrado' then
    raise exception using errcode = 'ZT003', message = 'The route is settled: assign the products to another';
  end if;

  select array_agg(g.product_id order by g.n), array_agg(g.quantity order by g.n), 
    (array_agg(format('Item %s: %s', g.n, g.problem) order by g.n) filter (where g.problem is not null))[1]
  into v_products, v_quantities, v_problem
  from (
    select g.*, case
      when p.id is null then 'there is no such product'
      when not p.is_active then 'the product is archived'
      when count(*) over (partition by g.product_id) > 1 then 'the product comes twice'
      when (g.quantity > 0 and g.quantity <= 9999999.999 and g.quantity = round(g.quantity, 3)) is not true
        then 'use a quantity above 0, with at most three decimals'
      when p.unit = 'unidad' and g.quantity <> trunc(g.quantity) then 'pieces are whole'
    end as problem
    from rows from (jsonb_to_recordset(p_items) as (product_id uuid, quantity numeric)) with ordinality
      as g (product_id, quantity, n)
    left join sales.products p
      on p.tenant_id = v_route.tenant_id and p.business_id = v_route.business_id and p.id = g.product_id
  ) g;
  if v_problem is not null or v_products is null then
    raise exception using errcode = 'ZT002', message = coalesce(v_problem, 'An assignment names at least one product');
  end if;
  perform sales.write_assignments(v_route.business_id, v_route.id, v_products, v_quantities, p_idempotency_key, p_request_hash);
  return query select r.* from sales.distribuciones r where r.tenant_id = v_route.tenant_id and r.id = v_route.id;
end $$;
