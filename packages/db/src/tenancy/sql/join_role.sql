-- Makes the migrating owner a member of a role that owns functions, so that it may replace them and hand new ones over.
-- A superuser needs no membership. tenancy.leave_role ends it in the same migration.
-- @execute none
create function tenancy.join_role(role_name text) returns void
  language plpgsql
as $$
begin
  if not (select r.rolsuper from pg_roles r where r.rolname = current_user) then
    execute format('grant %I to %I', role_name, current_user);
  end if;
end $$;
