-- The user of the running transaction's scope; null for jobs and the platform.
-- @execute authenticated, platform, audit_writer
create function tenancy.current_user_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.current_user_id', true), '')::uuid;
