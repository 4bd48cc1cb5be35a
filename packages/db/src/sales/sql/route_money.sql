-- The money of a route by method: paid at its sales and by abonos taken on it, and given back out of it. What was voided
-- counts with what was paid: the refund takes it off again.
-- @execute authenticated, platform
create function sales.route_money(p_distribucion_id uuid) returns table (
  payment_method text, sales_amount numeric, abonos_amount numeric, refunds_amount numeric
)
  language sql stable
as $$
  select m.payment_method, sum(m.sales), sum(m.abonos), sum(m.refunds)
  from (
    select s.payment_method, s.amount_paid as sales, 0.00 as abonos, 0.00 as refunds from sales.sales s
    where s.tenant_id = tenancy.current_tenant_id() and s.distribucion_id = p_distribucion_id
      and s.amount_paid > 0 and not s.is_late and (s.status = 'recorded' or s.status = 'void' and sales.was_recorded(s.id))
    union all
    select a.payment_method, 0, a.amount, 0 from sales.abonos a
    where a.tenant_id = tenancy.current_tenant_id() and a.distribucion_id = p_distribucion_id and not a.is_late
    union all
    select r.payment_method, 0, 0, r.amount from sales.refunds r
    where r.tenant_id = tenancy.current_tenant_id() and r.distribucion_id = p_distribucion_id
  ) m
  group by m.payment_method
$$;
