select set_config('check_function_bodies', 'off', true);
--> statement-breakpoint
select tenancy.join_role('audit_writer');
--> statement-breakpoint
select tenancy.join_role('ledger_writer');
--> statement-breakpoint
select tenancy.join_role('membership_keeper');
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
select tenancy.protect_function('tenancy.write_audit()', 'audit_writer', '{authenticated,platform}');
--> statement-breakpoint
ALTER TABLE "tenancy"."idempotency_keys" ADD COLUMN "company_id" uuid DEFAULT tenancy.current_company_id();
--> statement-breakpoint
ALTER TABLE "tenancy"."invitations" ADD COLUMN "email_lower" text GENERATED ALWAYS AS (translate(email, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')) STORED;
--> statement-breakpoint
ALTER TABLE "tenancy"."audit_log" ADD COLUMN "company_id" uuid DEFAULT tenancy.current_company_id();
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
CREATE UNIQUE INDEX "users_email_unique" ON "tenancy"."users" ("tenant_id","email_lower") WHERE "email_lower" is not null;
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
ALTER TABLE "tenancy"."users" DROP CONSTRAINT "users_email_check", ADD CONSTRAINT "users_email_check" CHECK ("email" collate "C" ~ '^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$' and length("email") <= 254 and strpos("email", '@') <= 65);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "tenancy"."idempotency_keys" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "tenancy"."companies" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "tenancy"."audit_log" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
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
grant select (id, email, email_verified) on auth."user" to membership_keeper;
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
select tenancy.protect_function('accounting.write_documents(text, uuid[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('auth.require_own_address(uuid, text, boolean)', 'membership_keeper', '{}');
--> statement-breakpoint
select tenancy.protect_function('auth.keep_membership()', 'membership_keeper', '{}');
--> statement-breakpoint
select tenancy.protect_function('auth.keep_to_addressee()', 'membership_keeper', '{}');
--> statement-breakpoint
create or replace trigger keep_to_addressee after insert or update of accepted_by, email on tenancy.invitations
  for each row when (new.accepted_by is not null) execute function auth.keep_to_addressee();
--> statement-breakpoint
create or replace trigger keep_membership after insert or update of identity_id, email, name, role, status or delete
  on tenancy.users
  for each row execute function auth.keep_membership();
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
select tenancy.leave_role('audit_writer');
--> statement-breakpoint
select tenancy.leave_role('ledger_writer');
--> statement-breakpoint
select tenancy.leave_role('membership_keeper');
--> statement-breakpoint
select set_config('check_function_bodies', 'on', true);
