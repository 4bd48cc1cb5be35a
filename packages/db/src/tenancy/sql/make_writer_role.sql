-- Makes a group role that owns functions, or takes the one that is there: roles belong to the whole server, and another
-- database's migrator may make the same one at the same time. Nobody logs in as it or may become it but the migrating owner,
-- who hands functions over to it. With p_as_runtime it may do what the runtime login may, under the same policies.
-- @execute none
create function tenancy.make_writer_role(p_role name, p_as_runtime boolean default false) returns void
  language plpgsql
as $$
declare
  v_is_superuser constant boolean := (select r.rolsuper from pg_roles r where r.rolname = current_user);
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
  -- An owner that is no superuser must be able to become the role to hand functions over. From 16 on, whoever makes a role
  -- may grant it, but is no member yet that may SET it; and pg_has_role knows SET from 16 on.
  if not v_is_superuser and not pg_has_role(
    current_user, p_role, case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end) then
    execute format('grant %I to %I', p_role, current_user);
  end if;
end $$;
