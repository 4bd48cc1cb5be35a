-- Takes an allocation off its document and its source, and posts the mirror of its exchange difference.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.take_back_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
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
end $$;
