-- Posts entries by hand: balanced, and on no control account. A line without a currency takes the one of its account,
-- or else the base currency. A line without a base amount is converted at its own rate, or else at the last one set.
-- What rounding leaves is posted as a line of their own. `lines` is null where all is in base currency.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.post_journal(
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
end $$;
