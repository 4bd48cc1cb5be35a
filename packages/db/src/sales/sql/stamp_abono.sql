-- An abono that is written by SQL: the database computes its day, and nobody writes what allocating, voiding and reviewing
-- set.
-- @execute authenticated, platform
create function sales.stamp_abono() returns trigger
  language plpgsql stable
as $$
begin
  new.abono_day := sales.business_day(new.business_id, new.abono_date);
  if new.abono_day is null then
    raise exception using errcode = 'ZT004', message = 'There is no such business';
  end if;
  new.allocated_amount := 0;
  new.voided_by := null;
  new.void_reason := null;
  new.reviewed_at := null;
  new.reviewed_by := null;
  return new;
end $$;
