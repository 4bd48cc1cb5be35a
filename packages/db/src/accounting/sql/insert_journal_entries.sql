-- Inserts the heads of a batch's entries, and returns the positions of those that it left out: their idempotency key
-- stands for an entry already, whatever id they came with. Another id that is taken is refused, and so is a second
-- reversal. Internal: a step of write_entries, whose settings it runs with.
-- @owner ledger_writer
-- @execute none
create function accounting.insert_journal_entries(
  p_entry_id uuid[], p_company_id uuid[], p_entry_date date[], p_description text[], p_reference text[],
  p_source text[], p_source_id uuid[], p_reverses_entry_id uuid[], p_idempotency_key text[], p_request_hash text[]
) returns int[]
  language plpgsql
as $$
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
end $$;
