-- What was collected for each vendor of a business from one day to another, and the commission on it: paid at the vendor's
-- sales and allocated to them, less what was voided or taken back, each at the rate of its sale. Rounded once per vendor.
-- @execute authenticated, platform
create function sales.commissions_between(p_business_id uuid, p_from date, p_to date) returns table (
  member_id uuid, collected_amount numeric, commission_amount numeric
)
  language sql stable
as $$
  select m.seller_id, sum(m.amount), round(sum(m.amount * m.rate) / 100, 2)
  from (
    select s.seller_id, s.amount_paid as amount, s.commission_rate as rate from sales.sales s
    where s.tenant_id = tenancy.current_tenant_id() and s.business_id = p_business_id
      and s.sale_day between p_from and p_to and (s.status = 'recorded' or s.status = 'void' and sales.was_recorded(s.id))
    union all
    select s.seller_id, -s.amount_paid, s.commission_rate from sales.sales s
    where s.tenant_id = tenancy.current_tenant_id() and s.business_id = p_business_id
      and s.voided_on between p_from and p_to and sales.was_recorded(s.id)
    union all
    select s.seller_id, a.amount, s.commission_rate from sales.abono_allocations a
    join sales.sales s on s.tenant_id = a.tenant_id and s.id = a.sale_id
    where a.tenant_id = tenancy.current_tenant_id() and a.business_id = p_business_id
      and a.allocated_on between p_from and p_to
    union all
    select s.seller_id, -a.amount, s.commission_rate from sales.abono_allocations a
    join sales.sales s on s.tenant_id = a.tenant_id and s.id = a.sale_id
    where a.tenant_id = tenancy.current_tenant_id() and a.business_id = p_business_id
      and a.reversed_on between p_from and p_to
  ) m
  group by m.seller_id
$$;
