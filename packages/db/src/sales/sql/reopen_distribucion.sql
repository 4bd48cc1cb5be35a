-- Opens a settled route again while its day is open: what came back leaves the stock again. The money that was handed in
-- stays on record under the number of its settlement. For an admin_negocio. Returns the route.
-- The same again is answered.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.reopen_distribucion(p_distribucion_id uuid, p_reason text) returns setof sales.distribuciones
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_route sales.distribuciones;
begin
  v_route := sales.lock_route(p_distribucion_id, 'open');
  if not sales.is_admin_negocio(v_route.business_id) then
    raise exception using errcode = 'ZT006', message = 'Only an admin_negocio of the business may open a settled route again';
  elsif v_route.estado = 'en_ruta' and v_route.settlements > 0 and v_route.reopen_reason = p_reason then
    return next v_route;
    return;
  elsif v_route.estado <> 'cerrado' then
    raise exception using errcode = 'ZT003', message = 'The route is not settled';
  elsif btrim(coalesce(p_reason, '')) = '' then
    raise exception using errcode = 'ZT002', message = 'Say in the reason why the route is opened again';
  elsif sales.is_day_closed(v_route.business_id, v_route.fecha) then
    raise exception using errcode = 'ZT003', message = 'The day of the route is closed: nothing on it is changed';
  end if;
  perform from sales.distribucion_items i
  where i.tenant_id = v_route.tenant_id and i.distribucion_id = v_route.id
  order by i.product_id for no key update;
  perform sales.write_settlement_movements(v_route.business_id, v_route.id, 'reopening');
  update sales.distribuciones r
  set estado = 'en_ruta', closed_at = null, closed_by = null, settlement_hash = null, reopen_reason = p_reason
  where r.tenant_id = v_route.tenant_id and r.id = v_route.id;
  update sales.distribucion_items i set returned = 0, lost = 0, loss_reason = null
  where i.tenant_id = v_route.tenant_id and i.distribucion_id = v_route.id and i.returned + i.lost > 0;
  return query select r.* from sales.distribuciones r where r.tenant_id = v_route.tenant_id and r.id = v_route.id;
end $$;
