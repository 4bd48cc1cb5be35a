-- An archived tenant stays archived.
-- @execute authenticated, platform
create function tenancy.keep_archived() returns trigger
  language plpgsql
as $$
begin
  if old.status = 'archived' and new.status <> 'archived' then
    raise exception using errcode = 'ZT003', message = 'An archived tenant stays archived';
  end if;
  return new;
end $$;
