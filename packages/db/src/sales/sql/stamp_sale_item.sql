-- What the caller of an item that is written by SQL does not decide: its unit and cost are the product's. What is left out
-- is filled in: the product's name, the next number, the subtotal.
-- @execute authenticated, platform
create function sales.stamp_sale_item() returns trigger
  language plpgsql
as $$
declare
  v_product sales.products;
begin
  select p.* into v_product from sales.products p
  where p.tenant_id = new.tenant_id and p.business_id = new.business_id and p.id = new.product_id;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such product in the business';
  end if;
  new.unit := v_product.unit;
  new.unit_cost := v_product.unit_cost;
  new.product_name := coalesce(new.product_name, v_product.name);
  new.subtotal := coalesce(new.subtotal, round(new.quantity * new.unit_price, 2));
  if new.line_number is null then
    select coalesce(max(i.line_number), 0) + 1 into new.line_number
    from sales.sale_items i where i.tenant_id = new.tenant_id and i.sale_id = new.sale_id;
  end if;
  return new;
end $$;
