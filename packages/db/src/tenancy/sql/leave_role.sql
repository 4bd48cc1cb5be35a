-- Ends the membership that tenancy.join_role began. An owner that stayed a member could do what only the functions of the
-- role may do: read every tenant's members, write the ledger, append to the trail.
-- @execute none
create function tenancy.leave_role(role_name text) returns void
  language plpgsql
as $$
begin
  if not (select r.rolsuper from pg_roles r where r.rolname = current_user) then
    execute format('revoke %I from %I', role_name, current_user);
  end if;
end $$;
