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
  -- A series that others make meanwhile is seen by a later statement, and found in the next round.
  loop
    select s.* into v_series from tenancy.number_series s
    where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
      and (s.period = v_year or (s.period = '' and position('{year}' in s.prefix) = 0))
    order by s.period desc limit 1
    for no key update;
    exit when found;
    select s.* into v_series from tenancy.number_series s
    where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
      and s.period = '' and position('{year}' in s.prefix) > 0;
    if found then
      return accounting.define_series(p_company_id, p_kind, v_year,
        accounting.number_prefix(v_series.prefix, p_kind, v_year), v_series.padding);
    end if;
    v_series := accounting.define_series(p_company_id, p_kind, '', accounting.number_prefix(null, p_kind, ''), 6);
    exit when position('{year}' in v_series.prefix) = 0;
  end loop;
  return v_series;
end $$;
