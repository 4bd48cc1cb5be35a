-- Lets the named roles select from a view; everybody else loses the right. `pnpm db:generate` writes a call for each view
-- that is new or changed.
-- @execute none
create function tenancy.protect_view(target regclass, role_names text[]) returns void
  language plpgsql
as $$
declare
  v_role text;
begin
  for v_role in
    select distinct case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end
    from pg_class c cross join lateral aclexplode(c.relacl) x
    where c.oid = target and x.grantee <> c.relowner
  loop
    execute format('revoke all on %s from %s', target, v_role);
  end loop;
  foreach v_role in array role_names loop
    execute format('grant select on %s to %I', target, v_role);
  end loop;
end $$;
