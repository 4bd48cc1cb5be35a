-- A refund is written with the allocations of the credit that it pays back, in one statement. Otherwise more could be paid
-- back than a customer has, or a vendor owes. It fires at the end of the statement, when all its rows are written.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.check_refund() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if new.amount is distinct from (
    select sum(a.amount) from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.refund_id = new.id and a.reversed_on is null
  ) then
    raise exception using errcode = 'ZT002',
      message = 'A refund is more than the credit that it pays back: name payments or credit notes with that much left';
  end if;
  return null;
end $$;
