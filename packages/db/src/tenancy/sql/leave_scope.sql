-- Clears the scope of the transaction and returns it for auth.enter_scope: what follows names a tenant itself, and no user.
-- (A function may not carry such settings in its head: PostgreSQL lets only a superuser create one that does.)
-- @owner membership_keeper
-- @execute none
create function auth.leave_scope() returns text[]
  language plpgsql
as $$
declare
  scope constant text[] := array[current_setting('app.current_tenant_id', true),
    current_setting('app.current_user_id', true), current_setting('app.current_company_id', true)];
begin
  perform auth.enter_scope(array['', '', '']);
  return scope;
end $$;
