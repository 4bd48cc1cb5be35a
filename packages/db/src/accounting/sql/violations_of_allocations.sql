-- Documents and payments whose settled or allocated amounts are not the sums of the allocations that stand.
-- @select authenticated, platform
create view accounting.violations_of_allocations (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- What is settled of a document, or allocated of a payment, is the sum of the standing allocations, and never too much.
-- Of a refund that stands it is all.
select n.tenant_id, rule.kind, n.company_id, n.record_table, n.id, rule.detail
from (
  select r.tenant_id, r.company_id, r.record_table, r.id, sum(r.total) as total, sum(r.base_total) as base_total,
    sum(r.kept) as kept, sum(r.base_kept) as base_kept, sum(r.amount) as amount, sum(r.base_amount) as base_amount,
    sum(r.refunded) as refunded
  from (
    select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id, i.total_amount as total,
      i.base_amount as base_total, i.paid_amount as kept, i.paid_base_amount as base_kept, 0 as amount, 0 as base_amount,
      0 as refunded
    from accounting.invoices i
    union all
    select i.tenant_id, i.company_id, 'accounting.bills' as record_table, i.id, i.total_amount, i.base_amount,
      i.paid_amount, i.paid_base_amount, 0, 0, 0
    from accounting.bills i
    union all
    select p.tenant_id, p.company_id, 'accounting.payments' as record_table, p.id, p.amount, p.base_amount - p.exchange_difference,
      p.allocated_amount, p.allocated_base_amount, 0, 0, case when p.is_refund and p.voided_on is null then p.amount else 0 end
    from accounting.payments p
    union all
    select a.tenant_id, a.company_id, 'accounting.invoices' as record_table, a.invoice_id, 0, 0, 0, 0, a.amount, a.base_amount, 0
    from accounting.payment_allocations a where a.reversed_on is null and a.invoice_id is not null
    union all
    select a.tenant_id, a.company_id, 'accounting.bills' as record_table, a.bill_id, 0, 0, 0, 0, a.amount, a.base_amount, 0
    from accounting.payment_allocations a where a.reversed_on is null and a.bill_id is not null
    union all
    select a.tenant_id, a.company_id, 'accounting.payments' as record_table, a.payment_id, 0, 0, 0, 0, a.amount, a.source_base_amount, 0
    from accounting.payment_allocations a where a.reversed_on is null and a.payment_id is not null
    union all
    select a.tenant_id, a.company_id, 'accounting.invoices' as record_table, a.credit_note_id, 0, 0, 0, 0, a.amount, a.source_base_amount, 0
    from accounting.payment_allocations a where a.reversed_on is null and a.credit_note_id is not null
    union all
    select a.tenant_id, a.company_id, 'accounting.bills' as record_table, a.vendor_credit_id, 0, 0, 0, 0, a.amount, a.source_base_amount, 0
    from accounting.payment_allocations a where a.reversed_on is null and a.vendor_credit_id is not null
    union all
    select a.tenant_id, a.company_id, 'accounting.payments' as record_table, a.refund_id, 0, 0, 0, 0, a.amount, a.base_amount, 0
    from accounting.payment_allocations a where a.reversed_on is null and a.refund_id is not null
  ) r
  group by r.tenant_id, r.company_id, r.record_table, r.id
  having sum(r.kept) <> sum(r.amount) or sum(r.base_kept) <> sum(r.base_amount) or sum(r.amount) > sum(r.total)
    or sum(r.base_amount) > sum(r.base_total) or sum(r.amount) < sum(r.refunded)
) n
cross join lateral (values
  ('allocation_exceeds', n.amount > n.total or n.base_amount > n.base_total,
    'More is allocated than the document or payment amounts to'),
  ('paid_amount_differs', n.kept <> n.amount or n.base_kept <> n.base_amount,
    'What is settled or allocated is not the sum of the allocations that stand'),
  ('refund_without_credit', n.amount < n.refunded, 'The credit that the refund pays back is less than its amount')
) rule (kind, is_broken, detail)
where rule.is_broken;
