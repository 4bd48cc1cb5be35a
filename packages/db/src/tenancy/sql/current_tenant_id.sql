-- The tenant of the running transaction's scope; null outside one. A setting that was set locally reads as ''
-- afterwards, hence nullif.
-- @execute authenticated, platform, audit_sealer, audit_writer
create function tenancy.current_tenant_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.current_tenant_id', true), '')::uuid;
