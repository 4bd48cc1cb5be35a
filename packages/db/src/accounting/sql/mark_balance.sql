-- A changed account writes the row of its balance, which guard_account has locked: a posting under repeatable read, which
-- would still see the account as it was, fails with 40001.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.mark_balance() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update accounting.account_balances b set version = b.version
  where b.tenant_id = new.tenant_id and b.account_id = new.id;
  return null;
end $$;
