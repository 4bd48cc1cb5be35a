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
  perform from sales.inventory i
  where i.tenant_id = v_tenant and i.product_id in (select p from unnest(p_product_id) p)
  order by i.product_id for no key update;

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
    join sales.inventory i on i.tenant_id = v_tenant and i.business_id = g.business_id and i.product_id = g.product_id
  ) m
  window of_product as (partition by m.product_id order by m.position);

  select w.what into v_missing
  from unnest(p_id, p_business_id, p_what) with ordinality as w (id, business_id, what, position)
  join sales.stock_movements m on m.tenant_id = v_tenant and m.id = w.id
  where m.quantity < 0 and m.quantity_after < 0 and m.kind <> 'loss'
    and (select c.permitir_venta_sin_stock from sales.config_of(w.business_id) c) is not true
  order by w.position limit 1;
  if found then
    raise exception using errcode = 'ZT002',
      message = format('%s: there is not so much in stock: take less, or receive stock first', v_missing);
  end if;

  update sales.inventory i set quantity = i.quantity + s.quantity, version = i.version + s.movements
  from (select m.product_id, sum(m.quantity) as quantity, count(*) as movements
        from unnest(p_id) w (id) join sales.stock_movements m on m.tenant_id = v_tenant and m.id = w.id group by 1) s
  where i.tenant_id = v_tenant and i.product_id = s.product_id;
end $$;
