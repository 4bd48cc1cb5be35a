-- Posts entries, all or none, each statement for all of them: a batch of a thousand costs little more than one entry.
-- Lines name their entry by its position. An entry whose idempotency key exists is answered and not written again.
-- Internal: it trusts its callers with control accounts and with sources other than manual. Sequential scans are off,
-- because plans made while the tables are small, those of the foreign keys among them, would read all rows for each new
-- one until the next ANALYZE.
-- @owner ledger_writer
-- @execute none
create function accounting.write_entries(
  p_entry_id uuid[], p_company_id uuid[], p_entry_date date[], p_description text[], p_reference text[], p_source text[],
  p_source_id uuid[], p_reverses_entry_id uuid[], p_idempotency_key text[], p_request_hash text[],
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
  v_repeated int[] := '{}';
  v_problem record;
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
      message = 'The company has no books yet: call accounts.createStandardChart first';
  end if;

  if num_nonnulls(variadic p_idempotency_key) > 0 then
    return query
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
        on conflict (tenant_id, company_id, idempotency_key) where idempotency_key is not null do nothing
        returning n.id
      )
      select e.entry_position::int, e.id, true, true
      from unnest(p_entry_id) with ordinality as e (id, entry_position)
      where e.id in (select w.id from written w);
    v_repeated := array(
      select e.entry_position::int
      from unnest(p_entry_id) with ordinality as e (id, entry_position)
      where not exists (select from accounting.journal_entries n where n.tenant_id = v_tenant and n.id = e.id));
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
  else
    insert into accounting.journal_entries
      (tenant_id, id, company_id, entry_date, description, reference, source, source_id, reverses_entry_id, posted_by)
    select v_tenant, e.id, e.company_id, e.entry_date, e.description, e.reference, e.source, e.source_id, e.reverses,
      tenancy.current_user_id()
    from unnest(p_entry_id, p_company_id, p_entry_date, p_description, p_reference, p_source, p_source_id,
        p_reverses_entry_id) as e
      (id, company_id, entry_date, description, reference, source, source_id, reverses);
    return query select e.entry_position::int, e.id, true, true from unnest(p_entry_id) with ordinality as e (id, entry_position);
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

  -- The first entry that is wrong, and how. Entries are found by subscript: a join of two arrays would be a nested loop.
  select c.problem into v_problem
  from (
    select g.entry_position, case
      when sum(g.lines) < 2 then 'needs two lines or more'
      when bool_or(g.unrated) then 'needs an exchange rate: set one for its currency, or give the line a rate'
      when bool_or(g.unknown_account) then 'names an account that the company does not have'
      when bool_or(g.is_archived) then 'names an archived account: restore it, or take another'
      when bool_or(g.wrong_party) then 'has a receivable or payable without its customer or vendor, or one on another account'
      when bool_or(g.wrong_currency) then 'has a line in another currency than its account'
      when bool_or(g.wrong_scale) then 'has an amount with more decimals than its currency has'
      when bool_or(g.wrong_base) then 'has a line in base currency whose base amount differs'
      when bool_or(g.wrong_difference) then 'has an exchange difference that is not in base currency on the books'' exchange account'
      when bool_or(g.off <> 0) then 'is not balanced: debits and credits of a currency differ'
      when sum(g.base_off) <> 0 then 'is not balanced in base currency: add a line for the exchange difference'
    end as problem
    from (
      select l.entry_position, l.currency, count(*) as lines,
        sum(l.debit - l.credit) filter (where not l.is_exchange_difference) as off,
        sum(l.base_debit - l.base_credit) as base_off,
        bool_or(l.base_debit + l.base_credit is null) as unrated,
        bool_or(a.id is null) as unknown_account,
        bool_or(not a.is_active and p_source[l.entry_position] in ('manual', 'invoice', 'bill', 'payment')) as is_archived,
        -- The books are locked by now: an account that was no control account when the caller looked may be one.
        bool_or((l.account_id = b.receivable_account_id) <> (l.customer_id is not null)
          or (l.account_id = b.payable_account_id) <> (l.vendor_id is not null)) as wrong_party,
        bool_or(a.currency <> l.currency) as wrong_currency,
        bool_or(l.debit + l.credit <> round(l.debit + l.credit, tenancy.currency_exponent(l.currency))
          or l.base_debit + l.base_credit <> round(l.base_debit + l.base_credit, 2)) as wrong_scale,
        bool_or(l.currency = b.base_currency and (l.debit <> l.base_debit or l.credit <> l.base_credit)) as wrong_base,
        bool_or(l.is_exchange_difference
          and (l.currency <> b.base_currency or l.account_id <> b.exchange_account_id)) as wrong_difference
      from unnest(p_line_entry, p_account_id, p_currency, p_debit, p_credit, p_base_debit, p_base_credit,
          p_is_exchange_difference, p_customer_id, p_vendor_id) as l
        (entry_position, account_id, currency, debit, credit, base_debit, base_credit, is_exchange_difference, customer_id,
         vendor_id)
      left join accounting.books b on b.tenant_id = v_tenant and b.company_id = p_company_id[l.entry_position]
      left join accounting.accounts a
        on a.tenant_id = v_tenant and a.company_id = b.company_id and a.id = l.account_id
      where l.entry_position <> all (v_repeated)
      group by l.entry_position, l.currency
    ) g
    group by g.entry_position
  ) c
  where c.problem is not null
  order by c.entry_position limit 1;
  if found then
    raise exception using errcode = 'ZT002', message = format('The entry %s', v_problem.problem);
  end if;
  if (select count(distinct l) from unnest(p_line_entry) l where l <> all (v_repeated))
      < cardinality(p_entry_id) - cardinality(v_repeated) then
    raise exception using errcode = 'ZT002', message = 'The entry needs two lines or more';
  end if;

  with line as materialized (
    select l.*, p_entry_id[l.entry_position] as entry_id, p_company_id[l.entry_position] as company_id,
      p_entry_date[l.entry_position] as entry_date,
      row_number() over (partition by l.entry_position order by l.line_position) as line_number,
      b.version + row_number() over chain as account_version,
      b.balance + sum(l.base_debit - l.base_credit) over chain as balance_after
    from unnest(p_line_entry, p_line_id, p_account_id, p_currency, p_debit, p_credit, p_base_debit, p_base_credit,
        p_is_exchange_difference, p_customer_id, p_vendor_id, p_line_description) with ordinality as l
      (entry_position, id, account_id, currency, debit, credit, base_debit, base_credit, is_exchange_difference,
       customer_id, vendor_id, description, line_position)
    join accounting.account_balances b on b.tenant_id = v_tenant and b.account_id = l.account_id
    where l.entry_position <> all (v_repeated)
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
    update accounting.account_balances b set balance = b.balance + s.amount, version = b.version + s.lines
    from (select l.account_id, count(*) as lines, sum(l.base_debit - l.base_credit) as amount from line l group by 1) s
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

  -- The customers and vendors of one company are written under the lock of its control account, so in no wrong order.
  if num_nonnulls(variadic p_customer_id) > 0 then
    update accounting.customers c set balance = c.balance + s.amount
    from (select l.customer_id, sum(l.base_debit - l.base_credit) as amount
          from unnest(p_line_entry, p_customer_id, p_base_debit, p_base_credit) as l
            (entry_position, customer_id, base_debit, base_credit)
          where l.customer_id is not null and l.entry_position <> all (v_repeated) group by 1) s
    where c.tenant_id = v_tenant and c.id = s.customer_id and s.amount <> 0;
  end if;
  if num_nonnulls(variadic p_vendor_id) > 0 then
    update accounting.vendors v set balance = v.balance + s.amount
    from (select l.vendor_id, sum(l.base_credit - l.base_debit) as amount
          from unnest(p_line_entry, p_vendor_id, p_base_debit, p_base_credit) as l
            (entry_position, vendor_id, base_debit, base_credit)
          where l.vendor_id is not null and l.entry_position <> all (v_repeated) group by 1) s
    where v.tenant_id = v_tenant and v.id = s.vendor_id and s.amount <> 0;
  end if;
end $$;
