-- The active memberships of the scope's person in active tenants: what a signed-in person may choose from.
-- @owner self_service
-- @execute authenticated
create function self.memberships()
  returns table (tenant_id uuid, tenant_name text, user_id uuid, name text, role text)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select m.tenant_id, t.name, m.user_id, m.name, m.role
    from auth.memberships m join auth.tenant_directory t on t.id = m.tenant_id
    where m.identity_id = self.current_identity_id() and m.status = 'active' and t.status = 'active'
    order by t.name, m.tenant_id;
end $$;
