select tenancy.protect_table('accounting.payments', 'no-delete', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.payment_allocations', 'no-delete', 'changes');
--> statement-breakpoint
-- What the triggers below read and write is of the scope's tenant and company, or they would act on half of it.
create function accounting.require_own_scope(p_tenant_id uuid, p_company_id uuid) returns void
  language plpgsql stable
as $$
begin
  if tenancy.current_tenant_id() is null then
    raise exception using errcode = 'ZT005', message = 'Posting needs a tenant scope';
  end if;
  if p_tenant_id <> tenancy.current_tenant_id() or p_company_id <> tenancy.current_company_id() then
    raise exception using errcode = 'ZT001', message = 'The row belongs to another tenant or company than the scope';
  end if;
end $$;
--> statement-breakpoint
-- A payment with an exchange difference posts in two steps. The accounts of both are locked at the first, in the one
-- order that all postings keep, so that two of them cannot wait for each other.
create function accounting.lock_accounts(p_company_id uuid[], p_account_id uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform from accounting.books b
  where b.tenant_id = tenancy.current_tenant_id() and b.company_id = any (p_company_id)
  order by b.company_id for key share;
  perform from accounting.account_balances b
  where b.tenant_id = tenancy.current_tenant_id() and b.account_id = any (p_account_id)
  order by b.account_id for no key update;
end $$;
--> statement-breakpoint
-- Fills in what a payment's writer leaves to the books: account, rate and base amount.
create function accounting.prepare_payment() returns trigger
  language plpgsql
as $$
declare
  v_books accounting.books;
  v_account accounting.accounts;
begin
  perform accounting.require_own_scope(new.tenant_id, new.company_id);
  select b.* into v_books from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if not found then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart first';
  end if;
  -- One that is there already, by its external id, is not written again: ON CONFLICT decides after this trigger.
  select p.account_id into v_account.id from accounting.payments p
  where p.tenant_id = new.tenant_id and p.company_id = new.company_id and p.external_id = new.external_id;
  if found then
    new.account_id := coalesce(new.account_id, v_account.id);
    return new;
  end if;
  if new.allocated_amount <> 0 or new.allocated_base_amount <> 0 or new.voided_on is not null then
    raise exception using errcode = 'ZT003',
      message = 'A new payment stands and is allocated to nothing: insert its allocations after it';
  end if;
  if (new.customer_id is not null and not exists (
        select from accounting.customers c
        where c.tenant_id = new.tenant_id and c.company_id = new.company_id and c.id = new.customer_id))
    or (new.vendor_id is not null and not exists (
        select from accounting.vendors v
        where v.tenant_id = new.tenant_id and v.company_id = new.company_id and v.id = new.vendor_id)) then
    raise exception using errcode = 'ZT004', message = 'The company has no such customer or vendor';
  end if;

  new.account_id := coalesce(new.account_id, v_books.bank_account_id);
  select a.* into v_account from accounting.accounts a
  where a.tenant_id = new.tenant_id and a.company_id = new.company_id and a.id = new.account_id;
  if not found then
    raise exception using errcode = 'ZT004', message = 'The company has no such account';
  elsif v_account.type not in ('asset', 'liability')
    or v_account.id in (v_books.receivable_account_id, v_books.payable_account_id) then
    raise exception using errcode = 'ZT003',
      message = 'A payment goes through a bank, cash or card account: not through receivables or payables, income or expenses';
  elsif not v_account.is_active then
    raise exception using errcode = 'ZT003', message = 'The account of the payment is archived: restore it, or take another';
  elsif v_account.currency <> new.currency then
    raise exception using errcode = 'ZT003', message = 'The account of the payment is kept in another currency: take another';
  end if;

  if new.amount <> round(new.amount, accounting.currency_exponent(new.currency)) then
    raise exception using errcode = 'ZT002', message = 'The amount has more decimals than its currency';
  end if;
  if new.currency = v_books.base_currency then
    new.exchange_rate := 1;
  elsif new.exchange_rate is null then
    select x.rate into new.exchange_rate from accounting.exchange_rates x
    where x.tenant_id = new.tenant_id and x.company_id = new.company_id and x.currency = new.currency
      and x.rate_date <= new.payment_date
    order by x.rate_date desc limit 1;
    if not found then
      raise exception using errcode = 'ZT003',
        message = 'There is no exchange rate for the currency on that date: set one, or give the rate';
    end if;
  end if;
  new.base_amount := round(new.amount * new.exchange_rate, 2);
  return new;
end $$;
--> statement-breakpoint
create trigger prepare_payment before insert on accounting.payments
  for each row execute function accounting.prepare_payment();
--> statement-breakpoint
-- Money in: the account against receivables; money out: payables against the account. All of a statement at once.
create function accounting.post_payments() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_entry record;
  v_line record;
begin
  select array_agg(gen_random_uuid()) as id, array_agg(w.company_id order by w.id) as company_id,
    array_agg(w.payment_date order by w.id) as entry_date,
    array_agg(case w.direction when 'in' then 'Payment received' else 'Payment made' end order by w.id) as description,
    array_agg(w.reference order by w.id) as reference, array_agg(w.id order by w.id) as source_id, count(*)::int as count
    into v_entry
  from written w;
  if v_entry.count = 0 then
    return null;
  end if;
  select array_agg(l.entry_position order by l.entry_position, l.side) as entry, array_agg(gen_random_uuid()) as id,
    array_agg(l.account_id order by l.entry_position, l.side) as account_id,
    array_agg(l.currency order by l.entry_position, l.side) as currency,
    array_agg(case l.side when 1 then l.amount else 0 end order by l.entry_position, l.side) as debit,
    array_agg(case l.side when 2 then l.amount else 0 end order by l.entry_position, l.side) as credit,
    array_agg(case l.side when 1 then l.base_amount else 0 end order by l.entry_position, l.side) as base_debit,
    array_agg(case l.side when 2 then l.base_amount else 0 end order by l.entry_position, l.side) as base_credit,
    array_agg(case when l.is_control then l.customer_id end order by l.entry_position, l.side) as customer_id,
    array_agg(case when l.is_control then l.vendor_id end order by l.entry_position, l.side) as vendor_id,
    array_agg(l.exchange_account_id) filter (where l.currency <> l.base_currency) as exchange_account_id
    into v_line
  from (
    select p.entry_position, s.side, p.currency, p.amount, p.base_amount, p.customer_id, p.vendor_id,
      b.exchange_account_id, b.base_currency, (p.direction = 'in') = (s.side = 2) as is_control,
      case when (p.direction = 'in') = (s.side = 1) then p.account_id
        when p.direction = 'in' then b.receivable_account_id else b.payable_account_id end as account_id
    from (select w.*, row_number() over (order by w.id)::int as entry_position from written w) p
    join accounting.books b on b.tenant_id = p.tenant_id and b.company_id = p.company_id
    cross join (values (1), (2)) s (side)
  ) l;
  if v_line.exchange_account_id is not null then
    perform accounting.lock_accounts(v_entry.company_id, v_line.account_id || v_line.exchange_account_id);
  end if;
  perform from accounting.write_entries(
    v_entry.id, v_entry.company_id, v_entry.entry_date, v_entry.description, v_entry.reference,
    array_fill('payment'::text, array[v_entry.count]), v_entry.source_id, array_fill(null::uuid, array[v_entry.count]),
    array_fill(null::text, array[v_entry.count]), array_fill(null::text, array[v_entry.count]),
    v_line.entry, v_line.id, v_line.account_id, v_line.currency, v_line.debit, v_line.credit, v_line.base_debit,
    v_line.base_credit, array_fill(false, array[2 * v_entry.count]), v_line.customer_id, v_line.vendor_id,
    array_fill(null::text, array[2 * v_entry.count]));
  return null;
end $$;
--> statement-breakpoint
create trigger post_payments after insert on accounting.payments
  referencing new table as written for each statement execute function accounting.post_payments();
--> statement-breakpoint
create function accounting.freeze_payment() returns trigger
  language plpgsql
as $$
declare
  v_free constant text[] := case current_user when 'ledger_writer'
    then '{allocated_amount,allocated_base_amount,updated_at}' else '{voided_on,updated_at}' end;
begin
  if to_jsonb(new) - v_free <> to_jsonb(old) - v_free then
    raise exception using errcode = 'ZT003', message = 'A payment cannot be changed: void it and record another';
  end if;
  if new.voided_on is not distinct from old.voided_on then
    return new;
  end if;
  if old.voided_on is not null then
    raise exception using errcode = 'ZT003', message = 'The payment is void already';
  end if;
  if new.voided_on < new.payment_date then
    raise exception using errcode = 'ZT003',
      message = 'A payment is not voided before its own date: choose that date or a later one';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger freeze_payment before update on accounting.payments
  for each row execute function accounting.freeze_payment();
--> statement-breakpoint
-- A void payment settles nothing any more, from its date on, and its entry is mirrored.
create function accounting.void_payment() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_books accounting.books;
  v_entry uuid;
begin
  perform accounting.require_own_scope(new.tenant_id, new.company_id);
  if exists (
    select from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.payment_id = new.id and coalesce(a.reversed_on, a.allocated_on) > new.voided_on
  ) then
    raise exception using errcode = 'ZT003',
      message = 'A payment is not voided before its allocations were made or taken back: choose a later date';
  end if;
  -- Documents in the order of their ids, then accounts: as everybody locks them.
  perform from accounting.invoices i where i.tenant_id = new.tenant_id and i.id in (
    select a.invoice_id from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.payment_id = new.id and a.reversed_on is null)
  order by i.id for no key update;
  perform from accounting.bills b where b.tenant_id = new.tenant_id and b.id in (
    select a.bill_id from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.payment_id = new.id and a.reversed_on is null)
  order by b.id for no key update;
  select b.* into v_books from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if new.currency <> v_books.base_currency then
    perform accounting.lock_accounts(array[new.company_id], array[
      new.account_id, v_books.exchange_account_id,
      case new.direction when 'in' then v_books.receivable_account_id else v_books.payable_account_id end]);
  end if;
  update accounting.payment_allocations a set reversed_on = new.voided_on
  where a.tenant_id = new.tenant_id and a.payment_id = new.id and a.reversed_on is null;
  select e.id into v_entry from accounting.journal_entries e
  where e.tenant_id = new.tenant_id and e.source_id = new.id and e.source = 'payment';
  perform from accounting.write_reversals(
    array[v_entry], array[gen_random_uuid()], array[new.voided_on], array['payment_void'], array[new.id],
    array['Payment voided']);
  return null;
end $$;
--> statement-breakpoint
create trigger void_payment after update on accounting.payments
  for each row when (old.voided_on is null and new.voided_on is not null) execute function accounting.void_payment();
--> statement-breakpoint
-- Locks both ends of an allocation: the payment first, then documents in the order of their ids.
create function accounting.lock_allocation(p_allocation accounting.payment_allocations) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform from accounting.payments p
  where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.payment_id
  for no key update;
  perform from accounting.invoices i
  where i.tenant_id = p_allocation.tenant_id and i.id in (p_allocation.credit_note_id, p_allocation.invoice_id)
  order by i.id for no key update;
  perform from accounting.bills b
  where b.tenant_id = p_allocation.tenant_id and b.id in (p_allocation.vendor_credit_id, p_allocation.bill_id)
  order by b.id for no key update;
end $$;
--> statement-breakpoint
-- Adds an allocation to what is used of its source and settled of its document (sign 1), or takes it off (sign -1).
create function accounting.count_allocation(p_allocation accounting.payment_allocations, p_sign int) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_amount constant numeric := p_sign * p_allocation.amount;
  v_base constant numeric := p_sign * p_allocation.base_amount;
  v_source_base constant numeric := p_sign * p_allocation.source_base_amount;
begin
  update accounting.payments p
  set allocated_amount = p.allocated_amount + v_amount, allocated_base_amount = p.allocated_base_amount + v_source_base
  where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.payment_id;
  update accounting.invoices i
  set paid_amount = i.paid_amount + v_amount,
    paid_base_amount = i.paid_base_amount + case when i.id = p_allocation.invoice_id then v_base else v_source_base end,
    status = case i.paid_amount + v_amount when i.total_amount then 'paid' when 0 then 'issued' else 'partly_paid' end
  where i.tenant_id = p_allocation.tenant_id and i.id in (p_allocation.credit_note_id, p_allocation.invoice_id);
  update accounting.bills b
  set paid_amount = b.paid_amount + v_amount,
    paid_base_amount = b.paid_base_amount + case when b.id = p_allocation.bill_id then v_base else v_source_base end,
    status = case b.paid_amount + v_amount when b.total_amount then 'paid' when 0 then 'approved' else 'partly_paid' end
  where b.tenant_id = p_allocation.tenant_id and b.id in (p_allocation.vendor_credit_id, p_allocation.bill_id);
end $$;
--> statement-breakpoint
-- The part of a base amount that goes with a part of its amount. The last part takes the rest, so that nothing remains;
-- none takes more than is left, as parts that were rounded up would.
create function accounting.base_part(
  part numeric, amount numeric, used numeric, base_amount numeric, used_base numeric
) returns numeric
  language sql immutable parallel safe
  return case when part = amount - used then base_amount - used_base
    else least(round(part * base_amount / amount, 2), base_amount - used_base) end;
--> statement-breakpoint
-- Settles a document, or a part of it, from a payment or credit note. Both are locked, so that never more is settled
-- than is due, or used than is there. What their base amounts differ by is a gain or loss from exchange rates.
create function accounting.apply_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_books accounting.books;
  v_source record;
  v_document record;
  v_last_reversed date;
  -- Above zero on the debit side of receivables or payables.
  v_difference numeric;
  v_control uuid;
  v_problem text;
begin
  perform accounting.require_own_scope(new.tenant_id, new.company_id);
  if new.reversed_on is not null then
    raise exception using errcode = 'ZT003', message = 'A new allocation stands: take it back afterwards';
  end if;
  perform accounting.lock_allocation(new);
  select b.* into v_books from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  for key share;

  select s.* into v_source from (
    select p.customer_id, p.vendor_id, p.currency, p.payment_date as made_on, p.amount, p.base_amount,
      p.allocated_amount as used, p.allocated_base_amount as used_base, p.account_id, p.voided_on is null as is_usable
    from accounting.payments p
    where p.tenant_id = new.tenant_id and p.company_id = new.company_id and p.id = new.payment_id
    union all
    select i.customer_id, null, i.currency, i.invoice_date, i.total_amount, i.base_amount, i.paid_amount,
      i.paid_base_amount, null, i.kind = 'credit_note' and i.status not in ('draft', 'void')
    from accounting.invoices i
    where i.tenant_id = new.tenant_id and i.company_id = new.company_id and i.id = new.credit_note_id
    union all
    select null, b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount, b.paid_amount,
      b.paid_base_amount, null, b.kind = 'credit_note' and b.status not in ('draft', 'void')
    from accounting.bills b
    where b.tenant_id = new.tenant_id and b.company_id = new.company_id and b.id = new.vendor_credit_id
  ) s;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such payment or credit note';
  end if;
  select d.* into v_document from (
    select i.customer_id, null::uuid as vendor_id, i.currency, i.invoice_date as made_on, i.total_amount as amount,
      i.base_amount, i.paid_amount as used, i.paid_base_amount as used_base,
      i.kind = 'invoice' and i.status not in ('draft', 'void') as is_usable
    from accounting.invoices i
    where i.tenant_id = new.tenant_id and i.company_id = new.company_id and i.id = new.invoice_id
    union all
    select null, b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount, b.paid_amount,
      b.paid_base_amount, b.kind = 'bill' and b.status not in ('draft', 'void')
    from accounting.bills b
    where b.tenant_id = new.tenant_id and b.company_id = new.company_id and b.id = new.bill_id
  ) d;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such invoice or bill';
  end if;

  v_last_reversed := greatest(
    (select max(a.reversed_on) from accounting.payment_allocations a
     where a.tenant_id = new.tenant_id and a.payment_id = new.payment_id),
    (select max(a.reversed_on) from accounting.payment_allocations a
     where a.tenant_id = new.tenant_id and a.credit_note_id = new.credit_note_id),
    (select max(a.reversed_on) from accounting.payment_allocations a
     where a.tenant_id = new.tenant_id and a.vendor_credit_id = new.vendor_credit_id),
    (select max(a.reversed_on) from accounting.payment_allocations a
     where a.tenant_id = new.tenant_id and a.invoice_id = new.invoice_id),
    (select max(a.reversed_on) from accounting.payment_allocations a
     where a.tenant_id = new.tenant_id and a.bill_id = new.bill_id));
  new.allocated_on := coalesce(
    new.allocated_on, greatest(current_date, v_source.made_on, v_document.made_on, v_last_reversed));

  v_problem := case
    when not v_source.is_usable then 'What is allocated is a payment that is not void, or an issued or approved credit note'
    when not v_document.is_usable then 'What is settled is an issued invoice or an approved bill'
    when (v_source.customer_id, v_source.vendor_id) is distinct from (v_document.customer_id, v_document.vendor_id)
      then 'The payment or credit note and the document are not of the same customer or vendor'
    when v_source.currency <> v_document.currency
      then 'The payment or credit note and the document are in different currencies'
    when new.allocated_on < greatest(v_source.made_on, v_document.made_on)
      then 'An allocation is not dated before what it allocates and what it settles: choose a later date'
    -- Else a past day could show more settled than was due.
    when new.allocated_on < v_last_reversed
      then 'An allocation is not dated before an earlier one of the same payment or document was taken back: choose a later date'
    when new.allocated_on <= v_books.closed_through
      then 'The date is in a closed period: post to an open one, or reopen the period'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT003', message = v_problem;
  end if;
  v_problem := case
    when new.amount <> round(new.amount, accounting.currency_exponent(v_document.currency))
      then 'The amount has more decimals than its currency'
    when new.amount > v_document.amount - v_document.used then 'The amount is more than is due on the document'
    when new.amount > v_source.amount - v_source.used then 'The amount is more than is left of the payment or credit note'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = v_problem;
  end if;

  new.base_amount := accounting.base_part(
    new.amount, v_document.amount, v_document.used, v_document.base_amount, v_document.used_base);
  new.source_base_amount := accounting.base_part(
    new.amount, v_source.amount, v_source.used, v_source.base_amount, v_source.used_base);
  perform accounting.count_allocation(new, 1);

  v_difference := new.source_base_amount - new.base_amount;
  if v_difference = 0 then
    return new;
  end if;
  v_control := case when new.invoice_id is not null then v_books.receivable_account_id else v_books.payable_account_id end;
  if new.bill_id is not null then
    v_difference := -v_difference;
  end if;
  perform accounting.lock_accounts(
    array[new.company_id], array[v_source.account_id, v_control, v_books.exchange_account_id]);
  perform from accounting.write_entries(
    array[gen_random_uuid()], array[new.company_id], array[new.allocated_on], array['Exchange difference'],
    array[null::text], array['allocation'], array[new.id], array[null::uuid], array[null::text], array[null::text],
    array[1, 1], array[gen_random_uuid(), gen_random_uuid()], array[v_control, v_books.exchange_account_id],
    array[v_books.base_currency, v_books.base_currency],
    array[greatest(v_difference, 0), greatest(-v_difference, 0)],
    array[greatest(-v_difference, 0), greatest(v_difference, 0)],
    array[greatest(v_difference, 0), greatest(-v_difference, 0)],
    array[greatest(-v_difference, 0), greatest(v_difference, 0)],
    array[false, false], array[v_document.customer_id, null], array[v_document.vendor_id, null], array[null::text, null]);
  return new;
end $$;
--> statement-breakpoint
create trigger apply_allocation before insert on accounting.payment_allocations
  for each row execute function accounting.apply_allocation();
--> statement-breakpoint
-- An allocation ends by its date of reversal, once; it is never changed otherwise.
create function accounting.take_back_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_free constant text[] := '{reversed_on,updated_at}';
  v_closed_through date;
  v_entry uuid;
begin
  if to_jsonb(new) - v_free <> to_jsonb(old) - v_free then
    raise exception using errcode = 'ZT003', message = 'An allocation cannot be changed: take it back and make another';
  end if;
  if new.reversed_on is not distinct from old.reversed_on then
    return new;
  end if;
  if old.reversed_on is not null then
    raise exception using errcode = 'ZT003', message = 'The allocation is taken back already';
  end if;
  perform accounting.require_own_scope(new.tenant_id, new.company_id);
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
  perform accounting.count_allocation(new, -1);
  select e.id into v_entry from accounting.journal_entries e
  where e.tenant_id = new.tenant_id and e.source_id = new.id and e.source = 'allocation';
  if found then
    perform from accounting.write_reversals(
      array[v_entry], array[gen_random_uuid()], array[new.reversed_on], array['allocation_void'], array[new.id],
      array['Exchange difference taken back']);
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger take_back_allocation before update on accounting.payment_allocations
  for each row execute function accounting.take_back_allocation();
--> statement-breakpoint
-- Until an allocation was taken back, what it settled stood: on no day is a void document settled.
create function accounting.refuse_early_void() returns trigger
  language plpgsql
as $$
begin
  if exists (
    select from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.reversed_on > new.voided_on
      and (a.invoice_id = new.id or a.credit_note_id = new.id or a.bill_id = new.id or a.vendor_credit_id = new.id)
  ) then
    raise exception using errcode = 'ZT003',
      message = 'A document is not voided before its allocations were taken back: choose a later date';
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger refuse_early_void after update on accounting.invoices
  for each row when (old.voided_on is null and new.voided_on is not null) execute function accounting.refuse_early_void();
--> statement-breakpoint
create trigger refuse_early_void after update on accounting.bills
  for each row when (old.voided_on is null and new.voided_on is not null) execute function accounting.refuse_early_void();
--> statement-breakpoint
-- Invoices that are set to paid, by hand or in bulk, are paid: what was open of each is received and allocated. An
-- allocation that settles the last of an invoice sets it to paid as well, and leaves nothing to do here; credit notes are
-- refused before, as they are frozen.
create function accounting.settle_invoices() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_invoice uuid[];
  v_payment uuid[];
begin
  select array_agg(w.id order by w.id), array_agg(gen_random_uuid()) into v_invoice, v_payment
  from written w join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id
  where w.status = 'paid' and o.status <> 'paid' and w.paid_amount < w.total_amount;
  if v_invoice is null then
    return null;
  end if;
  insert into accounting.payments
    (tenant_id, id, company_id, direction, customer_id, account_id, payment_date, amount, currency, reference)
  select w.tenant_id, p.id, w.company_id, 'in', w.customer_id, null, greatest(current_date, w.invoice_date),
    w.total_amount - w.paid_amount, w.currency, w.invoice_number
  from unnest(v_invoice, v_payment) p (invoice_id, id) join written w on w.id = p.invoice_id;
  insert into accounting.payment_allocations (tenant_id, id, company_id, payment_id, invoice_id, amount)
  select w.tenant_id, gen_random_uuid(), w.company_id, p.id, w.id, w.total_amount - w.paid_amount
  from unnest(v_invoice, v_payment) p (invoice_id, id) join written w on w.id = p.invoice_id
  order by w.id;
  return null;
end $$;
--> statement-breakpoint
create trigger settle_invoices after update on accounting.invoices
  referencing old table as overwritten new table as written
  for each statement execute function accounting.settle_invoices();
--> statement-breakpoint
-- The same for bills.
create function accounting.settle_bills() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_bill uuid[];
  v_payment uuid[];
begin
  select array_agg(w.id order by w.id), array_agg(gen_random_uuid()) into v_bill, v_payment
  from written w join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id
  where w.status = 'paid' and o.status <> 'paid' and w.paid_amount < w.total_amount;
  if v_bill is null then
    return null;
  end if;
  insert into accounting.payments
    (tenant_id, id, company_id, direction, vendor_id, account_id, payment_date, amount, currency, reference)
  select w.tenant_id, p.id, w.company_id, 'out', w.vendor_id, null, greatest(current_date, w.bill_date),
    w.total_amount - w.paid_amount, w.currency, w.bill_number
  from unnest(v_bill, v_payment) p (bill_id, id) join written w on w.id = p.bill_id;
  insert into accounting.payment_allocations (tenant_id, id, company_id, payment_id, bill_id, amount)
  select w.tenant_id, gen_random_uuid(), w.company_id, p.id, w.id, w.total_amount - w.paid_amount
  from unnest(v_bill, v_payment) p (bill_id, id) join written w on w.id = p.bill_id
  order by w.id;
  return null;
end $$;
--> statement-breakpoint
create trigger settle_bills after update on accounting.bills
  referencing old table as overwritten new table as written
  for each statement execute function accounting.settle_bills();
--> statement-breakpoint
do $$
declare
  v_function regprocedure;
begin
  grant create on schema accounting to ledger_writer;
  for v_function in
    select p.oid from pg_proc p
    where p.pronamespace = 'accounting'::regnamespace and p.prosecdef and p.proname in ('lock_accounts', 'post_payments',
      'void_payment', 'lock_allocation', 'count_allocation', 'apply_allocation', 'take_back_allocation', 'settle_invoices',
      'settle_bills')
  loop
    execute format('alter function %s owner to ledger_writer', v_function);
  end loop;
  revoke create on schema accounting from ledger_writer;
end $$;
--> statement-breakpoint
revoke execute on function accounting.require_own_scope(uuid, uuid), accounting.lock_accounts(uuid[], uuid[]),
  accounting.prepare_payment(), accounting.post_payments(), accounting.freeze_payment(), accounting.void_payment(),
  accounting.lock_allocation(accounting.payment_allocations),
  accounting.count_allocation(accounting.payment_allocations, int),
  accounting.base_part(numeric, numeric, numeric, numeric, numeric), accounting.apply_allocation(),
  accounting.take_back_allocation(), accounting.refuse_early_void(), accounting.settle_invoices(),
  accounting.settle_bills() from public;
--> statement-breakpoint
grant execute on function accounting.base_part(numeric, numeric, numeric, numeric, numeric) to ledger_writer;
--> statement-breakpoint
grant execute on function accounting.require_own_scope(uuid, uuid), accounting.prepare_payment(),
  accounting.post_payments(), accounting.freeze_payment(), accounting.void_payment(), accounting.apply_allocation(),
  accounting.take_back_allocation(), accounting.refuse_early_void(), accounting.settle_invoices(),
  accounting.settle_bills() to authenticated, platform;
