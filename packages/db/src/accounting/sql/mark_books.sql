-- A new period writes the row of its books, which begin_period has locked: under repeatable read a second new period,
-- which would not see the first, fails with 40001.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.mark_books() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update accounting.books b set closed_through = b.closed_through
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  return null;
end $$;
