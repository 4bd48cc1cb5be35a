-- Customers and vendors whose balance, or whose documents of a day, are not what was posted to their control account.
-- The two kinds of a rule are arms of one union: each names its kind as a constant, by which is grouped, so that a
-- filter on the kind leaves the arms of the other one unread.
-- @select authenticated, platform
create view accounting.violations_of_parties (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- The balance of a customer or vendor is the sum of their lines on the control account.
select n.tenant_id, n.kind, n.company_id,
  case n.kind when 'customer_balance_differs' then 'accounting.customers' else 'accounting.vendors' end, n.party_id,
  case n.kind when 'customer_balance_differs'
    then 'The balance is not the sum of the customer''s lines on the receivable account'
    else 'The balance is not the sum of the vendor''s lines on the payable account' end
from (
  select 'customer_balance_differs' as kind, c.tenant_id, c.company_id, c.id as party_id, -c.balance as amount
  from accounting.customers c
  union all
  select 'vendor_balance_differs' as kind, v.tenant_id, v.company_id, v.id, -v.balance from accounting.vendors v
  union all
  select 'customer_balance_differs' as kind, l.tenant_id, l.company_id, l.customer_id, l.base_debit - l.base_credit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.receivable_account_id = l.account_id
  where l.customer_id is not null
  union all
  select 'vendor_balance_differs' as kind, l.tenant_id, l.company_id, l.vendor_id, l.base_credit - l.base_debit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.payable_account_id = l.account_id
  where l.vendor_id is not null
) n
group by n.tenant_id, n.kind, n.company_id, n.party_id
having sum(n.amount) <> 0
union all
-- Open documents less what is unallocated are the receivable or payable account, per party and on every day: what
-- changed them on a day is what was posted on it. An allocation changes them by the difference of its two base amounts.
-- OFFSET 0 makes the planner look up its document by key.
select d.tenant_id, d.kind, d.company_id,
  case d.kind when 'receivables_differ' then 'accounting.customers' else 'accounting.vendors' end, d.party_id,
  case d.kind when 'receivables_differ' then 'Documents and receivable account changed differently on '
    else 'Documents and payable account changed differently on ' end || to_char(d.day, 'YYYY-MM-DD')
from (
  select r.kind, r.tenant_id, r.company_id, r.party_id, step.day, step.sign * r.amount as amount
  from (
    select 'receivables_differ' as kind, i.tenant_id, i.company_id, i.customer_id as party_id,
      i.invoice_date as made_on, i.voided_on as ended_on,
      case i.kind when 'credit_note' then -i.base_amount else i.base_amount end as amount
    from accounting.invoices i where i.status <> 'draft'
    union all
    select 'payables_differ' as kind, b.tenant_id, b.company_id, b.vendor_id, b.bill_date, b.voided_on,
      case b.kind when 'credit_note' then -b.base_amount else b.base_amount end
    from accounting.bills b where b.status <> 'draft'
    union all
    select 'receivables_differ' as kind, p.tenant_id, p.company_id, p.customer_id, p.payment_date, p.voided_on,
      case when p.is_refund then 1 else -1 end * (p.base_amount - p.exchange_difference)
    from accounting.payments p where p.customer_id is not null
    union all
    select 'payables_differ' as kind, p.tenant_id, p.company_id, p.vendor_id, p.payment_date, p.voided_on,
      case when p.is_refund then 1 else -1 end * (p.base_amount - p.exchange_difference)
    from accounting.payments p where p.vendor_id is not null
    union all
    select 'receivables_differ' as kind, a.tenant_id, a.company_id, i.customer_id, a.allocated_on, a.reversed_on,
      a.source_base_amount - a.base_amount
    from accounting.payment_allocations a
    cross join lateral (
      select d.customer_id from accounting.invoices d where d.tenant_id = a.tenant_id and d.id = a.invoice_id offset 0
    ) i
    union all
    select 'payables_differ' as kind, a.tenant_id, a.company_id, b.vendor_id, a.allocated_on, a.reversed_on,
      a.source_base_amount - a.base_amount
    from accounting.payment_allocations a
    cross join lateral (
      select d.vendor_id from accounting.bills d where d.tenant_id = a.tenant_id and d.id = a.bill_id offset 0
    ) b
    union all
    select 'receivables_differ' as kind, a.tenant_id, a.company_id, p.customer_id, a.allocated_on, a.reversed_on,
      a.source_base_amount - a.base_amount
    from accounting.payment_allocations a
    join accounting.payments p on p.tenant_id = a.tenant_id and p.id = a.refund_id and p.customer_id is not null
    union all
    select 'payables_differ' as kind, a.tenant_id, a.company_id, p.vendor_id, a.allocated_on, a.reversed_on,
      a.source_base_amount - a.base_amount
    from accounting.payment_allocations a
    join accounting.payments p on p.tenant_id = a.tenant_id and p.id = a.refund_id and p.vendor_id is not null
  ) r
  cross join lateral (values (r.made_on, 1), (r.ended_on, -1)) step (day, sign)
  where step.day is not null
  union all
  select 'receivables_differ' as kind, l.tenant_id, l.company_id, l.customer_id, l.entry_date, l.base_credit - l.base_debit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.receivable_account_id = l.account_id
  where l.customer_id is not null
  union all
  select 'payables_differ' as kind, l.tenant_id, l.company_id, l.vendor_id, l.entry_date, l.base_debit - l.base_credit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.payable_account_id = l.account_id
  where l.vendor_id is not null
) d
group by d.tenant_id, d.kind, d.company_id, d.party_id, d.day
having sum(d.amount) <> 0;
