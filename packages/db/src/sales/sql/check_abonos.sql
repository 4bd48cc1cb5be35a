-- Refuses abonos that may not be recorded: by whom, on which day, on which route. A customer who is archived may pay.
-- Internal: a step of post_abonos, after the locks.
-- @owner sales_writer
-- @execute none
create function sales.check_abonos(p_abono_id uuid[]) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_refused record;
begin
  select g.position, p.problem into v_refused
  from unnest(p_abono_id) with ordinality as g (id, position)
  cross join lateral (select r.* from sales.abonos r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) b
  cross join lateral (select x.* from sales.business_users x where x.tenant_id = v_tenant and x.id between b.seller_id and b.seller_id order by x.id) m
  left join lateral (select x.* from sales.distribuciones x where x.tenant_id = v_tenant and x.id between b.distribucion_id and b.distribucion_id order by x.id) d on true
  cross join lateral (select case
    when not sales.may_act_for(b.business_id, b.seller_id)
      then array['ZT006', 'sellerId: only an admin_negocio of the business may record what another member received']
    when not m.is_active then array['ZT003', 'sellerId: the member is archived: restore them first']
    when b.abono_day > sales.business_day(b.business_id, now())
      then array['ZT002', 'abonoDate: the day has not come yet: date the abono on today or before']
    when not b.is_late and sales.is_day_closed(b.business_id, b.abono_day)
      then array['ZT003', 'abonoDate: the day is closed: date the abono on an open day']
    when d.estado <> 'en_ruta' then array['ZT003', 'distribucionId: the route is not under way (en_ruta)']
    when d.vendedor_id <> b.seller_id then array['ZT002', 'distribucionId: the route is another vendor''s']
  end as problem) p
  where p.problem is not null
  order by g.position limit 1;
  if found then
    raise exception using errcode = v_refused.problem[1], message = case when cardinality(p_abono_id) > 1
      then format('Abono %s: ', v_refused.position) else '' end || v_refused.problem[2];
  end if;
end $$;
