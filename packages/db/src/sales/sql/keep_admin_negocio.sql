-- A business that is not archived keeps an active admin_negocio. The row of the business is locked, so that two admins who
-- remove each other at once wait for one another. Under repeatable read the second would count with its old snapshot: it
-- locks the other admins, which fails with 40001 where one of them has changed since.
-- @execute authenticated, platform
create function sales.keep_admin_negocio() returns trigger
  language plpgsql
as $$
begin
  perform from sales.businesses b where b.tenant_id = old.tenant_id and b.id = old.business_id for no key update;
  if current_setting('transaction_isolation') <> 'read committed' then
    perform from sales.business_users m
    where m.tenant_id = old.tenant_id and m.business_id = old.business_id and m.role = 'admin_negocio' and m.is_active
    order by m.id for share;
  end if;
  if not exists (
    select from sales.business_users m
    where m.tenant_id = old.tenant_id and m.business_id = old.business_id and m.role = 'admin_negocio' and m.is_active
  ) and exists (
    select from sales.businesses b where b.tenant_id = old.tenant_id and b.id = old.business_id and b.is_active
  ) then
    raise exception using errcode = 'ZT002',
      message = 'A business needs an active admin_negocio: make another member admin_negocio first';
  end if;
  return null;
end $$;
