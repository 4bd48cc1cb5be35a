-- Invoices, bills, payments and allocations whose amount in base currency is not theirs, or is no amount of that currency.
-- @select authenticated, platform
create view accounting.violations_of_base_amounts (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- The amount in base currency is the amount at the rate, which is 1 for the base currency. What a document states instead
-- differs by what its entry has on the exchange account. OFFSET 0 makes the planner look up the entries of those few lines.
select d.tenant_id, 'base_amount_differs', d.company_id, d.record_table, d.id,
  'The base amount is not the amount at its rate, or the base currency has another rate than 1'
from (
  select r.tenant_id, r.company_id, r.record_table, r.id,
    r.sign * (r.base_amount - round(r.amount * r.exchange_rate, tenancy.currency_exponent(b.base_currency))) as difference,
    num_nulls(r.base_amount, r.exchange_rate) > 0 or (r.currency = b.base_currency and r.exchange_rate <> 1) as is_wrong
  from (
    select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id, i.currency, i.exchange_rate,
      i.total_amount as amount, i.base_amount, case i.kind when 'credit_note' then -1 else 1 end as sign
    from accounting.invoices i where i.status <> 'draft'
    union all
    select v.tenant_id, v.company_id, 'accounting.bills' as record_table, v.id, v.currency, v.exchange_rate,
      v.total_amount, v.base_amount, case v.kind when 'credit_note' then 1 else -1 end
    from accounting.bills v where v.status <> 'draft'
    union all
    select p.tenant_id, p.company_id, 'accounting.payments' as record_table, p.id, p.currency, p.exchange_rate,
      p.amount, p.base_amount - p.exchange_difference, 1
    from accounting.payments p
  ) r
  left join accounting.books b on b.tenant_id = r.tenant_id and b.company_id = r.company_id
  union all
  select l.tenant_id, l.company_id, 'accounting.' || e.source || 's' as record_table, e.source_id,
    l.base_debit - l.base_credit, false
  from accounting.journal_lines l
  cross join lateral (
    select j.source, j.source_id from accounting.journal_entries j
    where j.tenant_id = l.tenant_id and j.id = l.entry_id
    offset 0
  ) e
  where l.is_exchange_difference and e.source in ('invoice', 'bill')
) d
group by d.tenant_id, d.company_id, d.record_table, d.id
having sum(d.difference) <> 0 or bool_or(d.is_wrong)
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
