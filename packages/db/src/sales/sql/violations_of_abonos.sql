-- Abonos whose figures are not those of their allocations and refunds, and allocations of what does not belong together.
-- @select authenticated, platform
create view sales.violations_of_abonos (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select n.tenant_id, 'abono_allocated_differs', n.business_id, 'sales.abonos', n.abono_id,
  'What is allocated is not the sum of the allocations that stand'
from (
  select b.tenant_id, b.business_id, b.id as abono_id, b.allocated_amount as amount from sales.abonos b
  union all
  select a.tenant_id, a.business_id, a.abono_id, -a.amount from sales.abono_allocations a where a.reversed_on is null
) n
group by n.tenant_id, n.business_id, n.abono_id
having sum(n.amount) <> 0
union all
select n.tenant_id, 'abono_refund_differs', n.business_id, 'sales.abonos', n.abono_id,
  'What was given back is not the amount of a void abono'
from (
  select b.tenant_id, b.business_id, b.id as abono_id, b.amount from sales.abonos b where b.status = 'void'
  union all
  select r.tenant_id, r.business_id, r.abono_id, -r.amount from sales.refunds r where r.abono_id is not null
) n
group by n.tenant_id, n.business_id, n.abono_id
having sum(n.amount) <> 0
union all
select a.tenant_id, 'allocation_customer_differs', a.business_id, 'sales.abono_allocations', a.id,
  'The sale is not of the customer who paid'
from sales.abono_allocations a
join sales.abonos b on b.tenant_id = a.tenant_id and b.id = a.abono_id
join sales.sales s on s.tenant_id = a.tenant_id and s.id = a.sale_id
where s.client_id is distinct from b.client_id
union all
select a.tenant_id, 'allocation_early', a.business_id, 'sales.abono_allocations', a.id,
  'It counts before the day of its abono or of its sale'
from sales.abono_allocations a
join sales.abonos b on b.tenant_id = a.tenant_id and b.id = a.abono_id
join sales.sales s on s.tenant_id = a.tenant_id and s.id = a.sale_id
where a.allocated_on < greatest(b.abono_day, s.sale_day);
