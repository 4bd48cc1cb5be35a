-- How a message names an item: by its number, and with its sale where a call has several.
-- @execute authenticated, platform
create function sales.item_label(p_sales int, p_sale int, p_item bigint) returns text
  language sql immutable parallel safe
  return case when p_sales > 1 then format('Sale %s, item %s', p_sale, p_item) else format('Item %s', p_item) end;
