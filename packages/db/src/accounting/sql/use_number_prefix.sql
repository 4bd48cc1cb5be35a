-- Holds the numbers of a company's invoices or credit notes of a day to a prefix. Where there is no series for that day
-- yet, the one for all years is made with it; a series with another prefix is an error.
-- @owner number_writer
-- @execute authenticated, platform
create function accounting.use_number_prefix(p_company_id uuid, p_kind text, p_date date, p_prefix text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_year constant text := to_char(p_date, 'YYYY');
  v_prefix text;
begin
  perform tenancy.require_own_scope(v_tenant, p_company_id);
  if (p_kind in ('invoice', 'credit_note') and length(p_prefix) between 1 and 500) is not true then
    raise exception using errcode = 'ZT002', message = 'A prefix of numbers needs a kind (invoice or credit_note) and 1 to 500 characters';
  end if;
  select s.prefix into v_prefix from tenancy.number_series s
  where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
    and s.period in (v_year, '')
  order by s.period desc limit 1;
  if not found then
    -- Another transaction may have made it meanwhile: then its prefix counts.
    v_prefix := (accounting.define_series(p_company_id, p_kind, '', p_prefix, 6)).prefix;
  end if;
  if accounting.number_prefix(v_prefix, p_kind, v_year) <> accounting.number_prefix(p_prefix, p_kind, v_year) then
    raise exception using errcode = 'ZT003', schema = 'tenancy', table = 'number_series', column = 'prefix',
      message = 'The series of this date has another prefix: leave the prefix out, or give the year a series of its own by invoices.startNumbers';
  end if;
  return true;
end $$;
