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
