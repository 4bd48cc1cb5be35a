-- Settles a route: [{"product_id", "sold", "returned", "lost", "loss_reason"}, …] and the money that was handed in,
-- {"efectivo": "10.00", …}. Of each product all that was assigned is sold, returned or lost; `sold` may be left out, and
-- what was sold beyond is assigned now. What comes back goes into stock; what is lost comes back too, and leaves it as a
-- loss. Returns the route. The settlement that stands, asked for again, is answered.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.close_distribucion(p_distribucion_id uuid, p_items jsonb, p_money jsonb, p_request_hash text)
  returns setof sales.distribuciones
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_route sales.distribuciones;
  v_problem text;
begin
  v_route := sales.lock_route(p_distribucion_id, 'settle');
  if v_route.estado = 'cerrado' and v_route.settlement_hash = p_request_hash then
    return next v_route;
    return;
  elsif v_route.estado <> 'en_ruta' then
    raise exception using errcode = 'ZT003', message = case v_route.estado
      when 'activo' then 'The route has not left: start it first'
      else 'The route is settled already: an admin_negocio may open it again' end;
  end if;
  perform from sales.distribucion_items i
  where i.tenant_id = v_route.tenant_id and i.distribucion_id = v_route.id
  order by i.product_id for no key update;

  perform sales.write_assignments(v_route.business_id, v_route.id, array_agg(i.product_id order by i.product_id),
    array_agg(i.sold - i.assigned order by i.product_id), null, null)
  from sales.distribucion_items i
  where i.tenant_id = v_route.tenant_id and i.distribucion_id = v_route.id and i.sold > i.assigned
  having count(*) > 0;

  v_problem := sales.problem_of_settlement(v_route.tenant_id, v_route.id, p_items, p_money);
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = v_problem;
  end if;
  update sales.distribucion_items i
  set returned = coalesce(g.returned, 0), lost = coalesce(g.lost, 0), loss_reason = case when g.lost > 0 then g.loss_reason end
  from jsonb_to_recordset(p_items) as g (product_id uuid, returned numeric, lost numeric, loss_reason text)
  where i.tenant_id = v_route.tenant_id and i.distribucion_id = v_route.id and i.product_id = g.product_id;
  perform sales.write_settlement_movements(v_route.business_id, v_route.id, 'return');

  insert into sales.distribucion_money (tenant_id, business_id, distribucion_id, settlement, payment_method, expected, handed_in)
  select v_route.tenant_id, v_route.business_id, v_route.id, v_route.settlements + 1, payment_method,
    coalesce(e.sales_amount + e.abonos_amount - e.refunds_amount, 0), coalesce(h.amount::numeric, 0)
  from sales.route_money(v_route.id) e
  full join jsonb_each_text(p_money) as h (payment_method, amount) using (payment_method);

  return query
    update sales.distribuciones r
    set estado = 'cerrado', closed_at = now(), closed_by = sales.current_member_id(r.business_id),
      settlements = r.settlements + 1, settlement_hash = p_request_hash
    where r.tenant_id = v_route.tenant_id and r.id = v_route.id
    returning r.*;
end $$;
