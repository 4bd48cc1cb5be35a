-- A business and its members are changed by its admin_negocio or an admin of the tenant, who also makes the business and
-- names its first member.
-- @execute authenticated, platform
create function sales.require_manager() returns trigger
  language plpgsql stable
as $$
declare
  v_business constant uuid := coalesce(to_jsonb(new) ->> 'business_id', to_jsonb(new) ->> 'id')::uuid;
begin
  if not sales.is_admin_negocio(v_business) and not sales.is_tenant_admin() then
    raise exception using errcode = 'ZT006',
      message = 'Only an admin_negocio of the business, or an admin of the tenant, may manage a business and its members';
  end if;
  return new;
end $$;
