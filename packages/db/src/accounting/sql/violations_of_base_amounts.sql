-- Invoices, bills, payments and allocations whose amount in base currency is not theirs, or is no amount of that currency.
-- @select authenticated, platform
create view accounting.violations_of_base_amounts (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- The amount in base currency is the amount at the rate, which is 1 for the base currency. What a document states instead
-- differs by what its entry has on the exchange account. OFFSET 0 and the condition on the document make the planner look
-- up the entries of those few.
select d.tenant_id, 'base_amount_differs', d.company_id, d.record_table, d.id,
  'The base amount is not the amount at its rate, or the base currency has another rate than 1'
from (
  select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id, 'invoice' as source, i.currency,
    i.exchange_rate, i.total_amount as amount, i.base_amount, case i.kind when 'credit_note' then -1 else 1 end as sign
  from accounting.invoices i where i.status <> 'draft'
  union all
  select b.tenant_id, b.company_id, 'accounting.bills' as record_table, b.id, 'bill', b.currency, b.exchange_rate,
    b.total_amount, b.base_amount, case b.kind when 'credit_note' then 1 else -1 end
  from accounting.bills b where b.status <> 'draft'
  union all
  select p.tenant_id, p.company_id, 'accounting.payments' as record_table, p.id, null, p.currency, p.exchange_rate,
    p.amount, p.base_amount - p.exchange_difference, 0
  from accounting.payments p
) d
left join accounting.books b on b.tenant_id = d.tenant_id and b.company_id = d.company_id
cross join lateral (
  select round(d.amount * d.exchange_rate, tenancy.currency_exponent(b.base_currency)) as amount offset 0
) rated
cross join lateral (
  select coalesce(sum(l.base_credit - l.base_debit), 0) as amount
  from accounting.journal_entries e
  join accounting.journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.id and l.is_exchange_difference
  where d.base_amount <> rated.amount and e.tenant_id = d.tenant_id and e.source_id = d.id and e.source = d.source
  offset 0
) posted
where d.base_amount is distinct from rated.amount + d.sign * posted.amount
  or (d.currency = b.base_currency and d.exchange_rate <> 1)
union all
-- No base amount has more decimals than the base currency.
select a.tenant_id, 'base_amount_scale', a.company_id, a.record_table, a.id,
  'A base amount has more decimals than the base currency of the books'
from (
  select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id,
    greatest(min_scale(i.base_amount), min_scale(i.paid_base_amount)) as decimals
  from accounting.invoices i where i.status <> 'draft'
  union all
  select b.tenant_id, b.company_id, 'accounting.bills' as record_table, b.id,
    greatest(min_scale(b.base_amount), min_scale(b.paid_base_amount))
  from accounting.bills b where b.status <> 'draft'
  union all
  select p.tenant_id, p.company_id, 'accounting.payments' as record_table, p.id,
    greatest(min_scale(p.base_amount), min_scale(p.exchange_difference), min_scale(p.allocated_base_amount))
  from accounting.payments p
  union all
  select l.tenant_id, l.company_id, 'accounting.payment_allocations' as record_table, l.id,
    greatest(min_scale(l.base_amount), min_scale(l.source_base_amount))
  from accounting.payment_allocations l
) a
join accounting.books b on b.tenant_id = a.tenant_id and b.company_id = a.company_id
where a.decimals > tenancy.currency_exponent(b.base_currency);
