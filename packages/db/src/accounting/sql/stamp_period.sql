-- Records when a period was closed and by whom. The lock on the books makes postings in flight end first; later ones
-- see what is closed.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.stamp_period() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  -- Postings hold the books FOR KEY SHARE: those in flight end first, later ones see what is closed.
  perform from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id for update;
  new.closed_at := case when new.status = 'closed' then clock_timestamp() end;
  new.closed_by := case when new.status = 'closed' then tenancy.current_user_id() end;
  return new;
end $$;
