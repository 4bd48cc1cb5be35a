-- The business's day of an abono that is written by SQL.
-- @execute authenticated, platform
create function sales.stamp_abono() returns trigger
  language plpgsql stable
as $$
begin
  new.abono_day := sales.business_day(new.business_id, new.abono_date);
  if new.abono_day is null then
    raise exception using errcode = 'ZT004', message = 'There is no such business';
  end if;
  return new;
end $$;
