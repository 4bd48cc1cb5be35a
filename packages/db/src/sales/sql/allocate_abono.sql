-- Allocates what is left of an abono, today: to the oldest open sales of its customer, or to those named; see record_abonos.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.allocate_abono(p_id uuid, p_allocations jsonb) returns table (abono sales.abonos, allocations jsonb)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_abono sales.abonos;
  v_today date;
begin
  v_abono := sales.lock_abono(p_id);
  if v_abono.status = 'void' then
    raise exception using errcode = 'ZT003', message = 'The abono is void';
  elsif not sales.is_admin_negocio(v_abono.business_id) and sales.current_member_id(v_abono.business_id) is null then
    raise exception using errcode = 'ZT006', message = 'Only a member of the business may allocate its abonos';
  end if;
  v_today := sales.business_day(v_abono.business_id, now());
  if sales.is_day_closed(v_abono.business_id, v_today) then
    raise exception using errcode = 'ZT003', message = 'An allocation counts on today, and today is closed: allocate it tomorrow';
  end if;
  if p_allocations = '"oldest"' then
    perform sales.allocate_oldest(array[p_id], v_today);
  elsif jsonb_typeof(p_allocations) = 'array' then
    perform sales.allocate_to(p_id, p_allocations, v_today);
  else
    raise exception using errcode = 'ZT002', message = 'p_allocations is "oldest", or a list of sales';
  end if;
  return query
    select b, sales.allocations_of_abono(b.id) from sales.abonos b where b.tenant_id = v_tenant and b.id = p_id;
end $$;
