-- Documents, payments and allocations whose journal entries are missing, too many, or of another amount, currency, date,
-- party, number or account.
-- @select authenticated, platform
create view accounting.violations_of_postings (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- Each step of a document, payment or allocation has one entry, of its date, party, currency, number and amounts on the
-- control account, and each such entry has its step. An expected entry counts 1, a posted one -1; what both must have is
-- compared by a hash of it, which takes a third of the time that comparing each value takes. Of a payment the other line
-- is read as well: it is on the payment's account, with the payment's base amount.
select s.tenant_id, rule.kind, s.company_id, rule.record_table, s.source_id,
  'The record and its entries differ in amount, currency, date, party, number or account'
from (
  select i.tenant_id, i.company_id, step.source, i.id as source_id, 1 as entries,
    hash_record_extended(row(step.day, i.customer_id, i.currency, i.invoice_number, signed.of_kind * i.total_amount,
      signed.of_kind * i.base_amount), 0) as control, null::bigint as account
  from accounting.invoices i
  cross join lateral (values ('invoice', i.invoice_date, 1), ('invoice_void', i.voided_on, -1)) step (source, day, sign)
  cross join lateral (select step.sign * case i.kind when 'credit_note' then -1 else 1 end as of_kind) signed
  where i.status <> 'draft' and i.total_amount > 0 and step.day is not null
  union all
  select i.tenant_id, i.company_id, step.source, i.id, 1,
    hash_record_extended(row(step.day, i.vendor_id, i.currency, i.bill_number, signed.of_kind * i.total_amount,
      signed.of_kind * i.base_amount), 0), null::bigint as account
  from accounting.bills i
  cross join lateral (values ('bill', i.bill_date, 1), ('bill_void', i.voided_on, -1)) step (source, day, sign)
  cross join lateral (select step.sign * case i.kind when 'credit_note' then 1 else -1 end as of_kind) signed
  where i.status <> 'draft' and i.total_amount > 0 and step.day is not null
  union all
  select p.tenant_id, p.company_id, step.source, p.id, 1,
    hash_record_extended(row(step.day, coalesce(p.customer_id, p.vendor_id), p.currency, p.reference,
      signed.of_direction * p.amount, signed.of_direction * (p.base_amount - p.exchange_difference)), 0),
    hash_record_extended(row(p.account_id, -signed.of_direction * p.base_amount), 0)
  from accounting.payments p
  cross join lateral (values ('payment', p.payment_date, 1), ('payment_void', p.voided_on, -1)) step (source, day, sign)
  cross join lateral (select step.sign * case p.direction when 'in' then -1 else 1 end as of_direction) signed
  where step.day is not null
  union all
  select a.tenant_id, a.company_id, step.source, a.id, 1,
    hash_record_extended(row(step.day, coalesce(i.customer_id, b.vendor_id, r.customer_id, r.vendor_id), o.base_currency, null::text,
      difference.amount, difference.amount), 0), null::bigint as account
  from accounting.payment_allocations a
  left join accounting.books o on o.tenant_id = a.tenant_id and o.company_id = a.company_id
  left join accounting.invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
  left join accounting.bills b on b.tenant_id = a.tenant_id and b.id = a.bill_id
  left join accounting.payments r on r.tenant_id = a.tenant_id and r.id = a.refund_id
  cross join lateral (values ('allocation', a.allocated_on, 1), ('allocation_void', a.reversed_on, -1))
    step (source, day, sign)
  cross join lateral (
    select step.sign * case when num_nonnulls(i.customer_id, r.customer_id) = 0 then -1 else 1 end
      * (a.source_base_amount - a.base_amount) as amount
  ) difference
  where a.source_base_amount <> a.base_amount and step.day is not null
  union all
  select e.tenant_id, e.company_id, e.source, e.source_id, case when line.is_other then 0 else -1 end,
    case when not line.is_other then hash_record_extended(row(e.entry_date, coalesce(l.customer_id, l.vendor_id), l.currency,
      e.reference, l.debit - l.credit, l.base_debit - l.base_credit), 0) end,
    case when line.is_other then hash_record_extended(row(l.account_id, l.base_debit - l.base_credit), 0) end
  from accounting.journal_entries e
  left join accounting.books b on b.tenant_id = e.tenant_id and b.company_id = e.company_id
  left join accounting.journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.id
    and (e.source in ('payment', 'payment_void') and not l.is_exchange_difference or l.account_id in (b.receivable_account_id, b.payable_account_id))
  cross join lateral (
    select coalesce(l.account_id not in (b.receivable_account_id, b.payable_account_id), false) as is_other
  ) line
  where e.source not in ('manual', 'reversal')
) s
join (values
  ('invoice', 'invoice_not_posted', 'accounting.invoices'),
  ('invoice_void', 'invoice_not_posted', 'accounting.invoices'),
  ('bill', 'bill_not_posted', 'accounting.bills'),
  ('bill_void', 'bill_not_posted', 'accounting.bills'),
  ('payment', 'payment_not_posted', 'accounting.payments'),
  ('payment_void', 'payment_not_posted', 'accounting.payments'),
  ('allocation', 'allocation_not_posted', 'accounting.payment_allocations'),
  ('allocation_void', 'allocation_not_posted', 'accounting.payment_allocations')
) rule (source, kind, record_table) on rule.source = s.source
group by s.tenant_id, rule.kind, s.company_id, rule.record_table, s.source, s.source_id
having sum(s.entries) <> 0 or min(s.control) <> max(s.control) or min(s.account) <> max(s.account);
