-- Before any table of the package: schemas, group roles, and the rights on what belongs to everybody. Every statement
-- may run again and again.

-- Group roles (NOLOGIN) of logins: each login is a member of exactly one. Roles belong to the whole server, so another
-- database of it may have made them.
do $$
declare
  name text;
begin
  foreach name in array array['authenticated', 'identity', 'platform'] loop
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
end $$;
--> statement-breakpoint
create schema if not exists auth;
--> statement-breakpoint
-- What a signed-in person may ask of auth, by functions: the runtime login has no right on auth itself.
create schema if not exists self;
--> statement-breakpoint
create schema if not exists tenancy;
--> statement-breakpoint
-- Nobody connects, makes temporary tables or makes tables in public, except who is told.
do $$
begin
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to authenticated, identity, platform', current_database());
exception when insufficient_privilege then
  raise notice 'the rights on the database stay as they are: only its owner can change them';
end $$;
--> statement-breakpoint
do $$
begin
  revoke create on schema public from public;
exception when insufficient_privilege then
  raise notice 'the rights on the schema public stay as they are: only its owner can change them';
end $$;
--> statement-breakpoint
-- Large objects know no policies, so their functions are for nobody.
do $$
declare
  closed regprocedure;
begin
  for closed in
    select p.oid from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace and (p.proname like 'lo\_%' or p.proname in ('loread', 'lowrite'))
  loop
    execute format('revoke execute on function %s from public', closed);
  end loop;
exception when insufficient_privilege then
  raise notice 'large object functions stay executable: only a superuser can revoke them';
end $$;
--> statement-breakpoint
-- The server's own functions that reach other sessions, which all tenants' calls share, and those that run SQL given
-- as text, in which a change of the session can hide. Updating pg_settings is another way to SET.
do $$
declare
  closed regprocedure;
begin
  for closed in
    select p.oid from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace and (
      p.proname in ('pg_cancel_backend', 'pg_terminate_backend', 'pg_stat_get_activity',
        'pg_stat_get_backend_activity', 'ts_stat')
      or (p.proname = 'ts_rewrite' and p.pronargs = 2)
      or p.proname ~ '^(query|table|cursor|schema|database)_to_xml')
  loop
    execute format('revoke execute on function %s from public', closed);
  end loop;
  grant execute on function pg_stat_get_activity(integer) to pg_read_all_stats;
  revoke update on pg_catalog.pg_settings from public;
exception when insufficient_privilege then
  raise notice 'functions that reach other sessions stay executable: only a superuser can revoke them';
end $$;
--> statement-breakpoint
grant usage on schema tenancy to authenticated, platform;
--> statement-breakpoint
grant usage on schema auth to identity;
--> statement-breakpoint
grant usage on schema self to authenticated;
--> statement-breakpoint
select set_config('check_function_bodies', 'off', true);
--> statement-breakpoint
-- tenancy/sql/join_role.sql
create or replace function tenancy.join_role(role_name text) returns void
  language plpgsql
as $$
begin
  if not (select r.rolsuper from pg_roles r where r.rolname = current_user) then
    execute format('grant %I to %I', role_name, current_user);
  end if;
end $$;
--> statement-breakpoint
-- tenancy/sql/leave_role.sql
create or replace function tenancy.leave_role(role_name text) returns void
  language plpgsql
as $$
begin
  if not (select r.rolsuper from pg_roles r where r.rolname = current_user) then
    execute format('revoke %I from %I', role_name, current_user);
  end if;
end $$;
--> statement-breakpoint
-- tenancy/sql/make_writer_role.sql
create or replace function tenancy.make_writer_role(p_role text, p_as_runtime boolean) returns void
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
--> statement-breakpoint
-- tenancy/sql/protect_function.sql
create or replace function tenancy.protect_function(target regprocedure, owner_name text, role_names text[]) returns void
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
--> statement-breakpoint
-- tenancy/sql/protect_table.sql
create or replace function tenancy.protect_table(target regclass, access text, audit text) returns void
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
  execute format('revoke all on %s from authenticated, platform', target);
  execute format('grant %s on %s to authenticated', rights, target);
  execute format('grant %s on %s to platform', rights, target);
  if exists (select from pg_attribute a where a.attrelid = target and a.attname = 'updated_at' and not a.attisdropped) then
    execute format('create or replace trigger touch_updated_at before update on %s
      for each row execute function tenancy.touch_updated_at()', target);
  end if;
  if audit = 'none' then
    if exists (select from pg_trigger t where t.tgrelid = target and t.tgname = 'write_audit') then
      execute format('drop trigger write_audit on %s', target);
    end if;
  else
    execute format('create or replace trigger write_audit after %s on %s
      for each row execute function tenancy.write_audit()',
      case audit when 'all' then 'insert or update or delete' else 'update or delete' end, target);
  end if;
end $$;
--> statement-breakpoint
-- tenancy/sql/protect_view.sql
create or replace function tenancy.protect_view(target regclass, role_names text[]) returns void
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
--> statement-breakpoint
select tenancy.protect_function('tenancy.join_role(text)', null, '{}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.leave_role(text)', null, '{}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.make_writer_role(text, boolean)', null, '{}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.protect_function(regprocedure, text, text[])', null, '{}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.protect_table(regclass, text, text)', null, '{}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.protect_view(regclass, text[])', null, '{}');
--> statement-breakpoint
-- Roles that own functions and may do what those need. Nobody logs in as one. Every statement may run again and again.

-- Appends to the audit trail, and may do nothing else.
select tenancy.make_writer_role('audit_writer', false);
--> statement-breakpoint
-- Keeps memberships and members in step. Of tenants' tables it sees what the runtime login sees in its scope.
select tenancy.make_writer_role('membership_keeper', true);
--> statement-breakpoint
-- Shows a person the own rows.
select tenancy.make_writer_role('self_service', false);
--> statement-breakpoint
-- Gives the numbers of all domains, under the same policies as the runtime login.
select tenancy.make_writer_role('number_writer', true);
--> statement-breakpoint
grant usage on schema tenancy to audit_writer, membership_keeper;
--> statement-breakpoint
grant usage on schema auth to membership_keeper, self_service;
--> statement-breakpoint
grant usage on schema self to self_service;
--> statement-breakpoint
select tenancy.join_role('audit_writer');
--> statement-breakpoint
select tenancy.join_role('membership_keeper');
--> statement-breakpoint
select tenancy.join_role('number_writer');
--> statement-breakpoint
select tenancy.join_role('self_service');
--> statement-breakpoint
-- tenancy/sql/current_tenant_id.sql
create or replace function tenancy.current_tenant_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.current_tenant_id', true), '')::uuid;
--> statement-breakpoint
-- tenancy/sql/current_company_id.sql
create or replace function tenancy.current_company_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.current_company_id', true), '')::uuid;
--> statement-breakpoint
-- tenancy/sql/currency_exponent.sql
create or replace function tenancy.currency_exponent(currency text) returns int
  language sql immutable parallel safe
  return case
    when currency in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV',
      'XAF', 'XOF', 'XPF') then 0
    when currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 3
    when currency in ('CLF', 'UYW') then 4
    else 2
  end;
--> statement-breakpoint
-- tenancy/sql/current_user_id.sql
create or replace function tenancy.current_user_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.current_user_id', true), '')::uuid;
--> statement-breakpoint
-- tenancy/sql/format_number.sql
create or replace function tenancy.format_number(p_prefix text, p_number bigint, p_padding int) returns text
  language sql immutable parallel safe
  return p_prefix || lpad(p_number::text, greatest(p_padding, length(p_number::text)), '0');
--> statement-breakpoint
-- tenancy/sql/current_identity_id.sql
create or replace function self.current_identity_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.current_identity_id', true), '')::uuid;
--> statement-breakpoint
-- tenancy/sql/touch_updated_at.sql
create or replace function tenancy.touch_updated_at() returns trigger
  language plpgsql
as $$
begin
  new.updated_at := clock_timestamp();
  return new;
end $$;
--> statement-breakpoint
-- tenancy/sql/write_audit.sql
create or replace function tenancy.write_audit() returns trigger
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
select tenancy.protect_function('tenancy.current_tenant_id()', null, '{authenticated,platform,audit_writer}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.current_company_id()', null, '{authenticated,platform,audit_writer}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.currency_exponent(text)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.current_user_id()', null, '{authenticated,platform,audit_writer}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.format_number(text, bigint, integer)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('self.current_identity_id()', null, '{authenticated,self_service}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.touch_updated_at()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.write_audit()', 'audit_writer', '{authenticated,platform}');
--> statement-breakpoint
CREATE TABLE "auth"."account" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" uuid NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp(3) with time zone,
	"refresh_token_expires_at" timestamp(3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."session" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"expires_at" timestamp(3) with time zone NOT NULL,
	"token" text NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"user_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."user" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."verification" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tenancy"."idempotency_keys" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"operation" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"result" jsonb,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "idempotency_keys_operation_key_unique" UNIQUE("tenant_id","operation","key")
);
--> statement-breakpoint
ALTER TABLE "tenancy"."idempotency_keys" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "tenancy"."number_series" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid,
	"business_id" uuid,
	"series" text NOT NULL,
	"period" text DEFAULT '' NOT NULL,
	"prefix" text DEFAULT '' NOT NULL,
	"padding" integer DEFAULT 6 NOT NULL,
	"last_number" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "number_series_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "number_series_owner_series_period_unique" UNIQUE NULLS NOT DISTINCT("tenant_id","company_id","business_id","series","period"),
	CONSTRAINT "number_series_owner_check" CHECK (num_nonnulls("company_id", "business_id") = 1),
	CONSTRAINT "number_series_last_number_check" CHECK ("last_number" >= 0),
	CONSTRAINT "number_series_padding_check" CHECK ("padding" between 0 and 18)
);
--> statement-breakpoint
ALTER TABLE "tenancy"."number_series" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "auth"."memberships" (
	"identity_id" uuid,
	"tenant_id" uuid,
	"user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"status" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "memberships_pkey" PRIMARY KEY("identity_id","tenant_id")
);
--> statement-breakpoint
ALTER TABLE "auth"."memberships" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "auth"."tenant_directory" (
	"id" uuid PRIMARY KEY,
	"name" text NOT NULL,
	"status" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "auth"."tenant_directory" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "auth"."user_profiles" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"user_id" uuid NOT NULL CONSTRAINT "user_profiles_user_id_unique" UNIQUE,
	"dni" varchar(20),
	"phone" varchar(50),
	"birth_date" date,
	"avatar_url" varchar(255),
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "auth"."user_profiles" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "tenancy"."invitations" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"email" text NOT NULL,
	"role" text DEFAULT 'user' NOT NULL,
	"token_hash" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"invited_by" uuid,
	"accepted_by" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invitations_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "invitations_token_hash_unique" UNIQUE("tenant_id","token_hash"),
	CONSTRAINT "invitations_role_check" CHECK ("role" in ('user', 'admin', 'market_maker')),
	CONSTRAINT "invitations_status_check" CHECK ("status" in ('pending', 'accepted', 'revoked'))
);
--> statement-breakpoint
ALTER TABLE "tenancy"."invitations" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "tenancy"."roles" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"name" text NOT NULL,
	"description" text,
	"permissions" text[] DEFAULT '{}'::text[] NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "roles_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "roles_name_unique" UNIQUE("tenant_id","name"),
	CONSTRAINT "roles_name_check" CHECK ("name" <> '')
);
--> statement-breakpoint
ALTER TABLE "tenancy"."roles" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "tenancy"."user_roles" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"user_id" uuid NOT NULL,
	"role_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "user_roles_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "user_roles_user_id_role_id_unique" UNIQUE("tenant_id","user_id","role_id")
);
--> statement-breakpoint
ALTER TABLE "tenancy"."user_roles" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "tenancy"."users" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"identity_id" uuid,
	"email" text NOT NULL,
	"email_lower" text GENERATED ALWAYS AS (lower(email)) STORED,
	"name" text NOT NULL,
	"role" text DEFAULT 'user' NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"settings" jsonb DEFAULT '{}' NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "users_role_check" CHECK ("role" in ('user', 'admin', 'market_maker')),
	CONSTRAINT "users_status_check" CHECK ("status" in ('active', 'suspended', 'removed')),
	CONSTRAINT "users_email_check" CHECK ("email" <> '')
);
--> statement-breakpoint
ALTER TABLE "tenancy"."users" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "tenancy"."companies" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"name" text NOT NULL,
	"tax_id" text,
	"address" text,
	"email" text,
	"phone" text,
	"logo_url" text,
	"status" text DEFAULT 'active' NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "companies_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "companies_status_check" CHECK ("status" in ('active', 'inactive')),
	CONSTRAINT "companies_name_check" CHECK ("name" <> '')
);
--> statement-breakpoint
ALTER TABLE "tenancy"."companies" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "tenancy"."tenants" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"name" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tenants_status_check" CHECK ("status" in ('active', 'suspended', 'archived')),
	CONSTRAINT "tenants_name_check" CHECK ("name" <> '')
);
--> statement-breakpoint
ALTER TABLE "tenancy"."tenants" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "tenancy"."audit_log" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"admin_user_id" uuid,
	"actor_login" text NOT NULL,
	"action" text NOT NULL,
	"target_type" text NOT NULL,
	"target_id" uuid,
	"details" jsonb DEFAULT '{}' NOT NULL,
	"row_before" jsonb,
	"row_after" jsonb,
	"created_at" timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "audit_log_pkey" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "tenancy"."audit_log" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "tenancy"."platform_log" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	"login" text DEFAULT session_user NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "tenancy"."platform_log" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "tenancy"."security_events" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"type" text NOT NULL,
	"severity" text NOT NULL,
	"user_id" uuid,
	"ip_address" text,
	"user_agent" text,
	"details" jsonb DEFAULT '{}' NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "security_events_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "security_events_severity_check" CHECK ("severity" in ('low', 'medium', 'high', 'critical'))
);
--> statement-breakpoint
ALTER TABLE "tenancy"."security_events" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE INDEX "idx_account_user_id" ON "auth"."account" ("user_id");
--> statement-breakpoint
CREATE INDEX "idx_account_account_id" ON "auth"."account" ("account_id","provider_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_session_token" ON "auth"."session" ("token");
--> statement-breakpoint
CREATE INDEX "idx_session_user_id" ON "auth"."session" ("user_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_user_email" ON "auth"."user" ("email");
--> statement-breakpoint
CREATE INDEX "idx_verification_identifier" ON "auth"."verification" ("identifier");
--> statement-breakpoint
CREATE INDEX "idx_memberships_tenant_id" ON "auth"."memberships" ("tenant_id");
--> statement-breakpoint
CREATE INDEX "idx_invitations_invited_by" ON "tenancy"."invitations" ("tenant_id","invited_by");
--> statement-breakpoint
CREATE INDEX "idx_invitations_accepted_by" ON "tenancy"."invitations" ("tenant_id","accepted_by");
--> statement-breakpoint
CREATE INDEX "idx_invitations_email" ON "tenancy"."invitations" ("tenant_id","email");
--> statement-breakpoint
CREATE INDEX "idx_user_roles_role_id" ON "tenancy"."user_roles" ("tenant_id","role_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_unique" ON "tenancy"."users" ("tenant_id","email_lower") WHERE "email_lower" is not null;
--> statement-breakpoint
CREATE UNIQUE INDEX "users_identity_id_unique" ON "tenancy"."users" ("tenant_id","identity_id") WHERE "identity_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_audit_log_admin_user_id" ON "tenancy"."audit_log" ("tenant_id","admin_user_id");
--> statement-breakpoint
CREATE INDEX "idx_audit_log_created_at_id" ON "tenancy"."audit_log" ("tenant_id","created_at","id");
--> statement-breakpoint
CREATE INDEX "idx_audit_log_target_type_target_id_created_at" ON "tenancy"."audit_log" ("tenant_id","target_type","target_id","created_at");
--> statement-breakpoint
CREATE INDEX "idx_security_events_user_id" ON "tenancy"."security_events" ("tenant_id","user_id");
--> statement-breakpoint
CREATE INDEX "idx_security_events_created_at_id" ON "tenancy"."security_events" ("tenant_id","created_at","id");
--> statement-breakpoint
ALTER TABLE "auth"."account" ADD CONSTRAINT "account_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "auth"."user"("id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "auth"."session" ADD CONSTRAINT "session_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "auth"."user"("id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "tenancy"."idempotency_keys" ADD CONSTRAINT "idempotency_keys_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "tenancy"."number_series" ADD CONSTRAINT "number_series_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "tenancy"."number_series" ADD CONSTRAINT "number_series_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "auth"."memberships" ADD CONSTRAINT "memberships_identity_id_fkey" FOREIGN KEY ("identity_id") REFERENCES "auth"."user"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "auth"."memberships" ADD CONSTRAINT "memberships_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "auth"."tenant_directory"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "auth"."user_profiles" ADD CONSTRAINT "user_profiles_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "auth"."user"("id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "tenancy"."invitations" ADD CONSTRAINT "invitations_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "tenancy"."invitations" ADD CONSTRAINT "invitations_invited_by_fkey" FOREIGN KEY ("tenant_id","invited_by") REFERENCES "tenancy"."users"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "tenancy"."invitations" ADD CONSTRAINT "invitations_accepted_by_fkey" FOREIGN KEY ("tenant_id","accepted_by") REFERENCES "tenancy"."users"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "tenancy"."roles" ADD CONSTRAINT "roles_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "tenancy"."user_roles" ADD CONSTRAINT "user_roles_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "tenancy"."user_roles" ADD CONSTRAINT "user_roles_user_id_fkey" FOREIGN KEY ("tenant_id","user_id") REFERENCES "tenancy"."users"("tenant_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "tenancy"."user_roles" ADD CONSTRAINT "user_roles_role_id_fkey" FOREIGN KEY ("tenant_id","role_id") REFERENCES "tenancy"."roles"("tenant_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "tenancy"."users" ADD CONSTRAINT "users_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "tenancy"."companies" ADD CONSTRAINT "companies_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "tenancy"."audit_log" ADD CONSTRAINT "audit_log_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "tenancy"."audit_log" ADD CONSTRAINT "audit_log_admin_user_id_fkey" FOREIGN KEY ("tenant_id","admin_user_id") REFERENCES "tenancy"."users"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "tenancy"."security_events" ADD CONSTRAINT "security_events_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "tenancy"."security_events" ADD CONSTRAINT "security_events_user_id_fkey" FOREIGN KEY ("tenant_id","user_id") REFERENCES "tenancy"."users"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."idempotency_keys" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."idempotency_keys" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."number_series" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."number_series" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "tenancy"."number_series" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()) or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()) or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "own_memberships" ON "auth"."memberships" AS PERMISSIVE FOR SELECT TO "self_service" USING ("identity_id" = (select self.current_identity_id()));
--> statement-breakpoint
CREATE POLICY "membership_keeping" ON "auth"."memberships" AS PERMISSIVE FOR ALL TO "membership_keeper" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "directory_reading" ON "auth"."tenant_directory" AS PERMISSIVE FOR SELECT TO "self_service" USING (true);
--> statement-breakpoint
CREATE POLICY "directory_keeping" ON "auth"."tenant_directory" AS PERMISSIVE FOR ALL TO "membership_keeper" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "own_profile" ON "auth"."user_profiles" AS PERMISSIVE FOR ALL TO "self_service" USING ("user_id" = (select self.current_identity_id())) WITH CHECK ("user_id" = (select self.current_identity_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."invitations" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."invitations" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."roles" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."roles" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."user_roles" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."user_roles" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."users" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."users" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."companies" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."companies" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."tenants" AS PERMISSIVE FOR ALL TO "authenticated" USING (id = (select tenancy.current_tenant_id())) WITH CHECK (id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."tenants" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."audit_log" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."audit_log" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "audit_append" ON "tenancy"."audit_log" AS PERMISSIVE FOR INSERT TO "audit_writer" WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "platform_read" ON "tenancy"."platform_log" AS PERMISSIVE FOR SELECT TO "platform" USING (true);
--> statement-breakpoint
CREATE POLICY "platform_append" ON "tenancy"."platform_log" AS PERMISSIVE FOR INSERT TO "platform" WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."security_events" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."security_events" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
select tenancy.protect_table('tenancy.companies', 'no-delete', 'all');
--> statement-breakpoint
select tenancy.protect_table('tenancy.number_series', 'no-delete', 'none');
--> statement-breakpoint
select tenancy.protect_table('tenancy.idempotency_keys', 'read-write', 'none');
--> statement-breakpoint
select tenancy.protect_table('tenancy.users', 'no-delete', 'all');
--> statement-breakpoint
select tenancy.protect_table('tenancy.roles', 'read-write', 'all');
--> statement-breakpoint
select tenancy.protect_table('tenancy.user_roles', 'read-write', 'all');
--> statement-breakpoint
select tenancy.protect_table('tenancy.invitations', 'no-delete', 'all');
--> statement-breakpoint
select tenancy.protect_table('tenancy.audit_log', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('tenancy.security_events', 'append-only', 'none');
--> statement-breakpoint
-- Rights that protect_table does not give. Every statement may run again and again; a right is taken back by a REVOKE
-- in its place.

-- tenants and the platform's log are no tenant tables: their owner is a tenant, and the platform.
alter table tenancy.tenants force row level security;
--> statement-breakpoint
grant select, insert (id, name), update (name, updated_at) on tenancy.tenants to authenticated;
--> statement-breakpoint
grant select, insert, update on tenancy.tenants to platform;
--> statement-breakpoint
alter table tenancy.platform_log force row level security;
--> statement-breakpoint
grant select, insert on tenancy.platform_log to platform;
--> statement-breakpoint
-- What Better Auth's adapter connects as reads and writes these tables alone.
grant select, insert, update, delete on auth."user", auth.session, auth.account, auth.verification to identity;
--> statement-breakpoint
-- What belongs to persons is bound by policies too, whoever owns the functions that show it.
alter table auth.user_profiles force row level security;
--> statement-breakpoint
alter table auth.memberships force row level security;
--> statement-breakpoint
alter table auth.tenant_directory force row level security;
--> statement-breakpoint
-- What the owners of definer functions need.
grant insert on tenancy.audit_log to audit_writer;
--> statement-breakpoint
grant select, insert, update on tenancy.number_series to number_writer;
--> statement-breakpoint
grant select on auth.memberships, auth.tenant_directory to self_service;
--> statement-breakpoint
grant select, insert, update on auth.user_profiles to self_service;
--> statement-breakpoint
grant select, insert, update, delete on auth.memberships, auth.tenant_directory to membership_keeper;
--> statement-breakpoint
-- tenancy/sql/require_own_scope.sql
create or replace function tenancy.require_own_scope(p_tenant_id uuid, p_company_id uuid) returns void
  language plpgsql stable
as $$
begin
  if tenancy.current_tenant_id() is null then
    raise exception using errcode = 'ZT005', message = 'Posting needs a tenant scope';
  end if;
  if p_tenant_id <> tenancy.current_tenant_id() or p_company_id <> tenancy.current_company_id() then
    raise exception using errcode = 'ZT001', message = 'The row belongs to another tenant or company than the scope';
  end if;
end $$;
--> statement-breakpoint
-- tenancy/sql/next_number.sql
create or replace function tenancy.next_number(
  p_company_id uuid, p_business_id uuid, p_series text, p_period text, p_prefix text, p_padding int)
  returns tenancy.number_series
  language plpgsql
as $$
declare
  v_series tenancy.number_series;
begin
  insert into tenancy.number_series as s
    (tenant_id, company_id, business_id, series, period, prefix, padding, last_number)
  values (tenancy.current_tenant_id(), p_company_id, p_business_id, p_series, p_period, p_prefix, p_padding, 1)
  on conflict (tenant_id, company_id, business_id, series, period) do update set last_number = s.last_number + 1
  returning s.* into v_series;
  return v_series;
end $$;
--> statement-breakpoint
-- tenancy/sql/pass_over_numbers.sql
create or replace function tenancy.pass_over_numbers(p_series_id uuid, p_number bigint) returns void
  language plpgsql
as $$
begin
  update tenancy.number_series s set last_number = p_number
  where s.tenant_id = tenancy.current_tenant_id() and s.id = p_series_id and s.last_number < p_number;
end $$;
--> statement-breakpoint
-- tenancy/sql/enter_scope.sql
create or replace function auth.enter_scope(scope text[]) returns void
  language plpgsql
as $$
begin
  perform set_config('app.current_tenant_id', coalesce(scope[1], ''), true),
    set_config('app.current_user_id', coalesce(scope[2], ''), true),
    set_config('app.current_company_id', coalesce(scope[3], ''), true);
end $$;
--> statement-breakpoint
-- tenancy/sql/leave_scope.sql
create or replace function auth.leave_scope() returns text[]
  language plpgsql
as $$
declare
  scope constant text[] := array[current_setting('app.current_tenant_id', true),
    current_setting('app.current_user_id', true), current_setting('app.current_company_id', true)];
begin
  perform auth.enter_scope(array['', '', '']);
  return scope;
end $$;
--> statement-breakpoint
-- tenancy/sql/sole_admin_of.sql
create or replace function auth.sole_admin_of(p_identity uuid) returns table (tenant_id uuid, tenant_name text)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  scope constant text[] := auth.leave_scope();
  membership record;
begin
  for membership in
    select m.tenant_id, m.user_id, t.name
    from auth.memberships m join auth.tenant_directory t on t.id = m.tenant_id
    where m.identity_id = p_identity and m.role = 'admin' and m.status = 'active' and t.status <> 'archived'
    order by t.name, m.tenant_id
  loop
    perform set_config('app.current_tenant_id', membership.tenant_id::text, true);
    if not exists (
      select from tenancy.users u
      where u.tenant_id = membership.tenant_id and u.role = 'admin' and u.status = 'active' and u.id <> membership.user_id
    ) then
      tenant_id := membership.tenant_id;
      tenant_name := membership.name;
      return next;
    end if;
  end loop;
  perform auth.enter_scope(scope);
end $$;
--> statement-breakpoint
-- tenancy/sql/refuse_last_admin.sql
create or replace function auth.refuse_last_admin(p_identity uuid) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  tenants constant text := (select string_agg(s.tenant_id::text, ', ') from auth.sole_admin_of(p_identity) s);
begin
  if tenants is not null then
    raise exception using errcode = 'ZT002',
      message = format('The person is the last active admin of %s: make another member admin there first', tenants);
  end if;
end $$;
--> statement-breakpoint
-- tenancy/sql/end_memberships.sql
create or replace function auth.end_memberships() returns trigger
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
--> statement-breakpoint
-- tenancy/sql/keep_directory.sql
create or replace function auth.keep_directory() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    delete from auth.tenant_directory d where d.id = old.id;
    return null;
  end if;
  insert into auth.tenant_directory as d (id, name, status) values (new.id, new.name, new.status)
  on conflict (id) do update set name = excluded.name, status = excluded.status, updated_at = clock_timestamp();
  return null;
end $$;
--> statement-breakpoint
-- tenancy/sql/keep_membership.sql
create or replace function auth.keep_membership() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' or (tg_op = 'UPDATE' and old.identity_id is distinct from new.identity_id) then
    delete from auth.memberships m
    where m.identity_id = old.identity_id and m.tenant_id = old.tenant_id and m.user_id = old.id;
  end if;
  if tg_op = 'DELETE' or new.identity_id is null then
    return null;
  end if;
  begin
    insert into auth.memberships as m (identity_id, tenant_id, user_id, name, role, status)
    values (new.identity_id, new.tenant_id, new.id, new.name, new.role, new.status)
    on conflict (identity_id, tenant_id) do update set user_id = excluded.user_id, name = excluded.name,
      role = excluded.role, status = excluded.status, updated_at = clock_timestamp();
  exception when foreign_key_violation then
    -- The foreign key waits for who deletes the person just now, where a query would still see the person.
    raise exception using errcode = 'ZT004', message = 'There is no person with this identity id: pass session.user.id';
  end;
  return null;
end $$;
--> statement-breakpoint
-- tenancy/sql/keep_sign_in.sql
create or replace function auth.keep_sign_in() returns trigger
  language plpgsql
as $$
declare
  person uuid;
begin
  for person in
    select u.id from auth."user" u
    where u.id in (select g.user_id from gone g) and u.email_verified
      and not exists (select from auth.account a where a.user_id = u.id)
    order by u.id
  loop
    perform auth.refuse_last_admin(person);
  end loop;
  return null;
end $$;
--> statement-breakpoint
-- tenancy/sql/memberships_of.sql
create or replace function auth.memberships_of(p_identity uuid) returns table (tenant_id uuid, tenant_name text, user_id uuid)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select m.tenant_id, t.name, m.user_id
    from auth.memberships m join auth.tenant_directory t on t.id = m.tenant_id
    where m.identity_id = p_identity and m.status <> 'removed'
    order by t.name, m.tenant_id;
end $$;
--> statement-breakpoint
-- tenancy/sql/memberships.sql
create or replace function self.memberships()
  returns table (tenant_id uuid, tenant_name text, user_id uuid, name text, role text)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select m.tenant_id, t.name, m.user_id, m.name, m.role
    from auth.memberships m join auth.tenant_directory t on t.id = m.tenant_id
    where m.identity_id = self.current_identity_id() and m.status = 'active' and t.status = 'active'
    order by t.name, m.tenant_id;
end $$;
--> statement-breakpoint
-- tenancy/sql/profile.sql
create or replace function self.profile() returns setof auth.user_profiles
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from auth.user_profiles p where p.user_id = self.current_identity_id();
end $$;
--> statement-breakpoint
-- tenancy/sql/save_profile.sql
create or replace function self.save_profile(p_id uuid, p_changes jsonb) returns auth.user_profiles
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  person constant uuid := self.current_identity_id();
  given auth.user_profiles := jsonb_populate_record(null::auth.user_profiles, p_changes);
  saved auth.user_profiles;
begin
  if person is null then
    raise exception using errcode = 'ZT001', message = 'A profile is saved by its person: forIdentity(session.user.id).profile';
  end if;
  -- A column that is added to the table and forgotten here is refused, not lost.
  if p_changes - '{dni,phone,birth_date,avatar_url}'::text[] <> '{}' then
    raise exception using errcode = 'ZT006', message = 'Of a profile only dni, phone, birth_date and avatar_url are written';
  end if;
  insert into auth.user_profiles as p (id, user_id, dni, phone, birth_date, avatar_url)
  values (p_id, person, given.dni, given.phone, given.birth_date, given.avatar_url)
  on conflict (user_id) do update set
    dni = case when p_changes ? 'dni' then excluded.dni else p.dni end,
    phone = case when p_changes ? 'phone' then excluded.phone else p.phone end,
    birth_date = case when p_changes ? 'birth_date' then excluded.birth_date else p.birth_date end,
    avatar_url = case when p_changes ? 'avatar_url' then excluded.avatar_url else p.avatar_url end,
    updated_at = clock_timestamp()
  returning * into saved;
  return saved;
end $$;
--> statement-breakpoint
-- tenancy/sql/keep_an_admin.sql
create or replace function tenancy.keep_an_admin() returns trigger
  language plpgsql
as $$
begin
  if old.role <> 'admin' or old.status <> 'active' then
    return null;
  end if;
  if tg_op = 'UPDATE' and new.role = 'admin' and new.status = 'active' then
    return null;
  end if;
  update tenancy.tenants t set updated_at = clock_timestamp() where t.id = old.tenant_id;
  if not exists (
    select from tenancy.users u where u.tenant_id = old.tenant_id and u.role = 'admin' and u.status = 'active'
  ) and not exists (
    select from tenancy.tenants t where t.id = old.tenant_id and t.status = 'archived'
  ) then
    raise exception using errcode = 'ZT002', message = 'A tenant needs an active admin: make another member admin first';
  end if;
  return null;
end $$;
--> statement-breakpoint
-- tenancy/sql/record_audit.sql
create or replace function tenancy.record_audit(action text, target_type text, target_id uuid, details jsonb) returns void
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
-- tenancy/sql/refuse.sql
create or replace function tenancy.refuse() returns trigger
  language plpgsql
as $$
begin
  raise exception using errcode = tg_argv[0], message = tg_argv[1];
end $$;
--> statement-breakpoint
-- tenancy/sql/refuse_other_key.sql
create or replace function tenancy.refuse_other_key() returns trigger
  language plpgsql
as $$
begin
  if new.tenant_id is distinct from old.tenant_id then
    raise exception using errcode = 'ZT001', message = 'A row stays with its tenant';
  end if;
  raise exception using errcode = 'ZT003', message = tg_argv[0];
end $$;
--> statement-breakpoint
-- tenancy/sql/refuse_transition.sql
create or replace function tenancy.refuse_transition() returns trigger
  language plpgsql
as $$
declare
  v_from constant text := to_jsonb(old) ->> tg_argv[0];
  v_to constant text := to_jsonb(new) ->> tg_argv[0];
  v_sentences constant jsonb := tg_argv[1];
  v_sentence constant text := coalesce(
    v_sentences ->> format('%s %s', v_from, v_to), v_sentences ->> format('%s *', v_from),
    v_sentences ->> format('* %s', v_to), v_sentences ->> '* *', 'It does not go from {from} to {to}');
begin
  raise exception using errcode = 'ZT003', message = replace(replace(v_sentence, '{from}', v_from), '{to}', v_to);
end $$;
--> statement-breakpoint
-- tenancy/sql/require_active_member.sql
create or replace function tenancy.require_active_member() returns void
  language plpgsql stable
as $$
begin
  if tenancy.current_user_id() is not null and (tenancy.current_tenant_id() = (
    select u.tenant_id from tenancy.users u join tenancy.tenants t on t.id = u.tenant_id
    where u.id = tenancy.current_user_id() and u.status = 'active' and t.status = 'active'
  )) is not true then
    raise exception using errcode = 'ZT001',
      message = 'The user is not an active member of this tenant, or the tenant is not active';
  end if;
end $$;
--> statement-breakpoint
-- tenancy/sql/require_admin.sql
create or replace function tenancy.require_admin() returns trigger
  language plpgsql stable
as $$
begin
  if tenancy.current_user_id() is not null and not exists (
    select from tenancy.users u
    where u.tenant_id = tenancy.current_tenant_id() and u.id = tenancy.current_user_id()
      and u.role = 'admin' and u.status = 'active'
  ) then
    raise exception using errcode = 'ZT006', message = 'Only an admin of the tenant may manage members, roles and invitations';
  end if;
  return case tg_level when 'ROW' then new end;
end $$;
--> statement-breakpoint
select tenancy.protect_function('tenancy.require_own_scope(uuid, uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.next_number(uuid, uuid, text, text, text, integer)', 'number_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.pass_over_numbers(uuid, bigint)', 'number_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('auth.enter_scope(text[])', 'membership_keeper', '{}');
--> statement-breakpoint
select tenancy.protect_function('auth.leave_scope()', 'membership_keeper', '{}');
--> statement-breakpoint
select tenancy.protect_function('auth.sole_admin_of(uuid)', 'membership_keeper', '{identity}');
--> statement-breakpoint
select tenancy.protect_function('auth.refuse_last_admin(uuid)', 'membership_keeper', '{identity}');
--> statement-breakpoint
select tenancy.protect_function('auth.end_memberships()', 'membership_keeper', '{}');
--> statement-breakpoint
select tenancy.protect_function('auth.keep_directory()', 'membership_keeper', '{}');
--> statement-breakpoint
select tenancy.protect_function('auth.keep_membership()', 'membership_keeper', '{}');
--> statement-breakpoint
select tenancy.protect_function('auth.keep_sign_in()', null, '{identity}');
--> statement-breakpoint
select tenancy.protect_function('auth.memberships_of(uuid)', 'membership_keeper', '{identity}');
--> statement-breakpoint
select tenancy.protect_function('self.memberships()', 'self_service', '{authenticated}');
--> statement-breakpoint
select tenancy.protect_function('self.profile()', 'self_service', '{authenticated}');
--> statement-breakpoint
select tenancy.protect_function('self.save_profile(uuid, jsonb)', 'self_service', '{authenticated}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.keep_an_admin()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.record_audit(text, text, uuid, jsonb)', 'audit_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.refuse()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.refuse_other_key()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.refuse_transition()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.require_active_member()', null, '{authenticated}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.require_admin()', null, '{authenticated,platform}');
--> statement-breakpoint
create or replace trigger keep_sign_in after delete on auth.account
  referencing old table as gone for each statement execute function auth.keep_sign_in();
--> statement-breakpoint
create or replace trigger end_memberships before delete on auth.user
  for each row execute function auth.end_memberships();
--> statement-breakpoint
create or replace trigger require_admin before insert or update or delete on tenancy.invitations
  for each statement execute function tenancy.require_admin();
--> statement-breakpoint
create or replace trigger step_by_one before update on tenancy.number_series
  for each row when (new.last_number <> old.last_number and new.last_number <> old.last_number + 1
    and not (current_user = 'number_writer' and new.last_number > old.last_number))
  execute function tenancy.refuse('ZT002', 'A number series moves by one: numbers are neither skipped nor given twice');
--> statement-breakpoint
create or replace trigger require_admin before insert or update or delete on tenancy.roles
  for each statement execute function tenancy.require_admin();
--> statement-breakpoint
create or replace trigger touch_updated_at before update on tenancy.tenants
  for each row execute function tenancy.touch_updated_at();
--> statement-breakpoint
create or replace trigger guard_key before update on tenancy.tenants
  for each row when (new.id <> old.id)
  execute function tenancy.refuse('ZT003', 'The id of a tenant stays: make another tenant');
--> statement-breakpoint
create or replace trigger keep_directory after insert or update of id, name, status or delete on tenancy.tenants
  for each row execute function auth.keep_directory();
--> statement-breakpoint
create or replace trigger write_audit after insert or update of name, status or delete on tenancy.tenants
  for each row execute function tenancy.write_audit();
--> statement-breakpoint
create or replace trigger require_admin before insert or update or delete on tenancy.user_roles
  for each statement execute function tenancy.require_admin();
--> statement-breakpoint
create or replace trigger require_admin before insert or update of role, identity_id, email or delete on tenancy.users
  for each statement execute function tenancy.require_admin();
--> statement-breakpoint
create or replace trigger require_admin_of_others before update of name, settings on tenancy.users
  for each row when (old.id <> tenancy.current_user_id())
  execute function tenancy.require_admin();
--> statement-breakpoint
create or replace trigger require_admin_of_status before update of status on tenancy.users
  for each row when (not (old.id = tenancy.current_user_id() and new.status = 'removed'))
  execute function tenancy.require_admin();
--> statement-breakpoint
create or replace trigger keep_an_admin after update or delete on tenancy.users
  for each row execute function tenancy.keep_an_admin();
--> statement-breakpoint
create or replace trigger keep_membership after insert or update of identity_id, name, role, status or delete
  on tenancy.users
  for each row execute function auth.keep_membership();
--> statement-breakpoint
create or replace trigger guard_key before update on tenancy.companies
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on tenancy.number_series
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.business_id is distinct from old.business_id
    or new.series is distinct from old.series
    or new.period is distinct from old.period)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, company_id, business_id, series, period: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on tenancy.idempotency_keys
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on tenancy.users
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on tenancy.roles
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on tenancy.user_roles
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on tenancy.invitations
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on tenancy.audit_log
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on tenancy.security_events
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_status_update before update on tenancy.tenants
  for each row when (new.status <> old.status and (old.status || ' ' || new.status in ('active suspended', 'active archived', 'suspended active', 'suspended archived')) is not true)
  execute function tenancy.refuse_transition('status', '{"archived *":"An archived tenant stays archived"}');
--> statement-breakpoint
create or replace trigger keep_status_update after update on tenancy.tenants
  for each row when (new.status <> old.status and (old.status || ' ' || new.status in ('active suspended', 'active archived', 'suspended active', 'suspended archived')) is not true)
  execute function tenancy.refuse_transition('status', '{"archived *":"An archived tenant stays archived"}');
--> statement-breakpoint
create or replace trigger guard_status_update before update on tenancy.users
  for each row when (new.status <> old.status and (old.status || ' ' || new.status in ('active suspended', 'active removed', 'suspended active', 'suspended removed', 'removed active')) is not true)
  execute function tenancy.refuse_transition('status', '{"removed suspended":"A removed member is not suspended: reactivate the member"}');
--> statement-breakpoint
create or replace trigger keep_status_update after update on tenancy.users
  for each row when (new.status <> old.status and (old.status || ' ' || new.status in ('active suspended', 'active removed', 'suspended active', 'suspended removed', 'removed active')) is not true)
  execute function tenancy.refuse_transition('status', '{"removed suspended":"A removed member is not suspended: reactivate the member"}');
--> statement-breakpoint
create or replace trigger guard_status_insert before insert on tenancy.invitations
  for each row when (new.status not in ('pending'))
  execute function tenancy.refuse('ZT003', 'A new invitation is pending: insert it as one');
--> statement-breakpoint
create or replace trigger keep_status_insert after insert on tenancy.invitations
  for each row when (new.status not in ('pending'))
  execute function tenancy.refuse('ZT003', 'A new invitation is pending: insert it as one');
--> statement-breakpoint
create or replace trigger guard_status_update before update on tenancy.invitations
  for each row when (new.status <> old.status and (old.status || ' ' || new.status in ('pending accepted', 'pending revoked')) is not true)
  execute function tenancy.refuse_transition('status', '{"* *":"This invitation is {from} and stays so: make another"}');
--> statement-breakpoint
create or replace trigger keep_status_update after update on tenancy.invitations
  for each row when (new.status <> old.status and (old.status || ' ' || new.status in ('pending accepted', 'pending revoked')) is not true)
  execute function tenancy.refuse_transition('status', '{"* *":"This invitation is {from} and stays so: make another"}');
--> statement-breakpoint
select tenancy.leave_role('audit_writer');
--> statement-breakpoint
select tenancy.leave_role('membership_keeper');
--> statement-breakpoint
select tenancy.leave_role('number_writer');
--> statement-breakpoint
select tenancy.leave_role('self_service');
--> statement-breakpoint
select set_config('check_function_bodies', 'on', true);
