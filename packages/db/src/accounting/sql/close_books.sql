-- Closes the books through the last closed period. Periods close one after another; this is checked after the
-- statement, so that one statement may close a whole year in any order of its rows.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.close_books() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_company record;
begin
  for v_company in
    select p.tenant_id, p.company_id, max(p.ends_on) filter (where p.status = 'closed') as closed_through,
      min(p.starts_on) filter (where p.status = 'open') as open_from
    from (
      select distinct w.tenant_id, w.company_id from written w
      join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id and o.status <> w.status
    ) c
    join accounting.fiscal_periods p on p.tenant_id = c.tenant_id and p.company_id = c.company_id
    group by 1, 2
  loop
    if v_company.open_from < v_company.closed_through then
      raise exception using errcode = 'ZT003',
        message = 'Periods are closed one after another, the earliest first, and the last closed one is reopened first';
    end if;
    update accounting.books b set closed_through = v_company.closed_through
    where b.tenant_id = v_company.tenant_id and b.company_id = v_company.company_id;
  end loop;
  return null;
end $$;
