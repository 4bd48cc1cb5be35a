ALTER TABLE "accounting"."payments" ADD COLUMN "allocations_hash" text;
--> statement-breakpoint
create or replace trigger freeze_columns before update on accounting.payments
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.direction is distinct from old.direction
    or new.customer_id is distinct from old.customer_id
    or new.vendor_id is distinct from old.vendor_id
    or new.account_id is distinct from old.account_id
    or new.payment_date is distinct from old.payment_date
    or new.amount is distinct from old.amount
    or new.currency is distinct from old.currency
    or new.exchange_rate is distinct from old.exchange_rate
    or new.base_amount is distinct from old.base_amount
    or new.method is distinct from old.method
    or new.reference is distinct from old.reference
    or new.external_id is distinct from old.external_id
    or new.allocations_hash is distinct from old.allocations_hash
    or new.created_at is distinct from old.created_at
    or (current_user <> 'ledger_writer' and (new.allocated_amount is distinct from old.allocated_amount
    or new.allocated_base_amount is distinct from old.allocated_base_amount)))
  execute function tenancy.refuse('ZT003', 'A payment cannot be changed: void it and record another');
--> statement-breakpoint
-- accounting/sql/violations_of_accounts.sql
create or replace view accounting.violations_of_accounts (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- The balance of an account is the sum of its lines, its version that of the last one. Each account has one balance, and
-- each balance its account.
select n.tenant_id, 'account_balance_differs', n.company_id, 'accounting.accounts', n.account_id,
  'The balance or version of the account is missing, or not that of its lines'
from (
  select l.tenant_id, l.company_id, l.account_id, l.base_debit - l.base_credit as amount, l.account_version as posted,
    null::bigint as kept, null::uuid as own_id
  from accounting.journal_lines l
  union all
  select b.tenant_id, b.company_id, b.account_id, -b.balance, 0, b.version, null::uuid as own_id
  from accounting.account_balances b
  union all
  select a.tenant_id, a.company_id, a.id, 0, 0, null::bigint as kept, a.id from accounting.accounts a
) n
group by n.tenant_id, n.company_id, n.account_id
having sum(n.amount) <> 0 or max(n.posted) <> max(n.kept) or count(n.kept) <> 1 or count(n.own_id) <> 1
union all
-- The totals of a month are the sums of its lines: lines without totals count, totals without lines as well.
select t.tenant_id, 'period_total_differs', t.company_id, 'accounting.accounts', t.account_id,
  'The totals of ' || to_char(t.month, 'YYYY-MM') || ' in ' || t.currency || ' are not those of the lines'
from (
  select l.tenant_id, l.company_id, l.account_id, date_trunc('month', l.entry_date::timestamp)::date as month,
    l.currency, l.debit, l.credit, l.base_debit, l.base_credit
  from accounting.journal_lines l
  union all
  select p.tenant_id, p.company_id, p.account_id, p.month, p.currency, -p.debit, -p.credit, -p.base_debit,
    -p.base_credit
  from accounting.period_totals p
) t
group by t.tenant_id, t.company_id, t.account_id, t.month, t.currency
having sum(t.debit) <> 0 or sum(t.credit) <> 0 or sum(t.base_debit) <> 0 or sum(t.base_credit) <> 0
union all
-- The default accounts of the books are active, have the type that their use needs, and take every currency.
select b.tenant_id, 'default_account', b.company_id, 'accounting.books', b.id,
  'The ' || used.name || ' account is missing, archived, or of another type or one currency'
from accounting.books b
cross join lateral (values ('receivable', b.receivable_account_id, array['asset']),
  ('payable', b.payable_account_id, array['liability']), ('sales', b.sales_account_id, array['income']),
  ('purchases', b.purchases_account_id, array['expense']), ('bank', b.bank_account_id, array['asset']),
  ('exchange', b.exchange_account_id, array['income', 'expense'])) used (name, account_id, types)
left join lateral (
  select a.* from accounting.accounts a where a.tenant_id = b.tenant_id and a.id = used.account_id offset 0
) a on true
where (a.company_id = b.company_id and a.type = any (used.types) and a.is_active
  and (a.currency is null or used.name = 'bank')) is not true
union all
-- An account and its parent are of one company and type.
select a.tenant_id, 'account_parent', a.company_id, 'accounting.accounts', a.id,
  'The parent is missing, of another company or type, or below the account'
from accounting.accounts a
left join lateral (
  select p.company_id, p.type from accounting.accounts p where p.tenant_id = a.tenant_id and p.id = a.parent_id offset 0
) p on true
where a.parent_id is not null and (p.company_id = a.company_id and p.type = a.type) is not true
union all
-- No account is below itself. UNION ends the walk where it comes round.
select r.tenant_id, 'account_parent', r.company_id, 'accounting.accounts', r.id,
  'The parent is missing, of another company or type, or below the account'
from (
  with recursive above (tenant_id, company_id, id, parent_id) as (
    select a.tenant_id, a.company_id, a.id, a.parent_id from accounting.accounts a where a.parent_id is not null
    union
    select c.tenant_id, c.company_id, c.id, p.parent_id
    from above c join accounting.accounts p on p.tenant_id = c.tenant_id and p.id = c.parent_id
    where p.parent_id is not null
  )
  select * from above
) r
where r.parent_id = r.id;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_accounts', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_documents.sql
create or replace view accounting.violations_of_documents (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- The total of an issued invoice or approved bill is the sum of its lines, of which it has one at least.
select n.tenant_id, n.kind, n.company_id,
  case n.kind when 'invoice_total_differs' then 'accounting.invoices' else 'accounting.bills' end, n.id,
  'The total is not the sum of the lines'
from (
  select 'invoice_total_differs' as kind, i.tenant_id, i.company_id, i.id, i.total_amount, null::numeric as amount
  from accounting.invoices i where i.status <> 'draft'
  union all
  select 'bill_total_differs' as kind, b.tenant_id, b.company_id, b.id, b.total_amount, null::numeric as amount
  from accounting.bills b where b.status <> 'draft'
  union all
  select 'invoice_total_differs' as kind, l.tenant_id, l.company_id, l.invoice_id, null::numeric as total_amount, l.amount
  from accounting.invoice_lines l
  union all
  select 'bill_total_differs' as kind, l.tenant_id, l.company_id, l.bill_id, null::numeric as total_amount, l.amount
  from accounting.bill_lines l
) n
group by n.tenant_id, n.kind, n.company_id, n.id
having count(n.total_amount) > 0 and sum(n.total_amount) is distinct from sum(n.amount)
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
select d.tenant_id, 'credit_exceeds', d.company_id, d.record_table, part.document_id,
  case d.record_table when 'accounting.invoices' then 'The credit notes are more than the invoice'
    else 'The credit notes are more than the bill' end
from (
  select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id, i.total_amount,
    case when i.status not in ('draft', 'void') then i.credited_invoice_id end as credited_id
  from accounting.invoices i
  union all
  select b.tenant_id, b.company_id, 'accounting.bills' as record_table, b.id, b.total_amount,
    case when b.status not in ('draft', 'void') then b.credited_bill_id end
  from accounting.bills b
) d
cross join lateral (values (d.id, d.total_amount), (d.credited_id, -d.total_amount)) part (document_id, amount)
where part.document_id is not null
group by d.tenant_id, d.company_id, d.record_table, part.document_id
having sum(part.amount) < 0
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
where n.fits is not true
union all
-- The amount in base currency is the amount at the rate, which is 1 for the base currency.
select d.tenant_id, 'base_amount_differs', d.company_id, d.record_table, d.id,
  'The base amount is not the amount at its rate, or the base currency has another rate than 1'
from (
  select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id, i.total_amount as amount, i.currency,
    i.exchange_rate, i.base_amount
  from accounting.invoices i where i.status <> 'draft'
  union all
  select b.tenant_id, b.company_id, 'accounting.bills' as record_table, b.id, b.total_amount, b.currency, b.exchange_rate,
    b.base_amount
  from accounting.bills b where b.status <> 'draft'
  union all
  select p.tenant_id, p.company_id, 'accounting.payments' as record_table, p.id, p.amount, p.currency, p.exchange_rate,
    p.base_amount
  from accounting.payments p
) d
left join accounting.books b on b.tenant_id = d.tenant_id and b.company_id = d.company_id
where d.base_amount is distinct from round(d.amount * d.exchange_rate, 2)
  or (d.currency = b.base_currency and d.exchange_rate <> 1);
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_documents', '{authenticated,platform}');
