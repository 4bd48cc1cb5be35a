-- The active member that the scope's user is in a business; null for a job, and for a user who is none.
-- @execute authenticated, platform
create function sales.current_member_id(p_business_id uuid) returns uuid
  language sql stable
  return (
    select m.id from sales.business_users m
    where m.tenant_id = tenancy.current_tenant_id() and m.business_id = p_business_id
      and m.user_id = tenancy.current_user_id() and m.is_active);
