-- The active memberships of the scope's identity in active tenants: what a signed-in person may choose from.
-- @owner membership_reader
-- @execute authenticated
create function tenancy.own_memberships()
  returns table (tenant_id uuid, tenant_name text, user_id uuid, name text, role text)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select u.tenant_id, t.name, u.id, u.name, u.role
    from tenancy.users u join tenancy.tenants t on t.id = u.tenant_id
    where u.identity_id = tenancy.current_identity_id() and u.status = 'active' and t.status = 'active'
    order by t.name, u.tenant_id;
end $$;
