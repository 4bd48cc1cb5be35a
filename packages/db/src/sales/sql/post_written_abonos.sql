-- Abonos that SQL writes count like recorded ones, and are credit until they are allocated.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.post_written_abonos() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
as $$
begin
  perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w;
  if exists (select from written) then
    perform sales.post_abonos(array(select w.id from written w order by w.id));
  end if;
  return null;
end $$;
