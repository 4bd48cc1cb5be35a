-- The rate at which an amount is worth a stated base amount; null when there is none, or when either is zero.
-- @execute authenticated, platform
create function accounting.implied_rate(amount numeric, base_amount numeric) returns numeric
  language sql immutable parallel safe
  return case when amount > 0 and base_amount > 0 then round(round(base_amount, 40) / amount, 24) end;
