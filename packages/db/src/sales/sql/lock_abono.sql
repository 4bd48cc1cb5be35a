-- Locks an abono and what taking it back or allocating it changes, in the order of locks, and returns it. Refuses one that
-- is not there. Internal: a step of those functions.
-- @owner sales_writer
-- @execute none
create function sales.lock_abono(p_id uuid) returns sales.abonos
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_abono sales.abonos;
begin
  select b.* into v_abono from sales.abonos b where b.tenant_id = v_tenant and b.id = p_id;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such abono';
  end if;
  perform sales.lock_records(array[v_abono.business_id], array[v_abono.distribucion_id], null, array[v_abono.client_id], null);
  select b.* into v_abono from sales.abonos b where b.tenant_id = v_tenant and b.id = p_id for no key update;
  return v_abono;
end $$;
