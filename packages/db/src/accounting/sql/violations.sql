-- Every rule of the books, computed again from the records; empty in healthy books. The view reads with its caller's
-- rights, so that a tenant sees its own rows. Each part reads its tables a fixed number of times, whatever their size.
-- What is kept and what it is the sum of are stacked and added up, never joined: without statistics the planner would
-- join such sums row by row.
-- @select authenticated, platform
create view accounting.violations (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- An entry has two lines at least and is balanced, in each currency (exchange differences have none) and in base currency.
-- The rules are told apart where one is broken: for each record it would take longer than all the rest.
select n.tenant_id, rule.kind, n.company_id, 'accounting.journal_entries', n.entry_id, rule.detail
from (
  select c.tenant_id, c.company_id, c.entry_id, sum(c.lines) as lines, bool_or(c.net <> 0) as is_unbalanced,
    sum(c.base_net) as base_net
  from (
    select l.tenant_id, l.company_id, l.entry_id, l.currency, count(*) as lines, 0 as entries,
      coalesce(sum(l.debit - l.credit) filter (where not l.is_exchange_difference), 0) as net,
      sum(l.base_debit - l.base_credit) as base_net
    from accounting.journal_lines l
    group by l.tenant_id, l.company_id, l.entry_id, l.currency
    union all
    select e.tenant_id, e.company_id, e.id, null as currency, 0, 1, 0, 0 from accounting.journal_entries e
  ) c
  group by c.tenant_id, c.company_id, c.entry_id
  having sum(c.entries) > 0 and (sum(c.lines) < 2 or bool_or(c.net <> 0) or sum(c.base_net) <> 0)
) n
cross join lateral (values
  ('entry_too_few_lines', n.lines < 2, 'The entry has fewer than two lines'),
  ('entry_unbalanced', n.is_unbalanced, 'Debit and credit differ in a currency'),
  ('entry_unbalanced_base', n.base_net <> 0, 'Debit and credit differ in base currency')
) rule (kind, is_broken, detail)
where rule.is_broken
union all
-- A line agrees with its entry, its currency, its account; the control accounts have lines of parties, others have none.
select c.tenant_id, rule.kind, c.company_id, 'accounting.journal_lines', c.id, rule.detail
from (
  select l.tenant_id, l.company_id, l.id,
    e.entry_date is distinct from l.entry_date as has_other_date,
    l.debit + l.credit <> round(l.debit + l.credit, tenancy.currency_exponent(l.currency)) as has_decimals,
    a.currency <> l.currency and not l.is_exchange_difference as has_other_currency,
    (l.account_id = b.receivable_account_id and l.customer_id is null)
      or (l.account_id = b.payable_account_id and l.vendor_id is null) as lacks_party,
    (l.customer_id is not null and l.account_id is distinct from b.receivable_account_id)
      or (l.vendor_id is not null and l.account_id is distinct from b.payable_account_id) as is_off_control
  from accounting.journal_lines l
  left join accounting.journal_entries e on e.tenant_id = l.tenant_id and e.id = l.entry_id
  left join accounting.accounts a on a.tenant_id = l.tenant_id and a.id = l.account_id
  left join accounting.books b on b.tenant_id = l.tenant_id and b.company_id = l.company_id
) c
cross join lateral (values
  ('entry_date_differs', c.has_other_date, 'The line has another date than its entry, or no entry'),
  ('line_scale', c.has_decimals, 'The amount has more decimals than its currency'),
  ('line_currency', c.has_other_currency, 'The line has another currency than its account'),
  ('control_line_without_party', c.lacks_party, 'The line of a control account names no customer or vendor'),
  ('party_off_control', c.is_off_control, 'The line names a customer or vendor, but is not of their control account')
) rule (kind, is_broken, detail)
where (c.has_other_date or c.has_decimals or c.has_other_currency or c.lacks_party or c.is_off_control)
  and rule.is_broken
union all
-- The lines of an account form one chain: versions without gaps, each balance from the one before.
select c.tenant_id, 'account_chain_broken', c.company_id, 'accounting.journal_lines', c.id,
  'The line does not follow from the line of its account before it'
from (
  select l.tenant_id, l.company_id, l.id,
    l.account_version <> coalesce(lag(l.account_version) over chain, 0) + 1
      or l.balance_after <> coalesce(lag(l.balance_after) over chain, 0) + l.base_debit - l.base_credit as is_broken
  from accounting.journal_lines l
  window chain as (partition by l.tenant_id, l.account_id order by l.account_version)
) c
where c.is_broken
union all
-- The balance of an account is the sum of its lines, its version that of the last one.
select n.tenant_id, 'account_balance_differs', n.company_id, 'accounting.accounts', n.account_id,
  'The balance or version of the account is not that of its lines'
from (
  select l.tenant_id, l.company_id, l.account_id, l.base_debit - l.base_credit as amount, l.account_version as posted,
    0 as kept
  from accounting.journal_lines l
  union all
  select b.tenant_id, b.company_id, b.account_id, -b.balance, 0, b.version from accounting.account_balances b
) n
group by n.tenant_id, n.company_id, n.account_id
having sum(n.amount) <> 0 or max(n.posted) <> max(n.kept)
union all
-- The totals of a month are the sums of its lines: lines without totals count, totals without lines as well.
select t.tenant_id, 'period_total_differs', t.company_id, 'accounting.accounts', t.account_id,
  'The totals of ' || to_char(t.month, 'YYYY-MM') || ' in ' || t.currency || ' are not those of the lines'
from (
  select l.tenant_id, l.company_id, l.account_id, date_trunc('month', l.entry_date::timestamp)::date as month, l.currency,
    l.debit, l.credit, l.base_debit, l.base_credit
  from accounting.journal_lines l
  union all
  select p.tenant_id, p.company_id, p.account_id, p.month, p.currency, -p.debit, -p.credit, -p.base_debit, -p.base_credit
  from accounting.period_totals p
) t
group by t.tenant_id, t.company_id, t.account_id, t.month, t.currency
having sum(t.debit) <> 0 or sum(t.credit) <> 0 or sum(t.base_debit) <> 0 or sum(t.base_credit) <> 0
union all
-- Nothing was posted into a period after it closed. OFFSET 0 keeps the planner at one index range per period.
select p.tenant_id, 'posted_in_closed_period', p.company_id, 'accounting.journal_entries', late.id,
  'The entry was posted after its period closed'
from accounting.fiscal_periods p
cross join lateral (
  select e.id from accounting.journal_entries e
  where e.tenant_id = p.tenant_id and e.company_id = p.company_id
    and e.entry_date >= p.starts_on and e.entry_date <= p.ends_on and e.created_at > p.closed_at
  offset 0
) late
where p.status = 'closed'
union all
-- Each period begins the day after the one before ends.
select g.tenant_id, 'period_gap', g.company_id, 'accounting.fiscal_periods', g.id,
  'The period does not begin the day after the one before ends'
from (
  select p.tenant_id, p.company_id, p.id,
    p.starts_on <> lag(p.ends_on) over (partition by p.tenant_id, p.company_id order by p.starts_on) + 1 as is_gap
  from accounting.fiscal_periods p
) g
where g.is_gap
union all
-- The books are closed through the end of the last closed period, and no open period lies before it.
select b.tenant_id, 'closed_through_differs', b.company_id, 'accounting.books', b.id,
  'The books are not closed through the end of the last closed period, or an open period lies before it'
from accounting.books b
cross join lateral (
  select max(f.ends_on) filter (where f.status = 'closed') as closed_end,
    min(f.starts_on) filter (where f.status = 'open') as open_start
  from accounting.fiscal_periods f
  where f.tenant_id = b.tenant_id and f.company_id = b.company_id
) p
where b.closed_through is distinct from p.closed_end or p.open_start < p.closed_end
union all
-- The balance of a customer is the sum of their lines on the receivable account.
select n.tenant_id, 'customer_balance_differs', n.company_id, 'accounting.customers', n.customer_id,
  'The balance is not the sum of the customer''s lines on the receivable account'
from (
  select c.tenant_id, c.company_id, c.id as customer_id, -c.balance as amount from accounting.customers c
  union all
  select l.tenant_id, l.company_id, l.customer_id, l.base_debit - l.base_credit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.receivable_account_id = l.account_id
  where l.customer_id is not null
) n
group by n.tenant_id, n.company_id, n.customer_id
having sum(n.amount) <> 0
union all
-- The balance of a vendor is the sum of their lines on the payable account.
select n.tenant_id, 'vendor_balance_differs', n.company_id, 'accounting.vendors', n.vendor_id,
  'The balance is not the sum of the vendor''s lines on the payable account'
from (
  select v.tenant_id, v.company_id, v.id as vendor_id, -v.balance as amount from accounting.vendors v
  union all
  select l.tenant_id, l.company_id, l.vendor_id, l.base_credit - l.base_debit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.payable_account_id = l.account_id
  where l.vendor_id is not null
) n
group by n.tenant_id, n.company_id, n.vendor_id
having sum(n.amount) <> 0
union all
-- Open documents less what is unallocated are the receivable account, per customer and on every day: what changed them
-- on a day is what was posted on it. An allocation changes them by the difference of its two base amounts.
select d.tenant_id, 'receivables_differ', d.company_id, 'accounting.customers', d.customer_id,
  'Documents and receivable account changed differently on ' || to_char(d.day, 'YYYY-MM-DD')
from (
  select i.tenant_id, i.company_id, i.customer_id, i.invoice_date as day,
    case i.kind when 'credit_note' then -i.base_amount else i.base_amount end as amount
  from accounting.invoices i where i.status <> 'draft'
  union all
  select i.tenant_id, i.company_id, i.customer_id, i.voided_on,
    case i.kind when 'credit_note' then i.base_amount else -i.base_amount end
  from accounting.invoices i where i.voided_on is not null
  union all
  select p.tenant_id, p.company_id, p.customer_id, p.payment_date, -p.base_amount
  from accounting.payments p where p.direction = 'in'
  union all
  select p.tenant_id, p.company_id, p.customer_id, p.voided_on, p.base_amount
  from accounting.payments p where p.direction = 'in' and p.voided_on is not null
  union all
  select a.tenant_id, a.company_id, i.customer_id, step.day, step.sign * (a.source_base_amount - a.base_amount)
  from accounting.payment_allocations a
  join accounting.invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
  cross join lateral (values (a.allocated_on, 1), (a.reversed_on, -1)) step (day, sign)
  where step.day is not null
  union all
  select l.tenant_id, l.company_id, l.customer_id, l.entry_date, l.base_credit - l.base_debit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.receivable_account_id = l.account_id
  where l.customer_id is not null
) d
group by d.tenant_id, d.company_id, d.customer_id, d.day
having sum(d.amount) <> 0
union all
-- The same for bills, vendors and the payable account.
select d.tenant_id, 'payables_differ', d.company_id, 'accounting.vendors', d.vendor_id,
  'Documents and payable account changed differently on ' || to_char(d.day, 'YYYY-MM-DD')
from (
  select i.tenant_id, i.company_id, i.vendor_id, i.bill_date as day,
    case i.kind when 'credit_note' then -i.base_amount else i.base_amount end as amount
  from accounting.bills i where i.status <> 'draft'
  union all
  select i.tenant_id, i.company_id, i.vendor_id, i.voided_on,
    case i.kind when 'credit_note' then i.base_amount else -i.base_amount end
  from accounting.bills i where i.voided_on is not null
  union all
  select p.tenant_id, p.company_id, p.vendor_id, p.payment_date, -p.base_amount
  from accounting.payments p where p.direction = 'out'
  union all
  select p.tenant_id, p.company_id, p.vendor_id, p.voided_on, p.base_amount
  from accounting.payments p where p.direction = 'out' and p.voided_on is not null
  union all
  select a.tenant_id, a.company_id, i.vendor_id, step.day, step.sign * (a.source_base_amount - a.base_amount)
  from accounting.payment_allocations a
  join accounting.bills i on i.tenant_id = a.tenant_id and i.id = a.bill_id
  cross join lateral (values (a.allocated_on, 1), (a.reversed_on, -1)) step (day, sign)
  where step.day is not null
  union all
  select l.tenant_id, l.company_id, l.vendor_id, l.entry_date, l.base_debit - l.base_credit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.payable_account_id = l.account_id
  where l.vendor_id is not null
) d
group by d.tenant_id, d.company_id, d.vendor_id, d.day
having sum(d.amount) <> 0
union all
-- Each step of a document, payment or allocation has one entry, of its date, party and amount on the control account, and
-- each such entry has its step: what is expected counts once, what is posted takes it off.
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
  or min(coalesce(s.party_id::text, '')) <> max(coalesce(s.party_id::text, ''))
union all
-- The total of an issued invoice is the sum of its lines, of which it has one at least.
select n.tenant_id, 'invoice_total_differs', n.company_id, 'accounting.invoices', n.id,
  'The total is not the sum of the lines'
from (
  select i.tenant_id, i.company_id, i.id, i.total_amount, null::numeric as amount
  from accounting.invoices i where i.status <> 'draft'
  union all
  select l.tenant_id, l.company_id, l.invoice_id, null as total_amount, l.amount from accounting.invoice_lines l
) n
group by n.tenant_id, n.company_id, n.id
having count(n.total_amount) > 0 and sum(n.total_amount) is distinct from sum(n.amount)
union all
-- The total of an approved bill is the sum of its lines.
select n.tenant_id, 'bill_total_differs', n.company_id, 'accounting.bills', n.id, 'The total is not the sum of the lines'
from (
  select i.tenant_id, i.company_id, i.id, i.total_amount, null::numeric as amount
  from accounting.bills i where i.status <> 'draft'
  union all
  select l.tenant_id, l.company_id, l.bill_id, null as total_amount, l.amount from accounting.bill_lines l
) n
group by n.tenant_id, n.company_id, n.id
having count(n.total_amount) > 0 and sum(n.total_amount) is distinct from sum(n.amount)
union all
-- What is settled of a document, or allocated of a payment, is the sum of the standing allocations, and never too much.
select n.tenant_id, rule.kind, n.company_id, n.record_table, n.id, rule.detail
from (
  select r.tenant_id, r.company_id, r.record_table, r.id, sum(r.total) as total, sum(r.base_total) as base_total,
    sum(r.kept) as kept, sum(r.base_kept) as base_kept, sum(r.amount) as amount, sum(r.base_amount) as base_amount
  from (
    select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id, i.total_amount as total,
      i.base_amount as base_total, i.paid_amount as kept, i.paid_base_amount as base_kept, 0 as amount, 0 as base_amount
    from accounting.invoices i
    union all
    select i.tenant_id, i.company_id, 'accounting.bills' as record_table, i.id, i.total_amount, i.base_amount, i.paid_amount,
      i.paid_base_amount, 0, 0
    from accounting.bills i
    union all
    select p.tenant_id, p.company_id, 'accounting.payments' as record_table, p.id, p.amount, p.base_amount, p.allocated_amount,
      p.allocated_base_amount, 0, 0
    from accounting.payments p
    union all
    select a.tenant_id, a.company_id, side.record_table, side.id, 0, 0, 0, 0, a.amount, side.base_amount
    from accounting.payment_allocations a
    cross join lateral (values
      ('accounting.invoices', a.invoice_id, a.base_amount),
      ('accounting.bills', a.bill_id, a.base_amount),
      ('accounting.payments', a.payment_id, a.source_base_amount),
      ('accounting.invoices', a.credit_note_id, a.source_base_amount),
      ('accounting.bills', a.vendor_credit_id, a.source_base_amount)
    ) side (record_table, id, base_amount)
    where a.reversed_on is null and side.id is not null
  ) r
  group by r.tenant_id, r.company_id, r.record_table, r.id
  having sum(r.kept) <> sum(r.amount) or sum(r.base_kept) <> sum(r.base_amount) or sum(r.amount) > sum(r.total)
    or sum(r.base_amount) > sum(r.base_total)
) n
cross join lateral (values
  ('allocation_exceeds', n.amount > n.total or n.base_amount > n.base_total,
    'More is allocated than the document or payment amounts to'),
  ('paid_amount_differs', n.kept <> n.amount or n.base_kept <> n.base_amount,
    'What is settled or allocated is not the sum of the allocations that stand')
) rule (kind, is_broken, detail)
where rule.is_broken
union all
-- The status says how much is settled; a document over nothing is settled as it is.
select d.tenant_id, 'status_differs', d.company_id, d.record_table, d.id, 'The status is not what is settled of the document'
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
-- Each number that a series gave belongs to a document; an imported document that has it counts.
select n.tenant_id, 'number_gap', n.company_id, 'tenancy.number_series', max(n.series_id)::uuid,
  'No document has the number ' || n.number
from (
  select s.tenant_id, s.company_id, s.id::text as series_id, 0 as documents,
    s.prefix || lpad(given::text, greatest(s.padding, length(given::text)), '0') as number
  from tenancy.number_series s
  cross join lateral generate_series(1, s.last_number) given
  where s.series in ('invoice', 'credit_note')
  union all
  select i.tenant_id, i.company_id, null as series, 1, i.invoice_number
  from accounting.invoices i where i.invoice_number is not null
) n
group by n.tenant_id, n.company_id, n.number
having count(n.series_id) > 0 and sum(n.documents) = 0
union all
-- A reversal, or the entry of a void, has the lines of the original with the sides changed. OFFSET 0 keeps the planner at
-- looking up, for each of these few, its original and then the lines of both.
select distinct m.tenant_id, 'reversal_differs', m.company_id, 'accounting.journal_entries', m.mirror_id,
  'The entry does not mirror the entry that it takes back'
from (
  select e.tenant_id, e.company_id, e.id as mirror_id
  from accounting.journal_entries e
  cross join lateral (
    select e.reverses_entry_id as id where e.reverses_entry_id is not null
    union all
    select o.id from accounting.journal_entries o
    where e.source <> 'reversal' and o.tenant_id = e.tenant_id and o.source_id = e.source_id
      and o.source || '_void' = e.source
    offset 0
  ) original
  cross join lateral (values (e.id, 1), (original.id, -1)) side (entry_id, sign)
  cross join lateral (
    select j.* from accounting.journal_lines j
    where j.tenant_id = e.tenant_id and j.entry_id = side.entry_id
    offset 0
  ) l
  where e.source in ('reversal', 'invoice_void', 'bill_void', 'payment_void', 'allocation_void')
  group by e.tenant_id, e.company_id, e.id, l.account_id, l.currency, l.is_exchange_difference, l.customer_id,
    l.vendor_id, side.sign * (l.debit - l.credit), side.sign * (l.base_debit - l.base_credit)
  having sum(side.sign) <> 0
) m
union all
-- An entry is taken back once.
select e.tenant_id, 'reversed_twice', e.company_id, 'accounting.journal_entries', e.reverses_entry_id,
  'The entry is reversed more than once'
from accounting.journal_entries e
where e.reverses_entry_id is not null
group by e.tenant_id, e.company_id, e.reverses_entry_id
having count(*) > 1
union all
-- The credit notes of an invoice are not more than the invoice.
select n.tenant_id, 'credit_exceeds', n.company_id, 'accounting.invoices', n.id, 'The credit notes are more than the invoice'
from (
  select i.tenant_id, i.company_id, i.id, i.total_amount as amount from accounting.invoices i
  union all
  select c.tenant_id, c.company_id, c.credited_invoice_id, -c.total_amount
  from accounting.invoices c
  where c.credited_invoice_id is not null and c.status not in ('draft', 'void')
) n
group by n.tenant_id, n.company_id, n.id
having sum(n.amount) < 0
union all
-- The credits of a bill are not more than the bill.
select n.tenant_id, 'credit_exceeds', n.company_id, 'accounting.bills', n.id, 'The credit notes are more than the bill'
from (
  select i.tenant_id, i.company_id, i.id, i.total_amount as amount from accounting.bills i
  union all
  select c.tenant_id, c.company_id, c.credited_bill_id, -c.total_amount
  from accounting.bills c
  where c.credited_bill_id is not null and c.status not in ('draft', 'void')
) n
group by n.tenant_id, n.company_id, n.id
having sum(n.amount) < 0;
