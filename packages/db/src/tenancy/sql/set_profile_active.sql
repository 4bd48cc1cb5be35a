-- Sets the status of a person's account, which is no field of the person's own: the process that signs people in decides it.
-- The policy of profiles shows the row of the scope's person alone. False when the person has no profile.
-- @owner self_service
-- @execute identity
create function auth.set_profile_active(p_identity uuid, p_active boolean) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  before constant text := coalesce(current_setting('app.current_identity_id', true), '');
  is_there boolean;
begin
  perform set_config('app.current_identity_id', p_identity::text, true);
  update auth.user_profiles p set is_active = p_active, updated_at = clock_timestamp() where p.user_id = p_identity;
  is_there := found;
  perform set_config('app.current_identity_id', before, true);
  return is_there;
end $$;
