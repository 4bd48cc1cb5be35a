-- Writes sales with their items and posts them; see record_sales, which checks the arrays. With p_may_be_late a sale of a
-- closed day is written as late: that is for the synchronisation alone.
-- Internal: it trusts its callers with late sales. Look-ups by a key, here and in its steps, are a BETWEEN with an ORDER BY.
-- A plan that is made while a table is small, and kept, finds each index of the tenant as good as the key's, and may read
-- all of the tenant's rows for each look-up. That order only the key's index has, and sorting is off in these functions.
-- @owner sales_writer
-- @execute none
create function sales.write_sales(
  p_id uuid[], p_business_id uuid[], p_client_id uuid[], p_seller_id uuid[], p_distribucion_id uuid[], p_order_id uuid[],
  p_sale_type text[], p_amount_paid numeric[], p_payment_method text[], p_use_credit boolean[], p_sale_date timestamptz[],
  p_corrects_sale_id uuid[], p_void_reason text[], p_idempotency_key text[], p_request_hash text[],
  p_item_sale int[], p_item_id uuid[], p_product_id uuid[], p_gross numeric[], p_tara numeric[], p_quantity numeric[],
  p_unit_price numeric[], p_may_be_late boolean
) returns table (sale_position int, is_new boolean, is_same_request boolean, sale sales.sales, items jsonb)
  language plpgsql
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_seller uuid[] := p_seller_id;
  -- Positions to be written: those with a new key, of several with one key the first.
  v_first int[];
  v_ids uuid[];
  v_new int[] := '{}';
  v_position int;
begin
  if num_nulls(variadic v_seller) > 0 then
    v_seller := array(select coalesce(p_seller_id[n], sales.current_member_id(p_business_id[n]))
                      from generate_subscripts(p_id, 1) n order by n);
    if num_nulls(variadic v_seller) > 0 then
      raise exception using errcode = 'ZT006',
        message = 'sellerId: the scope names no active member of the business: name the member who sold';
    end if;
  end if;
  v_first := array(
    select min(g.position)::int from unnest(p_business_id, p_idempotency_key) with ordinality as g (business_id, key, position)
    where g.key is null or not exists (
      select from sales.sales s
      where s.tenant_id = v_tenant and s.business_id = g.business_id and s.idempotency_key = g.key offset 0)
    group by g.business_id, g.key, case when g.key is null then g.position end order by 1);
  if (select count(distinct p_id[n]) from unnest(v_first) n) < cardinality(v_first) then
    raise exception using errcode = 'unique_violation', message = 'p_id gives two sales one id', schema = 'sales',
      table = 'sales', constraint = 'sales_pkey';
  end if;
  if num_nonnulls(variadic p_corrects_sale_id) > 0 then
    perform sales.void_corrected(v_first, p_business_id, p_client_id, p_distribucion_id, p_order_id, p_product_id,
      p_corrects_sale_id, p_void_reason);
  else
    perform sales.lock_records(p_business_id, null, null, null, null);
  end if;

  with item as materialized (
    select i.* from sales.price_items(v_first, p_business_id, p_item_sale, p_item_id, p_product_id, p_gross, p_tara, p_quantity,
      p_unit_price) i
  ), total as (
    select i.sale, sum(i.subtotal) as amount, coalesce(sum(i.tara), 0) as tara,
      coalesce(sum(i.quantity) filter (where i.unit = 'kg'), 0) as net
    from item i group by 1
  ), written as (
    insert into sales.sales as s (tenant_id, id, business_id, client_id, seller_id, distribucion_id, order_id, sale_type,
      status, total_amount, amount_paid, payment_method, balance_due, tara, net_weight, sales_point, commission_rate,
      sale_date, sale_day, corrects_sale_id, is_late, idempotency_key, request_hash)
    select v_tenant, p_id[n], b.id, p_client_id[n], v_seller[n], p_distribucion_id[n], p_order_id[n], p_sale_type[n],
      'recorded', t.amount, a.paid, coalesce(p_payment_method[n], 'efectivo'), t.amount - a.paid, t.tara, t.net,
      sales.sales_point_of(p_distribucion_id[n], v_seller[n]), coalesce(sales.commission_rate_on(v_seller[n], a.day), 0), a.at, a.day,
      p_corrects_sale_id[n], p_may_be_late and sales.is_day_closed(b.id, a.day), p_idempotency_key[n], p_request_hash[n]
    from unnest(v_first) n
    join total t on t.sale = n
    join sales.businesses b on b.tenant_id = v_tenant and b.id = p_business_id[n]
    cross join lateral (
      select coalesce(p_sale_date[n], now()) as at,
        (coalesce(p_sale_date[n], now()) at time zone b.time_zone)::date as day,
        coalesce(p_amount_paid[n], case p_sale_type[n] when 'contado' then t.amount else 0 end) as paid
    ) a
    -- The others are refused below, in words.
    where p_sale_type[n] = 'contado' and a.paid = t.amount and a.paid >= 0
      or p_sale_type[n] = 'credito' and a.paid between 0 and t.amount and scale(a.paid) <= 2 and p_client_id[n] is not null
    -- In the order of the keys, so that two batches with the same keys cannot wait for each other.
    order by p_idempotency_key[n], n
    on conflict do nothing
    returning s.id, s.business_id
  ), parts as (
    insert into sales.sale_items (tenant_id, id, business_id, sale_id, line_number, product_id, product_name, unit, gross,
      tara, quantity, unit_price, subtotal, unit_cost)
    select v_tenant, i.id, w.business_id, w.id, i.line_number, i.product_id, i.product_name, i.unit, i.gross, i.tara,
      i.quantity, i.unit_price, i.subtotal, i.unit_cost
    from item i join written w on w.id = p_id[i.sale]
    order by i.sale, i.line_number
  )
  select coalesce(array_agg(n order by n), '{}') into v_new
  from unnest(v_first) n join written w on w.id = p_id[n];

  select n into v_position
  from unnest(v_first) n
  where n <> all (v_new) and not exists (
    select from sales.sales s
    where s.tenant_id = v_tenant and s.business_id = p_business_id[n] and s.idempotency_key = p_idempotency_key[n] offset 0)
  limit 1;
  if found then
    perform sales.refuse_sale(sales.sale_label(cardinality(p_id), v_position),
      p_business_id[v_position], p_id[v_position], p_client_id[v_position], p_order_id[v_position], p_sale_type[v_position],
      p_amount_paid[v_position], sum(i.subtotal))
    from sales.price_items(v_first, p_business_id, p_item_sale, p_item_id, p_product_id, p_gross, p_tara, p_quantity, p_unit_price) i
    where i.sale = v_position;
  end if;
  if cardinality(v_new) > 0 then
    -- Null where nothing is written, so that messages count as the caller does.
    perform sales.post_sales(array(select case when n = any (v_new) then p_id[n] end
                                   from generate_subscripts(p_id, 1) n order by n));
    perform sales.use_credit(array(select p_id[n] from unnest(v_new) n where p_use_credit[n] order by n));
  end if;
  v_ids := array(
    select case when n = any (v_new) then p_id[n] else (
      select k.id from sales.sales k
      where k.tenant_id = v_tenant and k.business_id = p_business_id[n] and k.idempotency_key = p_idempotency_key[n]) end
    from generate_subscripts(p_id, 1) n order by n);
  return query
    select g.n::int, g.n = any (v_new), r.request_hash is not distinct from p_request_hash[g.n], r.row, sales.items_of_sale(g.id)
    from unnest(v_ids) with ordinality as g (id, n)
    cross join lateral (
      select t as row, t.request_hash from sales.sales t
      where t.tenant_id = v_tenant and t.id between g.id and g.id order by t.id) r
    order by g.n;
end $$;
