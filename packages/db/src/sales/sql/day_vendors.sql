-- What each vendor sold and collected on a day of a business, late sales left out.
-- @execute authenticated, platform
create function sales.day_vendors(p_business_id uuid, p_day date) returns table (
  member_id uuid, sale_count int, sold_amount numeric, contado_amount numeric, credito_amount numeric, net_weight numeric,
  collected_amount numeric, commission_amount numeric
)
  language sql stable
as $$
  select coalesce(s.seller_id, c.member_id), coalesce(s.sale_count, 0)::int, coalesce(s.contado + s.credito, 0),
    coalesce(s.contado, 0), coalesce(s.credito, 0), coalesce(s.net_weight, 0), coalesce(c.collected_amount, 0),
    coalesce(c.commission_amount, 0)
  from (
    select s.seller_id, count(*) as sale_count,
      coalesce(sum(s.total_amount) filter (where s.sale_type = 'contado'), 0) as contado,
      coalesce(sum(s.total_amount) filter (where s.sale_type = 'credito'), 0) as credito,
      sum(s.net_weight) as net_weight
    from sales.sales s
    where s.tenant_id = tenancy.current_tenant_id() and s.business_id = p_business_id and s.sale_day = p_day
      and (s.status = 'recorded' or s.status = 'void' and sales.was_recorded(s.id)) and not s.is_late
    group by 1
  ) s
  full join sales.commissions_between(p_business_id, p_day, p_day) c on c.member_id = s.seller_id
$$;
