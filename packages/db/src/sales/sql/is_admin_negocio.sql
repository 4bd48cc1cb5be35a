-- Whether the scope may do what only an admin_negocio of the business may. Jobs and the platform name no user, and may.
-- Stable: asked row by row, it sees the members as the statement found them.
-- @execute authenticated, platform
create function sales.is_admin_negocio(p_business_id uuid) returns boolean
  language sql stable
  return tenancy.current_user_id() is null or exists (
    select from sales.business_users m
    where m.tenant_id = tenancy.current_tenant_id() and m.business_id = p_business_id
      and m.user_id = tenancy.current_user_id() and m.role = 'admin_negocio' and m.is_active);
