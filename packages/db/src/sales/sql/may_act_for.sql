-- Whether the scope may do what a member of a business did or shall have done: the member itself, an admin_negocio, a job.
-- @execute authenticated, platform
create function sales.may_act_for(p_business_id uuid, p_member_id uuid) returns boolean
  language sql stable
  return sales.is_admin_negocio(p_business_id) or coalesce(p_member_id = sales.current_member_id(p_business_id), false);
