-- Adds the kilos and the money of sales to their routes; with -1 takes them off. Internal: the caller has locked the routes.
-- @owner sales_writer
-- @execute none
create function sales.count_on_routes(p_sale_id uuid[], p_sign int) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  update sales.distribuciones d
  set kilos_vendidos = d.kilos_vendidos + p_sign * t.kilos, monto_recaudado = d.monto_recaudado + p_sign * t.paid
  from (
    select s.distribucion_id, sum(s.net_weight) as kilos, sum(s.amount_paid) as paid
    from sales.sales s where s.tenant_id = v_tenant and s.id = any (p_sale_id) group by 1
  ) t
  where d.tenant_id = v_tenant and d.id = t.distribucion_id;
end $$;
