-- Customers whose kept debt is not the sum of its sources: entries, sales and abonos. Figures and the rows that they sum up
-- are stacked by UNION ALL and added up, never joined.
-- @select authenticated, platform
create view sales.violations_of_debts (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select n.tenant_id, n.kind, n.business_id, 'sales.customers', n.client_id,
  case n.kind when 'debt_differs' then 'The debt is not the sum of its entries'
    when 'debt_count_differs' then 'The version is not the number of entries'
    when 'debt_formula_differs' then 'The debt is not what is unpaid of credit sales less the abonos'
    when 'open_due_differs' then 'What is open is not the sum of what is due on sales'
    else 'The credit is not what of abonos is not allocated' end
from (
  select k.kind, b.tenant_id, b.business_id, b.client_id, k.amount
  from sales.customer_balances b
  cross join lateral (values ('debt_differs', b.open_due - b.credit), ('debt_count_differs', b.version::numeric),
    ('debt_formula_differs', b.open_due - b.credit), ('open_due_differs', b.open_due), ('credit_differs', b.credit)
  ) k (kind, amount)
  union all
  select k.kind, e.tenant_id, e.business_id, e.client_id, k.amount
  from sales.debt_entries e
  cross join lateral (values ('debt_differs', -e.amount), ('debt_count_differs', -1.0)) k (kind, amount)
  union all
  select k.kind, s.tenant_id, s.business_id, s.client_id, k.amount
  from sales.sales s
  cross join lateral (values ('debt_formula_differs', s.amount_paid - s.total_amount), ('open_due_differs', -s.balance_due)
  ) k (kind, amount)
  where s.status = 'recorded' and s.client_id is not null
  union all
  select k.kind, a.tenant_id, a.business_id, a.client_id, k.amount
  from sales.abonos a
  cross join lateral (values ('debt_formula_differs', a.amount), ('credit_differs', a.allocated_amount - a.amount)
  ) k (kind, amount)
  where a.status = 'recorded'
) n
group by n.tenant_id, n.kind, n.business_id, n.client_id
having sum(n.amount) <> 0
union all
-- Entries count on from 1, and each goes on from the debt before it.
select e.tenant_id, 'debt_chain_broken', e.business_id, 'sales.debt_entries', e.id,
  'It does not go on from the entry before it'
from (
  select d.*, lag(d.balance_after, 1, 0) over before as balance_before, row_number() over before as place
  from sales.debt_entries d
  window before as (partition by d.tenant_id, d.client_id order by d.client_version)
) e
where e.client_version <> e.place or e.balance_after <> e.balance_before + e.amount
union all
-- A sale or abono has the entry that it makes, and one more when it is void.
select n.tenant_id, 'debt_entry_differs', n.business_id, n.record_table, n.source_id,
  'Its debt entries are not what it comes to'
from (
  select s.tenant_id, s.business_id, 'sales.sales' as record_table, s.id as source_id, k.kind,
    s.client_id, k.sign * (s.total_amount - s.amount_paid) as amount
  from sales.sales s
  cross join lateral (values ('sale', 1), ('sale_void', -1)) k (kind, sign)
  where (s.status = 'recorded' and k.kind = 'sale' or s.status = 'void' and s.total_amount = (
      select sum(i.subtotal) from sales.sale_items i where i.tenant_id = s.tenant_id and i.sale_id = s.id))
    and s.total_amount > s.amount_paid
  union all
  select b.tenant_id, b.business_id, 'sales.abonos' as record_table, b.id, k.kind, b.client_id, k.sign * b.amount
  from sales.abonos b
  cross join lateral (values ('abono', -1), ('abono_void', 1)) k (kind, sign)
  where b.status = 'void' or k.kind = 'abono'
  union all
  select e.tenant_id, e.business_id, case when e.kind in ('sale', 'sale_void') then 'sales.sales' else 'sales.abonos' end,
    e.source_id, e.kind, e.client_id, -e.amount
  from sales.debt_entries e
) n
group by n.tenant_id, n.business_id, n.record_table, n.source_id, n.kind, n.client_id
having sum(n.amount) <> 0;
