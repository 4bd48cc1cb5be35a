-- Refuses what the WHEN condition of the trigger describes. Arguments of the trigger: SQLSTATE and message.
-- @execute authenticated, platform
create function tenancy.refuse() returns trigger
  language plpgsql
as $$
begin
  raise exception using errcode = tg_argv[0], message = tg_argv[1];
end $$;
