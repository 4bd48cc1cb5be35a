-- Locks the books and account balances that two posting steps will use, before the first one. A payment with an
-- exchange difference posts in two steps; locking all accounts in the order that every posting keeps prevents
-- deadlocks. Internal.
-- @owner ledger_writer
-- @execute none
create function accounting.lock_accounts(p_company_id uuid[], p_account_id uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform from accounting.books b
  where b.tenant_id = tenancy.current_tenant_id() and b.company_id = any (p_company_id)
  order by b.company_id for key share;
  perform from accounting.account_balances b
  where b.tenant_id = tenancy.current_tenant_id() and b.account_id = any (p_account_id)
  order by b.account_id for no key update;
end $$;
