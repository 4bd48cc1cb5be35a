-- Makes a transaction the only one of its tenant that runs in turn, until it ends: another one that asks waits for it, in
-- any process and behind any pooler. The wait is bounded, in milliseconds: after it the answer is false, and the work goes
-- on without. Transactions that the server ended in a deadlock ask when they are repeated, and those that queue up behind
-- them: at their begin, when they hold no lock yet.
-- The lock is on the tenant's row, so that no other tenant can hold it; it leaves foreign keys to the row alone.
-- @execute authenticated, platform
create function tenancy.take_turn(p_longest_wait int) returns boolean
  language plpgsql
as $$
declare
  v_limit constant text := current_setting('lock_timeout');
  v_taken boolean := true;
begin
  perform set_config('lock_timeout', p_longest_wait::text, true);
  begin
    perform from tenancy.tenants t where t.id = tenancy.current_tenant_id() for no key update;
  exception when lock_not_available then
    v_taken := false;
  end;
  perform set_config('lock_timeout', v_limit, true);
  return v_taken;
end $$;
