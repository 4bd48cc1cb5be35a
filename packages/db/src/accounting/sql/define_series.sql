-- Makes the series of a company's invoices or credit notes: of a year, or of all years (`''`). Answers with its row, locked
-- until the transaction ends. A prefix that could give the numbers of another series of the company is refused here, as
-- two documents with one number would be refused when they are issued. Internal.
-- @owner number_writer
-- @execute none
create function accounting.define_series(p_company_id uuid, p_kind text, p_year text, p_prefix text, p_padding int)
  returns tenancy.number_series
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  -- Two definitions of a company at once would not see each other.
  perform from tenancy.companies c where c.tenant_id = v_tenant and c.id = p_company_id for no key update;
  -- A series with `{year}` for all years gives no number itself: its years are series of their own.
  if exists (
    select from tenancy.number_series s
    where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null
      and s.series in ('invoice', 'credit_note') and (s.series, s.period) <> (p_kind, p_year)
      and not (s.series = p_kind and s.period = '' and position('{year}' in s.prefix) > 0)
      and not (s.series = p_kind and p_year = '' and position('{year}' in p_prefix) > 0)
      and accounting.prefixes_meet(s.prefix, p_prefix)
  ) then
    raise exception using errcode = 'ZT003', schema = 'tenancy', table = 'number_series', column = 'prefix',
      message = 'Another series of the company gives numbers with this prefix: choose one that differs in more than digits at its end';
  end if;
  return tenancy.lock_series(p_company_id, null, p_kind, p_year, p_prefix, p_padding);
end $$;
