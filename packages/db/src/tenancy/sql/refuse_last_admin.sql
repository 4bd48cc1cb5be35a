-- Refuses that a person goes who is the last active admin of a tenant, and names the tenants.
-- @owner membership_keeper
-- @execute identity
create function auth.refuse_last_admin(p_identity uuid) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  tenants constant text := (select string_agg(s.tenant_id::text, ', ') from auth.sole_admin_of(p_identity) s);
begin
  if tenants is not null then
    raise exception using errcode = 'ZT002',
      message = format('The person is the last active admin of %s: make another member admin there first', tenants);
  end if;
end $$;
