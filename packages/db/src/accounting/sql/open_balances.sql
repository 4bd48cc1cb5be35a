-- Every account has a balance row from the start, so that posting locks that row and needs no search for missing ones.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.open_balances() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tenancy.current_tenant_id() is null then
    raise exception using errcode = 'ZT005', message = 'An account is made in the scope of its tenant';
  end if;
  insert into accounting.account_balances (tenant_id, company_id, account_id)
  select w.tenant_id, w.company_id, w.id from written w order by w.id;
  return null;
end $$;
