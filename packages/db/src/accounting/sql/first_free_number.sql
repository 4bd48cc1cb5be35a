-- The first number of a series, after the one given, that no invoice of its company has. Internal: a step of functions of
-- number_writer.
-- @owner number_writer
-- @execute none
create function accounting.first_free_number(p_series tenancy.number_series, p_after bigint) returns bigint
  language plpgsql
as $$
declare
  v_free bigint := p_after;
  v_number text;
begin
  -- One lookup for each number: most calls look at one or two. The order can be had from the index of the numbers alone,
  -- so that the planner takes that one for tables whose size it does not know yet.
  loop
    v_free := v_free + 1;
    v_number := tenancy.format_number(p_series.prefix, v_free, p_series.padding);
    perform from accounting.invoices i
    where i.tenant_id = p_series.tenant_id and i.company_id = p_series.company_id
      and i.invoice_number between v_number and v_number
    order by i.invoice_number limit 1;
    exit when not found;
  end loop;
  return v_free;
end $$;
