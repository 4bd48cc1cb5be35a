-- An invitation is accepted by the account of the person who has verified its address, and by no other account.
-- @owner membership_keeper
-- @execute none
create function auth.keep_to_addressee() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform auth.require_own_address(
    (select u.identity_id from tenancy.users u where u.tenant_id = new.tenant_id and u.id = new.accepted_by),
    new.email_lower, true);
  return null;
end $$;
