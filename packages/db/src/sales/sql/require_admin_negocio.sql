-- Refuses what only an admin_negocio of the row's business may do. Argument of the trigger: what that is.
-- @execute authenticated, platform
create function sales.require_admin_negocio() returns trigger
  language plpgsql stable
as $$
begin
  if not sales.is_admin_negocio(new.business_id) then
    raise exception using errcode = 'ZT006', message = format('Only an admin_negocio of the business may %s', tg_argv[0]);
  end if;
  return new;
end $$;
