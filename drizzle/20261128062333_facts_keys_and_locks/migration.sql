select set_config('check_function_bodies', 'off', true);
--> statement-breakpoint
select tenancy.join_role('ledger_writer');
--> statement-breakpoint
-- accounting/sql/insert_journal_entries.sql
create or replace function accounting.insert_journal_entries(
  p_entry_id uuid[], p_company_id uuid[], p_entry_date date[], p_description text[], p_reference text[],
  p_source text[], p_source_id uuid[], p_reverses_entry_id uuid[], p_idempotency_key text[], p_request_hash text[]
) returns int[]
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_repeated int[];
  v_reverses uuid;
begin
  if num_nonnulls(variadic p_idempotency_key) > 0 then
    with written as (
      insert into accounting.journal_entries as n
        (tenant_id, id, company_id, entry_date, description, reference, source, source_id, reverses_entry_id,
         idempotency_key, request_hash, posted_by)
      select v_tenant, e.id, e.company_id, e.entry_date, e.description, e.reference, e.source, e.source_id, e.reverses,
        e.idempotency_key, e.request_hash, tenancy.current_user_id()
      from unnest(p_entry_id, p_company_id, p_entry_date, p_description, p_reference, p_source, p_source_id,
          p_reverses_entry_id, p_idempotency_key, p_request_hash) with ordinality as e
        (id, company_id, entry_date, description, reference, source, source_id, reverses, idempotency_key, request_hash,
         entry_position)
      -- In the order of the keys, so that two batches with the same keys cannot wait for each other.
      order by e.idempotency_key, e.entry_position
      -- Whichever key conflicts: of two calls with one id and one key, either could be met first.
      on conflict do nothing
      returning n.id
    )
    select coalesce(array_agg(e.entry_position::int), '{}') into v_repeated
    from (
      select g.id, g.entry_position,
        row_number() over (partition by g.id order by g.idempotency_key, g.entry_position) as of_id
      from unnest(p_entry_id, p_idempotency_key) with ordinality as g (id, idempotency_key, entry_position)
    ) e
    where e.of_id > 1 or e.id not in (select w.id from written w);
    if v_repeated = '{}' then
      return v_repeated;
    end if;
    select e.reverses into v_reverses
    from unnest(p_company_id, p_idempotency_key, p_reverses_entry_id) with ordinality as e
      (company_id, idempotency_key, reverses, entry_position)
    where e.entry_position = any (v_repeated) and not exists (
      select from accounting.journal_entries n
      where n.tenant_id = v_tenant and n.company_id = e.company_id and n.idempotency_key = e.idempotency_key)
    limit 1;
    if found then
      raise exception using errcode = 'unique_violation', message = 'The id is taken, or the entry is reversed already',
        schema = 'accounting', table = 'journal_entries',
        constraint = case when exists (
            select from accounting.journal_entries r where r.tenant_id = v_tenant and r.reverses_entry_id = v_reverses)
          then 'idx_journal_entries_reverses_entry_id' else 'journal_entries_pkey' end;
    end if;
    return v_repeated;
  end if;
  insert into accounting.journal_entries
    (tenant_id, id, company_id, entry_date, description, reference, source, source_id, reverses_entry_id, posted_by)
  select v_tenant, e.id, e.company_id, e.entry_date, e.description, e.reference, e.source, e.source_id, e.reverses,
    tenancy.current_user_id()
  from unnest(p_entry_id, p_company_id, p_entry_date, p_description, p_reference, p_source, p_source_id,
      p_reverses_entry_id) as e
    (id, company_id, entry_date, description, reference, source, source_id, reverses);
  return '{}';
end $$;
--> statement-breakpoint
-- accounting/sql/lock_account.sql
create or replace function accounting.lock_account(p_account_id uuid) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform from accounting.books b
  join accounting.account_balances a on a.tenant_id = b.tenant_id and a.company_id = b.company_id
  where b.tenant_id = tenancy.current_tenant_id() and a.account_id = p_account_id
  for key share of b;
  perform from accounting.account_balances b
  where b.tenant_id = tenancy.current_tenant_id() and b.account_id = p_account_id
  for no key update;
end $$;
--> statement-breakpoint
select tenancy.protect_function('accounting.insert_journal_entries(uuid[], uuid[], date[], text[], text[], text[], uuid[], uuid[], text[], text[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.lock_account(uuid)', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_journal_entries.sql
create or replace view accounting.violations_of_journal_entries (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- An entry has two lines at least and is balanced, in each currency (exchange differences have none) and in base
-- currency. Which rule is broken is asked of broken entries alone: for every entry it would take longer than all the
-- rest.
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
-- Nothing was posted into a period after it closed. OFFSET 0 makes the planner read one index range per period.
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
-- A reversal, or the entry of a void, has the lines of the original with the sides changed. OFFSET 0 makes the planner
-- look up, for each of these few, its original and then the lines of both.
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
-- A reversal names the entry that it takes back as its source as well, and has its reference. OFFSET 0 makes the planner look up the
-- original of each of these few.
select e.tenant_id, 'reversal_differs', e.company_id, 'accounting.journal_entries', e.id,
  'The entry does not mirror the entry that it takes back'
from accounting.journal_entries e
cross join lateral (
  select o.reference from accounting.journal_entries o
  where o.tenant_id = e.tenant_id and o.id = e.reverses_entry_id
  offset 0
) original
where e.source = 'reversal' and (e.source_id <> e.reverses_entry_id or e.reference is distinct from original.reference)
union all
-- An entry is taken back once.
select e.tenant_id, 'reversed_twice', e.company_id, 'accounting.journal_entries', e.reverses_entry_id,
  'The entry is reversed more than once'
from accounting.journal_entries e
where e.reverses_entry_id is not null
group by e.tenant_id, e.company_id, e.reverses_entry_id
having count(*) > 1;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_journal_entries', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_journal_lines.sql
create or replace view accounting.violations_of_journal_lines (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- A line agrees with its entry, its currency, its account, and in base currency with its base amount; the control
-- accounts have lines of parties, others have none.
select c.tenant_id, rule.kind, c.company_id, 'accounting.journal_lines', c.id, rule.detail
from (
  select l.tenant_id, l.company_id, l.id,
    e.entry_date is distinct from l.entry_date as has_other_date,
    l.debit + l.credit <> round(l.debit + l.credit, tenancy.currency_exponent(l.currency)) as has_decimals,
    a.currency <> l.currency and not l.is_exchange_difference as has_other_currency,
    a.company_id is distinct from l.company_id as lacks_account,
    case when l.currency = b.base_currency then l.debit <> l.base_debit or l.credit <> l.base_credit
      else l.is_exchange_difference end as has_other_base,
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
  ('line_account', c.lacks_account, 'The line names an account that its company does not have'),
  ('line_base_amount', c.has_other_base, 'The line is in base currency and has another base amount, or is an exchange difference in another currency'),
  ('control_line_without_party', c.lacks_party, 'The line of a control account names no customer or vendor'),
  ('party_off_control', c.is_off_control, 'The line names a customer or vendor, but is not of their control account')
) rule (kind, is_broken, detail)
where (c.has_other_date or c.has_decimals or c.has_other_currency or c.lacks_account or c.has_other_base or c.lacks_party
    or c.is_off_control)
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
where c.is_broken;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_journal_lines', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_accounts.sql
create or replace view accounting.violations_of_accounts (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
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
--> statement-breakpoint
-- accounting/sql/violations_of_postings.sql
create or replace view accounting.violations_of_postings (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- Each step of a document, payment or allocation has one entry, of its date, party, currency, number and amounts on the
-- control account, and each such entry has its step. An expected entry counts 1, a posted one -1; what both must have is
-- compared by a hash of it, which takes a third of the time that comparing each value takes. Of a payment the other line
-- is read as well: it is on the payment's account.
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
      signed.of_direction * p.amount, signed.of_direction * p.base_amount), 0), uuid_hash_extended(p.account_id, 0)
  from accounting.payments p
  cross join lateral (values ('payment', p.payment_date, 1), ('payment_void', p.voided_on, -1)) step (source, day, sign)
  cross join lateral (select step.sign * case p.direction when 'in' then -1 else 1 end as of_direction) signed
  where step.day is not null
  union all
  select a.tenant_id, a.company_id, step.source, a.id, 1,
    hash_record_extended(row(step.day, coalesce(i.customer_id, b.vendor_id), o.base_currency, null::text,
      difference.amount, difference.amount), 0), null::bigint as account
  from accounting.payment_allocations a
  left join accounting.books o on o.tenant_id = a.tenant_id and o.company_id = a.company_id
  left join accounting.invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
  left join accounting.bills b on b.tenant_id = a.tenant_id and b.id = a.bill_id
  cross join lateral (values ('allocation', a.allocated_on, 1), ('allocation_void', a.reversed_on, -1))
    step (source, day, sign)
  cross join lateral (
    select step.sign * case when a.invoice_id is null then -1 else 1 end * (a.source_base_amount - a.base_amount) as amount
  ) difference
  where a.source_base_amount <> a.base_amount and step.day is not null
  union all
  select e.tenant_id, e.company_id, e.source, e.source_id, case when line.is_other then 0 else -1 end,
    case when not line.is_other then hash_record_extended(row(e.entry_date, coalesce(l.customer_id, l.vendor_id), l.currency,
      e.reference, l.debit - l.credit, l.base_debit - l.base_credit), 0) end,
    case when line.is_other then uuid_hash_extended(l.account_id, 0) end
  from accounting.journal_entries e
  left join accounting.books b on b.tenant_id = e.tenant_id and b.company_id = e.company_id
  left join accounting.journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.id
    and (e.source in ('payment', 'payment_void') or l.account_id in (b.receivable_account_id, b.payable_account_id))
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
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_postings', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_posted_accounts.sql
create or replace view accounting.violations_of_posted_accounts (tenant_id, kind, company_id, record_table, record_id, detail)
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
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_posted_accounts', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations.sql
create or replace view accounting.violations (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select * from accounting.violations_of_journal_entries
union all
select * from accounting.violations_of_journal_lines
union all
select * from accounting.violations_of_accounts
union all
select * from accounting.violations_of_parties
union all
select * from accounting.violations_of_documents
union all
select * from accounting.violations_of_allocations
union all
select * from accounting.violations_of_postings
union all
select * from accounting.violations_of_posted_accounts
union all
select * from accounting.violations_of_periods
union all
select * from accounting.violations_of_numbers;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.leave_role('ledger_writer');
--> statement-breakpoint
select set_config('check_function_bodies', 'on', true);
