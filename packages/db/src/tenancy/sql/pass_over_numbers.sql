-- Moves a series forward to a number that a record has, past those that records have already. Internal.
-- @owner number_writer
-- @execute none
create function tenancy.pass_over_numbers(p_series_id uuid, p_number bigint) returns void
  language plpgsql
as $$
begin
  update tenancy.number_series s set last_number = p_number
  where s.tenant_id = tenancy.current_tenant_id() and s.id = p_series_id and s.last_number < p_number;
end $$;
