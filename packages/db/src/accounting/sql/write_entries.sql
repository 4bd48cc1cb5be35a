-- Posts entries, all or none. Each statement handles the whole batch: a thousand entries cost little more than one.
-- Lines name their entry by its position. An entry whose idempotency key exists is answered and not written again.
-- Internal: it trusts its callers with control accounts and with sources other than manual.
-- Plans are made while the tables are small and are then kept. Sequential scans are off, because such plans, those of
-- the foreign keys among them, would read all rows for each new one until the next ANALYZE. The functions that this one
-- calls have no settings of their own: they run with these.
-- @owner ledger_writer
-- @execute none
create function accounting.write_entries(
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
end $$;
