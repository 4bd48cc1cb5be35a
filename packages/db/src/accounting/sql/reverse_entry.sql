-- Reverses an entry that was posted by hand, once: posts its mirror.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.reverse_entry(
  p_original uuid, p_new_id uuid, p_entry_date date, p_description text, p_idempotency_key text, p_request_hash text
) returns table (entry_id uuid, is_same_request boolean)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
as $$
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
end $$;
