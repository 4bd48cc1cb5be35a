-- Whether a day of a business is closed: it has a document.
-- @execute authenticated, platform
create function sales.is_day_closed(p_business_id uuid, p_day date) returns boolean
  language sql stable
  return exists (
    select from sales.day_closings c
    where c.tenant_id = tenancy.current_tenant_id() and c.business_id = p_business_id and c.day = p_day and c.supplement = 0);
