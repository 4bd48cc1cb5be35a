-- An allocation ends once, by its date of reversal, and is never changed otherwise.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.take_back_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_closed_through date;
  v_entry uuid;
begin
  if new.reversed_on is not distinct from old.reversed_on then
    return new;
  end if;
  if old.reversed_on is not null then
    raise exception using errcode = 'ZT003', message = 'The allocation is taken back already';
  end if;
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if new.reversed_on < new.allocated_on then
    raise exception using errcode = 'ZT003',
      message = 'An allocation is not taken back before its own date: choose that date or a later one';
  end if;
  perform accounting.lock_allocation(new);
  select b.closed_through into v_closed_through from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  for key share;
  if new.reversed_on <= v_closed_through then
    raise exception using errcode = 'ZT003',
      message = 'The date is in a closed period: post to an open one, or reopen the period';
  end if;
  perform accounting.count_allocation(new, -1);
  select e.id into v_entry from accounting.journal_entries e
  where e.tenant_id = new.tenant_id and e.source_id = new.id and e.source = 'allocation';
  if found then
    perform from accounting.write_reversals(
      array[v_entry], array[gen_random_uuid()], array[new.reversed_on], array['allocation_void'], array[new.id],
      array['Exchange difference taken back']);
  end if;
  return new;
end $$;
