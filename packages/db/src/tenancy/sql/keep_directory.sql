-- Copies name and status of a tenant into the directory, in the transaction that writes them. One row for each tenant,
-- so that renaming or suspending one never waits for its members, and a member who joins meanwhile copies no old name.
-- @owner membership_keeper
-- @execute none
create function auth.keep_directory() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    delete from auth.tenant_directory d where d.id = old.id;
    return null;
  end if;
  insert into auth.tenant_directory as d (id, name, status) values (new.id, new.name, new.status)
  on conflict (id) do update set name = excluded.name, status = excluded.status, updated_at = clock_timestamp();
  return null;
end $$;
