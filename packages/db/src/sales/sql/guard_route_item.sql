-- What is on a settled route stays as it is.
-- @execute authenticated, platform
create function sales.guard_route_item() returns trigger
  language plpgsql stable
as $$
begin
  if exists (select from sales.distribuciones r
             where r.tenant_id = new.tenant_id and r.id = new.distribucion_id and r.estado = 'cerrado') then
    raise exception using errcode = 'ZT003', message = 'The route is settled: nothing on it is changed';
  end if;
  return new;
end $$;
