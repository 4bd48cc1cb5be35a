-- Raises an error unless a row belongs to the scope's tenant and company. Triggers that read and write other rows call
-- it first, because under the policies they would see only half of what they need.
-- @execute authenticated, platform
create function tenancy.require_own_scope(p_tenant_id uuid, p_company_id uuid) returns void
  language plpgsql stable
as $$
begin
  if tenancy.current_tenant_id() is null then
    raise exception using errcode = 'ZT005', message = 'Posting needs a tenant scope';
  end if;
  if p_tenant_id <> tenancy.current_tenant_id() or p_company_id <> tenancy.current_company_id() then
    raise exception using errcode = 'ZT001', message = 'The row belongs to another tenant or company than the scope';
  end if;
end $$;
