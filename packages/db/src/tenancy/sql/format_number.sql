-- A document number such as INV-000001: zeros fill it up to the padding, and a longer number is never cut.
-- @execute authenticated, platform
create function tenancy.format_number(p_prefix text, p_number bigint, p_padding int) returns text
  language sql immutable parallel safe
  return p_prefix || lpad(p_number::text, greatest(p_padding, length(p_number::text)), '0');
