-- The day of a business at a point in time.
-- @execute authenticated, platform
create function sales.business_day(p_business_id uuid, p_at timestamptz) returns date
  language sql stable
  return (
    select (p_at at time zone b.time_zone)::date from sales.businesses b
    where b.tenant_id = tenancy.current_tenant_id() and b.id = p_business_id);
