-- Refuses what only a member of the row's business may do. Arguments of the trigger: what that is, and a column that names
-- a member. For somebody else than oneself only an admin_negocio does it, and for nobody who has left.
-- @execute authenticated, platform
create function sales.require_member() returns trigger
  language plpgsql stable
as $$
declare
  v_named constant uuid := case when tg_nargs > 1 then (to_jsonb(new) ->> tg_argv[1])::uuid end;
begin
  if not sales.may_act_for(new.business_id, coalesce(v_named, sales.current_member_id(new.business_id))) then
    raise exception using errcode = 'ZT006', message = case when sales.current_member_id(new.business_id) is null
      then format('Only a member of the business may %s', tg_argv[0])
      else format('Only an admin_negocio of the business may %s for another member', tg_argv[0]) end;
  end if;
  if tg_op = 'INSERT' and exists (
    select from sales.business_users m
    where m.tenant_id = tenancy.current_tenant_id() and m.business_id = new.business_id and m.id = v_named and not m.is_active
  ) then
    raise exception using errcode = 'ZT003', message = format('The member has left the business: %s names another', tg_argv[1]);
  end if;
  return new;
end $$;
