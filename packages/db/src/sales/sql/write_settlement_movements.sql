-- Moves stock as the items of a route say. `return`: what came back and what is lost goes into stock, and what is lost
-- leaves it again as a loss. `reopening`: what came back leaves it. Only what was taken from stock goes there. Internal.
-- @owner sales_writer
-- @execute none
create function sales.write_settlement_movements(p_business_id uuid, p_distribucion_id uuid, p_kind text) returns void
  language sql
as $$
  with item as (
    select i.product_id, i.loss_reason, least(i.returned, t.taken) as back,
      least(i.lost, t.taken - least(i.returned, t.taken)) as lost
    from sales.distribucion_items i
    join (
      select a.product_id, sum(a.quantity) as taken from sales.distribucion_assignments a
      where a.tenant_id = tenancy.current_tenant_id() and a.distribucion_id = p_distribucion_id and a.is_from_stock
      group by 1
    ) t on t.product_id = i.product_id
    where i.tenant_id = tenancy.current_tenant_id() and i.distribucion_id = p_distribucion_id
  ), movement as (
    select i.product_id, 1 as n, 'return' as kind, i.back + i.lost as quantity, null::text as reason from item i
    where p_kind = 'return' and i.back + i.lost > 0
    union all
    select i.product_id, 2, 'loss', -i.lost, i.loss_reason from item i where p_kind = 'return' and i.lost > 0
    union all
    select i.product_id, 3, 'reopening', -i.back, null from item i where p_kind = 'reopening' and i.back > 0
  )
  select sales.write_movements(array_agg(gen_random_uuid()), array_agg(p_business_id),
    array_agg(m.product_id order by m.product_id, m.n), array_agg(m.kind order by m.product_id, m.n),
    array_agg(p_distribucion_id), array_agg(sales.business_day(p_business_id, now())),
    array_agg(m.quantity order by m.product_id, m.n), array_agg(null::numeric), array_agg(null::numeric),
    array_agg(m.reason order by m.product_id, m.n), array_agg(sales.current_member_id(p_business_id)),
    array_agg(null::text), array_agg(null::text), array_agg('What the route brought back'::text))
  from movement m
  having count(*) > 0
$$;
