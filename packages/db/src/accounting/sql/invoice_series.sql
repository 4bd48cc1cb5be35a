-- The series that numbers a company's invoices or credit notes of a day, locked until the transaction ends: that of the
-- day's year, or else the one for all years. The first number makes the series that is missing. Internal.
-- @owner number_writer
-- @execute none
create function accounting.invoice_series(p_company_id uuid, p_kind text, p_date date) returns tenancy.number_series
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_year constant text := to_char(p_date, 'YYYY');
  v_series tenancy.number_series;
begin
  select s.* into v_series from tenancy.number_series s
  where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
    and (s.period = v_year or (s.period = '' and position('{year}' in s.prefix) = 0))
  order by s.period desc limit 1
  for no key update;
  if found then
    return v_series;
  end if;
  select s.* into v_series from tenancy.number_series s
  where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
    and s.period = '';
  if found then
    return accounting.define_series(p_company_id, p_kind, v_year,
      accounting.number_prefix(v_series.prefix, p_kind, v_year), v_series.padding);
  end if;
  return accounting.define_series(p_company_id, p_kind, '', accounting.number_prefix(null, p_kind, ''), 6);
end $$;
