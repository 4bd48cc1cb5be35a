-- An allocation is taken back once, on its own day or later, and on a day that is open; one that a refund pays back, with
-- the refund alone. Both its ends are locked here; take_back_allocation writes them when the row is written.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.guard_take_back() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_closed_through date;
begin
  if old.reversed_on is not null then
    raise exception using errcode = 'ZT003', message = 'The allocation is taken back already';
  end if;
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if new.reversed_on < new.allocated_on then
    raise exception using errcode = 'ZT003',
      message = 'An allocation is not taken back before its own date: choose that date or a later one';
  end if;
  perform accounting.lock_allocation(new);
  if new.refund_id is not null and exists (
    select from accounting.payments p
    where p.tenant_id = new.tenant_id and p.id = new.refund_id and p.voided_on is distinct from new.reversed_on
  ) then
    raise exception using errcode = 'ZT003', message = 'The credit was paid back by a refund: void the refund';
  end if;
  select b.closed_through into v_closed_through from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  for key share;
  if new.reversed_on <= v_closed_through then
    raise exception using errcode = 'ZT003',
      message = 'The date is in a closed period: post to an open one, or reopen the period';
  end if;
  return new;
end $$;
