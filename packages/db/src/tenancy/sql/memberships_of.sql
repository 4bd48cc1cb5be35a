-- Every account that a person has not lost, in tenants of any status: what ends when the person is deleted.
-- @owner membership_keeper
-- @execute identity
create function auth.memberships_of(p_identity uuid) returns table (tenant_id uuid, tenant_name text, user_id uuid)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select m.tenant_id, t.name, m.user_id
    from auth.memberships m join auth.tenant_directory t on t.id = m.tenant_id
    where m.identity_id = p_identity and m.status <> 'removed'
    order by t.name, m.tenant_id;
end $$;
