-- Writes a named action into the trail, in the caller's own scope: `audit.record`.
-- @owner audit_writer
-- @execute authenticated, platform
create function tenancy.record_audit(action text, target_type text, target_id uuid, details jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tenancy.current_tenant_id() is null then
    raise exception using errcode = 'ZT005', message = 'An audit record needs a tenant scope';
  end if;
  insert into tenancy.audit_log (tenant_id, admin_user_id, actor_login, action, target_type, target_id, details)
  values (tenancy.current_tenant_id(), tenancy.current_user_id(), session_user, action, target_type, target_id,
    coalesce(details, '{}'));
end $$;
