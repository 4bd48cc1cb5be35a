-- An account and its parent are of one type, and no account is below itself. It is checked after the statement's last
-- row, so that a whole chart can be made, moved or given another type in any order of its rows. The chain of parents is
-- locked: of two transactions that would make a ring together, the second waits and then sees what the first one wrote.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.check_account_parent() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_path uuid[] := array[new.id];
  v_type text;
  v_next uuid := new.parent_id;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  while v_next is not null loop
    if v_next = any (v_path) then
      raise exception using errcode = 'ZT002', message = 'An account cannot be below itself: choose another parent';
    end if;
    v_path := v_path || v_next;
    select a.type, a.parent_id into v_type, v_next from accounting.accounts a
    where a.tenant_id = new.tenant_id and a.id = v_next for share;
    if v_type <> new.type then
      raise exception using errcode = 'ZT002', message = 'An account and its parent must be of one type';
    end if;
  end loop;
  if exists (
    select from accounting.accounts a
    where a.tenant_id = new.tenant_id and a.parent_id = new.id and a.type <> new.type
  ) then
    raise exception using errcode = 'ZT002', message = 'An account and its parent must be of one type';
  end if;
  return null;
end $$;
