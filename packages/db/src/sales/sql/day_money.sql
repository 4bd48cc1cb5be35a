-- The money of a business's day by method: what routes of the day should bring and handed in, and what came and went in the
-- house. What belongs to a route counts on the day of the route, late sales and abonos left out.
-- @execute authenticated, platform
create function sales.day_money(p_business_id uuid, p_day date) returns table (
  payment_method text, sales_amount numeric, abonos_amount numeric, refunds_amount numeric, routes_expected numeric,
  handed_in numeric
)
  language sql stable
as $$
  select m.payment_method, sum(m.sales), sum(m.abonos), sum(m.refunds), sum(m.routes_expected), sum(m.handed_in)
  from (
    select r.payment_method, r.sales_amount as sales, r.abonos_amount as abonos, r.refunds_amount as refunds,
      r.sales_amount + r.abonos_amount - r.refunds_amount as routes_expected, 0.00 as handed_in
    from sales.distribuciones d
    cross join lateral sales.route_money(d.id) r
    where d.tenant_id = tenancy.current_tenant_id() and d.business_id = p_business_id and d.fecha = p_day
    union all
    select h.payment_method, 0, 0, 0, 0, h.handed_in
    from sales.distribuciones d
    join sales.distribucion_money h
      on h.tenant_id = d.tenant_id and h.distribucion_id = d.id and h.settlement = d.settlements
    where d.tenant_id = tenancy.current_tenant_id() and d.business_id = p_business_id and d.fecha = p_day
      and d.estado = 'cerrado'
    union all
    select s.payment_method, s.amount_paid, 0, 0, 0, 0 from sales.sales s
    where s.tenant_id = tenancy.current_tenant_id() and s.business_id = p_business_id and s.sale_day = p_day
      and s.distribucion_id is null and s.amount_paid > 0 and not s.is_late
      and (s.status = 'recorded' or s.status = 'void' and sales.was_recorded(s.id))
    union all
    select a.payment_method, 0, a.amount, 0, 0, 0 from sales.abonos a
    where a.tenant_id = tenancy.current_tenant_id() and a.business_id = p_business_id and a.abono_day = p_day
      and a.distribucion_id is null and not a.is_late
    union all
    select f.payment_method, 0, 0, f.amount, 0, 0 from sales.refunds f
    where f.tenant_id = tenancy.current_tenant_id() and f.business_id = p_business_id and f.refund_day = p_day
      and f.distribucion_id is null
  ) m
  group by m.payment_method
$$;
