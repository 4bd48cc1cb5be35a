-- An amount with the decimals of its currency. It never rounds: an amount with more of them keeps those.
-- @execute authenticated, platform
create function tenancy.with_decimals(amount numeric, decimals int) returns numeric
  language sql immutable parallel safe
  return round(amount, greatest(decimals, min_scale(amount)));
