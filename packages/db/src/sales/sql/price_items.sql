-- The items of sales as they will be stored: what the product is called, its unit and cost, the price given or else its base
-- price, the net kilos of gross and tara, the subtotal. `p_item_sale` says which sale an item is of, by its position.
-- Only those of `p_sales`. An item that lacks something, or contradicts itself, is refused by its number.
-- Internal: a step of write_sales.
-- @owner sales_writer
-- @execute none
create function sales.price_items(
  p_sales int[], p_business_id uuid[], p_item_sale int[], p_item_id uuid[], p_product_id uuid[], p_gross numeric[],
  p_tara numeric[], p_quantity numeric[], p_unit_price numeric[]
) returns table (
  sale int, line_number int, id uuid, product_id uuid, product_name text, unit text, gross numeric, tara numeric,
  quantity numeric, unit_price numeric, subtotal numeric, unit_cost numeric
)
  language plpgsql stable
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_problem record;
begin
  select g.sale, g.line_number, x.problem into v_problem
  from (
    select i.*, row_number() over (partition by i.sale order by i.position) as line_number
    from unnest(p_item_sale, p_product_id, p_gross, p_tara, p_quantity, p_unit_price) with ordinality as i
      (sale, product_id, gross, tara, quantity, unit_price, position)
  ) g
  left join lateral (
    select r.* from sales.products r
    where r.tenant_id = v_tenant and r.business_id = p_business_id[g.sale] and r.id between g.product_id and g.product_id order by r.id
  ) p on true
  cross join lateral (select case
    when p.id is null then array['ZT004', 'productId: there is no such product in the business']
    when not p.is_active then array['ZT003', 'productId: the product is archived: restore it first']
    when (g.gross is null) <> (g.tara is null) then array['ZT002', 'gross and tara: give both, or neither']
    when g.gross is not null and p.unit <> 'kg'
      then array['ZT002', 'gross and tara: the product is sold by the piece: give its quantity alone']
    when g.gross is null and g.quantity is null then array['ZT002', 'quantity: give it, or gross and tara']
    when g.quantity <> g.gross - g.tara then array['ZT002', 'quantity: it is gross less tara: leave it out']
    when coalesce(g.gross - g.tara, g.quantity) <= 0 or g.tara < 0
      then array['ZT002', 'quantity: what is sold is above 0, and a tara is not below 0']
    when scale(g.gross) > 3 or scale(g.tara) > 3 or scale(g.quantity) > 3
      then array['ZT002', 'quantity: use at most three decimals']
    when p.unit <> 'kg' and g.quantity <> trunc(g.quantity) then array['ZT002', 'quantity: pieces are whole']
    when g.unit_price is null and p.base_price is null
      then array['ZT002', 'unitPrice: the product has no base price: give one']
    when g.unit_price < 0 or scale(g.unit_price) > 2
      then array['ZT002', 'unitPrice: use a price of 0 or more with at most two decimals']
  end as problem) x
  where x.problem is not null and g.sale = any (p_sales)
  order by g.position limit 1;
  if found then
    raise exception using errcode = v_problem.problem[1],
      message = sales.item_label(cardinality(p_business_id), v_problem.sale, v_problem.line_number) || ': ' || v_problem.problem[2];
  end if;
  return query
    select i.sale, (row_number() over (partition by i.sale order by i.position))::int, i.id, p.id, p.name::text, p.unit, i.gross,
      i.tara, q.quantity, c.price, round(q.quantity * c.price, 2), p.unit_cost
    from unnest(p_item_sale, p_item_id, p_product_id, p_gross, p_tara, p_quantity, p_unit_price) with ordinality as i
      (sale, id, product_id, gross, tara, quantity, unit_price, position)
    cross join lateral (
      select r.* from sales.products r
      where r.tenant_id = v_tenant and r.business_id = p_business_id[i.sale] and r.id between i.product_id and i.product_id order by r.id
    ) p
    cross join lateral (select coalesce(i.gross - i.tara, i.quantity) as quantity) q
    cross join lateral (select coalesce(i.unit_price, p.base_price) as price) c
    where i.sale = any (p_sales)
    order by i.position;
end $$;
