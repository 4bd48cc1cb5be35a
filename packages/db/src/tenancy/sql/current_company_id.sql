-- The company of the running transaction's scope; null where the scope names none.
-- @execute authenticated, platform, audit_writer
create function tenancy.current_company_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.current_company_id', true), '')::uuid;
