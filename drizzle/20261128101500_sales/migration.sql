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
-- sales/sql/has_stock.sql
create or replace function sales.has_stock(p_modo_operacion text, p_movements bigint) returns boolean
  language sql immutable parallel safe
  return p_modo_operacion <> 'sin_inventario' and (p_modo_operacion <> 'mixto' or p_movements > 0);
--> statement-breakpoint
-- sales/sql/sale_label.sql
create or replace function sales.sale_label(p_sales int, p_sale int) returns text
  language sql immutable parallel safe
  return case when p_sales > 1 then format('Sale %s: ', p_sale) else '' end;
--> statement-breakpoint
-- sales/sql/item_label.sql
create or replace function sales.item_label(p_sales int, p_sale int, p_item bigint) returns text
  language sql immutable parallel safe
  return case when p_sales > 1 then format('Sale %s, item %s', p_sale, p_item) else format('Item %s', p_item) end;
--> statement-breakpoint
-- sales/sql/is_money_by_method.sql
create or replace function sales.is_money_by_method(p_money jsonb) returns boolean
  language sql immutable
  return not exists (
    select from jsonb_each_text(p_money) as h (payment_method, amount)
    where h.payment_method not in ('efectivo', 'yape', 'plin', 'transferencia')
      or (h.amount::numeric >= 0 and h.amount::numeric <= 9999999999.99 and h.amount::numeric = round(h.amount::numeric, 2)) is not true);
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
select tenancy.protect_function('sales.has_stock(text, bigint)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.sale_label(integer, integer)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.item_label(integer, integer, bigint)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.is_money_by_method(jsonb)', null, '{authenticated,platform}');
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
	"last_closed_day" date,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "businesses_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "businesses_modo_operacion_check" CHECK ("modo_operacion"::text in ('inventario_propio', 'sin_inventario', 'pedidos', 'mixto')),
	CONSTRAINT "businesses_last_closed_day_range_check" CHECK ("last_closed_day" between '0001-01-01' and '9999-12-31'),
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
CREATE TABLE "sales"."day_closing_late" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"closing_id" uuid NOT NULL,
	"sale_id" uuid,
	"abono_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "day_closing_late_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "day_closing_late_sale_id_unique" UNIQUE("tenant_id","sale_id","business_id"),
	CONSTRAINT "day_closing_late_abono_id_unique" UNIQUE("tenant_id","abono_id","business_id"),
	CONSTRAINT "day_closing_late_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "day_closing_late_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "day_closing_late_source_check" CHECK (num_nonnulls("sale_id", "abono_id") = 1)
);
--> statement-breakpoint
ALTER TABLE "sales"."day_closing_late" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."day_closing_money" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"closing_id" uuid NOT NULL,
	"payment_method" text NOT NULL,
	"sales_amount" numeric(17,2) NOT NULL,
	"abonos_amount" numeric(17,2) NOT NULL,
	"refunds_amount" numeric(17,2) NOT NULL,
	"expected" numeric(17,2) GENERATED ALWAYS AS (sales_amount + abonos_amount - refunds_amount) STORED NOT NULL,
	"routes_expected" numeric(17,2) NOT NULL,
	"handed_in" numeric(17,2) NOT NULL,
	"counted" numeric(17,2),
	"difference" numeric(17,2) GENERATED ALWAYS AS (handed_in - routes_expected + coalesce(counted - (sales_amount + abonos_amount - refunds_amount - routes_expected), 0)) STORED NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "day_closing_money_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "day_closing_money_payment_method_unique" UNIQUE("tenant_id","closing_id","business_id","payment_method"),
	CONSTRAINT "day_closing_money_payment_method_check" CHECK ("payment_method" in ('efectivo', 'yape', 'plin', 'transferencia')),
	CONSTRAINT "day_closing_money_sales_amount_nan_check" CHECK ("sales_amount" <> 'NaN'),
	CONSTRAINT "day_closing_money_abonos_amount_nan_check" CHECK ("abonos_amount" <> 'NaN'),
	CONSTRAINT "day_closing_money_refunds_amount_nan_check" CHECK ("refunds_amount" <> 'NaN'),
	CONSTRAINT "day_closing_money_routes_expected_nan_check" CHECK ("routes_expected" <> 'NaN'),
	CONSTRAINT "day_closing_money_handed_in_nan_check" CHECK ("handed_in" <> 'NaN'),
	CONSTRAINT "day_closing_money_counted_nan_check" CHECK ("counted" <> 'NaN'),
	CONSTRAINT "day_closing_money_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "day_closing_money_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "day_closing_money_counted_check" CHECK ("counted" >= 0)
);
--> statement-breakpoint
ALTER TABLE "sales"."day_closing_money" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."day_closing_stock" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"closing_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"quantity" numeric(15,3) NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "day_closing_stock_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "day_closing_stock_kind_unique" UNIQUE("tenant_id","closing_id","business_id","product_id","kind"),
	CONSTRAINT "day_closing_stock_kind_check" CHECK ("kind" in ('receipt', 'adjustment', 'count', 'sale', 'sale_void', 'assignment', 'return', 'loss', 'reopening')),
	CONSTRAINT "day_closing_stock_quantity_nan_check" CHECK ("quantity" <> 'NaN'),
	CONSTRAINT "day_closing_stock_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "day_closing_stock_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00')
);
--> statement-breakpoint
ALTER TABLE "sales"."day_closing_stock" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."day_closing_vendors" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"closing_id" uuid NOT NULL,
	"member_id" uuid NOT NULL,
	"sale_count" integer NOT NULL,
	"sold_amount" numeric(17,2) NOT NULL,
	"net_weight" numeric(15,3) NOT NULL,
	"collected_amount" numeric(17,2) NOT NULL,
	"commission_amount" numeric(17,2) NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "day_closing_vendors_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "day_closing_vendors_member_id_unique" UNIQUE("tenant_id","closing_id","business_id","member_id"),
	CONSTRAINT "day_closing_vendors_sold_amount_nan_check" CHECK ("sold_amount" <> 'NaN'),
	CONSTRAINT "day_closing_vendors_net_weight_nan_check" CHECK ("net_weight" <> 'NaN'),
	CONSTRAINT "day_closing_vendors_collected_amount_nan_check" CHECK ("collected_amount" <> 'NaN'),
	CONSTRAINT "day_closing_vendors_commission_amount_nan_check" CHECK ("commission_amount" <> 'NaN'),
	CONSTRAINT "day_closing_vendors_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "day_closing_vendors_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00')
);
--> statement-breakpoint
ALTER TABLE "sales"."day_closing_vendors" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."day_closings" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"day" date NOT NULL,
	"supplement" integer DEFAULT 0 NOT NULL,
	"sale_count" integer NOT NULL,
	"sold_amount" numeric(17,2) NOT NULL,
	"contado_amount" numeric(17,2) NOT NULL,
	"credito_amount" numeric(17,2) NOT NULL,
	"net_weight" numeric(15,3) DEFAULT '0' NOT NULL,
	"voided_amount" numeric(17,2) NOT NULL,
	"commission_amount" numeric(17,2) NOT NULL,
	"route_count" integer DEFAULT 0 NOT NULL,
	"closed_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"closed_by" uuid,
	"request_hash" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "day_closings_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "day_closings_business_id_id_unique" UNIQUE("tenant_id","business_id","id"),
	CONSTRAINT "day_closings_day_unique" UNIQUE("tenant_id","business_id","day","supplement"),
	CONSTRAINT "day_closings_day_range_check" CHECK ("day" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "day_closings_sold_amount_nan_check" CHECK ("sold_amount" <> 'NaN'),
	CONSTRAINT "day_closings_contado_amount_nan_check" CHECK ("contado_amount" <> 'NaN'),
	CONSTRAINT "day_closings_credito_amount_nan_check" CHECK ("credito_amount" <> 'NaN'),
	CONSTRAINT "day_closings_net_weight_nan_check" CHECK ("net_weight" <> 'NaN'),
	CONSTRAINT "day_closings_voided_amount_nan_check" CHECK ("voided_amount" <> 'NaN'),
	CONSTRAINT "day_closings_commission_amount_nan_check" CHECK ("commission_amount" <> 'NaN'),
	CONSTRAINT "day_closings_closed_at_range_check" CHECK ("closed_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "day_closings_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "day_closings_updated_at_range_check" CHECK ("updated_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "day_closings_supplement_check" CHECK ("supplement" >= 0),
	CONSTRAINT "day_closings_sale_count_check" CHECK ("sale_count" >= 0 and "route_count" >= 0),
	CONSTRAINT "day_closings_sold_amount_check" CHECK ("sold_amount" = "contado_amount" + "credito_amount")
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
	"total_amount" numeric(12,2) DEFAULT '0' NOT NULL,
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
	CONSTRAINT "stock_movements_kind_check" CHECK ("kind" in ('receipt', 'adjustment', 'count', 'sale', 'sale_void', 'assignment', 'return', 'loss', 'reopening')),
	CONSTRAINT "stock_movements_day_range_check" CHECK ("day" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "stock_movements_quantity_nan_check" CHECK ("quantity" <> 'NaN'),
	CONSTRAINT "stock_movements_unit_cost_nan_check" CHECK ("unit_cost" <> 'NaN'),
	CONSTRAINT "stock_movements_counted_quantity_nan_check" CHECK ("counted_quantity" <> 'NaN'),
	CONSTRAINT "stock_movements_quantity_after_nan_check" CHECK ("quantity_after" <> 'NaN'),
	CONSTRAINT "stock_movements_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "stock_movements_idempotency_check" CHECK (("idempotency_key" is null) = ("request_hash" is null)),
	CONSTRAINT "stock_movements_source_id_check" CHECK (("kind" in ('receipt', 'adjustment', 'count')) = ("source_id" is null)),
	CONSTRAINT "stock_movements_reason_check" CHECK ("kind" not in ('adjustment', 'loss') or coalesce("reason", '') <> ''),
	CONSTRAINT "stock_movements_counted_check" CHECK (("kind" = 'count') = ("counted_quantity" is not null)),
	CONSTRAINT "stock_movements_unit_cost_check" CHECK ("unit_cost" >= 0),
	CONSTRAINT "stock_movements_sign_check" CHECK (case when "kind" in ('receipt', 'sale_void', 'return') then "quantity" > 0
          when "kind" in ('sale', 'assignment', 'loss', 'reopening') then "quantity" < 0
          when "kind" = 'adjustment' then "quantity" <> 0 else "counted_quantity" >= 0 end)
);
--> statement-breakpoint
ALTER TABLE "sales"."stock_movements" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "sales"."distribucion_assignments" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"business_id" uuid DEFAULT tenancy.current_company_id() NOT NULL,
	"distribucion_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"quantity" numeric(10,3) NOT NULL,
	"is_from_stock" boolean NOT NULL,
	"day" date NOT NULL,
	"created_by" uuid,
	"idempotency_key" text,
	"request_hash" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "distribucion_assignments_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "distribucion_assignments_quantity_nan_check" CHECK ("quantity" <> 'NaN'),
	CONSTRAINT "distribucion_assignments_day_range_check" CHECK ("day" between '0001-01-01' and '9999-12-31'),
	CONSTRAINT "distribucion_assignments_created_at_range_check" CHECK ("created_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "distribucion_assignments_idempotency_check" CHECK (("idempotency_key" is null) = ("request_hash" is null)),
	CONSTRAINT "distribucion_assignments_quantity_check" CHECK ("quantity" > 0)
);
--> statement-breakpoint
ALTER TABLE "sales"."distribucion_assignments" ENABLE ROW LEVEL SECURITY;
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
	CONSTRAINT "distribucion_items_settled_check" CHECK ("returned" + "lost" = 0 or "sold" + "returned" + "lost" = "assigned"),
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
	"settlements" integer DEFAULT 0 NOT NULL,
	"settlement_hash" text,
	"reopen_reason" text,
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
	CONSTRAINT "distribuciones_settlements_check" CHECK ("settlements" >= 0),
	CONSTRAINT "distribuciones_settlement_hash_check" CHECK ("settlement_hash" is null or "estado" = 'cerrado'),
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
CREATE INDEX "idx_abono_allocations_reversed_on" ON "sales"."abono_allocations" ("tenant_id","business_id","reversed_on") WHERE "reversed_on" is not null;
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
CREATE INDEX "idx_day_closing_late_closing_id" ON "sales"."day_closing_late" ("tenant_id","closing_id");
--> statement-breakpoint
CREATE INDEX "idx_day_closing_late_business_id" ON "sales"."day_closing_late" ("tenant_id","business_id");
--> statement-breakpoint
CREATE INDEX "idx_day_closing_money_business_id" ON "sales"."day_closing_money" ("tenant_id","business_id");
--> statement-breakpoint
CREATE INDEX "idx_day_closing_stock_product_id" ON "sales"."day_closing_stock" ("tenant_id","product_id");
--> statement-breakpoint
CREATE INDEX "idx_day_closing_stock_business_id" ON "sales"."day_closing_stock" ("tenant_id","business_id");
--> statement-breakpoint
CREATE INDEX "idx_day_closing_vendors_member_id" ON "sales"."day_closing_vendors" ("tenant_id","member_id");
--> statement-breakpoint
CREATE INDEX "idx_day_closing_vendors_business_id" ON "sales"."day_closing_vendors" ("tenant_id","business_id");
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
CREATE INDEX "idx_orders_delivery_day" ON "sales"."orders" ("tenant_id","business_id","delivery_day","order_date","id");
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
CREATE INDEX "idx_distribucion_assignments_product_id" ON "sales"."distribucion_assignments" ("tenant_id","product_id");
--> statement-breakpoint
CREATE INDEX "idx_distribucion_assignments_distribucion_id" ON "sales"."distribucion_assignments" ("tenant_id","distribucion_id","business_id","product_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_distribucion_assignments_idempotency_key" ON "sales"."distribucion_assignments" ("tenant_id","business_id","idempotency_key","product_id") WHERE "idempotency_key" is not null;
--> statement-breakpoint
CREATE INDEX "idx_distribucion_items_product_id" ON "sales"."distribucion_items" ("tenant_id","product_id");
--> statement-breakpoint
CREATE INDEX "idx_distribuciones_business_id_fecha" ON "sales"."distribuciones" ("tenant_id","business_id","fecha","id");
--> statement-breakpoint
CREATE INDEX "idx_distribuciones_estado" ON "sales"."distribuciones" ("tenant_id","business_id","estado","fecha","id");
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
CREATE INDEX "idx_sales_voided_on" ON "sales"."sales" ("tenant_id","business_id","voided_on") WHERE "voided_on" is not null;
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
ALTER TABLE "sales"."day_closing_late" ADD CONSTRAINT "day_closing_late_closing_id_fkey" FOREIGN KEY ("tenant_id","business_id","closing_id") REFERENCES "sales"."day_closings"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."day_closing_late" ADD CONSTRAINT "day_closing_late_sale_id_fkey" FOREIGN KEY ("tenant_id","business_id","sale_id") REFERENCES "sales"."sales"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."day_closing_late" ADD CONSTRAINT "day_closing_late_abono_id_fkey" FOREIGN KEY ("tenant_id","business_id","abono_id") REFERENCES "sales"."abonos"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."day_closing_money" ADD CONSTRAINT "day_closing_money_closing_id_fkey" FOREIGN KEY ("tenant_id","business_id","closing_id") REFERENCES "sales"."day_closings"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."day_closing_stock" ADD CONSTRAINT "day_closing_stock_closing_id_fkey" FOREIGN KEY ("tenant_id","business_id","closing_id") REFERENCES "sales"."day_closings"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."day_closing_stock" ADD CONSTRAINT "day_closing_stock_product_id_fkey" FOREIGN KEY ("tenant_id","business_id","product_id") REFERENCES "sales"."products"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."day_closing_vendors" ADD CONSTRAINT "day_closing_vendors_closing_id_fkey" FOREIGN KEY ("tenant_id","business_id","closing_id") REFERENCES "sales"."day_closings"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."day_closing_vendors" ADD CONSTRAINT "day_closing_vendors_member_id_fkey" FOREIGN KEY ("tenant_id","business_id","member_id") REFERENCES "sales"."business_users"("tenant_id","business_id","id") ON DELETE RESTRICT;
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
ALTER TABLE "sales"."distribucion_assignments" ADD CONSTRAINT "distribucion_assignments_distribucion_id_fkey" FOREIGN KEY ("tenant_id","business_id","distribucion_id") REFERENCES "sales"."distribuciones"("tenant_id","business_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "sales"."distribucion_assignments" ADD CONSTRAINT "distribucion_assignments_product_id_fkey" FOREIGN KEY ("tenant_id","business_id","product_id") REFERENCES "sales"."products"("tenant_id","business_id","id") ON DELETE RESTRICT;
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
CREATE POLICY "tenant_isolation" ON "sales"."day_closing_late" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."day_closing_late" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."day_closing_late" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."day_closing_money" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."day_closing_money" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."day_closing_money" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."day_closing_stock" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."day_closing_stock" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."day_closing_stock" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "sales"."day_closing_vendors" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."day_closing_vendors" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."day_closing_vendors" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
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
CREATE POLICY "tenant_isolation" ON "sales"."distribucion_assignments" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "sales"."distribucion_assignments" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "sales"."distribucion_assignments" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "business_id" = (select tenancy.current_company_id()));
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
select tenancy.protect_table('sales.distribucion_assignments', 'read-only', 'none');
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
select tenancy.protect_table('sales.day_closing_vendors', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.day_closing_stock', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.day_closing_late', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.product_totals', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('sales.sale_totals', 'read-only', 'none');
--> statement-breakpoint
-- Rights that protect_table does not give. Every statement may run again and again; a right is taken back by a REVOKE
-- in its place.

-- Everybody reads what is kept of the own tenant; the functions of sales_writer alone write it.
grant insert on sales.stock_movements, sales.debt_entries, sales.refunds, sales.distribucion_money,
  sales.distribucion_assignments, sales.day_closings, sales.day_closing_money, sales.day_closing_vendors, sales.day_closing_stock,
  sales.day_closing_late to sales_writer;
--> statement-breakpoint
grant insert, update on sales.inventory, sales.customer_balances, sales.commission_rates, sales.abono_allocations,
  sales.distribucion_items to sales_writer;
--> statement-breakpoint
grant insert, update on sales.product_totals, sales.sale_totals to sales_writer;
--> statement-breakpoint
-- sales/sql/is_day_closed.sql
create or replace function sales.is_day_closed(p_business_id uuid, p_day date) returns boolean
  language sql stable
  return exists (
    select from sales.day_closings c
    where c.tenant_id = tenancy.current_tenant_id() and c.business_id = p_business_id and c.day = p_day and c.supplement = 0);
--> statement-breakpoint
-- sales/sql/current_member_id.sql
create or replace function sales.current_member_id(p_business_id uuid) returns uuid
  language sql stable
  return (
    select m.id from sales.business_users m
    where m.tenant_id = tenancy.current_tenant_id() and m.business_id = p_business_id
      and m.user_id = tenancy.current_user_id() and m.is_active);
--> statement-breakpoint
-- sales/sql/add_supplements.sql
create or replace function sales.add_supplements() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_day record;
  v_closing uuid;
begin
  for v_day in execute format(
    'select l.tenant_id, l.business_id, l.day, array_agg(l.sale_id) as sales, array_agg(l.abono_id) as abonos
     from (%s) l group by 1, 2, 3 order by 1, 2, 3', tg_argv[0])
  loop
    perform tenancy.require_own_scope(v_day.tenant_id, v_day.business_id);
    -- One after the other, so that each supplement has the next number.
    perform from sales.businesses b where b.tenant_id = v_day.tenant_id and b.id = v_day.business_id for no key update;
    if not sales.is_day_closed(v_day.business_id, v_day.day) then
      raise exception using errcode = 'ZT003', message = 'The day is open: what is of an open day is not late';
    end if;
    insert into sales.day_closings as c (tenant_id, business_id, day, supplement, sale_count, sold_amount, contado_amount,
      credito_amount, net_weight, voided_amount, commission_amount, route_count, closed_by)
    select v_day.tenant_id, v_day.business_id, v_day.day,
      (select max(o.supplement) + 1 from sales.day_closings o
       where o.tenant_id = v_day.tenant_id and o.business_id = v_day.business_id and o.day = v_day.day),
      count(*), coalesce(sum(s.total_amount), 0),
      coalesce(sum(s.total_amount) filter (where s.sale_type = 'contado'), 0),
      coalesce(sum(s.total_amount) filter (where s.sale_type = 'credito'), 0), coalesce(sum(s.net_weight), 0), 0,
      coalesce(round(sum(s.amount_paid * s.commission_rate) / 100, 2), 0), 0, sales.current_member_id(v_day.business_id)
    from sales.sales s
    where s.tenant_id = v_day.tenant_id and s.id = any (v_day.sales)
    returning c.id into v_closing;
    insert into sales.day_closing_money (tenant_id, business_id, closing_id, payment_method, sales_amount, abonos_amount,
      refunds_amount, routes_expected, handed_in)
    select v_day.tenant_id, v_day.business_id, v_closing, m.payment_method, sum(m.sales), sum(m.abonos), 0, 0, 0
    from (
      select s.payment_method, s.amount_paid as sales, 0.00 as abonos from sales.sales s
      where s.tenant_id = v_day.tenant_id and s.id = any (v_day.sales) and s.amount_paid > 0
      union all
      select a.payment_method, 0, a.amount from sales.abonos a
      where a.tenant_id = v_day.tenant_id and a.id = any (v_day.abonos)
    ) m
    group by m.payment_method;
    insert into sales.day_closing_late (tenant_id, business_id, closing_id, sale_id, abono_id)
    select v_day.tenant_id, v_day.business_id, v_closing, l.sale_id, l.abono_id
    from unnest(v_day.sales, v_day.abonos) as l (sale_id, abono_id);
  end loop;
  return null;
end $$;
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
-- sales/sql/lock_records.sql
create or replace function sales.lock_records(
  p_business_id uuid[], p_distribucion_id uuid[], p_product_id uuid[], p_client_id uuid[], p_order_id uuid[]
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  -- Closing a day takes this lock FOR UPDATE: it waits for what is being recorded, and what comes later sees it.
  perform from (select distinct i as id from unnest(p_business_id) i where i is not null order by 1) g
  cross join lateral (
    select from sales.businesses b
    where b.tenant_id = v_tenant and b.id between g.id and g.id order by b.id for key share) l;
  if num_nonnulls(variadic p_distribucion_id) > 0 then
    perform from (select distinct i as id from unnest(p_distribucion_id) i where i is not null order by 1) g
    cross join lateral (
      select from sales.distribuciones d
      where d.tenant_id = v_tenant and d.id between g.id and g.id order by d.id for no key update) l;
  end if;
  if num_nonnulls(variadic p_product_id) > 0 then
    perform from (select distinct i as id from unnest(p_product_id) i where i is not null order by 1) g
    cross join lateral (
      select from sales.inventory s
      where s.tenant_id = v_tenant and s.product_id between g.id and g.id order by s.product_id for no key update) l;
  end if;
  if num_nonnulls(variadic p_client_id) > 0 then
    perform from (select distinct i as id from unnest(p_client_id) i where i is not null order by 1) g
    cross join lateral (
      select from sales.customer_balances c
      where c.tenant_id = v_tenant and c.client_id between g.id and g.id order by c.client_id for no key update) l;
  end if;
  if num_nonnulls(variadic p_order_id) > 0 then
    perform from (select distinct i as id from unnest(p_order_id) i where i is not null order by 1) g
    cross join lateral (
      select from sales.orders o
      where o.tenant_id = v_tenant and o.id between g.id and g.id order by o.id for no key update) l;
  end if;
end $$;
--> statement-breakpoint
-- sales/sql/lock_abono.sql
create or replace function sales.lock_abono(p_id uuid) returns sales.abonos
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_abono sales.abonos;
begin
  select b.* into v_abono from sales.abonos b where b.tenant_id = v_tenant and b.id = p_id;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such abono';
  end if;
  perform sales.lock_records(array[v_abono.business_id], array[v_abono.distribucion_id], null, array[v_abono.client_id], null);
  select b.* into v_abono from sales.abonos b where b.tenant_id = v_tenant and b.id = p_id for no key update;
  return v_abono;
end $$;
--> statement-breakpoint
-- sales/sql/is_admin_negocio.sql
create or replace function sales.is_admin_negocio(p_business_id uuid) returns boolean
  language sql stable
  return tenancy.current_user_id() is null or exists (
    select from sales.business_users m
    where m.tenant_id = tenancy.current_tenant_id() and m.business_id = p_business_id
      and m.user_id = tenancy.current_user_id() and m.role = 'admin_negocio' and m.is_active);
--> statement-breakpoint
-- sales/sql/business_day.sql
create or replace function sales.business_day(p_business_id uuid, p_at timestamptz) returns date
  language sql stable
  return (
    select (p_at at time zone b.time_zone)::date from sales.businesses b
    where b.tenant_id = tenancy.current_tenant_id() and b.id = p_business_id);
--> statement-breakpoint
-- sales/sql/apply_allocations.sql
create or replace function sales.apply_allocations(p_id uuid[], p_sign int) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_sales uuid[];
  v_abonos uuid[];
begin
  select array_agg(distinct g.sale_id), array_agg(distinct g.abono_id) into v_sales, v_abonos
  from sales.abono_allocations g where g.tenant_id = v_tenant and g.id = any (p_id);
  update sales.sales s set balance_due = s.balance_due - p_sign * a.amount
  from (select g.sale_id, sum(g.amount) as amount from sales.abono_allocations g
        where g.tenant_id = v_tenant and g.id = any (p_id) group by 1) a
  where s.tenant_id = v_tenant and s.id = any (v_sales) and s.id = a.sale_id;
  update sales.abonos b set allocated_amount = b.allocated_amount + p_sign * a.amount
  from (select g.abono_id, sum(g.amount) as amount from sales.abono_allocations g
        where g.tenant_id = v_tenant and g.id = any (p_id) group by 1) a
  where b.tenant_id = v_tenant and b.id = any (v_abonos) and b.id = a.abono_id;
  update sales.customer_balances c
  set open_due = c.open_due - p_sign * a.amount, credit = c.credit - p_sign * a.amount
  from (
    select b.client_id, sum(g.amount) as amount
    from sales.abono_allocations g
    cross join lateral (
      select r.client_id from sales.abonos r where r.tenant_id = v_tenant and r.id between g.abono_id and g.abono_id order by r.id) b
    where g.tenant_id = v_tenant and g.id = any (p_id) group by 1
  ) a
  where c.tenant_id = v_tenant and c.client_id = a.client_id and c.client_id = any (array(
    select r.client_id from sales.abonos r where r.tenant_id = v_tenant and r.id = any (v_abonos)));
end $$;
--> statement-breakpoint
-- sales/sql/allocate_in_order.sql
create or replace function sales.allocate_in_order(p_abono_id uuid[], p_sale_id uuid[], p_from date default null) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_written uuid[];
begin
  with credit as (
    select b.id, b.business_id, b.client_id, b.abono_day, b.amount - b.allocated_amount as amount,
      sum(b.amount - b.allocated_amount) over (partition by b.client_id order by g.position) as until
    from unnest(p_abono_id) with ordinality as g (id, position)
    cross join lateral (select r.* from sales.abonos r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) b
    where b.status = 'recorded' and b.allocated_amount < b.amount
  ), due as (
    select s.id, s.business_id, s.client_id, s.sale_day, s.balance_due as amount,
      sum(s.balance_due) over (partition by s.client_id order by g.position) as until
    from unnest(p_sale_id) with ordinality as g (id, position)
    cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
    where s.status = 'recorded' and s.balance_due > 0
  ), written as (
    insert into sales.abono_allocations (tenant_id, business_id, abono_id, sale_id, amount, allocated_on)
    select v_tenant, c.business_id, c.id, d.id,
      least(c.until, d.until) - greatest(c.until - c.amount, d.until - d.amount),
      greatest(c.abono_day, d.sale_day, p_from)
    from credit c
    join due d on d.business_id = c.business_id and d.client_id = c.client_id
      and c.until - c.amount < d.until and d.until - d.amount < c.until
    returning id
  )
  select coalesce(array_agg(w.id), '{}') into v_written from written w;
  if cardinality(v_written) > 0 then
    perform sales.apply_allocations(v_written, 1);
  end if;
end $$;
--> statement-breakpoint
-- sales/sql/allocate_oldest.sql
create or replace function sales.allocate_oldest(p_abono_id uuid[], p_from date) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  if cardinality(p_abono_id) > 0 then
    perform sales.allocate_in_order(p_abono_id, array(
        select s.id
        from (select distinct b.client_id from sales.abonos b where b.tenant_id = v_tenant and b.id = any (p_abono_id)) c
        cross join lateral (
          select r.* from sales.sales r
          where r.tenant_id = v_tenant and r.client_id = c.client_id and r.balance_due > 0 offset 0) s
        order by s.sale_date, s.created_at, s.id
      ), p_from);
  end if;
end $$;
--> statement-breakpoint
-- sales/sql/allocate_to.sql
create or replace function sales.allocate_to(p_abono_id uuid, p_allocations jsonb, p_from date) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_named record;
  v_written uuid;
begin
  for v_named in
    select s.id, s.status, s.client_id = b.client_id as is_customers, s.sale_day, b.business_id, b.abono_day, g.position,
      g.named ->> 'amount' as amount, g.named ->> 'saleId' as sale_id
    from jsonb_array_elements(p_allocations) with ordinality as g (named, position)
    join sales.abonos b on b.tenant_id = v_tenant and b.id = p_abono_id
    left join sales.sales s on s.tenant_id = v_tenant and s.business_id = b.business_id and s.id = (g.named ->> 'saleId')::uuid
    order by g.position
  loop
    if v_named.id is null or v_named.is_customers is not true then
      raise exception using errcode = 'ZT004',
        message = format('allocations.%s.saleId: the customer has no such sale', v_named.position - 1);
    elsif v_named.status <> 'recorded' then
      raise exception using errcode = 'ZT003', message = format('allocations.%s.saleId: the sale does not count: it is %s',
        v_named.position - 1, v_named.status);
    elsif v_named.amount::numeric <= 0 or scale(v_named.amount::numeric) > 2 or v_named.amount::numeric = 'NaN' then
      raise exception using errcode = 'ZT002',
        message = format('allocations.%s.amount: use an amount above 0 with at most two decimals', v_named.position - 1);
    end if;
    -- What others of the list took is seen: each is a statement of its own.
    insert into sales.abono_allocations (tenant_id, business_id, abono_id, sale_id, amount, allocated_on)
    select v_tenant, b.business_id, b.id, s.id, least(s.balance_due, b.amount - b.allocated_amount, v_named.amount::numeric),
      greatest(b.abono_day, s.sale_day, p_from)
    from sales.abonos b
    join sales.sales s on s.tenant_id = v_tenant and s.id = v_named.id
    where b.tenant_id = v_tenant and b.id = p_abono_id and s.balance_due > 0 and b.allocated_amount < b.amount
    returning id into v_written;
    if found then
      perform sales.apply_allocations(array[v_written], 1);
    end if;
  end loop;
end $$;
--> statement-breakpoint
-- sales/sql/allocations_of_abono.sql
create or replace function sales.allocations_of_abono(p_abono_id uuid) returns jsonb
  language sql stable
  return (
    select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'saleId', a.sale_id, 'amount', a.amount::text,
        'allocatedOn', a.allocated_on) order by s.sale_date, s.created_at, s.id, a.id), '[]')
    from sales.abono_allocations a
    join sales.sales s on s.tenant_id = a.tenant_id and s.id = a.sale_id
    where a.tenant_id = tenancy.current_tenant_id() and a.abono_id = p_abono_id and a.reversed_on is null);
--> statement-breakpoint
-- sales/sql/allocate_abono.sql
create or replace function sales.allocate_abono(p_id uuid, p_allocations jsonb) returns table (abono sales.abonos, allocations jsonb)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_abono sales.abonos;
  v_today date;
begin
  v_abono := sales.lock_abono(p_id);
  if v_abono.status = 'void' then
    raise exception using errcode = 'ZT003', message = 'The abono is void';
  elsif not sales.is_admin_negocio(v_abono.business_id) and sales.current_member_id(v_abono.business_id) is null then
    raise exception using errcode = 'ZT006', message = 'Only a member of the business may allocate its abonos';
  end if;
  v_today := sales.business_day(v_abono.business_id, now());
  if sales.is_day_closed(v_abono.business_id, v_today) then
    raise exception using errcode = 'ZT003', message = 'An allocation counts on today, and today is closed: allocate it tomorrow';
  end if;
  if p_allocations = '"oldest"' then
    perform sales.allocate_oldest(array[p_id], v_today);
  elsif jsonb_typeof(p_allocations) = 'array' then
    perform sales.allocate_to(p_id, p_allocations, v_today);
  else
    raise exception using errcode = 'ZT002', message = 'p_allocations is "oldest", or a list of sales';
  end if;
  return query
    select b, sales.allocations_of_abono(b.id) from sales.abonos b where b.tenant_id = v_tenant and b.id = p_id;
end $$;
--> statement-breakpoint
-- sales/sql/may_act_for.sql
create or replace function sales.may_act_for(p_business_id uuid, p_member_id uuid) returns boolean
  language sql stable
  return sales.is_admin_negocio(p_business_id) or coalesce(p_member_id = sales.current_member_id(p_business_id), false);
--> statement-breakpoint
-- sales/sql/lock_route.sql
create or replace function sales.lock_route(p_distribucion_id uuid, p_what text) returns sales.distribuciones
  language plpgsql
as $$
declare
  v_route sales.distribuciones;
begin
  perform tenancy.require_own_scope(tenancy.current_tenant_id(), null);
  select r.* into v_route from sales.distribuciones r
  where r.tenant_id = tenancy.current_tenant_id() and r.id = p_distribucion_id;
  perform sales.lock_records(array[v_route.business_id], array[p_distribucion_id], null, null, null);
  select r.* into v_route from sales.distribuciones r
  where r.tenant_id = tenancy.current_tenant_id() and r.id = p_distribucion_id;
  if v_route.id is null then
    raise exception using errcode = 'ZT004', message = 'There is no such route';
  end if;
  if not sales.may_act_for(v_route.business_id, v_route.vendedor_id) then
    raise exception using errcode = 'ZT006',
      message = format('Only the vendor of the route, or an admin_negocio, may %s it', p_what);
  end if;
  return v_route;
end $$;
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
  perform sales.lock_records(null, null, p_product_id, null, null);

  with written as (
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
      cross join lateral (
        select x.version, x.quantity from sales.inventory x
        where x.tenant_id = v_tenant and x.business_id = g.business_id and x.product_id between g.product_id and g.product_id order by x.product_id) i
    ) m
    window of_product as (partition by m.product_id order by m.position)
    returning id, business_id, product_id, kind, quantity, quantity_after
  ), moved as (
    update sales.inventory i set quantity = i.quantity + s.quantity, version = i.version + s.movements
    from (select w.product_id, sum(w.quantity) as quantity, count(*) as movements from written w group by 1) s
    where i.tenant_id = v_tenant and i.product_id = any (p_product_id) and i.product_id = s.product_id
  )
  select p_what[min(array_position(p_id, w.id))] into v_missing
  from written w
  where w.quantity < 0 and w.quantity_after < 0 and w.kind <> 'loss'
    and (select c.permitir_venta_sin_stock from sales.config_of(w.business_id) c) is not true;
  if v_missing is not null then
    raise exception using errcode = 'ZT002',
      message = format('%s: there is not so much in stock: take less, or receive stock first', v_missing);
  end if;
end $$;
--> statement-breakpoint
-- sales/sql/write_assignments.sql
create or replace function sales.write_assignments(
  p_business_id uuid, p_distribucion_id uuid, p_product_id uuid[], p_quantity numeric[], p_idempotency_key text,
  p_request_hash text
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_day constant date := sales.business_day(p_business_id, now());
  v_member constant uuid := sales.current_member_id(p_business_id);
  v_stocked uuid[];
begin
  insert into sales.distribucion_items as i (tenant_id, business_id, distribucion_id, product_id, assigned)
  select v_tenant, p_business_id, p_distribucion_id, g.product_id, g.quantity
  from unnest(p_product_id, p_quantity) as g (product_id, quantity)
  order by g.product_id
  on conflict (tenant_id, distribucion_id, business_id, product_id) do update set assigned = i.assigned + excluded.assigned;

  v_stocked := array(
    select v.product_id from sales.inventory v cross join sales.config_of(p_business_id) k
    where v.tenant_id = v_tenant and v.business_id = p_business_id and v.product_id = any (p_product_id)
      and sales.has_stock(k.modo_operacion, v.version));
  perform sales.write_movements(array_agg(gen_random_uuid()), array_agg(p_business_id), array_agg(g.product_id order by g.n),
    array_agg('assignment'::text), array_agg(p_distribucion_id), array_agg(v_day), array_agg(-g.quantity order by g.n),
    array_agg(null::numeric), array_agg(null::numeric), array_agg(null::text), array_agg(v_member), array_agg(null::text),
    array_agg(null::text), array_agg(format('Item %s', g.n) order by g.n))
  from unnest(p_product_id, p_quantity) with ordinality as g (product_id, quantity, n)
  where g.product_id = any (v_stocked)
  having count(*) > 0;

  insert into sales.distribucion_assignments (tenant_id, business_id, distribucion_id, product_id, quantity, is_from_stock,
    day, created_by, idempotency_key, request_hash)
  select v_tenant, p_business_id, p_distribucion_id, g.product_id, g.quantity, g.product_id = any (v_stocked), v_day, v_member,
    case g.n when 1 then p_idempotency_key end, case g.n when 1 then p_request_hash end
  from unnest(p_product_id, p_quantity) with ordinality as g (product_id, quantity, n);

  update sales.distribuciones r set kilos_asignados = r.kilos_asignados + k.kilos
  from (select sum(g.quantity) as kilos from unnest(p_product_id, p_quantity) as g (product_id, quantity)
        join sales.products p on p.tenant_id = v_tenant and p.id = g.product_id and p.unit = 'kg') k
  where r.tenant_id = v_tenant and r.id = p_distribucion_id and k.kilos > 0;
end $$;
--> statement-breakpoint
-- sales/sql/assign_products.sql
create or replace function sales.assign_products(
  p_distribucion_id uuid, p_items jsonb, p_idempotency_key text, p_request_hash text
) returns setof sales.distribuciones
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_route sales.distribuciones;
  v_products uuid[];
  v_quantities numeric[];
  v_problem text;
  v_hash text;
begin
  v_route := sales.lock_route(p_distribucion_id, 'load');
  select a.request_hash into v_hash from sales.distribucion_assignments a
  where a.tenant_id = v_route.tenant_id and a.business_id = v_route.business_id and a.idempotency_key = p_idempotency_key;
  if found then
    if v_hash is distinct from p_request_hash then
      raise exception using errcode = 'ZT003', message = 'The idempotencyKey was used for another assignment: choose a new one';
    end if;
    return next v_route;
    return;
  end if;
  if v_route.estado = 'cerrado' then
    raise exception using errcode = 'ZT003', message = 'The route is settled: assign the products to another';
  end if;

  select array_agg(g.product_id order by g.n), array_agg(g.quantity order by g.n), 
    (array_agg(format('Item %s: %s', g.n, g.problem) order by g.n) filter (where g.problem is not null))[1]
  into v_products, v_quantities, v_problem
  from (
    select g.*, case
      when p.id is null then 'there is no such product'
      when not p.is_active then 'the product is archived'
      when count(*) over (partition by g.product_id) > 1 then 'the product comes twice'
      when (g.quantity > 0 and g.quantity <= 9999999.999 and g.quantity = round(g.quantity, 3)) is not true
        then 'use a quantity above 0, with at most three decimals'
      when p.unit = 'unidad' and g.quantity <> trunc(g.quantity) then 'pieces are whole'
    end as problem
    from rows from (jsonb_to_recordset(p_items) as (product_id uuid, quantity numeric)) with ordinality
      as g (product_id, quantity, n)
    left join sales.products p
      on p.tenant_id = v_route.tenant_id and p.business_id = v_route.business_id and p.id = g.product_id
  ) g;
  if v_problem is not null or v_products is null then
    raise exception using errcode = 'ZT002', message = coalesce(v_problem, 'An assignment names at least one product');
  end if;
  perform sales.write_assignments(v_route.business_id, v_route.id, v_products, v_quantities, p_idempotency_key, p_request_hash);
  return query select r.* from sales.distribuciones r where r.tenant_id = v_route.tenant_id and r.id = v_route.id;
end $$;
--> statement-breakpoint
-- sales/sql/check_abonos.sql
create or replace function sales.check_abonos(p_abono_id uuid[]) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_refused record;
begin
  select g.position, p.problem into v_refused
  from unnest(p_abono_id) with ordinality as g (id, position)
  cross join lateral (select r.* from sales.abonos r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) b
  cross join lateral (select x.* from sales.business_users x where x.tenant_id = v_tenant and x.id between b.seller_id and b.seller_id order by x.id) m
  left join lateral (select x.* from sales.distribuciones x where x.tenant_id = v_tenant and x.id between b.distribucion_id and b.distribucion_id order by x.id) d on true
  cross join lateral (select case
    when not sales.may_act_for(b.business_id, b.seller_id)
      then array['ZT006', 'sellerId: only an admin_negocio of the business may record what another member received']
    when not m.is_active then array['ZT003', 'sellerId: the member is archived: restore them first']
    when b.abono_day > sales.business_day(b.business_id, now())
      then array['ZT002', 'abonoDate: the day has not come yet: date the abono on today or before']
    when not b.is_late and sales.is_day_closed(b.business_id, b.abono_day)
      then array['ZT003', 'abonoDate: the day is closed: date the abono on an open day']
    when d.estado <> 'en_ruta' then array['ZT003', 'distribucionId: the route is not under way (en_ruta)']
    when d.vendedor_id <> b.seller_id then array['ZT002', 'distribucionId: the route is another vendor''s']
  end as problem) p
  where p.problem is not null
  order by g.position limit 1;
  if found then
    raise exception using errcode = v_refused.problem[1], message = case when cardinality(p_abono_id) > 1
      then format('Abono %s: ', v_refused.position) else '' end || v_refused.problem[2];
  end if;
end $$;
--> statement-breakpoint
-- sales/sql/check_sales.sql
create or replace function sales.check_sales(p_sale_id uuid[]) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_refused record;
begin
  select g.position, p.problem into v_refused
  from unnest(p_sale_id) with ordinality as g (id, position)
  cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
  cross join lateral (select x.* from sales.business_users x where x.tenant_id = v_tenant and x.id between s.seller_id and s.seller_id order by x.id) m
  left join lateral (select x.* from sales.customers x where x.tenant_id = v_tenant and x.id between s.client_id and s.client_id order by x.id) c on true
  left join lateral (select x.* from sales.distribuciones x where x.tenant_id = v_tenant and x.id between s.distribucion_id and s.distribucion_id order by x.id) d on true
  left join lateral (select x.* from sales.orders x where x.tenant_id = v_tenant and x.id between s.order_id and s.order_id order by x.id) o on true
  left join lateral (select x.* from sales.sales x where x.tenant_id = v_tenant and x.id between s.corrects_sale_id and s.corrects_sale_id order by x.id) r on true
  cross join lateral sales.config_of(s.business_id) k
  cross join lateral (select case
    when not sales.may_act_for(s.business_id, s.seller_id)
      then array['ZT006', 'sellerId: only an admin_negocio of the business may record what another member sold']
    when not m.is_active then array['ZT003', 'sellerId: the member is archived: restore them first']
    when not c.is_active then array['ZT003', 'clientId: the customer is archived: restore them first']
    when s.sale_day > sales.business_day(s.business_id, now())
      then array['ZT002', 'saleDate: the day has not come yet: date the sale on today or before']
    when not s.is_late and sales.is_day_closed(s.business_id, s.sale_day)
      then array['ZT003', 'saleDate: the day is closed: date the sale on an open day']
    when s.order_id is null and k.modo_operacion = 'pedidos'
      then array['ZT003', 'orderId: the business sells what was ordered: name the order that the sale delivers']
    when o.status <> 'ordered' then array['ZT003', 'orderId: the order is delivered or cancelled']
    when o.client_id is distinct from s.client_id and o.id is not null
      then array['ZT002', 'orderId: the order is of another customer']
    when s.distribucion_id is null and k.usar_distribucion and m.role = 'vendedor'
      then array['ZT003', 'distribucionId: a vendor sells from a route that is under way: name it']
    when d.estado <> 'en_ruta' then array['ZT003', 'distribucionId: the route is not under way (en_ruta)']
    when d.vendedor_id <> s.seller_id then array['ZT002', 'distribucionId: the route is another vendor''s']
    when r.status <> 'void' then array['ZT003', 'correctsSaleId: the sale is not void: correct it by a call, which voids it']
  end as problem) p
  where p.problem is not null
  order by g.position limit 1;
  if found then
    raise exception using errcode = v_refused.problem[1],
      message = sales.sale_label(cardinality(p_sale_id), v_refused.position::int) || v_refused.problem[2];
  end if;

  select g.position, i.line_number, p.problem into v_refused
  from unnest(p_sale_id) with ordinality as g (id, position)
  cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
  cross join lateral (select r.* from sales.sale_items r where r.tenant_id = v_tenant and r.sale_id between s.id and s.id order by r.sale_id) i
  cross join lateral (select x.* from sales.products x where x.tenant_id = v_tenant and x.id between i.product_id and i.product_id order by x.id) t
  cross join lateral sales.config_of(s.business_id) k
  cross join lateral (select case
    when not t.is_active then array['ZT003', 'productId: the product is archived: restore it first']
    when k.control_kilos and i.unit = 'kg' and i.gross is null
      then array['ZT002', 'gross: the business weighs what it sells by the kilo: give gross and tara']
  end as problem) p
  where p.problem is not null
  order by g.position, i.line_number limit 1;
  if found then
    raise exception using errcode = v_refused.problem[1], message = sales.item_label(cardinality(p_sale_id),
      v_refused.position::int, v_refused.line_number) || ': ' || v_refused.problem[2];
  end if;
end $$;
--> statement-breakpoint
-- sales/sql/was_recorded.sql
create or replace function sales.was_recorded(p_sale_id uuid) returns boolean
  language sql stable
  return exists (select from sales.refunds r where r.tenant_id = tenancy.current_tenant_id() and r.sale_id = p_sale_id)
    or exists (select from sales.debt_entries e
               where e.tenant_id = tenancy.current_tenant_id() and e.source_id = p_sale_id and e.kind = 'sale');
--> statement-breakpoint
-- sales/sql/commissions_between.sql
create or replace function sales.commissions_between(p_business_id uuid, p_from date, p_to date) returns table (
  member_id uuid, collected_amount numeric, commission_amount numeric
)
  language sql stable
as $$
  select m.seller_id, sum(m.amount), round(sum(m.amount * m.rate) / 100, 2)
  from (
    select s.seller_id, s.amount_paid as amount, s.commission_rate as rate from sales.sales s
    where s.tenant_id = tenancy.current_tenant_id() and s.business_id = p_business_id
      and s.sale_day between p_from and p_to and (s.status = 'recorded' or s.status = 'void' and sales.was_recorded(s.id))
    union all
    select s.seller_id, -s.amount_paid, s.commission_rate from sales.sales s
    where s.tenant_id = tenancy.current_tenant_id() and s.business_id = p_business_id
      and s.voided_on between p_from and p_to and sales.was_recorded(s.id)
    union all
    select s.seller_id, a.amount, s.commission_rate from sales.abono_allocations a
    join sales.sales s on s.tenant_id = a.tenant_id and s.id = a.sale_id
    where a.tenant_id = tenancy.current_tenant_id() and a.business_id = p_business_id
      and a.allocated_on between p_from and p_to
    union all
    select s.seller_id, -a.amount, s.commission_rate from sales.abono_allocations a
    join sales.sales s on s.tenant_id = a.tenant_id and s.id = a.sale_id
    where a.tenant_id = tenancy.current_tenant_id() and a.business_id = p_business_id
      and a.reversed_on between p_from and p_to
  ) m
  group by m.seller_id
$$;
--> statement-breakpoint
-- sales/sql/day_vendors.sql
create or replace function sales.day_vendors(p_business_id uuid, p_day date) returns table (
  member_id uuid, sale_count int, sold_amount numeric, contado_amount numeric, credito_amount numeric, net_weight numeric,
  collected_amount numeric, commission_amount numeric
)
  language sql stable
as $$
  select coalesce(s.seller_id, c.member_id), coalesce(s.sale_count, 0)::int, coalesce(s.contado + s.credito, 0),
    coalesce(s.contado, 0), coalesce(s.credito, 0), coalesce(s.net_weight, 0), coalesce(c.collected_amount, 0),
    coalesce(c.commission_amount, 0)
  from (
    select s.seller_id, count(*) as sale_count,
      coalesce(sum(s.total_amount) filter (where s.sale_type = 'contado'), 0) as contado,
      coalesce(sum(s.total_amount) filter (where s.sale_type = 'credito'), 0) as credito,
      sum(s.net_weight) as net_weight
    from sales.sales s
    where s.tenant_id = tenancy.current_tenant_id() and s.business_id = p_business_id and s.sale_day = p_day
      and (s.status = 'recorded' or s.status = 'void' and sales.was_recorded(s.id)) and not s.is_late
    group by 1
  ) s
  full join sales.commissions_between(p_business_id, p_day, p_day) c on c.member_id = s.seller_id
$$;
--> statement-breakpoint
-- sales/sql/route_money.sql
create or replace function sales.route_money(p_distribucion_id uuid) returns table (
  payment_method text, sales_amount numeric, abonos_amount numeric, refunds_amount numeric
)
  language sql stable
as $$
  select m.payment_method, sum(m.sales), sum(m.abonos), sum(m.refunds)
  from (
    select s.payment_method, s.amount_paid as sales, 0.00 as abonos, 0.00 as refunds from sales.sales s
    where s.tenant_id = tenancy.current_tenant_id() and s.distribucion_id = p_distribucion_id
      and s.amount_paid > 0 and not s.is_late and (s.status = 'recorded' or s.status = 'void' and sales.was_recorded(s.id))
    union all
    select a.payment_method, 0, a.amount, 0 from sales.abonos a
    where a.tenant_id = tenancy.current_tenant_id() and a.distribucion_id = p_distribucion_id and not a.is_late
    union all
    select r.payment_method, 0, 0, r.amount from sales.refunds r
    where r.tenant_id = tenancy.current_tenant_id() and r.distribucion_id = p_distribucion_id
  ) m
  group by m.payment_method
$$;
--> statement-breakpoint
-- sales/sql/day_money.sql
create or replace function sales.day_money(p_business_id uuid, p_day date) returns table (
  payment_method text, sales_amount numeric, abonos_amount numeric, refunds_amount numeric, routes_expected numeric,
  handed_in numeric
)
  language sql stable
as $$
  select m.payment_method, sum(m.sales), sum(m.abonos), sum(m.refunds), sum(m.routes_expected), sum(m.handed_in)
  from (
    select r.payment_method, r.sales_amount as sales, r.abonos_amount as abonos, r.refunds_amount as refunds,
      r.sales_amount + r.abonos_amount - r.refunds_amount as routes_expected, 0.00 as handed_in
    from sales.distribuciones d
    cross join lateral sales.route_money(d.id) r
    where d.tenant_id = tenancy.current_tenant_id() and d.business_id = p_business_id and d.fecha = p_day
    union all
    select h.payment_method, 0, 0, 0, 0, h.handed_in
    from sales.distribuciones d
    join sales.distribucion_money h
      on h.tenant_id = d.tenant_id and h.distribucion_id = d.id and h.settlement = d.settlements
    where d.tenant_id = tenancy.current_tenant_id() and d.business_id = p_business_id and d.fecha = p_day
      and d.estado = 'cerrado'
    union all
    select s.payment_method, s.amount_paid, 0, 0, 0, 0 from sales.sales s
    where s.tenant_id = tenancy.current_tenant_id() and s.business_id = p_business_id and s.sale_day = p_day
      and s.distribucion_id is null and s.amount_paid > 0 and not s.is_late
      and (s.status = 'recorded' or s.status = 'void' and sales.was_recorded(s.id))
    union all
    select a.payment_method, 0, a.amount, 0, 0, 0 from sales.abonos a
    where a.tenant_id = tenancy.current_tenant_id() and a.business_id = p_business_id and a.abono_day = p_day
      and a.distribucion_id is null and not a.is_late
    union all
    select f.payment_method, 0, 0, f.amount, 0, 0 from sales.refunds f
    where f.tenant_id = tenancy.current_tenant_id() and f.business_id = p_business_id and f.refund_day = p_day
      and f.distribucion_id is null
  ) m
  group by m.payment_method
$$;
--> statement-breakpoint
-- sales/sql/close_day.sql
create or replace function sales.close_day(p_business_id uuid, p_day date, p_counted jsonb, p_request_hash text)
  returns setof sales.day_closings
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_closing sales.day_closings;
begin
  perform tenancy.require_own_scope(v_tenant, p_business_id);
  perform from sales.businesses b where b.tenant_id = v_tenant and b.id = p_business_id for update;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such business';
  elsif not sales.is_admin_negocio(p_business_id) then
    raise exception using errcode = 'ZT006', message = 'Only an admin_negocio of the business may close a day';
  end if;
  select c.* into v_closing from sales.day_closings c
  where c.tenant_id = v_tenant and c.business_id = p_business_id and c.day = p_day and c.supplement = 0;
  if found and v_closing.request_hash = p_request_hash then
    return next v_closing;
    return;
  elsif found then
    raise exception using errcode = 'ZT003', message = 'The day is closed already';
  elsif (p_day <= sales.business_day(p_business_id, now())) is not true then
    raise exception using errcode = 'ZT002', message = 'A day is closed once it has begun in the business''s time zone';
  elsif exists (select from sales.distribuciones r where r.tenant_id = v_tenant and r.business_id = p_business_id
                  and r.fecha = p_day and r.estado <> 'cerrado') then
    raise exception using errcode = 'ZT003', message = 'Routes of the day are open: settle them first';
  elsif not sales.is_money_by_method(p_counted) then
    raise exception using errcode = 'ZT002',
      message = 'Money is counted by efectivo, yape, plin or transferencia, with amounts of 0 or more and two decimals';
  end if;

  update sales.businesses b set last_closed_day = greatest(b.last_closed_day, p_day)
  where b.tenant_id = v_tenant and b.id = p_business_id;
  insert into sales.day_closings as c (tenant_id, business_id, day, sale_count, sold_amount, contado_amount, credito_amount,
    net_weight, voided_amount, commission_amount, route_count, closed_by, request_hash)
  select v_tenant, p_business_id, p_day, coalesce(sum(v.sale_count), 0), coalesce(sum(v.sold_amount), 0),
    coalesce(sum(v.contado_amount), 0), coalesce(sum(v.credito_amount), 0), coalesce(sum(v.net_weight), 0),
    (select coalesce(sum(s.total_amount), 0) from sales.sales s
     where s.tenant_id = v_tenant and s.business_id = p_business_id and s.voided_on = p_day and sales.was_recorded(s.id)),
    coalesce(sum(v.commission_amount), 0),
    (select count(*) from sales.distribuciones r
     where r.tenant_id = v_tenant and r.business_id = p_business_id and r.fecha = p_day),
    sales.current_member_id(p_business_id), p_request_hash
  from sales.day_vendors(p_business_id, p_day) v
  returning c.* into v_closing;

  insert into sales.day_closing_vendors (tenant_id, business_id, closing_id, member_id, sale_count, sold_amount, net_weight,
    collected_amount, commission_amount)
  select v_tenant, p_business_id, v_closing.id, v.member_id, v.sale_count, v.sold_amount, v.net_weight, v.collected_amount,
    v.commission_amount
  from sales.day_vendors(p_business_id, p_day) v;
  insert into sales.day_closing_money (tenant_id, business_id, closing_id, payment_method, sales_amount, abonos_amount,
    refunds_amount, routes_expected, handed_in, counted)
  select v_tenant, p_business_id, v_closing.id, payment_method, coalesce(m.sales_amount, 0), coalesce(m.abonos_amount, 0),
    coalesce(m.refunds_amount, 0), coalesce(m.routes_expected, 0), coalesce(m.handed_in, 0), h.amount::numeric
  from sales.day_money(p_business_id, p_day) m
  full join jsonb_each_text(p_counted) as h (payment_method, amount) using (payment_method);
  insert into sales.day_closing_stock (tenant_id, business_id, closing_id, product_id, kind, quantity)
  select v_tenant, p_business_id, v_closing.id, p.id, m.kind, sum(m.quantity)
  from sales.products p
  join sales.stock_movements m on m.tenant_id = p.tenant_id and m.product_id = p.id and m.day = p_day
  where p.tenant_id = v_tenant and p.business_id = p_business_id
  group by p.id, m.kind;
  return next v_closing;
end $$;
--> statement-breakpoint
-- sales/sql/problem_of_settlement.sql
create or replace function sales.problem_of_settlement(p_tenant_id uuid, p_distribucion_id uuid, p_items jsonb, p_money jsonb)
  returns text
  language sql stable
as $$
  with item as (
    select i.product_id, i.assigned, i.sold, p.unit
    from sales.distribucion_items i
    join sales.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
    where i.tenant_id = p_tenant_id and i.distribucion_id = p_distribucion_id
  ), given as (
    select g.n, g.product_id, g.sold, coalesce(g.returned, 0) as returned, coalesce(g.lost, 0) as lost, g.loss_reason
    from rows from (
      jsonb_to_recordset(p_items) as (product_id uuid, sold numeric, returned numeric, lost numeric, loss_reason text)
    ) with ordinality as g (product_id, sold, returned, lost, loss_reason, n)
  ), problem as (
    select g.n, format('Item %s: %s', g.n, case
      when i.product_id is null then 'the product is not on the route'
      when count(*) over (partition by g.product_id) > 1 then 'the product comes twice'
      when not (g.returned between 0 and 9999999.999 and g.lost between 0 and 9999999.999
          and g.returned = round(g.returned, 3) and g.lost = round(g.lost, 3))
        then 'use quantities of 0 or more, with at most three decimals'
      when i.unit = 'unidad' and g.returned <> trunc(g.returned) then 'pieces are whole'
      when g.sold <> i.sold
        then 'the recorded sales of the route come to another quantity: record the missing sale, or void the wrong one'
      when g.lost > 0 and btrim(coalesce(g.loss_reason, '')) = '' then 'what is lost needs a reason'
      when i.sold + g.returned + g.lost <> i.assigned then 'sold, returned and lost do not come to what was assigned'
      else '-' end) as text
    from given g left join item i on i.product_id = g.product_id
    union all
    select 1000000, 'A product of the route is missing: say what of it was returned or lost'
    from item i where i.sold <> i.assigned and not exists (select from given g where g.product_id = i.product_id)
    union all
    select 1000001, 'Money is handed in by efectivo, yape, plin or transferencia, with amounts of 0 or more and two decimals'
    where not sales.is_money_by_method(p_money)
  )
  select p.text from problem p where p.text not like '%: -' order by p.n limit 1
$$;
--> statement-breakpoint
-- sales/sql/write_settlement_movements.sql
create or replace function sales.write_settlement_movements(p_business_id uuid, p_distribucion_id uuid, p_kind text) returns void
  language sql
as $$
  with item as (
    select i.product_id, i.loss_reason, least(i.returned, t.taken) as back,
      least(i.lost, t.taken - least(i.returned, t.taken)) as lost
    from sales.distribucion_items i
    join (
      select a.product_id, sum(a.quantity) as taken from sales.distribucion_assignments a
      where a.tenant_id = tenancy.current_tenant_id() and a.distribucion_id = p_distribucion_id and a.is_from_stock
      group by 1
    ) t on t.product_id = i.product_id
    where i.tenant_id = tenancy.current_tenant_id() and i.distribucion_id = p_distribucion_id
  ), movement as (
    select i.product_id, 1 as n, 'return' as kind, i.back + i.lost as quantity, null::text as reason from item i
    where p_kind = 'return' and i.back + i.lost > 0
    union all
    select i.product_id, 2, 'loss', -i.lost, i.loss_reason from item i where p_kind = 'return' and i.lost > 0
    union all
    select i.product_id, 3, 'reopening', -i.back, null from item i where p_kind = 'reopening' and i.back > 0
  )
  select sales.write_movements(array_agg(gen_random_uuid()), array_agg(p_business_id),
    array_agg(m.product_id order by m.product_id, m.n), array_agg(m.kind order by m.product_id, m.n),
    array_agg(p_distribucion_id), array_agg(sales.business_day(p_business_id, now())),
    array_agg(m.quantity order by m.product_id, m.n), array_agg(null::numeric), array_agg(null::numeric),
    array_agg(m.reason order by m.product_id, m.n), array_agg(sales.current_member_id(p_business_id)),
    array_agg(null::text), array_agg(null::text), array_agg('What the route brought back'::text))
  from movement m
  having count(*) > 0
$$;
--> statement-breakpoint
-- sales/sql/close_distribucion.sql
create or replace function sales.close_distribucion(p_distribucion_id uuid, p_items jsonb, p_money jsonb, p_request_hash text)
  returns setof sales.distribuciones
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_route sales.distribuciones;
  v_problem text;
begin
  v_route := sales.lock_route(p_distribucion_id, 'settle');
  if v_route.estado = 'cerrado' and v_route.settlement_hash = p_request_hash then
    return next v_route;
    return;
  elsif v_route.estado <> 'en_ruta' then
    raise exception using errcode = 'ZT003', message = case v_route.estado
      when 'activo' then 'The route has not left: start it first'
      else 'The route is settled already: an admin_negocio may open it again' end;
  end if;
  perform from sales.distribucion_items i
  where i.tenant_id = v_route.tenant_id and i.distribucion_id = v_route.id
  order by i.product_id for no key update;

  perform sales.write_assignments(v_route.business_id, v_route.id, array_agg(i.product_id order by i.product_id),
    array_agg(i.sold - i.assigned order by i.product_id), null, null)
  from sales.distribucion_items i
  where i.tenant_id = v_route.tenant_id and i.distribucion_id = v_route.id and i.sold > i.assigned
  having count(*) > 0;

  v_problem := sales.problem_of_settlement(v_route.tenant_id, v_route.id, p_items, p_money);
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = v_problem;
  end if;
  update sales.distribucion_items i
  set returned = coalesce(g.returned, 0), lost = coalesce(g.lost, 0), loss_reason = case when g.lost > 0 then g.loss_reason end
  from jsonb_to_recordset(p_items) as g (product_id uuid, returned numeric, lost numeric, loss_reason text)
  where i.tenant_id = v_route.tenant_id and i.distribucion_id = v_route.id and i.product_id = g.product_id;
  perform sales.write_settlement_movements(v_route.business_id, v_route.id, 'return');

  insert into sales.distribucion_money (tenant_id, business_id, distribucion_id, settlement, payment_method, expected, handed_in)
  select v_route.tenant_id, v_route.business_id, v_route.id, v_route.settlements + 1, payment_method,
    coalesce(e.sales_amount + e.abonos_amount - e.refunds_amount, 0), coalesce(h.amount::numeric, 0)
  from sales.route_money(v_route.id) e
  full join jsonb_each_text(p_money) as h (payment_method, amount) using (payment_method);

  return query
    update sales.distribuciones r
    set estado = 'cerrado', closed_at = now(), closed_by = sales.current_member_id(r.business_id),
      settlements = r.settlements + 1, settlement_hash = p_request_hash
    where r.tenant_id = v_route.tenant_id and r.id = v_route.id
    returning r.*;
end $$;
--> statement-breakpoint
-- sales/sql/commission_rate_on.sql
create or replace function sales.commission_rate_on(p_member_id uuid, p_day date) returns numeric
  language sql stable
  return (
    select r.rate from sales.commission_rates r
    where r.tenant_id = tenancy.current_tenant_id() and r.member_id = p_member_id and r.valid_from <= p_day
    order by r.valid_from desc limit 1);
--> statement-breakpoint
-- sales/sql/count_on_routes.sql
create or replace function sales.count_on_routes(p_sale_id uuid[], p_sign int) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  update sales.distribuciones d
  set kilos_vendidos = d.kilos_vendidos + p_sign * t.kilos, monto_recaudado = d.monto_recaudado + p_sign * t.paid
  from (
    select s.distribucion_id, sum(s.net_weight) as kilos, sum(s.amount_paid) as paid
    from sales.sales s where s.tenant_id = v_tenant and s.id = any (p_sale_id) group by 1
  ) t
  where d.tenant_id = v_tenant and d.id = t.distribucion_id;
end $$;
--> statement-breakpoint
-- sales/sql/free_allocations.sql
create or replace function sales.free_allocations(p_sale_id uuid, p_abono_id uuid, p_day date) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_freed uuid[];
begin
  with freed as (
    update sales.abono_allocations a set reversed_on = greatest(p_day, a.allocated_on)
    where a.tenant_id = v_tenant and (a.sale_id = p_sale_id or a.abono_id = p_abono_id) and a.reversed_on is null
    returning a.id
  )
  select coalesce(array_agg(f.id), '{}') into v_freed from freed f;
  if cardinality(v_freed) > 0 then
    perform sales.apply_allocations(v_freed, -1);
  end if;
end $$;
--> statement-breakpoint
-- sales/sql/move_debt.sql
create or replace function sales.move_debt(
  p_business_id uuid[], p_client_id uuid[], p_kind text[], p_source_id uuid[], p_day date[], p_amount numeric[]
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  insert into sales.debt_entries (tenant_id, business_id, client_id, kind, source_id, day, amount, client_version, balance_after)
  select v_tenant, e.business_id, e.client_id, e.kind, e.source_id, e.day, e.amount,
    b.version + row_number() over of_client, b.balance + sum(e.amount) over of_client
  from unnest(p_business_id, p_client_id, p_kind, p_source_id, p_day, p_amount) with ordinality as e
    (business_id, client_id, kind, source_id, day, amount, position)
  cross join lateral (
    select c.version, c.balance from sales.customer_balances c
    where c.tenant_id = v_tenant and c.client_id between e.client_id and e.client_id order by c.client_id
  ) b
  window of_client as (partition by e.client_id order by e.position);

  update sales.customer_balances b
  set open_due = b.open_due + e.due, credit = b.credit - e.paid, version = b.version + e.entries
  from (
    select g.client_id, count(*) as entries, coalesce(sum(g.amount) filter (where g.kind in ('sale', 'sale_void')), 0) as due,
      coalesce(sum(g.amount) filter (where g.kind in ('abono', 'abono_void')), 0) as paid
    from unnest(p_client_id, p_kind, p_amount) as g (client_id, kind, amount) group by 1
  ) e
  where b.tenant_id = v_tenant and b.client_id = any (p_client_id) and b.client_id = e.client_id;
end $$;
--> statement-breakpoint
-- sales/sql/return_goods.sql
create or replace function sales.return_goods(p_sale_id uuid, p_day date) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  perform sales.write_movements(array_agg(gen_random_uuid()), array_agg(t.business_id order by t.product_id),
    array_agg(t.product_id order by t.product_id), array_agg('sale_void'::text), array_agg(p_sale_id), array_agg(p_day),
    array_agg(t.quantity order by t.product_id), array_agg(null::numeric), array_agg(null::numeric), array_agg(null::text),
    array_agg(sales.current_member_id(t.business_id)), array_agg(null::text), array_agg(null::text), array_agg(''::text))
  from (
    select m.business_id, m.product_id, -sum(m.quantity) as quantity
    from sales.stock_movements m
    where m.tenant_id = v_tenant and m.source_id = p_sale_id and m.kind = 'sale'
    group by 1, 2
    union all
    select i.business_id, i.product_id, sum(i.quantity)
    from sales.sales s
    join sales.sale_items i on i.tenant_id = v_tenant and i.sale_id = s.id
    join sales.inventory v on v.tenant_id = v_tenant and v.business_id = s.business_id and v.product_id = i.product_id
    cross join lateral sales.config_of(s.business_id) k
    where s.tenant_id = v_tenant and s.id = p_sale_id and s.distribucion_id is not null
      and sales.has_stock(k.modo_operacion, v.version)
    group by 1, 2
  ) t
  having count(*) > 0;
end $$;
--> statement-breakpoint
-- sales/sql/take_back_sale.sql
create or replace function sales.take_back_sale(p_id uuid, p_reason text) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_sale sales.sales;
  v_today date;
  v_route uuid;
begin
  select s.* into v_sale from sales.sales s where s.tenant_id = v_tenant and s.id = p_id for no key update;
  if v_sale.status = 'void' and v_sale.void_reason is not distinct from p_reason then
    return;
  elsif v_sale.status = 'void' then
    raise exception using errcode = 'ZT003', message = 'The sale is void already';
  elsif not sales.may_act_for(v_sale.business_id, v_sale.seller_id) then
    raise exception using errcode = 'ZT006', message = 'Only an admin_negocio of the business may void a sale of another member';
  end if;
  v_today := sales.business_day(v_sale.business_id, now());
  if sales.is_day_closed(v_sale.business_id, v_today) then
    raise exception using errcode = 'ZT003', message = 'A void counts on today, and today is closed: void it tomorrow';
  end if;

  if v_sale.status = 'recorded' then
    select d.id into v_route from sales.distribuciones d
    where d.tenant_id = v_tenant and d.id = v_sale.distribucion_id and d.estado = 'en_ruta';
    perform sales.free_allocations(p_id, null, v_today);
    if v_sale.total_amount > v_sale.amount_paid then
      perform sales.move_debt(array[v_sale.business_id], array[v_sale.client_id], array['sale_void'], array[p_id],
        array[v_today], array[v_sale.amount_paid - v_sale.total_amount]);
    end if;
    if v_sale.amount_paid > 0 then
      insert into sales.refunds (tenant_id, business_id, sale_id, distribucion_id, payment_method, amount, refund_day)
      values (v_tenant, v_sale.business_id, p_id, v_route, v_sale.payment_method, v_sale.amount_paid, v_today);
    end if;
    if v_route is not null then
      update sales.distribucion_items d set sold = d.sold - i.quantity
      from (select product_id, sum(quantity) as quantity from sales.sale_items
            where tenant_id = v_tenant and sale_id = p_id group by 1) i
      where d.tenant_id = v_tenant and d.distribucion_id = v_route and d.product_id = i.product_id;
      perform sales.count_on_routes(array[p_id], -1);
    else
      perform sales.return_goods(p_id, v_today);
    end if;
    update sales.orders o set status = 'ordered'
    where o.tenant_id = v_tenant and o.id = v_sale.order_id and o.status = 'delivered';
    perform sales.add_totals(array[p_id], v_today);
  end if;
  update sales.sales s
  set status = 'void', balance_due = 0, voided_on = v_today, voided_by = sales.current_member_id(v_sale.business_id),
    void_reason = p_reason
  where s.tenant_id = v_tenant and s.id = p_id;
end $$;
--> statement-breakpoint
-- sales/sql/void_corrected.sql
create or replace function sales.void_corrected(
  p_sales int[], p_business_id uuid[], p_client_id uuid[], p_distribucion_id uuid[], p_order_id uuid[], p_product_id uuid[],
  p_corrects_sale_id uuid[], p_void_reason text[]
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_old record;
  v_position int;
begin
  select count(*) as sales, array_agg(s.client_id) as clients, array_agg(s.distribucion_id) as routes, array_agg(s.order_id) as orders
  into v_old
  from unnest(p_business_id, p_corrects_sale_id) as g (business_id, id)
  join sales.sales s on s.tenant_id = v_tenant and s.business_id = g.business_id and s.id = g.id;
  if v_old.sales < num_nonnulls(variadic p_corrects_sale_id) then
    raise exception using errcode = 'ZT004', message = 'There is no such sale to correct';
  end if;
  perform sales.lock_records(p_business_id, p_distribucion_id || v_old.routes, p_product_id || array(
      select i.product_id from sales.sale_items i
      where i.tenant_id = v_tenant and i.sale_id in (select c from unnest(p_corrects_sale_id) c)
    ), p_client_id || v_old.clients, p_order_id || v_old.orders);
  for v_position in
    select n from unnest(p_sales) n where p_corrects_sale_id[n] is not null order by p_corrects_sale_id[n]
  loop
    perform sales.take_back_sale(p_corrects_sale_id[v_position], p_void_reason[v_position]);
  end loop;
end $$;
--> statement-breakpoint
-- sales/sql/price_items.sql
create or replace function sales.price_items(
  p_sales int[], p_business_id uuid[], p_item_sale int[], p_item_id uuid[], p_product_id uuid[], p_gross numeric[],
  p_tara numeric[], p_quantity numeric[], p_unit_price numeric[]
) returns table (
  sale int, line_number int, id uuid, product_id uuid, product_name text, unit text, gross numeric, tara numeric,
  quantity numeric, unit_price numeric, subtotal numeric, unit_cost numeric
)
  language plpgsql stable
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_problem record;
begin
  select g.sale, g.line_number, x.problem into v_problem
  from (
    select i.*, row_number() over (partition by i.sale order by i.position) as line_number
    from unnest(p_item_sale, p_product_id, p_gross, p_tara, p_quantity, p_unit_price) with ordinality as i
      (sale, product_id, gross, tara, quantity, unit_price, position)
  ) g
  left join lateral (
    select r.* from sales.products r
    where r.tenant_id = v_tenant and r.business_id = p_business_id[g.sale] and r.id between g.product_id and g.product_id order by r.id
  ) p on true
  cross join lateral (select case
    when p.id is null then array['ZT004', 'productId: there is no such product in the business']
    when not p.is_active then array['ZT003', 'productId: the product is archived: restore it first']
    when (g.gross is null) <> (g.tara is null) then array['ZT002', 'gross and tara: give both, or neither']
    when g.gross is not null and p.unit <> 'kg'
      then array['ZT002', 'gross and tara: the product is sold by the piece: give its quantity alone']
    when g.gross is null and g.quantity is null then array['ZT002', 'quantity: give it, or gross and tara']
    when g.quantity <> g.gross - g.tara then array['ZT002', 'quantity: it is gross less tara: leave it out']
    when coalesce(g.gross - g.tara, g.quantity) <= 0 or g.tara < 0
      then array['ZT002', 'quantity: what is sold is above 0, and a tara is not below 0']
    when scale(g.gross) > 3 or scale(g.tara) > 3 or scale(g.quantity) > 3
      then array['ZT002', 'quantity: use at most three decimals']
    when p.unit <> 'kg' and g.quantity <> trunc(g.quantity) then array['ZT002', 'quantity: pieces are whole']
    when g.unit_price is null and p.base_price is null
      then array['ZT002', 'unitPrice: the product has no base price: give one']
    when g.unit_price < 0 or scale(g.unit_price) > 2
      then array['ZT002', 'unitPrice: use a price of 0 or more with at most two decimals']
  end as problem) x
  where x.problem is not null and g.sale = any (p_sales)
  order by g.position limit 1;
  if found then
    raise exception using errcode = v_problem.problem[1],
      message = sales.item_label(cardinality(p_business_id), v_problem.sale, v_problem.line_number) || ': ' || v_problem.problem[2];
  end if;
  return query
    select i.sale, (row_number() over (partition by i.sale order by i.position))::int, i.id, p.id, p.name::text, p.unit, i.gross,
      i.tara, q.quantity, c.price, round(q.quantity * c.price, 2), p.unit_cost
    from unnest(p_item_sale, p_item_id, p_product_id, p_gross, p_tara, p_quantity, p_unit_price) with ordinality as i
      (sale, id, product_id, gross, tara, quantity, unit_price, position)
    cross join lateral (
      select r.* from sales.products r
      where r.tenant_id = v_tenant and r.business_id = p_business_id[i.sale] and r.id between i.product_id and i.product_id order by r.id
    ) p
    cross join lateral (select coalesce(i.gross - i.tara, i.quantity) as quantity) q
    cross join lateral (select coalesce(i.unit_price, p.base_price) as price) c
    where i.sale = any (p_sales)
    order by i.position;
end $$;
--> statement-breakpoint
-- sales/sql/sales_point_of.sql
create or replace function sales.sales_point_of(p_distribucion_id uuid, p_member_id uuid) returns text
  language sql stable
  return coalesce((
    select d.punto_venta from sales.distribuciones d
    where d.tenant_id = tenancy.current_tenant_id() and d.id = p_distribucion_id), (
    select m.sales_point from sales.business_users m
    where m.tenant_id = tenancy.current_tenant_id() and m.id = p_member_id));
--> statement-breakpoint
-- sales/sql/refuse_sale.sql
create or replace function sales.refuse_sale(
  p_label text, p_business_id uuid, p_id uuid, p_client_id uuid, p_order_id uuid, p_sale_type text, p_amount_paid numeric,
  p_total numeric
) returns void
  language plpgsql
as $$
declare
  v_problem constant text := case
    when p_sale_type not in ('contado', 'credito') then 'saleType: it is contado or credito'
    when p_sale_type = 'contado' and p_amount_paid <> p_total
      then 'amountPaid: a cash sale is paid in full, with its total: change is given back before, or sell on credit'
    when p_sale_type = 'credito' and p_client_id is null then 'clientId: a sale on credit needs a customer'
    when p_amount_paid < 0 or scale(p_amount_paid) > 2 then 'amountPaid: use an amount of 0 or more with at most two decimals'
    when p_amount_paid > p_total
      then 'amountPaid: it is more than the total: record what is paid beyond as an abono'
  end;
begin
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = p_label || v_problem;
  end if;
  if exists (select from sales.sales s where s.tenant_id = tenancy.current_tenant_id() and s.id = p_id) then
    raise exception using errcode = 'unique_violation', message = 'The id is taken', schema = 'sales', table = 'sales',
      constraint = 'sales_pkey';
  end if;
  if exists (select from sales.sales s where s.tenant_id = tenancy.current_tenant_id() and s.business_id = p_business_id
             and s.order_id = p_order_id and s.status <> 'void') then
    raise exception using errcode = 'ZT003', message = p_label || 'orderId: the order is delivered by another sale';
  end if;
  raise exception using errcode = 'ZT003', message = p_label || 'The sale is corrected already: correct the one that replaces it';
end $$;
--> statement-breakpoint
-- sales/sql/take_goods.sql
create or replace function sales.take_goods(p_sale_id uuid[]) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_sales constant int := cardinality(p_sale_id);
  v_beyond record;
begin
  perform sales.write_movements(array_agg(gen_random_uuid()), array_agg(t.business_id order by t.position, t.line),
    array_agg(t.product_id order by t.position, t.line), array_agg('sale'::text),
    array_agg(t.sale_id order by t.position, t.line), array_agg(t.sale_day order by t.position, t.line),
    array_agg(-t.quantity order by t.position, t.line), array_agg(null::numeric), array_agg(null::numeric),
    array_agg(null::text), array_agg(sales.current_member_id(t.business_id) order by t.position, t.line),
    array_agg(null::text), array_agg(null::text),
    array_agg(sales.item_label(v_sales, t.position::int, t.line) order by t.position, t.line))
  from (
    select g.position, s.id as sale_id, s.business_id, s.sale_day, i.product_id, sum(i.quantity) as quantity,
      min(i.line_number) as line
    from unnest(p_sale_id) with ordinality as g (id, position)
    cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
    cross join lateral (select r.* from sales.sale_items r where r.tenant_id = v_tenant and r.sale_id between s.id and s.id order by r.sale_id) i
    cross join lateral (
      select x.version from sales.inventory x where x.tenant_id = v_tenant and x.product_id between i.product_id and i.product_id order by x.product_id) v
    cross join lateral sales.config_of(s.business_id) k
    where s.distribucion_id is null and sales.has_stock(k.modo_operacion, v.version)
    group by g.position, s.id, s.business_id, s.sale_day, i.product_id
  ) t
  having count(*) > 0;

  if not exists (select from sales.sales s where s.tenant_id = v_tenant and s.id = any (p_sale_id)
                 and s.distribucion_id is not null) then
    return;
  end if;
  insert into sales.distribucion_items as d (tenant_id, business_id, distribucion_id, product_id, sold)
  select v_tenant, s.business_id, s.distribucion_id, i.product_id, sum(i.quantity)
  from sales.sales s cross join lateral (select r.* from sales.sale_items r where r.tenant_id = v_tenant and r.sale_id between s.id and s.id order by r.sale_id) i
  where s.tenant_id = v_tenant and s.id = any (p_sale_id) and s.distribucion_id is not null
  group by s.business_id, s.distribucion_id, i.product_id
  order by s.distribucion_id, i.product_id
  on conflict (tenant_id, distribucion_id, business_id, product_id) do update set sold = d.sold + excluded.sold;

  select g.position, i.line_number into v_beyond
  from unnest(p_sale_id) with ordinality as g (id, position)
  cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
  cross join lateral (select r.* from sales.sale_items r where r.tenant_id = v_tenant and r.sale_id between s.id and s.id order by r.sale_id) i
  cross join lateral (
    select x.* from sales.distribucion_items x
    where x.tenant_id = v_tenant and x.distribucion_id = s.distribucion_id and x.product_id between i.product_id and i.product_id order by x.product_id) d
  cross join lateral (
    select x.version from sales.inventory x where x.tenant_id = v_tenant and x.product_id between i.product_id and i.product_id order by x.product_id) v
  cross join lateral sales.config_of(s.business_id) k
  where d.sold + d.returned + d.lost > d.assigned and sales.has_stock(k.modo_operacion, v.version)
    and not k.permitir_venta_sin_stock
  order by g.position, i.line_number limit 1;
  if found then
    raise exception using errcode = 'ZT002', message = sales.item_label(v_sales, v_beyond.position::int, v_beyond.line_number)
      || ': the route was not given so much: take less, or assign more to it first';
  end if;

  perform sales.count_on_routes(p_sale_id, 1);
end $$;
--> statement-breakpoint
-- sales/sql/post_sales.sql
create or replace function sales.post_sales(p_sale_id uuid[]) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_locks record;
  v_beyond int;
begin
  select array_agg(distinct s.business_id) as businesses, array_agg(distinct s.distribucion_id) as routes,
    array_agg(distinct s.client_id) filter (where s.total_amount > s.amount_paid) as clients,
    array_agg(distinct s.order_id) as orders into v_locks
  from sales.sales s where s.tenant_id = v_tenant and s.id = any (p_sale_id);
  perform sales.lock_records(v_locks.businesses, v_locks.routes, array(
      select distinct i.product_id from sales.sales s
      cross join lateral (select r.* from sales.sale_items r where r.tenant_id = v_tenant and r.sale_id between s.id and s.id order by r.sale_id) i
      cross join lateral sales.config_of(s.business_id) k
      where s.tenant_id = v_tenant and s.id = any (p_sale_id) and s.distribucion_id is null
        and k.modo_operacion <> 'sin_inventario'
    ), v_locks.clients, v_locks.orders);
  perform sales.check_sales(p_sale_id);
  perform sales.take_goods(p_sale_id);

  if cardinality(v_locks.clients) > 0 then
    perform sales.move_debt(array_agg(s.business_id order by g.position), array_agg(s.client_id order by g.position),
      array_agg('sale'::text), array_agg(s.id order by g.position), array_agg(s.sale_day order by g.position),
      array_agg(s.total_amount - s.amount_paid order by g.position))
    from unnest(p_sale_id) with ordinality as g (id, position)
    cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
    where s.total_amount > s.amount_paid;
    select g.position into v_beyond
    from unnest(p_sale_id) with ordinality as g (id, position)
    cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
    cross join lateral (select x.* from sales.customers x where x.tenant_id = v_tenant and x.id between s.client_id and s.client_id order by x.id) c
    cross join lateral (
      select x.balance from sales.customer_balances x where x.tenant_id = v_tenant and x.client_id between s.client_id and s.client_id order by x.client_id) b
    where s.total_amount > s.amount_paid and b.balance > c.credit_limit
    order by g.position desc limit 1;
    if found then
      raise exception using errcode = 'ZT002', message = sales.sale_label(cardinality(p_sale_id), v_beyond)
        || 'clientId: the debt would go beyond the customer''s credit limit: take more at once, or an abono first';
    end if;
  end if;
  if num_nonnulls(variadic v_locks.orders) > 0 then
    update sales.orders o set status = 'delivered'
    where o.tenant_id = v_tenant and o.id = any (v_locks.orders);
  end if;
  perform sales.add_totals(p_sale_id, null);
end $$;
--> statement-breakpoint
-- sales/sql/use_credit.sql
create or replace function sales.use_credit(p_sale_id uuid[]) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  if cardinality(p_sale_id) > 0 then
    perform sales.allocate_in_order(array(
        select b.id
        from (select distinct s.client_id from sales.sales s
              where s.tenant_id = v_tenant and s.id = any (p_sale_id) and s.balance_due > 0) c
        cross join lateral (
          select r.* from sales.abonos r
          where r.tenant_id = v_tenant and r.client_id = c.client_id and r.status = 'recorded'
            and r.allocated_amount < r.amount offset 0) b
        order by b.abono_date, b.created_at, b.id
      ), p_sale_id);
  end if;
end $$;
--> statement-breakpoint
-- sales/sql/items_of_sale.sql
create or replace function sales.items_of_sale(p_sale_id uuid) returns jsonb
  language sql stable
  return (
    select jsonb_agg(jsonb_build_object('id', i.id, 'lineNumber', i.line_number, 'productId', i.product_id,
        'productName', i.product_name, 'unit', i.unit, 'gross', i.gross::text, 'tara', i.tara::text,
        'quantity', i.quantity::text, 'unitPrice', i.unit_price::text, 'subtotal', i.subtotal::text,
        'unitCost', i.unit_cost::text) order by i.line_number)
    from sales.sale_items i
    where i.tenant_id = tenancy.current_tenant_id() and i.sale_id = p_sale_id);
--> statement-breakpoint
-- sales/sql/write_sales.sql
create or replace function sales.write_sales(
  p_id uuid[], p_business_id uuid[], p_client_id uuid[], p_seller_id uuid[], p_distribucion_id uuid[], p_order_id uuid[],
  p_sale_type text[], p_amount_paid numeric[], p_payment_method text[], p_use_credit boolean[], p_sale_date timestamptz[],
  p_corrects_sale_id uuid[], p_void_reason text[], p_idempotency_key text[], p_request_hash text[],
  p_item_sale int[], p_item_id uuid[], p_product_id uuid[], p_gross numeric[], p_tara numeric[], p_quantity numeric[],
  p_unit_price numeric[], p_may_be_late boolean
) returns table (sale_position int, is_new boolean, is_same_request boolean, sale sales.sales, items jsonb)
  language plpgsql
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_seller uuid[] := p_seller_id;
  -- Positions to be written: those with a new key, of several with one key the first.
  v_first int[];
  v_ids uuid[];
  v_new int[] := '{}';
  v_position int;
begin
  if num_nulls(variadic v_seller) > 0 then
    v_seller := array(select coalesce(p_seller_id[n], sales.current_member_id(p_business_id[n]))
                      from generate_subscripts(p_id, 1) n order by n);
    if num_nulls(variadic v_seller) > 0 then
      raise exception using errcode = 'ZT006',
        message = 'sellerId: the scope names no active member of the business: name the member who sold';
    end if;
  end if;
  v_first := array(
    select min(g.position)::int from unnest(p_business_id, p_idempotency_key) with ordinality as g (business_id, key, position)
    where g.key is null or not exists (
      select from sales.sales s
      where s.tenant_id = v_tenant and s.business_id = g.business_id and s.idempotency_key = g.key offset 0)
    group by g.business_id, g.key, case when g.key is null then g.position end order by 1);
  if (select count(distinct p_id[n]) from unnest(v_first) n) < cardinality(v_first) then
    raise exception using errcode = 'unique_violation', message = 'p_id gives two sales one id', schema = 'sales',
      table = 'sales', constraint = 'sales_pkey';
  end if;
  if num_nonnulls(variadic p_corrects_sale_id) > 0 then
    perform sales.void_corrected(v_first, p_business_id, p_client_id, p_distribucion_id, p_order_id, p_product_id,
      p_corrects_sale_id, p_void_reason);
  else
    perform sales.lock_records(p_business_id, null, null, null, null);
  end if;

  with item as materialized (
    select i.* from sales.price_items(v_first, p_business_id, p_item_sale, p_item_id, p_product_id, p_gross, p_tara, p_quantity,
      p_unit_price) i
  ), total as (
    select i.sale, sum(i.subtotal) as amount, coalesce(sum(i.tara), 0) as tara,
      coalesce(sum(i.quantity) filter (where i.unit = 'kg'), 0) as net
    from item i group by 1
  ), written as (
    insert into sales.sales as s (tenant_id, id, business_id, client_id, seller_id, distribucion_id, order_id, sale_type,
      status, total_amount, amount_paid, payment_method, balance_due, tara, net_weight, sales_point, commission_rate,
      sale_date, sale_day, corrects_sale_id, is_late, idempotency_key, request_hash)
    select v_tenant, p_id[n], b.id, p_client_id[n], v_seller[n], p_distribucion_id[n], p_order_id[n], p_sale_type[n],
      'recorded', t.amount, a.paid, coalesce(p_payment_method[n], 'efectivo'), t.amount - a.paid, t.tara, t.net,
      sales.sales_point_of(p_distribucion_id[n], v_seller[n]), coalesce(sales.commission_rate_on(v_seller[n], a.day), 0), a.at, a.day,
      p_corrects_sale_id[n], p_may_be_late and sales.is_day_closed(b.id, a.day), p_idempotency_key[n], p_request_hash[n]
    from unnest(v_first) n
    join total t on t.sale = n
    join sales.businesses b on b.tenant_id = v_tenant and b.id = p_business_id[n]
    cross join lateral (
      select coalesce(p_sale_date[n], now()) as at,
        (coalesce(p_sale_date[n], now()) at time zone b.time_zone)::date as day,
        coalesce(p_amount_paid[n], case p_sale_type[n] when 'contado' then t.amount else 0 end) as paid
    ) a
    -- The others are refused below, in words.
    where p_sale_type[n] = 'contado' and a.paid = t.amount and a.paid >= 0
      or p_sale_type[n] = 'credito' and a.paid between 0 and t.amount and scale(a.paid) <= 2 and p_client_id[n] is not null
    -- In the order of the keys, so that two batches with the same keys cannot wait for each other.
    order by p_idempotency_key[n], n
    on conflict do nothing
    returning s.id, s.business_id
  ), parts as (
    insert into sales.sale_items (tenant_id, id, business_id, sale_id, line_number, product_id, product_name, unit, gross,
      tara, quantity, unit_price, subtotal, unit_cost)
    select v_tenant, i.id, w.business_id, w.id, i.line_number, i.product_id, i.product_name, i.unit, i.gross, i.tara,
      i.quantity, i.unit_price, i.subtotal, i.unit_cost
    from item i join written w on w.id = p_id[i.sale]
    order by i.sale, i.line_number
  )
  select coalesce(array_agg(n order by n), '{}') into v_new
  from unnest(v_first) n join written w on w.id = p_id[n];

  select n into v_position
  from unnest(v_first) n
  where n <> all (v_new) and not exists (
    select from sales.sales s
    where s.tenant_id = v_tenant and s.business_id = p_business_id[n] and s.idempotency_key = p_idempotency_key[n] offset 0)
  limit 1;
  if found then
    perform sales.refuse_sale(sales.sale_label(cardinality(p_id), v_position),
      p_business_id[v_position], p_id[v_position], p_client_id[v_position], p_order_id[v_position], p_sale_type[v_position],
      p_amount_paid[v_position], sum(i.subtotal))
    from sales.price_items(v_first, p_business_id, p_item_sale, p_item_id, p_product_id, p_gross, p_tara, p_quantity, p_unit_price) i
    where i.sale = v_position;
  end if;
  if cardinality(v_new) > 0 then
    -- Null where nothing is written, so that messages count as the caller does.
    perform sales.post_sales(array(select case when n = any (v_new) then p_id[n] end
                                   from generate_subscripts(p_id, 1) n order by n));
    perform sales.use_credit(array(select p_id[n] from unnest(v_new) n where p_use_credit[n] order by n));
  end if;
  v_ids := array(
    select case when n = any (v_new) then p_id[n] else (
      select k.id from sales.sales k
      where k.tenant_id = v_tenant and k.business_id = p_business_id[n] and k.idempotency_key = p_idempotency_key[n]) end
    from generate_subscripts(p_id, 1) n order by n);
  return query
    select g.n::int, g.n = any (v_new), r.request_hash is not distinct from p_request_hash[g.n], r.row, sales.items_of_sale(g.id)
    from unnest(v_ids) with ordinality as g (id, n)
    cross join lateral (
      select t as row, t.request_hash from sales.sales t
      where t.tenant_id = v_tenant and t.id between g.id and g.id order by t.id) r
    order by g.n;
end $$;
--> statement-breakpoint
-- sales/sql/record_sales.sql
create or replace function sales.record_sales(
  p_id uuid[], p_business_id uuid[], p_client_id uuid[], p_seller_id uuid[], p_distribucion_id uuid[], p_order_id uuid[],
  p_sale_type text[], p_amount_paid numeric[], p_payment_method text[], p_use_credit boolean[], p_sale_date timestamptz[],
  p_corrects_sale_id uuid[], p_void_reason text[], p_idempotency_key text[], p_request_hash text[],
  p_item_sale int[], p_item_id uuid[], p_product_id uuid[], p_gross numeric[], p_tara numeric[], p_quantity numeric[],
  p_unit_price numeric[]
) returns table (sale_position int, is_new boolean, is_same_request boolean, sale sales.sales, items jsonb)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
as $$
#variable_conflict use_column
declare
  v_sales int;
  v_problem text;
  v_business uuid;
begin
  v_sales := tenancy.require_arrays(
    '{p_id,p_business_id,p_sale_type,p_use_credit,p_client_id,p_seller_id,p_distribucion_id,p_order_id,p_amount_paid,p_payment_method,p_sale_date,p_corrects_sale_id,p_void_reason,p_idempotency_key,p_request_hash}',
    array[array_dims(p_id), array_dims(p_business_id), array_dims(p_sale_type), array_dims(p_use_credit),
      array_dims(p_client_id), array_dims(p_seller_id), array_dims(p_distribucion_id), array_dims(p_order_id),
      array_dims(p_amount_paid), array_dims(p_payment_method), array_dims(p_sale_date), array_dims(p_corrects_sale_id),
      array_dims(p_void_reason), array_dims(p_idempotency_key), array_dims(p_request_hash)],
    array[num_nulls(variadic p_id), num_nulls(variadic p_business_id), num_nulls(variadic p_sale_type),
      num_nulls(variadic p_use_credit)]);
  perform tenancy.require_arrays(
    '{p_item_sale,p_item_id,p_product_id,p_gross,p_tara,p_quantity,p_unit_price}',
    array[array_dims(p_item_sale), array_dims(p_item_id), array_dims(p_product_id), array_dims(p_gross),
      array_dims(p_tara), array_dims(p_quantity), array_dims(p_unit_price)],
    array[num_nulls(variadic p_item_sale), num_nulls(variadic p_item_id), num_nulls(variadic p_product_id)]);
  v_problem := case
    when not (1 <= all (p_item_sale) and v_sales >= all (p_item_sale))
      then 'p_item_sale names a sale that is not given: each item needs one, by its position from 1'
    when exists (select from generate_series(1, v_sales) n where n <> all (p_item_sale))
      then 'p_item_sale leaves a sale without items: a sale needs one or more'
    when 'NaN' = any (p_gross || p_tara || p_quantity || p_unit_price || p_amount_paid)
      then 'p_gross, p_tara, p_quantity, p_unit_price and p_amount_paid take no NaN'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = v_problem;
  end if;
  foreach v_business in array array(select distinct b from unnest(p_business_id) b order by 1) loop
    perform tenancy.require_own_scope(tenancy.current_tenant_id(), v_business);
  end loop;
  return query
    select w.sale_position, w.is_new, w.is_same_request, w.sale, w.items
    from sales.write_sales(p_id, p_business_id, p_client_id, p_seller_id, p_distribucion_id, p_order_id, p_sale_type,
      p_amount_paid, p_payment_method, p_use_credit, p_sale_date, p_corrects_sale_id, p_void_reason, p_idempotency_key,
      p_request_hash, p_item_sale, p_item_id, p_product_id, p_gross, p_tara, p_quantity, p_unit_price, false) w;
end $$;
--> statement-breakpoint
-- sales/sql/deliver_order.sql
create or replace function sales.deliver_order(
  p_order_id uuid, p_id uuid, p_seller_id uuid, p_distribucion_id uuid, p_sale_type text, p_amount_paid numeric,
  p_payment_method text, p_use_credit boolean, p_sale_date timestamptz, p_items jsonb, p_idempotency_key text,
  p_request_hash text
) returns table (is_same_request boolean, sale sales.sales, items jsonb)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_order sales.orders;
begin
  perform tenancy.require_own_scope(tenancy.current_tenant_id(), null);
  select o.* into v_order from sales.orders o where o.tenant_id = tenancy.current_tenant_id() and o.id = p_order_id;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such order';
  end if;
  return query
    select r.is_same_request, r.sale, r.items
    from (
      select array_agg(1 order by i.n) as sale, array_agg(gen_random_uuid()) as id,
        array_agg(i.product_id order by i.n) as product_id, array_agg(i.gross order by i.n) as gross,
        array_agg(i.tara order by i.n) as tara, array_agg(i.quantity order by i.n) as quantity,
        array_agg(i.unit_price order by i.n) as unit_price
      from (
        select g.n, g.product_id, g.gross, g.tara, g.quantity, g.unit_price
        from rows from (
          jsonb_to_recordset(p_items) as (product_id uuid, gross numeric, tara numeric, quantity numeric, unit_price numeric)
        ) with ordinality as g (product_id, gross, tara, quantity, unit_price, n)
        union all
        select o.line_number, o.product_id, null, null, o.quantity, o.unit_price from sales.order_items o
        where p_items is null and o.tenant_id = v_order.tenant_id and o.order_id = v_order.id
      ) i
    ) i
    cross join lateral sales.record_sales(array[p_id], array[v_order.business_id], array[v_order.client_id],
      array[p_seller_id], array[p_distribucion_id], array[p_order_id], array[p_sale_type], array[p_amount_paid],
      array[p_payment_method], array[p_use_credit], array[p_sale_date], array[null::uuid], array[null::text],
      array[p_idempotency_key], array[p_request_hash], i.sale, i.id, i.product_id, i.gross, i.tara, i.quantity,
      i.unit_price) r;
end $$;
--> statement-breakpoint
-- sales/sql/guard_route_item.sql
create or replace function sales.guard_route_item() returns trigger
  language plpgsql stable
as $$
begin
  if exists (select from sales.distribuciones r
             where r.tenant_id = new.tenant_id and r.id = new.distribucion_id and r.estado = 'cerrado') then
    raise exception using errcode = 'ZT003', message = 'The route is settled: nothing on it is changed';
  end if;
  return new;
end $$;
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
-- sales/sql/keep_order_totals.sql
create or replace function sales.keep_order_totals() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_orders uuid[];
begin
  perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w;
  v_orders := case tg_argv[0] when 'id' then array(select (to_jsonb(w) ->> 'id')::uuid from written w)
    else array(select distinct (to_jsonb(w) ->> 'order_id')::uuid from written w) end;
  perform from sales.orders o
  where o.tenant_id = tenancy.current_tenant_id() and o.id = any (v_orders)
  order by o.id for no key update;
  if exists (select from sales.orders o where o.tenant_id = tenancy.current_tenant_id() and o.id = any (v_orders)
               and o.status <> 'ordered') then
    raise exception using errcode = 'ZT003', message = 'An order takes items while it is ordered: make another';
  elsif tg_argv[0] <> 'id' and exists (
    select from written w
    join sales.products p on p.tenant_id = tenancy.current_tenant_id() and p.id = (to_jsonb(w) ->> 'product_id')::uuid
    where p.unit = 'unidad' and (to_jsonb(w) ->> 'quantity')::numeric % 1 <> 0
  ) then
    raise exception using errcode = 'ZT002', message = 'Pieces are whole: order a whole quantity of what is sold by unidad';
  elsif tg_argv[0] <> 'id' and exists (
    select from written w
    join sales.products p on p.tenant_id = tenancy.current_tenant_id() and p.id = (to_jsonb(w) ->> 'product_id')::uuid
    where not p.is_active
  ) then
    raise exception using errcode = 'ZT003', message = 'A product is archived: order another, or restore it';
  end if;
  update sales.orders o set total_amount = t.total
  from (select x.id, (select coalesce(sum(i.subtotal), 0) from sales.order_items i
                      where i.tenant_id = tenancy.current_tenant_id() and i.order_id = x.id) as total
        from unnest(v_orders) x (id)) t
  where o.tenant_id = tenancy.current_tenant_id() and o.id = t.id and o.total_amount <> t.total;
  return null;
end $$;
--> statement-breakpoint
-- sales/sql/lock_sale.sql
create or replace function sales.lock_sale(p_id uuid) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_sale sales.sales;
begin
  select s.* into v_sale from sales.sales s where s.tenant_id = v_tenant and s.id = p_id;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such sale';
  end if;
  perform sales.lock_records(array[v_sale.business_id], array[v_sale.distribucion_id], array(
      select distinct i.product_id from sales.sale_items i where i.tenant_id = v_tenant and i.sale_id = p_id
    ), array[v_sale.client_id], array[v_sale.order_id]);
end $$;
--> statement-breakpoint
-- sales/sql/move_stock.sql
create or replace function sales.move_stock(
  p_id uuid[], p_business_id uuid[], p_product_id uuid[], p_kind text[], p_quantity numeric[], p_unit_cost numeric[],
  p_reason text[], p_idempotency_key text[], p_request_hash text[]
) returns table (element int, is_new boolean, is_same_request boolean, movement sales.stock_movements)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
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
  perform sales.lock_records(null, null, p_product_id, null, null);
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
-- sales/sql/post_abonos.sql
create or replace function sales.post_abonos(p_abono_id uuid[]) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  perform sales.lock_records(array_agg(b.business_id), array_agg(b.distribucion_id), null, array_agg(b.client_id), null)
  from sales.abonos b where b.tenant_id = v_tenant and b.id = any (p_abono_id);
  perform sales.check_abonos(p_abono_id);
  perform sales.move_debt(array_agg(b.business_id order by g.position), array_agg(b.client_id order by g.position),
    array_agg('abono'::text), array_agg(b.id order by g.position), array_agg(b.abono_day order by g.position),
    array_agg(-b.amount order by g.position))
  from unnest(p_abono_id) with ordinality as g (id, position)
  cross join lateral (select r.* from sales.abonos r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) b;
  update sales.distribuciones d set monto_recaudado = d.monto_recaudado + t.amount
  from (select b.distribucion_id, sum(b.amount) as amount from sales.abonos b
        where b.tenant_id = v_tenant and b.id = any (p_abono_id) and b.distribucion_id is not null group by 1) t
  where d.tenant_id = v_tenant and d.id = t.distribucion_id;
end $$;
--> statement-breakpoint
-- sales/sql/post_written_abonos.sql
create or replace function sales.post_written_abonos() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
as $$
begin
  perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w;
  if exists (select from written) then
    perform sales.post_abonos(array(select w.id from written w order by w.id));
  end if;
  return null;
end $$;
--> statement-breakpoint
-- sales/sql/record_abonos.sql
create or replace function sales.record_abonos(
  p_id uuid[], p_business_id uuid[], p_client_id uuid[], p_seller_id uuid[], p_distribucion_id uuid[], p_amount numeric[],
  p_payment_method text[], p_notes text[], p_abono_date timestamptz[], p_allocations jsonb[], p_idempotency_key text[],
  p_request_hash text[]
) returns table (abono_position int, is_new boolean, is_same_request boolean, abono sales.abonos, allocations jsonb)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_business uuid;
  v_position int;
  v_first int[];
  v_ids uuid[];
  v_new int[];
begin
  perform tenancy.require_arrays(
    '{p_id,p_business_id,p_client_id,p_amount,p_payment_method,p_seller_id,p_distribucion_id,p_notes,p_abono_date,p_allocations,p_idempotency_key,p_request_hash}',
    array[array_dims(p_id), array_dims(p_business_id), array_dims(p_client_id), array_dims(p_amount),
      array_dims(p_payment_method), array_dims(p_seller_id), array_dims(p_distribucion_id), array_dims(p_notes),
      array_dims(p_abono_date), array_dims(p_allocations), array_dims(p_idempotency_key), array_dims(p_request_hash)],
    array[num_nulls(variadic p_id), num_nulls(variadic p_business_id), num_nulls(variadic p_client_id),
      num_nulls(variadic p_amount), num_nulls(variadic p_payment_method)]);
  foreach v_business in array array(select distinct b from unnest(p_business_id) b order by 1) loop
    perform tenancy.require_own_scope(v_tenant, v_business);
    if sales.current_member_id(v_business) is null and num_nulls(variadic p_seller_id) > 0 then
      raise exception using errcode = 'ZT006',
        message = 'sellerId: the scope names no active member of the business: name the member who received it';
    end if;
  end loop;
  v_first := array(
    select min(g.position)::int from unnest(p_business_id, p_idempotency_key) with ordinality as g (business_id, key, position)
    group by g.business_id, g.key, case when g.key is null then g.position end order by 1);
  if (select count(distinct p_id[n]) from unnest(v_first) n) < cardinality(v_first) then
    raise exception using errcode = 'unique_violation', message = 'p_id gives two abonos one id', schema = 'sales',
      table = 'abonos', constraint = 'abonos_pkey';
  end if;
  perform sales.lock_records(p_business_id, null, null, null, null);
  with written as (
    insert into sales.abonos as b (tenant_id, id, business_id, client_id, seller_id, distribucion_id, amount, payment_method,
      notes, abono_date, abono_day, idempotency_key, request_hash)
    select v_tenant, p_id[n], p_business_id[n], p_client_id[n],
      coalesce(p_seller_id[n], sales.current_member_id(p_business_id[n])), p_distribucion_id[n], p_amount[n],
      p_payment_method[n], p_notes[n], a.at, sales.business_day(p_business_id[n], a.at), p_idempotency_key[n], p_request_hash[n]
    from unnest(v_first) n
    cross join lateral (select coalesce(p_abono_date[n], now()) as at) a
    -- In the order of the keys, so that two batches with the same keys cannot wait for each other.
    order by p_idempotency_key[n], n
    on conflict do nothing
    returning b.id
  )
  select coalesce(array_agg(n order by n), '{}') into v_new from unnest(v_first) n join written w on w.id = p_id[n];
  if exists (
    select from unnest(v_first) n
    where n <> all (v_new) and not exists (
      select from sales.abonos b
      where b.tenant_id = v_tenant and b.business_id = p_business_id[n] and b.idempotency_key = p_idempotency_key[n] offset 0)
  ) then
    raise exception using errcode = 'unique_violation', message = 'The id is taken', schema = 'sales', table = 'abonos',
      constraint = 'abonos_pkey';
  end if;
  if cardinality(v_new) > 0 then
    perform sales.post_abonos(array(select p_id[n] from unnest(v_new) n order by n));
    foreach v_position in array v_new loop
      if jsonb_typeof(p_allocations[v_position]) = 'array' then
        perform sales.allocate_to(p_id[v_position], p_allocations[v_position], null);
      end if;
    end loop;
    perform sales.allocate_oldest(array(select p_id[n] from unnest(v_new) n where p_allocations[n] = '"oldest"' order by n), null);
  end if;
  v_ids := array(
    select case when n = any (v_new) then p_id[n] else (
      select k.id from sales.abonos k
      where k.tenant_id = v_tenant and k.business_id = p_business_id[n] and k.idempotency_key = p_idempotency_key[n]) end
    from generate_subscripts(p_id, 1) n order by n);
  return query
    select g.n::int, g.n = any (v_new), r.request_hash is not distinct from p_request_hash[g.n], r.row, sales.allocations_of_abono(g.id)
    from unnest(v_ids) with ordinality as g (id, n)
    cross join lateral (
      select t as row, t.request_hash from sales.abonos t
      where t.tenant_id = v_tenant and t.id between g.id and g.id order by t.id) r
    order by g.n;
end $$;
--> statement-breakpoint
-- sales/sql/record_drafts.sql
create or replace function sales.record_drafts() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_ids uuid[];
  v_complete uuid[];
begin
  if tg_table_name = 'sale_items' then
    perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w;
    v_ids := array(select distinct w.sale_id from written w);
    if exists (select from sales.sales s where s.tenant_id = v_tenant and s.id = any (v_ids) and s.status <> 'draft') then
      raise exception using errcode = 'ZT003', message = 'A recorded sale takes no more items: correct it';
    end if;
  else
    perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w where w.status = 'draft';
    v_ids := array(select w.id from written w where w.status = 'draft');
  end if;
  perform from (select i as id from unnest(v_ids) i order by 1) g
  cross join lateral (
    select from sales.sales s
    where s.tenant_id = v_tenant and s.id between g.id and g.id and s.status = 'draft' order by s.id for no key update) l;
  if exists (
    select from sales.sales s join sales.sale_items i on i.tenant_id = v_tenant and i.sale_id = s.id
    where s.tenant_id = v_tenant and s.id = any (v_ids) and s.status = 'draft'
    group by s.id, s.total_amount having sum(i.subtotal) > s.total_amount
  ) then
    raise exception using errcode = 'ZT002', message = 'The items come to more than the total_amount of the sale';
  end if;
  v_complete := array(
    select s.id from sales.sales s join sales.sale_items i on i.tenant_id = v_tenant and i.sale_id = s.id
    where s.tenant_id = v_tenant and s.id = any (v_ids) and s.status = 'draft'
    group by s.id, s.total_amount having sum(i.subtotal) = s.total_amount);
  if cardinality(v_complete) > 0 then
    update sales.sales s
    set status = 'recorded', balance_due = s.total_amount - s.amount_paid, tara = t.tara, net_weight = t.net,
      sales_point = sales.sales_point_of(s.distribucion_id, s.seller_id),
      commission_rate = coalesce(sales.commission_rate_on(s.seller_id, s.sale_day), 0)
    from (
      select i.sale_id, coalesce(sum(i.tara), 0) as tara, coalesce(sum(i.quantity) filter (where i.unit = 'kg'), 0) as net
      from sales.sale_items i where i.tenant_id = v_tenant and i.sale_id = any (v_complete) group by 1
    ) t
    where s.tenant_id = v_tenant and s.id = any (v_complete) and s.id = t.sale_id;
    perform sales.post_sales(v_complete);
  end if;
  return null;
end $$;
--> statement-breakpoint
-- sales/sql/reopen_distribucion.sql
create or replace function sales.reopen_distribucion(p_distribucion_id uuid, p_reason text) returns setof sales.distribuciones
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_route sales.distribuciones;
begin
  v_route := sales.lock_route(p_distribucion_id, 'open');
  if not sales.is_admin_negocio(v_route.business_id) then
    raise exception using errcode = 'ZT006', message = 'Only an admin_negocio of the business may open a settled route again';
  elsif v_route.estado = 'en_ruta' and v_route.settlements > 0 and v_route.reopen_reason = p_reason then
    return next v_route;
    return;
  elsif v_route.estado <> 'cerrado' then
    raise exception using errcode = 'ZT003', message = 'The route is not settled';
  elsif btrim(coalesce(p_reason, '')) = '' then
    raise exception using errcode = 'ZT002', message = 'Say in the reason why the route is opened again';
  elsif sales.is_day_closed(v_route.business_id, v_route.fecha) then
    raise exception using errcode = 'ZT003', message = 'The day of the route is closed: nothing on it is changed';
  end if;
  perform from sales.distribucion_items i
  where i.tenant_id = v_route.tenant_id and i.distribucion_id = v_route.id
  order by i.product_id for no key update;
  perform sales.write_settlement_movements(v_route.business_id, v_route.id, 'reopening');
  update sales.distribuciones r
  set estado = 'en_ruta', closed_at = null, closed_by = null, settlement_hash = null, reopen_reason = p_reason
  where r.tenant_id = v_route.tenant_id and r.id = v_route.id;
  update sales.distribucion_items i set returned = 0, lost = 0, loss_reason = null
  where i.tenant_id = v_route.tenant_id and i.distribucion_id = v_route.id and i.returned + i.lost > 0;
  return query select r.* from sales.distribuciones r where r.tenant_id = v_route.tenant_id and r.id = v_route.id;
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
-- sales/sql/require_member.sql
create or replace function sales.require_member() returns trigger
  language plpgsql stable
as $$
declare
  v_named constant uuid := case when tg_nargs > 1 then (to_jsonb(new) ->> tg_argv[1])::uuid end;
begin
  if not sales.may_act_for(new.business_id, coalesce(v_named, sales.current_member_id(new.business_id))) then
    raise exception using errcode = 'ZT006', message = case when sales.current_member_id(new.business_id) is null
      then format('Only a member of the business may %s', tg_argv[0])
      else format('Only an admin_negocio of the business may %s for another member', tg_argv[0]) end;
  end if;
  if tg_op = 'INSERT' and exists (
    select from sales.business_users m
    where m.tenant_id = tenancy.current_tenant_id() and m.business_id = new.business_id and m.id = v_named and not m.is_active
  ) then
    raise exception using errcode = 'ZT003', message = format('The member has left the business: %s names another', tg_argv[1]);
  end if;
  return new;
end $$;
--> statement-breakpoint
-- sales/sql/require_open_days.sql
create or replace function sales.require_open_days() returns trigger
  language plpgsql
as $$
declare
  v_dated record;
begin
  for v_dated in execute format('select distinct d.tenant_id, d.business_id, d.day from (%s) d order by 1, 2, 3', tg_argv[0]) loop
    perform from sales.businesses b where b.tenant_id = v_dated.tenant_id and b.id = v_dated.business_id for key share;
    if sales.is_day_closed(v_dated.business_id, v_dated.day) then
      raise exception using errcode = 'ZT003',
        message = 'The day is closed and takes nothing more: date it on an open day, and undo today what was done then';
    end if;
  end loop;
  return null;
end $$;
--> statement-breakpoint
-- sales/sql/resolve_review.sql
create or replace function sales.resolve_review(p_sale_id uuid, p_abono_id uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_business uuid;
begin
  perform tenancy.require_own_scope(v_tenant, null);
  select l.business_id into v_business from (
    select s.business_id from sales.sales s where s.tenant_id = v_tenant and s.id = p_sale_id and s.is_late
    union all
    select a.business_id from sales.abonos a where a.tenant_id = v_tenant and a.id = p_abono_id and a.is_late
  ) l;
  if v_business is null then
    raise exception using errcode = 'ZT004', message = 'There is no such late sale or abono';
  end if;
  perform tenancy.require_own_scope(v_tenant, v_business);
  if not sales.is_admin_negocio(v_business) then
    raise exception using errcode = 'ZT006', message = 'Only an admin_negocio of the business may review late sales and abonos';
  end if;
  update sales.sales s set reviewed_at = now(), reviewed_by = sales.current_member_id(v_business)
  where s.tenant_id = v_tenant and s.id = p_sale_id and s.reviewed_at is null;
  update sales.abonos a set reviewed_at = now(), reviewed_by = sales.current_member_id(v_business)
  where a.tenant_id = v_tenant and a.id = p_abono_id and a.reviewed_at is null;
  return true;
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
  new.allocated_amount := 0;
  new.voided_by := null;
  new.void_reason := null;
  new.reviewed_at := null;
  new.reviewed_by := null;
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
  new.balance_due := 0;
  new.voided_by := null;
  new.void_reason := null;
  new.reviewed_at := null;
  new.reviewed_by := null;
  return new;
end $$;
--> statement-breakpoint
-- sales/sql/stamp_sale_item.sql
create or replace function sales.stamp_sale_item() returns trigger
  language plpgsql
as $$
declare
  v_product sales.products;
begin
  select p.* into v_product from sales.products p
  where p.tenant_id = new.tenant_id and p.business_id = new.business_id and p.id = new.product_id;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such product in the business';
  end if;
  new.unit := v_product.unit;
  new.unit_cost := v_product.unit_cost;
  new.product_name := coalesce(new.product_name, v_product.name);
  new.subtotal := coalesce(new.subtotal, round(new.quantity * new.unit_price, 2));
  if new.line_number is null then
    select coalesce(max(i.line_number), 0) + 1 into new.line_number
    from sales.sale_items i where i.tenant_id = new.tenant_id and i.sale_id = new.sale_id;
  end if;
  return new;
end $$;
--> statement-breakpoint
-- sales/sql/void_abono.sql
create or replace function sales.void_abono(p_id uuid, p_reason text) returns table (abono sales.abonos, allocations jsonb)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_abono sales.abonos;
  v_today date;
  v_route uuid;
begin
  v_abono := sales.lock_abono(p_id);
  if v_abono.status = 'void' and v_abono.void_reason is distinct from p_reason then
    raise exception using errcode = 'ZT003', message = 'The abono is void already';
  end if;
  if v_abono.status = 'recorded' then
    if not sales.may_act_for(v_abono.business_id, v_abono.seller_id) then
      raise exception using errcode = 'ZT006',
        message = 'Only an admin_negocio of the business may void an abono that another member received';
    end if;
    v_today := sales.business_day(v_abono.business_id, now());
    if sales.is_day_closed(v_abono.business_id, v_today) then
      raise exception using errcode = 'ZT003', message = 'A void counts on today, and today is closed: void it tomorrow';
    end if;
    select d.id into v_route from sales.distribuciones d
    where d.tenant_id = v_tenant and d.id = v_abono.distribucion_id and d.estado = 'en_ruta';
    perform sales.free_allocations(null, p_id, v_today);
    perform sales.move_debt(array[v_abono.business_id], array[v_abono.client_id], array['abono_void'], array[p_id],
      array[v_today], array[v_abono.amount]);
    insert into sales.refunds (tenant_id, business_id, abono_id, distribucion_id, payment_method, amount, refund_day)
    values (v_tenant, v_abono.business_id, p_id, v_route, v_abono.payment_method, v_abono.amount, v_today);
    update sales.distribuciones d set monto_recaudado = d.monto_recaudado - v_abono.amount
    where d.tenant_id = v_tenant and d.id = v_route;
    update sales.abonos b
    set status = 'void', voided_on = v_today, voided_by = sales.current_member_id(v_abono.business_id), void_reason = p_reason
    where b.tenant_id = v_tenant and b.id = p_id;
  end if;
  return query
    select b, sales.allocations_of_abono(b.id) from sales.abonos b where b.tenant_id = v_tenant and b.id = p_id;
end $$;
--> statement-breakpoint
-- sales/sql/void_sale.sql
create or replace function sales.void_sale(p_id uuid, p_reason text) returns table (sale sales.sales, items jsonb)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
as $$
#variable_conflict use_column
begin
  perform sales.lock_sale(p_id);
  perform sales.take_back_sale(p_id, p_reason);
  return query
    select s, sales.items_of_sale(s.id) from sales.sales s where s.tenant_id = tenancy.current_tenant_id() and s.id = p_id;
end $$;
--> statement-breakpoint
select tenancy.protect_function('sales.is_day_closed(uuid, date)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.current_member_id(uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.add_supplements()', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.add_totals(uuid[], date)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.lock_records(uuid[], uuid[], uuid[], uuid[], uuid[])', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.lock_abono(uuid)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.is_admin_negocio(uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.business_day(uuid, timestamp with time zone)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.apply_allocations(uuid[], integer)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.allocate_in_order(uuid[], uuid[], date)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.allocate_oldest(uuid[], date)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.allocate_to(uuid, jsonb, date)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.allocations_of_abono(uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.allocate_abono(uuid, jsonb)', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.may_act_for(uuid, uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.lock_route(uuid, text)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.config_of(uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.write_movements(uuid[], uuid[], uuid[], text[], uuid[], date[], numeric[], numeric[], numeric[], text[], uuid[], text[], text[], text[])', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.write_assignments(uuid, uuid, uuid[], numeric[], text, text)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.assign_products(uuid, jsonb, text, text)', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.check_abonos(uuid[])', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.check_sales(uuid[])', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.was_recorded(uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.commissions_between(uuid, date, date)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.day_vendors(uuid, date)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.route_money(uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.day_money(uuid, date)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.close_day(uuid, date, jsonb, text)', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.problem_of_settlement(uuid, uuid, jsonb, jsonb)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.write_settlement_movements(uuid, uuid, text)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.close_distribucion(uuid, jsonb, jsonb, text)', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.commission_rate_on(uuid, date)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.count_on_routes(uuid[], integer)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.free_allocations(uuid, uuid, date)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.move_debt(uuid[], uuid[], text[], uuid[], date[], numeric[])', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.return_goods(uuid, date)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.take_back_sale(uuid, text)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.void_corrected(integer[], uuid[], uuid[], uuid[], uuid[], uuid[], uuid[], text[])', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.price_items(integer[], uuid[], integer[], uuid[], uuid[], numeric[], numeric[], numeric[], numeric[])', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.sales_point_of(uuid, uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.refuse_sale(text, uuid, uuid, uuid, uuid, text, numeric, numeric)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.take_goods(uuid[])', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.post_sales(uuid[])', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.use_credit(uuid[])', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.items_of_sale(uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.write_sales(uuid[], uuid[], uuid[], uuid[], uuid[], uuid[], text[], numeric[], text[], boolean[], timestamp with time zone[], uuid[], text[], text[], text[], integer[], uuid[], uuid[], numeric[], numeric[], numeric[], numeric[], boolean)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.record_sales(uuid[], uuid[], uuid[], uuid[], uuid[], uuid[], text[], numeric[], text[], boolean[], timestamp with time zone[], uuid[], text[], text[], text[], integer[], uuid[], uuid[], numeric[], numeric[], numeric[], numeric[])', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.deliver_order(uuid, uuid, uuid, uuid, text, numeric, text, boolean, timestamp with time zone, jsonb, text, text)', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.guard_route_item()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.is_tenant_admin()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.keep_admin_negocio()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.keep_commission_rate()', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.keep_order_totals()', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.lock_sale(uuid)', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.move_stock(uuid[], uuid[], uuid[], text[], numeric[], numeric[], text[], text[], text[])', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.open_config()', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.open_customer_balances()', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.open_inventory()', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.post_abonos(uuid[])', 'sales_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('sales.post_written_abonos()', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.record_abonos(uuid[], uuid[], uuid[], uuid[], uuid[], numeric[], text[], text[], timestamp with time zone[], jsonb[], text[], text[])', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.record_drafts()', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.reopen_distribucion(uuid, text)', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.require_admin_negocio()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.require_config_right()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.require_manager()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.require_member()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.require_open_days()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.resolve_review(uuid, uuid)', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.stamp_abono()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.stamp_sale()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.stamp_sale_item()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.void_abono(uuid, text)', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('sales.void_sale(uuid, text)', 'sales_writer', '{authenticated,platform}');
--> statement-breakpoint
create or replace trigger guard_late_insert before insert on sales.abonos
  for each row when (new.is_late and current_user <> 'sales_writer')
  execute function tenancy.refuse('ZT003', 'Only the synchronisation records a late abono');
--> statement-breakpoint
create or replace trigger stamp_abono before insert on sales.abonos
  for each row when (current_user <> 'sales_writer') execute function sales.stamp_abono();
--> statement-breakpoint
create or replace trigger post_written after insert on sales.abonos
  referencing new table as written for each statement when (current_user <> 'sales_writer')
  execute function sales.post_written_abonos();
--> statement-breakpoint
create or replace trigger supplement after insert on sales.abonos
  referencing new table as written
  for each statement execute function sales.add_supplements('select tenant_id, business_id, abono_day as day,
    null::uuid as sale_id, id as abono_id from written where is_late');
--> statement-breakpoint
create or replace trigger require_open_day_insert after insert on sales.abono_allocations
  referencing new table as written
  for each statement execute function sales.require_open_days('select tenant_id, business_id, allocated_on as day from written w
    where not exists (select from sales.abonos a where a.tenant_id = w.tenant_id and a.id = w.abono_id and a.is_late)
      and not exists (select from sales.sales s where s.tenant_id = w.tenant_id and s.id = w.sale_id and s.is_late)');
--> statement-breakpoint
create or replace trigger require_open_day_update after update on sales.abono_allocations
  referencing old table as before new table as written
  for each statement execute function sales.require_open_days('select w.tenant_id, w.business_id, w.reversed_on as day
    from written w join before b on b.tenant_id = w.tenant_id and b.id = w.id where w.reversed_on is distinct from b.reversed_on');
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
create or replace trigger guard_closed_day_insert before insert on sales.businesses
  for each row when (new.last_closed_day is not null and current_user <> 'sales_writer')
  execute function tenancy.refuse('ZT003', 'A day is closed by the function sales.close_day');
--> statement-breakpoint
create or replace trigger guard_closed_day_update before update on sales.businesses
  for each row when (new.last_closed_day is distinct from old.last_closed_day and current_user <> 'sales_writer')
  execute function tenancy.refuse('ZT003', 'A day is closed by the function sales.close_day');
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
create or replace trigger require_member before insert or update on sales.distribuciones
  for each row when (current_user <> 'sales_writer')
  execute function sales.require_member('assign and start routes', 'vendedor_id');
--> statement-breakpoint
create or replace trigger guard_settled before update on sales.distribuciones
  for each row when (old.estado = 'cerrado' and new.estado = 'cerrado'
    and (new.punto_venta is distinct from old.punto_venta or new.kilos_asignados <> old.kilos_asignados
      or new.kilos_vendidos <> old.kilos_vendidos or new.monto_recaudado <> old.monto_recaudado))
  execute function tenancy.refuse('ZT003', 'The route is settled: nothing on it is changed');
--> statement-breakpoint
create or replace trigger guard_item before insert or update on sales.distribucion_items
  for each row execute function sales.guard_route_item();
--> statement-breakpoint
create or replace trigger require_open_day after insert on sales.distribuciones
  referencing new table as written
  for each statement execute function sales.require_open_days('select tenant_id, business_id, fecha as day from written');
--> statement-breakpoint
create or replace trigger guard_counters before insert on sales.distribuciones
  for each row when (current_user <> 'sales_writer'
    and (new.kilos_asignados <> 0 or new.kilos_vendidos <> 0 or new.monto_recaudado <> 0 or new.settlements <> 0
      or num_nonnulls(new.settlement_hash, new.reopen_reason, new.closed_by) > 0))
  execute function tenancy.refuse('ZT003', 'A new route is empty: assign products to it afterwards');
--> statement-breakpoint
create or replace trigger require_member_insert before insert on sales.orders
  for each row when (current_user <> 'sales_writer') execute function sales.require_member('take orders', 'seller_id');
--> statement-breakpoint
create or replace trigger require_member_update before update on sales.orders
  for each row when (current_user <> 'sales_writer') execute function sales.require_member('change orders');
--> statement-breakpoint
create or replace trigger keep_total after insert on sales.orders
  referencing new table as written for each statement execute function sales.keep_order_totals('id');
--> statement-breakpoint
create or replace trigger keep_total after insert on sales.order_items
  referencing new table as written for each statement execute function sales.keep_order_totals('order_id');
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
create or replace trigger record_drafts after update on sales.sales
  referencing new table as written for each statement when (current_user <> 'sales_writer')
  execute function sales.record_drafts();
--> statement-breakpoint
create or replace trigger supplement after insert on sales.sales
  referencing new table as written
  for each statement execute function sales.add_supplements('select tenant_id, business_id, sale_day as day, id as sale_id,
    null::uuid as abono_id from written where is_late and status = ''recorded''');
--> statement-breakpoint
create or replace trigger stamp_sale_item before insert on sales.sale_items
  for each row when (current_user <> 'sales_writer') execute function sales.stamp_sale_item();
--> statement-breakpoint
create or replace trigger record_drafts after insert on sales.sale_items
  referencing new table as written for each statement when (current_user <> 'sales_writer')
  execute function sales.record_drafts();
--> statement-breakpoint
create or replace trigger require_open_day after insert on sales.stock_movements
  referencing new table as written
  for each statement execute function sales.require_open_days('select tenant_id, business_id, day from written w
    where not exists (select from sales.sales s where s.tenant_id = w.tenant_id and s.id = w.source_id and s.is_late)');
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
create or replace trigger guard_key before update on sales.distribucion_assignments
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.distribucion_id is distinct from old.distribucion_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, distribucion_id: make another row instead of changing them');
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
create or replace trigger guard_key before update on sales.day_closing_vendors
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.closing_id is distinct from old.closing_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, closing_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.day_closing_stock
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.closing_id is distinct from old.closing_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, business_id, closing_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on sales.day_closing_late
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
    or new.closed_by is distinct from old.closed_by
    or new.settlements is distinct from old.settlements
    or new.settlement_hash is distinct from old.settlement_hash
    or new.reopen_reason is distinct from old.reopen_reason)))
  execute function tenancy.refuse('ZT003', 'A route keeps its vendor and day; functions keep its numbers');
--> statement-breakpoint
create or replace trigger freeze_columns before update on sales.orders
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.business_id is distinct from old.business_id
    or new.client_id is distinct from old.client_id
    or new.seller_id is distinct from old.seller_id
    or new.order_date is distinct from old.order_date
    or new.idempotency_key is distinct from old.idempotency_key
    or new.request_hash is distinct from old.request_hash
    or new.created_at is distinct from old.created_at
    or (current_user <> 'sales_writer' and (new.total_amount is distinct from old.total_amount)))
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
  for each row when (new.status not in ('draft') and not (current_user = 'sales_writer' and new.status in ('recorded')))
  execute function tenancy.refuse('ZT003', 'A new sale is a draft: insert it as one, then its items');
--> statement-breakpoint
create or replace trigger keep_status_insert after insert on sales.sales
  for each row when (new.status not in ('draft') and not (current_user = 'sales_writer' and new.status in ('recorded')))
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
  select r.tenant_id, r.business_id, r.member_id, -1 as rows from sales.commission_rates r
  where r.valid_from = date '0001-01-01'
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
  select m.tenant_id, m.business_id, m.product_id, -1 as movements from sales.stock_movements m
) n
group by n.tenant_id, n.business_id, n.product_id
having sum(n.movements) <> 0
union all
select n.tenant_id, 'stock_missing', n.business_id, 'sales.products', n.product_id,
  'The product has no stock, not even one of 0'
from (
  select p.tenant_id, p.business_id, p.id as product_id, 1 as rows from sales.products p
  union all
  select i.tenant_id, i.business_id, i.product_id, -1 as rows from sales.inventory i
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
  select s.tenant_id, s.business_id, s.id, 'sale' as of, 0, 1 from sales.sales s
  union all
  select d.tenant_id, d.business_id, d.id, 'route' as of, 0, 1 from sales.distribuciones d
) n
group by n.tenant_id, n.business_id, n.source_id, n.of
having sum(n.moved) > 0 and sum(n.source) = 0;
--> statement-breakpoint
select tenancy.protect_view('sales.violations_of_stock', '{authenticated,platform}');
--> statement-breakpoint
-- sales/sql/violations_of_sales.sql
create or replace view sales.violations_of_sales (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- Total, tara and net weight are the sums of the items.
select f.tenant_id, f.kind, f.business_id, 'sales.sales', f.sale_id, f.detail
from (
  select n.tenant_id, n.business_id, n.sale_id, n.kind, n.detail
  from (
    select 'sale_total_differs' as kind, 'The total is not the sum of the items' as detail, s.tenant_id, s.business_id,
      s.id as sale_id, s.total_amount as amount
    from sales.sales s where s.status = 'recorded'
    union all
    select 'sale_tara_differs' as kind, 'The tara is not the sum of the items' as detail, s.tenant_id, s.business_id, s.id, s.tara
    from sales.sales s where s.status = 'recorded'
    union all
    select 'sale_net_weight_differs' as kind, 'The net weight is not the sum of the items of kilos' as detail, s.tenant_id, s.business_id, s.id,
      s.net_weight
    from sales.sales s where s.status = 'recorded'
    union all
    select 'sale_total_differs' as kind, 'The total is not the sum of the items' as detail, i.tenant_id, i.business_id, i.sale_id, -i.subtotal
    from sales.sale_items i
    union all
    select 'sale_tara_differs' as kind, 'The tara is not the sum of the items' as detail, i.tenant_id, i.business_id, i.sale_id, -i.tara
    from sales.sale_items i where i.tara is not null
    union all
    select 'sale_net_weight_differs' as kind, 'The net weight is not the sum of the items of kilos' as detail, i.tenant_id, i.business_id,
      i.sale_id, -i.quantity
    from sales.sale_items i where i.unit = 'kg'
  ) n
  group by n.tenant_id, n.business_id, n.sale_id, n.kind, n.detail
  having sum(n.amount) <> 0
) f
where exists (select from sales.sales s where s.tenant_id = f.tenant_id and s.id = f.sale_id and s.status = 'recorded')
union all
-- What is due is the total less what was paid at once and what abonos pay; nothing is due on a draft or a void sale.
select n.tenant_id, 'sale_balance_differs', n.business_id, 'sales.sales', n.sale_id,
  'What is due is not the total less what was paid at once and is allocated'
from (
  select s.tenant_id, s.business_id, s.id as sale_id,
    s.balance_due - case s.status when 'recorded' then s.total_amount - s.amount_paid else 0 end as amount
  from sales.sales s
  union all
  select a.tenant_id, a.business_id, a.sale_id, a.amount from sales.abono_allocations a where a.reversed_on is null
) n
group by n.tenant_id, n.business_id, n.sale_id
having sum(n.amount) <> 0
union all
-- A refund is what was paid at once of a void sale. One that was a draft until then never had all of its items.
select n.tenant_id, 'sale_refund_differs', n.business_id, 'sales.sales', n.sale_id,
  'What was given back is not what was paid at once of a void sale'
from (
  select s.tenant_id, s.business_id, s.id as sale_id, s.amount_paid as amount
  from sales.sales s where s.status = 'void' and s.amount_paid > 0
    and s.total_amount = (select sum(i.subtotal) from sales.sale_items i where i.tenant_id = s.tenant_id and i.sale_id = s.id)
  union all
  select r.tenant_id, r.business_id, r.sale_id, -r.amount from sales.refunds r where r.sale_id is not null
) n
group by n.tenant_id, n.business_id, n.sale_id
having sum(n.amount) <> 0
union all
-- Stock that a sale took is its items' or none, as the business kept stock then or not; a void sale has it brought back.
select n.tenant_id, 'sale_stock_differs', n.business_id, 'sales.sales', n.sale_id,
  'The stock movements are not what the sale sold'
from (
  select m.tenant_id, m.business_id, m.source_id as sale_id, m.product_id, sum(m.quantity) as moved,
    bool_or(m.kind = 'sale') as taken
  from sales.stock_movements m where m.kind in ('sale', 'sale_void')
  group by 1, 2, 3, 4
) n
left join sales.sales s on s.tenant_id = n.tenant_id and s.id = n.sale_id
where s.id is null or n.moved <> case
  when s.status = 'void' and n.taken then 0
  else coalesce((select sum(i.quantity) from sales.sale_items i where i.tenant_id = n.tenant_id and i.sale_id = n.sale_id
                 and i.product_id = n.product_id), 0) * case when s.status = 'void' then 1 else -1 end end
union all
-- What a sale replaces is void.
select s.tenant_id, 'corrected_sale_stands', s.business_id, 'sales.sales', s.id, 'The sale that it corrects is not void'
from sales.sales s join sales.sales r on r.tenant_id = s.tenant_id and r.id = s.corrects_sale_id
where s.status <> 'draft' and r.status <> 'void';
--> statement-breakpoint
select tenancy.protect_view('sales.violations_of_sales', '{authenticated,platform}');
--> statement-breakpoint
-- sales/sql/violations_of_abonos.sql
create or replace view sales.violations_of_abonos (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select n.tenant_id, 'abono_allocated_differs', n.business_id, 'sales.abonos', n.abono_id,
  'What is allocated is not the sum of the allocations that stand'
from (
  select b.tenant_id, b.business_id, b.id as abono_id, b.allocated_amount as amount from sales.abonos b
  union all
  select a.tenant_id, a.business_id, a.abono_id, -a.amount from sales.abono_allocations a where a.reversed_on is null
) n
group by n.tenant_id, n.business_id, n.abono_id
having sum(n.amount) <> 0
union all
select n.tenant_id, 'abono_refund_differs', n.business_id, 'sales.abonos', n.abono_id,
  'What was given back is not the amount of a void abono'
from (
  select b.tenant_id, b.business_id, b.id as abono_id, b.amount from sales.abonos b where b.status = 'void'
  union all
  select r.tenant_id, r.business_id, r.abono_id, -r.amount from sales.refunds r where r.abono_id is not null
) n
group by n.tenant_id, n.business_id, n.abono_id
having sum(n.amount) <> 0
union all
select a.tenant_id, 'allocation_customer_differs', a.business_id, 'sales.abono_allocations', a.id,
  'The sale is not of the customer who paid'
from sales.abono_allocations a
join sales.abonos b on b.tenant_id = a.tenant_id and b.id = a.abono_id
join sales.sales s on s.tenant_id = a.tenant_id and s.id = a.sale_id
where s.client_id is distinct from b.client_id
union all
select a.tenant_id, 'allocation_early', a.business_id, 'sales.abono_allocations', a.id,
  'It counts before the day of its abono or of its sale'
from sales.abono_allocations a
join sales.abonos b on b.tenant_id = a.tenant_id and b.id = a.abono_id
join sales.sales s on s.tenant_id = a.tenant_id and s.id = a.sale_id
where a.allocated_on < greatest(b.abono_day, s.sale_day);
--> statement-breakpoint
select tenancy.protect_view('sales.violations_of_abonos', '{authenticated,platform}');
--> statement-breakpoint
-- sales/sql/violations_of_debts.sql
create or replace view sales.violations_of_debts (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select n.tenant_id, n.kind, n.business_id, 'sales.customers', n.client_id,
  case n.kind when 'debt_differs' then 'The debt is not the sum of its entries'
    when 'debt_count_differs' then 'The version is not the number of entries'
    when 'debt_formula_differs' then 'The debt is not what is unpaid of credit sales less the abonos'
    when 'open_due_differs' then 'What is open is not the sum of what is due on sales'
    else 'The credit is not what of abonos is not allocated' end
from (
  select k.kind, b.tenant_id, b.business_id, b.client_id, k.amount
  from sales.customer_balances b
  cross join lateral (values ('debt_differs', b.open_due - b.credit), ('debt_count_differs', b.version::numeric),
    ('debt_formula_differs', b.open_due - b.credit), ('open_due_differs', b.open_due), ('credit_differs', b.credit)
  ) k (kind, amount)
  union all
  select k.kind, e.tenant_id, e.business_id, e.client_id, k.amount
  from sales.debt_entries e
  cross join lateral (values ('debt_differs', -e.amount), ('debt_count_differs', -1.0)) k (kind, amount)
  union all
  select k.kind, s.tenant_id, s.business_id, s.client_id, k.amount
  from sales.sales s
  cross join lateral (values ('debt_formula_differs', s.amount_paid - s.total_amount), ('open_due_differs', -s.balance_due)
  ) k (kind, amount)
  where s.status = 'recorded' and s.client_id is not null
  union all
  select k.kind, a.tenant_id, a.business_id, a.client_id, k.amount
  from sales.abonos a
  cross join lateral (values ('debt_formula_differs', a.amount), ('credit_differs', a.allocated_amount - a.amount)
  ) k (kind, amount)
  where a.status = 'recorded'
) n
group by n.tenant_id, n.kind, n.business_id, n.client_id
having sum(n.amount) <> 0
union all
-- Entries count on from 1, and each goes on from the debt before it.
select e.tenant_id, 'debt_chain_broken', e.business_id, 'sales.debt_entries', e.id,
  'It does not go on from the entry before it'
from (
  select d.*, lag(d.balance_after, 1, 0) over before as balance_before, row_number() over before as place
  from sales.debt_entries d
  window before as (partition by d.tenant_id, d.client_id order by d.client_version)
) e
where e.client_version <> e.place or e.balance_after <> e.balance_before + e.amount
union all
-- A sale or abono has the entry that it makes, and one more when it is void.
select n.tenant_id, 'debt_entry_differs', n.business_id, n.record_table, n.source_id,
  'Its debt entries are not what it comes to'
from (
  select s.tenant_id, s.business_id, 'sales.sales' as record_table, s.id as source_id, k.kind,
    s.client_id, k.sign * (s.total_amount - s.amount_paid) as amount
  from sales.sales s
  cross join lateral (values ('sale', 1), ('sale_void', -1)) k (kind, sign)
  where (s.status = 'recorded' and k.kind = 'sale' or s.status = 'void' and s.total_amount = (
      select sum(i.subtotal) from sales.sale_items i where i.tenant_id = s.tenant_id and i.sale_id = s.id))
    and s.total_amount > s.amount_paid
  union all
  select b.tenant_id, b.business_id, 'sales.abonos' as record_table, b.id, k.kind, b.client_id, k.sign * b.amount
  from sales.abonos b
  cross join lateral (values ('abono', -1), ('abono_void', 1)) k (kind, sign)
  where b.status = 'void' or k.kind = 'abono'
  union all
  select e.tenant_id, e.business_id, case when e.kind in ('sale', 'sale_void') then 'sales.sales' else 'sales.abonos' end,
    e.source_id, e.kind, e.client_id, -e.amount
  from sales.debt_entries e
) n
group by n.tenant_id, n.business_id, n.record_table, n.source_id, n.kind, n.client_id
having sum(n.amount) <> 0;
--> statement-breakpoint
select tenancy.protect_view('sales.violations_of_debts', '{authenticated,platform}');
--> statement-breakpoint
-- sales/sql/violations_of_routes.sql
create or replace view sales.violations_of_routes (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select n.tenant_id, 'route_assigned_differs', n.business_id, 'sales.distribuciones', n.distribucion_id,
  'What was assigned of a product is not the sum of its assignments'
from (
  select i.tenant_id, i.business_id, i.distribucion_id, i.product_id, i.assigned as quantity from sales.distribucion_items i
  union all
  select a.tenant_id, a.business_id, a.distribucion_id, a.product_id, -a.quantity from sales.distribucion_assignments a
) n
group by n.tenant_id, n.business_id, n.distribucion_id, n.product_id
having sum(n.quantity) <> 0
union all
-- Sales that stand are sold. Those that were voided stay sold where the route was settled before, so there is room for them.
select n.tenant_id, 'route_sold_differs', n.business_id, 'sales.distribuciones', n.distribucion_id,
  'What was sold of a product is not the sum of the items sold on the route'
from (
  select i.tenant_id, i.business_id, i.distribucion_id, i.product_id, i.sold as kept, 0.000 as standing, 0.000 as void
  from sales.distribucion_items i
  union all
  select s.tenant_id, s.business_id, s.distribucion_id, i.product_id, 0,
    case s.status when 'recorded' then i.quantity else 0 end,
    case when s.status = 'void' and d.settlements > 0 then i.quantity else 0 end
  from sales.sales s
  join sales.sale_items i on i.tenant_id = s.tenant_id and i.sale_id = s.id
  join sales.distribuciones d on d.tenant_id = s.tenant_id and d.id = s.distribucion_id
  where s.status <> 'draft'
) n
group by n.tenant_id, n.business_id, n.distribucion_id, n.product_id
having sum(n.kept) not between sum(n.standing) and sum(n.standing) + sum(n.void)
union all
select n.tenant_id, 'route_kilos_differ', n.business_id, 'sales.distribuciones', n.distribucion_id,
  'The kilos of the route are not the sums over its kilo products'
from (
  select r.tenant_id, r.business_id, r.id as distribucion_id, r.kilos_asignados as assigned, r.kilos_vendidos as sold
  from sales.distribuciones r
  union all
  select i.tenant_id, i.business_id, i.distribucion_id, -i.assigned, -i.sold
  from sales.distribucion_items i
  join sales.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
  where p.unit = 'kg'
) n
group by n.tenant_id, n.business_id, n.distribucion_id
having sum(n.assigned) <> 0 or sum(n.sold) <> 0
union all
-- What was voided counts until its refund takes it off.
select n.tenant_id, 'route_money_differs', n.business_id, 'sales.distribuciones', n.distribucion_id,
  'The money of the route is not what was paid on it, less what was given back'
from (
  select r.tenant_id, r.business_id, r.id as distribucion_id, r.monto_recaudado as amount from sales.distribuciones r
  union all
  select s.tenant_id, s.business_id, s.distribucion_id, -s.amount_paid
  from sales.sales s
  left join sales.refunds f on f.tenant_id = s.tenant_id and f.sale_id = s.id
  where s.distribucion_id is not null and not s.is_late
    and (s.status = 'recorded' or s.status = 'void' and f.id is not null)
  union all
  select a.tenant_id, a.business_id, a.distribucion_id, -a.amount from sales.abonos a
  where a.distribucion_id is not null and not a.is_late
  union all
  select f.tenant_id, f.business_id, f.distribucion_id, f.amount from sales.refunds f where f.distribucion_id is not null
) n
group by n.tenant_id, n.business_id, n.distribucion_id
having sum(n.amount) <> 0
union all
select n.tenant_id, 'route_expected_differs', n.business_id, 'sales.distribuciones', n.distribucion_id,
  'The money expected at the settlement is not the money of the route'
from (
  select r.tenant_id, r.business_id, r.id as distribucion_id, r.monto_recaudado as amount from sales.distribuciones r
  where r.estado = 'cerrado'
  union all
  select m.tenant_id, m.business_id, m.distribucion_id, -m.expected
  from sales.distribucion_money m
  join sales.distribuciones r on r.tenant_id = m.tenant_id and r.id = m.distribucion_id and r.settlements = m.settlement
  where r.estado = 'cerrado'
) n
group by n.tenant_id, n.business_id, n.distribucion_id
having sum(n.amount) <> 0
union all
select i.tenant_id, 'route_not_settled', i.business_id, 'sales.distribuciones', i.distribucion_id,
  case r.estado when 'cerrado' then 'Of a product not all that was assigned is sold, returned or lost'
    else 'Something is returned or lost on a route that is not settled' end
from sales.distribucion_items i
join sales.distribuciones r on r.tenant_id = i.tenant_id and r.id = i.distribucion_id
where case r.estado when 'cerrado' then i.sold + i.returned + i.lost <> i.assigned else i.returned + i.lost > 0 end
union all
-- What was taken from stock left it by movements; of what is returned at most that comes back.
select n.tenant_id, 'route_stock_differs', n.business_id, 'sales.distribuciones', n.distribucion_id,
  'The movements of stock are not what was assigned from it and returned'
from (
  select m.tenant_id, m.business_id, m.source_id as distribucion_id, m.product_id, m.quantity as moved, 0.000 as taken,
    0.000 as returned
  from sales.stock_movements m where m.kind in ('assignment', 'return', 'loss', 'reopening')
  union all
  select a.tenant_id, a.business_id, a.distribucion_id, a.product_id, 0, a.quantity, 0
  from sales.distribucion_assignments a where a.is_from_stock
  union all
  select i.tenant_id, i.business_id, i.distribucion_id, i.product_id, 0, 0, i.returned from sales.distribucion_items i
) n
group by n.tenant_id, n.business_id, n.distribucion_id, n.product_id
having sum(n.moved) + sum(n.taken) <> least(sum(n.returned), sum(n.taken));
--> statement-breakpoint
select tenancy.protect_view('sales.violations_of_routes', '{authenticated,platform}');
--> statement-breakpoint
-- sales/sql/violations_of_orders.sql
create or replace view sales.violations_of_orders (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select n.tenant_id, 'order_total_differs', n.business_id, 'sales.orders', n.order_id,
  'The total of the order is not the sum of its items'
from (
  select o.tenant_id, o.business_id, o.id as order_id, o.total_amount as amount from sales.orders o
  union all
  select i.tenant_id, i.business_id, i.order_id, -i.subtotal from sales.order_items i
) n
group by n.tenant_id, n.business_id, n.order_id
having sum(n.amount) <> 0
union all
select n.tenant_id, 'order_status_differs', n.business_id, 'sales.orders', n.order_id,
  'The order is delivered without a sale that stands, or has one and is not delivered'
from (
  select o.tenant_id, o.business_id, o.id as order_id, case o.status when 'delivered' then 1 else 0 end as sales
  from sales.orders o
  union all
  select s.tenant_id, s.business_id, s.order_id, -1 as sales from sales.sales s
  where s.order_id is not null and s.status = 'recorded'
) n
group by n.tenant_id, n.business_id, n.order_id
having sum(n.sales) <> 0;
--> statement-breakpoint
select tenancy.protect_view('sales.violations_of_orders', '{authenticated,platform}');
--> statement-breakpoint
-- sales/sql/violations_of_closings.sql
create or replace view sales.violations_of_closings (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
with sale as (
  select s.tenant_id, s.business_id, s.id, coalesce(r.fecha, s.sale_day) as money_day, s.sale_day, s.is_late, s.total_amount,
    s.net_weight, s.amount_paid, s.payment_method
  from sales.sales s
  left join sales.distribuciones r on r.tenant_id = s.tenant_id and r.id = s.distribucion_id
  where s.status = 'recorded' or s.status = 'void' and (
    exists (select from sales.refunds f where f.tenant_id = s.tenant_id and f.sale_id = s.id)
    or exists (select from sales.debt_entries e where e.tenant_id = s.tenant_id and e.source_id = s.id and e.kind = 'sale'))
), money as (
  select s.tenant_id, s.business_id, s.money_day as day, s.payment_method, s.amount_paid as amount from sale s
  where not s.is_late and s.amount_paid > 0
  union all
  select a.tenant_id, a.business_id, coalesce(r.fecha, a.abono_day), a.payment_method, a.amount from sales.abonos a
  left join sales.distribuciones r on r.tenant_id = a.tenant_id and r.id = a.distribucion_id
  where not a.is_late
  union all
  select f.tenant_id, f.business_id, coalesce(r.fecha, f.refund_day), f.payment_method, -f.amount from sales.refunds f
  left join sales.distribuciones r on r.tenant_id = f.tenant_id and r.id = f.distribucion_id
), closing as (
  select c.tenant_id, c.business_id, c.id, c.day, c.sale_count, c.sold_amount, c.net_weight from sales.day_closings c
  where c.supplement = 0
)
select n.tenant_id, 'closing_sales_differ', n.business_id, 'sales.day_closings', n.id,
  'The sales of the closing are not those of its day'
from (
  select c.tenant_id, c.business_id, c.id, c.sale_count, c.sold_amount, c.net_weight from closing c
  union all
  select c.tenant_id, c.business_id, c.id, -1 as sale_count, -s.total_amount, -s.net_weight
  from closing c join sale s on s.tenant_id = c.tenant_id and s.business_id = c.business_id and s.sale_day = c.day
  where not s.is_late
) n
group by n.tenant_id, n.business_id, n.id
having sum(n.sale_count) <> 0 or sum(n.sold_amount) <> 0 or sum(n.net_weight) <> 0
union all
select n.tenant_id, 'closing_money_differs', n.business_id, 'sales.day_closings', n.id,
  'The money of the closing is not that of its day, by some method'
from (
  select m.tenant_id, m.business_id, c.id, m.payment_method, m.expected as amount
  from sales.day_closing_money m join closing c on c.tenant_id = m.tenant_id and c.id = m.closing_id
  union all
  select c.tenant_id, c.business_id, c.id, m.payment_method, -m.amount
  from closing c join money m on m.tenant_id = c.tenant_id and m.business_id = c.business_id and m.day = c.day
) n
group by n.tenant_id, n.business_id, n.id, n.payment_method
having sum(n.amount) <> 0
union all
select n.tenant_id, 'closing_vendors_differ', n.business_id, 'sales.day_closings', n.id,
  'The vendors of the closing do not come to its totals'
from (
  select c.tenant_id, c.business_id, c.id, c.sale_count, c.sold_amount, c.commission_amount from sales.day_closings c
  where c.supplement = 0
  union all
  select v.tenant_id, v.business_id, v.closing_id, -v.sale_count, -v.sold_amount, -v.commission_amount
  from sales.day_closing_vendors v
) n
group by n.tenant_id, n.business_id, n.id
having sum(n.sale_count) <> 0 or sum(n.sold_amount) <> 0 or sum(n.commission_amount) <> 0
union all
select n.tenant_id, 'closing_stock_differs', n.business_id, 'sales.day_closings', n.id,
  'The stock of the closing did not move so on its day'
from (
  select k.tenant_id, k.business_id, k.closing_id as id, k.product_id, k.kind, k.quantity from sales.day_closing_stock k
  union all
  select c.tenant_id, c.business_id, c.id, m.product_id, m.kind, -m.quantity
  from closing c
  join sales.stock_movements m on m.tenant_id = c.tenant_id and m.business_id = c.business_id and m.day = c.day
  where not exists (select from sales.sales s where s.tenant_id = m.tenant_id and s.id = m.source_id and s.is_late)
) n
group by n.tenant_id, n.business_id, n.id, n.product_id, n.kind
having sum(n.quantity) <> 0
union all
select s.tenant_id, 'late_without_supplement', s.business_id, 'sales.sales', s.id, 'The sale is late, and on no supplement'
from sale s
where s.is_late and not exists (
  select from sales.day_closing_late d where d.tenant_id = s.tenant_id and d.business_id = s.business_id and d.sale_id = s.id)
union all
select a.tenant_id, 'late_without_supplement', a.business_id, 'sales.abonos', a.id, 'The abono is late, and on no supplement'
from sales.abonos a
where a.is_late and not exists (
  select from sales.day_closing_late d where d.tenant_id = a.tenant_id and d.business_id = a.business_id and d.abono_id = a.id)
union all
select n.tenant_id, 'supplement_differs', n.business_id, 'sales.day_closings', n.id,
  'The supplement is not what its late sales come to'
from (
  select c.tenant_id, c.business_id, c.id, c.sale_count, c.sold_amount from sales.day_closings c where c.supplement > 0
  union all
  select d.tenant_id, d.business_id, d.closing_id, -1 as sale_count, -s.total_amount
  from sales.day_closing_late d join sale s on s.tenant_id = d.tenant_id and s.id = d.sale_id
) n
group by n.tenant_id, n.business_id, n.id
having sum(n.sale_count) <> 0 or sum(n.sold_amount) <> 0
union all
select r.tenant_id, 'route_open_on_closed_day', r.business_id, 'sales.distribuciones', r.id,
  'The day of the route is closed, and the route is not settled'
from sales.distribuciones r join closing c
  on c.tenant_id = r.tenant_id and c.business_id = r.business_id and c.day = r.fecha
where r.estado <> 'cerrado'
union all
select n.tenant_id, 'last_closed_day_differs', n.business_id, 'sales.businesses', n.business_id,
  'The last closed day of the business is not that of its closings'
from (
  select b.tenant_id, b.id as business_id, b.last_closed_day as kept, null::date as day from sales.businesses b
  union all
  select c.tenant_id, c.business_id, null::date as kept, c.day from closing c
) n
group by n.tenant_id, n.business_id
having max(n.kept) is distinct from max(n.day);
--> statement-breakpoint
select tenancy.protect_view('sales.violations_of_closings', '{authenticated,platform}');
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
  select s.tenant_id, s.business_id, s.sale_day, s.seller_id, s.point, s.sale_type, s.method, -1 as sale_count, -s.total_amount,
    -s.amount_paid, 0, 0, 0
  from counted s
  union all
  select s.tenant_id, s.business_id, s.voided_on, s.seller_id, s.point, s.sale_type, s.method, 0, 0, 0, -1 as voided_count,
    -s.total_amount, -s.amount_paid
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
select * from sales.violations_of_sales
union all
select * from sales.violations_of_abonos
union all
select * from sales.violations_of_debts
union all
select * from sales.violations_of_routes
union all
select * from sales.violations_of_orders
union all
select * from sales.violations_of_closings
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
