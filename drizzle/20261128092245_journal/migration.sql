select set_config('check_function_bodies', 'off', true);
--> statement-breakpoint
select tenancy.join_role('ledger_writer');
--> statement-breakpoint
select tenancy.join_role('number_writer');
--> statement-breakpoint
-- accounting/sql/prefixes_meet.sql
create or replace function accounting.prefixes_meet(p_one text, p_other text) returns boolean
  language sql immutable parallel safe
as $$
  select bool_or(replace(p.other, '{year}', '2000') ~ ('^' || replace(
      regexp_replace(p.one, '([].^$*+?(){}|\\[])', '\\\1', 'g'), '\{year\}', '[0-9]{4}') || '[0-9]*$'))
  from (values (p_one, p_other), (p_other, p_one)) p (one, other)
$$;
--> statement-breakpoint
-- accounting/sql/number_prefix.sql
create or replace function accounting.number_prefix(p_prefix text, p_kind text, p_year text) returns text
  language sql immutable parallel safe
  return case when p_year = '' then coalesce(p_prefix, case p_kind when 'invoice' then 'INV-' else 'CN-' end)
    else replace(coalesce(p_prefix, case p_kind when 'invoice' then 'INV-' else 'CN-' end || '{year}-'), '{year}', p_year) end;
--> statement-breakpoint
select tenancy.protect_function('accounting.prefixes_meet(text, text)', 'number_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.number_prefix(text, text, text)', 'number_writer', '{}');
--> statement-breakpoint
-- accounting/sql/count_invoice_numbers.sql
create or replace function accounting.count_invoice_numbers(p_ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_series tenancy.number_series;
  v_last bigint;
begin
  for v_series in
    select distinct on (n.id) n.* from (
      select distinct i.company_id, i.kind, to_char(i.invoice_date, 'YYYY') as year
      from accounting.invoices i where i.tenant_id = v_tenant and i.id = any (p_ids)
    ) d
    cross join lateral (
      select s.* from tenancy.number_series s
      where s.tenant_id = v_tenant and s.company_id = d.company_id and s.business_id is null and s.series = d.kind
        and s.period in (d.year, '')
      order by s.period desc limit 1
    ) n
    order by n.id
  loop
    v_last := accounting.first_free_number(v_series, v_series.last_number) - 1;
    if v_last > v_series.last_number then
      perform tenancy.pass_over_numbers(v_series.id, v_last);
    end if;
  end loop;
end $$;
--> statement-breakpoint
-- accounting/sql/define_series.sql
create or replace function accounting.define_series(p_company_id uuid, p_kind text, p_year text, p_prefix text, p_padding int)
  returns tenancy.number_series
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  -- Two definitions of a company at once would not see each other.
  perform from tenancy.companies c where c.tenant_id = v_tenant and c.id = p_company_id for no key update;
  -- A series with `{year}` for all years gives no number itself: its years are series of their own.
  if exists (
    select from tenancy.number_series s
    where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null
      and s.series in ('invoice', 'credit_note') and (s.series, s.period) <> (p_kind, p_year)
      and not (s.series = p_kind and s.period = '' and position('{year}' in s.prefix) > 0)
      and not (s.series = p_kind and p_year = '' and position('{year}' in p_prefix) > 0)
      and accounting.prefixes_meet(s.prefix, p_prefix)
  ) then
    raise exception using errcode = 'ZT003', schema = 'tenancy', table = 'number_series', column = 'prefix',
      message = 'Another series of the company gives numbers with this prefix: choose one that differs in more than digits at its end';
  end if;
  return tenancy.lock_series(p_company_id, null, p_kind, p_year, p_prefix, p_padding);
end $$;
--> statement-breakpoint
-- accounting/sql/lock_allocation.sql
create or replace function accounting.lock_allocation(p_allocation accounting.payment_allocations) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if p_allocation.payment_id is not null then
    perform from accounting.payments p
    where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.payment_id
    for no key update;
  end if;
  -- One document to a statement: to find two the planner would read all of the tenant's, as long as it knows nothing of the
  -- table.
  if p_allocation.invoice_id is not null or p_allocation.credit_note_id is not null then
    perform from accounting.invoices i
    where i.tenant_id = p_allocation.tenant_id and i.id = least(p_allocation.credit_note_id, p_allocation.invoice_id)
    for no key update;
    perform from accounting.invoices i
    where i.tenant_id = p_allocation.tenant_id and i.id = greatest(p_allocation.credit_note_id, p_allocation.invoice_id)
      and p_allocation.credit_note_id <> p_allocation.invoice_id
    for no key update;
  end if;
  if p_allocation.bill_id is not null or p_allocation.vendor_credit_id is not null then
    perform from accounting.bills b
    where b.tenant_id = p_allocation.tenant_id and b.id = least(p_allocation.vendor_credit_id, p_allocation.bill_id)
    for no key update;
    perform from accounting.bills b
    where b.tenant_id = p_allocation.tenant_id and b.id = greatest(p_allocation.vendor_credit_id, p_allocation.bill_id)
      and p_allocation.vendor_credit_id <> p_allocation.bill_id
    for no key update;
  end if;
end $$;
--> statement-breakpoint
-- accounting/sql/invoice_series.sql
create or replace function accounting.invoice_series(p_company_id uuid, p_kind text, p_date date) returns tenancy.number_series
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_year constant text := to_char(p_date, 'YYYY');
  v_series tenancy.number_series;
begin
  select s.* into v_series from tenancy.number_series s
  where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
    and (s.period = v_year or (s.period = '' and position('{year}' in s.prefix) = 0))
  order by s.period desc limit 1
  for no key update;
  if found then
    return v_series;
  end if;
  select s.* into v_series from tenancy.number_series s
  where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
    and s.period = '';
  if found then
    return accounting.define_series(p_company_id, p_kind, v_year,
      accounting.number_prefix(v_series.prefix, p_kind, v_year), v_series.padding);
  end if;
  return accounting.define_series(p_company_id, p_kind, '', accounting.number_prefix(null, p_kind, ''), 6);
end $$;
--> statement-breakpoint
-- accounting/sql/next_invoice_number.sql
create or replace function accounting.next_invoice_number(p_company_id uuid, p_kind text, p_date date) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_series constant tenancy.number_series := accounting.invoice_series(p_company_id, p_kind, p_date);
  -- The numbers that this transaction gave last, by their series. They spare a statement of many rows to look for each
  -- number from the beginning. One counts only while an invoice has that number, so that nothing is trusted to it.
  v_transaction constant text := pg_current_xact_id()::text;
  v_given jsonb := coalesce(nullif(current_setting('app.numbers_given', true), ''), '{}')::jsonb;
  v_last bigint;
  v_number bigint;
begin
  if v_given ->> 'transaction' is distinct from v_transaction then
    v_given := jsonb_build_object('transaction', v_transaction);
  end if;
  v_last := v_given ->> v_series.id::text;
  if v_last > v_series.last_number then
    v_number := accounting.first_free_number(v_series, v_last - 1);
  end if;
  if v_number is null or v_number = v_last then
    v_number := accounting.first_free_number(v_series, v_series.last_number);
  end if;
  perform set_config('app.numbers_given', (v_given || jsonb_build_object(v_series.id, v_number))::text, true);
  return tenancy.format_number(v_series.prefix, v_number, v_series.padding);
end $$;
--> statement-breakpoint
-- accounting/sql/start_invoice_numbers.sql
create or replace function accounting.start_invoice_numbers(
  p_company_id uuid, p_kind text, p_year int, p_prefix text, p_padding int, p_first bigint) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_year constant text := coalesce(lpad(p_year::text, 4, '0'), '');
  v_prefix constant text := accounting.number_prefix(p_prefix, p_kind, v_year);
  v_series tenancy.number_series;
begin
  perform tenancy.require_own_scope(v_tenant, p_company_id);
  if (p_kind in ('invoice', 'credit_note') and p_first between 1 and 999999999999999
      and p_padding between 0 and 18 and length(v_prefix) between 1 and 500
      and coalesce(p_year, 1) between 1 and 9999) is not true then
    raise exception using errcode = 'ZT002',
      message = 'A series of numbers needs a kind (invoice or credit_note), a prefix, a padding of 0 to 18, a first number from 1 and a year of 1 to 9999, if any';
  end if;
  if p_first > 1 and position('{year}' in v_prefix) > 0 then
    raise exception using errcode = 'ZT002', message = 'Each year begins at 1: say a first number together with its year';
  end if;
  v_series := accounting.define_series(p_company_id, p_kind, v_year, v_prefix, p_padding);
  if v_series.last_number >= v_series.first_number or exists (
    select from tenancy.number_series s
    where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
      and p_year is null and s.period <> '' and position('{year}' in v_series.prefix) > 0 and s.last_number >= s.first_number
  ) then
    return false;
  end if;
  update tenancy.number_series s
  set prefix = v_prefix, padding = p_padding, first_number = p_first, last_number = p_first - 1
  where s.tenant_id = v_tenant and s.id = v_series.id;
  return true;
end $$;
--> statement-breakpoint
-- accounting/sql/stored_entry.sql
create or replace function accounting.stored_entry(p_entry_id uuid) returns table (
  id uuid, company_id uuid, entry_date date, description text, reference text, source text, source_id uuid,
  reverses_entry_id uuid, idempotency_key text, posted_by uuid, created_at timestamptz, lines jsonb)
  language sql volatile strict rows 1
as $$
  select e.id, e.company_id, e.entry_date, e.description, e.reference, e.source, e.source_id, e.reverses_entry_id,
    e.idempotency_key, e.posted_by, e.created_at, e.lines
  from accounting.entries_with_lines e
  where e.tenant_id = tenancy.current_tenant_id() and e.id = p_entry_id
$$;
--> statement-breakpoint
-- accounting/sql/use_number_prefix.sql
create or replace function accounting.use_number_prefix(p_company_id uuid, p_kind text, p_date date, p_prefix text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_year constant text := to_char(p_date, 'YYYY');
  v_prefix text;
begin
  perform tenancy.require_own_scope(v_tenant, p_company_id);
  if (p_kind in ('invoice', 'credit_note') and length(p_prefix) between 1 and 500) is not true then
    raise exception using errcode = 'ZT002', message = 'A prefix of numbers needs a kind (invoice or credit_note) and 1 to 500 characters';
  end if;
  select s.prefix into v_prefix from tenancy.number_series s
  where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
    and s.period in (v_year, '')
  order by s.period desc limit 1;
  if not found then
    -- Another transaction may have made it meanwhile: then its prefix counts.
    v_prefix := (accounting.define_series(p_company_id, p_kind, '', p_prefix, 6)).prefix;
  end if;
  if accounting.number_prefix(v_prefix, p_kind, v_year) <> accounting.number_prefix(p_prefix, p_kind, v_year) then
    raise exception using errcode = 'ZT003', schema = 'tenancy', table = 'number_series', column = 'prefix',
      message = 'The series of this date has another prefix: leave the prefix out, or give the year a series of its own by invoices.startNumbers';
  end if;
  return true;
end $$;
--> statement-breakpoint
-- accounting/sql/value_document.sql
create or replace function accounting.value_document() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_date date;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if tg_table_name = 'invoices' then
    v_date := new.invoice_date;
  else
    v_date := new.bill_date;
  end if;
  select case when b.base_currency = new.currency then 1
      else coalesce(new.exchange_rate, (
        select x.rate from accounting.last_exchange_rate(new.tenant_id, new.company_id, new.currency, v_date) x)) end
  into new.exchange_rate
  from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if not found then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart first';
  elsif new.exchange_rate is null then
    raise exception using errcode = 'ZT003',
      message = 'There is no exchange rate for this currency on the document''s date: set one, or give the document its own';
  end if;
  new.base_amount := round(new.total_amount * new.exchange_rate, 2);
  if tg_table_name = 'bills' then
    new.approved_at := now();
    new.approved_by := tenancy.current_user_id();
    return new;
  end if;
  new.issued_at := coalesce(new.issued_at, now());
  if new.invoice_number is null then
    new.invoice_number := accounting.next_invoice_number(new.company_id, new.kind, new.invoice_date);
  end if;
  return new;
end $$;
--> statement-breakpoint
-- tenancy/sql/take_turn.sql
create or replace function tenancy.take_turn(p_longest_wait int) returns boolean
  language plpgsql
as $$
declare
  v_limit constant text := current_setting('lock_timeout');
  v_taken boolean := true;
begin
  perform set_config('lock_timeout', p_longest_wait::text, true);
  begin
    perform from tenancy.tenants t where t.id = tenancy.current_tenant_id() for no key update;
  exception when lock_not_available then
    v_taken := false;
  end;
  perform set_config('lock_timeout', v_limit, true);
  return v_taken;
end $$;
--> statement-breakpoint
select tenancy.protect_function('accounting.count_invoice_numbers(uuid[])', 'number_writer', '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.define_series(uuid, text, text, text, integer)', 'number_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.lock_allocation(accounting.payment_allocations)', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.invoice_series(uuid, text, date)', 'number_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.next_invoice_number(uuid, text, date)', 'number_writer', '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.start_invoice_numbers(uuid, text, integer, text, integer, bigint)', 'number_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.stored_entry(uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.use_number_prefix(uuid, text, date, text)', 'number_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.value_document()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.take_turn(integer)', null, '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/entries_with_lines.sql
create or replace view accounting.entries_with_lines (
  tenant_id, id, company_id, entry_date, description, reference, source, source_id, reverses_entry_id, idempotency_key,
  posted_by, created_at, lines)
  with (security_invoker = true)
as
select e.tenant_id, e.id, e.company_id, e.entry_date, e.description, e.reference, e.source, e.source_id,
  e.reverses_entry_id, e.idempotency_key, e.posted_by, e.created_at, (
    select jsonb_agg(jsonb_build_object('id', l.id, 'accountId', l.account_id, 'currency', l.currency,
      'debit', l.debit::text, 'credit', l.credit::text, 'baseDebit', l.base_debit::text,
      'baseCredit', l.base_credit::text, 'isExchangeDifference', l.is_exchange_difference,
      'customerId', l.customer_id, 'vendorId', l.vendor_id, 'description', l.description) order by l.line_number)
    from accounting.journal_lines l where l.tenant_id = e.tenant_id and l.entry_id = e.id)
from accounting.journal_entries e;
--> statement-breakpoint
select tenancy.protect_view('accounting.entries_with_lines', '{authenticated,platform}');
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
-- Nothing was posted into a period after it closed. LIMIT makes the planner look up the period of each entry.
select e.tenant_id, 'posted_in_closed_period', e.company_id, 'accounting.journal_entries', e.id,
  'The entry was posted after its period closed'
from accounting.journal_entries e
cross join lateral (
  select f.status, f.ends_on, f.closed_at from accounting.fiscal_periods f
  where f.tenant_id = e.tenant_id and f.company_id = e.company_id and f.starts_on <= e.entry_date
  order by f.starts_on desc limit 1
) p
where p.status = 'closed' and e.entry_date <= p.ends_on and e.created_at > p.closed_at
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
  and rule.is_broken;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_journal_lines', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_account_chains.sql
create or replace view accounting.violations_of_account_chains
  (tenant_id, kind, company_id, record_table, record_id, detail, account_id)
  with (security_invoker = true)
as
-- The lines of an account form one chain: versions without gaps, each balance from the one before.
select c.tenant_id, 'account_chain_broken', c.company_id, 'accounting.journal_lines', c.id,
  'The line does not follow from the line of its account before it', c.account_id
from (
  select l.tenant_id, l.company_id, l.id, l.account_id,
    l.account_version <> coalesce(lag(l.account_version) over chain, 0) + 1
      or l.balance_after <> coalesce(lag(l.balance_after) over chain, 0) + l.base_debit - l.base_credit as is_broken
  from accounting.journal_lines l
  window chain as (partition by l.tenant_id, l.account_id order by l.account_version)
) c
where c.is_broken;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_account_chains', '{authenticated,platform}');
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
-- accounting/sql/violations_of_allocations.sql
create or replace view accounting.violations_of_allocations (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
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
    select i.tenant_id, i.company_id, 'accounting.bills' as record_table, i.id, i.total_amount, i.base_amount,
      i.paid_amount, i.paid_base_amount, 0, 0
    from accounting.bills i
    union all
    select p.tenant_id, p.company_id, 'accounting.payments' as record_table, p.id, p.amount, p.base_amount,
      p.allocated_amount, p.allocated_base_amount, 0, 0
    from accounting.payments p
    union all
    select a.tenant_id, a.company_id, 'accounting.invoices' as record_table, a.invoice_id, 0, 0, 0, 0, a.amount, a.base_amount
    from accounting.payment_allocations a where a.reversed_on is null and a.invoice_id is not null
    union all
    select a.tenant_id, a.company_id, 'accounting.bills' as record_table, a.bill_id, 0, 0, 0, 0, a.amount, a.base_amount
    from accounting.payment_allocations a where a.reversed_on is null and a.bill_id is not null
    union all
    select a.tenant_id, a.company_id, 'accounting.payments' as record_table, a.payment_id, 0, 0, 0, 0, a.amount, a.source_base_amount
    from accounting.payment_allocations a where a.reversed_on is null and a.payment_id is not null
    union all
    select a.tenant_id, a.company_id, 'accounting.invoices' as record_table, a.credit_note_id, 0, 0, 0, 0, a.amount, a.source_base_amount
    from accounting.payment_allocations a where a.reversed_on is null and a.credit_note_id is not null
    union all
    select a.tenant_id, a.company_id, 'accounting.bills' as record_table, a.vendor_credit_id, 0, 0, 0, 0, a.amount, a.source_base_amount
    from accounting.payment_allocations a where a.reversed_on is null and a.vendor_credit_id is not null
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
where rule.is_broken;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_allocations', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_numbers.sql
create or replace view accounting.violations_of_numbers (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- Each number that a series gave belongs to a document; an imported document that has it counts. ORDER BY and LIMIT make
-- the planner look up each number.
select s.tenant_id, 'number_gap', s.company_id, 'tenancy.number_series', s.id, 'No document has the number ' || g.number
from tenancy.number_series s
cross join lateral (
  select tenancy.format_number(s.prefix, given, s.padding) as number
  from generate_series(s.first_number, s.last_number) given
) g
left join lateral (
  select i.id from accounting.invoices i
  where i.tenant_id = s.tenant_id and i.company_id = s.company_id and i.invoice_number between g.number and g.number
  order by i.invoice_number limit 1
) i on true
where s.series in ('invoice', 'credit_note') and i.id is null;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_numbers', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations.sql
create or replace view accounting.violations (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select * from accounting.violations_of_journal_entries
union all
select * from accounting.violations_of_journal_lines
union all
select v.tenant_id, v.kind, v.company_id, v.record_table, v.record_id, v.detail
from accounting.violations_of_account_chains v
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
drop function accounting.next_invoice_number(uuid, text);
--> statement-breakpoint
drop function accounting.start_invoice_numbers(uuid, text, text, integer, bigint);
--> statement-breakpoint
select tenancy.leave_role('ledger_writer');
--> statement-breakpoint
select tenancy.leave_role('number_writer');
--> statement-breakpoint
select set_config('check_function_bodies', 'on', true);
