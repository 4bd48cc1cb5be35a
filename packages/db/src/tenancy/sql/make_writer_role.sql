-- Makes a role that owns functions, or takes the one that is there: roles belong to the whole server, and the migrator of
-- another database may make the same one at the same time. Nobody logs in as it. The migrating owner becomes a member only
-- while it hands functions over (tenancy.join_role, tenancy.leave_role). With p_as_runtime the role may do what the runtime
-- login may, under the same policies.
-- @execute none
create function tenancy.make_writer_role(p_role text, p_as_runtime boolean) returns void
  language plpgsql
as $$
begin
  if not exists (select from pg_roles r where r.rolname = p_role) then
    begin
      execute format('create role %I nologin nosuperuser nobypassrls nocreaterole nocreatedb', p_role);
    exception when duplicate_object or unique_violation then
      null;
    end;
  end if;
  if exists (select from pg_roles r where r.rolname = p_role and (r.rolsuper or r.rolbypassrls or r.rolcanlogin)) then
    raise exception 'role % exists already and may log in or bypass row level security: rename it first', p_role;
  end if;
  if p_as_runtime and not pg_has_role(p_role, 'authenticated', 'USAGE') then
    begin
      execute format('grant authenticated to %I', p_role);
    exception when unique_violation then
      null;
    end;
  end if;
end $$;
