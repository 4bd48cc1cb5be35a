-- Copies an account of a person into the person's memberships, in the transaction that writes the account, and refuses an
-- account whose address is not the person's, whoever writes.
-- @owner membership_keeper
-- @execute none
create function auth.keep_membership() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' or (tg_op = 'UPDATE' and old.identity_id is distinct from new.identity_id) then
    delete from auth.memberships m
    where m.identity_id = old.identity_id and m.tenant_id = old.tenant_id and m.user_id = old.id;
  end if;
  if tg_op = 'DELETE' or new.identity_id is null then
    return null;
  end if;
  if tg_op = 'INSERT' or old.identity_id is distinct from new.identity_id or old.email_lower <> new.email_lower then
    perform auth.require_own_address(new.identity_id, new.email_lower, tg_op = 'UPDATE');
  end if;
  begin
    insert into auth.memberships as m (identity_id, tenant_id, user_id, name, role, status)
    values (new.identity_id, new.tenant_id, new.id, new.name, new.role, new.status)
    on conflict (identity_id, tenant_id) do update set user_id = excluded.user_id, name = excluded.name,
      role = excluded.role, status = excluded.status, updated_at = clock_timestamp();
  exception when foreign_key_violation then
    -- The foreign key waits for who deletes the person just now, where a query would still see the person.
    raise exception using errcode = 'ZT004', message = 'There is no person with this identity id: pass session.user.id';
  end;
  return null;
end $$;
