select tenancy.protect_table('accounting.bills', 'read-write', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.bill_lines', 'read-write', 'changes');
--> statement-breakpoint
drop trigger freeze_invoice on accounting.invoices;
--> statement-breakpoint
drop trigger check_invoice_total on accounting.invoices;
--> statement-breakpoint
drop trigger check_invoice_totals_update on accounting.invoices;
--> statement-breakpoint
drop trigger keep_customer_balance_update on accounting.invoices;
--> statement-breakpoint
drop trigger freeze_invoice_line on accounting.invoice_lines;
--> statement-breakpoint
drop trigger refuse_lines_of_issued on accounting.invoice_lines;
--> statement-breakpoint
drop function accounting.freeze_invoice(), accounting.check_invoice_total(), accounting.check_invoice_totals(),
  accounting.keep_customer_balance(), accounting.freeze_invoice_line(), accounting.refuse_lines_of_issued();
--> statement-breakpoint
create or replace function tenancy.step_by_one() returns trigger
  language plpgsql
as $$
begin
  -- The ledger steps over numbers that are in use already; see accounting.next_number.
  if new.last_number not in (old.last_number, old.last_number + 1)
    and not (current_user = 'ledger_writer' and new.last_number > old.last_number) then
    raise exception using errcode = 'ZT002', message = 'A number series moves by one: numbers are neither skipped nor given twice';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- An owner that is no superuser is kept from all rows here, and could not even have the next two bodies checked.
select set_config('check_function_bodies', 'off', true);
--> statement-breakpoint
-- Invoices and bills in the same words, by source. Internal, of use inside other functions: the planner sees through it.
create function accounting.documents(p_source text) returns table (
  tenant_id uuid, id uuid, company_id uuid, customer_id uuid, vendor_id uuid, document_date date, number text,
  is_credit boolean, credited_id uuid, status text, currency text, total_amount numeric, base_amount numeric, voided_on date)
  language sql stable
as $$
  select i.tenant_id, i.id, i.company_id, i.customer_id, null::uuid, i.invoice_date, i.invoice_number,
    i.kind = 'credit_note', i.credited_invoice_id, i.status, i.currency, i.total_amount, i.base_amount, i.voided_on
  from accounting.invoices i where p_source = 'invoice'
  union all
  select b.tenant_id, b.id, b.company_id, null::uuid, b.vendor_id, b.bill_date, b.bill_number,
    b.kind = 'credit_note', b.credited_bill_id, b.status, b.currency, b.total_amount, b.base_amount, b.voided_on
  from accounting.bills b where p_source = 'bill'
$$;
--> statement-breakpoint
create function accounting.document_lines(p_source text) returns table (
  tenant_id uuid, document_id uuid, line_number int, account_id uuid, amount numeric)
  language sql stable
as $$
  select l.tenant_id, l.invoice_id, l.line_number, l.account_id, l.amount
  from accounting.invoice_lines l where p_source = 'invoice'
  union all
  select l.tenant_id, l.bill_id, l.line_number, l.account_id, l.amount
  from accounting.bill_lines l where p_source = 'bill'
$$;
--> statement-breakpoint
select set_config('check_function_bodies', 'on', true);
--> statement-breakpoint
-- The next number of a company's series: numbers without gaps, as the series is locked until the transaction ends and
-- stepped back with it. Numbers that invoices have already, from an import, are passed over. Internal.
create function accounting.next_number(p_company_id uuid, p_series text, p_prefix text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_series record;
  v_free bigint;
begin
  insert into tenancy.number_series as s (tenant_id, company_id, series, prefix, last_number)
  values (v_tenant, p_company_id, p_series, p_prefix, 1)
  on conflict (tenant_id, company_id, series) do update set last_number = s.last_number + 1
  returning s.prefix, s.padding, s.last_number into v_series;
  with recursive step (n, number) as (
    select v_series.last_number, accounting.format_number(v_series.prefix, v_series.last_number, v_series.padding)
    union all
    select s.n + 1, accounting.format_number(v_series.prefix, s.n + 1, v_series.padding) from step s
    where exists (
      select from accounting.invoices i
      where i.tenant_id = v_tenant and i.company_id = p_company_id and i.invoice_number = s.number)
  )
  select max(s.n) into v_free from step s;
  if v_free > v_series.last_number then
    update tenancy.number_series s set last_number = v_free
    where s.tenant_id = v_tenant and s.company_id = p_company_id and s.series = p_series;
  end if;
  return accounting.format_number(v_series.prefix, v_free, v_series.padding);
end $$;
--> statement-breakpoint
-- INV-000001: the number with zeros in front, never cut.
create function accounting.format_number(p_prefix text, p_number bigint, p_padding int) returns text
  language sql immutable parallel safe
  return p_prefix || lpad(p_number::text, greatest(p_padding, length(p_number::text)), '0');
--> statement-breakpoint
-- Documents are legal documents: frozen once they are no draft, whoever writes, but for their status, which moves forward,
-- and what the ledger sets as they are settled. Arguments: what it is called, and its first status after draft.
create function accounting.freeze_document() returns trigger
  language plpgsql
as $$
declare
  v_name constant text := tg_argv[0];
  v_valid constant text := tg_argv[1];
  v_by_ledger constant boolean := current_user = 'ledger_writer';
  v_movable text[] := '{status,updated_at,voided_on}';
  v_date date;
begin
  if tg_op = 'INSERT' then
    raise exception using errcode = 'ZT003',
      message = format('A new %s is an unpaid draft: insert it as one, then make it %s', v_name, v_valid);
  end if;
  if old.status = 'draft' then
    if tg_op = 'DELETE' then
      return old;
    end if;
    -- The triggers below find the row before and after by its key.
    if new.tenant_id <> old.tenant_id or new.id <> old.id then
      raise exception using errcode = 'ZT003',
        message = format('The id of the %s stays: delete the draft and create another', v_name);
    elsif new.paid_amount <> 0 or new.paid_base_amount <> 0 then
      raise exception using errcode = 'ZT003', message = format('A draft is not paid: make the %s %s first', v_name, v_valid);
    elsif new.status = 'void' then
      raise exception using errcode = 'ZT003', message = 'A draft is not voided: delete it';
    elsif new.status not in ('draft', v_valid) then
      raise exception using errcode = 'ZT003', message = format('The %s is a draft: make it %s first', v_name, v_valid);
    end if;
    return new;
  end if;

  if tg_op = 'DELETE' then
    raise exception using errcode = 'ZT003', message = format('This %s is no draft and cannot be deleted: void it', v_name);
  end if;
  if v_by_ledger then
    v_movable := v_movable || '{paid_amount,paid_base_amount}'::text[];
  end if;
  if to_jsonb(new) - v_movable <> to_jsonb(old) - v_movable then
    raise exception using errcode = 'ZT003',
      message = format('This %s is no draft and cannot be changed: void it and make another', v_name);
  end if;
  if new.status = 'void' and old.status <> 'void' then
    if old.status <> v_valid or old.paid_amount <> 0 then
      raise exception using errcode = 'ZT003',
        message = format('This %s is settled, in part or whole: take that back first, then void it', v_name);
    end if;
    if tg_table_name = 'invoices' then
      v_date := new.invoice_date;
    else
      v_date := new.bill_date;
    end if;
    new.voided_on := coalesce(new.voided_on, greatest(current_date, v_date));
    if new.voided_on < v_date then
      raise exception using errcode = 'ZT003',
        message = format('The %s is not voided before its own date: choose that date or a later one', v_name);
    end if;
    return new;
  end if;
  if new.voided_on is distinct from old.voided_on then
    raise exception using errcode = 'ZT003',
      message = format('The date of the void comes with the void of the %s, and stays', v_name);
  end if;
  if new.status <> old.status
    and not (v_by_ledger and array[new.status, old.status] <@ array[v_valid, 'partly_paid', 'paid'])
    and not (new.status = 'paid' and old.status in (v_valid, 'partly_paid') and new.kind <> 'credit_note') then
    raise exception using errcode = 'ZT003',
      message = case when new.kind = 'credit_note' and new.status = 'paid'
        then 'A credit note is not paid: allocate it'
        else format('This %s does not go from %s to %s', v_name, old.status, new.status) end;
  end if;
  return new;
end $$;
--> statement-breakpoint
-- What a draft gets when it is issued or approved: rate and amount in base currency, an invoice its number too.
create function accounting.value_document() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_date date;
begin
  if tg_table_name = 'invoices' then
    v_date := new.invoice_date;
  else
    v_date := new.bill_date;
  end if;
  select case when b.base_currency = new.currency then 1
      else coalesce(new.exchange_rate, (
        select x.rate from accounting.exchange_rates x
        where x.tenant_id = new.tenant_id and x.company_id = new.company_id and x.currency = new.currency
          and x.rate_date <= v_date
        order by x.rate_date desc limit 1)) end
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
    new.invoice_number := accounting.next_number(
      new.company_id, new.kind, case new.kind when 'invoice' then 'INV-' else 'CN-' end);
  end if;
  return new;
end $$;
--> statement-breakpoint
-- Credit notes that name the document which they take back, in part or whole: never more of it than its total, also of
-- two at once, as it is locked first. Internal.
create function accounting.check_credits(p_source text, p_ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_credited constant uuid[] := array(
    select distinct d.credited_id from accounting.documents(p_source) d
    where d.tenant_id = v_tenant and d.id = any (p_ids) and d.credited_id is not null);
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
end $$;
--> statement-breakpoint
-- Posts documents that have just been issued or approved, all in one batch: the total on the control account, the lines on
-- theirs, by account. Their base amounts are rounded cumulatively, so that they add up to the document's. Internal.
create function accounting.write_documents(p_source text, p_ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v record;
begin
  with document as materialized (
    select d.*, b.receivable_account_id, b.payable_account_id,
      case p_source when 'invoice' then b.receivable_account_id else b.payable_account_id end as control_account_id,
      case p_source when 'invoice' then b.sales_account_id else b.purchases_account_id end as usual_account_id,
      -- Which side the control account is on: an invoice's is debited, a bill's credited, credit notes the other way round.
      (p_source = 'invoice') <> d.is_credit as is_debit,
      row_number() over (order by d.document_date, d.number, d.id) as sequence
    from accounting.documents(p_source) d
    join accounting.books b on b.tenant_id = d.tenant_id and b.company_id = d.company_id
    where d.tenant_id = v_tenant and d.id = any (p_ids)
  ), line as materialized (
    -- By the document's key, and with all of it that is needed below, so that nothing is left to join: plans are made while
    -- the tables are small, and would compare each document with each line.
    select d.id, d.currency, d.total_amount, d.base_amount, d.is_debit, d.sequence, d.receivable_account_id,
      d.payable_account_id, coalesce(l.account_id, d.usual_account_id) as account_id, l.line_number, l.amount
    from document d
    left join lateral (
      select n.account_id, n.line_number, n.amount from accounting.document_lines(p_source) n
      where n.tenant_id = v_tenant and n.document_id = d.id offset 0
    ) l on true
  ), checked as (
    select bool_or(c.lines is distinct from c.total_amount) as is_wrong_total, bool_or(c.wrong_scale) as is_wrong_scale,
      bool_or(c.on_control) as is_on_control
    from (
      select l.total_amount, sum(l.amount) as lines,
        bool_or(l.amount <> round(l.amount, accounting.currency_exponent(l.currency))) as wrong_scale,
        bool_or(l.account_id in (l.receivable_account_id, l.payable_account_id)) as on_control
      from line l
      group by l.id, l.total_amount
    ) c
  ), entry as (
    select array_agg(gen_random_uuid()) as id, array_agg(d.company_id order by d.sequence) as company_id,
      array_agg(d.document_date order by d.sequence) as entry_date, array_agg(d.number order by d.sequence) as number,
      array_agg(d.id order by d.sequence) as source_id, count(*)::int as entries,
      array_agg(case when d.is_credit then 'Credit note ' else initcap(p_source) || ' ' end || d.number order by d.sequence)
        as description
    from document d where d.total_amount > 0
  ), share as (
    select a.sequence, a.currency, a.is_debit, a.account_id, a.first_line, a.amount,
      round(a.base_amount * sum(a.amount) over earlier / a.total_amount, 2)
        - round(a.base_amount * (sum(a.amount) over earlier - a.amount) / a.total_amount, 2) as base
    from (
      select l.sequence, l.currency, not l.is_debit as is_debit, l.total_amount, l.base_amount, l.account_id,
        min(l.line_number) as first_line, sum(l.amount) as amount
      from line l where l.total_amount > 0
      group by 1, 2, 3, 4, 5, 6 having sum(l.amount) > 0
    ) a
    window earlier as (partition by a.sequence order by a.first_line rows unbounded preceding)
  ), side as (
    select dense_rank() over (order by e.sequence)::int as position, e.*
    from (
      select d.sequence, 0 as first_line, d.currency, d.is_debit, d.control_account_id as account_id,
        d.total_amount as amount, d.base_amount as base, d.customer_id, d.vendor_id
      from document d where d.total_amount > 0
      union all
      select s.sequence, s.first_line, s.currency, s.is_debit, s.account_id, s.amount, s.base, null, null from share s
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
      array_agg(s.vendor_id order by s.position, s.first_line) as vendor_id
    from side s
  )
  select (select count(*) from document) as documents, c.is_wrong_total, c.is_wrong_scale, c.is_on_control,
    e.id as entry_id, e.company_id, e.entry_date, e.number, e.source_id, e.entries, e.description, l.lines, l.entry,
    l.id as line_id, l.account_id, l.currency, l.debit, l.credit, l.base_debit, l.base_credit, l.customer_id, l.vendor_id
  into v
  from checked c cross join entry e cross join line_columns l;
  if v.documents < cardinality(p_ids) then
    raise exception using errcode = 'ZT005', message = 'Documents are posted in the scope of their tenant and company';
  elsif v.is_wrong_total then
    raise exception using errcode = 'ZT002', message = 'A document needs lines, and its total must be their sum';
  elsif v.is_wrong_scale then
    raise exception using errcode = 'ZT002', message = 'An amount has more decimals than its currency has: change the line';
  elsif v.is_on_control then
    raise exception using errcode = 'ZT003',
      message = 'A line is not on the receivable or payable account, which the document''s total is on: choose another';
  end if;
  if v.entries > 0 then
    perform accounting.write_entries(v.entry_id, v.company_id, v.entry_date, v.description, v.number,
      array_fill(p_source, array[v.entries]), v.source_id, array_fill(null::uuid, array[v.entries]),
      array_fill(null::text, array[v.entries]), array_fill(null::text, array[v.entries]), v.entry, v.line_id,
      v.account_id, v.currency, v.debit, v.credit, v.base_debit, v.base_credit, array_fill(false, array[v.lines]),
      v.customer_id, v.vendor_id, array_fill(null::text, array[v.lines]));
  end if;
end $$;
--> statement-breakpoint
-- Mirrors the entries of documents that have just been voided, on the day of the void. Internal.
create function accounting.write_voids(p_source text, p_ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
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
  -- Over nothing, a document has no entry.
  from document d where d.entry_id is not null;
  if v.documents < cardinality(p_ids) then
    raise exception using errcode = 'ZT005', message = 'Documents are posted in the scope of their tenant and company';
  elsif v.entries > 0 then
    perform accounting.write_reversals(v.original, v.id, v.voided_on, array_fill(p_source || '_void', array[v.entries]),
      v.source_id, v.description);
  end if;
end $$;
--> statement-breakpoint
-- Whoever issues, approves or voids documents, one by one or in bulk: all of a statement are posted together.
create function accounting.post_documents() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_new uuid[];
  v_credits uuid[];
  v_void uuid[];
begin
  -- Before and after are brought together by grouping: a join's plan, made for one row, would compare each with each.
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
-- Lines are checked against their document once per statement. It is locked while it gains, changes or loses lines, and
-- written, so that it is not issued meanwhile with a total that is not theirs, under no isolation level; a draft of this
-- transaction needs neither, as nobody else can change it. One function for each kind of document.
do $migration$
declare
  kind text;
begin
  foreach kind in array array['invoice', 'bill'] loop
    execute format($template$
      create function accounting.keep_%1$s_lines() returns trigger
        language plpgsql
      as $$
      declare
        v_tenants uuid[];
        v_ids uuid[];
        v_frozen boolean;
        v_locked int;
      begin
        if tg_op = 'UPDATE' then
          select array_agg(t.tenant_id), array_agg(t.id) into v_tenants, v_ids
          from (select w.tenant_id, w.%1$s_id as id from written w union select o.tenant_id, o.%1$s_id from overwritten o) t;
        else
          select array_agg(t.tenant_id), array_agg(t.id) into v_tenants, v_ids
          from (select distinct w.tenant_id, w.%1$s_id as id from written w) t;
        end if;
        -- For each document by its key, whatever the planner takes the tables for: LATERAL with a lock cannot be turned
        -- round. In one order, so that two writers cannot wait for each other. A WHERE on the status would go below the lock.
        select bool_or(locked.status <> 'draft'), count(*) into v_frozen, v_locked
        from (select t.tenant_id, t.id from unnest(v_tenants, v_ids) as t (tenant_id, id) order by 1, 2) touched
        cross join lateral (
          select d.status from accounting.%1$ss d
          where d.tenant_id = touched.tenant_id and d.id = touched.id
            and (d.status <> 'draft' or d.xmin <> pg_current_xact_id()::xid)
          for no key update
        ) locked;
        if v_frozen then
          raise exception using errcode = 'ZT003',
            message = 'Lines change while the %1$s is a draft: void it and make another';
        end if;
        if v_locked > 0 then
          update accounting.%1$ss d set updated_at = clock_timestamp()
          from unnest(v_tenants, v_ids) as t (tenant_id, id)
          where d.tenant_id = t.tenant_id and d.id = t.id and d.xmin <> pg_current_xact_id()::xid;
        end if;
        return null;
      end $$
    $template$, kind);
    execute format('create trigger keep_lines_insert after insert on accounting.%1$s_lines referencing new table as written
      for each statement execute function accounting.keep_%1$s_lines()', kind);
    execute format('create trigger keep_lines_update after update on accounting.%1$s_lines
      referencing old table as overwritten new table as written
      for each statement execute function accounting.keep_%1$s_lines()', kind);
    execute format('create trigger keep_lines_delete after delete on accounting.%1$s_lines referencing old table as written
      for each statement execute function accounting.keep_%1$s_lines()', kind);
  end loop;
end $migration$;
--> statement-breakpoint
create trigger freeze_invoice_insert before insert on accounting.invoices
  for each row when (new.status <> 'draft' or new.paid_amount <> 0 or new.paid_base_amount <> 0)
  execute function accounting.freeze_document('invoice', 'issued');
--> statement-breakpoint
create trigger freeze_invoice before update or delete on accounting.invoices
  for each row execute function accounting.freeze_document('invoice', 'issued');
--> statement-breakpoint
create trigger value_invoice before update on accounting.invoices
  for each row when (old.status = 'draft' and new.status = 'issued') execute function accounting.value_document();
--> statement-breakpoint
create trigger post_invoices after update on accounting.invoices
  referencing old table as overwritten new table as written
  for each statement execute function accounting.post_documents('invoice');
--> statement-breakpoint
create trigger freeze_bill_insert before insert on accounting.bills
  for each row when (new.status <> 'draft' or new.paid_amount <> 0 or new.paid_base_amount <> 0)
  execute function accounting.freeze_document('bill', 'approved');
--> statement-breakpoint
create trigger freeze_bill before update or delete on accounting.bills
  for each row execute function accounting.freeze_document('bill', 'approved');
--> statement-breakpoint
create trigger value_bill before update on accounting.bills
  for each row when (old.status = 'draft' and new.status = 'approved') execute function accounting.value_document();
--> statement-breakpoint
create trigger post_bills after update on accounting.bills
  referencing old table as overwritten new table as written
  for each statement execute function accounting.post_documents('bill');
--> statement-breakpoint
do $$
declare
  own regprocedure;
begin
  for own in
    select p.oid from pg_proc p where p.pronamespace = 'accounting'::regnamespace and p.proname in (
      'documents', 'document_lines', 'next_number', 'format_number', 'freeze_document', 'value_document', 'check_credits',
      'write_documents', 'write_voids', 'post_documents', 'keep_invoice_lines', 'keep_bill_lines')
  loop
    execute format('revoke execute on function %s from public', own);
  end loop;
end $$;
--> statement-breakpoint
grant execute on function accounting.freeze_document(), accounting.value_document(), accounting.post_documents(),
  accounting.keep_invoice_lines(), accounting.keep_bill_lines(), accounting.documents(text), accounting.document_lines(text),
  accounting.format_number(text, bigint, int) to authenticated, platform;
--> statement-breakpoint
grant create on schema accounting to ledger_writer;
--> statement-breakpoint
do $$
declare
  internal regprocedure;
begin
  for internal in
    select p.oid from pg_proc p where p.pronamespace = 'accounting'::regnamespace
      and p.proname in ('next_number', 'value_document', 'check_credits', 'write_documents', 'write_voids', 'post_documents')
  loop
    execute format('alter function %s owner to ledger_writer', internal);
  end loop;
end $$;
--> statement-breakpoint
revoke create on schema accounting from ledger_writer;
