-- The row of a number series, locked until the transaction ends. The first call makes it, with this prefix and padding and
-- no number given; an empty series says nothing. The owner is a company or a business. Internal: a domain's trigger takes
-- the next number from it, and moves it by pass_over_numbers when the record is written.
-- @owner number_writer
-- @execute none
create function tenancy.lock_series(
  p_company_id uuid, p_business_id uuid, p_series text, p_period text, p_prefix text, p_padding int)
  returns tenancy.number_series
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_series tenancy.number_series;
begin
  for made in 1..2 loop
    if p_company_id is not null then
      select s.* into v_series from tenancy.number_series s
      where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_series
        and s.period = p_period
      for no key update;
    else
      select s.* into v_series from tenancy.number_series s
      where s.tenant_id = v_tenant and s.company_id is null and s.business_id = p_business_id and s.series = p_series
        and s.period = p_period
      for no key update;
    end if;
    exit when found;
    insert into tenancy.number_series (tenant_id, company_id, business_id, series, period, prefix, padding)
    values (v_tenant, p_company_id, p_business_id, p_series, p_period, p_prefix, p_padding)
    on conflict (tenant_id, company_id, business_id, series, period) do nothing;
  end loop;
  return v_series;
end $$;
