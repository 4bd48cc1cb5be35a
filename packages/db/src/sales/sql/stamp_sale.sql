-- A draft that is written by SQL: the database computes its day, and nobody writes what recording, voiding and reviewing set.
-- @execute authenticated, platform
create function sales.stamp_sale() returns trigger
  language plpgsql stable
as $$
begin
  new.sale_day := sales.business_day(new.business_id, new.sale_date);
  if new.sale_day is null then
    raise exception using errcode = 'ZT004', message = 'There is no such business';
  end if;
  new.balance_due := 0;
  new.voided_by := null;
  new.void_reason := null;
  new.reviewed_at := null;
  new.reviewed_by := null;
  return new;
end $$;
