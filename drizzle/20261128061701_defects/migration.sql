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
-- Roles that own functions and may do what those need. Nobody logs in as one. Every statement may run again and again.

-- Appends to the audit trail, and may do nothing else.
select tenancy.make_writer_role('audit_writer', false);
--> statement-breakpoint
-- Reads the trail of the scope's tenant, whatever its company, and appends the seals.
select tenancy.make_writer_role('audit_sealer', false);
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
grant usage on schema tenancy to audit_writer, audit_sealer, membership_keeper;
--> statement-breakpoint
grant usage on schema auth to membership_keeper, self_service;
--> statement-breakpoint
grant usage on schema self to self_service;
--> statement-breakpoint
select tenancy.join_role('audit_sealer');
--> statement-breakpoint
select tenancy.join_role('audit_writer');
--> statement-breakpoint
select tenancy.join_role('ledger_writer');
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
-- tenancy/sql/require_arrays.sql
create or replace function tenancy.require_arrays(p_names text[], p_dims text[], p_nulls int[]) returns int
  language plpgsql immutable parallel safe
as $$
declare
  v_position int;
begin
  if p_dims[1] = all (p_dims) and p_dims[1] ~ '^\[1:[0-9]+\]$' and 0 = all (p_nulls) then
    return substr(p_dims[1], 4, length(p_dims[1]) - 4)::int;
  end if;
  for v_position in 1..cardinality(p_names) loop
    if p_dims[v_position] is null or p_dims[v_position] !~ '^\[1:[0-9]+\]$' or p_dims[v_position] <> p_dims[1] then
      raise exception using errcode = 'ZT002', message = format('%s needs one dimension, positions from 1, and as many elements as %s (at least one)',
        p_names[v_position], p_names[1]);
    elsif p_nulls[v_position] > 0 then
      raise exception using errcode = 'ZT002', message = format('%s takes no NULL: give each element a value', p_names[v_position]);
    end if;
  end loop;
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
  -- Whose record it is: of a company or a business; a company's own row has its id.
  company uuid := coalesce(written ->> 'company_id', written ->> 'business_id',
    case when tg_relid = 'tenancy.companies'::regclass then written ->> 'id' end)::uuid;
begin
  insert into tenancy.audit_log
    (tenant_id, admin_user_id, actor_login, action, company_id, target_type, target_id, row_before, row_after)
  values (
    coalesce(written ->> 'tenant_id', written ->> 'id')::uuid, tenancy.current_user_id(), session_user, lower(tg_op collate "C"),
    company, format('%s.%s', tg_table_schema, tg_table_name), (written ->> 'id')::uuid, row_before, row_after);
  return null;
end $$;
--> statement-breakpoint
select tenancy.protect_function('tenancy.current_tenant_id()', null, '{authenticated,platform,audit_sealer,audit_writer}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.require_arrays(text[], text[], integer[])', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.write_audit()', 'audit_writer', '{authenticated,platform}');
--> statement-breakpoint
CREATE TABLE "tenancy"."audit_seals" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"sequence" integer NOT NULL,
	"server" text NOT NULL,
	"written_after" timestamp(3) with time zone,
	"from_transaction" xid8 NOT NULL,
	"to_transaction" xid8 NOT NULL,
	"line_count" integer NOT NULL,
	"lines_hash" text NOT NULL,
	"sealed_at" timestamp(3) with time zone NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "audit_seals_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "audit_seals_sequence_key" UNIQUE("tenant_id","sequence"),
	CONSTRAINT "audit_seals_written_after_range_check" CHECK ("written_after" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "audit_seals_sealed_at_range_check" CHECK ("sealed_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "audit_seals_range_check" CHECK (from_transaction <= to_transaction)
);
--> statement-breakpoint
ALTER TABLE "tenancy"."audit_seals" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "tenancy"."idempotency_keys" ADD COLUMN "company_id" uuid DEFAULT tenancy.current_company_id();
--> statement-breakpoint
ALTER TABLE "tenancy"."number_series" ADD COLUMN "first_number" bigint DEFAULT 1 NOT NULL;
--> statement-breakpoint
ALTER TABLE "tenancy"."invitations" ADD COLUMN "email_lower" text GENERATED ALWAYS AS (translate(email, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')) STORED;
--> statement-breakpoint
ALTER TABLE "tenancy"."audit_log" ADD COLUMN "company_id" uuid DEFAULT tenancy.current_company_id();
--> statement-breakpoint
ALTER TABLE "tenancy"."audit_log" ADD COLUMN "source" text DEFAULT 'database' NOT NULL;
--> statement-breakpoint
ALTER TABLE "tenancy"."audit_log" ADD COLUMN "transaction_id" xid8 DEFAULT pg_current_xact_id() NOT NULL;
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD COLUMN "allocations_hash" text;
--> statement-breakpoint
ALTER TABLE "tenancy"."users" DROP COLUMN "email_lower";
--> statement-breakpoint
ALTER TABLE "tenancy"."users" ADD COLUMN "email_lower" text GENERATED ALWAYS AS (translate(email, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')) STORED;
--> statement-breakpoint
ALTER TABLE "tenancy"."idempotency_keys" DROP CONSTRAINT "idempotency_keys_operation_key_unique";
--> statement-breakpoint
ALTER TABLE "tenancy"."idempotency_keys" ADD CONSTRAINT "idempotency_keys_operation_key_unique" UNIQUE NULLS NOT DISTINCT("tenant_id","operation","key","company_id");
--> statement-breakpoint
CREATE INDEX "idx_audit_log_company_id_created_at_id" ON "tenancy"."audit_log" ("tenant_id","company_id","created_at","id") WHERE "company_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_audit_log_transaction_id" ON "tenancy"."audit_log" ("tenant_id","transaction_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_unique" ON "tenancy"."users" ("tenant_id","email_lower") WHERE "email_lower" is not null;
--> statement-breakpoint
ALTER TABLE "tenancy"."audit_seals" ADD CONSTRAINT "audit_seals_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "auth"."account" ADD CONSTRAINT "account_access_token_expires_at_range_check" CHECK ("access_token_expires_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."account" ADD CONSTRAINT "account_refresh_token_expires_at_range_check" CHECK ("refresh_token_expires_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."account" ADD CONSTRAINT "account_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."account" ADD CONSTRAINT "account_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."session" ADD CONSTRAINT "session_expires_at_range_check" CHECK ("expires_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."session" ADD CONSTRAINT "session_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."session" ADD CONSTRAINT "session_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."user" ADD CONSTRAINT "user_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."user" ADD CONSTRAINT "user_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."user" ADD CONSTRAINT "user_email_check" CHECK ("email" collate "C" ~ '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$' and length("email") <= 254 and strpos("email", '@') <= 65 and "email" = translate("email", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'));
--> statement-breakpoint
ALTER TABLE "auth"."verification" ADD CONSTRAINT "verification_expires_at_range_check" CHECK ("expires_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."verification" ADD CONSTRAINT "verification_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."verification" ADD CONSTRAINT "verification_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."idempotency_keys" ADD CONSTRAINT "idempotency_keys_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."idempotency_keys" ADD CONSTRAINT "idempotency_keys_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."number_series" ADD CONSTRAINT "number_series_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."number_series" ADD CONSTRAINT "number_series_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."number_series" ADD CONSTRAINT "number_series_first_number_check" CHECK ("first_number" >= 1);
--> statement-breakpoint
ALTER TABLE "auth"."memberships" ADD CONSTRAINT "memberships_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."memberships" ADD CONSTRAINT "memberships_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."tenant_directory" ADD CONSTRAINT "tenant_directory_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."tenant_directory" ADD CONSTRAINT "tenant_directory_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."user_profiles" ADD CONSTRAINT "user_profiles_birth_date_range_check" CHECK ("birth_date" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "auth"."user_profiles" ADD CONSTRAINT "user_profiles_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "auth"."user_profiles" ADD CONSTRAINT "user_profiles_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."invitations" ADD CONSTRAINT "invitations_expires_at_range_check" CHECK ("expires_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."invitations" ADD CONSTRAINT "invitations_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."invitations" ADD CONSTRAINT "invitations_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."invitations" ADD CONSTRAINT "invitations_email_check" CHECK ("email" collate "C" ~ '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$' and length("email") <= 254 and strpos("email", '@') <= 65);
--> statement-breakpoint
ALTER TABLE "tenancy"."roles" ADD CONSTRAINT "roles_permissions_list_check" CHECK (coalesce(array_ndims("permissions"), 1) = 1 and array_position("permissions", null) is null);
--> statement-breakpoint
ALTER TABLE "tenancy"."roles" ADD CONSTRAINT "roles_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."roles" ADD CONSTRAINT "roles_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."user_roles" ADD CONSTRAINT "user_roles_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."user_roles" ADD CONSTRAINT "user_roles_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."users" ADD CONSTRAINT "users_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."users" ADD CONSTRAINT "users_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."companies" ADD CONSTRAINT "companies_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."companies" ADD CONSTRAINT "companies_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."tenants" ADD CONSTRAINT "tenants_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."tenants" ADD CONSTRAINT "tenants_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."audit_log" ADD CONSTRAINT "audit_log_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."platform_log" ADD CONSTRAINT "platform_log_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."security_events" ADD CONSTRAINT "security_events_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."accounts" ADD CONSTRAINT "accounts_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."accounts" ADD CONSTRAINT "accounts_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_closed_through_range_check" CHECK ("closed_through" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."exchange_rates" ADD CONSTRAINT "exchange_rates_rate_date_range_check" CHECK ("rate_date" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."exchange_rates" ADD CONSTRAINT "exchange_rates_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."exchange_rates" ADD CONSTRAINT "exchange_rates_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."fiscal_periods" ADD CONSTRAINT "fiscal_periods_starts_on_range_check" CHECK ("starts_on" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."fiscal_periods" ADD CONSTRAINT "fiscal_periods_ends_on_range_check" CHECK ("ends_on" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."fiscal_periods" ADD CONSTRAINT "fiscal_periods_closed_at_range_check" CHECK ("closed_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."fiscal_periods" ADD CONSTRAINT "fiscal_periods_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."fiscal_periods" ADD CONSTRAINT "fiscal_periods_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."journal_entries" ADD CONSTRAINT "journal_entries_entry_date_range_check" CHECK ("entry_date" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."journal_entries" ADD CONSTRAINT "journal_entries_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."journal_entries" ADD CONSTRAINT "journal_entries_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ADD CONSTRAINT "journal_lines_entry_date_range_check" CHECK ("entry_date" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ADD CONSTRAINT "journal_lines_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."period_totals" ADD CONSTRAINT "period_totals_month_range_check" CHECK ("month" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."customers" ADD CONSTRAINT "customers_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."customers" ADD CONSTRAINT "customers_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."vendors" ADD CONSTRAINT "vendors_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."vendors" ADD CONSTRAINT "vendors_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."bill_lines" ADD CONSTRAINT "bill_lines_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."bill_lines" ADD CONSTRAINT "bill_lines_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_bill_date_range_check" CHECK ("bill_date" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_due_date_range_check" CHECK ("due_date" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_voided_on_range_check" CHECK ("voided_on" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_approved_at_range_check" CHECK ("approved_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_allocated_on_range_check" CHECK ("allocated_on" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_reversed_on_range_check" CHECK ("reversed_on" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_payment_date_range_check" CHECK ("payment_date" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_voided_on_range_check" CHECK ("voided_on" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" ADD CONSTRAINT "invoice_lines_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" ADD CONSTRAINT "invoice_lines_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_invoice_date_range_check" CHECK ("invoice_date" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_due_date_range_check" CHECK ("due_date" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_voided_on_range_check" CHECK ("voided_on" between '0001-01-01' and '9999-12-31');
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_issued_at_range_check" CHECK ("issued_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00');
--> statement-breakpoint
ALTER TABLE "tenancy"."number_series" DROP CONSTRAINT "number_series_last_number_check", ADD CONSTRAINT "number_series_last_number_check" CHECK ("last_number" >= "first_number" - 1);
--> statement-breakpoint
ALTER TABLE "tenancy"."users" DROP CONSTRAINT "users_email_check", ADD CONSTRAINT "users_email_check" CHECK ("email" collate "C" ~ '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$' and length("email") <= 254 and strpos("email", '@') <= 65);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "tenancy"."idempotency_keys" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "tenancy"."companies" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "tenancy"."audit_log" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "audit_seal" ON "tenancy"."audit_log" AS PERMISSIVE FOR SELECT TO "audit_sealer" USING (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."audit_seals" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."audit_seals" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "audit_seal" ON "tenancy"."audit_seals" AS PERMISSIVE FOR ALL TO "audit_sealer" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
select tenancy.protect_table('tenancy.number_series', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('tenancy.audit_seals', 'read-only', 'none');
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
-- Login and time of a line are the server's: the platform says who and why.
revoke insert on tenancy.platform_log from platform;
--> statement-breakpoint
grant select, insert (actor, reason) on tenancy.platform_log to platform;
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
grant select on tenancy.audit_log to audit_sealer;
--> statement-breakpoint
grant select, insert on tenancy.audit_seals to audit_sealer;
--> statement-breakpoint
grant select, insert, update on tenancy.number_series to number_writer;
--> statement-breakpoint
grant select on auth.memberships, auth.tenant_directory to self_service;
--> statement-breakpoint
grant select, insert, update on auth.user_profiles to self_service;
--> statement-breakpoint
grant select, insert, update, delete on auth.memberships, auth.tenant_directory to membership_keeper;
--> statement-breakpoint
grant select (id, email, email_verified) on auth."user" to membership_keeper;
--> statement-breakpoint
-- accounting/sql/count_allocation.sql
create or replace function accounting.count_allocation(p_allocation accounting.payment_allocations, p_sign int) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_amount constant numeric := p_sign * p_allocation.amount;
  v_base constant numeric := p_sign * p_allocation.base_amount;
  v_source_base constant numeric := p_sign * p_allocation.source_base_amount;
begin
  if p_allocation.payment_id is not null then
    update accounting.payments p
    set allocated_amount = p.allocated_amount + v_amount, allocated_base_amount = p.allocated_base_amount + v_source_base
    where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.payment_id;
  end if;
  if p_allocation.bill_id is null then
    update accounting.invoices i
    set paid_amount = i.paid_amount + v_amount,
      paid_base_amount = i.paid_base_amount + case when i.id = p_allocation.invoice_id then v_base else v_source_base end,
      status = case i.paid_amount + v_amount when i.total_amount then 'paid' when 0 then 'issued' else 'partly_paid' end
    where i.tenant_id = p_allocation.tenant_id and i.id in (p_allocation.credit_note_id, p_allocation.invoice_id);
    return;
  end if;
  update accounting.bills b
  set paid_amount = b.paid_amount + v_amount,
    paid_base_amount = b.paid_base_amount + case when b.id = p_allocation.bill_id then v_base else v_source_base end,
    status = case b.paid_amount + v_amount when b.total_amount then 'paid' when 0 then 'approved' else 'partly_paid' end
  where b.tenant_id = p_allocation.tenant_id and b.id in (p_allocation.vendor_credit_id, p_allocation.bill_id);
end $$;
--> statement-breakpoint
-- accounting/sql/insert_journal_entries.sql
create or replace function accounting.insert_journal_entries(
  p_entry_id uuid[], p_company_id uuid[], p_entry_date date[], p_description text[], p_reference text[],
  p_source text[], p_source_id uuid[], p_reverses_entry_id uuid[], p_idempotency_key text[], p_request_hash text[]
) returns int[]
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_repeated int[];
  v_reverses uuid;
begin
  if num_nonnulls(variadic p_idempotency_key) > 0 then
    with written as (
      insert into accounting.journal_entries as n
        (tenant_id, id, company_id, entry_date, description, reference, source, source_id, reverses_entry_id,
         idempotency_key, request_hash, posted_by)
      select v_tenant, e.id, e.company_id, e.entry_date, e.description, e.reference, e.source, e.source_id, e.reverses,
        e.idempotency_key, e.request_hash, tenancy.current_user_id()
      from unnest(p_entry_id, p_company_id, p_entry_date, p_description, p_reference, p_source, p_source_id,
          p_reverses_entry_id, p_idempotency_key, p_request_hash) with ordinality as e
        (id, company_id, entry_date, description, reference, source, source_id, reverses, idempotency_key, request_hash,
         entry_position)
      -- In the order of the keys, so that two batches with the same keys cannot wait for each other.
      order by e.idempotency_key, e.entry_position
      -- Whichever key conflicts: of two calls with one id and one key, either could be met first.
      on conflict do nothing
      returning n.id
    )
    select coalesce(array_agg(e.entry_position::int), '{}') into v_repeated
    from (
      select g.id, g.entry_position,
        row_number() over (partition by g.id order by g.idempotency_key, g.entry_position) as of_id
      from unnest(p_entry_id, p_idempotency_key) with ordinality as g (id, idempotency_key, entry_position)
    ) e
    where e.of_id > 1 or e.id not in (select w.id from written w);
    if v_repeated = '{}' then
      return v_repeated;
    end if;
    select e.reverses into v_reverses
    from unnest(p_company_id, p_idempotency_key, p_reverses_entry_id) with ordinality as e
      (company_id, idempotency_key, reverses, entry_position)
    where e.entry_position = any (v_repeated) and not exists (
      select from accounting.journal_entries n
      where n.tenant_id = v_tenant and n.company_id = e.company_id and n.idempotency_key = e.idempotency_key)
    limit 1;
    if found then
      raise exception using errcode = 'unique_violation', message = 'The id is taken, or the entry is reversed already',
        schema = 'accounting', table = 'journal_entries',
        constraint = case when exists (
            select from accounting.journal_entries r where r.tenant_id = v_tenant and r.reverses_entry_id = v_reverses)
          then 'idx_journal_entries_reverses_entry_id' else 'journal_entries_pkey' end;
    end if;
    return v_repeated;
  end if;
  insert into accounting.journal_entries
    (tenant_id, id, company_id, entry_date, description, reference, source, source_id, reverses_entry_id, posted_by)
  select v_tenant, e.id, e.company_id, e.entry_date, e.description, e.reference, e.source, e.source_id, e.reverses,
    tenancy.current_user_id()
  from unnest(p_entry_id, p_company_id, p_entry_date, p_description, p_reference, p_source, p_source_id,
      p_reverses_entry_id) as e
    (id, company_id, entry_date, description, reference, source, source_id, reverses);
  return '{}';
end $$;
--> statement-breakpoint
-- accounting/sql/apply_allocation.sql
create or replace function accounting.apply_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_books accounting.books;
  v_source_account uuid;
  v_customer uuid;
  v_vendor uuid;
  -- Positive when it debits the control account.
  v_difference numeric;
  v_control uuid;
begin
  perform accounting.count_allocation(new, 1);
  v_difference := new.source_base_amount - new.base_amount;
  if v_difference = 0 then
    return null;
  end if;
  select b.* into v_books from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  select p.account_id into v_source_account from accounting.payments p
  where p.tenant_id = new.tenant_id and p.id = new.payment_id;
  select i.customer_id into v_customer from accounting.invoices i
  where i.tenant_id = new.tenant_id and i.id = new.invoice_id;
  select b.vendor_id into v_vendor from accounting.bills b
  where b.tenant_id = new.tenant_id and b.id = new.bill_id;
  v_control := case when new.invoice_id is not null then v_books.receivable_account_id else v_books.payable_account_id end;
  if new.bill_id is not null then
    v_difference := -v_difference;
  end if;
  perform accounting.lock_accounts(
    array[new.company_id], array[v_source_account, v_control, v_books.exchange_account_id]);
  perform from accounting.write_entries(
    array[gen_random_uuid()], array[new.company_id], array[new.allocated_on], array['Exchange difference'],
    array[null::text], array['allocation'], array[new.id], array[null::uuid], array[null::text], array[null::text],
    array[1, 1], array[gen_random_uuid(), gen_random_uuid()], array[v_control, v_books.exchange_account_id],
    array[v_books.base_currency, v_books.base_currency],
    array[greatest(v_difference, 0), greatest(-v_difference, 0)],
    array[greatest(-v_difference, 0), greatest(v_difference, 0)],
    array[greatest(v_difference, 0), greatest(-v_difference, 0)],
    array[greatest(-v_difference, 0), greatest(v_difference, 0)],
    array[false, false], array[v_customer, null], array[v_vendor, null], array[null::text, null]);
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/begin_period.sql
create or replace function accounting.begin_period() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_last date;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  perform from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  for no key update;
  if not found then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart first';
  end if;
  select max(p.ends_on) into v_last from accounting.fiscal_periods p
  where p.tenant_id = new.tenant_id and p.company_id = new.company_id;
  if new.starts_on <> v_last + 1 then
    raise exception using errcode = 'ZT002', message = 'A period begins the day after the last one ends';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/check_account_parent.sql
create or replace function accounting.check_account_parent() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_path uuid[] := array[new.id];
  v_type text;
  v_next uuid := new.parent_id;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  while v_next is not null loop
    if v_next = any (v_path) then
      raise exception using errcode = 'ZT002', message = 'An account cannot be below itself: choose another parent';
    end if;
    v_path := v_path || v_next;
    select a.type, a.parent_id into v_type, v_next from accounting.accounts a
    where a.tenant_id = new.tenant_id and a.id = v_next for share;
    if v_type <> new.type then
      raise exception using errcode = 'ZT002', message = 'An account and its parent must be of one type';
    end if;
  end loop;
  if exists (
    select from accounting.accounts a
    where a.tenant_id = new.tenant_id and a.parent_id = new.id and a.type <> new.type
  ) then
    raise exception using errcode = 'ZT002', message = 'An account and its parent must be of one type';
  end if;
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/check_books.sql
create or replace function accounting.check_books() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_problem record;
  v_control uuid[] := array[new.receivable_account_id, new.payable_account_id];
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if tg_op = 'INSERT' and exists (
    select from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  ) then
    -- The company has its books: the row is refused, or ON CONFLICT leaves them as they are.
    return new;
  end if;
  if tg_op = 'UPDATE' then
    -- Postings hold this row FOR KEY SHARE: this waits for those in flight, which use the accounts that they have read.
    perform from accounting.books b where b.tenant_id = old.tenant_id and b.id = old.id for update;
    v_control := array(
      select c.account_id
      from (values (new.receivable_account_id, old.receivable_account_id, new.receivable_account_id),
        (old.receivable_account_id, old.receivable_account_id, new.receivable_account_id),
        (new.payable_account_id, old.payable_account_id, new.payable_account_id),
        (old.payable_account_id, old.payable_account_id, new.payable_account_id)) as c (account_id, was, becomes)
      where c.was <> c.becomes);
  end if;
  -- These locks keep the accounts from being archived or changed meanwhile.
  perform from accounting.accounts a
  where a.tenant_id = new.tenant_id and a.id in (new.receivable_account_id, new.payable_account_id,
    new.sales_account_id, new.purchases_account_id, new.bank_account_id, new.exchange_account_id)
  order by a.id for share;
  select r.name, r.wanted into v_problem
  from (values (new.receivable_account_id, 'receivable', array['asset'], 'an asset'),
    (new.payable_account_id, 'payable', array['liability'], 'a liability'),
    (new.sales_account_id, 'sales', array['income'], 'income'),
    (new.purchases_account_id, 'purchases', array['expense'], 'an expense'),
    (new.bank_account_id, 'bank', array['asset'], 'an asset'),
    (new.exchange_account_id, 'exchange', array['income', 'expense'], 'income or an expense')) as r (account_id, name, types, wanted)
  join accounting.accounts a on a.tenant_id = new.tenant_id and a.company_id = new.company_id and a.id = r.account_id
  where a.type <> all (r.types) or not a.is_active or (a.currency is not null and r.name <> 'bank')
  limit 1;
  if found then
    raise exception using errcode = 'ZT002', message = format('The %s account of the books must be %s, active, and open to every currency',
      v_problem.name, v_problem.wanted);
  end if;
  if new.bank_account_id = new.receivable_account_id then
    raise exception using errcode = 'ZT002', message = 'The bank account of the books cannot be their receivable account';
  end if;
  perform from accounting.account_balances b
  where b.tenant_id = new.tenant_id and b.account_id = any (v_control)
  order by b.account_id for no key update;
  if exists (
    select from accounting.account_balances b
    where b.tenant_id = new.tenant_id and b.account_id = any (v_control) and b.version > 0
  ) then
    raise exception using errcode = 'ZT003',
      message = 'A control account can be changed while neither the old nor the new one has lines';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/close_books.sql
create or replace function accounting.close_books() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_company record;
  v_open_from date;
  v_closed_through date;
begin
  for v_company in
    select distinct w.tenant_id, w.company_id from written w
    join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id and o.status <> w.status
    order by 1, 2
  loop
    perform tenancy.require_own_scope(v_company.tenant_id, v_company.company_id);
    select max(p.ends_on) filter (where p.status = 'closed'), min(p.starts_on) filter (where p.status = 'open')
    into v_closed_through, v_open_from
    from accounting.fiscal_periods p where p.tenant_id = v_company.tenant_id and p.company_id = v_company.company_id;
    if v_open_from < v_closed_through then
      raise exception using errcode = 'ZT003',
        message = 'Periods are closed one after another, the earliest first, and the last closed one is reopened first';
    end if;
    update accounting.books b set closed_through = v_closed_through
    where b.tenant_id = v_company.tenant_id and b.company_id = v_company.company_id;
  end loop;
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/first_free_number.sql
create or replace function accounting.first_free_number(p_series tenancy.number_series, p_after bigint) returns bigint
  language plpgsql
as $$
declare
  v_free bigint := p_after;
  v_number text;
begin
  -- One lookup for each number: most calls look at one or two. The order can be had from the index of the numbers alone,
  -- so that the planner takes that one for tables whose size it does not know yet.
  loop
    v_free := v_free + 1;
    v_number := tenancy.format_number(p_series.prefix, v_free, p_series.padding);
    perform from accounting.invoices i
    where i.tenant_id = p_series.tenant_id and i.company_id = p_series.company_id
      and i.invoice_number between v_number and v_number
    order by i.invoice_number limit 1;
    exit when not found;
  end loop;
  return v_free;
end $$;
--> statement-breakpoint
-- accounting/sql/count_invoice_numbers.sql
create or replace function accounting.count_invoice_numbers(p_ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_series tenancy.number_series;
  v_last bigint;
begin
  for v_series in
    select s.* from (
      select distinct i.company_id, i.kind from accounting.invoices i where i.tenant_id = v_tenant and i.id = any (p_ids)
    ) d
    join tenancy.number_series s on s.tenant_id = v_tenant and s.company_id = d.company_id and s.business_id is null
      and s.series = d.kind and s.period = ''
    order by s.id
  loop
    v_last := accounting.first_free_number(v_series, v_series.last_number) - 1;
    if v_last > v_series.last_number then
      perform tenancy.pass_over_numbers(v_series.id, v_last);
    end if;
  end loop;
end $$;
--> statement-breakpoint
-- accounting/sql/guard_account.sql
create or replace function accounting.guard_account() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_deleted constant boolean := tg_op = 'DELETE';
  v_changes_type boolean := false;
  v_changes_currency boolean := false;
  v_lines bigint;
  v_books accounting.books;
begin
  if not v_is_deleted then
    v_changes_type := new.type <> old.type;
    v_changes_currency := new.currency is distinct from old.currency;
    if not (v_changes_type or v_changes_currency or (old.is_active and not new.is_active)) then
      return new;
    end if;
  end if;
  perform tenancy.require_own_scope(old.tenant_id, old.company_id);
  -- Posting locks this row and reads the account afterwards.
  select b.version into v_lines from accounting.account_balances b
  where b.tenant_id = old.tenant_id and b.account_id = old.id
  for no key update;
  if v_lines > 0 and v_is_deleted then
    raise exception using errcode = 'ZT003', message = 'An account with lines is not deleted: archive it';
  elsif v_lines > 0 and (v_changes_type or v_changes_currency) then
    raise exception using errcode = 'ZT003', message = 'An account with lines keeps its type and currency: make another account';
  end if;
  select b.* into v_books from accounting.books b
  where b.tenant_id = old.tenant_id and b.company_id = old.company_id for share;
  if old.id in (v_books.receivable_account_id, v_books.payable_account_id, v_books.sales_account_id,
      v_books.purchases_account_id, v_books.bank_account_id, v_books.exchange_account_id)
    and (v_is_deleted or v_changes_type or not new.is_active
      or (v_changes_currency and new.currency is not null and old.id <> v_books.bank_account_id)) then
    raise exception using errcode = 'ZT003', message = 'The books use this account: give them another one first';
  end if;
  return case when v_is_deleted then old else new end;
end $$;
--> statement-breakpoint
-- accounting/sql/lock_allocation.sql
create or replace function accounting.lock_allocation(p_allocation accounting.payment_allocations) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if p_allocation.payment_id is not null then
    perform from accounting.payments p
    where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.payment_id
    for no key update;
  end if;
  if p_allocation.invoice_id is not null or p_allocation.credit_note_id is not null then
    perform from accounting.invoices i
    where i.tenant_id = p_allocation.tenant_id and i.id in (p_allocation.credit_note_id, p_allocation.invoice_id)
    order by i.id for no key update;
  end if;
  if p_allocation.bill_id is not null or p_allocation.vendor_credit_id is not null then
    perform from accounting.bills b
    where b.tenant_id = p_allocation.tenant_id and b.id in (p_allocation.vendor_credit_id, p_allocation.bill_id)
    order by b.id for no key update;
  end if;
end $$;
--> statement-breakpoint
-- accounting/sql/guard_take_back.sql
create or replace function accounting.guard_take_back() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_closed_through date;
begin
  if old.reversed_on is not null then
    raise exception using errcode = 'ZT003', message = 'The allocation is taken back already';
  end if;
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if new.reversed_on < new.allocated_on then
    raise exception using errcode = 'ZT003',
      message = 'An allocation is not taken back before its own date: choose that date or a later one';
  end if;
  perform accounting.lock_allocation(new);
  select b.closed_through into v_closed_through from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  for key share;
  if new.reversed_on <= v_closed_through then
    raise exception using errcode = 'ZT003',
      message = 'The date is in a closed period: post to an open one, or reopen the period';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/lock_account.sql
create or replace function accounting.lock_account(p_account_id uuid) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform from accounting.books b
  join accounting.account_balances a on a.tenant_id = b.tenant_id and a.company_id = b.company_id
  where b.tenant_id = tenancy.current_tenant_id() and a.account_id = p_account_id
  for key share of b;
  perform from accounting.account_balances b
  where b.tenant_id = tenancy.current_tenant_id() and b.account_id = p_account_id
  for no key update;
end $$;
--> statement-breakpoint
-- accounting/sql/mark_balance.sql
create or replace function accounting.mark_balance() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update accounting.account_balances b set version = b.version
  where b.tenant_id = new.tenant_id and b.account_id = new.id;
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/mark_books.sql
create or replace function accounting.mark_books() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update accounting.books b set closed_through = b.closed_through
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  return null;
end $$;
--> statement-breakpoint
-- tenancy/sql/lock_series.sql
create or replace function tenancy.lock_series(
  p_company_id uuid, p_business_id uuid, p_series text, p_period text, p_prefix text, p_padding int)
  returns tenancy.number_series
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_series tenancy.number_series;
begin
  for made in 1..2 loop
    if p_company_id is not null then
      select s.* into v_series from tenancy.number_series s
      where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_series
        and s.period = p_period
      for no key update;
    else
      select s.* into v_series from tenancy.number_series s
      where s.tenant_id = v_tenant and s.company_id is null and s.business_id = p_business_id and s.series = p_series
        and s.period = p_period
      for no key update;
    end if;
    exit when found;
    insert into tenancy.number_series (tenant_id, company_id, business_id, series, period, prefix, padding)
    values (v_tenant, p_company_id, p_business_id, p_series, p_period, p_prefix, p_padding)
    on conflict (tenant_id, company_id, business_id, series, period) do nothing;
  end loop;
  return v_series;
end $$;
--> statement-breakpoint
-- accounting/sql/next_invoice_number.sql
create or replace function accounting.next_invoice_number(p_company_id uuid, p_kind text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_series constant tenancy.number_series := tenancy.lock_series(
    p_company_id, null, p_kind, '', case p_kind when 'invoice' then 'INV-' else 'CN-' end, 6);
  -- The numbers that this transaction gave last, by their series. They spare a statement of many rows to look for each
  -- number from the beginning. One counts only while an invoice has that number, so that nothing is trusted to it.
  v_transaction constant text := pg_current_xact_id()::text;
  v_given jsonb := coalesce(nullif(current_setting('app.numbers_given', true), ''), '{}')::jsonb;
  v_last bigint;
  v_number bigint;
begin
  if v_given ->> 'transaction' is distinct from v_transaction then
    v_given := jsonb_build_object('transaction', v_transaction);
  end if;
  v_last := v_given ->> v_series.id::text;
  if v_last > v_series.last_number then
    v_number := accounting.first_free_number(v_series, v_last - 1);
  end if;
  if v_number is null or v_number = v_last then
    v_number := accounting.first_free_number(v_series, v_series.last_number);
  end if;
  perform set_config('app.numbers_given', (v_given || jsonb_build_object(v_series.id, v_number))::text, true);
  return tenancy.format_number(v_series.prefix, v_number, v_series.padding);
end $$;
--> statement-breakpoint
-- accounting/sql/write_documents.sql
create or replace function accounting.write_documents(p_source text, p_ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v record;
begin
  with document as materialized (
    select d.*, b.receivable_account_id, b.payable_account_id,
      case p_source when 'invoice' then b.receivable_account_id else b.payable_account_id end as control_account_id,
      case p_source when 'invoice' then b.sales_account_id else b.purchases_account_id end as usual_account_id,
      -- Which side the control account is on: an invoice's is debited, a bill's credited, credit notes the other way
      -- round.
      (p_source = 'invoice') <> d.is_credit as is_debit,
      row_number() over (order by d.document_date, d.number, d.id) as sequence
    from accounting.documents(p_source) d
    join accounting.books b on b.tenant_id = d.tenant_id and b.company_id = d.company_id
    where d.tenant_id = v_tenant and d.id = any (p_ids)
  ), line as materialized (
    -- Each document looks up its lines by its key and carries along what is needed below. A join further down would
    -- compare each document with each line, because plans are made while the tables are small.
    select d.id, d.currency, d.total_amount, d.base_amount, d.is_debit, d.sequence, d.receivable_account_id,
      d.payable_account_id, coalesce(l.account_id, d.usual_account_id) as account_id, l.line_number, l.amount
    from document d
    left join lateral (
      select n.account_id, n.line_number, n.amount from accounting.document_lines(p_source) n
      where n.tenant_id = v_tenant and n.document_id = d.id offset 0
    ) l on true
  ), checked as (
    select bool_or(c.lines is distinct from c.total_amount) as is_wrong_total, bool_or(c.wrong_scale) as is_wrong_scale,
      bool_or(c.on_control) as is_on_control
    from (
      select l.total_amount, sum(l.amount) as lines,
        bool_or(l.amount <> round(l.amount, tenancy.currency_exponent(l.currency))) as wrong_scale,
        bool_or(l.account_id in (l.receivable_account_id, l.payable_account_id)) as on_control
      from line l
      group by l.id, l.total_amount
    ) c
  ), entry as (
    select array_agg(gen_random_uuid()) as id, array_agg(d.company_id order by d.sequence) as company_id,
      array_agg(d.document_date order by d.sequence) as entry_date, array_agg(d.number order by d.sequence) as number,
      array_agg(d.id order by d.sequence) as source_id, count(*)::int as entries,
      array_agg(case when d.is_credit then 'Credit note ' else initcap(p_source collate "C") || ' ' end || d.number order by d.sequence)
        as description
    from document d where d.total_amount > 0
  ), share as (
    select a.sequence, a.currency, a.is_debit, a.account_id, a.first_line, a.amount,
      round(a.base_amount * sum(a.amount) over earlier / a.total_amount, 2)
        - round(a.base_amount * (sum(a.amount) over earlier - a.amount) / a.total_amount, 2) as base
    from (
      select l.sequence, l.currency, not l.is_debit as is_debit, l.total_amount, l.base_amount, l.account_id,
        min(l.line_number) as first_line, sum(l.amount) as amount
      from line l where l.total_amount > 0
      group by 1, 2, 3, 4, 5, 6 having sum(l.amount) > 0
    ) a
    window earlier as (partition by a.sequence order by a.first_line rows unbounded preceding)
  ), side as (
    select dense_rank() over (order by e.sequence)::int as position, e.*
    from (
      select d.sequence, 0 as first_line, d.currency, d.is_debit, d.control_account_id as account_id,
        d.total_amount as amount, d.base_amount as base, d.customer_id, d.vendor_id
      from document d where d.total_amount > 0
      union all
      select s.sequence, s.first_line, s.currency, s.is_debit, s.account_id, s.amount, s.base, null, null from share s
    ) e
  ), line_columns as (
    select count(*)::int as lines, array_agg(s.position order by s.position, s.first_line) as entry,
      array_agg(gen_random_uuid()) as id, array_agg(s.account_id order by s.position, s.first_line) as account_id,
      array_agg(s.currency order by s.position, s.first_line) as currency,
      array_agg(case when s.is_debit then s.amount else 0 end order by s.position, s.first_line) as debit,
      array_agg(case when s.is_debit then 0 else s.amount end order by s.position, s.first_line) as credit,
      array_agg(case when s.is_debit then s.base else 0 end order by s.position, s.first_line) as base_debit,
      array_agg(case when s.is_debit then 0 else s.base end order by s.position, s.first_line) as base_credit,
      array_agg(s.customer_id order by s.position, s.first_line) as customer_id,
      array_agg(s.vendor_id order by s.position, s.first_line) as vendor_id
    from side s
  )
  select (select count(*) from document) as documents, c.is_wrong_total, c.is_wrong_scale, c.is_on_control,
    e.id as entry_id, e.company_id, e.entry_date, e.number, e.source_id, e.entries, e.description, l.lines, l.entry,
    l.id as line_id, l.account_id, l.currency, l.debit, l.credit, l.base_debit, l.base_credit, l.customer_id, l.vendor_id
  into v
  from checked c cross join entry e cross join line_columns l;
  if v.documents < cardinality(p_ids) then
    raise exception using errcode = 'ZT005', message = 'Documents are posted in the scope of their tenant and company';
  elsif v.is_wrong_total then
    raise exception using errcode = 'ZT002', message = 'A document needs lines, and its total must be their sum';
  elsif v.is_wrong_scale then
    raise exception using errcode = 'ZT002', message = 'An amount has more decimals than its currency has: change the line';
  elsif v.is_on_control then
    raise exception using errcode = 'ZT003',
      message = 'A line is not on the receivable or payable account, which the document''s total is on: choose another';
  end if;
  if v.entries > 0 then
    perform accounting.write_entries(v.entry_id, v.company_id, v.entry_date, v.description, v.number,
      array_fill(p_source, array[v.entries]), v.source_id, array_fill(null::uuid, array[v.entries]),
      array_fill(null::text, array[v.entries]), array_fill(null::text, array[v.entries]), v.entry, v.line_id,
      v.account_id, v.currency, v.debit, v.credit, v.base_debit, v.base_credit, array_fill(false, array[v.lines]),
      v.customer_id, v.vendor_id, array_fill(null::text, array[v.lines]));
  end if;
end $$;
--> statement-breakpoint
-- accounting/sql/post_documents.sql
create or replace function accounting.post_documents() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_new uuid[];
  v_credits uuid[];
  v_void uuid[];
begin
  -- Old and new rows are matched by grouping. A join would compare each with each, because its plan is made for one
  -- row.
  select array_agg(s.id) filter (where s.was = 'draft'),
    array_agg(s.id) filter (where s.was = 'draft' and s.kind = 'credit_note'),
    array_agg(s.id) filter (where s.becomes = 'void')
  into v_new, v_credits, v_void
  from (
    select t.id, max(t.was) as was, max(t.becomes) as becomes, max(t.kind) as kind
    from (
      select o.id, o.status as was, null as becomes, null as kind from overwritten o
      union all
      select w.id, null, w.status, w.kind from written w
    ) t
    group by t.id
  ) s
  where s.was <> s.becomes;
  -- Series are locked before accounts, as the rows' own triggers lock them.
  if v_new is not null and tg_argv[0] = 'invoice' then
    perform accounting.count_invoice_numbers(v_new);
  end if;
  if v_credits is not null then
    perform accounting.check_credits(tg_argv[0], v_credits);
  end if;
  if v_new is not null then
    perform accounting.write_documents(tg_argv[0], v_new);
  end if;
  if v_void is not null then
    perform accounting.write_voids(tg_argv[0], v_void);
  end if;
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/post_journal.sql
create or replace function accounting.post_journal(
  p_entry_id uuid[], p_company_id uuid[], p_entry_date date[], p_description text[], p_reference text[],
  p_idempotency_key text[], p_request_hash text[],
  p_line_entry int[], p_line_id uuid[], p_account_id uuid[], p_currency text[], p_debit numeric[], p_credit numeric[],
  p_base_amount numeric[], p_rate numeric[], p_is_exchange_difference boolean[], p_line_description text[]
) returns table (entry_position int, entry_id uuid, is_new boolean, is_same_request boolean, base_currency text, lines jsonb)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_entries int;
  v_lines int;
  v_problem text;
  v_books accounting.books;
  v_line record;
begin
  v_entries := tenancy.require_arrays(
    '{p_entry_id,p_company_id,p_entry_date,p_description,p_reference,p_idempotency_key,p_request_hash}',
    array[array_dims(p_entry_id), array_dims(p_company_id), array_dims(p_entry_date), array_dims(p_description),
      array_dims(p_reference), array_dims(p_idempotency_key), array_dims(p_request_hash)],
    array[num_nulls(variadic p_entry_id), num_nulls(variadic p_company_id), num_nulls(variadic p_entry_date)]);
  v_lines := tenancy.require_arrays(
    '{p_line_entry,p_line_id,p_account_id,p_debit,p_credit,p_currency,p_base_amount,p_rate,p_is_exchange_difference,p_line_description}',
    array[array_dims(p_line_entry), array_dims(p_line_id), array_dims(p_account_id), array_dims(p_debit),
      array_dims(p_credit), array_dims(p_currency), array_dims(p_base_amount), array_dims(p_rate),
      array_dims(p_is_exchange_difference), array_dims(p_line_description)],
    array[num_nulls(variadic p_line_entry), num_nulls(variadic p_line_id), num_nulls(variadic p_account_id),
      num_nulls(variadic p_debit), num_nulls(variadic p_credit)]);
  v_problem := case
    when not (1 <= all (p_line_entry) and v_entries >= all (p_line_entry))
      then 'p_line_entry names an entry that is not given: each line needs one, by its position from 1'
    when not 0 < all (p_rate) or 'NaN' = any (p_rate) then 'p_rate needs rates above 0: base units for one unit of the currency'
    when not 0 <= all (p_base_amount) or 'NaN' = any (p_base_amount)
      then 'p_base_amount needs amounts of 0 or more: the side is that of the line'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = v_problem;
  end if;
  -- An entry asked for twice has its key twice. Another one under its id would take the place of the first.
  if v_entries > 1 and exists (
    select from unnest(p_entry_id, p_company_id, p_idempotency_key) e (id, company_id, key)
    group by e.id having count(distinct (e.company_id, e.key)) > 1
  ) then
    raise exception using errcode = 'unique_violation', message = 'p_entry_id gives two entries one id',
      schema = 'accounting', table = 'journal_entries', constraint = 'journal_entries_pkey';
  end if;
  if exists (
    select from accounting.books b where b.tenant_id = v_tenant and b.company_id in (select c from unnest(p_company_id) c)
      and (b.receivable_account_id = any (p_account_id) or b.payable_account_id = any (p_account_id))
  ) then
    raise exception using errcode = 'ZT003',
      message = 'Receivables and payables are kept by invoices, bills and payments: use those, or another account';
  end if;
  select b.* into v_books from accounting.books b where b.tenant_id = v_tenant and b.company_id = p_company_id[1];

  -- A batch of one company, in its base currency alone, has nothing to convert.
  if p_company_id[1] = all (p_company_id) and num_nonnulls(variadic p_base_amount || p_rate) = 0
      and not true = any (p_is_exchange_difference) is true
      and not exists (select from unnest(p_currency) c where c <> v_books.base_currency)
      and not exists (select from accounting.accounts a
                      where a.tenant_id = v_tenant and a.id = any (p_account_id) and a.currency is not null) then
    return query
      select w.entry_position, w.entry_id, w.is_new, w.is_same_request, v_books.base_currency, null::jsonb
      from accounting.write_entries(p_entry_id, p_company_id, p_entry_date, p_description, p_reference,
        array_fill('manual'::text, array[v_entries]), array_fill(null::uuid, array[v_entries]),
        array_fill(null::uuid, array[v_entries]), p_idempotency_key, p_request_hash, p_line_entry, p_line_id,
        p_account_id, array_fill(v_books.base_currency, array[v_lines]), p_debit, p_credit, p_debit, p_credit,
        array_fill(false, array[v_lines]), array_fill(null::uuid, array[v_lines]),
        array_fill(null::uuid, array[v_lines]), p_line_description) w;
    return;
  end if;

  with given as (
    select g.entry_position, g.id, g.account_id, c.currency, g.debit, g.credit, g.description, g.position,
      coalesce(g.is_exchange_difference, false) as is_difference,
      c.currency <> b.base_currency or coalesce(g.is_exchange_difference, false) as is_converted,
      case
        when g.base_amount is not null then g.base_amount
        when c.currency = b.base_currency then g.debit + g.credit
        else round((g.debit + g.credit) * coalesce(g.rate, (
          select x.rate
          from accounting.last_exchange_rate(v_tenant, b.company_id, c.currency, p_entry_date[g.entry_position]) x)), 2)
      end as base
    from unnest(p_line_entry, p_line_id, p_account_id, p_currency, p_debit, p_credit, p_base_amount, p_rate,
        p_is_exchange_difference, p_line_description) with ordinality as g
      (entry_position, id, account_id, currency, debit, credit, base_amount, rate, is_exchange_difference, description, position)
    left join accounting.books b on b.tenant_id = v_tenant and b.company_id = p_company_id[g.entry_position]
    left join accounting.accounts a on a.tenant_id = v_tenant and a.id = g.account_id
    cross join lateral (select coalesce(g.currency, a.currency, b.base_currency) as currency) c
  ), rounding as (
    select o.entry_position, gen_random_uuid() as id, b.exchange_account_id, b.base_currency, greatest(-o.off, 0) as debit,
      greatest(o.off, 0) as credit, o.off
    from (
      select l.entry_position, count(*) as lines, bool_or(l.is_converted) as is_converted,
        sum(case when l.debit > 0 then l.base else -l.base end) as off
      from given l group by 1
    ) o
    join accounting.books b on b.tenant_id = v_tenant and b.company_id = p_company_id[o.entry_position]
    where o.is_converted and o.off <> 0 and abs(o.off) <= 0.01 * o.lines
  ), line as (
    select l.entry_position, l.id, l.account_id, l.currency, l.debit, l.credit, l.is_difference, l.description, l.base,
      l.position, l.is_converted
    from given l
    union all
    select r.entry_position, r.id, r.exchange_account_id, r.base_currency, r.debit, r.credit, true, 'Rounding', abs(r.off),
      null, true
    from rounding r
  )
  select array_agg(l.entry_position::int order by l.entry_position, l.position) as entry,
    array_agg(l.id order by l.entry_position, l.position) as id,
    array_agg(l.account_id order by l.entry_position, l.position) as account_id,
    array_agg(l.currency order by l.entry_position, l.position) as currency,
    array_agg(l.debit order by l.entry_position, l.position) as debit,
    array_agg(l.credit order by l.entry_position, l.position) as credit,
    array_agg(case when l.debit > 0 then l.base else 0 end order by l.entry_position, l.position) as base_debit,
    array_agg(case when l.debit > 0 then 0 else l.base end order by l.entry_position, l.position) as base_credit,
    array_agg(l.is_difference order by l.entry_position, l.position) as is_difference,
    array_agg(l.description order by l.entry_position, l.position) as description,
    coalesce(array_agg(distinct l.entry_position) filter (where l.is_converted), '{}') as converted into v_line
  from line l;
  return query
    select w.entry_position, w.entry_id, w.is_new, w.is_same_request, b.base_currency,
      case when w.is_new and w.entry_position = any (v_line.converted) then (
        select jsonb_agg(jsonb_build_object('id', l.id, 'accountId', l.account_id, 'currency', l.currency,
            'debit', l.debit::text, 'credit', l.credit::text, 'baseDebit', l.base_debit::numeric(17, 2)::text,
            'baseCredit', l.base_credit::numeric(17, 2)::text, 'isExchangeDifference', l.is_difference,
            'description', l.description) order by l.position)
        from unnest(v_line.entry, v_line.id, v_line.account_id, v_line.currency, v_line.debit, v_line.credit,
            v_line.base_debit, v_line.base_credit, v_line.is_difference, v_line.description) with ordinality as l
          (entry_position, id, account_id, currency, debit, credit, base_debit, base_credit, is_difference, description, position)
        where l.entry_position = w.entry_position) end
    from accounting.write_entries(p_entry_id, p_company_id, p_entry_date, p_description, p_reference,
      array_fill('manual'::text, array[v_entries]), array_fill(null::uuid, array[v_entries]),
      array_fill(null::uuid, array[v_entries]), p_idempotency_key, p_request_hash, v_line.entry, v_line.id,
      v_line.account_id, v_line.currency, v_line.debit, v_line.credit, v_line.base_debit, v_line.base_credit,
      v_line.is_difference, array_fill(null::uuid, array[cardinality(v_line.entry)]),
      array_fill(null::uuid, array[cardinality(v_line.entry)]), v_line.description) w
    join accounting.books b on b.tenant_id = v_tenant and b.company_id = p_company_id[w.entry_position];
end $$;
--> statement-breakpoint
-- accounting/sql/prepare_allocation.sql
create or replace function accounting.prepare_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_closed_through date;
  v_source record;
  v_document record;
  v_made record;
  v_problem text;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if new.reversed_on is not null then
    raise exception using errcode = 'ZT003', message = 'A new allocation stands: take it back afterwards';
  end if;
  perform accounting.lock_allocation(new);
  select b.closed_through into v_closed_through from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  for key share;

  select s.* into v_source from (
    select p.customer_id, p.vendor_id, p.currency, p.payment_date as made_on, p.amount, p.base_amount,
      p.voided_on is null as is_usable
    from accounting.payments p
    where p.tenant_id = new.tenant_id and p.company_id = new.company_id and p.id = new.payment_id
    union all
    select i.customer_id, null, i.currency, i.invoice_date, i.total_amount, i.base_amount,
      i.kind = 'credit_note' and i.status not in ('draft', 'void')
    from accounting.invoices i
    where i.tenant_id = new.tenant_id and i.company_id = new.company_id and i.id = new.credit_note_id
    union all
    select null, b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount,
      b.kind = 'credit_note' and b.status not in ('draft', 'void')
    from accounting.bills b
    where b.tenant_id = new.tenant_id and b.company_id = new.company_id and b.id = new.vendor_credit_id
  ) s;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such payment or credit note';
  end if;
  select d.* into v_document from (
    select i.customer_id, null::uuid as vendor_id, i.currency, i.invoice_date as made_on, i.total_amount as amount,
      i.base_amount, i.kind = 'invoice' and i.status not in ('draft', 'void') as is_usable
    from accounting.invoices i
    where i.tenant_id = new.tenant_id and i.company_id = new.company_id and i.id = new.invoice_id
    union all
    select null, b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount,
      b.kind = 'bill' and b.status not in ('draft', 'void')
    from accounting.bills b
    where b.tenant_id = new.tenant_id and b.company_id = new.company_id and b.id = new.bill_id
  ) d;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such invoice or bill';
  end if;

  -- Summed from the allocations, which this statement's earlier rows are among; the sums kept by the documents are not
  -- raised before its end.
  select max(a.reversed_on) as last_reversed, bool_or(a.id = new.id) as is_there,
    coalesce(sum(a.amount) filter (where a.of_source and a.reversed_on is null), 0) as used,
    coalesce(sum(a.base) filter (where a.of_source and a.reversed_on is null), 0) as used_base,
    coalesce(sum(a.amount) filter (where not a.of_source and a.reversed_on is null), 0) as settled,
    coalesce(sum(a.base) filter (where not a.of_source and a.reversed_on is null), 0) as settled_base
  into v_made
  from (
    select p.id, true as of_source, p.amount, p.source_base_amount as base, p.reversed_on from accounting.payment_allocations p
    where p.tenant_id = new.tenant_id and p.payment_id = new.payment_id
    union all
    select c.id, true, c.amount, c.source_base_amount, c.reversed_on from accounting.payment_allocations c
    where c.tenant_id = new.tenant_id and c.credit_note_id = new.credit_note_id
    union all
    select c.id, true, c.amount, c.source_base_amount, c.reversed_on from accounting.payment_allocations c
    where c.tenant_id = new.tenant_id and c.vendor_credit_id = new.vendor_credit_id
    union all
    select i.id, false, i.amount, i.base_amount, i.reversed_on from accounting.payment_allocations i
    where i.tenant_id = new.tenant_id and i.invoice_id = new.invoice_id
    union all
    select b.id, false, b.amount, b.base_amount, b.reversed_on from accounting.payment_allocations b
    where b.tenant_id = new.tenant_id and b.bill_id = new.bill_id
  ) a;
  new.allocated_on := coalesce(
    new.allocated_on, greatest(current_date, v_source.made_on, v_document.made_on, v_made.last_reversed));
  if v_made.is_there then
    -- The row is there already: it is refused by its key, or ON CONFLICT leaves it as it is.
    return new;
  end if;

  v_problem := case
    when not v_source.is_usable then 'What is allocated is a payment that is not void, or an issued or approved credit note'
    when not v_document.is_usable then 'What is settled is an issued invoice or an approved bill'
    when (v_source.customer_id, v_source.vendor_id) is distinct from (v_document.customer_id, v_document.vendor_id)
      then 'The payment or credit note and the document are not of the same customer or vendor'
    when v_source.currency <> v_document.currency
      then 'The payment or credit note and the document are in different currencies'
    when new.allocated_on < greatest(v_source.made_on, v_document.made_on)
      then 'An allocation is not dated before what it allocates and what it settles: choose a later date'
    -- An earlier date could show more settled than was due on a past day.
    when new.allocated_on < v_made.last_reversed
      then 'An allocation is not dated before an earlier one of the same payment or document was taken back: choose a later date'
    when new.allocated_on <= v_closed_through
      then 'The date is in a closed period: post to an open one, or reopen the period'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT003', message = v_problem;
  end if;
  v_problem := case
    when new.amount <> round(new.amount, tenancy.currency_exponent(v_document.currency))
      then 'The amount has more decimals than its currency'
    when new.amount > v_document.amount - v_made.settled then 'The amount is more than is due on the document'
    when new.amount > v_source.amount - v_made.used then 'The amount is more than is left of the payment or credit note'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = v_problem;
  end if;

  new.base_amount := accounting.base_part(
    new.amount, v_document.amount, v_made.settled, v_document.base_amount, v_made.settled_base);
  new.source_base_amount := accounting.base_part(
    new.amount, v_source.amount, v_made.used, v_source.base_amount, v_made.used_base);
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/stamp_period.sql
create or replace function accounting.stamp_period() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  -- Postings hold the books FOR KEY SHARE: those in flight end first, later ones see what is closed.
  perform from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id for update;
  new.closed_at := case when new.status = 'closed' then clock_timestamp() end;
  new.closed_by := case when new.status = 'closed' then tenancy.current_user_id() end;
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/start_invoice_numbers.sql
create or replace function accounting.start_invoice_numbers(
  p_company_id uuid, p_kind text, p_prefix text, p_padding int, p_first bigint) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_series tenancy.number_series;
begin
  perform tenancy.require_own_scope(v_tenant, p_company_id);
  if (p_kind in ('invoice', 'credit_note') and p_first between 1 and 999999999999999
      and p_padding between 0 and 18 and length(p_prefix) between 1 and 500) is not true then
    raise exception using errcode = 'ZT002',
      message = 'A series of numbers needs a kind (invoice or credit_note), a prefix, a padding of 0 to 18 and a first number from 1';
  end if;
  v_series := tenancy.lock_series(p_company_id, null, p_kind, '', p_prefix, p_padding);
  if v_series.last_number >= v_series.first_number then
    return false;
  end if;
  update tenancy.number_series s
  set prefix = p_prefix, padding = p_padding, first_number = p_first, last_number = p_first - 1
  where s.tenant_id = v_tenant and s.id = v_series.id;
  return true;
end $$;
--> statement-breakpoint
-- accounting/sql/take_back_allocation.sql
create or replace function accounting.take_back_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_entry uuid;
begin
  perform accounting.count_allocation(new, -1);
  select e.id into v_entry from accounting.journal_entries e
  where e.tenant_id = new.tenant_id and e.source_id = new.id and e.source = 'allocation';
  if found then
    perform from accounting.write_reversals(
      array[v_entry], array[gen_random_uuid()], array[new.reversed_on], array['allocation_void'], array[new.id],
      array['Exchange difference taken back']);
  end if;
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/value_document.sql
create or replace function accounting.value_document() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_date date;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if tg_table_name = 'invoices' then
    v_date := new.invoice_date;
  else
    v_date := new.bill_date;
  end if;
  select case when b.base_currency = new.currency then 1
      else coalesce(new.exchange_rate, (
        select x.rate from accounting.last_exchange_rate(new.tenant_id, new.company_id, new.currency, v_date) x)) end
  into new.exchange_rate
  from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if not found then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart first';
  elsif new.exchange_rate is null then
    raise exception using errcode = 'ZT003',
      message = 'There is no exchange rate for this currency on the document''s date: set one, or give the document its own';
  end if;
  new.base_amount := round(new.total_amount * new.exchange_rate, 2);
  if tg_table_name = 'bills' then
    new.approved_at := now();
    new.approved_by := tenancy.current_user_id();
    return new;
  end if;
  new.issued_at := coalesce(new.issued_at, now());
  if new.invoice_number is null then
    new.invoice_number := accounting.next_invoice_number(new.company_id, new.kind);
  end if;
  return new;
end $$;
--> statement-breakpoint
-- tenancy/sql/require_own_address.sql
create or replace function auth.require_own_address(p_identity uuid, p_email_lower text, p_must_be_proven boolean) returns void
  language plpgsql
as $$
declare
  v_email text;
  v_verified boolean;
begin
  select u.email, u.email_verified into v_email, v_verified from auth."user" u where u.id = p_identity;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no person with this identity id: pass session.user.id';
  end if;
  if v_email <> p_email_lower then
    raise exception using errcode = 'ZT003',
      message = 'The e-mail address is not that of the person: pass session.user.email';
  end if;
  if p_must_be_proven and not v_verified then
    raise exception using errcode = 'ZT003',
      message = 'The person has not verified the e-mail address yet: send the verification mail, and try again afterwards';
  end if;
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
  if tg_op = 'INSERT' or old.identity_id is distinct from new.identity_id or old.email_lower <> new.email_lower then
    perform auth.require_own_address(new.identity_id, new.email_lower, tg_op = 'UPDATE');
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
-- tenancy/sql/keep_to_addressee.sql
create or replace function auth.keep_to_addressee() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform auth.require_own_address(
    (select u.identity_id from tenancy.users u where u.tenant_id = new.tenant_id and u.id = new.accepted_by),
    new.email_lower, true);
  return null;
end $$;
--> statement-breakpoint
-- tenancy/sql/save_profile.sql
create or replace function self.save_profile(p_id uuid, p_changes jsonb) returns auth.user_profiles
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  person constant uuid := self.current_identity_id();
  given auth.user_profiles;
  saved auth.user_profiles;
begin
  if person is null then
    raise exception using errcode = 'ZT001', message = 'A profile is saved by its person: forIdentity(session.user.id).profile';
  end if;
  if jsonb_typeof(p_changes) is distinct from 'object' then
    raise exception using errcode = 'ZT006', message = 'The changes of a profile are an object of its fields';
  -- A column that is added to the table and forgotten here is refused, not lost.
  elsif p_changes - '{dni,phone,birth_date,avatar_url}'::text[] <> '{}' then
    raise exception using errcode = 'ZT006', message = 'Of a profile only dni, phone, birth_date and avatar_url are written';
  end if;
  given := jsonb_populate_record(null::auth.user_profiles, p_changes);
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
-- tenancy/sql/digest_audit.sql
create or replace function tenancy.digest_audit(
  p_from xid8, p_to xid8, p_after timestamptz, p_until timestamptz, out line_count integer, out lines_hash text
)
  language plpgsql stable set timezone = 'UTC'
as $$
declare
  v_line text;
  v_hash bytea := '';
begin
  line_count := 0;
  for v_line in
    select (
      select jsonb_object_agg(e.key, e.value)::text from jsonb_each(to_jsonb(l)) e
      where e.value <> 'null'::jsonb)
    from tenancy.audit_log l
    where l.tenant_id = tenancy.current_tenant_id() and l.transaction_id >= p_from and l.transaction_id < p_to
      and l.created_at > coalesce(p_after, '-infinity') and l.created_at <= coalesce(p_until, 'infinity')
    order by l.transaction_id, l.id
  loop
    v_hash := sha256(v_hash || convert_to(v_line, 'UTF8'));
    line_count := line_count + 1;
  end loop;
  lines_hash := encode(v_hash, 'hex');
end $$;
--> statement-breakpoint
-- tenancy/sql/hash_seal.sql
create or replace function tenancy.hash_seal(p_previous text, p_seal tenancy.audit_seals) returns text
  language sql stable
as $$
  select encode(sha256(convert_to(jsonb_build_array(
    p_previous, p_seal.tenant_id, p_seal.sequence, p_seal.server, extract(epoch from p_seal.written_after)::text,
    p_seal.from_transaction::text, p_seal.to_transaction::text, p_seal.line_count, p_seal.lines_hash,
    extract(epoch from p_seal.sealed_at)::text
  )::text, 'UTF8')), 'hex')
$$;
--> statement-breakpoint
-- tenancy/sql/append_seal.sql
create or replace function tenancy.append_seal(
  p_last tenancy.audit_seals, p_server text, p_after timestamptz, p_until timestamptz, p_to xid8
) returns tenancy.audit_seals
  language plpgsql
as $$
declare
  v_seal tenancy.audit_seals;
begin
  v_seal.tenant_id := tenancy.current_tenant_id();
  v_seal.id := gen_random_uuid();
  v_seal.sequence := coalesce(p_last.sequence, 0) + 1;
  v_seal.server := p_server;
  v_seal.written_after := p_after;
  v_seal.from_transaction := case
    when p_last.sequence is null or p_last.written_after is distinct from p_after then '0'::xid8
    else p_last.to_transaction end;
  v_seal.to_transaction := p_to;
  select d.line_count, d.lines_hash into v_seal.line_count, v_seal.lines_hash
  from tenancy.digest_audit(v_seal.from_transaction, p_to, p_after, p_until) d;
  v_seal.sealed_at := clock_timestamp();
  v_seal.hash := tenancy.hash_seal(coalesce(p_last.hash, ''), v_seal);
  insert into tenancy.audit_seals select v_seal.* on conflict (tenant_id, sequence) do nothing;
  return case when found then v_seal end;
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
  if btrim(action) = '' or btrim(target_type) = '' then
    raise exception using errcode = 'ZT002', message = 'An audit record needs an action and a target type';
  end if;
  if jsonb_typeof(details) <> 'object' then
    raise exception using errcode = 'ZT002', message = 'The details of an audit record are an object of its fields';
  end if;
  if lower(action collate "C") ~ '^[^a-z]*(insert|update|delete|truncate)[^a-z]*$' then
    raise exception using errcode = 'ZT002',
      message = 'insert, update, delete and truncate are recorded by the database: name the action otherwise';
  end if;
  insert into tenancy.audit_log
    (tenant_id, admin_user_id, actor_login, source, action, target_type, target_id, details)
  values (tenancy.current_tenant_id(), tenancy.current_user_id(), session_user, 'application', action, target_type,
    target_id, coalesce(details, '{}'));
end $$;
--> statement-breakpoint
-- tenancy/sql/require_active_tenant.sql
create or replace function tenancy.require_active_tenant() returns void
  language plpgsql stable
as $$
begin
  if exists (select from tenancy.tenants t where t.status <> 'active') then
    raise exception using errcode = 'ZT001',
      message = 'The tenant is suspended or archived: it may be read; a job that must write in it says inactive: true';
  end if;
end $$;
--> statement-breakpoint
-- tenancy/sql/server_number.sql
create or replace function tenancy.server_number() returns text
  language plpgsql stable
as $$
begin
  return (select c.system_identifier::text from pg_control_system() c);
exception when insufficient_privilege or feature_not_supported then
  return '';
end $$;
--> statement-breakpoint
-- tenancy/sql/seal_audit.sql
create or replace function tenancy.seal_audit(p_lines integer, out sealed integer, out remaining boolean)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_server constant text := tenancy.server_number();
  v_last tenancy.audit_seals;
  v_oldest xid8;
  v_foreign timestamptz;
  v_from xid8;
  v_first xid8;
  v_to xid8;
begin
  if v_tenant is null then
    raise exception using errcode = 'ZT005', message = 'Sealing the audit trail needs a tenant scope';
  end if;
  loop
    sealed := 0;
    select s.* into v_last from tenancy.audit_seals s where s.tenant_id = v_tenant order by s.sequence desc limit 1;
    v_oldest := pg_snapshot_xmin(pg_current_snapshot());

    -- What the query sees and this server numbered is below the end of the query's own snapshot.
    select max(l.created_at) into v_foreign from tenancy.audit_log l
    where l.tenant_id = v_tenant and l.created_at > coalesce(v_last.written_after, '-infinity')
      and l.transaction_id >= greatest(pg_snapshot_xmax(pg_current_snapshot()), v_last.to_transaction)
      and l.transaction_id is distinct from pg_current_xact_id_if_assigned();
    if v_last.server <> v_server or v_foreign is not null
      or v_last.to_transaction > pg_snapshot_xmax(pg_current_snapshot()) then
      v_foreign := greatest(v_last.sealed_at, v_foreign);
      v_last := tenancy.append_seal(v_last, coalesce(v_last.server, v_server), v_last.written_after, v_foreign,
        '18446744073709551615'::xid8);
      continue when v_last.sequence is null;
      sealed := v_last.line_count;
      v_last := tenancy.append_seal(v_last, v_server, v_foreign, null, '0'::xid8);
    end if;

    v_from := coalesce(v_last.to_transaction, '0'::xid8);
    select l.transaction_id into v_first from tenancy.audit_log l
    where l.tenant_id = v_tenant and l.transaction_id >= v_from and l.transaction_id < v_oldest
      and l.created_at > coalesce(v_last.written_after, '-infinity')
    order by l.transaction_id limit 1;
    if v_first is not null then
      select l.transaction_id into v_to from tenancy.audit_log l
      where l.tenant_id = v_tenant and l.transaction_id > v_first and l.transaction_id < v_oldest
        and l.created_at > coalesce(v_last.written_after, '-infinity')
      order by l.transaction_id offset greatest(p_lines, 1) limit 1;
      v_last := tenancy.append_seal(v_last, v_server, v_last.written_after, null,
        coalesce(v_to, v_oldest));
      continue when v_last.sequence is null;
      sealed := sealed + v_last.line_count;
    end if;
    exit;
  end loop;
  remaining := exists (
    select from tenancy.audit_log l
    where l.tenant_id = v_tenant and l.transaction_id >= coalesce(v_last.to_transaction, '0'::xid8)
      and l.created_at > coalesce(v_last.written_after, '-infinity')
      and l.transaction_id is distinct from pg_current_xact_id_if_assigned());
end $$;
--> statement-breakpoint
-- tenancy/sql/verify_audit.sql
create or replace function tenancy.verify_audit(p_sequence integer, p_lines integer)
  returns table (sequence integer, hash text, line_count integer, found_count integer, lines_agree boolean,
    seal_agrees boolean, follows boolean)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_server constant text := tenancy.server_number();
  v_previous tenancy.audit_seals;
  v_seal tenancy.audit_seals;
  v_until timestamptz;
  v_digest record;
  v_read bigint;
  -- Where the last seal ends: at a number that this server has not given yet, when it is of another numbering.
  v_last xid8;
begin
  select s.to_transaction into v_last from tenancy.audit_seals s where s.tenant_id = v_tenant order by s.sequence desc limit 1;
  select s.* into v_previous from tenancy.audit_seals s
  where s.tenant_id = v_tenant and s.sequence <= p_sequence order by s.sequence desc limit 1;
  for v_seal in
    select s.* from tenancy.audit_seals s where s.tenant_id = v_tenant and s.sequence > p_sequence order by s.sequence
  loop
    -- A numbering ends where the next one begins; the last one, on another server, at its last seal.
    if v_read is null or v_seal.written_after is distinct from v_previous.written_after then
      v_read := coalesce(v_read, 0);
      select min(s.written_after) into v_until from tenancy.audit_seals s
      where s.tenant_id = v_tenant and s.written_after > coalesce(v_seal.written_after, '-infinity');
      if v_until is null and (v_seal.server <> v_server
          or v_last > pg_snapshot_xmax(pg_current_snapshot())) then
        select max(s.sealed_at) into v_until from tenancy.audit_seals s where s.tenant_id = v_tenant;
      end if;
    end if;
    select d.* into v_digest from tenancy.digest_audit(
      v_seal.from_transaction, v_seal.to_transaction, v_seal.written_after, v_until) d;
    sequence := v_seal.sequence;
    hash := v_seal.hash;
    line_count := v_seal.line_count;
    found_count := v_digest.line_count;
    lines_agree := v_digest.lines_hash = v_seal.lines_hash;
    seal_agrees := v_seal.hash = tenancy.hash_seal(coalesce(v_previous.hash, ''), v_seal);
    follows := v_seal.sequence = coalesce(v_previous.sequence, 0) + 1 and case
      when v_previous.sequence is null then v_seal.from_transaction = '0'::xid8 and v_seal.written_after is null
      when v_seal.written_after is not distinct from v_previous.written_after
        then v_seal.from_transaction = v_previous.to_transaction
      else v_seal.from_transaction = '0'::xid8
        and v_seal.written_after > coalesce(v_previous.written_after, '-infinity')
        and v_previous.to_transaction = '18446744073709551615'::xid8 end;
    return next;
    v_previous := v_seal;
    v_read := v_read + found_count;
    exit when v_read >= p_lines;
  end loop;
end $$;
--> statement-breakpoint
select tenancy.protect_function('accounting.count_allocation(accounting.payment_allocations, integer)', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.insert_journal_entries(uuid[], uuid[], date[], text[], text[], text[], uuid[], uuid[], text[], text[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.apply_allocation()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.begin_period()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.check_account_parent()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.check_books()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.close_books()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.first_free_number(tenancy.number_series, bigint)', 'number_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.count_invoice_numbers(uuid[])', 'number_writer', '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.guard_account()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.lock_allocation(accounting.payment_allocations)', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.guard_take_back()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.lock_account(uuid)', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.mark_balance()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.mark_books()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.lock_series(uuid, uuid, text, text, text, integer)', 'number_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.next_invoice_number(uuid, text)', 'number_writer', '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.write_documents(text, uuid[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.post_documents()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.post_journal(uuid[], uuid[], date[], text[], text[], text[], text[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], text[])', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.prepare_allocation()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.stamp_period()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.start_invoice_numbers(uuid, text, text, integer, bigint)', 'number_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.take_back_allocation()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.value_document()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('auth.require_own_address(uuid, text, boolean)', 'membership_keeper', '{}');
--> statement-breakpoint
select tenancy.protect_function('auth.keep_membership()', 'membership_keeper', '{}');
--> statement-breakpoint
select tenancy.protect_function('auth.keep_to_addressee()', 'membership_keeper', '{}');
--> statement-breakpoint
select tenancy.protect_function('self.save_profile(uuid, jsonb)', 'self_service', '{authenticated}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.digest_audit(xid8, xid8, timestamp with time zone, timestamp with time zone)', 'audit_sealer', '{}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.hash_seal(text, tenancy.audit_seals)', 'audit_sealer', '{}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.append_seal(tenancy.audit_seals, text, timestamp with time zone, timestamp with time zone, xid8)', 'audit_sealer', '{}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.record_audit(text, text, uuid, jsonb)', 'audit_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.require_active_tenant()', null, '{authenticated}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.server_number()', 'audit_sealer', '{}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.seal_audit(integer)', 'audit_sealer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.verify_audit(integer, integer)', 'audit_sealer', '{authenticated,platform}');
--> statement-breakpoint
create or replace trigger keep_to_addressee after insert or update of accepted_by, email on tenancy.invitations
  for each row when (new.accepted_by is not null) execute function auth.keep_to_addressee();
--> statement-breakpoint
create or replace trigger step_by_one before update on tenancy.number_series
  for each row when (new.last_number <> old.last_number and new.last_number <> old.last_number + 1
    and not (current_user = 'number_writer'
      and (new.last_number > old.last_number or old.last_number < old.first_number)))
  execute function tenancy.refuse('ZT002', 'A number series moves by one: numbers are neither skipped nor given twice');
--> statement-breakpoint
create or replace trigger guard_start before update on tenancy.number_series
  for each row when (old.last_number >= old.first_number
    and (new.first_number <> old.first_number or new.prefix <> old.prefix or new.padding <> old.padding))
  execute function tenancy.refuse('ZT003', 'The series gave a number already: its prefix, padding and first number stay');
--> statement-breakpoint
create or replace trigger require_admin_of_start before update on tenancy.number_series
  for each row when (new.first_number <> old.first_number) execute function tenancy.require_admin();
--> statement-breakpoint
create or replace trigger audit_start after update on tenancy.number_series
  for each row when (new.first_number <> old.first_number) execute function tenancy.write_audit();
--> statement-breakpoint
create or replace trigger keep_membership after insert or update of identity_id, email, name, role, status or delete
  on tenancy.users
  for each row execute function auth.keep_membership();
--> statement-breakpoint
create or replace trigger mark_balance after update on accounting.accounts
  for each row when (new.type <> old.type or new.currency is distinct from old.currency or new.is_active <> old.is_active)
  execute function accounting.mark_balance();
--> statement-breakpoint
create or replace trigger mark_books after insert on accounting.fiscal_periods
  for each row execute function accounting.mark_books();
--> statement-breakpoint
create or replace trigger guard_number before insert on accounting.invoices
  for each row when (new.status = 'draft' and new.invoice_number is not null)
  execute function tenancy.refuse('ZT003', 'A draft has no number: leave invoice_number out, issuing gives it');
--> statement-breakpoint
create or replace trigger prepare_allocation before insert on accounting.payment_allocations
  for each row execute function accounting.prepare_allocation();
--> statement-breakpoint
create or replace trigger guard_take_back before update on accounting.payment_allocations
  for each row when (new.reversed_on is distinct from old.reversed_on) execute function accounting.guard_take_back();
--> statement-breakpoint
create or replace trigger apply_allocation after insert on accounting.payment_allocations
  for each row execute function accounting.apply_allocation();
--> statement-breakpoint
create or replace trigger take_back_allocation after update on accounting.payment_allocations
  for each row when (new.reversed_on is distinct from old.reversed_on) execute function accounting.take_back_allocation();
--> statement-breakpoint
create or replace trigger guard_key before update on tenancy.idempotency_keys
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on tenancy.audit_log
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on tenancy.audit_seals
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger freeze_columns before update on accounting.payments
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.direction is distinct from old.direction
    or new.customer_id is distinct from old.customer_id
    or new.vendor_id is distinct from old.vendor_id
    or new.account_id is distinct from old.account_id
    or new.payment_date is distinct from old.payment_date
    or new.amount is distinct from old.amount
    or new.currency is distinct from old.currency
    or new.exchange_rate is distinct from old.exchange_rate
    or new.base_amount is distinct from old.base_amount
    or new.method is distinct from old.method
    or new.reference is distinct from old.reference
    or new.external_id is distinct from old.external_id
    or new.allocations_hash is distinct from old.allocations_hash
    or new.created_at is distinct from old.created_at
    or (current_user <> 'ledger_writer' and (new.allocated_amount is distinct from old.allocated_amount
    or new.allocated_base_amount is distinct from old.allocated_base_amount)))
  execute function tenancy.refuse('ZT003', 'A payment cannot be changed: void it and record another');
--> statement-breakpoint
-- accounting/sql/violations_of_journal_entries.sql
create or replace view accounting.violations_of_journal_entries (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- An entry has two lines at least and is balanced, in each currency (exchange differences have none) and in base
-- currency. Which rule is broken is asked of broken entries alone: for every entry it would take longer than all the
-- rest.
select n.tenant_id, rule.kind, n.company_id, 'accounting.journal_entries', n.entry_id, rule.detail
from (
  select c.tenant_id, c.company_id, c.entry_id, sum(c.lines) as lines, bool_or(c.net <> 0) as is_unbalanced,
    sum(c.base_net) as base_net
  from (
    select l.tenant_id, l.company_id, l.entry_id, l.currency, count(*) as lines, 0 as entries,
      coalesce(sum(l.debit - l.credit) filter (where not l.is_exchange_difference), 0) as net,
      sum(l.base_debit - l.base_credit) as base_net
    from accounting.journal_lines l
    group by l.tenant_id, l.company_id, l.entry_id, l.currency
    union all
    select e.tenant_id, e.company_id, e.id, null as currency, 0, 1, 0, 0 from accounting.journal_entries e
  ) c
  group by c.tenant_id, c.company_id, c.entry_id
  having sum(c.entries) > 0 and (sum(c.lines) < 2 or bool_or(c.net <> 0) or sum(c.base_net) <> 0)
) n
cross join lateral (values
  ('entry_too_few_lines', n.lines < 2, 'The entry has fewer than two lines'),
  ('entry_unbalanced', n.is_unbalanced, 'Debit and credit differ in a currency'),
  ('entry_unbalanced_base', n.base_net <> 0, 'Debit and credit differ in base currency')
) rule (kind, is_broken, detail)
where rule.is_broken
union all
-- Nothing was posted into a period after it closed. OFFSET 0 makes the planner read one index range per period.
select p.tenant_id, 'posted_in_closed_period', p.company_id, 'accounting.journal_entries', late.id,
  'The entry was posted after its period closed'
from accounting.fiscal_periods p
cross join lateral (
  select e.id from accounting.journal_entries e
  where e.tenant_id = p.tenant_id and e.company_id = p.company_id
    and e.entry_date >= p.starts_on and e.entry_date <= p.ends_on and e.created_at > p.closed_at
  offset 0
) late
where p.status = 'closed'
union all
-- A reversal, or the entry of a void, has the lines of the original with the sides changed. OFFSET 0 makes the planner
-- look up, for each of these few, its original and then the lines of both.
select distinct m.tenant_id, 'reversal_differs', m.company_id, 'accounting.journal_entries', m.mirror_id,
  'The entry does not mirror the entry that it takes back'
from (
  select e.tenant_id, e.company_id, e.id as mirror_id
  from accounting.journal_entries e
  cross join lateral (
    select e.reverses_entry_id as id where e.reverses_entry_id is not null
    union all
    select o.id from accounting.journal_entries o
    where e.source <> 'reversal' and o.tenant_id = e.tenant_id and o.source_id = e.source_id
      and o.source || '_void' = e.source
    offset 0
  ) original
  cross join lateral (values (e.id, 1), (original.id, -1)) side (entry_id, sign)
  cross join lateral (
    select j.* from accounting.journal_lines j
    where j.tenant_id = e.tenant_id and j.entry_id = side.entry_id
    offset 0
  ) l
  where e.source in ('reversal', 'invoice_void', 'bill_void', 'payment_void', 'allocation_void')
  group by e.tenant_id, e.company_id, e.id, l.account_id, l.currency, l.is_exchange_difference, l.customer_id,
    l.vendor_id, side.sign * (l.debit - l.credit), side.sign * (l.base_debit - l.base_credit)
  having sum(side.sign) <> 0
) m
union all
-- A reversal names the entry that it takes back as its source as well, and has its reference. OFFSET 0 makes the planner look up the
-- original of each of these few.
select e.tenant_id, 'reversal_differs', e.company_id, 'accounting.journal_entries', e.id,
  'The entry does not mirror the entry that it takes back'
from accounting.journal_entries e
cross join lateral (
  select o.reference from accounting.journal_entries o
  where o.tenant_id = e.tenant_id and o.id = e.reverses_entry_id
  offset 0
) original
where e.source = 'reversal' and (e.source_id <> e.reverses_entry_id or e.reference is distinct from original.reference)
union all
-- An entry is taken back once.
select e.tenant_id, 'reversed_twice', e.company_id, 'accounting.journal_entries', e.reverses_entry_id,
  'The entry is reversed more than once'
from accounting.journal_entries e
where e.reverses_entry_id is not null
group by e.tenant_id, e.company_id, e.reverses_entry_id
having count(*) > 1;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_journal_entries', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_journal_lines.sql
create or replace view accounting.violations_of_journal_lines (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- A line agrees with its entry, its currency, its account, and in base currency with its base amount; the control
-- accounts have lines of parties, others have none.
select c.tenant_id, rule.kind, c.company_id, 'accounting.journal_lines', c.id, rule.detail
from (
  select l.tenant_id, l.company_id, l.id,
    e.entry_date is distinct from l.entry_date as has_other_date,
    l.debit + l.credit <> round(l.debit + l.credit, tenancy.currency_exponent(l.currency)) as has_decimals,
    a.currency <> l.currency and not l.is_exchange_difference as has_other_currency,
    a.company_id is distinct from l.company_id as lacks_account,
    case when l.currency = b.base_currency then l.debit <> l.base_debit or l.credit <> l.base_credit
      else l.is_exchange_difference end as has_other_base,
    (l.account_id = b.receivable_account_id and l.customer_id is null)
      or (l.account_id = b.payable_account_id and l.vendor_id is null) as lacks_party,
    (l.customer_id is not null and l.account_id is distinct from b.receivable_account_id)
      or (l.vendor_id is not null and l.account_id is distinct from b.payable_account_id) as is_off_control
  from accounting.journal_lines l
  left join accounting.journal_entries e on e.tenant_id = l.tenant_id and e.id = l.entry_id
  left join accounting.accounts a on a.tenant_id = l.tenant_id and a.id = l.account_id
  left join accounting.books b on b.tenant_id = l.tenant_id and b.company_id = l.company_id
) c
cross join lateral (values
  ('entry_date_differs', c.has_other_date, 'The line has another date than its entry, or no entry'),
  ('line_scale', c.has_decimals, 'The amount has more decimals than its currency'),
  ('line_currency', c.has_other_currency, 'The line has another currency than its account'),
  ('line_account', c.lacks_account, 'The line names an account that its company does not have'),
  ('line_base_amount', c.has_other_base, 'The line is in base currency and has another base amount, or is an exchange difference in another currency'),
  ('control_line_without_party', c.lacks_party, 'The line of a control account names no customer or vendor'),
  ('party_off_control', c.is_off_control, 'The line names a customer or vendor, but is not of their control account')
) rule (kind, is_broken, detail)
where (c.has_other_date or c.has_decimals or c.has_other_currency or c.lacks_account or c.has_other_base or c.lacks_party
    or c.is_off_control)
  and rule.is_broken
union all
-- The lines of an account form one chain: versions without gaps, each balance from the one before.
select c.tenant_id, 'account_chain_broken', c.company_id, 'accounting.journal_lines', c.id,
  'The line does not follow from the line of its account before it'
from (
  select l.tenant_id, l.company_id, l.id,
    l.account_version <> coalesce(lag(l.account_version) over chain, 0) + 1
      or l.balance_after <> coalesce(lag(l.balance_after) over chain, 0) + l.base_debit - l.base_credit as is_broken
  from accounting.journal_lines l
  window chain as (partition by l.tenant_id, l.account_id order by l.account_version)
) c
where c.is_broken;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_journal_lines', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_accounts.sql
create or replace view accounting.violations_of_accounts (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- The balance of an account is the sum of its lines, its version that of the last one. Each account has one balance, and
-- each balance its account.
select n.tenant_id, 'account_balance_differs', n.company_id, 'accounting.accounts', n.account_id,
  'The balance or version of the account is missing, or not that of its lines'
from (
  select l.tenant_id, l.company_id, l.account_id, l.base_debit - l.base_credit as amount, l.account_version as posted,
    null::bigint as kept, null::uuid as own_id
  from accounting.journal_lines l
  union all
  select b.tenant_id, b.company_id, b.account_id, -b.balance, 0, b.version, null::uuid as own_id
  from accounting.account_balances b
  union all
  select a.tenant_id, a.company_id, a.id, 0, 0, null::bigint as kept, a.id from accounting.accounts a
) n
group by n.tenant_id, n.company_id, n.account_id
having sum(n.amount) <> 0 or max(n.posted) <> max(n.kept) or count(n.kept) <> 1 or count(n.own_id) <> 1
union all
-- The totals of a month are the sums of its lines: lines without totals count, totals without lines as well.
select t.tenant_id, 'period_total_differs', t.company_id, 'accounting.accounts', t.account_id,
  'The totals of ' || to_char(t.month, 'YYYY-MM') || ' in ' || t.currency || ' are not those of the lines'
from (
  select l.tenant_id, l.company_id, l.account_id, date_trunc('month', l.entry_date::timestamp)::date as month,
    l.currency, l.debit, l.credit, l.base_debit, l.base_credit
  from accounting.journal_lines l
  union all
  select p.tenant_id, p.company_id, p.account_id, p.month, p.currency, -p.debit, -p.credit, -p.base_debit,
    -p.base_credit
  from accounting.period_totals p
) t
group by t.tenant_id, t.company_id, t.account_id, t.month, t.currency
having sum(t.debit) <> 0 or sum(t.credit) <> 0 or sum(t.base_debit) <> 0 or sum(t.base_credit) <> 0
union all
-- The default accounts of the books are active, have the type that their use needs, and take every currency.
select b.tenant_id, 'default_account', b.company_id, 'accounting.books', b.id,
  'The ' || used.name || ' account is missing, archived, or of another type or one currency'
from accounting.books b
cross join lateral (values ('receivable', b.receivable_account_id, array['asset']),
  ('payable', b.payable_account_id, array['liability']), ('sales', b.sales_account_id, array['income']),
  ('purchases', b.purchases_account_id, array['expense']), ('bank', b.bank_account_id, array['asset']),
  ('exchange', b.exchange_account_id, array['income', 'expense'])) used (name, account_id, types)
left join lateral (
  select a.* from accounting.accounts a where a.tenant_id = b.tenant_id and a.id = used.account_id offset 0
) a on true
where (a.company_id = b.company_id and a.type = any (used.types) and a.is_active
  and (a.currency is null or used.name = 'bank')) is not true
union all
-- An account and its parent are of one company and type.
select a.tenant_id, 'account_parent', a.company_id, 'accounting.accounts', a.id,
  'The parent is missing, of another company or type, or below the account'
from accounting.accounts a
left join lateral (
  select p.company_id, p.type from accounting.accounts p where p.tenant_id = a.tenant_id and p.id = a.parent_id offset 0
) p on true
where a.parent_id is not null and (p.company_id = a.company_id and p.type = a.type) is not true
union all
-- No account is below itself. UNION ends the walk where it comes round.
select r.tenant_id, 'account_parent', r.company_id, 'accounting.accounts', r.id,
  'The parent is missing, of another company or type, or below the account'
from (
  with recursive above (tenant_id, company_id, id, parent_id) as (
    select a.tenant_id, a.company_id, a.id, a.parent_id from accounting.accounts a where a.parent_id is not null
    union
    select c.tenant_id, c.company_id, c.id, p.parent_id
    from above c join accounting.accounts p on p.tenant_id = c.tenant_id and p.id = c.parent_id
    where p.parent_id is not null
  )
  select * from above
) r
where r.parent_id = r.id;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_accounts', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_documents.sql
create or replace view accounting.violations_of_documents (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- The total of an issued invoice or approved bill is the sum of its lines, of which it has one at least.
select n.tenant_id, n.kind, n.company_id,
  case n.kind when 'invoice_total_differs' then 'accounting.invoices' else 'accounting.bills' end, n.id,
  'The total is not the sum of the lines'
from (
  select 'invoice_total_differs' as kind, i.tenant_id, i.company_id, i.id, i.total_amount, null::numeric as amount
  from accounting.invoices i where i.status <> 'draft'
  union all
  select 'bill_total_differs' as kind, b.tenant_id, b.company_id, b.id, b.total_amount, null::numeric as amount
  from accounting.bills b where b.status <> 'draft'
  union all
  select 'invoice_total_differs' as kind, l.tenant_id, l.company_id, l.invoice_id, null::numeric as total_amount, l.amount
  from accounting.invoice_lines l
  union all
  select 'bill_total_differs' as kind, l.tenant_id, l.company_id, l.bill_id, null::numeric as total_amount, l.amount
  from accounting.bill_lines l
) n
group by n.tenant_id, n.kind, n.company_id, n.id
having count(n.total_amount) > 0 and sum(n.total_amount) is distinct from sum(n.amount)
union all
-- The total of a draft that has lines is their sum. OFFSET 0 makes the planner look up the lines of each of these few.
select d.tenant_id, d.kind, d.company_id,
  case d.kind when 'invoice_total_differs' then 'accounting.invoices' else 'accounting.bills' end, d.id,
  'The total is not the sum of the lines'
from (
  select 'invoice_total_differs' as kind, i.tenant_id, i.company_id, i.id, i.total_amount, l.amount
  from accounting.invoices i
  cross join lateral (
    select sum(l.amount) as amount from accounting.invoice_lines l
    where l.tenant_id = i.tenant_id and l.invoice_id = i.id
    offset 0
  ) l
  where i.status = 'draft'
  union all
  select 'bill_total_differs' as kind, b.tenant_id, b.company_id, b.id, b.total_amount, l.amount
  from accounting.bills b
  cross join lateral (
    select sum(l.amount) as amount from accounting.bill_lines l
    where l.tenant_id = b.tenant_id and l.bill_id = b.id
    offset 0
  ) l
  where b.status = 'draft'
) d
where d.total_amount <> d.amount
union all
-- The status says how much is settled; a document over nothing is settled as it is.
select d.tenant_id, 'status_differs', d.company_id, d.record_table, d.id,
  'The status is not what is settled of the document'
from (
  select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id, i.total_amount, i.paid_amount,
    case i.status when 'issued' then 'open' else i.status end as status
  from accounting.invoices i
  union all
  select i.tenant_id, i.company_id, 'accounting.bills' as record_table, i.id, i.total_amount, i.paid_amount,
    case i.status when 'approved' then 'open' else i.status end
  from accounting.bills i
) d
where case d.status
  when 'paid' then d.paid_amount <> d.total_amount
  when 'partly_paid' then d.paid_amount <= 0 or d.paid_amount >= d.total_amount
  else d.paid_amount <> 0 end
union all
-- The credit notes of an invoice or bill are not more than it.
select d.tenant_id, 'credit_exceeds', d.company_id, d.record_table, part.document_id,
  case d.record_table when 'accounting.invoices' then 'The credit notes are more than the invoice'
    else 'The credit notes are more than the bill' end
from (
  select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id, i.total_amount,
    case when i.status not in ('draft', 'void') then i.credited_invoice_id end as credited_id
  from accounting.invoices i
  union all
  select b.tenant_id, b.company_id, 'accounting.bills' as record_table, b.id, b.total_amount,
    case when b.status not in ('draft', 'void') then b.credited_bill_id end
  from accounting.bills b
) d
cross join lateral (values (d.id, d.total_amount), (d.credited_id, -d.total_amount)) part (document_id, amount)
where part.document_id is not null
group by d.tenant_id, d.company_id, d.record_table, part.document_id
having sum(part.amount) < 0
union all
-- A credit note takes back a document that is owed, of the same party and currency, on its date or later. OFFSET 0 makes
-- the planner look up the document of each of these few.
select n.tenant_id, 'credited_document', n.company_id, n.record_table, n.id,
  'The credit note names a document that it cannot take back'
from (
  select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id,
    (c.kind = 'invoice' and c.status not in ('draft', 'void') and c.invoice_date <= i.invoice_date
      and (c.company_id, c.customer_id, c.currency) = (i.company_id, i.customer_id, i.currency)) as fits
  from accounting.invoices i
  left join lateral (
    select o.* from accounting.invoices o where o.tenant_id = i.tenant_id and o.id = i.credited_invoice_id offset 0
  ) c on true
  where i.credited_invoice_id is not null and i.status not in ('draft', 'void')
  union all
  select b.tenant_id, b.company_id, 'accounting.bills' as record_table, b.id,
    (c.kind = 'bill' and c.status not in ('draft', 'void') and c.bill_date <= b.bill_date
      and (c.company_id, c.vendor_id, c.currency) = (b.company_id, b.vendor_id, b.currency))
  from accounting.bills b
  left join lateral (
    select o.* from accounting.bills o where o.tenant_id = b.tenant_id and o.id = b.credited_bill_id offset 0
  ) c on true
  where b.credited_bill_id is not null and b.status not in ('draft', 'void')
) n
where n.fits is not true
union all
-- The amount in base currency is the amount at the rate, which is 1 for the base currency.
select d.tenant_id, 'base_amount_differs', d.company_id, d.record_table, d.id,
  'The base amount is not the amount at its rate, or the base currency has another rate than 1'
from (
  select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id, i.total_amount as amount, i.currency,
    i.exchange_rate, i.base_amount
  from accounting.invoices i where i.status <> 'draft'
  union all
  select b.tenant_id, b.company_id, 'accounting.bills' as record_table, b.id, b.total_amount, b.currency, b.exchange_rate,
    b.base_amount
  from accounting.bills b where b.status <> 'draft'
  union all
  select p.tenant_id, p.company_id, 'accounting.payments' as record_table, p.id, p.amount, p.currency, p.exchange_rate,
    p.base_amount
  from accounting.payments p
) d
left join accounting.books b on b.tenant_id = d.tenant_id and b.company_id = d.company_id
where d.base_amount is distinct from round(d.amount * d.exchange_rate, 2)
  or (d.currency = b.base_currency and d.exchange_rate <> 1);
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_documents', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_postings.sql
create or replace view accounting.violations_of_postings (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- Each step of a document, payment or allocation has one entry, of its date, party, currency, number and amounts on the
-- control account, and each such entry has its step. An expected entry counts 1, a posted one -1; what both must have is
-- compared by a hash of it, which takes a third of the time that comparing each value takes. Of a payment the other line
-- is read as well: it is on the payment's account.
select s.tenant_id, rule.kind, s.company_id, rule.record_table, s.source_id,
  'The record and its entries differ in amount, currency, date, party, number or account'
from (
  select i.tenant_id, i.company_id, step.source, i.id as source_id, 1 as entries,
    hash_record_extended(row(step.day, i.customer_id, i.currency, i.invoice_number, signed.of_kind * i.total_amount,
      signed.of_kind * i.base_amount), 0) as control, null::bigint as account
  from accounting.invoices i
  cross join lateral (values ('invoice', i.invoice_date, 1), ('invoice_void', i.voided_on, -1)) step (source, day, sign)
  cross join lateral (select step.sign * case i.kind when 'credit_note' then -1 else 1 end as of_kind) signed
  where i.status <> 'draft' and i.total_amount > 0 and step.day is not null
  union all
  select i.tenant_id, i.company_id, step.source, i.id, 1,
    hash_record_extended(row(step.day, i.vendor_id, i.currency, i.bill_number, signed.of_kind * i.total_amount,
      signed.of_kind * i.base_amount), 0), null::bigint as account
  from accounting.bills i
  cross join lateral (values ('bill', i.bill_date, 1), ('bill_void', i.voided_on, -1)) step (source, day, sign)
  cross join lateral (select step.sign * case i.kind when 'credit_note' then 1 else -1 end as of_kind) signed
  where i.status <> 'draft' and i.total_amount > 0 and step.day is not null
  union all
  select p.tenant_id, p.company_id, step.source, p.id, 1,
    hash_record_extended(row(step.day, coalesce(p.customer_id, p.vendor_id), p.currency, p.reference,
      signed.of_direction * p.amount, signed.of_direction * p.base_amount), 0), uuid_hash_extended(p.account_id, 0)
  from accounting.payments p
  cross join lateral (values ('payment', p.payment_date, 1), ('payment_void', p.voided_on, -1)) step (source, day, sign)
  cross join lateral (select step.sign * case p.direction when 'in' then -1 else 1 end as of_direction) signed
  where step.day is not null
  union all
  select a.tenant_id, a.company_id, step.source, a.id, 1,
    hash_record_extended(row(step.day, coalesce(i.customer_id, b.vendor_id), o.base_currency, null::text,
      difference.amount, difference.amount), 0), null::bigint as account
  from accounting.payment_allocations a
  left join accounting.books o on o.tenant_id = a.tenant_id and o.company_id = a.company_id
  left join accounting.invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
  left join accounting.bills b on b.tenant_id = a.tenant_id and b.id = a.bill_id
  cross join lateral (values ('allocation', a.allocated_on, 1), ('allocation_void', a.reversed_on, -1))
    step (source, day, sign)
  cross join lateral (
    select step.sign * case when a.invoice_id is null then -1 else 1 end * (a.source_base_amount - a.base_amount) as amount
  ) difference
  where a.source_base_amount <> a.base_amount and step.day is not null
  union all
  select e.tenant_id, e.company_id, e.source, e.source_id, case when line.is_other then 0 else -1 end,
    case when not line.is_other then hash_record_extended(row(e.entry_date, coalesce(l.customer_id, l.vendor_id), l.currency,
      e.reference, l.debit - l.credit, l.base_debit - l.base_credit), 0) end,
    case when line.is_other then uuid_hash_extended(l.account_id, 0) end
  from accounting.journal_entries e
  left join accounting.books b on b.tenant_id = e.tenant_id and b.company_id = e.company_id
  left join accounting.journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.id
    and (e.source in ('payment', 'payment_void') or l.account_id in (b.receivable_account_id, b.payable_account_id))
  cross join lateral (
    select coalesce(l.account_id not in (b.receivable_account_id, b.payable_account_id), false) as is_other
  ) line
  where e.source not in ('manual', 'reversal')
) s
join (values
  ('invoice', 'invoice_not_posted', 'accounting.invoices'),
  ('invoice_void', 'invoice_not_posted', 'accounting.invoices'),
  ('bill', 'bill_not_posted', 'accounting.bills'),
  ('bill_void', 'bill_not_posted', 'accounting.bills'),
  ('payment', 'payment_not_posted', 'accounting.payments'),
  ('payment_void', 'payment_not_posted', 'accounting.payments'),
  ('allocation', 'allocation_not_posted', 'accounting.payment_allocations'),
  ('allocation_void', 'allocation_not_posted', 'accounting.payment_allocations')
) rule (source, kind, record_table) on rule.source = s.source
group by s.tenant_id, rule.kind, s.company_id, rule.record_table, s.source, s.source_id
having sum(s.entries) <> 0 or min(s.control) <> max(s.control) or min(s.account) <> max(s.account);
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_postings', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_posted_accounts.sql
create or replace view accounting.violations_of_posted_accounts (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- The entry of a document has on an account what its lines name that account for, or more: lines that name none were
-- posted to the account that the books had for them then. Lines without a party are those off the control account.
-- OFFSET 0 makes the planner look up the entry of each document that names accounts, by its key.
select n.tenant_id, 'posted_accounts_differ', n.company_id, 'accounting.' || n.source || 's', n.document_id,
  'Less was posted to an account than the lines name it for'
from (
  select l.tenant_id, l.company_id, 'invoice' as source, l.invoice_id as document_id, l.account_id, sum(l.amount) as amount
  from accounting.invoice_lines l where l.account_id is not null
  group by l.tenant_id, l.company_id, l.invoice_id, l.account_id
  union all
  select l.tenant_id, l.company_id, 'bill' as source, l.bill_id, l.account_id, sum(l.amount)
  from accounting.bill_lines l where l.account_id is not null
  group by l.tenant_id, l.company_id, l.bill_id, l.account_id
) n
cross join lateral (
  select e.id from accounting.journal_entries e
  where e.tenant_id = n.tenant_id and e.source_id = n.document_id and e.source = n.source
  offset 0
) e
cross join lateral (
  select coalesce(sum(j.debit + j.credit), 0) as amount from accounting.journal_lines j
  where j.tenant_id = n.tenant_id and j.entry_id = e.id and j.account_id = n.account_id
    and j.customer_id is null and j.vendor_id is null
) p
where p.amount < n.amount;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_posted_accounts', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_numbers.sql
create or replace view accounting.violations_of_numbers (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- Each number that a series gave belongs to a document; an imported document that has it counts.
select n.tenant_id, 'number_gap', n.company_id, 'tenancy.number_series', max(n.series_id)::uuid,
  'No document has the number ' || n.number
from (
  select s.tenant_id, s.company_id, s.id::text as series_id, 0 as documents,
    s.prefix || lpad(given::text, greatest(s.padding, length(given::text)), '0') as number
  from tenancy.number_series s
  cross join lateral generate_series(s.first_number, s.last_number) given
  where s.series in ('invoice', 'credit_note')
  union all
  select i.tenant_id, i.company_id, null as series, 1, i.invoice_number
  from accounting.invoices i where i.invoice_number is not null
) n
group by n.tenant_id, n.company_id, n.number
having count(n.series_id) > 0 and sum(n.documents) = 0;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_numbers', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations.sql
create or replace view accounting.violations (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select * from accounting.violations_of_journal_entries
union all
select * from accounting.violations_of_journal_lines
union all
select * from accounting.violations_of_accounts
union all
select * from accounting.violations_of_parties
union all
select * from accounting.violations_of_documents
union all
select * from accounting.violations_of_allocations
union all
select * from accounting.violations_of_postings
union all
select * from accounting.violations_of_posted_accounts
union all
select * from accounting.violations_of_periods
union all
select * from accounting.violations_of_numbers;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.leave_role('audit_sealer');
--> statement-breakpoint
select tenancy.leave_role('audit_writer');
--> statement-breakpoint
select tenancy.leave_role('ledger_writer');
--> statement-breakpoint
select tenancy.leave_role('membership_keeper');
--> statement-breakpoint
select tenancy.leave_role('number_writer');
--> statement-breakpoint
select tenancy.leave_role('self_service');
--> statement-breakpoint
select set_config('check_function_bodies', 'on', true);
