-- Moves the series of invoices that have just been issued up to the last number that one of them has, so that no number
-- below it is free. Numbers of an import may be far from their series, which then stays where it is. Internal.
-- @owner number_writer
-- @execute ledger_writer
create function accounting.count_invoice_numbers(p_ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_series tenancy.number_series;
  v_last bigint;
begin
  for v_series in
    select distinct on (n.id) n.* from (
      select distinct i.company_id, i.kind, to_char(i.invoice_date, 'YYYY') as year
      from accounting.invoices i where i.tenant_id = v_tenant and i.id = any (p_ids)
    ) d
    cross join lateral (
      select s.* from tenancy.number_series s
      where s.tenant_id = v_tenant and s.company_id = d.company_id and s.business_id is null and s.series = d.kind
        and s.period in (d.year, '')
      order by s.period desc limit 1
    ) n
    order by n.id
  loop
    v_last := accounting.first_free_number(v_series, v_series.last_number) - 1;
    if v_last > v_series.last_number then
      perform tenancy.pass_over_numbers(v_series.id, v_last);
    end if;
  end loop;
end $$;
