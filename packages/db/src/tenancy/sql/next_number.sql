-- Steps a number series by one and returns it; the first call makes it, with this prefix and padding. The row stays locked
-- until the transaction ends and is stepped back with it, so the numbers have no gap. The owner is a company or a business.
-- Internal: for a function of number_writer that writes the numbered record itself. A trigger, whose row may not be written,
-- takes the number from tenancy.lock_series instead.
-- @owner number_writer
-- @execute none
create function tenancy.next_number(
  p_company_id uuid, p_business_id uuid, p_series text, p_period text, p_prefix text, p_padding int)
  returns tenancy.number_series
  language plpgsql
as $$
declare
  v_series tenancy.number_series;
begin
  insert into tenancy.number_series as s
    (tenant_id, company_id, business_id, series, period, prefix, padding, last_number)
  values (tenancy.current_tenant_id(), p_company_id, p_business_id, p_series, p_period, p_prefix, p_padding, 1)
  on conflict (tenant_id, company_id, business_id, series, period) do update set last_number = s.last_number + 1
  returning s.* into v_series;
  return v_series;
end $$;
