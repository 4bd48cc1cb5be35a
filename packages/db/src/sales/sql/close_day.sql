-- Closes a day of a business that has begun, once its routes are settled: writes the document of the day, after which the
-- day takes nothing but late sales and abonos. `p_counted` is what was counted in the house, {"efectivo": "10.00", …}; a
-- method that is left out was not counted. For an admin_negocio. Returns the document. The closing asked for again with the
-- same hash is answered.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.close_day(p_business_id uuid, p_day date, p_counted jsonb, p_request_hash text)
  returns setof sales.day_closings
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_closing sales.day_closings;
begin
  perform tenancy.require_own_scope(v_tenant, p_business_id);
  perform from sales.businesses b where b.tenant_id = v_tenant and b.id = p_business_id for update;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such business';
  elsif not sales.is_admin_negocio(p_business_id) then
    raise exception using errcode = 'ZT006', message = 'Only an admin_negocio of the business may close a day';
  end if;
  select c.* into v_closing from sales.day_closings c
  where c.tenant_id = v_tenant and c.business_id = p_business_id and c.day = p_day and c.supplement = 0;
  if found and v_closing.request_hash = p_request_hash then
    return next v_closing;
    return;
  elsif found then
    raise exception using errcode = 'ZT003', message = 'The day is closed already';
  elsif (p_day <= sales.business_day(p_business_id, now())) is not true then
    raise exception using errcode = 'ZT002', message = 'A day is closed once it has begun in the business''s time zone';
  elsif exists (select from sales.distribuciones r where r.tenant_id = v_tenant and r.business_id = p_business_id
                  and r.fecha = p_day and r.estado <> 'cerrado') then
    raise exception using errcode = 'ZT003', message = 'Routes of the day are open: settle them first';
  elsif not sales.is_money_by_method(p_counted) then
    raise exception using errcode = 'ZT002',
      message = 'Money is counted by efectivo, yape, plin or transferencia, with amounts of 0 or more and two decimals';
  end if;

  update sales.businesses b set last_closed_day = greatest(b.last_closed_day, p_day)
  where b.tenant_id = v_tenant and b.id = p_business_id;
  insert into sales.day_closings as c (tenant_id, business_id, day, sale_count, sold_amount, contado_amount, credito_amount,
    net_weight, voided_amount, commission_amount, route_count, closed_by, request_hash)
  select v_tenant, p_business_id, p_day, coalesce(sum(v.sale_count), 0), coalesce(sum(v.sold_amount), 0),
    coalesce(sum(v.contado_amount), 0), coalesce(sum(v.credito_amount), 0), coalesce(sum(v.net_weight), 0),
    (select coalesce(sum(s.total_amount), 0) from sales.sales s
     where s.tenant_id = v_tenant and s.business_id = p_business_id and s.voided_on = p_day and sales.was_recorded(s.id)),
    coalesce(sum(v.commission_amount), 0),
    (select count(*) from sales.distribuciones r
     where r.tenant_id = v_tenant and r.business_id = p_business_id and r.fecha = p_day),
    sales.current_member_id(p_business_id), p_request_hash
  from sales.day_vendors(p_business_id, p_day) v
  returning c.* into v_closing;

  insert into sales.day_closing_vendors (tenant_id, business_id, closing_id, member_id, sale_count, sold_amount, net_weight,
    collected_amount, commission_amount)
  select v_tenant, p_business_id, v_closing.id, v.member_id, v.sale_count, v.sold_amount, v.net_weight, v.collected_amount,
    v.commission_amount
  from sales.day_vendors(p_business_id, p_day) v;
  insert into sales.day_closing_money (tenant_id, business_id, closing_id, payment_method, sales_amount, abonos_amount,
    refunds_amount, routes_expected, handed_in, counted)
  select v_tenant, p_business_id, v_closing.id, payment_method, coalesce(m.sales_amount, 0), coalesce(m.abonos_amount, 0),
    coalesce(m.refunds_amount, 0), coalesce(m.routes_expected, 0), coalesce(m.handed_in, 0), h.amount::numeric
  from sales.day_money(p_business_id, p_day) m
  full join jsonb_each_text(p_counted) as h (payment_method, amount) using (payment_method);
  insert into sales.day_closing_stock (tenant_id, business_id, closing_id, product_id, kind, quantity)
  select v_tenant, p_business_id, v_closing.id, p.id, m.kind, sum(m.quantity)
  from sales.products p
  join sales.stock_movements m on m.tenant_id = p.tenant_id and m.product_id = p.id and m.day = p_day
  where p.tenant_id = v_tenant and p.business_id = p_business_id
  group by p.id, m.kind;
  return next v_closing;
end $$;
