-- A document is not voided before the day on which its allocations were taken back, because on no day is a void
-- document settled.
-- @execute authenticated, platform
create function accounting.refuse_early_void() returns trigger
  language plpgsql
as $$
begin
  if exists (
    select from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.reversed_on > new.voided_on
      and (a.invoice_id = new.id or a.credit_note_id = new.id or a.bill_id = new.id or a.vendor_credit_id = new.id)
  ) then
    raise exception using errcode = 'ZT003',
      message = 'A document is not voided before its allocations were taken back: choose a later date';
  end if;
  return null;
end $$;
