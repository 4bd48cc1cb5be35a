-- Creates the profile of the scope's person under the given id, or changes the fields that the object names.
-- @owner self_service
-- @execute authenticated
create function self.save_profile(p_id uuid, p_changes jsonb) returns auth.user_profiles
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  person constant uuid := self.current_identity_id();
  given auth.user_profiles;
  saved auth.user_profiles;
begin
  if person is null then
    raise exception using errcode = 'ZT001', message = 'A profile is saved by its person: forIdentity(session.user.id).profile';
  end if;
  if jsonb_typeof(p_changes) is distinct from 'object' then
    raise exception using errcode = 'ZT006', message = 'The changes of a profile are an object of its fields';
  -- A column that is added to the table and forgotten here is refused, not lost.
  elsif p_changes - '{dni,phone,birth_date,avatar_url}'::text[] <> '{}' then
    raise exception using errcode = 'ZT006', message = 'Of a profile only dni, phone, birth_date and avatar_url are written';
  end if;
  given := jsonb_populate_record(null::auth.user_profiles, p_changes);
  insert into auth.user_profiles as p (id, user_id, dni, phone, birth_date, avatar_url)
  values (p_id, person, given.dni, given.phone, given.birth_date, given.avatar_url)
  on conflict (user_id) do update set
    dni = case when p_changes ? 'dni' then excluded.dni else p.dni end,
    phone = case when p_changes ? 'phone' then excluded.phone else p.phone end,
    birth_date = case when p_changes ? 'birth_date' then excluded.birth_date else p.birth_date end,
    avatar_url = case when p_changes ? 'avatar_url' then excluded.avatar_url else p.avatar_url end,
    updated_at = clock_timestamp()
  returning * into saved;
  return saved;
end $$;
