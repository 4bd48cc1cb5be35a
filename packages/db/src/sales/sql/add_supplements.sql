-- Late sales and abonos of a statement go on a supplement of the closing of their day, one for each day. The closing itself
-- stays as it is. Argument of the trigger: a query over its transition tables that gives the late records.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.add_supplements() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_day record;
  v_closing uuid;
begin
  for v_day in execute format(
    'select l.tenant_id, l.business_id, l.day, array_agg(l.sale_id) as sales, array_agg(l.abono_id) as abonos
     from (%s) l group by 1, 2, 3 order by 1, 2, 3', tg_argv[0])
  loop
    perform tenancy.require_own_scope(v_day.tenant_id, v_day.business_id);
    -- One after the other, so that each supplement has the next number.
    perform from sales.businesses b where b.tenant_id = v_day.tenant_id and b.id = v_day.business_id for no key update;
    if not sales.is_day_closed(v_day.business_id, v_day.day) then
      raise exception using errcode = 'ZT003', message = 'The day is open: what is of an open day is not late';
    end if;
    insert into sales.day_closings as c (tenant_id, business_id, day, supplement, sale_count, sold_amount, contado_amount,
      credito_amount, net_weight, voided_amount, commission_amount, route_count, closed_by)
    select v_day.tenant_id, v_day.business_id, v_day.day,
      (select max(o.supplement) + 1 from sales.day_closings o
       where o.tenant_id = v_day.tenant_id and o.business_id = v_day.business_id and o.day = v_day.day),
      count(*), coalesce(sum(s.total_amount), 0),
      coalesce(sum(s.total_amount) filter (where s.sale_type = 'contado'), 0),
      coalesce(sum(s.total_amount) filter (where s.sale_type = 'credito'), 0), coalesce(sum(s.net_weight), 0), 0,
      coalesce(round(sum(s.amount_paid * s.commission_rate) / 100, 2), 0), 0, sales.current_member_id(v_day.business_id)
    from sales.sales s
    where s.tenant_id = v_day.tenant_id and s.id = any (v_day.sales)
    returning c.id into v_closing;
    insert into sales.day_closing_money (tenant_id, business_id, closing_id, payment_method, sales_amount, abonos_amount,
      refunds_amount, routes_expected, handed_in)
    select v_day.tenant_id, v_day.business_id, v_closing, m.payment_method, sum(m.sales), sum(m.abonos), 0, 0, 0
    from (
      select s.payment_method, s.amount_paid as sales, 0.00 as abonos from sales.sales s
      where s.tenant_id = v_day.tenant_id and s.id = any (v_day.sales) and s.amount_paid > 0
      union all
      select a.payment_method, 0, a.amount from sales.abonos a
      where a.tenant_id = v_day.tenant_id and a.id = any (v_day.abonos)
    ) m
    group by m.payment_method;
    insert into sales.day_closing_late (tenant_id, business_id, closing_id, sale_id, abono_id)
    select v_day.tenant_id, v_day.business_id, v_closing, l.sale_id, l.abono_id
    from unnest(v_day.sales, v_day.abonos) as l (sale_id, abono_id);
  end loop;
  return null;
end $$;
