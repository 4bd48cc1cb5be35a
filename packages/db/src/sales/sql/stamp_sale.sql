-- The business's day of a sale that is written by SQL.
-- @execute authenticated, platform
create function sales.stamp_sale() returns trigger
  language plpgsql stable
as $$
begin
  new.sale_day := sales.business_day(new.business_id, new.sale_date);
  if new.sale_day is null then
    raise exception using errcode = 'ZT004', message = 'There is no such business';
  end if;
  return new;
end $$;
