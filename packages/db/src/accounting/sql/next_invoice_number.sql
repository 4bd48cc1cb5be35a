-- The next number of a company's invoices or of its credit notes, which have a series each: the first one that no invoice
-- has. Numbers that invoices have already, from an import or written by hand, are passed over. The series is locked, and
-- count_invoice_numbers moves it when the invoices are written, so that a row that is not written uses no number. Internal.
-- @owner number_writer
-- @execute ledger_writer
create function accounting.next_invoice_number(p_company_id uuid, p_kind text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_series constant tenancy.number_series := tenancy.lock_series(
    p_company_id, null, p_kind, '', case p_kind when 'invoice' then 'INV-' else 'CN-' end, 6);
  -- The number that this transaction gave last, and its series. It spares a statement of many rows to look for each of
  -- them from the beginning. It counts only while an invoice has that number, so that nothing is trusted to it.
  v_given text[] := string_to_array(current_setting('app.number_given', true), ' ');
  v_after bigint := v_series.last_number;
  v_number text;
begin
  if v_given[1] = v_series.id::text then
    v_number := tenancy.format_number(v_series.prefix, v_given[2]::bigint, v_series.padding);
    if v_given[2]::bigint > v_after and exists (
      select from accounting.invoices i
      where i.tenant_id = v_series.tenant_id and i.company_id = p_company_id and i.invoice_number = v_number
    ) then
      v_after := v_given[2]::bigint;
    end if;
  end if;
  v_after := accounting.first_free_number(v_series, v_after);
  v_given := array[set_config('app.number_given', v_series.id || ' ' || v_after, true)];
  return tenancy.format_number(v_series.prefix, v_after, v_series.padding);
end $$;
