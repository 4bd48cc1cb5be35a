-- Before any table of sales: its schema. Every statement may run again and again.
create schema if not exists sales;
--> statement-breakpoint
grant usage on schema sales to authenticated, platform;
--> statement-breakpoint
select set_config('check_function_bodies', 'off', true);
--> statement-breakpoint
-- Owns the functions that keep stock, debt, routes and closings. It may do what the runtime login may, under the same
-- policies, and write the tables that nobody else can: these numbers are the sums of their movements, whoever writes.
select tenancy.make_writer_role('sales_writer', true);
--> statement-breakpoint
select tenancy.join_role('audit_writer');
--> statement-breakpoint
select tenancy.join_role('sales_writer');
--> statement-breakpoint
-- tenancy/sql/write_audit.sql
create or replace function tenancy.write_audit() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  row_before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'token_hash' end;
  row_after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'token_hash' end;
  written jsonb := coalesce(row_after, row_before);
  -- Whose record it is: of a company or a business; their own rows have their id.
  company uuid := coalesce(written ->> 'company_id', written ->> 'business_id',
    case when format('%s.%s', tg_table_schema, tg_table_name) in ('tenancy.companies', 'sales.businesses')
      then written ->> 'id' end)::uuid;
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
CREATE TABLE "sales"."abono_allocations" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"abono_id" uuid NOT NULL,
	"sale_id" uuid NOT NULL,
	"amount" numeric(12,2) NOT NULL,
	"allocated_on" date NOT NULL,
	"reversed_on" date,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "abono_allocations_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "abono_allocations_amount_nan_check" CHECK ("amount" <> 'NaN'),
	CONSTRAINT "abono_allocations_allocated_on_range_check" CHECK ("allocated_on" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "abono_allocations_reversed_on_range_check" CHECK ("reversed_on" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "abono_allocations_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "abono_allocations_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "abono_allocations_amount_check" CHECK ("amount" > 0),
	CONSTRAINT "abono_allocations_reversed_on_check" CHECK ("reversed_on" >= "allocated_on")
);
--> statement-breakpoint
ALTER TABLE "sales"."abono_allocations" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."abonos" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"client_id" uuid NOT NULL,
	"seller_id" uuid NOT NULL,
	"distribucion_id" uuid,
	"status" text DEFAULT 'recorded' NOT NULL,
	"amount" numeric(12,2) NOT NULL,
	"allocated_amount" numeric(12,2) DEFAULT '0' NOT NULL,
	"payment_method" text NOT NULL,
	"notes" text,
	"sync_status" text DEFAULT 'pending' NOT NULL,
	"sync_attempts" integer DEFAULT 0 NOT NULL,
	"abono_date" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"abono_day" date NOT NULL,
	"voided_on" date,
	"voided_by" uuid,
	"void_reason" text,
	"is_late" boolean DEFAULT false NOT NULL,
	"reviewed_at" timestamp(3) with time zone,
	"reviewed_by" uuid,
	"idempotency_key" text,
	"request_hash" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "abonos_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "abonos_business_id_id_unique" UNIQUE("tenant_id","business_id","id"),
	CONSTRAINT "abonos_status_check" CHECK ("status" in ('recorded', 'void')),
	CONSTRAINT "abonos_payment_method_check" CHECK ("payment_method" in ('efectivo', 'yape', 'plin', 'transferencia')),
	CONSTRAINT "abonos_sync_status_check" CHECK ("sync_status" in ('pending', 'synced', 'error')),
	CONSTRAINT "abonos_amount_nan_check" CHECK ("amount" <> 'NaN'),
	CONSTRAINT "abonos_allocated_amount_nan_check" CHECK ("allocated_amount" <> 'NaN'),
	CONSTRAINT "abonos_abono_date_range_check" CHECK ("abono_date" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "abonos_abono_day_range_check" CHECK ("abono_day" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "abonos_voided_on_range_check" CHECK ("voided_on" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "abonos_reviewed_at_range_check" CHECK ("reviewed_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "abonos_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "abonos_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "abonos_amount_check" CHECK ("amount" > 0),
	CONSTRAINT "abonos_allocated_amount_check" CHECK ("allocated_amount" between 0 and "amount"),
	CONSTRAINT "abonos_voided_on_check" CHECK (("status" = 'void') = ("voided_on" is not null)),
	CONSTRAINT "abonos_void_allocated_check" CHECK ("status" <> 'void' or "allocated_amount" = 0),
	CONSTRAINT "abonos_sync_attempts_check" CHECK ("sync_attempts" >= 0),
	CONSTRAINT "abonos_idempotency_check" CHECK (("idempotency_key" is null) = ("request_hash" is null))
);
--> statement-breakpoint
ALTER TABLE "sales"."abonos" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."refunds" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"sale_id" uuid,
	"abono_id" uuid,
	"distribucion_id" uuid,
	"payment_method" text NOT NULL,
	"amount" numeric(12,2) NOT NULL,
	"refund_day" date NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "refunds_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "refunds_sale_id_unique" UNIQUE("tenant_id","sale_id","business_id"),
	CONSTRAINT "refunds_abono_id_unique" UNIQUE("tenant_id","abono_id","business_id"),
	CONSTRAINT "refunds_payment_method_check" CHECK ("payment_method" in ('efectivo', 'yape', 'plin', 'transferencia')),
	CONSTRAINT "refunds_amount_nan_check" CHECK ("amount" <> 'NaN'),
	CONSTRAINT "refunds_refund_day_range_check" CHECK ("refund_day" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "refunds_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "refunds_amount_check" CHECK ("amount" > 0),
	CONSTRAINT "refunds_source_check" CHECK (num_nonnulls("sale_id", "abono_id") = 1)
);
--> statement-breakpoint
ALTER TABLE "sales"."refunds" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."business_users" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text DEFAULT 'vendedor' NOT NULL,
	"sales_point" varchar(100),
	"commission_rate" numeric(5,2),
	"is_active" boolean DEFAULT true NOT NULL,
	"joined_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "business_users_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "business_users_business_id_id_unique" UNIQUE("tenant_id","business_id","id"),
	CONSTRAINT "business_users_business_id_user_id_unique" UNIQUE("tenant_id","business_id","user_id"),
	CONSTRAINT "business_users_role_check" CHECK ("role" in ('admin_negocio', 'vendedor')),
	CONSTRAINT "business_users_commission_rate_nan_check" CHECK ("commission_rate" <> 'NaN'),
	CONSTRAINT "business_users_joined_at_range_check" CHECK ("joined_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "business_users_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "business_users_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "business_users_commission_rate_check" CHECK ("commission_rate" between 0 and 100)
);
--> statement-breakpoint
ALTER TABLE "sales"."business_users" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."businesses" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"name" varchar(100) NOT NULL,
	"ruc" varchar(20),
	"address" text,
	"phone" varchar(20),
	"email" varchar(100),
	"logo_url" varchar(255),
	"modo_operacion" varchar(50),
	"control_kilos" boolean,
	"usar_distribucion" boolean,
	"permitir_venta_sin_stock" boolean,
	"time_zone" text DEFAULT 'America/Lima' NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "businesses_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "businesses_modo_operacion_check" CHECK ("modo_operacion" in ('inventario_propio', 'sin_inventario', 'pedidos', 'mixto')),
	CONSTRAINT "businesses_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "businesses_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "businesses_name_check" CHECK ("name" <> ''),
	CONSTRAINT "businesses_time_zone_check" CHECK ("time_zone" ~ '^(UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+)$'
          and 'epoch'::timestamptz at time zone "time_zone" is not null)
);
--> statement-breakpoint
ALTER TABLE "sales"."businesses" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."commission_rates" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"member_id" uuid NOT NULL,
	"valid_from" date NOT NULL,
	"rate" numeric(5,2) NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "commission_rates_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "commission_rates_member_id_valid_from_unique" UNIQUE("tenant_id","member_id","business_id","valid_from"),
	CONSTRAINT "commission_rates_valid_from_range_check" CHECK ("valid_from" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "commission_rates_rate_nan_check" CHECK ("rate" <> 'NaN'),
	CONSTRAINT "commission_rates_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "commission_rates_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "commission_rates_rate_check" CHECK ("rate" between 0 and 100)
);
--> statement-breakpoint
ALTER TABLE "sales"."commission_rates" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."system_config" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id() CONSTRAINT "system_config_tenant_id_unique" UNIQUE,
	"id" uuid DEFAULT gen_random_uuid(),
	"modo_operacion" text DEFAULT 'inventario_propio' NOT NULL,
	"control_kilos" boolean DEFAULT false NOT NULL,
	"usar_distribucion" boolean DEFAULT false NOT NULL,
	"permitir_venta_sin_stock" boolean DEFAULT false NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "system_config_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "system_config_modo_operacion_check" CHECK ("modo_operacion" in ('inventario_propio', 'sin_inventario', 'pedidos', 'mixto')),
	CONSTRAINT "system_config_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "system_config_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00')
);
--> statement-breakpoint
ALTER TABLE "sales"."system_config" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."day_closing_money" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"closing_id" uuid NOT NULL,
	"payment_method" text NOT NULL,
	"sales_amount" numeric(12,2) NOT NULL,
	"abonos_amount" numeric(12,2) NOT NULL,
	"refunds_amount" numeric(12,2) NOT NULL,
	"expected" numeric(12,2) GENERATED ALWAYS AS (sales_amount + abonos_amount - refunds_amount) STORED NOT NULL,
	"counted" numeric(12,2) NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "day_closing_money_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "day_closing_money_payment_method_unique" UNIQUE("tenant_id","closing_id","business_id","payment_method"),
	CONSTRAINT "day_closing_money_payment_method_check" CHECK ("payment_method" in ('efectivo', 'yape', 'plin', 'transferencia')),
	CONSTRAINT "day_closing_money_sales_amount_nan_check" CHECK ("sales_amount" <> 'NaN'),
	CONSTRAINT "day_closing_money_abonos_amount_nan_check" CHECK ("abonos_amount" <> 'NaN'),
	CONSTRAINT "day_closing_money_refunds_amount_nan_check" CHECK ("refunds_amount" <> 'NaN'),
	CONSTRAINT "day_closing_money_counted_nan_check" CHECK ("counted" <> 'NaN'),
	CONSTRAINT "day_closing_money_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "day_closing_money_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00')
);
--> statement-breakpoint
ALTER TABLE "sales"."day_closing_money" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."day_closings" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"day" date NOT NULL,
	"supplement" integer DEFAULT 0 NOT NULL,
	"edition" integer DEFAULT 1 NOT NULL,
	"sale_count" integer NOT NULL,
	"sold_amount" numeric(12,2) NOT NULL,
	"contado_amount" numeric(12,2) NOT NULL,
	"credito_amount" numeric(12,2) NOT NULL,
	"voided_amount" numeric(12,2) NOT NULL,
	"commission_amount" numeric(12,2) NOT NULL,
	"closed_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"closed_by" uuid,
	"reopened_at" timestamp(3) with time zone,
	"reopened_by" uuid,
	"reopen_reason" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "day_closings_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "day_closings_business_id_id_unique" UNIQUE("tenant_id","business_id","id"),
	CONSTRAINT "day_closings_day_unique" UNIQUE("tenant_id","business_id","day","edition","supplement"),
	CONSTRAINT "day_closings_day_range_check" CHECK ("day" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "day_closings_sold_amount_nan_check" CHECK ("sold_amount" <> 'NaN'),
	CONSTRAINT "day_closings_contado_amount_nan_check" CHECK ("contado_amount" <> 'NaN'),
	CONSTRAINT "day_closings_credito_amount_nan_check" CHECK ("credito_amount" <> 'NaN'),
	CONSTRAINT "day_closings_voided_amount_nan_check" CHECK ("voided_amount" <> 'NaN'),
	CONSTRAINT "day_closings_commission_amount_nan_check" CHECK ("commission_amount" <> 'NaN'),
	CONSTRAINT "day_closings_closed_at_range_check" CHECK ("closed_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "day_closings_reopened_at_range_check" CHECK ("reopened_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "day_closings_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "day_closings_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "day_closings_supplement_check" CHECK ("supplement" >= 0),
	CONSTRAINT "day_closings_edition_check" CHECK ("edition" >= 1),
	CONSTRAINT "day_closings_sold_amount_check" CHECK ("sold_amount" = "contado_amount" + "credito_amount"),
	CONSTRAINT "day_closings_reopened_at_check" CHECK (("reopened_at" is null) = ("reopen_reason" is null))
);
--> statement-breakpoint
ALTER TABLE "sales"."day_closings" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."customer_balances" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"client_id" uuid NOT NULL,
	"open_due" numeric(12,2) DEFAULT '0' NOT NULL,
	"credit" numeric(12,2) DEFAULT '0' NOT NULL,
	"balance" numeric(12,2) GENERATED ALWAYS AS (open_due - credit) STORED NOT NULL,
	"owed_cents" bigint GENERATED ALWAYS AS ((greatest(open_due - credit, 0) * 100)::bigint) STORED NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "customer_balances_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "customer_balances_client_id_unique" UNIQUE("tenant_id","client_id","business_id"),
	CONSTRAINT "customer_balances_open_due_nan_check" CHECK ("open_due" <> 'NaN'),
	CONSTRAINT "customer_balances_credit_nan_check" CHECK ("credit" <> 'NaN'),
	CONSTRAINT "customer_balances_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "customer_balances_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "customer_balances_open_due_check" CHECK ("open_due" >= 0),
	CONSTRAINT "customer_balances_credit_check" CHECK ("credit" >= 0)
);
--> statement-breakpoint
ALTER TABLE "sales"."customer_balances" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."customers" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"name" varchar(255) NOT NULL,
	"dni" varchar(20),
	"phone" varchar(50),
	"address" text,
	"notes" text,
	"credit_limit" numeric(12,2),
	"created_by" uuid,
	"sync_status" text DEFAULT 'pending' NOT NULL,
	"sync_attempts" integer DEFAULT 0 NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "customers_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "customers_business_id_id_unique" UNIQUE("tenant_id","business_id","id"),
	CONSTRAINT "customers_sync_status_check" CHECK ("sync_status" in ('pending', 'synced', 'error')),
	CONSTRAINT "customers_credit_limit_nan_check" CHECK ("credit_limit" <> 'NaN'),
	CONSTRAINT "customers_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "customers_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "customers_name_check" CHECK ("name" <> ''),
	CONSTRAINT "customers_credit_limit_check" CHECK ("credit_limit" >= 0),
	CONSTRAINT "customers_sync_attempts_check" CHECK ("sync_attempts" >= 0)
);
--> statement-breakpoint
ALTER TABLE "sales"."customers" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."debt_entries" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"client_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"source_id" uuid NOT NULL,
	"day" date NOT NULL,
	"amount" numeric(12,2) NOT NULL,
	"client_version" bigint NOT NULL,
	"balance_after" numeric(12,2) NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "debt_entries_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "debt_entries_client_version_unique" UNIQUE("tenant_id","client_id","client_version"),
	CONSTRAINT "debt_entries_source_id_kind_unique" UNIQUE("tenant_id","source_id","kind"),
	CONSTRAINT "debt_entries_kind_check" CHECK ("kind" in ('sale', 'sale_void', 'abono', 'abono_void')),
	CONSTRAINT "debt_entries_day_range_check" CHECK ("day" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "debt_entries_amount_nan_check" CHECK ("amount" <> 'NaN'),
	CONSTRAINT "debt_entries_balance_after_nan_check" CHECK ("balance_after" <> 'NaN'),
	CONSTRAINT "debt_entries_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "debt_entries_amount_check" CHECK ("amount" <> 0),
	CONSTRAINT "debt_entries_sign_check" CHECK (("kind" in ('sale', 'abono_void')) = ("amount" > 0))
);
--> statement-breakpoint
ALTER TABLE "sales"."debt_entries" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."order_items" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"order_id" uuid NOT NULL,
	"line_number" integer NOT NULL,
	"product_id" uuid NOT NULL,
	"quantity" numeric(10,3) NOT NULL,
	"unit_price" numeric(10,2) NOT NULL,
	"subtotal" numeric(12,2) GENERATED ALWAYS AS (round(quantity * unit_price, 2)) STORED NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "order_items_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "order_items_order_id_line_number_unique" UNIQUE("tenant_id","order_id","business_id","line_number"),
	CONSTRAINT "order_items_quantity_nan_check" CHECK ("quantity" <> 'NaN'),
	CONSTRAINT "order_items_unit_price_nan_check" CHECK ("unit_price" <> 'NaN'),
	CONSTRAINT "order_items_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "order_items_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "order_items_line_number_check" CHECK ("line_number" > 0),
	CONSTRAINT "order_items_quantity_check" CHECK ("quantity" > 0),
	CONSTRAINT "order_items_unit_price_check" CHECK ("unit_price" >= 0)
);
--> statement-breakpoint
ALTER TABLE "sales"."order_items" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."orders" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"client_id" uuid NOT NULL,
	"seller_id" uuid NOT NULL,
	"status" text DEFAULT 'ordered' NOT NULL,
	"total_amount" numeric(12,2) NOT NULL,
	"order_date" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"delivery_day" date,
	"notes" text,
	"idempotency_key" text,
	"request_hash" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "orders_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "orders_business_id_id_unique" UNIQUE("tenant_id","business_id","id"),
	CONSTRAINT "orders_status_check" CHECK ("status" in ('ordered', 'delivered', 'cancelled')),
	CONSTRAINT "orders_total_amount_nan_check" CHECK ("total_amount" <> 'NaN'),
	CONSTRAINT "orders_order_date_range_check" CHECK ("order_date" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "orders_delivery_day_range_check" CHECK ("delivery_day" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "orders_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "orders_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "orders_total_amount_check" CHECK ("total_amount" >= 0),
	CONSTRAINT "orders_idempotency_check" CHECK (("idempotency_key" is null) = ("request_hash" is null))
);
--> statement-breakpoint
ALTER TABLE "sales"."orders" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."inventory" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"product_id" uuid NOT NULL,
	"quantity" numeric(10,3) DEFAULT '0' NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inventory_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "inventory_product_id_unique" UNIQUE("tenant_id","product_id","business_id"),
	CONSTRAINT "inventory_quantity_nan_check" CHECK ("quantity" <> 'NaN'),
	CONSTRAINT "inventory_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "inventory_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00')
);
--> statement-breakpoint
ALTER TABLE "sales"."inventory" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."products" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"name" varchar(255) NOT NULL,
	"type" text NOT NULL,
	"unit" text NOT NULL,
	"base_price" numeric(10,2),
	"unit_cost" numeric(10,4),
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "products_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "products_business_id_id_unique" UNIQUE("tenant_id","business_id","id"),
	CONSTRAINT "products_type_check" CHECK ("type" in ('pollo', 'huevo', 'otro')),
	CONSTRAINT "products_unit_check" CHECK ("unit" in ('kg', 'unidad')),
	CONSTRAINT "products_base_price_nan_check" CHECK ("base_price" <> 'NaN'),
	CONSTRAINT "products_unit_cost_nan_check" CHECK ("unit_cost" <> 'NaN'),
	CONSTRAINT "products_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "products_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "products_name_check" CHECK ("name" <> ''),
	CONSTRAINT "products_base_price_check" CHECK ("base_price" >= 0),
	CONSTRAINT "products_unit_cost_check" CHECK ("unit_cost" >= 0)
);
--> statement-breakpoint
ALTER TABLE "sales"."products" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."stock_movements" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"product_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"source_id" uuid,
	"day" date NOT NULL,
	"quantity" numeric(10,3) NOT NULL,
	"unit_cost" numeric(10,4),
	"counted_quantity" numeric(10,3),
	"reason" text,
	"product_version" bigint NOT NULL,
	"quantity_after" numeric(10,3) NOT NULL,
	"created_by" uuid,
	"idempotency_key" text,
	"request_hash" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "stock_movements_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "stock_movements_product_version_unique" UNIQUE("tenant_id","product_id","product_version"),
	CONSTRAINT "stock_movements_kind_check" CHECK ("kind" in ('receipt', 'adjustment', 'count', 'sale', 'sale_void', 'assignment', 'return', 'reopening')),
	CONSTRAINT "stock_movements_day_range_check" CHECK ("day" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "stock_movements_quantity_nan_check" CHECK ("quantity" <> 'NaN'),
	CONSTRAINT "stock_movements_unit_cost_nan_check" CHECK ("unit_cost" <> 'NaN'),
	CONSTRAINT "stock_movements_counted_quantity_nan_check" CHECK ("counted_quantity" <> 'NaN'),
	CONSTRAINT "stock_movements_quantity_after_nan_check" CHECK ("quantity_after" <> 'NaN'),
	CONSTRAINT "stock_movements_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "stock_movements_idempotency_check" CHECK (("idempotency_key" is null) = ("request_hash" is null)),
	CONSTRAINT "stock_movements_source_id_check" CHECK (("kind" in ('receipt', 'adjustment', 'count')) = ("source_id" is null)),
	CONSTRAINT "stock_movements_reason_check" CHECK ("kind" <> 'adjustment' or "reason" <> ''),
	CONSTRAINT "stock_movements_counted_check" CHECK (("kind" = 'count') = ("counted_quantity" is not null)),
	CONSTRAINT "stock_movements_unit_cost_check" CHECK ("unit_cost" >= 0),
	CONSTRAINT "stock_movements_sign_check" CHECK (case when "kind" in ('receipt', 'sale_void', 'return') then "quantity" > 0
          when "kind" in ('sale', 'assignment', 'reopening') then "quantity" < 0
          when "kind" = 'adjustment' then "quantity" <> 0 else "counted_quantity" >= 0 end)
);
--> statement-breakpoint
ALTER TABLE "sales"."stock_movements" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."distribucion_items" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"distribucion_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"assigned" numeric(10,3) DEFAULT '0' NOT NULL,
	"sold" numeric(10,3) DEFAULT '0' NOT NULL,
	"returned" numeric(10,3) DEFAULT '0' NOT NULL,
	"lost" numeric(10,3) DEFAULT '0' NOT NULL,
	"loss_reason" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "distribucion_items_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "distribucion_items_product_id_unique" UNIQUE("tenant_id","distribucion_id","business_id","product_id"),
	CONSTRAINT "distribucion_items_assigned_nan_check" CHECK ("assigned" <> 'NaN'),
	CONSTRAINT "distribucion_items_sold_nan_check" CHECK ("sold" <> 'NaN'),
	CONSTRAINT "distribucion_items_returned_nan_check" CHECK ("returned" <> 'NaN'),
	CONSTRAINT "distribucion_items_lost_nan_check" CHECK ("lost" <> 'NaN'),
	CONSTRAINT "distribucion_items_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "distribucion_items_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "distribucion_items_assigned_check" CHECK ("assigned" >= 0),
	CONSTRAINT "distribucion_items_sold_check" CHECK ("sold" >= 0),
	CONSTRAINT "distribucion_items_returned_check" CHECK ("returned" >= 0),
	CONSTRAINT "distribucion_items_lost_check" CHECK ("lost" >= 0),
	CONSTRAINT "distribucion_items_loss_reason_check" CHECK ("lost" = 0 or coalesce("loss_reason", '') <> '')
);
--> statement-breakpoint
ALTER TABLE "sales"."distribucion_items" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."distribucion_money" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"distribucion_id" uuid NOT NULL,
	"settlement" integer DEFAULT 1 NOT NULL,
	"payment_method" text NOT NULL,
	"expected" numeric(12,2) NOT NULL,
	"handed_in" numeric(12,2) NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "distribucion_money_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "distribucion_money_payment_method_unique" UNIQUE("tenant_id","distribucion_id","business_id","settlement","payment_method"),
	CONSTRAINT "distribucion_money_payment_method_check" CHECK ("payment_method" in ('efectivo', 'yape', 'plin', 'transferencia')),
	CONSTRAINT "distribucion_money_expected_nan_check" CHECK ("expected" <> 'NaN'),
	CONSTRAINT "distribucion_money_handed_in_nan_check" CHECK ("handed_in" <> 'NaN'),
	CONSTRAINT "distribucion_money_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "distribucion_money_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "distribucion_money_settlement_check" CHECK ("settlement" >= 1),
	CONSTRAINT "distribucion_money_handed_in_check" CHECK ("handed_in" >= 0)
);
--> statement-breakpoint
ALTER TABLE "sales"."distribucion_money" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."distribuciones" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"vendedor_id" uuid NOT NULL,
	"punto_venta" varchar(100),
	"kilos_asignados" numeric(10,3) DEFAULT '0' NOT NULL,
	"kilos_vendidos" numeric(10,3) DEFAULT '0' NOT NULL,
	"monto_recaudado" numeric(12,2) DEFAULT '0' NOT NULL,
	"fecha" date NOT NULL,
	"estado" text DEFAULT 'activo' NOT NULL,
	"closed_at" timestamp(3) with time zone,
	"closed_by" uuid,
	"sync_status" text DEFAULT 'pending' NOT NULL,
	"sync_attempts" integer DEFAULT 0 NOT NULL,
	"idempotency_key" text,
	"request_hash" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "distribuciones_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "distribuciones_business_id_id_unique" UNIQUE("tenant_id","business_id","id"),
	CONSTRAINT "distribuciones_estado_check" CHECK ("estado" in ('activo', 'en_ruta', 'cerrado')),
	CONSTRAINT "distribuciones_sync_status_check" CHECK ("sync_status" in ('pending', 'synced', 'error')),
	CONSTRAINT "distribuciones_kilos_asignados_nan_check" CHECK ("kilos_asignados" <> 'NaN'),
	CONSTRAINT "distribuciones_kilos_vendidos_nan_check" CHECK ("kilos_vendidos" <> 'NaN'),
	CONSTRAINT "distribuciones_monto_recaudado_nan_check" CHECK ("monto_recaudado" <> 'NaN'),
	CONSTRAINT "distribuciones_fecha_range_check" CHECK ("fecha" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "distribuciones_closed_at_range_check" CHECK ("closed_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "distribuciones_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "distribuciones_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "distribuciones_kilos_asignados_check" CHECK ("kilos_asignados" >= 0),
	CONSTRAINT "distribuciones_kilos_vendidos_check" CHECK ("kilos_vendidos" >= 0),
	CONSTRAINT "distribuciones_closed_at_check" CHECK (("estado" = 'cerrado') = ("closed_at" is not null)),
	CONSTRAINT "distribuciones_sync_attempts_check" CHECK ("sync_attempts" >= 0),
	CONSTRAINT "distribuciones_idempotency_check" CHECK (("idempotency_key" is null) = ("request_hash" is null))
);
--> statement-breakpoint
ALTER TABLE "sales"."distribuciones" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."sale_items" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"sale_id" uuid NOT NULL,
	"line_number" integer NOT NULL,
	"product_id" uuid NOT NULL,
	"product_name" varchar(255) NOT NULL,
	"unit" text NOT NULL,
	"gross" numeric(10,3),
	"tara" numeric(10,3),
	"quantity" numeric(10,3) NOT NULL,
	"unit_price" numeric(10,2) NOT NULL,
	"subtotal" numeric(12,2) NOT NULL,
	"unit_cost" numeric(10,4),
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sale_items_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "sale_items_sale_id_line_number_unique" UNIQUE("tenant_id","sale_id","business_id","line_number"),
	CONSTRAINT "sale_items_unit_check" CHECK ("unit" in ('kg', 'unidad')),
	CONSTRAINT "sale_items_gross_nan_check" CHECK ("gross" <> 'NaN'),
	CONSTRAINT "sale_items_tara_nan_check" CHECK ("tara" <> 'NaN'),
	CONSTRAINT "sale_items_quantity_nan_check" CHECK ("quantity" <> 'NaN'),
	CONSTRAINT "sale_items_unit_price_nan_check" CHECK ("unit_price" <> 'NaN'),
	CONSTRAINT "sale_items_subtotal_nan_check" CHECK ("subtotal" <> 'NaN'),
	CONSTRAINT "sale_items_unit_cost_nan_check" CHECK ("unit_cost" <> 'NaN'),
	CONSTRAINT "sale_items_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "sale_items_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "sale_items_line_number_check" CHECK ("line_number" > 0),
	CONSTRAINT "sale_items_quantity_check" CHECK ("quantity" > 0),
	CONSTRAINT "sale_items_unit_price_check" CHECK ("unit_price" >= 0),
	CONSTRAINT "sale_items_subtotal_check" CHECK ("subtotal" = round("quantity" * "unit_price", 2)),
	CONSTRAINT "sale_items_tara_check" CHECK ("tara" >= 0),
	CONSTRAINT "sale_items_weight_check" CHECK (case when "gross" is null then "tara" is null
          else "tara" is not null and "unit" = 'kg' and "quantity" = "gross" - "tara" end),
	CONSTRAINT "sale_items_pieces_check" CHECK ("unit" = 'kg' or "quantity" = trunc("quantity")),
	CONSTRAINT "sale_items_unit_cost_check" CHECK ("unit_cost" >= 0)
);
--> statement-breakpoint
ALTER TABLE "sales"."sale_items" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."sales" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"client_id" uuid,
	"seller_id" uuid NOT NULL,
	"distribucion_id" uuid,
	"order_id" uuid,
	"sale_type" text NOT NULL,
	"status" text DEFAULT 'draft' NOT NULL,
	"total_amount" numeric(12,2) NOT NULL,
	"amount_paid" numeric(12,2) DEFAULT '0' NOT NULL,
	"payment_method" text DEFAULT 'efectivo',
	"balance_due" numeric(12,2) DEFAULT '0' NOT NULL,
	"tara" numeric(10,3) DEFAULT '0' NOT NULL,
	"net_weight" numeric(10,3) DEFAULT '0' NOT NULL,
	"sales_point" varchar(100),
	"commission_rate" numeric(5,2) DEFAULT '0' NOT NULL,
	"sync_status" text DEFAULT 'pending' NOT NULL,
	"sync_attempts" integer DEFAULT 0 NOT NULL,
	"sale_date" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"sale_day" date NOT NULL,
	"corrects_sale_id" uuid,
	"voided_on" date,
	"voided_by" uuid,
	"void_reason" text,
	"is_late" boolean DEFAULT false NOT NULL,
	"reviewed_at" timestamp(3) with time zone,
	"reviewed_by" uuid,
	"idempotency_key" text,
	"request_hash" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sales_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "sales_business_id_id_unique" UNIQUE("tenant_id","business_id","id"),
	CONSTRAINT "sales_sale_type_check" CHECK ("sale_type" in ('contado', 'credito')),
	CONSTRAINT "sales_status_check" CHECK ("status" in ('draft', 'recorded', 'void')),
	CONSTRAINT "sales_payment_method_check" CHECK ("payment_method" in ('efectivo', 'yape', 'plin', 'transferencia')),
	CONSTRAINT "sales_sync_status_check" CHECK ("sync_status" in ('pending', 'synced', 'error')),
	CONSTRAINT "sales_total_amount_nan_check" CHECK ("total_amount" <> 'NaN'),
	CONSTRAINT "sales_amount_paid_nan_check" CHECK ("amount_paid" <> 'NaN'),
	CONSTRAINT "sales_balance_due_nan_check" CHECK ("balance_due" <> 'NaN'),
	CONSTRAINT "sales_tara_nan_check" CHECK ("tara" <> 'NaN'),
	CONSTRAINT "sales_net_weight_nan_check" CHECK ("net_weight" <> 'NaN'),
	CONSTRAINT "sales_commission_rate_nan_check" CHECK ("commission_rate" <> 'NaN'),
	CONSTRAINT "sales_sale_date_range_check" CHECK ("sale_date" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "sales_sale_day_range_check" CHECK ("sale_day" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "sales_voided_on_range_check" CHECK ("voided_on" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "sales_reviewed_at_range_check" CHECK ("reviewed_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "sales_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "sales_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "sales_total_amount_check" CHECK ("total_amount" >= 0),
	CONSTRAINT "sales_amount_paid_check" CHECK ("amount_paid" between 0 and "total_amount"),
	CONSTRAINT "sales_balance_due_check" CHECK ("balance_due" between 0 and "total_amount" - "amount_paid"),
	CONSTRAINT "sales_method_check" CHECK ("amount_paid" = 0 or "payment_method" is not null),
	CONSTRAINT "sales_contado_check" CHECK ("sale_type" <> 'contado' or "amount_paid" = "total_amount"),
	CONSTRAINT "sales_credito_check" CHECK ("sale_type" <> 'credito' or "client_id" is not null),
	CONSTRAINT "sales_weight_check" CHECK ("tara" >= 0 and "net_weight" >= 0),
	CONSTRAINT "sales_commission_rate_check" CHECK ("commission_rate" between 0 and 100),
	CONSTRAINT "sales_voided_on_check" CHECK (("status" = 'void') = ("voided_on" is not null)),
	CONSTRAINT "sales_void_balance_check" CHECK ("status" <> 'void' or "balance_due" = 0),
	CONSTRAINT "sales_corrects_sale_id_check" CHECK ("corrects_sale_id" <> "id"),
	CONSTRAINT "sales_sync_attempts_check" CHECK ("sync_attempts" >= 0),
	CONSTRAINT "sales_idempotency_check" CHECK (("idempotency_key" is null) = ("request_hash" is null))
);
--> statement-breakpoint
ALTER TABLE "sales"."sales" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."product_totals" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"day" date NOT NULL,
	"seller_id" uuid NOT NULL,
	"sales_point" varchar(100) NOT NULL,
	"product_id" uuid NOT NULL,
	"quantity" numeric(10,3) NOT NULL,
	"sold_amount" numeric(12,2) NOT NULL,
	"voided_quantity" numeric(10,3) NOT NULL,
	"voided_amount" numeric(12,2) NOT NULL,
	"costed_amount" numeric(12,2) NOT NULL,
	"cost_amount" numeric(12,2) NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "product_totals_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "product_totals_day_unique" UNIQUE("tenant_id","business_id","day","seller_id","sales_point","product_id"),
	CONSTRAINT "product_totals_day_range_check" CHECK ("day" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "product_totals_quantity_nan_check" CHECK ("quantity" <> 'NaN'),
	CONSTRAINT "product_totals_sold_amount_nan_check" CHECK ("sold_amount" <> 'NaN'),
	CONSTRAINT "product_totals_voided_quantity_nan_check" CHECK ("voided_quantity" <> 'NaN'),
	CONSTRAINT "product_totals_voided_amount_nan_check" CHECK ("voided_amount" <> 'NaN'),
	CONSTRAINT "product_totals_costed_amount_nan_check" CHECK ("costed_amount" <> 'NaN'),
	CONSTRAINT "product_totals_cost_amount_nan_check" CHECK ("cost_amount" <> 'NaN'),
	CONSTRAINT "product_totals_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "product_totals_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "product_totals_amounts_check" CHECK ("sold_amount" >= 0 and "voided_amount" >= 0),
	CONSTRAINT "product_totals_quantities_check" CHECK ("quantity" >= 0 and "voided_quantity" >= 0)
);
--> statement-breakpoint
ALTER TABLE "sales"."product_totals" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."sale_totals" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"day" date NOT NULL,
	"seller_id" uuid NOT NULL,
	"sales_point" varchar(100) NOT NULL,
	"sale_type" text NOT NULL,
	"payment_method" text NOT NULL,
	"sale_count" integer NOT NULL,
	"sold_amount" numeric(12,2) NOT NULL,
	"paid_amount" numeric(12,2) NOT NULL,
	"voided_count" integer NOT NULL,
	"voided_amount" numeric(12,2) NOT NULL,
	"refunded_amount" numeric(12,2) NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sale_totals_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "sale_totals_day_unique" UNIQUE("tenant_id","business_id","day","seller_id","sales_point","sale_type","payment_method"),
	CONSTRAINT "sale_totals_sale_type_check" CHECK ("sale_type" in ('contado', 'credito')),
	CONSTRAINT "sale_totals_payment_method_check" CHECK ("payment_method" in ('efectivo', 'yape', 'plin', 'transferencia')),
	CONSTRAINT "sale_totals_day_range_check" CHECK ("day" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "sale_totals_sold_amount_nan_check" CHECK ("sold_amount" <> 'NaN'),
	CONSTRAINT "sale_totals_paid_amount_nan_check" CHECK ("paid_amount" <> 'NaN'),
	CONSTRAINT "sale_totals_voided_amount_nan_check" CHECK ("voided_amount" <> 'NaN'),
	CONSTRAINT "sale_totals_refunded_amount_nan_check" CHECK ("refunded_amount" <> 'NaN'),
	CONSTRAINT "sale_totals_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "sale_totals_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "sale_totals_counts_check" CHECK ("sale_count" >= 0 and "voided_count" >= 0),
	CONSTRAINT "sale_totals_sold_check" CHECK ("paid_amount" between 0 and "sold_amount"),
	CONSTRAINT "sale_totals_voided_check" CHECK ("refunded_amount" between 0 and "voided_amount")
);
--> statement-breakpoint
ALTER TABLE "sales"."sale_totals" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE INDEX "idx_abono_allocations_abono_id" ON "sales"."abono_allocations" ("tenant_id","abono_id");
--> statement-breakpoint
CREATE INDEX "idx_abono_allocations_sale_id" ON "sales"."abono_allocations" ("tenant_id","sale_id");
--> statement-breakpoint
CREATE INDEX "idx_abono_allocations_allocated_on" ON "sales"."abono_allocations" ("tenant_id","business_id","allocated_on");
--> statement-breakpoint
CREATE INDEX "idx_abonos_business_id_abono_date" ON "sales"."abonos" ("tenant_id","business_id","abono_date","id");
--> statement-breakpoint
CREATE INDEX "idx_abonos_business_id_abono_day" ON "sales"."abonos" ("tenant_id","business_id","abono_day");
--> statement-breakpoint
CREATE INDEX "idx_abonos_client_id" ON "sales"."abonos" ("tenant_id","client_id","abono_date","id");
--> statement-breakpoint
CREATE INDEX "idx_abonos_credit" ON "sales"."abonos" ("tenant_id","client_id","abono_date","created_at","id") WHERE "status" = 'recorded' and "allocated_amount" < "amount";
--> statement-breakpoint
CREATE INDEX "idx_abonos_seller_id" ON "sales"."abonos" ("tenant_id","seller_id","abono_date","id");
--> statement-breakpoint
CREATE INDEX "idx_abonos_distribucion_id" ON "sales"."abonos" ("tenant_id","distribucion_id") WHERE "distribucion_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_abonos_late" ON "sales"."abonos" ("tenant_id","business_id","abono_date","id") WHERE "is_late" and "reviewed_at" is null;
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_abonos_idempotency_key" ON "sales"."abonos" ("tenant_id","business_id","idempotency_key") WHERE "idempotency_key" is not null;
--> statement-breakpoint
CREATE INDEX "idx_refunds_refund_day" ON "sales"."refunds" ("tenant_id","business_id","refund_day");
--> statement-breakpoint
CREATE INDEX "idx_refunds_distribucion_id" ON "sales"."refunds" ("tenant_id","distribucion_id") WHERE "distribucion_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_business_users_user_id" ON "sales"."business_users" ("tenant_id","user_id");
--> statement-breakpoint
CREATE INDEX "idx_commission_rates_business_id" ON "sales"."commission_rates" ("tenant_id","business_id");
--> statement-breakpoint
CREATE INDEX "idx_day_closing_money_business_id" ON "sales"."day_closing_money" ("tenant_id","business_id");
--> statement-breakpoint
CREATE INDEX "idx_customer_balances_owed_cents" ON "sales"."customer_balances" ("tenant_id","business_id","owed_cents","id") WHERE "owed_cents" > 0;
--> statement-breakpoint
CREATE INDEX "idx_customers_created_by" ON "sales"."customers" ("tenant_id","created_by");
--> statement-breakpoint
CREATE INDEX "idx_customers_business_id_name" ON "sales"."customers" ("tenant_id","business_id","name","id");
--> statement-breakpoint
CREATE INDEX "idx_customers_dni" ON "sales"."customers" ("tenant_id","business_id","dni") WHERE "dni" is not null;
--> statement-breakpoint
CREATE INDEX "idx_debt_entries_client_id_day" ON "sales"."debt_entries" ("tenant_id","client_id","day","client_version");
--> statement-breakpoint
CREATE INDEX "idx_order_items_product_id" ON "sales"."order_items" ("tenant_id","product_id");
--> statement-breakpoint
CREATE INDEX "idx_orders_seller_id" ON "sales"."orders" ("tenant_id","seller_id");
--> statement-breakpoint
CREATE INDEX "idx_orders_business_id_status" ON "sales"."orders" ("tenant_id","business_id","status","order_date","id");
--> statement-breakpoint
CREATE INDEX "idx_orders_client_id" ON "sales"."orders" ("tenant_id","client_id","order_date","id");
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_orders_idempotency_key" ON "sales"."orders" ("tenant_id","business_id","idempotency_key") WHERE "idempotency_key" is not null;
--> statement-breakpoint
CREATE INDEX "idx_inventory_business_id" ON "sales"."inventory" ("tenant_id","business_id");
--> statement-breakpoint
CREATE INDEX "idx_products_business_id_name" ON "sales"."products" ("tenant_id","business_id","name","id");
--> statement-breakpoint
CREATE INDEX "idx_stock_movements_product_id_day" ON "sales"."stock_movements" ("tenant_id","product_id","day","product_version");
--> statement-breakpoint
CREATE INDEX "idx_stock_movements_source_id" ON "sales"."stock_movements" ("tenant_id","source_id") WHERE "source_id" is not null;
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_stock_movements_idempotency_key" ON "sales"."stock_movements" ("tenant_id","business_id","idempotency_key") WHERE "idempotency_key" is not null;
--> statement-breakpoint
CREATE INDEX "idx_distribucion_items_product_id" ON "sales"."distribucion_items" ("tenant_id","product_id");
--> statement-breakpoint
CREATE INDEX "idx_distribuciones_business_id_fecha" ON "sales"."distribuciones" ("tenant_id","business_id","fecha","id");
--> statement-breakpoint
CREATE INDEX "idx_distribuciones_vendedor_id" ON "sales"."distribuciones" ("tenant_id","vendedor_id","fecha","id");
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_distribuciones_idempotency_key" ON "sales"."distribuciones" ("tenant_id","business_id","idempotency_key") WHERE "idempotency_key" is not null;
--> statement-breakpoint
CREATE INDEX "idx_sale_items_product_id" ON "sales"."sale_items" ("tenant_id","product_id");
--> statement-breakpoint
CREATE INDEX "idx_sales_business_id_sale_date" ON "sales"."sales" ("tenant_id","business_id","sale_date","id");
--> statement-breakpoint
CREATE INDEX "idx_sales_business_id_sale_day" ON "sales"."sales" ("tenant_id","business_id","sale_day");
--> statement-breakpoint
CREATE INDEX "idx_sales_client_id" ON "sales"."sales" ("tenant_id","client_id","sale_date","id") WHERE "client_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_sales_open" ON "sales"."sales" ("tenant_id","client_id","sale_date","created_at","id") WHERE "balance_due" > 0;
--> statement-breakpoint
CREATE INDEX "idx_sales_seller_id" ON "sales"."sales" ("tenant_id","seller_id","sale_date","id");
--> statement-breakpoint
CREATE INDEX "idx_sales_distribucion_id" ON "sales"."sales" ("tenant_id","distribucion_id") WHERE "distribucion_id" is not null;
--> statement-breakpoint
CREATE UNIQUE INDEX "sales_order_id_unique" ON "sales"."sales" ("tenant_id","business_id","order_id") WHERE "order_id" is not null and "status" <> 'void';
--> statement-breakpoint
CREATE INDEX "idx_sales_order_id" ON "sales"."sales" ("tenant_id","order_id") WHERE "order_id" is not null;
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_sales_corrects_sale_id" ON "sales"."sales" ("tenant_id","corrects_sale_id") WHERE "corrects_sale_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_sales_late" ON "sales"."sales" ("tenant_id","business_id","sale_date","id") WHERE "is_late" and "reviewed_at" is null;
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_sales_idempotency_key" ON "sales"."sales" ("tenant_id","business_id","idempotency_key") WHERE "idempotency_key" is not null;
--> statement-breakpoint
ALTER TABLE "sales"."abono_allocations" ADD CONSTRAINT "abono_allocations_abono_id_fkey" FOREIGN KEY ("tenant_id","business_id","abono_id") REFERENCES "sales"."abonos"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."abono_allocations" ADD CONSTRAINT "abono_allocations_sale_id_fkey" FOREIGN KEY ("tenant_id","business_id","sale_id") REFERENCES "sales"."sales"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."abonos" ADD CONSTRAINT "abonos_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."abonos" ADD CONSTRAINT "abonos_business_id_fkey" FOREIGN KEY ("tenant_id","business_id") REFERENCES "sales"."businesses"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."abonos" ADD CONSTRAINT "abonos_client_id_fkey" FOREIGN KEY ("tenant_id","business_id","client_id") REFERENCES "sales"."customers"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."abonos" ADD CONSTRAINT "abonos_seller_id_fkey" FOREIGN KEY ("tenant_id","business_id","seller_id") REFERENCES "sales"."business_users"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."abonos" ADD CONSTRAINT "abonos_distribucion_id_fkey" FOREIGN KEY ("tenant_id","business_id","distribucion_id") REFERENCES "sales"."distribuciones"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."refunds" ADD CONSTRAINT "refunds_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."refunds" ADD CONSTRAINT "refunds_business_id_fkey" FOREIGN KEY ("tenant_id","business_id") REFERENCES "sales"."businesses"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."refunds" ADD CONSTRAINT "refunds_sale_id_fkey" FOREIGN KEY ("tenant_id","business_id","sale_id") REFERENCES "sales"."sales"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."refunds" ADD CONSTRAINT "refunds_abono_id_fkey" FOREIGN KEY ("tenant_id","business_id","abono_id") REFERENCES "sales"."abonos"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."refunds" ADD CONSTRAINT "refunds_distribucion_id_fkey" FOREIGN KEY ("tenant_id","business_id","distribucion_id") REFERENCES "sales"."distribuciones"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."business_users" ADD CONSTRAINT "business_users_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."business_users" ADD CONSTRAINT "business_users_business_id_fkey" FOREIGN KEY ("tenant_id","business_id") REFERENCES "sales"."businesses"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."business_users" ADD CONSTRAINT "business_users_user_id_fkey" FOREIGN KEY ("tenant_id","user_id") REFERENCES "tenancy"."users"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."businesses" ADD CONSTRAINT "businesses_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."commission_rates" ADD CONSTRAINT "commission_rates_member_id_fkey" FOREIGN KEY ("tenant_id","business_id","member_id") REFERENCES "sales"."business_users"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."system_config" ADD CONSTRAINT "system_config_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."day_closing_money" ADD CONSTRAINT "day_closing_money_closing_id_fkey" FOREIGN KEY ("tenant_id","business_id","closing_id") REFERENCES "sales"."day_closings"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."day_closings" ADD CONSTRAINT "day_closings_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."day_closings" ADD CONSTRAINT "day_closings_business_id_fkey" FOREIGN KEY ("tenant_id","business_id") REFERENCES "sales"."businesses"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."customer_balances" ADD CONSTRAINT "customer_balances_client_id_fkey" FOREIGN KEY ("tenant_id","business_id","client_id") REFERENCES "sales"."customers"("tenant_id","business_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "sales"."customers" ADD CONSTRAINT "customers_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."customers" ADD CONSTRAINT "customers_business_id_fkey" FOREIGN KEY ("tenant_id","business_id") REFERENCES "sales"."businesses"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."customers" ADD CONSTRAINT "customers_created_by_fkey" FOREIGN KEY ("tenant_id","business_id","created_by") REFERENCES "sales"."business_users"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."debt_entries" ADD CONSTRAINT "debt_entries_client_id_fkey" FOREIGN KEY ("tenant_id","business_id","client_id") REFERENCES "sales"."customers"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."order_items" ADD CONSTRAINT "order_items_order_id_fkey" FOREIGN KEY ("tenant_id","business_id","order_id") REFERENCES "sales"."orders"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."order_items" ADD CONSTRAINT "order_items_product_id_fkey" FOREIGN KEY ("tenant_id","business_id","product_id") REFERENCES "sales"."products"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."orders" ADD CONSTRAINT "orders_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."orders" ADD CONSTRAINT "orders_business_id_fkey" FOREIGN KEY ("tenant_id","business_id") REFERENCES "sales"."businesses"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."orders" ADD CONSTRAINT "orders_client_id_fkey" FOREIGN KEY ("tenant_id","business_id","client_id") REFERENCES "sales"."customers"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."orders" ADD CONSTRAINT "orders_seller_id_fkey" FOREIGN KEY ("tenant_id","business_id","seller_id") REFERENCES "sales"."business_users"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."inventory" ADD CONSTRAINT "inventory_product_id_fkey" FOREIGN KEY ("tenant_id","business_id","product_id") REFERENCES "sales"."products"("tenant_id","business_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "sales"."products" ADD CONSTRAINT "products_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."products" ADD CONSTRAINT "products_business_id_fkey" FOREIGN KEY ("tenant_id","business_id") REFERENCES "sales"."businesses"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."stock_movements" ADD CONSTRAINT "stock_movements_product_id_fkey" FOREIGN KEY ("tenant_id","business_id","product_id") REFERENCES "sales"."products"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."distribucion_items" ADD CONSTRAINT "distribucion_items_distribucion_id_fkey" FOREIGN KEY ("tenant_id","business_id","distribucion_id") REFERENCES "sales"."distribuciones"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."distribucion_items" ADD CONSTRAINT "distribucion_items_product_id_fkey" FOREIGN KEY ("tenant_id","business_id","product_id") REFERENCES "sales"."products"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."distribucion_money" ADD CONSTRAINT "distribucion_money_distribucion_id_fkey" FOREIGN KEY ("tenant_id","business_id","distribucion_id") REFERENCES "sales"."distribuciones"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."distribuciones" ADD CONSTRAINT "distribuciones_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."distribuciones" ADD CONSTRAINT "distribuciones_business_id_fkey" FOREIGN KEY ("tenant_id","business_id") REFERENCES "sales"."businesses"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."distribuciones" ADD CONSTRAINT "distribuciones_vendedor_id_fkey" FOREIGN KEY ("tenant_id","business_id","vendedor_id") REFERENCES "sales"."business_users"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."sale_items" ADD CONSTRAINT "sale_items_sale_id_fkey" FOREIGN KEY ("tenant_id","business_id","sale_id") REFERENCES "sales"."sales"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."sale_items" ADD CONSTRAINT "sale_items_product_id_fkey" FOREIGN KEY ("tenant_id","business_id","product_id") REFERENCES "sales"."products"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."sales" ADD CONSTRAINT "sales_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."sales" ADD CONSTRAINT "sales_business_id_fkey" FOREIGN KEY ("tenant_id","business_id") REFERENCES "sales"."businesses"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."sales" ADD CONSTRAINT "sales_client_id_fkey" FOREIGN KEY ("tenant_id","business_id","client_id") REFERENCES "sales"."customers"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."sales" ADD CONSTRAINT "sales_seller_id_fkey" FOREIGN KEY ("tenant_id","business_id","seller_id") REFERENCES "sales"."business_users"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."sales" ADD CONSTRAINT "sales_distribucion_id_fkey" FOREIGN KEY ("tenant_id","business_id","distribucion_id") REFERENCES "sales"."distribuciones"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."sales" ADD CONSTRAINT "sales_order_id_fkey" FOREIGN KEY ("tenant_id","business_id","order_id") REFERENCES "sales"."orders"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."sales" ADD CONSTRAINT "sales_corrects_sale_id_fkey" FOREIGN KEY ("tenant_id","business_id","corrects_sale_id") REFERENCES "sales"."sales"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."product_totals" ADD CONSTRAINT "product_totals_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."product_totals" ADD CONSTRAINT "product_totals_business_id_fkey" FOREIGN KEY ("tenant_id","business_id") REFERENCES "sales"."businesses"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."sale_totals" ADD CONSTRAINT "sale_totals_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."sale_totals" ADD CONSTRAINT "sale_totals_business_id_fkey" FOREIGN KEY ("tenant_id","business_id") REFERENCES "sales"."businesses"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."abono_allocations" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."abono_allocations" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."abono_allocations" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."abonos" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."abonos" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."abonos" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."refunds" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."refunds" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."refunds" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."business_users" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."business_users" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."business_users" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."businesses" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."businesses" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."businesses" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."commission_rates" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."commission_rates" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."commission_rates" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."system_config" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."system_config" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."day_closing_money" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."day_closing_money" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."day_closing_money" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."day_closings" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."day_closings" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."day_closings" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."customer_balances" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."customer_balances" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."customer_balances" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."customers" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."customers" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."customers" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."debt_entries" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."debt_entries" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."debt_entries" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."order_items" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."order_items" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."order_items" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."orders" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."orders" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."orders" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."inventory" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."inventory" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."inventory" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."products" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."products" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."products" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."stock_movements" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."stock_movements" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."stock_movements" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."distribucion_items" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."distribucion_items" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."distribucion_items" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."distribucion_money" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."distribucion_money" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."distribucion_money" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."distribuciones" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."distribuciones" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."distribuciones" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."sale_items" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."sale_items" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."sale_items" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."sales" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."sales" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."sales" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."product_totals" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."product_totals" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."product_totals" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."sale_totals" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."sale_totals" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."sale_totals" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
select tenancy.protect_table('sales.businesses', 'no-delete', 'all');
--> statement-breakpoint
select tenancy.protect_table('sales.system_config', 'no-delete', 'all');
--> statement-breakpoint
select tenancy.protect_table('sales.business_users', 'no-delete', 'all');
--> statement-breakpoint
select tenancy.protect_table('sales.commission_rates', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.customers', 'no-delete', 'changes');
--> statement-breakpoint
select tenancy.protect_table('sales.customer_balances', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.debt_entries', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.products', 'no-delete', 'all');
--> statement-breakpoint
select tenancy.protect_table('sales.inventory', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.stock_movements', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.distribuciones', 'no-delete', 'changes');
--> statement-breakpoint
select tenancy.protect_table('sales.distribucion_items', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.distribucion_money', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.orders', 'no-delete', 'changes');
--> statement-breakpoint
select tenancy.protect_table('sales.order_items', 'append-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.sales', 'no-delete', 'changes');
--> statement-breakpoint
select tenancy.protect_table('sales.sale_items', 'append-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.abonos', 'no-delete', 'changes');
--> statement-breakpoint
select tenancy.protect_table('sales.abono_allocations', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.refunds', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.day_closings', 'read-only', 'all');
--> statement-breakpoint
select tenancy.protect_table('sales.day_closing_money', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.product_totals', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.sale_totals', 'read-only', 'none');
--> statement-breakpoint
-- Rights that protect_table does not give. Every statement may run again and again; a right is taken back by a REVOKE
-- in its place.

-- Everybody reads what is kept of the own tenant; the functions of sales_writer alone write it.
grant insert on sales.stock_movements, sales.debt_entries, sales.refunds, sales.distribucion_money, sales.day_closing_money
  to sales_writer;
--> statement-breakpoint
grant insert, update on sales.inventory, sales.customer_balances, sales.commission_rates, sales.abono_allocations,
  sales.distribucion_items, sales.day_closings to sales_writer;
--> statement-breakpoint
grant insert, update on sales.product_totals, sales.sale_totals to sales_writer;
--> statement-breakpoint
-- sales/sql/add_totals.sql
create or replace function sales.add_totals(p_sale_id uuid[], p_voided_on date) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_sold constant int := (p_voided_on is null)::int;
  v_voided constant int := 1 - v_sold;
begin
  insert into sales.product_totals as t (tenant_id, business_id, day, seller_id, sales_point, product_id, quantity,
    sold_amount, voided_quantity, voided_amount, costed_amount, cost_amount)
  select v_tenant, s.business_id, coalesce(p_voided_on, s.sale_day), s.seller_id, coalesce(s.sales_point, ''), i.product_id,
    v_sold * sum(i.quantity), v_sold * sum(i.subtotal), v_voided * sum(i.quantity), v_voided * sum(i.subtotal),
    (v_sold - v_voided) * coalesce(sum(i.subtotal) filter (where i.unit_cost is not null), 0),
    (v_sold - v_voided) * coalesce(sum(round(i.quantity * i.unit_cost, 2)), 0)
  from sales.sales s
  join sales.sale_items i on i.tenant_id = v_tenant and i.sale_id = s.id
  where s.tenant_id = v_tenant and s.id = any (p_sale_id)
  group by 2, 3, 4, 5, 6
  order by 2, 3, 4, 5, 6
  on conflict (tenant_id, business_id, day, seller_id, sales_point, product_id) do update
  set quantity = t.quantity + excluded.quantity, sold_amount = t.sold_amount + excluded.sold_amount,
    voided_quantity = t.voided_quantity + excluded.voided_quantity, voided_amount = t.voided_amount + excluded.voided_amount,
    costed_amount = t.costed_amount + excluded.costed_amount, cost_amount = t.cost_amount + excluded.cost_amount;

  insert into sales.sale_totals as t (tenant_id, business_id, day, seller_id, sales_point, sale_type, payment_method,
    sale_count, sold_amount, paid_amount, voided_count, voided_amount, refunded_amount)
  select v_tenant, s.business_id, coalesce(p_voided_on, s.sale_day), s.seller_id, coalesce(s.sales_point, ''), s.sale_type,
    coalesce(s.payment_method, 'efectivo'), v_sold * count(*), v_sold * sum(s.total_amount), v_sold * sum(s.amount_paid),
    v_voided * count(*), v_voided * sum(s.total_amount), v_voided * sum(s.amount_paid)
  from sales.sales s
  where s.tenant_id = v_tenant and s.id = any (p_sale_id)
  group by 2, 3, 4, 5, 6, 7
  order by 2, 3, 4, 5, 6, 7
  on conflict (tenant_id, business_id, day, seller_id, sales_point, sale_type, payment_method) do update
  set sale_count = t.sale_count + excluded.sale_count, sold_amount = t.sold_amount + excluded.sold_amount,
    paid_amount = t.paid_amount + excluded.paid_amount, voided_count = t.voided_count + excluded.voided_count,
    voided_amount = t.voided_amount + excluded.voided_amount, refunded_amount = t.refunded_amount + excluded.refunded_amount;
end $$;
--> statement-breakpoint
-- sales/sql/business_day.sql
create or replace function sales.business_day(p_business_id uuid, p_at timestamptz) returns date
  language sql stable
  return (
    select (p_at at time zone b.time_zone)::date from sales.businesses b
    where b.tenant_id = tenancy.current_tenant_id() and b.id = p_business_id);
--> statement-breakpoint
-- sales/sql/commission_rate_on.sql
create or replace function sales.commission_rate_on(p_member_id uuid, p_day date) returns numeric
  language sql stable
  return (
    select r.rate from sales.commission_rates r
    where r.tenant_id = tenancy.current_tenant_id() and r.member_id = p_member_id and r.valid_from <= p_day
    order by r.valid_from desc limit 1);
--> statement-breakpoint
-- sales/sql/config_of.sql
create or replace function sales.config_of(p_business_id uuid) returns table (
  modo_operacion text, control_kilos boolean, usar_distribucion boolean, permitir_venta_sin_stock boolean
)
  language sql stable
as $$
  select coalesce(b.modo_operacion, s.modo_operacion), coalesce(b.control_kilos, s.control_kilos),
    coalesce(b.usar_distribucion, s.usar_distribucion), coalesce(b.permitir_venta_sin_stock, s.permitir_venta_sin_stock)
  from sales.businesses b
  join sales.system_config s on s.tenant_id = b.tenant_id
  where b.tenant_id = tenancy.current_tenant_id() and b.id = p_business_id
$$;
--> statement-breakpoint
-- sales/sql/current_member_id.sql
create or replace function sales.current_member_id(p_business_id uuid) returns uuid
  language sql stable
  return (
    select m.id from sales.business_users m
    where m.tenant_id = tenancy.current_tenant_id() and m.business_id = p_business_id
      and m.user_id = tenancy.current_user_id() and m.is_active);
--> statement-breakpoint
-- sales/sql/is_admin_negocio.sql
create or replace function sales.is_admin_negocio(p_business_id uuid) returns boolean
  language sql stable
  return tenancy.current_user_id() is null or exists (
    select from sales.business_users m
    where m.tenant_id = tenancy.current_tenant_id() and m.business_id = p_business_id
      and m.user_id = tenancy.current_user_id() and m.role = 'admin_negocio' and m.is_active);
--> statement-breakpoint
-- sales/sql/is_tenant_admin.sql
create or replace function sales.is_tenant_admin() returns boolean
  language sql stable
  return tenancy.current_user_id() is null or exists (
    select from tenancy.users u
    where u.tenant_id = tenancy.current_tenant_id() and u.id = tenancy.current_user_id()
      and u.role = 'admin' and u.status = 'active');
--> statement-breakpoint
-- sales/sql/keep_admin_negocio.sql
create or replace function sales.keep_admin_negocio() returns trigger
  language plpgsql
as $$
begin
  perform from sales.businesses b where b.tenant_id = old.tenant_id and b.id = old.business_id for no key update;
  if current_setting('transaction_isolation') <> 'read committed' then
    perform from sales.business_users m
    where m.tenant_id = old.tenant_id and m.business_id = old.business_id and m.role = 'admin_negocio' and m.is_active
    order by m.id for share;
  end if;
  if not exists (
    select from sales.business_users m
    where m.tenant_id = old.tenant_id and m.business_id = old.business_id and m.role = 'admin_negocio' and m.is_active
  ) and exists (
    select from sales.businesses b where b.tenant_id = old.tenant_id and b.id = old.business_id and b.is_active
  ) then
    raise exception using errcode = 'ZT002',
      message = 'A business needs an active admin_negocio: make another member admin_negocio first';
  end if;
  return null;
end $$;
--> statement-breakpoint
-- sales/sql/keep_commission_rate.sql
create or replace function sales.keep_commission_rate() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform tenancy.require_own_scope(new.tenant_id, new.business_id);
  insert into sales.commission_rates as r (tenant_id, business_id, member_id, valid_from, rate)
  values (new.tenant_id, new.business_id, new.id,
    case tg_op when 'INSERT' then date '0001-01-01' else sales.business_day(new.business_id, now()) end,
    coalesce(new.commission_rate, 0))
  on conflict (tenant_id, member_id, business_id, valid_from) do update set rate = excluded.rate;
  return null;
end $$;
--> statement-breakpoint
-- sales/sql/write_movements.sql
create or replace function sales.write_movements(
  p_id uuid[], p_business_id uuid[], p_product_id uuid[], p_kind text[], p_source_id uuid[], p_day date[],
  p_quantity numeric[], p_unit_cost numeric[], p_counted_quantity numeric[], p_reason text[], p_created_by uuid[],
  p_idempotency_key text[], p_request_hash text[], p_what text[]
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_missing text;
begin
  perform from sales.inventory i
  where i.tenant_id = v_tenant and i.product_id in (select p from unnest(p_product_id) p)
  order by i.product_id for no key update;

  insert into sales.stock_movements (tenant_id, id, business_id, product_id, kind, source_id, day, quantity, unit_cost,
    counted_quantity, reason, created_by, idempotency_key, request_hash, product_version, quantity_after)
  select v_tenant, m.id, m.business_id, m.product_id, m.kind, m.source_id, m.day, m.moved, m.unit_cost, m.counted_quantity,
    m.reason, m.created_by, m.idempotency_key, m.request_hash,
    m.version + row_number() over of_product, m.quantity_before + sum(m.moved) over of_product
  from (
    select g.*, i.version, i.quantity as quantity_before, coalesce(g.counted_quantity - i.quantity, g.quantity) as moved
    from unnest(p_id, p_business_id, p_product_id, p_kind, p_source_id, p_day, p_quantity, p_unit_cost,
      p_counted_quantity, p_reason, p_created_by, p_idempotency_key, p_request_hash) with ordinality as g (id, business_id,
      product_id, kind, source_id, day, quantity, unit_cost, counted_quantity, reason, created_by, idempotency_key,
      request_hash, position)
    join sales.inventory i on i.tenant_id = v_tenant and i.business_id = g.business_id and i.product_id = g.product_id
  ) m
  window of_product as (partition by m.product_id order by m.position);

  select w.what into v_missing
  from unnest(p_id, p_business_id, p_what) with ordinality as w (id, business_id, what, position)
  join sales.stock_movements m on m.tenant_id = v_tenant and m.id = w.id
  where m.quantity < 0 and m.quantity_after < 0
    and (select c.permitir_venta_sin_stock from sales.config_of(w.business_id) c) is not true
  order by w.position limit 1;
  if found then
    raise exception using errcode = 'ZT002',
      message = format('%s: there is not so much in stock: take less, or receive stock first', v_missing);
  end if;

  update sales.inventory i set quantity = i.quantity + s.quantity, version = i.version + s.movements
  from (select m.product_id, sum(m.quantity) as quantity, count(*) as movements
        from unnest(p_id) w (id) join sales.stock_movements m on m.tenant_id = v_tenant and m.id = w.id group by 1) s
  where i.tenant_id = v_tenant and i.product_id = s.product_id;
end $$;
--> statement-breakpoint
-- sales/sql/move_stock.sql
create or replace function sales.move_stock(
  p_id uuid[], p_business_id uuid[], p_product_id uuid[], p_kind text[], p_quantity numeric[], p_unit_cost numeric[],
  p_reason text[], p_idempotency_key text[], p_request_hash text[]
) returns table (element int, is_new boolean, is_same_request boolean, movement sales.stock_movements)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_length constant int := tenancy.require_arrays(
    array['p_id', 'p_business_id', 'p_product_id', 'p_kind', 'p_quantity', 'p_unit_cost', 'p_reason', 'p_idempotency_key',
      'p_request_hash'],
    array[array_dims(p_id), array_dims(p_business_id), array_dims(p_product_id), array_dims(p_kind), array_dims(p_quantity),
      array_dims(p_unit_cost), array_dims(p_reason), array_dims(p_idempotency_key), array_dims(p_request_hash)],
    array[num_nulls(variadic p_id), num_nulls(variadic p_business_id), num_nulls(variadic p_product_id),
      num_nulls(variadic p_kind), num_nulls(variadic p_quantity)]);
  v_business uuid;
  v_known int[];
  v_new int[];
  v_part int;
begin
  foreach v_business in array array(select distinct b from unnest(p_business_id) b order by 1) loop
    perform tenancy.require_own_scope(v_tenant, v_business);
    if not sales.is_admin_negocio(v_business) then
      if exists (select from unnest(p_business_id, p_kind) as g (business_id, kind)
                 where g.business_id = v_business and g.kind <> 'receipt') then
        raise exception using errcode = 'ZT006', message = 'Only an admin_negocio of the business may adjust or count stock';
      end if;
      if sales.current_member_id(v_business) is null then
        raise exception using errcode = 'ZT006', message = 'Only a member of the business may receive stock';
      end if;
    end if;
  end loop;
  if exists (select from unnest(p_kind) k where k not in ('receipt', 'adjustment', 'count')) then
    raise exception using errcode = 'ZT002', message = 'By hand stock is moved by receipt, adjustment or count';
  end if;
  if exists (select from unnest(p_product_id, p_kind) as g (product_id, kind)
             group by g.product_id having count(*) > 1 and bool_or(g.kind = 'count')) then
    raise exception using errcode = 'ZT002', message = 'A product that is counted comes once in a call';
  end if;
  -- Locked before the keys are looked up, so that the same request at once waits here and finds the first one's.
  perform from sales.inventory i
  where i.tenant_id = v_tenant and i.product_id in (select p from unnest(p_product_id) p)
  order by i.product_id for no key update;
  if (select count(*) from unnest(p_business_id, p_product_id) as g (business_id, product_id)
      join sales.inventory i on i.tenant_id = v_tenant and i.business_id = g.business_id and i.product_id = g.product_id)
    < v_length
  then
    raise exception using errcode = 'ZT004', message = 'There is no such product';
  end if;
  select g.position into v_part
  from unnest(p_product_id, p_quantity) with ordinality as g (product_id, quantity, position)
  join sales.products p on p.tenant_id = v_tenant and p.id = g.product_id
  where p.unit = 'unidad' and g.quantity <> trunc(g.quantity)
  order by 1 limit 1;
  if found then
    raise exception using errcode = 'ZT002', message = format('Element %s: quantity: pieces are whole', v_part);
  end if;
  v_known := array(
    select g.position from unnest(p_business_id, p_idempotency_key) with ordinality as g (business_id, key, position)
    join sales.stock_movements m on m.tenant_id = v_tenant and m.business_id = g.business_id and m.idempotency_key = g.key);
  v_new := array(select n from generate_series(1, v_length) n where n <> all (v_known) order by n);
  if cardinality(v_new) > 0 then
    perform sales.write_movements(array_agg(p_id[n] order by n), array_agg(p_business_id[n] order by n),
      array_agg(p_product_id[n] order by n), array_agg(p_kind[n] order by n), array_agg(null::uuid),
      array_agg(sales.business_day(p_business_id[n], now()) order by n), array_agg(p_quantity[n] order by n),
      array_agg(case p_kind[n] when 'receipt' then p_unit_cost[n] end order by n),
      array_agg(case p_kind[n] when 'count' then p_quantity[n] end order by n), array_agg(p_reason[n] order by n),
      array_agg(sales.current_member_id(p_business_id[n]) order by n), array_agg(p_idempotency_key[n] order by n),
      array_agg(p_request_hash[n] order by n), array_agg(format('Element %s', n) order by n))
    from unnest(v_new) n;
    update sales.products p set unit_cost = c.unit_cost
    from (select distinct on (p_product_id[n]) p_product_id[n] as product_id, p_unit_cost[n] as unit_cost
          from unnest(v_new) n where p_kind[n] = 'receipt' and p_unit_cost[n] is not null order by 1, n desc) c
    where p.tenant_id = v_tenant and p.id = c.product_id and p.unit_cost is distinct from c.unit_cost;
  end if;
  return query
    select g.position::int, g.position <> all (v_known), m.request_hash is not distinct from g.request_hash, m
    from unnest(p_id, p_business_id, p_idempotency_key, p_request_hash) with ordinality as g
      (id, business_id, key, request_hash, position)
    join sales.stock_movements m on m.tenant_id = v_tenant and m.business_id = g.business_id
      and case when g.position = any (v_known) then m.idempotency_key = g.key else m.id = g.id end
    order by 1;
end $$;
--> statement-breakpoint
-- sales/sql/open_config.sql
create or replace function sales.open_config() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform tenancy.require_own_scope(w.tenant_id, null) from written w;
  insert into sales.system_config (tenant_id)
  select distinct w.tenant_id from written w
  on conflict (tenant_id) do nothing;
  return null;
end $$;
--> statement-breakpoint
-- sales/sql/open_customer_balances.sql
create or replace function sales.open_customer_balances() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w;
  insert into sales.customer_balances (tenant_id, business_id, client_id)
  select w.tenant_id, w.business_id, w.id from written w;
  return null;
end $$;
--> statement-breakpoint
-- sales/sql/open_inventory.sql
create or replace function sales.open_inventory() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w;
  insert into sales.inventory (tenant_id, business_id, product_id)
  select w.tenant_id, w.business_id, w.id from written w;
  return null;
end $$;
--> statement-breakpoint
-- sales/sql/require_admin_negocio.sql
create or replace function sales.require_admin_negocio() returns trigger
  language plpgsql stable
as $$
begin
  if not sales.is_admin_negocio(new.business_id) then
    raise exception using errcode = 'ZT006', message = format('Only an admin_negocio of the business may %s', tg_argv[0]);
  end if;
  return new;
end $$;
--> statement-breakpoint
-- sales/sql/require_config_right.sql
create or replace function sales.require_config_right() returns trigger
  language plpgsql stable
as $$
begin
  if tenancy.current_company_id() is not null or not sales.is_tenant_admin() then
    raise exception using errcode = 'ZT006',
      message = 'Only an admin of the tenant may change system_config, in a scope that names no business';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- sales/sql/require_manager.sql
create or replace function sales.require_manager() returns trigger
  language plpgsql stable
as $$
declare
  v_business constant uuid := coalesce(to_jsonb(new) ->> 'business_id', to_jsonb(new) ->> 'id')::uuid;
begin
  if not sales.is_admin_negocio(v_business) and not sales.is_tenant_admin() then
    raise exception using errcode = 'ZT006',
      message = 'Only an admin_negocio of the business, or an admin of the tenant, may manage a business and its members';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- sales/sql/stamp_abono.sql
create or replace function sales.stamp_abono() returns trigger
  language plpgsql stable
as $$
begin
  new.abono_day := sales.business_day(new.business_id, new.abono_date);
  if new.abono_day is null then
    raise exception using errcode = 'ZT004', message = 'There is no such business';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- sales/sql/stamp_sale.sql
create or replace function sales.stamp_sale() returns trigger
  language plpgsql stable
as $$
begin
  new.sale_day := sales.business_day(new.business_id, new.sale_date);
  if new.sale_day is null then
    raise exception using errcode = 'ZT004', message = 'There is no such business';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- sales/sql/was_recorded.sql
create or replace function sales.was_recorded(p_sale_id uuid) returns boolean
  language sql stable
  return exists (select from sales.refunds r where r.tenant_id = tenancy.current_tenant_id() and r.sale_id = p_sale_id)
    or exists (select from sales.debt_entries e
               where e.tenant_id = tenancy.current_tenant_id() and e.source_id = p_sale_id and e.kind = 'sale');
--> statement-breakpoint
select tenancy.protect_function('sales.add_totals(uuid[], date)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.business_day(uuid, timestamp with time zone)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.commission_rate_on(uuid, date)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.config_of(uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.current_member_id(uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.is_admin_negocio(uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.is_tenant_admin()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.keep_admin_negocio()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.keep_commission_rate()', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.write_movements(uuid[], uuid[], uuid[], text[], uuid[], date[], numeric[], numeric[], numeric[], text[], uuid[], text[], text[], text[])', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.move_stock(uuid[], uuid[], uuid[], text[], numeric[], numeric[], text[], text[], text[])', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.open_config()', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.open_customer_balances()', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.open_inventory()', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.require_admin_negocio()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.require_config_right()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.require_manager()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.stamp_abono()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.stamp_sale()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.was_recorded(uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
create or replace trigger guard_late_insert before insert on sales.abonos
  for each row when (new.is_late and current_user <> 'sales_writer')
  execute function tenancy.refuse('ZT003', 'Only the synchronisation records a late abono');
--> statement-breakpoint
create or replace trigger stamp_abono before insert on sales.abonos
  for each row when (current_user <> 'sales_writer') execute function sales.stamp_abono();
--> statement-breakpoint
create or replace trigger require_manager before insert or update on sales.business_users
  for each row execute function sales.require_manager();
--> statement-breakpoint
create or replace trigger keep_commission_rate_insert after insert on sales.business_users
  for each row execute function sales.keep_commission_rate();
--> statement-breakpoint
create or replace trigger keep_commission_rate_update after update on sales.business_users
  for each row when (new.commission_rate is distinct from old.commission_rate)
  execute function sales.keep_commission_rate();
--> statement-breakpoint
create or replace trigger keep_admin_negocio after update on sales.business_users
  for each row when (old.role = 'admin_negocio' and old.is_active and not (new.role = 'admin_negocio' and new.is_active))
  execute function sales.keep_admin_negocio();
--> statement-breakpoint
create or replace trigger require_manager before insert or update on sales.businesses
  for each row execute function sales.require_manager();
--> statement-breakpoint
create or replace trigger open_config after insert on sales.businesses
  referencing new table as written for each statement execute function sales.open_config();
--> statement-breakpoint
create or replace trigger require_admin_insert before insert on sales.customers
  for each row when (new.credit_limit is not null)
  execute function sales.require_admin_negocio('set a credit limit');
--> statement-breakpoint
create or replace trigger require_admin_update before update on sales.customers
  for each row when (new.credit_limit is distinct from old.credit_limit)
  execute function sales.require_admin_negocio('set a credit limit');
--> statement-breakpoint
create or replace trigger open_customer_balances after insert on sales.customers
  referencing new table as written for each statement execute function sales.open_customer_balances();
--> statement-breakpoint
create or replace trigger guard_counters before insert on sales.distribuciones
  for each row when (current_user <> 'sales_writer'
    and (new.kilos_asignados <> 0 or new.kilos_vendidos <> 0 or new.monto_recaudado <> 0))
  execute function tenancy.refuse('ZT003', 'A new route is empty: assign products to it afterwards');
--> statement-breakpoint
create or replace trigger require_admin before insert or update on sales.products
  for each row when (current_user <> 'sales_writer')
  execute function sales.require_admin_negocio('change products and prices');
--> statement-breakpoint
create or replace trigger open_inventory after insert on sales.products
  referencing new table as written for each statement execute function sales.open_inventory();
--> statement-breakpoint
create or replace trigger guard_late_insert before insert on sales.sales
  for each row when (new.is_late and current_user <> 'sales_writer')
  execute function tenancy.refuse('ZT003', 'Only the synchronisation records a late sale');
--> statement-breakpoint
create or replace trigger guard_late_update before update on sales.sales
  for each row when (new.is_late <> old.is_late and current_user <> 'sales_writer')
  execute function tenancy.refuse('ZT003', 'Only the synchronisation records a late sale');
--> statement-breakpoint
create or replace trigger stamp_sale before insert or update on sales.sales
  for each row when (current_user <> 'sales_writer' and new.status = 'draft') execute function sales.stamp_sale();
--> statement-breakpoint
create or replace trigger require_config_right before insert or update on sales.system_config
  for each row when (current_user <> 'sales_writer') execute function sales.require_config_right();
--> statement-breakpoint
create or replace trigger guard_key before update on sales.businesses
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.system_config
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.business_users
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.user_id is distinct from old.user_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, user_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.commission_rates
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.member_id is distinct from old.member_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, member_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.customers
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.customer_balances
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.client_id is distinct from old.client_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, client_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.debt_entries
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.client_id is distinct from old.client_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, client_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.products
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.unit is distinct from old.unit)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, unit: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.inventory
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.product_id is distinct from old.product_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, product_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.stock_movements
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.product_id is distinct from old.product_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, product_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.distribucion_items
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.distribucion_id is distinct from old.distribucion_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, distribucion_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.distribucion_money
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.distribucion_id is distinct from old.distribucion_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, distribucion_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.order_items
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.order_id is distinct from old.order_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, order_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.sales
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.sale_items
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.sale_id is distinct from old.sale_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, sale_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.abono_allocations
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.abono_id is distinct from old.abono_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, abono_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.refunds
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.day_closings
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.day_closing_money
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.closing_id is distinct from old.closing_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, closing_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.product_totals
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.sale_totals
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger freeze_columns before update on sales.distribuciones
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.vendedor_id is distinct from old.vendedor_id
    or new.fecha is distinct from old.fecha
    or new.idempotency_key is distinct from old.idempotency_key
    or new.request_hash is distinct from old.request_hash
    or new.created_at is distinct from old.created_at
    or (current_user <> 'sales_writer' and (new.kilos_asignados is distinct from old.kilos_asignados
    or new.kilos_vendidos is distinct from old.kilos_vendidos
    or new.monto_recaudado is distinct from old.monto_recaudado
    or new.closed_at is distinct from old.closed_at
    or new.closed_by is distinct from old.closed_by)))
  execute function tenancy.refuse('ZT003', 'A route keeps its vendor and day, and its sales keep its numbers');
--> statement-breakpoint
create or replace trigger freeze_columns before update on sales.orders
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.client_id is distinct from old.client_id
    or new.seller_id is distinct from old.seller_id
    or new.total_amount is distinct from old.total_amount
    or new.order_date is distinct from old.order_date
    or new.idempotency_key is distinct from old.idempotency_key
    or new.request_hash is distinct from old.request_hash
    or new.created_at is distinct from old.created_at)
  execute function tenancy.refuse('ZT003', 'An order keeps its customer and its items: cancel it and make another');
--> statement-breakpoint
create or replace trigger freeze_columns before update on sales.sales
  for each row when (old.status <> 'draft' and (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.client_id is distinct from old.client_id
    or new.seller_id is distinct from old.seller_id
    or new.distribucion_id is distinct from old.distribucion_id
    or new.order_id is distinct from old.order_id
    or new.sale_type is distinct from old.sale_type
    or new.total_amount is distinct from old.total_amount
    or new.amount_paid is distinct from old.amount_paid
    or new.payment_method is distinct from old.payment_method
    or new.tara is distinct from old.tara
    or new.net_weight is distinct from old.net_weight
    or new.sales_point is distinct from old.sales_point
    or new.commission_rate is distinct from old.commission_rate
    or new.sale_date is distinct from old.sale_date
    or new.sale_day is distinct from old.sale_day
    or new.corrects_sale_id is distinct from old.corrects_sale_id
    or new.is_late is distinct from old.is_late
    or new.idempotency_key is distinct from old.idempotency_key
    or new.request_hash is distinct from old.request_hash
    or new.created_at is distinct from old.created_at
    or (current_user <> 'sales_writer' and (new.balance_due is distinct from old.balance_due
    or new.voided_on is distinct from old.voided_on
    or new.voided_by is distinct from old.voided_by
    or new.void_reason is distinct from old.void_reason
    or new.reviewed_at is distinct from old.reviewed_at
    or new.reviewed_by is distinct from old.reviewed_by))))
  execute function tenancy.refuse('ZT003', 'A recorded sale cannot be changed: correct it, which voids it and records another');
--> statement-breakpoint
create or replace trigger freeze_columns before update on sales.abonos
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.client_id is distinct from old.client_id
    or new.seller_id is distinct from old.seller_id
    or new.distribucion_id is distinct from old.distribucion_id
    or new.amount is distinct from old.amount
    or new.payment_method is distinct from old.payment_method
    or new.abono_date is distinct from old.abono_date
    or new.abono_day is distinct from old.abono_day
    or new.is_late is distinct from old.is_late
    or new.idempotency_key is distinct from old.idempotency_key
    or new.request_hash is distinct from old.request_hash
    or new.created_at is distinct from old.created_at
    or (current_user <> 'sales_writer' and (new.allocated_amount is distinct from old.allocated_amount
    or new.voided_on is distinct from old.voided_on
    or new.voided_by is distinct from old.voided_by
    or new.void_reason is distinct from old.void_reason
    or new.reviewed_at is distinct from old.reviewed_at
    or new.reviewed_by is distinct from old.reviewed_by)))
  execute function tenancy.refuse('ZT003', 'An abono cannot be changed: void it and record another');
--> statement-breakpoint
create or replace trigger guard_status_insert before insert on sales.sales
  for each row when (new.status not in ('draft'))
  execute function tenancy.refuse('ZT003', 'A new sale is a draft: insert it as one, then its items');
--> statement-breakpoint
create or replace trigger keep_status_insert after insert on sales.sales
  for each row when (new.status not in ('draft'))
  execute function tenancy.refuse('ZT003', 'A new sale is a draft: insert it as one, then its items');
--> statement-breakpoint
create or replace trigger guard_status_update before update on sales.sales
  for each row when (new.status <> old.status and ((current_user = 'sales_writer' and old.status || ' ' || new.status in ('draft recorded', 'draft void', 'recorded void'))) is not true)
  execute function tenancy.refuse_transition('status', '{"draft *":"A sale is recorded by its items, which come to its total","void *":"A void sale stays void: record another","* *":"A sale is taken back by the function sales.void_sale"}');
--> statement-breakpoint
create or replace trigger keep_status_update after update on sales.sales
  for each row when (new.status <> old.status and ((current_user = 'sales_writer' and old.status || ' ' || new.status in ('draft recorded', 'draft void', 'recorded void'))) is not true)
  execute function tenancy.refuse_transition('status', '{"draft *":"A sale is recorded by its items, which come to its total","void *":"A void sale stays void: record another","* *":"A sale is taken back by the function sales.void_sale"}');
--> statement-breakpoint
create or replace trigger guard_status_insert before insert on sales.abonos
  for each row when (new.status not in ('recorded'))
  execute function tenancy.refuse('ZT003', 'A new abono is recorded: void it afterwards');
--> statement-breakpoint
create or replace trigger keep_status_insert after insert on sales.abonos
  for each row when (new.status not in ('recorded'))
  execute function tenancy.refuse('ZT003', 'A new abono is recorded: void it afterwards');
--> statement-breakpoint
create or replace trigger guard_status_update before update on sales.abonos
  for each row when (new.status <> old.status and ((current_user = 'sales_writer' and old.status || ' ' || new.status in ('recorded void'))) is not true)
  execute function tenancy.refuse_transition('status', '{"void *":"A void abono stays void: record another","* *":"An abono is taken back by the function sales.void_abono"}');
--> statement-breakpoint
create or replace trigger keep_status_update after update on sales.abonos
  for each row when (new.status <> old.status and ((current_user = 'sales_writer' and old.status || ' ' || new.status in ('recorded void'))) is not true)
  execute function tenancy.refuse_transition('status', '{"void *":"A void abono stays void: record another","* *":"An abono is taken back by the function sales.void_abono"}');
--> statement-breakpoint
create or replace trigger guard_estado_insert before insert on sales.distribuciones
  for each row when (new.estado not in ('activo'))
  execute function tenancy.refuse('ZT003', 'A new route is activo: it leaves afterwards');
--> statement-breakpoint
create or replace trigger keep_estado_insert after insert on sales.distribuciones
  for each row when (new.estado not in ('activo'))
  execute function tenancy.refuse('ZT003', 'A new route is activo: it leaves afterwards');
--> statement-breakpoint
create or replace trigger guard_estado_update before update on sales.distribuciones
  for each row when (new.estado <> old.estado and (old.estado || ' ' || new.estado in ('activo en_ruta')
    or (current_user = 'sales_writer' and old.estado || ' ' || new.estado in ('en_ruta cerrado', 'cerrado en_ruta'))) is not true)
  execute function tenancy.refuse_transition('estado', '{"activo cerrado":"The route has not left: set it to en_ruta first","* cerrado":"A route is settled by the function sales.close_distribucion","cerrado *":"A settled route is opened again by the function sales.reopen_distribucion","* *":"A route does not go from {from} to {to}"}');
--> statement-breakpoint
create or replace trigger keep_estado_update after update on sales.distribuciones
  for each row when (new.estado <> old.estado and (old.estado || ' ' || new.estado in ('activo en_ruta')
    or (current_user = 'sales_writer' and old.estado || ' ' || new.estado in ('en_ruta cerrado', 'cerrado en_ruta'))) is not true)
  execute function tenancy.refuse_transition('estado', '{"activo cerrado":"The route has not left: set it to en_ruta first","* cerrado":"A route is settled by the function sales.close_distribucion","cerrado *":"A settled route is opened again by the function sales.reopen_distribucion","* *":"A route does not go from {from} to {to}"}');
--> statement-breakpoint
create or replace trigger guard_status_insert before insert on sales.orders
  for each row when (new.status not in ('ordered'))
  execute function tenancy.refuse('ZT003', 'A new order is ordered: deliver or cancel it afterwards');
--> statement-breakpoint
create or replace trigger keep_status_insert after insert on sales.orders
  for each row when (new.status not in ('ordered'))
  execute function tenancy.refuse('ZT003', 'A new order is ordered: deliver or cancel it afterwards');
--> statement-breakpoint
create or replace trigger guard_status_update before update on sales.orders
  for each row when (new.status <> old.status and ((current_user = 'sales_writer' and old.status || ' ' || new.status in ('ordered delivered', 'delivered ordered'))
    or old.status || ' ' || new.status in ('ordered cancelled')) is not true)
  execute function tenancy.refuse_transition('status', '{"ordered *":"An order is delivered by the sale that names it","delivered *":"The order is delivered: void its sale","* *":"A cancelled order stays cancelled: make another"}');
--> statement-breakpoint
create or replace trigger keep_status_update after update on sales.orders
  for each row when (new.status <> old.status and ((current_user = 'sales_writer' and old.status || ' ' || new.status in ('ordered delivered', 'delivered ordered'))
    or old.status || ' ' || new.status in ('ordered cancelled')) is not true)
  execute function tenancy.refuse_transition('status', '{"ordered *":"An order is delivered by the sale that names it","delivered *":"The order is delivered: void its sale","* *":"A cancelled order stays cancelled: make another"}');
--> statement-breakpoint
-- sales/sql/violations_of_businesses.sql
create or replace view sales.violations_of_businesses (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select b.tenant_id, 'config_missing', b.id, 'sales.businesses', b.id,
  'The tenant has no system_config for the business to fall back on'
from sales.businesses b
where not exists (select from sales.system_config c where c.tenant_id = b.tenant_id)
union all
select n.tenant_id, 'commission_rate_differs', n.business_id, 'sales.business_users', n.member_id,
  'The commission of the member is not the last one that was kept'
from (
  select m.tenant_id, m.business_id, m.id as member_id, coalesce(m.commission_rate, 0) as rate
  from sales.business_users m
  union all
  select l.tenant_id, l.business_id, l.member_id, -l.rate
  from (
    select distinct on (r.tenant_id, r.business_id, r.member_id) r.tenant_id, r.business_id, r.member_id, r.rate
    from sales.commission_rates r order by r.tenant_id, r.business_id, r.member_id, r.valid_from desc
  ) l
) n
group by n.tenant_id, n.business_id, n.member_id
having sum(n.rate) <> 0
union all
select n.tenant_id, 'commission_rate_missing', n.business_id, 'sales.business_users', n.member_id,
  'No commission was kept for the first days of the member'
from (
  select m.tenant_id, m.business_id, m.id as member_id, 1 as rows from sales.business_users m
  union all
  select r.tenant_id, r.business_id, r.member_id, -1 from sales.commission_rates r where r.valid_from = date '0001-01-01'
) n
group by n.tenant_id, n.business_id, n.member_id
having sum(n.rows) <> 0;
--> statement-breakpoint
select tenancy.protect_view('sales.violations_of_businesses', '{authenticated,platform}');
--> statement-breakpoint
-- sales/sql/violations_of_stock.sql
create or replace view sales.violations_of_stock (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select n.tenant_id, 'stock_quantity_differs', n.business_id, 'sales.products', n.product_id,
  'The stock of the product is not the sum of its movements'
from (
  select i.tenant_id, i.business_id, i.product_id, i.quantity from sales.inventory i
  union all
  select m.tenant_id, m.business_id, m.product_id, -m.quantity from sales.stock_movements m
) n
group by n.tenant_id, n.business_id, n.product_id
having sum(n.quantity) <> 0
union all
select n.tenant_id, 'stock_version_differs', n.business_id, 'sales.products', n.product_id,
  'The stock of the product does not count its movements: one is missing, or there is one too many'
from (
  select i.tenant_id, i.business_id, i.product_id, i.version as movements from sales.inventory i
  union all
  select m.tenant_id, m.business_id, m.product_id, -1 from sales.stock_movements m
) n
group by n.tenant_id, n.business_id, n.product_id
having sum(n.movements) <> 0
union all
select n.tenant_id, 'stock_missing', n.business_id, 'sales.products', n.product_id,
  'The product has no stock, not even one of 0'
from (
  select p.tenant_id, p.business_id, p.id as product_id, 1 as rows from sales.products p
  union all
  select i.tenant_id, i.business_id, i.product_id, -1 from sales.inventory i
) n
group by n.tenant_id, n.business_id, n.product_id
having sum(n.rows) <> 0
union all
select m.tenant_id, 'stock_chain_broken', m.business_id, 'sales.stock_movements', m.id,
  'The stock after the movement is not the stock before it and what was moved, or their order has a gap'
from (
  select c.tenant_id, c.business_id, c.id, c.quantity, c.quantity_after, c.product_version,
    lag(c.quantity_after, 1, 0.000) over of_product as quantity_before,
    lag(c.product_version, 1, 0::bigint) over of_product as version_before
  from sales.stock_movements c
  window of_product as (partition by c.tenant_id, c.business_id, c.product_id order by c.product_version)
) m
where m.quantity_after <> m.quantity_before + m.quantity or m.product_version <> m.version_before + 1
union all
select m.tenant_id, 'stock_count_differs', m.business_id, 'sales.stock_movements', m.id,
  'The stock after the count is not what was counted'
from sales.stock_movements m
where m.counted_quantity <> m.quantity_after
union all
select n.tenant_id, 'stock_pieces_split', n.business_id, 'sales.products', n.product_id,
  'Part of a piece was moved'
from (
  select p.tenant_id, p.business_id, p.id as product_id, true as in_pieces, 0 as split from sales.products p
  where p.unit = 'unidad'
  union all
  select m.tenant_id, m.business_id, m.product_id, false, 1 from sales.stock_movements m
  where m.quantity <> trunc(m.quantity)
) n
group by n.tenant_id, n.business_id, n.product_id
having bool_or(n.in_pieces) and sum(n.split) > 0
union all
-- A movement names its sale or route without a key.
select n.tenant_id, 'stock_source_missing', n.business_id, 'sales.stock_movements', n.source_id,
  'Stock was moved for a sale or route of the business that does not exist'
from (
  select m.tenant_id, m.business_id, m.source_id, case when m.kind in ('sale', 'sale_void') then 'sale' else 'route' end as of,
    1 as moved, 0 as source
  from sales.stock_movements m
  where m.source_id is not null
  union all
  select s.tenant_id, s.business_id, s.id, 'sale', 0, 1 from sales.sales s
  union all
  select d.tenant_id, d.business_id, d.id, 'route', 0, 1 from sales.distribuciones d
) n
group by n.tenant_id, n.business_id, n.source_id, n.of
having sum(n.moved) > 0 and sum(n.source) = 0;
--> statement-breakpoint
select tenancy.protect_view('sales.violations_of_stock', '{authenticated,platform}');
--> statement-breakpoint
-- sales/sql/violations_of_totals.sql
create or replace view sales.violations_of_totals (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
with counted as (
  select s.*, coalesce(s.payment_method, 'efectivo') as method, coalesce(s.sales_point, '') as point
  from sales.sales s
  where s.status = 'recorded' or s.status = 'void' and sales.was_recorded(s.id)
)
select n.tenant_id, 'sale_totals_differ', n.business_id, 'sales.businesses', n.business_id,
  'The totals of sales are not the sums of the sales of ' || to_char(n.day, 'YYYY-MM-DD')
from (
  select t.tenant_id, t.business_id, t.day, t.seller_id, t.sales_point, t.sale_type, t.payment_method, t.sale_count,
    t.sold_amount, t.paid_amount, t.voided_count, t.voided_amount, t.refunded_amount
  from sales.sale_totals t
  union all
  select s.tenant_id, s.business_id, s.sale_day, s.seller_id, s.point, s.sale_type, s.method, -1, -s.total_amount,
    -s.amount_paid, 0, 0, 0
  from counted s
  union all
  select s.tenant_id, s.business_id, s.voided_on, s.seller_id, s.point, s.sale_type, s.method, 0, 0, 0, -1, -s.total_amount,
    -s.amount_paid
  from counted s where s.status = 'void'
) n
group by n.tenant_id, n.business_id, n.day, n.seller_id, n.sales_point, n.sale_type, n.payment_method
having sum(n.sale_count) <> 0 or sum(n.sold_amount) <> 0 or sum(n.paid_amount) <> 0 or sum(n.voided_count) <> 0
  or sum(n.voided_amount) <> 0 or sum(n.refunded_amount) <> 0
union all
select n.tenant_id, 'product_totals_differ', n.business_id, 'sales.products', n.product_id,
  'The totals of the product are not the sums of what was sold of it on ' || to_char(n.day, 'YYYY-MM-DD')
from (
  select t.tenant_id, t.business_id, t.day, t.seller_id, t.sales_point, t.product_id, t.quantity, t.sold_amount,
    t.voided_quantity, t.voided_amount, t.costed_amount, t.cost_amount
  from sales.product_totals t
  union all
  select s.tenant_id, s.business_id, s.sale_day, s.seller_id, s.point, i.product_id, -i.quantity, -i.subtotal, 0, 0,
    case when i.unit_cost is null then 0 else -i.subtotal end, -coalesce(round(i.quantity * i.unit_cost, 2), 0)
  from counted s join sales.sale_items i on i.tenant_id = s.tenant_id and i.sale_id = s.id
  union all
  select s.tenant_id, s.business_id, s.voided_on, s.seller_id, s.point, i.product_id, 0, 0, -i.quantity, -i.subtotal,
    case when i.unit_cost is null then 0 else i.subtotal end, coalesce(round(i.quantity * i.unit_cost, 2), 0)
  from counted s join sales.sale_items i on i.tenant_id = s.tenant_id and i.sale_id = s.id
  where s.status = 'void'
) n
group by n.tenant_id, n.business_id, n.day, n.seller_id, n.sales_point, n.product_id
having sum(n.quantity) <> 0 or sum(n.sold_amount) <> 0 or sum(n.voided_quantity) <> 0 or sum(n.voided_amount) <> 0
  or sum(n.costed_amount) <> 0 or sum(n.cost_amount) <> 0;
--> statement-breakpoint
select tenancy.protect_view('sales.violations_of_totals', '{authenticated,platform}');
--> statement-breakpoint
-- sales/sql/violations.sql
create or replace view sales.violations (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select * from sales.violations_of_businesses
union all
select * from sales.violations_of_stock
union all
select * from sales.violations_of_totals;
--> statement-breakpoint
select tenancy.protect_view('sales.violations', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.leave_role('audit_writer');
--> statement-breakpoint
select tenancy.leave_role('sales_writer');
--> statement-breakpoint
select set_config('check_function_bodies', 'on', true);
