select set_config('check_function_bodies', 'off', true);
--> statement-breakpoint
select tenancy.join_role('audit_writer');
--> statement-breakpoint
select tenancy.join_role('ledger_writer');
--> statement-breakpoint
select tenancy.join_role('number_writer');
--> statement-breakpoint
select tenancy.join_role('self_service');
--> statement-breakpoint
-- tenancy/sql/require_arrays.sql
create or replace function tenancy.require_arrays(p_names text[], p_dims text[], p_nulls int[]) returns int
  language plpgsql immutable parallel safe
as $$
declare
  v_position int;
begin
  if p_dims[1] = all (p_dims) and p_dims[1] ~ '^\[1:[0-9]+\]$' and 0 = all (p_nulls) then
    return substr(p_dims[1], 4, length(p_dims[1]) - 4)::int;
  end if;
  for v_position in 1..cardinality(p_names) loop
    if p_dims[v_position] is null or p_dims[v_position] !~ '^\[1:[0-9]+\]$' or p_dims[v_position] <> p_dims[1] then
      raise exception using errcode = 'ZT002', message = format('%s needs one dimension, positions from 1, and as many elements as %s (at least one)',
        p_names[v_position], p_names[1]);
    elsif p_nulls[v_position] > 0 then
      raise exception using errcode = 'ZT002', message = format('%s takes no NULL: give each element a value', p_names[v_position]);
    end if;
  end loop;
end $$;
--> statement-breakpoint
select tenancy.protect_function('tenancy.require_arrays(text[], text[], integer[])', null, '{authenticated,platform}');
--> statement-breakpoint
ALTER TABLE "tenancy"."number_series" ADD COLUMN "first_number" bigint DEFAULT 1 NOT NULL;
--> statement-breakpoint
ALTER TABLE "tenancy"."number_series" ADD CONSTRAINT "number_series_first_number_check" CHECK ("first_number" >= 1);
--> statement-breakpoint
ALTER TABLE "tenancy"."number_series" DROP CONSTRAINT "number_series_last_number_check", ADD CONSTRAINT "number_series_last_number_check" CHECK ("last_number" >= "first_number" - 1);
--> statement-breakpoint
select tenancy.protect_table('tenancy.number_series', 'read-only', 'none');
--> statement-breakpoint
-- accounting/sql/count_allocation.sql
create or replace function accounting.count_allocation(p_allocation accounting.payment_allocations, p_sign int) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_amount constant numeric := p_sign * p_allocation.amount;
  v_base constant numeric := p_sign * p_allocation.base_amount;
  v_source_base constant numeric := p_sign * p_allocation.source_base_amount;
begin
  if p_allocation.payment_id is not null then
    update accounting.payments p
    set allocated_amount = p.allocated_amount + v_amount, allocated_base_amount = p.allocated_base_amount + v_source_base
    where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.payment_id;
  end if;
  if p_allocation.bill_id is null then
    update accounting.invoices i
    set paid_amount = i.paid_amount + v_amount,
      paid_base_amount = i.paid_base_amount + case when i.id = p_allocation.invoice_id then v_base else v_source_base end,
      status = case i.paid_amount + v_amount when i.total_amount then 'paid' when 0 then 'issued' else 'partly_paid' end
    where i.tenant_id = p_allocation.tenant_id and i.id in (p_allocation.credit_note_id, p_allocation.invoice_id);
    return;
  end if;
  update accounting.bills b
  set paid_amount = b.paid_amount + v_amount,
    paid_base_amount = b.paid_base_amount + case when b.id = p_allocation.bill_id then v_base else v_source_base end,
    status = case b.paid_amount + v_amount when b.total_amount then 'paid' when 0 then 'approved' else 'partly_paid' end
  where b.tenant_id = p_allocation.tenant_id and b.id in (p_allocation.vendor_credit_id, p_allocation.bill_id);
end $$;
--> statement-breakpoint
-- accounting/sql/apply_allocation.sql
create or replace function accounting.apply_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_books accounting.books;
  v_source_account uuid;
  v_customer uuid;
  v_vendor uuid;
  -- Positive when it debits the control account.
  v_difference numeric;
  v_control uuid;
begin
  perform accounting.count_allocation(new, 1);
  v_difference := new.source_base_amount - new.base_amount;
  if v_difference = 0 then
    return null;
  end if;
  select b.* into v_books from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  select p.account_id into v_source_account from accounting.payments p
  where p.tenant_id = new.tenant_id and p.id = new.payment_id;
  select i.customer_id into v_customer from accounting.invoices i
  where i.tenant_id = new.tenant_id and i.id = new.invoice_id;
  select b.vendor_id into v_vendor from accounting.bills b
  where b.tenant_id = new.tenant_id and b.id = new.bill_id;
  v_control := case when new.invoice_id is not null then v_books.receivable_account_id else v_books.payable_account_id end;
  if new.bill_id is not null then
    v_difference := -v_difference;
  end if;
  perform accounting.lock_accounts(
    array[new.company_id], array[v_source_account, v_control, v_books.exchange_account_id]);
  perform from accounting.write_entries(
    array[gen_random_uuid()], array[new.company_id], array[new.allocated_on], array['Exchange difference'],
    array[null::text], array['allocation'], array[new.id], array[null::uuid], array[null::text], array[null::text],
    array[1, 1], array[gen_random_uuid(), gen_random_uuid()], array[v_control, v_books.exchange_account_id],
    array[v_books.base_currency, v_books.base_currency],
    array[greatest(v_difference, 0), greatest(-v_difference, 0)],
    array[greatest(-v_difference, 0), greatest(v_difference, 0)],
    array[greatest(v_difference, 0), greatest(-v_difference, 0)],
    array[greatest(-v_difference, 0), greatest(v_difference, 0)],
    array[false, false], array[v_customer, null], array[v_vendor, null], array[null::text, null]);
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/begin_period.sql
create or replace function accounting.begin_period() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_last date;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  perform from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  for no key update;
  if not found then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart first';
  end if;
  select max(p.ends_on) into v_last from accounting.fiscal_periods p
  where p.tenant_id = new.tenant_id and p.company_id = new.company_id;
  if new.starts_on <> v_last + 1 then
    raise exception using errcode = 'ZT002', message = 'A period begins the day after the last one ends';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/check_account_parent.sql
create or replace function accounting.check_account_parent() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_path uuid[] := array[new.id];
  v_type text;
  v_next uuid := new.parent_id;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  while v_next is not null loop
    if v_next = any (v_path) then
      raise exception using errcode = 'ZT002', message = 'An account cannot be below itself: choose another parent';
    end if;
    v_path := v_path || v_next;
    select a.type, a.parent_id into v_type, v_next from accounting.accounts a
    where a.tenant_id = new.tenant_id and a.id = v_next for share;
    if v_type <> new.type then
      raise exception using errcode = 'ZT002', message = 'An account and its parent must be of one type';
    end if;
  end loop;
  if exists (
    select from accounting.accounts a
    where a.tenant_id = new.tenant_id and a.parent_id = new.id and a.type <> new.type
  ) then
    raise exception using errcode = 'ZT002', message = 'An account and its parent must be of one type';
  end if;
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/check_books.sql
create or replace function accounting.check_books() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_problem record;
  v_control uuid[] := array[new.receivable_account_id, new.payable_account_id];
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if tg_op = 'INSERT' and exists (
    select from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  ) then
    -- The company has its books: the row is refused, or ON CONFLICT leaves them as they are.
    return new;
  end if;
  if tg_op = 'UPDATE' then
    -- Postings hold this row FOR KEY SHARE: this waits for those in flight, which use the accounts that they have read.
    perform from accounting.books b where b.tenant_id = old.tenant_id and b.id = old.id for update;
    v_control := array(
      select c.account_id
      from (values (new.receivable_account_id, old.receivable_account_id, new.receivable_account_id),
        (old.receivable_account_id, old.receivable_account_id, new.receivable_account_id),
        (new.payable_account_id, old.payable_account_id, new.payable_account_id),
        (old.payable_account_id, old.payable_account_id, new.payable_account_id)) as c (account_id, was, becomes)
      where c.was <> c.becomes);
  end if;
  -- These locks keep the accounts from being archived or changed meanwhile.
  perform from accounting.accounts a
  where a.tenant_id = new.tenant_id and a.id in (new.receivable_account_id, new.payable_account_id,
    new.sales_account_id, new.purchases_account_id, new.bank_account_id, new.exchange_account_id)
  order by a.id for share;
  select r.name, r.wanted into v_problem
  from (values (new.receivable_account_id, 'receivable', array['asset'], 'an asset'),
    (new.payable_account_id, 'payable', array['liability'], 'a liability'),
    (new.sales_account_id, 'sales', array['income'], 'income'),
    (new.purchases_account_id, 'purchases', array['expense'], 'an expense'),
    (new.bank_account_id, 'bank', array['asset'], 'an asset'),
    (new.exchange_account_id, 'exchange', array['income', 'expense'], 'income or an expense')) as r (account_id, name, types, wanted)
  join accounting.accounts a on a.tenant_id = new.tenant_id and a.company_id = new.company_id and a.id = r.account_id
  where a.type <> all (r.types) or not a.is_active or (a.currency is not null and r.name <> 'bank')
  limit 1;
  if found then
    raise exception using errcode = 'ZT002', message = format('The %s account of the books must be %s, active, and open to every currency',
      v_problem.name, v_problem.wanted);
  end if;
  if new.bank_account_id = new.receivable_account_id then
    raise exception using errcode = 'ZT002', message = 'The bank account of the books cannot be their receivable account';
  end if;
  perform from accounting.account_balances b
  where b.tenant_id = new.tenant_id and b.account_id = any (v_control)
  order by b.account_id for no key update;
  if exists (
    select from accounting.account_balances b
    where b.tenant_id = new.tenant_id and b.account_id = any (v_control) and b.version > 0
  ) then
    raise exception using errcode = 'ZT003',
      message = 'A control account can be changed while neither the old nor the new one has lines';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/close_books.sql
create or replace function accounting.close_books() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_company record;
  v_open_from date;
  v_closed_through date;
begin
  for v_company in
    select distinct w.tenant_id, w.company_id from written w
    join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id and o.status <> w.status
    order by 1, 2
  loop
    perform tenancy.require_own_scope(v_company.tenant_id, v_company.company_id);
    select max(p.ends_on) filter (where p.status = 'closed'), min(p.starts_on) filter (where p.status = 'open')
    into v_closed_through, v_open_from
    from accounting.fiscal_periods p where p.tenant_id = v_company.tenant_id and p.company_id = v_company.company_id;
    if v_open_from < v_closed_through then
      raise exception using errcode = 'ZT003',
        message = 'Periods are closed one after another, the earliest first, and the last closed one is reopened first';
    end if;
    update accounting.books b set closed_through = v_closed_through
    where b.tenant_id = v_company.tenant_id and b.company_id = v_company.company_id;
  end loop;
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/first_free_number.sql
create or replace function accounting.first_free_number(p_series tenancy.number_series, p_after bigint) returns bigint
  language plpgsql
as $$
declare
  v_free bigint;
begin
  with recursive step (n) as (
    select p_after + 1
    union all
    select s.n + 1 from step s
    where exists (
      select from accounting.invoices i
      where i.tenant_id = p_series.tenant_id and i.company_id = p_series.company_id
        and i.invoice_number = tenancy.format_number(p_series.prefix, s.n, p_series.padding))
  )
  select max(s.n) into v_free from step s;
  return v_free;
end $$;
--> statement-breakpoint
-- accounting/sql/count_invoice_numbers.sql
create or replace function accounting.count_invoice_numbers(p_ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  update tenancy.number_series s set last_number = accounting.first_free_number(s, s.last_number) - 1
  where s.tenant_id = v_tenant and s.business_id is null and s.period = ''
    and (s.company_id, s.series) in (
      select i.company_id, i.kind from accounting.invoices i where i.tenant_id = v_tenant and i.id = any (p_ids))
    -- Numbers of an import, say, may be far from the series.
    and exists (
      select from accounting.invoices i
      where i.tenant_id = v_tenant and i.company_id = s.company_id
        and i.invoice_number = tenancy.format_number(s.prefix, s.last_number + 1, s.padding));
end $$;
--> statement-breakpoint
-- accounting/sql/guard_account.sql
create or replace function accounting.guard_account() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_deleted constant boolean := tg_op = 'DELETE';
  v_changes_type boolean := false;
  v_changes_currency boolean := false;
  v_lines bigint;
  v_books accounting.books;
begin
  if not v_is_deleted then
    v_changes_type := new.type <> old.type;
    v_changes_currency := new.currency is distinct from old.currency;
    if not (v_changes_type or v_changes_currency or (old.is_active and not new.is_active)) then
      return new;
    end if;
  end if;
  perform tenancy.require_own_scope(old.tenant_id, old.company_id);
  -- Posting locks this row and reads the account afterwards.
  select b.version into v_lines from accounting.account_balances b
  where b.tenant_id = old.tenant_id and b.account_id = old.id
  for no key update;
  if v_lines > 0 and v_is_deleted then
    raise exception using errcode = 'ZT003', message = 'An account with lines is not deleted: archive it';
  elsif v_lines > 0 and (v_changes_type or v_changes_currency) then
    raise exception using errcode = 'ZT003', message = 'An account with lines keeps its type and currency: make another account';
  end if;
  select b.* into v_books from accounting.books b
  where b.tenant_id = old.tenant_id and b.company_id = old.company_id for share;
  if old.id in (v_books.receivable_account_id, v_books.payable_account_id, v_books.sales_account_id,
      v_books.purchases_account_id, v_books.bank_account_id, v_books.exchange_account_id)
    and (v_is_deleted or v_changes_type or not new.is_active
      or (v_changes_currency and new.currency is not null and old.id <> v_books.bank_account_id)) then
    raise exception using errcode = 'ZT003', message = 'The books use this account: give them another one first';
  end if;
  return case when v_is_deleted then old else new end;
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
  if p_allocation.invoice_id is not null or p_allocation.credit_note_id is not null then
    perform from accounting.invoices i
    where i.tenant_id = p_allocation.tenant_id and i.id in (p_allocation.credit_note_id, p_allocation.invoice_id)
    order by i.id for no key update;
  end if;
  if p_allocation.bill_id is not null or p_allocation.vendor_credit_id is not null then
    perform from accounting.bills b
    where b.tenant_id = p_allocation.tenant_id and b.id in (p_allocation.vendor_credit_id, p_allocation.bill_id)
    order by b.id for no key update;
  end if;
end $$;
--> statement-breakpoint
-- accounting/sql/guard_take_back.sql
create or replace function accounting.guard_take_back() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_closed_through date;
begin
  if old.reversed_on is not null then
    raise exception using errcode = 'ZT003', message = 'The allocation is taken back already';
  end if;
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if new.reversed_on < new.allocated_on then
    raise exception using errcode = 'ZT003',
      message = 'An allocation is not taken back before its own date: choose that date or a later one';
  end if;
  perform accounting.lock_allocation(new);
  select b.closed_through into v_closed_through from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  for key share;
  if new.reversed_on <= v_closed_through then
    raise exception using errcode = 'ZT003',
      message = 'The date is in a closed period: post to an open one, or reopen the period';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/mark_balance.sql
create or replace function accounting.mark_balance() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update accounting.account_balances b set version = b.version
  where b.tenant_id = new.tenant_id and b.account_id = new.id;
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/mark_books.sql
create or replace function accounting.mark_books() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update accounting.books b set closed_through = b.closed_through
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  return null;
end $$;
--> statement-breakpoint
-- tenancy/sql/lock_series.sql
create or replace function tenancy.lock_series(
  p_company_id uuid, p_business_id uuid, p_series text, p_period text, p_prefix text, p_padding int)
  returns tenancy.number_series
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_series tenancy.number_series;
begin
  for made in 1..2 loop
    if p_company_id is not null then
      select s.* into v_series from tenancy.number_series s
      where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_series
        and s.period = p_period
      for no key update;
    else
      select s.* into v_series from tenancy.number_series s
      where s.tenant_id = v_tenant and s.company_id is null and s.business_id = p_business_id and s.series = p_series
        and s.period = p_period
      for no key update;
    end if;
    exit when found;
    insert into tenancy.number_series (tenant_id, company_id, business_id, series, period, prefix, padding)
    values (v_tenant, p_company_id, p_business_id, p_series, p_period, p_prefix, p_padding)
    on conflict (tenant_id, company_id, business_id, series, period) do nothing;
  end loop;
  return v_series;
end $$;
--> statement-breakpoint
-- accounting/sql/next_invoice_number.sql
create or replace function accounting.next_invoice_number(p_company_id uuid, p_kind text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_series constant tenancy.number_series := tenancy.lock_series(
    p_company_id, null, p_kind, '', case p_kind when 'invoice' then 'INV-' else 'CN-' end, 6);
  -- The number that this transaction gave last, and its series. It spares a statement of many rows to look for each of
  -- them from the beginning. It counts only while an invoice has that number, so that nothing is trusted to it.
  v_given text[] := string_to_array(current_setting('app.number_given', true), ' ');
  v_after bigint := v_series.last_number;
  v_number text;
begin
  if v_given[1] = v_series.id::text then
    v_number := tenancy.format_number(v_series.prefix, v_given[2]::bigint, v_series.padding);
    if v_given[2]::bigint > v_after and exists (
      select from accounting.invoices i
      where i.tenant_id = v_series.tenant_id and i.company_id = p_company_id and i.invoice_number = v_number
    ) then
      v_after := v_given[2]::bigint;
    end if;
  end if;
  v_after := accounting.first_free_number(v_series, v_after);
  v_given := array[set_config('app.number_given', v_series.id || ' ' || v_after, true)];
  return tenancy.format_number(v_series.prefix, v_after, v_series.padding);
end $$;
--> statement-breakpoint
-- accounting/sql/post_documents.sql
create or replace function accounting.post_documents() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_new uuid[];
  v_credits uuid[];
  v_void uuid[];
begin
  -- Old and new rows are matched by grouping. A join would compare each with each, because its plan is made for one
  -- row.
  select array_agg(s.id) filter (where s.was = 'draft'),
    array_agg(s.id) filter (where s.was = 'draft' and s.kind = 'credit_note'),
    array_agg(s.id) filter (where s.becomes = 'void')
  into v_new, v_credits, v_void
  from (
    select t.id, max(t.was) as was, max(t.becomes) as becomes, max(t.kind) as kind
    from (
      select o.id, o.status as was, null as becomes, null as kind from overwritten o
      union all
      select w.id, null, w.status, w.kind from written w
    ) t
    group by t.id
  ) s
  where s.was <> s.becomes;
  -- Series are locked before accounts, as the rows' own triggers lock them.
  if v_new is not null and tg_argv[0] = 'invoice' then
    perform accounting.count_invoice_numbers(v_new);
  end if;
  if v_credits is not null then
    perform accounting.check_credits(tg_argv[0], v_credits);
  end if;
  if v_new is not null then
    perform accounting.write_documents(tg_argv[0], v_new);
  end if;
  if v_void is not null then
    perform accounting.write_voids(tg_argv[0], v_void);
  end if;
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/post_journal.sql
create or replace function accounting.post_journal(
  p_entry_id uuid[], p_company_id uuid[], p_entry_date date[], p_description text[], p_reference text[],
  p_idempotency_key text[], p_request_hash text[],
  p_line_entry int[], p_line_id uuid[], p_account_id uuid[], p_currency text[], p_debit numeric[], p_credit numeric[],
  p_base_amount numeric[], p_rate numeric[], p_is_exchange_difference boolean[], p_line_description text[]
) returns table (entry_position int, entry_id uuid, is_new boolean, is_same_request boolean, base_currency text, lines jsonb)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_entries int;
  v_lines int;
  v_problem text;
  v_books accounting.books;
  v_line record;
begin
  v_entries := tenancy.require_arrays(
    '{p_entry_id,p_company_id,p_entry_date,p_description,p_reference,p_idempotency_key,p_request_hash}',
    array[array_dims(p_entry_id), array_dims(p_company_id), array_dims(p_entry_date), array_dims(p_description),
      array_dims(p_reference), array_dims(p_idempotency_key), array_dims(p_request_hash)],
    array[num_nulls(variadic p_entry_id), num_nulls(variadic p_company_id), num_nulls(variadic p_entry_date)]);
  v_lines := tenancy.require_arrays(
    '{p_line_entry,p_line_id,p_account_id,p_debit,p_credit,p_currency,p_base_amount,p_rate,p_is_exchange_difference,p_line_description}',
    array[array_dims(p_line_entry), array_dims(p_line_id), array_dims(p_account_id), array_dims(p_debit),
      array_dims(p_credit), array_dims(p_currency), array_dims(p_base_amount), array_dims(p_rate),
      array_dims(p_is_exchange_difference), array_dims(p_line_description)],
    array[num_nulls(variadic p_line_entry), num_nulls(variadic p_line_id), num_nulls(variadic p_account_id),
      num_nulls(variadic p_debit), num_nulls(variadic p_credit)]);
  v_problem := case
    when not (1 <= all (p_line_entry) and v_entries >= all (p_line_entry))
      then 'p_line_entry names an entry that is not given: each line needs one, by its position from 1'
    when not 0 < all (p_rate) or 'NaN' = any (p_rate) then 'p_rate needs rates above 0: base units for one unit of the currency'
    when not 0 <= all (p_base_amount) or 'NaN' = any (p_base_amount)
      then 'p_base_amount needs amounts of 0 or more: the side is that of the line'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = v_problem;
  end if;
  -- An entry asked for twice has its key twice. Another one under its id would take the place of the first.
  if v_entries > 1 and exists (
    select from unnest(p_entry_id, p_company_id, p_idempotency_key) e (id, company_id, key)
    group by e.id having count(distinct (e.company_id, e.key)) > 1
  ) then
    raise exception using errcode = 'unique_violation', message = 'p_entry_id gives two entries one id',
      schema = 'accounting', table = 'journal_entries', constraint = 'journal_entries_pkey';
  end if;
  if exists (
    select from accounting.books b where b.tenant_id = v_tenant and b.company_id in (select c from unnest(p_company_id) c)
      and (b.receivable_account_id = any (p_account_id) or b.payable_account_id = any (p_account_id))
  ) then
    raise exception using errcode = 'ZT003',
      message = 'Receivables and payables are kept by invoices, bills and payments: use those, or another account';
  end if;
  select b.* into v_books from accounting.books b where b.tenant_id = v_tenant and b.company_id = p_company_id[1];

  -- A batch of one company, in its base currency alone, has nothing to convert.
  if p_company_id[1] = all (p_company_id) and num_nonnulls(variadic p_base_amount || p_rate) = 0
      and not true = any (p_is_exchange_difference) is true
      and not exists (select from unnest(p_currency) c where c <> v_books.base_currency)
      and not exists (select from accounting.accounts a
                      where a.tenant_id = v_tenant and a.id = any (p_account_id) and a.currency is not null) then
    return query
      select w.entry_position, w.entry_id, w.is_new, w.is_same_request, v_books.base_currency, null::jsonb
      from accounting.write_entries(p_entry_id, p_company_id, p_entry_date, p_description, p_reference,
        array_fill('manual'::text, array[v_entries]), array_fill(null::uuid, array[v_entries]),
        array_fill(null::uuid, array[v_entries]), p_idempotency_key, p_request_hash, p_line_entry, p_line_id,
        p_account_id, array_fill(v_books.base_currency, array[v_lines]), p_debit, p_credit, p_debit, p_credit,
        array_fill(false, array[v_lines]), array_fill(null::uuid, array[v_lines]),
        array_fill(null::uuid, array[v_lines]), p_line_description) w;
    return;
  end if;

  with given as (
    select g.entry_position, g.id, g.account_id, c.currency, g.debit, g.credit, g.description, g.position,
      coalesce(g.is_exchange_difference, false) as is_difference,
      c.currency <> b.base_currency or coalesce(g.is_exchange_difference, false) as is_converted,
      case
        when g.base_amount is not null then g.base_amount
        when c.currency = b.base_currency then g.debit + g.credit
        else round((g.debit + g.credit) * coalesce(g.rate, (
          select x.rate
          from accounting.last_exchange_rate(v_tenant, b.company_id, c.currency, p_entry_date[g.entry_position]) x)), 2)
      end as base
    from unnest(p_line_entry, p_line_id, p_account_id, p_currency, p_debit, p_credit, p_base_amount, p_rate,
        p_is_exchange_difference, p_line_description) with ordinality as g
      (entry_position, id, account_id, currency, debit, credit, base_amount, rate, is_exchange_difference, description, position)
    left join accounting.books b on b.tenant_id = v_tenant and b.company_id = p_company_id[g.entry_position]
    left join accounting.accounts a on a.tenant_id = v_tenant and a.id = g.account_id
    cross join lateral (select coalesce(g.currency, a.currency, b.base_currency) as currency) c
  ), rounding as (
    select o.entry_position, gen_random_uuid() as id, b.exchange_account_id, b.base_currency, greatest(-o.off, 0) as debit,
      greatest(o.off, 0) as credit, o.off
    from (
      select l.entry_position, count(*) as lines, bool_or(l.is_converted) as is_converted,
        sum(case when l.debit > 0 then l.base else -l.base end) as off
      from given l group by 1
    ) o
    join accounting.books b on b.tenant_id = v_tenant and b.company_id = p_company_id[o.entry_position]
    where o.is_converted and o.off <> 0 and abs(o.off) <= 0.01 * o.lines
  ), line as (
    select l.entry_position, l.id, l.account_id, l.currency, l.debit, l.credit, l.is_difference, l.description, l.base,
      l.position, l.is_converted
    from given l
    union all
    select r.entry_position, r.id, r.exchange_account_id, r.base_currency, r.debit, r.credit, true, 'Rounding', abs(r.off),
      null, true
    from rounding r
  )
  select array_agg(l.entry_position::int order by l.entry_position, l.position) as entry,
    array_agg(l.id order by l.entry_position, l.position) as id,
    array_agg(l.account_id order by l.entry_position, l.position) as account_id,
    array_agg(l.currency order by l.entry_position, l.position) as currency,
    array_agg(l.debit order by l.entry_position, l.position) as debit,
    array_agg(l.credit order by l.entry_position, l.position) as credit,
    array_agg(case when l.debit > 0 then l.base else 0 end order by l.entry_position, l.position) as base_debit,
    array_agg(case when l.debit > 0 then 0 else l.base end order by l.entry_position, l.position) as base_credit,
    array_agg(l.is_difference order by l.entry_position, l.position) as is_difference,
    array_agg(l.description order by l.entry_position, l.position) as description,
    coalesce(array_agg(distinct l.entry_position) filter (where l.is_converted), '{}') as converted into v_line
  from line l;
  return query
    select w.entry_position, w.entry_id, w.is_new, w.is_same_request, b.base_currency,
      case when w.is_new and w.entry_position = any (v_line.converted) then (
        select jsonb_agg(jsonb_build_object('id', l.id, 'accountId', l.account_id, 'currency', l.currency,
            'debit', l.debit::text, 'credit', l.credit::text, 'baseDebit', l.base_debit::numeric(17, 2)::text,
            'baseCredit', l.base_credit::numeric(17, 2)::text, 'isExchangeDifference', l.is_difference,
            'description', l.description) order by l.position)
        from unnest(v_line.entry, v_line.id, v_line.account_id, v_line.currency, v_line.debit, v_line.credit,
            v_line.base_debit, v_line.base_credit, v_line.is_difference, v_line.description) with ordinality as l
          (entry_position, id, account_id, currency, debit, credit, base_debit, base_credit, is_difference, description, position)
        where l.entry_position = w.entry_position) end
    from accounting.write_entries(p_entry_id, p_company_id, p_entry_date, p_description, p_reference,
      array_fill('manual'::text, array[v_entries]), array_fill(null::uuid, array[v_entries]),
      array_fill(null::uuid, array[v_entries]), p_idempotency_key, p_request_hash, v_line.entry, v_line.id,
      v_line.account_id, v_line.currency, v_line.debit, v_line.credit, v_line.base_debit, v_line.base_credit,
      v_line.is_difference, array_fill(null::uuid, array[cardinality(v_line.entry)]),
      array_fill(null::uuid, array[cardinality(v_line.entry)]), v_line.description) w
    join accounting.books b on b.tenant_id = v_tenant and b.company_id = p_company_id[w.entry_position];
end $$;
--> statement-breakpoint
-- accounting/sql/prepare_allocation.sql
create or replace function accounting.prepare_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_closed_through date;
  v_source record;
  v_document record;
  v_made record;
  v_problem text;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if new.reversed_on is not null then
    raise exception using errcode = 'ZT003', message = 'A new allocation stands: take it back afterwards';
  end if;
  perform accounting.lock_allocation(new);
  select b.closed_through into v_closed_through from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  for key share;

  select s.* into v_source from (
    select p.customer_id, p.vendor_id, p.currency, p.payment_date as made_on, p.amount, p.base_amount,
      p.voided_on is null as is_usable
    from accounting.payments p
    where p.tenant_id = new.tenant_id and p.company_id = new.company_id and p.id = new.payment_id
    union all
    select i.customer_id, null, i.currency, i.invoice_date, i.total_amount, i.base_amount,
      i.kind = 'credit_note' and i.status not in ('draft', 'void')
    from accounting.invoices i
    where i.tenant_id = new.tenant_id and i.company_id = new.company_id and i.id = new.credit_note_id
    union all
    select null, b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount,
      b.kind = 'credit_note' and b.status not in ('draft', 'void')
    from accounting.bills b
    where b.tenant_id = new.tenant_id and b.company_id = new.company_id and b.id = new.vendor_credit_id
  ) s;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such payment or credit note';
  end if;
  select d.* into v_document from (
    select i.customer_id, null::uuid as vendor_id, i.currency, i.invoice_date as made_on, i.total_amount as amount,
      i.base_amount, i.kind = 'invoice' and i.status not in ('draft', 'void') as is_usable
    from accounting.invoices i
    where i.tenant_id = new.tenant_id and i.company_id = new.company_id and i.id = new.invoice_id
    union all
    select null, b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount,
      b.kind = 'bill' and b.status not in ('draft', 'void')
    from accounting.bills b
    where b.tenant_id = new.tenant_id and b.company_id = new.company_id and b.id = new.bill_id
  ) d;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such invoice or bill';
  end if;

  -- Summed from the allocations, which this statement's earlier rows are among; the sums kept by the documents are not
  -- raised before its end.
  select max(a.reversed_on) as last_reversed, bool_or(a.id = new.id) as is_there,
    coalesce(sum(a.amount) filter (where a.of_source and a.reversed_on is null), 0) as used,
    coalesce(sum(a.base) filter (where a.of_source and a.reversed_on is null), 0) as used_base,
    coalesce(sum(a.amount) filter (where not a.of_source and a.reversed_on is null), 0) as settled,
    coalesce(sum(a.base) filter (where not a.of_source and a.reversed_on is null), 0) as settled_base
  into v_made
  from (
    select p.id, true as of_source, p.amount, p.source_base_amount as base, p.reversed_on from accounting.payment_allocations p
    where p.tenant_id = new.tenant_id and p.payment_id = new.payment_id
    union all
    select c.id, true, c.amount, c.source_base_amount, c.reversed_on from accounting.payment_allocations c
    where c.tenant_id = new.tenant_id and c.credit_note_id = new.credit_note_id
    union all
    select c.id, true, c.amount, c.source_base_amount, c.reversed_on from accounting.payment_allocations c
    where c.tenant_id = new.tenant_id and c.vendor_credit_id = new.vendor_credit_id
    union all
    select i.id, false, i.amount, i.base_amount, i.reversed_on from accounting.payment_allocations i
    where i.tenant_id = new.tenant_id and i.invoice_id = new.invoice_id
    union all
    select b.id, false, b.amount, b.base_amount, b.reversed_on from accounting.payment_allocations b
    where b.tenant_id = new.tenant_id and b.bill_id = new.bill_id
  ) a;
  new.allocated_on := coalesce(
    new.allocated_on, greatest(current_date, v_source.made_on, v_document.made_on, v_made.last_reversed));
  if v_made.is_there then
    -- The row is there already: it is refused by its key, or ON CONFLICT leaves it as it is.
    return new;
  end if;

  v_problem := case
    when not v_source.is_usable then 'What is allocated is a payment that is not void, or an issued or approved credit note'
    when not v_document.is_usable then 'What is settled is an issued invoice or an approved bill'
    when (v_source.customer_id, v_source.vendor_id) is distinct from (v_document.customer_id, v_document.vendor_id)
      then 'The payment or credit note and the document are not of the same customer or vendor'
    when v_source.currency <> v_document.currency
      then 'The payment or credit note and the document are in different currencies'
    when new.allocated_on < greatest(v_source.made_on, v_document.made_on)
      then 'An allocation is not dated before what it allocates and what it settles: choose a later date'
    -- An earlier date could show more settled than was due on a past day.
    when new.allocated_on < v_made.last_reversed
      then 'An allocation is not dated before an earlier one of the same payment or document was taken back: choose a later date'
    when new.allocated_on <= v_closed_through
      then 'The date is in a closed period: post to an open one, or reopen the period'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT003', message = v_problem;
  end if;
  v_problem := case
    when new.amount <> round(new.amount, tenancy.currency_exponent(v_document.currency))
      then 'The amount has more decimals than its currency'
    when new.amount > v_document.amount - v_made.settled then 'The amount is more than is due on the document'
    when new.amount > v_source.amount - v_made.used then 'The amount is more than is left of the payment or credit note'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = v_problem;
  end if;

  new.base_amount := accounting.base_part(
    new.amount, v_document.amount, v_made.settled, v_document.base_amount, v_made.settled_base);
  new.source_base_amount := accounting.base_part(
    new.amount, v_source.amount, v_made.used, v_source.base_amount, v_made.used_base);
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/stamp_period.sql
create or replace function accounting.stamp_period() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  -- Postings hold the books FOR KEY SHARE: those in flight end first, later ones see what is closed.
  perform from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id for update;
  new.closed_at := case when new.status = 'closed' then clock_timestamp() end;
  new.closed_by := case when new.status = 'closed' then tenancy.current_user_id() end;
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/start_invoice_numbers.sql
create or replace function accounting.start_invoice_numbers(
  p_company_id uuid, p_kind text, p_prefix text, p_padding int, p_first bigint) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_series tenancy.number_series;
begin
  perform tenancy.require_own_scope(v_tenant, p_company_id);
  if (p_kind in ('invoice', 'credit_note') and p_first between 1 and 999999999999999
      and p_padding between 0 and 18 and length(p_prefix) between 1 and 500) is not true then
    raise exception using errcode = 'ZT002',
      message = 'A series of numbers needs a kind (invoice or credit_note), a prefix, a padding of 0 to 18 and a first number from 1';
  end if;
  v_series := tenancy.lock_series(p_company_id, null, p_kind, '', p_prefix, p_padding);
  if v_series.last_number >= v_series.first_number then
    return false;
  end if;
  update tenancy.number_series s
  set prefix = p_prefix, padding = p_padding, first_number = p_first, last_number = p_first - 1
  where s.tenant_id = v_tenant and s.id = v_series.id;
  return true;
end $$;
--> statement-breakpoint
-- accounting/sql/take_back_allocation.sql
create or replace function accounting.take_back_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_entry uuid;
begin
  perform accounting.count_allocation(new, -1);
  select e.id into v_entry from accounting.journal_entries e
  where e.tenant_id = new.tenant_id and e.source_id = new.id and e.source = 'allocation';
  if found then
    perform from accounting.write_reversals(
      array[v_entry], array[gen_random_uuid()], array[new.reversed_on], array['allocation_void'], array[new.id],
      array['Exchange difference taken back']);
  end if;
  return null;
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
    new.invoice_number := accounting.next_invoice_number(new.company_id, new.kind);
  end if;
  return new;
end $$;
--> statement-breakpoint
-- tenancy/sql/save_profile.sql
create or replace function self.save_profile(p_id uuid, p_changes jsonb) returns auth.user_profiles
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  person constant uuid := self.current_identity_id();
  given auth.user_profiles;
  saved auth.user_profiles;
begin
  if person is null then
    raise exception using errcode = 'ZT001', message = 'A profile is saved by its person: forIdentity(session.user.id).profile';
  end if;
  if jsonb_typeof(p_changes) is distinct from 'object' then
    raise exception using errcode = 'ZT006', message = 'The changes of a profile are an object of its fields';
  -- A column that is added to the table and forgotten here is refused, not lost.
  elsif p_changes - '{dni,phone,birth_date,avatar_url}'::text[] <> '{}' then
    raise exception using errcode = 'ZT006', message = 'Of a profile only dni, phone, birth_date and avatar_url are written';
  end if;
  given := jsonb_populate_record(null::auth.user_profiles, p_changes);
  insert into auth.user_profiles as p (id, user_id, dni, phone, birth_date, avatar_url)
  values (p_id, person, given.dni, given.phone, given.birth_date, given.avatar_url)
  on conflict (user_id) do update set
    dni = case when p_changes ? 'dni' then excluded.dni else p.dni end,
    phone = case when p_changes ? 'phone' then excluded.phone else p.phone end,
    birth_date = case when p_changes ? 'birth_date' then excluded.birth_date else p.birth_date end,
    avatar_url = case when p_changes ? 'avatar_url' then excluded.avatar_url else p.avatar_url end,
    updated_at = clock_timestamp()
  returning * into saved;
  return saved;
end $$;
--> statement-breakpoint
select tenancy.protect_function('accounting.count_allocation(accounting.payment_allocations, integer)', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.apply_allocation()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.begin_period()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.check_account_parent()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.check_books()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.close_books()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.first_free_number(tenancy.number_series, bigint)', 'number_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.count_invoice_numbers(uuid[])', 'number_writer', '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.guard_account()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.lock_allocation(accounting.payment_allocations)', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.guard_take_back()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.mark_balance()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.mark_books()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.lock_series(uuid, uuid, text, text, text, integer)', 'number_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.next_invoice_number(uuid, text)', 'number_writer', '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.post_documents()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.post_journal(uuid[], uuid[], date[], text[], text[], text[], text[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], text[])', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.prepare_allocation()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.stamp_period()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.start_invoice_numbers(uuid, text, text, integer, bigint)', 'number_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.take_back_allocation()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.value_document()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('self.save_profile(uuid, jsonb)', 'self_service', '{authenticated}');
--> statement-breakpoint
create or replace trigger step_by_one before update on tenancy.number_series
  for each row when (new.last_number <> old.last_number and new.last_number <> old.last_number + 1
    and not (current_user = 'number_writer'
      and (new.last_number > old.last_number or old.last_number < old.first_number)))
  execute function tenancy.refuse('ZT002', 'A number series moves by one: numbers are neither skipped nor given twice');
--> statement-breakpoint
create or replace trigger guard_start before update on tenancy.number_series
  for each row when (old.last_number >= old.first_number
    and (new.first_number <> old.first_number or new.prefix <> old.prefix or new.padding <> old.padding))
  execute function tenancy.refuse('ZT003', 'The series gave a number already: its prefix, padding and first number stay');
--> statement-breakpoint
create or replace trigger require_admin_of_start before update on tenancy.number_series
  for each row when (new.first_number <> old.first_number) execute function tenancy.require_admin();
--> statement-breakpoint
create or replace trigger audit_start after update on tenancy.number_series
  for each row when (new.first_number <> old.first_number) execute function tenancy.write_audit();
--> statement-breakpoint
create or replace trigger mark_balance after update on accounting.accounts
  for each row when (new.type <> old.type or new.currency is distinct from old.currency or new.is_active <> old.is_active)
  execute function accounting.mark_balance();
--> statement-breakpoint
create or replace trigger mark_books after insert on accounting.fiscal_periods
  for each row execute function accounting.mark_books();
--> statement-breakpoint
create or replace trigger prepare_allocation before insert on accounting.payment_allocations
  for each row execute function accounting.prepare_allocation();
--> statement-breakpoint
create or replace trigger guard_take_back before update on accounting.payment_allocations
  for each row when (new.reversed_on is distinct from old.reversed_on) execute function accounting.guard_take_back();
--> statement-breakpoint
create or replace trigger apply_allocation after insert on accounting.payment_allocations
  for each row execute function accounting.apply_allocation();
--> statement-breakpoint
create or replace trigger take_back_allocation after update on accounting.payment_allocations
  for each row when (new.reversed_on is distinct from old.reversed_on) execute function accounting.take_back_allocation();
--> statement-breakpoint
-- accounting/sql/violations_of_numbers.sql
create or replace view accounting.violations_of_numbers (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- Each number that a series gave belongs to a document; an imported document that has it counts.
select n.tenant_id, 'number_gap', n.company_id, 'tenancy.number_series', max(n.series_id)::uuid,
  'No document has the number ' || n.number
from (
  select s.tenant_id, s.company_id, s.id::text as series_id, 0 as documents,
    s.prefix || lpad(given::text, greatest(s.padding, length(given::text)), '0') as number
  from tenancy.number_series s
  cross join lateral generate_series(s.first_number, s.last_number) given
  where s.series in ('invoice', 'credit_note')
  union all
  select i.tenant_id, i.company_id, null as series, 1, i.invoice_number
  from accounting.invoices i where i.invoice_number is not null
) n
group by n.tenant_id, n.company_id, n.number
having count(n.series_id) > 0 and sum(n.documents) = 0;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_numbers', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.leave_role('audit_writer');
--> statement-breakpoint
select tenancy.leave_role('ledger_writer');
--> statement-breakpoint
select tenancy.leave_role('number_writer');
--> statement-breakpoint
select tenancy.leave_role('self_service');
--> statement-breakpoint
select set_config('check_function_bodies', 'on', true);
