-- Refuses an update that would make another row of this one. A move to another tenant is a breach of isolation, as it is for
-- the policies, which are asked only after the triggers. Argument of the trigger: the message for every other column.
-- @execute authenticated, platform
create function tenancy.refuse_other_key() returns trigger
  language plpgsql
as $$
begin
  if new.tenant_id is distinct from old.tenant_id then
    raise exception using errcode = 'ZT001', message = 'A row stays with its tenant';
  end if;
  raise exception using errcode = 'ZT003', message = tg_argv[0];
end $$;
