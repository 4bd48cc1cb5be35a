-- Sets `updated_at` to the time of the write.
-- @execute authenticated, platform
create function tenancy.touch_updated_at() returns trigger
  language plpgsql
as $$
begin
  new.updated_at := clock_timestamp();
  return new;
end $$;
