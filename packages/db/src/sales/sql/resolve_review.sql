-- An admin_negocio has looked at a late sale or abono, which leaves the list of reviews. Null for the one that it is not.
-- What was reviewed already stays as it was. Returns whether it is reviewed now.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.resolve_review(p_sale_id uuid, p_abono_id uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_business uuid;
begin
  perform tenancy.require_own_scope(v_tenant, null);
  select l.business_id into v_business from (
    select s.business_id from sales.sales s where s.tenant_id = v_tenant and s.id = p_sale_id and s.is_late
    union all
    select a.business_id from sales.abonos a where a.tenant_id = v_tenant and a.id = p_abono_id and a.is_late
  ) l;
  if v_business is null then
    raise exception using errcode = 'ZT004', message = 'There is no such late sale or abono';
  end if;
  perform tenancy.require_own_scope(v_tenant, v_business);
  if not sales.is_admin_negocio(v_business) then
    raise exception using errcode = 'ZT006', message = 'Only an admin_negocio of the business may review late sales and abonos';
  end if;
  update sales.sales s set reviewed_at = now(), reviewed_by = sales.current_member_id(v_business)
  where s.tenant_id = v_tenant and s.id = p_sale_id and s.reviewed_at is null;
  update sales.abonos a set reviewed_at = now(), reviewed_by = sales.current_member_id(v_business)
  where a.tenant_id = v_tenant and a.id = p_abono_id and a.reviewed_at is null;
  return true;
end $$;
