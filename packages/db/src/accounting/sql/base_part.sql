-- The part of a base amount that goes with a part of its amount, in the decimals of the base currency. The last part
-- takes the rest, so that nothing remains. No part takes more than is left, which rounding up could do.
-- @execute ledger_writer
create function accounting.base_part(
  part numeric, amount numeric, used numeric, base_amount numeric, used_base numeric, decimals int
) returns numeric
  language sql immutable parallel safe
  return case when part = amount - used then base_amount - used_base
    else least(round(part * base_amount / amount, decimals), base_amount - used_base) end;
