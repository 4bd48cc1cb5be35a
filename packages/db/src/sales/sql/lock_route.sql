-- Locks a route, and its business against a closing of the day. For the route's vendor, an admin_negocio and jobs.
-- Internal: `p_what` says in the message what shall be done with it.
-- @owner sales_writer
-- @execute none
create function sales.lock_route(p_distribucion_id uuid, p_what text) returns sales.distribuciones
  language plpgsql
as $$
declare
  v_route sales.distribuciones;
begin
  perform tenancy.require_own_scope(tenancy.current_tenant_id(), null);
  select r.* into v_route from sales.distribuciones r
  where r.tenant_id = tenancy.current_tenant_id() and r.id = p_distribucion_id;
  perform sales.lock_records(array[v_route.business_id], array[p_distribucion_id], null, null, null);
  select r.* into v_route from sales.distribuciones r
  where r.tenant_id = tenancy.current_tenant_id() and r.id = p_distribucion_id;
  if v_route.id is null then
    raise exception using errcode = 'ZT004', message = 'There is no such route';
  end if;
  if not sales.may_act_for(v_route.business_id, v_route.vendedor_id) then
    raise exception using errcode = 'ZT006',
      message = format('Only the vendor of the route, or an admin_negocio, may %s it', p_what);
  end if;
  return v_route;
end $$;
