-- Whether work of nobody, which is a job's, may write in the scope's tenant: asked by the statement that sets the scope of
-- such work, but for single reads and for jobs that say `inactive: true`. A tenant that is about to be made has no row yet.
-- It runs as its caller, and the policy of tenants finds the row.
-- @execute authenticated
create function tenancy.require_active_tenant() returns void
  language plpgsql stable
as $$
begin
  if exists (select from tenancy.tenants t where t.status <> 'active') then
    raise exception using errcode = 'ZT001',
      message = 'The tenant is suspended or archived: it may be read; a job that must write in it says inactive: true';
  end if;
end $$;
