-- Periods and books that break a rule: no gaps, and closed through the last closed period.
-- @select authenticated, platform
create view accounting.violations_of_periods (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- Each period begins the day after the one before ends.
select g.tenant_id, 'period_gap', g.company_id, 'accounting.fiscal_periods', g.id,
  'The period does not begin the day after the one before ends'
from (
  select p.tenant_id, p.company_id, p.id,
    p.starts_on <> lag(p.ends_on) over (partition by p.tenant_id, p.company_id order by p.starts_on) + 1 as is_gap
  from accounting.fiscal_periods p
) g
where g.is_gap
union all
-- The books are closed through the end of the last closed period, and no open period lies before it.
select b.tenant_id, 'closed_through_differs', b.company_id, 'accounting.books', b.id,
  'The books are not closed through the end of the last closed period, or an open period lies before it'
from accounting.books b
cross join lateral (
  select max(f.ends_on) filter (where f.status = 'closed') as closed_end,
    min(f.starts_on) filter (where f.status = 'open') as open_start
  from accounting.fiscal_periods f
  where f.tenant_id = b.tenant_id and f.company_id = b.company_id
) p
where b.closed_through is distinct from p.closed_end or p.open_start < p.closed_end;
