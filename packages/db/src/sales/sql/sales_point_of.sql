-- Where something is sold: the point of the route, or else of the member.
-- @execute authenticated, platform
create function sales.sales_point_of(p_distribucion_id uuid, p_member_id uuid) returns text
  language sql stable
  return coalesce((
    select d.punto_venta from sales.distribuciones d
    where d.tenant_id = tenancy.current_tenant_id() and d.id = p_distribucion_id), (
    select m.sales_point from sales.business_users m
    where m.tenant_id = tenancy.current_tenant_id() and m.id = p_member_id));
