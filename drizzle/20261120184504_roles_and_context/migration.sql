-- Group roles (NOLOGIN): a login is a member of exactly one of authenticated, identity and platform.
-- Roles belong to the whole server, so another database of it may have made them already.
do $$
declare
  name text;
begin
  foreach name in array array['authenticated', 'identity', 'platform', 'audit_writer'] loop
    if not exists (select from pg_roles r where r.rolname = name) then
      begin
        execute format('create role %I nologin nosuperuser nobypassrls nocreaterole nocreatedb', name);
      exception when duplicate_object or unique_violation then
        null;
      end;
    end if;
    if exists (select from pg_roles r where r.rolname = name and (r.rolsuper or r.rolbypassrls or r.rolcanlogin)) then
      raise exception 'role % exists already and may log in or bypass row level security: rename it first', name;
    end if;
  end loop;
  -- To hand the audit function over to audit_writer, an owner that is no superuser must be able to become it. From 16
  -- on, whoever makes a role may grant it, but is no member that may SET it yet.
  if (select rolsuper from pg_roles where rolname = current_user) then
    null;
  elsif current_setting('server_version_num')::int >= 160000 then
    if not pg_has_role(current_user, 'audit_writer', 'SET') then
      execute format('grant audit_writer to %I', current_user);
    end if;
  elsif not pg_has_role(current_user, 'audit_writer', 'MEMBER') then
    execute format('grant audit_writer to %I', current_user);
  end if;
end $$;
--> statement-breakpoint
create schema auth;
--> statement-breakpoint
create schema tenancy;
--> statement-breakpoint
create schema accounting;
--> statement-breakpoint
-- Nothing is for everyone: no connecting, no temporary tables, no creating, no large objects (they know no policies).
do $$
declare
  function_name regprocedure;
begin
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to authenticated, identity, platform', current_database());
  revoke create on schema public from public;
  for function_name in
    select p.oid from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace and (p.proname like 'lo\_%' or p.proname in ('loread', 'lowrite'))
  loop
    execute format('revoke execute on function %s from public', function_name);
  end loop;
exception when insufficient_privilege then
  raise notice 'large object functions stay executable: only a superuser can revoke them';
end $$;
--> statement-breakpoint
grant usage on schema tenancy, accounting to authenticated, platform;
--> statement-breakpoint
grant usage on schema tenancy to audit_writer;
--> statement-breakpoint
grant usage on schema auth to identity;
--> statement-breakpoint
-- The scope of the running transaction. After a local set_config the setting reads back as '', hence nullif.
create function tenancy.current_tenant_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.current_tenant_id', true), '')::uuid;
--> statement-breakpoint
create function tenancy.current_user_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.current_user_id', true), '')::uuid;
--> statement-breakpoint
create function tenancy.current_company_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.current_company_id', true), '')::uuid;
--> statement-breakpoint
create function tenancy.current_identity_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.current_identity_id', true), '')::uuid;
--> statement-breakpoint
-- SQLSTATE class ZT is the package's own: ZT001 isolation, ZT002 invariant, ZT003 conflict, ZT004 not found,
-- ZT005 no tenant scope, ZT006 permission denied.
create function tenancy.refuse_member() returns boolean
  language plpgsql volatile
as $$
begin
  raise exception using errcode = 'ZT001',
    message = 'The user is not an active member of this tenant, or the tenant is not active';
end $$;
--> statement-breakpoint
create function tenancy.touch_updated_at() returns trigger
  language plpgsql
as $$
begin
  new.updated_at := clock_timestamp();
  return new;
end $$;
--> statement-breakpoint
-- Appends one audit row for each written row. Runs as audit_writer, so that the writer itself needs no right on the
-- trail and cannot forge it. The actor comes from the scope of the transaction.
create function tenancy.write_audit() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  row_before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'token_hash' end;
  row_after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'token_hash' end;
  written jsonb := coalesce(row_after, row_before);
begin
  insert into tenancy.audit_log
    (tenant_id, admin_user_id, actor_login, action, target_type, target_id, row_before, row_after)
  values (
    coalesce(written ->> 'tenant_id', written ->> 'id')::uuid, tenancy.current_user_id(), session_user, lower(tg_op),
    format('%s.%s', tg_table_schema, tg_table_name), (written ->> 'id')::uuid, row_before, row_after);
  return null;
end $$;
--> statement-breakpoint
-- A named action in the trail, in the caller's own scope: `audit.record`.
create function tenancy.record_audit(action text, target_type text, target_id uuid, details jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tenancy.current_tenant_id() is null then
    raise exception using errcode = 'ZT005', message = 'An audit record needs a tenant scope';
  end if;
  insert into tenancy.audit_log (tenant_id, admin_user_id, actor_login, action, target_type, target_id, details)
  values (tenancy.current_tenant_id(), tenancy.current_user_id(), session_user, action, target_type, target_id,
    coalesce(details, '{}'));
end $$;
--> statement-breakpoint
-- What Drizzle cannot express for a table: FORCE, grants and triggers. Every migration that adds a tenant table calls it.
create function tenancy.protect_table(target regclass, access text, audit text) returns void
  language plpgsql
as $$
declare
  rights text := case access
    when 'read-write' then 'select, insert, update, delete'
    when 'no-delete' then 'select, insert, update'
    when 'append-only' then 'select, insert'
    when 'read-only' then 'select'
  end;
begin
  if rights is null or audit not in ('all', 'changes', 'none') then
    raise exception 'protect_table: unknown access % or audit %', access, audit;
  end if;
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('grant %s on %s to authenticated', rights, target);
  execute format('grant %s on %s to platform', rights, target);
  if exists (select from pg_attribute a where a.attrelid = target and a.attname = 'updated_at' and not a.attisdropped) then
    execute format('create trigger touch_updated_at before update on %s for each row execute function tenancy.touch_updated_at()', target);
  end if;
  if audit <> 'none' then
    execute format('create trigger write_audit after %s on %s for each row execute function tenancy.write_audit()',
      case audit when 'all' then 'insert or update or delete' else 'update or delete' end, target);
  end if;
end $$;
--> statement-breakpoint
revoke execute on all functions in schema tenancy from public;
--> statement-breakpoint
grant execute on function tenancy.current_tenant_id(), tenancy.current_user_id(), tenancy.current_company_id(),
  tenancy.current_identity_id() to authenticated, platform, audit_writer;
--> statement-breakpoint
grant execute on function tenancy.refuse_member(), tenancy.touch_updated_at(), tenancy.write_audit(),
  tenancy.record_audit(text, text, uuid, jsonb) to authenticated, platform;
