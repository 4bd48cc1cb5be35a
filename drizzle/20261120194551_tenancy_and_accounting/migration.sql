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
ALTER TABLE "tenancy"."idempotency_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "tenancy"."number_series" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"series" text NOT NULL,
	"prefix" text DEFAULT '' NOT NULL,
	"padding" integer DEFAULT 6 NOT NULL,
	"last_number" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "number_series_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "number_series_company_id_series_unique" UNIQUE("tenant_id","company_id","series"),
	CONSTRAINT "number_series_last_number_check" CHECK ("last_number" >= 0),
	CONSTRAINT "number_series_padding_check" CHECK ("padding" between 0 and 18)
);
--> statement-breakpoint
ALTER TABLE "tenancy"."number_series" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "tenancy"."invitations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "tenancy"."roles" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "tenancy"."user_profiles" (
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
ALTER TABLE "tenancy"."user_profiles" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "tenancy"."user_roles" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
	CONSTRAINT "users_identity_id_unique" UNIQUE("tenant_id","identity_id"),
	CONSTRAINT "users_role_check" CHECK ("role" in ('user', 'admin', 'market_maker')),
	CONSTRAINT "users_status_check" CHECK ("status" in ('active', 'suspended', 'removed')),
	CONSTRAINT "users_email_check" CHECK ("email" <> '')
);
--> statement-breakpoint
ALTER TABLE "tenancy"."users" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "tenancy"."companies" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "tenancy"."tenants" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "tenancy"."audit_log" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "tenancy"."platform_log" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	"login" text DEFAULT session_user NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "tenancy"."platform_log" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "tenancy"."security_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "accounting"."customers" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"name" text NOT NULL,
	"email" text,
	"phone" text,
	"tax_id" text,
	"address" text,
	"city" text,
	"state" text,
	"postal_code" text,
	"country" text,
	"balance" numeric(15,2) DEFAULT '0' NOT NULL,
	"external_id" text,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "customers_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "customers_company_id_id_unique" UNIQUE("tenant_id","company_id","id"),
	CONSTRAINT "customers_balance_nan_check" CHECK ("balance" <> 'NaN'),
	CONSTRAINT "customers_name_check" CHECK ("name" <> '')
);
--> statement-breakpoint
ALTER TABLE "accounting"."customers" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "accounting"."invoice_lines" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"invoice_id" uuid NOT NULL,
	"line_number" integer NOT NULL,
	"description" text NOT NULL,
	"quantity" numeric(15,3) NOT NULL,
	"unit_price" numeric(15,4) NOT NULL,
	"amount" numeric(15,2) GENERATED ALWAYS AS (round(quantity * unit_price, 2)) STORED NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invoice_lines_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "invoice_lines_invoice_id_line_number_unique" UNIQUE("tenant_id","invoice_id","company_id","line_number"),
	CONSTRAINT "invoice_lines_quantity_nan_check" CHECK ("quantity" <> 'NaN'),
	CONSTRAINT "invoice_lines_unit_price_nan_check" CHECK ("unit_price" <> 'NaN'),
	CONSTRAINT "invoice_lines_amount_nan_check" CHECK ("amount" <> 'NaN'),
	CONSTRAINT "invoice_lines_line_number_check" CHECK ("line_number" > 0),
	CONSTRAINT "invoice_lines_quantity_check" CHECK ("quantity" > 0),
	CONSTRAINT "invoice_lines_unit_price_check" CHECK ("unit_price" >= 0)
);
--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "accounting"."invoices" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"invoice_number" text,
	"invoice_date" date NOT NULL,
	"due_date" date NOT NULL,
	"total_amount" numeric(15,2) NOT NULL,
	"currency" text DEFAULT 'USD' NOT NULL,
	"status" text DEFAULT 'draft' NOT NULL,
	"billing_country" text,
	"issued_at" timestamp(3) with time zone,
	"external_id" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invoices_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "invoices_company_id_id_unique" UNIQUE("tenant_id","company_id","id"),
	CONSTRAINT "invoices_invoice_number_unique" UNIQUE("tenant_id","company_id","invoice_number"),
	CONSTRAINT "invoices_total_amount_nan_check" CHECK ("total_amount" <> 'NaN'),
	CONSTRAINT "invoices_status_check" CHECK ("status" in ('draft', 'issued', 'paid', 'void')),
	CONSTRAINT "invoices_invoice_number_check" CHECK (("status" = 'draft') = ("invoice_number" is null)),
	CONSTRAINT "invoices_due_date_check" CHECK ("due_date" >= "invoice_date"),
	CONSTRAINT "invoices_total_amount_check" CHECK ("total_amount" >= 0),
	CONSTRAINT "invoices_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$')
);
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "idx_account_user_id" ON "auth"."account" ("user_id");--> statement-breakpoint
CREATE INDEX "idx_account_account_id" ON "auth"."account" ("account_id","provider_id");--> statement-breakpoint
CREATE UNIQUE INDEX "idx_session_token" ON "auth"."session" ("token");--> statement-breakpoint
CREATE INDEX "idx_session_user_id" ON "auth"."session" ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "idx_user_email" ON "auth"."user" ("email");--> statement-breakpoint
CREATE INDEX "idx_verification_identifier" ON "auth"."verification" ("identifier");--> statement-breakpoint
CREATE INDEX "idx_invitations_invited_by" ON "tenancy"."invitations" ("tenant_id","invited_by");--> statement-breakpoint
CREATE INDEX "idx_invitations_accepted_by" ON "tenancy"."invitations" ("tenant_id","accepted_by");--> statement-breakpoint
CREATE INDEX "idx_invitations_email" ON "tenancy"."invitations" ("tenant_id","email");--> statement-breakpoint
CREATE INDEX "idx_user_roles_role_id" ON "tenancy"."user_roles" ("tenant_id","role_id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_unique" ON "tenancy"."users" ("tenant_id","email_lower") WHERE "email_lower" is not null;--> statement-breakpoint
CREATE INDEX "idx_users_identity_id" ON "tenancy"."users" ("identity_id");--> statement-breakpoint
CREATE INDEX "idx_audit_log_admin_user_id" ON "tenancy"."audit_log" ("tenant_id","admin_user_id");--> statement-breakpoint
CREATE INDEX "idx_audit_log_created_at_id" ON "tenancy"."audit_log" ("tenant_id","created_at","id");--> statement-breakpoint
CREATE INDEX "idx_audit_log_target_type_target_id_created_at" ON "tenancy"."audit_log" ("tenant_id","target_type","target_id","created_at");--> statement-breakpoint
CREATE INDEX "idx_security_events_user_id" ON "tenancy"."security_events" ("tenant_id","user_id");--> statement-breakpoint
CREATE INDEX "idx_security_events_created_at_id" ON "tenancy"."security_events" ("tenant_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "idx_customers_external_id" ON "accounting"."customers" ("tenant_id","company_id","external_id") WHERE "external_id" is not null;--> statement-breakpoint
CREATE INDEX "idx_customers_name_id" ON "accounting"."customers" ("tenant_id","name","id");--> statement-breakpoint
CREATE INDEX "idx_invoice_lines_company_id" ON "accounting"."invoice_lines" ("tenant_id","company_id");--> statement-breakpoint
CREATE INDEX "idx_invoices_customer_id" ON "accounting"."invoices" ("tenant_id","customer_id","company_id");--> statement-breakpoint
CREATE UNIQUE INDEX "idx_invoices_external_id" ON "accounting"."invoices" ("tenant_id","company_id","external_id") WHERE "external_id" is not null;--> statement-breakpoint
CREATE INDEX "idx_invoices_invoice_date_id" ON "accounting"."invoices" ("tenant_id","invoice_date","id");--> statement-breakpoint
CREATE INDEX "idx_invoices_status_invoice_date_id" ON "accounting"."invoices" ("tenant_id","status","invoice_date","id");--> statement-breakpoint
ALTER TABLE "auth"."account" ADD CONSTRAINT "account_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "auth"."user"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "auth"."session" ADD CONSTRAINT "session_user_id_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "auth"."user"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "tenancy"."idempotency_keys" ADD CONSTRAINT "idempotency_keys_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "tenancy"."number_series" ADD CONSTRAINT "number_series_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "tenancy"."number_series" ADD CONSTRAINT "number_series_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "tenancy"."invitations" ADD CONSTRAINT "invitations_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "tenancy"."invitations" ADD CONSTRAINT "invitations_invited_by_fkey" FOREIGN KEY ("tenant_id","invited_by") REFERENCES "tenancy"."users"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "tenancy"."invitations" ADD CONSTRAINT "invitations_accepted_by_fkey" FOREIGN KEY ("tenant_id","accepted_by") REFERENCES "tenancy"."users"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "tenancy"."roles" ADD CONSTRAINT "roles_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "tenancy"."user_profiles" ADD CONSTRAINT "user_profiles_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "auth"."user"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "tenancy"."user_roles" ADD CONSTRAINT "user_roles_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "tenancy"."user_roles" ADD CONSTRAINT "user_roles_user_id_fkey" FOREIGN KEY ("tenant_id","user_id") REFERENCES "tenancy"."users"("tenant_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "tenancy"."user_roles" ADD CONSTRAINT "user_roles_role_id_fkey" FOREIGN KEY ("tenant_id","role_id") REFERENCES "tenancy"."roles"("tenant_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "tenancy"."users" ADD CONSTRAINT "users_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "tenancy"."users" ADD CONSTRAINT "users_identity_id_fkey" FOREIGN KEY ("identity_id") REFERENCES "auth"."user"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "tenancy"."companies" ADD CONSTRAINT "companies_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "tenancy"."audit_log" ADD CONSTRAINT "audit_log_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "tenancy"."audit_log" ADD CONSTRAINT "audit_log_admin_user_id_fkey" FOREIGN KEY ("tenant_id","admin_user_id") REFERENCES "tenancy"."users"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "tenancy"."security_events" ADD CONSTRAINT "security_events_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "tenancy"."security_events" ADD CONSTRAINT "security_events_user_id_fkey" FOREIGN KEY ("tenant_id","user_id") REFERENCES "tenancy"."users"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."customers" ADD CONSTRAINT "customers_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."customers" ADD CONSTRAINT "customers_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" ADD CONSTRAINT "invoice_lines_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" ADD CONSTRAINT "invoice_lines_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" ADD CONSTRAINT "invoice_lines_invoice_id_fkey" FOREIGN KEY ("tenant_id","company_id","invoice_id") REFERENCES "accounting"."invoices"("tenant_id","company_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_customer_id_fkey" FOREIGN KEY ("tenant_id","company_id","customer_id") REFERENCES "accounting"."customers"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."idempotency_keys" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."idempotency_keys" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."number_series" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."number_series" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "tenancy"."number_series" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."invitations" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."invitations" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."roles" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."roles" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_profile" ON "tenancy"."user_profiles" AS PERMISSIVE FOR ALL TO "authenticated" USING (user_id = (select tenancy.current_identity_id())) WITH CHECK (user_id = (select tenancy.current_identity_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."user_profiles" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."user_roles" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."user_roles" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."users" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."users" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_membership" ON "tenancy"."users" AS PERMISSIVE FOR SELECT TO "authenticated" USING (identity_id = (select tenancy.current_identity_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."companies" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."companies" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."tenants" AS PERMISSIVE FOR ALL TO "authenticated" USING (id = (select tenancy.current_tenant_id())) WITH CHECK (id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "own_tenants" ON "tenancy"."tenants" AS PERMISSIVE FOR SELECT TO "authenticated" USING (id = any (array(
  select u.tenant_id from tenancy.users u
  where u.identity_id = (select tenancy.current_identity_id()) and u.status = 'active')));--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."tenants" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."audit_log" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."audit_log" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "audit_append" ON "tenancy"."audit_log" AS PERMISSIVE FOR INSERT TO "audit_writer" WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "platform_read" ON "tenancy"."platform_log" AS PERMISSIVE FOR SELECT TO "platform" USING (true);--> statement-breakpoint
CREATE POLICY "platform_append" ON "tenancy"."platform_log" AS PERMISSIVE FOR INSERT TO "platform" WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."security_events" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."security_events" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."customers" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."customers" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."customers" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."invoice_lines" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."invoice_lines" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."invoice_lines" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."invoices" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."invoices" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."invoices" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));