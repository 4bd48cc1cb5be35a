-- Documents, payments and allocations whose journal entries are missing, too many, or of another amount, date or party.
-- @select authenticated, platform
create view accounting.violations_of_postings (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- Each step of a document, payment or allocation has one entry, of its date, party and amount on the control account,
-- and each such entry has its step. An expected entry counts 1, a posted one -1.
select s.tenant_id, rule.kind, s.company_id, rule.record_table, s.source_id,
  'The record and its entries differ in amount, date, party or number'
from (
  select i.tenant_id, i.company_id, step.source, i.id as source_id, step.day, i.customer_id as party_id, 1 as entries,
    step.sign * case i.kind when 'credit_note' then -i.base_amount else i.base_amount end as amount
  from accounting.invoices i
  cross join lateral (values ('invoice', i.invoice_date, 1), ('invoice_void', i.voided_on, -1)) step (source, day, sign)
  where i.status <> 'draft' and i.total_amount > 0 and step.day is not null
  union all
  select i.tenant_id, i.company_id, step.source, i.id, step.day, i.vendor_id, 1,
    step.sign * case i.kind when 'credit_note' then i.base_amount else -i.base_amount end
  from accounting.bills i
  cross join lateral (values ('bill', i.bill_date, 1), ('bill_void', i.voided_on, -1)) step (source, day, sign)
  where i.status <> 'draft' and i.total_amount > 0 and step.day is not null
  union all
  select p.tenant_id, p.company_id, step.source, p.id, step.day, coalesce(p.customer_id, p.vendor_id), 1,
    step.sign * case p.direction when 'in' then -p.base_amount else p.base_amount end
  from accounting.payments p
  cross join lateral (values ('payment', p.payment_date, 1), ('payment_void', p.voided_on, -1)) step (source, day, sign)
  where step.day is not null
  union all
  select a.tenant_id, a.company_id, step.source, a.id, step.day, coalesce(i.customer_id, b.vendor_id), 1,
    step.sign * case when a.invoice_id is null then -1 else 1 end * (a.source_base_amount - a.base_amount)
  from accounting.payment_allocations a
  left join accounting.invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
  left join accounting.bills b on b.tenant_id = a.tenant_id and b.id = a.bill_id
  cross join lateral (values ('allocation', a.allocated_on, 1), ('allocation_void', a.reversed_on, -1))
    step (source, day, sign)
  where a.source_base_amount <> a.base_amount and step.day is not null
  union all
  select e.tenant_id, e.company_id, e.source, e.source_id, e.entry_date, coalesce(l.customer_id, l.vendor_id), -1 as sign,
    coalesce(l.base_credit - l.base_debit, 0)
  from accounting.journal_entries e
  left join accounting.books b on b.tenant_id = e.tenant_id and b.company_id = e.company_id
  left join accounting.journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.id
    and l.account_id in (b.receivable_account_id, b.payable_account_id)
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
having sum(s.entries) <> 0 or sum(s.amount) <> 0 or min(s.day) <> max(s.day)
  or min(coalesce(s.party_id::text, '')) <> max(coalesce(s.party_id::text, ''));
