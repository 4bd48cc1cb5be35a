-- Closes the books through the last closed period. Periods close one after another; this is checked after the
-- statement, so that one statement may close a whole year in any order of its rows.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.close_books() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_company record;
  v_open_from date;
  v_closed_through date;
begin
  for v_company in
    select distinct w.tenant_id, w.company_id from written w
    join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id and o.status <> w.status
    order by 1, 2
  loop
    perform tenancy.require_own_scope(v_company.tenant_id, v_company.company_id);
    select max(p.ends_on) filter (where p.status = 'closed'), min(p.starts_on) filter (where p.status = 'open')
    into v_closed_through, v_open_from
    from accounting.fiscal_periods p where p.tenant_id = v_company.tenant_id and p.company_id = v_company.company_id;
    if v_open_from < v_closed_through then
      raise exception using errcode = 'ZT003',
        message = 'Periods are closed one after another, the earliest first, and the last closed one is reopened first';
    end if;
    update accounting.books b set closed_through = v_closed_through
    where b.tenant_id = v_company.tenant_id and b.company_id = v_company.company_id;
  end loop;
  return null;
end $$;
