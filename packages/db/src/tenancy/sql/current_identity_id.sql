-- The signed-in person of the running transaction, or null; see tenancy.current_tenant_id.
-- @execute authenticated, self_service
create function self.current_identity_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.current_identity_id', true), '')::uuid;
