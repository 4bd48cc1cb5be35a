-- Refuses what counts on a day that is closed. Argument of the trigger: a query over its transition tables that gives
-- tenant_id, business_id and day. A closing locks the business for itself, so that this one waits for it and then sees it.
-- @execute authenticated, platform
create function sales.require_open_days() returns trigger
  language plpgsql
as $$
declare
  v_dated record;
begin
  for v_dated in execute format('select distinct d.tenant_id, d.business_id, d.day from (%s) d order by 1, 2, 3', tg_argv[0]) loop
    perform from sales.businesses b where b.tenant_id = v_dated.tenant_id and b.id = v_dated.business_id for key share;
    if sales.is_day_closed(v_dated.business_id, v_dated.day) then
      raise exception using errcode = 'ZT003',
        message = 'The day is closed and takes nothing more: date it on an open day, and undo today what was done then';
    end if;
  end loop;
  return null;
end $$;
