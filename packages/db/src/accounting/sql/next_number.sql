-- The next number of a company's series. Numbers have no gaps: the series is locked until the transaction ends, and a
-- rollback steps it back. Numbers that invoices have already, from an import, are passed over. Internal.
-- @owner ledger_writer
-- @execute none
create function accounting.next_number(p_company_id uuid, p_series text, p_prefix text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_series record;
  v_free bigint;
begin
  insert into tenancy.number_series as s (tenant_id, company_id, series, prefix, last_number)
  values (v_tenant, p_company_id, p_series, p_prefix, 1)
  on conflict (tenant_id, company_id, series) do update set last_number = s.last_number + 1
  returning s.prefix, s.padding, s.last_number into v_series;
  with recursive step (n, number) as (
    select v_series.last_number, tenancy.format_number(v_series.prefix, v_series.last_number, v_series.padding)
    union all
    select s.n + 1, tenancy.format_number(v_series.prefix, s.n + 1, v_series.padding) from step s
    where exists (
      select from accounting.invoices i
      where i.tenant_id = v_tenant and i.company_id = p_company_id and i.invoice_number = s.number)
  )
  select max(s.n) into v_free from step s;
  if v_free > v_series.last_number then
    update tenancy.number_series s set last_number = v_free
    where s.tenant_id = v_tenant and s.company_id = p_company_id and s.series = p_series;
  end if;
  return tenancy.format_number(v_series.prefix, v_free, v_series.padding);
end $$;
