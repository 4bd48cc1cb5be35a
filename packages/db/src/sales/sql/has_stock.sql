-- Whether a product has stock in a mode: never in sin_inventario, in mixto once it had a movement, else always.
-- @execute authenticated, platform
create function sales.has_stock(p_modo_operacion text, p_movements bigint) returns boolean
  language sql immutable parallel safe
  return p_modo_operacion <> 'sin_inventario' and (p_modo_operacion <> 'mixto' or p_movements > 0);
