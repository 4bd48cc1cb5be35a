-- Writes a named action into the trail, in the caller's own scope: `audit.record`. Tenant, user and login come from the
-- scope and the session. The words of the trigger `write_audit` are its own, so that nobody takes the line for one of it.
-- @owner audit_writer
-- @execute authenticated, platform
create function tenancy.record_audit(action text, target_type text, target_id uuid, details jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tenancy.current_tenant_id() is null then
    raise exception using errcode = 'ZT005', message = 'An audit record needs a tenant scope';
  end if;
  if btrim(action) = '' or btrim(target_type) = '' then
    raise exception using errcode = 'ZT002', message = 'An audit record needs an action and a target type';
  end if;
  if jsonb_typeof(details) <> 'object' then
    raise exception using errcode = 'ZT002', message = 'The details of an audit record are an object of its fields';
  end if;
  if lower(action collate "C") ~ '^[^a-z]*(insert|update|delete|truncate)[^a-z]*$' then
    raise exception using errcode = 'ZT002',
      message = 'insert, update, delete and truncate are recorded by the database: name the action otherwise';
  end if;
  insert into tenancy.audit_log
    (tenant_id, admin_user_id, actor_login, source, action, target_type, target_id, details)
  values (tenancy.current_tenant_id(), tenancy.current_user_id(), session_user, 'application', action, target_type,
    target_id, coalesce(details, '{}'));
end $$;
