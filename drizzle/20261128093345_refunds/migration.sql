select set_config('check_function_bodies', 'off', true);
--> statement-breakpoint
select tenancy.join_role('audit_writer');
--> statement-breakpoint
select tenancy.join_role('ledger_writer');
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD COLUMN "seller" jsonb;
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD COLUMN "buyer" jsonb;
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD COLUMN "refund_id" uuid;
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD COLUMN "is_refund" boolean GENERATED ALWAYS AS ((direction = 'in') = (vendor_id is not null)) STORED;
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD COLUMN "seller" jsonb;
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD COLUMN "buyer" jsonb;
--> statement-breakpoint
CREATE INDEX "idx_payment_allocations_refund_id" ON "accounting"."payment_allocations" ("tenant_id","refund_id") WHERE "refund_id" is not null;
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_refund_id_fkey" FOREIGN KEY ("tenant_id","company_id","refund_id") REFERENCES "accounting"."payments"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_parties_check" CHECK ("status" <> 'draft' or num_nonnulls("seller", "buyer") = 0);
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_parties_check" CHECK ("status" <> 'draft' or num_nonnulls("seller", "buyer") = 0);
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" DROP CONSTRAINT "payment_allocations_target_check", ADD CONSTRAINT "payment_allocations_target_check" CHECK (num_nonnulls("invoice_id", "bill_id", "refund_id") = 1);
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" DROP CONSTRAINT "payment_allocations_source_check", ADD CONSTRAINT "payment_allocations_source_check" CHECK (num_nonnulls("payment_id", "credit_note_id", "vendor_credit_id") = 1
          and ("credit_note_id" is null or "bill_id" is null)
          and ("vendor_credit_id" is null or "invoice_id" is null));
--> statement-breakpoint
ALTER TABLE "accounting"."payments" DROP CONSTRAINT "payments_party_check", ADD CONSTRAINT "payments_party_check" CHECK (num_nonnulls("customer_id", "vendor_id") = 1);
--> statement-breakpoint
-- accounting/sql/lock_allocation.sql
create or replace function accounting.lock_allocation(p_allocation accounting.payment_allocations) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if p_allocation.refund_id is not null then
    perform from accounting.payments p
    where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.refund_id
    for no key update;
  end if;
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
-- accounting/sql/allocation_source.sql
create or replace function accounting.allocation_source(
  p_new accounting.payment_allocations,
  out customer_id uuid, out vendor_id uuid, out currency text, out made_on date, out amount numeric, out base_amount numeric,
  out is_usable boolean, out used numeric, out used_base numeric, out last_reversed date
)
  language plpgsql
as $$
begin
  if p_new.payment_id is not null then
    select p.customer_id, p.vendor_id, p.currency, p.payment_date, p.amount, p.base_amount,
      p.voided_on is null and not p.is_refund
    into customer_id, vendor_id, currency, made_on, amount, base_amount, is_usable
    from accounting.payments p
    where p.tenant_id = p_new.tenant_id and p.company_id = p_new.company_id and p.id = p_new.payment_id
    for no key update;
    select sum(a.amount) filter (where a.reversed_on is null),
      sum(a.source_base_amount) filter (where a.reversed_on is null), max(a.reversed_on)
    into used, used_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.payment_id = p_new.payment_id;
  elsif p_new.credit_note_id is not null then
    -- The credit note and the invoice are rows of one table, locked in the order of their ids.
    perform accounting.lock_allocation(p_new);
    select i.customer_id, i.currency, i.invoice_date, i.total_amount, i.base_amount,
      i.kind = 'credit_note' and i.status not in ('draft', 'void')
    into customer_id, currency, made_on, amount, base_amount, is_usable
    from accounting.invoices i
    where i.tenant_id = p_new.tenant_id and i.company_id = p_new.company_id and i.id = p_new.credit_note_id;
    select sum(a.amount) filter (where a.reversed_on is null),
      sum(a.source_base_amount) filter (where a.reversed_on is null), max(a.reversed_on)
    into used, used_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.credit_note_id = p_new.credit_note_id;
  elsif p_new.vendor_credit_id is not null then
    perform accounting.lock_allocation(p_new);
    select b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount,
      b.kind = 'credit_note' and b.status not in ('draft', 'void')
    into vendor_id, currency, made_on, amount, base_amount, is_usable
    from accounting.bills b
    where b.tenant_id = p_new.tenant_id and b.company_id = p_new.company_id and b.id = p_new.vendor_credit_id;
    select sum(a.amount) filter (where a.reversed_on is null),
      sum(a.source_base_amount) filter (where a.reversed_on is null), max(a.reversed_on)
    into used, used_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.vendor_credit_id = p_new.vendor_credit_id;
  end if;
  used := coalesce(used, 0);
  used_base := coalesce(used_base, 0);
end $$;
--> statement-breakpoint
-- accounting/sql/allocation_target.sql
create or replace function accounting.allocation_target(
  p_new accounting.payment_allocations,
  out customer_id uuid, out vendor_id uuid, out currency text, out made_on date, out amount numeric, out base_amount numeric,
  out is_usable boolean, out settled numeric, out settled_base numeric, out last_reversed date
)
  language plpgsql
as $$
begin
  if p_new.invoice_id is not null then
    select i.customer_id, i.currency, i.invoice_date, i.total_amount, i.base_amount,
      i.kind = 'invoice' and i.status not in ('draft', 'void')
    into customer_id, currency, made_on, amount, base_amount, is_usable
    from accounting.invoices i
    where i.tenant_id = p_new.tenant_id and i.company_id = p_new.company_id and i.id = p_new.invoice_id
    for no key update;
    select sum(a.amount) filter (where a.reversed_on is null), sum(a.base_amount) filter (where a.reversed_on is null),
      max(a.reversed_on)
    into settled, settled_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.invoice_id = p_new.invoice_id;
  elsif p_new.bill_id is not null then
    select b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount,
      b.kind = 'bill' and b.status not in ('draft', 'void')
    into vendor_id, currency, made_on, amount, base_amount, is_usable
    from accounting.bills b
    where b.tenant_id = p_new.tenant_id and b.company_id = p_new.company_id and b.id = p_new.bill_id
    for no key update;
    select sum(a.amount) filter (where a.reversed_on is null), sum(a.base_amount) filter (where a.reversed_on is null),
      max(a.reversed_on)
    into settled, settled_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.bill_id = p_new.bill_id;
  elsif p_new.refund_id is not null then
    select p.customer_id, p.vendor_id, p.currency, p.payment_date, p.amount, p.base_amount,
      p.is_refund and p.voided_on is null
    into customer_id, vendor_id, currency, made_on, amount, base_amount, is_usable
    from accounting.payments p
    where p.tenant_id = p_new.tenant_id and p.company_id = p_new.company_id and p.id = p_new.refund_id
    for no key update;
    select sum(a.amount) filter (where a.reversed_on is null), sum(a.base_amount) filter (where a.reversed_on is null),
      max(a.reversed_on)
    into settled, settled_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.refund_id = p_new.refund_id;
  end if;
  settled := coalesce(settled, 0);
  settled_base := coalesce(settled_base, 0);
end $$;
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
  elsif p_allocation.credit_note_id is not null then
    update accounting.invoices i
    set paid_amount = i.paid_amount + v_amount, paid_base_amount = i.paid_base_amount + v_source_base,
      status = case i.paid_amount + v_amount when i.total_amount then 'paid' when 0 then 'issued' else 'partly_paid' end
    where i.tenant_id = p_allocation.tenant_id and i.id = p_allocation.credit_note_id;
  else
    update accounting.bills b
    set paid_amount = b.paid_amount + v_amount, paid_base_amount = b.paid_base_amount + v_source_base,
      status = case b.paid_amount + v_amount when b.total_amount then 'paid' when 0 then 'approved' else 'partly_paid' end
    where b.tenant_id = p_allocation.tenant_id and b.id = p_allocation.vendor_credit_id;
  end if;
  if p_allocation.invoice_id is not null then
    update accounting.invoices i
    set paid_amount = i.paid_amount + v_amount, paid_base_amount = i.paid_base_amount + v_base,
      status = case i.paid_amount + v_amount when i.total_amount then 'paid' when 0 then 'issued' else 'partly_paid' end
    where i.tenant_id = p_allocation.tenant_id and i.id = p_allocation.invoice_id;
  elsif p_allocation.bill_id is not null then
    update accounting.bills b
    set paid_amount = b.paid_amount + v_amount, paid_base_amount = b.paid_base_amount + v_base,
      status = case b.paid_amount + v_amount when b.total_amount then 'paid' when 0 then 'approved' else 'partly_paid' end
    where b.tenant_id = p_allocation.tenant_id and b.id = p_allocation.bill_id;
  else
    update accounting.payments p
    set allocated_amount = p.allocated_amount + v_amount, allocated_base_amount = p.allocated_base_amount + v_base
    where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.refund_id;
  end if;
end $$;
--> statement-breakpoint
-- accounting/sql/write_entries.sql
create or replace function accounting.write_entries(
  p_entry_id uuid[], p_company_id uuid[], p_entry_date date[], p_description text[], p_reference text[],
  p_source text[], p_source_id uuid[], p_reverses_entry_id uuid[], p_idempotency_key text[], p_request_hash text[],
  p_line_entry int[], p_line_id uuid[], p_account_id uuid[], p_currency text[], p_debit numeric[], p_credit numeric[],
  p_base_debit numeric[], p_base_credit numeric[], p_is_exchange_difference boolean[], p_customer_id uuid[],
  p_vendor_id uuid[], p_line_description text[]
) returns table (entry_position int, entry_id uuid, is_new boolean, is_same_request boolean)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_books int;
  v_closed_through date;
  v_companies constant uuid[] := array(select distinct c from unnest(p_company_id) c order by 1);
  -- Positions that are not written: their key stands for an entry already.
  v_repeated int[];
begin
  if v_tenant is null then
    raise exception using errcode = 'ZT005', message = 'Posting needs a tenant scope';
  end if;
  -- Closing a period takes this lock FOR UPDATE: it waits for postings in flight, and later ones see it.
  select count(*), max(b.closed_through) into v_books, v_closed_through
  from (select closed_through from accounting.books
        where tenant_id = v_tenant and company_id = any (v_companies) order by company_id for key share) b;
  if v_books < cardinality(v_companies) then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart or books.create first';
  end if;

  v_repeated := accounting.insert_journal_entries(p_entry_id, p_company_id, p_entry_date, p_description, p_reference,
    p_source, p_source_id, p_reverses_entry_id, p_idempotency_key, p_request_hash);
  if cardinality(v_repeated) > 0 then
    return query
      select e.entry_position::int, n.id, false, n.request_hash = e.request_hash
      from unnest(p_company_id, p_idempotency_key, p_request_hash) with ordinality as e
        (company_id, idempotency_key, request_hash, entry_position)
      join accounting.journal_entries n
        on n.tenant_id = v_tenant and n.company_id = e.company_id and n.idempotency_key = e.idempotency_key
      where e.entry_position = any (v_repeated);
    if cardinality(v_repeated) = cardinality(p_entry_id) then
      return;
    end if;
  end if;

  if v_closed_through >= any (p_entry_date) and exists (
    select from unnest(p_company_id, p_entry_date) with ordinality as e (company_id, entry_date, entry_position)
    join accounting.books b on b.tenant_id = v_tenant and b.company_id = e.company_id
    where e.entry_date <= b.closed_through and e.entry_position <> all (v_repeated)
  ) then
    raise exception using errcode = 'ZT003',
      message = 'The date is in a closed period: post to an open one, or reopen the period';
  end if;

  -- All accounts of the batch in one order: two batches never wait for each other. What follows sees what they left.
  perform from accounting.account_balances b
  where b.tenant_id = v_tenant and b.account_id in (select a from unnest(p_account_id) a)
  order by b.account_id
  for no key update;

  perform accounting.check_entries(v_repeated, p_company_id, p_source, p_line_entry, p_account_id, p_currency, p_debit,
    p_credit, p_base_debit, p_base_credit, p_is_exchange_difference, p_customer_id, p_vendor_id);
  perform accounting.insert_journal_lines(v_repeated, p_entry_id, p_company_id, p_entry_date, p_line_entry, p_line_id,
    p_account_id, p_currency, p_debit, p_credit, p_base_debit, p_base_credit, p_is_exchange_difference, p_customer_id,
    p_vendor_id, p_line_description);
  if num_nonnulls(variadic p_customer_id) + num_nonnulls(variadic p_vendor_id) > 0 then
    perform accounting.update_party_balances(v_repeated, p_line_entry, p_customer_id, p_vendor_id, p_base_debit,
      p_base_credit);
  end if;
  return query
    select e.entry_position::int, e.id, true, true from unnest(p_entry_id) with ordinality as e (id, entry_position)
    where e.entry_position <> all (v_repeated);
end $$;
--> statement-breakpoint
-- accounting/sql/apply_allocation.sql
create or replace function accounting.apply_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_books accounting.books;
  v_source_account uuid;
  v_refund_account uuid;
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
  if new.refund_id is not null then
    select p.customer_id, p.vendor_id, p.account_id into v_customer, v_vendor, v_refund_account from accounting.payments p
    where p.tenant_id = new.tenant_id and p.id = new.refund_id;
  else
    select i.customer_id into v_customer from accounting.invoices i
    where i.tenant_id = new.tenant_id and i.id = new.invoice_id;
    select b.vendor_id into v_vendor from accounting.bills b
    where b.tenant_id = new.tenant_id and b.id = new.bill_id;
  end if;
  v_control := case when v_customer is not null then v_books.receivable_account_id else v_books.payable_account_id end;
  if v_vendor is not null then
    v_difference := -v_difference;
  end if;
  perform accounting.lock_accounts(
    array[new.company_id], array[v_source_account, v_refund_account, v_control, v_books.exchange_account_id]);
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
      message = 'The company has no books yet: call accounts.createStandardChart or books.create first';
  end if;
  select max(p.ends_on) into v_last from accounting.fiscal_periods p
  where p.tenant_id = new.tenant_id and p.company_id = new.company_id;
  if new.starts_on <> v_last + 1 then
    raise exception using errcode = 'ZT002', message = 'A period begins the day after the last one ends';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/check_refund.sql
create or replace function accounting.check_refund() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if new.amount is distinct from (
    select sum(a.amount) from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.refund_id = new.id and a.reversed_on is null
  ) then
    raise exception using errcode = 'ZT002',
      message = 'A refund is more than the credit that it pays back: name payments or credit notes with that much left';
  end if;
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/document_parties.sql
create or replace function accounting.document_parties(
  p_source text, p_tenant_id uuid, p_company_id uuid, p_party_id uuid, out seller jsonb, out buyer jsonb
)
  language plpgsql
as $$
begin
  select jsonb_build_object('name', c.name, 'taxId', c.tax_id, 'email', c.email, 'phone', c.phone, 'address', c.address,
      'city', null, 'state', null, 'postalCode', null, 'country', null)
  into seller
  from tenancy.companies c where c.tenant_id = p_tenant_id and c.id = p_company_id;
  if p_source = 'invoice' then
    select jsonb_build_object('name', c.name, 'taxId', c.tax_id, 'email', c.email, 'phone', c.phone, 'address', c.address,
        'city', c.city, 'state', c.state, 'postalCode', c.postal_code, 'country', c.country)
    into buyer
    from accounting.customers c where c.tenant_id = p_tenant_id and c.id = p_party_id;
    return;
  end if;
  buyer := seller;
  select jsonb_build_object('name', v.name, 'taxId', v.tax_id, 'email', v.email, 'phone', v.phone, 'address', v.address,
      'city', v.city, 'state', v.state, 'postalCode', v.postal_code, 'country', v.country)
  into seller
  from accounting.vendors v where v.tenant_id = p_tenant_id and v.id = p_party_id;
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
  if new.refund_id is not null and exists (
    select from accounting.payments p
    where p.tenant_id = new.tenant_id and p.id = new.refund_id and p.voided_on is distinct from new.reversed_on
  ) then
    raise exception using errcode = 'ZT003', message = 'The credit was paid back by a refund: void the refund';
  end if;
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
-- accounting/sql/post_payments.sql
create or replace function accounting.post_payments() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_entry record;
  v_line record;
begin
  select array_agg(gen_random_uuid()) as id, array_agg(w.company_id order by w.id) as company_id,
    array_agg(w.payment_date order by w.id) as entry_date,
    array_agg(case w.direction when 'in' then case when w.is_refund then 'Refund received' else 'Payment received' end
      else case when w.is_refund then 'Refund made' else 'Payment made' end end order by w.id) as description,
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
        when p.customer_id is not null then b.receivable_account_id else b.payable_account_id end as account_id
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
-- accounting/sql/prepare_allocation.sql
create or replace function accounting.prepare_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_closed_through date;
  v_source record;
  v_target record;
  v_last_reversed date;
  v_problem text;
  v_excess text;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if new.reversed_on is not null then
    raise exception using errcode = 'ZT003', message = 'A new allocation stands: take it back afterwards';
  end if;
  -- Refunds are locked before the payments that they pay back, and those before documents.
  if new.refund_id is not null then
    perform accounting.lock_allocation(new);
  end if;
  v_source := accounting.allocation_source(new);
  if v_source.is_usable is null then
    raise exception using errcode = 'ZT004', message = 'There is no such payment or credit note';
  end if;
  v_target := accounting.allocation_target(new);
  if v_target.is_usable is null then
    raise exception using errcode = 'ZT004', message = 'There is no such invoice, bill or refund';
  end if;
  select b.closed_through into v_closed_through from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  for key share;

  v_last_reversed := greatest(v_source.last_reversed, v_target.last_reversed);
  new.allocated_on := coalesce(new.allocated_on, case when new.refund_id is not null then v_target.made_on end,
    greatest(current_date, v_source.made_on, v_target.made_on, v_last_reversed));
  v_problem := case
    when not v_source.is_usable then 'What is allocated is a payment that is not void, or an issued or approved credit note'
    when not v_target.is_usable then 'What is settled is an issued invoice, an approved bill, or a refund that is not void'
    when (v_source.customer_id, v_source.vendor_id) is distinct from (v_target.customer_id, v_target.vendor_id)
      then 'The payment or credit note and the document are not of the same customer or vendor'
    when v_source.currency <> v_target.currency
      then 'The payment or credit note and the document are in different currencies'
    when new.allocated_on < greatest(v_source.made_on, v_target.made_on)
      then 'An allocation is not dated before what it allocates and what it settles: choose a later date'
    -- An earlier date could show more settled than was due on a past day.
    when new.allocated_on < v_last_reversed
      then 'An allocation is not dated before an earlier one of the same payment or document was taken back: choose a later date'
    when new.refund_id is not null and new.allocated_on <> v_target.made_on
      then 'A refund pays back its credit on its own date: leave allocated_on out'
    when new.allocated_on <= v_closed_through
      then 'The date is in a closed period: post to an open one, or reopen the period'
  end;
  v_excess := case
    when v_problem is not null then null
    when new.amount <> round(new.amount, tenancy.currency_exponent(v_target.currency))
      then 'The amount has more decimals than its currency'
    when new.amount > v_target.amount - v_target.settled then 'The amount is more than is due on the document'
    when new.amount > v_source.amount - v_source.used then 'The amount is more than is left of the payment or credit note'
  end;
  if v_problem is not null or v_excess is not null then
    if exists (select from accounting.payment_allocations a where a.tenant_id = new.tenant_id and a.id = new.id) then
      -- The row is there already: it is refused by its key, or ON CONFLICT leaves it as it is.
      return new;
    end if;
    raise exception using errcode = case when v_problem is null then 'ZT002' else 'ZT003' end,
      message = coalesce(v_problem, v_excess);
  end if;

  new.base_amount := accounting.base_part(
    new.amount, v_target.amount, v_target.settled, v_target.base_amount, v_target.settled_base);
  new.source_base_amount := accounting.base_part(
    new.amount, v_source.amount, v_source.used, v_source.base_amount, v_source.used_base);
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/prepare_payment.sql
create or replace function accounting.prepare_payment() returns trigger
  language plpgsql
as $$
declare
  v_books accounting.books;
  v_account accounting.accounts;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  select b.* into v_books from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if not found then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart or books.create first';
  end if;
  -- A payment whose external id exists is not written again: ON CONFLICT decides that after this trigger.
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

  if new.amount <> round(new.amount, tenancy.currency_exponent(new.currency)) then
    raise exception using errcode = 'ZT002', message = 'The amount has more decimals than its currency';
  end if;
  if new.currency = v_books.base_currency then
    new.exchange_rate := 1;
  elsif new.exchange_rate is null then
    select x.rate into new.exchange_rate
    from accounting.last_exchange_rate(new.tenant_id, new.company_id, new.currency, new.payment_date) x;
    if not found then
      raise exception using errcode = 'ZT003',
        message = 'There is no exchange rate for the currency on that date: set one, or give the rate';
    end if;
  end if;
  new.base_amount := round(new.amount * new.exchange_rate, 2);
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/value_document.sql
create or replace function accounting.value_document() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_date date;
  v_parties record;
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
      message = 'The company has no books yet: call accounts.createStandardChart or books.create first';
  elsif new.exchange_rate is null then
    raise exception using errcode = 'ZT003',
      message = 'There is no exchange rate for this currency on the document''s date: set one, or give the document its own';
  end if;
  new.base_amount := round(new.total_amount * new.exchange_rate, 2);
  if tg_table_name = 'bills' then
    v_parties := accounting.document_parties('bill', new.tenant_id, new.company_id, new.vendor_id);
  else
    v_parties := accounting.document_parties('invoice', new.tenant_id, new.company_id, new.customer_id);
  end if;
  new.seller := v_parties.seller;
  new.buyer := v_parties.buyer;
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
-- accounting/sql/void_payment.sql
create or replace function accounting.void_payment() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_books accounting.books;
  v_entry uuid;
  -- Those that stand: what the payment settles, or what a refund pays back.
  v_allocations constant uuid[] := array(
    select a.id from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.payment_id = new.id and a.reversed_on is null
    union all
    select a.id from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.refund_id = new.id and a.reversed_on is null);
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if not new.is_refund and exists (
    select from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.id = any (v_allocations) and a.refund_id is not null
  ) then
    raise exception using errcode = 'ZT003', message = 'The payment was given back by a refund: void the refund first';
  elsif exists (
    select from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.payment_id = new.id and coalesce(a.reversed_on, a.allocated_on) > new.voided_on
  ) then
    raise exception using errcode = 'ZT003',
      message = 'A payment is not voided before its allocations were made or taken back: choose a later date';
  end if;
  -- Payments and documents are locked in the order of their ids, then accounts, as everywhere.
  if new.is_refund then
    perform from accounting.payments p where p.tenant_id = new.tenant_id and p.id in (
      select a.payment_id from accounting.payment_allocations a
      where a.tenant_id = new.tenant_id and a.id = any (v_allocations))
    order by p.id for no key update;
  end if;
  perform from accounting.invoices i where i.tenant_id = new.tenant_id and i.id in (
    select coalesce(a.invoice_id, a.credit_note_id) from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.id = any (v_allocations))
  order by i.id for no key update;
  perform from accounting.bills b where b.tenant_id = new.tenant_id and b.id in (
    select coalesce(a.bill_id, a.vendor_credit_id) from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.id = any (v_allocations))
  order by b.id for no key update;
  select b.* into v_books from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if new.currency <> v_books.base_currency then
    perform accounting.lock_accounts(array[new.company_id], array[
      new.account_id, v_books.exchange_account_id,
      case when new.customer_id is null then v_books.payable_account_id else v_books.receivable_account_id end]);
  end if;
  update accounting.payment_allocations a set reversed_on = new.voided_on
  where a.tenant_id = new.tenant_id and a.id = any (v_allocations);
  select e.id into v_entry from accounting.journal_entries e
  where e.tenant_id = new.tenant_id and e.source_id = new.id and e.source = 'payment';
  perform from accounting.write_reversals(
    array[v_entry], array[gen_random_uuid()], array[new.voided_on], array['payment_void'], array[new.id],
    array['Payment voided']);
  return null;
end $$;
--> statement-breakpoint
select tenancy.protect_function('accounting.lock_allocation(accounting.payment_allocations)', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.allocation_source(accounting.payment_allocations)', null, '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.allocation_target(accounting.payment_allocations)', null, '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.count_allocation(accounting.payment_allocations, integer)', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.write_entries(uuid[], uuid[], date[], text[], text[], text[], uuid[], uuid[], text[], text[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], uuid[], uuid[], text[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.apply_allocation()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.begin_period()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.check_refund()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.document_parties(text, uuid, uuid, uuid)', null, '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.guard_take_back()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.post_payments()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.prepare_allocation()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.prepare_payment()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.value_document()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.void_payment()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
create or replace trigger guard_second_void before update of voided_on on accounting.payments
  for each row when (old.voided_on is not null and new.voided_on is distinct from old.voided_on)
  execute function tenancy.refuse('ZT003', 'The payment is void already');
--> statement-breakpoint
create or replace trigger guard_void_date before update of voided_on on accounting.payments
  for each row when (old.voided_on is null and new.voided_on < new.payment_date)
  execute function tenancy.refuse('ZT003', 'A payment is not voided before its own date: choose that date or a later one');
--> statement-breakpoint
create or replace trigger void_payment after update of voided_on on accounting.payments
  for each row when (old.voided_on is null and new.voided_on is not null) execute function accounting.void_payment();
--> statement-breakpoint
create or replace trigger check_refund after insert on accounting.payments
  for each row when (new.is_refund) execute function accounting.check_refund();
--> statement-breakpoint
create or replace trigger write_audit after update or delete on accounting.payments
  for each row when (current_user <> 'ledger_writer') execute function tenancy.write_audit();
--> statement-breakpoint
create or replace trigger freeze_columns before update on accounting.bills
  for each row when (old.status <> 'draft' and (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.vendor_id is distinct from old.vendor_id
    or new.kind is distinct from old.kind
    or new.credited_bill_id is distinct from old.credited_bill_id
    or new.bill_number is distinct from old.bill_number
    or new.bill_date is distinct from old.bill_date
    or new.due_date is distinct from old.due_date
    or new.total_amount is distinct from old.total_amount
    or new.currency is distinct from old.currency
    or new.exchange_rate is distinct from old.exchange_rate
    or new.base_amount is distinct from old.base_amount
    or new.external_id is distinct from old.external_id
    or new.seller is distinct from old.seller
    or new.buyer is distinct from old.buyer
    or new.approved_at is distinct from old.approved_at
    or new.approved_by is distinct from old.approved_by
    or new.created_at is distinct from old.created_at
    or (current_user <> 'ledger_writer' and (new.paid_amount is distinct from old.paid_amount
    or new.paid_base_amount is distinct from old.paid_base_amount))))
  execute function tenancy.refuse('ZT003', 'This bill is no draft and cannot be changed: void it and make another');
--> statement-breakpoint
create or replace trigger freeze_columns before update on accounting.invoices
  for each row when (old.status <> 'draft' and (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.customer_id is distinct from old.customer_id
    or new.kind is distinct from old.kind
    or new.credited_invoice_id is distinct from old.credited_invoice_id
    or new.invoice_number is distinct from old.invoice_number
    or new.invoice_date is distinct from old.invoice_date
    or new.due_date is distinct from old.due_date
    or new.total_amount is distinct from old.total_amount
    or new.currency is distinct from old.currency
    or new.exchange_rate is distinct from old.exchange_rate
    or new.base_amount is distinct from old.base_amount
    or new.external_id is distinct from old.external_id
    or new.seller is distinct from old.seller
    or new.buyer is distinct from old.buyer
    or new.billing_country is distinct from old.billing_country
    or new.issued_at is distinct from old.issued_at
    or new.created_at is distinct from old.created_at
    or (current_user <> 'ledger_writer' and (new.paid_amount is distinct from old.paid_amount
    or new.paid_base_amount is distinct from old.paid_base_amount))))
  execute function tenancy.refuse('ZT003', 'This invoice is no draft and cannot be changed: void it and make another');
--> statement-breakpoint
create or replace trigger freeze_columns before update on accounting.payment_allocations
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.payment_id is distinct from old.payment_id
    or new.credit_note_id is distinct from old.credit_note_id
    or new.vendor_credit_id is distinct from old.vendor_credit_id
    or new.invoice_id is distinct from old.invoice_id
    or new.bill_id is distinct from old.bill_id
    or new.refund_id is distinct from old.refund_id
    or new.amount is distinct from old.amount
    or new.base_amount is distinct from old.base_amount
    or new.source_base_amount is distinct from old.source_base_amount
    or new.allocated_on is distinct from old.allocated_on
    or new.created_at is distinct from old.created_at)
  execute function tenancy.refuse('ZT003', 'An allocation cannot be changed: take it back and make another');
--> statement-breakpoint
-- accounting/sql/violations_of_parties.sql
create or replace view accounting.violations_of_parties (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- The balance of a customer or vendor is the sum of their lines on the control account.
select n.tenant_id, n.kind, n.company_id,
  case n.kind when 'customer_balance_differs' then 'accounting.customers' else 'accounting.vendors' end, n.party_id,
  case n.kind when 'customer_balance_differs'
    then 'The balance is not the sum of the customer''s lines on the receivable account'
    else 'The balance is not the sum of the vendor''s lines on the payable account' end
from (
  select 'customer_balance_differs' as kind, c.tenant_id, c.company_id, c.id as party_id, -c.balance as amount
  from accounting.customers c
  union all
  select 'vendor_balance_differs' as kind, v.tenant_id, v.company_id, v.id, -v.balance from accounting.vendors v
  union all
  select 'customer_balance_differs' as kind, l.tenant_id, l.company_id, l.customer_id, l.base_debit - l.base_credit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.receivable_account_id = l.account_id
  where l.customer_id is not null
  union all
  select 'vendor_balance_differs' as kind, l.tenant_id, l.company_id, l.vendor_id, l.base_credit - l.base_debit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.payable_account_id = l.account_id
  where l.vendor_id is not null
) n
group by n.tenant_id, n.kind, n.company_id, n.party_id
having sum(n.amount) <> 0
union all
-- Open documents less what is unallocated are the receivable or payable account, per party and on every day: what
-- changed them on a day is what was posted on it. An allocation changes them by the difference of its two base amounts.
select d.tenant_id, d.kind, d.company_id,
  case d.kind when 'receivables_differ' then 'accounting.customers' else 'accounting.vendors' end, d.party_id,
  case d.kind when 'receivables_differ' then 'Documents and receivable account changed differently on '
    else 'Documents and payable account changed differently on ' end || to_char(d.day, 'YYYY-MM-DD')
from (
  select r.kind, r.tenant_id, r.company_id, r.party_id, step.day, step.sign * r.amount as amount
  from (
    select 'receivables_differ' as kind, i.tenant_id, i.company_id, i.customer_id as party_id,
      i.invoice_date as made_on, i.voided_on as ended_on,
      case i.kind when 'credit_note' then -i.base_amount else i.base_amount end as amount
    from accounting.invoices i where i.status <> 'draft'
    union all
    select 'payables_differ' as kind, b.tenant_id, b.company_id, b.vendor_id, b.bill_date, b.voided_on,
      case b.kind when 'credit_note' then -b.base_amount else b.base_amount end
    from accounting.bills b where b.status <> 'draft'
    union all
    select 'receivables_differ' as kind, p.tenant_id, p.company_id, p.customer_id, p.payment_date, p.voided_on,
      case when p.is_refund then p.base_amount else -p.base_amount end
    from accounting.payments p where p.customer_id is not null
    union all
    select 'payables_differ' as kind, p.tenant_id, p.company_id, p.vendor_id, p.payment_date, p.voided_on,
      case when p.is_refund then p.base_amount else -p.base_amount end
    from accounting.payments p where p.vendor_id is not null
    union all
    select 'receivables_differ' as kind, a.tenant_id, a.company_id, i.customer_id, a.allocated_on, a.reversed_on,
      a.source_base_amount - a.base_amount
    from accounting.payment_allocations a
    join accounting.invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
    union all
    select 'payables_differ' as kind, a.tenant_id, a.company_id, b.vendor_id, a.allocated_on, a.reversed_on,
      a.source_base_amount - a.base_amount
    from accounting.payment_allocations a
    join accounting.bills b on b.tenant_id = a.tenant_id and b.id = a.bill_id
    union all
    select 'receivables_differ' as kind, a.tenant_id, a.company_id, p.customer_id, a.allocated_on, a.reversed_on,
      a.source_base_amount - a.base_amount
    from accounting.payment_allocations a
    join accounting.payments p on p.tenant_id = a.tenant_id and p.id = a.refund_id and p.customer_id is not null
    union all
    select 'payables_differ' as kind, a.tenant_id, a.company_id, p.vendor_id, a.allocated_on, a.reversed_on,
      a.source_base_amount - a.base_amount
    from accounting.payment_allocations a
    join accounting.payments p on p.tenant_id = a.tenant_id and p.id = a.refund_id and p.vendor_id is not null
  ) r
  cross join lateral (values (r.made_on, 1), (r.ended_on, -1)) step (day, sign)
  where step.day is not null
  union all
  select 'receivables_differ' as kind, l.tenant_id, l.company_id, l.customer_id, l.entry_date, l.base_credit - l.base_debit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.receivable_account_id = l.account_id
  where l.customer_id is not null
  union all
  select 'payables_differ' as kind, l.tenant_id, l.company_id, l.vendor_id, l.entry_date, l.base_debit - l.base_credit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.payable_account_id = l.account_id
  where l.vendor_id is not null
) d
group by d.tenant_id, d.kind, d.company_id, d.party_id, d.day
having sum(d.amount) <> 0;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_parties', '{authenticated,platform}');
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
--> statement-breakpoint
-- accounting/sql/violations_of_allocations.sql
create or replace view accounting.violations_of_allocations (tenant_id, kind, company_id, record_table, record_id, detail)
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
    select p.tenant_id, p.company_id, 'accounting.payments' as record_table, p.id, p.amount, p.base_amount,
      p.allocated_amount, p.allocated_base_amount, 0, 0, case when p.is_refund and p.voided_on is null then p.amount else 0 end
    from accounting.payments p
    union all
    select a.tenant_id, a.company_id, side.record_table, side.id, 0, 0, 0, 0, a.amount, side.base_amount, 0
    from accounting.payment_allocations a
    cross join lateral (values
      ('accounting.invoices', a.invoice_id, a.base_amount),
      ('accounting.bills', a.bill_id, a.base_amount),
      ('accounting.payments', a.payment_id, a.source_base_amount),
      ('accounting.payments', a.refund_id, a.base_amount),
      ('accounting.invoices', a.credit_note_id, a.source_base_amount),
      ('accounting.bills', a.vendor_credit_id, a.source_base_amount)
    ) side (record_table, id, base_amount)
    where a.reversed_on is null and side.id is not null
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
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_allocations', '{authenticated,platform}');
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
    hash_record_extended(row(step.day, coalesce(i.customer_id, b.vendor_id, r.customer_id, r.vendor_id), o.base_currency, null::text,
      difference.amount, difference.amount), 0), null::bigint as account
  from accounting.payment_allocations a
  left join accounting.books o on o.tenant_id = a.tenant_id and o.company_id = a.company_id
  left join accounting.invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
  left join accounting.bills b on b.tenant_id = a.tenant_id and b.id = a.bill_id
  left join accounting.payments r on r.tenant_id = a.tenant_id and r.id = a.refund_id
  cross join lateral (values ('allocation', a.allocated_on, 1), ('allocation_void', a.reversed_on, -1))
    step (source, day, sign)
  cross join lateral (
    select step.sign * case when num_nonnulls(i.customer_id, r.customer_id) = 0 then -1 else 1 end
      * (a.source_base_amount - a.base_amount) as amount
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
select tenancy.leave_role('audit_writer');
--> statement-breakpoint
select tenancy.leave_role('ledger_writer');
--> statement-breakpoint
select set_config('check_function_bodies', 'on', true);
