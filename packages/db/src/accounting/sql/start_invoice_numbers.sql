-- Says how the numbers of a company's invoices or credit notes look and which one is the first, before one is given: for
-- the documents of a year, or of all years that have no series of their own. With `{year}` in the prefix, and no year,
-- each year begins at 1 with a series of its own. The answer is true; once the series gave a number it stays as it is,
-- and the answer is false. A first number other than 1, for a company that comes from another system, is an admin's
-- decision and in the trail.
-- @owner number_writer
-- @execute authenticated, platform
create function accounting.start_invoice_numbers(
  p_company_id uuid, p_kind text, p_year int, p_prefix text, p_padding int, p_first bigint) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_year constant text := coalesce(lpad(p_year::text, 4, '0'), '');
  v_prefix constant text := accounting.number_prefix(p_prefix, p_kind, v_year);
  v_series tenancy.number_series;
begin
  perform tenancy.require_own_scope(v_tenant, p_company_id);
  if (p_kind in ('invoice', 'credit_note') and p_first between 1 and 999999999999999
      and p_padding between 0 and 18 and length(v_prefix) between 1 and 500
      and coalesce(p_year, 1) between 1 and 9999) is not true then
    raise exception using errcode = 'ZT002',
      message = 'A series of numbers needs a kind (invoice or credit_note), a prefix, a padding of 0 to 18, a first number from 1 and a year of 1 to 9999, if any';
  end if;
  if p_first > 1 and position('{year}' in v_prefix) > 0 then
    raise exception using errcode = 'ZT002', message = 'Each year begins at 1: say a first number together with its year';
  end if;
  v_series := accounting.define_series(p_company_id, p_kind, v_year, v_prefix, p_padding);
  if v_series.last_number >= v_series.first_number or exists (
    select from tenancy.number_series s
    where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
      and p_year is null and s.period <> '' and position('{year}' in v_series.prefix) > 0 and s.last_number >= s.first_number
  ) then
    return false;
  end if;
  update tenancy.number_series s
  set prefix = v_prefix, padding = p_padding, first_number = p_first, last_number = p_first - 1
  where s.tenant_id = v_tenant and s.id = v_series.id;
  return true;
end $$;
