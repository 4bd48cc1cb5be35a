-- Sets tenant, user and company of the transaction's scope: what auth.leave_scope returned.
-- @owner membership_keeper
-- @execute none
create function auth.enter_scope(scope text[]) returns void
  language plpgsql
as $$
begin
  perform set_config('app.current_tenant_id', coalesce(scope[1], ''), true),
    set_config('app.current_user_id', coalesce(scope[2], ''), true),
    set_config('app.current_company_id', coalesce(scope[3], ''), true);
end $$;
