-- Records the sale that delivers an order, to its customer: with the items given, [{"product_id", "gross", "tara",
-- "quantity", "unit_price"}, …], or those of the order. Everything else is as in record_sales, which it calls.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.deliver_order(
  p_order_id uuid, p_id uuid, p_seller_id uuid, p_distribucion_id uuid, p_sale_type text, p_amount_paid numeric,
  p_payment_method text, p_use_credit boolean, p_sale_date timestamptz, p_items jsonb, p_idempotency_key text,
  p_request_hash text
) returns table (is_same_request boolean, sale sales.sales, items jsonb)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_order sales.orders;
begin
  perform tenancy.require_own_scope(tenancy.current_tenant_id(), null);
  select o.* into v_order from sales.orders o where o.tenant_id = tenancy.current_tenant_id() and o.id = p_order_id;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such order';
  end if;
  return query
    select r.is_same_request, r.sale, r.items
    from (
      select array_agg(1 order by i.n) as sale, array_agg(gen_random_uuid()) as id,
        array_agg(i.product_id order by i.n) as product_id, array_agg(i.gross order by i.n) as gross,
        array_agg(i.tara order by i.n) as tara, array_agg(i.quantity order by i.n) as quantity,
        array_agg(i.unit_price order by i.n) as unit_price
      from (
        select g.n, g.product_id, g.gross, g.tara, g.quantity, g.unit_price
        from rows from (
          jsonb_to_recordset(p_items) as (product_id uuid, gross numeric, tara numeric, quantity numeric, unit_price numeric)
        ) with ordinality as g (product_id, gross, tara, quantity, unit_price, n)
        union all
        select o.line_number, o.product_id, null, null, o.quantity, o.unit_price from sales.order_items o
        where p_items is null and o.tenant_id = v_order.tenant_id and o.order_id = v_order.id
      ) i
    ) i
    cross join lateral sales.record_sales(array[p_id], array[v_order.business_id], array[v_order.client_id],
      array[p_seller_id], array[p_distribucion_id], array[p_order_id], array[p_sale_type], array[p_amount_paid],
      array[p_payment_method], array[p_use_credit], array[p_sale_date], array[null::uuid], array[null::text],
      array[p_idempotency_key], array[p_request_hash], i.sale, i.id, i.product_id, i.gross, i.tara, i.quantity,
      i.unit_price) r;
end $$;
