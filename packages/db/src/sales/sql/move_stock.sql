-- Moves stock by hand: receipts, adjustments and counts, all or none. An element whose idempotency key exists is answered
-- and not written again. A receipt with a cost sets what the product costs. Adjustments and counts are for an
-- admin_negocio. For a count, the quantity is what was counted.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.move_stock(
  p_id uuid[], p_business_id uuid[], p_product_id uuid[], p_kind text[], p_quantity numeric[], p_unit_cost numeric[],
  p_reason text[], p_idempotency_key text[], p_request_hash text[]
) returns table (element int, is_new boolean, is_same_request boolean, movement sales.stock_movements)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_length constant int := tenancy.require_arrays(
    array['p_id', 'p_business_id', 'p_product_id', 'p_kind', 'p_quantity', 'p_unit_cost', 'p_reason', 'p_idempotency_key',
      'p_request_hash'],
    array[array_dims(p_id), array_dims(p_business_id), array_dims(p_product_id), array_dims(p_kind), array_dims(p_quantity),
      array_dims(p_unit_cost), array_dims(p_reason), array_dims(p_idempotency_key), array_dims(p_request_hash)],
    array[num_nulls(variadic p_id), num_nulls(variadic p_business_id), num_nulls(variadic p_product_id),
      num_nulls(variadic p_kind), num_nulls(variadic p_quantity)]);
  v_business uuid;
  v_known int[];
  v_new int[];
  v_part int;
begin
  foreach v_business in array array(select distinct b from unnest(p_business_id) b order by 1) loop
    perform tenancy.require_own_scope(v_tenant, v_business);
    if not sales.is_admin_negocio(v_business) then
      if exists (select from unnest(p_business_id, p_kind) as g (business_id, kind)
                 where g.business_id = v_business and g.kind <> 'receipt') then
        raise exception using errcode = 'ZT006', message = 'Only an admin_negocio of the business may adjust or count stock';
      end if;
      if sales.current_member_id(v_business) is null then
        raise exception using errcode = 'ZT006', message = 'Only a member of the business may receive stock';
      end if;
    end if;
  end loop;
  if exists (select from unnest(p_kind) k where k not in ('receipt', 'adjustment', 'count')) then
    raise exception using errcode = 'ZT002', message = 'By hand stock is moved by receipt, adjustment or count';
  end if;
  if exists (select from unnest(p_product_id, p_kind) as g (product_id, kind)
             group by g.product_id having count(*) > 1 and bool_or(g.kind = 'count')) then
    raise exception using errcode = 'ZT002', message = 'A product that is counted comes once in a call';
  end if;
  -- Locked before the keys are looked up, so that the same request at once waits here and finds the first one's.
  perform sales.lock_records(null, null, p_product_id, null, null);
  if (select count(*) from unnest(p_business_id, p_product_id) as g (business_id, product_id)
      join sales.inventory i on i.tenant_id = v_tenant and i.business_id = g.business_id and i.product_id = g.product_id)
    < v_length
  then
    raise exception using errcode = 'ZT004', message = 'There is no such product';
  end if;
  select g.position into v_part
  from unnest(p_product_id, p_quantity) with ordinality as g (product_id, quantity, position)
  join sales.products p on p.tenant_id = v_tenant and p.id = g.product_id
  where p.unit = 'unidad' and g.quantity <> trunc(g.quantity)
  order by 1 limit 1;
  if found then
    raise exception using errcode = 'ZT002', message = format('Element %s: quantity: pieces are whole', v_part);
  end if;
  v_known := array(
    select g.position from unnest(p_business_id, p_idempotency_key) with ordinality as g (business_id, key, position)
    join sales.stock_movements m on m.tenant_id = v_tenant and m.business_id = g.business_id and m.idempotency_key = g.key);
  v_new := array(select n from generate_series(1, v_length) n where n <> all (v_known) order by n);
  if cardinality(v_new) > 0 then
    perform sales.write_movements(array_agg(p_id[n] order by n), array_agg(p_business_id[n] order by n),
      array_agg(p_product_id[n] order by n), array_agg(p_kind[n] order by n), array_agg(null::uuid),
      array_agg(sales.business_day(p_business_id[n], now()) order by n), array_agg(p_quantity[n] order by n),
      array_agg(case p_kind[n] when 'receipt' then p_unit_cost[n] end order by n),
      array_agg(case p_kind[n] when 'count' then p_quantity[n] end order by n), array_agg(p_reason[n] order by n),
      array_agg(sales.current_member_id(p_business_id[n]) order by n), array_agg(p_idempotency_key[n] order by n),
      array_agg(p_request_hash[n] order by n), array_agg(format('Element %s', n) order by n))
    from unnest(v_new) n;
    update sales.products p set unit_cost = c.unit_cost
    from (select distinct on (p_product_id[n]) p_product_id[n] as product_id, p_unit_cost[n] as unit_cost
          from unnest(v_new) n where p_kind[n] = 'receipt' and p_unit_cost[n] is not null order by 1, n desc) c
    where p.tenant_id = v_tenant and p.id = c.product_id and p.unit_cost is distinct from c.unit_cost;
  end if;
  return query
    select g.position::int, g.position <> all (v_known), m.request_hash is not distinct from g.request_hash, m
    from unnest(p_id, p_business_id, p_idempotency_key, p_request_hash) with ordinality as g
      (id, business_id, key, request_hash, position)
    join sales.stock_movements m on m.tenant_id = v_tenant and m.business_id = g.business_id
      and case when g.position = any (v_known) then m.idempotency_key = g.key else m.id = g.id end
    order by 1;
end $$;
