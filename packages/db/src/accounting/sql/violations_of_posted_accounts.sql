-- Invoices and bills that were posted to other accounts than their lines name.
-- @select authenticated, platform
create view accounting.violations_of_posted_accounts (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- The entry of a document has on an account what its lines name that account for, or more: lines that name none were
-- posted to the account that the books had for them then. Lines without a party are those off the control account.
-- OFFSET 0 makes the planner look up the entry of each document that names accounts, by its key.
select n.tenant_id, 'posted_accounts_differ', n.company_id, 'accounting.' || n.source || 's', n.document_id,
  'Less was posted to an account than the lines name it for'
from (
  select l.tenant_id, l.company_id, 'invoice' as source, l.invoice_id as document_id, l.account_id, sum(l.amount) as amount
  from accounting.invoice_lines l where l.account_id is not null
  group by l.tenant_id, l.company_id, l.invoice_id, l.account_id
  union all
  select l.tenant_id, l.company_id, 'bill' as source, l.bill_id, l.account_id, sum(l.amount)
  from accounting.bill_lines l where l.account_id is not null
  group by l.tenant_id, l.company_id, l.bill_id, l.account_id
) n
cross join lateral (
  select e.id from accounting.journal_entries e
  where e.tenant_id = n.tenant_id and e.source_id = n.document_id and e.source = n.source
  offset 0
) e
cross join lateral (
  select coalesce(sum(j.debit + j.credit), 0) as amount from accounting.journal_lines j
  where j.tenant_id = n.tenant_id and j.entry_id = e.id and j.account_id = n.account_id
    and j.customer_id is null and j.vendor_id is null
) p
where p.amount < n.amount;
