-- Records sales with their items, all or none, with all that follows: stock or the route's goods, debt, the order. A sale
-- whose idempotency key exists is answered and not written again. What is left out takes its usual value: the date now, the
-- seller the scope's member, the amount paid of a cash sale its total, a price the product's. One that corrects another
-- voids that one for the reason given. Items name their sale by its position.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.record_sales(
  p_id uuid[], p_business_id uuid[], p_client_id uuid[], p_seller_id uuid[], p_distribucion_id uuid[], p_order_id uuid[],
  p_sale_type text[], p_amount_paid numeric[], p_payment_method text[], p_use_credit boolean[], p_sale_date timestamptz[],
  p_corrects_sale_id uuid[], p_void_reason text[], p_idempotency_key text[], p_request_hash text[],
  p_item_sale int[], p_item_id uuid[], p_product_id uuid[], p_gross numeric[], p_tara numeric[], p_quantity numeric[],
  p_unit_price numeric[]
) returns table (sale_position int, is_new boolean, is_same_request boolean, sale sales.sales, items jsonb)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
as $$
#variable_conflict use_column
declare
  v_sales int;
  v_problem text;
  v_business uuid;
begin
  v_sales := tenancy.require_arrays(
    '{p_id,p_business_id,p_sale_type,p_use_credit,p_client_id,p_seller_id,p_distribucion_id,p_order_id,p_amount_paid,p_payment_method,p_sale_date,p_corrects_sale_id,p_void_reason,p_idempotency_key,p_request_hash}',
    array[array_dims(p_id), array_dims(p_business_id), array_dims(p_sale_type), array_dims(p_use_credit),
      array_dims(p_client_id), array_dims(p_seller_id), array_dims(p_distribucion_id), array_dims(p_order_id),
      array_dims(p_amount_paid), array_dims(p_payment_method), array_dims(p_sale_date), array_dims(p_corrects_sale_id),
      array_dims(p_void_reason), array_dims(p_idempotency_key), array_dims(p_request_hash)],
    array[num_nulls(variadic p_id), num_nulls(variadic p_business_id), num_nulls(variadic p_sale_type),
      num_nulls(variadic p_use_credit)]);
  perform tenancy.require_arrays(
    '{p_item_sale,p_item_id,p_product_id,p_gross,p_tara,p_quantity,p_unit_price}',
    array[array_dims(p_item_sale), array_dims(p_item_id), array_dims(p_product_id), array_dims(p_gross),
      array_dims(p_tara), array_dims(p_quantity), array_dims(p_unit_price)],
    array[num_nulls(variadic p_item_sale), num_nulls(variadic p_item_id), num_nulls(variadic p_product_id)]);
  v_problem := case
    when not (1 <= all (p_item_sale) and v_sales >= all (p_item_sale))
      then 'p_item_sale names a sale that is not given: each item needs one, by its position from 1'
    when exists (select from generate_series(1, v_sales) n where n <> all (p_item_sale))
      then 'p_item_sale leaves a sale without items: a sale needs one or more'
    when 'NaN' = any (p_gross || p_tara || p_quantity || p_unit_price || p_amount_paid)
      then 'p_gross, p_tara, p_quantity, p_unit_price and p_amount_paid take no NaN'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = v_problem;
  end if;
  foreach v_business in array array(select distinct b from unnest(p_business_id) b order by 1) loop
    perform tenancy.require_own_scope(tenancy.current_tenant_id(), v_business);
  end loop;
  return query
    select w.sale_position, w.is_new, w.is_same_request, w.sale, w.items
    from sales.write_sales(p_id, p_business_id, p_client_id, p_seller_id, p_distribucion_id, p_order_id, p_sale_type,
      p_amount_paid, p_payment_method, p_use_credit, p_sale_date, p_corrects_sale_id, p_void_reason, p_idempotency_key,
      p_request_hash, p_item_sale, p_item_id, p_product_id, p_gross, p_tara, p_quantity, p_unit_price, false) w;
end $$;
