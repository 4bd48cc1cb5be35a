-- Makes abonos count that were just written: they pay debt, as credit until they are allocated, and belong to the money of
-- their routes. Internal: record_abonos calls it, and the trigger of abonos that SQL writes.
-- @owner sales_writer
-- @execute none
create function sales.post_abonos(p_abono_id uuid[]) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  perform sales.lock_records(array_agg(b.business_id), array_agg(b.distribucion_id), null, array_agg(b.client_id), null)
  from sales.abonos b where b.tenant_id = v_tenant and b.id = any (p_abono_id);
  perform sales.check_abonos(p_abono_id);
  perform sales.move_debt(array_agg(b.business_id order by g.position), array_agg(b.client_id order by g.position),
    array_agg('abono'::text), array_agg(b.id order by g.position), array_agg(b.abono_day order by g.position),
    array_agg(-b.amount order by g.position))
  from unnest(p_abono_id) with ordinality as g (id, position)
  cross join lateral (select r.* from sales.abonos r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) b;
  update sales.distribuciones d set monto_recaudado = d.monto_recaudado + t.amount
  from (select b.distribucion_id, sum(b.amount) as amount from sales.abonos b
        where b.tenant_id = v_tenant and b.id = any (p_abono_id) and b.distribucion_id is not null group by 1) t
  where d.tenant_id = v_tenant and d.id = t.distribucion_id;
end $$;
