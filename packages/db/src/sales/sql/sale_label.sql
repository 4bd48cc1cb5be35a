-- How a message names a sale: not at all, and by its position where a call has several.
-- @execute authenticated, platform
create function sales.sale_label(p_sales int, p_sale int) returns text
  language sql immutable parallel safe
  return case when p_sales > 1 then format('Sale %s: ', p_sale) else '' end;
