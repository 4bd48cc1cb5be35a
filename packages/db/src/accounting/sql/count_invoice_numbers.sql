-- Moves the series of invoices that have just been issued up to the last number that one of them has, so that no number
-- below it is free. Internal.
-- @owner number_writer
-- @execute ledger_writer
create function accounting.count_invoice_numbers(p_ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_series tenancy.number_series;
  v_free bigint;
begin
  for v_series in
    select s.* from tenancy.number_series s
    where s.tenant_id = v_tenant and s.business_id is null and s.period = '' and (s.company_id, s.series) in (
      select i.company_id, i.kind from accounting.invoices i where i.tenant_id = v_tenant and i.id = any (p_ids))
    order by s.company_id, s.series
  loop
    v_free := accounting.first_free_number(v_series, v_series.last_number);
    if v_free > v_series.last_number + 1 then
      perform tenancy.pass_over_numbers(v_series.id, v_free - 1);
    end if;
  end loop;
end $$;
