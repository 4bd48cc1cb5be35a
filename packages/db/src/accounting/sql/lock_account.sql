-- Locks an account for posting, and before it the books of its company, as every posting does. Work that posts in several
-- steps locks all its accounts before the first step, in the order of their ids, so that it and others never wait for
-- each other. Of an account of another tenant or company nothing is locked.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.lock_account(p_account_id uuid) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform from accounting.books b
  join accounting.account_balances a on a.tenant_id = b.tenant_id and a.company_id = b.company_id
  where b.tenant_id = tenancy.current_tenant_id() and a.account_id = p_account_id
  for key share of b;
  perform from accounting.account_balances b
  where b.tenant_id = tenancy.current_tenant_id() and b.account_id = p_account_id
  for no key update;
end $$;
