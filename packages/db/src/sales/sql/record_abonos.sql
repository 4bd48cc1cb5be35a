-- Records abonos, all or none, and allocates them as asked: to the oldest open sales (`"oldest"`), to those named
-- (`[{"saleId": …, "amount": …}]`, as much as is open where no amount is given), or not at all (null). What is named is
-- allocated first, each never beyond what is open; the rest is credit. An abono whose idempotency key exists is answered
-- and not written again.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.record_abonos(
  p_id uuid[], p_business_id uuid[], p_client_id uuid[], p_seller_id uuid[], p_distribucion_id uuid[], p_amount numeric[],
  p_payment_method text[], p_notes text[], p_abono_date timestamptz[], p_allocations jsonb[], p_idempotency_key text[],
  p_request_hash text[]
) returns table (abono_position int, is_new boolean, is_same_request boolean, abono sales.abonos, allocations jsonb)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_business uuid;
  v_position int;
  v_first int[];
  v_ids uuid[];
  v_new int[];
begin
  perform tenancy.require_arrays(
    '{p_id,p_business_id,p_client_id,p_amount,p_payment_method,p_seller_id,p_distribucion_id,p_notes,p_abono_date,p_allocations,p_idempotency_key,p_request_hash}',
    array[array_dims(p_id), array_dims(p_business_id), array_dims(p_client_id), array_dims(p_amount),
      array_dims(p_payment_method), array_dims(p_seller_id), array_dims(p_distribucion_id), array_dims(p_notes),
      array_dims(p_abono_date), array_dims(p_allocations), array_dims(p_idempotency_key), array_dims(p_request_hash)],
    array[num_nulls(variadic p_id), num_nulls(variadic p_business_id), num_nulls(variadic p_client_id),
      num_nulls(variadic p_amount), num_nulls(variadic p_payment_method)]);
  foreach v_business in array array(select distinct b from unnest(p_business_id) b order by 1) loop
    perform tenancy.require_own_scope(v_tenant, v_business);
    if sales.current_member_id(v_business) is null and num_nulls(variadic p_seller_id) > 0 then
      raise exception using errcode = 'ZT006',
        message = 'sellerId: the scope names no active member of the business: name the member who received it';
    end if;
  end loop;
  v_first := array(
    select min(g.position)::int from unnest(p_business_id, p_idempotency_key) with ordinality as g (business_id, key, position)
    group by g.business_id, g.key, case when g.key is null then g.position end order by 1);
  if (select count(distinct p_id[n]) from unnest(v_first) n) < cardinality(v_first) then
    raise exception using errcode = 'unique_violation', message = 'p_id gives two abonos one id', schema = 'sales',
      table = 'abonos', constraint = 'abonos_pkey';
  end if;
  perform sales.lock_records(p_business_id, null, null, null, null);
  with written as (
    insert into sales.abonos as b (tenant_id, id, business_id, client_id, seller_id, distribucion_id, amount, payment_method,
      notes, abono_date, abono_day, idempotency_key, request_hash)
    select v_tenant, p_id[n], p_business_id[n], p_client_id[n],
      coalesce(p_seller_id[n], sales.current_member_id(p_business_id[n])), p_distribucion_id[n], p_amount[n],
      p_payment_method[n], p_notes[n], a.at, sales.business_day(p_business_id[n], a.at), p_idempotency_key[n], p_request_hash[n]
    from unnest(v_first) n
    cross join lateral (select coalesce(p_abono_date[n], now()) as at) a
    -- In the order of the keys, so that two batches with the same keys cannot wait for each other.
    order by p_idempotency_key[n], n
    on conflict do nothing
    returning b.id
  )
  select coalesce(array_agg(n order by n), '{}') into v_new from unnest(v_first) n join written w on w.id = p_id[n];
  if exists (
    select from unnest(v_first) n
    where n <> all (v_new) and not exists (
      select from sales.abonos b
      where b.tenant_id = v_tenant and b.business_id = p_business_id[n] and b.idempotency_key = p_idempotency_key[n] offset 0)
  ) then
    raise exception using errcode = 'unique_violation', message = 'The id is taken', schema = 'sales', table = 'abonos',
      constraint = 'abonos_pkey';
  end if;
  if cardinality(v_new) > 0 then
    perform sales.post_abonos(array(select p_id[n] from unnest(v_new) n order by n));
    foreach v_position in array v_new loop
      if jsonb_typeof(p_allocations[v_position]) = 'array' then
        perform sales.allocate_to(p_id[v_position], p_allocations[v_position], null);
      end if;
    end loop;
    perform sales.allocate_oldest(array(select p_id[n] from unnest(v_new) n where p_allocations[n] = '"oldest"' order by n), null);
  end if;
  v_ids := array(
    select case when n = any (v_new) then p_id[n] else (
      select k.id from sales.abonos k
      where k.tenant_id = v_tenant and k.business_id = p_business_id[n] and k.idempotency_key = p_idempotency_key[n]) end
    from generate_subscripts(p_id, 1) n order by n);
  return query
    select g.n::int, g.n = any (v_new), r.request_hash is not distinct from p_request_hash[g.n], r.row, sales.allocations_of_abono(g.id)
    from unnest(v_ids) with ordinality as g (id, n)
    cross join lateral (
      select t as row, t.request_hash from sales.abonos t
      where t.tenant_id = v_tenant and t.id between g.id and g.id order by t.id) r
    order by g.n;
end $$;
