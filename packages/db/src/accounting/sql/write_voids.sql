-- Posts the mirror of the entries of documents that have just been voided, on the day of the void. Internal.
-- @owner ledger_writer
-- @execute none
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
  -- A document over 0.00 has no entry.
  from document d where d.entry_id is not null;
  if v.documents < cardinality(p_ids) then
    raise exception using errcode = 'ZT005', message = 'Documents are posted in the scope of their tenant and company';
  elsif v.entries > 0 then
    perform accounting.write_reversals(v.original, v.id, v.voided_on, array_fill(p_source || '_void', array[v.entries]),
      v.source_id, v.description);
  end if;
end $$;
