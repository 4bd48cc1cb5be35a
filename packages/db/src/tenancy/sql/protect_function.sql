-- Gives a function the owner of its source (null for the migrating owner) and lets the named roles execute it; everybody
-- else, PUBLIC among them, loses the right. `pnpm db:generate` writes a call for each function that is new or changed.
-- @execute none
create function tenancy.protect_function(target regprocedure, owner_name text, role_names text[]) returns void
  language plpgsql
as $$
declare
  v_function pg_proc;
  v_role text;
begin
  select p.* into v_function from pg_proc p where p.oid = target;
  for v_role in
    select distinct case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end
    from aclexplode(coalesce(v_function.proacl, acldefault('f', v_function.proowner))) x
    where x.grantee <> v_function.proowner
  loop
    execute format('revoke all on function %s from %s', target, v_role);
  end loop;
  foreach v_role in array role_names loop
    execute format('grant execute on function %s to %I', target, v_role);
  end loop;
  if pg_get_userbyid(v_function.proowner) = coalesce(owner_name, current_user) then
    return;
  end if;
  if owner_name is null then
    execute format('alter function %s owner to %I', target, current_user);
    return;
  end if;
  -- PostgreSQL demands that the new owner may create in the schema.
  execute format('grant create on schema %s to %I', v_function.pronamespace::regnamespace, owner_name);
  execute format('alter function %s owner to %I', target, owner_name);
  execute format('revoke create on schema %s from %I', v_function.pronamespace::regnamespace, owner_name);
end $$;
