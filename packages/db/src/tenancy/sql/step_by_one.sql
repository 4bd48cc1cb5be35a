-- A number series moves by one, so that numbers are neither skipped nor given twice.
-- @execute authenticated, platform
create function tenancy.step_by_one() returns trigger
  language plpgsql
as $$
begin
  -- The ledger steps over numbers that are in use already; see accounting.next_number.
  if new.last_number not in (old.last_number, old.last_number + 1)
    and not (current_user = 'ledger_writer' and new.last_number > old.last_number) then
    raise exception using errcode = 'ZT002', message = 'A number series moves by one: numbers are neither skipped nor given twice';
  end if;
  return new;
end $$;
