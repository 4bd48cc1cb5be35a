-- Ends all memberships of a person who is deleted, each in the scope of its tenant, or refuses the deletion when a
-- tenant would lose its last active admin. The account stays for the documents and the trail that name it, and
-- forgets the person, so that a new sign-up with the same address can claim it when an admin reactivates it.
-- @owner membership_keeper
-- @execute none
create function auth.end_memberships() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  scope constant text[] := auth.leave_scope();
  membership record;
begin
  perform auth.refuse_last_admin(old.id);
  for membership in
    select m.tenant_id, m.user_id from auth.memberships m where m.identity_id = old.id order by m.tenant_id
  loop
    perform set_config('app.current_tenant_id', membership.tenant_id::text, true);
    update tenancy.users u set status = 'removed', identity_id = null
    where u.tenant_id = membership.tenant_id and u.id = membership.user_id;
  end loop;
  perform auth.enter_scope(scope);
  return old;
end $$;
