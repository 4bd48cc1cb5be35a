-- Moves stock: writes movements, and adds them to the stock of their products. The products are locked in the order of
-- their ids, and what follows sees what others left. Stock that falls below zero is refused where the business does not
-- allow it; `p_what` says in the message what each movement is, such as the number of an item.
-- A count has its quantity computed here: what was counted less what was there. Such a product comes once in a call.
-- A loss is never refused: it takes what its return has brought just before.
-- Internal: it trusts its callers with kinds, days and rights.
-- @owner sales_writer
-- @execute none
create function sales.write_movements(
  p_id uuid[], p_business_id uuid[], p_product_id uuid[], p_kind text[], p_source_id uuid[], p_day date[],
  p_quantity numeric[], p_unit_cost numeric[], p_counted_quantity numeric[], p_reason text[], p_created_by uuid[],
  p_idempotency_key text[], p_request_hash text[], p_what text[]
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_missing text;
begin
  perform sales.lock_records(null, null, p_product_id, null, null);

  with written as (
    insert into sales.stock_movements (tenant_id, id, business_id, product_id, kind, source_id, day, quantity, unit_cost,
      counted_quantity, reason, created_by, idempotency_key, request_hash, product_version, quantity_after)
    select v_tenant, m.id, m.business_id, m.product_id, m.kind, m.source_id, m.day, m.moved, m.unit_cost, m.counted_quantity,
      m.reason, m.created_by, m.idempotency_key, m.request_hash,
      m.version + row_number() over of_product, m.quantity_before + sum(m.moved) over of_product
    from (
      select g.*, i.version, i.quantity as quantity_before, coalesce(g.counted_quantity - i.quantity, g.quantity) as moved
      from unnest(p_id, p_business_id, p_product_id, p_kind, p_source_id, p_day, p_quantity, p_unit_cost,
        p_counted_quantity, p_reason, p_created_by, p_idempotency_key, p_request_hash) with ordinality as g (id, business_id,
        product_id, kind, source_id, day, quantity, unit_cost, counted_quantity, reason, created_by, idempotency_key,
        request_hash, position)
      cross join lateral (
        select x.version, x.quantity from sales.inventory x
        where x.tenant_id = v_tenant and x.business_id = g.business_id and x.product_id between g.product_id and g.product_id order by x.product_id) i
    ) m
    window of_product as (partition by m.product_id order by m.position)
    returning id, business_id, product_id, kind, quantity, quantity_after
  ), moved as (
    update sales.inventory i set quantity = i.quantity + s.quantity, version = i.version + s.movements
    from (select w.product_id, sum(w.quantity) as quantity, count(*) as movements from written w group by 1) s
    where i.tenant_id = v_tenant and i.product_id = any (p_product_id) and i.product_id = s.product_id
  )
  select p_what[min(array_position(p_id, w.id))] into v_missing
  from written w
  where w.quantity < 0 and w.quantity_after < 0 and w.kind <> 'loss'
    and (select c.permitir_venta_sin_stock from sales.config_of(w.business_id) c) is not true;
  if v_missing is not null then
    raise exception using errcode = 'ZT002',
      message = format('%s: there is not so much in stock: take less, or receive stock first', v_missing);
  end if;
end $$;
