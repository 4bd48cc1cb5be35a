-- The commission of a member that was in force on a day, in percent.
-- @execute authenticated, platform
create function sales.commission_rate_on(p_member_id uuid, p_day date) returns numeric
  language sql stable
  return (
    select r.rate from sales.commission_rates r
    where r.tenant_id = tenancy.current_tenant_id() and r.member_id = p_member_id and r.valid_from <= p_day
    order by r.valid_from desc limit 1);
