-- The next number of a company's invoices or of its credit notes, which have a series each. Numbers that invoices have already,
-- from an import or written by hand, are passed over. Internal.
-- @owner number_writer
-- @execute ledger_writer
create function accounting.next_invoice_number(p_company_id uuid, p_kind text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_series constant tenancy.number_series := tenancy.next_number(
    p_company_id, null, p_kind, '', case p_kind when 'invoice' then 'INV-' else 'CN-' end, 6);
  v_free bigint;
begin
  with recursive step (n) as (
    select v_series.last_number
    union all
    select s.n + 1 from step s
    where exists (
      select from accounting.invoices i
      where i.tenant_id = v_tenant and i.company_id = p_company_id
        and i.invoice_number = tenancy.format_number(v_series.prefix, s.n, v_series.padding))
  )
  select max(s.n) into v_free from step s;
  if v_free > v_series.last_number then
    perform tenancy.pass_over_numbers(v_series.id, v_free);
  end if;
  return tenancy.format_number(v_series.prefix, v_free, v_series.padding);
end $$;
