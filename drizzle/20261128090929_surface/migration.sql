select set_config('check_function_bodies', 'off', true);
--> statement-breakpoint
select tenancy.join_role('self_service');
--> statement-breakpoint
CREATE TABLE "auth"."sign_in_events" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"type" text NOT NULL,
	"severity" text NOT NULL,
	"identity_id" uuid,
	"ip_address" text,
	"user_agent" text,
	"details" jsonb DEFAULT '{}' NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "sign_in_events_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "sign_in_events_type_check" CHECK ("type" <> ''),
	CONSTRAINT "sign_in_events_severity_check" CHECK ("severity" in ('low', 'medium', 'high', 'critical'))
);
--> statement-breakpoint
CREATE INDEX "idx_sign_in_events_created_at_id" ON "auth"."sign_in_events" ("created_at","id");
--> statement-breakpoint
CREATE INDEX "idx_sign_in_events_identity_id" ON "auth"."sign_in_events" ("identity_id","created_at");
--> statement-breakpoint
CREATE INDEX "idx_users_email" ON "tenancy"."users" ("tenant_id","email");
--> statement-breakpoint
CREATE INDEX "idx_customers_email" ON "accounting"."customers" ("tenant_id","email") WHERE "email" is not null;
--> statement-breakpoint
CREATE INDEX "idx_vendors_email" ON "accounting"."vendors" ("tenant_id","email") WHERE "email" is not null;
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
-- The process that signs people in reports what happens before anybody is in a tenant. The time is the server's, and no
-- login changes or deletes an event.
grant select, insert (id, type, severity, identity_id, ip_address, user_agent, details) on auth.sign_in_events to identity;
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
-- tenancy/sql/set_profile_active.sql
create or replace function auth.set_profile_active(p_identity uuid, p_active boolean) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  before constant text := coalesce(current_setting('app.current_identity_id', true), '');
  is_there boolean;
begin
  perform set_config('app.current_identity_id', p_identity::text, true);
  update auth.user_profiles p set is_active = p_active, updated_at = clock_timestamp() where p.user_id = p_identity;
  is_there := found;
  perform set_config('app.current_identity_id', before, true);
  return is_there;
end $$;
--> statement-breakpoint
select tenancy.protect_function('auth.set_profile_active(uuid, boolean)', 'self_service', '{identity}');
--> statement-breakpoint
create or replace trigger require_admin before insert or update of role, identity_id or delete on tenancy.users
  for each statement execute function tenancy.require_admin();
--> statement-breakpoint
create or replace trigger require_admin_of_email before update of email on tenancy.users
  for each row when (new.email <> old.email
    and not (old.id = tenancy.current_user_id() and old.identity_id is not null and new.identity_id is not distinct from old.identity_id))
  execute function tenancy.require_admin();
--> statement-breakpoint
select tenancy.leave_role('self_service');
--> statement-breakpoint
select set_config('check_function_bodies', 'on', true);
