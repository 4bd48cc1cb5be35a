-- The profile of the scope's person: one row, or none.
-- @owner self_service
-- @execute authenticated
create function self.profile() returns setof auth.user_profiles
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from auth.user_profiles p where p.user_id = self.current_identity_id();
end $$;
