-- Says how the numbers of a company's invoices or credit notes look and which one is the first, before one is given: the
-- series is made, or changed, and the answer is true. Once it gave a number it stays as it is, and the answer is false.
-- A first number other than 1, for a company that comes from another system, is an admin's decision and in the trail.
-- @owner number_writer
-- @execute authenticated, platform
create function accounting.start_invoice_numbers(
  p_company_id uuid, p_kind text, p_prefix text, p_padding int, p_first bigint) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_series tenancy.number_series;
begin
  perform tenancy.require_own_scope(v_tenant, p_company_id);
  if (p_kind in ('invoice', 'credit_note') and p_first between 1 and 999999999999999
      and p_padding between 0 and 18 and length(p_prefix) between 1 and 500) is not true then
    raise exception using errcode = 'ZT002',
      message = 'A series of numbers needs a kind (invoice or credit_note), a prefix, a padding of 0 to 18 and a first number from 1';
  end if;
  v_series := tenancy.lock_series(p_company_id, null, p_kind, '', p_prefix, p_padding);
  if v_series.last_number >= v_series.first_number then
    return false;
  end if;
  update tenancy.number_series s
  set prefix = p_prefix, padding = p_padding, first_number = p_first, last_number = p_first - 1
  where s.tenant_id = v_tenant and s.id = v_series.id;
  return true;
end $$;
