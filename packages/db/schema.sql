-- The database after all migrations, read from its catalogue. Made by `pnpm db:generate`: do not edit.
-- A difference to a real database is reported block by block.

-- schema accounting
CREATE SCHEMA accounting;

-- grants accounting
GRANT USAGE ON SCHEMA accounting TO authenticated;
GRANT USAGE ON SCHEMA accounting TO platform;

-- schema auth
CREATE SCHEMA auth;

-- grants auth
GRANT USAGE ON SCHEMA auth TO identity;
GRANT USAGE ON SCHEMA auth TO membership_keeper;
GRANT USAGE ON SCHEMA auth TO self_service;

-- schema sales
CREATE SCHEMA sales;

-- grants sales
GRANT USAGE ON SCHEMA sales TO authenticated;
GRANT USAGE ON SCHEMA sales TO platform;

-- schema self
CREATE SCHEMA self;

-- grants self
GRANT USAGE ON SCHEMA self TO authenticated;
GRANT USAGE ON SCHEMA self TO self_service;

-- schema tenancy
CREATE SCHEMA tenancy;

-- grants tenancy
GRANT USAGE ON SCHEMA tenancy TO audit_sealer;
GRANT USAGE ON SCHEMA tenancy TO audit_writer;
GRANT USAGE ON SCHEMA tenancy TO authenticated;
GRANT USAGE ON SCHEMA tenancy TO membership_keeper;
GRANT USAGE ON SCHEMA tenancy TO platform;

-- function accounting.allocation_source(accounting.payment_allocations)
CREATE OR REPLACE FUNCTION accounting.allocation_source(p_new accounting.payment_allocations, OUT customer_id uuid, OUT vendor_id uuid, OUT currency text, OUT made_on date, OUT amount numeric, OUT base_amount numeric, OUT is_usable boolean, OUT used numeric, OUT used_base numeric, OUT last_reversed date)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
begin
  if p_new.payment_id is not null then
    select p.customer_id, p.vendor_id, p.currency, p.payment_date, p.amount, p.base_amount - p.exchange_difference,
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
end $function$;

-- grants accounting.allocation_source(accounting.payment_allocations)
GRANT EXECUTE ON FUNCTION accounting.allocation_source(accounting.payment_allocations) TO ledger_writer;

-- function accounting.allocation_target(accounting.payment_allocations)
CREATE OR REPLACE FUNCTION accounting.allocation_target(p_new accounting.payment_allocations, OUT customer_id uuid, OUT vendor_id uuid, OUT currency text, OUT made_on date, OUT amount numeric, OUT base_amount numeric, OUT is_usable boolean, OUT settled numeric, OUT settled_base numeric, OUT last_reversed date)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
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
    select p.customer_id, p.vendor_id, p.currency, p.payment_date, p.amount, p.base_amount - p.exchange_difference,
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
end $function$;

-- grants accounting.allocation_target(accounting.payment_allocations)
GRANT EXECUTE ON FUNCTION accounting.allocation_target(accounting.payment_allocations) TO ledger_writer;

-- function accounting.apply_allocation()
CREATE OR REPLACE FUNCTION accounting.apply_allocation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.apply_allocation() OWNER TO ledger_writer;

-- grants accounting.apply_allocation()
GRANT EXECUTE ON FUNCTION accounting.apply_allocation() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.apply_allocation() TO platform;

-- function accounting.base_part(numeric, numeric, numeric, numeric, numeric, integer)
CREATE OR REPLACE FUNCTION accounting.base_part(part numeric, amount numeric, used numeric, base_amount numeric, used_base numeric, decimals integer)
 RETURNS numeric
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (part = (amount - used)) THEN (base_amount - used_base) ELSE LEAST(round(((part * base_amount) / amount), decimals), (base_amount - used_base)) END;

-- grants accounting.base_part(numeric, numeric, numeric, numeric, numeric, integer)
GRANT EXECUTE ON FUNCTION accounting.base_part(numeric, numeric, numeric, numeric, numeric, integer) TO ledger_writer;

-- function accounting.begin_period()
CREATE OR REPLACE FUNCTION accounting.begin_period()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.begin_period() OWNER TO ledger_writer;

-- grants accounting.begin_period()
GRANT EXECUTE ON FUNCTION accounting.begin_period() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.begin_period() TO platform;

-- function accounting.check_account_parent()
CREATE OR REPLACE FUNCTION accounting.check_account_parent()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.check_account_parent() OWNER TO ledger_writer;

-- grants accounting.check_account_parent()
GRANT EXECUTE ON FUNCTION accounting.check_account_parent() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.check_account_parent() TO platform;

-- function accounting.check_books()
CREATE OR REPLACE FUNCTION accounting.check_books()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.check_books() OWNER TO ledger_writer;

-- grants accounting.check_books()
GRANT EXECUTE ON FUNCTION accounting.check_books() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.check_books() TO platform;

-- function accounting.check_credits(text, uuid[])
CREATE OR REPLACE FUNCTION accounting.check_credits(p_source text, p_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_credited constant uuid[] := array(
    select distinct d.credited_id from accounting.documents(p_source) d
    where d.tenant_id = v_tenant and d.id = any (p_ids) and d.credited_id is not null);
  v_company uuid[];
  v_account uuid[];
begin
  if v_credited = '{}' then
    return;
  end if;
  if p_source = 'invoice' then
    perform from accounting.invoices i where i.tenant_id = v_tenant and i.id = any (v_credited) order by i.id for no key update;
  else
    perform from accounting.bills b where b.tenant_id = v_tenant and b.id = any (v_credited) order by b.id for no key update;
  end if;
  if exists (
    select from accounting.documents(p_source) d
    join accounting.documents(p_source) c on c.tenant_id = v_tenant and c.id = d.credited_id
    where d.tenant_id = v_tenant and d.id = any (p_ids)
      and (c.is_credit or c.status in ('draft', 'void') or c.currency <> d.currency or c.document_date > d.document_date
        or num_nonnulls(c.customer_id, d.customer_id) = 2 and c.customer_id <> d.customer_id
        or num_nonnulls(c.vendor_id, d.vendor_id) = 2 and c.vendor_id <> d.vendor_id)
  ) then
    raise exception using errcode = 'ZT003',
      message = 'A credit note takes back a document that is owed, of the same party and currency, on its date or later';
  end if;
  if exists (
    select from unnest(v_credited) as t (id)
    join accounting.documents(p_source) c on c.tenant_id = v_tenant and c.id = t.id
    where c.total_amount < (
      select sum(n.total_amount) from accounting.documents(p_source) n
      where n.tenant_id = v_tenant and n.credited_id = t.id and n.status not in ('draft', 'void'))
  ) then
    raise exception using errcode = 'ZT002', message = 'The credit notes of the document would come to more than its total';
  end if;
  -- A credit note in another currency posts an exchange difference as well when the same transaction allocates it. The
  -- accounts of both entries are locked here, in one order.
  select array_agg(distinct d.company_id), array_agg(distinct a.id) into v_company, v_account
  from accounting.documents(p_source) d
  join accounting.books b on b.tenant_id = v_tenant and b.company_id = d.company_id and b.base_currency <> d.currency
  left join lateral (
    select n.account_id from accounting.document_lines(p_source) n
    where n.tenant_id = v_tenant and n.document_id = d.id offset 0
  ) l on true
  cross join lateral unnest(array[b.receivable_account_id, b.payable_account_id, b.sales_account_id, b.purchases_account_id,
    b.exchange_account_id, l.account_id]) a (id)
  where d.tenant_id = v_tenant and d.id = any (p_ids);
  if v_account is not null then
    perform accounting.lock_accounts(v_company, v_account);
  end if;
end $function$;
ALTER FUNCTION accounting.check_credits(text, uuid[]) OWNER TO ledger_writer;

-- function accounting.check_entries(integer[], uuid[], text[], integer[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], uuid[], uuid[])
CREATE OR REPLACE FUNCTION accounting.check_entries(p_repeated integer[], p_company_id uuid[], p_source text[], p_line_entry integer[], p_account_id uuid[], p_currency text[], p_debit numeric[], p_credit numeric[], p_base_debit numeric[], p_base_credit numeric[], p_is_exchange_difference boolean[], p_customer_id uuid[], p_vendor_id uuid[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_problem text;
begin
  -- What belongs to the entry of a line is found by subscript: a join of two arrays would be a nested loop.
  select c.problem into v_problem
  from (
    select g.entry_position, case
      when sum(g.lines) < 2 then 'needs two lines or more'
      when bool_or(g.unrated) then 'needs an exchange rate: set one for its currency, or give the line a rate'
      when bool_or(g.unknown_account) then 'names an account that the company does not have'
      when bool_or(g.is_archived) then 'names an archived account: restore it, or take another'
      when bool_or(g.wrong_party)
        then 'has a receivable or payable without its customer or vendor, or one on another account'
      when bool_or(g.wrong_currency) then 'has a line in another currency than its account'
      when bool_or(g.wrong_scale) then 'has an amount with more decimals than its currency has'
      when bool_or(g.wrong_base) then 'has a line in base currency whose base amount differs'
      when bool_or(g.wrong_difference)
        then 'has an exchange difference that is not in base currency on the books'' exchange account'
      when bool_or(g.off <> 0) then 'is not balanced: debits and credits of a currency differ'
      when sum(g.base_off) <> 0 then 'is not balanced in base currency: add a line for the exchange difference'
    end as problem
    from (
      select l.entry_position, l.currency, count(*) as lines,
        sum(l.debit - l.credit) filter (where not l.is_exchange_difference) as off,
        sum(l.base_debit - l.base_credit) as base_off,
        bool_or(l.base_debit + l.base_credit is null) as unrated,
        bool_or(a.id is null) as unknown_account,
        bool_or(not a.is_active and p_source[l.entry_position] in ('manual', 'invoice', 'bill', 'payment'))
          as is_archived,
        -- The books are locked by now: an account that was no control account when the caller looked may be one.
        bool_or((l.account_id = b.receivable_account_id) <> (l.customer_id is not null)
          or (l.account_id = b.payable_account_id) <> (l.vendor_id is not null)) as wrong_party,
        bool_or(a.currency <> l.currency) as wrong_currency,
        -- What takes something back has the amounts that were posted, of books from before this rule too.
        bool_or(p_source[l.entry_position] in ('manual', 'invoice', 'bill', 'payment', 'allocation')
          and (l.debit + l.credit <> round(l.debit + l.credit, tenancy.currency_exponent(l.currency)) or l.base_debit
            + l.base_credit <> round(l.base_debit + l.base_credit, tenancy.currency_exponent(b.base_currency))))
          as wrong_scale,
        bool_or(l.currency = b.base_currency and (l.debit <> l.base_debit or l.credit <> l.base_credit)) as wrong_base,
        bool_or(l.is_exchange_difference
          and (l.currency <> b.base_currency or l.account_id <> b.exchange_account_id)) as wrong_difference
      from unnest(p_line_entry, p_account_id, p_currency, p_debit, p_credit, p_base_debit, p_base_credit,
          p_is_exchange_difference, p_customer_id, p_vendor_id) as l
        (entry_position, account_id, currency, debit, credit, base_debit, base_credit, is_exchange_difference,
         customer_id, vendor_id)
      left join accounting.books b on b.tenant_id = v_tenant and b.company_id = p_company_id[l.entry_position]
      left join accounting.accounts a
        on a.tenant_id = v_tenant and a.company_id = b.company_id and a.id = l.account_id
      where l.entry_position <> all (p_repeated)
      group by l.entry_position, l.currency
    ) g
    group by g.entry_position
  ) c
  where c.problem is not null
  order by c.entry_position limit 1;
  if found then
    raise exception using errcode = 'ZT002', message = format('The entry %s', v_problem);
  end if;
  if (select count(distinct l) from unnest(p_line_entry) l where l <> all (p_repeated))
      < cardinality(p_company_id) - cardinality(p_repeated) then
    raise exception using errcode = 'ZT002', message = 'The entry needs two lines or more';
  end if;
end $function$;
ALTER FUNCTION accounting.check_entries(integer[], uuid[], text[], integer[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], uuid[], uuid[]) OWNER TO ledger_writer;

-- function accounting.check_refund()
CREATE OR REPLACE FUNCTION accounting.check_refund()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.check_refund() OWNER TO ledger_writer;

-- grants accounting.check_refund()
GRANT EXECUTE ON FUNCTION accounting.check_refund() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.check_refund() TO platform;

-- function accounting.close_books()
CREATE OR REPLACE FUNCTION accounting.close_books()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.close_books() OWNER TO ledger_writer;

-- grants accounting.close_books()
GRANT EXECUTE ON FUNCTION accounting.close_books() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.close_books() TO platform;

-- function accounting.count_allocation(accounting.payment_allocations, integer)
CREATE OR REPLACE FUNCTION accounting.count_allocation(p_allocation accounting.payment_allocations, p_sign integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.count_allocation(accounting.payment_allocations, integer) OWNER TO ledger_writer;

-- function accounting.count_invoice_numbers(uuid[])
CREATE OR REPLACE FUNCTION accounting.count_invoice_numbers(p_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.count_invoice_numbers(uuid[]) OWNER TO number_writer;

-- grants accounting.count_invoice_numbers(uuid[])
GRANT EXECUTE ON FUNCTION accounting.count_invoice_numbers(uuid[]) TO ledger_writer;

-- function accounting.define_series(uuid, text, text, text, integer)
CREATE OR REPLACE FUNCTION accounting.define_series(p_company_id uuid, p_kind text, p_year text, p_prefix text, p_padding integer)
 RETURNS tenancy.number_series
 LANGUAGE plpgsql
AS $function$
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
end $function$;
ALTER FUNCTION accounting.define_series(uuid, text, text, text, integer) OWNER TO number_writer;

-- function accounting.document_lines(text)
CREATE OR REPLACE FUNCTION accounting.document_lines(p_source text)
 RETURNS TABLE(tenant_id uuid, document_id uuid, line_number integer, account_id uuid, currency text, amount numeric)
 LANGUAGE sql
 STABLE
AS $function$
  select l.tenant_id, l.invoice_id, l.line_number, l.account_id, l.currency, l.amount
  from accounting.invoice_lines l where p_source = 'invoice'
  union all
  select l.tenant_id, l.bill_id, l.line_number, l.account_id, l.currency, l.amount
  from accounting.bill_lines l where p_source = 'bill'
$function$;

-- grants accounting.document_lines(text)
GRANT EXECUTE ON FUNCTION accounting.document_lines(text) TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.document_lines(text) TO platform;

-- function accounting.document_parties(text, uuid, uuid, uuid)
CREATE OR REPLACE FUNCTION accounting.document_parties(p_source text, p_tenant_id uuid, p_company_id uuid, p_party_id uuid, OUT seller jsonb, OUT buyer jsonb)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
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
end $function$;

-- grants accounting.document_parties(text, uuid, uuid, uuid)
GRANT EXECUTE ON FUNCTION accounting.document_parties(text, uuid, uuid, uuid) TO ledger_writer;

-- function accounting.documents(text)
CREATE OR REPLACE FUNCTION accounting.documents(p_source text)
 RETURNS TABLE(tenant_id uuid, id uuid, company_id uuid, customer_id uuid, vendor_id uuid, document_date date, number text, is_credit boolean, credited_id uuid, status text, currency text, total_amount numeric, exchange_rate numeric, base_amount numeric, voided_on date)
 LANGUAGE sql
 STABLE
AS $function$
  select i.tenant_id, i.id, i.company_id, i.customer_id, null::uuid, i.invoice_date, i.invoice_number,
    i.kind = 'credit_note', i.credited_invoice_id, i.status, i.currency, i.total_amount,
    i.exchange_rate, i.base_amount, i.voided_on
  from accounting.invoices i where p_source = 'invoice'
  union all
  select b.tenant_id, b.id, b.company_id, null::uuid, b.vendor_id, b.bill_date, b.bill_number,
    b.kind = 'credit_note', b.credited_bill_id, b.status, b.currency, b.total_amount,
    b.exchange_rate, b.base_amount, b.voided_on
  from accounting.bills b where p_source = 'bill'
$function$;

-- grants accounting.documents(text)
GRANT EXECUTE ON FUNCTION accounting.documents(text) TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.documents(text) TO platform;

-- function accounting.draft_amounts()
CREATE OR REPLACE FUNCTION accounting.draft_amounts()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_decimals constant int := tenancy.currency_exponent(new.currency);
  v_base_decimals int;
  v_total numeric;
begin
  if tg_op = 'UPDATE' and old.currency <> new.currency and old.total_amount = new.total_amount then
    if tg_table_name = 'invoices' then
      select sum(round(l.quantity * l.unit_price, v_decimals)) into v_total
      from accounting.invoice_lines l where l.tenant_id = new.tenant_id and l.invoice_id = new.id;
    else
      select sum(round(l.quantity * l.unit_price, v_decimals)) into v_total
      from accounting.bill_lines l where l.tenant_id = new.tenant_id and l.bill_id = new.id;
    end if;
    new.total_amount := coalesce(v_total, new.total_amount);
  end if;
  if new.total_amount <> round(new.total_amount, v_decimals) then
    raise exception using errcode = 'ZT002', message = 'The total has more decimals than its currency has';
  end if;
  new.total_amount := round(new.total_amount, v_decimals);
  new.paid_amount := tenancy.with_decimals(new.paid_amount, v_decimals);
  if tg_op = 'UPDATE' and old.base_amount = new.base_amount
    and (old.currency <> new.currency or old.total_amount <> new.total_amount) then
    new.base_amount := null;
  end if;
  if new.base_amount is not null then
    select tenancy.currency_exponent(b.base_currency) into v_base_decimals from accounting.books b
    where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
    if new.base_amount <> round(new.base_amount, v_base_decimals) then
      raise exception using errcode = 'ZT002', message = 'The base amount has more decimals than the base currency of the books has';
    end if;
    new.base_amount := round(new.base_amount, coalesce(v_base_decimals, scale(new.base_amount)));
  end if;
  return new;
end $function$;

-- grants accounting.draft_amounts()
GRANT EXECUTE ON FUNCTION accounting.draft_amounts() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.draft_amounts() TO platform;

-- function accounting.first_free_number(tenancy.number_series, bigint)
CREATE OR REPLACE FUNCTION accounting.first_free_number(p_series tenancy.number_series, p_after bigint)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  v_free bigint := p_after;
  v_number text;
begin
  -- One lookup for each number: most calls look at one or two. The order can be had from the index of the numbers alone,
  -- so that the planner takes that one for tables whose size it does not know yet.
  loop
    v_free := v_free + 1;
    v_number := tenancy.format_number(p_series.prefix, v_free, p_series.padding);
    perform from accounting.invoices i
    where i.tenant_id = p_series.tenant_id and i.company_id = p_series.company_id
      and i.invoice_number between v_number and v_number
    order by i.invoice_number limit 1;
    exit when not found;
  end loop;
  return v_free;
end $function$;
ALTER FUNCTION accounting.first_free_number(tenancy.number_series, bigint) OWNER TO number_writer;

-- function accounting.guard_account()
CREATE OR REPLACE FUNCTION accounting.guard_account()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.guard_account() OWNER TO ledger_writer;

-- grants accounting.guard_account()
GRANT EXECUTE ON FUNCTION accounting.guard_account() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.guard_account() TO platform;

-- function accounting.guard_take_back()
CREATE OR REPLACE FUNCTION accounting.guard_take_back()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.guard_take_back() OWNER TO ledger_writer;

-- grants accounting.guard_take_back()
GRANT EXECUTE ON FUNCTION accounting.guard_take_back() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.guard_take_back() TO platform;

-- function accounting.implied_rate(numeric, numeric)
CREATE OR REPLACE FUNCTION accounting.implied_rate(amount numeric, base_amount numeric)
 RETURNS numeric
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN ((amount > (0)::numeric) AND (base_amount > (0)::numeric)) THEN round((round(base_amount, 40) / amount), 24) ELSE NULL::numeric END;

-- grants accounting.implied_rate(numeric, numeric)
GRANT EXECUTE ON FUNCTION accounting.implied_rate(numeric, numeric) TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.implied_rate(numeric, numeric) TO platform;

-- function accounting.insert_journal_entries(uuid[], uuid[], date[], text[], text[], text[], uuid[], uuid[], text[], text[])
CREATE OR REPLACE FUNCTION accounting.insert_journal_entries(p_entry_id uuid[], p_company_id uuid[], p_entry_date date[], p_description text[], p_reference text[], p_source text[], p_source_id uuid[], p_reverses_entry_id uuid[], p_idempotency_key text[], p_request_hash text[])
 RETURNS integer[]
 LANGUAGE plpgsql
AS $function$
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
end $function$;
ALTER FUNCTION accounting.insert_journal_entries(uuid[], uuid[], date[], text[], text[], text[], uuid[], uuid[], text[], text[]) OWNER TO ledger_writer;

-- function accounting.insert_journal_lines(integer[], uuid[], uuid[], date[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], uuid[], uuid[], text[], uuid[], integer[])
CREATE OR REPLACE FUNCTION accounting.insert_journal_lines(p_repeated integer[], p_entry_id uuid[], p_company_id uuid[], p_entry_date date[], p_line_entry integer[], p_line_id uuid[], p_account_id uuid[], p_currency text[], p_debit numeric[], p_credit numeric[], p_base_debit numeric[], p_base_credit numeric[], p_is_exchange_difference boolean[], p_customer_id uuid[], p_vendor_id uuid[], p_line_description text[], p_companies uuid[], p_decimals integer[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  with line as materialized (
    select l.id, l.entry_position, l.account_id, l.currency, l.is_exchange_difference, l.customer_id, l.vendor_id,
      l.description, l.line_position, d.base_decimals,
      round(l.debit, d.decimals) as debit, round(l.credit, d.decimals) as credit,
      tenancy.with_decimals(l.base_debit, d.base_decimals) as base_debit,
      tenancy.with_decimals(l.base_credit, d.base_decimals) as base_credit,
      p_entry_id[l.entry_position] as entry_id, p_company_id[l.entry_position] as company_id,
      p_entry_date[l.entry_position] as entry_date,
      row_number() over (partition by l.entry_position order by l.line_position) as line_number,
      b.version + row_number() over chain as account_version,
      tenancy.with_decimals(b.balance + sum(l.base_debit - l.base_credit) over chain, d.base_decimals) as balance_after
    from unnest(p_line_entry, p_line_id, p_account_id, p_currency, p_debit, p_credit, p_base_debit, p_base_credit,
        p_is_exchange_difference, p_customer_id, p_vendor_id, p_line_description) with ordinality as l
      (entry_position, id, account_id, currency, debit, credit, base_debit, base_credit, is_exchange_difference,
       customer_id, vendor_id, description, line_position)
    cross join lateral (
      select tenancy.currency_exponent(l.currency) as decimals,
        p_decimals[array_position(p_companies, p_company_id[l.entry_position])] as base_decimals
    ) d
    join accounting.account_balances b on b.tenant_id = v_tenant and b.account_id = l.account_id
    where l.entry_position <> all (p_repeated)
    window chain as (partition by l.account_id order by l.line_position rows unbounded preceding)
  ), written as (
    insert into accounting.journal_lines
      (tenant_id, id, company_id, entry_id, line_number, account_id, entry_date, currency, debit, credit, base_debit,
       base_credit, is_exchange_difference, customer_id, vendor_id, description, account_version, balance_after)
    select v_tenant, l.id, l.company_id, l.entry_id, l.line_number, l.account_id, l.entry_date, l.currency, l.debit,
      l.credit, l.base_debit, l.base_credit, l.is_exchange_difference, l.customer_id, l.vendor_id, l.description,
      l.account_version, l.balance_after
    from line l order by l.line_position
  ), moved as (
    update accounting.account_balances b set balance = tenancy.with_decimals(b.balance + s.amount, s.decimals), version = b.version + s.lines
    from (select l.account_id, count(*) as lines, sum(l.base_debit - l.base_credit) as amount,
            max(l.base_decimals) as decimals
          from line l group by 1) s
    where b.tenant_id = v_tenant and b.account_id = s.account_id
  )
  insert into accounting.period_totals as t
    (tenant_id, company_id, account_id, month, currency, debit, credit, base_debit, base_credit)
  select v_tenant, l.company_id, l.account_id, date_trunc('month', l.entry_date)::date, l.currency, sum(l.debit),
    sum(l.credit), sum(l.base_debit), sum(l.base_credit)
  from line l group by 2, 3, 4, 5
  on conflict (tenant_id, company_id, account_id, month, currency) do update
  set debit = t.debit + excluded.debit, credit = t.credit + excluded.credit,
    base_debit = t.base_debit + excluded.base_debit, base_credit = t.base_credit + excluded.base_credit;
end $function$;
ALTER FUNCTION accounting.insert_journal_lines(integer[], uuid[], uuid[], date[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], uuid[], uuid[], text[], uuid[], integer[]) OWNER TO ledger_writer;

-- function accounting.invoice_series(uuid, text, date)
CREATE OR REPLACE FUNCTION accounting.invoice_series(p_company_id uuid, p_kind text, p_date date)
 RETURNS tenancy.number_series
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_year constant text := to_char(p_date, 'YYYY');
  v_series tenancy.number_series;
begin
  -- A series that others make meanwhile is seen by a later statement, and found in the next round.
  loop
    select s.* into v_series from tenancy.number_series s
    where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
      and (s.period = v_year or (s.period = '' and position('{year}' in s.prefix) = 0))
    order by s.period desc limit 1
    for no key update;
    exit when found;
    select s.* into v_series from tenancy.number_series s
    where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
      and s.period = '' and position('{year}' in s.prefix) > 0;
    if found then
      return accounting.define_series(p_company_id, p_kind, v_year,
        accounting.number_prefix(v_series.prefix, p_kind, v_year), v_series.padding);
    end if;
    v_series := accounting.define_series(p_company_id, p_kind, '', accounting.number_prefix(null, p_kind, ''), 6);
    exit when position('{year}' in v_series.prefix) = 0;
  end loop;
  return v_series;
end $function$;
ALTER FUNCTION accounting.invoice_series(uuid, text, date) OWNER TO number_writer;

-- function accounting.keep_lines()
CREATE OR REPLACE FUNCTION accounting.keep_lines()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_of_invoices constant boolean := tg_argv[0] = 'invoice';
  v_tenants uuid[];
  v_ids uuid[];
  v_frozen boolean;
  v_locked int;
begin
  if v_of_invoices and tg_op = 'UPDATE' then
    select array_agg(t.tenant_id), array_agg(t.id) into v_tenants, v_ids
    from (select w.tenant_id, w.invoice_id as id from written w union select o.tenant_id, o.invoice_id from overwritten o) t;
  elsif v_of_invoices then
    select array_agg(t.tenant_id), array_agg(t.id) into v_tenants, v_ids
    from (select distinct w.tenant_id, w.invoice_id as id from written w) t;
  elsif tg_op = 'UPDATE' then
    select array_agg(t.tenant_id), array_agg(t.id) into v_tenants, v_ids
    from (select w.tenant_id, w.bill_id as id from written w union select o.tenant_id, o.bill_id from overwritten o) t;
  else
    select array_agg(t.tenant_id), array_agg(t.id) into v_tenants, v_ids
    from (select distinct w.tenant_id, w.bill_id as id from written w) t;
  end if;

  -- Each document is looked up by its key: the planner cannot reorder LATERAL with a lock, whatever size it expects.
  -- All are locked in one order, so that two writers cannot wait for each other. The status is tested by bool_or,
  -- because the planner would push a WHERE on it below the lock.
  if v_of_invoices then
    select bool_or(locked.status <> 'draft'), count(*) into v_frozen, v_locked
    from (select t.tenant_id, t.id from unnest(v_tenants, v_ids) as t (tenant_id, id) order by 1, 2) touched
    cross join lateral (
      select d.status from accounting.invoices d
      where d.tenant_id = touched.tenant_id and d.id = touched.id
        and (d.status <> 'draft' or d.xmin <> pg_current_xact_id()::xid)
      for no key update
    ) locked;
  else
    select bool_or(locked.status <> 'draft'), count(*) into v_frozen, v_locked
    from (select t.tenant_id, t.id from unnest(v_tenants, v_ids) as t (tenant_id, id) order by 1, 2) touched
    cross join lateral (
      select d.status from accounting.bills d
      where d.tenant_id = touched.tenant_id and d.id = touched.id
        and (d.status <> 'draft' or d.xmin <> pg_current_xact_id()::xid)
      for no key update
    ) locked;
  end if;
  if v_frozen then
    raise exception using errcode = 'ZT003',
      message = format('Lines change while the %s is a draft: void it and make another', tg_argv[0]);
  end if;
  if v_locked = 0 then
    return null;
  end if;
  if v_of_invoices then
    update accounting.invoices d set updated_at = clock_timestamp()
    from unnest(v_tenants, v_ids) as t (tenant_id, id)
    where d.tenant_id = t.tenant_id and d.id = t.id and d.xmin <> pg_current_xact_id()::xid;
  else
    update accounting.bills d set updated_at = clock_timestamp()
    from unnest(v_tenants, v_ids) as t (tenant_id, id)
    where d.tenant_id = t.tenant_id and d.id = t.id and d.xmin <> pg_current_xact_id()::xid;
  end if;
  return null;
end $function$;

-- grants accounting.keep_lines()
GRANT EXECUTE ON FUNCTION accounting.keep_lines() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.keep_lines() TO platform;

-- function accounting.last_exchange_rate(uuid, uuid, text, date)
CREATE OR REPLACE FUNCTION accounting.last_exchange_rate(p_tenant_id uuid, p_company_id uuid, p_currency text, p_date date)
 RETURNS TABLE(rate numeric)
 LANGUAGE sql
 STABLE
AS $function$
  select x.rate from accounting.exchange_rates x
  where x.tenant_id = p_tenant_id and x.company_id = p_company_id and x.currency = p_currency and x.rate_date <= p_date
  order by x.rate_date desc limit 1
$function$;

-- grants accounting.last_exchange_rate(uuid, uuid, text, date)
GRANT EXECUTE ON FUNCTION accounting.last_exchange_rate(uuid, uuid, text, date) TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.last_exchange_rate(uuid, uuid, text, date) TO platform;

-- function accounting.line_currency()
CREATE OR REPLACE FUNCTION accounting.line_currency()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_table_name = 'invoice_lines' then
    select d.currency into new.currency from accounting.invoices d
    where d.tenant_id = new.tenant_id and d.id = new.invoice_id;
  else
    select d.currency into new.currency from accounting.bills d
    where d.tenant_id = new.tenant_id and d.id = new.bill_id;
  end if;
  return new;
end $function$;

-- grants accounting.line_currency()
GRANT EXECUTE ON FUNCTION accounting.line_currency() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.line_currency() TO platform;

-- function accounting.lock_account(uuid)
CREATE OR REPLACE FUNCTION accounting.lock_account(p_account_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform from accounting.books b
  join accounting.account_balances a on a.tenant_id = b.tenant_id and a.company_id = b.company_id
  where b.tenant_id = tenancy.current_tenant_id() and a.account_id = p_account_id
  for key share of b;
  perform from accounting.account_balances b
  where b.tenant_id = tenancy.current_tenant_id() and b.account_id = p_account_id
  for no key update;
end $function$;
ALTER FUNCTION accounting.lock_account(uuid) OWNER TO ledger_writer;

-- grants accounting.lock_account(uuid)
GRANT EXECUTE ON FUNCTION accounting.lock_account(uuid) TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.lock_account(uuid) TO platform;

-- function accounting.lock_accounts(uuid[], uuid[])
CREATE OR REPLACE FUNCTION accounting.lock_accounts(p_company_id uuid[], p_account_id uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform from accounting.books b
  where b.tenant_id = tenancy.current_tenant_id() and b.company_id = any (p_company_id)
  order by b.company_id for key share;
  perform from accounting.account_balances b
  where b.tenant_id = tenancy.current_tenant_id() and b.account_id = any (p_account_id)
  order by b.account_id for no key update;
end $function$;
ALTER FUNCTION accounting.lock_accounts(uuid[], uuid[]) OWNER TO ledger_writer;

-- function accounting.lock_allocation(accounting.payment_allocations)
CREATE OR REPLACE FUNCTION accounting.lock_allocation(p_allocation accounting.payment_allocations)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.lock_allocation(accounting.payment_allocations) OWNER TO ledger_writer;

-- function accounting.mark_balance()
CREATE OR REPLACE FUNCTION accounting.mark_balance()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update accounting.account_balances b set version = b.version
  where b.tenant_id = new.tenant_id and b.account_id = new.id;
  return null;
end $function$;
ALTER FUNCTION accounting.mark_balance() OWNER TO ledger_writer;

-- grants accounting.mark_balance()
GRANT EXECUTE ON FUNCTION accounting.mark_balance() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.mark_balance() TO platform;

-- function accounting.mark_books()
CREATE OR REPLACE FUNCTION accounting.mark_books()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update accounting.books b set closed_through = b.closed_through
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  return null;
end $function$;
ALTER FUNCTION accounting.mark_books() OWNER TO ledger_writer;

-- grants accounting.mark_books()
GRANT EXECUTE ON FUNCTION accounting.mark_books() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.mark_books() TO platform;

-- function accounting.next_invoice_number(uuid, text, date)
CREATE OR REPLACE FUNCTION accounting.next_invoice_number(p_company_id uuid, p_kind text, p_date date)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.next_invoice_number(uuid, text, date) OWNER TO number_writer;

-- grants accounting.next_invoice_number(uuid, text, date)
GRANT EXECUTE ON FUNCTION accounting.next_invoice_number(uuid, text, date) TO ledger_writer;

-- function accounting.number_prefix(text, text, text)
CREATE OR REPLACE FUNCTION accounting.number_prefix(p_prefix text, p_kind text, p_year text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (p_year = ''::text) THEN COALESCE(p_prefix, CASE p_kind WHEN 'invoice'::text THEN 'INV-'::text ELSE 'CN-'::text END) ELSE replace(COALESCE(p_prefix, (CASE p_kind WHEN 'invoice'::text THEN 'INV-'::text ELSE 'CN-'::text END || '{year}-'::text)), '{year}'::text, p_year) END;
ALTER FUNCTION accounting.number_prefix(text, text, text) OWNER TO number_writer;

-- function accounting.open_balances()
CREATE OR REPLACE FUNCTION accounting.open_balances()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tenancy.current_tenant_id() is null then
    raise exception using errcode = 'ZT005', message = 'An account is made in the scope of its tenant';
  end if;
  insert into accounting.account_balances (tenant_id, company_id, account_id)
  select w.tenant_id, w.company_id, w.id from written w order by w.id;
  return null;
end $function$;
ALTER FUNCTION accounting.open_balances() OWNER TO ledger_writer;

-- grants accounting.open_balances()
GRANT EXECUTE ON FUNCTION accounting.open_balances() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.open_balances() TO platform;

-- function accounting.post_documents()
CREATE OR REPLACE FUNCTION accounting.post_documents()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.post_documents() OWNER TO ledger_writer;

-- grants accounting.post_documents()
GRANT EXECUTE ON FUNCTION accounting.post_documents() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.post_documents() TO platform;

-- function accounting.post_journal(uuid[], uuid[], date[], text[], text[], text[], text[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], text[])
CREATE OR REPLACE FUNCTION accounting.post_journal(p_entry_id uuid[], p_company_id uuid[], p_entry_date date[], p_description text[], p_reference text[], p_idempotency_key text[], p_request_hash text[], p_line_entry integer[], p_line_id uuid[], p_account_id uuid[], p_currency text[], p_debit numeric[], p_credit numeric[], p_base_amount numeric[], p_rate numeric[], p_is_exchange_difference boolean[], p_line_description text[])
 RETURNS TABLE(entry_position integer, entry_id uuid, is_new boolean, is_same_request boolean, base_currency text, lines jsonb)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
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
          from accounting.last_exchange_rate(v_tenant, b.company_id, c.currency, p_entry_date[g.entry_position]) x)), tenancy.currency_exponent(b.base_currency))
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
    where o.is_converted and o.off <> 0 and abs(o.off) <= o.lines / 10 ^ tenancy.currency_exponent(b.base_currency)::numeric
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
            'debit', l.debit::text, 'credit', l.credit::text, 'baseDebit', 
              tenancy.with_decimals(l.base_debit, tenancy.currency_exponent(b.base_currency))::text,
            'baseCredit', tenancy.with_decimals(l.base_credit, tenancy.currency_exponent(b.base_currency))::text,
             'isExchangeDifference', l.is_difference,
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
end $function$;
ALTER FUNCTION accounting.post_journal(uuid[], uuid[], date[], text[], text[], text[], text[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], text[]) OWNER TO ledger_writer;

-- grants accounting.post_journal(uuid[], uuid[], date[], text[], text[], text[], text[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], text[])
GRANT EXECUTE ON FUNCTION accounting.post_journal(uuid[], uuid[], date[], text[], text[], text[], text[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], text[]) TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.post_journal(uuid[], uuid[], date[], text[], text[], text[], text[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], text[]) TO platform;

-- function accounting.post_payments()
CREATE OR REPLACE FUNCTION accounting.post_payments()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
    array_agg(case when l.is_debit then l.amount else 0 end order by l.entry_position, l.side) as debit,
    array_agg(case when l.is_debit then 0 else l.amount end order by l.entry_position, l.side) as credit,
    array_agg(case when l.is_debit then l.base_amount else 0 end order by l.entry_position, l.side) as base_debit,
    array_agg(case when l.is_debit then 0 else l.base_amount end order by l.entry_position, l.side) as base_credit,
    array_agg(l.side = 3 order by l.entry_position, l.side) as is_difference, count(*)::int as count,
    array_agg(case when l.is_control then l.customer_id end order by l.entry_position, l.side) as customer_id,
    array_agg(case when l.is_control then l.vendor_id end order by l.entry_position, l.side) as vendor_id,
    array_agg(l.exchange_account_id) filter (where l.is_foreign) as exchange_account_id
    into v_line
  from (
    select p.entry_position, s.side, s.account_id, s.is_debit, s.is_control, p.customer_id, p.vendor_id,
      s.amount, s.base_amount, case s.side when 3 then b.base_currency else p.currency end as currency,
      b.exchange_account_id, p.currency <> b.base_currency as is_foreign
    from (
      select w.*, row_number() over (order by w.id)::int as entry_position, w.direction = 'in' as is_in
      from written w
    ) p
    join accounting.books b on b.tenant_id = p.tenant_id and b.company_id = p.company_id
    cross join lateral (values
      (case when p.is_in then 1 else 2 end, p.account_id, p.is_in, false, p.amount, p.base_amount),
      (case when p.is_in then 2 else 1 end,
        case when p.vendor_id is null then b.receivable_account_id else b.payable_account_id end,
        not p.is_in, true, p.amount, p.base_amount - p.exchange_difference),
      (3, b.exchange_account_id, p.is_in = (p.exchange_difference < 0), false, abs(p.exchange_difference),
        abs(p.exchange_difference))
    ) s (side, account_id, is_debit, is_control, amount, base_amount)
    where s.side < 3 or p.exchange_difference <> 0
  ) l;
  if v_line.exchange_account_id is not null then
    perform accounting.lock_accounts(v_entry.company_id, v_line.account_id || v_line.exchange_account_id);
  end if;
  perform from accounting.write_entries(
    v_entry.id, v_entry.company_id, v_entry.entry_date, v_entry.description, v_entry.reference,
    array_fill('payment'::text, array[v_entry.count]), v_entry.source_id, array_fill(null::uuid, array[v_entry.count]),
    array_fill(null::text, array[v_entry.count]), array_fill(null::text, array[v_entry.count]),
    v_line.entry, v_line.id, v_line.account_id, v_line.currency, v_line.debit, v_line.credit, v_line.base_debit,
    v_line.base_credit, v_line.is_difference, v_line.customer_id, v_line.vendor_id,
    array_fill(null::text, array[v_line.count]));
  return null;
end $function$;
ALTER FUNCTION accounting.post_payments() OWNER TO ledger_writer;

-- grants accounting.post_payments()
GRANT EXECUTE ON FUNCTION accounting.post_payments() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.post_payments() TO platform;

-- function accounting.prefixes_meet(text, text)
CREATE OR REPLACE FUNCTION accounting.prefixes_meet(p_one text, p_other text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select bool_or(replace(p.other, '{year}', '2000') ~ ('^' || replace(
      regexp_replace(p.one, '([].^$*+?(){}|\\[])', '\\\1', 'g'), '\{year\}', '[0-9]{4}') || '[0-9]*$'))
  from (values (p_one, p_other), (p_other, p_one)) p (one, other)
$function$;
ALTER FUNCTION accounting.prefixes_meet(text, text) OWNER TO number_writer;

-- function accounting.prepare_allocation()
CREATE OR REPLACE FUNCTION accounting.prepare_allocation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_closed_through date;
  v_decimals int;
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
  select b.closed_through, tenancy.currency_exponent(b.base_currency) into v_closed_through, v_decimals
  from accounting.books b
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

  new.amount := round(new.amount, tenancy.currency_exponent(v_target.currency));
  new.base_amount := accounting.base_part(
    new.amount, v_target.amount, v_target.settled, v_target.base_amount, v_target.settled_base, v_decimals);
  new.source_base_amount := accounting.base_part(
    new.amount, v_source.amount, v_source.used, v_source.base_amount, v_source.used_base, v_decimals);
  return new;
end $function$;
ALTER FUNCTION accounting.prepare_allocation() OWNER TO ledger_writer;

-- grants accounting.prepare_allocation()
GRANT EXECUTE ON FUNCTION accounting.prepare_allocation() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.prepare_allocation() TO platform;

-- function accounting.prepare_payment()
CREATE OR REPLACE FUNCTION accounting.prepare_payment()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_books accounting.books;
  v_account accounting.accounts;
  v_decimals int;
  v_stated numeric;
  v_problem text;
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
    new.base_amount := coalesce(new.base_amount, 0);
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
  v_decimals := tenancy.currency_exponent(v_books.base_currency);
  v_stated := nullif(new.base_amount, 0);
  if v_stated is not null then
    v_problem := accounting.stated_amount_problem(v_stated, new.amount, new.currency, v_books.base_currency);
    if v_problem is not null then
      raise exception using errcode = 'ZT002', message = v_problem;
    end if;
  end if;
  if new.currency = v_books.base_currency then
    new.exchange_rate := 1;
  elsif new.exchange_rate is null then
    select x.rate into new.exchange_rate
    from accounting.last_exchange_rate(new.tenant_id, new.company_id, new.currency, new.payment_date) x;
    new.exchange_rate := coalesce(new.exchange_rate, accounting.implied_rate(new.amount, v_stated));
    if new.exchange_rate is null then
      raise exception using errcode = 'ZT003',
        message = 'There is no exchange rate for the currency on that date: set one, or give the rate';
    end if;
  end if;
  new.base_amount := round(coalesce(v_stated, new.amount * new.exchange_rate), v_decimals);
  new.exchange_difference := new.base_amount - round(new.amount * new.exchange_rate, v_decimals);
  new.amount := round(new.amount, tenancy.currency_exponent(new.currency));
  new.allocated_amount := round(0, tenancy.currency_exponent(new.currency));
  new.allocated_base_amount := round(0, v_decimals);
  return new;
end $function$;

-- grants accounting.prepare_payment()
GRANT EXECUTE ON FUNCTION accounting.prepare_payment() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.prepare_payment() TO platform;

-- function accounting.refuse_early_void()
CREATE OR REPLACE FUNCTION accounting.refuse_early_void()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;

-- grants accounting.refuse_early_void()
GRANT EXECUTE ON FUNCTION accounting.refuse_early_void() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.refuse_early_void() TO platform;

-- function accounting.renew_line_amounts()
CREATE OR REPLACE FUNCTION accounting.renew_line_amounts()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_table_name = 'invoices' then
    update accounting.invoice_lines l set currency = new.currency
    where l.tenant_id = new.tenant_id and l.invoice_id = new.id;
  else
    update accounting.bill_lines l set currency = new.currency
    where l.tenant_id = new.tenant_id and l.bill_id = new.id;
  end if;
  return null;
end $function$;

-- grants accounting.renew_line_amounts()
GRANT EXECUTE ON FUNCTION accounting.renew_line_amounts() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.renew_line_amounts() TO platform;

-- function accounting.reverse_entry(uuid, uuid, date, text, text, text)
CREATE OR REPLACE FUNCTION accounting.reverse_entry(p_original uuid, p_new_id uuid, p_entry_date date, p_description text, p_idempotency_key text, p_request_hash text)
 RETURNS TABLE(entry_id uuid, is_same_request boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_original record;
begin
  select o.company_id, o.source, r.id as reversal into v_original
  from accounting.journal_entries o
  left join accounting.journal_entries r on r.tenant_id = v_tenant and r.reverses_entry_id = o.id
  where o.tenant_id = v_tenant and o.id = p_original;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such journal entry';
  end if;
  return query
    select k.id, k.request_hash = p_request_hash from accounting.journal_entries k
    where k.tenant_id = v_tenant and k.company_id = v_original.company_id and k.idempotency_key = p_idempotency_key;
  if found then
    return;
  end if;
  if v_original.source = 'reversal' then
    raise exception using errcode = 'ZT003', message = 'A reversal is not reversed: post the entry again';
  elsif v_original.source <> 'manual' then
    raise exception using errcode = 'ZT003',
      message = 'The entry belongs to a document or payment: void that, and the entry is taken back with it';
  elsif v_original.reversal is not null then
    raise exception using errcode = 'ZT003', message = 'The entry is reversed already';
  end if;
  return query
    select w.entry_id, w.is_same_request from accounting.write_reversals(array[p_original], array[p_new_id],
      array[p_entry_date], array['reversal'], array[p_original], array[p_description], array[p_idempotency_key],
      array[p_request_hash]) w;
end $function$;
ALTER FUNCTION accounting.reverse_entry(uuid, uuid, date, text, text, text) OWNER TO ledger_writer;

-- grants accounting.reverse_entry(uuid, uuid, date, text, text, text)
GRANT EXECUTE ON FUNCTION accounting.reverse_entry(uuid, uuid, date, text, text, text) TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.reverse_entry(uuid, uuid, date, text, text, text) TO platform;

-- function accounting.settle_documents()
CREATE OR REPLACE FUNCTION accounting.settle_documents()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_document uuid[];
  v_payment uuid[];
begin
  select array_agg(w.id order by w.id), array_agg(gen_random_uuid()) into v_document, v_payment
  from written w join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id
  where w.status = 'paid' and o.status <> 'paid' and w.paid_amount < w.total_amount;
  if v_document is null then
    return null;
  end if;
  if tg_argv[0] = 'invoice' then
    insert into accounting.payments
      (tenant_id, id, company_id, direction, customer_id, account_id, payment_date, amount, currency, reference)
    select w.tenant_id, p.id, w.company_id, 'in', w.customer_id, null, greatest(current_date, w.invoice_date),
      w.total_amount - w.paid_amount, w.currency, w.invoice_number
    from unnest(v_document, v_payment) p (document_id, id) join written w on w.id = p.document_id;
  else
    insert into accounting.payments
      (tenant_id, id, company_id, direction, vendor_id, account_id, payment_date, amount, currency, reference)
    select w.tenant_id, p.id, w.company_id, 'out', w.vendor_id, null, greatest(current_date, w.bill_date),
      w.total_amount - w.paid_amount, w.currency, w.bill_number
    from unnest(v_document, v_payment) p (document_id, id) join written w on w.id = p.document_id;
  end if;
  insert into accounting.payment_allocations (tenant_id, id, company_id, payment_id, invoice_id, bill_id, amount)
  select w.tenant_id, gen_random_uuid(), w.company_id, p.id, case tg_argv[0] when 'invoice' then w.id end,
    case tg_argv[0] when 'bill' then w.id end, w.total_amount - w.paid_amount
  from unnest(v_document, v_payment) p (document_id, id) join written w on w.id = p.document_id
  order by w.id;
  return null;
end $function$;
ALTER FUNCTION accounting.settle_documents() OWNER TO ledger_writer;

-- grants accounting.settle_documents()
GRANT EXECUTE ON FUNCTION accounting.settle_documents() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.settle_documents() TO platform;

-- function accounting.stamp_period()
CREATE OR REPLACE FUNCTION accounting.stamp_period()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  -- Postings hold the books FOR KEY SHARE: those in flight end first, later ones see what is closed.
  perform from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id for update;
  new.closed_at := case when new.status = 'closed' then clock_timestamp() end;
  new.closed_by := case when new.status = 'closed' then tenancy.current_user_id() end;
  return new;
end $function$;
ALTER FUNCTION accounting.stamp_period() OWNER TO ledger_writer;

-- grants accounting.stamp_period()
GRANT EXECUTE ON FUNCTION accounting.stamp_period() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.stamp_period() TO platform;

-- function accounting.start_invoice_numbers(uuid, text, integer, text, integer, bigint)
CREATE OR REPLACE FUNCTION accounting.start_invoice_numbers(p_company_id uuid, p_kind text, p_year integer, p_prefix text, p_padding integer, p_first bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.start_invoice_numbers(uuid, text, integer, text, integer, bigint) OWNER TO number_writer;

-- grants accounting.start_invoice_numbers(uuid, text, integer, text, integer, bigint)
GRANT EXECUTE ON FUNCTION accounting.start_invoice_numbers(uuid, text, integer, text, integer, bigint) TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.start_invoice_numbers(uuid, text, integer, text, integer, bigint) TO platform;

-- function accounting.stated_amount_problem(numeric, numeric, text, text)
CREATE OR REPLACE FUNCTION accounting.stated_amount_problem(stated numeric, amount numeric, currency text, base_currency text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (stated <> round(stated, tenancy.currency_exponent(base_currency))) THEN 'The base amount has more decimals than the base currency of the books has'::text WHEN ((currency = base_currency) AND (stated <> amount)) THEN 'What is in the base currency has its own amount as its base amount: leave the base amount out'::text WHEN ((stated > (0)::numeric) AND (amount = (0)::numeric)) THEN 'An amount of 0 has a base amount of 0: leave the base amount out'::text ELSE NULL::text END;

-- grants accounting.stated_amount_problem(numeric, numeric, text, text)
GRANT EXECUTE ON FUNCTION accounting.stated_amount_problem(numeric, numeric, text, text) TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.stated_amount_problem(numeric, numeric, text, text) TO platform;

-- function accounting.stored_entry(uuid)
CREATE OR REPLACE FUNCTION accounting.stored_entry(p_entry_id uuid)
 RETURNS TABLE(id uuid, company_id uuid, entry_date date, description text, reference text, source text, source_id uuid, reverses_entry_id uuid, idempotency_key text, posted_by uuid, created_at timestamp with time zone, lines jsonb)
 LANGUAGE sql
 STRICT ROWS 1
AS $function$
  select e.id, e.company_id, e.entry_date, e.description, e.reference, e.source, e.source_id, e.reverses_entry_id,
    e.idempotency_key, e.posted_by, e.created_at, e.lines
  from accounting.entries_with_lines e
  where e.tenant_id = tenancy.current_tenant_id() and e.id = p_entry_id
$function$;

-- grants accounting.stored_entry(uuid)
GRANT EXECUTE ON FUNCTION accounting.stored_entry(uuid) TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.stored_entry(uuid) TO platform;

-- function accounting.take_back_allocation()
CREATE OR REPLACE FUNCTION accounting.take_back_allocation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.take_back_allocation() OWNER TO ledger_writer;

-- grants accounting.take_back_allocation()
GRANT EXECUTE ON FUNCTION accounting.take_back_allocation() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.take_back_allocation() TO platform;

-- function accounting.update_party_balances(integer[], integer[], uuid[], uuid[], numeric[], numeric[])
CREATE OR REPLACE FUNCTION accounting.update_party_balances(p_repeated integer[], p_line_entry integer[], p_customer_id uuid[], p_vendor_id uuid[], p_base_debit numeric[], p_base_credit numeric[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  if num_nonnulls(variadic p_customer_id) > 0 then
    update accounting.customers c set balance = tenancy.with_decimals(c.balance + s.amount, scale(s.amount))
    from (select l.customer_id, sum(l.base_debit - l.base_credit) as amount
          from unnest(p_line_entry, p_customer_id, p_base_debit, p_base_credit) as l
            (entry_position, customer_id, base_debit, base_credit)
          where l.customer_id is not null and l.entry_position <> all (p_repeated) group by 1) s
    where c.tenant_id = v_tenant and c.id = s.customer_id and s.amount <> 0;
  end if;
  if num_nonnulls(variadic p_vendor_id) > 0 then
    update accounting.vendors v set balance = tenancy.with_decimals(v.balance + s.amount, scale(s.amount))
    from (select l.vendor_id, sum(l.base_credit - l.base_debit) as amount
          from unnest(p_line_entry, p_vendor_id, p_base_debit, p_base_credit) as l
            (entry_position, vendor_id, base_debit, base_credit)
          where l.vendor_id is not null and l.entry_position <> all (p_repeated) group by 1) s
    where v.tenant_id = v_tenant and v.id = s.vendor_id and s.amount <> 0;
  end if;
end $function$;
ALTER FUNCTION accounting.update_party_balances(integer[], integer[], uuid[], uuid[], numeric[], numeric[]) OWNER TO ledger_writer;

-- function accounting.use_number_prefix(uuid, text, date, text)
CREATE OR REPLACE FUNCTION accounting.use_number_prefix(p_company_id uuid, p_kind text, p_date date, p_prefix text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.use_number_prefix(uuid, text, date, text) OWNER TO number_writer;

-- grants accounting.use_number_prefix(uuid, text, date, text)
GRANT EXECUTE ON FUNCTION accounting.use_number_prefix(uuid, text, date, text) TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.use_number_prefix(uuid, text, date, text) TO platform;

-- function accounting.value_document()
CREATE OR REPLACE FUNCTION accounting.value_document()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_date date;
  v_base_currency text;
  v_decimals int;
  v_problem text;
  v_parties record;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if tg_table_name = 'invoices' then
    v_date := new.invoice_date;
  else
    v_date := new.bill_date;
  end if;
  select b.base_currency, tenancy.currency_exponent(b.base_currency), case when b.base_currency = new.currency then 1
      else coalesce(new.exchange_rate, (
        select x.rate from accounting.last_exchange_rate(new.tenant_id, new.company_id, new.currency, v_date) x),
        accounting.implied_rate(new.total_amount, new.base_amount)) end
  into v_base_currency, v_decimals, new.exchange_rate
  from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if not found then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart or books.create first';
  elsif new.exchange_rate is null then
    raise exception using errcode = 'ZT003',
      message = 'There is no exchange rate for this currency on the document''s date: set one, or give the document its own';
  end if;
  if new.base_amount is not null then
    v_problem := accounting.stated_amount_problem(new.base_amount, new.total_amount, new.currency, v_base_currency);
    if v_problem is not null then
      raise exception using errcode = 'ZT002', message = v_problem;
    end if;
  end if;
  new.base_amount := round(coalesce(new.base_amount, new.total_amount * new.exchange_rate), v_decimals);
  new.paid_base_amount := round(new.paid_base_amount, v_decimals);
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
    new.invoice_number := accounting.next_invoice_number(new.company_id, new.kind, new.invoice_date);
  end if;
  return new;
end $function$;
ALTER FUNCTION accounting.value_document() OWNER TO ledger_writer;

-- grants accounting.value_document()
GRANT EXECUTE ON FUNCTION accounting.value_document() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.value_document() TO platform;

-- function accounting.void_document()
CREATE OR REPLACE FUNCTION accounting.void_document()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_date date;
begin
  if old.paid_amount <> 0 then
    raise exception using errcode = 'ZT003',
      message = format('This %s is settled, in part or whole: take that back first, then void it', tg_argv[0]);
  end if;
  if tg_table_name = 'invoices' then
    v_date := new.invoice_date;
  else
    v_date := new.bill_date;
  end if;
  new.voided_on := coalesce(new.voided_on, greatest(current_date, v_date));
  if new.voided_on < v_date then
    raise exception using errcode = 'ZT003',
      message = format('The %s is not voided before its own date: choose that date or a later one', tg_argv[0]);
  end if;
  return new;
end $function$;

-- grants accounting.void_document()
GRANT EXECUTE ON FUNCTION accounting.void_document() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.void_document() TO platform;

-- function accounting.void_payment()
CREATE OR REPLACE FUNCTION accounting.void_payment()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION accounting.void_payment() OWNER TO ledger_writer;

-- grants accounting.void_payment()
GRANT EXECUTE ON FUNCTION accounting.void_payment() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.void_payment() TO platform;

-- function accounting.write_documents(text, uuid[])
CREATE OR REPLACE FUNCTION accounting.write_documents(p_source text, p_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v record;
begin
  with document as materialized (
    select d.*, b.receivable_account_id, b.payable_account_id, b.exchange_account_id, b.base_currency, s.decimals,
      round(d.total_amount * d.exchange_rate, s.decimals) as rated_amount,
      case p_source when 'invoice' then b.receivable_account_id else b.payable_account_id end as control_account_id,
      case p_source when 'invoice' then b.sales_account_id else b.purchases_account_id end as usual_account_id,
      -- Which side the control account is on: an invoice's is debited, a bill's credited, credit notes the other way
      -- round.
      (p_source = 'invoice') <> d.is_credit as is_debit,
      row_number() over (order by d.document_date, d.number, d.id) as sequence
    from accounting.documents(p_source) d
    join accounting.books b on b.tenant_id = d.tenant_id and b.company_id = d.company_id
    cross join lateral (select tenancy.currency_exponent(b.base_currency) as decimals) s
    where d.tenant_id = v_tenant and d.id = any (p_ids)
  ), line as materialized (
    -- Each document looks up its lines by its key and carries along what is needed below. A join further down would
    -- compare each document with each line, because plans are made while the tables are small.
    select d.id, d.currency, d.total_amount, d.rated_amount, d.decimals, d.is_debit, d.sequence,
      d.receivable_account_id, d.payable_account_id, coalesce(l.account_id, d.usual_account_id) as account_id, l.line_number, l.amount,
      l.currency as line_currency
    from document d
    left join lateral (
      select n.account_id, n.line_number, n.currency, n.amount from accounting.document_lines(p_source) n
      where n.tenant_id = v_tenant and n.document_id = d.id offset 0
    ) l on true
  ), checked as (
    select bool_or(c.lines is distinct from c.total_amount) as is_wrong_total, bool_or(c.other_currency) as is_other_currency,
      bool_or(c.on_control) as is_on_control
    from (
      select l.total_amount, sum(l.amount) as lines,
        bool_or(l.line_currency <> l.currency) as other_currency,
        bool_or(l.account_id in (l.receivable_account_id, l.payable_account_id)) as on_control
      from line l
      group by l.id, l.total_amount
    ) c
  ), entry as (
    select array_agg(gen_random_uuid()) as id, array_agg(d.company_id order by d.sequence) as company_id,
      array_agg(d.document_date order by d.sequence) as entry_date, array_agg(d.number order by d.sequence) as number,
      array_agg(d.id order by d.sequence) as source_id, count(*)::int as entries,
      array_agg(case when d.is_credit then 'Credit note ' else initcap(p_source collate "C") || ' ' end || d.number order by d.sequence)
        as description
    from document d where d.total_amount > 0
  ), share as (
    select a.sequence, a.currency, a.is_debit, a.account_id, a.first_line, a.amount,
      round(a.rated_amount * sum(a.amount) over earlier / a.total_amount, a.decimals)
        - round(a.rated_amount * (sum(a.amount) over earlier - a.amount) / a.total_amount, a.decimals) as base
    from (
      select l.sequence, l.currency, not l.is_debit as is_debit, l.total_amount, l.rated_amount, l.decimals, l.account_id,
        min(l.line_number) as first_line, sum(l.amount) as amount
      from line l where l.total_amount > 0
      group by 1, 2, 3, 4, 5, 6, 7 having sum(l.amount) > 0
    ) a
    window earlier as (partition by a.sequence order by a.first_line rows unbounded preceding)
  ), side as (
    select dense_rank() over (order by e.sequence)::int as position, e.*
    from (
      select d.sequence, 0 as first_line, d.currency, d.is_debit, d.control_account_id as account_id,
        d.total_amount as amount, d.base_amount as base, d.customer_id, d.vendor_id,
        false as is_difference
      from document d where d.total_amount > 0
      union all
      select s.sequence, s.first_line, s.currency, s.is_debit, s.account_id, s.amount, s.base, null, null, false
      from share s
      union all
      select d.sequence, null, d.base_currency, d.is_debit = (d.base_amount < d.rated_amount), d.exchange_account_id,
        abs(d.base_amount - d.rated_amount), abs(d.base_amount - d.rated_amount), null, null, true
      from document d where d.base_amount <> d.rated_amount
    ) e
  ), line_columns as (
    select count(*)::int as lines, array_agg(s.position order by s.position, s.first_line) as entry,
      array_agg(gen_random_uuid()) as id, array_agg(s.account_id order by s.position, s.first_line) as account_id,
      array_agg(s.currency order by s.position, s.first_line) as currency,
      array_agg(case when s.is_debit then s.amount else 0 end order by s.position, s.first_line) as debit,
      array_agg(case when s.is_debit then 0 else s.amount end order by s.position, s.first_line) as credit,
      array_agg(case when s.is_debit then s.base else 0 end order by s.position, s.first_line) as base_debit,
      array_agg(case when s.is_debit then 0 else s.base end order by s.position, s.first_line) as base_credit,
      array_agg(s.customer_id order by s.position, s.first_line) as customer_id,
      array_agg(s.vendor_id order by s.position, s.first_line) as vendor_id,
      array_agg(s.is_difference order by s.position, s.first_line) as is_difference
    from side s
  )
  select (select count(*) from document) as documents, c.is_wrong_total, c.is_other_currency, c.is_on_control,
    e.id as entry_id, e.company_id, e.entry_date, e.number, e.source_id, e.entries, e.description, l.lines, l.entry,
    l.id as line_id, l.account_id, l.currency, l.debit, l.credit, l.base_debit, l.base_credit, l.customer_id, l.vendor_id,
    l.is_difference
  into v
  from checked c cross join entry e cross join line_columns l;
  if v.documents < cardinality(p_ids) then
    raise exception using errcode = 'ZT005', message = 'Documents are posted in the scope of their tenant and company';
  elsif v.is_wrong_total then
    raise exception using errcode = 'ZT002', message = 'A document needs lines, and its total must be their sum';
  elsif v.is_other_currency then
    raise exception using errcode = 'ZT002',
      message = 'A line is in another currency than its document: leave its currency out';
  elsif v.is_on_control then
    raise exception using errcode = 'ZT003',
      message = 'A line is not on the receivable or payable account, which the document''s total is on: choose another';
  end if;
  if v.entries > 0 then
    perform accounting.write_entries(v.entry_id, v.company_id, v.entry_date, v.description, v.number,
      array_fill(p_source, array[v.entries]), v.source_id, array_fill(null::uuid, array[v.entries]),
      array_fill(null::text, array[v.entries]), array_fill(null::text, array[v.entries]), v.entry, v.line_id,
      v.account_id, v.currency, v.debit, v.credit, v.base_debit, v.base_credit, v.is_difference,
      v.customer_id, v.vendor_id, array_fill(null::text, array[v.lines]));
  end if;
end $function$;
ALTER FUNCTION accounting.write_documents(text, uuid[]) OWNER TO ledger_writer;

-- function accounting.write_entries(uuid[], uuid[], date[], text[], text[], text[], uuid[], uuid[], text[], text[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], uuid[], uuid[], text[])
CREATE OR REPLACE FUNCTION accounting.write_entries(p_entry_id uuid[], p_company_id uuid[], p_entry_date date[], p_description text[], p_reference text[], p_source text[], p_source_id uuid[], p_reverses_entry_id uuid[], p_idempotency_key text[], p_request_hash text[], p_line_entry integer[], p_line_id uuid[], p_account_id uuid[], p_currency text[], p_debit numeric[], p_credit numeric[], p_base_debit numeric[], p_base_credit numeric[], p_is_exchange_difference boolean[], p_customer_id uuid[], p_vendor_id uuid[], p_line_description text[])
 RETURNS TABLE(entry_position integer, entry_id uuid, is_new boolean, is_same_request boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_books int;
  -- The decimals of the base currency of each company.
  v_decimals int[];
  v_closed_through date;
  v_companies constant uuid[] := array(select distinct c from unnest(p_company_id) c order by 1);
  -- Positions that are not written: their key stands for an entry already.
  v_repeated int[];
begin
  if v_tenant is null then
    raise exception using errcode = 'ZT005', message = 'Posting needs a tenant scope';
  end if;
  -- Closing a period takes this lock FOR UPDATE: it waits for postings in flight, and later ones see it.
  select count(*), max(b.closed_through), array_agg(tenancy.currency_exponent(b.base_currency) order by b.company_id)
  into v_books, v_closed_through, v_decimals
  from (select company_id, closed_through, base_currency from accounting.books
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
    p_vendor_id, p_line_description, v_companies, v_decimals);
  if num_nonnulls(variadic p_customer_id) + num_nonnulls(variadic p_vendor_id) > 0 then
    perform accounting.update_party_balances(v_repeated, p_line_entry, p_customer_id, p_vendor_id, p_base_debit,
      p_base_credit);
  end if;
  return query
    select e.entry_position::int, e.id, true, true from unnest(p_entry_id) with ordinality as e (id, entry_position)
    where e.entry_position <> all (v_repeated);
end $function$;
ALTER FUNCTION accounting.write_entries(uuid[], uuid[], date[], text[], text[], text[], uuid[], uuid[], text[], text[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], uuid[], uuid[], text[]) OWNER TO ledger_writer;

-- function accounting.write_reversals(uuid[], uuid[], date[], text[], uuid[], text[], text[], text[])
CREATE OR REPLACE FUNCTION accounting.write_reversals(p_original uuid[], p_new_id uuid[], p_entry_date date[], p_source text[], p_source_id uuid[], p_description text[], p_idempotency_key text[] DEFAULT NULL::text[], p_request_hash text[] DEFAULT NULL::text[])
 RETURNS TABLE(entry_position integer, entry_id uuid, is_new boolean, is_same_request boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_entry record;
  v_line record;
begin
  select array_agg(o.company_id order by r.entry_position) as company_id,
    array_agg(o.reference order by r.entry_position) as reference,
    array_agg(case when r.source = 'reversal' then o.id end order by r.entry_position) as reverses,
    count(o.id) as originals, bool_or(r.entry_date < o.entry_date) as is_early into v_entry
  from unnest(p_original, p_entry_date, p_source) with ordinality as r (original, entry_date, source, entry_position)
  left join accounting.journal_entries o on o.tenant_id = v_tenant and o.id = r.original;
  if v_entry.originals < cardinality(p_original) then
    raise exception using errcode = 'ZT004', message = 'There is no such journal entry';
  end if;
  if v_entry.is_early then
    raise exception using errcode = 'ZT003', message = 'An entry is not taken back before its own date: choose that date or a later one';
  end if;
  select array_agg(r.entry_position::int order by l.position) as entry, array_agg(gen_random_uuid()) as id,
    array_agg(l.account_id order by l.position) as account_id, array_agg(l.currency order by l.position) as currency,
    array_agg(l.credit order by l.position) as debit, array_agg(l.debit order by l.position) as credit,
    array_agg(l.base_credit order by l.position) as base_debit, array_agg(l.base_debit order by l.position) as base_credit,
    array_agg(l.is_exchange_difference order by l.position) as is_difference,
    array_agg(l.customer_id order by l.position) as customer_id, array_agg(l.vendor_id order by l.position) as vendor_id,
    array_agg(l.description order by l.position) as description into v_line
  from (
    select r.entry_position, j.*, row_number() over (order by r.entry_position, j.line_number) as position
    from unnest(p_original) with ordinality as r (original, entry_position)
    join accounting.journal_lines j on j.tenant_id = v_tenant and j.entry_id = r.original
  ) l
  cross join lateral (select l.entry_position) r;
  return query select w.entry_position, w.entry_id, w.is_new, w.is_same_request from accounting.write_entries(
    p_new_id, v_entry.company_id, p_entry_date, p_description, v_entry.reference, p_source, p_source_id, v_entry.reverses,
    coalesce(p_idempotency_key, array_fill(null::text, array[cardinality(p_original)])),
    coalesce(p_request_hash, array_fill(null::text, array[cardinality(p_original)])),
    v_line.entry, v_line.id, v_line.account_id, v_line.currency, v_line.debit, v_line.credit, v_line.base_debit,
    v_line.base_credit, v_line.is_difference, v_line.customer_id, v_line.vendor_id, v_line.description) w;
end $function$;
ALTER FUNCTION accounting.write_reversals(uuid[], uuid[], date[], text[], uuid[], text[], text[], text[]) OWNER TO ledger_writer;

-- function accounting.write_voids(text, uuid[])
CREATE OR REPLACE FUNCTION accounting.write_voids(p_source text, p_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v record;
begin
  if exists (
    select from accounting.documents(p_source) c
    where c.tenant_id = v_tenant and c.credited_id = any (p_ids) and c.status not in ('draft', 'void')
  ) then
    raise exception using errcode = 'ZT003', message = 'There are credit notes of this document: void those first';
  end if;
  with document as materialized (
    select d.id, d.voided_on, e.id as entry_id, e.description
    from accounting.documents(p_source) d
    left join lateral (
      select j.id, j.description from accounting.journal_entries j
      where j.tenant_id = v_tenant and j.source_id = d.id and j.source = p_source offset 0
    ) e on true
    where d.tenant_id = v_tenant and d.id = any (p_ids)
  )
  select (select count(*) from document) as documents, count(*)::int as entries,
    array_agg(d.entry_id order by d.voided_on, d.id) as original, array_agg(gen_random_uuid()) as id,
    array_agg(d.voided_on order by d.voided_on, d.id) as voided_on, array_agg(d.id order by d.voided_on, d.id) as source_id,
    array_agg(d.description || ' voided' order by d.voided_on, d.id) as description
  into v
  -- A document over 0.00 has no entry.
  from document d where d.entry_id is not null;
  if v.documents < cardinality(p_ids) then
    raise exception using errcode = 'ZT005', message = 'Documents are posted in the scope of their tenant and company';
  elsif v.entries > 0 then
    perform accounting.write_reversals(v.original, v.id, v.voided_on, array_fill(p_source || '_void', array[v.entries]),
      v.source_id, v.description);
  end if;
end $function$;
ALTER FUNCTION accounting.write_voids(text, uuid[]) OWNER TO ledger_writer;

-- function auth.end_memberships()
CREATE OR REPLACE FUNCTION auth.end_memberships()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  scope constant text[] := auth.leave_scope();
  membership record;
begin
  perform auth.refuse_last_admin(old.id);
  for membership in
    select m.tenant_id, m.user_id from auth.memberships m where m.identity_id = old.id order by m.tenant_id
  loop
    perform set_config('app.current_tenant_id', membership.tenant_id::text, true);
    update tenancy.users u set status = 'removed', identity_id = null
    where u.tenant_id = membership.tenant_id and u.id = membership.user_id;
  end loop;
  perform auth.enter_scope(scope);
  return old;
end $function$;
ALTER FUNCTION auth.end_memberships() OWNER TO membership_keeper;

-- function auth.enter_scope(text[])
CREATE OR REPLACE FUNCTION auth.enter_scope(scope text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  perform set_config('app.current_tenant_id', coalesce(scope[1], ''), true),
    set_config('app.current_user_id', coalesce(scope[2], ''), true),
    set_config('app.current_company_id', coalesce(scope[3], ''), true);
end $function$;
ALTER FUNCTION auth.enter_scope(text[]) OWNER TO membership_keeper;

-- function auth.keep_directory()
CREATE OR REPLACE FUNCTION auth.keep_directory()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tg_op = 'DELETE' then
    delete from auth.tenant_directory d where d.id = old.id;
    return null;
  end if;
  insert into auth.tenant_directory as d (id, name, status) values (new.id, new.name, new.status)
  on conflict (id) do update set name = excluded.name, status = excluded.status, updated_at = clock_timestamp();
  return null;
end $function$;
ALTER FUNCTION auth.keep_directory() OWNER TO membership_keeper;

-- function auth.keep_membership()
CREATE OR REPLACE FUNCTION auth.keep_membership()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tg_op = 'DELETE' or (tg_op = 'UPDATE' and old.identity_id is distinct from new.identity_id) then
    delete from auth.memberships m
    where m.identity_id = old.identity_id and m.tenant_id = old.tenant_id and m.user_id = old.id;
  end if;
  if tg_op = 'DELETE' or new.identity_id is null then
    return null;
  end if;
  if tg_op = 'INSERT' or old.identity_id is distinct from new.identity_id or old.email_lower <> new.email_lower then
    perform auth.require_own_address(new.identity_id, new.email_lower, tg_op = 'UPDATE');
  end if;
  begin
    insert into auth.memberships as m (identity_id, tenant_id, user_id, name, role, status)
    values (new.identity_id, new.tenant_id, new.id, new.name, new.role, new.status)
    on conflict (identity_id, tenant_id) do update set user_id = excluded.user_id, name = excluded.name,
      role = excluded.role, status = excluded.status, updated_at = clock_timestamp();
  exception when foreign_key_violation then
    -- The foreign key waits for who deletes the person just now, where a query would still see the person.
    raise exception using errcode = 'ZT004', message = 'There is no person with this identity id: pass session.user.id';
  end;
  return null;
end $function$;
ALTER FUNCTION auth.keep_membership() OWNER TO membership_keeper;

-- function auth.keep_sign_in()
CREATE OR REPLACE FUNCTION auth.keep_sign_in()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  person uuid;
begin
  for person in
    select u.id from auth."user" u
    where u.id in (select g.user_id from gone g) and u.email_verified
      and not exists (select from auth.account a where a.user_id = u.id)
    order by u.id
  loop
    perform auth.refuse_last_admin(person);
  end loop;
  return null;
end $function$;

-- grants auth.keep_sign_in()
GRANT EXECUTE ON FUNCTION auth.keep_sign_in() TO identity;

-- function auth.keep_to_addressee()
CREATE OR REPLACE FUNCTION auth.keep_to_addressee()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform auth.require_own_address(
    (select u.identity_id from tenancy.users u where u.tenant_id = new.tenant_id and u.id = new.accepted_by),
    new.email_lower, true);
  return null;
end $function$;
ALTER FUNCTION auth.keep_to_addressee() OWNER TO membership_keeper;

-- function auth.leave_scope()
CREATE OR REPLACE FUNCTION auth.leave_scope()
 RETURNS text[]
 LANGUAGE plpgsql
AS $function$
declare
  scope constant text[] := array[current_setting('app.current_tenant_id', true),
    current_setting('app.current_user_id', true), current_setting('app.current_company_id', true)];
begin
  perform auth.enter_scope(array['', '', '']);
  return scope;
end $function$;
ALTER FUNCTION auth.leave_scope() OWNER TO membership_keeper;

-- function auth.memberships_of(uuid)
CREATE OR REPLACE FUNCTION auth.memberships_of(p_identity uuid)
 RETURNS TABLE(tenant_id uuid, tenant_name text, user_id uuid)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return query
    select m.tenant_id, t.name, m.user_id
    from auth.memberships m join auth.tenant_directory t on t.id = m.tenant_id
    where m.identity_id = p_identity and m.status <> 'removed'
    order by t.name, m.tenant_id;
end $function$;
ALTER FUNCTION auth.memberships_of(uuid) OWNER TO membership_keeper;

-- grants auth.memberships_of(uuid)
GRANT EXECUTE ON FUNCTION auth.memberships_of(uuid) TO identity;

-- function auth.refuse_last_admin(uuid)
CREATE OR REPLACE FUNCTION auth.refuse_last_admin(p_identity uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  tenants constant text := (select string_agg(s.tenant_id::text, ', ') from auth.sole_admin_of(p_identity) s);
begin
  if tenants is not null then
    raise exception using errcode = 'ZT002',
      message = format('The person is the last active admin of %s: make another member admin there first', tenants);
  end if;
end $function$;
ALTER FUNCTION auth.refuse_last_admin(uuid) OWNER TO membership_keeper;

-- grants auth.refuse_last_admin(uuid)
GRANT EXECUTE ON FUNCTION auth.refuse_last_admin(uuid) TO identity;

-- function auth.require_own_address(uuid, text, boolean)
CREATE OR REPLACE FUNCTION auth.require_own_address(p_identity uuid, p_email_lower text, p_must_be_proven boolean)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_email text;
  v_verified boolean;
begin
  select u.email, u.email_verified into v_email, v_verified from auth."user" u where u.id = p_identity;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no person with this identity id: pass session.user.id';
  end if;
  if v_email <> p_email_lower then
    raise exception using errcode = 'ZT003',
      message = 'The e-mail address is not that of the person: pass session.user.email';
  end if;
  if p_must_be_proven and not v_verified then
    raise exception using errcode = 'ZT003',
      message = 'The person has not verified the e-mail address yet: send the verification mail, and try again afterwards';
  end if;
end $function$;
ALTER FUNCTION auth.require_own_address(uuid, text, boolean) OWNER TO membership_keeper;

-- function auth.set_profile_active(uuid, boolean)
CREATE OR REPLACE FUNCTION auth.set_profile_active(p_identity uuid, p_active boolean)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  before constant text := coalesce(current_setting('app.current_identity_id', true), '');
  is_there boolean;
begin
  perform set_config('app.current_identity_id', p_identity::text, true);
  update auth.user_profiles p set is_active = p_active, updated_at = clock_timestamp() where p.user_id = p_identity;
  is_there := found;
  perform set_config('app.current_identity_id', before, true);
  return is_there;
end $function$;
ALTER FUNCTION auth.set_profile_active(uuid, boolean) OWNER TO self_service;

-- grants auth.set_profile_active(uuid, boolean)
GRANT EXECUTE ON FUNCTION auth.set_profile_active(uuid, boolean) TO identity;

-- function auth.sole_admin_of(uuid)
CREATE OR REPLACE FUNCTION auth.sole_admin_of(p_identity uuid)
 RETURNS TABLE(tenant_id uuid, tenant_name text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  scope constant text[] := auth.leave_scope();
  membership record;
begin
  for membership in
    select m.tenant_id, m.user_id, t.name
    from auth.memberships m join auth.tenant_directory t on t.id = m.tenant_id
    where m.identity_id = p_identity and m.role = 'admin' and m.status = 'active' and t.status <> 'archived'
    order by t.name, m.tenant_id
  loop
    perform set_config('app.current_tenant_id', membership.tenant_id::text, true);
    if not exists (
      select from tenancy.users u
      where u.tenant_id = membership.tenant_id and u.role = 'admin' and u.status = 'active' and u.id <> membership.user_id
    ) then
      tenant_id := membership.tenant_id;
      tenant_name := membership.name;
      return next;
    end if;
  end loop;
  perform auth.enter_scope(scope);
end $function$;
ALTER FUNCTION auth.sole_admin_of(uuid) OWNER TO membership_keeper;

-- grants auth.sole_admin_of(uuid)
GRANT EXECUTE ON FUNCTION auth.sole_admin_of(uuid) TO identity;

-- function sales.add_supplements()
CREATE OR REPLACE FUNCTION sales.add_supplements()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_day record;
  v_closing uuid;
begin
  for v_day in execute format(
    'select l.tenant_id, l.business_id, l.day, array_agg(l.sale_id) as sales, array_agg(l.abono_id) as abonos
     from (%s) l group by 1, 2, 3 order by 1, 2, 3', tg_argv[0])
  loop
    perform tenancy.require_own_scope(v_day.tenant_id, v_day.business_id);
    -- One after the other, so that each supplement has the next number.
    perform from sales.businesses b where b.tenant_id = v_day.tenant_id and b.id = v_day.business_id for no key update;
    if not sales.is_day_closed(v_day.business_id, v_day.day) then
      raise exception using errcode = 'ZT003', message = 'The day is open: what is of an open day is not late';
    end if;
    insert into sales.day_closings as c (tenant_id, business_id, day, supplement, sale_count, sold_amount, contado_amount,
      credito_amount, net_weight, voided_amount, commission_amount, route_count, closed_by)
    select v_day.tenant_id, v_day.business_id, v_day.day,
      (select max(o.supplement) + 1 from sales.day_closings o
       where o.tenant_id = v_day.tenant_id and o.business_id = v_day.business_id and o.day = v_day.day),
      count(*), coalesce(sum(s.total_amount), 0),
      coalesce(sum(s.total_amount) filter (where s.sale_type = 'contado'), 0),
      coalesce(sum(s.total_amount) filter (where s.sale_type = 'credito'), 0), coalesce(sum(s.net_weight), 0), 0,
      coalesce(round(sum(s.amount_paid * s.commission_rate) / 100, 2), 0), 0, sales.current_member_id(v_day.business_id)
    from sales.sales s
    where s.tenant_id = v_day.tenant_id and s.id = any (v_day.sales)
    returning c.id into v_closing;
    insert into sales.day_closing_money (tenant_id, business_id, closing_id, payment_method, sales_amount, abonos_amount,
      refunds_amount, routes_expected, handed_in)
    select v_day.tenant_id, v_day.business_id, v_closing, m.payment_method, sum(m.sales), sum(m.abonos), 0, 0, 0
    from (
      select s.payment_method, s.amount_paid as sales, 0.00 as abonos from sales.sales s
      where s.tenant_id = v_day.tenant_id and s.id = any (v_day.sales) and s.amount_paid > 0
      union all
      select a.payment_method, 0, a.amount from sales.abonos a
      where a.tenant_id = v_day.tenant_id and a.id = any (v_day.abonos)
    ) m
    group by m.payment_method;
    insert into sales.day_closing_late (tenant_id, business_id, closing_id, sale_id, abono_id)
    select v_day.tenant_id, v_day.business_id, v_closing, l.sale_id, l.abono_id
    from unnest(v_day.sales, v_day.abonos) as l (sale_id, abono_id);
  end loop;
  return null;
end $function$;
ALTER FUNCTION sales.add_supplements() OWNER TO sales_writer;

-- grants sales.add_supplements()
GRANT EXECUTE ON FUNCTION sales.add_supplements() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.add_supplements() TO platform;

-- function sales.add_totals(uuid[], date)
CREATE OR REPLACE FUNCTION sales.add_totals(p_sale_id uuid[], p_voided_on date)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_sold constant int := (p_voided_on is null)::int;
  v_voided constant int := 1 - v_sold;
begin
  insert into sales.product_totals as t (tenant_id, business_id, day, seller_id, sales_point, product_id, quantity,
    sold_amount, voided_quantity, voided_amount, costed_amount, cost_amount)
  select v_tenant, s.business_id, coalesce(p_voided_on, s.sale_day), s.seller_id, coalesce(s.sales_point, ''), i.product_id,
    v_sold * sum(i.quantity), v_sold * sum(i.subtotal), v_voided * sum(i.quantity), v_voided * sum(i.subtotal),
    (v_sold - v_voided) * coalesce(sum(i.subtotal) filter (where i.unit_cost is not null), 0),
    (v_sold - v_voided) * coalesce(sum(round(i.quantity * i.unit_cost, 2)), 0)
  from sales.sales s
  join sales.sale_items i on i.tenant_id = v_tenant and i.sale_id = s.id
  where s.tenant_id = v_tenant and s.id = any (p_sale_id)
  group by 2, 3, 4, 5, 6
  order by 2, 3, 4, 5, 6
  on conflict (tenant_id, business_id, day, seller_id, sales_point, product_id) do update
  set quantity = t.quantity + excluded.quantity, sold_amount = t.sold_amount + excluded.sold_amount,
    voided_quantity = t.voided_quantity + excluded.voided_quantity, voided_amount = t.voided_amount + excluded.voided_amount,
    costed_amount = t.costed_amount + excluded.costed_amount, cost_amount = t.cost_amount + excluded.cost_amount;

  insert into sales.sale_totals as t (tenant_id, business_id, day, seller_id, sales_point, sale_type, payment_method,
    sale_count, sold_amount, paid_amount, voided_count, voided_amount, refunded_amount)
  select v_tenant, s.business_id, coalesce(p_voided_on, s.sale_day), s.seller_id, coalesce(s.sales_point, ''), s.sale_type,
    coalesce(s.payment_method, 'efectivo'), v_sold * count(*), v_sold * sum(s.total_amount), v_sold * sum(s.amount_paid),
    v_voided * count(*), v_voided * sum(s.total_amount), v_voided * sum(s.amount_paid)
  from sales.sales s
  where s.tenant_id = v_tenant and s.id = any (p_sale_id)
  group by 2, 3, 4, 5, 6, 7
  order by 2, 3, 4, 5, 6, 7
  on conflict (tenant_id, business_id, day, seller_id, sales_point, sale_type, payment_method) do update
  set sale_count = t.sale_count + excluded.sale_count, sold_amount = t.sold_amount + excluded.sold_amount,
    paid_amount = t.paid_amount + excluded.paid_amount, voided_count = t.voided_count + excluded.voided_count,
    voided_amount = t.voided_amount + excluded.voided_amount, refunded_amount = t.refunded_amount + excluded.refunded_amount;
end $function$;
ALTER FUNCTION sales.add_totals(uuid[], date) OWNER TO sales_writer;

-- function sales.allocate_abono(uuid, jsonb)
CREATE OR REPLACE FUNCTION sales.allocate_abono(p_id uuid, p_allocations jsonb)
 RETURNS TABLE(abono sales.abonos, allocations jsonb)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_abono sales.abonos;
  v_today date;
begin
  v_abono := sales.lock_abono(p_id);
  if v_abono.status = 'void' then
    raise exception using errcode = 'ZT003', message = 'The abono is void';
  elsif not sales.is_admin_negocio(v_abono.business_id) and sales.current_member_id(v_abono.business_id) is null then
    raise exception using errcode = 'ZT006', message = 'Only a member of the business may allocate its abonos';
  end if;
  v_today := sales.business_day(v_abono.business_id, now());
  if sales.is_day_closed(v_abono.business_id, v_today) then
    raise exception using errcode = 'ZT003', message = 'An allocation counts on today, and today is closed: allocate it tomorrow';
  end if;
  if p_allocations = '"oldest"' then
    perform sales.allocate_oldest(array[p_id], v_today);
  elsif jsonb_typeof(p_allocations) = 'array' then
    perform sales.allocate_to(p_id, p_allocations, v_today);
  else
    raise exception using errcode = 'ZT002', message = 'p_allocations is "oldest", or a list of sales';
  end if;
  return query
    select b, sales.allocations_of_abono(b.id) from sales.abonos b where b.tenant_id = v_tenant and b.id = p_id;
end $function$;
ALTER FUNCTION sales.allocate_abono(uuid, jsonb) OWNER TO sales_writer;

-- grants sales.allocate_abono(uuid, jsonb)
GRANT EXECUTE ON FUNCTION sales.allocate_abono(uuid, jsonb) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.allocate_abono(uuid, jsonb) TO platform;

-- function sales.allocate_in_order(uuid[], uuid[], date)
CREATE OR REPLACE FUNCTION sales.allocate_in_order(p_abono_id uuid[], p_sale_id uuid[], p_from date DEFAULT NULL::date)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_written uuid[];
begin
  with credit as (
    select b.id, b.business_id, b.client_id, b.abono_day, b.amount - b.allocated_amount as amount,
      sum(b.amount - b.allocated_amount) over (partition by b.client_id order by g.position) as until
    from unnest(p_abono_id) with ordinality as g (id, position)
    cross join lateral (select r.* from sales.abonos r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) b
    where b.status = 'recorded' and b.allocated_amount < b.amount
  ), due as (
    select s.id, s.business_id, s.client_id, s.sale_day, s.balance_due as amount,
      sum(s.balance_due) over (partition by s.client_id order by g.position) as until
    from unnest(p_sale_id) with ordinality as g (id, position)
    cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
    where s.status = 'recorded' and s.balance_due > 0
  ), written as (
    insert into sales.abono_allocations (tenant_id, business_id, abono_id, sale_id, amount, allocated_on)
    select v_tenant, c.business_id, c.id, d.id,
      least(c.until, d.until) - greatest(c.until - c.amount, d.until - d.amount),
      greatest(c.abono_day, d.sale_day, p_from)
    from credit c
    join due d on d.business_id = c.business_id and d.client_id = c.client_id
      and c.until - c.amount < d.until and d.until - d.amount < c.until
    returning id
  )
  select coalesce(array_agg(w.id), '{}') into v_written from written w;
  if cardinality(v_written) > 0 then
    perform sales.apply_allocations(v_written, 1);
  end if;
end $function$;
ALTER FUNCTION sales.allocate_in_order(uuid[], uuid[], date) OWNER TO sales_writer;

-- function sales.allocate_oldest(uuid[], date)
CREATE OR REPLACE FUNCTION sales.allocate_oldest(p_abono_id uuid[], p_from date)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  if cardinality(p_abono_id) > 0 then
    perform sales.allocate_in_order(p_abono_id, array(
        select s.id
        from (select distinct b.client_id from sales.abonos b where b.tenant_id = v_tenant and b.id = any (p_abono_id)) c
        cross join lateral (
          select r.* from sales.sales r
          where r.tenant_id = v_tenant and r.client_id = c.client_id and r.balance_due > 0 offset 0) s
        order by s.sale_date, s.created_at, s.id
      ), p_from);
  end if;
end $function$;
ALTER FUNCTION sales.allocate_oldest(uuid[], date) OWNER TO sales_writer;

-- function sales.allocate_to(uuid, jsonb, date)
CREATE OR REPLACE FUNCTION sales.allocate_to(p_abono_id uuid, p_allocations jsonb, p_from date)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_named record;
  v_written uuid;
begin
  for v_named in
    select s.id, s.status, s.client_id = b.client_id as is_customers, s.sale_day, b.business_id, b.abono_day, g.position,
      g.named ->> 'amount' as amount, g.named ->> 'saleId' as sale_id
    from jsonb_array_elements(p_allocations) with ordinality as g (named, position)
    join sales.abonos b on b.tenant_id = v_tenant and b.id = p_abono_id
    left join sales.sales s on s.tenant_id = v_tenant and s.business_id = b.business_id and s.id = (g.named ->> 'saleId')::uuid
    order by g.position
  loop
    if v_named.id is null or v_named.is_customers is not true then
      raise exception using errcode = 'ZT004',
        message = format('allocations.%s.saleId: the customer has no such sale', v_named.position - 1);
    elsif v_named.status <> 'recorded' then
      raise exception using errcode = 'ZT003', message = format('allocations.%s.saleId: the sale does not count: it is %s',
        v_named.position - 1, v_named.status);
    elsif v_named.amount::numeric <= 0 or scale(v_named.amount::numeric) > 2 or v_named.amount::numeric = 'NaN' then
      raise exception using errcode = 'ZT002',
        message = format('allocations.%s.amount: use an amount above 0 with at most two decimals', v_named.position - 1);
    end if;
    -- What others of the list took is seen: each is a statement of its own.
    insert into sales.abono_allocations (tenant_id, business_id, abono_id, sale_id, amount, allocated_on)
    select v_tenant, b.business_id, b.id, s.id, least(s.balance_due, b.amount - b.allocated_amount, v_named.amount::numeric),
      greatest(b.abono_day, s.sale_day, p_from)
    from sales.abonos b
    join sales.sales s on s.tenant_id = v_tenant and s.id = v_named.id
    where b.tenant_id = v_tenant and b.id = p_abono_id and s.balance_due > 0 and b.allocated_amount < b.amount
    returning id into v_written;
    if found then
      perform sales.apply_allocations(array[v_written], 1);
    end if;
  end loop;
end $function$;
ALTER FUNCTION sales.allocate_to(uuid, jsonb, date) OWNER TO sales_writer;

-- function sales.allocations_of_abono(uuid)
CREATE OR REPLACE FUNCTION sales.allocations_of_abono(p_abono_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN (SELECT COALESCE(jsonb_agg(jsonb_build_object('id', a.id, 'saleId', a.sale_id, 'amount', (a.amount)::text, 'allocatedOn', a.allocated_on) ORDER BY s.sale_date, s.created_at, s.id, a.id), '[]'::jsonb) AS "coalesce" FROM (sales.abono_allocations a JOIN sales.sales s ON (((s.tenant_id = a.tenant_id) AND (s.id = a.sale_id)))) WHERE ((a.tenant_id = tenancy.current_tenant_id()) AND (a.abono_id = allocations_of_abono.p_abono_id) AND (a.reversed_on IS NULL)));

-- grants sales.allocations_of_abono(uuid)
GRANT EXECUTE ON FUNCTION sales.allocations_of_abono(uuid) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.allocations_of_abono(uuid) TO platform;

-- function sales.apply_allocations(uuid[], integer)
CREATE OR REPLACE FUNCTION sales.apply_allocations(p_id uuid[], p_sign integer)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_sales uuid[];
  v_abonos uuid[];
begin
  select array_agg(distinct g.sale_id), array_agg(distinct g.abono_id) into v_sales, v_abonos
  from sales.abono_allocations g where g.tenant_id = v_tenant and g.id = any (p_id);
  update sales.sales s set balance_due = s.balance_due - p_sign * a.amount
  from (select g.sale_id, sum(g.amount) as amount from sales.abono_allocations g
        where g.tenant_id = v_tenant and g.id = any (p_id) group by 1) a
  where s.tenant_id = v_tenant and s.id = any (v_sales) and s.id = a.sale_id;
  update sales.abonos b set allocated_amount = b.allocated_amount + p_sign * a.amount
  from (select g.abono_id, sum(g.amount) as amount from sales.abono_allocations g
        where g.tenant_id = v_tenant and g.id = any (p_id) group by 1) a
  where b.tenant_id = v_tenant and b.id = any (v_abonos) and b.id = a.abono_id;
  update sales.customer_balances c
  set open_due = c.open_due - p_sign * a.amount, credit = c.credit - p_sign * a.amount
  from (
    select b.client_id, sum(g.amount) as amount
    from sales.abono_allocations g
    cross join lateral (
      select r.client_id from sales.abonos r where r.tenant_id = v_tenant and r.id between g.abono_id and g.abono_id order by r.id) b
    where g.tenant_id = v_tenant and g.id = any (p_id) group by 1
  ) a
  where c.tenant_id = v_tenant and c.client_id = a.client_id and c.client_id = any (array(
    select r.client_id from sales.abonos r where r.tenant_id = v_tenant and r.id = any (v_abonos)));
end $function$;
ALTER FUNCTION sales.apply_allocations(uuid[], integer) OWNER TO sales_writer;

-- function sales.assign_products(uuid, jsonb, text, text)
CREATE OR REPLACE FUNCTION sales.assign_products(p_distribucion_id uuid, p_items jsonb, p_idempotency_key text, p_request_hash text)
 RETURNS SETOF sales.distribuciones
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_route sales.distribuciones;
  v_products uuid[];
  v_quantities numeric[];
  v_problem text;
  v_hash text;
begin
  v_route := sales.lock_route(p_distribucion_id, 'load');
  select a.request_hash into v_hash from sales.distribucion_assignments a
  where a.tenant_id = v_route.tenant_id and a.business_id = v_route.business_id and a.idempotency_key = p_idempotency_key;
  if found then
    if v_hash is distinct from p_request_hash then
      raise exception using errcode = 'ZT003', message = 'The idempotencyKey was used for another assignment: choose a new one';
    end if;
    return next v_route;
    return;
  end if;
  if v_route.estado = 'cerrado' then
    raise exception using errcode = 'ZT003', message = 'The route is settled: assign the products to another';
  end if;

  select array_agg(g.product_id order by g.n), array_agg(g.quantity order by g.n), 
    (array_agg(format('Item %s: %s', g.n, g.problem) order by g.n) filter (where g.problem is not null))[1]
  into v_products, v_quantities, v_problem
  from (
    select g.*, case
      when p.id is null then 'there is no such product'
      when not p.is_active then 'the product is archived'
      when count(*) over (partition by g.product_id) > 1 then 'the product comes twice'
      when (g.quantity > 0 and g.quantity <= 9999999.999 and g.quantity = round(g.quantity, 3)) is not true
        then 'use a quantity above 0, with at most three decimals'
      when p.unit = 'unidad' and g.quantity <> trunc(g.quantity) then 'pieces are whole'
    end as problem
    from rows from (jsonb_to_recordset(p_items) as (product_id uuid, quantity numeric)) with ordinality
      as g (product_id, quantity, n)
    left join sales.products p
      on p.tenant_id = v_route.tenant_id and p.business_id = v_route.business_id and p.id = g.product_id
  ) g;
  if v_problem is not null or v_products is null then
    raise exception using errcode = 'ZT002', message = coalesce(v_problem, 'An assignment names at least one product');
  end if;
  perform sales.write_assignments(v_route.business_id, v_route.id, v_products, v_quantities, p_idempotency_key, p_request_hash);
  return query select r.* from sales.distribuciones r where r.tenant_id = v_route.tenant_id and r.id = v_route.id;
end $function$;
ALTER FUNCTION sales.assign_products(uuid, jsonb, text, text) OWNER TO sales_writer;

-- grants sales.assign_products(uuid, jsonb, text, text)
GRANT EXECUTE ON FUNCTION sales.assign_products(uuid, jsonb, text, text) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.assign_products(uuid, jsonb, text, text) TO platform;

-- function sales.business_day(uuid, timestamp with time zone)
CREATE OR REPLACE FUNCTION sales.business_day(p_business_id uuid, p_at timestamp with time zone)
 RETURNS date
 LANGUAGE sql
 STABLE
RETURN (SELECT ((business_day.p_at AT TIME ZONE b.time_zone))::date AS timezone FROM sales.businesses b WHERE ((b.tenant_id = tenancy.current_tenant_id()) AND (b.id = business_day.p_business_id)));

-- grants sales.business_day(uuid, timestamp with time zone)
GRANT EXECUTE ON FUNCTION sales.business_day(uuid, timestamp with time zone) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.business_day(uuid, timestamp with time zone) TO platform;

-- function sales.check_abonos(uuid[])
CREATE OR REPLACE FUNCTION sales.check_abonos(p_abono_id uuid[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_refused record;
begin
  select g.position, p.problem into v_refused
  from unnest(p_abono_id) with ordinality as g (id, position)
  cross join lateral (select r.* from sales.abonos r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) b
  cross join lateral (select x.* from sales.business_users x where x.tenant_id = v_tenant and x.id between b.seller_id and b.seller_id order by x.id) m
  left join lateral (select x.* from sales.distribuciones x where x.tenant_id = v_tenant and x.id between b.distribucion_id and b.distribucion_id order by x.id) d on true
  cross join lateral (select case
    when not sales.may_act_for(b.business_id, b.seller_id)
      then array['ZT006', 'sellerId: only an admin_negocio of the business may record what another member received']
    when not m.is_active then array['ZT003', 'sellerId: the member is archived: restore them first']
    when b.abono_day > sales.business_day(b.business_id, now())
      then array['ZT002', 'abonoDate: the day has not come yet: date the abono on today or before']
    when not b.is_late and sales.is_day_closed(b.business_id, b.abono_day)
      then array['ZT003', 'abonoDate: the day is closed: date the abono on an open day']
    when d.estado <> 'en_ruta' then array['ZT003', 'distribucionId: the route is not under way (en_ruta)']
    when d.vendedor_id <> b.seller_id then array['ZT002', 'distribucionId: the route is another vendor''s']
  end as problem) p
  where p.problem is not null
  order by g.position limit 1;
  if found then
    raise exception using errcode = v_refused.problem[1], message = case when cardinality(p_abono_id) > 1
      then format('Abono %s: ', v_refused.position) else '' end || v_refused.problem[2];
  end if;
end $function$;
ALTER FUNCTION sales.check_abonos(uuid[]) OWNER TO sales_writer;

-- function sales.check_sales(uuid[])
CREATE OR REPLACE FUNCTION sales.check_sales(p_sale_id uuid[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_refused record;
begin
  select g.position, p.problem into v_refused
  from unnest(p_sale_id) with ordinality as g (id, position)
  cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
  cross join lateral (select x.* from sales.business_users x where x.tenant_id = v_tenant and x.id between s.seller_id and s.seller_id order by x.id) m
  left join lateral (select x.* from sales.customers x where x.tenant_id = v_tenant and x.id between s.client_id and s.client_id order by x.id) c on true
  left join lateral (select x.* from sales.distribuciones x where x.tenant_id = v_tenant and x.id between s.distribucion_id and s.distribucion_id order by x.id) d on true
  left join lateral (select x.* from sales.orders x where x.tenant_id = v_tenant and x.id between s.order_id and s.order_id order by x.id) o on true
  left join lateral (select x.* from sales.sales x where x.tenant_id = v_tenant and x.id between s.corrects_sale_id and s.corrects_sale_id order by x.id) r on true
  cross join lateral sales.config_of(s.business_id) k
  cross join lateral (select case
    when not sales.may_act_for(s.business_id, s.seller_id)
      then array['ZT006', 'sellerId: only an admin_negocio of the business may record what another member sold']
    when not m.is_active then array['ZT003', 'sellerId: the member is archived: restore them first']
    when not c.is_active then array['ZT003', 'clientId: the customer is archived: restore them first']
    when s.sale_day > sales.business_day(s.business_id, now())
      then array['ZT002', 'saleDate: the day has not come yet: date the sale on today or before']
    when not s.is_late and sales.is_day_closed(s.business_id, s.sale_day)
      then array['ZT003', 'saleDate: the day is closed: date the sale on an open day']
    when s.order_id is null and k.modo_operacion = 'pedidos'
      then array['ZT003', 'orderId: the business sells what was ordered: name the order that the sale delivers']
    when o.status <> 'ordered' then array['ZT003', 'orderId: the order is delivered or cancelled']
    when o.client_id is distinct from s.client_id and o.id is not null
      then array['ZT002', 'orderId: the order is of another customer']
    when s.distribucion_id is null and k.usar_distribucion and m.role = 'vendedor'
      then array['ZT003', 'distribucionId: a vendor sells from a route that is under way: name it']
    when d.estado <> 'en_ruta' then array['ZT003', 'distribucionId: the route is not under way (en_ruta)']
    when d.vendedor_id <> s.seller_id then array['ZT002', 'distribucionId: the route is another vendor''s']
    when r.status <> 'void' then array['ZT003', 'correctsSaleId: the sale is not void: correct it by a call, which voids it']
  end as problem) p
  where p.problem is not null
  order by g.position limit 1;
  if found then
    raise exception using errcode = v_refused.problem[1],
      message = sales.sale_label(cardinality(p_sale_id), v_refused.position::int) || v_refused.problem[2];
  end if;

  select g.position, i.line_number, p.problem into v_refused
  from unnest(p_sale_id) with ordinality as g (id, position)
  cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
  cross join lateral (select r.* from sales.sale_items r where r.tenant_id = v_tenant and r.sale_id between s.id and s.id order by r.sale_id) i
  cross join lateral (select x.* from sales.products x where x.tenant_id = v_tenant and x.id between i.product_id and i.product_id order by x.id) t
  cross join lateral sales.config_of(s.business_id) k
  cross join lateral (select case
    when not t.is_active then array['ZT003', 'productId: the product is archived: restore it first']
    when k.control_kilos and i.unit = 'kg' and i.gross is null
      then array['ZT002', 'gross: the business weighs what it sells by the kilo: give gross and tara']
  end as problem) p
  where p.problem is not null
  order by g.position, i.line_number limit 1;
  if found then
    raise exception using errcode = v_refused.problem[1], message = sales.item_label(cardinality(p_sale_id),
      v_refused.position::int, v_refused.line_number) || ': ' || v_refused.problem[2];
  end if;
end $function$;
ALTER FUNCTION sales.check_sales(uuid[]) OWNER TO sales_writer;

-- function sales.close_day(uuid, date, jsonb, text)
CREATE OR REPLACE FUNCTION sales.close_day(p_business_id uuid, p_day date, p_counted jsonb, p_request_hash text)
 RETURNS SETOF sales.day_closings
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_closing sales.day_closings;
begin
  perform tenancy.require_own_scope(v_tenant, p_business_id);
  perform from sales.businesses b where b.tenant_id = v_tenant and b.id = p_business_id for update;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such business';
  elsif not sales.is_admin_negocio(p_business_id) then
    raise exception using errcode = 'ZT006', message = 'Only an admin_negocio of the business may close a day';
  end if;
  select c.* into v_closing from sales.day_closings c
  where c.tenant_id = v_tenant and c.business_id = p_business_id and c.day = p_day and c.supplement = 0;
  if found and v_closing.request_hash = p_request_hash then
    return next v_closing;
    return;
  elsif found then
    raise exception using errcode = 'ZT003', message = 'The day is closed already';
  elsif (p_day <= sales.business_day(p_business_id, now())) is not true then
    raise exception using errcode = 'ZT002', message = 'A day is closed once it has begun in the business''s time zone';
  elsif exists (select from sales.distribuciones r where r.tenant_id = v_tenant and r.business_id = p_business_id
                  and r.fecha = p_day and r.estado <> 'cerrado') then
    raise exception using errcode = 'ZT003', message = 'Routes of the day are open: settle them first';
  elsif not sales.is_money_by_method(p_counted) then
    raise exception using errcode = 'ZT002',
      message = 'Money is counted by efectivo, yape, plin or transferencia, with amounts of 0 or more and two decimals';
  end if;

  update sales.businesses b set last_closed_day = greatest(b.last_closed_day, p_day)
  where b.tenant_id = v_tenant and b.id = p_business_id;
  insert into sales.day_closings as c (tenant_id, business_id, day, sale_count, sold_amount, contado_amount, credito_amount,
    net_weight, voided_amount, commission_amount, route_count, closed_by, request_hash)
  select v_tenant, p_business_id, p_day, coalesce(sum(v.sale_count), 0), coalesce(sum(v.sold_amount), 0),
    coalesce(sum(v.contado_amount), 0), coalesce(sum(v.credito_amount), 0), coalesce(sum(v.net_weight), 0),
    (select coalesce(sum(s.total_amount), 0) from sales.sales s
     where s.tenant_id = v_tenant and s.business_id = p_business_id and s.voided_on = p_day and sales.was_recorded(s.id)),
    coalesce(sum(v.commission_amount), 0),
    (select count(*) from sales.distribuciones r
     where r.tenant_id = v_tenant and r.business_id = p_business_id and r.fecha = p_day),
    sales.current_member_id(p_business_id), p_request_hash
  from sales.day_vendors(p_business_id, p_day) v
  returning c.* into v_closing;

  insert into sales.day_closing_vendors (tenant_id, business_id, closing_id, member_id, sale_count, sold_amount, net_weight,
    collected_amount, commission_amount)
  select v_tenant, p_business_id, v_closing.id, v.member_id, v.sale_count, v.sold_amount, v.net_weight, v.collected_amount,
    v.commission_amount
  from sales.day_vendors(p_business_id, p_day) v;
  insert into sales.day_closing_money (tenant_id, business_id, closing_id, payment_method, sales_amount, abonos_amount,
    refunds_amount, routes_expected, handed_in, counted)
  select v_tenant, p_business_id, v_closing.id, payment_method, coalesce(m.sales_amount, 0), coalesce(m.abonos_amount, 0),
    coalesce(m.refunds_amount, 0), coalesce(m.routes_expected, 0), coalesce(m.handed_in, 0), h.amount::numeric
  from sales.day_money(p_business_id, p_day) m
  full join jsonb_each_text(p_counted) as h (payment_method, amount) using (payment_method);
  insert into sales.day_closing_stock (tenant_id, business_id, closing_id, product_id, kind, quantity)
  select v_tenant, p_business_id, v_closing.id, p.id, m.kind, sum(m.quantity)
  from sales.products p
  join sales.stock_movements m on m.tenant_id = p.tenant_id and m.product_id = p.id and m.day = p_day
  where p.tenant_id = v_tenant and p.business_id = p_business_id
  group by p.id, m.kind;
  return next v_closing;
end $function$;
ALTER FUNCTION sales.close_day(uuid, date, jsonb, text) OWNER TO sales_writer;

-- grants sales.close_day(uuid, date, jsonb, text)
GRANT EXECUTE ON FUNCTION sales.close_day(uuid, date, jsonb, text) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.close_day(uuid, date, jsonb, text) TO platform;

-- function sales.close_distribucion(uuid, jsonb, jsonb, text)
CREATE OR REPLACE FUNCTION sales.close_distribucion(p_distribucion_id uuid, p_items jsonb, p_money jsonb, p_request_hash text)
 RETURNS SETOF sales.distribuciones
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_route sales.distribuciones;
  v_problem text;
begin
  v_route := sales.lock_route(p_distribucion_id, 'settle');
  if v_route.estado = 'cerrado' and v_route.settlement_hash = p_request_hash then
    return next v_route;
    return;
  elsif v_route.estado <> 'en_ruta' then
    raise exception using errcode = 'ZT003', message = case v_route.estado
      when 'activo' then 'The route has not left: start it first'
      else 'The route is settled already: an admin_negocio may open it again' end;
  end if;
  perform from sales.distribucion_items i
  where i.tenant_id = v_route.tenant_id and i.distribucion_id = v_route.id
  order by i.product_id for no key update;

  perform sales.write_assignments(v_route.business_id, v_route.id, array_agg(i.product_id order by i.product_id),
    array_agg(i.sold - i.assigned order by i.product_id), null, null)
  from sales.distribucion_items i
  where i.tenant_id = v_route.tenant_id and i.distribucion_id = v_route.id and i.sold > i.assigned
  having count(*) > 0;

  v_problem := sales.problem_of_settlement(v_route.tenant_id, v_route.id, p_items, p_money);
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = v_problem;
  end if;
  update sales.distribucion_items i
  set returned = coalesce(g.returned, 0), lost = coalesce(g.lost, 0), loss_reason = case when g.lost > 0 then g.loss_reason end
  from jsonb_to_recordset(p_items) as g (product_id uuid, returned numeric, lost numeric, loss_reason text)
  where i.tenant_id = v_route.tenant_id and i.distribucion_id = v_route.id and i.product_id = g.product_id;
  perform sales.write_settlement_movements(v_route.business_id, v_route.id, 'return');

  insert into sales.distribucion_money (tenant_id, business_id, distribucion_id, settlement, payment_method, expected, handed_in)
  select v_route.tenant_id, v_route.business_id, v_route.id, v_route.settlements + 1, payment_method,
    coalesce(e.sales_amount + e.abonos_amount - e.refunds_amount, 0), coalesce(h.amount::numeric, 0)
  from sales.route_money(v_route.id) e
  full join jsonb_each_text(p_money) as h (payment_method, amount) using (payment_method);

  return query
    update sales.distribuciones r
    set estado = 'cerrado', closed_at = now(), closed_by = sales.current_member_id(r.business_id),
      settlements = r.settlements + 1, settlement_hash = p_request_hash
    where r.tenant_id = v_route.tenant_id and r.id = v_route.id
    returning r.*;
end $function$;
ALTER FUNCTION sales.close_distribucion(uuid, jsonb, jsonb, text) OWNER TO sales_writer;

-- grants sales.close_distribucion(uuid, jsonb, jsonb, text)
GRANT EXECUTE ON FUNCTION sales.close_distribucion(uuid, jsonb, jsonb, text) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.close_distribucion(uuid, jsonb, jsonb, text) TO platform;

-- function sales.commission_rate_on(uuid, date)
CREATE OR REPLACE FUNCTION sales.commission_rate_on(p_member_id uuid, p_day date)
 RETURNS numeric
 LANGUAGE sql
 STABLE
RETURN (SELECT r.rate FROM sales.commission_rates r WHERE ((r.tenant_id = tenancy.current_tenant_id()) AND (r.member_id = commission_rate_on.p_member_id) AND (r.valid_from <= commission_rate_on.p_day)) ORDER BY r.valid_from DESC LIMIT 1);

-- grants sales.commission_rate_on(uuid, date)
GRANT EXECUTE ON FUNCTION sales.commission_rate_on(uuid, date) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.commission_rate_on(uuid, date) TO platform;

-- function sales.commissions_between(uuid, date, date)
CREATE OR REPLACE FUNCTION sales.commissions_between(p_business_id uuid, p_from date, p_to date)
 RETURNS TABLE(member_id uuid, collected_amount numeric, commission_amount numeric)
 LANGUAGE sql
 STABLE
AS $function$
  select m.seller_id, sum(m.amount), round(sum(m.amount * m.rate) / 100, 2)
  from (
    select s.seller_id, s.amount_paid as amount, s.commission_rate as rate from sales.sales s
    where s.tenant_id = tenancy.current_tenant_id() and s.business_id = p_business_id
      and s.sale_day between p_from and p_to and (s.status = 'recorded' or s.status = 'void' and sales.was_recorded(s.id))
    union all
    select s.seller_id, -s.amount_paid, s.commission_rate from sales.sales s
    where s.tenant_id = tenancy.current_tenant_id() and s.business_id = p_business_id
      and s.voided_on between p_from and p_to and sales.was_recorded(s.id)
    union all
    select s.seller_id, a.amount, s.commission_rate from sales.abono_allocations a
    join sales.sales s on s.tenant_id = a.tenant_id and s.id = a.sale_id
    where a.tenant_id = tenancy.current_tenant_id() and a.business_id = p_business_id
      and a.allocated_on between p_from and p_to
    union all
    select s.seller_id, -a.amount, s.commission_rate from sales.abono_allocations a
    join sales.sales s on s.tenant_id = a.tenant_id and s.id = a.sale_id
    where a.tenant_id = tenancy.current_tenant_id() and a.business_id = p_business_id
      and a.reversed_on between p_from and p_to
  ) m
  group by m.seller_id
$function$;

-- grants sales.commissions_between(uuid, date, date)
GRANT EXECUTE ON FUNCTION sales.commissions_between(uuid, date, date) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.commissions_between(uuid, date, date) TO platform;

-- function sales.config_of(uuid)
CREATE OR REPLACE FUNCTION sales.config_of(p_business_id uuid)
 RETURNS TABLE(modo_operacion text, control_kilos boolean, usar_distribucion boolean, permitir_venta_sin_stock boolean)
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce(b.modo_operacion, s.modo_operacion), coalesce(b.control_kilos, s.control_kilos),
    coalesce(b.usar_distribucion, s.usar_distribucion), coalesce(b.permitir_venta_sin_stock, s.permitir_venta_sin_stock)
  from sales.businesses b
  join sales.system_config s on s.tenant_id = b.tenant_id
  where b.tenant_id = tenancy.current_tenant_id() and b.id = p_business_id
$function$;

-- grants sales.config_of(uuid)
GRANT EXECUTE ON FUNCTION sales.config_of(uuid) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.config_of(uuid) TO platform;

-- function sales.count_on_routes(uuid[], integer)
CREATE OR REPLACE FUNCTION sales.count_on_routes(p_sale_id uuid[], p_sign integer)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  update sales.distribuciones d
  set kilos_vendidos = d.kilos_vendidos + p_sign * t.kilos, monto_recaudado = d.monto_recaudado + p_sign * t.paid
  from (
    select s.distribucion_id, sum(s.net_weight) as kilos, sum(s.amount_paid) as paid
    from sales.sales s where s.tenant_id = v_tenant and s.id = any (p_sale_id) group by 1
  ) t
  where d.tenant_id = v_tenant and d.id = t.distribucion_id;
end $function$;
ALTER FUNCTION sales.count_on_routes(uuid[], integer) OWNER TO sales_writer;

-- function sales.current_member_id(uuid)
CREATE OR REPLACE FUNCTION sales.current_member_id(p_business_id uuid)
 RETURNS uuid
 LANGUAGE sql
 STABLE
RETURN (SELECT m.id FROM sales.business_users m WHERE ((m.tenant_id = tenancy.current_tenant_id()) AND (m.business_id = current_member_id.p_business_id) AND (m.user_id = tenancy.current_user_id()) AND m.is_active));

-- grants sales.current_member_id(uuid)
GRANT EXECUTE ON FUNCTION sales.current_member_id(uuid) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.current_member_id(uuid) TO platform;

-- function sales.day_money(uuid, date)
CREATE OR REPLACE FUNCTION sales.day_money(p_business_id uuid, p_day date)
 RETURNS TABLE(payment_method text, sales_amount numeric, abonos_amount numeric, refunds_amount numeric, routes_expected numeric, handed_in numeric)
 LANGUAGE sql
 STABLE
AS $function$
  select m.payment_method, sum(m.sales), sum(m.abonos), sum(m.refunds), sum(m.routes_expected), sum(m.handed_in)
  from (
    select r.payment_method, r.sales_amount as sales, r.abonos_amount as abonos, r.refunds_amount as refunds,
      r.sales_amount + r.abonos_amount - r.refunds_amount as routes_expected, 0.00 as handed_in
    from sales.distribuciones d
    cross join lateral sales.route_money(d.id) r
    where d.tenant_id = tenancy.current_tenant_id() and d.business_id = p_business_id and d.fecha = p_day
    union all
    select h.payment_method, 0, 0, 0, 0, h.handed_in
    from sales.distribuciones d
    join sales.distribucion_money h
      on h.tenant_id = d.tenant_id and h.distribucion_id = d.id and h.settlement = d.settlements
    where d.tenant_id = tenancy.current_tenant_id() and d.business_id = p_business_id and d.fecha = p_day
      and d.estado = 'cerrado'
    union all
    select s.payment_method, s.amount_paid, 0, 0, 0, 0 from sales.sales s
    where s.tenant_id = tenancy.current_tenant_id() and s.business_id = p_business_id and s.sale_day = p_day
      and s.distribucion_id is null and s.amount_paid > 0 and not s.is_late
      and (s.status = 'recorded' or s.status = 'void' and sales.was_recorded(s.id))
    union all
    select a.payment_method, 0, a.amount, 0, 0, 0 from sales.abonos a
    where a.tenant_id = tenancy.current_tenant_id() and a.business_id = p_business_id and a.abono_day = p_day
      and a.distribucion_id is null and not a.is_late
    union all
    select f.payment_method, 0, 0, f.amount, 0, 0 from sales.refunds f
    where f.tenant_id = tenancy.current_tenant_id() and f.business_id = p_business_id and f.refund_day = p_day
      and f.distribucion_id is null
  ) m
  group by m.payment_method
$function$;

-- grants sales.day_money(uuid, date)
GRANT EXECUTE ON FUNCTION sales.day_money(uuid, date) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.day_money(uuid, date) TO platform;

-- function sales.day_vendors(uuid, date)
CREATE OR REPLACE FUNCTION sales.day_vendors(p_business_id uuid, p_day date)
 RETURNS TABLE(member_id uuid, sale_count integer, sold_amount numeric, contado_amount numeric, credito_amount numeric, net_weight numeric, collected_amount numeric, commission_amount numeric)
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce(s.seller_id, c.member_id), coalesce(s.sale_count, 0)::int, coalesce(s.contado + s.credito, 0),
    coalesce(s.contado, 0), coalesce(s.credito, 0), coalesce(s.net_weight, 0), coalesce(c.collected_amount, 0),
    coalesce(c.commission_amount, 0)
  from (
    select s.seller_id, count(*) as sale_count,
      coalesce(sum(s.total_amount) filter (where s.sale_type = 'contado'), 0) as contado,
      coalesce(sum(s.total_amount) filter (where s.sale_type = 'credito'), 0) as credito,
      sum(s.net_weight) as net_weight
    from sales.sales s
    where s.tenant_id = tenancy.current_tenant_id() and s.business_id = p_business_id and s.sale_day = p_day
      and (s.status = 'recorded' or s.status = 'void' and sales.was_recorded(s.id)) and not s.is_late
    group by 1
  ) s
  full join sales.commissions_between(p_business_id, p_day, p_day) c on c.member_id = s.seller_id
$function$;

-- grants sales.day_vendors(uuid, date)
GRANT EXECUTE ON FUNCTION sales.day_vendors(uuid, date) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.day_vendors(uuid, date) TO platform;

-- function sales.deliver_order(uuid, uuid, uuid, uuid, text, numeric, text, boolean, timestamp with time zone, jsonb, text, text)
CREATE OR REPLACE FUNCTION sales.deliver_order(p_order_id uuid, p_id uuid, p_seller_id uuid, p_distribucion_id uuid, p_sale_type text, p_amount_paid numeric, p_payment_method text, p_use_credit boolean, p_sale_date timestamp with time zone, p_items jsonb, p_idempotency_key text, p_request_hash text)
 RETURNS TABLE(is_same_request boolean, sale sales.sales, items jsonb)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_order sales.orders;
begin
  perform tenancy.require_own_scope(tenancy.current_tenant_id(), null);
  select o.* into v_order from sales.orders o where o.tenant_id = tenancy.current_tenant_id() and o.id = p_order_id;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such order';
  end if;
  return query
    select r.is_same_request, r.sale, r.items
    from (
      select array_agg(1 order by i.n) as sale, array_agg(gen_random_uuid()) as id,
        array_agg(i.product_id order by i.n) as product_id, array_agg(i.gross order by i.n) as gross,
        array_agg(i.tara order by i.n) as tara, array_agg(i.quantity order by i.n) as quantity,
        array_agg(i.unit_price order by i.n) as unit_price
      from (
        select g.n, g.product_id, g.gross, g.tara, g.quantity, g.unit_price
        from rows from (
          jsonb_to_recordset(p_items) as (product_id uuid, gross numeric, tara numeric, quantity numeric, unit_price numeric)
        ) with ordinality as g (product_id, gross, tara, quantity, unit_price, n)
        union all
        select o.line_number, o.product_id, null, null, o.quantity, o.unit_price from sales.order_items o
        where p_items is null and o.tenant_id = v_order.tenant_id and o.order_id = v_order.id
      ) i
    ) i
    cross join lateral sales.record_sales(array[p_id], array[v_order.business_id], array[v_order.client_id],
      array[p_seller_id], array[p_distribucion_id], array[p_order_id], array[p_sale_type], array[p_amount_paid],
      array[p_payment_method], array[p_use_credit], array[p_sale_date], array[null::uuid], array[null::text],
      array[p_idempotency_key], array[p_request_hash], i.sale, i.id, i.product_id, i.gross, i.tara, i.quantity,
      i.unit_price) r;
end $function$;
ALTER FUNCTION sales.deliver_order(uuid, uuid, uuid, uuid, text, numeric, text, boolean, timestamp with time zone, jsonb, text, text) OWNER TO sales_writer;

-- grants sales.deliver_order(uuid, uuid, uuid, uuid, text, numeric, text, boolean, timestamp with time zone, jsonb, text, text)
GRANT EXECUTE ON FUNCTION sales.deliver_order(uuid, uuid, uuid, uuid, text, numeric, text, boolean, timestamp with time zone, jsonb, text, text) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.deliver_order(uuid, uuid, uuid, uuid, text, numeric, text, boolean, timestamp with time zone, jsonb, text, text) TO platform;

-- function sales.free_allocations(uuid, uuid, date)
CREATE OR REPLACE FUNCTION sales.free_allocations(p_sale_id uuid, p_abono_id uuid, p_day date)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_freed uuid[];
begin
  with freed as (
    update sales.abono_allocations a set reversed_on = greatest(p_day, a.allocated_on)
    where a.tenant_id = v_tenant and (a.sale_id = p_sale_id or a.abono_id = p_abono_id) and a.reversed_on is null
    returning a.id
  )
  select coalesce(array_agg(f.id), '{}') into v_freed from freed f;
  if cardinality(v_freed) > 0 then
    perform sales.apply_allocations(v_freed, -1);
  end if;
end $function$;
ALTER FUNCTION sales.free_allocations(uuid, uuid, date) OWNER TO sales_writer;

-- function sales.guard_route_item()
CREATE OR REPLACE FUNCTION sales.guard_route_item()
 RETURNS trigger
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  if exists (select from sales.distribuciones r
             where r.tenant_id = new.tenant_id and r.id = new.distribucion_id and r.estado = 'cerrado') then
    raise exception using errcode = 'ZT003', message = 'The route is settled: nothing on it is changed';
  end if;
  return new;
end $function$;

-- grants sales.guard_route_item()
GRANT EXECUTE ON FUNCTION sales.guard_route_item() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.guard_route_item() TO platform;

-- function sales.has_stock(text, bigint)
CREATE OR REPLACE FUNCTION sales.has_stock(p_modo_operacion text, p_movements bigint)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ((p_modo_operacion <> 'sin_inventario'::text) AND ((p_modo_operacion <> 'mixto'::text) OR (p_movements > 0)));

-- grants sales.has_stock(text, bigint)
GRANT EXECUTE ON FUNCTION sales.has_stock(text, bigint) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.has_stock(text, bigint) TO platform;

-- function sales.is_admin_negocio(uuid)
CREATE OR REPLACE FUNCTION sales.is_admin_negocio(p_business_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN ((tenancy.current_user_id() IS NULL) OR (EXISTS (SELECT FROM sales.business_users m WHERE ((m.tenant_id = tenancy.current_tenant_id()) AND (m.business_id = is_admin_negocio.p_business_id) AND (m.user_id = tenancy.current_user_id()) AND (m.role = 'admin_negocio'::text) AND m.is_active))));

-- grants sales.is_admin_negocio(uuid)
GRANT EXECUTE ON FUNCTION sales.is_admin_negocio(uuid) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.is_admin_negocio(uuid) TO platform;

-- function sales.is_day_closed(uuid, date)
CREATE OR REPLACE FUNCTION sales.is_day_closed(p_business_id uuid, p_day date)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN (EXISTS (SELECT FROM sales.day_closings c WHERE ((c.tenant_id = tenancy.current_tenant_id()) AND (c.business_id = is_day_closed.p_business_id) AND (c.day = is_day_closed.p_day) AND (c.supplement = 0))));

-- grants sales.is_day_closed(uuid, date)
GRANT EXECUTE ON FUNCTION sales.is_day_closed(uuid, date) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.is_day_closed(uuid, date) TO platform;

-- function sales.is_money_by_method(jsonb)
CREATE OR REPLACE FUNCTION sales.is_money_by_method(p_money jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN (NOT (EXISTS (SELECT FROM jsonb_each_text(is_money_by_method.p_money) h(payment_method, amount) WHERE ((h.payment_method <> ALL (ARRAY['efectivo'::text, 'yape'::text, 'plin'::text, 'transferencia'::text])) OR ((((h.amount)::numeric >= (0)::numeric) AND ((h.amount)::numeric <= 9999999999.99) AND ((h.amount)::numeric = round((h.amount)::numeric, 2))) IS NOT TRUE)))));

-- grants sales.is_money_by_method(jsonb)
GRANT EXECUTE ON FUNCTION sales.is_money_by_method(jsonb) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.is_money_by_method(jsonb) TO platform;

-- function sales.is_tenant_admin()
CREATE OR REPLACE FUNCTION sales.is_tenant_admin()
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN ((tenancy.current_user_id() IS NULL) OR (EXISTS (SELECT FROM tenancy.users u WHERE ((u.tenant_id = tenancy.current_tenant_id()) AND (u.id = tenancy.current_user_id()) AND (u.role = 'admin'::text) AND (u.status = 'active'::text)))));

-- grants sales.is_tenant_admin()
GRANT EXECUTE ON FUNCTION sales.is_tenant_admin() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.is_tenant_admin() TO platform;

-- function sales.item_label(integer, integer, bigint)
CREATE OR REPLACE FUNCTION sales.item_label(p_sales integer, p_sale integer, p_item bigint)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (p_sales > 1) THEN format('Sale %s, item %s'::text, p_sale, p_item) ELSE format('Item %s'::text, p_item) END;

-- grants sales.item_label(integer, integer, bigint)
GRANT EXECUTE ON FUNCTION sales.item_label(integer, integer, bigint) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.item_label(integer, integer, bigint) TO platform;

-- function sales.items_of_sale(uuid)
CREATE OR REPLACE FUNCTION sales.items_of_sale(p_sale_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
RETURN (SELECT jsonb_agg(jsonb_build_object('id', i.id, 'lineNumber', i.line_number, 'productId', i.product_id, 'productName', i.product_name, 'unit', i.unit, 'gross', (i.gross)::text, 'tara', (i.tara)::text, 'quantity', (i.quantity)::text, 'unitPrice', (i.unit_price)::text, 'subtotal', (i.subtotal)::text, 'unitCost', (i.unit_cost)::text) ORDER BY i.line_number) AS jsonb_agg FROM sales.sale_items i WHERE ((i.tenant_id = tenancy.current_tenant_id()) AND (i.sale_id = items_of_sale.p_sale_id)));

-- grants sales.items_of_sale(uuid)
GRANT EXECUTE ON FUNCTION sales.items_of_sale(uuid) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.items_of_sale(uuid) TO platform;

-- function sales.keep_admin_negocio()
CREATE OR REPLACE FUNCTION sales.keep_admin_negocio()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform from sales.businesses b where b.tenant_id = old.tenant_id and b.id = old.business_id for no key update;
  if current_setting('transaction_isolation') <> 'read committed' then
    perform from sales.business_users m
    where m.tenant_id = old.tenant_id and m.business_id = old.business_id and m.role = 'admin_negocio' and m.is_active
    order by m.id for share;
  end if;
  if not exists (
    select from sales.business_users m
    where m.tenant_id = old.tenant_id and m.business_id = old.business_id and m.role = 'admin_negocio' and m.is_active
  ) and exists (
    select from sales.businesses b where b.tenant_id = old.tenant_id and b.id = old.business_id and b.is_active
  ) then
    raise exception using errcode = 'ZT002',
      message = 'A business needs an active admin_negocio: make another member admin_negocio first';
  end if;
  return null;
end $function$;

-- grants sales.keep_admin_negocio()
GRANT EXECUTE ON FUNCTION sales.keep_admin_negocio() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.keep_admin_negocio() TO platform;

-- function sales.keep_commission_rate()
CREATE OR REPLACE FUNCTION sales.keep_commission_rate()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform tenancy.require_own_scope(new.tenant_id, new.business_id);
  insert into sales.commission_rates as r (tenant_id, business_id, member_id, valid_from, rate)
  values (new.tenant_id, new.business_id, new.id,
    case tg_op when 'INSERT' then date '0001-01-01' else sales.business_day(new.business_id, now()) end,
    coalesce(new.commission_rate, 0))
  on conflict (tenant_id, member_id, business_id, valid_from) do update set rate = excluded.rate;
  return null;
end $function$;
ALTER FUNCTION sales.keep_commission_rate() OWNER TO sales_writer;

-- grants sales.keep_commission_rate()
GRANT EXECUTE ON FUNCTION sales.keep_commission_rate() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.keep_commission_rate() TO platform;

-- function sales.keep_order_totals()
CREATE OR REPLACE FUNCTION sales.keep_order_totals()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_orders uuid[];
begin
  perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w;
  v_orders := case tg_argv[0] when 'id' then array(select (to_jsonb(w) ->> 'id')::uuid from written w)
    else array(select distinct (to_jsonb(w) ->> 'order_id')::uuid from written w) end;
  perform from sales.orders o
  where o.tenant_id = tenancy.current_tenant_id() and o.id = any (v_orders)
  order by o.id for no key update;
  if exists (select from sales.orders o where o.tenant_id = tenancy.current_tenant_id() and o.id = any (v_orders)
               and o.status <> 'ordered') then
    raise exception using errcode = 'ZT003', message = 'An order takes items while it is ordered: make another';
  elsif tg_argv[0] <> 'id' and exists (
    select from written w
    join sales.products p on p.tenant_id = tenancy.current_tenant_id() and p.id = (to_jsonb(w) ->> 'product_id')::uuid
    where p.unit = 'unidad' and (to_jsonb(w) ->> 'quantity')::numeric % 1 <> 0
  ) then
    raise exception using errcode = 'ZT002', message = 'Pieces are whole: order a whole quantity of what is sold by unidad';
  elsif tg_argv[0] <> 'id' and exists (
    select from written w
    join sales.products p on p.tenant_id = tenancy.current_tenant_id() and p.id = (to_jsonb(w) ->> 'product_id')::uuid
    where not p.is_active
  ) then
    raise exception using errcode = 'ZT003', message = 'A product is archived: order another, or restore it';
  end if;
  update sales.orders o set total_amount = t.total
  from (select x.id, (select coalesce(sum(i.subtotal), 0) from sales.order_items i
                      where i.tenant_id = tenancy.current_tenant_id() and i.order_id = x.id) as total
        from unnest(v_orders) x (id)) t
  where o.tenant_id = tenancy.current_tenant_id() and o.id = t.id and o.total_amount <> t.total;
  return null;
end $function$;
ALTER FUNCTION sales.keep_order_totals() OWNER TO sales_writer;

-- grants sales.keep_order_totals()
GRANT EXECUTE ON FUNCTION sales.keep_order_totals() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.keep_order_totals() TO platform;

-- function sales.lock_abono(uuid)
CREATE OR REPLACE FUNCTION sales.lock_abono(p_id uuid)
 RETURNS sales.abonos
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_abono sales.abonos;
begin
  select b.* into v_abono from sales.abonos b where b.tenant_id = v_tenant and b.id = p_id;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such abono';
  end if;
  perform sales.lock_records(array[v_abono.business_id], array[v_abono.distribucion_id], null, array[v_abono.client_id], null);
  select b.* into v_abono from sales.abonos b where b.tenant_id = v_tenant and b.id = p_id for no key update;
  return v_abono;
end $function$;
ALTER FUNCTION sales.lock_abono(uuid) OWNER TO sales_writer;

-- function sales.lock_records(uuid[], uuid[], uuid[], uuid[], uuid[])
CREATE OR REPLACE FUNCTION sales.lock_records(p_business_id uuid[], p_distribucion_id uuid[], p_product_id uuid[], p_client_id uuid[], p_order_id uuid[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  -- Closing a day takes this lock FOR UPDATE: it waits for what is being recorded, and what comes later sees it.
  perform from (select distinct i as id from unnest(p_business_id) i where i is not null order by 1) g
  cross join lateral (
    select from sales.businesses b
    where b.tenant_id = v_tenant and b.id between g.id and g.id order by b.id for key share) l;
  if num_nonnulls(variadic p_distribucion_id) > 0 then
    perform from (select distinct i as id from unnest(p_distribucion_id) i where i is not null order by 1) g
    cross join lateral (
      select from sales.distribuciones d
      where d.tenant_id = v_tenant and d.id between g.id and g.id order by d.id for no key update) l;
  end if;
  if num_nonnulls(variadic p_product_id) > 0 then
    perform from (select distinct i as id from unnest(p_product_id) i where i is not null order by 1) g
    cross join lateral (
      select from sales.inventory s
      where s.tenant_id = v_tenant and s.product_id between g.id and g.id order by s.product_id for no key update) l;
  end if;
  if num_nonnulls(variadic p_client_id) > 0 then
    perform from (select distinct i as id from unnest(p_client_id) i where i is not null order by 1) g
    cross join lateral (
      select from sales.customer_balances c
      where c.tenant_id = v_tenant and c.client_id between g.id and g.id order by c.client_id for no key update) l;
  end if;
  if num_nonnulls(variadic p_order_id) > 0 then
    perform from (select distinct i as id from unnest(p_order_id) i where i is not null order by 1) g
    cross join lateral (
      select from sales.orders o
      where o.tenant_id = v_tenant and o.id between g.id and g.id order by o.id for no key update) l;
  end if;
end $function$;
ALTER FUNCTION sales.lock_records(uuid[], uuid[], uuid[], uuid[], uuid[]) OWNER TO sales_writer;

-- function sales.lock_route(uuid, text)
CREATE OR REPLACE FUNCTION sales.lock_route(p_distribucion_id uuid, p_what text)
 RETURNS sales.distribuciones
 LANGUAGE plpgsql
AS $function$
declare
  v_route sales.distribuciones;
begin
  perform tenancy.require_own_scope(tenancy.current_tenant_id(), null);
  select r.* into v_route from sales.distribuciones r
  where r.tenant_id = tenancy.current_tenant_id() and r.id = p_distribucion_id;
  perform sales.lock_records(array[v_route.business_id], array[p_distribucion_id], null, null, null);
  select r.* into v_route from sales.distribuciones r
  where r.tenant_id = tenancy.current_tenant_id() and r.id = p_distribucion_id;
  if v_route.id is null then
    raise exception using errcode = 'ZT004', message = 'There is no such route';
  end if;
  if not sales.may_act_for(v_route.business_id, v_route.vendedor_id) then
    raise exception using errcode = 'ZT006',
      message = format('Only the vendor of the route, or an admin_negocio, may %s it', p_what);
  end if;
  return v_route;
end $function$;
ALTER FUNCTION sales.lock_route(uuid, text) OWNER TO sales_writer;

-- function sales.lock_sale(uuid)
CREATE OR REPLACE FUNCTION sales.lock_sale(p_id uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_sale sales.sales;
begin
  select s.* into v_sale from sales.sales s where s.tenant_id = v_tenant and s.id = p_id;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such sale';
  end if;
  perform sales.lock_records(array[v_sale.business_id], array[v_sale.distribucion_id], array(
      select distinct i.product_id from sales.sale_items i where i.tenant_id = v_tenant and i.sale_id = p_id
    ), array[v_sale.client_id], array[v_sale.order_id]);
end $function$;
ALTER FUNCTION sales.lock_sale(uuid) OWNER TO sales_writer;

-- function sales.may_act_for(uuid, uuid)
CREATE OR REPLACE FUNCTION sales.may_act_for(p_business_id uuid, p_member_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN (sales.is_admin_negocio(p_business_id) OR COALESCE((p_member_id = sales.current_member_id(p_business_id)), false));

-- grants sales.may_act_for(uuid, uuid)
GRANT EXECUTE ON FUNCTION sales.may_act_for(uuid, uuid) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.may_act_for(uuid, uuid) TO platform;

-- function sales.move_debt(uuid[], uuid[], text[], uuid[], date[], numeric[])
CREATE OR REPLACE FUNCTION sales.move_debt(p_business_id uuid[], p_client_id uuid[], p_kind text[], p_source_id uuid[], p_day date[], p_amount numeric[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  insert into sales.debt_entries (tenant_id, business_id, client_id, kind, source_id, day, amount, client_version, balance_after)
  select v_tenant, e.business_id, e.client_id, e.kind, e.source_id, e.day, e.amount,
    b.version + row_number() over of_client, b.balance + sum(e.amount) over of_client
  from unnest(p_business_id, p_client_id, p_kind, p_source_id, p_day, p_amount) with ordinality as e
    (business_id, client_id, kind, source_id, day, amount, position)
  cross join lateral (
    select c.version, c.balance from sales.customer_balances c
    where c.tenant_id = v_tenant and c.client_id between e.client_id and e.client_id order by c.client_id
  ) b
  window of_client as (partition by e.client_id order by e.position);

  update sales.customer_balances b
  set open_due = b.open_due + e.due, credit = b.credit - e.paid, version = b.version + e.entries
  from (
    select g.client_id, count(*) as entries, coalesce(sum(g.amount) filter (where g.kind in ('sale', 'sale_void')), 0) as due,
      coalesce(sum(g.amount) filter (where g.kind in ('abono', 'abono_void')), 0) as paid
    from unnest(p_client_id, p_kind, p_amount) as g (client_id, kind, amount) group by 1
  ) e
  where b.tenant_id = v_tenant and b.client_id = any (p_client_id) and b.client_id = e.client_id;
end $function$;
ALTER FUNCTION sales.move_debt(uuid[], uuid[], text[], uuid[], date[], numeric[]) OWNER TO sales_writer;

-- function sales.move_stock(uuid[], uuid[], uuid[], text[], numeric[], numeric[], text[], text[], text[])
CREATE OR REPLACE FUNCTION sales.move_stock(p_id uuid[], p_business_id uuid[], p_product_id uuid[], p_kind text[], p_quantity numeric[], p_unit_cost numeric[], p_reason text[], p_idempotency_key text[], p_request_hash text[])
 RETURNS TABLE(element integer, is_new boolean, is_same_request boolean, movement sales.stock_movements)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_length constant int := tenancy.require_arrays(
    array['p_id', 'p_business_id', 'p_product_id', 'p_kind', 'p_quantity', 'p_unit_cost', 'p_reason', 'p_idempotency_key',
      'p_request_hash'],
    array[array_dims(p_id), array_dims(p_business_id), array_dims(p_product_id), array_dims(p_kind), array_dims(p_quantity),
      array_dims(p_unit_cost), array_dims(p_reason), array_dims(p_idempotency_key), array_dims(p_request_hash)],
    array[num_nulls(variadic p_id), num_nulls(variadic p_business_id), num_nulls(variadic p_product_id),
      num_nulls(variadic p_kind), num_nulls(variadic p_quantity)]);
  v_business uuid;
  v_known int[];
  v_new int[];
  v_part int;
begin
  foreach v_business in array array(select distinct b from unnest(p_business_id) b order by 1) loop
    perform tenancy.require_own_scope(v_tenant, v_business);
    if not sales.is_admin_negocio(v_business) then
      if exists (select from unnest(p_business_id, p_kind) as g (business_id, kind)
                 where g.business_id = v_business and g.kind <> 'receipt') then
        raise exception using errcode = 'ZT006', message = 'Only an admin_negocio of the business may adjust or count stock';
      end if;
      if sales.current_member_id(v_business) is null then
        raise exception using errcode = 'ZT006', message = 'Only a member of the business may receive stock';
      end if;
    end if;
  end loop;
  if exists (select from unnest(p_kind) k where k not in ('receipt', 'adjustment', 'count')) then
    raise exception using errcode = 'ZT002', message = 'By hand stock is moved by receipt, adjustment or count';
  end if;
  if exists (select from unnest(p_product_id, p_kind) as g (product_id, kind)
             group by g.product_id having count(*) > 1 and bool_or(g.kind = 'count')) then
    raise exception using errcode = 'ZT002', message = 'A product that is counted comes once in a call';
  end if;
  -- Locked before the keys are looked up, so that the same request at once waits here and finds the first one's.
  perform sales.lock_records(null, null, p_product_id, null, null);
  if (select count(*) from unnest(p_business_id, p_product_id) as g (business_id, product_id)
      join sales.inventory i on i.tenant_id = v_tenant and i.business_id = g.business_id and i.product_id = g.product_id)
    < v_length
  then
    raise exception using errcode = 'ZT004', message = 'There is no such product';
  end if;
  select g.position into v_part
  from unnest(p_product_id, p_quantity) with ordinality as g (product_id, quantity, position)
  join sales.products p on p.tenant_id = v_tenant and p.id = g.product_id
  where p.unit = 'unidad' and g.quantity <> trunc(g.quantity)
  order by 1 limit 1;
  if found then
    raise exception using errcode = 'ZT002', message = format('Element %s: quantity: pieces are whole', v_part);
  end if;
  v_known := array(
    select g.position from unnest(p_business_id, p_idempotency_key) with ordinality as g (business_id, key, position)
    join sales.stock_movements m on m.tenant_id = v_tenant and m.business_id = g.business_id and m.idempotency_key = g.key);
  v_new := array(select n from generate_series(1, v_length) n where n <> all (v_known) order by n);
  if cardinality(v_new) > 0 then
    perform sales.write_movements(array_agg(p_id[n] order by n), array_agg(p_business_id[n] order by n),
      array_agg(p_product_id[n] order by n), array_agg(p_kind[n] order by n), array_agg(null::uuid),
      array_agg(sales.business_day(p_business_id[n], now()) order by n), array_agg(p_quantity[n] order by n),
      array_agg(case p_kind[n] when 'receipt' then p_unit_cost[n] end order by n),
      array_agg(case p_kind[n] when 'count' then p_quantity[n] end order by n), array_agg(p_reason[n] order by n),
      array_agg(sales.current_member_id(p_business_id[n]) order by n), array_agg(p_idempotency_key[n] order by n),
      array_agg(p_request_hash[n] order by n), array_agg(format('Element %s', n) order by n))
    from unnest(v_new) n;
    update sales.products p set unit_cost = c.unit_cost
    from (select distinct on (p_product_id[n]) p_product_id[n] as product_id, p_unit_cost[n] as unit_cost
          from unnest(v_new) n where p_kind[n] = 'receipt' and p_unit_cost[n] is not null order by 1, n desc) c
    where p.tenant_id = v_tenant and p.id = c.product_id and p.unit_cost is distinct from c.unit_cost;
  end if;
  return query
    select g.position::int, g.position <> all (v_known), m.request_hash is not distinct from g.request_hash, m
    from unnest(p_id, p_business_id, p_idempotency_key, p_request_hash) with ordinality as g
      (id, business_id, key, request_hash, position)
    join sales.stock_movements m on m.tenant_id = v_tenant and m.business_id = g.business_id
      and case when g.position = any (v_known) then m.idempotency_key = g.key else m.id = g.id end
    order by 1;
end $function$;
ALTER FUNCTION sales.move_stock(uuid[], uuid[], uuid[], text[], numeric[], numeric[], text[], text[], text[]) OWNER TO sales_writer;

-- grants sales.move_stock(uuid[], uuid[], uuid[], text[], numeric[], numeric[], text[], text[], text[])
GRANT EXECUTE ON FUNCTION sales.move_stock(uuid[], uuid[], uuid[], text[], numeric[], numeric[], text[], text[], text[]) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.move_stock(uuid[], uuid[], uuid[], text[], numeric[], numeric[], text[], text[], text[]) TO platform;

-- function sales.open_config()
CREATE OR REPLACE FUNCTION sales.open_config()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform tenancy.require_own_scope(w.tenant_id, null) from written w;
  insert into sales.system_config (tenant_id)
  select distinct w.tenant_id from written w
  on conflict (tenant_id) do nothing;
  return null;
end $function$;
ALTER FUNCTION sales.open_config() OWNER TO sales_writer;

-- grants sales.open_config()
GRANT EXECUTE ON FUNCTION sales.open_config() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.open_config() TO platform;

-- function sales.open_customer_balances()
CREATE OR REPLACE FUNCTION sales.open_customer_balances()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w;
  insert into sales.customer_balances (tenant_id, business_id, client_id)
  select w.tenant_id, w.business_id, w.id from written w;
  return null;
end $function$;
ALTER FUNCTION sales.open_customer_balances() OWNER TO sales_writer;

-- grants sales.open_customer_balances()
GRANT EXECUTE ON FUNCTION sales.open_customer_balances() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.open_customer_balances() TO platform;

-- function sales.open_inventory()
CREATE OR REPLACE FUNCTION sales.open_inventory()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w;
  insert into sales.inventory (tenant_id, business_id, product_id)
  select w.tenant_id, w.business_id, w.id from written w;
  return null;
end $function$;
ALTER FUNCTION sales.open_inventory() OWNER TO sales_writer;

-- grants sales.open_inventory()
GRANT EXECUTE ON FUNCTION sales.open_inventory() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.open_inventory() TO platform;

-- function sales.post_abonos(uuid[])
CREATE OR REPLACE FUNCTION sales.post_abonos(p_abono_id uuid[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  perform sales.lock_records(array_agg(b.business_id), array_agg(b.distribucion_id), null, array_agg(b.client_id), null)
  from sales.abonos b where b.tenant_id = v_tenant and b.id = any (p_abono_id);
  perform sales.check_abonos(p_abono_id);
  perform sales.move_debt(array_agg(b.business_id order by g.position), array_agg(b.client_id order by g.position),
    array_agg('abono'::text), array_agg(b.id order by g.position), array_agg(b.abono_day order by g.position),
    array_agg(-b.amount order by g.position))
  from unnest(p_abono_id) with ordinality as g (id, position)
  cross join lateral (select r.* from sales.abonos r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) b;
  update sales.distribuciones d set monto_recaudado = d.monto_recaudado + t.amount
  from (select b.distribucion_id, sum(b.amount) as amount from sales.abonos b
        where b.tenant_id = v_tenant and b.id = any (p_abono_id) and b.distribucion_id is not null group by 1) t
  where d.tenant_id = v_tenant and d.id = t.distribucion_id;
end $function$;
ALTER FUNCTION sales.post_abonos(uuid[]) OWNER TO sales_writer;

-- function sales.post_sales(uuid[])
CREATE OR REPLACE FUNCTION sales.post_sales(p_sale_id uuid[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_locks record;
  v_beyond int;
begin
  select array_agg(distinct s.business_id) as businesses, array_agg(distinct s.distribucion_id) as routes,
    array_agg(distinct s.client_id) filter (where s.total_amount > s.amount_paid) as clients,
    array_agg(distinct s.order_id) as orders into v_locks
  from sales.sales s where s.tenant_id = v_tenant and s.id = any (p_sale_id);
  perform sales.lock_records(v_locks.businesses, v_locks.routes, array(
      select distinct i.product_id from sales.sales s
      cross join lateral (select r.* from sales.sale_items r where r.tenant_id = v_tenant and r.sale_id between s.id and s.id order by r.sale_id) i
      cross join lateral sales.config_of(s.business_id) k
      where s.tenant_id = v_tenant and s.id = any (p_sale_id) and s.distribucion_id is null
        and k.modo_operacion <> 'sin_inventario'
    ), v_locks.clients, v_locks.orders);
  perform sales.check_sales(p_sale_id);
  perform sales.take_goods(p_sale_id);

  if cardinality(v_locks.clients) > 0 then
    perform sales.move_debt(array_agg(s.business_id order by g.position), array_agg(s.client_id order by g.position),
      array_agg('sale'::text), array_agg(s.id order by g.position), array_agg(s.sale_day order by g.position),
      array_agg(s.total_amount - s.amount_paid order by g.position))
    from unnest(p_sale_id) with ordinality as g (id, position)
    cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
    where s.total_amount > s.amount_paid;
    select g.position into v_beyond
    from unnest(p_sale_id) with ordinality as g (id, position)
    cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
    cross join lateral (select x.* from sales.customers x where x.tenant_id = v_tenant and x.id between s.client_id and s.client_id order by x.id) c
    cross join lateral (
      select x.balance from sales.customer_balances x where x.tenant_id = v_tenant and x.client_id between s.client_id and s.client_id order by x.client_id) b
    where s.total_amount > s.amount_paid and b.balance > c.credit_limit
    order by g.position desc limit 1;
    if found then
      raise exception using errcode = 'ZT002', message = sales.sale_label(cardinality(p_sale_id), v_beyond)
        || 'clientId: the debt would go beyond the customer''s credit limit: take more at once, or an abono first';
    end if;
  end if;
  if num_nonnulls(variadic v_locks.orders) > 0 then
    update sales.orders o set status = 'delivered'
    where o.tenant_id = v_tenant and o.id = any (v_locks.orders);
  end if;
  perform sales.add_totals(p_sale_id, null);
end $function$;
ALTER FUNCTION sales.post_sales(uuid[]) OWNER TO sales_writer;

-- function sales.post_written_abonos()
CREATE OR REPLACE FUNCTION sales.post_written_abonos()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
begin
  perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w;
  if exists (select from written) then
    perform sales.post_abonos(array(select w.id from written w order by w.id));
  end if;
  return null;
end $function$;
ALTER FUNCTION sales.post_written_abonos() OWNER TO sales_writer;

-- grants sales.post_written_abonos()
GRANT EXECUTE ON FUNCTION sales.post_written_abonos() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.post_written_abonos() TO platform;

-- function sales.price_items(integer[], uuid[], integer[], uuid[], uuid[], numeric[], numeric[], numeric[], numeric[])
CREATE OR REPLACE FUNCTION sales.price_items(p_sales integer[], p_business_id uuid[], p_item_sale integer[], p_item_id uuid[], p_product_id uuid[], p_gross numeric[], p_tara numeric[], p_quantity numeric[], p_unit_price numeric[])
 RETURNS TABLE(sale integer, line_number integer, id uuid, product_id uuid, product_name text, unit text, gross numeric, tara numeric, quantity numeric, unit_price numeric, subtotal numeric, unit_cost numeric)
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_problem record;
begin
  select g.sale, g.line_number, x.problem into v_problem
  from (
    select i.*, row_number() over (partition by i.sale order by i.position) as line_number
    from unnest(p_item_sale, p_product_id, p_gross, p_tara, p_quantity, p_unit_price) with ordinality as i
      (sale, product_id, gross, tara, quantity, unit_price, position)
  ) g
  left join lateral (
    select r.* from sales.products r
    where r.tenant_id = v_tenant and r.business_id = p_business_id[g.sale] and r.id between g.product_id and g.product_id order by r.id
  ) p on true
  cross join lateral (select case
    when p.id is null then array['ZT004', 'productId: there is no such product in the business']
    when not p.is_active then array['ZT003', 'productId: the product is archived: restore it first']
    when (g.gross is null) <> (g.tara is null) then array['ZT002', 'gross and tara: give both, or neither']
    when g.gross is not null and p.unit <> 'kg'
      then array['ZT002', 'gross and tara: the product is sold by the piece: give its quantity alone']
    when g.gross is null and g.quantity is null then array['ZT002', 'quantity: give it, or gross and tara']
    when g.quantity <> g.gross - g.tara then array['ZT002', 'quantity: it is gross less tara: leave it out']
    when coalesce(g.gross - g.tara, g.quantity) <= 0 or g.tara < 0
      then array['ZT002', 'quantity: what is sold is above 0, and a tara is not below 0']
    when scale(g.gross) > 3 or scale(g.tara) > 3 or scale(g.quantity) > 3
      then array['ZT002', 'quantity: use at most three decimals']
    when p.unit <> 'kg' and g.quantity <> trunc(g.quantity) then array['ZT002', 'quantity: pieces are whole']
    when g.unit_price is null and p.base_price is null
      then array['ZT002', 'unitPrice: the product has no base price: give one']
    when g.unit_price < 0 or scale(g.unit_price) > 2
      then array['ZT002', 'unitPrice: use a price of 0 or more with at most two decimals']
  end as problem) x
  where x.problem is not null and g.sale = any (p_sales)
  order by g.position limit 1;
  if found then
    raise exception using errcode = v_problem.problem[1],
      message = sales.item_label(cardinality(p_business_id), v_problem.sale, v_problem.line_number) || ': ' || v_problem.problem[2];
  end if;
  return query
    select i.sale, (row_number() over (partition by i.sale order by i.position))::int, i.id, p.id, p.name::text, p.unit, i.gross,
      i.tara, q.quantity, c.price, round(q.quantity * c.price, 2), p.unit_cost
    from unnest(p_item_sale, p_item_id, p_product_id, p_gross, p_tara, p_quantity, p_unit_price) with ordinality as i
      (sale, id, product_id, gross, tara, quantity, unit_price, position)
    cross join lateral (
      select r.* from sales.products r
      where r.tenant_id = v_tenant and r.business_id = p_business_id[i.sale] and r.id between i.product_id and i.product_id order by r.id
    ) p
    cross join lateral (select coalesce(i.gross - i.tara, i.quantity) as quantity) q
    cross join lateral (select coalesce(i.unit_price, p.base_price) as price) c
    where i.sale = any (p_sales)
    order by i.position;
end $function$;
ALTER FUNCTION sales.price_items(integer[], uuid[], integer[], uuid[], uuid[], numeric[], numeric[], numeric[], numeric[]) OWNER TO sales_writer;

-- function sales.problem_of_settlement(uuid, uuid, jsonb, jsonb)
CREATE OR REPLACE FUNCTION sales.problem_of_settlement(p_tenant_id uuid, p_distribucion_id uuid, p_items jsonb, p_money jsonb)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  with item as (
    select i.product_id, i.assigned, i.sold, p.unit
    from sales.distribucion_items i
    join sales.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
    where i.tenant_id = p_tenant_id and i.distribucion_id = p_distribucion_id
  ), given as (
    select g.n, g.product_id, g.sold, coalesce(g.returned, 0) as returned, coalesce(g.lost, 0) as lost, g.loss_reason
    from rows from (
      jsonb_to_recordset(p_items) as (product_id uuid, sold numeric, returned numeric, lost numeric, loss_reason text)
    ) with ordinality as g (product_id, sold, returned, lost, loss_reason, n)
  ), problem as (
    select g.n, format('Item %s: %s', g.n, case
      when i.product_id is null then 'the product is not on the route'
      when count(*) over (partition by g.product_id) > 1 then 'the product comes twice'
      when not (g.returned between 0 and 9999999.999 and g.lost between 0 and 9999999.999
          and g.returned = round(g.returned, 3) and g.lost = round(g.lost, 3))
        then 'use quantities of 0 or more, with at most three decimals'
      when i.unit = 'unidad' and g.returned <> trunc(g.returned) then 'pieces are whole'
      when g.sold <> i.sold
        then 'the recorded sales of the route come to another quantity: record the missing sale, or void the wrong one'
      when g.lost > 0 and btrim(coalesce(g.loss_reason, '')) = '' then 'what is lost needs a reason'
      when i.sold + g.returned + g.lost <> i.assigned then 'sold, returned and lost do not come to what was assigned'
      else '-' end) as text
    from given g left join item i on i.product_id = g.product_id
    union all
    select 1000000, 'A product of the route is missing: say what of it was returned or lost'
    from item i where i.sold <> i.assigned and not exists (select from given g where g.product_id = i.product_id)
    union all
    select 1000001, 'Money is handed in by efectivo, yape, plin or transferencia, with amounts of 0 or more and two decimals'
    where not sales.is_money_by_method(p_money)
  )
  select p.text from problem p where p.text not like '%: -' order by p.n limit 1
$function$;
ALTER FUNCTION sales.problem_of_settlement(uuid, uuid, jsonb, jsonb) OWNER TO sales_writer;

-- function sales.record_abonos(uuid[], uuid[], uuid[], uuid[], uuid[], numeric[], text[], text[], timestamp with time zone[], jsonb[], text[], text[])
CREATE OR REPLACE FUNCTION sales.record_abonos(p_id uuid[], p_business_id uuid[], p_client_id uuid[], p_seller_id uuid[], p_distribucion_id uuid[], p_amount numeric[], p_payment_method text[], p_notes text[], p_abono_date timestamp with time zone[], p_allocations jsonb[], p_idempotency_key text[], p_request_hash text[])
 RETURNS TABLE(abono_position integer, is_new boolean, is_same_request boolean, abono sales.abonos, allocations jsonb)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_business uuid;
  v_position int;
  v_first int[];
  v_ids uuid[];
  v_new int[];
begin
  perform tenancy.require_arrays(
    '{p_id,p_business_id,p_client_id,p_amount,p_payment_method,p_seller_id,p_distribucion_id,p_notes,p_abono_date,p_allocations,p_idempotency_key,p_request_hash}',
    array[array_dims(p_id), array_dims(p_business_id), array_dims(p_client_id), array_dims(p_amount),
      array_dims(p_payment_method), array_dims(p_seller_id), array_dims(p_distribucion_id), array_dims(p_notes),
      array_dims(p_abono_date), array_dims(p_allocations), array_dims(p_idempotency_key), array_dims(p_request_hash)],
    array[num_nulls(variadic p_id), num_nulls(variadic p_business_id), num_nulls(variadic p_client_id),
      num_nulls(variadic p_amount), num_nulls(variadic p_payment_method)]);
  foreach v_business in array array(select distinct b from unnest(p_business_id) b order by 1) loop
    perform tenancy.require_own_scope(v_tenant, v_business);
    if sales.current_member_id(v_business) is null and num_nulls(variadic p_seller_id) > 0 then
      raise exception using errcode = 'ZT006',
        message = 'sellerId: the scope names no active member of the business: name the member who received it';
    end if;
  end loop;
  v_first := array(
    select min(g.position)::int from unnest(p_business_id, p_idempotency_key) with ordinality as g (business_id, key, position)
    group by g.business_id, g.key, case when g.key is null then g.position end order by 1);
  if (select count(distinct p_id[n]) from unnest(v_first) n) < cardinality(v_first) then
    raise exception using errcode = 'unique_violation', message = 'p_id gives two abonos one id', schema = 'sales',
      table = 'abonos', constraint = 'abonos_pkey';
  end if;
  perform sales.lock_records(p_business_id, null, null, null, null);
  with written as (
    insert into sales.abonos as b (tenant_id, id, business_id, client_id, seller_id, distribucion_id, amount, payment_method,
      notes, abono_date, abono_day, idempotency_key, request_hash)
    select v_tenant, p_id[n], p_business_id[n], p_client_id[n],
      coalesce(p_seller_id[n], sales.current_member_id(p_business_id[n])), p_distribucion_id[n], p_amount[n],
      p_payment_method[n], p_notes[n], a.at, sales.business_day(p_business_id[n], a.at), p_idempotency_key[n], p_request_hash[n]
    from unnest(v_first) n
    cross join lateral (select coalesce(p_abono_date[n], now()) as at) a
    -- In the order of the keys, so that two batches with the same keys cannot wait for each other.
    order by p_idempotency_key[n], n
    on conflict do nothing
    returning b.id
  )
  select coalesce(array_agg(n order by n), '{}') into v_new from unnest(v_first) n join written w on w.id = p_id[n];
  if exists (
    select from unnest(v_first) n
    where n <> all (v_new) and not exists (
      select from sales.abonos b
      where b.tenant_id = v_tenant and b.business_id = p_business_id[n] and b.idempotency_key = p_idempotency_key[n] offset 0)
  ) then
    raise exception using errcode = 'unique_violation', message = 'The id is taken', schema = 'sales', table = 'abonos',
      constraint = 'abonos_pkey';
  end if;
  if cardinality(v_new) > 0 then
    perform sales.post_abonos(array(select p_id[n] from unnest(v_new) n order by n));
    foreach v_position in array v_new loop
      if jsonb_typeof(p_allocations[v_position]) = 'array' then
        perform sales.allocate_to(p_id[v_position], p_allocations[v_position], null);
      end if;
    end loop;
    perform sales.allocate_oldest(array(select p_id[n] from unnest(v_new) n where p_allocations[n] = '"oldest"' order by n), null);
  end if;
  v_ids := array(
    select case when n = any (v_new) then p_id[n] else (
      select k.id from sales.abonos k
      where k.tenant_id = v_tenant and k.business_id = p_business_id[n] and k.idempotency_key = p_idempotency_key[n]) end
    from generate_subscripts(p_id, 1) n order by n);
  return query
    select g.n::int, g.n = any (v_new), r.request_hash is not distinct from p_request_hash[g.n], r.row, sales.allocations_of_abono(g.id)
    from unnest(v_ids) with ordinality as g (id, n)
    cross join lateral (
      select t as row, t.request_hash from sales.abonos t
      where t.tenant_id = v_tenant and t.id between g.id and g.id order by t.id) r
    order by g.n;
end $function$;
ALTER FUNCTION sales.record_abonos(uuid[], uuid[], uuid[], uuid[], uuid[], numeric[], text[], text[], timestamp with time zone[], jsonb[], text[], text[]) OWNER TO sales_writer;

-- grants sales.record_abonos(uuid[], uuid[], uuid[], uuid[], uuid[], numeric[], text[], text[], timestamp with time zone[], jsonb[], text[], text[])
GRANT EXECUTE ON FUNCTION sales.record_abonos(uuid[], uuid[], uuid[], uuid[], uuid[], numeric[], text[], text[], timestamp with time zone[], jsonb[], text[], text[]) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.record_abonos(uuid[], uuid[], uuid[], uuid[], uuid[], numeric[], text[], text[], timestamp with time zone[], jsonb[], text[], text[]) TO platform;

-- function sales.record_drafts()
CREATE OR REPLACE FUNCTION sales.record_drafts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_ids uuid[];
  v_complete uuid[];
begin
  if tg_table_name = 'sale_items' then
    perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w;
    v_ids := array(select distinct w.sale_id from written w);
    if exists (select from sales.sales s where s.tenant_id = v_tenant and s.id = any (v_ids) and s.status <> 'draft') then
      raise exception using errcode = 'ZT003', message = 'A recorded sale takes no more items: correct it';
    end if;
  else
    perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w where w.status = 'draft';
    v_ids := array(select w.id from written w where w.status = 'draft');
  end if;
  perform from (select i as id from unnest(v_ids) i order by 1) g
  cross join lateral (
    select from sales.sales s
    where s.tenant_id = v_tenant and s.id between g.id and g.id and s.status = 'draft' order by s.id for no key update) l;
  if exists (
    select from sales.sales s join sales.sale_items i on i.tenant_id = v_tenant and i.sale_id = s.id
    where s.tenant_id = v_tenant and s.id = any (v_ids) and s.status = 'draft'
    group by s.id, s.total_amount having sum(i.subtotal) > s.total_amount
  ) then
    raise exception using errcode = 'ZT002', message = 'The items come to more than the total_amount of the sale';
  end if;
  v_complete := array(
    select s.id from sales.sales s join sales.sale_items i on i.tenant_id = v_tenant and i.sale_id = s.id
    where s.tenant_id = v_tenant and s.id = any (v_ids) and s.status = 'draft'
    group by s.id, s.total_amount having sum(i.subtotal) = s.total_amount);
  if cardinality(v_complete) > 0 then
    update sales.sales s
    set status = 'recorded', balance_due = s.total_amount - s.amount_paid, tara = t.tara, net_weight = t.net,
      sales_point = sales.sales_point_of(s.distribucion_id, s.seller_id),
      commission_rate = coalesce(sales.commission_rate_on(s.seller_id, s.sale_day), 0)
    from (
      select i.sale_id, coalesce(sum(i.tara), 0) as tara, coalesce(sum(i.quantity) filter (where i.unit = 'kg'), 0) as net
      from sales.sale_items i where i.tenant_id = v_tenant and i.sale_id = any (v_complete) group by 1
    ) t
    where s.tenant_id = v_tenant and s.id = any (v_complete) and s.id = t.sale_id;
    perform sales.post_sales(v_complete);
  end if;
  return null;
end $function$;
ALTER FUNCTION sales.record_drafts() OWNER TO sales_writer;

-- grants sales.record_drafts()
GRANT EXECUTE ON FUNCTION sales.record_drafts() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.record_drafts() TO platform;

-- function sales.record_sales(uuid[], uuid[], uuid[], uuid[], uuid[], uuid[], text[], numeric[], text[], boolean[], timestamp with time zone[], uuid[], text[], text[], text[], integer[], uuid[], uuid[], numeric[], numeric[], numeric[], numeric[])
CREATE OR REPLACE FUNCTION sales.record_sales(p_id uuid[], p_business_id uuid[], p_client_id uuid[], p_seller_id uuid[], p_distribucion_id uuid[], p_order_id uuid[], p_sale_type text[], p_amount_paid numeric[], p_payment_method text[], p_use_credit boolean[], p_sale_date timestamp with time zone[], p_corrects_sale_id uuid[], p_void_reason text[], p_idempotency_key text[], p_request_hash text[], p_item_sale integer[], p_item_id uuid[], p_product_id uuid[], p_gross numeric[], p_tara numeric[], p_quantity numeric[], p_unit_price numeric[])
 RETURNS TABLE(sale_position integer, is_new boolean, is_same_request boolean, sale sales.sales, items jsonb)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
#variable_conflict use_column
declare
  v_sales int;
  v_problem text;
  v_business uuid;
begin
  v_sales := tenancy.require_arrays(
    '{p_id,p_business_id,p_sale_type,p_use_credit,p_client_id,p_seller_id,p_distribucion_id,p_order_id,p_amount_paid,p_payment_method,p_sale_date,p_corrects_sale_id,p_void_reason,p_idempotency_key,p_request_hash}',
    array[array_dims(p_id), array_dims(p_business_id), array_dims(p_sale_type), array_dims(p_use_credit),
      array_dims(p_client_id), array_dims(p_seller_id), array_dims(p_distribucion_id), array_dims(p_order_id),
      array_dims(p_amount_paid), array_dims(p_payment_method), array_dims(p_sale_date), array_dims(p_corrects_sale_id),
      array_dims(p_void_reason), array_dims(p_idempotency_key), array_dims(p_request_hash)],
    array[num_nulls(variadic p_id), num_nulls(variadic p_business_id), num_nulls(variadic p_sale_type),
      num_nulls(variadic p_use_credit)]);
  perform tenancy.require_arrays(
    '{p_item_sale,p_item_id,p_product_id,p_gross,p_tara,p_quantity,p_unit_price}',
    array[array_dims(p_item_sale), array_dims(p_item_id), array_dims(p_product_id), array_dims(p_gross),
      array_dims(p_tara), array_dims(p_quantity), array_dims(p_unit_price)],
    array[num_nulls(variadic p_item_sale), num_nulls(variadic p_item_id), num_nulls(variadic p_product_id)]);
  v_problem := case
    when not (1 <= all (p_item_sale) and v_sales >= all (p_item_sale))
      then 'p_item_sale names a sale that is not given: each item needs one, by its position from 1'
    when exists (select from generate_series(1, v_sales) n where n <> all (p_item_sale))
      then 'p_item_sale leaves a sale without items: a sale needs one or more'
    when 'NaN' = any (p_gross || p_tara || p_quantity || p_unit_price || p_amount_paid)
      then 'p_gross, p_tara, p_quantity, p_unit_price and p_amount_paid take no NaN'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = v_problem;
  end if;
  foreach v_business in array array(select distinct b from unnest(p_business_id) b order by 1) loop
    perform tenancy.require_own_scope(tenancy.current_tenant_id(), v_business);
  end loop;
  return query
    select w.sale_position, w.is_new, w.is_same_request, w.sale, w.items
    from sales.write_sales(p_id, p_business_id, p_client_id, p_seller_id, p_distribucion_id, p_order_id, p_sale_type,
      p_amount_paid, p_payment_method, p_use_credit, p_sale_date, p_corrects_sale_id, p_void_reason, p_idempotency_key,
      p_request_hash, p_item_sale, p_item_id, p_product_id, p_gross, p_tara, p_quantity, p_unit_price, false) w;
end $function$;
ALTER FUNCTION sales.record_sales(uuid[], uuid[], uuid[], uuid[], uuid[], uuid[], text[], numeric[], text[], boolean[], timestamp with time zone[], uuid[], text[], text[], text[], integer[], uuid[], uuid[], numeric[], numeric[], numeric[], numeric[]) OWNER TO sales_writer;

-- grants sales.record_sales(uuid[], uuid[], uuid[], uuid[], uuid[], uuid[], text[], numeric[], text[], boolean[], timestamp with time zone[], uuid[], text[], text[], text[], integer[], uuid[], uuid[], numeric[], numeric[], numeric[], numeric[])
GRANT EXECUTE ON FUNCTION sales.record_sales(uuid[], uuid[], uuid[], uuid[], uuid[], uuid[], text[], numeric[], text[], boolean[], timestamp with time zone[], uuid[], text[], text[], text[], integer[], uuid[], uuid[], numeric[], numeric[], numeric[], numeric[]) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.record_sales(uuid[], uuid[], uuid[], uuid[], uuid[], uuid[], text[], numeric[], text[], boolean[], timestamp with time zone[], uuid[], text[], text[], text[], integer[], uuid[], uuid[], numeric[], numeric[], numeric[], numeric[]) TO platform;

-- function sales.refuse_sale(text, uuid, uuid, uuid, uuid, text, numeric, numeric)
CREATE OR REPLACE FUNCTION sales.refuse_sale(p_label text, p_business_id uuid, p_id uuid, p_client_id uuid, p_order_id uuid, p_sale_type text, p_amount_paid numeric, p_total numeric)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_problem constant text := case
    when p_sale_type not in ('contado', 'credito') then 'saleType: it is contado or credito'
    when p_sale_type = 'contado' and p_amount_paid <> p_total
      then 'amountPaid: a cash sale is paid in full, with its total: change is given back before, or sell on credit'
    when p_sale_type = 'credito' and p_client_id is null then 'clientId: a sale on credit needs a customer'
    when p_amount_paid < 0 or scale(p_amount_paid) > 2 then 'amountPaid: use an amount of 0 or more with at most two decimals'
    when p_amount_paid > p_total
      then 'amountPaid: it is more than the total: record what is paid beyond as an abono'
  end;
begin
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = p_label || v_problem;
  end if;
  if exists (select from sales.sales s where s.tenant_id = tenancy.current_tenant_id() and s.id = p_id) then
    raise exception using errcode = 'unique_violation', message = 'The id is taken', schema = 'sales', table = 'sales',
      constraint = 'sales_pkey';
  end if;
  if exists (select from sales.sales s where s.tenant_id = tenancy.current_tenant_id() and s.business_id = p_business_id
             and s.order_id = p_order_id and s.status <> 'void') then
    raise exception using errcode = 'ZT003', message = p_label || 'orderId: the order is delivered by another sale';
  end if;
  raise exception using errcode = 'ZT003', message = p_label || 'The sale is corrected already: correct the one that replaces it';
end $function$;
ALTER FUNCTION sales.refuse_sale(text, uuid, uuid, uuid, uuid, text, numeric, numeric) OWNER TO sales_writer;

-- function sales.reopen_distribucion(uuid, text)
CREATE OR REPLACE FUNCTION sales.reopen_distribucion(p_distribucion_id uuid, p_reason text)
 RETURNS SETOF sales.distribuciones
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_route sales.distribuciones;
begin
  v_route := sales.lock_route(p_distribucion_id, 'open');
  if not sales.is_admin_negocio(v_route.business_id) then
    raise exception using errcode = 'ZT006', message = 'Only an admin_negocio of the business may open a settled route again';
  elsif v_route.estado = 'en_ruta' and v_route.settlements > 0 and v_route.reopen_reason = p_reason then
    return next v_route;
    return;
  elsif v_route.estado <> 'cerrado' then
    raise exception using errcode = 'ZT003', message = 'The route is not settled';
  elsif btrim(coalesce(p_reason, '')) = '' then
    raise exception using errcode = 'ZT002', message = 'Say in the reason why the route is opened again';
  elsif sales.is_day_closed(v_route.business_id, v_route.fecha) then
    raise exception using errcode = 'ZT003', message = 'The day of the route is closed: nothing on it is changed';
  end if;
  perform from sales.distribucion_items i
  where i.tenant_id = v_route.tenant_id and i.distribucion_id = v_route.id
  order by i.product_id for no key update;
  perform sales.write_settlement_movements(v_route.business_id, v_route.id, 'reopening');
  update sales.distribuciones r
  set estado = 'en_ruta', closed_at = null, closed_by = null, settlement_hash = null, reopen_reason = p_reason
  where r.tenant_id = v_route.tenant_id and r.id = v_route.id;
  update sales.distribucion_items i set returned = 0, lost = 0, loss_reason = null
  where i.tenant_id = v_route.tenant_id and i.distribucion_id = v_route.id and i.returned + i.lost > 0;
  return query select r.* from sales.distribuciones r where r.tenant_id = v_route.tenant_id and r.id = v_route.id;
end $function$;
ALTER FUNCTION sales.reopen_distribucion(uuid, text) OWNER TO sales_writer;

-- grants sales.reopen_distribucion(uuid, text)
GRANT EXECUTE ON FUNCTION sales.reopen_distribucion(uuid, text) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.reopen_distribucion(uuid, text) TO platform;

-- function sales.require_admin_negocio()
CREATE OR REPLACE FUNCTION sales.require_admin_negocio()
 RETURNS trigger
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  if not sales.is_admin_negocio(new.business_id) then
    raise exception using errcode = 'ZT006', message = format('Only an admin_negocio of the business may %s', tg_argv[0]);
  end if;
  return new;
end $function$;

-- grants sales.require_admin_negocio()
GRANT EXECUTE ON FUNCTION sales.require_admin_negocio() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.require_admin_negocio() TO platform;

-- function sales.require_config_right()
CREATE OR REPLACE FUNCTION sales.require_config_right()
 RETURNS trigger
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  if tenancy.current_company_id() is not null or not sales.is_tenant_admin() then
    raise exception using errcode = 'ZT006',
      message = 'Only an admin of the tenant may change system_config, in a scope that names no business';
  end if;
  return new;
end $function$;

-- grants sales.require_config_right()
GRANT EXECUTE ON FUNCTION sales.require_config_right() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.require_config_right() TO platform;

-- function sales.require_manager()
CREATE OR REPLACE FUNCTION sales.require_manager()
 RETURNS trigger
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  v_business constant uuid := coalesce(to_jsonb(new) ->> 'business_id', to_jsonb(new) ->> 'id')::uuid;
begin
  if not sales.is_admin_negocio(v_business) and not sales.is_tenant_admin() then
    raise exception using errcode = 'ZT006',
      message = 'Only an admin_negocio of the business, or an admin of the tenant, may manage a business and its members';
  end if;
  return new;
end $function$;

-- grants sales.require_manager()
GRANT EXECUTE ON FUNCTION sales.require_manager() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.require_manager() TO platform;

-- function sales.require_member()
CREATE OR REPLACE FUNCTION sales.require_member()
 RETURNS trigger
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  v_named constant uuid := case when tg_nargs > 1 then (to_jsonb(new) ->> tg_argv[1])::uuid end;
begin
  if not sales.may_act_for(new.business_id, coalesce(v_named, sales.current_member_id(new.business_id))) then
    raise exception using errcode = 'ZT006', message = case when sales.current_member_id(new.business_id) is null
      then format('Only a member of the business may %s', tg_argv[0])
      else format('Only an admin_negocio of the business may %s for another member', tg_argv[0]) end;
  end if;
  if tg_op = 'INSERT' and exists (
    select from sales.business_users m
    where m.tenant_id = tenancy.current_tenant_id() and m.business_id = new.business_id and m.id = v_named and not m.is_active
  ) then
    raise exception using errcode = 'ZT003', message = format('The member has left the business: %s names another', tg_argv[1]);
  end if;
  return new;
end $function$;

-- grants sales.require_member()
GRANT EXECUTE ON FUNCTION sales.require_member() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.require_member() TO platform;

-- function sales.require_open_days()
CREATE OR REPLACE FUNCTION sales.require_open_days()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_dated record;
begin
  for v_dated in execute format('select distinct d.tenant_id, d.business_id, d.day from (%s) d order by 1, 2, 3', tg_argv[0]) loop
    perform from sales.businesses b where b.tenant_id = v_dated.tenant_id and b.id = v_dated.business_id for key share;
    if sales.is_day_closed(v_dated.business_id, v_dated.day) then
      raise exception using errcode = 'ZT003',
        message = 'The day is closed and takes nothing more: date it on an open day, and undo today what was done then';
    end if;
  end loop;
  return null;
end $function$;

-- grants sales.require_open_days()
GRANT EXECUTE ON FUNCTION sales.require_open_days() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.require_open_days() TO platform;

-- function sales.resolve_review(uuid, uuid)
CREATE OR REPLACE FUNCTION sales.resolve_review(p_sale_id uuid, p_abono_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_business uuid;
begin
  perform tenancy.require_own_scope(v_tenant, null);
  select l.business_id into v_business from (
    select s.business_id from sales.sales s where s.tenant_id = v_tenant and s.id = p_sale_id and s.is_late
    union all
    select a.business_id from sales.abonos a where a.tenant_id = v_tenant and a.id = p_abono_id and a.is_late
  ) l;
  if v_business is null then
    raise exception using errcode = 'ZT004', message = 'There is no such late sale or abono';
  end if;
  perform tenancy.require_own_scope(v_tenant, v_business);
  if not sales.is_admin_negocio(v_business) then
    raise exception using errcode = 'ZT006', message = 'Only an admin_negocio of the business may review late sales and abonos';
  end if;
  update sales.sales s set reviewed_at = now(), reviewed_by = sales.current_member_id(v_business)
  where s.tenant_id = v_tenant and s.id = p_sale_id and s.reviewed_at is null;
  update sales.abonos a set reviewed_at = now(), reviewed_by = sales.current_member_id(v_business)
  where a.tenant_id = v_tenant and a.id = p_abono_id and a.reviewed_at is null;
  return true;
end $function$;
ALTER FUNCTION sales.resolve_review(uuid, uuid) OWNER TO sales_writer;

-- grants sales.resolve_review(uuid, uuid)
GRANT EXECUTE ON FUNCTION sales.resolve_review(uuid, uuid) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.resolve_review(uuid, uuid) TO platform;

-- function sales.return_goods(uuid, date)
CREATE OR REPLACE FUNCTION sales.return_goods(p_sale_id uuid, p_day date)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  perform sales.write_movements(array_agg(gen_random_uuid()), array_agg(t.business_id order by t.product_id),
    array_agg(t.product_id order by t.product_id), array_agg('sale_void'::text), array_agg(p_sale_id), array_agg(p_day),
    array_agg(t.quantity order by t.product_id), array_agg(null::numeric), array_agg(null::numeric), array_agg(null::text),
    array_agg(sales.current_member_id(t.business_id)), array_agg(null::text), array_agg(null::text), array_agg(''::text))
  from (
    select m.business_id, m.product_id, -sum(m.quantity) as quantity
    from sales.stock_movements m
    where m.tenant_id = v_tenant and m.source_id = p_sale_id and m.kind = 'sale'
    group by 1, 2
    union all
    select i.business_id, i.product_id, sum(i.quantity)
    from sales.sales s
    join sales.sale_items i on i.tenant_id = v_tenant and i.sale_id = s.id
    join sales.inventory v on v.tenant_id = v_tenant and v.business_id = s.business_id and v.product_id = i.product_id
    cross join lateral sales.config_of(s.business_id) k
    where s.tenant_id = v_tenant and s.id = p_sale_id and s.distribucion_id is not null
      and sales.has_stock(k.modo_operacion, v.version)
    group by 1, 2
  ) t
  having count(*) > 0;
end $function$;
ALTER FUNCTION sales.return_goods(uuid, date) OWNER TO sales_writer;

-- function sales.route_money(uuid)
CREATE OR REPLACE FUNCTION sales.route_money(p_distribucion_id uuid)
 RETURNS TABLE(payment_method text, sales_amount numeric, abonos_amount numeric, refunds_amount numeric)
 LANGUAGE sql
 STABLE
AS $function$
  select m.payment_method, sum(m.sales), sum(m.abonos), sum(m.refunds)
  from (
    select s.payment_method, s.amount_paid as sales, 0.00 as abonos, 0.00 as refunds from sales.sales s
    where s.tenant_id = tenancy.current_tenant_id() and s.distribucion_id = p_distribucion_id
      and s.amount_paid > 0 and not s.is_late and (s.status = 'recorded' or s.status = 'void' and sales.was_recorded(s.id))
    union all
    select a.payment_method, 0, a.amount, 0 from sales.abonos a
    where a.tenant_id = tenancy.current_tenant_id() and a.distribucion_id = p_distribucion_id and not a.is_late
    union all
    select r.payment_method, 0, 0, r.amount from sales.refunds r
    where r.tenant_id = tenancy.current_tenant_id() and r.distribucion_id = p_distribucion_id
  ) m
  group by m.payment_method
$function$;

-- grants sales.route_money(uuid)
GRANT EXECUTE ON FUNCTION sales.route_money(uuid) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.route_money(uuid) TO platform;

-- function sales.sale_label(integer, integer)
CREATE OR REPLACE FUNCTION sales.sale_label(p_sales integer, p_sale integer)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (p_sales > 1) THEN format('Sale %s: '::text, p_sale) ELSE ''::text END;

-- grants sales.sale_label(integer, integer)
GRANT EXECUTE ON FUNCTION sales.sale_label(integer, integer) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.sale_label(integer, integer) TO platform;

-- function sales.sales_point_of(uuid, uuid)
CREATE OR REPLACE FUNCTION sales.sales_point_of(p_distribucion_id uuid, p_member_id uuid)
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN COALESCE((SELECT d.punto_venta FROM sales.distribuciones d WHERE ((d.tenant_id = tenancy.current_tenant_id()) AND (d.id = sales_point_of.p_distribucion_id))), (SELECT m.sales_point FROM sales.business_users m WHERE ((m.tenant_id = tenancy.current_tenant_id()) AND (m.id = sales_point_of.p_member_id))));

-- grants sales.sales_point_of(uuid, uuid)
GRANT EXECUTE ON FUNCTION sales.sales_point_of(uuid, uuid) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.sales_point_of(uuid, uuid) TO platform;

-- function sales.stamp_abono()
CREATE OR REPLACE FUNCTION sales.stamp_abono()
 RETURNS trigger
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  new.abono_day := sales.business_day(new.business_id, new.abono_date);
  if new.abono_day is null then
    raise exception using errcode = 'ZT004', message = 'There is no such business';
  end if;
  new.allocated_amount := 0;
  new.voided_by := null;
  new.void_reason := null;
  new.reviewed_at := null;
  new.reviewed_by := null;
  return new;
end $function$;

-- grants sales.stamp_abono()
GRANT EXECUTE ON FUNCTION sales.stamp_abono() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.stamp_abono() TO platform;

-- function sales.stamp_sale()
CREATE OR REPLACE FUNCTION sales.stamp_sale()
 RETURNS trigger
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  new.sale_day := sales.business_day(new.business_id, new.sale_date);
  if new.sale_day is null then
    raise exception using errcode = 'ZT004', message = 'There is no such business';
  end if;
  new.balance_due := 0;
  new.voided_by := null;
  new.void_reason := null;
  new.reviewed_at := null;
  new.reviewed_by := null;
  return new;
end $function$;

-- grants sales.stamp_sale()
GRANT EXECUTE ON FUNCTION sales.stamp_sale() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.stamp_sale() TO platform;

-- function sales.stamp_sale_item()
CREATE OR REPLACE FUNCTION sales.stamp_sale_item()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_product sales.products;
begin
  select p.* into v_product from sales.products p
  where p.tenant_id = new.tenant_id and p.business_id = new.business_id and p.id = new.product_id;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such product in the business';
  end if;
  new.unit := v_product.unit;
  new.unit_cost := v_product.unit_cost;
  new.product_name := coalesce(new.product_name, v_product.name);
  new.subtotal := coalesce(new.subtotal, round(new.quantity * new.unit_price, 2));
  if new.line_number is null then
    select coalesce(max(i.line_number), 0) + 1 into new.line_number
    from sales.sale_items i where i.tenant_id = new.tenant_id and i.sale_id = new.sale_id;
  end if;
  return new;
end $function$;

-- grants sales.stamp_sale_item()
GRANT EXECUTE ON FUNCTION sales.stamp_sale_item() TO authenticated;
GRANT EXECUTE ON FUNCTION sales.stamp_sale_item() TO platform;

-- function sales.take_back_sale(uuid, text)
CREATE OR REPLACE FUNCTION sales.take_back_sale(p_id uuid, p_reason text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_sale sales.sales;
  v_today date;
  v_route uuid;
begin
  select s.* into v_sale from sales.sales s where s.tenant_id = v_tenant and s.id = p_id for no key update;
  if v_sale.status = 'void' and v_sale.void_reason is not distinct from p_reason then
    return;
  elsif v_sale.status = 'void' then
    raise exception using errcode = 'ZT003', message = 'The sale is void already';
  elsif not sales.may_act_for(v_sale.business_id, v_sale.seller_id) then
    raise exception using errcode = 'ZT006', message = 'Only an admin_negocio of the business may void a sale of another member';
  end if;
  v_today := sales.business_day(v_sale.business_id, now());
  if sales.is_day_closed(v_sale.business_id, v_today) then
    raise exception using errcode = 'ZT003', message = 'A void counts on today, and today is closed: void it tomorrow';
  end if;

  if v_sale.status = 'recorded' then
    select d.id into v_route from sales.distribuciones d
    where d.tenant_id = v_tenant and d.id = v_sale.distribucion_id and d.estado = 'en_ruta';
    perform sales.free_allocations(p_id, null, v_today);
    if v_sale.total_amount > v_sale.amount_paid then
      perform sales.move_debt(array[v_sale.business_id], array[v_sale.client_id], array['sale_void'], array[p_id],
        array[v_today], array[v_sale.amount_paid - v_sale.total_amount]);
    end if;
    if v_sale.amount_paid > 0 then
      insert into sales.refunds (tenant_id, business_id, sale_id, distribucion_id, payment_method, amount, refund_day)
      values (v_tenant, v_sale.business_id, p_id, v_route, v_sale.payment_method, v_sale.amount_paid, v_today);
    end if;
    if v_route is not null then
      update sales.distribucion_items d set sold = d.sold - i.quantity
      from (select product_id, sum(quantity) as quantity from sales.sale_items
            where tenant_id = v_tenant and sale_id = p_id group by 1) i
      where d.tenant_id = v_tenant and d.distribucion_id = v_route and d.product_id = i.product_id;
      perform sales.count_on_routes(array[p_id], -1);
    else
      perform sales.return_goods(p_id, v_today);
    end if;
    update sales.orders o set status = 'ordered'
    where o.tenant_id = v_tenant and o.id = v_sale.order_id and o.status = 'delivered';
    perform sales.add_totals(array[p_id], v_today);
  end if;
  update sales.sales s
  set status = 'void', balance_due = 0, voided_on = v_today, voided_by = sales.current_member_id(v_sale.business_id),
    void_reason = p_reason
  where s.tenant_id = v_tenant and s.id = p_id;
end $function$;
ALTER FUNCTION sales.take_back_sale(uuid, text) OWNER TO sales_writer;

-- function sales.take_goods(uuid[])
CREATE OR REPLACE FUNCTION sales.take_goods(p_sale_id uuid[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_sales constant int := cardinality(p_sale_id);
  v_beyond record;
begin
  perform sales.write_movements(array_agg(gen_random_uuid()), array_agg(t.business_id order by t.position, t.line),
    array_agg(t.product_id order by t.position, t.line), array_agg('sale'::text),
    array_agg(t.sale_id order by t.position, t.line), array_agg(t.sale_day order by t.position, t.line),
    array_agg(-t.quantity order by t.position, t.line), array_agg(null::numeric), array_agg(null::numeric),
    array_agg(null::text), array_agg(sales.current_member_id(t.business_id) order by t.position, t.line),
    array_agg(null::text), array_agg(null::text),
    array_agg(sales.item_label(v_sales, t.position::int, t.line) order by t.position, t.line))
  from (
    select g.position, s.id as sale_id, s.business_id, s.sale_day, i.product_id, sum(i.quantity) as quantity,
      min(i.line_number) as line
    from unnest(p_sale_id) with ordinality as g (id, position)
    cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
    cross join lateral (select r.* from sales.sale_items r where r.tenant_id = v_tenant and r.sale_id between s.id and s.id order by r.sale_id) i
    cross join lateral (
      select x.version from sales.inventory x where x.tenant_id = v_tenant and x.product_id between i.product_id and i.product_id order by x.product_id) v
    cross join lateral sales.config_of(s.business_id) k
    where s.distribucion_id is null and sales.has_stock(k.modo_operacion, v.version)
    group by g.position, s.id, s.business_id, s.sale_day, i.product_id
  ) t
  having count(*) > 0;

  if not exists (select from sales.sales s where s.tenant_id = v_tenant and s.id = any (p_sale_id)
                 and s.distribucion_id is not null) then
    return;
  end if;
  insert into sales.distribucion_items as d (tenant_id, business_id, distribucion_id, product_id, sold)
  select v_tenant, s.business_id, s.distribucion_id, i.product_id, sum(i.quantity)
  from sales.sales s cross join lateral (select r.* from sales.sale_items r where r.tenant_id = v_tenant and r.sale_id between s.id and s.id order by r.sale_id) i
  where s.tenant_id = v_tenant and s.id = any (p_sale_id) and s.distribucion_id is not null
  group by s.business_id, s.distribucion_id, i.product_id
  order by s.distribucion_id, i.product_id
  on conflict (tenant_id, distribucion_id, business_id, product_id) do update set sold = d.sold + excluded.sold;

  select g.position, i.line_number into v_beyond
  from unnest(p_sale_id) with ordinality as g (id, position)
  cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
  cross join lateral (select r.* from sales.sale_items r where r.tenant_id = v_tenant and r.sale_id between s.id and s.id order by r.sale_id) i
  cross join lateral (
    select x.* from sales.distribucion_items x
    where x.tenant_id = v_tenant and x.distribucion_id = s.distribucion_id and x.product_id between i.product_id and i.product_id order by x.product_id) d
  cross join lateral (
    select x.version from sales.inventory x where x.tenant_id = v_tenant and x.product_id between i.product_id and i.product_id order by x.product_id) v
  cross join lateral sales.config_of(s.business_id) k
  where d.sold + d.returned + d.lost > d.assigned and sales.has_stock(k.modo_operacion, v.version)
    and not k.permitir_venta_sin_stock
  order by g.position, i.line_number limit 1;
  if found then
    raise exception using errcode = 'ZT002', message = sales.item_label(v_sales, v_beyond.position::int, v_beyond.line_number)
      || ': the route was not given so much: take less, or assign more to it first';
  end if;

  perform sales.count_on_routes(p_sale_id, 1);
end $function$;
ALTER FUNCTION sales.take_goods(uuid[]) OWNER TO sales_writer;

-- function sales.use_credit(uuid[])
CREATE OR REPLACE FUNCTION sales.use_credit(p_sale_id uuid[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  if cardinality(p_sale_id) > 0 then
    perform sales.allocate_in_order(array(
        select b.id
        from (select distinct s.client_id from sales.sales s
              where s.tenant_id = v_tenant and s.id = any (p_sale_id) and s.balance_due > 0) c
        cross join lateral (
          select r.* from sales.abonos r
          where r.tenant_id = v_tenant and r.client_id = c.client_id and r.status = 'recorded'
            and r.allocated_amount < r.amount offset 0) b
        order by b.abono_date, b.created_at, b.id
      ), p_sale_id);
  end if;
end $function$;
ALTER FUNCTION sales.use_credit(uuid[]) OWNER TO sales_writer;

-- function sales.void_abono(uuid, text)
CREATE OR REPLACE FUNCTION sales.void_abono(p_id uuid, p_reason text)
 RETURNS TABLE(abono sales.abonos, allocations jsonb)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_abono sales.abonos;
  v_today date;
  v_route uuid;
begin
  v_abono := sales.lock_abono(p_id);
  if v_abono.status = 'void' and v_abono.void_reason is distinct from p_reason then
    raise exception using errcode = 'ZT003', message = 'The abono is void already';
  end if;
  if v_abono.status = 'recorded' then
    if not sales.may_act_for(v_abono.business_id, v_abono.seller_id) then
      raise exception using errcode = 'ZT006',
        message = 'Only an admin_negocio of the business may void an abono that another member received';
    end if;
    v_today := sales.business_day(v_abono.business_id, now());
    if sales.is_day_closed(v_abono.business_id, v_today) then
      raise exception using errcode = 'ZT003', message = 'A void counts on today, and today is closed: void it tomorrow';
    end if;
    select d.id into v_route from sales.distribuciones d
    where d.tenant_id = v_tenant and d.id = v_abono.distribucion_id and d.estado = 'en_ruta';
    perform sales.free_allocations(null, p_id, v_today);
    perform sales.move_debt(array[v_abono.business_id], array[v_abono.client_id], array['abono_void'], array[p_id],
      array[v_today], array[v_abono.amount]);
    insert into sales.refunds (tenant_id, business_id, abono_id, distribucion_id, payment_method, amount, refund_day)
    values (v_tenant, v_abono.business_id, p_id, v_route, v_abono.payment_method, v_abono.amount, v_today);
    update sales.distribuciones d set monto_recaudado = d.monto_recaudado - v_abono.amount
    where d.tenant_id = v_tenant and d.id = v_route;
    update sales.abonos b
    set status = 'void', voided_on = v_today, voided_by = sales.current_member_id(v_abono.business_id), void_reason = p_reason
    where b.tenant_id = v_tenant and b.id = p_id;
  end if;
  return query
    select b, sales.allocations_of_abono(b.id) from sales.abonos b where b.tenant_id = v_tenant and b.id = p_id;
end $function$;
ALTER FUNCTION sales.void_abono(uuid, text) OWNER TO sales_writer;

-- grants sales.void_abono(uuid, text)
GRANT EXECUTE ON FUNCTION sales.void_abono(uuid, text) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.void_abono(uuid, text) TO platform;

-- function sales.void_corrected(integer[], uuid[], uuid[], uuid[], uuid[], uuid[], uuid[], text[])
CREATE OR REPLACE FUNCTION sales.void_corrected(p_sales integer[], p_business_id uuid[], p_client_id uuid[], p_distribucion_id uuid[], p_order_id uuid[], p_product_id uuid[], p_corrects_sale_id uuid[], p_void_reason text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_old record;
  v_position int;
begin
  select count(*) as sales, array_agg(s.client_id) as clients, array_agg(s.distribucion_id) as routes, array_agg(s.order_id) as orders
  into v_old
  from unnest(p_business_id, p_corrects_sale_id) as g (business_id, id)
  join sales.sales s on s.tenant_id = v_tenant and s.business_id = g.business_id and s.id = g.id;
  if v_old.sales < num_nonnulls(variadic p_corrects_sale_id) then
    raise exception using errcode = 'ZT004', message = 'There is no such sale to correct';
  end if;
  perform sales.lock_records(p_business_id, p_distribucion_id || v_old.routes, p_product_id || array(
      select i.product_id from sales.sale_items i
      where i.tenant_id = v_tenant and i.sale_id in (select c from unnest(p_corrects_sale_id) c)
    ), p_client_id || v_old.clients, p_order_id || v_old.orders);
  for v_position in
    select n from unnest(p_sales) n where p_corrects_sale_id[n] is not null order by p_corrects_sale_id[n]
  loop
    perform sales.take_back_sale(p_corrects_sale_id[v_position], p_void_reason[v_position]);
  end loop;
end $function$;
ALTER FUNCTION sales.void_corrected(integer[], uuid[], uuid[], uuid[], uuid[], uuid[], uuid[], text[]) OWNER TO sales_writer;

-- function sales.void_sale(uuid, text)
CREATE OR REPLACE FUNCTION sales.void_sale(p_id uuid, p_reason text)
 RETURNS TABLE(sale sales.sales, items jsonb)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
#variable_conflict use_column
begin
  perform sales.lock_sale(p_id);
  perform sales.take_back_sale(p_id, p_reason);
  return query
    select s, sales.items_of_sale(s.id) from sales.sales s where s.tenant_id = tenancy.current_tenant_id() and s.id = p_id;
end $function$;
ALTER FUNCTION sales.void_sale(uuid, text) OWNER TO sales_writer;

-- grants sales.void_sale(uuid, text)
GRANT EXECUTE ON FUNCTION sales.void_sale(uuid, text) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.void_sale(uuid, text) TO platform;

-- function sales.was_recorded(uuid)
CREATE OR REPLACE FUNCTION sales.was_recorded(p_sale_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN ((EXISTS (SELECT FROM sales.refunds r WHERE ((r.tenant_id = tenancy.current_tenant_id()) AND (r.sale_id = was_recorded.p_sale_id)))) OR (EXISTS (SELECT FROM sales.debt_entries e WHERE ((e.tenant_id = tenancy.current_tenant_id()) AND (e.source_id = was_recorded.p_sale_id) AND (e.kind = 'sale'::text)))));

-- grants sales.was_recorded(uuid)
GRANT EXECUTE ON FUNCTION sales.was_recorded(uuid) TO authenticated;
GRANT EXECUTE ON FUNCTION sales.was_recorded(uuid) TO platform;

-- function sales.write_assignments(uuid, uuid, uuid[], numeric[], text, text)
CREATE OR REPLACE FUNCTION sales.write_assignments(p_business_id uuid, p_distribucion_id uuid, p_product_id uuid[], p_quantity numeric[], p_idempotency_key text, p_request_hash text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_day constant date := sales.business_day(p_business_id, now());
  v_member constant uuid := sales.current_member_id(p_business_id);
  v_stocked uuid[];
begin
  insert into sales.distribucion_items as i (tenant_id, business_id, distribucion_id, product_id, assigned)
  select v_tenant, p_business_id, p_distribucion_id, g.product_id, g.quantity
  from unnest(p_product_id, p_quantity) as g (product_id, quantity)
  order by g.product_id
  on conflict (tenant_id, distribucion_id, business_id, product_id) do update set assigned = i.assigned + excluded.assigned;

  v_stocked := array(
    select v.product_id from sales.inventory v cross join sales.config_of(p_business_id) k
    where v.tenant_id = v_tenant and v.business_id = p_business_id and v.product_id = any (p_product_id)
      and sales.has_stock(k.modo_operacion, v.version));
  perform sales.write_movements(array_agg(gen_random_uuid()), array_agg(p_business_id), array_agg(g.product_id order by g.n),
    array_agg('assignment'::text), array_agg(p_distribucion_id), array_agg(v_day), array_agg(-g.quantity order by g.n),
    array_agg(null::numeric), array_agg(null::numeric), array_agg(null::text), array_agg(v_member), array_agg(null::text),
    array_agg(null::text), array_agg(format('Item %s', g.n) order by g.n))
  from unnest(p_product_id, p_quantity) with ordinality as g (product_id, quantity, n)
  where g.product_id = any (v_stocked)
  having count(*) > 0;

  insert into sales.distribucion_assignments (tenant_id, business_id, distribucion_id, product_id, quantity, is_from_stock,
    day, created_by, idempotency_key, request_hash)
  select v_tenant, p_business_id, p_distribucion_id, g.product_id, g.quantity, g.product_id = any (v_stocked), v_day, v_member,
    case g.n when 1 then p_idempotency_key end, case g.n when 1 then p_request_hash end
  from unnest(p_product_id, p_quantity) with ordinality as g (product_id, quantity, n);

  update sales.distribuciones r set kilos_asignados = r.kilos_asignados + k.kilos
  from (select sum(g.quantity) as kilos from unnest(p_product_id, p_quantity) as g (product_id, quantity)
        join sales.products p on p.tenant_id = v_tenant and p.id = g.product_id and p.unit = 'kg') k
  where r.tenant_id = v_tenant and r.id = p_distribucion_id and k.kilos > 0;
end $function$;
ALTER FUNCTION sales.write_assignments(uuid, uuid, uuid[], numeric[], text, text) OWNER TO sales_writer;

-- function sales.write_movements(uuid[], uuid[], uuid[], text[], uuid[], date[], numeric[], numeric[], numeric[], text[], uuid[], text[], text[], text[])
CREATE OR REPLACE FUNCTION sales.write_movements(p_id uuid[], p_business_id uuid[], p_product_id uuid[], p_kind text[], p_source_id uuid[], p_day date[], p_quantity numeric[], p_unit_cost numeric[], p_counted_quantity numeric[], p_reason text[], p_created_by uuid[], p_idempotency_key text[], p_request_hash text[], p_what text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_missing text;
begin
  perform sales.lock_records(null, null, p_product_id, null, null);

  with written as (
    insert into sales.stock_movements (tenant_id, id, business_id, product_id, kind, source_id, day, quantity, unit_cost,
      counted_quantity, reason, created_by, idempotency_key, request_hash, product_version, quantity_after)
    select v_tenant, m.id, m.business_id, m.product_id, m.kind, m.source_id, m.day, m.moved, m.unit_cost, m.counted_quantity,
      m.reason, m.created_by, m.idempotency_key, m.request_hash,
      m.version + row_number() over of_product, m.quantity_before + sum(m.moved) over of_product
    from (
      select g.*, i.version, i.quantity as quantity_before, coalesce(g.counted_quantity - i.quantity, g.quantity) as moved
      from unnest(p_id, p_business_id, p_product_id, p_kind, p_source_id, p_day, p_quantity, p_unit_cost,
        p_counted_quantity, p_reason, p_created_by, p_idempotency_key, p_request_hash) with ordinality as g (id, business_id,
        product_id, kind, source_id, day, quantity, unit_cost, counted_quantity, reason, created_by, idempotency_key,
        request_hash, position)
      cross join lateral (
        select x.version, x.quantity from sales.inventory x
        where x.tenant_id = v_tenant and x.business_id = g.business_id and x.product_id between g.product_id and g.product_id order by x.product_id) i
    ) m
    window of_product as (partition by m.product_id order by m.position)
    returning id, business_id, product_id, kind, quantity, quantity_after
  ), moved as (
    update sales.inventory i set quantity = i.quantity + s.quantity, version = i.version + s.movements
    from (select w.product_id, sum(w.quantity) as quantity, count(*) as movements from written w group by 1) s
    where i.tenant_id = v_tenant and i.product_id = any (p_product_id) and i.product_id = s.product_id
  )
  select p_what[min(array_position(p_id, w.id))] into v_missing
  from written w
  where w.quantity < 0 and w.quantity_after < 0 and w.kind <> 'loss'
    and (select c.permitir_venta_sin_stock from sales.config_of(w.business_id) c) is not true;
  if v_missing is not null then
    raise exception using errcode = 'ZT002',
      message = format('%s: there is not so much in stock: take less, or receive stock first', v_missing);
  end if;
end $function$;
ALTER FUNCTION sales.write_movements(uuid[], uuid[], uuid[], text[], uuid[], date[], numeric[], numeric[], numeric[], text[], uuid[], text[], text[], text[]) OWNER TO sales_writer;

-- function sales.write_sales(uuid[], uuid[], uuid[], uuid[], uuid[], uuid[], text[], numeric[], text[], boolean[], timestamp with time zone[], uuid[], text[], text[], text[], integer[], uuid[], uuid[], numeric[], numeric[], numeric[], numeric[], boolean)
CREATE OR REPLACE FUNCTION sales.write_sales(p_id uuid[], p_business_id uuid[], p_client_id uuid[], p_seller_id uuid[], p_distribucion_id uuid[], p_order_id uuid[], p_sale_type text[], p_amount_paid numeric[], p_payment_method text[], p_use_credit boolean[], p_sale_date timestamp with time zone[], p_corrects_sale_id uuid[], p_void_reason text[], p_idempotency_key text[], p_request_hash text[], p_item_sale integer[], p_item_id uuid[], p_product_id uuid[], p_gross numeric[], p_tara numeric[], p_quantity numeric[], p_unit_price numeric[], p_may_be_late boolean)
 RETURNS TABLE(sale_position integer, is_new boolean, is_same_request boolean, sale sales.sales, items jsonb)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_seller uuid[] := p_seller_id;
  -- Positions to be written: those with a new key, of several with one key the first.
  v_first int[];
  v_ids uuid[];
  v_new int[] := '{}';
  v_position int;
begin
  if num_nulls(variadic v_seller) > 0 then
    v_seller := array(select coalesce(p_seller_id[n], sales.current_member_id(p_business_id[n]))
                      from generate_subscripts(p_id, 1) n order by n);
    if num_nulls(variadic v_seller) > 0 then
      raise exception using errcode = 'ZT006',
        message = 'sellerId: the scope names no active member of the business: name the member who sold';
    end if;
  end if;
  v_first := array(
    select min(g.position)::int from unnest(p_business_id, p_idempotency_key) with ordinality as g (business_id, key, position)
    where g.key is null or not exists (
      select from sales.sales s
      where s.tenant_id = v_tenant and s.business_id = g.business_id and s.idempotency_key = g.key offset 0)
    group by g.business_id, g.key, case when g.key is null then g.position end order by 1);
  if (select count(distinct p_id[n]) from unnest(v_first) n) < cardinality(v_first) then
    raise exception using errcode = 'unique_violation', message = 'p_id gives two sales one id', schema = 'sales',
      table = 'sales', constraint = 'sales_pkey';
  end if;
  if num_nonnulls(variadic p_corrects_sale_id) > 0 then
    perform sales.void_corrected(v_first, p_business_id, p_client_id, p_distribucion_id, p_order_id, p_product_id,
      p_corrects_sale_id, p_void_reason);
  else
    perform sales.lock_records(p_business_id, null, null, null, null);
  end if;

  with item as materialized (
    select i.* from sales.price_items(v_first, p_business_id, p_item_sale, p_item_id, p_product_id, p_gross, p_tara, p_quantity,
      p_unit_price) i
  ), total as (
    select i.sale, sum(i.subtotal) as amount, coalesce(sum(i.tara), 0) as tara,
      coalesce(sum(i.quantity) filter (where i.unit = 'kg'), 0) as net
    from item i group by 1
  ), written as (
    insert into sales.sales as s (tenant_id, id, business_id, client_id, seller_id, distribucion_id, order_id, sale_type,
      status, total_amount, amount_paid, payment_method, balance_due, tara, net_weight, sales_point, commission_rate,
      sale_date, sale_day, corrects_sale_id, is_late, idempotency_key, request_hash)
    select v_tenant, p_id[n], b.id, p_client_id[n], v_seller[n], p_distribucion_id[n], p_order_id[n], p_sale_type[n],
      'recorded', t.amount, a.paid, coalesce(p_payment_method[n], 'efectivo'), t.amount - a.paid, t.tara, t.net,
      sales.sales_point_of(p_distribucion_id[n], v_seller[n]), coalesce(sales.commission_rate_on(v_seller[n], a.day), 0), a.at, a.day,
      p_corrects_sale_id[n], p_may_be_late and sales.is_day_closed(b.id, a.day), p_idempotency_key[n], p_request_hash[n]
    from unnest(v_first) n
    join total t on t.sale = n
    join sales.businesses b on b.tenant_id = v_tenant and b.id = p_business_id[n]
    cross join lateral (
      select coalesce(p_sale_date[n], now()) as at,
        (coalesce(p_sale_date[n], now()) at time zone b.time_zone)::date as day,
        coalesce(p_amount_paid[n], case p_sale_type[n] when 'contado' then t.amount else 0 end) as paid
    ) a
    -- The others are refused below, in words.
    where p_sale_type[n] = 'contado' and a.paid = t.amount and a.paid >= 0
      or p_sale_type[n] = 'credito' and a.paid between 0 and t.amount and scale(a.paid) <= 2 and p_client_id[n] is not null
    -- In the order of the keys, so that two batches with the same keys cannot wait for each other.
    order by p_idempotency_key[n], n
    on conflict do nothing
    returning s.id, s.business_id
  ), parts as (
    insert into sales.sale_items (tenant_id, id, business_id, sale_id, line_number, product_id, product_name, unit, gross,
      tara, quantity, unit_price, subtotal, unit_cost)
    select v_tenant, i.id, w.business_id, w.id, i.line_number, i.product_id, i.product_name, i.unit, i.gross, i.tara,
      i.quantity, i.unit_price, i.subtotal, i.unit_cost
    from item i join written w on w.id = p_id[i.sale]
    order by i.sale, i.line_number
  )
  select coalesce(array_agg(n order by n), '{}') into v_new
  from unnest(v_first) n join written w on w.id = p_id[n];

  select n into v_position
  from unnest(v_first) n
  where n <> all (v_new) and not exists (
    select from sales.sales s
    where s.tenant_id = v_tenant and s.business_id = p_business_id[n] and s.idempotency_key = p_idempotency_key[n] offset 0)
  limit 1;
  if found then
    perform sales.refuse_sale(sales.sale_label(cardinality(p_id), v_position),
      p_business_id[v_position], p_id[v_position], p_client_id[v_position], p_order_id[v_position], p_sale_type[v_position],
      p_amount_paid[v_position], sum(i.subtotal))
    from sales.price_items(v_first, p_business_id, p_item_sale, p_item_id, p_product_id, p_gross, p_tara, p_quantity, p_unit_price) i
    where i.sale = v_position;
  end if;
  if cardinality(v_new) > 0 then
    -- Null where nothing is written, so that messages count as the caller does.
    perform sales.post_sales(array(select case when n = any (v_new) then p_id[n] end
                                   from generate_subscripts(p_id, 1) n order by n));
    perform sales.use_credit(array(select p_id[n] from unnest(v_new) n where p_use_credit[n] order by n));
  end if;
  v_ids := array(
    select case when n = any (v_new) then p_id[n] else (
      select k.id from sales.sales k
      where k.tenant_id = v_tenant and k.business_id = p_business_id[n] and k.idempotency_key = p_idempotency_key[n]) end
    from generate_subscripts(p_id, 1) n order by n);
  return query
    select g.n::int, g.n = any (v_new), r.request_hash is not distinct from p_request_hash[g.n], r.row, sales.items_of_sale(g.id)
    from unnest(v_ids) with ordinality as g (id, n)
    cross join lateral (
      select t as row, t.request_hash from sales.sales t
      where t.tenant_id = v_tenant and t.id between g.id and g.id order by t.id) r
    order by g.n;
end $function$;
ALTER FUNCTION sales.write_sales(uuid[], uuid[], uuid[], uuid[], uuid[], uuid[], text[], numeric[], text[], boolean[], timestamp with time zone[], uuid[], text[], text[], text[], integer[], uuid[], uuid[], numeric[], numeric[], numeric[], numeric[], boolean) OWNER TO sales_writer;

-- function sales.write_settlement_movements(uuid, uuid, text)
CREATE OR REPLACE FUNCTION sales.write_settlement_movements(p_business_id uuid, p_distribucion_id uuid, p_kind text)
 RETURNS void
 LANGUAGE sql
AS $function$
  with item as (
    select i.product_id, i.loss_reason, least(i.returned, t.taken) as back,
      least(i.lost, t.taken - least(i.returned, t.taken)) as lost
    from sales.distribucion_items i
    join (
      select a.product_id, sum(a.quantity) as taken from sales.distribucion_assignments a
      where a.tenant_id = tenancy.current_tenant_id() and a.distribucion_id = p_distribucion_id and a.is_from_stock
      group by 1
    ) t on t.product_id = i.product_id
    where i.tenant_id = tenancy.current_tenant_id() and i.distribucion_id = p_distribucion_id
  ), movement as (
    select i.product_id, 1 as n, 'return' as kind, i.back + i.lost as quantity, null::text as reason from item i
    where p_kind = 'return' and i.back + i.lost > 0
    union all
    select i.product_id, 2, 'loss', -i.lost, i.loss_reason from item i where p_kind = 'return' and i.lost > 0
    union all
    select i.product_id, 3, 'reopening', -i.back, null from item i where p_kind = 'reopening' and i.back > 0
  )
  select sales.write_movements(array_agg(gen_random_uuid()), array_agg(p_business_id),
    array_agg(m.product_id order by m.product_id, m.n), array_agg(m.kind order by m.product_id, m.n),
    array_agg(p_distribucion_id), array_agg(sales.business_day(p_business_id, now())),
    array_agg(m.quantity order by m.product_id, m.n), array_agg(null::numeric), array_agg(null::numeric),
    array_agg(m.reason order by m.product_id, m.n), array_agg(sales.current_member_id(p_business_id)),
    array_agg(null::text), array_agg(null::text), array_agg('What the route brought back'::text))
  from movement m
  having count(*) > 0
$function$;
ALTER FUNCTION sales.write_settlement_movements(uuid, uuid, text) OWNER TO sales_writer;

-- function self.current_identity_id()
CREATE OR REPLACE FUNCTION self.current_identity_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.current_identity_id'::text, true), ''::text))::uuid;

-- grants self.current_identity_id()
GRANT EXECUTE ON FUNCTION self.current_identity_id() TO authenticated;
GRANT EXECUTE ON FUNCTION self.current_identity_id() TO self_service;

-- function self.memberships()
CREATE OR REPLACE FUNCTION self.memberships()
 RETURNS TABLE(tenant_id uuid, tenant_name text, user_id uuid, name text, role text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return query
    select m.tenant_id, t.name, m.user_id, m.name, m.role
    from auth.memberships m join auth.tenant_directory t on t.id = m.tenant_id
    where m.identity_id = self.current_identity_id() and m.status = 'active' and t.status = 'active'
    order by t.name, m.tenant_id;
end $function$;
ALTER FUNCTION self.memberships() OWNER TO self_service;

-- grants self.memberships()
GRANT EXECUTE ON FUNCTION self.memberships() TO authenticated;

-- function self.profile()
CREATE OR REPLACE FUNCTION self.profile()
 RETURNS SETOF auth.user_profiles
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return query select * from auth.user_profiles p where p.user_id = self.current_identity_id();
end $function$;
ALTER FUNCTION self.profile() OWNER TO self_service;

-- grants self.profile()
GRANT EXECUTE ON FUNCTION self.profile() TO authenticated;

-- function self.save_profile(uuid, jsonb)
CREATE OR REPLACE FUNCTION self.save_profile(p_id uuid, p_changes jsonb)
 RETURNS auth.user_profiles
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
ALTER FUNCTION self.save_profile(uuid, jsonb) OWNER TO self_service;

-- grants self.save_profile(uuid, jsonb)
GRANT EXECUTE ON FUNCTION self.save_profile(uuid, jsonb) TO authenticated;

-- function tenancy.append_seal(tenancy.audit_seals, text, timestamp with time zone, timestamp with time zone, xid8)
CREATE OR REPLACE FUNCTION tenancy.append_seal(p_last tenancy.audit_seals, p_server text, p_after timestamp with time zone, p_until timestamp with time zone, p_to xid8)
 RETURNS tenancy.audit_seals
 LANGUAGE plpgsql
AS $function$
declare
  v_seal tenancy.audit_seals;
begin
  v_seal.tenant_id := tenancy.current_tenant_id();
  v_seal.id := gen_random_uuid();
  v_seal.sequence := coalesce(p_last.sequence, 0) + 1;
  v_seal.server := p_server;
  v_seal.written_after := p_after;
  v_seal.from_transaction := case
    when p_last.sequence is null or p_last.written_after is distinct from p_after then '0'::xid8
    else p_last.to_transaction end;
  v_seal.to_transaction := p_to;
  select d.line_count, d.lines_hash into v_seal.line_count, v_seal.lines_hash
  from tenancy.digest_audit(v_seal.from_transaction, p_to, p_after, p_until) d;
  v_seal.sealed_at := clock_timestamp();
  v_seal.hash := tenancy.hash_seal(coalesce(p_last.hash, ''), v_seal);
  insert into tenancy.audit_seals select v_seal.* on conflict (tenant_id, sequence) do nothing;
  return case when found then v_seal end;
end $function$;
ALTER FUNCTION tenancy.append_seal(tenancy.audit_seals, text, timestamp with time zone, timestamp with time zone, xid8) OWNER TO audit_sealer;

-- function tenancy.currency_exponent(text)
CREATE OR REPLACE FUNCTION tenancy.currency_exponent(currency text)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (currency = ANY (ARRAY['BIF'::text, 'CLP'::text, 'DJF'::text, 'GNF'::text, 'ISK'::text, 'JPY'::text, 'KMF'::text, 'KRW'::text, 'PYG'::text, 'RWF'::text, 'UGX'::text, 'UYI'::text, 'VND'::text, 'VUV'::text, 'XAF'::text, 'XOF'::text, 'XPF'::text])) THEN 0 WHEN (currency = ANY (ARRAY['BHD'::text, 'IQD'::text, 'JOD'::text, 'KWD'::text, 'LYD'::text, 'OMR'::text, 'TND'::text])) THEN 3 WHEN (currency = ANY (ARRAY['CLF'::text, 'UYW'::text])) THEN 4 ELSE 2 END;

-- grants tenancy.currency_exponent(text)
GRANT EXECUTE ON FUNCTION tenancy.currency_exponent(text) TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.currency_exponent(text) TO platform;

-- function tenancy.current_company_id()
CREATE OR REPLACE FUNCTION tenancy.current_company_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.current_company_id'::text, true), ''::text))::uuid;

-- grants tenancy.current_company_id()
GRANT EXECUTE ON FUNCTION tenancy.current_company_id() TO audit_writer;
GRANT EXECUTE ON FUNCTION tenancy.current_company_id() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.current_company_id() TO platform;

-- function tenancy.current_tenant_id()
CREATE OR REPLACE FUNCTION tenancy.current_tenant_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid;

-- grants tenancy.current_tenant_id()
GRANT EXECUTE ON FUNCTION tenancy.current_tenant_id() TO audit_sealer;
GRANT EXECUTE ON FUNCTION tenancy.current_tenant_id() TO audit_writer;
GRANT EXECUTE ON FUNCTION tenancy.current_tenant_id() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.current_tenant_id() TO platform;

-- function tenancy.current_user_id()
CREATE OR REPLACE FUNCTION tenancy.current_user_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.current_user_id'::text, true), ''::text))::uuid;

-- grants tenancy.current_user_id()
GRANT EXECUTE ON FUNCTION tenancy.current_user_id() TO audit_writer;
GRANT EXECUTE ON FUNCTION tenancy.current_user_id() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.current_user_id() TO platform;

-- function tenancy.digest_audit(xid8, xid8, timestamp with time zone, timestamp with time zone)
CREATE OR REPLACE FUNCTION tenancy.digest_audit(p_from xid8, p_to xid8, p_after timestamp with time zone, p_until timestamp with time zone, OUT line_count integer, OUT lines_hash text)
 RETURNS record
 LANGUAGE plpgsql
 STABLE
 SET "TimeZone" TO 'UTC'
AS $function$
declare
  v_line text;
  v_hash bytea := '';
begin
  line_count := 0;
  for v_line in
    select (
      select jsonb_object_agg(e.key, e.value)::text from jsonb_each(to_jsonb(l)) e
      where e.value <> 'null'::jsonb)
    from tenancy.audit_log l
    where l.tenant_id = tenancy.current_tenant_id() and l.transaction_id >= p_from and l.transaction_id < p_to
      and l.created_at > coalesce(p_after, '-infinity') and l.created_at <= coalesce(p_until, 'infinity')
    order by l.transaction_id, l.id
  loop
    v_hash := sha256(v_hash || convert_to(v_line, 'UTF8'));
    line_count := line_count + 1;
  end loop;
  lines_hash := encode(v_hash, 'hex');
end $function$;
ALTER FUNCTION tenancy.digest_audit(xid8, xid8, timestamp with time zone, timestamp with time zone) OWNER TO audit_sealer;

-- function tenancy.format_number(text, bigint, integer)
CREATE OR REPLACE FUNCTION tenancy.format_number(p_prefix text, p_number bigint, p_padding integer)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (p_prefix || lpad((p_number)::text, GREATEST(p_padding, length((p_number)::text)), '0'::text));

-- grants tenancy.format_number(text, bigint, integer)
GRANT EXECUTE ON FUNCTION tenancy.format_number(text, bigint, integer) TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.format_number(text, bigint, integer) TO platform;

-- function tenancy.hash_seal(text, tenancy.audit_seals)
CREATE OR REPLACE FUNCTION tenancy.hash_seal(p_previous text, p_seal tenancy.audit_seals)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  select encode(sha256(convert_to(jsonb_build_array(
    p_previous, p_seal.tenant_id, p_seal.sequence, p_seal.server, extract(epoch from p_seal.written_after)::text,
    p_seal.from_transaction::text, p_seal.to_transaction::text, p_seal.line_count, p_seal.lines_hash,
    extract(epoch from p_seal.sealed_at)::text
  )::text, 'UTF8')), 'hex')
$function$;
ALTER FUNCTION tenancy.hash_seal(text, tenancy.audit_seals) OWNER TO audit_sealer;

-- function tenancy.join_role(text)
CREATE OR REPLACE FUNCTION tenancy.join_role(role_name text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if not (select r.rolsuper from pg_roles r where r.rolname = current_user) then
    execute format('grant %I to %I', role_name, current_user);
  end if;
end $function$;

-- function tenancy.keep_an_admin()
CREATE OR REPLACE FUNCTION tenancy.keep_an_admin()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.role <> 'admin' or old.status <> 'active' then
    return null;
  end if;
  if tg_op = 'UPDATE' and new.role = 'admin' and new.status = 'active' then
    return null;
  end if;
  update tenancy.tenants t set updated_at = clock_timestamp() where t.id = old.tenant_id;
  if not exists (
    select from tenancy.users u where u.tenant_id = old.tenant_id and u.role = 'admin' and u.status = 'active'
  ) and not exists (
    select from tenancy.tenants t where t.id = old.tenant_id and t.status = 'archived'
  ) then
    raise exception using errcode = 'ZT002', message = 'A tenant needs an active admin: make another member admin first';
  end if;
  return null;
end $function$;

-- grants tenancy.keep_an_admin()
GRANT EXECUTE ON FUNCTION tenancy.keep_an_admin() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.keep_an_admin() TO platform;

-- function tenancy.leave_role(text)
CREATE OR REPLACE FUNCTION tenancy.leave_role(role_name text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if not (select r.rolsuper from pg_roles r where r.rolname = current_user) then
    execute format('revoke %I from %I', role_name, current_user);
  end if;
end $function$;

-- function tenancy.lock_series(uuid, uuid, text, text, text, integer)
CREATE OR REPLACE FUNCTION tenancy.lock_series(p_company_id uuid, p_business_id uuid, p_series text, p_period text, p_prefix text, p_padding integer)
 RETURNS tenancy.number_series
 LANGUAGE plpgsql
AS $function$
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
end $function$;
ALTER FUNCTION tenancy.lock_series(uuid, uuid, text, text, text, integer) OWNER TO number_writer;

-- function tenancy.make_writer_role(text, boolean)
CREATE OR REPLACE FUNCTION tenancy.make_writer_role(p_role text, p_as_runtime boolean)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if not exists (select from pg_roles r where r.rolname = p_role) then
    begin
      execute format('create role %I nologin nosuperuser nobypassrls nocreaterole nocreatedb', p_role);
    exception when duplicate_object or unique_violation then
      null;
    end;
  end if;
  if exists (select from pg_roles r where r.rolname = p_role and (r.rolsuper or r.rolbypassrls or r.rolcanlogin)) then
    raise exception 'role % exists already and may log in or bypass row level security: rename it first', p_role;
  end if;
  if p_as_runtime and not pg_has_role(p_role, 'authenticated', 'USAGE') then
    begin
      execute format('grant authenticated to %I', p_role);
    exception when unique_violation then
      null;
    end;
  end if;
end $function$;

-- function tenancy.next_number(uuid, uuid, text, text, text, integer)
CREATE OR REPLACE FUNCTION tenancy.next_number(p_company_id uuid, p_business_id uuid, p_series text, p_period text, p_prefix text, p_padding integer)
 RETURNS tenancy.number_series
 LANGUAGE plpgsql
AS $function$
declare
  v_series tenancy.number_series;
begin
  insert into tenancy.number_series as s
    (tenant_id, company_id, business_id, series, period, prefix, padding, last_number)
  values (tenancy.current_tenant_id(), p_company_id, p_business_id, p_series, p_period, p_prefix, p_padding, 1)
  on conflict (tenant_id, company_id, business_id, series, period) do update set last_number = s.last_number + 1
  returning s.* into v_series;
  return v_series;
end $function$;
ALTER FUNCTION tenancy.next_number(uuid, uuid, text, text, text, integer) OWNER TO number_writer;

-- function tenancy.pass_over_numbers(uuid, bigint)
CREATE OR REPLACE FUNCTION tenancy.pass_over_numbers(p_series_id uuid, p_number bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  update tenancy.number_series s set last_number = p_number
  where s.tenant_id = tenancy.current_tenant_id() and s.id = p_series_id and s.last_number < p_number;
end $function$;
ALTER FUNCTION tenancy.pass_over_numbers(uuid, bigint) OWNER TO number_writer;

-- function tenancy.protect_function(regprocedure, text, text[])
CREATE OR REPLACE FUNCTION tenancy.protect_function(target regprocedure, owner_name text, role_names text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_function pg_proc;
  v_role text;
begin
  select p.* into v_function from pg_proc p where p.oid = target;
  for v_role in
    select distinct case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end
    from aclexplode(coalesce(v_function.proacl, acldefault('f', v_function.proowner))) x
    where x.grantee <> v_function.proowner
  loop
    execute format('revoke all on function %s from %s', target, v_role);
  end loop;
  foreach v_role in array role_names loop
    execute format('grant execute on function %s to %I', target, v_role);
  end loop;
  if pg_get_userbyid(v_function.proowner) = coalesce(owner_name, current_user) then
    return;
  end if;
  if owner_name is null then
    execute format('alter function %s owner to %I', target, current_user);
    return;
  end if;
  -- PostgreSQL demands that the new owner may create in the schema.
  execute format('grant create on schema %s to %I', v_function.pronamespace::regnamespace, owner_name);
  execute format('alter function %s owner to %I', target, owner_name);
  execute format('revoke create on schema %s from %I', v_function.pronamespace::regnamespace, owner_name);
end $function$;

-- function tenancy.protect_table(regclass, text, text)
CREATE OR REPLACE FUNCTION tenancy.protect_table(target regclass, access text, audit text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  rights text := case access
    when 'read-write' then 'select, insert, update, delete'
    when 'no-delete' then 'select, insert, update'
    when 'append-only' then 'select, insert'
    when 'read-only' then 'select'
  end;
begin
  if rights is null or audit not in ('all', 'changes', 'none') then
    raise exception 'protect_table: unknown access % or audit %', access, audit;
  end if;
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('revoke all on %s from authenticated, platform', target);
  execute format('grant %s on %s to authenticated', rights, target);
  execute format('grant %s on %s to platform', rights, target);
  if exists (select from pg_attribute a where a.attrelid = target and a.attname = 'updated_at' and not a.attisdropped) then
    execute format('create or replace trigger touch_updated_at before update on %s
      for each row execute function tenancy.touch_updated_at()', target);
  end if;
  if audit = 'none' then
    if exists (select from pg_trigger t where t.tgrelid = target and t.tgname = 'write_audit') then
      execute format('drop trigger write_audit on %s', target);
    end if;
  else
    execute format('create or replace trigger write_audit after %s on %s
      for each row execute function tenancy.write_audit()',
      case audit when 'all' then 'insert or update or delete' else 'update or delete' end, target);
  end if;
end $function$;

-- function tenancy.protect_view(regclass, text[])
CREATE OR REPLACE FUNCTION tenancy.protect_view(target regclass, role_names text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_role text;
begin
  for v_role in
    select distinct case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end
    from pg_class c cross join lateral aclexplode(c.relacl) x
    where c.oid = target and x.grantee <> c.relowner
  loop
    execute format('revoke all on %s from %s', target, v_role);
  end loop;
  foreach v_role in array role_names loop
    execute format('grant select on %s to %I', target, v_role);
  end loop;
end $function$;

-- function tenancy.record_audit(text, text, uuid, jsonb)
CREATE OR REPLACE FUNCTION tenancy.record_audit(action text, target_type text, target_id uuid, details jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tenancy.current_tenant_id() is null then
    raise exception using errcode = 'ZT005', message = 'An audit record needs a tenant scope';
  end if;
  if btrim(action) = '' or btrim(target_type) = '' then
    raise exception using errcode = 'ZT002', message = 'An audit record needs an action and a target type';
  end if;
  if jsonb_typeof(details) <> 'object' then
    raise exception using errcode = 'ZT002', message = 'The details of an audit record are an object of its fields';
  end if;
  if lower(action collate "C") ~ '^[^a-z]*(insert|update|delete|truncate)[^a-z]*$' then
    raise exception using errcode = 'ZT002',
      message = 'insert, update, delete and truncate are recorded by the database: name the action otherwise';
  end if;
  insert into tenancy.audit_log
    (tenant_id, admin_user_id, actor_login, source, action, target_type, target_id, details)
  values (tenancy.current_tenant_id(), tenancy.current_user_id(), session_user, 'application', action, target_type,
    target_id, coalesce(details, '{}'));
end $function$;
ALTER FUNCTION tenancy.record_audit(text, text, uuid, jsonb) OWNER TO audit_writer;

-- grants tenancy.record_audit(text, text, uuid, jsonb)
GRANT EXECUTE ON FUNCTION tenancy.record_audit(text, text, uuid, jsonb) TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.record_audit(text, text, uuid, jsonb) TO platform;

-- function tenancy.refuse()
CREATE OR REPLACE FUNCTION tenancy.refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception using errcode = tg_argv[0], message = tg_argv[1];
end $function$;

-- grants tenancy.refuse()
GRANT EXECUTE ON FUNCTION tenancy.refuse() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.refuse() TO platform;

-- function tenancy.refuse_other_key()
CREATE OR REPLACE FUNCTION tenancy.refuse_other_key()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.tenant_id is distinct from old.tenant_id then
    raise exception using errcode = 'ZT001', message = 'A row stays with its tenant';
  end if;
  raise exception using errcode = 'ZT003', message = tg_argv[0];
end $function$;

-- grants tenancy.refuse_other_key()
GRANT EXECUTE ON FUNCTION tenancy.refuse_other_key() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.refuse_other_key() TO platform;

-- function tenancy.refuse_transition()
CREATE OR REPLACE FUNCTION tenancy.refuse_transition()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_from constant text := to_jsonb(old) ->> tg_argv[0];
  v_to constant text := to_jsonb(new) ->> tg_argv[0];
  v_sentences constant jsonb := tg_argv[1];
  v_sentence constant text := coalesce(
    v_sentences ->> format('%s %s', v_from, v_to), v_sentences ->> format('%s *', v_from),
    v_sentences ->> format('* %s', v_to), v_sentences ->> '* *', 'It does not go from {from} to {to}');
begin
  raise exception using errcode = 'ZT003', message = replace(replace(v_sentence, '{from}', v_from), '{to}', v_to);
end $function$;

-- grants tenancy.refuse_transition()
GRANT EXECUTE ON FUNCTION tenancy.refuse_transition() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.refuse_transition() TO platform;

-- function tenancy.require_active_member()
CREATE OR REPLACE FUNCTION tenancy.require_active_member()
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  if tenancy.current_user_id() is not null and (tenancy.current_tenant_id() = (
    select u.tenant_id from tenancy.users u join tenancy.tenants t on t.id = u.tenant_id
    where u.id = tenancy.current_user_id() and u.status = 'active' and t.status = 'active'
  )) is not true then
    raise exception using errcode = 'ZT001',
      message = 'The user is not an active member of this tenant, or the tenant is not active';
  end if;
end $function$;

-- grants tenancy.require_active_member()
GRANT EXECUTE ON FUNCTION tenancy.require_active_member() TO authenticated;

-- function tenancy.require_active_tenant()
CREATE OR REPLACE FUNCTION tenancy.require_active_tenant()
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  if exists (select from tenancy.tenants t where t.status <> 'active') then
    raise exception using errcode = 'ZT001',
      message = 'The tenant is suspended or archived: it may be read; a job that must write in it says inactive: true';
  end if;
end $function$;

-- grants tenancy.require_active_tenant()
GRANT EXECUTE ON FUNCTION tenancy.require_active_tenant() TO authenticated;

-- function tenancy.require_admin()
CREATE OR REPLACE FUNCTION tenancy.require_admin()
 RETURNS trigger
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  if tenancy.current_user_id() is not null and not exists (
    select from tenancy.users u
    where u.tenant_id = tenancy.current_tenant_id() and u.id = tenancy.current_user_id()
      and u.role = 'admin' and u.status = 'active'
  ) then
    raise exception using errcode = 'ZT006', message = 'Only an admin of the tenant may manage members, roles and invitations';
  end if;
  return case tg_level when 'ROW' then new end;
end $function$;

-- grants tenancy.require_admin()
GRANT EXECUTE ON FUNCTION tenancy.require_admin() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.require_admin() TO platform;

-- function tenancy.require_arrays(text[], text[], integer[])
CREATE OR REPLACE FUNCTION tenancy.require_arrays(p_names text[], p_dims text[], p_nulls integer[])
 RETURNS integer
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
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
end $function$;

-- grants tenancy.require_arrays(text[], text[], integer[])
GRANT EXECUTE ON FUNCTION tenancy.require_arrays(text[], text[], integer[]) TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.require_arrays(text[], text[], integer[]) TO platform;

-- function tenancy.require_own_scope(uuid, uuid)
CREATE OR REPLACE FUNCTION tenancy.require_own_scope(p_tenant_id uuid, p_company_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  if tenancy.current_tenant_id() is null then
    raise exception using errcode = 'ZT005', message = 'Posting needs a tenant scope';
  end if;
  if p_tenant_id <> tenancy.current_tenant_id() or p_company_id <> tenancy.current_company_id() then
    raise exception using errcode = 'ZT001', message = 'The row belongs to another tenant or company than the scope';
  end if;
end $function$;

-- grants tenancy.require_own_scope(uuid, uuid)
GRANT EXECUTE ON FUNCTION tenancy.require_own_scope(uuid, uuid) TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.require_own_scope(uuid, uuid) TO platform;

-- function tenancy.seal_audit(integer)
CREATE OR REPLACE FUNCTION tenancy.seal_audit(p_lines integer, OUT sealed integer, OUT remaining boolean)
 RETURNS record
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_server constant text := tenancy.server_number();
  v_last tenancy.audit_seals;
  v_oldest xid8;
  v_foreign timestamptz;
  v_from xid8;
  v_first xid8;
  v_to xid8;
begin
  if v_tenant is null then
    raise exception using errcode = 'ZT005', message = 'Sealing the audit trail needs a tenant scope';
  end if;
  loop
    sealed := 0;
    select s.* into v_last from tenancy.audit_seals s where s.tenant_id = v_tenant order by s.sequence desc limit 1;
    v_oldest := pg_snapshot_xmin(pg_current_snapshot());

    -- What the query sees and this server numbered is below the end of the query's own snapshot.
    select max(l.created_at) into v_foreign from tenancy.audit_log l
    where l.tenant_id = v_tenant and l.created_at > coalesce(v_last.written_after, '-infinity')
      and l.transaction_id >= greatest(pg_snapshot_xmax(pg_current_snapshot()), v_last.to_transaction)
      and l.transaction_id is distinct from pg_current_xact_id_if_assigned();
    if v_last.server <> v_server or v_foreign is not null
      or v_last.to_transaction > pg_snapshot_xmax(pg_current_snapshot()) then
      v_foreign := greatest(v_last.sealed_at, v_foreign);
      v_last := tenancy.append_seal(v_last, coalesce(v_last.server, v_server), v_last.written_after, v_foreign,
        '18446744073709551615'::xid8);
      continue when v_last.sequence is null;
      sealed := v_last.line_count;
      v_last := tenancy.append_seal(v_last, v_server, v_foreign, null, '0'::xid8);
    end if;

    v_from := coalesce(v_last.to_transaction, '0'::xid8);
    select l.transaction_id into v_first from tenancy.audit_log l
    where l.tenant_id = v_tenant and l.transaction_id >= v_from and l.transaction_id < v_oldest
      and l.created_at > coalesce(v_last.written_after, '-infinity')
    order by l.transaction_id limit 1;
    if v_first is not null then
      select l.transaction_id into v_to from tenancy.audit_log l
      where l.tenant_id = v_tenant and l.transaction_id > v_first and l.transaction_id < v_oldest
        and l.created_at > coalesce(v_last.written_after, '-infinity')
      order by l.transaction_id offset greatest(p_lines, 1) limit 1;
      v_last := tenancy.append_seal(v_last, v_server, v_last.written_after, null,
        coalesce(v_to, v_oldest));
      continue when v_last.sequence is null;
      sealed := sealed + v_last.line_count;
    end if;
    exit;
  end loop;
  remaining := exists (
    select from tenancy.audit_log l
    where l.tenant_id = v_tenant and l.transaction_id >= coalesce(v_last.to_transaction, '0'::xid8)
      and l.created_at > coalesce(v_last.written_after, '-infinity')
      and l.transaction_id is distinct from pg_current_xact_id_if_assigned());
end $function$;
ALTER FUNCTION tenancy.seal_audit(integer) OWNER TO audit_sealer;

-- grants tenancy.seal_audit(integer)
GRANT EXECUTE ON FUNCTION tenancy.seal_audit(integer) TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.seal_audit(integer) TO platform;

-- function tenancy.server_number()
CREATE OR REPLACE FUNCTION tenancy.server_number()
 RETURNS text
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  return (select c.system_identifier::text from pg_control_system() c);
exception when insufficient_privilege or feature_not_supported then
  return '';
end $function$;
ALTER FUNCTION tenancy.server_number() OWNER TO audit_sealer;

-- function tenancy.take_turn(integer)
CREATE OR REPLACE FUNCTION tenancy.take_turn(p_longest_wait integer)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
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
end $function$;

-- grants tenancy.take_turn(integer)
GRANT EXECUTE ON FUNCTION tenancy.take_turn(integer) TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.take_turn(integer) TO platform;

-- function tenancy.touch_updated_at()
CREATE OR REPLACE FUNCTION tenancy.touch_updated_at()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.updated_at := clock_timestamp();
  return new;
end $function$;

-- grants tenancy.touch_updated_at()
GRANT EXECUTE ON FUNCTION tenancy.touch_updated_at() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.touch_updated_at() TO platform;

-- function tenancy.verify_audit(integer, integer)
CREATE OR REPLACE FUNCTION tenancy.verify_audit(p_sequence integer, p_lines integer)
 RETURNS TABLE(sequence integer, hash text, line_count integer, found_count integer, lines_agree boolean, seal_agrees boolean, follows boolean)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_server constant text := tenancy.server_number();
  v_previous tenancy.audit_seals;
  v_seal tenancy.audit_seals;
  v_until timestamptz;
  v_digest record;
  v_read bigint;
  -- Where the last seal ends: at a number that this server has not given yet, when it is of another numbering.
  v_last xid8;
begin
  select s.to_transaction into v_last from tenancy.audit_seals s where s.tenant_id = v_tenant order by s.sequence desc limit 1;
  select s.* into v_previous from tenancy.audit_seals s
  where s.tenant_id = v_tenant and s.sequence <= p_sequence order by s.sequence desc limit 1;
  for v_seal in
    select s.* from tenancy.audit_seals s where s.tenant_id = v_tenant and s.sequence > p_sequence order by s.sequence
  loop
    -- A numbering ends where the next one begins; the last one, on another server, at its last seal.
    if v_read is null or v_seal.written_after is distinct from v_previous.written_after then
      v_read := coalesce(v_read, 0);
      select min(s.written_after) into v_until from tenancy.audit_seals s
      where s.tenant_id = v_tenant and s.written_after > coalesce(v_seal.written_after, '-infinity');
      if v_until is null and (v_seal.server <> v_server
          or v_last > pg_snapshot_xmax(pg_current_snapshot())) then
        select max(s.sealed_at) into v_until from tenancy.audit_seals s where s.tenant_id = v_tenant;
      end if;
    end if;
    select d.* into v_digest from tenancy.digest_audit(
      v_seal.from_transaction, v_seal.to_transaction, v_seal.written_after, v_until) d;
    sequence := v_seal.sequence;
    hash := v_seal.hash;
    line_count := v_seal.line_count;
    found_count := v_digest.line_count;
    lines_agree := v_digest.lines_hash = v_seal.lines_hash;
    seal_agrees := v_seal.hash = tenancy.hash_seal(coalesce(v_previous.hash, ''), v_seal);
    follows := v_seal.sequence = coalesce(v_previous.sequence, 0) + 1 and case
      when v_previous.sequence is null then v_seal.from_transaction = '0'::xid8 and v_seal.written_after is null
      when v_seal.written_after is not distinct from v_previous.written_after
        then v_seal.from_transaction = v_previous.to_transaction
      else v_seal.from_transaction = '0'::xid8
        and v_seal.written_after > coalesce(v_previous.written_after, '-infinity')
        and v_previous.to_transaction = '18446744073709551615'::xid8 end;
    return next;
    v_previous := v_seal;
    v_read := v_read + found_count;
    exit when v_read >= p_lines;
  end loop;
end $function$;
ALTER FUNCTION tenancy.verify_audit(integer, integer) OWNER TO audit_sealer;

-- grants tenancy.verify_audit(integer, integer)
GRANT EXECUTE ON FUNCTION tenancy.verify_audit(integer, integer) TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.verify_audit(integer, integer) TO platform;

-- function tenancy.with_decimals(numeric, integer)
CREATE OR REPLACE FUNCTION tenancy.with_decimals(amount numeric, decimals integer)
 RETURNS numeric
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN round(amount, GREATEST(decimals, min_scale(amount)));

-- grants tenancy.with_decimals(numeric, integer)
GRANT EXECUTE ON FUNCTION tenancy.with_decimals(numeric, integer) TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.with_decimals(numeric, integer) TO platform;

-- function tenancy.write_audit()
CREATE OR REPLACE FUNCTION tenancy.write_audit()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  row_before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'token_hash' end;
  row_after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'token_hash' end;
  written jsonb := coalesce(row_after, row_before);
  -- Whose record it is: of a company or a business; their own rows have their id.
  company uuid := coalesce(written ->> 'company_id', written ->> 'business_id',
    case when format('%s.%s', tg_table_schema, tg_table_name) in ('tenancy.companies', 'sales.businesses')
      then written ->> 'id' end)::uuid;
begin
  insert into tenancy.audit_log
    (tenant_id, admin_user_id, actor_login, action, company_id, target_type, target_id, row_before, row_after)
  values (
    coalesce(written ->> 'tenant_id', written ->> 'id')::uuid, tenancy.current_user_id(), session_user, lower(tg_op collate "C"),
    company, format('%s.%s', tg_table_schema, tg_table_name), (written ->> 'id')::uuid, row_before, row_after);
  return null;
end $function$;
ALTER FUNCTION tenancy.write_audit() OWNER TO audit_writer;

-- grants tenancy.write_audit()
GRANT EXECUTE ON FUNCTION tenancy.write_audit() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.write_audit() TO platform;

-- table accounting.account_balances
CREATE TABLE accounting.account_balances (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  account_id uuid NOT NULL,
  balance numeric DEFAULT 0.00 NOT NULL,
  version bigint DEFAULT 0 NOT NULL
);

-- constraint accounting.account_balances.account_balances_account_id_fkey
ALTER TABLE accounting.account_balances ADD CONSTRAINT account_balances_account_id_fkey FOREIGN KEY (tenant_id, company_id, account_id) REFERENCES accounting.accounts(tenant_id, company_id, id) ON DELETE CASCADE;

-- constraint accounting.account_balances.account_balances_account_id_unique
ALTER TABLE accounting.account_balances ADD CONSTRAINT account_balances_account_id_unique UNIQUE (tenant_id, account_id, company_id);

-- constraint accounting.account_balances.account_balances_balance_nan_check
ALTER TABLE accounting.account_balances ADD CONSTRAINT account_balances_balance_nan_check CHECK ((balance <> ALL (ARRAY['NaN'::numeric, 'Infinity'::numeric, '-Infinity'::numeric])));

-- constraint accounting.account_balances.account_balances_pkey
ALTER TABLE accounting.account_balances ADD CONSTRAINT account_balances_pkey PRIMARY KEY (tenant_id, id);

-- rls accounting.account_balances
ALTER TABLE accounting.account_balances ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.account_balances FORCE ROW LEVEL SECURITY;

-- policy accounting.account_balances.company_isolation
CREATE POLICY company_isolation ON accounting.account_balances AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.account_balances.platform_access
CREATE POLICY platform_access ON accounting.account_balances AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.account_balances.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.account_balances AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.account_balances.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON accounting.account_balances FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id) OR (new.account_id IS DISTINCT FROM old.account_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, company_id, account_id: make another row instead of changing them');

-- grants accounting.account_balances
GRANT SELECT ON accounting.account_balances TO authenticated;
GRANT INSERT, UPDATE ON accounting.account_balances TO ledger_writer;
GRANT SELECT ON accounting.account_balances TO platform;

-- table accounting.accounts
CREATE TABLE accounting.accounts (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  code text NOT NULL,
  name text NOT NULL,
  type text NOT NULL,
  normal_side text GENERATED ALWAYS AS ( CASE WHEN (type = ANY (ARRAY['asset'::text, 'expense'::text])) THEN 'debit'::text ELSE 'credit'::text END) STORED NOT NULL,
  parent_id uuid,
  currency text,
  is_active boolean DEFAULT true NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint accounting.accounts.accounts_code_check
ALTER TABLE accounting.accounts ADD CONSTRAINT accounts_code_check CHECK ((code <> ''::text));

-- constraint accounting.accounts.accounts_company_id_code_unique
ALTER TABLE accounting.accounts ADD CONSTRAINT accounts_company_id_code_unique UNIQUE (tenant_id, company_id, code);

-- constraint accounting.accounts.accounts_company_id_fkey
ALTER TABLE accounting.accounts ADD CONSTRAINT accounts_company_id_fkey FOREIGN KEY (tenant_id, company_id) REFERENCES tenancy.companies(tenant_id, id) ON DELETE RESTRICT;

-- constraint accounting.accounts.accounts_company_id_id_unique
ALTER TABLE accounting.accounts ADD CONSTRAINT accounts_company_id_id_unique UNIQUE (tenant_id, company_id, id);

-- constraint accounting.accounts.accounts_created_at_range_check
ALTER TABLE accounting.accounts ADD CONSTRAINT accounts_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.accounts.accounts_currency_check
ALTER TABLE accounting.accounts ADD CONSTRAINT accounts_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text));

-- constraint accounting.accounts.accounts_name_check
ALTER TABLE accounting.accounts ADD CONSTRAINT accounts_name_check CHECK ((name <> ''::text));

-- constraint accounting.accounts.accounts_normal_side_check
ALTER TABLE accounting.accounts ADD CONSTRAINT accounts_normal_side_check CHECK ((normal_side = ANY (ARRAY['debit'::text, 'credit'::text])));

-- constraint accounting.accounts.accounts_parent_id_check
ALTER TABLE accounting.accounts ADD CONSTRAINT accounts_parent_id_check CHECK ((parent_id <> id));

-- constraint accounting.accounts.accounts_parent_id_fkey
ALTER TABLE accounting.accounts ADD CONSTRAINT accounts_parent_id_fkey FOREIGN KEY (tenant_id, company_id, parent_id) REFERENCES accounting.accounts(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.accounts.accounts_pkey
ALTER TABLE accounting.accounts ADD CONSTRAINT accounts_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.accounts.accounts_tenant_id_fkey
ALTER TABLE accounting.accounts ADD CONSTRAINT accounts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint accounting.accounts.accounts_type_check
ALTER TABLE accounting.accounts ADD CONSTRAINT accounts_type_check CHECK ((type = ANY (ARRAY['asset'::text, 'liability'::text, 'equity'::text, 'income'::text, 'expense'::text])));

-- constraint accounting.accounts.accounts_updated_at_range_check
ALTER TABLE accounting.accounts ADD CONSTRAINT accounts_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index accounting.accounts.idx_accounts_parent_id
CREATE INDEX idx_accounts_parent_id ON accounting.accounts USING btree (tenant_id, parent_id);

-- rls accounting.accounts
ALTER TABLE accounting.accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.accounts FORCE ROW LEVEL SECURITY;

-- policy accounting.accounts.company_isolation
CREATE POLICY company_isolation ON accounting.accounts AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.accounts.platform_access
CREATE POLICY platform_access ON accounting.accounts AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.accounts.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.accounts AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.accounts.check_parent
CREATE TRIGGER check_parent AFTER INSERT OR UPDATE OF type, parent_id ON accounting.accounts FOR EACH ROW EXECUTE FUNCTION accounting.check_account_parent();

-- trigger accounting.accounts.guard_account
CREATE TRIGGER guard_account BEFORE DELETE OR UPDATE ON accounting.accounts FOR EACH ROW EXECUTE FUNCTION accounting.guard_account();

-- trigger accounting.accounts.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON accounting.accounts FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');

-- trigger accounting.accounts.mark_balance
CREATE TRIGGER mark_balance AFTER UPDATE ON accounting.accounts FOR EACH ROW WHEN (((new.type <> old.type) OR (new.currency IS DISTINCT FROM old.currency) OR (new.is_active <> old.is_active))) EXECUTE FUNCTION accounting.mark_balance();

-- trigger accounting.accounts.open_balances
CREATE TRIGGER open_balances AFTER INSERT ON accounting.accounts REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.open_balances();

-- trigger accounting.accounts.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.accounts FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger accounting.accounts.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON accounting.accounts FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants accounting.accounts
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.accounts TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.accounts TO platform;

-- table accounting.bill_lines
CREATE TABLE accounting.bill_lines (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  bill_id uuid NOT NULL,
  company_id uuid NOT NULL,
  line_number integer NOT NULL,
  description text NOT NULL,
  quantity numeric(15,3) NOT NULL,
  unit_price numeric(15,4) NOT NULL,
  account_id uuid,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  currency text,
  amount numeric GENERATED ALWAYS AS (round((quantity * unit_price), tenancy.currency_exponent(currency))) STORED
);

-- constraint accounting.bill_lines.bill_lines_account_id_fkey
ALTER TABLE accounting.bill_lines ADD CONSTRAINT bill_lines_account_id_fkey FOREIGN KEY (tenant_id, company_id, account_id) REFERENCES accounting.accounts(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.bill_lines.bill_lines_amount_check
ALTER TABLE accounting.bill_lines ADD CONSTRAINT bill_lines_amount_check CHECK ((amount < '1000000000000000'::numeric));

-- constraint accounting.bill_lines.bill_lines_bill_id_fkey
ALTER TABLE accounting.bill_lines ADD CONSTRAINT bill_lines_bill_id_fkey FOREIGN KEY (tenant_id, company_id, bill_id) REFERENCES accounting.bills(tenant_id, company_id, id) ON DELETE CASCADE;

-- constraint accounting.bill_lines.bill_lines_bill_id_line_number_unique
ALTER TABLE accounting.bill_lines ADD CONSTRAINT bill_lines_bill_id_line_number_unique UNIQUE (tenant_id, bill_id, company_id, line_number);

-- constraint accounting.bill_lines.bill_lines_created_at_range_check
ALTER TABLE accounting.bill_lines ADD CONSTRAINT bill_lines_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.bill_lines.bill_lines_currency_check
ALTER TABLE accounting.bill_lines ADD CONSTRAINT bill_lines_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text));

-- constraint accounting.bill_lines.bill_lines_line_number_check
ALTER TABLE accounting.bill_lines ADD CONSTRAINT bill_lines_line_number_check CHECK ((line_number > 0));

-- constraint accounting.bill_lines.bill_lines_pkey
ALTER TABLE accounting.bill_lines ADD CONSTRAINT bill_lines_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.bill_lines.bill_lines_quantity_check
ALTER TABLE accounting.bill_lines ADD CONSTRAINT bill_lines_quantity_check CHECK ((quantity > (0)::numeric));

-- constraint accounting.bill_lines.bill_lines_quantity_nan_check
ALTER TABLE accounting.bill_lines ADD CONSTRAINT bill_lines_quantity_nan_check CHECK ((quantity <> 'NaN'::numeric));

-- constraint accounting.bill_lines.bill_lines_unit_price_check
ALTER TABLE accounting.bill_lines ADD CONSTRAINT bill_lines_unit_price_check CHECK ((unit_price >= (0)::numeric));

-- constraint accounting.bill_lines.bill_lines_unit_price_nan_check
ALTER TABLE accounting.bill_lines ADD CONSTRAINT bill_lines_unit_price_nan_check CHECK ((unit_price <> 'NaN'::numeric));

-- constraint accounting.bill_lines.bill_lines_updated_at_range_check
ALTER TABLE accounting.bill_lines ADD CONSTRAINT bill_lines_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index accounting.bill_lines.idx_bill_lines_account_id
CREATE INDEX idx_bill_lines_account_id ON accounting.bill_lines USING btree (tenant_id, account_id) WHERE (account_id IS NOT NULL);

-- rls accounting.bill_lines
ALTER TABLE accounting.bill_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.bill_lines FORCE ROW LEVEL SECURITY;

-- policy accounting.bill_lines.company_isolation
CREATE POLICY company_isolation ON accounting.bill_lines AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.bill_lines.platform_access
CREATE POLICY platform_access ON accounting.bill_lines AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.bill_lines.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.bill_lines AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.bill_lines.fill_currency
CREATE TRIGGER fill_currency BEFORE INSERT ON accounting.bill_lines FOR EACH ROW WHEN ((new.currency IS NULL)) EXECUTE FUNCTION accounting.line_currency();

-- trigger accounting.bill_lines.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON accounting.bill_lines FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id) OR (new.bill_id IS DISTINCT FROM old.bill_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, company_id, bill_id: make another row instead of changing them');

-- trigger accounting.bill_lines.keep_currency
CREATE TRIGGER keep_currency BEFORE UPDATE ON accounting.bill_lines FOR EACH ROW WHEN ((new.currency IS DISTINCT FROM old.currency)) EXECUTE FUNCTION accounting.line_currency();

-- trigger accounting.bill_lines.keep_lines_delete
CREATE TRIGGER keep_lines_delete AFTER DELETE ON accounting.bill_lines REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.keep_lines('bill');

-- trigger accounting.bill_lines.keep_lines_insert
CREATE TRIGGER keep_lines_insert AFTER INSERT ON accounting.bill_lines REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.keep_lines('bill');

-- trigger accounting.bill_lines.keep_lines_update
CREATE TRIGGER keep_lines_update AFTER UPDATE ON accounting.bill_lines REFERENCING OLD TABLE AS overwritten NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.keep_lines('bill');

-- trigger accounting.bill_lines.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.bill_lines FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger accounting.bill_lines.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON accounting.bill_lines FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants accounting.bill_lines
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.bill_lines TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.bill_lines TO platform;

-- table accounting.bills
CREATE TABLE accounting.bills (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  vendor_id uuid NOT NULL,
  kind text DEFAULT 'bill'::text NOT NULL,
  credited_bill_id uuid,
  bill_number text NOT NULL,
  bill_date date NOT NULL,
  due_date date NOT NULL,
  total_amount numeric NOT NULL,
  currency text DEFAULT 'USD'::text NOT NULL,
  exchange_rate numeric,
  base_amount numeric,
  paid_amount numeric DEFAULT 0.00 NOT NULL,
  paid_base_amount numeric DEFAULT 0.00 NOT NULL,
  voided_on date,
  external_id text,
  status text DEFAULT 'draft'::text NOT NULL,
  approved_at timestamp(3) with time zone,
  approved_by uuid,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  seller jsonb,
  buyer jsonb
);

-- constraint accounting.bills.bills_approved_at_range_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_approved_at_range_check CHECK (((approved_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (approved_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.bills.bills_base_amount_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_base_amount_check CHECK (
CASE
    WHEN (base_amount IS NULL) THEN (status = 'draft'::text)
    ELSE (base_amount >= (0)::numeric)
END);

-- constraint accounting.bills.bills_base_amount_nan_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_base_amount_nan_check CHECK (((base_amount >= '-999999999999999.9999'::numeric) AND (base_amount <= 999999999999999.9999) AND (scale(base_amount) <= 4)));

-- constraint accounting.bills.bills_bill_date_range_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_bill_date_range_check CHECK (((bill_date >= '0001-01-01'::date) AND (bill_date <= '9999-12-31'::date)));

-- constraint accounting.bills.bills_bill_number_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_bill_number_check CHECK ((bill_number <> ''::text));

-- constraint accounting.bills.bills_company_id_fkey
ALTER TABLE accounting.bills ADD CONSTRAINT bills_company_id_fkey FOREIGN KEY (tenant_id, company_id) REFERENCES tenancy.companies(tenant_id, id) ON DELETE RESTRICT;

-- constraint accounting.bills.bills_company_id_id_unique
ALTER TABLE accounting.bills ADD CONSTRAINT bills_company_id_id_unique UNIQUE (tenant_id, company_id, id);

-- constraint accounting.bills.bills_created_at_range_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.bills.bills_credited_bill_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_credited_bill_check CHECK (((kind = 'credit_note'::text) OR (credited_bill_id IS NULL)));

-- constraint accounting.bills.bills_credited_bill_id_fkey
ALTER TABLE accounting.bills ADD CONSTRAINT bills_credited_bill_id_fkey FOREIGN KEY (tenant_id, company_id, credited_bill_id) REFERENCES accounting.bills(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.bills.bills_currency_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text));

-- constraint accounting.bills.bills_due_date_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_due_date_check CHECK ((due_date >= bill_date));

-- constraint accounting.bills.bills_due_date_range_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_due_date_range_check CHECK (((due_date >= '0001-01-01'::date) AND (due_date <= '9999-12-31'::date)));

-- constraint accounting.bills.bills_exchange_rate_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_exchange_rate_check CHECK ((exchange_rate > (0)::numeric));

-- constraint accounting.bills.bills_exchange_rate_nan_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_exchange_rate_nan_check CHECK (((exchange_rate >= '-999999999999999.999999999999999999999999'::numeric) AND (exchange_rate <= 999999999999999.999999999999999999999999) AND (scale(exchange_rate) <= 24)));

-- constraint accounting.bills.bills_kind_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_kind_check CHECK ((kind = ANY (ARRAY['bill'::text, 'credit_note'::text])));

-- constraint accounting.bills.bills_paid_amount_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_paid_amount_check CHECK (((paid_amount >= (0)::numeric) AND (paid_amount <= total_amount)));

-- constraint accounting.bills.bills_paid_amount_nan_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_paid_amount_nan_check CHECK (((paid_amount >= '-999999999999999.9999'::numeric) AND (paid_amount <= 999999999999999.9999) AND (scale(paid_amount) <= 4)));

-- constraint accounting.bills.bills_paid_base_amount_nan_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_paid_base_amount_nan_check CHECK (((paid_base_amount >= '-999999999999999.9999'::numeric) AND (paid_base_amount <= 999999999999999.9999) AND (scale(paid_base_amount) <= 4)));

-- constraint accounting.bills.bills_parties_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_parties_check CHECK (((status <> 'draft'::text) OR (num_nonnulls(seller, buyer) = 0)));

-- constraint accounting.bills.bills_pkey
ALTER TABLE accounting.bills ADD CONSTRAINT bills_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.bills.bills_status_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'approved'::text, 'partly_paid'::text, 'paid'::text, 'void'::text])));

-- constraint accounting.bills.bills_tenant_id_fkey
ALTER TABLE accounting.bills ADD CONSTRAINT bills_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint accounting.bills.bills_total_amount_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_total_amount_check CHECK (((total_amount >= (0)::numeric) AND ((status = 'draft'::text) OR (total_amount = round(total_amount, tenancy.currency_exponent(currency))))));

-- constraint accounting.bills.bills_total_amount_nan_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_total_amount_nan_check CHECK (((total_amount >= '-999999999999999.9999'::numeric) AND (total_amount <= 999999999999999.9999) AND (scale(total_amount) <= 4)));

-- constraint accounting.bills.bills_updated_at_range_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.bills.bills_vendor_id_fkey
ALTER TABLE accounting.bills ADD CONSTRAINT bills_vendor_id_fkey FOREIGN KEY (tenant_id, company_id, vendor_id) REFERENCES accounting.vendors(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.bills.bills_voided_on_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_voided_on_check CHECK (((status = 'void'::text) = (voided_on IS NOT NULL)));

-- constraint accounting.bills.bills_voided_on_range_check
ALTER TABLE accounting.bills ADD CONSTRAINT bills_voided_on_range_check CHECK (((voided_on >= '0001-01-01'::date) AND (voided_on <= '9999-12-31'::date)));

-- index accounting.bills.bills_bill_number_unique
CREATE UNIQUE INDEX bills_bill_number_unique ON accounting.bills USING btree (tenant_id, vendor_id, bill_number) WHERE (status <> 'void'::text);

-- index accounting.bills.idx_bills_bill_date_id
CREATE INDEX idx_bills_bill_date_id ON accounting.bills USING btree (tenant_id, bill_date, id);

-- index accounting.bills.idx_bills_credited_bill_id
CREATE INDEX idx_bills_credited_bill_id ON accounting.bills USING btree (tenant_id, credited_bill_id) WHERE (credited_bill_id IS NOT NULL);

-- index accounting.bills.idx_bills_external_id
CREATE UNIQUE INDEX idx_bills_external_id ON accounting.bills USING btree (tenant_id, company_id, external_id) WHERE (external_id IS NOT NULL);

-- index accounting.bills.idx_bills_status_bill_date_id
CREATE INDEX idx_bills_status_bill_date_id ON accounting.bills USING btree (tenant_id, status, bill_date, id);

-- index accounting.bills.idx_bills_vendor_id
CREATE INDEX idx_bills_vendor_id ON accounting.bills USING btree (tenant_id, vendor_id);

-- rls accounting.bills
ALTER TABLE accounting.bills ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.bills FORCE ROW LEVEL SECURITY;

-- policy accounting.bills.company_isolation
CREATE POLICY company_isolation ON accounting.bills AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.bills.platform_access
CREATE POLICY platform_access ON accounting.bills AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.bills.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.bills AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.bills.freeze_columns
CREATE TRIGGER freeze_columns BEFORE UPDATE ON accounting.bills FOR EACH ROW WHEN (((old.status <> 'draft'::text) AND ((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id) OR (new.vendor_id IS DISTINCT FROM old.vendor_id) OR (new.kind IS DISTINCT FROM old.kind) OR (new.credited_bill_id IS DISTINCT FROM old.credited_bill_id) OR (new.bill_number IS DISTINCT FROM old.bill_number) OR (new.bill_date IS DISTINCT FROM old.bill_date) OR (new.due_date IS DISTINCT FROM old.due_date) OR (new.total_amount IS DISTINCT FROM old.total_amount) OR (new.currency IS DISTINCT FROM old.currency) OR (new.exchange_rate IS DISTINCT FROM old.exchange_rate) OR (new.base_amount IS DISTINCT FROM old.base_amount) OR (new.external_id IS DISTINCT FROM old.external_id) OR (new.seller IS DISTINCT FROM old.seller) OR (new.buyer IS DISTINCT FROM old.buyer) OR (new.approved_at IS DISTINCT FROM old.approved_at) OR (new.approved_by IS DISTINCT FROM old.approved_by) OR (new.created_at IS DISTINCT FROM old.created_at) OR ((CURRENT_USER <> 'ledger_writer'::name) AND ((new.paid_amount IS DISTINCT FROM old.paid_amount) OR (new.paid_base_amount IS DISTINCT FROM old.paid_base_amount)))))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'This bill is no draft and cannot be changed: void it and make another');

-- trigger accounting.bills.guard_delete
CREATE TRIGGER guard_delete BEFORE DELETE ON accounting.bills FOR EACH ROW WHEN ((old.status <> 'draft'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'This bill is no draft and cannot be deleted: void it');

-- trigger accounting.bills.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON accounting.bills FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');

-- trigger accounting.bills.guard_paid_insert
CREATE TRIGGER guard_paid_insert BEFORE INSERT ON accounting.bills FOR EACH ROW WHEN (((new.paid_amount <> (0)::numeric) OR (new.paid_base_amount <> (0)::numeric))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new bill is an unpaid draft: insert it as one, then make it approved');

-- trigger accounting.bills.guard_paid_update
CREATE TRIGGER guard_paid_update BEFORE UPDATE ON accounting.bills FOR EACH ROW WHEN (((old.status = 'draft'::text) AND ((new.paid_amount <> (0)::numeric) OR (new.paid_base_amount <> (0)::numeric)))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A draft is not paid: make the bill approved first');

-- trigger accounting.bills.guard_status_insert
CREATE TRIGGER guard_status_insert BEFORE INSERT ON accounting.bills FOR EACH ROW WHEN ((new.status <> 'draft'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new bill is an unpaid draft: insert it as one, then make it approved');

-- trigger accounting.bills.guard_status_update
CREATE TRIGGER guard_status_update BEFORE UPDATE ON accounting.bills FOR EACH ROW WHEN (((new.status <> old.status) AND (((((old.status || ' '::text) || new.status) = ANY (ARRAY['draft approved'::text, 'approved void'::text])) OR ((CURRENT_USER = 'ledger_writer'::name) AND (((old.status || ' '::text) || new.status) = ANY (ARRAY['approved partly_paid'::text, 'approved paid'::text, 'partly_paid approved'::text, 'partly_paid paid'::text, 'paid approved'::text, 'paid partly_paid'::text]))) OR ((NOT (new.kind = 'credit_note'::text)) AND (((old.status || ' '::text) || new.status) = ANY (ARRAY['approved paid'::text, 'partly_paid paid'::text])))) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"draft void":"A draft is not voided: delete it","draft *":"The bill is a draft: make it approved first","partly_paid void":"This bill is settled, in part or whole: take that back first, then void it","paid void":"This bill is settled, in part or whole: take that back first, then void it","* *":"This bill does not go from {from} to {to}","approved paid":"A credit note is not paid: allocate it","partly_paid paid":"A credit note is not paid: allocate it"}');

-- trigger accounting.bills.guard_voided_on
CREATE TRIGGER guard_voided_on BEFORE UPDATE ON accounting.bills FOR EACH ROW WHEN (((old.status <> 'draft'::text) AND (new.voided_on IS DISTINCT FROM old.voided_on) AND (NOT ((new.status = 'void'::text) AND (old.status <> 'void'::text))))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'The date of the void comes with the void of the bill, and stays');

-- trigger accounting.bills.keep_status_insert
CREATE TRIGGER keep_status_insert AFTER INSERT ON accounting.bills FOR EACH ROW WHEN ((new.status <> 'draft'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new bill is an unpaid draft: insert it as one, then make it approved');

-- trigger accounting.bills.keep_status_update
CREATE TRIGGER keep_status_update AFTER UPDATE ON accounting.bills FOR EACH ROW WHEN (((new.status <> old.status) AND (((((old.status || ' '::text) || new.status) = ANY (ARRAY['draft approved'::text, 'approved void'::text])) OR ((CURRENT_USER = 'ledger_writer'::name) AND (((old.status || ' '::text) || new.status) = ANY (ARRAY['approved partly_paid'::text, 'approved paid'::text, 'partly_paid approved'::text, 'partly_paid paid'::text, 'paid approved'::text, 'paid partly_paid'::text]))) OR ((NOT (new.kind = 'credit_note'::text)) AND (((old.status || ' '::text) || new.status) = ANY (ARRAY['approved paid'::text, 'partly_paid paid'::text])))) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"draft void":"A draft is not voided: delete it","draft *":"The bill is a draft: make it approved first","partly_paid void":"This bill is settled, in part or whole: take that back first, then void it","paid void":"This bill is settled, in part or whole: take that back first, then void it","* *":"This bill does not go from {from} to {to}","approved paid":"A credit note is not paid: allocate it","partly_paid paid":"A credit note is not paid: allocate it"}');

-- trigger accounting.bills.post_bills
CREATE TRIGGER post_bills AFTER UPDATE ON accounting.bills REFERENCING OLD TABLE AS overwritten NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.post_documents('bill');

-- trigger accounting.bills.refuse_early_void
CREATE TRIGGER refuse_early_void AFTER UPDATE ON accounting.bills FOR EACH ROW WHEN (((old.voided_on IS NULL) AND (new.voided_on IS NOT NULL))) EXECUTE FUNCTION accounting.refuse_early_void();

-- trigger accounting.bills.renew_line_amounts
CREATE TRIGGER renew_line_amounts AFTER UPDATE ON accounting.bills FOR EACH ROW WHEN ((new.currency <> old.currency)) EXECUTE FUNCTION accounting.renew_line_amounts();

-- trigger accounting.bills.scale_amounts_insert
CREATE TRIGGER scale_amounts_insert BEFORE INSERT ON accounting.bills FOR EACH ROW WHEN (((scale(new.total_amount) <> tenancy.currency_exponent(new.currency)) OR (scale(new.paid_amount) <> tenancy.currency_exponent(new.currency)) OR (new.base_amount IS NOT NULL))) EXECUTE FUNCTION accounting.draft_amounts();

-- trigger accounting.bills.scale_amounts_update
CREATE TRIGGER scale_amounts_update BEFORE UPDATE ON accounting.bills FOR EACH ROW WHEN (((old.status = 'draft'::text) AND ((new.currency <> old.currency) OR (new.total_amount <> old.total_amount) OR (scale(new.total_amount) <> tenancy.currency_exponent(new.currency)) OR (new.base_amount IS DISTINCT FROM old.base_amount)))) EXECUTE FUNCTION accounting.draft_amounts();

-- trigger accounting.bills.settle_bills
CREATE TRIGGER settle_bills AFTER UPDATE ON accounting.bills REFERENCING OLD TABLE AS overwritten NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.settle_documents('bill');

-- trigger accounting.bills.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.bills FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger accounting.bills.value_bill
CREATE TRIGGER value_bill BEFORE UPDATE ON accounting.bills FOR EACH ROW WHEN (((old.status = 'draft'::text) AND (new.status = 'approved'::text))) EXECUTE FUNCTION accounting.value_document();

-- trigger accounting.bills.void_bill
CREATE TRIGGER void_bill BEFORE UPDATE ON accounting.bills FOR EACH ROW WHEN (((new.status = 'void'::text) AND (old.status <> 'void'::text))) EXECUTE FUNCTION accounting.void_document('bill');

-- trigger accounting.bills.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON accounting.bills FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants accounting.bills
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.bills TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.bills TO platform;

-- table accounting.books
CREATE TABLE accounting.books (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  base_currency text DEFAULT 'USD'::text NOT NULL,
  receivable_account_id uuid NOT NULL,
  payable_account_id uuid NOT NULL,
  sales_account_id uuid NOT NULL,
  purchases_account_id uuid NOT NULL,
  bank_account_id uuid NOT NULL,
  exchange_account_id uuid NOT NULL,
  closed_through date,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint accounting.books.books_bank_account_id_fkey
ALTER TABLE accounting.books ADD CONSTRAINT books_bank_account_id_fkey FOREIGN KEY (tenant_id, company_id, bank_account_id) REFERENCES accounting.accounts(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.books.books_base_currency_check
ALTER TABLE accounting.books ADD CONSTRAINT books_base_currency_check CHECK ((base_currency ~ '^[A-Z]{3}$'::text));

-- constraint accounting.books.books_closed_through_range_check
ALTER TABLE accounting.books ADD CONSTRAINT books_closed_through_range_check CHECK (((closed_through >= '0001-01-01'::date) AND (closed_through <= '9999-12-31'::date)));

-- constraint accounting.books.books_company_id_fkey
ALTER TABLE accounting.books ADD CONSTRAINT books_company_id_fkey FOREIGN KEY (tenant_id, company_id) REFERENCES tenancy.companies(tenant_id, id) ON DELETE RESTRICT;

-- constraint accounting.books.books_company_id_unique
ALTER TABLE accounting.books ADD CONSTRAINT books_company_id_unique UNIQUE (tenant_id, company_id);

-- constraint accounting.books.books_control_accounts_check
ALTER TABLE accounting.books ADD CONSTRAINT books_control_accounts_check CHECK ((receivable_account_id <> payable_account_id));

-- constraint accounting.books.books_created_at_range_check
ALTER TABLE accounting.books ADD CONSTRAINT books_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.books.books_exchange_account_id_fkey
ALTER TABLE accounting.books ADD CONSTRAINT books_exchange_account_id_fkey FOREIGN KEY (tenant_id, company_id, exchange_account_id) REFERENCES accounting.accounts(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.books.books_payable_account_id_fkey
ALTER TABLE accounting.books ADD CONSTRAINT books_payable_account_id_fkey FOREIGN KEY (tenant_id, company_id, payable_account_id) REFERENCES accounting.accounts(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.books.books_pkey
ALTER TABLE accounting.books ADD CONSTRAINT books_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.books.books_purchases_account_id_fkey
ALTER TABLE accounting.books ADD CONSTRAINT books_purchases_account_id_fkey FOREIGN KEY (tenant_id, company_id, purchases_account_id) REFERENCES accounting.accounts(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.books.books_receivable_account_id_fkey
ALTER TABLE accounting.books ADD CONSTRAINT books_receivable_account_id_fkey FOREIGN KEY (tenant_id, company_id, receivable_account_id) REFERENCES accounting.accounts(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.books.books_sales_account_id_fkey
ALTER TABLE accounting.books ADD CONSTRAINT books_sales_account_id_fkey FOREIGN KEY (tenant_id, company_id, sales_account_id) REFERENCES accounting.accounts(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.books.books_tenant_id_fkey
ALTER TABLE accounting.books ADD CONSTRAINT books_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint accounting.books.books_updated_at_range_check
ALTER TABLE accounting.books ADD CONSTRAINT books_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index accounting.books.idx_books_bank_account_id
CREATE INDEX idx_books_bank_account_id ON accounting.books USING btree (tenant_id, bank_account_id);

-- index accounting.books.idx_books_exchange_account_id
CREATE INDEX idx_books_exchange_account_id ON accounting.books USING btree (tenant_id, exchange_account_id);

-- index accounting.books.idx_books_payable_account_id
CREATE INDEX idx_books_payable_account_id ON accounting.books USING btree (tenant_id, payable_account_id);

-- index accounting.books.idx_books_purchases_account_id
CREATE INDEX idx_books_purchases_account_id ON accounting.books USING btree (tenant_id, purchases_account_id);

-- index accounting.books.idx_books_receivable_account_id
CREATE INDEX idx_books_receivable_account_id ON accounting.books USING btree (tenant_id, receivable_account_id);

-- index accounting.books.idx_books_sales_account_id
CREATE INDEX idx_books_sales_account_id ON accounting.books USING btree (tenant_id, sales_account_id);

-- rls accounting.books
ALTER TABLE accounting.books ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.books FORCE ROW LEVEL SECURITY;

-- policy accounting.books.company_isolation
CREATE POLICY company_isolation ON accounting.books AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.books.platform_access
CREATE POLICY platform_access ON accounting.books AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.books.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.books AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.books.check_books
CREATE TRIGGER check_books BEFORE INSERT OR UPDATE OF receivable_account_id, payable_account_id, sales_account_id, purchases_account_id, bank_account_id, exchange_account_id ON accounting.books FOR EACH ROW EXECUTE FUNCTION accounting.check_books();

-- trigger accounting.books.freeze_columns
CREATE TRIGGER freeze_columns BEFORE UPDATE ON accounting.books FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id) OR (new.base_currency IS DISTINCT FROM old.base_currency) OR (new.created_at IS DISTINCT FROM old.created_at))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'The books keep their company and their base currency');

-- trigger accounting.books.guard_closed_insert
CREATE TRIGGER guard_closed_insert BEFORE INSERT ON accounting.books FOR EACH ROW WHEN ((new.closed_through IS NOT NULL)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'The books are closed by closing periods');

-- trigger accounting.books.guard_closed_update
CREATE TRIGGER guard_closed_update BEFORE UPDATE ON accounting.books FOR EACH ROW WHEN (((new.closed_through IS DISTINCT FROM old.closed_through) AND (CURRENT_USER <> 'ledger_writer'::name))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'The books are closed by closing periods');

-- trigger accounting.books.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.books FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger accounting.books.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON accounting.books FOR EACH ROW WHEN ((CURRENT_USER <> 'ledger_writer'::name)) EXECUTE FUNCTION tenancy.write_audit();

-- grants accounting.books
GRANT INSERT, SELECT, UPDATE ON accounting.books TO authenticated;
GRANT INSERT, SELECT, UPDATE ON accounting.books TO platform;

-- table accounting.customers
CREATE TABLE accounting.customers (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  name text NOT NULL,
  email text,
  phone text,
  tax_id text,
  address text,
  city text,
  state text,
  postal_code text,
  country text,
  balance numeric DEFAULT 0.00 NOT NULL,
  external_id text,
  is_active boolean DEFAULT true NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint accounting.customers.customers_balance_nan_check
ALTER TABLE accounting.customers ADD CONSTRAINT customers_balance_nan_check CHECK ((balance <> ALL (ARRAY['NaN'::numeric, 'Infinity'::numeric, '-Infinity'::numeric])));

-- constraint accounting.customers.customers_company_id_fkey
ALTER TABLE accounting.customers ADD CONSTRAINT customers_company_id_fkey FOREIGN KEY (tenant_id, company_id) REFERENCES tenancy.companies(tenant_id, id) ON DELETE RESTRICT;

-- constraint accounting.customers.customers_company_id_id_unique
ALTER TABLE accounting.customers ADD CONSTRAINT customers_company_id_id_unique UNIQUE (tenant_id, company_id, id);

-- constraint accounting.customers.customers_created_at_range_check
ALTER TABLE accounting.customers ADD CONSTRAINT customers_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.customers.customers_name_check
ALTER TABLE accounting.customers ADD CONSTRAINT customers_name_check CHECK ((name <> ''::text));

-- constraint accounting.customers.customers_pkey
ALTER TABLE accounting.customers ADD CONSTRAINT customers_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.customers.customers_tenant_id_fkey
ALTER TABLE accounting.customers ADD CONSTRAINT customers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint accounting.customers.customers_updated_at_range_check
ALTER TABLE accounting.customers ADD CONSTRAINT customers_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index accounting.customers.idx_customers_email
CREATE INDEX idx_customers_email ON accounting.customers USING btree (tenant_id, email) WHERE (email IS NOT NULL);

-- index accounting.customers.idx_customers_external_id
CREATE UNIQUE INDEX idx_customers_external_id ON accounting.customers USING btree (tenant_id, company_id, external_id) WHERE (external_id IS NOT NULL);

-- index accounting.customers.idx_customers_name_id
CREATE INDEX idx_customers_name_id ON accounting.customers USING btree (tenant_id, name, id);

-- rls accounting.customers
ALTER TABLE accounting.customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.customers FORCE ROW LEVEL SECURITY;

-- policy accounting.customers.company_isolation
CREATE POLICY company_isolation ON accounting.customers AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.customers.platform_access
CREATE POLICY platform_access ON accounting.customers AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.customers.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.customers AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.customers.guard_balance_insert
CREATE TRIGGER guard_balance_insert BEFORE INSERT ON accounting.customers FOR EACH ROW WHEN ((new.balance <> (0)::numeric)) EXECUTE FUNCTION tenancy.refuse('ZT002', 'The balance follows the documents: it cannot be set');

-- trigger accounting.customers.guard_balance_update
CREATE TRIGGER guard_balance_update BEFORE UPDATE ON accounting.customers FOR EACH ROW WHEN (((new.balance IS DISTINCT FROM old.balance) AND (CURRENT_USER <> 'ledger_writer'::name))) EXECUTE FUNCTION tenancy.refuse('ZT002', 'The balance follows the documents: it cannot be set');

-- trigger accounting.customers.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON accounting.customers FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');

-- trigger accounting.customers.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.customers FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger accounting.customers.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON accounting.customers FOR EACH ROW WHEN ((CURRENT_USER <> 'ledger_writer'::name)) EXECUTE FUNCTION tenancy.write_audit();

-- grants accounting.customers
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.customers TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.customers TO platform;

-- table accounting.exchange_rates
CREATE TABLE accounting.exchange_rates (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  currency text NOT NULL,
  rate_date date NOT NULL,
  rate numeric NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint accounting.exchange_rates.exchange_rates_company_id_fkey
ALTER TABLE accounting.exchange_rates ADD CONSTRAINT exchange_rates_company_id_fkey FOREIGN KEY (tenant_id, company_id) REFERENCES tenancy.companies(tenant_id, id) ON DELETE RESTRICT;

-- constraint accounting.exchange_rates.exchange_rates_created_at_range_check
ALTER TABLE accounting.exchange_rates ADD CONSTRAINT exchange_rates_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.exchange_rates.exchange_rates_currency_check
ALTER TABLE accounting.exchange_rates ADD CONSTRAINT exchange_rates_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text));

-- constraint accounting.exchange_rates.exchange_rates_currency_rate_date_unique
ALTER TABLE accounting.exchange_rates ADD CONSTRAINT exchange_rates_currency_rate_date_unique UNIQUE (tenant_id, company_id, currency, rate_date);

-- constraint accounting.exchange_rates.exchange_rates_pkey
ALTER TABLE accounting.exchange_rates ADD CONSTRAINT exchange_rates_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.exchange_rates.exchange_rates_rate_check
ALTER TABLE accounting.exchange_rates ADD CONSTRAINT exchange_rates_rate_check CHECK ((rate > (0)::numeric));

-- constraint accounting.exchange_rates.exchange_rates_rate_date_range_check
ALTER TABLE accounting.exchange_rates ADD CONSTRAINT exchange_rates_rate_date_range_check CHECK (((rate_date >= '0001-01-01'::date) AND (rate_date <= '9999-12-31'::date)));

-- constraint accounting.exchange_rates.exchange_rates_rate_nan_check
ALTER TABLE accounting.exchange_rates ADD CONSTRAINT exchange_rates_rate_nan_check CHECK (((rate >= '-999999999999999.999999999999999999999999'::numeric) AND (rate <= 999999999999999.999999999999999999999999) AND (scale(rate) <= 24)));

-- constraint accounting.exchange_rates.exchange_rates_tenant_id_fkey
ALTER TABLE accounting.exchange_rates ADD CONSTRAINT exchange_rates_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint accounting.exchange_rates.exchange_rates_updated_at_range_check
ALTER TABLE accounting.exchange_rates ADD CONSTRAINT exchange_rates_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- rls accounting.exchange_rates
ALTER TABLE accounting.exchange_rates ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.exchange_rates FORCE ROW LEVEL SECURITY;

-- policy accounting.exchange_rates.company_isolation
CREATE POLICY company_isolation ON accounting.exchange_rates AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.exchange_rates.platform_access
CREATE POLICY platform_access ON accounting.exchange_rates AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.exchange_rates.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.exchange_rates AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.exchange_rates.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON accounting.exchange_rates FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');

-- trigger accounting.exchange_rates.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.exchange_rates FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger accounting.exchange_rates.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON accounting.exchange_rates FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants accounting.exchange_rates
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.exchange_rates TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.exchange_rates TO platform;

-- table accounting.fiscal_periods
CREATE TABLE accounting.fiscal_periods (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  name text NOT NULL,
  starts_on date NOT NULL,
  ends_on date NOT NULL,
  status text DEFAULT 'open'::text NOT NULL,
  closed_at timestamp(3) with time zone,
  closed_by uuid,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint accounting.fiscal_periods.fiscal_periods_closed_at_check
ALTER TABLE accounting.fiscal_periods ADD CONSTRAINT fiscal_periods_closed_at_check CHECK (((status = 'closed'::text) = (closed_at IS NOT NULL)));

-- constraint accounting.fiscal_periods.fiscal_periods_closed_at_range_check
ALTER TABLE accounting.fiscal_periods ADD CONSTRAINT fiscal_periods_closed_at_range_check CHECK (((closed_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (closed_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.fiscal_periods.fiscal_periods_company_id_fkey
ALTER TABLE accounting.fiscal_periods ADD CONSTRAINT fiscal_periods_company_id_fkey FOREIGN KEY (tenant_id, company_id) REFERENCES tenancy.companies(tenant_id, id) ON DELETE RESTRICT;

-- constraint accounting.fiscal_periods.fiscal_periods_created_at_range_check
ALTER TABLE accounting.fiscal_periods ADD CONSTRAINT fiscal_periods_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.fiscal_periods.fiscal_periods_ends_on_check
ALTER TABLE accounting.fiscal_periods ADD CONSTRAINT fiscal_periods_ends_on_check CHECK ((ends_on >= starts_on));

-- constraint accounting.fiscal_periods.fiscal_periods_ends_on_range_check
ALTER TABLE accounting.fiscal_periods ADD CONSTRAINT fiscal_periods_ends_on_range_check CHECK (((ends_on >= '0001-01-01'::date) AND (ends_on <= '9999-12-31'::date)));

-- constraint accounting.fiscal_periods.fiscal_periods_name_check
ALTER TABLE accounting.fiscal_periods ADD CONSTRAINT fiscal_periods_name_check CHECK ((name <> ''::text));

-- constraint accounting.fiscal_periods.fiscal_periods_pkey
ALTER TABLE accounting.fiscal_periods ADD CONSTRAINT fiscal_periods_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.fiscal_periods.fiscal_periods_starts_on_range_check
ALTER TABLE accounting.fiscal_periods ADD CONSTRAINT fiscal_periods_starts_on_range_check CHECK (((starts_on >= '0001-01-01'::date) AND (starts_on <= '9999-12-31'::date)));

-- constraint accounting.fiscal_periods.fiscal_periods_starts_on_unique
ALTER TABLE accounting.fiscal_periods ADD CONSTRAINT fiscal_periods_starts_on_unique UNIQUE (tenant_id, company_id, starts_on);

-- constraint accounting.fiscal_periods.fiscal_periods_status_check
ALTER TABLE accounting.fiscal_periods ADD CONSTRAINT fiscal_periods_status_check CHECK ((status = ANY (ARRAY['open'::text, 'closed'::text])));

-- constraint accounting.fiscal_periods.fiscal_periods_tenant_id_fkey
ALTER TABLE accounting.fiscal_periods ADD CONSTRAINT fiscal_periods_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint accounting.fiscal_periods.fiscal_periods_updated_at_range_check
ALTER TABLE accounting.fiscal_periods ADD CONSTRAINT fiscal_periods_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- rls accounting.fiscal_periods
ALTER TABLE accounting.fiscal_periods ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.fiscal_periods FORCE ROW LEVEL SECURITY;

-- policy accounting.fiscal_periods.company_isolation
CREATE POLICY company_isolation ON accounting.fiscal_periods AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.fiscal_periods.platform_access
CREATE POLICY platform_access ON accounting.fiscal_periods AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.fiscal_periods.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.fiscal_periods AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.fiscal_periods.begin_period
CREATE TRIGGER begin_period BEFORE INSERT ON accounting.fiscal_periods FOR EACH ROW EXECUTE FUNCTION accounting.begin_period();

-- trigger accounting.fiscal_periods.close_books
CREATE TRIGGER close_books AFTER UPDATE ON accounting.fiscal_periods REFERENCING OLD TABLE AS overwritten NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.close_books();

-- trigger accounting.fiscal_periods.freeze_columns
CREATE TRIGGER freeze_columns BEFORE UPDATE ON accounting.fiscal_periods FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id) OR (new.starts_on IS DISTINCT FROM old.starts_on) OR (new.ends_on IS DISTINCT FROM old.ends_on) OR (new.closed_at IS DISTINCT FROM old.closed_at) OR (new.closed_by IS DISTINCT FROM old.closed_by) OR (new.created_at IS DISTINCT FROM old.created_at))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A period keeps its days, and when and by whom it was closed');

-- trigger accounting.fiscal_periods.guard_open
CREATE TRIGGER guard_open BEFORE INSERT ON accounting.fiscal_periods FOR EACH ROW WHEN ((new.closed_by IS NOT NULL)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A period begins open: close it afterwards');

-- trigger accounting.fiscal_periods.guard_status_insert
CREATE TRIGGER guard_status_insert BEFORE INSERT ON accounting.fiscal_periods FOR EACH ROW WHEN ((new.status <> 'open'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A period begins open: close it afterwards');

-- trigger accounting.fiscal_periods.keep_status_insert
CREATE TRIGGER keep_status_insert AFTER INSERT ON accounting.fiscal_periods FOR EACH ROW WHEN ((new.status <> 'open'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A period begins open: close it afterwards');

-- trigger accounting.fiscal_periods.mark_books
CREATE TRIGGER mark_books AFTER INSERT ON accounting.fiscal_periods FOR EACH ROW EXECUTE FUNCTION accounting.mark_books();

-- trigger accounting.fiscal_periods.stamp_period
CREATE TRIGGER stamp_period BEFORE UPDATE ON accounting.fiscal_periods FOR EACH ROW WHEN ((new.status <> old.status)) EXECUTE FUNCTION accounting.stamp_period();

-- trigger accounting.fiscal_periods.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.fiscal_periods FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger accounting.fiscal_periods.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON accounting.fiscal_periods FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants accounting.fiscal_periods
GRANT INSERT, SELECT, UPDATE ON accounting.fiscal_periods TO authenticated;
GRANT INSERT, SELECT, UPDATE ON accounting.fiscal_periods TO platform;

-- table accounting.invoice_lines
CREATE TABLE accounting.invoice_lines (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  invoice_id uuid NOT NULL,
  company_id uuid NOT NULL,
  line_number integer NOT NULL,
  description text NOT NULL,
  quantity numeric(15,3) NOT NULL,
  unit_price numeric(15,4) NOT NULL,
  account_id uuid,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  currency text,
  amount numeric GENERATED ALWAYS AS (round((quantity * unit_price), tenancy.currency_exponent(currency))) STORED
);

-- constraint accounting.invoice_lines.invoice_lines_account_id_fkey
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_account_id_fkey FOREIGN KEY (tenant_id, company_id, account_id) REFERENCES accounting.accounts(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.invoice_lines.invoice_lines_amount_check
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_amount_check CHECK ((amount < '1000000000000000'::numeric));

-- constraint accounting.invoice_lines.invoice_lines_created_at_range_check
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.invoice_lines.invoice_lines_currency_check
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text));

-- constraint accounting.invoice_lines.invoice_lines_invoice_id_fkey
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_invoice_id_fkey FOREIGN KEY (tenant_id, company_id, invoice_id) REFERENCES accounting.invoices(tenant_id, company_id, id) ON DELETE CASCADE;

-- constraint accounting.invoice_lines.invoice_lines_invoice_id_line_number_unique
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_invoice_id_line_number_unique UNIQUE (tenant_id, invoice_id, company_id, line_number);

-- constraint accounting.invoice_lines.invoice_lines_line_number_check
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_line_number_check CHECK ((line_number > 0));

-- constraint accounting.invoice_lines.invoice_lines_pkey
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.invoice_lines.invoice_lines_quantity_check
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_quantity_check CHECK ((quantity > (0)::numeric));

-- constraint accounting.invoice_lines.invoice_lines_quantity_nan_check
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_quantity_nan_check CHECK ((quantity <> 'NaN'::numeric));

-- constraint accounting.invoice_lines.invoice_lines_unit_price_check
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_unit_price_check CHECK ((unit_price >= (0)::numeric));

-- constraint accounting.invoice_lines.invoice_lines_unit_price_nan_check
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_unit_price_nan_check CHECK ((unit_price <> 'NaN'::numeric));

-- constraint accounting.invoice_lines.invoice_lines_updated_at_range_check
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index accounting.invoice_lines.idx_invoice_lines_account_id
CREATE INDEX idx_invoice_lines_account_id ON accounting.invoice_lines USING btree (tenant_id, account_id) WHERE (account_id IS NOT NULL);

-- rls accounting.invoice_lines
ALTER TABLE accounting.invoice_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.invoice_lines FORCE ROW LEVEL SECURITY;

-- policy accounting.invoice_lines.company_isolation
CREATE POLICY company_isolation ON accounting.invoice_lines AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.invoice_lines.platform_access
CREATE POLICY platform_access ON accounting.invoice_lines AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.invoice_lines.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.invoice_lines AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.invoice_lines.fill_currency
CREATE TRIGGER fill_currency BEFORE INSERT ON accounting.invoice_lines FOR EACH ROW WHEN ((new.currency IS NULL)) EXECUTE FUNCTION accounting.line_currency();

-- trigger accounting.invoice_lines.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON accounting.invoice_lines FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id) OR (new.invoice_id IS DISTINCT FROM old.invoice_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, company_id, invoice_id: make another row instead of changing them');

-- trigger accounting.invoice_lines.keep_currency
CREATE TRIGGER keep_currency BEFORE UPDATE ON accounting.invoice_lines FOR EACH ROW WHEN ((new.currency IS DISTINCT FROM old.currency)) EXECUTE FUNCTION accounting.line_currency();

-- trigger accounting.invoice_lines.keep_lines_delete
CREATE TRIGGER keep_lines_delete AFTER DELETE ON accounting.invoice_lines REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.keep_lines('invoice');

-- trigger accounting.invoice_lines.keep_lines_insert
CREATE TRIGGER keep_lines_insert AFTER INSERT ON accounting.invoice_lines REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.keep_lines('invoice');

-- trigger accounting.invoice_lines.keep_lines_update
CREATE TRIGGER keep_lines_update AFTER UPDATE ON accounting.invoice_lines REFERENCING OLD TABLE AS overwritten NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.keep_lines('invoice');

-- trigger accounting.invoice_lines.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.invoice_lines FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger accounting.invoice_lines.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON accounting.invoice_lines FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants accounting.invoice_lines
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.invoice_lines TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.invoice_lines TO platform;

-- table accounting.invoices
CREATE TABLE accounting.invoices (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  kind text DEFAULT 'invoice'::text NOT NULL,
  credited_invoice_id uuid,
  invoice_number text,
  invoice_date date NOT NULL,
  due_date date NOT NULL,
  total_amount numeric NOT NULL,
  currency text DEFAULT 'USD'::text NOT NULL,
  exchange_rate numeric,
  base_amount numeric,
  paid_amount numeric DEFAULT 0.00 NOT NULL,
  paid_base_amount numeric DEFAULT 0.00 NOT NULL,
  voided_on date,
  external_id text,
  status text DEFAULT 'draft'::text NOT NULL,
  billing_country text,
  issued_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  seller jsonb,
  buyer jsonb
);

-- constraint accounting.invoices.invoices_base_amount_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_base_amount_check CHECK (
CASE
    WHEN (base_amount IS NULL) THEN (status = 'draft'::text)
    ELSE (base_amount >= (0)::numeric)
END);

-- constraint accounting.invoices.invoices_base_amount_nan_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_base_amount_nan_check CHECK (((base_amount >= '-999999999999999.9999'::numeric) AND (base_amount <= 999999999999999.9999) AND (scale(base_amount) <= 4)));

-- constraint accounting.invoices.invoices_company_id_fkey
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_company_id_fkey FOREIGN KEY (tenant_id, company_id) REFERENCES tenancy.companies(tenant_id, id) ON DELETE RESTRICT;

-- constraint accounting.invoices.invoices_company_id_id_unique
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_company_id_id_unique UNIQUE (tenant_id, company_id, id);

-- constraint accounting.invoices.invoices_created_at_range_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.invoices.invoices_credited_invoice_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_credited_invoice_check CHECK (((kind = 'credit_note'::text) OR (credited_invoice_id IS NULL)));

-- constraint accounting.invoices.invoices_credited_invoice_id_fkey
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_credited_invoice_id_fkey FOREIGN KEY (tenant_id, company_id, credited_invoice_id) REFERENCES accounting.invoices(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.invoices.invoices_currency_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text));

-- constraint accounting.invoices.invoices_customer_id_fkey
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_customer_id_fkey FOREIGN KEY (tenant_id, company_id, customer_id) REFERENCES accounting.customers(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.invoices.invoices_due_date_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_due_date_check CHECK ((due_date >= invoice_date));

-- constraint accounting.invoices.invoices_due_date_range_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_due_date_range_check CHECK (((due_date >= '0001-01-01'::date) AND (due_date <= '9999-12-31'::date)));

-- constraint accounting.invoices.invoices_exchange_rate_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_exchange_rate_check CHECK ((exchange_rate > (0)::numeric));

-- constraint accounting.invoices.invoices_exchange_rate_nan_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_exchange_rate_nan_check CHECK (((exchange_rate >= '-999999999999999.999999999999999999999999'::numeric) AND (exchange_rate <= 999999999999999.999999999999999999999999) AND (scale(exchange_rate) <= 24)));

-- constraint accounting.invoices.invoices_invoice_date_range_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_invoice_date_range_check CHECK (((invoice_date >= '0001-01-01'::date) AND (invoice_date <= '9999-12-31'::date)));

-- constraint accounting.invoices.invoices_invoice_number_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_invoice_number_check CHECK (((status = 'draft'::text) = (invoice_number IS NULL)));

-- constraint accounting.invoices.invoices_issued_at_range_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_issued_at_range_check CHECK (((issued_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (issued_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.invoices.invoices_kind_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_kind_check CHECK ((kind = ANY (ARRAY['invoice'::text, 'credit_note'::text])));

-- constraint accounting.invoices.invoices_paid_amount_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_paid_amount_check CHECK (((paid_amount >= (0)::numeric) AND (paid_amount <= total_amount)));

-- constraint accounting.invoices.invoices_paid_amount_nan_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_paid_amount_nan_check CHECK (((paid_amount >= '-999999999999999.9999'::numeric) AND (paid_amount <= 999999999999999.9999) AND (scale(paid_amount) <= 4)));

-- constraint accounting.invoices.invoices_paid_base_amount_nan_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_paid_base_amount_nan_check CHECK (((paid_base_amount >= '-999999999999999.9999'::numeric) AND (paid_base_amount <= 999999999999999.9999) AND (scale(paid_base_amount) <= 4)));

-- constraint accounting.invoices.invoices_parties_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_parties_check CHECK (((status <> 'draft'::text) OR (num_nonnulls(seller, buyer) = 0)));

-- constraint accounting.invoices.invoices_pkey
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.invoices.invoices_status_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'issued'::text, 'partly_paid'::text, 'paid'::text, 'void'::text])));

-- constraint accounting.invoices.invoices_tenant_id_fkey
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint accounting.invoices.invoices_total_amount_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_total_amount_check CHECK (((total_amount >= (0)::numeric) AND ((status = 'draft'::text) OR (total_amount = round(total_amount, tenancy.currency_exponent(currency))))));

-- constraint accounting.invoices.invoices_total_amount_nan_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_total_amount_nan_check CHECK (((total_amount >= '-999999999999999.9999'::numeric) AND (total_amount <= 999999999999999.9999) AND (scale(total_amount) <= 4)));

-- constraint accounting.invoices.invoices_updated_at_range_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.invoices.invoices_voided_on_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_voided_on_check CHECK (((status = 'void'::text) = (voided_on IS NOT NULL)));

-- constraint accounting.invoices.invoices_voided_on_range_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_voided_on_range_check CHECK (((voided_on >= '0001-01-01'::date) AND (voided_on <= '9999-12-31'::date)));

-- index accounting.invoices.idx_invoices_credited_invoice_id
CREATE INDEX idx_invoices_credited_invoice_id ON accounting.invoices USING btree (tenant_id, credited_invoice_id) WHERE (credited_invoice_id IS NOT NULL);

-- index accounting.invoices.idx_invoices_customer_id
CREATE INDEX idx_invoices_customer_id ON accounting.invoices USING btree (tenant_id, customer_id);

-- index accounting.invoices.idx_invoices_external_id
CREATE UNIQUE INDEX idx_invoices_external_id ON accounting.invoices USING btree (tenant_id, company_id, external_id) WHERE (external_id IS NOT NULL);

-- index accounting.invoices.idx_invoices_invoice_date_id
CREATE INDEX idx_invoices_invoice_date_id ON accounting.invoices USING btree (tenant_id, invoice_date, id);

-- index accounting.invoices.idx_invoices_status_invoice_date_id
CREATE INDEX idx_invoices_status_invoice_date_id ON accounting.invoices USING btree (tenant_id, status, invoice_date, id);

-- index accounting.invoices.invoices_invoice_number_unique
CREATE UNIQUE INDEX invoices_invoice_number_unique ON accounting.invoices USING btree (tenant_id, company_id, invoice_number) WHERE (invoice_number IS NOT NULL);

-- rls accounting.invoices
ALTER TABLE accounting.invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.invoices FORCE ROW LEVEL SECURITY;

-- policy accounting.invoices.company_isolation
CREATE POLICY company_isolation ON accounting.invoices AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.invoices.platform_access
CREATE POLICY platform_access ON accounting.invoices AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.invoices.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.invoices AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.invoices.freeze_columns
CREATE TRIGGER freeze_columns BEFORE UPDATE ON accounting.invoices FOR EACH ROW WHEN (((old.status <> 'draft'::text) AND ((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id) OR (new.customer_id IS DISTINCT FROM old.customer_id) OR (new.kind IS DISTINCT FROM old.kind) OR (new.credited_invoice_id IS DISTINCT FROM old.credited_invoice_id) OR (new.invoice_number IS DISTINCT FROM old.invoice_number) OR (new.invoice_date IS DISTINCT FROM old.invoice_date) OR (new.due_date IS DISTINCT FROM old.due_date) OR (new.total_amount IS DISTINCT FROM old.total_amount) OR (new.currency IS DISTINCT FROM old.currency) OR (new.exchange_rate IS DISTINCT FROM old.exchange_rate) OR (new.base_amount IS DISTINCT FROM old.base_amount) OR (new.external_id IS DISTINCT FROM old.external_id) OR (new.seller IS DISTINCT FROM old.seller) OR (new.buyer IS DISTINCT FROM old.buyer) OR (new.billing_country IS DISTINCT FROM old.billing_country) OR (new.issued_at IS DISTINCT FROM old.issued_at) OR (new.created_at IS DISTINCT FROM old.created_at) OR ((CURRENT_USER <> 'ledger_writer'::name) AND ((new.paid_amount IS DISTINCT FROM old.paid_amount) OR (new.paid_base_amount IS DISTINCT FROM old.paid_base_amount)))))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'This invoice is no draft and cannot be changed: void it and make another');

-- trigger accounting.invoices.guard_delete
CREATE TRIGGER guard_delete BEFORE DELETE ON accounting.invoices FOR EACH ROW WHEN ((old.status <> 'draft'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'This invoice is no draft and cannot be deleted: void it');

-- trigger accounting.invoices.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON accounting.invoices FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');

-- trigger accounting.invoices.guard_number
CREATE TRIGGER guard_number BEFORE INSERT ON accounting.invoices FOR EACH ROW WHEN (((new.status = 'draft'::text) AND (new.invoice_number IS NOT NULL))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A draft has no number: leave invoice_number out, issuing gives it');

-- trigger accounting.invoices.guard_paid_insert
CREATE TRIGGER guard_paid_insert BEFORE INSERT ON accounting.invoices FOR EACH ROW WHEN (((new.paid_amount <> (0)::numeric) OR (new.paid_base_amount <> (0)::numeric))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new invoice is an unpaid draft: insert it as one, then make it issued');

-- trigger accounting.invoices.guard_paid_update
CREATE TRIGGER guard_paid_update BEFORE UPDATE ON accounting.invoices FOR EACH ROW WHEN (((old.status = 'draft'::text) AND ((new.paid_amount <> (0)::numeric) OR (new.paid_base_amount <> (0)::numeric)))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A draft is not paid: make the invoice issued first');

-- trigger accounting.invoices.guard_status_insert
CREATE TRIGGER guard_status_insert BEFORE INSERT ON accounting.invoices FOR EACH ROW WHEN ((new.status <> 'draft'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new invoice is an unpaid draft: insert it as one, then make it issued');

-- trigger accounting.invoices.guard_status_update
CREATE TRIGGER guard_status_update BEFORE UPDATE ON accounting.invoices FOR EACH ROW WHEN (((new.status <> old.status) AND (((((old.status || ' '::text) || new.status) = ANY (ARRAY['draft issued'::text, 'issued void'::text])) OR ((CURRENT_USER = 'ledger_writer'::name) AND (((old.status || ' '::text) || new.status) = ANY (ARRAY['issued partly_paid'::text, 'issued paid'::text, 'partly_paid issued'::text, 'partly_paid paid'::text, 'paid issued'::text, 'paid partly_paid'::text]))) OR ((NOT (new.kind = 'credit_note'::text)) AND (((old.status || ' '::text) || new.status) = ANY (ARRAY['issued paid'::text, 'partly_paid paid'::text])))) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"draft void":"A draft is not voided: delete it","draft *":"The invoice is a draft: make it issued first","partly_paid void":"This invoice is settled, in part or whole: take that back first, then void it","paid void":"This invoice is settled, in part or whole: take that back first, then void it","* *":"This invoice does not go from {from} to {to}","issued paid":"A credit note is not paid: allocate it","partly_paid paid":"A credit note is not paid: allocate it"}');

-- trigger accounting.invoices.guard_voided_on
CREATE TRIGGER guard_voided_on BEFORE UPDATE ON accounting.invoices FOR EACH ROW WHEN (((old.status <> 'draft'::text) AND (new.voided_on IS DISTINCT FROM old.voided_on) AND (NOT ((new.status = 'void'::text) AND (old.status <> 'void'::text))))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'The date of the void comes with the void of the invoice, and stays');

-- trigger accounting.invoices.keep_status_insert
CREATE TRIGGER keep_status_insert AFTER INSERT ON accounting.invoices FOR EACH ROW WHEN ((new.status <> 'draft'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new invoice is an unpaid draft: insert it as one, then make it issued');

-- trigger accounting.invoices.keep_status_update
CREATE TRIGGER keep_status_update AFTER UPDATE ON accounting.invoices FOR EACH ROW WHEN (((new.status <> old.status) AND (((((old.status || ' '::text) || new.status) = ANY (ARRAY['draft issued'::text, 'issued void'::text])) OR ((CURRENT_USER = 'ledger_writer'::name) AND (((old.status || ' '::text) || new.status) = ANY (ARRAY['issued partly_paid'::text, 'issued paid'::text, 'partly_paid issued'::text, 'partly_paid paid'::text, 'paid issued'::text, 'paid partly_paid'::text]))) OR ((NOT (new.kind = 'credit_note'::text)) AND (((old.status || ' '::text) || new.status) = ANY (ARRAY['issued paid'::text, 'partly_paid paid'::text])))) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"draft void":"A draft is not voided: delete it","draft *":"The invoice is a draft: make it issued first","partly_paid void":"This invoice is settled, in part or whole: take that back first, then void it","paid void":"This invoice is settled, in part or whole: take that back first, then void it","* *":"This invoice does not go from {from} to {to}","issued paid":"A credit note is not paid: allocate it","partly_paid paid":"A credit note is not paid: allocate it"}');

-- trigger accounting.invoices.post_invoices
CREATE TRIGGER post_invoices AFTER UPDATE ON accounting.invoices REFERENCING OLD TABLE AS overwritten NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.post_documents('invoice');

-- trigger accounting.invoices.refuse_early_void
CREATE TRIGGER refuse_early_void AFTER UPDATE ON accounting.invoices FOR EACH ROW WHEN (((old.voided_on IS NULL) AND (new.voided_on IS NOT NULL))) EXECUTE FUNCTION accounting.refuse_early_void();

-- trigger accounting.invoices.renew_line_amounts
CREATE TRIGGER renew_line_amounts AFTER UPDATE ON accounting.invoices FOR EACH ROW WHEN ((new.currency <> old.currency)) EXECUTE FUNCTION accounting.renew_line_amounts();

-- trigger accounting.invoices.scale_amounts_insert
CREATE TRIGGER scale_amounts_insert BEFORE INSERT ON accounting.invoices FOR EACH ROW WHEN (((scale(new.total_amount) <> tenancy.currency_exponent(new.currency)) OR (scale(new.paid_amount) <> tenancy.currency_exponent(new.currency)) OR (new.base_amount IS NOT NULL))) EXECUTE FUNCTION accounting.draft_amounts();

-- trigger accounting.invoices.scale_amounts_update
CREATE TRIGGER scale_amounts_update BEFORE UPDATE ON accounting.invoices FOR EACH ROW WHEN (((old.status = 'draft'::text) AND ((new.currency <> old.currency) OR (new.total_amount <> old.total_amount) OR (scale(new.total_amount) <> tenancy.currency_exponent(new.currency)) OR (new.base_amount IS DISTINCT FROM old.base_amount)))) EXECUTE FUNCTION accounting.draft_amounts();

-- trigger accounting.invoices.settle_invoices
CREATE TRIGGER settle_invoices AFTER UPDATE ON accounting.invoices REFERENCING OLD TABLE AS overwritten NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.settle_documents('invoice');

-- trigger accounting.invoices.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.invoices FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger accounting.invoices.value_invoice
CREATE TRIGGER value_invoice BEFORE UPDATE ON accounting.invoices FOR EACH ROW WHEN (((old.status = 'draft'::text) AND (new.status = 'issued'::text))) EXECUTE FUNCTION accounting.value_document();

-- trigger accounting.invoices.void_invoice
CREATE TRIGGER void_invoice BEFORE UPDATE ON accounting.invoices FOR EACH ROW WHEN (((new.status = 'void'::text) AND (old.status <> 'void'::text))) EXECUTE FUNCTION accounting.void_document('invoice');

-- trigger accounting.invoices.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON accounting.invoices FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants accounting.invoices
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.invoices TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.invoices TO platform;

-- table accounting.journal_entries
CREATE TABLE accounting.journal_entries (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  entry_date date NOT NULL,
  description text,
  reference text,
  source text DEFAULT 'manual'::text NOT NULL,
  source_id uuid,
  reverses_entry_id uuid,
  idempotency_key text,
  request_hash text,
  posted_by uuid,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint accounting.journal_entries.journal_entries_company_id_fkey
ALTER TABLE accounting.journal_entries ADD CONSTRAINT journal_entries_company_id_fkey FOREIGN KEY (tenant_id, company_id) REFERENCES accounting.books(tenant_id, company_id) ON DELETE RESTRICT;

-- constraint accounting.journal_entries.journal_entries_company_id_id_unique
ALTER TABLE accounting.journal_entries ADD CONSTRAINT journal_entries_company_id_id_unique UNIQUE (tenant_id, company_id, id);

-- constraint accounting.journal_entries.journal_entries_created_at_range_check
ALTER TABLE accounting.journal_entries ADD CONSTRAINT journal_entries_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.journal_entries.journal_entries_entry_date_range_check
ALTER TABLE accounting.journal_entries ADD CONSTRAINT journal_entries_entry_date_range_check CHECK (((entry_date >= '0001-01-01'::date) AND (entry_date <= '9999-12-31'::date)));

-- constraint accounting.journal_entries.journal_entries_idempotency_check
ALTER TABLE accounting.journal_entries ADD CONSTRAINT journal_entries_idempotency_check CHECK (((idempotency_key IS NULL) = (request_hash IS NULL)));

-- constraint accounting.journal_entries.journal_entries_pkey
ALTER TABLE accounting.journal_entries ADD CONSTRAINT journal_entries_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.journal_entries.journal_entries_reverses_check
ALTER TABLE accounting.journal_entries ADD CONSTRAINT journal_entries_reverses_check CHECK (((source = 'reversal'::text) = (reverses_entry_id IS NOT NULL)));

-- constraint accounting.journal_entries.journal_entries_reverses_entry_id_fkey
ALTER TABLE accounting.journal_entries ADD CONSTRAINT journal_entries_reverses_entry_id_fkey FOREIGN KEY (tenant_id, company_id, reverses_entry_id) REFERENCES accounting.journal_entries(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.journal_entries.journal_entries_source_check
ALTER TABLE accounting.journal_entries ADD CONSTRAINT journal_entries_source_check CHECK ((source = ANY (ARRAY['manual'::text, 'reversal'::text, 'invoice'::text, 'invoice_void'::text, 'bill'::text, 'bill_void'::text, 'payment'::text, 'payment_void'::text, 'allocation'::text, 'allocation_void'::text])));

-- constraint accounting.journal_entries.journal_entries_source_id_check
ALTER TABLE accounting.journal_entries ADD CONSTRAINT journal_entries_source_id_check CHECK (((source = 'manual'::text) = (source_id IS NULL)));

-- constraint accounting.journal_entries.journal_entries_updated_at_range_check
ALTER TABLE accounting.journal_entries ADD CONSTRAINT journal_entries_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index accounting.journal_entries.idx_journal_entries_company_id_entry_date_id
CREATE INDEX idx_journal_entries_company_id_entry_date_id ON accounting.journal_entries USING btree (tenant_id, company_id, entry_date, id);

-- index accounting.journal_entries.idx_journal_entries_idempotency_key
CREATE UNIQUE INDEX idx_journal_entries_idempotency_key ON accounting.journal_entries USING btree (tenant_id, company_id, idempotency_key) WHERE (idempotency_key IS NOT NULL);

-- index accounting.journal_entries.idx_journal_entries_reverses_entry_id
CREATE UNIQUE INDEX idx_journal_entries_reverses_entry_id ON accounting.journal_entries USING btree (tenant_id, reverses_entry_id) WHERE (reverses_entry_id IS NOT NULL);

-- index accounting.journal_entries.idx_journal_entries_source_id
CREATE INDEX idx_journal_entries_source_id ON accounting.journal_entries USING btree (tenant_id, source_id) WHERE (source_id IS NOT NULL);

-- rls accounting.journal_entries
ALTER TABLE accounting.journal_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.journal_entries FORCE ROW LEVEL SECURITY;

-- policy accounting.journal_entries.company_isolation
CREATE POLICY company_isolation ON accounting.journal_entries AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.journal_entries.platform_access
CREATE POLICY platform_access ON accounting.journal_entries AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.journal_entries.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.journal_entries AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.journal_entries.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON accounting.journal_entries FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');

-- trigger accounting.journal_entries.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.journal_entries FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants accounting.journal_entries
GRANT SELECT ON accounting.journal_entries TO authenticated;
GRANT INSERT ON accounting.journal_entries TO ledger_writer;
GRANT SELECT ON accounting.journal_entries TO platform;

-- table accounting.journal_lines
CREATE TABLE accounting.journal_lines (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  line_number integer NOT NULL,
  account_id uuid NOT NULL,
  entry_date date NOT NULL,
  currency text NOT NULL,
  debit numeric DEFAULT 0.00 NOT NULL,
  credit numeric DEFAULT 0.00 NOT NULL,
  base_debit numeric DEFAULT 0.00 NOT NULL,
  base_credit numeric DEFAULT 0.00 NOT NULL,
  is_exchange_difference boolean DEFAULT false NOT NULL,
  customer_id uuid,
  vendor_id uuid,
  description text,
  account_version bigint NOT NULL,
  balance_after numeric NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint accounting.journal_lines.journal_lines_account_id_fkey
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_account_id_fkey FOREIGN KEY (tenant_id, company_id, account_id) REFERENCES accounting.accounts(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.journal_lines.journal_lines_account_version_unique
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_account_version_unique UNIQUE (tenant_id, account_id, account_version);

-- constraint accounting.journal_lines.journal_lines_balance_after_nan_check
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_balance_after_nan_check CHECK ((balance_after <> ALL (ARRAY['NaN'::numeric, 'Infinity'::numeric, '-Infinity'::numeric])));

-- constraint accounting.journal_lines.journal_lines_base_credit_nan_check
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_base_credit_nan_check CHECK (((base_credit >= '-999999999999999.9999'::numeric) AND (base_credit <= 999999999999999.9999) AND (scale(base_credit) <= 4)));

-- constraint accounting.journal_lines.journal_lines_base_debit_nan_check
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_base_debit_nan_check CHECK (((base_debit >= '-999999999999999.9999'::numeric) AND (base_debit <= 999999999999999.9999) AND (scale(base_debit) <= 4)));

-- constraint accounting.journal_lines.journal_lines_created_at_range_check
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.journal_lines.journal_lines_credit_nan_check
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_credit_nan_check CHECK (((credit >= '-999999999999999.9999'::numeric) AND (credit <= 999999999999999.9999) AND (scale(credit) <= 4)));

-- constraint accounting.journal_lines.journal_lines_currency_check
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text));

-- constraint accounting.journal_lines.journal_lines_customer_id_fkey
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_customer_id_fkey FOREIGN KEY (tenant_id, company_id, customer_id) REFERENCES accounting.customers(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.journal_lines.journal_lines_debit_nan_check
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_debit_nan_check CHECK (((debit >= '-999999999999999.9999'::numeric) AND (debit <= 999999999999999.9999) AND (scale(debit) <= 4)));

-- constraint accounting.journal_lines.journal_lines_entry_date_range_check
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_entry_date_range_check CHECK (((entry_date >= '0001-01-01'::date) AND (entry_date <= '9999-12-31'::date)));

-- constraint accounting.journal_lines.journal_lines_entry_id_fkey
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_entry_id_fkey FOREIGN KEY (tenant_id, company_id, entry_id) REFERENCES accounting.journal_entries(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.journal_lines.journal_lines_entry_id_line_number_unique
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_entry_id_line_number_unique UNIQUE (tenant_id, entry_id, company_id, line_number);

-- constraint accounting.journal_lines.journal_lines_party_check
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_party_check CHECK (((customer_id IS NULL) OR (vendor_id IS NULL)));

-- constraint accounting.journal_lines.journal_lines_pkey
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.journal_lines.journal_lines_scale_check
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_scale_check CHECK (((debit + credit) = round((debit + credit), tenancy.currency_exponent(currency))));

-- constraint accounting.journal_lines.journal_lines_side_check
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_side_check CHECK ((((debit > (0)::numeric) AND (credit = (0)::numeric) AND (base_debit >= (0)::numeric) AND (base_credit = (0)::numeric)) OR ((credit > (0)::numeric) AND (debit = (0)::numeric) AND (base_credit >= (0)::numeric) AND (base_debit = (0)::numeric))));

-- constraint accounting.journal_lines.journal_lines_vendor_id_fkey
ALTER TABLE accounting.journal_lines ADD CONSTRAINT journal_lines_vendor_id_fkey FOREIGN KEY (tenant_id, company_id, vendor_id) REFERENCES accounting.vendors(tenant_id, company_id, id) ON DELETE RESTRICT;

-- index accounting.journal_lines.idx_journal_lines_account_id_entry_date
CREATE INDEX idx_journal_lines_account_id_entry_date ON accounting.journal_lines USING btree (tenant_id, account_id, entry_date, account_version);

-- index accounting.journal_lines.idx_journal_lines_customer_id
CREATE INDEX idx_journal_lines_customer_id ON accounting.journal_lines USING btree (tenant_id, customer_id, entry_date) WHERE (customer_id IS NOT NULL);

-- index accounting.journal_lines.idx_journal_lines_vendor_id
CREATE INDEX idx_journal_lines_vendor_id ON accounting.journal_lines USING btree (tenant_id, vendor_id, entry_date) WHERE (vendor_id IS NOT NULL);

-- rls accounting.journal_lines
ALTER TABLE accounting.journal_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.journal_lines FORCE ROW LEVEL SECURITY;

-- policy accounting.journal_lines.company_isolation
CREATE POLICY company_isolation ON accounting.journal_lines AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.journal_lines.platform_access
CREATE POLICY platform_access ON accounting.journal_lines AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.journal_lines.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.journal_lines AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.journal_lines.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON accounting.journal_lines FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id) OR (new.entry_id IS DISTINCT FROM old.entry_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, company_id, entry_id: make another row instead of changing them');

-- grants accounting.journal_lines
GRANT SELECT ON accounting.journal_lines TO authenticated;
GRANT INSERT ON accounting.journal_lines TO ledger_writer;
GRANT SELECT ON accounting.journal_lines TO platform;

-- table accounting.payment_allocations
CREATE TABLE accounting.payment_allocations (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  payment_id uuid,
  credit_note_id uuid,
  vendor_credit_id uuid,
  invoice_id uuid,
  bill_id uuid,
  amount numeric NOT NULL,
  base_amount numeric DEFAULT 0.00 NOT NULL,
  source_base_amount numeric DEFAULT 0.00 NOT NULL,
  allocated_on date NOT NULL,
  reversed_on date,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  refund_id uuid
);

-- constraint accounting.payment_allocations.payment_allocations_allocated_on_range_check
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_allocated_on_range_check CHECK (((allocated_on >= '0001-01-01'::date) AND (allocated_on <= '9999-12-31'::date)));

-- constraint accounting.payment_allocations.payment_allocations_amount_check
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_amount_check CHECK ((amount > (0)::numeric));

-- constraint accounting.payment_allocations.payment_allocations_amount_nan_check
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_amount_nan_check CHECK (((amount >= '-999999999999999.9999'::numeric) AND (amount <= 999999999999999.9999) AND (scale(amount) <= 4)));

-- constraint accounting.payment_allocations.payment_allocations_base_amount_nan_check
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_base_amount_nan_check CHECK (((base_amount >= '-999999999999999.9999'::numeric) AND (base_amount <= 999999999999999.9999) AND (scale(base_amount) <= 4)));

-- constraint accounting.payment_allocations.payment_allocations_bill_id_fkey
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_bill_id_fkey FOREIGN KEY (tenant_id, company_id, bill_id) REFERENCES accounting.bills(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.payment_allocations.payment_allocations_company_id_fkey
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_company_id_fkey FOREIGN KEY (tenant_id, company_id) REFERENCES tenancy.companies(tenant_id, id) ON DELETE RESTRICT;

-- constraint accounting.payment_allocations.payment_allocations_created_at_range_check
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.payment_allocations.payment_allocations_credit_note_id_fkey
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_credit_note_id_fkey FOREIGN KEY (tenant_id, company_id, credit_note_id) REFERENCES accounting.invoices(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.payment_allocations.payment_allocations_invoice_id_fkey
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_invoice_id_fkey FOREIGN KEY (tenant_id, company_id, invoice_id) REFERENCES accounting.invoices(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.payment_allocations.payment_allocations_payment_id_fkey
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_payment_id_fkey FOREIGN KEY (tenant_id, company_id, payment_id) REFERENCES accounting.payments(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.payment_allocations.payment_allocations_pkey
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.payment_allocations.payment_allocations_refund_id_fkey
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_refund_id_fkey FOREIGN KEY (tenant_id, company_id, refund_id) REFERENCES accounting.payments(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.payment_allocations.payment_allocations_reversed_on_check
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_reversed_on_check CHECK ((reversed_on >= allocated_on));

-- constraint accounting.payment_allocations.payment_allocations_reversed_on_range_check
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_reversed_on_range_check CHECK (((reversed_on >= '0001-01-01'::date) AND (reversed_on <= '9999-12-31'::date)));

-- constraint accounting.payment_allocations.payment_allocations_source_base_amount_nan_check
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_source_base_amount_nan_check CHECK (((source_base_amount >= '-999999999999999.9999'::numeric) AND (source_base_amount <= 999999999999999.9999) AND (scale(source_base_amount) <= 4)));

-- constraint accounting.payment_allocations.payment_allocations_source_check
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_source_check CHECK (((num_nonnulls(payment_id, credit_note_id, vendor_credit_id) = 1) AND ((credit_note_id IS NULL) OR (bill_id IS NULL)) AND ((vendor_credit_id IS NULL) OR (invoice_id IS NULL))));

-- constraint accounting.payment_allocations.payment_allocations_target_check
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_target_check CHECK ((num_nonnulls(invoice_id, bill_id, refund_id) = 1));

-- constraint accounting.payment_allocations.payment_allocations_tenant_id_fkey
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint accounting.payment_allocations.payment_allocations_updated_at_range_check
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.payment_allocations.payment_allocations_vendor_credit_id_fkey
ALTER TABLE accounting.payment_allocations ADD CONSTRAINT payment_allocations_vendor_credit_id_fkey FOREIGN KEY (tenant_id, company_id, vendor_credit_id) REFERENCES accounting.bills(tenant_id, company_id, id) ON DELETE RESTRICT;

-- index accounting.payment_allocations.idx_payment_allocations_bill_id
CREATE INDEX idx_payment_allocations_bill_id ON accounting.payment_allocations USING btree (tenant_id, bill_id);

-- index accounting.payment_allocations.idx_payment_allocations_company_id
CREATE INDEX idx_payment_allocations_company_id ON accounting.payment_allocations USING btree (tenant_id, company_id);

-- index accounting.payment_allocations.idx_payment_allocations_credit_note_id
CREATE INDEX idx_payment_allocations_credit_note_id ON accounting.payment_allocations USING btree (tenant_id, credit_note_id);

-- index accounting.payment_allocations.idx_payment_allocations_invoice_id
CREATE INDEX idx_payment_allocations_invoice_id ON accounting.payment_allocations USING btree (tenant_id, invoice_id);

-- index accounting.payment_allocations.idx_payment_allocations_payment_id
CREATE INDEX idx_payment_allocations_payment_id ON accounting.payment_allocations USING btree (tenant_id, payment_id);

-- index accounting.payment_allocations.idx_payment_allocations_refund_id
CREATE INDEX idx_payment_allocations_refund_id ON accounting.payment_allocations USING btree (tenant_id, refund_id) WHERE (refund_id IS NOT NULL);

-- index accounting.payment_allocations.idx_payment_allocations_vendor_credit_id
CREATE INDEX idx_payment_allocations_vendor_credit_id ON accounting.payment_allocations USING btree (tenant_id, vendor_credit_id);

-- rls accounting.payment_allocations
ALTER TABLE accounting.payment_allocations ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.payment_allocations FORCE ROW LEVEL SECURITY;

-- policy accounting.payment_allocations.company_isolation
CREATE POLICY company_isolation ON accounting.payment_allocations AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.payment_allocations.platform_access
CREATE POLICY platform_access ON accounting.payment_allocations AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.payment_allocations.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.payment_allocations AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.payment_allocations.apply_allocation
CREATE TRIGGER apply_allocation AFTER INSERT ON accounting.payment_allocations FOR EACH ROW EXECUTE FUNCTION accounting.apply_allocation();

-- trigger accounting.payment_allocations.freeze_columns
CREATE TRIGGER freeze_columns BEFORE UPDATE ON accounting.payment_allocations FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id) OR (new.payment_id IS DISTINCT FROM old.payment_id) OR (new.credit_note_id IS DISTINCT FROM old.credit_note_id) OR (new.vendor_credit_id IS DISTINCT FROM old.vendor_credit_id) OR (new.invoice_id IS DISTINCT FROM old.invoice_id) OR (new.bill_id IS DISTINCT FROM old.bill_id) OR (new.refund_id IS DISTINCT FROM old.refund_id) OR (new.amount IS DISTINCT FROM old.amount) OR (new.base_amount IS DISTINCT FROM old.base_amount) OR (new.source_base_amount IS DISTINCT FROM old.source_base_amount) OR (new.allocated_on IS DISTINCT FROM old.allocated_on) OR (new.created_at IS DISTINCT FROM old.created_at))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'An allocation cannot be changed: take it back and make another');

-- trigger accounting.payment_allocations.guard_take_back
CREATE TRIGGER guard_take_back BEFORE UPDATE ON accounting.payment_allocations FOR EACH ROW WHEN ((new.reversed_on IS DISTINCT FROM old.reversed_on)) EXECUTE FUNCTION accounting.guard_take_back();

-- trigger accounting.payment_allocations.prepare_allocation
CREATE TRIGGER prepare_allocation BEFORE INSERT ON accounting.payment_allocations FOR EACH ROW EXECUTE FUNCTION accounting.prepare_allocation();

-- trigger accounting.payment_allocations.take_back_allocation
CREATE TRIGGER take_back_allocation AFTER UPDATE ON accounting.payment_allocations FOR EACH ROW WHEN ((new.reversed_on IS DISTINCT FROM old.reversed_on)) EXECUTE FUNCTION accounting.take_back_allocation();

-- trigger accounting.payment_allocations.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.payment_allocations FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger accounting.payment_allocations.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON accounting.payment_allocations FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants accounting.payment_allocations
GRANT INSERT, SELECT, UPDATE ON accounting.payment_allocations TO authenticated;
GRANT INSERT, SELECT, UPDATE ON accounting.payment_allocations TO platform;

-- table accounting.payments
CREATE TABLE accounting.payments (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  direction text NOT NULL,
  customer_id uuid,
  vendor_id uuid,
  account_id uuid NOT NULL,
  payment_date date NOT NULL,
  amount numeric NOT NULL,
  currency text DEFAULT 'USD'::text NOT NULL,
  exchange_rate numeric,
  base_amount numeric DEFAULT 0.00 NOT NULL,
  allocated_amount numeric DEFAULT 0.00 NOT NULL,
  allocated_base_amount numeric DEFAULT 0.00 NOT NULL,
  method text,
  reference text,
  voided_on date,
  external_id text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  allocations_hash text,
  is_refund boolean GENERATED ALWAYS AS (((direction = 'in'::text) = (vendor_id IS NOT NULL))) STORED,
  exchange_difference numeric DEFAULT 0.00 NOT NULL
);

-- constraint accounting.payments.payments_account_id_fkey
ALTER TABLE accounting.payments ADD CONSTRAINT payments_account_id_fkey FOREIGN KEY (tenant_id, company_id, account_id) REFERENCES accounting.accounts(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.payments.payments_allocated_amount_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_allocated_amount_check CHECK (((allocated_amount >= (0)::numeric) AND (allocated_amount <= amount)));

-- constraint accounting.payments.payments_allocated_amount_nan_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_allocated_amount_nan_check CHECK (((allocated_amount >= '-999999999999999.9999'::numeric) AND (allocated_amount <= 999999999999999.9999) AND (scale(allocated_amount) <= 4)));

-- constraint accounting.payments.payments_allocated_base_amount_nan_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_allocated_base_amount_nan_check CHECK (((allocated_base_amount >= '-999999999999999.9999'::numeric) AND (allocated_base_amount <= 999999999999999.9999) AND (scale(allocated_base_amount) <= 4)));

-- constraint accounting.payments.payments_amount_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_amount_check CHECK (((amount > (0)::numeric) AND (amount = round(amount, tenancy.currency_exponent(currency)))));

-- constraint accounting.payments.payments_amount_nan_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_amount_nan_check CHECK (((amount >= '-999999999999999.9999'::numeric) AND (amount <= 999999999999999.9999) AND (scale(amount) <= 4)));

-- constraint accounting.payments.payments_base_amount_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_base_amount_check CHECK ((base_amount >= GREATEST(exchange_difference, (0)::numeric)));

-- constraint accounting.payments.payments_base_amount_nan_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_base_amount_nan_check CHECK (((base_amount >= '-999999999999999.9999'::numeric) AND (base_amount <= 999999999999999.9999) AND (scale(base_amount) <= 4)));

-- constraint accounting.payments.payments_company_id_fkey
ALTER TABLE accounting.payments ADD CONSTRAINT payments_company_id_fkey FOREIGN KEY (tenant_id, company_id) REFERENCES tenancy.companies(tenant_id, id) ON DELETE RESTRICT;

-- constraint accounting.payments.payments_company_id_id_unique
ALTER TABLE accounting.payments ADD CONSTRAINT payments_company_id_id_unique UNIQUE (tenant_id, company_id, id);

-- constraint accounting.payments.payments_created_at_range_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.payments.payments_currency_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text));

-- constraint accounting.payments.payments_customer_id_fkey
ALTER TABLE accounting.payments ADD CONSTRAINT payments_customer_id_fkey FOREIGN KEY (tenant_id, company_id, customer_id) REFERENCES accounting.customers(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.payments.payments_direction_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_direction_check CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text])));

-- constraint accounting.payments.payments_exchange_difference_nan_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_exchange_difference_nan_check CHECK (((exchange_difference >= '-999999999999999.9999'::numeric) AND (exchange_difference <= 999999999999999.9999) AND (scale(exchange_difference) <= 4)));

-- constraint accounting.payments.payments_exchange_rate_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_exchange_rate_check CHECK ((exchange_rate > (0)::numeric));

-- constraint accounting.payments.payments_exchange_rate_nan_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_exchange_rate_nan_check CHECK (((exchange_rate >= '-999999999999999.999999999999999999999999'::numeric) AND (exchange_rate <= 999999999999999.999999999999999999999999) AND (scale(exchange_rate) <= 24)));

-- constraint accounting.payments.payments_party_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_party_check CHECK ((num_nonnulls(customer_id, vendor_id) = 1));

-- constraint accounting.payments.payments_payment_date_range_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_payment_date_range_check CHECK (((payment_date >= '0001-01-01'::date) AND (payment_date <= '9999-12-31'::date)));

-- constraint accounting.payments.payments_pkey
ALTER TABLE accounting.payments ADD CONSTRAINT payments_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.payments.payments_tenant_id_fkey
ALTER TABLE accounting.payments ADD CONSTRAINT payments_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint accounting.payments.payments_updated_at_range_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.payments.payments_vendor_id_fkey
ALTER TABLE accounting.payments ADD CONSTRAINT payments_vendor_id_fkey FOREIGN KEY (tenant_id, company_id, vendor_id) REFERENCES accounting.vendors(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.payments.payments_voided_on_range_check
ALTER TABLE accounting.payments ADD CONSTRAINT payments_voided_on_range_check CHECK (((voided_on >= '0001-01-01'::date) AND (voided_on <= '9999-12-31'::date)));

-- index accounting.payments.idx_payments_account_id
CREATE INDEX idx_payments_account_id ON accounting.payments USING btree (tenant_id, account_id);

-- index accounting.payments.idx_payments_customer_id
CREATE INDEX idx_payments_customer_id ON accounting.payments USING btree (tenant_id, customer_id);

-- index accounting.payments.idx_payments_external_id
CREATE UNIQUE INDEX idx_payments_external_id ON accounting.payments USING btree (tenant_id, company_id, external_id) WHERE (external_id IS NOT NULL);

-- index accounting.payments.idx_payments_payment_date_id
CREATE INDEX idx_payments_payment_date_id ON accounting.payments USING btree (tenant_id, payment_date, id);

-- index accounting.payments.idx_payments_vendor_id
CREATE INDEX idx_payments_vendor_id ON accounting.payments USING btree (tenant_id, vendor_id);

-- rls accounting.payments
ALTER TABLE accounting.payments ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.payments FORCE ROW LEVEL SECURITY;

-- policy accounting.payments.company_isolation
CREATE POLICY company_isolation ON accounting.payments AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.payments.platform_access
CREATE POLICY platform_access ON accounting.payments AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.payments.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.payments AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.payments.check_refund
CREATE TRIGGER check_refund AFTER INSERT ON accounting.payments FOR EACH ROW WHEN (new.is_refund) EXECUTE FUNCTION accounting.check_refund();

-- trigger accounting.payments.freeze_columns
CREATE TRIGGER freeze_columns BEFORE UPDATE ON accounting.payments FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id) OR (new.direction IS DISTINCT FROM old.direction) OR (new.customer_id IS DISTINCT FROM old.customer_id) OR (new.vendor_id IS DISTINCT FROM old.vendor_id) OR (new.account_id IS DISTINCT FROM old.account_id) OR (new.payment_date IS DISTINCT FROM old.payment_date) OR (new.amount IS DISTINCT FROM old.amount) OR (new.currency IS DISTINCT FROM old.currency) OR (new.exchange_rate IS DISTINCT FROM old.exchange_rate) OR (new.base_amount IS DISTINCT FROM old.base_amount) OR (new.exchange_difference IS DISTINCT FROM old.exchange_difference) OR (new.method IS DISTINCT FROM old.method) OR (new.reference IS DISTINCT FROM old.reference) OR (new.external_id IS DISTINCT FROM old.external_id) OR (new.allocations_hash IS DISTINCT FROM old.allocations_hash) OR (new.created_at IS DISTINCT FROM old.created_at) OR ((CURRENT_USER <> 'ledger_writer'::name) AND ((new.allocated_amount IS DISTINCT FROM old.allocated_amount) OR (new.allocated_base_amount IS DISTINCT FROM old.allocated_base_amount))))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A payment cannot be changed: void it and record another');

-- trigger accounting.payments.guard_second_void
CREATE TRIGGER guard_second_void BEFORE UPDATE OF voided_on ON accounting.payments FOR EACH ROW WHEN (((old.voided_on IS NOT NULL) AND (new.voided_on IS DISTINCT FROM old.voided_on))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'The payment is void already');

-- trigger accounting.payments.guard_void_date
CREATE TRIGGER guard_void_date BEFORE UPDATE OF voided_on ON accounting.payments FOR EACH ROW WHEN (((old.voided_on IS NULL) AND (new.voided_on < new.payment_date))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A payment is not voided before its own date: choose that date or a later one');

-- trigger accounting.payments.post_payments
CREATE TRIGGER post_payments AFTER INSERT ON accounting.payments REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.post_payments();

-- trigger accounting.payments.prepare_payment
CREATE TRIGGER prepare_payment BEFORE INSERT ON accounting.payments FOR EACH ROW EXECUTE FUNCTION accounting.prepare_payment();

-- trigger accounting.payments.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.payments FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger accounting.payments.void_payment
CREATE TRIGGER void_payment AFTER UPDATE OF voided_on ON accounting.payments FOR EACH ROW WHEN (((old.voided_on IS NULL) AND (new.voided_on IS NOT NULL))) EXECUTE FUNCTION accounting.void_payment();

-- trigger accounting.payments.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON accounting.payments FOR EACH ROW WHEN ((CURRENT_USER <> 'ledger_writer'::name)) EXECUTE FUNCTION tenancy.write_audit();

-- grants accounting.payments
GRANT INSERT, SELECT, UPDATE ON accounting.payments TO authenticated;
GRANT INSERT, SELECT, UPDATE ON accounting.payments TO platform;

-- table accounting.period_totals
CREATE TABLE accounting.period_totals (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  account_id uuid NOT NULL,
  month date NOT NULL,
  currency text NOT NULL,
  debit numeric NOT NULL,
  credit numeric NOT NULL,
  base_debit numeric NOT NULL,
  base_credit numeric NOT NULL
);

-- constraint accounting.period_totals.period_totals_account_id_fkey
ALTER TABLE accounting.period_totals ADD CONSTRAINT period_totals_account_id_fkey FOREIGN KEY (tenant_id, company_id, account_id) REFERENCES accounting.accounts(tenant_id, company_id, id) ON DELETE CASCADE;

-- constraint accounting.period_totals.period_totals_account_month_unique
ALTER TABLE accounting.period_totals ADD CONSTRAINT period_totals_account_month_unique UNIQUE (tenant_id, company_id, account_id, month, currency);

-- constraint accounting.period_totals.period_totals_base_credit_nan_check
ALTER TABLE accounting.period_totals ADD CONSTRAINT period_totals_base_credit_nan_check CHECK ((base_credit <> ALL (ARRAY['NaN'::numeric, 'Infinity'::numeric, '-Infinity'::numeric])));

-- constraint accounting.period_totals.period_totals_base_debit_nan_check
ALTER TABLE accounting.period_totals ADD CONSTRAINT period_totals_base_debit_nan_check CHECK ((base_debit <> ALL (ARRAY['NaN'::numeric, 'Infinity'::numeric, '-Infinity'::numeric])));

-- constraint accounting.period_totals.period_totals_credit_nan_check
ALTER TABLE accounting.period_totals ADD CONSTRAINT period_totals_credit_nan_check CHECK ((credit <> ALL (ARRAY['NaN'::numeric, 'Infinity'::numeric, '-Infinity'::numeric])));

-- constraint accounting.period_totals.period_totals_debit_nan_check
ALTER TABLE accounting.period_totals ADD CONSTRAINT period_totals_debit_nan_check CHECK ((debit <> ALL (ARRAY['NaN'::numeric, 'Infinity'::numeric, '-Infinity'::numeric])));

-- constraint accounting.period_totals.period_totals_month_check
ALTER TABLE accounting.period_totals ADD CONSTRAINT period_totals_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric));

-- constraint accounting.period_totals.period_totals_month_range_check
ALTER TABLE accounting.period_totals ADD CONSTRAINT period_totals_month_range_check CHECK (((month >= '0001-01-01'::date) AND (month <= '9999-12-31'::date)));

-- constraint accounting.period_totals.period_totals_pkey
ALTER TABLE accounting.period_totals ADD CONSTRAINT period_totals_pkey PRIMARY KEY (tenant_id, id);

-- rls accounting.period_totals
ALTER TABLE accounting.period_totals ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.period_totals FORCE ROW LEVEL SECURITY;

-- policy accounting.period_totals.company_isolation
CREATE POLICY company_isolation ON accounting.period_totals AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.period_totals.platform_access
CREATE POLICY platform_access ON accounting.period_totals AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.period_totals.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.period_totals AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.period_totals.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON accounting.period_totals FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id) OR (new.account_id IS DISTINCT FROM old.account_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, company_id, account_id: make another row instead of changing them');

-- grants accounting.period_totals
GRANT SELECT ON accounting.period_totals TO authenticated;
GRANT INSERT, UPDATE ON accounting.period_totals TO ledger_writer;
GRANT SELECT ON accounting.period_totals TO platform;

-- table accounting.vendors
CREATE TABLE accounting.vendors (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  name text NOT NULL,
  email text,
  phone text,
  tax_id text,
  address text,
  city text,
  state text,
  postal_code text,
  country text,
  balance numeric DEFAULT 0.00 NOT NULL,
  external_id text,
  is_active boolean DEFAULT true NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint accounting.vendors.vendors_balance_nan_check
ALTER TABLE accounting.vendors ADD CONSTRAINT vendors_balance_nan_check CHECK ((balance <> ALL (ARRAY['NaN'::numeric, 'Infinity'::numeric, '-Infinity'::numeric])));

-- constraint accounting.vendors.vendors_company_id_fkey
ALTER TABLE accounting.vendors ADD CONSTRAINT vendors_company_id_fkey FOREIGN KEY (tenant_id, company_id) REFERENCES tenancy.companies(tenant_id, id) ON DELETE RESTRICT;

-- constraint accounting.vendors.vendors_company_id_id_unique
ALTER TABLE accounting.vendors ADD CONSTRAINT vendors_company_id_id_unique UNIQUE (tenant_id, company_id, id);

-- constraint accounting.vendors.vendors_created_at_range_check
ALTER TABLE accounting.vendors ADD CONSTRAINT vendors_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint accounting.vendors.vendors_name_check
ALTER TABLE accounting.vendors ADD CONSTRAINT vendors_name_check CHECK ((name <> ''::text));

-- constraint accounting.vendors.vendors_pkey
ALTER TABLE accounting.vendors ADD CONSTRAINT vendors_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.vendors.vendors_tenant_id_fkey
ALTER TABLE accounting.vendors ADD CONSTRAINT vendors_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint accounting.vendors.vendors_updated_at_range_check
ALTER TABLE accounting.vendors ADD CONSTRAINT vendors_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index accounting.vendors.idx_vendors_email
CREATE INDEX idx_vendors_email ON accounting.vendors USING btree (tenant_id, email) WHERE (email IS NOT NULL);

-- index accounting.vendors.idx_vendors_external_id
CREATE UNIQUE INDEX idx_vendors_external_id ON accounting.vendors USING btree (tenant_id, company_id, external_id) WHERE (external_id IS NOT NULL);

-- index accounting.vendors.idx_vendors_name_id
CREATE INDEX idx_vendors_name_id ON accounting.vendors USING btree (tenant_id, name, id);

-- rls accounting.vendors
ALTER TABLE accounting.vendors ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.vendors FORCE ROW LEVEL SECURITY;

-- policy accounting.vendors.company_isolation
CREATE POLICY company_isolation ON accounting.vendors AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.vendors.platform_access
CREATE POLICY platform_access ON accounting.vendors AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.vendors.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.vendors AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.vendors.guard_balance_insert
CREATE TRIGGER guard_balance_insert BEFORE INSERT ON accounting.vendors FOR EACH ROW WHEN ((new.balance <> (0)::numeric)) EXECUTE FUNCTION tenancy.refuse('ZT002', 'The balance follows the documents: it cannot be set');

-- trigger accounting.vendors.guard_balance_update
CREATE TRIGGER guard_balance_update BEFORE UPDATE ON accounting.vendors FOR EACH ROW WHEN (((new.balance IS DISTINCT FROM old.balance) AND (CURRENT_USER <> 'ledger_writer'::name))) EXECUTE FUNCTION tenancy.refuse('ZT002', 'The balance follows the documents: it cannot be set');

-- trigger accounting.vendors.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON accounting.vendors FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');

-- trigger accounting.vendors.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.vendors FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger accounting.vendors.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON accounting.vendors FOR EACH ROW WHEN ((CURRENT_USER <> 'ledger_writer'::name)) EXECUTE FUNCTION tenancy.write_audit();

-- grants accounting.vendors
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.vendors TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.vendors TO platform;

-- table auth.account
CREATE TABLE auth.account (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  account_id text NOT NULL,
  provider_id text NOT NULL,
  user_id uuid NOT NULL,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamp(3) with time zone,
  refresh_token_expires_at timestamp(3) with time zone,
  scope text,
  password text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint auth.account.account_access_token_expires_at_range_check
ALTER TABLE auth.account ADD CONSTRAINT account_access_token_expires_at_range_check CHECK (((access_token_expires_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (access_token_expires_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint auth.account.account_created_at_range_check
ALTER TABLE auth.account ADD CONSTRAINT account_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint auth.account.account_pkey
ALTER TABLE auth.account ADD CONSTRAINT account_pkey PRIMARY KEY (id);

-- constraint auth.account.account_refresh_token_expires_at_range_check
ALTER TABLE auth.account ADD CONSTRAINT account_refresh_token_expires_at_range_check CHECK (((refresh_token_expires_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (refresh_token_expires_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint auth.account.account_updated_at_range_check
ALTER TABLE auth.account ADD CONSTRAINT account_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint auth.account.account_user_id_user_id_fkey
ALTER TABLE auth.account ADD CONSTRAINT account_user_id_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth."user"(id) ON DELETE CASCADE;

-- index auth.account.idx_account_account_id
CREATE INDEX idx_account_account_id ON auth.account USING btree (account_id, provider_id);

-- index auth.account.idx_account_user_id
CREATE INDEX idx_account_user_id ON auth.account USING btree (user_id);

-- trigger auth.account.keep_sign_in
CREATE TRIGGER keep_sign_in AFTER DELETE ON auth.account REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION auth.keep_sign_in();

-- grants auth.account
GRANT DELETE, INSERT, SELECT, UPDATE ON auth.account TO identity;

-- table auth.memberships
CREATE TABLE auth.memberships (
  identity_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL,
  role text NOT NULL,
  status text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint auth.memberships.memberships_created_at_range_check
ALTER TABLE auth.memberships ADD CONSTRAINT memberships_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint auth.memberships.memberships_identity_id_fkey
ALTER TABLE auth.memberships ADD CONSTRAINT memberships_identity_id_fkey FOREIGN KEY (identity_id) REFERENCES auth."user"(id) ON DELETE RESTRICT;

-- constraint auth.memberships.memberships_pkey
ALTER TABLE auth.memberships ADD CONSTRAINT memberships_pkey PRIMARY KEY (identity_id, tenant_id);

-- constraint auth.memberships.memberships_tenant_id_fkey
ALTER TABLE auth.memberships ADD CONSTRAINT memberships_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES auth.tenant_directory(id) ON DELETE RESTRICT;

-- constraint auth.memberships.memberships_updated_at_range_check
ALTER TABLE auth.memberships ADD CONSTRAINT memberships_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index auth.memberships.idx_memberships_tenant_id
CREATE INDEX idx_memberships_tenant_id ON auth.memberships USING btree (tenant_id);

-- rls auth.memberships
ALTER TABLE auth.memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.memberships FORCE ROW LEVEL SECURITY;

-- policy auth.memberships.membership_keeping
CREATE POLICY membership_keeping ON auth.memberships AS PERMISSIVE FOR ALL TO membership_keeper
  USING (true)
  WITH CHECK (true);

-- policy auth.memberships.own_memberships
CREATE POLICY own_memberships ON auth.memberships AS PERMISSIVE FOR SELECT TO self_service
  USING ((identity_id = ( SELECT self.current_identity_id() AS current_identity_id)));

-- grants auth.memberships
GRANT DELETE, INSERT, SELECT, UPDATE ON auth.memberships TO membership_keeper;
GRANT SELECT ON auth.memberships TO self_service;

-- table auth.session
CREATE TABLE auth.session (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  token text NOT NULL,
  ip_address text,
  user_agent text,
  user_id uuid NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint auth.session.session_created_at_range_check
ALTER TABLE auth.session ADD CONSTRAINT session_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint auth.session.session_expires_at_range_check
ALTER TABLE auth.session ADD CONSTRAINT session_expires_at_range_check CHECK (((expires_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (expires_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint auth.session.session_pkey
ALTER TABLE auth.session ADD CONSTRAINT session_pkey PRIMARY KEY (id);

-- constraint auth.session.session_updated_at_range_check
ALTER TABLE auth.session ADD CONSTRAINT session_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint auth.session.session_user_id_user_id_fkey
ALTER TABLE auth.session ADD CONSTRAINT session_user_id_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth."user"(id) ON DELETE CASCADE;

-- index auth.session.idx_session_token
CREATE UNIQUE INDEX idx_session_token ON auth.session USING btree (token);

-- index auth.session.idx_session_user_id
CREATE INDEX idx_session_user_id ON auth.session USING btree (user_id);

-- grants auth.session
GRANT DELETE, INSERT, SELECT, UPDATE ON auth.session TO identity;

-- table auth.sign_in_events
CREATE TABLE auth.sign_in_events (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  type text NOT NULL,
  severity text NOT NULL,
  identity_id uuid,
  ip_address text,
  user_agent text,
  details jsonb DEFAULT '{}'::jsonb NOT NULL,
  created_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL
);

-- constraint auth.sign_in_events.sign_in_events_created_at_range_check
ALTER TABLE auth.sign_in_events ADD CONSTRAINT sign_in_events_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint auth.sign_in_events.sign_in_events_pkey
ALTER TABLE auth.sign_in_events ADD CONSTRAINT sign_in_events_pkey PRIMARY KEY (id);

-- constraint auth.sign_in_events.sign_in_events_severity_check
ALTER TABLE auth.sign_in_events ADD CONSTRAINT sign_in_events_severity_check CHECK ((severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text])));

-- constraint auth.sign_in_events.sign_in_events_type_check
ALTER TABLE auth.sign_in_events ADD CONSTRAINT sign_in_events_type_check CHECK ((type <> ''::text));

-- index auth.sign_in_events.idx_sign_in_events_created_at_id
CREATE INDEX idx_sign_in_events_created_at_id ON auth.sign_in_events USING btree (created_at, id);

-- index auth.sign_in_events.idx_sign_in_events_identity_id
CREATE INDEX idx_sign_in_events_identity_id ON auth.sign_in_events USING btree (identity_id, created_at);

-- grants auth.sign_in_events
GRANT SELECT ON auth.sign_in_events TO identity;
GRANT INSERT (details) ON auth.sign_in_events TO identity;
GRANT INSERT (id) ON auth.sign_in_events TO identity;
GRANT INSERT (identity_id) ON auth.sign_in_events TO identity;
GRANT INSERT (ip_address) ON auth.sign_in_events TO identity;
GRANT INSERT (severity) ON auth.sign_in_events TO identity;
GRANT INSERT (type) ON auth.sign_in_events TO identity;
GRANT INSERT (user_agent) ON auth.sign_in_events TO identity;

-- table auth.tenant_directory
CREATE TABLE auth.tenant_directory (
  id uuid NOT NULL,
  name text NOT NULL,
  status text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint auth.tenant_directory.tenant_directory_created_at_range_check
ALTER TABLE auth.tenant_directory ADD CONSTRAINT tenant_directory_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint auth.tenant_directory.tenant_directory_pkey
ALTER TABLE auth.tenant_directory ADD CONSTRAINT tenant_directory_pkey PRIMARY KEY (id);

-- constraint auth.tenant_directory.tenant_directory_updated_at_range_check
ALTER TABLE auth.tenant_directory ADD CONSTRAINT tenant_directory_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- rls auth.tenant_directory
ALTER TABLE auth.tenant_directory ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.tenant_directory FORCE ROW LEVEL SECURITY;

-- policy auth.tenant_directory.directory_keeping
CREATE POLICY directory_keeping ON auth.tenant_directory AS PERMISSIVE FOR ALL TO membership_keeper
  USING (true)
  WITH CHECK (true);

-- policy auth.tenant_directory.directory_reading
CREATE POLICY directory_reading ON auth.tenant_directory AS PERMISSIVE FOR SELECT TO self_service
  USING (true);

-- grants auth.tenant_directory
GRANT DELETE, INSERT, SELECT, UPDATE ON auth.tenant_directory TO membership_keeper;
GRANT SELECT ON auth.tenant_directory TO self_service;

-- table auth.user
CREATE TABLE auth."user" (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  name text NOT NULL,
  email text NOT NULL,
  email_verified boolean DEFAULT false NOT NULL,
  image text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint auth.user.user_created_at_range_check
ALTER TABLE auth."user" ADD CONSTRAINT user_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint auth.user.user_email_check
ALTER TABLE auth."user" ADD CONSTRAINT user_email_check CHECK ((((email COLLATE "C") ~ '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$'::text) AND (length(email) <= 254) AND (strpos(email, '@'::text) <= 65) AND (email = translate(email, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'::text, 'abcdefghijklmnopqrstuvwxyz'::text))));

-- constraint auth.user.user_pkey
ALTER TABLE auth."user" ADD CONSTRAINT user_pkey PRIMARY KEY (id);

-- constraint auth.user.user_updated_at_range_check
ALTER TABLE auth."user" ADD CONSTRAINT user_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index auth.user.idx_user_email
CREATE UNIQUE INDEX idx_user_email ON auth."user" USING btree (email);

-- trigger auth.user.end_memberships
CREATE TRIGGER end_memberships BEFORE DELETE ON auth."user" FOR EACH ROW EXECUTE FUNCTION auth.end_memberships();

-- grants auth.user
GRANT DELETE, INSERT, SELECT, UPDATE ON auth."user" TO identity;
GRANT SELECT (email) ON auth."user" TO membership_keeper;
GRANT SELECT (email_verified) ON auth."user" TO membership_keeper;
GRANT SELECT (id) ON auth."user" TO membership_keeper;

-- table auth.user_profiles
CREATE TABLE auth.user_profiles (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  user_id uuid NOT NULL,
  dni character varying(20),
  phone character varying(50),
  birth_date date,
  avatar_url character varying(255),
  is_active boolean DEFAULT true NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint auth.user_profiles.user_profiles_birth_date_range_check
ALTER TABLE auth.user_profiles ADD CONSTRAINT user_profiles_birth_date_range_check CHECK (((birth_date >= '0001-01-01'::date) AND (birth_date <= '9999-12-31'::date)));

-- constraint auth.user_profiles.user_profiles_created_at_range_check
ALTER TABLE auth.user_profiles ADD CONSTRAINT user_profiles_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint auth.user_profiles.user_profiles_pkey
ALTER TABLE auth.user_profiles ADD CONSTRAINT user_profiles_pkey PRIMARY KEY (id);

-- constraint auth.user_profiles.user_profiles_updated_at_range_check
ALTER TABLE auth.user_profiles ADD CONSTRAINT user_profiles_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint auth.user_profiles.user_profiles_user_id_fkey
ALTER TABLE auth.user_profiles ADD CONSTRAINT user_profiles_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth."user"(id) ON DELETE CASCADE;

-- constraint auth.user_profiles.user_profiles_user_id_unique
ALTER TABLE auth.user_profiles ADD CONSTRAINT user_profiles_user_id_unique UNIQUE (user_id);

-- rls auth.user_profiles
ALTER TABLE auth.user_profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.user_profiles FORCE ROW LEVEL SECURITY;

-- policy auth.user_profiles.own_profile
CREATE POLICY own_profile ON auth.user_profiles AS PERMISSIVE FOR ALL TO self_service
  USING ((user_id = ( SELECT self.current_identity_id() AS current_identity_id)))
  WITH CHECK ((user_id = ( SELECT self.current_identity_id() AS current_identity_id)));

-- grants auth.user_profiles
GRANT INSERT, SELECT, UPDATE ON auth.user_profiles TO self_service;

-- table auth.verification
CREATE TABLE auth.verification (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  identifier text NOT NULL,
  value text NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint auth.verification.verification_created_at_range_check
ALTER TABLE auth.verification ADD CONSTRAINT verification_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint auth.verification.verification_expires_at_range_check
ALTER TABLE auth.verification ADD CONSTRAINT verification_expires_at_range_check CHECK (((expires_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (expires_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint auth.verification.verification_pkey
ALTER TABLE auth.verification ADD CONSTRAINT verification_pkey PRIMARY KEY (id);

-- constraint auth.verification.verification_updated_at_range_check
ALTER TABLE auth.verification ADD CONSTRAINT verification_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index auth.verification.idx_verification_identifier
CREATE INDEX idx_verification_identifier ON auth.verification USING btree (identifier);

-- grants auth.verification
GRANT DELETE, INSERT, SELECT, UPDATE ON auth.verification TO identity;

-- table sales.abono_allocations
CREATE TABLE sales.abono_allocations (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  abono_id uuid NOT NULL,
  sale_id uuid NOT NULL,
  amount numeric(12,2) NOT NULL,
  allocated_on date NOT NULL,
  reversed_on date,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.abono_allocations.abono_allocations_abono_id_fkey
ALTER TABLE sales.abono_allocations ADD CONSTRAINT abono_allocations_abono_id_fkey FOREIGN KEY (tenant_id, business_id, abono_id) REFERENCES sales.abonos(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.abono_allocations.abono_allocations_allocated_on_range_check
ALTER TABLE sales.abono_allocations ADD CONSTRAINT abono_allocations_allocated_on_range_check CHECK (((allocated_on >= '0001-01-01'::date) AND (allocated_on <= '9999-12-31'::date)));

-- constraint sales.abono_allocations.abono_allocations_amount_check
ALTER TABLE sales.abono_allocations ADD CONSTRAINT abono_allocations_amount_check CHECK ((amount > (0)::numeric));

-- constraint sales.abono_allocations.abono_allocations_amount_nan_check
ALTER TABLE sales.abono_allocations ADD CONSTRAINT abono_allocations_amount_nan_check CHECK ((amount <> 'NaN'::numeric));

-- constraint sales.abono_allocations.abono_allocations_created_at_range_check
ALTER TABLE sales.abono_allocations ADD CONSTRAINT abono_allocations_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.abono_allocations.abono_allocations_pkey
ALTER TABLE sales.abono_allocations ADD CONSTRAINT abono_allocations_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.abono_allocations.abono_allocations_reversed_on_check
ALTER TABLE sales.abono_allocations ADD CONSTRAINT abono_allocations_reversed_on_check CHECK ((reversed_on >= allocated_on));

-- constraint sales.abono_allocations.abono_allocations_reversed_on_range_check
ALTER TABLE sales.abono_allocations ADD CONSTRAINT abono_allocations_reversed_on_range_check CHECK (((reversed_on >= '0001-01-01'::date) AND (reversed_on <= '9999-12-31'::date)));

-- constraint sales.abono_allocations.abono_allocations_sale_id_fkey
ALTER TABLE sales.abono_allocations ADD CONSTRAINT abono_allocations_sale_id_fkey FOREIGN KEY (tenant_id, business_id, sale_id) REFERENCES sales.sales(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.abono_allocations.abono_allocations_updated_at_range_check
ALTER TABLE sales.abono_allocations ADD CONSTRAINT abono_allocations_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index sales.abono_allocations.idx_abono_allocations_abono_id
CREATE INDEX idx_abono_allocations_abono_id ON sales.abono_allocations USING btree (tenant_id, abono_id);

-- index sales.abono_allocations.idx_abono_allocations_allocated_on
CREATE INDEX idx_abono_allocations_allocated_on ON sales.abono_allocations USING btree (tenant_id, business_id, allocated_on);

-- index sales.abono_allocations.idx_abono_allocations_reversed_on
CREATE INDEX idx_abono_allocations_reversed_on ON sales.abono_allocations USING btree (tenant_id, business_id, reversed_on) WHERE (reversed_on IS NOT NULL);

-- index sales.abono_allocations.idx_abono_allocations_sale_id
CREATE INDEX idx_abono_allocations_sale_id ON sales.abono_allocations USING btree (tenant_id, sale_id);

-- rls sales.abono_allocations
ALTER TABLE sales.abono_allocations ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.abono_allocations FORCE ROW LEVEL SECURITY;

-- policy sales.abono_allocations.company_isolation
CREATE POLICY company_isolation ON sales.abono_allocations AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.abono_allocations.platform_access
CREATE POLICY platform_access ON sales.abono_allocations AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.abono_allocations.tenant_isolation
CREATE POLICY tenant_isolation ON sales.abono_allocations AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.abono_allocations.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.abono_allocations FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.abono_id IS DISTINCT FROM old.abono_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, abono_id: make another row instead of changing them');

-- trigger sales.abono_allocations.require_open_day_insert
CREATE TRIGGER require_open_day_insert AFTER INSERT ON sales.abono_allocations REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION sales.require_open_days('select tenant_id, business_id, allocated_on as day from written w
    where not exists (select from sales.abonos a where a.tenant_id = w.tenant_id and a.id = w.abono_id and a.is_late)
      and not exists (select from sales.sales s where s.tenant_id = w.tenant_id and s.id = w.sale_id and s.is_late)');

-- trigger sales.abono_allocations.require_open_day_update
CREATE TRIGGER require_open_day_update AFTER UPDATE ON sales.abono_allocations REFERENCING OLD TABLE AS before NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION sales.require_open_days('select w.tenant_id, w.business_id, w.reversed_on as day
    from written w join before b on b.tenant_id = w.tenant_id and b.id = w.id where w.reversed_on is distinct from b.reversed_on');

-- trigger sales.abono_allocations.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.abono_allocations FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants sales.abono_allocations
GRANT SELECT ON sales.abono_allocations TO authenticated;
GRANT SELECT ON sales.abono_allocations TO platform;
GRANT INSERT, UPDATE ON sales.abono_allocations TO sales_writer;

-- table sales.abonos
CREATE TABLE sales.abonos (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  client_id uuid NOT NULL,
  seller_id uuid NOT NULL,
  distribucion_id uuid,
  status text DEFAULT 'recorded'::text NOT NULL,
  amount numeric(12,2) NOT NULL,
  allocated_amount numeric(12,2) DEFAULT '0'::numeric NOT NULL,
  payment_method text NOT NULL,
  notes text,
  sync_status text DEFAULT 'pending'::text NOT NULL,
  sync_attempts integer DEFAULT 0 NOT NULL,
  abono_date timestamp(3) with time zone DEFAULT now() NOT NULL,
  abono_day date NOT NULL,
  voided_on date,
  voided_by uuid,
  void_reason text,
  is_late boolean DEFAULT false NOT NULL,
  reviewed_at timestamp(3) with time zone,
  reviewed_by uuid,
  idempotency_key text,
  request_hash text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.abonos.abonos_abono_date_range_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_abono_date_range_check CHECK (((abono_date >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (abono_date <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.abonos.abonos_abono_day_range_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_abono_day_range_check CHECK (((abono_day >= '0001-01-01'::date) AND (abono_day <= '9999-12-31'::date)));

-- constraint sales.abonos.abonos_allocated_amount_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_allocated_amount_check CHECK (((allocated_amount >= (0)::numeric) AND (allocated_amount <= amount)));

-- constraint sales.abonos.abonos_allocated_amount_nan_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_allocated_amount_nan_check CHECK ((allocated_amount <> 'NaN'::numeric));

-- constraint sales.abonos.abonos_amount_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_amount_check CHECK ((amount > (0)::numeric));

-- constraint sales.abonos.abonos_amount_nan_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_amount_nan_check CHECK ((amount <> 'NaN'::numeric));

-- constraint sales.abonos.abonos_business_id_fkey
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_business_id_fkey FOREIGN KEY (tenant_id, business_id) REFERENCES sales.businesses(tenant_id, id) ON DELETE RESTRICT;

-- constraint sales.abonos.abonos_business_id_id_unique
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_business_id_id_unique UNIQUE (tenant_id, business_id, id);

-- constraint sales.abonos.abonos_client_id_fkey
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_client_id_fkey FOREIGN KEY (tenant_id, business_id, client_id) REFERENCES sales.customers(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.abonos.abonos_created_at_range_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.abonos.abonos_distribucion_id_fkey
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_distribucion_id_fkey FOREIGN KEY (tenant_id, business_id, distribucion_id) REFERENCES sales.distribuciones(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.abonos.abonos_idempotency_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_idempotency_check CHECK (((idempotency_key IS NULL) = (request_hash IS NULL)));

-- constraint sales.abonos.abonos_payment_method_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_payment_method_check CHECK ((payment_method = ANY (ARRAY['efectivo'::text, 'yape'::text, 'plin'::text, 'transferencia'::text])));

-- constraint sales.abonos.abonos_pkey
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.abonos.abonos_reviewed_at_range_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_reviewed_at_range_check CHECK (((reviewed_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (reviewed_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.abonos.abonos_seller_id_fkey
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_seller_id_fkey FOREIGN KEY (tenant_id, business_id, seller_id) REFERENCES sales.business_users(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.abonos.abonos_status_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_status_check CHECK ((status = ANY (ARRAY['recorded'::text, 'void'::text])));

-- constraint sales.abonos.abonos_sync_attempts_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_sync_attempts_check CHECK ((sync_attempts >= 0));

-- constraint sales.abonos.abonos_sync_status_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_sync_status_check CHECK ((sync_status = ANY (ARRAY['pending'::text, 'synced'::text, 'error'::text])));

-- constraint sales.abonos.abonos_tenant_id_fkey
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint sales.abonos.abonos_updated_at_range_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.abonos.abonos_void_allocated_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_void_allocated_check CHECK (((status <> 'void'::text) OR (allocated_amount = (0)::numeric)));

-- constraint sales.abonos.abonos_voided_on_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_voided_on_check CHECK (((status = 'void'::text) = (voided_on IS NOT NULL)));

-- constraint sales.abonos.abonos_voided_on_range_check
ALTER TABLE sales.abonos ADD CONSTRAINT abonos_voided_on_range_check CHECK (((voided_on >= '0001-01-01'::date) AND (voided_on <= '9999-12-31'::date)));

-- index sales.abonos.idx_abonos_business_id_abono_date
CREATE INDEX idx_abonos_business_id_abono_date ON sales.abonos USING btree (tenant_id, business_id, abono_date, id);

-- index sales.abonos.idx_abonos_business_id_abono_day
CREATE INDEX idx_abonos_business_id_abono_day ON sales.abonos USING btree (tenant_id, business_id, abono_day);

-- index sales.abonos.idx_abonos_client_id
CREATE INDEX idx_abonos_client_id ON sales.abonos USING btree (tenant_id, client_id, abono_date, id);

-- index sales.abonos.idx_abonos_credit
CREATE INDEX idx_abonos_credit ON sales.abonos USING btree (tenant_id, client_id, abono_date, created_at, id) WHERE ((status = 'recorded'::text) AND (allocated_amount < amount));

-- index sales.abonos.idx_abonos_distribucion_id
CREATE INDEX idx_abonos_distribucion_id ON sales.abonos USING btree (tenant_id, distribucion_id) WHERE (distribucion_id IS NOT NULL);

-- index sales.abonos.idx_abonos_idempotency_key
CREATE UNIQUE INDEX idx_abonos_idempotency_key ON sales.abonos USING btree (tenant_id, business_id, idempotency_key) WHERE (idempotency_key IS NOT NULL);

-- index sales.abonos.idx_abonos_late
CREATE INDEX idx_abonos_late ON sales.abonos USING btree (tenant_id, business_id, abono_date, id) WHERE (is_late AND (reviewed_at IS NULL));

-- index sales.abonos.idx_abonos_seller_id
CREATE INDEX idx_abonos_seller_id ON sales.abonos USING btree (tenant_id, seller_id, abono_date, id);

-- rls sales.abonos
ALTER TABLE sales.abonos ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.abonos FORCE ROW LEVEL SECURITY;

-- policy sales.abonos.company_isolation
CREATE POLICY company_isolation ON sales.abonos AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.abonos.platform_access
CREATE POLICY platform_access ON sales.abonos AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.abonos.tenant_isolation
CREATE POLICY tenant_isolation ON sales.abonos AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.abonos.freeze_columns
CREATE TRIGGER freeze_columns BEFORE UPDATE ON sales.abonos FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.client_id IS DISTINCT FROM old.client_id) OR (new.seller_id IS DISTINCT FROM old.seller_id) OR (new.distribucion_id IS DISTINCT FROM old.distribucion_id) OR (new.amount IS DISTINCT FROM old.amount) OR (new.payment_method IS DISTINCT FROM old.payment_method) OR (new.abono_date IS DISTINCT FROM old.abono_date) OR (new.abono_day IS DISTINCT FROM old.abono_day) OR (new.is_late IS DISTINCT FROM old.is_late) OR (new.idempotency_key IS DISTINCT FROM old.idempotency_key) OR (new.request_hash IS DISTINCT FROM old.request_hash) OR (new.created_at IS DISTINCT FROM old.created_at) OR ((CURRENT_USER <> 'sales_writer'::name) AND ((new.allocated_amount IS DISTINCT FROM old.allocated_amount) OR (new.voided_on IS DISTINCT FROM old.voided_on) OR (new.voided_by IS DISTINCT FROM old.voided_by) OR (new.void_reason IS DISTINCT FROM old.void_reason) OR (new.reviewed_at IS DISTINCT FROM old.reviewed_at) OR (new.reviewed_by IS DISTINCT FROM old.reviewed_by))))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'An abono cannot be changed: void it and record another');

-- trigger sales.abonos.guard_late_insert
CREATE TRIGGER guard_late_insert BEFORE INSERT ON sales.abonos FOR EACH ROW WHEN ((new.is_late AND (CURRENT_USER <> 'sales_writer'::name))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'Only the synchronisation records a late abono');

-- trigger sales.abonos.guard_status_insert
CREATE TRIGGER guard_status_insert BEFORE INSERT ON sales.abonos FOR EACH ROW WHEN ((new.status <> 'recorded'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new abono is recorded: void it afterwards');

-- trigger sales.abonos.guard_status_update
CREATE TRIGGER guard_status_update BEFORE UPDATE ON sales.abonos FOR EACH ROW WHEN (((new.status <> old.status) AND (((CURRENT_USER = 'sales_writer'::name) AND (((old.status || ' '::text) || new.status) = 'recorded void'::text)) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"void *":"A void abono stays void: record another","* *":"An abono is taken back by the function sales.void_abono"}');

-- trigger sales.abonos.keep_status_insert
CREATE TRIGGER keep_status_insert AFTER INSERT ON sales.abonos FOR EACH ROW WHEN ((new.status <> 'recorded'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new abono is recorded: void it afterwards');

-- trigger sales.abonos.keep_status_update
CREATE TRIGGER keep_status_update AFTER UPDATE ON sales.abonos FOR EACH ROW WHEN (((new.status <> old.status) AND (((CURRENT_USER = 'sales_writer'::name) AND (((old.status || ' '::text) || new.status) = 'recorded void'::text)) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"void *":"A void abono stays void: record another","* *":"An abono is taken back by the function sales.void_abono"}');

-- trigger sales.abonos.post_written
CREATE TRIGGER post_written AFTER INSERT ON sales.abonos REFERENCING NEW TABLE AS written FOR EACH STATEMENT WHEN ((CURRENT_USER <> 'sales_writer'::name)) EXECUTE FUNCTION sales.post_written_abonos();

-- trigger sales.abonos.stamp_abono
CREATE TRIGGER stamp_abono BEFORE INSERT ON sales.abonos FOR EACH ROW WHEN ((CURRENT_USER <> 'sales_writer'::name)) EXECUTE FUNCTION sales.stamp_abono();

-- trigger sales.abonos.supplement
CREATE TRIGGER supplement AFTER INSERT ON sales.abonos REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION sales.add_supplements('select tenant_id, business_id, abono_day as day,
    null::uuid as sale_id, id as abono_id from written where is_late');

-- trigger sales.abonos.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.abonos FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger sales.abonos.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON sales.abonos FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants sales.abonos
GRANT INSERT, SELECT, UPDATE ON sales.abonos TO authenticated;
GRANT INSERT, SELECT, UPDATE ON sales.abonos TO platform;

-- table sales.business_users
CREATE TABLE sales.business_users (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  user_id uuid NOT NULL,
  role text DEFAULT 'vendedor'::text NOT NULL,
  sales_point character varying(100),
  commission_rate numeric(5,2),
  is_active boolean DEFAULT true NOT NULL,
  joined_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.business_users.business_users_business_id_fkey
ALTER TABLE sales.business_users ADD CONSTRAINT business_users_business_id_fkey FOREIGN KEY (tenant_id, business_id) REFERENCES sales.businesses(tenant_id, id) ON DELETE RESTRICT;

-- constraint sales.business_users.business_users_business_id_id_unique
ALTER TABLE sales.business_users ADD CONSTRAINT business_users_business_id_id_unique UNIQUE (tenant_id, business_id, id);

-- constraint sales.business_users.business_users_business_id_user_id_unique
ALTER TABLE sales.business_users ADD CONSTRAINT business_users_business_id_user_id_unique UNIQUE (tenant_id, business_id, user_id);

-- constraint sales.business_users.business_users_commission_rate_check
ALTER TABLE sales.business_users ADD CONSTRAINT business_users_commission_rate_check CHECK (((commission_rate >= (0)::numeric) AND (commission_rate <= (100)::numeric)));

-- constraint sales.business_users.business_users_commission_rate_nan_check
ALTER TABLE sales.business_users ADD CONSTRAINT business_users_commission_rate_nan_check CHECK ((commission_rate <> 'NaN'::numeric));

-- constraint sales.business_users.business_users_created_at_range_check
ALTER TABLE sales.business_users ADD CONSTRAINT business_users_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.business_users.business_users_joined_at_range_check
ALTER TABLE sales.business_users ADD CONSTRAINT business_users_joined_at_range_check CHECK (((joined_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (joined_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.business_users.business_users_pkey
ALTER TABLE sales.business_users ADD CONSTRAINT business_users_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.business_users.business_users_role_check
ALTER TABLE sales.business_users ADD CONSTRAINT business_users_role_check CHECK ((role = ANY (ARRAY['admin_negocio'::text, 'vendedor'::text])));

-- constraint sales.business_users.business_users_tenant_id_fkey
ALTER TABLE sales.business_users ADD CONSTRAINT business_users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint sales.business_users.business_users_updated_at_range_check
ALTER TABLE sales.business_users ADD CONSTRAINT business_users_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.business_users.business_users_user_id_fkey
ALTER TABLE sales.business_users ADD CONSTRAINT business_users_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES tenancy.users(tenant_id, id) ON DELETE RESTRICT;

-- index sales.business_users.idx_business_users_user_id
CREATE INDEX idx_business_users_user_id ON sales.business_users USING btree (tenant_id, user_id);

-- rls sales.business_users
ALTER TABLE sales.business_users ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.business_users FORCE ROW LEVEL SECURITY;

-- policy sales.business_users.company_isolation
CREATE POLICY company_isolation ON sales.business_users AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.business_users.platform_access
CREATE POLICY platform_access ON sales.business_users AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.business_users.tenant_isolation
CREATE POLICY tenant_isolation ON sales.business_users AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.business_users.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.business_users FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.user_id IS DISTINCT FROM old.user_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, user_id: make another row instead of changing them');

-- trigger sales.business_users.keep_admin_negocio
CREATE TRIGGER keep_admin_negocio AFTER UPDATE ON sales.business_users FOR EACH ROW WHEN (((old.role = 'admin_negocio'::text) AND old.is_active AND (NOT ((new.role = 'admin_negocio'::text) AND new.is_active)))) EXECUTE FUNCTION sales.keep_admin_negocio();

-- trigger sales.business_users.keep_commission_rate_insert
CREATE TRIGGER keep_commission_rate_insert AFTER INSERT ON sales.business_users FOR EACH ROW EXECUTE FUNCTION sales.keep_commission_rate();

-- trigger sales.business_users.keep_commission_rate_update
CREATE TRIGGER keep_commission_rate_update AFTER UPDATE ON sales.business_users FOR EACH ROW WHEN ((new.commission_rate IS DISTINCT FROM old.commission_rate)) EXECUTE FUNCTION sales.keep_commission_rate();

-- trigger sales.business_users.require_manager
CREATE TRIGGER require_manager BEFORE INSERT OR UPDATE ON sales.business_users FOR EACH ROW EXECUTE FUNCTION sales.require_manager();

-- trigger sales.business_users.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.business_users FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger sales.business_users.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON sales.business_users FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants sales.business_users
GRANT INSERT, SELECT, UPDATE ON sales.business_users TO authenticated;
GRANT INSERT, SELECT, UPDATE ON sales.business_users TO platform;

-- table sales.businesses
CREATE TABLE sales.businesses (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  name character varying(100) NOT NULL,
  ruc character varying(20),
  address text,
  phone character varying(20),
  email character varying(100),
  logo_url character varying(255),
  modo_operacion character varying(50),
  control_kilos boolean,
  usar_distribucion boolean,
  permitir_venta_sin_stock boolean,
  time_zone text DEFAULT 'America/Lima'::text NOT NULL,
  last_closed_day date,
  is_active boolean DEFAULT true NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.businesses.businesses_created_at_range_check
ALTER TABLE sales.businesses ADD CONSTRAINT businesses_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.businesses.businesses_last_closed_day_range_check
ALTER TABLE sales.businesses ADD CONSTRAINT businesses_last_closed_day_range_check CHECK (((last_closed_day >= '0001-01-01'::date) AND (last_closed_day <= '9999-12-31'::date)));

-- constraint sales.businesses.businesses_modo_operacion_check
ALTER TABLE sales.businesses ADD CONSTRAINT businesses_modo_operacion_check CHECK (((modo_operacion)::text = ANY (ARRAY['inventario_propio'::text, 'sin_inventario'::text, 'pedidos'::text, 'mixto'::text])));

-- constraint sales.businesses.businesses_name_check
ALTER TABLE sales.businesses ADD CONSTRAINT businesses_name_check CHECK (((name)::text <> ''::text));

-- constraint sales.businesses.businesses_pkey
ALTER TABLE sales.businesses ADD CONSTRAINT businesses_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.businesses.businesses_tenant_id_fkey
ALTER TABLE sales.businesses ADD CONSTRAINT businesses_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint sales.businesses.businesses_time_zone_check
ALTER TABLE sales.businesses ADD CONSTRAINT businesses_time_zone_check CHECK (((time_zone ~ '^(UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+)$'::text) AND (('1970-01-01 00:00:00+00'::timestamp with time zone AT TIME ZONE time_zone) IS NOT NULL)));

-- constraint sales.businesses.businesses_updated_at_range_check
ALTER TABLE sales.businesses ADD CONSTRAINT businesses_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- rls sales.businesses
ALTER TABLE sales.businesses ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.businesses FORCE ROW LEVEL SECURITY;

-- policy sales.businesses.company_isolation
CREATE POLICY company_isolation ON sales.businesses AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.businesses.platform_access
CREATE POLICY platform_access ON sales.businesses AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.businesses.tenant_isolation
CREATE POLICY tenant_isolation ON sales.businesses AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.businesses.guard_closed_day_insert
CREATE TRIGGER guard_closed_day_insert BEFORE INSERT ON sales.businesses FOR EACH ROW WHEN (((new.last_closed_day IS NOT NULL) AND (CURRENT_USER <> 'sales_writer'::name))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A day is closed by the function sales.close_day');

-- trigger sales.businesses.guard_closed_day_update
CREATE TRIGGER guard_closed_day_update BEFORE UPDATE ON sales.businesses FOR EACH ROW WHEN (((new.last_closed_day IS DISTINCT FROM old.last_closed_day) AND (CURRENT_USER <> 'sales_writer'::name))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A day is closed by the function sales.close_day');

-- trigger sales.businesses.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.businesses FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');

-- trigger sales.businesses.open_config
CREATE TRIGGER open_config AFTER INSERT ON sales.businesses REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION sales.open_config();

-- trigger sales.businesses.require_manager
CREATE TRIGGER require_manager BEFORE INSERT OR UPDATE ON sales.businesses FOR EACH ROW EXECUTE FUNCTION sales.require_manager();

-- trigger sales.businesses.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.businesses FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger sales.businesses.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON sales.businesses FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants sales.businesses
GRANT INSERT, SELECT, UPDATE ON sales.businesses TO authenticated;
GRANT INSERT, SELECT, UPDATE ON sales.businesses TO platform;

-- table sales.commission_rates
CREATE TABLE sales.commission_rates (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  member_id uuid NOT NULL,
  valid_from date NOT NULL,
  rate numeric(5,2) NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.commission_rates.commission_rates_created_at_range_check
ALTER TABLE sales.commission_rates ADD CONSTRAINT commission_rates_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.commission_rates.commission_rates_member_id_fkey
ALTER TABLE sales.commission_rates ADD CONSTRAINT commission_rates_member_id_fkey FOREIGN KEY (tenant_id, business_id, member_id) REFERENCES sales.business_users(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.commission_rates.commission_rates_member_id_valid_from_unique
ALTER TABLE sales.commission_rates ADD CONSTRAINT commission_rates_member_id_valid_from_unique UNIQUE (tenant_id, member_id, business_id, valid_from);

-- constraint sales.commission_rates.commission_rates_pkey
ALTER TABLE sales.commission_rates ADD CONSTRAINT commission_rates_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.commission_rates.commission_rates_rate_check
ALTER TABLE sales.commission_rates ADD CONSTRAINT commission_rates_rate_check CHECK (((rate >= (0)::numeric) AND (rate <= (100)::numeric)));

-- constraint sales.commission_rates.commission_rates_rate_nan_check
ALTER TABLE sales.commission_rates ADD CONSTRAINT commission_rates_rate_nan_check CHECK ((rate <> 'NaN'::numeric));

-- constraint sales.commission_rates.commission_rates_updated_at_range_check
ALTER TABLE sales.commission_rates ADD CONSTRAINT commission_rates_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.commission_rates.commission_rates_valid_from_range_check
ALTER TABLE sales.commission_rates ADD CONSTRAINT commission_rates_valid_from_range_check CHECK (((valid_from >= '0001-01-01'::date) AND (valid_from <= '9999-12-31'::date)));

-- index sales.commission_rates.idx_commission_rates_business_id
CREATE INDEX idx_commission_rates_business_id ON sales.commission_rates USING btree (tenant_id, business_id);

-- rls sales.commission_rates
ALTER TABLE sales.commission_rates ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.commission_rates FORCE ROW LEVEL SECURITY;

-- policy sales.commission_rates.company_isolation
CREATE POLICY company_isolation ON sales.commission_rates AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.commission_rates.platform_access
CREATE POLICY platform_access ON sales.commission_rates AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.commission_rates.tenant_isolation
CREATE POLICY tenant_isolation ON sales.commission_rates AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.commission_rates.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.commission_rates FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.member_id IS DISTINCT FROM old.member_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, member_id: make another row instead of changing them');

-- trigger sales.commission_rates.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.commission_rates FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants sales.commission_rates
GRANT SELECT ON sales.commission_rates TO authenticated;
GRANT SELECT ON sales.commission_rates TO platform;
GRANT INSERT, UPDATE ON sales.commission_rates TO sales_writer;

-- table sales.customer_balances
CREATE TABLE sales.customer_balances (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  client_id uuid NOT NULL,
  open_due numeric(12,2) DEFAULT '0'::numeric NOT NULL,
  credit numeric(12,2) DEFAULT '0'::numeric NOT NULL,
  balance numeric(12,2) GENERATED ALWAYS AS ((open_due - credit)) STORED NOT NULL,
  owed_cents bigint GENERATED ALWAYS AS (((GREATEST((open_due - credit), (0)::numeric) * (100)::numeric))::bigint) STORED NOT NULL,
  version bigint DEFAULT 0 NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.customer_balances.customer_balances_client_id_fkey
ALTER TABLE sales.customer_balances ADD CONSTRAINT customer_balances_client_id_fkey FOREIGN KEY (tenant_id, business_id, client_id) REFERENCES sales.customers(tenant_id, business_id, id) ON DELETE CASCADE;

-- constraint sales.customer_balances.customer_balances_client_id_unique
ALTER TABLE sales.customer_balances ADD CONSTRAINT customer_balances_client_id_unique UNIQUE (tenant_id, client_id, business_id);

-- constraint sales.customer_balances.customer_balances_created_at_range_check
ALTER TABLE sales.customer_balances ADD CONSTRAINT customer_balances_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.customer_balances.customer_balances_credit_check
ALTER TABLE sales.customer_balances ADD CONSTRAINT customer_balances_credit_check CHECK ((credit >= (0)::numeric));

-- constraint sales.customer_balances.customer_balances_credit_nan_check
ALTER TABLE sales.customer_balances ADD CONSTRAINT customer_balances_credit_nan_check CHECK ((credit <> 'NaN'::numeric));

-- constraint sales.customer_balances.customer_balances_open_due_check
ALTER TABLE sales.customer_balances ADD CONSTRAINT customer_balances_open_due_check CHECK ((open_due >= (0)::numeric));

-- constraint sales.customer_balances.customer_balances_open_due_nan_check
ALTER TABLE sales.customer_balances ADD CONSTRAINT customer_balances_open_due_nan_check CHECK ((open_due <> 'NaN'::numeric));

-- constraint sales.customer_balances.customer_balances_pkey
ALTER TABLE sales.customer_balances ADD CONSTRAINT customer_balances_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.customer_balances.customer_balances_updated_at_range_check
ALTER TABLE sales.customer_balances ADD CONSTRAINT customer_balances_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index sales.customer_balances.idx_customer_balances_owed_cents
CREATE INDEX idx_customer_balances_owed_cents ON sales.customer_balances USING btree (tenant_id, business_id, owed_cents, id) WHERE (owed_cents > 0);

-- rls sales.customer_balances
ALTER TABLE sales.customer_balances ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.customer_balances FORCE ROW LEVEL SECURITY;

-- policy sales.customer_balances.company_isolation
CREATE POLICY company_isolation ON sales.customer_balances AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.customer_balances.platform_access
CREATE POLICY platform_access ON sales.customer_balances AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.customer_balances.tenant_isolation
CREATE POLICY tenant_isolation ON sales.customer_balances AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.customer_balances.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.customer_balances FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.client_id IS DISTINCT FROM old.client_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, client_id: make another row instead of changing them');

-- trigger sales.customer_balances.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.customer_balances FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants sales.customer_balances
GRANT SELECT ON sales.customer_balances TO authenticated;
GRANT SELECT ON sales.customer_balances TO platform;
GRANT INSERT, UPDATE ON sales.customer_balances TO sales_writer;

-- table sales.customers
CREATE TABLE sales.customers (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  name character varying(255) NOT NULL,
  dni character varying(20),
  phone character varying(50),
  address text,
  notes text,
  credit_limit numeric(12,2),
  created_by uuid,
  sync_status text DEFAULT 'pending'::text NOT NULL,
  sync_attempts integer DEFAULT 0 NOT NULL,
  is_active boolean DEFAULT true NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.customers.customers_business_id_fkey
ALTER TABLE sales.customers ADD CONSTRAINT customers_business_id_fkey FOREIGN KEY (tenant_id, business_id) REFERENCES sales.businesses(tenant_id, id) ON DELETE RESTRICT;

-- constraint sales.customers.customers_business_id_id_unique
ALTER TABLE sales.customers ADD CONSTRAINT customers_business_id_id_unique UNIQUE (tenant_id, business_id, id);

-- constraint sales.customers.customers_created_at_range_check
ALTER TABLE sales.customers ADD CONSTRAINT customers_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.customers.customers_created_by_fkey
ALTER TABLE sales.customers ADD CONSTRAINT customers_created_by_fkey FOREIGN KEY (tenant_id, business_id, created_by) REFERENCES sales.business_users(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.customers.customers_credit_limit_check
ALTER TABLE sales.customers ADD CONSTRAINT customers_credit_limit_check CHECK ((credit_limit >= (0)::numeric));

-- constraint sales.customers.customers_credit_limit_nan_check
ALTER TABLE sales.customers ADD CONSTRAINT customers_credit_limit_nan_check CHECK ((credit_limit <> 'NaN'::numeric));

-- constraint sales.customers.customers_name_check
ALTER TABLE sales.customers ADD CONSTRAINT customers_name_check CHECK (((name)::text <> ''::text));

-- constraint sales.customers.customers_pkey
ALTER TABLE sales.customers ADD CONSTRAINT customers_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.customers.customers_sync_attempts_check
ALTER TABLE sales.customers ADD CONSTRAINT customers_sync_attempts_check CHECK ((sync_attempts >= 0));

-- constraint sales.customers.customers_sync_status_check
ALTER TABLE sales.customers ADD CONSTRAINT customers_sync_status_check CHECK ((sync_status = ANY (ARRAY['pending'::text, 'synced'::text, 'error'::text])));

-- constraint sales.customers.customers_tenant_id_fkey
ALTER TABLE sales.customers ADD CONSTRAINT customers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint sales.customers.customers_updated_at_range_check
ALTER TABLE sales.customers ADD CONSTRAINT customers_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index sales.customers.idx_customers_business_id_name
CREATE INDEX idx_customers_business_id_name ON sales.customers USING btree (tenant_id, business_id, name, id);

-- index sales.customers.idx_customers_created_by
CREATE INDEX idx_customers_created_by ON sales.customers USING btree (tenant_id, created_by);

-- index sales.customers.idx_customers_dni
CREATE INDEX idx_customers_dni ON sales.customers USING btree (tenant_id, business_id, dni) WHERE (dni IS NOT NULL);

-- rls sales.customers
ALTER TABLE sales.customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.customers FORCE ROW LEVEL SECURITY;

-- policy sales.customers.company_isolation
CREATE POLICY company_isolation ON sales.customers AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.customers.platform_access
CREATE POLICY platform_access ON sales.customers AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.customers.tenant_isolation
CREATE POLICY tenant_isolation ON sales.customers AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.customers.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.customers FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id: make another row instead of changing them');

-- trigger sales.customers.open_customer_balances
CREATE TRIGGER open_customer_balances AFTER INSERT ON sales.customers REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION sales.open_customer_balances();

-- trigger sales.customers.require_admin_insert
CREATE TRIGGER require_admin_insert BEFORE INSERT ON sales.customers FOR EACH ROW WHEN ((new.credit_limit IS NOT NULL)) EXECUTE FUNCTION sales.require_admin_negocio('set a credit limit');

-- trigger sales.customers.require_admin_update
CREATE TRIGGER require_admin_update BEFORE UPDATE ON sales.customers FOR EACH ROW WHEN ((new.credit_limit IS DISTINCT FROM old.credit_limit)) EXECUTE FUNCTION sales.require_admin_negocio('set a credit limit');

-- trigger sales.customers.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.customers FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger sales.customers.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON sales.customers FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants sales.customers
GRANT INSERT, SELECT, UPDATE ON sales.customers TO authenticated;
GRANT INSERT, SELECT, UPDATE ON sales.customers TO platform;

-- table sales.day_closing_late
CREATE TABLE sales.day_closing_late (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  closing_id uuid NOT NULL,
  sale_id uuid,
  abono_id uuid,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.day_closing_late.day_closing_late_abono_id_fkey
ALTER TABLE sales.day_closing_late ADD CONSTRAINT day_closing_late_abono_id_fkey FOREIGN KEY (tenant_id, business_id, abono_id) REFERENCES sales.abonos(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.day_closing_late.day_closing_late_abono_id_unique
ALTER TABLE sales.day_closing_late ADD CONSTRAINT day_closing_late_abono_id_unique UNIQUE (tenant_id, abono_id, business_id);

-- constraint sales.day_closing_late.day_closing_late_closing_id_fkey
ALTER TABLE sales.day_closing_late ADD CONSTRAINT day_closing_late_closing_id_fkey FOREIGN KEY (tenant_id, business_id, closing_id) REFERENCES sales.day_closings(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.day_closing_late.day_closing_late_created_at_range_check
ALTER TABLE sales.day_closing_late ADD CONSTRAINT day_closing_late_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.day_closing_late.day_closing_late_pkey
ALTER TABLE sales.day_closing_late ADD CONSTRAINT day_closing_late_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.day_closing_late.day_closing_late_sale_id_fkey
ALTER TABLE sales.day_closing_late ADD CONSTRAINT day_closing_late_sale_id_fkey FOREIGN KEY (tenant_id, business_id, sale_id) REFERENCES sales.sales(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.day_closing_late.day_closing_late_sale_id_unique
ALTER TABLE sales.day_closing_late ADD CONSTRAINT day_closing_late_sale_id_unique UNIQUE (tenant_id, sale_id, business_id);

-- constraint sales.day_closing_late.day_closing_late_source_check
ALTER TABLE sales.day_closing_late ADD CONSTRAINT day_closing_late_source_check CHECK ((num_nonnulls(sale_id, abono_id) = 1));

-- constraint sales.day_closing_late.day_closing_late_updated_at_range_check
ALTER TABLE sales.day_closing_late ADD CONSTRAINT day_closing_late_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index sales.day_closing_late.idx_day_closing_late_business_id
CREATE INDEX idx_day_closing_late_business_id ON sales.day_closing_late USING btree (tenant_id, business_id);

-- index sales.day_closing_late.idx_day_closing_late_closing_id
CREATE INDEX idx_day_closing_late_closing_id ON sales.day_closing_late USING btree (tenant_id, closing_id);

-- rls sales.day_closing_late
ALTER TABLE sales.day_closing_late ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.day_closing_late FORCE ROW LEVEL SECURITY;

-- policy sales.day_closing_late.company_isolation
CREATE POLICY company_isolation ON sales.day_closing_late AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.day_closing_late.platform_access
CREATE POLICY platform_access ON sales.day_closing_late AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.day_closing_late.tenant_isolation
CREATE POLICY tenant_isolation ON sales.day_closing_late AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.day_closing_late.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.day_closing_late FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.closing_id IS DISTINCT FROM old.closing_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, closing_id: make another row instead of changing them');

-- trigger sales.day_closing_late.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.day_closing_late FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants sales.day_closing_late
GRANT SELECT ON sales.day_closing_late TO authenticated;
GRANT SELECT ON sales.day_closing_late TO platform;
GRANT INSERT ON sales.day_closing_late TO sales_writer;

-- table sales.day_closing_money
CREATE TABLE sales.day_closing_money (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  closing_id uuid NOT NULL,
  payment_method text NOT NULL,
  sales_amount numeric(17,2) NOT NULL,
  abonos_amount numeric(17,2) NOT NULL,
  refunds_amount numeric(17,2) NOT NULL,
  expected numeric(17,2) GENERATED ALWAYS AS (((sales_amount + abonos_amount) - refunds_amount)) STORED NOT NULL,
  routes_expected numeric(17,2) NOT NULL,
  handed_in numeric(17,2) NOT NULL,
  counted numeric(17,2),
  difference numeric(17,2) GENERATED ALWAYS AS (((handed_in - routes_expected) + COALESCE((counted - (((sales_amount + abonos_amount) - refunds_amount) - routes_expected)), (0)::numeric))) STORED NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.day_closing_money.day_closing_money_abonos_amount_nan_check
ALTER TABLE sales.day_closing_money ADD CONSTRAINT day_closing_money_abonos_amount_nan_check CHECK ((abonos_amount <> 'NaN'::numeric));

-- constraint sales.day_closing_money.day_closing_money_closing_id_fkey
ALTER TABLE sales.day_closing_money ADD CONSTRAINT day_closing_money_closing_id_fkey FOREIGN KEY (tenant_id, business_id, closing_id) REFERENCES sales.day_closings(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.day_closing_money.day_closing_money_counted_check
ALTER TABLE sales.day_closing_money ADD CONSTRAINT day_closing_money_counted_check CHECK ((counted >= (0)::numeric));

-- constraint sales.day_closing_money.day_closing_money_counted_nan_check
ALTER TABLE sales.day_closing_money ADD CONSTRAINT day_closing_money_counted_nan_check CHECK ((counted <> 'NaN'::numeric));

-- constraint sales.day_closing_money.day_closing_money_created_at_range_check
ALTER TABLE sales.day_closing_money ADD CONSTRAINT day_closing_money_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.day_closing_money.day_closing_money_handed_in_nan_check
ALTER TABLE sales.day_closing_money ADD CONSTRAINT day_closing_money_handed_in_nan_check CHECK ((handed_in <> 'NaN'::numeric));

-- constraint sales.day_closing_money.day_closing_money_payment_method_check
ALTER TABLE sales.day_closing_money ADD CONSTRAINT day_closing_money_payment_method_check CHECK ((payment_method = ANY (ARRAY['efectivo'::text, 'yape'::text, 'plin'::text, 'transferencia'::text])));

-- constraint sales.day_closing_money.day_closing_money_payment_method_unique
ALTER TABLE sales.day_closing_money ADD CONSTRAINT day_closing_money_payment_method_unique UNIQUE (tenant_id, closing_id, business_id, payment_method);

-- constraint sales.day_closing_money.day_closing_money_pkey
ALTER TABLE sales.day_closing_money ADD CONSTRAINT day_closing_money_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.day_closing_money.day_closing_money_refunds_amount_nan_check
ALTER TABLE sales.day_closing_money ADD CONSTRAINT day_closing_money_refunds_amount_nan_check CHECK ((refunds_amount <> 'NaN'::numeric));

-- constraint sales.day_closing_money.day_closing_money_routes_expected_nan_check
ALTER TABLE sales.day_closing_money ADD CONSTRAINT day_closing_money_routes_expected_nan_check CHECK ((routes_expected <> 'NaN'::numeric));

-- constraint sales.day_closing_money.day_closing_money_sales_amount_nan_check
ALTER TABLE sales.day_closing_money ADD CONSTRAINT day_closing_money_sales_amount_nan_check CHECK ((sales_amount <> 'NaN'::numeric));

-- constraint sales.day_closing_money.day_closing_money_updated_at_range_check
ALTER TABLE sales.day_closing_money ADD CONSTRAINT day_closing_money_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index sales.day_closing_money.idx_day_closing_money_business_id
CREATE INDEX idx_day_closing_money_business_id ON sales.day_closing_money USING btree (tenant_id, business_id);

-- rls sales.day_closing_money
ALTER TABLE sales.day_closing_money ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.day_closing_money FORCE ROW LEVEL SECURITY;

-- policy sales.day_closing_money.company_isolation
CREATE POLICY company_isolation ON sales.day_closing_money AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.day_closing_money.platform_access
CREATE POLICY platform_access ON sales.day_closing_money AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.day_closing_money.tenant_isolation
CREATE POLICY tenant_isolation ON sales.day_closing_money AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.day_closing_money.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.day_closing_money FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.closing_id IS DISTINCT FROM old.closing_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, closing_id: make another row instead of changing them');

-- trigger sales.day_closing_money.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.day_closing_money FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants sales.day_closing_money
GRANT SELECT ON sales.day_closing_money TO authenticated;
GRANT SELECT ON sales.day_closing_money TO platform;
GRANT INSERT ON sales.day_closing_money TO sales_writer;

-- table sales.day_closing_stock
CREATE TABLE sales.day_closing_stock (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  closing_id uuid NOT NULL,
  product_id uuid NOT NULL,
  kind text NOT NULL,
  quantity numeric(15,3) NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.day_closing_stock.day_closing_stock_closing_id_fkey
ALTER TABLE sales.day_closing_stock ADD CONSTRAINT day_closing_stock_closing_id_fkey FOREIGN KEY (tenant_id, business_id, closing_id) REFERENCES sales.day_closings(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.day_closing_stock.day_closing_stock_created_at_range_check
ALTER TABLE sales.day_closing_stock ADD CONSTRAINT day_closing_stock_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.day_closing_stock.day_closing_stock_kind_check
ALTER TABLE sales.day_closing_stock ADD CONSTRAINT day_closing_stock_kind_check CHECK ((kind = ANY (ARRAY['receipt'::text, 'adjustment'::text, 'count'::text, 'sale'::text, 'sale_void'::text, 'assignment'::text, 'return'::text, 'loss'::text, 'reopening'::text])));

-- constraint sales.day_closing_stock.day_closing_stock_kind_unique
ALTER TABLE sales.day_closing_stock ADD CONSTRAINT day_closing_stock_kind_unique UNIQUE (tenant_id, closing_id, business_id, product_id, kind);

-- constraint sales.day_closing_stock.day_closing_stock_pkey
ALTER TABLE sales.day_closing_stock ADD CONSTRAINT day_closing_stock_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.day_closing_stock.day_closing_stock_product_id_fkey
ALTER TABLE sales.day_closing_stock ADD CONSTRAINT day_closing_stock_product_id_fkey FOREIGN KEY (tenant_id, business_id, product_id) REFERENCES sales.products(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.day_closing_stock.day_closing_stock_quantity_nan_check
ALTER TABLE sales.day_closing_stock ADD CONSTRAINT day_closing_stock_quantity_nan_check CHECK ((quantity <> 'NaN'::numeric));

-- constraint sales.day_closing_stock.day_closing_stock_updated_at_range_check
ALTER TABLE sales.day_closing_stock ADD CONSTRAINT day_closing_stock_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index sales.day_closing_stock.idx_day_closing_stock_business_id
CREATE INDEX idx_day_closing_stock_business_id ON sales.day_closing_stock USING btree (tenant_id, business_id);

-- index sales.day_closing_stock.idx_day_closing_stock_product_id
CREATE INDEX idx_day_closing_stock_product_id ON sales.day_closing_stock USING btree (tenant_id, product_id);

-- rls sales.day_closing_stock
ALTER TABLE sales.day_closing_stock ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.day_closing_stock FORCE ROW LEVEL SECURITY;

-- policy sales.day_closing_stock.company_isolation
CREATE POLICY company_isolation ON sales.day_closing_stock AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.day_closing_stock.platform_access
CREATE POLICY platform_access ON sales.day_closing_stock AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.day_closing_stock.tenant_isolation
CREATE POLICY tenant_isolation ON sales.day_closing_stock AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.day_closing_stock.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.day_closing_stock FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.closing_id IS DISTINCT FROM old.closing_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, closing_id: make another row instead of changing them');

-- trigger sales.day_closing_stock.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.day_closing_stock FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants sales.day_closing_stock
GRANT SELECT ON sales.day_closing_stock TO authenticated;
GRANT SELECT ON sales.day_closing_stock TO platform;
GRANT INSERT ON sales.day_closing_stock TO sales_writer;

-- table sales.day_closing_vendors
CREATE TABLE sales.day_closing_vendors (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  closing_id uuid NOT NULL,
  member_id uuid NOT NULL,
  sale_count integer NOT NULL,
  sold_amount numeric(17,2) NOT NULL,
  net_weight numeric(15,3) NOT NULL,
  collected_amount numeric(17,2) NOT NULL,
  commission_amount numeric(17,2) NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.day_closing_vendors.day_closing_vendors_closing_id_fkey
ALTER TABLE sales.day_closing_vendors ADD CONSTRAINT day_closing_vendors_closing_id_fkey FOREIGN KEY (tenant_id, business_id, closing_id) REFERENCES sales.day_closings(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.day_closing_vendors.day_closing_vendors_collected_amount_nan_check
ALTER TABLE sales.day_closing_vendors ADD CONSTRAINT day_closing_vendors_collected_amount_nan_check CHECK ((collected_amount <> 'NaN'::numeric));

-- constraint sales.day_closing_vendors.day_closing_vendors_commission_amount_nan_check
ALTER TABLE sales.day_closing_vendors ADD CONSTRAINT day_closing_vendors_commission_amount_nan_check CHECK ((commission_amount <> 'NaN'::numeric));

-- constraint sales.day_closing_vendors.day_closing_vendors_created_at_range_check
ALTER TABLE sales.day_closing_vendors ADD CONSTRAINT day_closing_vendors_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.day_closing_vendors.day_closing_vendors_member_id_fkey
ALTER TABLE sales.day_closing_vendors ADD CONSTRAINT day_closing_vendors_member_id_fkey FOREIGN KEY (tenant_id, business_id, member_id) REFERENCES sales.business_users(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.day_closing_vendors.day_closing_vendors_member_id_unique
ALTER TABLE sales.day_closing_vendors ADD CONSTRAINT day_closing_vendors_member_id_unique UNIQUE (tenant_id, closing_id, business_id, member_id);

-- constraint sales.day_closing_vendors.day_closing_vendors_net_weight_nan_check
ALTER TABLE sales.day_closing_vendors ADD CONSTRAINT day_closing_vendors_net_weight_nan_check CHECK ((net_weight <> 'NaN'::numeric));

-- constraint sales.day_closing_vendors.day_closing_vendors_pkey
ALTER TABLE sales.day_closing_vendors ADD CONSTRAINT day_closing_vendors_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.day_closing_vendors.day_closing_vendors_sold_amount_nan_check
ALTER TABLE sales.day_closing_vendors ADD CONSTRAINT day_closing_vendors_sold_amount_nan_check CHECK ((sold_amount <> 'NaN'::numeric));

-- constraint sales.day_closing_vendors.day_closing_vendors_updated_at_range_check
ALTER TABLE sales.day_closing_vendors ADD CONSTRAINT day_closing_vendors_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index sales.day_closing_vendors.idx_day_closing_vendors_business_id
CREATE INDEX idx_day_closing_vendors_business_id ON sales.day_closing_vendors USING btree (tenant_id, business_id);

-- index sales.day_closing_vendors.idx_day_closing_vendors_member_id
CREATE INDEX idx_day_closing_vendors_member_id ON sales.day_closing_vendors USING btree (tenant_id, member_id);

-- rls sales.day_closing_vendors
ALTER TABLE sales.day_closing_vendors ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.day_closing_vendors FORCE ROW LEVEL SECURITY;

-- policy sales.day_closing_vendors.company_isolation
CREATE POLICY company_isolation ON sales.day_closing_vendors AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.day_closing_vendors.platform_access
CREATE POLICY platform_access ON sales.day_closing_vendors AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.day_closing_vendors.tenant_isolation
CREATE POLICY tenant_isolation ON sales.day_closing_vendors AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.day_closing_vendors.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.day_closing_vendors FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.closing_id IS DISTINCT FROM old.closing_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, closing_id: make another row instead of changing them');

-- trigger sales.day_closing_vendors.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.day_closing_vendors FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants sales.day_closing_vendors
GRANT SELECT ON sales.day_closing_vendors TO authenticated;
GRANT SELECT ON sales.day_closing_vendors TO platform;
GRANT INSERT ON sales.day_closing_vendors TO sales_writer;

-- table sales.day_closings
CREATE TABLE sales.day_closings (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  day date NOT NULL,
  supplement integer DEFAULT 0 NOT NULL,
  sale_count integer NOT NULL,
  sold_amount numeric(17,2) NOT NULL,
  contado_amount numeric(17,2) NOT NULL,
  credito_amount numeric(17,2) NOT NULL,
  net_weight numeric(15,3) DEFAULT '0'::numeric NOT NULL,
  voided_amount numeric(17,2) NOT NULL,
  commission_amount numeric(17,2) NOT NULL,
  route_count integer DEFAULT 0 NOT NULL,
  closed_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  closed_by uuid,
  request_hash text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.day_closings.day_closings_business_id_fkey
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_business_id_fkey FOREIGN KEY (tenant_id, business_id) REFERENCES sales.businesses(tenant_id, id) ON DELETE RESTRICT;

-- constraint sales.day_closings.day_closings_business_id_id_unique
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_business_id_id_unique UNIQUE (tenant_id, business_id, id);

-- constraint sales.day_closings.day_closings_closed_at_range_check
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_closed_at_range_check CHECK (((closed_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (closed_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.day_closings.day_closings_commission_amount_nan_check
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_commission_amount_nan_check CHECK ((commission_amount <> 'NaN'::numeric));

-- constraint sales.day_closings.day_closings_contado_amount_nan_check
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_contado_amount_nan_check CHECK ((contado_amount <> 'NaN'::numeric));

-- constraint sales.day_closings.day_closings_created_at_range_check
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.day_closings.day_closings_credito_amount_nan_check
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_credito_amount_nan_check CHECK ((credito_amount <> 'NaN'::numeric));

-- constraint sales.day_closings.day_closings_day_range_check
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_day_range_check CHECK (((day >= '0001-01-01'::date) AND (day <= '9999-12-31'::date)));

-- constraint sales.day_closings.day_closings_day_unique
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_day_unique UNIQUE (tenant_id, business_id, day, supplement);

-- constraint sales.day_closings.day_closings_net_weight_nan_check
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_net_weight_nan_check CHECK ((net_weight <> 'NaN'::numeric));

-- constraint sales.day_closings.day_closings_pkey
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.day_closings.day_closings_sale_count_check
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_sale_count_check CHECK (((sale_count >= 0) AND (route_count >= 0)));

-- constraint sales.day_closings.day_closings_sold_amount_check
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_sold_amount_check CHECK ((sold_amount = (contado_amount + credito_amount)));

-- constraint sales.day_closings.day_closings_sold_amount_nan_check
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_sold_amount_nan_check CHECK ((sold_amount <> 'NaN'::numeric));

-- constraint sales.day_closings.day_closings_supplement_check
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_supplement_check CHECK ((supplement >= 0));

-- constraint sales.day_closings.day_closings_tenant_id_fkey
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint sales.day_closings.day_closings_updated_at_range_check
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.day_closings.day_closings_voided_amount_nan_check
ALTER TABLE sales.day_closings ADD CONSTRAINT day_closings_voided_amount_nan_check CHECK ((voided_amount <> 'NaN'::numeric));

-- rls sales.day_closings
ALTER TABLE sales.day_closings ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.day_closings FORCE ROW LEVEL SECURITY;

-- policy sales.day_closings.company_isolation
CREATE POLICY company_isolation ON sales.day_closings AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.day_closings.platform_access
CREATE POLICY platform_access ON sales.day_closings AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.day_closings.tenant_isolation
CREATE POLICY tenant_isolation ON sales.day_closings AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.day_closings.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.day_closings FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id: make another row instead of changing them');

-- trigger sales.day_closings.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.day_closings FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger sales.day_closings.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON sales.day_closings FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants sales.day_closings
GRANT SELECT ON sales.day_closings TO authenticated;
GRANT SELECT ON sales.day_closings TO platform;
GRANT INSERT ON sales.day_closings TO sales_writer;

-- table sales.debt_entries
CREATE TABLE sales.debt_entries (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  client_id uuid NOT NULL,
  kind text NOT NULL,
  source_id uuid NOT NULL,
  day date NOT NULL,
  amount numeric(12,2) NOT NULL,
  client_version bigint NOT NULL,
  balance_after numeric(12,2) NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.debt_entries.debt_entries_amount_check
ALTER TABLE sales.debt_entries ADD CONSTRAINT debt_entries_amount_check CHECK ((amount <> (0)::numeric));

-- constraint sales.debt_entries.debt_entries_amount_nan_check
ALTER TABLE sales.debt_entries ADD CONSTRAINT debt_entries_amount_nan_check CHECK ((amount <> 'NaN'::numeric));

-- constraint sales.debt_entries.debt_entries_balance_after_nan_check
ALTER TABLE sales.debt_entries ADD CONSTRAINT debt_entries_balance_after_nan_check CHECK ((balance_after <> 'NaN'::numeric));

-- constraint sales.debt_entries.debt_entries_client_id_fkey
ALTER TABLE sales.debt_entries ADD CONSTRAINT debt_entries_client_id_fkey FOREIGN KEY (tenant_id, business_id, client_id) REFERENCES sales.customers(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.debt_entries.debt_entries_client_version_unique
ALTER TABLE sales.debt_entries ADD CONSTRAINT debt_entries_client_version_unique UNIQUE (tenant_id, client_id, client_version);

-- constraint sales.debt_entries.debt_entries_created_at_range_check
ALTER TABLE sales.debt_entries ADD CONSTRAINT debt_entries_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.debt_entries.debt_entries_day_range_check
ALTER TABLE sales.debt_entries ADD CONSTRAINT debt_entries_day_range_check CHECK (((day >= '0001-01-01'::date) AND (day <= '9999-12-31'::date)));

-- constraint sales.debt_entries.debt_entries_kind_check
ALTER TABLE sales.debt_entries ADD CONSTRAINT debt_entries_kind_check CHECK ((kind = ANY (ARRAY['sale'::text, 'sale_void'::text, 'abono'::text, 'abono_void'::text])));

-- constraint sales.debt_entries.debt_entries_pkey
ALTER TABLE sales.debt_entries ADD CONSTRAINT debt_entries_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.debt_entries.debt_entries_sign_check
ALTER TABLE sales.debt_entries ADD CONSTRAINT debt_entries_sign_check CHECK (((kind = ANY (ARRAY['sale'::text, 'abono_void'::text])) = (amount > (0)::numeric)));

-- constraint sales.debt_entries.debt_entries_source_id_kind_unique
ALTER TABLE sales.debt_entries ADD CONSTRAINT debt_entries_source_id_kind_unique UNIQUE (tenant_id, source_id, kind);

-- index sales.debt_entries.idx_debt_entries_client_id_day
CREATE INDEX idx_debt_entries_client_id_day ON sales.debt_entries USING btree (tenant_id, client_id, day, client_version);

-- rls sales.debt_entries
ALTER TABLE sales.debt_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.debt_entries FORCE ROW LEVEL SECURITY;

-- policy sales.debt_entries.company_isolation
CREATE POLICY company_isolation ON sales.debt_entries AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.debt_entries.platform_access
CREATE POLICY platform_access ON sales.debt_entries AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.debt_entries.tenant_isolation
CREATE POLICY tenant_isolation ON sales.debt_entries AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.debt_entries.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.debt_entries FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.client_id IS DISTINCT FROM old.client_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, client_id: make another row instead of changing them');

-- grants sales.debt_entries
GRANT SELECT ON sales.debt_entries TO authenticated;
GRANT SELECT ON sales.debt_entries TO platform;
GRANT INSERT ON sales.debt_entries TO sales_writer;

-- table sales.distribucion_assignments
CREATE TABLE sales.distribucion_assignments (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  distribucion_id uuid NOT NULL,
  product_id uuid NOT NULL,
  quantity numeric(10,3) NOT NULL,
  is_from_stock boolean NOT NULL,
  day date NOT NULL,
  created_by uuid,
  idempotency_key text,
  request_hash text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.distribucion_assignments.distribucion_assignments_created_at_range_check
ALTER TABLE sales.distribucion_assignments ADD CONSTRAINT distribucion_assignments_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.distribucion_assignments.distribucion_assignments_day_range_check
ALTER TABLE sales.distribucion_assignments ADD CONSTRAINT distribucion_assignments_day_range_check CHECK (((day >= '0001-01-01'::date) AND (day <= '9999-12-31'::date)));

-- constraint sales.distribucion_assignments.distribucion_assignments_distribucion_id_fkey
ALTER TABLE sales.distribucion_assignments ADD CONSTRAINT distribucion_assignments_distribucion_id_fkey FOREIGN KEY (tenant_id, business_id, distribucion_id) REFERENCES sales.distribuciones(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.distribucion_assignments.distribucion_assignments_idempotency_check
ALTER TABLE sales.distribucion_assignments ADD CONSTRAINT distribucion_assignments_idempotency_check CHECK (((idempotency_key IS NULL) = (request_hash IS NULL)));

-- constraint sales.distribucion_assignments.distribucion_assignments_pkey
ALTER TABLE sales.distribucion_assignments ADD CONSTRAINT distribucion_assignments_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.distribucion_assignments.distribucion_assignments_product_id_fkey
ALTER TABLE sales.distribucion_assignments ADD CONSTRAINT distribucion_assignments_product_id_fkey FOREIGN KEY (tenant_id, business_id, product_id) REFERENCES sales.products(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.distribucion_assignments.distribucion_assignments_quantity_check
ALTER TABLE sales.distribucion_assignments ADD CONSTRAINT distribucion_assignments_quantity_check CHECK ((quantity > (0)::numeric));

-- constraint sales.distribucion_assignments.distribucion_assignments_quantity_nan_check
ALTER TABLE sales.distribucion_assignments ADD CONSTRAINT distribucion_assignments_quantity_nan_check CHECK ((quantity <> 'NaN'::numeric));

-- index sales.distribucion_assignments.idx_distribucion_assignments_distribucion_id
CREATE INDEX idx_distribucion_assignments_distribucion_id ON sales.distribucion_assignments USING btree (tenant_id, distribucion_id, business_id, product_id);

-- index sales.distribucion_assignments.idx_distribucion_assignments_idempotency_key
CREATE UNIQUE INDEX idx_distribucion_assignments_idempotency_key ON sales.distribucion_assignments USING btree (tenant_id, business_id, idempotency_key, product_id) WHERE (idempotency_key IS NOT NULL);

-- index sales.distribucion_assignments.idx_distribucion_assignments_product_id
CREATE INDEX idx_distribucion_assignments_product_id ON sales.distribucion_assignments USING btree (tenant_id, product_id);

-- rls sales.distribucion_assignments
ALTER TABLE sales.distribucion_assignments ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.distribucion_assignments FORCE ROW LEVEL SECURITY;

-- policy sales.distribucion_assignments.company_isolation
CREATE POLICY company_isolation ON sales.distribucion_assignments AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.distribucion_assignments.platform_access
CREATE POLICY platform_access ON sales.distribucion_assignments AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.distribucion_assignments.tenant_isolation
CREATE POLICY tenant_isolation ON sales.distribucion_assignments AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.distribucion_assignments.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.distribucion_assignments FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.distribucion_id IS DISTINCT FROM old.distribucion_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, distribucion_id: make another row instead of changing them');

-- grants sales.distribucion_assignments
GRANT SELECT ON sales.distribucion_assignments TO authenticated;
GRANT SELECT ON sales.distribucion_assignments TO platform;
GRANT INSERT ON sales.distribucion_assignments TO sales_writer;

-- table sales.distribucion_items
CREATE TABLE sales.distribucion_items (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  distribucion_id uuid NOT NULL,
  product_id uuid NOT NULL,
  assigned numeric(10,3) DEFAULT '0'::numeric NOT NULL,
  sold numeric(10,3) DEFAULT '0'::numeric NOT NULL,
  returned numeric(10,3) DEFAULT '0'::numeric NOT NULL,
  lost numeric(10,3) DEFAULT '0'::numeric NOT NULL,
  loss_reason text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.distribucion_items.distribucion_items_assigned_check
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_assigned_check CHECK ((assigned >= (0)::numeric));

-- constraint sales.distribucion_items.distribucion_items_assigned_nan_check
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_assigned_nan_check CHECK ((assigned <> 'NaN'::numeric));

-- constraint sales.distribucion_items.distribucion_items_created_at_range_check
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.distribucion_items.distribucion_items_distribucion_id_fkey
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_distribucion_id_fkey FOREIGN KEY (tenant_id, business_id, distribucion_id) REFERENCES sales.distribuciones(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.distribucion_items.distribucion_items_loss_reason_check
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_loss_reason_check CHECK (((lost = (0)::numeric) OR (COALESCE(loss_reason, ''::text) <> ''::text)));

-- constraint sales.distribucion_items.distribucion_items_lost_check
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_lost_check CHECK ((lost >= (0)::numeric));

-- constraint sales.distribucion_items.distribucion_items_lost_nan_check
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_lost_nan_check CHECK ((lost <> 'NaN'::numeric));

-- constraint sales.distribucion_items.distribucion_items_pkey
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.distribucion_items.distribucion_items_product_id_fkey
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_product_id_fkey FOREIGN KEY (tenant_id, business_id, product_id) REFERENCES sales.products(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.distribucion_items.distribucion_items_product_id_unique
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_product_id_unique UNIQUE (tenant_id, distribucion_id, business_id, product_id);

-- constraint sales.distribucion_items.distribucion_items_returned_check
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_returned_check CHECK ((returned >= (0)::numeric));

-- constraint sales.distribucion_items.distribucion_items_returned_nan_check
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_returned_nan_check CHECK ((returned <> 'NaN'::numeric));

-- constraint sales.distribucion_items.distribucion_items_settled_check
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_settled_check CHECK ((((returned + lost) = (0)::numeric) OR (((sold + returned) + lost) = assigned)));

-- constraint sales.distribucion_items.distribucion_items_sold_check
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_sold_check CHECK ((sold >= (0)::numeric));

-- constraint sales.distribucion_items.distribucion_items_sold_nan_check
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_sold_nan_check CHECK ((sold <> 'NaN'::numeric));

-- constraint sales.distribucion_items.distribucion_items_updated_at_range_check
ALTER TABLE sales.distribucion_items ADD CONSTRAINT distribucion_items_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index sales.distribucion_items.idx_distribucion_items_product_id
CREATE INDEX idx_distribucion_items_product_id ON sales.distribucion_items USING btree (tenant_id, product_id);

-- rls sales.distribucion_items
ALTER TABLE sales.distribucion_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.distribucion_items FORCE ROW LEVEL SECURITY;

-- policy sales.distribucion_items.company_isolation
CREATE POLICY company_isolation ON sales.distribucion_items AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.distribucion_items.platform_access
CREATE POLICY platform_access ON sales.distribucion_items AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.distribucion_items.tenant_isolation
CREATE POLICY tenant_isolation ON sales.distribucion_items AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.distribucion_items.guard_item
CREATE TRIGGER guard_item BEFORE INSERT OR UPDATE ON sales.distribucion_items FOR EACH ROW EXECUTE FUNCTION sales.guard_route_item();

-- trigger sales.distribucion_items.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.distribucion_items FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.distribucion_id IS DISTINCT FROM old.distribucion_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, distribucion_id: make another row instead of changing them');

-- trigger sales.distribucion_items.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.distribucion_items FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants sales.distribucion_items
GRANT SELECT ON sales.distribucion_items TO authenticated;
GRANT SELECT ON sales.distribucion_items TO platform;
GRANT INSERT, UPDATE ON sales.distribucion_items TO sales_writer;

-- table sales.distribucion_money
CREATE TABLE sales.distribucion_money (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  distribucion_id uuid NOT NULL,
  settlement integer DEFAULT 1 NOT NULL,
  payment_method text NOT NULL,
  expected numeric(12,2) NOT NULL,
  handed_in numeric(12,2) NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.distribucion_money.distribucion_money_created_at_range_check
ALTER TABLE sales.distribucion_money ADD CONSTRAINT distribucion_money_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.distribucion_money.distribucion_money_distribucion_id_fkey
ALTER TABLE sales.distribucion_money ADD CONSTRAINT distribucion_money_distribucion_id_fkey FOREIGN KEY (tenant_id, business_id, distribucion_id) REFERENCES sales.distribuciones(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.distribucion_money.distribucion_money_expected_nan_check
ALTER TABLE sales.distribucion_money ADD CONSTRAINT distribucion_money_expected_nan_check CHECK ((expected <> 'NaN'::numeric));

-- constraint sales.distribucion_money.distribucion_money_handed_in_check
ALTER TABLE sales.distribucion_money ADD CONSTRAINT distribucion_money_handed_in_check CHECK ((handed_in >= (0)::numeric));

-- constraint sales.distribucion_money.distribucion_money_handed_in_nan_check
ALTER TABLE sales.distribucion_money ADD CONSTRAINT distribucion_money_handed_in_nan_check CHECK ((handed_in <> 'NaN'::numeric));

-- constraint sales.distribucion_money.distribucion_money_payment_method_check
ALTER TABLE sales.distribucion_money ADD CONSTRAINT distribucion_money_payment_method_check CHECK ((payment_method = ANY (ARRAY['efectivo'::text, 'yape'::text, 'plin'::text, 'transferencia'::text])));

-- constraint sales.distribucion_money.distribucion_money_payment_method_unique
ALTER TABLE sales.distribucion_money ADD CONSTRAINT distribucion_money_payment_method_unique UNIQUE (tenant_id, distribucion_id, business_id, settlement, payment_method);

-- constraint sales.distribucion_money.distribucion_money_pkey
ALTER TABLE sales.distribucion_money ADD CONSTRAINT distribucion_money_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.distribucion_money.distribucion_money_settlement_check
ALTER TABLE sales.distribucion_money ADD CONSTRAINT distribucion_money_settlement_check CHECK ((settlement >= 1));

-- constraint sales.distribucion_money.distribucion_money_updated_at_range_check
ALTER TABLE sales.distribucion_money ADD CONSTRAINT distribucion_money_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- rls sales.distribucion_money
ALTER TABLE sales.distribucion_money ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.distribucion_money FORCE ROW LEVEL SECURITY;

-- policy sales.distribucion_money.company_isolation
CREATE POLICY company_isolation ON sales.distribucion_money AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.distribucion_money.platform_access
CREATE POLICY platform_access ON sales.distribucion_money AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.distribucion_money.tenant_isolation
CREATE POLICY tenant_isolation ON sales.distribucion_money AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.distribucion_money.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.distribucion_money FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.distribucion_id IS DISTINCT FROM old.distribucion_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, distribucion_id: make another row instead of changing them');

-- trigger sales.distribucion_money.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.distribucion_money FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants sales.distribucion_money
GRANT SELECT ON sales.distribucion_money TO authenticated;
GRANT SELECT ON sales.distribucion_money TO platform;
GRANT INSERT ON sales.distribucion_money TO sales_writer;

-- table sales.distribuciones
CREATE TABLE sales.distribuciones (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  vendedor_id uuid NOT NULL,
  punto_venta character varying(100),
  kilos_asignados numeric(10,3) DEFAULT '0'::numeric NOT NULL,
  kilos_vendidos numeric(10,3) DEFAULT '0'::numeric NOT NULL,
  monto_recaudado numeric(12,2) DEFAULT '0'::numeric NOT NULL,
  fecha date NOT NULL,
  estado text DEFAULT 'activo'::text NOT NULL,
  closed_at timestamp(3) with time zone,
  closed_by uuid,
  settlements integer DEFAULT 0 NOT NULL,
  settlement_hash text,
  reopen_reason text,
  sync_status text DEFAULT 'pending'::text NOT NULL,
  sync_attempts integer DEFAULT 0 NOT NULL,
  idempotency_key text,
  request_hash text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.distribuciones.distribuciones_business_id_fkey
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_business_id_fkey FOREIGN KEY (tenant_id, business_id) REFERENCES sales.businesses(tenant_id, id) ON DELETE RESTRICT;

-- constraint sales.distribuciones.distribuciones_business_id_id_unique
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_business_id_id_unique UNIQUE (tenant_id, business_id, id);

-- constraint sales.distribuciones.distribuciones_closed_at_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_closed_at_check CHECK (((estado = 'cerrado'::text) = (closed_at IS NOT NULL)));

-- constraint sales.distribuciones.distribuciones_closed_at_range_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_closed_at_range_check CHECK (((closed_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (closed_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.distribuciones.distribuciones_created_at_range_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.distribuciones.distribuciones_estado_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_estado_check CHECK ((estado = ANY (ARRAY['activo'::text, 'en_ruta'::text, 'cerrado'::text])));

-- constraint sales.distribuciones.distribuciones_fecha_range_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_fecha_range_check CHECK (((fecha >= '0001-01-01'::date) AND (fecha <= '9999-12-31'::date)));

-- constraint sales.distribuciones.distribuciones_idempotency_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_idempotency_check CHECK (((idempotency_key IS NULL) = (request_hash IS NULL)));

-- constraint sales.distribuciones.distribuciones_kilos_asignados_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_kilos_asignados_check CHECK ((kilos_asignados >= (0)::numeric));

-- constraint sales.distribuciones.distribuciones_kilos_asignados_nan_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_kilos_asignados_nan_check CHECK ((kilos_asignados <> 'NaN'::numeric));

-- constraint sales.distribuciones.distribuciones_kilos_vendidos_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_kilos_vendidos_check CHECK ((kilos_vendidos >= (0)::numeric));

-- constraint sales.distribuciones.distribuciones_kilos_vendidos_nan_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_kilos_vendidos_nan_check CHECK ((kilos_vendidos <> 'NaN'::numeric));

-- constraint sales.distribuciones.distribuciones_monto_recaudado_nan_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_monto_recaudado_nan_check CHECK ((monto_recaudado <> 'NaN'::numeric));

-- constraint sales.distribuciones.distribuciones_pkey
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.distribuciones.distribuciones_settlement_hash_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_settlement_hash_check CHECK (((settlement_hash IS NULL) OR (estado = 'cerrado'::text)));

-- constraint sales.distribuciones.distribuciones_settlements_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_settlements_check CHECK ((settlements >= 0));

-- constraint sales.distribuciones.distribuciones_sync_attempts_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_sync_attempts_check CHECK ((sync_attempts >= 0));

-- constraint sales.distribuciones.distribuciones_sync_status_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_sync_status_check CHECK ((sync_status = ANY (ARRAY['pending'::text, 'synced'::text, 'error'::text])));

-- constraint sales.distribuciones.distribuciones_tenant_id_fkey
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint sales.distribuciones.distribuciones_updated_at_range_check
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.distribuciones.distribuciones_vendedor_id_fkey
ALTER TABLE sales.distribuciones ADD CONSTRAINT distribuciones_vendedor_id_fkey FOREIGN KEY (tenant_id, business_id, vendedor_id) REFERENCES sales.business_users(tenant_id, business_id, id) ON DELETE RESTRICT;

-- index sales.distribuciones.idx_distribuciones_business_id_fecha
CREATE INDEX idx_distribuciones_business_id_fecha ON sales.distribuciones USING btree (tenant_id, business_id, fecha, id);

-- index sales.distribuciones.idx_distribuciones_estado
CREATE INDEX idx_distribuciones_estado ON sales.distribuciones USING btree (tenant_id, business_id, estado, fecha, id);

-- index sales.distribuciones.idx_distribuciones_idempotency_key
CREATE UNIQUE INDEX idx_distribuciones_idempotency_key ON sales.distribuciones USING btree (tenant_id, business_id, idempotency_key) WHERE (idempotency_key IS NOT NULL);

-- index sales.distribuciones.idx_distribuciones_vendedor_id
CREATE INDEX idx_distribuciones_vendedor_id ON sales.distribuciones USING btree (tenant_id, vendedor_id, fecha, id);

-- rls sales.distribuciones
ALTER TABLE sales.distribuciones ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.distribuciones FORCE ROW LEVEL SECURITY;

-- policy sales.distribuciones.company_isolation
CREATE POLICY company_isolation ON sales.distribuciones AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.distribuciones.platform_access
CREATE POLICY platform_access ON sales.distribuciones AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.distribuciones.tenant_isolation
CREATE POLICY tenant_isolation ON sales.distribuciones AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.distribuciones.freeze_columns
CREATE TRIGGER freeze_columns BEFORE UPDATE ON sales.distribuciones FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.vendedor_id IS DISTINCT FROM old.vendedor_id) OR (new.fecha IS DISTINCT FROM old.fecha) OR (new.idempotency_key IS DISTINCT FROM old.idempotency_key) OR (new.request_hash IS DISTINCT FROM old.request_hash) OR (new.created_at IS DISTINCT FROM old.created_at) OR ((CURRENT_USER <> 'sales_writer'::name) AND ((new.kilos_asignados IS DISTINCT FROM old.kilos_asignados) OR (new.kilos_vendidos IS DISTINCT FROM old.kilos_vendidos) OR (new.monto_recaudado IS DISTINCT FROM old.monto_recaudado) OR (new.closed_at IS DISTINCT FROM old.closed_at) OR (new.closed_by IS DISTINCT FROM old.closed_by) OR (new.settlements IS DISTINCT FROM old.settlements) OR (new.settlement_hash IS DISTINCT FROM old.settlement_hash) OR (new.reopen_reason IS DISTINCT FROM old.reopen_reason))))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A route keeps its vendor and day; functions keep its numbers');

-- trigger sales.distribuciones.guard_counters
CREATE TRIGGER guard_counters BEFORE INSERT ON sales.distribuciones FOR EACH ROW WHEN (((CURRENT_USER <> 'sales_writer'::name) AND ((new.kilos_asignados <> (0)::numeric) OR (new.kilos_vendidos <> (0)::numeric) OR (new.monto_recaudado <> (0)::numeric) OR (new.settlements <> 0) OR (num_nonnulls(new.settlement_hash, new.reopen_reason, new.closed_by) > 0)))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new route is empty: assign products to it afterwards');

-- trigger sales.distribuciones.guard_estado_insert
CREATE TRIGGER guard_estado_insert BEFORE INSERT ON sales.distribuciones FOR EACH ROW WHEN ((new.estado <> 'activo'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new route is activo: it leaves afterwards');

-- trigger sales.distribuciones.guard_estado_update
CREATE TRIGGER guard_estado_update BEFORE UPDATE ON sales.distribuciones FOR EACH ROW WHEN (((new.estado <> old.estado) AND (((((old.estado || ' '::text) || new.estado) = 'activo en_ruta'::text) OR ((CURRENT_USER = 'sales_writer'::name) AND (((old.estado || ' '::text) || new.estado) = ANY (ARRAY['en_ruta cerrado'::text, 'cerrado en_ruta'::text])))) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('estado', '{"activo cerrado":"The route has not left: set it to en_ruta first","* cerrado":"A route is settled by the function sales.close_distribucion","cerrado *":"A settled route is opened again by the function sales.reopen_distribucion","* *":"A route does not go from {from} to {to}"}');

-- trigger sales.distribuciones.guard_settled
CREATE TRIGGER guard_settled BEFORE UPDATE ON sales.distribuciones FOR EACH ROW WHEN (((old.estado = 'cerrado'::text) AND (new.estado = 'cerrado'::text) AND (((new.punto_venta)::text IS DISTINCT FROM (old.punto_venta)::text) OR (new.kilos_asignados <> old.kilos_asignados) OR (new.kilos_vendidos <> old.kilos_vendidos) OR (new.monto_recaudado <> old.monto_recaudado)))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'The route is settled: nothing on it is changed');

-- trigger sales.distribuciones.keep_estado_insert
CREATE TRIGGER keep_estado_insert AFTER INSERT ON sales.distribuciones FOR EACH ROW WHEN ((new.estado <> 'activo'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new route is activo: it leaves afterwards');

-- trigger sales.distribuciones.keep_estado_update
CREATE TRIGGER keep_estado_update AFTER UPDATE ON sales.distribuciones FOR EACH ROW WHEN (((new.estado <> old.estado) AND (((((old.estado || ' '::text) || new.estado) = 'activo en_ruta'::text) OR ((CURRENT_USER = 'sales_writer'::name) AND (((old.estado || ' '::text) || new.estado) = ANY (ARRAY['en_ruta cerrado'::text, 'cerrado en_ruta'::text])))) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('estado', '{"activo cerrado":"The route has not left: set it to en_ruta first","* cerrado":"A route is settled by the function sales.close_distribucion","cerrado *":"A settled route is opened again by the function sales.reopen_distribucion","* *":"A route does not go from {from} to {to}"}');

-- trigger sales.distribuciones.require_member
CREATE TRIGGER require_member BEFORE INSERT OR UPDATE ON sales.distribuciones FOR EACH ROW WHEN ((CURRENT_USER <> 'sales_writer'::name)) EXECUTE FUNCTION sales.require_member('assign and start routes', 'vendedor_id');

-- trigger sales.distribuciones.require_open_day
CREATE TRIGGER require_open_day AFTER INSERT ON sales.distribuciones REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION sales.require_open_days('select tenant_id, business_id, fecha as day from written');

-- trigger sales.distribuciones.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.distribuciones FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger sales.distribuciones.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON sales.distribuciones FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants sales.distribuciones
GRANT INSERT, SELECT, UPDATE ON sales.distribuciones TO authenticated;
GRANT INSERT, SELECT, UPDATE ON sales.distribuciones TO platform;

-- table sales.inventory
CREATE TABLE sales.inventory (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  product_id uuid NOT NULL,
  quantity numeric(10,3) DEFAULT '0'::numeric NOT NULL,
  version bigint DEFAULT 0 NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.inventory.inventory_created_at_range_check
ALTER TABLE sales.inventory ADD CONSTRAINT inventory_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.inventory.inventory_pkey
ALTER TABLE sales.inventory ADD CONSTRAINT inventory_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.inventory.inventory_product_id_fkey
ALTER TABLE sales.inventory ADD CONSTRAINT inventory_product_id_fkey FOREIGN KEY (tenant_id, business_id, product_id) REFERENCES sales.products(tenant_id, business_id, id) ON DELETE CASCADE;

-- constraint sales.inventory.inventory_product_id_unique
ALTER TABLE sales.inventory ADD CONSTRAINT inventory_product_id_unique UNIQUE (tenant_id, product_id, business_id);

-- constraint sales.inventory.inventory_quantity_nan_check
ALTER TABLE sales.inventory ADD CONSTRAINT inventory_quantity_nan_check CHECK ((quantity <> 'NaN'::numeric));

-- constraint sales.inventory.inventory_updated_at_range_check
ALTER TABLE sales.inventory ADD CONSTRAINT inventory_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index sales.inventory.idx_inventory_business_id
CREATE INDEX idx_inventory_business_id ON sales.inventory USING btree (tenant_id, business_id);

-- rls sales.inventory
ALTER TABLE sales.inventory ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.inventory FORCE ROW LEVEL SECURITY;

-- policy sales.inventory.company_isolation
CREATE POLICY company_isolation ON sales.inventory AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.inventory.platform_access
CREATE POLICY platform_access ON sales.inventory AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.inventory.tenant_isolation
CREATE POLICY tenant_isolation ON sales.inventory AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.inventory.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.inventory FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.product_id IS DISTINCT FROM old.product_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, product_id: make another row instead of changing them');

-- trigger sales.inventory.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.inventory FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants sales.inventory
GRANT SELECT ON sales.inventory TO authenticated;
GRANT SELECT ON sales.inventory TO platform;
GRANT INSERT, UPDATE ON sales.inventory TO sales_writer;

-- table sales.order_items
CREATE TABLE sales.order_items (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  order_id uuid NOT NULL,
  line_number integer NOT NULL,
  product_id uuid NOT NULL,
  quantity numeric(10,3) NOT NULL,
  unit_price numeric(10,2) NOT NULL,
  subtotal numeric(12,2) GENERATED ALWAYS AS (round((quantity * unit_price), 2)) STORED NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.order_items.order_items_created_at_range_check
ALTER TABLE sales.order_items ADD CONSTRAINT order_items_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.order_items.order_items_line_number_check
ALTER TABLE sales.order_items ADD CONSTRAINT order_items_line_number_check CHECK ((line_number > 0));

-- constraint sales.order_items.order_items_order_id_fkey
ALTER TABLE sales.order_items ADD CONSTRAINT order_items_order_id_fkey FOREIGN KEY (tenant_id, business_id, order_id) REFERENCES sales.orders(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.order_items.order_items_order_id_line_number_unique
ALTER TABLE sales.order_items ADD CONSTRAINT order_items_order_id_line_number_unique UNIQUE (tenant_id, order_id, business_id, line_number);

-- constraint sales.order_items.order_items_pkey
ALTER TABLE sales.order_items ADD CONSTRAINT order_items_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.order_items.order_items_product_id_fkey
ALTER TABLE sales.order_items ADD CONSTRAINT order_items_product_id_fkey FOREIGN KEY (tenant_id, business_id, product_id) REFERENCES sales.products(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.order_items.order_items_quantity_check
ALTER TABLE sales.order_items ADD CONSTRAINT order_items_quantity_check CHECK ((quantity > (0)::numeric));

-- constraint sales.order_items.order_items_quantity_nan_check
ALTER TABLE sales.order_items ADD CONSTRAINT order_items_quantity_nan_check CHECK ((quantity <> 'NaN'::numeric));

-- constraint sales.order_items.order_items_unit_price_check
ALTER TABLE sales.order_items ADD CONSTRAINT order_items_unit_price_check CHECK ((unit_price >= (0)::numeric));

-- constraint sales.order_items.order_items_unit_price_nan_check
ALTER TABLE sales.order_items ADD CONSTRAINT order_items_unit_price_nan_check CHECK ((unit_price <> 'NaN'::numeric));

-- constraint sales.order_items.order_items_updated_at_range_check
ALTER TABLE sales.order_items ADD CONSTRAINT order_items_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index sales.order_items.idx_order_items_product_id
CREATE INDEX idx_order_items_product_id ON sales.order_items USING btree (tenant_id, product_id);

-- rls sales.order_items
ALTER TABLE sales.order_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.order_items FORCE ROW LEVEL SECURITY;

-- policy sales.order_items.company_isolation
CREATE POLICY company_isolation ON sales.order_items AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.order_items.platform_access
CREATE POLICY platform_access ON sales.order_items AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.order_items.tenant_isolation
CREATE POLICY tenant_isolation ON sales.order_items AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.order_items.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.order_items FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.order_id IS DISTINCT FROM old.order_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, order_id: make another row instead of changing them');

-- trigger sales.order_items.keep_total
CREATE TRIGGER keep_total AFTER INSERT ON sales.order_items REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION sales.keep_order_totals('order_id');

-- trigger sales.order_items.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.order_items FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants sales.order_items
GRANT INSERT, SELECT ON sales.order_items TO authenticated;
GRANT INSERT, SELECT ON sales.order_items TO platform;

-- table sales.orders
CREATE TABLE sales.orders (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  client_id uuid NOT NULL,
  seller_id uuid NOT NULL,
  status text DEFAULT 'ordered'::text NOT NULL,
  total_amount numeric(12,2) DEFAULT '0'::numeric NOT NULL,
  order_date timestamp(3) with time zone DEFAULT now() NOT NULL,
  delivery_day date,
  notes text,
  idempotency_key text,
  request_hash text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.orders.orders_business_id_fkey
ALTER TABLE sales.orders ADD CONSTRAINT orders_business_id_fkey FOREIGN KEY (tenant_id, business_id) REFERENCES sales.businesses(tenant_id, id) ON DELETE RESTRICT;

-- constraint sales.orders.orders_business_id_id_unique
ALTER TABLE sales.orders ADD CONSTRAINT orders_business_id_id_unique UNIQUE (tenant_id, business_id, id);

-- constraint sales.orders.orders_client_id_fkey
ALTER TABLE sales.orders ADD CONSTRAINT orders_client_id_fkey FOREIGN KEY (tenant_id, business_id, client_id) REFERENCES sales.customers(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.orders.orders_created_at_range_check
ALTER TABLE sales.orders ADD CONSTRAINT orders_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.orders.orders_delivery_day_range_check
ALTER TABLE sales.orders ADD CONSTRAINT orders_delivery_day_range_check CHECK (((delivery_day >= '0001-01-01'::date) AND (delivery_day <= '9999-12-31'::date)));

-- constraint sales.orders.orders_idempotency_check
ALTER TABLE sales.orders ADD CONSTRAINT orders_idempotency_check CHECK (((idempotency_key IS NULL) = (request_hash IS NULL)));

-- constraint sales.orders.orders_order_date_range_check
ALTER TABLE sales.orders ADD CONSTRAINT orders_order_date_range_check CHECK (((order_date >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (order_date <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.orders.orders_pkey
ALTER TABLE sales.orders ADD CONSTRAINT orders_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.orders.orders_seller_id_fkey
ALTER TABLE sales.orders ADD CONSTRAINT orders_seller_id_fkey FOREIGN KEY (tenant_id, business_id, seller_id) REFERENCES sales.business_users(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.orders.orders_status_check
ALTER TABLE sales.orders ADD CONSTRAINT orders_status_check CHECK ((status = ANY (ARRAY['ordered'::text, 'delivered'::text, 'cancelled'::text])));

-- constraint sales.orders.orders_tenant_id_fkey
ALTER TABLE sales.orders ADD CONSTRAINT orders_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint sales.orders.orders_total_amount_check
ALTER TABLE sales.orders ADD CONSTRAINT orders_total_amount_check CHECK ((total_amount >= (0)::numeric));

-- constraint sales.orders.orders_total_amount_nan_check
ALTER TABLE sales.orders ADD CONSTRAINT orders_total_amount_nan_check CHECK ((total_amount <> 'NaN'::numeric));

-- constraint sales.orders.orders_updated_at_range_check
ALTER TABLE sales.orders ADD CONSTRAINT orders_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index sales.orders.idx_orders_business_id_status
CREATE INDEX idx_orders_business_id_status ON sales.orders USING btree (tenant_id, business_id, status, order_date, id);

-- index sales.orders.idx_orders_client_id
CREATE INDEX idx_orders_client_id ON sales.orders USING btree (tenant_id, client_id, order_date, id);

-- index sales.orders.idx_orders_delivery_day
CREATE INDEX idx_orders_delivery_day ON sales.orders USING btree (tenant_id, business_id, delivery_day, order_date, id);

-- index sales.orders.idx_orders_idempotency_key
CREATE UNIQUE INDEX idx_orders_idempotency_key ON sales.orders USING btree (tenant_id, business_id, idempotency_key) WHERE (idempotency_key IS NOT NULL);

-- index sales.orders.idx_orders_seller_id
CREATE INDEX idx_orders_seller_id ON sales.orders USING btree (tenant_id, seller_id);

-- rls sales.orders
ALTER TABLE sales.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.orders FORCE ROW LEVEL SECURITY;

-- policy sales.orders.company_isolation
CREATE POLICY company_isolation ON sales.orders AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.orders.platform_access
CREATE POLICY platform_access ON sales.orders AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.orders.tenant_isolation
CREATE POLICY tenant_isolation ON sales.orders AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.orders.freeze_columns
CREATE TRIGGER freeze_columns BEFORE UPDATE ON sales.orders FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.client_id IS DISTINCT FROM old.client_id) OR (new.seller_id IS DISTINCT FROM old.seller_id) OR (new.order_date IS DISTINCT FROM old.order_date) OR (new.idempotency_key IS DISTINCT FROM old.idempotency_key) OR (new.request_hash IS DISTINCT FROM old.request_hash) OR (new.created_at IS DISTINCT FROM old.created_at) OR ((CURRENT_USER <> 'sales_writer'::name) AND (new.total_amount IS DISTINCT FROM old.total_amount)))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'An order keeps its customer and its items: cancel it and make another');

-- trigger sales.orders.guard_status_insert
CREATE TRIGGER guard_status_insert BEFORE INSERT ON sales.orders FOR EACH ROW WHEN ((new.status <> 'ordered'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new order is ordered: deliver or cancel it afterwards');

-- trigger sales.orders.guard_status_update
CREATE TRIGGER guard_status_update BEFORE UPDATE ON sales.orders FOR EACH ROW WHEN (((new.status <> old.status) AND ((((CURRENT_USER = 'sales_writer'::name) AND (((old.status || ' '::text) || new.status) = ANY (ARRAY['ordered delivered'::text, 'delivered ordered'::text]))) OR (((old.status || ' '::text) || new.status) = 'ordered cancelled'::text)) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"ordered *":"An order is delivered by the sale that names it","delivered *":"The order is delivered: void its sale","* *":"A cancelled order stays cancelled: make another"}');

-- trigger sales.orders.keep_status_insert
CREATE TRIGGER keep_status_insert AFTER INSERT ON sales.orders FOR EACH ROW WHEN ((new.status <> 'ordered'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new order is ordered: deliver or cancel it afterwards');

-- trigger sales.orders.keep_status_update
CREATE TRIGGER keep_status_update AFTER UPDATE ON sales.orders FOR EACH ROW WHEN (((new.status <> old.status) AND ((((CURRENT_USER = 'sales_writer'::name) AND (((old.status || ' '::text) || new.status) = ANY (ARRAY['ordered delivered'::text, 'delivered ordered'::text]))) OR (((old.status || ' '::text) || new.status) = 'ordered cancelled'::text)) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"ordered *":"An order is delivered by the sale that names it","delivered *":"The order is delivered: void its sale","* *":"A cancelled order stays cancelled: make another"}');

-- trigger sales.orders.keep_total
CREATE TRIGGER keep_total AFTER INSERT ON sales.orders REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION sales.keep_order_totals('id');

-- trigger sales.orders.require_member_insert
CREATE TRIGGER require_member_insert BEFORE INSERT ON sales.orders FOR EACH ROW WHEN ((CURRENT_USER <> 'sales_writer'::name)) EXECUTE FUNCTION sales.require_member('take orders', 'seller_id');

-- trigger sales.orders.require_member_update
CREATE TRIGGER require_member_update BEFORE UPDATE ON sales.orders FOR EACH ROW WHEN ((CURRENT_USER <> 'sales_writer'::name)) EXECUTE FUNCTION sales.require_member('change orders');

-- trigger sales.orders.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.orders FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger sales.orders.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON sales.orders FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants sales.orders
GRANT INSERT, SELECT, UPDATE ON sales.orders TO authenticated;
GRANT INSERT, SELECT, UPDATE ON sales.orders TO platform;

-- table sales.product_totals
CREATE TABLE sales.product_totals (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  day date NOT NULL,
  seller_id uuid NOT NULL,
  sales_point character varying(100) NOT NULL,
  product_id uuid NOT NULL,
  quantity numeric(10,3) NOT NULL,
  sold_amount numeric(12,2) NOT NULL,
  voided_quantity numeric(10,3) NOT NULL,
  voided_amount numeric(12,2) NOT NULL,
  costed_amount numeric(12,2) NOT NULL,
  cost_amount numeric(12,2) NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.product_totals.product_totals_amounts_check
ALTER TABLE sales.product_totals ADD CONSTRAINT product_totals_amounts_check CHECK (((sold_amount >= (0)::numeric) AND (voided_amount >= (0)::numeric)));

-- constraint sales.product_totals.product_totals_business_id_fkey
ALTER TABLE sales.product_totals ADD CONSTRAINT product_totals_business_id_fkey FOREIGN KEY (tenant_id, business_id) REFERENCES sales.businesses(tenant_id, id) ON DELETE RESTRICT;

-- constraint sales.product_totals.product_totals_cost_amount_nan_check
ALTER TABLE sales.product_totals ADD CONSTRAINT product_totals_cost_amount_nan_check CHECK ((cost_amount <> 'NaN'::numeric));

-- constraint sales.product_totals.product_totals_costed_amount_nan_check
ALTER TABLE sales.product_totals ADD CONSTRAINT product_totals_costed_amount_nan_check CHECK ((costed_amount <> 'NaN'::numeric));

-- constraint sales.product_totals.product_totals_created_at_range_check
ALTER TABLE sales.product_totals ADD CONSTRAINT product_totals_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.product_totals.product_totals_day_range_check
ALTER TABLE sales.product_totals ADD CONSTRAINT product_totals_day_range_check CHECK (((day >= '0001-01-01'::date) AND (day <= '9999-12-31'::date)));

-- constraint sales.product_totals.product_totals_day_unique
ALTER TABLE sales.product_totals ADD CONSTRAINT product_totals_day_unique UNIQUE (tenant_id, business_id, day, seller_id, sales_point, product_id);

-- constraint sales.product_totals.product_totals_pkey
ALTER TABLE sales.product_totals ADD CONSTRAINT product_totals_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.product_totals.product_totals_quantities_check
ALTER TABLE sales.product_totals ADD CONSTRAINT product_totals_quantities_check CHECK (((quantity >= (0)::numeric) AND (voided_quantity >= (0)::numeric)));

-- constraint sales.product_totals.product_totals_quantity_nan_check
ALTER TABLE sales.product_totals ADD CONSTRAINT product_totals_quantity_nan_check CHECK ((quantity <> 'NaN'::numeric));

-- constraint sales.product_totals.product_totals_sold_amount_nan_check
ALTER TABLE sales.product_totals ADD CONSTRAINT product_totals_sold_amount_nan_check CHECK ((sold_amount <> 'NaN'::numeric));

-- constraint sales.product_totals.product_totals_tenant_id_fkey
ALTER TABLE sales.product_totals ADD CONSTRAINT product_totals_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint sales.product_totals.product_totals_updated_at_range_check
ALTER TABLE sales.product_totals ADD CONSTRAINT product_totals_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.product_totals.product_totals_voided_amount_nan_check
ALTER TABLE sales.product_totals ADD CONSTRAINT product_totals_voided_amount_nan_check CHECK ((voided_amount <> 'NaN'::numeric));

-- constraint sales.product_totals.product_totals_voided_quantity_nan_check
ALTER TABLE sales.product_totals ADD CONSTRAINT product_totals_voided_quantity_nan_check CHECK ((voided_quantity <> 'NaN'::numeric));

-- rls sales.product_totals
ALTER TABLE sales.product_totals ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.product_totals FORCE ROW LEVEL SECURITY;

-- policy sales.product_totals.company_isolation
CREATE POLICY company_isolation ON sales.product_totals AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.product_totals.platform_access
CREATE POLICY platform_access ON sales.product_totals AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.product_totals.tenant_isolation
CREATE POLICY tenant_isolation ON sales.product_totals AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.product_totals.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.product_totals FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id: make another row instead of changing them');

-- trigger sales.product_totals.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.product_totals FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants sales.product_totals
GRANT SELECT ON sales.product_totals TO authenticated;
GRANT SELECT ON sales.product_totals TO platform;
GRANT INSERT, UPDATE ON sales.product_totals TO sales_writer;

-- table sales.products
CREATE TABLE sales.products (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  name character varying(255) NOT NULL,
  type text NOT NULL,
  unit text NOT NULL,
  base_price numeric(10,2),
  unit_cost numeric(10,4),
  is_active boolean DEFAULT true NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.products.products_base_price_check
ALTER TABLE sales.products ADD CONSTRAINT products_base_price_check CHECK ((base_price >= (0)::numeric));

-- constraint sales.products.products_base_price_nan_check
ALTER TABLE sales.products ADD CONSTRAINT products_base_price_nan_check CHECK ((base_price <> 'NaN'::numeric));

-- constraint sales.products.products_business_id_fkey
ALTER TABLE sales.products ADD CONSTRAINT products_business_id_fkey FOREIGN KEY (tenant_id, business_id) REFERENCES sales.businesses(tenant_id, id) ON DELETE RESTRICT;

-- constraint sales.products.products_business_id_id_unique
ALTER TABLE sales.products ADD CONSTRAINT products_business_id_id_unique UNIQUE (tenant_id, business_id, id);

-- constraint sales.products.products_created_at_range_check
ALTER TABLE sales.products ADD CONSTRAINT products_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.products.products_name_check
ALTER TABLE sales.products ADD CONSTRAINT products_name_check CHECK (((name)::text <> ''::text));

-- constraint sales.products.products_pkey
ALTER TABLE sales.products ADD CONSTRAINT products_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.products.products_tenant_id_fkey
ALTER TABLE sales.products ADD CONSTRAINT products_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint sales.products.products_type_check
ALTER TABLE sales.products ADD CONSTRAINT products_type_check CHECK ((type = ANY (ARRAY['pollo'::text, 'huevo'::text, 'otro'::text])));

-- constraint sales.products.products_unit_check
ALTER TABLE sales.products ADD CONSTRAINT products_unit_check CHECK ((unit = ANY (ARRAY['kg'::text, 'unidad'::text])));

-- constraint sales.products.products_unit_cost_check
ALTER TABLE sales.products ADD CONSTRAINT products_unit_cost_check CHECK ((unit_cost >= (0)::numeric));

-- constraint sales.products.products_unit_cost_nan_check
ALTER TABLE sales.products ADD CONSTRAINT products_unit_cost_nan_check CHECK ((unit_cost <> 'NaN'::numeric));

-- constraint sales.products.products_updated_at_range_check
ALTER TABLE sales.products ADD CONSTRAINT products_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index sales.products.idx_products_business_id_name
CREATE INDEX idx_products_business_id_name ON sales.products USING btree (tenant_id, business_id, name, id);

-- rls sales.products
ALTER TABLE sales.products ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.products FORCE ROW LEVEL SECURITY;

-- policy sales.products.company_isolation
CREATE POLICY company_isolation ON sales.products AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.products.platform_access
CREATE POLICY platform_access ON sales.products AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.products.tenant_isolation
CREATE POLICY tenant_isolation ON sales.products AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.products.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.products FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.unit IS DISTINCT FROM old.unit))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, unit: make another row instead of changing them');

-- trigger sales.products.open_inventory
CREATE TRIGGER open_inventory AFTER INSERT ON sales.products REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION sales.open_inventory();

-- trigger sales.products.require_admin
CREATE TRIGGER require_admin BEFORE INSERT OR UPDATE ON sales.products FOR EACH ROW WHEN ((CURRENT_USER <> 'sales_writer'::name)) EXECUTE FUNCTION sales.require_admin_negocio('change products and prices');

-- trigger sales.products.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.products FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger sales.products.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON sales.products FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants sales.products
GRANT INSERT, SELECT, UPDATE ON sales.products TO authenticated;
GRANT INSERT, SELECT, UPDATE ON sales.products TO platform;

-- table sales.refunds
CREATE TABLE sales.refunds (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  sale_id uuid,
  abono_id uuid,
  distribucion_id uuid,
  payment_method text NOT NULL,
  amount numeric(12,2) NOT NULL,
  refund_day date NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.refunds.refunds_abono_id_fkey
ALTER TABLE sales.refunds ADD CONSTRAINT refunds_abono_id_fkey FOREIGN KEY (tenant_id, business_id, abono_id) REFERENCES sales.abonos(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.refunds.refunds_abono_id_unique
ALTER TABLE sales.refunds ADD CONSTRAINT refunds_abono_id_unique UNIQUE (tenant_id, abono_id, business_id);

-- constraint sales.refunds.refunds_amount_check
ALTER TABLE sales.refunds ADD CONSTRAINT refunds_amount_check CHECK ((amount > (0)::numeric));

-- constraint sales.refunds.refunds_amount_nan_check
ALTER TABLE sales.refunds ADD CONSTRAINT refunds_amount_nan_check CHECK ((amount <> 'NaN'::numeric));

-- constraint sales.refunds.refunds_business_id_fkey
ALTER TABLE sales.refunds ADD CONSTRAINT refunds_business_id_fkey FOREIGN KEY (tenant_id, business_id) REFERENCES sales.businesses(tenant_id, id) ON DELETE RESTRICT;

-- constraint sales.refunds.refunds_created_at_range_check
ALTER TABLE sales.refunds ADD CONSTRAINT refunds_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.refunds.refunds_distribucion_id_fkey
ALTER TABLE sales.refunds ADD CONSTRAINT refunds_distribucion_id_fkey FOREIGN KEY (tenant_id, business_id, distribucion_id) REFERENCES sales.distribuciones(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.refunds.refunds_payment_method_check
ALTER TABLE sales.refunds ADD CONSTRAINT refunds_payment_method_check CHECK ((payment_method = ANY (ARRAY['efectivo'::text, 'yape'::text, 'plin'::text, 'transferencia'::text])));

-- constraint sales.refunds.refunds_pkey
ALTER TABLE sales.refunds ADD CONSTRAINT refunds_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.refunds.refunds_refund_day_range_check
ALTER TABLE sales.refunds ADD CONSTRAINT refunds_refund_day_range_check CHECK (((refund_day >= '0001-01-01'::date) AND (refund_day <= '9999-12-31'::date)));

-- constraint sales.refunds.refunds_sale_id_fkey
ALTER TABLE sales.refunds ADD CONSTRAINT refunds_sale_id_fkey FOREIGN KEY (tenant_id, business_id, sale_id) REFERENCES sales.sales(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.refunds.refunds_sale_id_unique
ALTER TABLE sales.refunds ADD CONSTRAINT refunds_sale_id_unique UNIQUE (tenant_id, sale_id, business_id);

-- constraint sales.refunds.refunds_source_check
ALTER TABLE sales.refunds ADD CONSTRAINT refunds_source_check CHECK ((num_nonnulls(sale_id, abono_id) = 1));

-- constraint sales.refunds.refunds_tenant_id_fkey
ALTER TABLE sales.refunds ADD CONSTRAINT refunds_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- index sales.refunds.idx_refunds_distribucion_id
CREATE INDEX idx_refunds_distribucion_id ON sales.refunds USING btree (tenant_id, distribucion_id) WHERE (distribucion_id IS NOT NULL);

-- index sales.refunds.idx_refunds_refund_day
CREATE INDEX idx_refunds_refund_day ON sales.refunds USING btree (tenant_id, business_id, refund_day);

-- rls sales.refunds
ALTER TABLE sales.refunds ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.refunds FORCE ROW LEVEL SECURITY;

-- policy sales.refunds.company_isolation
CREATE POLICY company_isolation ON sales.refunds AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.refunds.platform_access
CREATE POLICY platform_access ON sales.refunds AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.refunds.tenant_isolation
CREATE POLICY tenant_isolation ON sales.refunds AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.refunds.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.refunds FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id: make another row instead of changing them');

-- grants sales.refunds
GRANT SELECT ON sales.refunds TO authenticated;
GRANT SELECT ON sales.refunds TO platform;
GRANT INSERT ON sales.refunds TO sales_writer;

-- table sales.sale_items
CREATE TABLE sales.sale_items (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  sale_id uuid NOT NULL,
  line_number integer NOT NULL,
  product_id uuid NOT NULL,
  product_name character varying(255) NOT NULL,
  unit text NOT NULL,
  gross numeric(10,3),
  tara numeric(10,3),
  quantity numeric(10,3) NOT NULL,
  unit_price numeric(10,2) NOT NULL,
  subtotal numeric(12,2) NOT NULL,
  unit_cost numeric(10,4),
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.sale_items.sale_items_created_at_range_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.sale_items.sale_items_gross_nan_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_gross_nan_check CHECK ((gross <> 'NaN'::numeric));

-- constraint sales.sale_items.sale_items_line_number_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_line_number_check CHECK ((line_number > 0));

-- constraint sales.sale_items.sale_items_pieces_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_pieces_check CHECK (((unit = 'kg'::text) OR (quantity = trunc(quantity))));

-- constraint sales.sale_items.sale_items_pkey
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.sale_items.sale_items_product_id_fkey
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_product_id_fkey FOREIGN KEY (tenant_id, business_id, product_id) REFERENCES sales.products(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.sale_items.sale_items_quantity_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_quantity_check CHECK ((quantity > (0)::numeric));

-- constraint sales.sale_items.sale_items_quantity_nan_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_quantity_nan_check CHECK ((quantity <> 'NaN'::numeric));

-- constraint sales.sale_items.sale_items_sale_id_fkey
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_sale_id_fkey FOREIGN KEY (tenant_id, business_id, sale_id) REFERENCES sales.sales(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.sale_items.sale_items_sale_id_line_number_unique
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_sale_id_line_number_unique UNIQUE (tenant_id, sale_id, business_id, line_number);

-- constraint sales.sale_items.sale_items_subtotal_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_subtotal_check CHECK ((subtotal = round((quantity * unit_price), 2)));

-- constraint sales.sale_items.sale_items_subtotal_nan_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_subtotal_nan_check CHECK ((subtotal <> 'NaN'::numeric));

-- constraint sales.sale_items.sale_items_tara_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_tara_check CHECK ((tara >= (0)::numeric));

-- constraint sales.sale_items.sale_items_tara_nan_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_tara_nan_check CHECK ((tara <> 'NaN'::numeric));

-- constraint sales.sale_items.sale_items_unit_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_unit_check CHECK ((unit = ANY (ARRAY['kg'::text, 'unidad'::text])));

-- constraint sales.sale_items.sale_items_unit_cost_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_unit_cost_check CHECK ((unit_cost >= (0)::numeric));

-- constraint sales.sale_items.sale_items_unit_cost_nan_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_unit_cost_nan_check CHECK ((unit_cost <> 'NaN'::numeric));

-- constraint sales.sale_items.sale_items_unit_price_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_unit_price_check CHECK ((unit_price >= (0)::numeric));

-- constraint sales.sale_items.sale_items_unit_price_nan_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_unit_price_nan_check CHECK ((unit_price <> 'NaN'::numeric));

-- constraint sales.sale_items.sale_items_updated_at_range_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.sale_items.sale_items_weight_check
ALTER TABLE sales.sale_items ADD CONSTRAINT sale_items_weight_check CHECK (
CASE
    WHEN (gross IS NULL) THEN (tara IS NULL)
    ELSE ((tara IS NOT NULL) AND (unit = 'kg'::text) AND (quantity = (gross - tara)))
END);

-- index sales.sale_items.idx_sale_items_product_id
CREATE INDEX idx_sale_items_product_id ON sales.sale_items USING btree (tenant_id, product_id);

-- rls sales.sale_items
ALTER TABLE sales.sale_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.sale_items FORCE ROW LEVEL SECURITY;

-- policy sales.sale_items.company_isolation
CREATE POLICY company_isolation ON sales.sale_items AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.sale_items.platform_access
CREATE POLICY platform_access ON sales.sale_items AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.sale_items.tenant_isolation
CREATE POLICY tenant_isolation ON sales.sale_items AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.sale_items.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.sale_items FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.sale_id IS DISTINCT FROM old.sale_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, sale_id: make another row instead of changing them');

-- trigger sales.sale_items.record_drafts
CREATE TRIGGER record_drafts AFTER INSERT ON sales.sale_items REFERENCING NEW TABLE AS written FOR EACH STATEMENT WHEN ((CURRENT_USER <> 'sales_writer'::name)) EXECUTE FUNCTION sales.record_drafts();

-- trigger sales.sale_items.stamp_sale_item
CREATE TRIGGER stamp_sale_item BEFORE INSERT ON sales.sale_items FOR EACH ROW WHEN ((CURRENT_USER <> 'sales_writer'::name)) EXECUTE FUNCTION sales.stamp_sale_item();

-- trigger sales.sale_items.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.sale_items FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants sales.sale_items
GRANT INSERT, SELECT ON sales.sale_items TO authenticated;
GRANT INSERT, SELECT ON sales.sale_items TO platform;

-- table sales.sale_totals
CREATE TABLE sales.sale_totals (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  day date NOT NULL,
  seller_id uuid NOT NULL,
  sales_point character varying(100) NOT NULL,
  sale_type text NOT NULL,
  payment_method text NOT NULL,
  sale_count integer NOT NULL,
  sold_amount numeric(12,2) NOT NULL,
  paid_amount numeric(12,2) NOT NULL,
  voided_count integer NOT NULL,
  voided_amount numeric(12,2) NOT NULL,
  refunded_amount numeric(12,2) NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.sale_totals.sale_totals_business_id_fkey
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_business_id_fkey FOREIGN KEY (tenant_id, business_id) REFERENCES sales.businesses(tenant_id, id) ON DELETE RESTRICT;

-- constraint sales.sale_totals.sale_totals_counts_check
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_counts_check CHECK (((sale_count >= 0) AND (voided_count >= 0)));

-- constraint sales.sale_totals.sale_totals_created_at_range_check
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.sale_totals.sale_totals_day_range_check
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_day_range_check CHECK (((day >= '0001-01-01'::date) AND (day <= '9999-12-31'::date)));

-- constraint sales.sale_totals.sale_totals_day_unique
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_day_unique UNIQUE (tenant_id, business_id, day, seller_id, sales_point, sale_type, payment_method);

-- constraint sales.sale_totals.sale_totals_paid_amount_nan_check
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_paid_amount_nan_check CHECK ((paid_amount <> 'NaN'::numeric));

-- constraint sales.sale_totals.sale_totals_payment_method_check
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_payment_method_check CHECK ((payment_method = ANY (ARRAY['efectivo'::text, 'yape'::text, 'plin'::text, 'transferencia'::text])));

-- constraint sales.sale_totals.sale_totals_pkey
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.sale_totals.sale_totals_refunded_amount_nan_check
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_refunded_amount_nan_check CHECK ((refunded_amount <> 'NaN'::numeric));

-- constraint sales.sale_totals.sale_totals_sale_type_check
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_sale_type_check CHECK ((sale_type = ANY (ARRAY['contado'::text, 'credito'::text])));

-- constraint sales.sale_totals.sale_totals_sold_amount_nan_check
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_sold_amount_nan_check CHECK ((sold_amount <> 'NaN'::numeric));

-- constraint sales.sale_totals.sale_totals_sold_check
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_sold_check CHECK (((paid_amount >= (0)::numeric) AND (paid_amount <= sold_amount)));

-- constraint sales.sale_totals.sale_totals_tenant_id_fkey
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint sales.sale_totals.sale_totals_updated_at_range_check
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.sale_totals.sale_totals_voided_amount_nan_check
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_voided_amount_nan_check CHECK ((voided_amount <> 'NaN'::numeric));

-- constraint sales.sale_totals.sale_totals_voided_check
ALTER TABLE sales.sale_totals ADD CONSTRAINT sale_totals_voided_check CHECK (((refunded_amount >= (0)::numeric) AND (refunded_amount <= voided_amount)));

-- rls sales.sale_totals
ALTER TABLE sales.sale_totals ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.sale_totals FORCE ROW LEVEL SECURITY;

-- policy sales.sale_totals.company_isolation
CREATE POLICY company_isolation ON sales.sale_totals AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.sale_totals.platform_access
CREATE POLICY platform_access ON sales.sale_totals AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.sale_totals.tenant_isolation
CREATE POLICY tenant_isolation ON sales.sale_totals AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.sale_totals.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.sale_totals FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id: make another row instead of changing them');

-- trigger sales.sale_totals.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.sale_totals FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants sales.sale_totals
GRANT SELECT ON sales.sale_totals TO authenticated;
GRANT SELECT ON sales.sale_totals TO platform;
GRANT INSERT, UPDATE ON sales.sale_totals TO sales_writer;

-- table sales.sales
CREATE TABLE sales.sales (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  client_id uuid,
  seller_id uuid NOT NULL,
  distribucion_id uuid,
  order_id uuid,
  sale_type text NOT NULL,
  status text DEFAULT 'draft'::text NOT NULL,
  total_amount numeric(12,2) NOT NULL,
  amount_paid numeric(12,2) DEFAULT '0'::numeric NOT NULL,
  payment_method text DEFAULT 'efectivo'::text,
  balance_due numeric(12,2) DEFAULT '0'::numeric NOT NULL,
  tara numeric(10,3) DEFAULT '0'::numeric NOT NULL,
  net_weight numeric(10,3) DEFAULT '0'::numeric NOT NULL,
  sales_point character varying(100),
  commission_rate numeric(5,2) DEFAULT '0'::numeric NOT NULL,
  sync_status text DEFAULT 'pending'::text NOT NULL,
  sync_attempts integer DEFAULT 0 NOT NULL,
  sale_date timestamp(3) with time zone DEFAULT now() NOT NULL,
  sale_day date NOT NULL,
  corrects_sale_id uuid,
  voided_on date,
  voided_by uuid,
  void_reason text,
  is_late boolean DEFAULT false NOT NULL,
  reviewed_at timestamp(3) with time zone,
  reviewed_by uuid,
  idempotency_key text,
  request_hash text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.sales.sales_amount_paid_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_amount_paid_check CHECK (((amount_paid >= (0)::numeric) AND (amount_paid <= total_amount)));

-- constraint sales.sales.sales_amount_paid_nan_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_amount_paid_nan_check CHECK ((amount_paid <> 'NaN'::numeric));

-- constraint sales.sales.sales_balance_due_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_balance_due_check CHECK (((balance_due >= (0)::numeric) AND (balance_due <= (total_amount - amount_paid))));

-- constraint sales.sales.sales_balance_due_nan_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_balance_due_nan_check CHECK ((balance_due <> 'NaN'::numeric));

-- constraint sales.sales.sales_business_id_fkey
ALTER TABLE sales.sales ADD CONSTRAINT sales_business_id_fkey FOREIGN KEY (tenant_id, business_id) REFERENCES sales.businesses(tenant_id, id) ON DELETE RESTRICT;

-- constraint sales.sales.sales_business_id_id_unique
ALTER TABLE sales.sales ADD CONSTRAINT sales_business_id_id_unique UNIQUE (tenant_id, business_id, id);

-- constraint sales.sales.sales_client_id_fkey
ALTER TABLE sales.sales ADD CONSTRAINT sales_client_id_fkey FOREIGN KEY (tenant_id, business_id, client_id) REFERENCES sales.customers(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.sales.sales_commission_rate_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_commission_rate_check CHECK (((commission_rate >= (0)::numeric) AND (commission_rate <= (100)::numeric)));

-- constraint sales.sales.sales_commission_rate_nan_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_commission_rate_nan_check CHECK ((commission_rate <> 'NaN'::numeric));

-- constraint sales.sales.sales_contado_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_contado_check CHECK (((sale_type <> 'contado'::text) OR (amount_paid = total_amount)));

-- constraint sales.sales.sales_corrects_sale_id_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_corrects_sale_id_check CHECK ((corrects_sale_id <> id));

-- constraint sales.sales.sales_corrects_sale_id_fkey
ALTER TABLE sales.sales ADD CONSTRAINT sales_corrects_sale_id_fkey FOREIGN KEY (tenant_id, business_id, corrects_sale_id) REFERENCES sales.sales(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.sales.sales_created_at_range_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.sales.sales_credito_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_credito_check CHECK (((sale_type <> 'credito'::text) OR (client_id IS NOT NULL)));

-- constraint sales.sales.sales_distribucion_id_fkey
ALTER TABLE sales.sales ADD CONSTRAINT sales_distribucion_id_fkey FOREIGN KEY (tenant_id, business_id, distribucion_id) REFERENCES sales.distribuciones(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.sales.sales_idempotency_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_idempotency_check CHECK (((idempotency_key IS NULL) = (request_hash IS NULL)));

-- constraint sales.sales.sales_method_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_method_check CHECK (((amount_paid = (0)::numeric) OR (payment_method IS NOT NULL)));

-- constraint sales.sales.sales_net_weight_nan_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_net_weight_nan_check CHECK ((net_weight <> 'NaN'::numeric));

-- constraint sales.sales.sales_order_id_fkey
ALTER TABLE sales.sales ADD CONSTRAINT sales_order_id_fkey FOREIGN KEY (tenant_id, business_id, order_id) REFERENCES sales.orders(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.sales.sales_payment_method_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_payment_method_check CHECK ((payment_method = ANY (ARRAY['efectivo'::text, 'yape'::text, 'plin'::text, 'transferencia'::text])));

-- constraint sales.sales.sales_pkey
ALTER TABLE sales.sales ADD CONSTRAINT sales_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.sales.sales_reviewed_at_range_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_reviewed_at_range_check CHECK (((reviewed_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (reviewed_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.sales.sales_sale_date_range_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_sale_date_range_check CHECK (((sale_date >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (sale_date <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.sales.sales_sale_day_range_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_sale_day_range_check CHECK (((sale_day >= '0001-01-01'::date) AND (sale_day <= '9999-12-31'::date)));

-- constraint sales.sales.sales_sale_type_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_sale_type_check CHECK ((sale_type = ANY (ARRAY['contado'::text, 'credito'::text])));

-- constraint sales.sales.sales_seller_id_fkey
ALTER TABLE sales.sales ADD CONSTRAINT sales_seller_id_fkey FOREIGN KEY (tenant_id, business_id, seller_id) REFERENCES sales.business_users(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.sales.sales_status_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'recorded'::text, 'void'::text])));

-- constraint sales.sales.sales_sync_attempts_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_sync_attempts_check CHECK ((sync_attempts >= 0));

-- constraint sales.sales.sales_sync_status_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_sync_status_check CHECK ((sync_status = ANY (ARRAY['pending'::text, 'synced'::text, 'error'::text])));

-- constraint sales.sales.sales_tara_nan_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_tara_nan_check CHECK ((tara <> 'NaN'::numeric));

-- constraint sales.sales.sales_tenant_id_fkey
ALTER TABLE sales.sales ADD CONSTRAINT sales_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint sales.sales.sales_total_amount_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_total_amount_check CHECK ((total_amount >= (0)::numeric));

-- constraint sales.sales.sales_total_amount_nan_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_total_amount_nan_check CHECK ((total_amount <> 'NaN'::numeric));

-- constraint sales.sales.sales_updated_at_range_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.sales.sales_void_balance_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_void_balance_check CHECK (((status <> 'void'::text) OR (balance_due = (0)::numeric)));

-- constraint sales.sales.sales_voided_on_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_voided_on_check CHECK (((status = 'void'::text) = (voided_on IS NOT NULL)));

-- constraint sales.sales.sales_voided_on_range_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_voided_on_range_check CHECK (((voided_on >= '0001-01-01'::date) AND (voided_on <= '9999-12-31'::date)));

-- constraint sales.sales.sales_weight_check
ALTER TABLE sales.sales ADD CONSTRAINT sales_weight_check CHECK (((tara >= (0)::numeric) AND (net_weight >= (0)::numeric)));

-- index sales.sales.idx_sales_business_id_sale_date
CREATE INDEX idx_sales_business_id_sale_date ON sales.sales USING btree (tenant_id, business_id, sale_date, id);

-- index sales.sales.idx_sales_business_id_sale_day
CREATE INDEX idx_sales_business_id_sale_day ON sales.sales USING btree (tenant_id, business_id, sale_day);

-- index sales.sales.idx_sales_client_id
CREATE INDEX idx_sales_client_id ON sales.sales USING btree (tenant_id, client_id, sale_date, id) WHERE (client_id IS NOT NULL);

-- index sales.sales.idx_sales_corrects_sale_id
CREATE UNIQUE INDEX idx_sales_corrects_sale_id ON sales.sales USING btree (tenant_id, corrects_sale_id) WHERE (corrects_sale_id IS NOT NULL);

-- index sales.sales.idx_sales_distribucion_id
CREATE INDEX idx_sales_distribucion_id ON sales.sales USING btree (tenant_id, distribucion_id) WHERE (distribucion_id IS NOT NULL);

-- index sales.sales.idx_sales_idempotency_key
CREATE UNIQUE INDEX idx_sales_idempotency_key ON sales.sales USING btree (tenant_id, business_id, idempotency_key) WHERE (idempotency_key IS NOT NULL);

-- index sales.sales.idx_sales_late
CREATE INDEX idx_sales_late ON sales.sales USING btree (tenant_id, business_id, sale_date, id) WHERE (is_late AND (reviewed_at IS NULL));

-- index sales.sales.idx_sales_open
CREATE INDEX idx_sales_open ON sales.sales USING btree (tenant_id, client_id, sale_date, created_at, id) WHERE (balance_due > (0)::numeric);

-- index sales.sales.idx_sales_order_id
CREATE INDEX idx_sales_order_id ON sales.sales USING btree (tenant_id, order_id) WHERE (order_id IS NOT NULL);

-- index sales.sales.idx_sales_seller_id
CREATE INDEX idx_sales_seller_id ON sales.sales USING btree (tenant_id, seller_id, sale_date, id);

-- index sales.sales.idx_sales_voided_on
CREATE INDEX idx_sales_voided_on ON sales.sales USING btree (tenant_id, business_id, voided_on) WHERE (voided_on IS NOT NULL);

-- index sales.sales.sales_order_id_unique
CREATE UNIQUE INDEX sales_order_id_unique ON sales.sales USING btree (tenant_id, business_id, order_id) WHERE ((order_id IS NOT NULL) AND (status <> 'void'::text));

-- rls sales.sales
ALTER TABLE sales.sales ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.sales FORCE ROW LEVEL SECURITY;

-- policy sales.sales.company_isolation
CREATE POLICY company_isolation ON sales.sales AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.sales.platform_access
CREATE POLICY platform_access ON sales.sales AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.sales.tenant_isolation
CREATE POLICY tenant_isolation ON sales.sales AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.sales.freeze_columns
CREATE TRIGGER freeze_columns BEFORE UPDATE ON sales.sales FOR EACH ROW WHEN (((old.status <> 'draft'::text) AND ((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.client_id IS DISTINCT FROM old.client_id) OR (new.seller_id IS DISTINCT FROM old.seller_id) OR (new.distribucion_id IS DISTINCT FROM old.distribucion_id) OR (new.order_id IS DISTINCT FROM old.order_id) OR (new.sale_type IS DISTINCT FROM old.sale_type) OR (new.total_amount IS DISTINCT FROM old.total_amount) OR (new.amount_paid IS DISTINCT FROM old.amount_paid) OR (new.payment_method IS DISTINCT FROM old.payment_method) OR (new.tara IS DISTINCT FROM old.tara) OR (new.net_weight IS DISTINCT FROM old.net_weight) OR ((new.sales_point)::text IS DISTINCT FROM (old.sales_point)::text) OR (new.commission_rate IS DISTINCT FROM old.commission_rate) OR (new.sale_date IS DISTINCT FROM old.sale_date) OR (new.sale_day IS DISTINCT FROM old.sale_day) OR (new.corrects_sale_id IS DISTINCT FROM old.corrects_sale_id) OR (new.is_late IS DISTINCT FROM old.is_late) OR (new.idempotency_key IS DISTINCT FROM old.idempotency_key) OR (new.request_hash IS DISTINCT FROM old.request_hash) OR (new.created_at IS DISTINCT FROM old.created_at) OR ((CURRENT_USER <> 'sales_writer'::name) AND ((new.balance_due IS DISTINCT FROM old.balance_due) OR (new.voided_on IS DISTINCT FROM old.voided_on) OR (new.voided_by IS DISTINCT FROM old.voided_by) OR (new.void_reason IS DISTINCT FROM old.void_reason) OR (new.reviewed_at IS DISTINCT FROM old.reviewed_at) OR (new.reviewed_by IS DISTINCT FROM old.reviewed_by)))))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A recorded sale cannot be changed: correct it, which voids it and records another');

-- trigger sales.sales.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.sales FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id: make another row instead of changing them');

-- trigger sales.sales.guard_late_insert
CREATE TRIGGER guard_late_insert BEFORE INSERT ON sales.sales FOR EACH ROW WHEN ((new.is_late AND (CURRENT_USER <> 'sales_writer'::name))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'Only the synchronisation records a late sale');

-- trigger sales.sales.guard_late_update
CREATE TRIGGER guard_late_update BEFORE UPDATE ON sales.sales FOR EACH ROW WHEN (((new.is_late <> old.is_late) AND (CURRENT_USER <> 'sales_writer'::name))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'Only the synchronisation records a late sale');

-- trigger sales.sales.guard_status_insert
CREATE TRIGGER guard_status_insert BEFORE INSERT ON sales.sales FOR EACH ROW WHEN (((new.status <> 'draft'::text) AND (NOT ((CURRENT_USER = 'sales_writer'::name) AND (new.status = 'recorded'::text))))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new sale is a draft: insert it as one, then its items');

-- trigger sales.sales.guard_status_update
CREATE TRIGGER guard_status_update BEFORE UPDATE ON sales.sales FOR EACH ROW WHEN (((new.status <> old.status) AND (((CURRENT_USER = 'sales_writer'::name) AND (((old.status || ' '::text) || new.status) = ANY (ARRAY['draft recorded'::text, 'draft void'::text, 'recorded void'::text]))) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"draft *":"A sale is recorded by its items, which come to its total","void *":"A void sale stays void: record another","* *":"A sale is taken back by the function sales.void_sale"}');

-- trigger sales.sales.keep_status_insert
CREATE TRIGGER keep_status_insert AFTER INSERT ON sales.sales FOR EACH ROW WHEN (((new.status <> 'draft'::text) AND (NOT ((CURRENT_USER = 'sales_writer'::name) AND (new.status = 'recorded'::text))))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new sale is a draft: insert it as one, then its items');

-- trigger sales.sales.keep_status_update
CREATE TRIGGER keep_status_update AFTER UPDATE ON sales.sales FOR EACH ROW WHEN (((new.status <> old.status) AND (((CURRENT_USER = 'sales_writer'::name) AND (((old.status || ' '::text) || new.status) = ANY (ARRAY['draft recorded'::text, 'draft void'::text, 'recorded void'::text]))) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"draft *":"A sale is recorded by its items, which come to its total","void *":"A void sale stays void: record another","* *":"A sale is taken back by the function sales.void_sale"}');

-- trigger sales.sales.record_drafts
CREATE TRIGGER record_drafts AFTER UPDATE ON sales.sales REFERENCING NEW TABLE AS written FOR EACH STATEMENT WHEN ((CURRENT_USER <> 'sales_writer'::name)) EXECUTE FUNCTION sales.record_drafts();

-- trigger sales.sales.stamp_sale
CREATE TRIGGER stamp_sale BEFORE INSERT OR UPDATE ON sales.sales FOR EACH ROW WHEN (((CURRENT_USER <> 'sales_writer'::name) AND (new.status = 'draft'::text))) EXECUTE FUNCTION sales.stamp_sale();

-- trigger sales.sales.supplement
CREATE TRIGGER supplement AFTER INSERT ON sales.sales REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION sales.add_supplements('select tenant_id, business_id, sale_day as day, id as sale_id,
    null::uuid as abono_id from written where is_late and status = ''recorded''');

-- trigger sales.sales.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.sales FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger sales.sales.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON sales.sales FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants sales.sales
GRANT INSERT, SELECT, UPDATE ON sales.sales TO authenticated;
GRANT INSERT, SELECT, UPDATE ON sales.sales TO platform;

-- table sales.stock_movements
CREATE TABLE sales.stock_movements (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  business_id uuid DEFAULT tenancy.current_company_id() NOT NULL,
  product_id uuid NOT NULL,
  kind text NOT NULL,
  source_id uuid,
  day date NOT NULL,
  quantity numeric(10,3) NOT NULL,
  unit_cost numeric(10,4),
  counted_quantity numeric(10,3),
  reason text,
  product_version bigint NOT NULL,
  quantity_after numeric(10,3) NOT NULL,
  created_by uuid,
  idempotency_key text,
  request_hash text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.stock_movements.stock_movements_counted_check
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_counted_check CHECK (((kind = 'count'::text) = (counted_quantity IS NOT NULL)));

-- constraint sales.stock_movements.stock_movements_counted_quantity_nan_check
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_counted_quantity_nan_check CHECK ((counted_quantity <> 'NaN'::numeric));

-- constraint sales.stock_movements.stock_movements_created_at_range_check
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.stock_movements.stock_movements_day_range_check
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_day_range_check CHECK (((day >= '0001-01-01'::date) AND (day <= '9999-12-31'::date)));

-- constraint sales.stock_movements.stock_movements_idempotency_check
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_idempotency_check CHECK (((idempotency_key IS NULL) = (request_hash IS NULL)));

-- constraint sales.stock_movements.stock_movements_kind_check
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_kind_check CHECK ((kind = ANY (ARRAY['receipt'::text, 'adjustment'::text, 'count'::text, 'sale'::text, 'sale_void'::text, 'assignment'::text, 'return'::text, 'loss'::text, 'reopening'::text])));

-- constraint sales.stock_movements.stock_movements_pkey
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.stock_movements.stock_movements_product_id_fkey
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_product_id_fkey FOREIGN KEY (tenant_id, business_id, product_id) REFERENCES sales.products(tenant_id, business_id, id) ON DELETE RESTRICT;

-- constraint sales.stock_movements.stock_movements_product_version_unique
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_product_version_unique UNIQUE (tenant_id, product_id, product_version);

-- constraint sales.stock_movements.stock_movements_quantity_after_nan_check
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_quantity_after_nan_check CHECK ((quantity_after <> 'NaN'::numeric));

-- constraint sales.stock_movements.stock_movements_quantity_nan_check
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_quantity_nan_check CHECK ((quantity <> 'NaN'::numeric));

-- constraint sales.stock_movements.stock_movements_reason_check
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_reason_check CHECK (((kind <> ALL (ARRAY['adjustment'::text, 'loss'::text])) OR (COALESCE(reason, ''::text) <> ''::text)));

-- constraint sales.stock_movements.stock_movements_sign_check
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_sign_check CHECK (
CASE
    WHEN (kind = ANY (ARRAY['receipt'::text, 'sale_void'::text, 'return'::text])) THEN (quantity > (0)::numeric)
    WHEN (kind = ANY (ARRAY['sale'::text, 'assignment'::text, 'loss'::text, 'reopening'::text])) THEN (quantity < (0)::numeric)
    WHEN (kind = 'adjustment'::text) THEN (quantity <> (0)::numeric)
    ELSE (counted_quantity >= (0)::numeric)
END);

-- constraint sales.stock_movements.stock_movements_source_id_check
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_source_id_check CHECK (((kind = ANY (ARRAY['receipt'::text, 'adjustment'::text, 'count'::text])) = (source_id IS NULL)));

-- constraint sales.stock_movements.stock_movements_unit_cost_check
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_unit_cost_check CHECK ((unit_cost >= (0)::numeric));

-- constraint sales.stock_movements.stock_movements_unit_cost_nan_check
ALTER TABLE sales.stock_movements ADD CONSTRAINT stock_movements_unit_cost_nan_check CHECK ((unit_cost <> 'NaN'::numeric));

-- index sales.stock_movements.idx_stock_movements_idempotency_key
CREATE UNIQUE INDEX idx_stock_movements_idempotency_key ON sales.stock_movements USING btree (tenant_id, business_id, idempotency_key) WHERE (idempotency_key IS NOT NULL);

-- index sales.stock_movements.idx_stock_movements_product_id_day
CREATE INDEX idx_stock_movements_product_id_day ON sales.stock_movements USING btree (tenant_id, product_id, day, product_version);

-- index sales.stock_movements.idx_stock_movements_source_id
CREATE INDEX idx_stock_movements_source_id ON sales.stock_movements USING btree (tenant_id, source_id) WHERE (source_id IS NOT NULL);

-- rls sales.stock_movements
ALTER TABLE sales.stock_movements ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.stock_movements FORCE ROW LEVEL SECURITY;

-- policy sales.stock_movements.company_isolation
CREATE POLICY company_isolation ON sales.stock_movements AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy sales.stock_movements.platform_access
CREATE POLICY platform_access ON sales.stock_movements AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.stock_movements.tenant_isolation
CREATE POLICY tenant_isolation ON sales.stock_movements AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.stock_movements.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.stock_movements FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.product_id IS DISTINCT FROM old.product_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, product_id: make another row instead of changing them');

-- trigger sales.stock_movements.require_open_day
CREATE TRIGGER require_open_day AFTER INSERT ON sales.stock_movements REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION sales.require_open_days('select tenant_id, business_id, day from written w
    where not exists (select from sales.sales s where s.tenant_id = w.tenant_id and s.id = w.source_id and s.is_late)');

-- grants sales.stock_movements
GRANT SELECT ON sales.stock_movements TO authenticated;
GRANT SELECT ON sales.stock_movements TO platform;
GRANT INSERT ON sales.stock_movements TO sales_writer;

-- table sales.system_config
CREATE TABLE sales.system_config (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  modo_operacion text DEFAULT 'inventario_propio'::text NOT NULL,
  control_kilos boolean DEFAULT false NOT NULL,
  usar_distribucion boolean DEFAULT false NOT NULL,
  permitir_venta_sin_stock boolean DEFAULT false NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint sales.system_config.system_config_created_at_range_check
ALTER TABLE sales.system_config ADD CONSTRAINT system_config_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint sales.system_config.system_config_modo_operacion_check
ALTER TABLE sales.system_config ADD CONSTRAINT system_config_modo_operacion_check CHECK ((modo_operacion = ANY (ARRAY['inventario_propio'::text, 'sin_inventario'::text, 'pedidos'::text, 'mixto'::text])));

-- constraint sales.system_config.system_config_pkey
ALTER TABLE sales.system_config ADD CONSTRAINT system_config_pkey PRIMARY KEY (tenant_id, id);

-- constraint sales.system_config.system_config_tenant_id_fkey
ALTER TABLE sales.system_config ADD CONSTRAINT system_config_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint sales.system_config.system_config_tenant_id_unique
ALTER TABLE sales.system_config ADD CONSTRAINT system_config_tenant_id_unique UNIQUE (tenant_id);

-- constraint sales.system_config.system_config_updated_at_range_check
ALTER TABLE sales.system_config ADD CONSTRAINT system_config_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- rls sales.system_config
ALTER TABLE sales.system_config ENABLE ROW LEVEL SECURITY;
ALTER TABLE sales.system_config FORCE ROW LEVEL SECURITY;

-- policy sales.system_config.platform_access
CREATE POLICY platform_access ON sales.system_config AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy sales.system_config.tenant_isolation
CREATE POLICY tenant_isolation ON sales.system_config AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger sales.system_config.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON sales.system_config FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');

-- trigger sales.system_config.require_config_right
CREATE TRIGGER require_config_right BEFORE INSERT OR UPDATE ON sales.system_config FOR EACH ROW WHEN ((CURRENT_USER <> 'sales_writer'::name)) EXECUTE FUNCTION sales.require_config_right();

-- trigger sales.system_config.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON sales.system_config FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger sales.system_config.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON sales.system_config FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants sales.system_config
GRANT INSERT, SELECT, UPDATE ON sales.system_config TO authenticated;
GRANT INSERT, SELECT, UPDATE ON sales.system_config TO platform;

-- table tenancy.audit_log
CREATE TABLE tenancy.audit_log (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  admin_user_id uuid,
  actor_login text NOT NULL,
  action text NOT NULL,
  target_type text NOT NULL,
  target_id uuid,
  details jsonb DEFAULT '{}'::jsonb NOT NULL,
  row_before jsonb,
  row_after jsonb,
  created_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  company_id uuid DEFAULT tenancy.current_company_id(),
  source text DEFAULT 'database'::text NOT NULL,
  transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL
);

-- constraint tenancy.audit_log.audit_log_admin_user_id_fkey
ALTER TABLE tenancy.audit_log ADD CONSTRAINT audit_log_admin_user_id_fkey FOREIGN KEY (tenant_id, admin_user_id) REFERENCES tenancy.users(tenant_id, id) ON DELETE RESTRICT;

-- constraint tenancy.audit_log.audit_log_created_at_range_check
ALTER TABLE tenancy.audit_log ADD CONSTRAINT audit_log_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint tenancy.audit_log.audit_log_pkey
ALTER TABLE tenancy.audit_log ADD CONSTRAINT audit_log_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.audit_log.audit_log_tenant_id_fkey
ALTER TABLE tenancy.audit_log ADD CONSTRAINT audit_log_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- index tenancy.audit_log.idx_audit_log_admin_user_id
CREATE INDEX idx_audit_log_admin_user_id ON tenancy.audit_log USING btree (tenant_id, admin_user_id);

-- index tenancy.audit_log.idx_audit_log_company_id_created_at_id
CREATE INDEX idx_audit_log_company_id_created_at_id ON tenancy.audit_log USING btree (tenant_id, company_id, created_at, id) WHERE (company_id IS NOT NULL);

-- index tenancy.audit_log.idx_audit_log_created_at_id
CREATE INDEX idx_audit_log_created_at_id ON tenancy.audit_log USING btree (tenant_id, created_at, id);

-- index tenancy.audit_log.idx_audit_log_target_type_target_id_created_at
CREATE INDEX idx_audit_log_target_type_target_id_created_at ON tenancy.audit_log USING btree (tenant_id, target_type, target_id, created_at);

-- index tenancy.audit_log.idx_audit_log_transaction_id
CREATE INDEX idx_audit_log_transaction_id ON tenancy.audit_log USING btree (tenant_id, transaction_id);

-- rls tenancy.audit_log
ALTER TABLE tenancy.audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.audit_log FORCE ROW LEVEL SECURITY;

-- policy tenancy.audit_log.audit_append
CREATE POLICY audit_append ON tenancy.audit_log AS PERMISSIVE FOR INSERT TO audit_writer
  WITH CHECK (true);

-- policy tenancy.audit_log.audit_seal
CREATE POLICY audit_seal ON tenancy.audit_log AS PERMISSIVE FOR SELECT TO audit_sealer
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- policy tenancy.audit_log.company_isolation
CREATE POLICY company_isolation ON tenancy.audit_log AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy tenancy.audit_log.platform_access
CREATE POLICY platform_access ON tenancy.audit_log AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.audit_log.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.audit_log AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.audit_log.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON tenancy.audit_log FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');

-- grants tenancy.audit_log
GRANT SELECT ON tenancy.audit_log TO audit_sealer;
GRANT INSERT ON tenancy.audit_log TO audit_writer;
GRANT SELECT ON tenancy.audit_log TO authenticated;
GRANT SELECT ON tenancy.audit_log TO platform;

-- table tenancy.audit_seals
CREATE TABLE tenancy.audit_seals (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  sequence integer NOT NULL,
  server text NOT NULL,
  written_after timestamp(3) with time zone,
  from_transaction xid8 NOT NULL,
  to_transaction xid8 NOT NULL,
  line_count integer NOT NULL,
  lines_hash text NOT NULL,
  sealed_at timestamp(3) with time zone NOT NULL,
  hash text NOT NULL
);

-- constraint tenancy.audit_seals.audit_seals_pkey
ALTER TABLE tenancy.audit_seals ADD CONSTRAINT audit_seals_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.audit_seals.audit_seals_range_check
ALTER TABLE tenancy.audit_seals ADD CONSTRAINT audit_seals_range_check CHECK ((from_transaction <= to_transaction));

-- constraint tenancy.audit_seals.audit_seals_sealed_at_range_check
ALTER TABLE tenancy.audit_seals ADD CONSTRAINT audit_seals_sealed_at_range_check CHECK (((sealed_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (sealed_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint tenancy.audit_seals.audit_seals_sequence_key
ALTER TABLE tenancy.audit_seals ADD CONSTRAINT audit_seals_sequence_key UNIQUE (tenant_id, sequence);

-- constraint tenancy.audit_seals.audit_seals_tenant_id_fkey
ALTER TABLE tenancy.audit_seals ADD CONSTRAINT audit_seals_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint tenancy.audit_seals.audit_seals_written_after_range_check
ALTER TABLE tenancy.audit_seals ADD CONSTRAINT audit_seals_written_after_range_check CHECK (((written_after >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (written_after <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- rls tenancy.audit_seals
ALTER TABLE tenancy.audit_seals ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.audit_seals FORCE ROW LEVEL SECURITY;

-- policy tenancy.audit_seals.audit_seal
CREATE POLICY audit_seal ON tenancy.audit_seals AS PERMISSIVE FOR ALL TO audit_sealer
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- policy tenancy.audit_seals.platform_access
CREATE POLICY platform_access ON tenancy.audit_seals AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.audit_seals.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.audit_seals AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.audit_seals.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON tenancy.audit_seals FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');

-- grants tenancy.audit_seals
GRANT INSERT, SELECT ON tenancy.audit_seals TO audit_sealer;
GRANT SELECT ON tenancy.audit_seals TO authenticated;
GRANT SELECT ON tenancy.audit_seals TO platform;

-- table tenancy.companies
CREATE TABLE tenancy.companies (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  name text NOT NULL,
  tax_id text,
  address text,
  email text,
  phone text,
  logo_url text,
  status text DEFAULT 'active'::text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint tenancy.companies.companies_created_at_range_check
ALTER TABLE tenancy.companies ADD CONSTRAINT companies_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint tenancy.companies.companies_name_check
ALTER TABLE tenancy.companies ADD CONSTRAINT companies_name_check CHECK ((name <> ''::text));

-- constraint tenancy.companies.companies_pkey
ALTER TABLE tenancy.companies ADD CONSTRAINT companies_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.companies.companies_status_check
ALTER TABLE tenancy.companies ADD CONSTRAINT companies_status_check CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text])));

-- constraint tenancy.companies.companies_tenant_id_fkey
ALTER TABLE tenancy.companies ADD CONSTRAINT companies_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint tenancy.companies.companies_updated_at_range_check
ALTER TABLE tenancy.companies ADD CONSTRAINT companies_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- rls tenancy.companies
ALTER TABLE tenancy.companies ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.companies FORCE ROW LEVEL SECURITY;

-- policy tenancy.companies.company_isolation
CREATE POLICY company_isolation ON tenancy.companies AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy tenancy.companies.platform_access
CREATE POLICY platform_access ON tenancy.companies AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.companies.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.companies AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.companies.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON tenancy.companies FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');

-- trigger tenancy.companies.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.companies FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger tenancy.companies.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON tenancy.companies FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants tenancy.companies
GRANT INSERT, SELECT, UPDATE ON tenancy.companies TO authenticated;
GRANT INSERT, SELECT, UPDATE ON tenancy.companies TO platform;

-- table tenancy.idempotency_keys
CREATE TABLE tenancy.idempotency_keys (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  operation text NOT NULL,
  key text NOT NULL,
  request_hash text NOT NULL,
  result jsonb,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  company_id uuid DEFAULT tenancy.current_company_id()
);

-- constraint tenancy.idempotency_keys.idempotency_keys_created_at_range_check
ALTER TABLE tenancy.idempotency_keys ADD CONSTRAINT idempotency_keys_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint tenancy.idempotency_keys.idempotency_keys_operation_key_unique
ALTER TABLE tenancy.idempotency_keys ADD CONSTRAINT idempotency_keys_operation_key_unique UNIQUE NULLS NOT DISTINCT (tenant_id, operation, key, company_id);

-- constraint tenancy.idempotency_keys.idempotency_keys_pkey
ALTER TABLE tenancy.idempotency_keys ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.idempotency_keys.idempotency_keys_tenant_id_fkey
ALTER TABLE tenancy.idempotency_keys ADD CONSTRAINT idempotency_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint tenancy.idempotency_keys.idempotency_keys_updated_at_range_check
ALTER TABLE tenancy.idempotency_keys ADD CONSTRAINT idempotency_keys_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- rls tenancy.idempotency_keys
ALTER TABLE tenancy.idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.idempotency_keys FORCE ROW LEVEL SECURITY;

-- policy tenancy.idempotency_keys.company_isolation
CREATE POLICY company_isolation ON tenancy.idempotency_keys AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy tenancy.idempotency_keys.platform_access
CREATE POLICY platform_access ON tenancy.idempotency_keys AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.idempotency_keys.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.idempotency_keys AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.idempotency_keys.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON tenancy.idempotency_keys FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');

-- trigger tenancy.idempotency_keys.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.idempotency_keys FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants tenancy.idempotency_keys
GRANT DELETE, INSERT, SELECT, UPDATE ON tenancy.idempotency_keys TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON tenancy.idempotency_keys TO platform;

-- table tenancy.invitations
CREATE TABLE tenancy.invitations (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  email text NOT NULL,
  role text DEFAULT 'user'::text NOT NULL,
  token_hash text NOT NULL,
  status text DEFAULT 'pending'::text NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  invited_by uuid,
  accepted_by uuid,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  email_lower text GENERATED ALWAYS AS (translate(email, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'::text, 'abcdefghijklmnopqrstuvwxyz'::text)) STORED
);

-- constraint tenancy.invitations.invitations_accepted_by_fkey
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_accepted_by_fkey FOREIGN KEY (tenant_id, accepted_by) REFERENCES tenancy.users(tenant_id, id) ON DELETE RESTRICT;

-- constraint tenancy.invitations.invitations_created_at_range_check
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint tenancy.invitations.invitations_email_check
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_email_check CHECK ((((email COLLATE "C") ~ '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$'::text) AND (length(email) <= 254) AND (strpos(email, '@'::text) <= 65)));

-- constraint tenancy.invitations.invitations_expires_at_range_check
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_expires_at_range_check CHECK (((expires_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (expires_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint tenancy.invitations.invitations_invited_by_fkey
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_invited_by_fkey FOREIGN KEY (tenant_id, invited_by) REFERENCES tenancy.users(tenant_id, id) ON DELETE RESTRICT;

-- constraint tenancy.invitations.invitations_pkey
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.invitations.invitations_role_check
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_role_check CHECK ((role = ANY (ARRAY['user'::text, 'admin'::text, 'market_maker'::text])));

-- constraint tenancy.invitations.invitations_status_check
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'accepted'::text, 'revoked'::text])));

-- constraint tenancy.invitations.invitations_tenant_id_fkey
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint tenancy.invitations.invitations_token_hash_unique
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_token_hash_unique UNIQUE (tenant_id, token_hash);

-- constraint tenancy.invitations.invitations_updated_at_range_check
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index tenancy.invitations.idx_invitations_accepted_by
CREATE INDEX idx_invitations_accepted_by ON tenancy.invitations USING btree (tenant_id, accepted_by);

-- index tenancy.invitations.idx_invitations_email
CREATE INDEX idx_invitations_email ON tenancy.invitations USING btree (tenant_id, email);

-- index tenancy.invitations.idx_invitations_invited_by
CREATE INDEX idx_invitations_invited_by ON tenancy.invitations USING btree (tenant_id, invited_by);

-- rls tenancy.invitations
ALTER TABLE tenancy.invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.invitations FORCE ROW LEVEL SECURITY;

-- policy tenancy.invitations.platform_access
CREATE POLICY platform_access ON tenancy.invitations AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.invitations.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.invitations AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.invitations.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON tenancy.invitations FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');

-- trigger tenancy.invitations.guard_status_insert
CREATE TRIGGER guard_status_insert BEFORE INSERT ON tenancy.invitations FOR EACH ROW WHEN ((new.status <> 'pending'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new invitation is pending: insert it as one');

-- trigger tenancy.invitations.guard_status_update
CREATE TRIGGER guard_status_update BEFORE UPDATE ON tenancy.invitations FOR EACH ROW WHEN (((new.status <> old.status) AND ((((old.status || ' '::text) || new.status) = ANY (ARRAY['pending accepted'::text, 'pending revoked'::text])) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"* *":"This invitation is {from} and stays so: make another"}');

-- trigger tenancy.invitations.keep_status_insert
CREATE TRIGGER keep_status_insert AFTER INSERT ON tenancy.invitations FOR EACH ROW WHEN ((new.status <> 'pending'::text)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'A new invitation is pending: insert it as one');

-- trigger tenancy.invitations.keep_status_update
CREATE TRIGGER keep_status_update AFTER UPDATE ON tenancy.invitations FOR EACH ROW WHEN (((new.status <> old.status) AND ((((old.status || ' '::text) || new.status) = ANY (ARRAY['pending accepted'::text, 'pending revoked'::text])) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"* *":"This invitation is {from} and stays so: make another"}');

-- trigger tenancy.invitations.keep_to_addressee
CREATE TRIGGER keep_to_addressee AFTER INSERT OR UPDATE OF accepted_by, email ON tenancy.invitations FOR EACH ROW WHEN ((new.accepted_by IS NOT NULL)) EXECUTE FUNCTION auth.keep_to_addressee();

-- trigger tenancy.invitations.require_admin
CREATE TRIGGER require_admin BEFORE INSERT OR DELETE OR UPDATE ON tenancy.invitations FOR EACH STATEMENT EXECUTE FUNCTION tenancy.require_admin();

-- trigger tenancy.invitations.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.invitations FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger tenancy.invitations.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON tenancy.invitations FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants tenancy.invitations
GRANT INSERT, SELECT, UPDATE ON tenancy.invitations TO authenticated;
GRANT INSERT, SELECT, UPDATE ON tenancy.invitations TO platform;

-- table tenancy.number_series
CREATE TABLE tenancy.number_series (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid,
  business_id uuid,
  series text NOT NULL,
  period text DEFAULT ''::text NOT NULL,
  prefix text DEFAULT ''::text NOT NULL,
  padding integer DEFAULT 6 NOT NULL,
  last_number bigint DEFAULT 0 NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  first_number bigint DEFAULT 1 NOT NULL
);

-- constraint tenancy.number_series.number_series_company_id_fkey
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_company_id_fkey FOREIGN KEY (tenant_id, company_id) REFERENCES tenancy.companies(tenant_id, id) ON DELETE RESTRICT;

-- constraint tenancy.number_series.number_series_created_at_range_check
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint tenancy.number_series.number_series_first_number_check
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_first_number_check CHECK ((first_number >= 1));

-- constraint tenancy.number_series.number_series_last_number_check
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_last_number_check CHECK ((last_number >= (first_number - 1)));

-- constraint tenancy.number_series.number_series_owner_check
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_owner_check CHECK ((num_nonnulls(company_id, business_id) = 1));

-- constraint tenancy.number_series.number_series_owner_series_period_unique
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_owner_series_period_unique UNIQUE NULLS NOT DISTINCT (tenant_id, company_id, business_id, series, period);

-- constraint tenancy.number_series.number_series_padding_check
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_padding_check CHECK (((padding >= 0) AND (padding <= 18)));

-- constraint tenancy.number_series.number_series_pkey
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.number_series.number_series_tenant_id_fkey
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint tenancy.number_series.number_series_updated_at_range_check
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- rls tenancy.number_series
ALTER TABLE tenancy.number_series ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.number_series FORCE ROW LEVEL SECURITY;

-- policy tenancy.number_series.company_isolation
CREATE POLICY company_isolation ON tenancy.number_series AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id)) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id)) OR (business_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy tenancy.number_series.platform_access
CREATE POLICY platform_access ON tenancy.number_series AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.number_series.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.number_series AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.number_series.audit_start
CREATE TRIGGER audit_start AFTER UPDATE ON tenancy.number_series FOR EACH ROW WHEN ((new.first_number <> old.first_number)) EXECUTE FUNCTION tenancy.write_audit();

-- trigger tenancy.number_series.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON tenancy.number_series FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id) OR (new.company_id IS DISTINCT FROM old.company_id) OR (new.business_id IS DISTINCT FROM old.business_id) OR (new.series IS DISTINCT FROM old.series) OR (new.period IS DISTINCT FROM old.period))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id, company_id, business_id, series, period: make another row instead of changing them');

-- trigger tenancy.number_series.guard_start
CREATE TRIGGER guard_start BEFORE UPDATE ON tenancy.number_series FOR EACH ROW WHEN (((old.last_number >= old.first_number) AND ((new.first_number <> old.first_number) OR (new.prefix <> old.prefix) OR (new.padding <> old.padding)))) EXECUTE FUNCTION tenancy.refuse('ZT003', 'The series gave a number already: its prefix, padding and first number stay');

-- trigger tenancy.number_series.require_admin_of_start
CREATE TRIGGER require_admin_of_start BEFORE UPDATE ON tenancy.number_series FOR EACH ROW WHEN ((new.first_number <> old.first_number)) EXECUTE FUNCTION tenancy.require_admin();

-- trigger tenancy.number_series.step_by_one
CREATE TRIGGER step_by_one BEFORE UPDATE ON tenancy.number_series FOR EACH ROW WHEN (((new.last_number <> old.last_number) AND (new.last_number <> (old.last_number + 1)) AND (NOT ((CURRENT_USER = 'number_writer'::name) AND ((new.last_number > old.last_number) OR (old.last_number < old.first_number)))))) EXECUTE FUNCTION tenancy.refuse('ZT002', 'A number series moves by one: numbers are neither skipped nor given twice');

-- trigger tenancy.number_series.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.number_series FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants tenancy.number_series
GRANT SELECT ON tenancy.number_series TO authenticated;
GRANT INSERT, SELECT, UPDATE ON tenancy.number_series TO number_writer;
GRANT SELECT ON tenancy.number_series TO platform;

-- table tenancy.platform_log
CREATE TABLE tenancy.platform_log (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  login text DEFAULT SESSION_USER NOT NULL,
  created_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL
);

-- constraint tenancy.platform_log.platform_log_created_at_range_check
ALTER TABLE tenancy.platform_log ADD CONSTRAINT platform_log_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint tenancy.platform_log.platform_log_pkey
ALTER TABLE tenancy.platform_log ADD CONSTRAINT platform_log_pkey PRIMARY KEY (id);

-- rls tenancy.platform_log
ALTER TABLE tenancy.platform_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.platform_log FORCE ROW LEVEL SECURITY;

-- policy tenancy.platform_log.platform_append
CREATE POLICY platform_append ON tenancy.platform_log AS PERMISSIVE FOR INSERT TO platform
  WITH CHECK (true);

-- policy tenancy.platform_log.platform_read
CREATE POLICY platform_read ON tenancy.platform_log AS PERMISSIVE FOR SELECT TO platform
  USING (true);

-- grants tenancy.platform_log
GRANT SELECT ON tenancy.platform_log TO platform;
GRANT INSERT (actor) ON tenancy.platform_log TO platform;
GRANT INSERT (reason) ON tenancy.platform_log TO platform;

-- table tenancy.roles
CREATE TABLE tenancy.roles (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  name text NOT NULL,
  description text,
  permissions text[] DEFAULT '{}'::text[] NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint tenancy.roles.roles_created_at_range_check
ALTER TABLE tenancy.roles ADD CONSTRAINT roles_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint tenancy.roles.roles_name_check
ALTER TABLE tenancy.roles ADD CONSTRAINT roles_name_check CHECK ((name <> ''::text));

-- constraint tenancy.roles.roles_name_unique
ALTER TABLE tenancy.roles ADD CONSTRAINT roles_name_unique UNIQUE (tenant_id, name);

-- constraint tenancy.roles.roles_permissions_list_check
ALTER TABLE tenancy.roles ADD CONSTRAINT roles_permissions_list_check CHECK (((COALESCE(array_ndims(permissions), 1) = 1) AND (array_position(permissions, NULL::text) IS NULL)));

-- constraint tenancy.roles.roles_pkey
ALTER TABLE tenancy.roles ADD CONSTRAINT roles_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.roles.roles_tenant_id_fkey
ALTER TABLE tenancy.roles ADD CONSTRAINT roles_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint tenancy.roles.roles_updated_at_range_check
ALTER TABLE tenancy.roles ADD CONSTRAINT roles_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- rls tenancy.roles
ALTER TABLE tenancy.roles ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.roles FORCE ROW LEVEL SECURITY;

-- policy tenancy.roles.platform_access
CREATE POLICY platform_access ON tenancy.roles AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.roles.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.roles AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.roles.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON tenancy.roles FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');

-- trigger tenancy.roles.require_admin
CREATE TRIGGER require_admin BEFORE INSERT OR DELETE OR UPDATE ON tenancy.roles FOR EACH STATEMENT EXECUTE FUNCTION tenancy.require_admin();

-- trigger tenancy.roles.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.roles FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger tenancy.roles.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON tenancy.roles FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants tenancy.roles
GRANT DELETE, INSERT, SELECT, UPDATE ON tenancy.roles TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON tenancy.roles TO platform;

-- table tenancy.security_events
CREATE TABLE tenancy.security_events (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  type text NOT NULL,
  severity text NOT NULL,
  user_id uuid,
  ip_address text,
  user_agent text,
  details jsonb DEFAULT '{}'::jsonb NOT NULL,
  created_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL
);

-- constraint tenancy.security_events.security_events_created_at_range_check
ALTER TABLE tenancy.security_events ADD CONSTRAINT security_events_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint tenancy.security_events.security_events_pkey
ALTER TABLE tenancy.security_events ADD CONSTRAINT security_events_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.security_events.security_events_severity_check
ALTER TABLE tenancy.security_events ADD CONSTRAINT security_events_severity_check CHECK ((severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text])));

-- constraint tenancy.security_events.security_events_tenant_id_fkey
ALTER TABLE tenancy.security_events ADD CONSTRAINT security_events_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint tenancy.security_events.security_events_user_id_fkey
ALTER TABLE tenancy.security_events ADD CONSTRAINT security_events_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES tenancy.users(tenant_id, id) ON DELETE RESTRICT;

-- index tenancy.security_events.idx_security_events_created_at_id
CREATE INDEX idx_security_events_created_at_id ON tenancy.security_events USING btree (tenant_id, created_at, id);

-- index tenancy.security_events.idx_security_events_user_id
CREATE INDEX idx_security_events_user_id ON tenancy.security_events USING btree (tenant_id, user_id);

-- rls tenancy.security_events
ALTER TABLE tenancy.security_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.security_events FORCE ROW LEVEL SECURITY;

-- policy tenancy.security_events.platform_access
CREATE POLICY platform_access ON tenancy.security_events AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.security_events.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.security_events AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.security_events.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON tenancy.security_events FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');

-- grants tenancy.security_events
GRANT INSERT, SELECT ON tenancy.security_events TO authenticated;
GRANT INSERT, SELECT ON tenancy.security_events TO platform;

-- table tenancy.tenants
CREATE TABLE tenancy.tenants (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  name text NOT NULL,
  status text DEFAULT 'active'::text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint tenancy.tenants.tenants_created_at_range_check
ALTER TABLE tenancy.tenants ADD CONSTRAINT tenants_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint tenancy.tenants.tenants_name_check
ALTER TABLE tenancy.tenants ADD CONSTRAINT tenants_name_check CHECK ((name <> ''::text));

-- constraint tenancy.tenants.tenants_pkey
ALTER TABLE tenancy.tenants ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);

-- constraint tenancy.tenants.tenants_status_check
ALTER TABLE tenancy.tenants ADD CONSTRAINT tenants_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'archived'::text])));

-- constraint tenancy.tenants.tenants_updated_at_range_check
ALTER TABLE tenancy.tenants ADD CONSTRAINT tenants_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- rls tenancy.tenants
ALTER TABLE tenancy.tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.tenants FORCE ROW LEVEL SECURITY;

-- policy tenancy.tenants.platform_access
CREATE POLICY platform_access ON tenancy.tenants AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.tenants.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.tenants AS PERMISSIVE FOR ALL TO authenticated
  USING ((id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.tenants.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON tenancy.tenants FOR EACH ROW WHEN ((new.id <> old.id)) EXECUTE FUNCTION tenancy.refuse('ZT003', 'The id of a tenant stays: make another tenant');

-- trigger tenancy.tenants.guard_status_update
CREATE TRIGGER guard_status_update BEFORE UPDATE ON tenancy.tenants FOR EACH ROW WHEN (((new.status <> old.status) AND ((((old.status || ' '::text) || new.status) = ANY (ARRAY['active suspended'::text, 'active archived'::text, 'suspended active'::text, 'suspended archived'::text])) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"archived *":"An archived tenant stays archived"}');

-- trigger tenancy.tenants.keep_directory
CREATE TRIGGER keep_directory AFTER INSERT OR DELETE OR UPDATE OF id, name, status ON tenancy.tenants FOR EACH ROW EXECUTE FUNCTION auth.keep_directory();

-- trigger tenancy.tenants.keep_status_update
CREATE TRIGGER keep_status_update AFTER UPDATE ON tenancy.tenants FOR EACH ROW WHEN (((new.status <> old.status) AND ((((old.status || ' '::text) || new.status) = ANY (ARRAY['active suspended'::text, 'active archived'::text, 'suspended active'::text, 'suspended archived'::text])) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"archived *":"An archived tenant stays archived"}');

-- trigger tenancy.tenants.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.tenants FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger tenancy.tenants.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE OF name, status ON tenancy.tenants FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants tenancy.tenants
GRANT SELECT ON tenancy.tenants TO authenticated;
GRANT INSERT, SELECT, UPDATE ON tenancy.tenants TO platform;
GRANT INSERT (id) ON tenancy.tenants TO authenticated;
GRANT INSERT (name) ON tenancy.tenants TO authenticated;
GRANT UPDATE (name) ON tenancy.tenants TO authenticated;
GRANT UPDATE (updated_at) ON tenancy.tenants TO authenticated;

-- table tenancy.user_roles
CREATE TABLE tenancy.user_roles (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  user_id uuid NOT NULL,
  role_id uuid NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint tenancy.user_roles.user_roles_created_at_range_check
ALTER TABLE tenancy.user_roles ADD CONSTRAINT user_roles_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint tenancy.user_roles.user_roles_pkey
ALTER TABLE tenancy.user_roles ADD CONSTRAINT user_roles_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.user_roles.user_roles_role_id_fkey
ALTER TABLE tenancy.user_roles ADD CONSTRAINT user_roles_role_id_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES tenancy.roles(tenant_id, id) ON DELETE CASCADE;

-- constraint tenancy.user_roles.user_roles_tenant_id_fkey
ALTER TABLE tenancy.user_roles ADD CONSTRAINT user_roles_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint tenancy.user_roles.user_roles_updated_at_range_check
ALTER TABLE tenancy.user_roles ADD CONSTRAINT user_roles_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint tenancy.user_roles.user_roles_user_id_fkey
ALTER TABLE tenancy.user_roles ADD CONSTRAINT user_roles_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES tenancy.users(tenant_id, id) ON DELETE CASCADE;

-- constraint tenancy.user_roles.user_roles_user_id_role_id_unique
ALTER TABLE tenancy.user_roles ADD CONSTRAINT user_roles_user_id_role_id_unique UNIQUE (tenant_id, user_id, role_id);

-- index tenancy.user_roles.idx_user_roles_role_id
CREATE INDEX idx_user_roles_role_id ON tenancy.user_roles USING btree (tenant_id, role_id);

-- rls tenancy.user_roles
ALTER TABLE tenancy.user_roles ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.user_roles FORCE ROW LEVEL SECURITY;

-- policy tenancy.user_roles.platform_access
CREATE POLICY platform_access ON tenancy.user_roles AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.user_roles.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.user_roles AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.user_roles.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON tenancy.user_roles FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');

-- trigger tenancy.user_roles.require_admin
CREATE TRIGGER require_admin BEFORE INSERT OR DELETE OR UPDATE ON tenancy.user_roles FOR EACH STATEMENT EXECUTE FUNCTION tenancy.require_admin();

-- trigger tenancy.user_roles.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.user_roles FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger tenancy.user_roles.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON tenancy.user_roles FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants tenancy.user_roles
GRANT DELETE, INSERT, SELECT, UPDATE ON tenancy.user_roles TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON tenancy.user_roles TO platform;

-- table tenancy.users
CREATE TABLE tenancy.users (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  identity_id uuid,
  email text NOT NULL,
  name text NOT NULL,
  role text DEFAULT 'user'::text NOT NULL,
  status text DEFAULT 'active'::text NOT NULL,
  settings jsonb DEFAULT '{}'::jsonb NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  email_lower text GENERATED ALWAYS AS (translate(email, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'::text, 'abcdefghijklmnopqrstuvwxyz'::text)) STORED
);

-- constraint tenancy.users.users_created_at_range_check
ALTER TABLE tenancy.users ADD CONSTRAINT users_created_at_range_check CHECK (((created_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- constraint tenancy.users.users_email_check
ALTER TABLE tenancy.users ADD CONSTRAINT users_email_check CHECK ((((email COLLATE "C") ~ '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$'::text) AND (length(email) <= 254) AND (strpos(email, '@'::text) <= 65)));

-- constraint tenancy.users.users_pkey
ALTER TABLE tenancy.users ADD CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.users.users_role_check
ALTER TABLE tenancy.users ADD CONSTRAINT users_role_check CHECK ((role = ANY (ARRAY['user'::text, 'admin'::text, 'market_maker'::text])));

-- constraint tenancy.users.users_status_check
ALTER TABLE tenancy.users ADD CONSTRAINT users_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'removed'::text])));

-- constraint tenancy.users.users_tenant_id_fkey
ALTER TABLE tenancy.users ADD CONSTRAINT users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint tenancy.users.users_updated_at_range_check
ALTER TABLE tenancy.users ADD CONSTRAINT users_updated_at_range_check CHECK (((updated_at >= '1000-01-01 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)));

-- index tenancy.users.idx_users_email
CREATE INDEX idx_users_email ON tenancy.users USING btree (tenant_id, email);

-- index tenancy.users.users_email_unique
CREATE UNIQUE INDEX users_email_unique ON tenancy.users USING btree (tenant_id, email_lower) WHERE (email_lower IS NOT NULL);

-- index tenancy.users.users_identity_id_unique
CREATE UNIQUE INDEX users_identity_id_unique ON tenancy.users USING btree (tenant_id, identity_id) WHERE (identity_id IS NOT NULL);

-- rls tenancy.users
ALTER TABLE tenancy.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.users FORCE ROW LEVEL SECURITY;

-- policy tenancy.users.platform_access
CREATE POLICY platform_access ON tenancy.users AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.users.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.users AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.users.guard_key
CREATE TRIGGER guard_key BEFORE UPDATE ON tenancy.users FOR EACH ROW WHEN (((new.tenant_id IS DISTINCT FROM old.tenant_id) OR (new.id IS DISTINCT FROM old.id))) EXECUTE FUNCTION tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');

-- trigger tenancy.users.guard_status_update
CREATE TRIGGER guard_status_update BEFORE UPDATE ON tenancy.users FOR EACH ROW WHEN (((new.status <> old.status) AND ((((old.status || ' '::text) || new.status) = ANY (ARRAY['active suspended'::text, 'active removed'::text, 'suspended active'::text, 'suspended removed'::text, 'removed active'::text])) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"removed suspended":"A removed member is not suspended: reactivate the member"}');

-- trigger tenancy.users.keep_an_admin
CREATE TRIGGER keep_an_admin AFTER DELETE OR UPDATE ON tenancy.users FOR EACH ROW EXECUTE FUNCTION tenancy.keep_an_admin();

-- trigger tenancy.users.keep_membership
CREATE TRIGGER keep_membership AFTER INSERT OR DELETE OR UPDATE OF identity_id, email, name, role, status ON tenancy.users FOR EACH ROW EXECUTE FUNCTION auth.keep_membership();

-- trigger tenancy.users.keep_status_update
CREATE TRIGGER keep_status_update AFTER UPDATE ON tenancy.users FOR EACH ROW WHEN (((new.status <> old.status) AND ((((old.status || ' '::text) || new.status) = ANY (ARRAY['active suspended'::text, 'active removed'::text, 'suspended active'::text, 'suspended removed'::text, 'removed active'::text])) IS NOT TRUE))) EXECUTE FUNCTION tenancy.refuse_transition('status', '{"removed suspended":"A removed member is not suspended: reactivate the member"}');

-- trigger tenancy.users.require_admin
CREATE TRIGGER require_admin BEFORE INSERT OR DELETE OR UPDATE OF role, identity_id ON tenancy.users FOR EACH STATEMENT EXECUTE FUNCTION tenancy.require_admin();

-- trigger tenancy.users.require_admin_of_email
CREATE TRIGGER require_admin_of_email BEFORE UPDATE OF email ON tenancy.users FOR EACH ROW WHEN (((new.email <> old.email) AND (NOT ((old.id = tenancy.current_user_id()) AND (old.identity_id IS NOT NULL) AND (NOT (new.identity_id IS DISTINCT FROM old.identity_id)))))) EXECUTE FUNCTION tenancy.require_admin();

-- trigger tenancy.users.require_admin_of_others
CREATE TRIGGER require_admin_of_others BEFORE UPDATE OF name, settings ON tenancy.users FOR EACH ROW WHEN ((old.id <> tenancy.current_user_id())) EXECUTE FUNCTION tenancy.require_admin();

-- trigger tenancy.users.require_admin_of_status
CREATE TRIGGER require_admin_of_status BEFORE UPDATE OF status ON tenancy.users FOR EACH ROW WHEN ((NOT ((old.id = tenancy.current_user_id()) AND (new.status = 'removed'::text)))) EXECUTE FUNCTION tenancy.require_admin();

-- trigger tenancy.users.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.users FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger tenancy.users.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON tenancy.users FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants tenancy.users
GRANT INSERT, SELECT, UPDATE ON tenancy.users TO authenticated;
GRANT INSERT, SELECT, UPDATE ON tenancy.users TO platform;

-- view accounting.entries_with_lines
CREATE VIEW accounting.entries_with_lines WITH (security_invoker=true) AS
 SELECT tenant_id,
    id,
    company_id,
    entry_date,
    description,
    reference,
    source,
    source_id,
    reverses_entry_id,
    idempotency_key,
    posted_by,
    created_at,
    ( SELECT jsonb_agg(jsonb_build_object('id', l.id, 'accountId', l.account_id, 'currency', l.currency, 'debit', (l.debit)::text, 'credit', (l.credit)::text, 'baseDebit', (l.base_debit)::text, 'baseCredit', (l.base_credit)::text, 'isExchangeDifference', l.is_exchange_difference, 'customerId', l.customer_id, 'vendorId', l.vendor_id, 'description', l.description) ORDER BY l.line_number) AS jsonb_agg
           FROM accounting.journal_lines l
          WHERE ((l.tenant_id = e.tenant_id) AND (l.entry_id = e.id))) AS lines
   FROM accounting.journal_entries e;

-- grants accounting.entries_with_lines
GRANT SELECT ON accounting.entries_with_lines TO authenticated;
GRANT SELECT ON accounting.entries_with_lines TO platform;

-- view accounting.violations
CREATE VIEW accounting.violations WITH (security_invoker=true) AS
 SELECT violations_of_journal_entries.tenant_id,
    violations_of_journal_entries.kind,
    violations_of_journal_entries.company_id,
    violations_of_journal_entries.record_table,
    violations_of_journal_entries.record_id,
    violations_of_journal_entries.detail
   FROM accounting.violations_of_journal_entries
UNION ALL
 SELECT violations_of_journal_lines.tenant_id,
    violations_of_journal_lines.kind,
    violations_of_journal_lines.company_id,
    violations_of_journal_lines.record_table,
    violations_of_journal_lines.record_id,
    violations_of_journal_lines.detail
   FROM accounting.violations_of_journal_lines
UNION ALL
 SELECT v.tenant_id,
    v.kind,
    v.company_id,
    v.record_table,
    v.record_id,
    v.detail
   FROM accounting.violations_of_account_chains v
UNION ALL
 SELECT violations_of_accounts.tenant_id,
    violations_of_accounts.kind,
    violations_of_accounts.company_id,
    violations_of_accounts.record_table,
    violations_of_accounts.record_id,
    violations_of_accounts.detail
   FROM accounting.violations_of_accounts
UNION ALL
 SELECT violations_of_parties.tenant_id,
    violations_of_parties.kind,
    violations_of_parties.company_id,
    violations_of_parties.record_table,
    violations_of_parties.record_id,
    violations_of_parties.detail
   FROM accounting.violations_of_parties
UNION ALL
 SELECT violations_of_documents.tenant_id,
    violations_of_documents.kind,
    violations_of_documents.company_id,
    violations_of_documents.record_table,
    violations_of_documents.record_id,
    violations_of_documents.detail
   FROM accounting.violations_of_documents
UNION ALL
 SELECT violations_of_base_amounts.tenant_id,
    violations_of_base_amounts.kind,
    violations_of_base_amounts.company_id,
    violations_of_base_amounts.record_table,
    violations_of_base_amounts.record_id,
    violations_of_base_amounts.detail
   FROM accounting.violations_of_base_amounts
UNION ALL
 SELECT violations_of_allocations.tenant_id,
    violations_of_allocations.kind,
    violations_of_allocations.company_id,
    violations_of_allocations.record_table,
    violations_of_allocations.record_id,
    violations_of_allocations.detail
   FROM accounting.violations_of_allocations
UNION ALL
 SELECT violations_of_postings.tenant_id,
    violations_of_postings.kind,
    violations_of_postings.company_id,
    violations_of_postings.record_table,
    violations_of_postings.record_id,
    violations_of_postings.detail
   FROM accounting.violations_of_postings
UNION ALL
 SELECT violations_of_posted_accounts.tenant_id,
    violations_of_posted_accounts.kind,
    violations_of_posted_accounts.company_id,
    violations_of_posted_accounts.record_table,
    violations_of_posted_accounts.record_id,
    violations_of_posted_accounts.detail
   FROM accounting.violations_of_posted_accounts
UNION ALL
 SELECT violations_of_periods.tenant_id,
    violations_of_periods.kind,
    violations_of_periods.company_id,
    violations_of_periods.record_table,
    violations_of_periods.record_id,
    violations_of_periods.detail
   FROM accounting.violations_of_periods
UNION ALL
 SELECT violations_of_numbers.tenant_id,
    violations_of_numbers.kind,
    violations_of_numbers.company_id,
    violations_of_numbers.record_table,
    violations_of_numbers.record_id,
    violations_of_numbers.detail
   FROM accounting.violations_of_numbers;

-- grants accounting.violations
GRANT SELECT ON accounting.violations TO authenticated;
GRANT SELECT ON accounting.violations TO platform;

-- view accounting.violations_of_account_chains
CREATE VIEW accounting.violations_of_account_chains WITH (security_invoker=true) AS
 SELECT tenant_id,
    'account_chain_broken'::text AS kind,
    company_id,
    'accounting.journal_lines'::text AS record_table,
    id AS record_id,
    'The line does not follow from the line of its account before it'::text AS detail,
    account_id
   FROM ( SELECT l.tenant_id,
            l.company_id,
            l.id,
            l.account_id,
            ((l.account_version <> (COALESCE(lag(l.account_version) OVER chain, (0)::bigint) + 1)) OR (l.balance_after <> ((COALESCE(lag(l.balance_after) OVER chain, (0)::numeric) + l.base_debit) - l.base_credit))) AS is_broken
           FROM accounting.journal_lines l
          WINDOW chain AS (PARTITION BY l.tenant_id, l.account_id ORDER BY l.account_version)) c
  WHERE is_broken;

-- grants accounting.violations_of_account_chains
GRANT SELECT ON accounting.violations_of_account_chains TO authenticated;
GRANT SELECT ON accounting.violations_of_account_chains TO platform;

-- view accounting.violations_of_accounts
CREATE VIEW accounting.violations_of_accounts WITH (security_invoker=true) AS
 SELECT n.tenant_id,
    'account_balance_differs'::text AS kind,
    n.company_id,
    'accounting.accounts'::text AS record_table,
    n.account_id AS record_id,
    'The balance or version of the account is missing, or not that of its lines'::text AS detail
   FROM ( SELECT l.tenant_id,
            l.company_id,
            l.account_id,
            (l.base_debit - l.base_credit) AS amount,
            l.account_version AS posted,
            NULL::bigint AS kept,
            NULL::uuid AS own_id
           FROM accounting.journal_lines l
        UNION ALL
         SELECT b.tenant_id,
            b.company_id,
            b.account_id,
            (- b.balance),
            0,
            b.version,
            NULL::uuid AS own_id
           FROM accounting.account_balances b
        UNION ALL
         SELECT a.tenant_id,
            a.company_id,
            a.id,
            0,
            0,
            NULL::bigint AS kept,
            a.id
           FROM accounting.accounts a) n
  GROUP BY n.tenant_id, n.company_id, n.account_id
 HAVING ((sum(n.amount) <> (0)::numeric) OR (max(n.posted) <> max(n.kept)) OR (count(n.kept) <> 1) OR (count(n.own_id) <> 1))
UNION ALL
 SELECT t.tenant_id,
    'period_total_differs'::text AS kind,
    t.company_id,
    'accounting.accounts'::text AS record_table,
    t.account_id AS record_id,
    (((('The totals of '::text || to_char((t.month)::timestamp with time zone, 'YYYY-MM'::text)) || ' in '::text) || t.currency) || ' are not those of the lines'::text) AS detail
   FROM ( SELECT l.tenant_id,
            l.company_id,
            l.account_id,
            (date_trunc('month'::text, (l.entry_date)::timestamp without time zone))::date AS month,
            l.currency,
            l.debit,
            l.credit,
            l.base_debit,
            l.base_credit
           FROM accounting.journal_lines l
        UNION ALL
         SELECT p.tenant_id,
            p.company_id,
            p.account_id,
            p.month,
            p.currency,
            (- p.debit),
            (- p.credit),
            (- p.base_debit),
            (- p.base_credit)
           FROM accounting.period_totals p) t
  GROUP BY t.tenant_id, t.company_id, t.account_id, t.month, t.currency
 HAVING ((sum(t.debit) <> (0)::numeric) OR (sum(t.credit) <> (0)::numeric) OR (sum(t.base_debit) <> (0)::numeric) OR (sum(t.base_credit) <> (0)::numeric))
UNION ALL
 SELECT b.tenant_id,
    'default_account'::text AS kind,
    b.company_id,
    'accounting.books'::text AS record_table,
    b.id AS record_id,
    (('The '::text || used.name) || ' account is missing, archived, or of another type or one currency'::text) AS detail
   FROM ((accounting.books b
     CROSS JOIN LATERAL ( VALUES ('receivable'::text,b.receivable_account_id,ARRAY['asset'::text]), ('payable'::text,b.payable_account_id,ARRAY['liability'::text]), ('sales'::text,b.sales_account_id,ARRAY['income'::text]), ('purchases'::text,b.purchases_account_id,ARRAY['expense'::text]), ('bank'::text,b.bank_account_id,ARRAY['asset'::text]), ('exchange'::text,b.exchange_account_id,ARRAY['income'::text, 'expense'::text])) used(name, account_id, types))
     LEFT JOIN LATERAL ( SELECT a_1.tenant_id,
            a_1.id,
            a_1.company_id,
            a_1.code,
            a_1.name,
            a_1.type,
            a_1.normal_side,
            a_1.parent_id,
            a_1.currency,
            a_1.is_active,
            a_1.created_at,
            a_1.updated_at
           FROM accounting.accounts a_1
          WHERE ((a_1.tenant_id = b.tenant_id) AND (a_1.id = used.account_id))
         OFFSET 0) a ON (true))
  WHERE (((a.company_id = b.company_id) AND (a.type = ANY (used.types)) AND a.is_active AND ((a.currency IS NULL) OR (used.name = 'bank'::text))) IS NOT TRUE)
UNION ALL
 SELECT a.tenant_id,
    'account_parent'::text AS kind,
    a.company_id,
    'accounting.accounts'::text AS record_table,
    a.id AS record_id,
    'The parent is missing, of another company or type, or below the account'::text AS detail
   FROM (accounting.accounts a
     LEFT JOIN LATERAL ( SELECT p_1.company_id,
            p_1.type
           FROM accounting.accounts p_1
          WHERE ((p_1.tenant_id = a.tenant_id) AND (p_1.id = a.parent_id))
         OFFSET 0) p ON (true))
  WHERE ((a.parent_id IS NOT NULL) AND (((p.company_id = a.company_id) AND (p.type = a.type)) IS NOT TRUE))
UNION ALL
 SELECT r.tenant_id,
    'account_parent'::text AS kind,
    r.company_id,
    'accounting.accounts'::text AS record_table,
    r.id AS record_id,
    'The parent is missing, of another company or type, or below the account'::text AS detail
   FROM ( WITH RECURSIVE above(tenant_id, company_id, id, parent_id) AS (
                 SELECT a.tenant_id,
                    a.company_id,
                    a.id,
                    a.parent_id
                   FROM accounting.accounts a
                  WHERE (a.parent_id IS NOT NULL)
                UNION
                 SELECT c.tenant_id,
                    c.company_id,
                    c.id,
                    p.parent_id
                   FROM (above c
                     JOIN accounting.accounts p ON (((p.tenant_id = c.tenant_id) AND (p.id = c.parent_id))))
                  WHERE (p.parent_id IS NOT NULL)
                )
         SELECT above.tenant_id,
            above.company_id,
            above.id,
            above.parent_id
           FROM above) r
  WHERE (r.parent_id = r.id);

-- grants accounting.violations_of_accounts
GRANT SELECT ON accounting.violations_of_accounts TO authenticated;
GRANT SELECT ON accounting.violations_of_accounts TO platform;

-- view accounting.violations_of_allocations
CREATE VIEW accounting.violations_of_allocations WITH (security_invoker=true) AS
 SELECT n.tenant_id,
    rule.kind,
    n.company_id,
    n.record_table,
    n.id AS record_id,
    rule.detail
   FROM (( SELECT r.tenant_id,
            r.company_id,
            r.record_table,
            r.id,
            sum(r.total) AS total,
            sum(r.base_total) AS base_total,
            sum(r.kept) AS kept,
            sum(r.base_kept) AS base_kept,
            sum(r.amount) AS amount,
            sum(r.base_amount) AS base_amount,
            sum(r.refunded) AS refunded
           FROM ( SELECT i.tenant_id,
                    i.company_id,
                    'accounting.invoices'::text AS record_table,
                    i.id,
                    i.total_amount AS total,
                    i.base_amount AS base_total,
                    i.paid_amount AS kept,
                    i.paid_base_amount AS base_kept,
                    0 AS amount,
                    0 AS base_amount,
                    0 AS refunded
                   FROM accounting.invoices i
                UNION ALL
                 SELECT i.tenant_id,
                    i.company_id,
                    'accounting.bills'::text AS record_table,
                    i.id,
                    i.total_amount,
                    i.base_amount,
                    i.paid_amount,
                    i.paid_base_amount,
                    0,
                    0,
                    0
                   FROM accounting.bills i
                UNION ALL
                 SELECT p.tenant_id,
                    p.company_id,
                    'accounting.payments'::text AS record_table,
                    p.id,
                    p.amount,
                    (p.base_amount - p.exchange_difference),
                    p.allocated_amount,
                    p.allocated_base_amount,
                    0,
                    0,
                        CASE
                            WHEN (p.is_refund AND (p.voided_on IS NULL)) THEN p.amount
                            ELSE (0)::numeric
                        END AS "case"
                   FROM accounting.payments p
                UNION ALL
                 SELECT a.tenant_id,
                    a.company_id,
                    'accounting.invoices'::text AS record_table,
                    a.invoice_id,
                    0,
                    0,
                    0,
                    0,
                    a.amount,
                    a.base_amount,
                    0
                   FROM accounting.payment_allocations a
                  WHERE ((a.reversed_on IS NULL) AND (a.invoice_id IS NOT NULL))
                UNION ALL
                 SELECT a.tenant_id,
                    a.company_id,
                    'accounting.bills'::text AS record_table,
                    a.bill_id,
                    0,
                    0,
                    0,
                    0,
                    a.amount,
                    a.base_amount,
                    0
                   FROM accounting.payment_allocations a
                  WHERE ((a.reversed_on IS NULL) AND (a.bill_id IS NOT NULL))
                UNION ALL
                 SELECT a.tenant_id,
                    a.company_id,
                    'accounting.payments'::text AS record_table,
                    a.payment_id,
                    0,
                    0,
                    0,
                    0,
                    a.amount,
                    a.source_base_amount,
                    0
                   FROM accounting.payment_allocations a
                  WHERE ((a.reversed_on IS NULL) AND (a.payment_id IS NOT NULL))
                UNION ALL
                 SELECT a.tenant_id,
                    a.company_id,
                    'accounting.invoices'::text AS record_table,
                    a.credit_note_id,
                    0,
                    0,
                    0,
                    0,
                    a.amount,
                    a.source_base_amount,
                    0
                   FROM accounting.payment_allocations a
                  WHERE ((a.reversed_on IS NULL) AND (a.credit_note_id IS NOT NULL))
                UNION ALL
                 SELECT a.tenant_id,
                    a.company_id,
                    'accounting.bills'::text AS record_table,
                    a.vendor_credit_id,
                    0,
                    0,
                    0,
                    0,
                    a.amount,
                    a.source_base_amount,
                    0
                   FROM accounting.payment_allocations a
                  WHERE ((a.reversed_on IS NULL) AND (a.vendor_credit_id IS NOT NULL))
                UNION ALL
                 SELECT a.tenant_id,
                    a.company_id,
                    'accounting.payments'::text AS record_table,
                    a.refund_id,
                    0,
                    0,
                    0,
                    0,
                    a.amount,
                    a.base_amount,
                    0
                   FROM accounting.payment_allocations a
                  WHERE ((a.reversed_on IS NULL) AND (a.refund_id IS NOT NULL))) r
          GROUP BY r.tenant_id, r.company_id, r.record_table, r.id
         HAVING ((sum(r.kept) <> sum(r.amount)) OR (sum(r.base_kept) <> sum(r.base_amount)) OR (sum(r.amount) > sum(r.total)) OR (sum(r.base_amount) > sum(r.base_total)) OR (sum(r.amount) < sum(r.refunded)))) n
     CROSS JOIN LATERAL ( VALUES ('allocation_exceeds'::text,((n.amount > n.total) OR (n.base_amount > n.base_total)),'More is allocated than the document or payment amounts to'::text), ('paid_amount_differs'::text,((n.kept <> n.amount) OR (n.base_kept <> n.base_amount)),'What is settled or allocated is not the sum of the allocations that stand'::text), ('refund_without_credit'::text,(n.amount < n.refunded),'The credit that the refund pays back is less than its amount'::text)) rule(kind, is_broken, detail))
  WHERE rule.is_broken;

-- grants accounting.violations_of_allocations
GRANT SELECT ON accounting.violations_of_allocations TO authenticated;
GRANT SELECT ON accounting.violations_of_allocations TO platform;

-- view accounting.violations_of_base_amounts
CREATE VIEW accounting.violations_of_base_amounts WITH (security_invoker=true) AS
 SELECT d.tenant_id,
    'base_amount_differs'::text AS kind,
    d.company_id,
    d.record_table,
    d.id AS record_id,
    'The base amount is not the amount at its rate, or the base currency has another rate than 1'::text AS detail
   FROM ( SELECT r.tenant_id,
            r.company_id,
            r.record_table,
            r.id,
            ((r.sign)::numeric * (r.base_amount - round((r.amount * r.exchange_rate), tenancy.currency_exponent(b.base_currency)))) AS difference,
            ((num_nulls(r.base_amount, r.exchange_rate) > 0) OR ((r.currency = b.base_currency) AND (r.exchange_rate <> (1)::numeric))) AS is_wrong
           FROM (( SELECT i.tenant_id,
                    i.company_id,
                    'accounting.invoices'::text AS record_table,
                    i.id,
                    i.currency,
                    i.exchange_rate,
                    i.total_amount AS amount,
                    i.base_amount,
                        CASE i.kind
                            WHEN 'credit_note'::text THEN '-1'::integer
                            ELSE 1
                        END AS sign
                   FROM accounting.invoices i
                  WHERE (i.status <> 'draft'::text)
                UNION ALL
                 SELECT v.tenant_id,
                    v.company_id,
                    'accounting.bills'::text AS record_table,
                    v.id,
                    v.currency,
                    v.exchange_rate,
                    v.total_amount,
                    v.base_amount,
                        CASE v.kind
                            WHEN 'credit_note'::text THEN 1
                            ELSE '-1'::integer
                        END AS "case"
                   FROM accounting.bills v
                  WHERE (v.status <> 'draft'::text)
                UNION ALL
                 SELECT p.tenant_id,
                    p.company_id,
                    'accounting.payments'::text AS record_table,
                    p.id,
                    p.currency,
                    p.exchange_rate,
                    p.amount,
                    (p.base_amount - p.exchange_difference),
                    1
                   FROM accounting.payments p) r
             LEFT JOIN accounting.books b ON (((b.tenant_id = r.tenant_id) AND (b.company_id = r.company_id))))
        UNION ALL
         SELECT l.tenant_id,
            l.company_id,
            (('accounting.'::text || e.source) || 's'::text) AS record_table,
            e.source_id,
            (l.base_debit - l.base_credit),
            false
           FROM (accounting.journal_lines l
             CROSS JOIN LATERAL ( SELECT j.source,
                    j.source_id
                   FROM accounting.journal_entries j
                  WHERE ((j.tenant_id = l.tenant_id) AND (j.id = l.entry_id))
                 OFFSET 0) e)
          WHERE (l.is_exchange_difference AND (e.source = ANY (ARRAY['invoice'::text, 'bill'::text])))) d
  GROUP BY d.tenant_id, d.company_id, d.record_table, d.id
 HAVING ((sum(d.difference) <> (0)::numeric) OR bool_or(d.is_wrong))
UNION ALL
 SELECT a.tenant_id,
    'base_amount_scale'::text AS kind,
    a.company_id,
    a.record_table,
    a.id AS record_id,
    'A base amount has more decimals than the base currency of the books'::text AS detail
   FROM (( SELECT i.tenant_id,
            i.company_id,
            'accounting.invoices'::text AS record_table,
            i.id,
            GREATEST(min_scale(i.base_amount), min_scale(i.paid_base_amount)) AS decimals
           FROM accounting.invoices i
          WHERE (i.status <> 'draft'::text)
        UNION ALL
         SELECT b_1.tenant_id,
            b_1.company_id,
            'accounting.bills'::text AS record_table,
            b_1.id,
            GREATEST(min_scale(b_1.base_amount), min_scale(b_1.paid_base_amount)) AS "greatest"
           FROM accounting.bills b_1
          WHERE (b_1.status <> 'draft'::text)
        UNION ALL
         SELECT p.tenant_id,
            p.company_id,
            'accounting.payments'::text AS record_table,
            p.id,
            GREATEST(min_scale(p.base_amount), min_scale(p.exchange_difference), min_scale(p.allocated_base_amount)) AS "greatest"
           FROM accounting.payments p
        UNION ALL
         SELECT l.tenant_id,
            l.company_id,
            'accounting.payment_allocations'::text AS record_table,
            l.id,
            GREATEST(min_scale(l.base_amount), min_scale(l.source_base_amount)) AS "greatest"
           FROM accounting.payment_allocations l) a
     JOIN accounting.books b ON (((b.tenant_id = a.tenant_id) AND (b.company_id = a.company_id))))
  WHERE (a.decimals > tenancy.currency_exponent(b.base_currency));

-- grants accounting.violations_of_base_amounts
GRANT SELECT ON accounting.violations_of_base_amounts TO authenticated;
GRANT SELECT ON accounting.violations_of_base_amounts TO platform;

-- view accounting.violations_of_documents
CREATE VIEW accounting.violations_of_documents WITH (security_invoker=true) AS
 SELECT n.tenant_id,
    rule.kind,
    n.company_id,
    (('accounting.'::text || n.source) || 's'::text) AS record_table,
    n.id AS record_id,
    rule.detail
   FROM (( SELECT d.tenant_id,
            d.source,
            d.company_id,
            d.id,
            (sum(d.total_amount) IS DISTINCT FROM sum(d.amount)) AS has_other_total,
            (min(d.currency) <> max(d.currency)) AS has_other_currency
           FROM ( SELECT 'invoice'::text AS source,
                    i.tenant_id,
                    i.company_id,
                    i.id,
                    i.currency,
                    i.total_amount,
                    NULL::numeric AS amount
                   FROM accounting.invoices i
                  WHERE (i.status <> 'draft'::text)
                UNION ALL
                 SELECT 'bill'::text AS source,
                    b.tenant_id,
                    b.company_id,
                    b.id,
                    b.currency,
                    b.total_amount,
                    NULL::numeric AS amount
                   FROM accounting.bills b
                  WHERE (b.status <> 'draft'::text)
                UNION ALL
                 SELECT 'invoice'::text AS source,
                    l.tenant_id,
                    l.company_id,
                    l.invoice_id,
                    l.currency,
                    NULL::numeric AS total_amount,
                    l.amount
                   FROM accounting.invoice_lines l
                UNION ALL
                 SELECT 'bill'::text AS source,
                    l.tenant_id,
                    l.company_id,
                    l.bill_id,
                    l.currency,
                    NULL::numeric AS total_amount,
                    l.amount
                   FROM accounting.bill_lines l) d
          GROUP BY d.tenant_id, d.source, d.company_id, d.id
         HAVING ((count(d.total_amount) > 0) AND ((sum(d.total_amount) IS DISTINCT FROM sum(d.amount)) OR (min(d.currency) <> max(d.currency))))) n
     CROSS JOIN LATERAL ( VALUES ((n.source || '_total_differs'::text),n.has_other_total,'The total is not the sum of the lines'::text), ('line_currency_differs'::text,n.has_other_currency,'A line is in another currency than the document'::text)) rule(kind, is_broken, detail))
  WHERE rule.is_broken
UNION ALL
 SELECT d.tenant_id,
    d.kind,
    d.company_id,
        CASE d.kind
            WHEN 'invoice_total_differs'::text THEN 'accounting.invoices'::text
            ELSE 'accounting.bills'::text
        END AS record_table,
    d.id AS record_id,
    'The total is not the sum of the lines'::text AS detail
   FROM ( SELECT 'invoice_total_differs'::text AS kind,
            i.tenant_id,
            i.company_id,
            i.id,
            i.total_amount,
            l.amount
           FROM (accounting.invoices i
             CROSS JOIN LATERAL ( SELECT sum(l_1.amount) AS amount
                   FROM accounting.invoice_lines l_1
                  WHERE ((l_1.tenant_id = i.tenant_id) AND (l_1.invoice_id = i.id))
                 OFFSET 0) l)
          WHERE (i.status = 'draft'::text)
        UNION ALL
         SELECT 'bill_total_differs'::text AS kind,
            b.tenant_id,
            b.company_id,
            b.id,
            b.total_amount,
            l.amount
           FROM (accounting.bills b
             CROSS JOIN LATERAL ( SELECT sum(l_1.amount) AS amount
                   FROM accounting.bill_lines l_1
                  WHERE ((l_1.tenant_id = b.tenant_id) AND (l_1.bill_id = b.id))
                 OFFSET 0) l)
          WHERE (b.status = 'draft'::text)) d
  WHERE (d.total_amount <> d.amount)
UNION ALL
 SELECT d.tenant_id,
    'status_differs'::text AS kind,
    d.company_id,
    d.record_table,
    d.id AS record_id,
    'The status is not what is settled of the document'::text AS detail
   FROM ( SELECT i.tenant_id,
            i.company_id,
            'accounting.invoices'::text AS record_table,
            i.id,
            i.total_amount,
            i.paid_amount,
                CASE i.status
                    WHEN 'issued'::text THEN 'open'::text
                    ELSE i.status
                END AS status
           FROM accounting.invoices i
        UNION ALL
         SELECT i.tenant_id,
            i.company_id,
            'accounting.bills'::text AS record_table,
            i.id,
            i.total_amount,
            i.paid_amount,
                CASE i.status
                    WHEN 'approved'::text THEN 'open'::text
                    ELSE i.status
                END AS status
           FROM accounting.bills i) d
  WHERE
        CASE d.status
            WHEN 'paid'::text THEN (d.paid_amount <> d.total_amount)
            WHEN 'partly_paid'::text THEN ((d.paid_amount <= (0)::numeric) OR (d.paid_amount >= d.total_amount))
            ELSE (d.paid_amount <> (0)::numeric)
        END
UNION ALL
 SELECT d.tenant_id,
    'credit_exceeds'::text AS kind,
    d.company_id,
    d.record_table,
    d.id AS record_id,
        CASE d.record_table
            WHEN 'accounting.invoices'::text THEN 'The credit notes are more than the invoice'::text
            ELSE 'The credit notes are more than the bill'::text
        END AS detail
   FROM ( SELECT i.tenant_id,
            i.company_id,
            'accounting.invoices'::text AS record_table,
            i.id,
            i.total_amount AS amount
           FROM accounting.invoices i
        UNION ALL
         SELECT i.tenant_id,
            i.company_id,
            'accounting.invoices'::text AS record_table,
            i.credited_invoice_id,
            (- i.total_amount)
           FROM accounting.invoices i
          WHERE ((i.credited_invoice_id IS NOT NULL) AND (i.status <> ALL (ARRAY['draft'::text, 'void'::text])))
        UNION ALL
         SELECT b.tenant_id,
            b.company_id,
            'accounting.bills'::text AS record_table,
            b.id,
            b.total_amount
           FROM accounting.bills b
        UNION ALL
         SELECT b.tenant_id,
            b.company_id,
            'accounting.bills'::text AS record_table,
            b.credited_bill_id,
            (- b.total_amount)
           FROM accounting.bills b
          WHERE ((b.credited_bill_id IS NOT NULL) AND (b.status <> ALL (ARRAY['draft'::text, 'void'::text])))) d
  GROUP BY d.tenant_id, d.company_id, d.record_table, d.id
 HAVING (sum(d.amount) < (0)::numeric)
UNION ALL
 SELECT n.tenant_id,
    'credited_document'::text AS kind,
    n.company_id,
    n.record_table,
    n.id AS record_id,
    'The credit note names a document that it cannot take back'::text AS detail
   FROM ( SELECT i.tenant_id,
            i.company_id,
            'accounting.invoices'::text AS record_table,
            i.id,
            ((c.kind = 'invoice'::text) AND (c.status <> ALL (ARRAY['draft'::text, 'void'::text])) AND (c.invoice_date <= i.invoice_date) AND ((c.company_id = i.company_id) AND (c.customer_id = i.customer_id) AND (c.currency = i.currency))) AS fits
           FROM (accounting.invoices i
             LEFT JOIN LATERAL ( SELECT o.tenant_id,
                    o.id,
                    o.company_id,
                    o.customer_id,
                    o.kind,
                    o.credited_invoice_id,
                    o.invoice_number,
                    o.invoice_date,
                    o.due_date,
                    o.total_amount,
                    o.currency,
                    o.exchange_rate,
                    o.base_amount,
                    o.paid_amount,
                    o.paid_base_amount,
                    o.voided_on,
                    o.external_id,
                    o.status,
                    o.billing_country,
                    o.issued_at,
                    o.created_at,
                    o.updated_at,
                    o.seller,
                    o.buyer
                   FROM accounting.invoices o
                  WHERE ((o.tenant_id = i.tenant_id) AND (o.id = i.credited_invoice_id))
                 OFFSET 0) c ON (true))
          WHERE ((i.credited_invoice_id IS NOT NULL) AND (i.status <> ALL (ARRAY['draft'::text, 'void'::text])))
        UNION ALL
         SELECT b.tenant_id,
            b.company_id,
            'accounting.bills'::text AS record_table,
            b.id,
            ((c.kind = 'bill'::text) AND (c.status <> ALL (ARRAY['draft'::text, 'void'::text])) AND (c.bill_date <= b.bill_date) AND ((c.company_id = b.company_id) AND (c.vendor_id = b.vendor_id) AND (c.currency = b.currency)))
           FROM (accounting.bills b
             LEFT JOIN LATERAL ( SELECT o.tenant_id,
                    o.id,
                    o.company_id,
                    o.vendor_id,
                    o.kind,
                    o.credited_bill_id,
                    o.bill_number,
                    o.bill_date,
                    o.due_date,
                    o.total_amount,
                    o.currency,
                    o.exchange_rate,
                    o.base_amount,
                    o.paid_amount,
                    o.paid_base_amount,
                    o.voided_on,
                    o.external_id,
                    o.status,
                    o.approved_at,
                    o.approved_by,
                    o.created_at,
                    o.updated_at,
                    o.seller,
                    o.buyer
                   FROM accounting.bills o
                  WHERE ((o.tenant_id = b.tenant_id) AND (o.id = b.credited_bill_id))
                 OFFSET 0) c ON (true))
          WHERE ((b.credited_bill_id IS NOT NULL) AND (b.status <> ALL (ARRAY['draft'::text, 'void'::text])))) n
  WHERE (n.fits IS NOT TRUE);

-- grants accounting.violations_of_documents
GRANT SELECT ON accounting.violations_of_documents TO authenticated;
GRANT SELECT ON accounting.violations_of_documents TO platform;

-- view accounting.violations_of_journal_entries
CREATE VIEW accounting.violations_of_journal_entries WITH (security_invoker=true) AS
 SELECT n.tenant_id,
    rule.kind,
    n.company_id,
    'accounting.journal_entries'::text AS record_table,
    n.entry_id AS record_id,
    rule.detail
   FROM (( SELECT c.tenant_id,
            c.company_id,
            c.entry_id,
            sum(c.lines) AS lines,
            bool_or((c.net <> (0)::numeric)) AS is_unbalanced,
            sum(c.base_net) AS base_net
           FROM ( SELECT l.tenant_id,
                    l.company_id,
                    l.entry_id,
                    l.currency,
                    count(*) AS lines,
                    0 AS entries,
                    COALESCE(sum((l.debit - l.credit)) FILTER (WHERE (NOT l.is_exchange_difference)), (0)::numeric) AS net,
                    sum((l.base_debit - l.base_credit)) AS base_net
                   FROM accounting.journal_lines l
                  GROUP BY l.tenant_id, l.company_id, l.entry_id, l.currency
                UNION ALL
                 SELECT e.tenant_id,
                    e.company_id,
                    e.id,
                    NULL::text AS currency,
                    0,
                    1,
                    0,
                    0
                   FROM accounting.journal_entries e) c
          GROUP BY c.tenant_id, c.company_id, c.entry_id
         HAVING ((sum(c.entries) > 0) AND ((sum(c.lines) < (2)::numeric) OR bool_or((c.net <> (0)::numeric)) OR (sum(c.base_net) <> (0)::numeric)))) n
     CROSS JOIN LATERAL ( VALUES ('entry_too_few_lines'::text,(n.lines < (2)::numeric),'The entry has fewer than two lines'::text), ('entry_unbalanced'::text,n.is_unbalanced,'Debit and credit differ in a currency'::text), ('entry_unbalanced_base'::text,(n.base_net <> (0)::numeric),'Debit and credit differ in base currency'::text)) rule(kind, is_broken, detail))
  WHERE rule.is_broken
UNION ALL
 SELECT e.tenant_id,
    'posted_in_closed_period'::text AS kind,
    e.company_id,
    'accounting.journal_entries'::text AS record_table,
    e.id AS record_id,
    'The entry was posted after its period closed'::text AS detail
   FROM (accounting.journal_entries e
     CROSS JOIN LATERAL ( SELECT f.status,
            f.ends_on,
            f.closed_at
           FROM accounting.fiscal_periods f
          WHERE ((f.tenant_id = e.tenant_id) AND (f.company_id = e.company_id) AND (f.starts_on <= e.entry_date))
          ORDER BY f.starts_on DESC
         LIMIT 1) p)
  WHERE ((p.status = 'closed'::text) AND (e.entry_date <= p.ends_on) AND (e.created_at > p.closed_at))
UNION ALL
 SELECT DISTINCT m.tenant_id,
    'reversal_differs'::text AS kind,
    m.company_id,
    'accounting.journal_entries'::text AS record_table,
    m.mirror_id AS record_id,
    'The entry does not mirror the entry that it takes back'::text AS detail
   FROM ( SELECT e.tenant_id,
            e.company_id,
            e.id AS mirror_id
           FROM (((accounting.journal_entries e
             CROSS JOIN LATERAL ( SELECT e.reverses_entry_id AS id
                  WHERE (e.reverses_entry_id IS NOT NULL)
                UNION ALL
                 SELECT o.id
                   FROM accounting.journal_entries o
                  WHERE ((e.source <> 'reversal'::text) AND (o.tenant_id = e.tenant_id) AND (o.source_id = e.source_id) AND ((o.source || '_void'::text) = e.source))
         OFFSET 0) original)
             CROSS JOIN LATERAL ( VALUES (e.id,1), (original.id,'-1'::integer)) side(entry_id, sign))
             CROSS JOIN LATERAL ( SELECT j.tenant_id,
                    j.id,
                    j.company_id,
                    j.entry_id,
                    j.line_number,
                    j.account_id,
                    j.entry_date,
                    j.currency,
                    j.debit,
                    j.credit,
                    j.base_debit,
                    j.base_credit,
                    j.is_exchange_difference,
                    j.customer_id,
                    j.vendor_id,
                    j.description,
                    j.account_version,
                    j.balance_after,
                    j.created_at
                   FROM accounting.journal_lines j
                  WHERE ((j.tenant_id = e.tenant_id) AND (j.entry_id = side.entry_id))
                 OFFSET 0) l)
          WHERE (e.source = ANY (ARRAY['reversal'::text, 'invoice_void'::text, 'bill_void'::text, 'payment_void'::text, 'allocation_void'::text]))
          GROUP BY e.tenant_id, e.company_id, e.id, l.account_id, l.currency, l.is_exchange_difference, l.customer_id, l.vendor_id, ((side.sign)::numeric * (l.debit - l.credit)), ((side.sign)::numeric * (l.base_debit - l.base_credit))
         HAVING (sum(side.sign) <> 0)) m
UNION ALL
 SELECT e.tenant_id,
    'reversal_differs'::text AS kind,
    e.company_id,
    'accounting.journal_entries'::text AS record_table,
    e.id AS record_id,
    'The entry does not mirror the entry that it takes back'::text AS detail
   FROM (accounting.journal_entries e
     CROSS JOIN LATERAL ( SELECT o.reference
           FROM accounting.journal_entries o
          WHERE ((o.tenant_id = e.tenant_id) AND (o.id = e.reverses_entry_id))
         OFFSET 0) original)
  WHERE ((e.source = 'reversal'::text) AND ((e.source_id <> e.reverses_entry_id) OR (e.reference IS DISTINCT FROM original.reference)))
UNION ALL
 SELECT e.tenant_id,
    'reversed_twice'::text AS kind,
    e.company_id,
    'accounting.journal_entries'::text AS record_table,
    e.reverses_entry_id AS record_id,
    'The entry is reversed more than once'::text AS detail
   FROM accounting.journal_entries e
  WHERE (e.reverses_entry_id IS NOT NULL)
  GROUP BY e.tenant_id, e.company_id, e.reverses_entry_id
 HAVING (count(*) > 1);

-- grants accounting.violations_of_journal_entries
GRANT SELECT ON accounting.violations_of_journal_entries TO authenticated;
GRANT SELECT ON accounting.violations_of_journal_entries TO platform;

-- view accounting.violations_of_journal_lines
CREATE VIEW accounting.violations_of_journal_lines WITH (security_invoker=true) AS
 SELECT c.tenant_id,
    rule.kind,
    c.company_id,
    'accounting.journal_lines'::text AS record_table,
    c.id AS record_id,
    rule.detail
   FROM (( SELECT l.tenant_id,
            l.company_id,
            l.id,
            (e.entry_date IS DISTINCT FROM l.entry_date) AS has_other_date,
            (((l.debit + l.credit) <> round((l.debit + l.credit), tenancy.currency_exponent(l.currency))) OR ((l.base_debit + l.base_credit) <> round((l.base_debit + l.base_credit), tenancy.currency_exponent(b.base_currency)))) AS has_decimals,
            ((a.currency <> l.currency) AND (NOT l.is_exchange_difference)) AS has_other_currency,
            (a.company_id IS DISTINCT FROM l.company_id) AS lacks_account,
                CASE
                    WHEN (l.currency = b.base_currency) THEN ((l.debit <> l.base_debit) OR (l.credit <> l.base_credit))
                    ELSE l.is_exchange_difference
                END AS has_other_base,
            (((l.account_id = b.receivable_account_id) AND (l.customer_id IS NULL)) OR ((l.account_id = b.payable_account_id) AND (l.vendor_id IS NULL))) AS lacks_party,
            (((l.customer_id IS NOT NULL) AND (l.account_id IS DISTINCT FROM b.receivable_account_id)) OR ((l.vendor_id IS NOT NULL) AND (l.account_id IS DISTINCT FROM b.payable_account_id))) AS is_off_control
           FROM (((accounting.journal_lines l
             LEFT JOIN accounting.journal_entries e ON (((e.tenant_id = l.tenant_id) AND (e.id = l.entry_id))))
             LEFT JOIN accounting.accounts a ON (((a.tenant_id = l.tenant_id) AND (a.id = l.account_id))))
             LEFT JOIN accounting.books b ON (((b.tenant_id = l.tenant_id) AND (b.company_id = l.company_id))))) c
     CROSS JOIN LATERAL ( VALUES ('entry_date_differs'::text,c.has_other_date,'The line has another date than its entry, or no entry'::text), ('line_scale'::text,c.has_decimals,'The amount, or the base amount, has more decimals than its currency'::text), ('line_currency'::text,c.has_other_currency,'The line has another currency than its account'::text), ('line_account'::text,c.lacks_account,'The line names an account that its company does not have'::text), ('line_base_amount'::text,c.has_other_base,'The line is in base currency and has another base amount, or is an exchange difference in another currency'::text), ('control_line_without_party'::text,c.lacks_party,'The line of a control account names no customer or vendor'::text), ('party_off_control'::text,c.is_off_control,'The line names a customer or vendor, but is not of their control account'::text)) rule(kind, is_broken, detail))
  WHERE ((c.has_other_date OR c.has_decimals OR c.has_other_currency OR c.lacks_account OR c.has_other_base OR c.lacks_party OR c.is_off_control) AND rule.is_broken);

-- grants accounting.violations_of_journal_lines
GRANT SELECT ON accounting.violations_of_journal_lines TO authenticated;
GRANT SELECT ON accounting.violations_of_journal_lines TO platform;

-- view accounting.violations_of_numbers
CREATE VIEW accounting.violations_of_numbers WITH (security_invoker=true) AS
 SELECT s.tenant_id,
    'number_gap'::text AS kind,
    s.company_id,
    'tenancy.number_series'::text AS record_table,
    s.id AS record_id,
    ('No document has the number '::text || g.number) AS detail
   FROM ((tenancy.number_series s
     CROSS JOIN LATERAL ( SELECT tenancy.format_number(s.prefix, given.given, s.padding) AS number
           FROM generate_series(s.first_number, s.last_number) given(given)) g)
     LEFT JOIN LATERAL ( SELECT i_1.id
           FROM accounting.invoices i_1
          WHERE ((i_1.tenant_id = s.tenant_id) AND (i_1.company_id = s.company_id) AND ((i_1.invoice_number >= g.number) AND (i_1.invoice_number <= g.number)))
          ORDER BY i_1.invoice_number
         LIMIT 1) i ON (true))
  WHERE ((s.series = ANY (ARRAY['invoice'::text, 'credit_note'::text])) AND (i.id IS NULL));

-- grants accounting.violations_of_numbers
GRANT SELECT ON accounting.violations_of_numbers TO authenticated;
GRANT SELECT ON accounting.violations_of_numbers TO platform;

-- view accounting.violations_of_parties
CREATE VIEW accounting.violations_of_parties WITH (security_invoker=true) AS
 SELECT n.tenant_id,
    n.kind,
    n.company_id,
        CASE n.kind
            WHEN 'customer_balance_differs'::text THEN 'accounting.customers'::text
            ELSE 'accounting.vendors'::text
        END AS record_table,
    n.party_id AS record_id,
        CASE n.kind
            WHEN 'customer_balance_differs'::text THEN 'The balance is not the sum of the customer''s lines on the receivable account'::text
            ELSE 'The balance is not the sum of the vendor''s lines on the payable account'::text
        END AS detail
   FROM ( SELECT 'customer_balance_differs'::text AS kind,
            c.tenant_id,
            c.company_id,
            c.id AS party_id,
            (- c.balance) AS amount
           FROM accounting.customers c
        UNION ALL
         SELECT 'vendor_balance_differs'::text AS kind,
            v.tenant_id,
            v.company_id,
            v.id,
            (- v.balance)
           FROM accounting.vendors v
        UNION ALL
         SELECT 'customer_balance_differs'::text AS kind,
            l.tenant_id,
            l.company_id,
            l.customer_id,
            (l.base_debit - l.base_credit)
           FROM (accounting.journal_lines l
             JOIN accounting.books b ON (((b.tenant_id = l.tenant_id) AND (b.receivable_account_id = l.account_id))))
          WHERE (l.customer_id IS NOT NULL)
        UNION ALL
         SELECT 'vendor_balance_differs'::text AS kind,
            l.tenant_id,
            l.company_id,
            l.vendor_id,
            (l.base_credit - l.base_debit)
           FROM (accounting.journal_lines l
             JOIN accounting.books b ON (((b.tenant_id = l.tenant_id) AND (b.payable_account_id = l.account_id))))
          WHERE (l.vendor_id IS NOT NULL)) n
  GROUP BY n.tenant_id, n.kind, n.company_id, n.party_id
 HAVING (sum(n.amount) <> (0)::numeric)
UNION ALL
 SELECT d.tenant_id,
    d.kind,
    d.company_id,
        CASE d.kind
            WHEN 'receivables_differ'::text THEN 'accounting.customers'::text
            ELSE 'accounting.vendors'::text
        END AS record_table,
    d.party_id AS record_id,
    (
        CASE d.kind
            WHEN 'receivables_differ'::text THEN 'Documents and receivable account changed differently on '::text
            ELSE 'Documents and payable account changed differently on '::text
        END || to_char((d.day)::timestamp with time zone, 'YYYY-MM-DD'::text)) AS detail
   FROM ( SELECT r.kind,
            r.tenant_id,
            r.company_id,
            r.party_id,
            step.day,
            ((step.sign)::numeric * r.amount) AS amount
           FROM (( SELECT 'receivables_differ'::text AS kind,
                    i.tenant_id,
                    i.company_id,
                    i.customer_id AS party_id,
                    i.invoice_date AS made_on,
                    i.voided_on AS ended_on,
                        CASE i.kind
                            WHEN 'credit_note'::text THEN (- i.base_amount)
                            ELSE i.base_amount
                        END AS amount
                   FROM accounting.invoices i
                  WHERE (i.status <> 'draft'::text)
                UNION ALL
                 SELECT 'payables_differ'::text AS kind,
                    b.tenant_id,
                    b.company_id,
                    b.vendor_id,
                    b.bill_date,
                    b.voided_on,
                        CASE b.kind
                            WHEN 'credit_note'::text THEN (- b.base_amount)
                            ELSE b.base_amount
                        END AS base_amount
                   FROM accounting.bills b
                  WHERE (b.status <> 'draft'::text)
                UNION ALL
                 SELECT 'receivables_differ'::text AS kind,
                    p.tenant_id,
                    p.company_id,
                    p.customer_id,
                    p.payment_date,
                    p.voided_on,
                    ((
                        CASE
                            WHEN p.is_refund THEN 1
                            ELSE '-1'::integer
                        END)::numeric * (p.base_amount - p.exchange_difference))
                   FROM accounting.payments p
                  WHERE (p.customer_id IS NOT NULL)
                UNION ALL
                 SELECT 'payables_differ'::text AS kind,
                    p.tenant_id,
                    p.company_id,
                    p.vendor_id,
                    p.payment_date,
                    p.voided_on,
                    ((
                        CASE
                            WHEN p.is_refund THEN 1
                            ELSE '-1'::integer
                        END)::numeric * (p.base_amount - p.exchange_difference))
                   FROM accounting.payments p
                  WHERE (p.vendor_id IS NOT NULL)
                UNION ALL
                 SELECT 'receivables_differ'::text AS kind,
                    a.tenant_id,
                    a.company_id,
                    i.customer_id,
                    a.allocated_on,
                    a.reversed_on,
                    (a.source_base_amount - a.base_amount)
                   FROM (accounting.payment_allocations a
                     CROSS JOIN LATERAL ( SELECT d_1.customer_id
                           FROM accounting.invoices d_1
                          WHERE ((d_1.tenant_id = a.tenant_id) AND (d_1.id = a.invoice_id))
                         OFFSET 0) i)
                UNION ALL
                 SELECT 'payables_differ'::text AS kind,
                    a.tenant_id,
                    a.company_id,
                    b.vendor_id,
                    a.allocated_on,
                    a.reversed_on,
                    (a.source_base_amount - a.base_amount)
                   FROM (accounting.payment_allocations a
                     CROSS JOIN LATERAL ( SELECT d_1.vendor_id
                           FROM accounting.bills d_1
                          WHERE ((d_1.tenant_id = a.tenant_id) AND (d_1.id = a.bill_id))
                         OFFSET 0) b)
                UNION ALL
                 SELECT 'receivables_differ'::text AS kind,
                    a.tenant_id,
                    a.company_id,
                    p.customer_id,
                    a.allocated_on,
                    a.reversed_on,
                    (a.source_base_amount - a.base_amount)
                   FROM (accounting.payment_allocations a
                     JOIN accounting.payments p ON (((p.tenant_id = a.tenant_id) AND (p.id = a.refund_id) AND (p.customer_id IS NOT NULL))))
                UNION ALL
                 SELECT 'payables_differ'::text AS kind,
                    a.tenant_id,
                    a.company_id,
                    p.vendor_id,
                    a.allocated_on,
                    a.reversed_on,
                    (a.source_base_amount - a.base_amount)
                   FROM (accounting.payment_allocations a
                     JOIN accounting.payments p ON (((p.tenant_id = a.tenant_id) AND (p.id = a.refund_id) AND (p.vendor_id IS NOT NULL))))) r
             CROSS JOIN LATERAL ( VALUES (r.made_on,1), (r.ended_on,'-1'::integer)) step(day, sign))
          WHERE (step.day IS NOT NULL)
        UNION ALL
         SELECT 'receivables_differ'::text AS kind,
            l.tenant_id,
            l.company_id,
            l.customer_id,
            l.entry_date,
            (l.base_credit - l.base_debit)
           FROM (accounting.journal_lines l
             JOIN accounting.books b ON (((b.tenant_id = l.tenant_id) AND (b.receivable_account_id = l.account_id))))
          WHERE (l.customer_id IS NOT NULL)
        UNION ALL
         SELECT 'payables_differ'::text AS kind,
            l.tenant_id,
            l.company_id,
            l.vendor_id,
            l.entry_date,
            (l.base_debit - l.base_credit)
           FROM (accounting.journal_lines l
             JOIN accounting.books b ON (((b.tenant_id = l.tenant_id) AND (b.payable_account_id = l.account_id))))
          WHERE (l.vendor_id IS NOT NULL)) d
  GROUP BY d.tenant_id, d.kind, d.company_id, d.party_id, d.day
 HAVING (sum(d.amount) <> (0)::numeric);

-- grants accounting.violations_of_parties
GRANT SELECT ON accounting.violations_of_parties TO authenticated;
GRANT SELECT ON accounting.violations_of_parties TO platform;

-- view accounting.violations_of_periods
CREATE VIEW accounting.violations_of_periods WITH (security_invoker=true) AS
 SELECT g.tenant_id,
    'period_gap'::text AS kind,
    g.company_id,
    'accounting.fiscal_periods'::text AS record_table,
    g.id AS record_id,
    'The period does not begin the day after the one before ends'::text AS detail
   FROM ( SELECT p.tenant_id,
            p.company_id,
            p.id,
            (p.starts_on <> (lag(p.ends_on) OVER (PARTITION BY p.tenant_id, p.company_id ORDER BY p.starts_on) + 1)) AS is_gap
           FROM accounting.fiscal_periods p) g
  WHERE g.is_gap
UNION ALL
 SELECT b.tenant_id,
    'closed_through_differs'::text AS kind,
    b.company_id,
    'accounting.books'::text AS record_table,
    b.id AS record_id,
    'The books are not closed through the end of the last closed period, or an open period lies before it'::text AS detail
   FROM (accounting.books b
     CROSS JOIN LATERAL ( SELECT max(f.ends_on) FILTER (WHERE (f.status = 'closed'::text)) AS closed_end,
            min(f.starts_on) FILTER (WHERE (f.status = 'open'::text)) AS open_start
           FROM accounting.fiscal_periods f
          WHERE ((f.tenant_id = b.tenant_id) AND (f.company_id = b.company_id))) p)
  WHERE ((b.closed_through IS DISTINCT FROM p.closed_end) OR (p.open_start < p.closed_end));

-- grants accounting.violations_of_periods
GRANT SELECT ON accounting.violations_of_periods TO authenticated;
GRANT SELECT ON accounting.violations_of_periods TO platform;

-- view accounting.violations_of_posted_accounts
CREATE VIEW accounting.violations_of_posted_accounts WITH (security_invoker=true) AS
 SELECT n.tenant_id,
    'posted_accounts_differ'::text AS kind,
    n.company_id,
    (('accounting.'::text || n.source) || 's'::text) AS record_table,
    n.document_id AS record_id,
    'Less was posted to an account than the lines name it for'::text AS detail
   FROM ((( SELECT l.tenant_id,
            l.company_id,
            'invoice'::text AS source,
            l.invoice_id AS document_id,
            l.account_id,
            sum(l.amount) AS amount
           FROM accounting.invoice_lines l
          WHERE (l.account_id IS NOT NULL)
          GROUP BY l.tenant_id, l.company_id, l.invoice_id, l.account_id
        UNION ALL
         SELECT l.tenant_id,
            l.company_id,
            'bill'::text AS source,
            l.bill_id,
            l.account_id,
            sum(l.amount) AS sum
           FROM accounting.bill_lines l
          WHERE (l.account_id IS NOT NULL)
          GROUP BY l.tenant_id, l.company_id, l.bill_id, l.account_id) n
     CROSS JOIN LATERAL ( SELECT e_1.id
           FROM accounting.journal_entries e_1
          WHERE ((e_1.tenant_id = n.tenant_id) AND (e_1.source_id = n.document_id) AND (e_1.source = n.source))
         OFFSET 0) e)
     CROSS JOIN LATERAL ( SELECT COALESCE(sum((j.debit + j.credit)), (0)::numeric) AS amount
           FROM accounting.journal_lines j
          WHERE ((j.tenant_id = n.tenant_id) AND (j.entry_id = e.id) AND (j.account_id = n.account_id) AND (j.customer_id IS NULL) AND (j.vendor_id IS NULL))) p)
  WHERE (p.amount < n.amount);

-- grants accounting.violations_of_posted_accounts
GRANT SELECT ON accounting.violations_of_posted_accounts TO authenticated;
GRANT SELECT ON accounting.violations_of_posted_accounts TO platform;

-- view accounting.violations_of_postings
CREATE VIEW accounting.violations_of_postings WITH (security_invoker=true) AS
 SELECT s.tenant_id,
    rule.kind,
    s.company_id,
    rule.record_table,
    s.source_id AS record_id,
    'The record and its entries differ in amount, currency, date, party, number or account'::text AS detail
   FROM (( SELECT i.tenant_id,
            i.company_id,
            step.source,
            i.id AS source_id,
            1 AS entries,
            hash_record_extended(ROW(step.day, i.customer_id, i.currency, i.invoice_number, ((signed.of_kind)::numeric * i.total_amount), ((signed.of_kind)::numeric * i.base_amount)), (0)::bigint) AS control,
            NULL::bigint AS account
           FROM ((accounting.invoices i
             CROSS JOIN LATERAL ( VALUES ('invoice'::text,i.invoice_date,1), ('invoice_void'::text,i.voided_on,'-1'::integer)) step(source, day, sign))
             CROSS JOIN LATERAL ( SELECT (step.sign *
                        CASE i.kind
                            WHEN 'credit_note'::text THEN '-1'::integer
                            ELSE 1
                        END) AS of_kind) signed)
          WHERE ((i.status <> 'draft'::text) AND (i.total_amount > (0)::numeric) AND (step.day IS NOT NULL))
        UNION ALL
         SELECT i.tenant_id,
            i.company_id,
            step.source,
            i.id,
            1,
            hash_record_extended(ROW(step.day, i.vendor_id, i.currency, i.bill_number, ((signed.of_kind)::numeric * i.total_amount), ((signed.of_kind)::numeric * i.base_amount)), (0)::bigint) AS hash_record_extended,
            NULL::bigint AS account
           FROM ((accounting.bills i
             CROSS JOIN LATERAL ( VALUES ('bill'::text,i.bill_date,1), ('bill_void'::text,i.voided_on,'-1'::integer)) step(source, day, sign))
             CROSS JOIN LATERAL ( SELECT (step.sign *
                        CASE i.kind
                            WHEN 'credit_note'::text THEN 1
                            ELSE '-1'::integer
                        END) AS of_kind) signed)
          WHERE ((i.status <> 'draft'::text) AND (i.total_amount > (0)::numeric) AND (step.day IS NOT NULL))
        UNION ALL
         SELECT p.tenant_id,
            p.company_id,
            step.source,
            p.id,
            1,
            hash_record_extended(ROW(step.day, COALESCE(p.customer_id, p.vendor_id), p.currency, p.reference, ((signed.of_direction)::numeric * p.amount), ((signed.of_direction)::numeric * (p.base_amount - p.exchange_difference))), (0)::bigint) AS hash_record_extended,
            hash_record_extended(ROW(p.account_id, (((- signed.of_direction))::numeric * p.base_amount)), (0)::bigint) AS hash_record_extended
           FROM ((accounting.payments p
             CROSS JOIN LATERAL ( VALUES ('payment'::text,p.payment_date,1), ('payment_void'::text,p.voided_on,'-1'::integer)) step(source, day, sign))
             CROSS JOIN LATERAL ( SELECT (step.sign *
                        CASE p.direction
                            WHEN 'in'::text THEN '-1'::integer
                            ELSE 1
                        END) AS of_direction) signed)
          WHERE (step.day IS NOT NULL)
        UNION ALL
         SELECT a.tenant_id,
            a.company_id,
            step.source,
            a.id,
            1,
            hash_record_extended(ROW(step.day, COALESCE(i.customer_id, b.vendor_id, r.customer_id, r.vendor_id), o.base_currency, NULL::text, difference.amount, difference.amount), (0)::bigint) AS hash_record_extended,
            NULL::bigint AS account
           FROM ((((((accounting.payment_allocations a
             LEFT JOIN accounting.books o ON (((o.tenant_id = a.tenant_id) AND (o.company_id = a.company_id))))
             LEFT JOIN accounting.invoices i ON (((i.tenant_id = a.tenant_id) AND (i.id = a.invoice_id))))
             LEFT JOIN accounting.bills b ON (((b.tenant_id = a.tenant_id) AND (b.id = a.bill_id))))
             LEFT JOIN accounting.payments r ON (((r.tenant_id = a.tenant_id) AND (r.id = a.refund_id))))
             CROSS JOIN LATERAL ( VALUES ('allocation'::text,a.allocated_on,1), ('allocation_void'::text,a.reversed_on,'-1'::integer)) step(source, day, sign))
             CROSS JOIN LATERAL ( SELECT (((step.sign *
                        CASE
                            WHEN (num_nonnulls(i.customer_id, r.customer_id) = 0) THEN '-1'::integer
                            ELSE 1
                        END))::numeric * (a.source_base_amount - a.base_amount)) AS amount) difference)
          WHERE ((a.source_base_amount <> a.base_amount) AND (step.day IS NOT NULL))
        UNION ALL
         SELECT e.tenant_id,
            e.company_id,
            e.source,
            e.source_id,
                CASE
                    WHEN line.is_other THEN 0
                    ELSE '-1'::integer
                END AS "case",
                CASE
                    WHEN (NOT line.is_other) THEN hash_record_extended(ROW(e.entry_date, COALESCE(l.customer_id, l.vendor_id), l.currency, e.reference, (l.debit - l.credit), (l.base_debit - l.base_credit)), (0)::bigint)
                    ELSE NULL::bigint
                END AS "case",
                CASE
                    WHEN line.is_other THEN hash_record_extended(ROW(l.account_id, (l.base_debit - l.base_credit)), (0)::bigint)
                    ELSE NULL::bigint
                END AS "case"
           FROM (((accounting.journal_entries e
             LEFT JOIN accounting.books b ON (((b.tenant_id = e.tenant_id) AND (b.company_id = e.company_id))))
             LEFT JOIN accounting.journal_lines l ON (((l.tenant_id = e.tenant_id) AND (l.entry_id = e.id) AND (((e.source = ANY (ARRAY['payment'::text, 'payment_void'::text])) AND (NOT l.is_exchange_difference)) OR ((l.account_id = b.receivable_account_id) OR (l.account_id = b.payable_account_id))))))
             CROSS JOIN LATERAL ( SELECT COALESCE((l.account_id <> ALL (ARRAY[b.receivable_account_id, b.payable_account_id])), false) AS is_other) line)
          WHERE (e.source <> ALL (ARRAY['manual'::text, 'reversal'::text]))) s
     JOIN ( VALUES ('invoice'::text,'invoice_not_posted'::text,'accounting.invoices'::text), ('invoice_void'::text,'invoice_not_posted'::text,'accounting.invoices'::text), ('bill'::text,'bill_not_posted'::text,'accounting.bills'::text), ('bill_void'::text,'bill_not_posted'::text,'accounting.bills'::text), ('payment'::text,'payment_not_posted'::text,'accounting.payments'::text), ('payment_void'::text,'payment_not_posted'::text,'accounting.payments'::text), ('allocation'::text,'allocation_not_posted'::text,'accounting.payment_allocations'::text), ('allocation_void'::text,'allocation_not_posted'::text,'accounting.payment_allocations'::text)) rule(source, kind, record_table) ON ((rule.source = s.source)))
  GROUP BY s.tenant_id, rule.kind, s.company_id, rule.record_table, s.source, s.source_id
 HAVING ((sum(s.entries) <> 0) OR (min(s.control) <> max(s.control)) OR (min(s.account) <> max(s.account)));

-- grants accounting.violations_of_postings
GRANT SELECT ON accounting.violations_of_postings TO authenticated;
GRANT SELECT ON accounting.violations_of_postings TO platform;

-- view sales.violations
CREATE VIEW sales.violations WITH (security_invoker=true) AS
 SELECT violations_of_businesses.tenant_id,
    violations_of_businesses.kind,
    violations_of_businesses.business_id,
    violations_of_businesses.record_table,
    violations_of_businesses.record_id,
    violations_of_businesses.detail
   FROM sales.violations_of_businesses
UNION ALL
 SELECT violations_of_stock.tenant_id,
    violations_of_stock.kind,
    violations_of_stock.business_id,
    violations_of_stock.record_table,
    violations_of_stock.record_id,
    violations_of_stock.detail
   FROM sales.violations_of_stock
UNION ALL
 SELECT violations_of_sales.tenant_id,
    violations_of_sales.kind,
    violations_of_sales.business_id,
    violations_of_sales.record_table,
    violations_of_sales.record_id,
    violations_of_sales.detail
   FROM sales.violations_of_sales
UNION ALL
 SELECT violations_of_abonos.tenant_id,
    violations_of_abonos.kind,
    violations_of_abonos.business_id,
    violations_of_abonos.record_table,
    violations_of_abonos.record_id,
    violations_of_abonos.detail
   FROM sales.violations_of_abonos
UNION ALL
 SELECT violations_of_debts.tenant_id,
    violations_of_debts.kind,
    violations_of_debts.business_id,
    violations_of_debts.record_table,
    violations_of_debts.record_id,
    violations_of_debts.detail
   FROM sales.violations_of_debts
UNION ALL
 SELECT violations_of_routes.tenant_id,
    violations_of_routes.kind,
    violations_of_routes.business_id,
    violations_of_routes.record_table,
    violations_of_routes.record_id,
    violations_of_routes.detail
   FROM sales.violations_of_routes
UNION ALL
 SELECT violations_of_orders.tenant_id,
    violations_of_orders.kind,
    violations_of_orders.business_id,
    violations_of_orders.record_table,
    violations_of_orders.record_id,
    violations_of_orders.detail
   FROM sales.violations_of_orders
UNION ALL
 SELECT violations_of_closings.tenant_id,
    violations_of_closings.kind,
    violations_of_closings.business_id,
    violations_of_closings.record_table,
    violations_of_closings.record_id,
    violations_of_closings.detail
   FROM sales.violations_of_closings
UNION ALL
 SELECT violations_of_totals.tenant_id,
    violations_of_totals.kind,
    violations_of_totals.business_id,
    violations_of_totals.record_table,
    violations_of_totals.record_id,
    violations_of_totals.detail
   FROM sales.violations_of_totals;

-- grants sales.violations
GRANT SELECT ON sales.violations TO authenticated;
GRANT SELECT ON sales.violations TO platform;

-- view sales.violations_of_abonos
CREATE VIEW sales.violations_of_abonos WITH (security_invoker=true) AS
 SELECT n.tenant_id,
    'abono_allocated_differs'::text AS kind,
    n.business_id,
    'sales.abonos'::text AS record_table,
    n.abono_id AS record_id,
    'What is allocated is not the sum of the allocations that stand'::text AS detail
   FROM ( SELECT b.tenant_id,
            b.business_id,
            b.id AS abono_id,
            b.allocated_amount AS amount
           FROM sales.abonos b
        UNION ALL
         SELECT a.tenant_id,
            a.business_id,
            a.abono_id,
            (- a.amount)
           FROM sales.abono_allocations a
          WHERE (a.reversed_on IS NULL)) n
  GROUP BY n.tenant_id, n.business_id, n.abono_id
 HAVING (sum(n.amount) <> (0)::numeric)
UNION ALL
 SELECT n.tenant_id,
    'abono_refund_differs'::text AS kind,
    n.business_id,
    'sales.abonos'::text AS record_table,
    n.abono_id AS record_id,
    'What was given back is not the amount of a void abono'::text AS detail
   FROM ( SELECT b.tenant_id,
            b.business_id,
            b.id AS abono_id,
            b.amount
           FROM sales.abonos b
          WHERE (b.status = 'void'::text)
        UNION ALL
         SELECT r.tenant_id,
            r.business_id,
            r.abono_id,
            (- r.amount)
           FROM sales.refunds r
          WHERE (r.abono_id IS NOT NULL)) n
  GROUP BY n.tenant_id, n.business_id, n.abono_id
 HAVING (sum(n.amount) <> (0)::numeric)
UNION ALL
 SELECT a.tenant_id,
    'allocation_customer_differs'::text AS kind,
    a.business_id,
    'sales.abono_allocations'::text AS record_table,
    a.id AS record_id,
    'The sale is not of the customer who paid'::text AS detail
   FROM ((sales.abono_allocations a
     JOIN sales.abonos b ON (((b.tenant_id = a.tenant_id) AND (b.id = a.abono_id))))
     JOIN sales.sales s ON (((s.tenant_id = a.tenant_id) AND (s.id = a.sale_id))))
  WHERE (s.client_id IS DISTINCT FROM b.client_id)
UNION ALL
 SELECT a.tenant_id,
    'allocation_early'::text AS kind,
    a.business_id,
    'sales.abono_allocations'::text AS record_table,
    a.id AS record_id,
    'It counts before the day of its abono or of its sale'::text AS detail
   FROM ((sales.abono_allocations a
     JOIN sales.abonos b ON (((b.tenant_id = a.tenant_id) AND (b.id = a.abono_id))))
     JOIN sales.sales s ON (((s.tenant_id = a.tenant_id) AND (s.id = a.sale_id))))
  WHERE (a.allocated_on < GREATEST(b.abono_day, s.sale_day));

-- grants sales.violations_of_abonos
GRANT SELECT ON sales.violations_of_abonos TO authenticated;
GRANT SELECT ON sales.violations_of_abonos TO platform;

-- view sales.violations_of_businesses
CREATE VIEW sales.violations_of_businesses WITH (security_invoker=true) AS
 SELECT b.tenant_id,
    'config_missing'::text AS kind,
    b.id AS business_id,
    'sales.businesses'::text AS record_table,
    b.id AS record_id,
    'The tenant has no system_config for the business to fall back on'::text AS detail
   FROM sales.businesses b
  WHERE (NOT (EXISTS ( SELECT
           FROM sales.system_config c
          WHERE (c.tenant_id = b.tenant_id))))
UNION ALL
 SELECT n.tenant_id,
    'commission_rate_differs'::text AS kind,
    n.business_id,
    'sales.business_users'::text AS record_table,
    n.member_id AS record_id,
    'The commission of the member is not the last one that was kept'::text AS detail
   FROM ( SELECT m.tenant_id,
            m.business_id,
            m.id AS member_id,
            COALESCE(m.commission_rate, (0)::numeric) AS rate
           FROM sales.business_users m
        UNION ALL
         SELECT l.tenant_id,
            l.business_id,
            l.member_id,
            (- l.rate)
           FROM ( SELECT DISTINCT ON (r.tenant_id, r.business_id, r.member_id) r.tenant_id,
                    r.business_id,
                    r.member_id,
                    r.rate
                   FROM sales.commission_rates r
                  ORDER BY r.tenant_id, r.business_id, r.member_id, r.valid_from DESC) l) n
  GROUP BY n.tenant_id, n.business_id, n.member_id
 HAVING (sum(n.rate) <> (0)::numeric)
UNION ALL
 SELECT n.tenant_id,
    'commission_rate_missing'::text AS kind,
    n.business_id,
    'sales.business_users'::text AS record_table,
    n.member_id AS record_id,
    'No commission was kept for the first days of the member'::text AS detail
   FROM ( SELECT m.tenant_id,
            m.business_id,
            m.id AS member_id,
            1 AS rows
           FROM sales.business_users m
        UNION ALL
         SELECT r.tenant_id,
            r.business_id,
            r.member_id,
            '-1'::integer AS rows
           FROM sales.commission_rates r
          WHERE (r.valid_from = '0001-01-01'::date)) n
  GROUP BY n.tenant_id, n.business_id, n.member_id
 HAVING (sum(n.rows) <> 0);

-- grants sales.violations_of_businesses
GRANT SELECT ON sales.violations_of_businesses TO authenticated;
GRANT SELECT ON sales.violations_of_businesses TO platform;

-- view sales.violations_of_closings
CREATE VIEW sales.violations_of_closings WITH (security_invoker=true) AS
 WITH sale AS (
         SELECT s.tenant_id,
            s.business_id,
            s.id,
            COALESCE(r.fecha, s.sale_day) AS money_day,
            s.sale_day,
            s.is_late,
            s.total_amount,
            s.net_weight,
            s.amount_paid,
            s.payment_method
           FROM (sales.sales s
             LEFT JOIN sales.distribuciones r ON (((r.tenant_id = s.tenant_id) AND (r.id = s.distribucion_id))))
          WHERE ((s.status = 'recorded'::text) OR ((s.status = 'void'::text) AND ((EXISTS ( SELECT
                   FROM sales.refunds f
                  WHERE ((f.tenant_id = s.tenant_id) AND (f.sale_id = s.id)))) OR (EXISTS ( SELECT
                   FROM sales.debt_entries e
                  WHERE ((e.tenant_id = s.tenant_id) AND (e.source_id = s.id) AND (e.kind = 'sale'::text)))))))
        ), money AS (
         SELECT s.tenant_id,
            s.business_id,
            s.money_day AS day,
            s.payment_method,
            s.amount_paid AS amount
           FROM sale s
          WHERE ((NOT s.is_late) AND (s.amount_paid > (0)::numeric))
        UNION ALL
         SELECT a.tenant_id,
            a.business_id,
            COALESCE(r.fecha, a.abono_day) AS "coalesce",
            a.payment_method,
            a.amount
           FROM (sales.abonos a
             LEFT JOIN sales.distribuciones r ON (((r.tenant_id = a.tenant_id) AND (r.id = a.distribucion_id))))
          WHERE (NOT a.is_late)
        UNION ALL
         SELECT f.tenant_id,
            f.business_id,
            COALESCE(r.fecha, f.refund_day) AS "coalesce",
            f.payment_method,
            (- f.amount)
           FROM (sales.refunds f
             LEFT JOIN sales.distribuciones r ON (((r.tenant_id = f.tenant_id) AND (r.id = f.distribucion_id))))
        ), closing AS (
         SELECT c.tenant_id,
            c.business_id,
            c.id,
            c.day,
            c.sale_count,
            c.sold_amount,
            c.net_weight
           FROM sales.day_closings c
          WHERE (c.supplement = 0)
        )
 SELECT n.tenant_id,
    'closing_sales_differ'::text AS kind,
    n.business_id,
    'sales.day_closings'::text AS record_table,
    n.id AS record_id,
    'The sales of the closing are not those of its day'::text AS detail
   FROM ( SELECT c.tenant_id,
            c.business_id,
            c.id,
            c.sale_count,
            c.sold_amount,
            c.net_weight
           FROM closing c
        UNION ALL
         SELECT c.tenant_id,
            c.business_id,
            c.id,
            '-1'::integer AS sale_count,
            (- s.total_amount),
            (- s.net_weight)
           FROM (closing c
             JOIN sale s ON (((s.tenant_id = c.tenant_id) AND (s.business_id = c.business_id) AND (s.sale_day = c.day))))
          WHERE (NOT s.is_late)) n
  GROUP BY n.tenant_id, n.business_id, n.id
 HAVING ((sum(n.sale_count) <> 0) OR (sum(n.sold_amount) <> (0)::numeric) OR (sum(n.net_weight) <> (0)::numeric))
UNION ALL
 SELECT n.tenant_id,
    'closing_money_differs'::text AS kind,
    n.business_id,
    'sales.day_closings'::text AS record_table,
    n.id AS record_id,
    'The money of the closing is not that of its day, by some method'::text AS detail
   FROM ( SELECT m.tenant_id,
            m.business_id,
            c.id,
            m.payment_method,
            m.expected AS amount
           FROM (sales.day_closing_money m
             JOIN closing c ON (((c.tenant_id = m.tenant_id) AND (c.id = m.closing_id))))
        UNION ALL
         SELECT c.tenant_id,
            c.business_id,
            c.id,
            m.payment_method,
            (- m.amount)
           FROM (closing c
             JOIN money m ON (((m.tenant_id = c.tenant_id) AND (m.business_id = c.business_id) AND (m.day = c.day))))) n
  GROUP BY n.tenant_id, n.business_id, n.id, n.payment_method
 HAVING (sum(n.amount) <> (0)::numeric)
UNION ALL
 SELECT n.tenant_id,
    'closing_vendors_differ'::text AS kind,
    n.business_id,
    'sales.day_closings'::text AS record_table,
    n.id AS record_id,
    'The vendors of the closing do not come to its totals'::text AS detail
   FROM ( SELECT c.tenant_id,
            c.business_id,
            c.id,
            c.sale_count,
            c.sold_amount,
            c.commission_amount
           FROM sales.day_closings c
          WHERE (c.supplement = 0)
        UNION ALL
         SELECT v.tenant_id,
            v.business_id,
            v.closing_id,
            (- v.sale_count),
            (- v.sold_amount),
            (- v.commission_amount)
           FROM sales.day_closing_vendors v) n
  GROUP BY n.tenant_id, n.business_id, n.id
 HAVING ((sum(n.sale_count) <> 0) OR (sum(n.sold_amount) <> (0)::numeric) OR (sum(n.commission_amount) <> (0)::numeric))
UNION ALL
 SELECT n.tenant_id,
    'closing_stock_differs'::text AS kind,
    n.business_id,
    'sales.day_closings'::text AS record_table,
    n.id AS record_id,
    'The stock of the closing did not move so on its day'::text AS detail
   FROM ( SELECT k.tenant_id,
            k.business_id,
            k.closing_id AS id,
            k.product_id,
            k.kind,
            k.quantity
           FROM sales.day_closing_stock k
        UNION ALL
         SELECT c.tenant_id,
            c.business_id,
            c.id,
            m.product_id,
            m.kind,
            (- m.quantity)
           FROM (closing c
             JOIN sales.stock_movements m ON (((m.tenant_id = c.tenant_id) AND (m.business_id = c.business_id) AND (m.day = c.day))))
          WHERE (NOT (EXISTS ( SELECT
                   FROM sales.sales s
                  WHERE ((s.tenant_id = m.tenant_id) AND (s.id = m.source_id) AND s.is_late))))) n
  GROUP BY n.tenant_id, n.business_id, n.id, n.product_id, n.kind
 HAVING (sum(n.quantity) <> (0)::numeric)
UNION ALL
 SELECT s.tenant_id,
    'late_without_supplement'::text AS kind,
    s.business_id,
    'sales.sales'::text AS record_table,
    s.id AS record_id,
    'The sale is late, and on no supplement'::text AS detail
   FROM sale s
  WHERE (s.is_late AND (NOT (EXISTS ( SELECT
           FROM sales.day_closing_late d
          WHERE ((d.tenant_id = s.tenant_id) AND (d.business_id = s.business_id) AND (d.sale_id = s.id))))))
UNION ALL
 SELECT a.tenant_id,
    'late_without_supplement'::text AS kind,
    a.business_id,
    'sales.abonos'::text AS record_table,
    a.id AS record_id,
    'The abono is late, and on no supplement'::text AS detail
   FROM sales.abonos a
  WHERE (a.is_late AND (NOT (EXISTS ( SELECT
           FROM sales.day_closing_late d
          WHERE ((d.tenant_id = a.tenant_id) AND (d.business_id = a.business_id) AND (d.abono_id = a.id))))))
UNION ALL
 SELECT n.tenant_id,
    'supplement_differs'::text AS kind,
    n.business_id,
    'sales.day_closings'::text AS record_table,
    n.id AS record_id,
    'The supplement is not what its late sales come to'::text AS detail
   FROM ( SELECT c.tenant_id,
            c.business_id,
            c.id,
            c.sale_count,
            c.sold_amount
           FROM sales.day_closings c
          WHERE (c.supplement > 0)
        UNION ALL
         SELECT d.tenant_id,
            d.business_id,
            d.closing_id,
            '-1'::integer AS sale_count,
            (- s.total_amount)
           FROM (sales.day_closing_late d
             JOIN sale s ON (((s.tenant_id = d.tenant_id) AND (s.id = d.sale_id))))) n
  GROUP BY n.tenant_id, n.business_id, n.id
 HAVING ((sum(n.sale_count) <> 0) OR (sum(n.sold_amount) <> (0)::numeric))
UNION ALL
 SELECT r.tenant_id,
    'route_open_on_closed_day'::text AS kind,
    r.business_id,
    'sales.distribuciones'::text AS record_table,
    r.id AS record_id,
    'The day of the route is closed, and the route is not settled'::text AS detail
   FROM (sales.distribuciones r
     JOIN closing c ON (((c.tenant_id = r.tenant_id) AND (c.business_id = r.business_id) AND (c.day = r.fecha))))
  WHERE (r.estado <> 'cerrado'::text)
UNION ALL
 SELECT n.tenant_id,
    'last_closed_day_differs'::text AS kind,
    n.business_id,
    'sales.businesses'::text AS record_table,
    n.business_id AS record_id,
    'The last closed day of the business is not that of its closings'::text AS detail
   FROM ( SELECT b.tenant_id,
            b.id AS business_id,
            b.last_closed_day AS kept,
            NULL::date AS day
           FROM sales.businesses b
        UNION ALL
         SELECT c.tenant_id,
            c.business_id,
            NULL::date AS kept,
            c.day
           FROM closing c) n
  GROUP BY n.tenant_id, n.business_id
 HAVING (max(n.kept) IS DISTINCT FROM max(n.day));

-- grants sales.violations_of_closings
GRANT SELECT ON sales.violations_of_closings TO authenticated;
GRANT SELECT ON sales.violations_of_closings TO platform;

-- view sales.violations_of_debts
CREATE VIEW sales.violations_of_debts WITH (security_invoker=true) AS
 SELECT n.tenant_id,
    n.kind,
    n.business_id,
    'sales.customers'::text AS record_table,
    n.client_id AS record_id,
        CASE n.kind
            WHEN 'debt_differs'::text THEN 'The debt is not the sum of its entries'::text
            WHEN 'debt_count_differs'::text THEN 'The version is not the number of entries'::text
            WHEN 'debt_formula_differs'::text THEN 'The debt is not what is unpaid of credit sales less the abonos'::text
            WHEN 'open_due_differs'::text THEN 'What is open is not the sum of what is due on sales'::text
            ELSE 'The credit is not what of abonos is not allocated'::text
        END AS detail
   FROM ( SELECT k.kind,
            b.tenant_id,
            b.business_id,
            b.client_id,
            k.amount
           FROM (sales.customer_balances b
             CROSS JOIN LATERAL ( VALUES ('debt_differs'::text,(b.open_due - b.credit)), ('debt_count_differs'::text,(b.version)::numeric), ('debt_formula_differs'::text,(b.open_due - b.credit)), ('open_due_differs'::text,b.open_due), ('credit_differs'::text,b.credit)) k(kind, amount))
        UNION ALL
         SELECT k.kind,
            e.tenant_id,
            e.business_id,
            e.client_id,
            k.amount
           FROM (sales.debt_entries e
             CROSS JOIN LATERAL ( VALUES ('debt_differs'::text,(- e.amount)), ('debt_count_differs'::text,'-1.0'::numeric)) k(kind, amount))
        UNION ALL
         SELECT k.kind,
            s.tenant_id,
            s.business_id,
            s.client_id,
            k.amount
           FROM (sales.sales s
             CROSS JOIN LATERAL ( VALUES ('debt_formula_differs'::text,(s.amount_paid - s.total_amount)), ('open_due_differs'::text,(- s.balance_due))) k(kind, amount))
          WHERE ((s.status = 'recorded'::text) AND (s.client_id IS NOT NULL))
        UNION ALL
         SELECT k.kind,
            a.tenant_id,
            a.business_id,
            a.client_id,
            k.amount
           FROM (sales.abonos a
             CROSS JOIN LATERAL ( VALUES ('debt_formula_differs'::text,a.amount), ('credit_differs'::text,(a.allocated_amount - a.amount))) k(kind, amount))
          WHERE (a.status = 'recorded'::text)) n
  GROUP BY n.tenant_id, n.kind, n.business_id, n.client_id
 HAVING (sum(n.amount) <> (0)::numeric)
UNION ALL
 SELECT e.tenant_id,
    'debt_chain_broken'::text AS kind,
    e.business_id,
    'sales.debt_entries'::text AS record_table,
    e.id AS record_id,
    'It does not go on from the entry before it'::text AS detail
   FROM ( SELECT d.tenant_id,
            d.id,
            d.business_id,
            d.client_id,
            d.kind,
            d.source_id,
            d.day,
            d.amount,
            d.client_version,
            d.balance_after,
            d.created_at,
            lag(d.balance_after, 1, (0)::numeric) OVER before AS balance_before,
            row_number() OVER before AS place
           FROM sales.debt_entries d
          WINDOW before AS (PARTITION BY d.tenant_id, d.client_id ORDER BY d.client_version)) e
  WHERE ((e.client_version <> e.place) OR (e.balance_after <> (e.balance_before + e.amount)))
UNION ALL
 SELECT n.tenant_id,
    'debt_entry_differs'::text AS kind,
    n.business_id,
    n.record_table,
    n.source_id AS record_id,
    'Its debt entries are not what it comes to'::text AS detail
   FROM ( SELECT s.tenant_id,
            s.business_id,
            'sales.sales'::text AS record_table,
            s.id AS source_id,
            k.kind,
            s.client_id,
            ((k.sign)::numeric * (s.total_amount - s.amount_paid)) AS amount
           FROM (sales.sales s
             CROSS JOIN LATERAL ( VALUES ('sale'::text,1), ('sale_void'::text,'-1'::integer)) k(kind, sign))
          WHERE ((((s.status = 'recorded'::text) AND (k.kind = 'sale'::text)) OR ((s.status = 'void'::text) AND (s.total_amount = ( SELECT sum(i.subtotal) AS sum
                   FROM sales.sale_items i
                  WHERE ((i.tenant_id = s.tenant_id) AND (i.sale_id = s.id)))))) AND (s.total_amount > s.amount_paid))
        UNION ALL
         SELECT b.tenant_id,
            b.business_id,
            'sales.abonos'::text AS record_table,
            b.id,
            k.kind,
            b.client_id,
            ((k.sign)::numeric * b.amount)
           FROM (sales.abonos b
             CROSS JOIN LATERAL ( VALUES ('abono'::text,'-1'::integer), ('abono_void'::text,1)) k(kind, sign))
          WHERE ((b.status = 'void'::text) OR (k.kind = 'abono'::text))
        UNION ALL
         SELECT e.tenant_id,
            e.business_id,
                CASE
                    WHEN (e.kind = ANY (ARRAY['sale'::text, 'sale_void'::text])) THEN 'sales.sales'::text
                    ELSE 'sales.abonos'::text
                END AS "case",
            e.source_id,
            e.kind,
            e.client_id,
            (- e.amount)
           FROM sales.debt_entries e) n
  GROUP BY n.tenant_id, n.business_id, n.record_table, n.source_id, n.kind, n.client_id
 HAVING (sum(n.amount) <> (0)::numeric);

-- grants sales.violations_of_debts
GRANT SELECT ON sales.violations_of_debts TO authenticated;
GRANT SELECT ON sales.violations_of_debts TO platform;

-- view sales.violations_of_orders
CREATE VIEW sales.violations_of_orders WITH (security_invoker=true) AS
 SELECT n.tenant_id,
    'order_total_differs'::text AS kind,
    n.business_id,
    'sales.orders'::text AS record_table,
    n.order_id AS record_id,
    'The total of the order is not the sum of its items'::text AS detail
   FROM ( SELECT o.tenant_id,
            o.business_id,
            o.id AS order_id,
            o.total_amount AS amount
           FROM sales.orders o
        UNION ALL
         SELECT i.tenant_id,
            i.business_id,
            i.order_id,
            (- i.subtotal)
           FROM sales.order_items i) n
  GROUP BY n.tenant_id, n.business_id, n.order_id
 HAVING (sum(n.amount) <> (0)::numeric)
UNION ALL
 SELECT n.tenant_id,
    'order_status_differs'::text AS kind,
    n.business_id,
    'sales.orders'::text AS record_table,
    n.order_id AS record_id,
    'The order is delivered without a sale that stands, or has one and is not delivered'::text AS detail
   FROM ( SELECT o.tenant_id,
            o.business_id,
            o.id AS order_id,
                CASE o.status
                    WHEN 'delivered'::text THEN 1
                    ELSE 0
                END AS sales
           FROM sales.orders o
        UNION ALL
         SELECT s.tenant_id,
            s.business_id,
            s.order_id,
            '-1'::integer AS sales
           FROM sales.sales s
          WHERE ((s.order_id IS NOT NULL) AND (s.status = 'recorded'::text))) n
  GROUP BY n.tenant_id, n.business_id, n.order_id
 HAVING (sum(n.sales) <> 0);

-- grants sales.violations_of_orders
GRANT SELECT ON sales.violations_of_orders TO authenticated;
GRANT SELECT ON sales.violations_of_orders TO platform;

-- view sales.violations_of_routes
CREATE VIEW sales.violations_of_routes WITH (security_invoker=true) AS
 SELECT n.tenant_id,
    'route_assigned_differs'::text AS kind,
    n.business_id,
    'sales.distribuciones'::text AS record_table,
    n.distribucion_id AS record_id,
    'What was assigned of a product is not the sum of its assignments'::text AS detail
   FROM ( SELECT i.tenant_id,
            i.business_id,
            i.distribucion_id,
            i.product_id,
            i.assigned AS quantity
           FROM sales.distribucion_items i
        UNION ALL
         SELECT a.tenant_id,
            a.business_id,
            a.distribucion_id,
            a.product_id,
            (- a.quantity)
           FROM sales.distribucion_assignments a) n
  GROUP BY n.tenant_id, n.business_id, n.distribucion_id, n.product_id
 HAVING (sum(n.quantity) <> (0)::numeric)
UNION ALL
 SELECT n.tenant_id,
    'route_sold_differs'::text AS kind,
    n.business_id,
    'sales.distribuciones'::text AS record_table,
    n.distribucion_id AS record_id,
    'What was sold of a product is not the sum of the items sold on the route'::text AS detail
   FROM ( SELECT i.tenant_id,
            i.business_id,
            i.distribucion_id,
            i.product_id,
            i.sold AS kept,
            0.000 AS standing,
            0.000 AS void
           FROM sales.distribucion_items i
        UNION ALL
         SELECT s.tenant_id,
            s.business_id,
            s.distribucion_id,
            i.product_id,
            0,
                CASE s.status
                    WHEN 'recorded'::text THEN i.quantity
                    ELSE (0)::numeric
                END AS "case",
                CASE
                    WHEN ((s.status = 'void'::text) AND (d.settlements > 0)) THEN i.quantity
                    ELSE (0)::numeric
                END AS "case"
           FROM ((sales.sales s
             JOIN sales.sale_items i ON (((i.tenant_id = s.tenant_id) AND (i.sale_id = s.id))))
             JOIN sales.distribuciones d ON (((d.tenant_id = s.tenant_id) AND (d.id = s.distribucion_id))))
          WHERE (s.status <> 'draft'::text)) n
  GROUP BY n.tenant_id, n.business_id, n.distribucion_id, n.product_id
 HAVING ((sum(n.kept) < sum(n.standing)) OR (sum(n.kept) > (sum(n.standing) + sum(n.void))))
UNION ALL
 SELECT n.tenant_id,
    'route_kilos_differ'::text AS kind,
    n.business_id,
    'sales.distribuciones'::text AS record_table,
    n.distribucion_id AS record_id,
    'The kilos of the route are not the sums over its kilo products'::text AS detail
   FROM ( SELECT r.tenant_id,
            r.business_id,
            r.id AS distribucion_id,
            r.kilos_asignados AS assigned,
            r.kilos_vendidos AS sold
           FROM sales.distribuciones r
        UNION ALL
         SELECT i.tenant_id,
            i.business_id,
            i.distribucion_id,
            (- i.assigned),
            (- i.sold)
           FROM (sales.distribucion_items i
             JOIN sales.products p ON (((p.tenant_id = i.tenant_id) AND (p.id = i.product_id))))
          WHERE (p.unit = 'kg'::text)) n
  GROUP BY n.tenant_id, n.business_id, n.distribucion_id
 HAVING ((sum(n.assigned) <> (0)::numeric) OR (sum(n.sold) <> (0)::numeric))
UNION ALL
 SELECT n.tenant_id,
    'route_money_differs'::text AS kind,
    n.business_id,
    'sales.distribuciones'::text AS record_table,
    n.distribucion_id AS record_id,
    'The money of the route is not what was paid on it, less what was given back'::text AS detail
   FROM ( SELECT r.tenant_id,
            r.business_id,
            r.id AS distribucion_id,
            r.monto_recaudado AS amount
           FROM sales.distribuciones r
        UNION ALL
         SELECT s.tenant_id,
            s.business_id,
            s.distribucion_id,
            (- s.amount_paid)
           FROM (sales.sales s
             LEFT JOIN sales.refunds f ON (((f.tenant_id = s.tenant_id) AND (f.sale_id = s.id))))
          WHERE ((s.distribucion_id IS NOT NULL) AND (NOT s.is_late) AND ((s.status = 'recorded'::text) OR ((s.status = 'void'::text) AND (f.id IS NOT NULL))))
        UNION ALL
         SELECT a.tenant_id,
            a.business_id,
            a.distribucion_id,
            (- a.amount)
           FROM sales.abonos a
          WHERE ((a.distribucion_id IS NOT NULL) AND (NOT a.is_late))
        UNION ALL
         SELECT f.tenant_id,
            f.business_id,
            f.distribucion_id,
            f.amount
           FROM sales.refunds f
          WHERE (f.distribucion_id IS NOT NULL)) n
  GROUP BY n.tenant_id, n.business_id, n.distribucion_id
 HAVING (sum(n.amount) <> (0)::numeric)
UNION ALL
 SELECT n.tenant_id,
    'route_expected_differs'::text AS kind,
    n.business_id,
    'sales.distribuciones'::text AS record_table,
    n.distribucion_id AS record_id,
    'The money expected at the settlement is not the money of the route'::text AS detail
   FROM ( SELECT r.tenant_id,
            r.business_id,
            r.id AS distribucion_id,
            r.monto_recaudado AS amount
           FROM sales.distribuciones r
          WHERE (r.estado = 'cerrado'::text)
        UNION ALL
         SELECT m.tenant_id,
            m.business_id,
            m.distribucion_id,
            (- m.expected)
           FROM (sales.distribucion_money m
             JOIN sales.distribuciones r ON (((r.tenant_id = m.tenant_id) AND (r.id = m.distribucion_id) AND (r.settlements = m.settlement))))
          WHERE (r.estado = 'cerrado'::text)) n
  GROUP BY n.tenant_id, n.business_id, n.distribucion_id
 HAVING (sum(n.amount) <> (0)::numeric)
UNION ALL
 SELECT i.tenant_id,
    'route_not_settled'::text AS kind,
    i.business_id,
    'sales.distribuciones'::text AS record_table,
    i.distribucion_id AS record_id,
        CASE r.estado
            WHEN 'cerrado'::text THEN 'Of a product not all that was assigned is sold, returned or lost'::text
            ELSE 'Something is returned or lost on a route that is not settled'::text
        END AS detail
   FROM (sales.distribucion_items i
     JOIN sales.distribuciones r ON (((r.tenant_id = i.tenant_id) AND (r.id = i.distribucion_id))))
  WHERE
        CASE r.estado
            WHEN 'cerrado'::text THEN (((i.sold + i.returned) + i.lost) <> i.assigned)
            ELSE ((i.returned + i.lost) > (0)::numeric)
        END
UNION ALL
 SELECT n.tenant_id,
    'route_stock_differs'::text AS kind,
    n.business_id,
    'sales.distribuciones'::text AS record_table,
    n.distribucion_id AS record_id,
    'The movements of stock are not what was assigned from it and returned'::text AS detail
   FROM ( SELECT m.tenant_id,
            m.business_id,
            m.source_id AS distribucion_id,
            m.product_id,
            m.quantity AS moved,
            0.000 AS taken,
            0.000 AS returned
           FROM sales.stock_movements m
          WHERE (m.kind = ANY (ARRAY['assignment'::text, 'return'::text, 'loss'::text, 'reopening'::text]))
        UNION ALL
         SELECT a.tenant_id,
            a.business_id,
            a.distribucion_id,
            a.product_id,
            0,
            a.quantity,
            0
           FROM sales.distribucion_assignments a
          WHERE a.is_from_stock
        UNION ALL
         SELECT i.tenant_id,
            i.business_id,
            i.distribucion_id,
            i.product_id,
            0,
            0,
            i.returned
           FROM sales.distribucion_items i) n
  GROUP BY n.tenant_id, n.business_id, n.distribucion_id, n.product_id
 HAVING ((sum(n.moved) + sum(n.taken)) <> LEAST(sum(n.returned), sum(n.taken)));

-- grants sales.violations_of_routes
GRANT SELECT ON sales.violations_of_routes TO authenticated;
GRANT SELECT ON sales.violations_of_routes TO platform;

-- view sales.violations_of_sales
CREATE VIEW sales.violations_of_sales WITH (security_invoker=true) AS
 SELECT f.tenant_id,
    f.kind,
    f.business_id,
    'sales.sales'::text AS record_table,
    f.sale_id AS record_id,
    f.detail
   FROM ( SELECT n.tenant_id,
            n.business_id,
            n.sale_id,
            n.kind,
            n.detail
           FROM ( SELECT 'sale_total_differs'::text AS kind,
                    'The total is not the sum of the items'::text AS detail,
                    s.tenant_id,
                    s.business_id,
                    s.id AS sale_id,
                    s.total_amount AS amount
                   FROM sales.sales s
                  WHERE (s.status = 'recorded'::text)
                UNION ALL
                 SELECT 'sale_tara_differs'::text AS kind,
                    'The tara is not the sum of the items'::text AS detail,
                    s.tenant_id,
                    s.business_id,
                    s.id,
                    s.tara
                   FROM sales.sales s
                  WHERE (s.status = 'recorded'::text)
                UNION ALL
                 SELECT 'sale_net_weight_differs'::text AS kind,
                    'The net weight is not the sum of the items of kilos'::text AS detail,
                    s.tenant_id,
                    s.business_id,
                    s.id,
                    s.net_weight
                   FROM sales.sales s
                  WHERE (s.status = 'recorded'::text)
                UNION ALL
                 SELECT 'sale_total_differs'::text AS kind,
                    'The total is not the sum of the items'::text AS detail,
                    i.tenant_id,
                    i.business_id,
                    i.sale_id,
                    (- i.subtotal)
                   FROM sales.sale_items i
                UNION ALL
                 SELECT 'sale_tara_differs'::text AS kind,
                    'The tara is not the sum of the items'::text AS detail,
                    i.tenant_id,
                    i.business_id,
                    i.sale_id,
                    (- i.tara)
                   FROM sales.sale_items i
                  WHERE (i.tara IS NOT NULL)
                UNION ALL
                 SELECT 'sale_net_weight_differs'::text AS kind,
                    'The net weight is not the sum of the items of kilos'::text AS detail,
                    i.tenant_id,
                    i.business_id,
                    i.sale_id,
                    (- i.quantity)
                   FROM sales.sale_items i
                  WHERE (i.unit = 'kg'::text)) n
          GROUP BY n.tenant_id, n.business_id, n.sale_id, n.kind, n.detail
         HAVING (sum(n.amount) <> (0)::numeric)) f
  WHERE (EXISTS ( SELECT
           FROM sales.sales s
          WHERE ((s.tenant_id = f.tenant_id) AND (s.id = f.sale_id) AND (s.status = 'recorded'::text))))
UNION ALL
 SELECT n.tenant_id,
    'sale_balance_differs'::text AS kind,
    n.business_id,
    'sales.sales'::text AS record_table,
    n.sale_id AS record_id,
    'What is due is not the total less what was paid at once and is allocated'::text AS detail
   FROM ( SELECT s.tenant_id,
            s.business_id,
            s.id AS sale_id,
            (s.balance_due -
                CASE s.status
                    WHEN 'recorded'::text THEN (s.total_amount - s.amount_paid)
                    ELSE (0)::numeric
                END) AS amount
           FROM sales.sales s
        UNION ALL
         SELECT a.tenant_id,
            a.business_id,
            a.sale_id,
            a.amount
           FROM sales.abono_allocations a
          WHERE (a.reversed_on IS NULL)) n
  GROUP BY n.tenant_id, n.business_id, n.sale_id
 HAVING (sum(n.amount) <> (0)::numeric)
UNION ALL
 SELECT n.tenant_id,
    'sale_refund_differs'::text AS kind,
    n.business_id,
    'sales.sales'::text AS record_table,
    n.sale_id AS record_id,
    'What was given back is not what was paid at once of a void sale'::text AS detail
   FROM ( SELECT s.tenant_id,
            s.business_id,
            s.id AS sale_id,
            s.amount_paid AS amount
           FROM sales.sales s
          WHERE ((s.status = 'void'::text) AND (s.amount_paid > (0)::numeric) AND (s.total_amount = ( SELECT sum(i.subtotal) AS sum
                   FROM sales.sale_items i
                  WHERE ((i.tenant_id = s.tenant_id) AND (i.sale_id = s.id)))))
        UNION ALL
         SELECT r.tenant_id,
            r.business_id,
            r.sale_id,
            (- r.amount)
           FROM sales.refunds r
          WHERE (r.sale_id IS NOT NULL)) n
  GROUP BY n.tenant_id, n.business_id, n.sale_id
 HAVING (sum(n.amount) <> (0)::numeric)
UNION ALL
 SELECT n.tenant_id,
    'sale_stock_differs'::text AS kind,
    n.business_id,
    'sales.sales'::text AS record_table,
    n.sale_id AS record_id,
    'The stock movements are not what the sale sold'::text AS detail
   FROM (( SELECT m.tenant_id,
            m.business_id,
            m.source_id AS sale_id,
            m.product_id,
            sum(m.quantity) AS moved,
            bool_or((m.kind = 'sale'::text)) AS taken
           FROM sales.stock_movements m
          WHERE (m.kind = ANY (ARRAY['sale'::text, 'sale_void'::text]))
          GROUP BY m.tenant_id, m.business_id, m.source_id, m.product_id) n
     LEFT JOIN sales.sales s ON (((s.tenant_id = n.tenant_id) AND (s.id = n.sale_id))))
  WHERE ((s.id IS NULL) OR (n.moved <>
        CASE
            WHEN ((s.status = 'void'::text) AND n.taken) THEN (0)::numeric
            ELSE (COALESCE(( SELECT sum(i.quantity) AS sum
               FROM sales.sale_items i
              WHERE ((i.tenant_id = n.tenant_id) AND (i.sale_id = n.sale_id) AND (i.product_id = n.product_id))), (0)::numeric) * (
            CASE
                WHEN (s.status = 'void'::text) THEN 1
                ELSE '-1'::integer
            END)::numeric)
        END))
UNION ALL
 SELECT s.tenant_id,
    'corrected_sale_stands'::text AS kind,
    s.business_id,
    'sales.sales'::text AS record_table,
    s.id AS record_id,
    'The sale that it corrects is not void'::text AS detail
   FROM (sales.sales s
     JOIN sales.sales r ON (((r.tenant_id = s.tenant_id) AND (r.id = s.corrects_sale_id))))
  WHERE ((s.status <> 'draft'::text) AND (r.status <> 'void'::text));

-- grants sales.violations_of_sales
GRANT SELECT ON sales.violations_of_sales TO authenticated;
GRANT SELECT ON sales.violations_of_sales TO platform;

-- view sales.violations_of_stock
CREATE VIEW sales.violations_of_stock WITH (security_invoker=true) AS
 SELECT n.tenant_id,
    'stock_quantity_differs'::text AS kind,
    n.business_id,
    'sales.products'::text AS record_table,
    n.product_id AS record_id,
    'The stock of the product is not the sum of its movements'::text AS detail
   FROM ( SELECT i.tenant_id,
            i.business_id,
            i.product_id,
            i.quantity
           FROM sales.inventory i
        UNION ALL
         SELECT m.tenant_id,
            m.business_id,
            m.product_id,
            (- m.quantity)
           FROM sales.stock_movements m) n
  GROUP BY n.tenant_id, n.business_id, n.product_id
 HAVING (sum(n.quantity) <> (0)::numeric)
UNION ALL
 SELECT n.tenant_id,
    'stock_version_differs'::text AS kind,
    n.business_id,
    'sales.products'::text AS record_table,
    n.product_id AS record_id,
    'The stock of the product does not count its movements: one is missing, or there is one too many'::text AS detail
   FROM ( SELECT i.tenant_id,
            i.business_id,
            i.product_id,
            i.version AS movements
           FROM sales.inventory i
        UNION ALL
         SELECT m.tenant_id,
            m.business_id,
            m.product_id,
            '-1'::integer AS movements
           FROM sales.stock_movements m) n
  GROUP BY n.tenant_id, n.business_id, n.product_id
 HAVING (sum(n.movements) <> (0)::numeric)
UNION ALL
 SELECT n.tenant_id,
    'stock_missing'::text AS kind,
    n.business_id,
    'sales.products'::text AS record_table,
    n.product_id AS record_id,
    'The product has no stock, not even one of 0'::text AS detail
   FROM ( SELECT p.tenant_id,
            p.business_id,
            p.id AS product_id,
            1 AS rows
           FROM sales.products p
        UNION ALL
         SELECT i.tenant_id,
            i.business_id,
            i.product_id,
            '-1'::integer AS rows
           FROM sales.inventory i) n
  GROUP BY n.tenant_id, n.business_id, n.product_id
 HAVING (sum(n.rows) <> 0)
UNION ALL
 SELECT m.tenant_id,
    'stock_chain_broken'::text AS kind,
    m.business_id,
    'sales.stock_movements'::text AS record_table,
    m.id AS record_id,
    'The stock after the movement is not the stock before it and what was moved, or their order has a gap'::text AS detail
   FROM ( SELECT c.tenant_id,
            c.business_id,
            c.id,
            c.quantity,
            c.quantity_after,
            c.product_version,
            lag(c.quantity_after, 1, 0.000) OVER of_product AS quantity_before,
            lag(c.product_version, 1, (0)::bigint) OVER of_product AS version_before
           FROM sales.stock_movements c
          WINDOW of_product AS (PARTITION BY c.tenant_id, c.business_id, c.product_id ORDER BY c.product_version)) m
  WHERE ((m.quantity_after <> (m.quantity_before + m.quantity)) OR (m.product_version <> (m.version_before + 1)))
UNION ALL
 SELECT m.tenant_id,
    'stock_count_differs'::text AS kind,
    m.business_id,
    'sales.stock_movements'::text AS record_table,
    m.id AS record_id,
    'The stock after the count is not what was counted'::text AS detail
   FROM sales.stock_movements m
  WHERE (m.counted_quantity <> m.quantity_after)
UNION ALL
 SELECT n.tenant_id,
    'stock_pieces_split'::text AS kind,
    n.business_id,
    'sales.products'::text AS record_table,
    n.product_id AS record_id,
    'Part of a piece was moved'::text AS detail
   FROM ( SELECT p.tenant_id,
            p.business_id,
            p.id AS product_id,
            true AS in_pieces,
            0 AS split
           FROM sales.products p
          WHERE (p.unit = 'unidad'::text)
        UNION ALL
         SELECT m.tenant_id,
            m.business_id,
            m.product_id,
            false,
            1
           FROM sales.stock_movements m
          WHERE (m.quantity <> trunc(m.quantity))) n
  GROUP BY n.tenant_id, n.business_id, n.product_id
 HAVING (bool_or(n.in_pieces) AND (sum(n.split) > 0))
UNION ALL
 SELECT n.tenant_id,
    'stock_source_missing'::text AS kind,
    n.business_id,
    'sales.stock_movements'::text AS record_table,
    n.source_id AS record_id,
    'Stock was moved for a sale or route of the business that does not exist'::text AS detail
   FROM ( SELECT m.tenant_id,
            m.business_id,
            m.source_id,
                CASE
                    WHEN (m.kind = ANY (ARRAY['sale'::text, 'sale_void'::text])) THEN 'sale'::text
                    ELSE 'route'::text
                END AS of,
            1 AS moved,
            0 AS source
           FROM sales.stock_movements m
          WHERE (m.source_id IS NOT NULL)
        UNION ALL
         SELECT s.tenant_id,
            s.business_id,
            s.id,
            'sale'::text AS of,
            0,
            1
           FROM sales.sales s
        UNION ALL
         SELECT d.tenant_id,
            d.business_id,
            d.id,
            'route'::text AS of,
            0,
            1
           FROM sales.distribuciones d) n
  GROUP BY n.tenant_id, n.business_id, n.source_id, n.of
 HAVING ((sum(n.moved) > 0) AND (sum(n.source) = 0));

-- grants sales.violations_of_stock
GRANT SELECT ON sales.violations_of_stock TO authenticated;
GRANT SELECT ON sales.violations_of_stock TO platform;

-- view sales.violations_of_totals
CREATE VIEW sales.violations_of_totals WITH (security_invoker=true) AS
 WITH counted AS (
         SELECT s.tenant_id,
            s.id,
            s.business_id,
            s.client_id,
            s.seller_id,
            s.distribucion_id,
            s.order_id,
            s.sale_type,
            s.status,
            s.total_amount,
            s.amount_paid,
            s.payment_method,
            s.balance_due,
            s.tara,
            s.net_weight,
            s.sales_point,
            s.commission_rate,
            s.sync_status,
            s.sync_attempts,
            s.sale_date,
            s.sale_day,
            s.corrects_sale_id,
            s.voided_on,
            s.voided_by,
            s.void_reason,
            s.is_late,
            s.reviewed_at,
            s.reviewed_by,
            s.idempotency_key,
            s.request_hash,
            s.created_at,
            s.updated_at,
            COALESCE(s.payment_method, 'efectivo'::text) AS method,
            COALESCE(s.sales_point, ''::character varying) AS point
           FROM sales.sales s
          WHERE ((s.status = 'recorded'::text) OR ((s.status = 'void'::text) AND sales.was_recorded(s.id)))
        )
 SELECT n.tenant_id,
    'sale_totals_differ'::text AS kind,
    n.business_id,
    'sales.businesses'::text AS record_table,
    n.business_id AS record_id,
    ('The totals of sales are not the sums of the sales of '::text || to_char((n.day)::timestamp with time zone, 'YYYY-MM-DD'::text)) AS detail
   FROM ( SELECT t.tenant_id,
            t.business_id,
            t.day,
            t.seller_id,
            t.sales_point,
            t.sale_type,
            t.payment_method,
            t.sale_count,
            t.sold_amount,
            t.paid_amount,
            t.voided_count,
            t.voided_amount,
            t.refunded_amount
           FROM sales.sale_totals t
        UNION ALL
         SELECT s.tenant_id,
            s.business_id,
            s.sale_day,
            s.seller_id,
            s.point,
            s.sale_type,
            s.method,
            '-1'::integer AS sale_count,
            (- s.total_amount),
            (- s.amount_paid),
            0,
            0,
            0
           FROM counted s
        UNION ALL
         SELECT s.tenant_id,
            s.business_id,
            s.voided_on,
            s.seller_id,
            s.point,
            s.sale_type,
            s.method,
            0,
            0,
            0,
            '-1'::integer AS voided_count,
            (- s.total_amount),
            (- s.amount_paid)
           FROM counted s
          WHERE (s.status = 'void'::text)) n
  GROUP BY n.tenant_id, n.business_id, n.day, n.seller_id, n.sales_point, n.sale_type, n.payment_method
 HAVING ((sum(n.sale_count) <> 0) OR (sum(n.sold_amount) <> (0)::numeric) OR (sum(n.paid_amount) <> (0)::numeric) OR (sum(n.voided_count) <> 0) OR (sum(n.voided_amount) <> (0)::numeric) OR (sum(n.refunded_amount) <> (0)::numeric))
UNION ALL
 SELECT n.tenant_id,
    'product_totals_differ'::text AS kind,
    n.business_id,
    'sales.products'::text AS record_table,
    n.product_id AS record_id,
    ('The totals of the product are not the sums of what was sold of it on '::text || to_char((n.day)::timestamp with time zone, 'YYYY-MM-DD'::text)) AS detail
   FROM ( SELECT t.tenant_id,
            t.business_id,
            t.day,
            t.seller_id,
            t.sales_point,
            t.product_id,
            t.quantity,
            t.sold_amount,
            t.voided_quantity,
            t.voided_amount,
            t.costed_amount,
            t.cost_amount
           FROM sales.product_totals t
        UNION ALL
         SELECT s.tenant_id,
            s.business_id,
            s.sale_day,
            s.seller_id,
            s.point,
            i.product_id,
            (- i.quantity),
            (- i.subtotal),
            0,
            0,
                CASE
                    WHEN (i.unit_cost IS NULL) THEN (0)::numeric
                    ELSE (- i.subtotal)
                END AS "case",
            (- COALESCE(round((i.quantity * i.unit_cost), 2), (0)::numeric))
           FROM (counted s
             JOIN sales.sale_items i ON (((i.tenant_id = s.tenant_id) AND (i.sale_id = s.id))))
        UNION ALL
         SELECT s.tenant_id,
            s.business_id,
            s.voided_on,
            s.seller_id,
            s.point,
            i.product_id,
            0,
            0,
            (- i.quantity),
            (- i.subtotal),
                CASE
                    WHEN (i.unit_cost IS NULL) THEN (0)::numeric
                    ELSE i.subtotal
                END AS subtotal,
            COALESCE(round((i.quantity * i.unit_cost), 2), (0)::numeric) AS "coalesce"
           FROM (counted s
             JOIN sales.sale_items i ON (((i.tenant_id = s.tenant_id) AND (i.sale_id = s.id))))
          WHERE (s.status = 'void'::text)) n
  GROUP BY n.tenant_id, n.business_id, n.day, n.seller_id, n.sales_point, n.product_id
 HAVING ((sum(n.quantity) <> (0)::numeric) OR (sum(n.sold_amount) <> (0)::numeric) OR (sum(n.voided_quantity) <> (0)::numeric) OR (sum(n.voided_amount) <> (0)::numeric) OR (sum(n.costed_amount) <> (0)::numeric) OR (sum(n.cost_amount) <> (0)::numeric));

-- grants sales.violations_of_totals
GRANT SELECT ON sales.violations_of_totals TO authenticated;
GRANT SELECT ON sales.violations_of_totals TO platform;
