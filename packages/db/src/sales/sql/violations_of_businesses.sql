-- Businesses without a configuration to fall back on, and members whose commission is not the last one that was kept.
-- @select authenticated, platform
create view sales.violations_of_businesses (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select b.tenant_id, 'config_missing', b.id, 'sales.businesses', b.id,
  'The tenant has no system_config for the business to fall back on'
from sales.businesses b
where not exists (select from sales.system_config c where c.tenant_id = b.tenant_id)
union all
select n.tenant_id, 'commission_rate_differs', n.business_id, 'sales.business_users', n.member_id,
  'The commission of the member is not the last one that was kept'
from (
  select m.tenant_id, m.business_id, m.id as member_id, coalesce(m.commission_rate, 0) as rate
  from sales.business_users m
  union all
  select l.tenant_id, l.business_id, l.member_id, -l.rate
  from (
    select distinct on (r.tenant_id, r.business_id, r.member_id) r.tenant_id, r.business_id, r.member_id, r.rate
    from sales.commission_rates r order by r.tenant_id, r.business_id, r.member_id, r.valid_from desc
  ) l
) n
group by n.tenant_id, n.business_id, n.member_id
having sum(n.rate) <> 0
union all
select n.tenant_id, 'commission_rate_missing', n.business_id, 'sales.business_users', n.member_id,
  'No commission was kept for the first days of the member'
from (
  select m.tenant_id, m.business_id, m.id as member_id, 1 as rows from sales.business_users m
  union all
  select r.tenant_id, r.business_id, r.member_id, -1 as rows from sales.commission_rates r
  where r.valid_from = date '0001-01-01'
) n
group by n.tenant_id, n.business_id, n.member_id
having sum(n.rows) <> 0;
