-- The next number of a company's invoices or credit notes of a day, in the series that invoice_series finds: the first one
-- that no invoice has. Numbers that invoices have already, from an import or written by hand, are passed over. The series is locked, and
-- count_invoice_numbers moves it when the invoices are written, so that a row that is not written uses no number. Internal.
-- @owner number_writer
-- @execute ledger_writer
create function accounting.next_invoice_number(p_company_id uuid, p_kind text, p_date date) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_series constant tenancy.number_series := accounting.invoice_series(p_company_id, p_kind, p_date);
  -- The numbers that this transaction gave last, by their series. They spare a statement of many rows to look for each
  -- number from the beginning. One counts only while an invoice has that number, so that nothing is trusted to it.
  v_transaction constant text := pg_current_xact_id()::text;
  v_given jsonb := coalesce(nullif(current_setting('app.numbers_given', true), ''), '{}')::jsonb;
  v_last bigint;
  v_number bigint;
begin
  if v_given ->> 'transaction' is distinct from v_transaction then
    v_given := jsonb_build_object('transaction', v_transaction);
  end if;
  v_last := v_given ->> v_series.id::text;
  if v_last > v_series.last_number then
    v_number := accounting.first_free_number(v_series, v_last - 1);
  end if;
  if v_number is null or v_number = v_last then
    v_number := accounting.first_free_number(v_series, v_series.last_number);
  end if;
  perform set_config('app.numbers_given', (v_given || jsonb_build_object(v_series.id, v_number))::text, true);
  return tenancy.format_number(v_series.prefix, v_number, v_series.padding);
end $$;
