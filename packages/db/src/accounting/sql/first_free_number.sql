-- The first number of a series, after the one given, that no invoice of its company has. Internal: a step of functions of
-- number_writer.
-- @owner number_writer
-- @execute none
create function accounting.first_free_number(p_series tenancy.number_series, p_after bigint) returns bigint
  language plpgsql
as $$
declare
  v_free bigint;
begin
  with recursive step (n) as (
    select p_after + 1
    union all
    select s.n + 1 from step s
    where exists (
      select from accounting.invoices i
      where i.tenant_id = p_series.tenant_id and i.company_id = p_series.company_id
        and i.invoice_number = tenancy.format_number(p_series.prefix, s.n, p_series.padding))
  )
  select max(s.n) into v_free from step s;
  return v_free;
end $$;
