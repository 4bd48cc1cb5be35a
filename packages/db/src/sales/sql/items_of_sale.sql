-- The items of a sale as JSON, in their order. Numbers are texts, so that JavaScript rounds none.
-- @execute authenticated, platform
create function sales.items_of_sale(p_sale_id uuid) returns jsonb
  language sql stable
  return (
    select jsonb_agg(jsonb_build_object('id', i.id, 'lineNumber', i.line_number, 'productId', i.product_id,
        'productName', i.product_name, 'unit', i.unit, 'gross', i.gross::text, 'tara', i.tara::text,
        'quantity', i.quantity::text, 'unitPrice', i.unit_price::text, 'subtotal', i.subtotal::text,
        'unitCost', i.unit_cost::text) order by i.line_number)
    from sales.sale_items i
    where i.tenant_id = tenancy.current_tenant_id() and i.sale_id = p_sale_id);
