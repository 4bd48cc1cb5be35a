-- Voids an abono, dated today: what it paid is due again, the debt is as if it had not been received, and the money is given
-- back by the same method, out of its route while that is under way. The same void again is answered with it as it is.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.void_abono(p_id uuid, p_reason text) returns table (abono sales.abonos, allocations jsonb)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_abono sales.abonos;
  v_today date;
  v_route uuid;
begin
  v_abono := sales.lock_abono(p_id);
  if v_abono.status = 'void' and v_abono.void_reason is distinct from p_reason then
    raise exception using errcode = 'ZT003', message = 'The abono is void already';
  end if;
  if v_abono.status = 'recorded' then
    if not sales.may_act_for(v_abono.business_id, v_abono.seller_id) then
      raise exception using errcode = 'ZT006',
        message = 'Only an admin_negocio of the business may void an abono that another member received';
    end if;
    v_today := sales.business_day(v_abono.business_id, now());
    if sales.is_day_closed(v_abono.business_id, v_today) then
      raise exception using errcode = 'ZT003', message = 'A void counts on today, and today is closed: void it tomorrow';
    end if;
    select d.id into v_route from sales.distribuciones d
    where d.tenant_id = v_tenant and d.id = v_abono.distribucion_id and d.estado = 'en_ruta';
    perform sales.free_allocations(null, p_id, v_today);
    perform sales.move_debt(array[v_abono.business_id], array[v_abono.client_id], array['abono_void'], array[p_id],
      array[v_today], array[v_abono.amount]);
    insert into sales.refunds (tenant_id, business_id, abono_id, distribucion_id, payment_method, amount, refund_day)
    values (v_tenant, v_abono.business_id, p_id, v_route, v_abono.payment_method, v_abono.amount, v_today);
    update sales.distribuciones d set monto_recaudado = d.monto_recaudado - v_abono.amount
    where d.tenant_id = v_tenant and d.id = v_route;
    update sales.abonos b
    set status = 'void', voided_on = v_today, voided_by = sales.current_member_id(v_abono.business_id), void_reason = p_reason
    where b.tenant_id = v_tenant and b.id = p_id;
  end if;
  return query
    select b, sales.allocations_of_abono(b.id) from sales.abonos b where b.tenant_id = v_tenant and b.id = p_id;
end $$;
