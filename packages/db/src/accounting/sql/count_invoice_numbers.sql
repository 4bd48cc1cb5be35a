-- Moves the series of invoices that have just been issued up to the last number that one of them has, so that no number
-- below it is free. Internal.
-- @owner number_writer
-- @execute ledger_writer
create function accounting.count_invoice_numbers(p_ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  update tenancy.number_series s set last_number = accounting.first_free_number(s, s.last_number) - 1
  where s.tenant_id = v_tenant and s.business_id is null and s.period = ''
    and (s.company_id, s.series) in (
      select i.company_id, i.kind from accounting.invoices i where i.tenant_id = v_tenant and i.id = any (p_ids))
    -- Numbers of an import, say, may be far from the series.
    and exists (
      select from accounting.invoices i
      where i.tenant_id = v_tenant and i.company_id = s.company_id
        and i.invoice_number = tenancy.format_number(s.prefix, s.last_number + 1, s.padding));
end $$;
