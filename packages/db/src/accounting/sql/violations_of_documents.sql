-- Invoices and bills that break a rule: total, currency of lines, status, credit notes.
-- @select authenticated, platform
create view accounting.violations_of_documents (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- The total of an issued invoice or approved bill is the sum of its lines, of which it has one at least; they are in its
-- currency, or from before lines had one.
select n.tenant_id, rule.kind, n.company_id, 'accounting.' || n.source || 's', n.id, rule.detail
from (
  select d.tenant_id, d.source, d.company_id, d.id, sum(d.total_amount) is distinct from sum(d.amount) as has_other_total,
    min(d.currency) <> max(d.currency) as has_other_currency
  from (
    select 'invoice' as source, i.tenant_id, i.company_id, i.id, i.currency, i.total_amount, null::numeric as amount
    from accounting.invoices i where i.status <> 'draft'
    union all
    select 'bill' as source, b.tenant_id, b.company_id, b.id, b.currency, b.total_amount, null::numeric as amount
    from accounting.bills b where b.status <> 'draft'
    union all
    select 'invoice' as source, l.tenant_id, l.company_id, l.invoice_id, l.currency, null::numeric as total_amount, l.amount
    from accounting.invoice_lines l
    union all
    select 'bill' as source, l.tenant_id, l.company_id, l.bill_id, l.currency, null::numeric as total_amount, l.amount
    from accounting.bill_lines l
  ) d
  group by d.tenant_id, d.source, d.company_id, d.id
  having count(d.total_amount) > 0
    and (sum(d.total_amount) is distinct from sum(d.amount) or min(d.currency) <> max(d.currency))
) n
cross join lateral (values
  (n.source || '_total_differs', n.has_other_total, 'The total is not the sum of the lines'),
  ('line_currency_differs', n.has_other_currency, 'A line is in another currency than the document')
) rule (kind, is_broken, detail)
where rule.is_broken
union all
-- The total of a draft that has lines is their sum. OFFSET 0 makes the planner look up the lines of each of these few.
select d.tenant_id, d.kind, d.company_id,
  case d.kind when 'invoice_total_differs' then 'accounting.invoices' else 'accounting.bills' end, d.id,
  'The total is not the sum of the lines'
from (
  select 'invoice_total_differs' as kind, i.tenant_id, i.company_id, i.id, i.total_amount, l.amount
  from accounting.invoices i
  cross join lateral (
    select sum(l.amount) as amount from accounting.invoice_lines l
    where l.tenant_id = i.tenant_id and l.invoice_id = i.id
    offset 0
  ) l
  where i.status = 'draft'
  union all
  select 'bill_total_differs' as kind, b.tenant_id, b.company_id, b.id, b.total_amount, l.amount
  from accounting.bills b
  cross join lateral (
    select sum(l.amount) as amount from accounting.bill_lines l
    where l.tenant_id = b.tenant_id and l.bill_id = b.id
    offset 0
  ) l
  where b.status = 'draft'
) d
where d.total_amount <> d.amount
union all
-- The status says how much is settled; a document over nothing is settled as it is.
select d.tenant_id, 'status_differs', d.company_id, d.record_table, d.id,
  'The status is not what is settled of the document'
from (
  select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id, i.total_amount, i.paid_amount,
    case i.status when 'issued' then 'open' else i.status end as status
  from accounting.invoices i
  union all
  select i.tenant_id, i.company_id, 'accounting.bills' as record_table, i.id, i.total_amount, i.paid_amount,
    case i.status when 'approved' then 'open' else i.status end
  from accounting.bills i
) d
where case d.status
  when 'paid' then d.paid_amount <> d.total_amount
  when 'partly_paid' then d.paid_amount <= 0 or d.paid_amount >= d.total_amount
  else d.paid_amount <> 0 end
union all
-- The credit notes of an invoice or bill are not more than it.
select d.tenant_id, 'credit_exceeds', d.company_id, d.record_table, d.id,
  case d.record_table when 'accounting.invoices' then 'The credit notes are more than the invoice'
    else 'The credit notes are more than the bill' end
from (
  select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id, i.total_amount as amount
  from accounting.invoices i
  union all
  select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.credited_invoice_id, -i.total_amount
  from accounting.invoices i where i.credited_invoice_id is not null and i.status not in ('draft', 'void')
  union all
  select b.tenant_id, b.company_id, 'accounting.bills' as record_table, b.id, b.total_amount from accounting.bills b
  union all
  select b.tenant_id, b.company_id, 'accounting.bills' as record_table, b.credited_bill_id, -b.total_amount
  from accounting.bills b where b.credited_bill_id is not null and b.status not in ('draft', 'void')
) d
group by d.tenant_id, d.company_id, d.record_table, d.id
having sum(d.amount) < 0
union all
-- A credit note takes back a document that is owed, of the same party and currency, on its date or later. OFFSET 0 makes
-- the planner look up the document of each of these few.
select n.tenant_id, 'credited_document', n.company_id, n.record_table, n.id,
  'The credit note names a document that it cannot take back'
from (
  select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id,
    (c.kind = 'invoice' and c.status not in ('draft', 'void') and c.invoice_date <= i.invoice_date
      and (c.company_id, c.customer_id, c.currency) = (i.company_id, i.customer_id, i.currency)) as fits
  from accounting.invoices i
  left join lateral (
    select o.* from accounting.invoices o where o.tenant_id = i.tenant_id and o.id = i.credited_invoice_id offset 0
  ) c on true
  where i.credited_invoice_id is not null and i.status not in ('draft', 'void')
  union all
  select b.tenant_id, b.company_id, 'accounting.bills' as record_table, b.id,
    (c.kind = 'bill' and c.status not in ('draft', 'void') and c.bill_date <= b.bill_date
      and (c.company_id, c.vendor_id, c.currency) = (b.company_id, b.vendor_id, b.currency))
  from accounting.bills b
  left join lateral (
    select o.* from accounting.bills o where o.tenant_id = b.tenant_id and o.id = b.credited_bill_id offset 0
  ) c on true
  where b.credited_bill_id is not null and b.status not in ('draft', 'void')
) n
where n.fits is not true;
