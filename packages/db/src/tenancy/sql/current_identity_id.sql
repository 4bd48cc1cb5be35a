-- The signed-in identity of the running transaction's scope, before a tenant is chosen.
-- @execute authenticated, platform, audit_writer, membership_reader
create function tenancy.current_identity_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.current_identity_id', true), '')::uuid;
