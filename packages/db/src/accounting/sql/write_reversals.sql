-- Posts the mirror of entries: debits become credits. A reversal names its original, which the unique index allows
-- once. Raises an error when an entry is missing, or is dated after its mirror. Internal.
-- @owner ledger_writer
-- @execute none
create function accounting.write_reversals(
  p_original uuid[], p_new_id uuid[], p_entry_date date[], p_source text[], p_source_id uuid[], p_description text[],
  p_idempotency_key text[] default null, p_request_hash text[] default null
) returns table (entry_position int, entry_id uuid, is_new boolean, is_same_request boolean)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
as $$
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
end $$;
