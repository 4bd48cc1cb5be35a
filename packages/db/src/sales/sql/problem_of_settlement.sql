-- What is wrong with the settlement of a route, in plain words; null when nothing is. Internal.
-- @owner sales_writer
-- @execute none
create function sales.problem_of_settlement(p_tenant_id uuid, p_distribucion_id uuid, p_items jsonb, p_money jsonb)
  returns text
  language sql stable
as $$
  with item as (
    select i.product_id, i.assigned, i.sold, p.unit
    from sales.distribucion_items i
    join sales.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
    where i.tenant_id = p_tenant_id and i.distribucion_id = p_distribucion_id
  ), given as (
    select g.n, g.product_id, g.sold, coalesce(g.returned, 0) as returned, coalesce(g.lost, 0) as lost, g.loss_reason
    from rows from (
      jsonb_to_recordset(p_items) as (product_id uuid, sold numeric, returned numeric, lost numeric, loss_reason text)
    ) with ordinality as g (product_id, sold, returned, lost, loss_reason, n)
  ), problem as (
    select g.n, format('Item %s: %s', g.n, case
      when i.product_id is null then 'the product is not on the route'
      when count(*) over (partition by g.product_id) > 1 then 'the product comes twice'
      when not (g.returned between 0 and 9999999.999 and g.lost between 0 and 9999999.999
          and g.returned = round(g.returned, 3) and g.lost = round(g.lost, 3))
        then 'use quantities of 0 or more, with at most three decimals'
      when i.unit = 'unidad' and g.returned <> trunc(g.returned) then 'pieces are whole'
      when g.sold <> i.sold
        then 'the recorded sales of the route come to another quantity: record the missing sale, or void the wrong one'
      when g.lost > 0 and btrim(coalesce(g.loss_reason, '')) = '' then 'what is lost needs a reason'
      when i.sold + g.returned + g.lost <> i.assigned then 'sold, returned and lost do not come to what was assigned'
      else '-' end) as text
    from given g left join item i on i.product_id = g.product_id
    union all
    select 1000000, 'A product of the route is missing: say what of it was returned or lost'
    from item i where i.sold <> i.assigned and not exists (select from given g where g.product_id = i.product_id)
    union all
    select 1000001, 'Money is handed in by efectivo, yape, plin or transferencia, with amounts of 0 or more and two decimals'
    where not sales.is_money_by_method(p_money)
  )
  select p.text from problem p where p.text not like '%: -' order by p.n limit 1
$$;
