-- Before any table of accounting: its schema. Every statement may run again and again.
create schema if not exists accounting;
--> statement-breakpoint
grant usage on schema accounting to authenticated, platform;
--> statement-breakpoint
select set_config('check_function_bodies', 'off', true);
--> statement-breakpoint
-- Owns the functions that write the ledger. It may do what the runtime login may, under the same policies, and write the
-- tables of the ledger as well, which nobody else can: what is posted is balanced, whoever writes.
select tenancy.make_writer_role('ledger_writer', true);
--> statement-breakpoint
select tenancy.join_role('audit_writer');
--> statement-breakpoint
select tenancy.join_role('ledger_writer');
--> statement-breakpoint
select tenancy.join_role('number_writer');
--> statement-breakpoint
-- accounting/sql/base_part.sql
create or replace function accounting.base_part(
  part numeric, amount numeric, used numeric, base_amount numeric, used_base numeric
) returns numeric
  language sql immutable parallel safe
  return case when part = amount - used then base_amount - used_base
    else least(round(part * base_amount / amount, 2), base_amount - used_base) end;
--> statement-breakpoint
select tenancy.protect_function('accounting.base_part(numeric, numeric, numeric, numeric, numeric)', null, '{ledger_writer}');
--> statement-breakpoint
CREATE TABLE "accounting"."accounts" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"code" text NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"normal_side" text GENERATED ALWAYS AS (case when type in ('asset', 'expense') then 'debit' else 'credit' end) STORED NOT NULL,
	"parent_id" uuid,
	"currency" text,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "accounts_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "accounts_company_id_id_unique" UNIQUE("tenant_id","company_id","id"),
	CONSTRAINT "accounts_company_id_code_unique" UNIQUE("tenant_id","company_id","code"),
	CONSTRAINT "accounts_type_check" CHECK ("type" in ('asset', 'liability', 'equity', 'income', 'expense')),
	CONSTRAINT "accounts_normal_side_check" CHECK ("normal_side" in ('debit', 'credit')),
	CONSTRAINT "accounts_code_check" CHECK ("code" <> ''),
	CONSTRAINT "accounts_name_check" CHECK ("name" <> ''),
	CONSTRAINT "accounts_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "accounts_parent_id_check" CHECK ("parent_id" <> "id")
);
--> statement-breakpoint
ALTER TABLE "accounting"."accounts" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "accounting"."books" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"base_currency" text DEFAULT 'USD' NOT NULL,
	"receivable_account_id" uuid NOT NULL,
	"payable_account_id" uuid NOT NULL,
	"sales_account_id" uuid NOT NULL,
	"purchases_account_id" uuid NOT NULL,
	"bank_account_id" uuid NOT NULL,
	"exchange_account_id" uuid NOT NULL,
	"closed_through" date,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "books_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "books_company_id_unique" UNIQUE("tenant_id","company_id"),
	CONSTRAINT "books_base_currency_check" CHECK ("base_currency" ~ '^[A-Z]{3}$' and tenancy.currency_exponent("base_currency") <= 2),
	CONSTRAINT "books_control_accounts_check" CHECK ("receivable_account_id" <> "payable_account_id")
);
--> statement-breakpoint
ALTER TABLE "accounting"."books" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "accounting"."exchange_rates" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"currency" text NOT NULL,
	"rate_date" date NOT NULL,
	"rate" numeric(18,8) NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "exchange_rates_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "exchange_rates_currency_rate_date_unique" UNIQUE("tenant_id","company_id","currency","rate_date"),
	CONSTRAINT "exchange_rates_rate_nan_check" CHECK ("rate" <> 'NaN'),
	CONSTRAINT "exchange_rates_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "exchange_rates_rate_check" CHECK ("rate" > 0)
);
--> statement-breakpoint
ALTER TABLE "accounting"."exchange_rates" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "accounting"."fiscal_periods" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"name" text NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"closed_at" timestamp(3) with time zone,
	"closed_by" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "fiscal_periods_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "fiscal_periods_starts_on_unique" UNIQUE("tenant_id","company_id","starts_on"),
	CONSTRAINT "fiscal_periods_status_check" CHECK ("status" in ('open', 'closed')),
	CONSTRAINT "fiscal_periods_name_check" CHECK ("name" <> ''),
	CONSTRAINT "fiscal_periods_ends_on_check" CHECK ("ends_on" >= "starts_on"),
	CONSTRAINT "fiscal_periods_closed_at_check" CHECK (("status" = 'closed') = ("closed_at" is not null))
);
--> statement-breakpoint
ALTER TABLE "accounting"."fiscal_periods" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "accounting"."account_balances" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"balance" numeric(21,2) DEFAULT '0' NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "account_balances_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "account_balances_account_id_unique" UNIQUE("tenant_id","account_id","company_id"),
	CONSTRAINT "account_balances_balance_nan_check" CHECK ("balance" <> 'NaN')
);
--> statement-breakpoint
ALTER TABLE "accounting"."account_balances" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "accounting"."journal_entries" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"entry_date" date NOT NULL,
	"description" text,
	"reference" text,
	"source" text DEFAULT 'manual' NOT NULL,
	"source_id" uuid,
	"reverses_entry_id" uuid,
	"idempotency_key" text,
	"request_hash" text,
	"posted_by" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "journal_entries_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "journal_entries_company_id_id_unique" UNIQUE("tenant_id","company_id","id"),
	CONSTRAINT "journal_entries_source_check" CHECK ("source" in ('manual', 'reversal', 'invoice', 'invoice_void', 'bill', 'bill_void', 'payment', 'payment_void', 'allocation', 'allocation_void')),
	CONSTRAINT "journal_entries_source_id_check" CHECK (("source" = 'manual') = ("source_id" is null)),
	CONSTRAINT "journal_entries_reverses_check" CHECK (("source" = 'reversal') = ("reverses_entry_id" is not null)),
	CONSTRAINT "journal_entries_idempotency_check" CHECK (("idempotency_key" is null) = ("request_hash" is null))
);
--> statement-breakpoint
ALTER TABLE "accounting"."journal_entries" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "accounting"."journal_lines" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"entry_id" uuid NOT NULL,
	"line_number" integer NOT NULL,
	"account_id" uuid NOT NULL,
	"entry_date" date NOT NULL,
	"currency" text NOT NULL,
	"debit" numeric(19,4) DEFAULT '0' NOT NULL,
	"credit" numeric(19,4) DEFAULT '0' NOT NULL,
	"base_debit" numeric(17,2) DEFAULT '0' NOT NULL,
	"base_credit" numeric(17,2) DEFAULT '0' NOT NULL,
	"is_exchange_difference" boolean DEFAULT false NOT NULL,
	"customer_id" uuid,
	"vendor_id" uuid,
	"description" text,
	"account_version" bigint NOT NULL,
	"balance_after" numeric(21,2) NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "journal_lines_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "journal_lines_entry_id_line_number_unique" UNIQUE("tenant_id","entry_id","company_id","line_number"),
	CONSTRAINT "journal_lines_account_version_unique" UNIQUE("tenant_id","account_id","account_version"),
	CONSTRAINT "journal_lines_debit_nan_check" CHECK ("debit" <> 'NaN'),
	CONSTRAINT "journal_lines_credit_nan_check" CHECK ("credit" <> 'NaN'),
	CONSTRAINT "journal_lines_base_debit_nan_check" CHECK ("base_debit" <> 'NaN'),
	CONSTRAINT "journal_lines_base_credit_nan_check" CHECK ("base_credit" <> 'NaN'),
	CONSTRAINT "journal_lines_balance_after_nan_check" CHECK ("balance_after" <> 'NaN'),
	CONSTRAINT "journal_lines_side_check" CHECK (("debit" > 0 and "credit" = 0 and "base_debit" >= 0 and "base_credit" = 0)
          or ("credit" > 0 and "debit" = 0 and "base_credit" >= 0 and "base_debit" = 0)),
	CONSTRAINT "journal_lines_scale_check" CHECK ("debit" + "credit" = round("debit" + "credit", tenancy.currency_exponent("currency"))),
	CONSTRAINT "journal_lines_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "journal_lines_party_check" CHECK ("customer_id" is null or "vendor_id" is null)
);
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "accounting"."period_totals" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"month" date NOT NULL,
	"currency" text NOT NULL,
	"debit" numeric(25,4) NOT NULL,
	"credit" numeric(25,4) NOT NULL,
	"base_debit" numeric(21,2) NOT NULL,
	"base_credit" numeric(21,2) NOT NULL,
	CONSTRAINT "period_totals_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "period_totals_account_month_unique" UNIQUE("tenant_id","company_id","account_id","month","currency"),
	CONSTRAINT "period_totals_debit_nan_check" CHECK ("debit" <> 'NaN'),
	CONSTRAINT "period_totals_credit_nan_check" CHECK ("credit" <> 'NaN'),
	CONSTRAINT "period_totals_base_debit_nan_check" CHECK ("base_debit" <> 'NaN'),
	CONSTRAINT "period_totals_base_credit_nan_check" CHECK ("base_credit" <> 'NaN'),
	CONSTRAINT "period_totals_month_check" CHECK (extract(day from "month") = 1)
);
--> statement-breakpoint
ALTER TABLE "accounting"."period_totals" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
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
ALTER TABLE "accounting"."customers" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "accounting"."vendors" (
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
	CONSTRAINT "vendors_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "vendors_company_id_id_unique" UNIQUE("tenant_id","company_id","id"),
	CONSTRAINT "vendors_balance_nan_check" CHECK ("balance" <> 'NaN'),
	CONSTRAINT "vendors_name_check" CHECK ("name" <> '')
);
--> statement-breakpoint
ALTER TABLE "accounting"."vendors" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "accounting"."bill_lines" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"bill_id" uuid NOT NULL,
	"company_id" uuid NOT NULL,
	"line_number" integer NOT NULL,
	"description" text NOT NULL,
	"quantity" numeric(15,3) NOT NULL,
	"unit_price" numeric(15,4) NOT NULL,
	"amount" numeric(15,2) GENERATED ALWAYS AS (round(quantity * unit_price, 2)) STORED NOT NULL,
	"account_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "bill_lines_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "bill_lines_bill_id_line_number_unique" UNIQUE("tenant_id","bill_id","company_id","line_number"),
	CONSTRAINT "bill_lines_quantity_nan_check" CHECK ("quantity" <> 'NaN'),
	CONSTRAINT "bill_lines_unit_price_nan_check" CHECK ("unit_price" <> 'NaN'),
	CONSTRAINT "bill_lines_line_number_check" CHECK ("line_number" > 0),
	CONSTRAINT "bill_lines_quantity_check" CHECK ("quantity" > 0),
	CONSTRAINT "bill_lines_unit_price_check" CHECK ("unit_price" >= 0)
);
--> statement-breakpoint
ALTER TABLE "accounting"."bill_lines" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "accounting"."bills" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"vendor_id" uuid NOT NULL,
	"kind" text DEFAULT 'bill' NOT NULL,
	"credited_bill_id" uuid,
	"bill_number" text NOT NULL,
	"bill_date" date NOT NULL,
	"due_date" date NOT NULL,
	"total_amount" numeric(15,2) NOT NULL,
	"currency" text DEFAULT 'USD' NOT NULL,
	"exchange_rate" numeric(18,8),
	"base_amount" numeric(15,2),
	"paid_amount" numeric(15,2) DEFAULT '0' NOT NULL,
	"paid_base_amount" numeric(15,2) DEFAULT '0' NOT NULL,
	"voided_on" date,
	"external_id" text,
	"status" text DEFAULT 'draft' NOT NULL,
	"approved_at" timestamp(3) with time zone,
	"approved_by" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "bills_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "bills_company_id_id_unique" UNIQUE("tenant_id","company_id","id"),
	CONSTRAINT "bills_kind_check" CHECK ("kind" in ('bill', 'credit_note')),
	CONSTRAINT "bills_total_amount_nan_check" CHECK ("total_amount" <> 'NaN'),
	CONSTRAINT "bills_exchange_rate_nan_check" CHECK ("exchange_rate" <> 'NaN'),
	CONSTRAINT "bills_base_amount_nan_check" CHECK ("base_amount" <> 'NaN'),
	CONSTRAINT "bills_paid_amount_nan_check" CHECK ("paid_amount" <> 'NaN'),
	CONSTRAINT "bills_paid_base_amount_nan_check" CHECK ("paid_base_amount" <> 'NaN'),
	CONSTRAINT "bills_status_check" CHECK ("status" in ('draft', 'approved', 'partly_paid', 'paid', 'void')),
	CONSTRAINT "bills_bill_number_check" CHECK ("bill_number" <> ''),
	CONSTRAINT "bills_due_date_check" CHECK ("due_date" >= "bill_date"),
	CONSTRAINT "bills_total_amount_check" CHECK ("total_amount" >= 0),
	CONSTRAINT "bills_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "bills_credited_bill_check" CHECK ("kind" = 'credit_note' or "credited_bill_id" is null),
	CONSTRAINT "bills_base_amount_check" CHECK (("status" = 'draft') = ("base_amount" is null)),
	CONSTRAINT "bills_paid_amount_check" CHECK ("paid_amount" between 0 and "total_amount"),
	CONSTRAINT "bills_voided_on_check" CHECK (("status" = 'void') = ("voided_on" is not null)),
	CONSTRAINT "bills_exchange_rate_check" CHECK ("exchange_rate" > 0)
);
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "accounting"."payment_allocations" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"payment_id" uuid,
	"credit_note_id" uuid,
	"vendor_credit_id" uuid,
	"invoice_id" uuid,
	"bill_id" uuid,
	"amount" numeric(15,2) NOT NULL,
	"base_amount" numeric(15,2) DEFAULT '0' NOT NULL,
	"source_base_amount" numeric(15,2) DEFAULT '0' NOT NULL,
	"allocated_on" date NOT NULL,
	"reversed_on" date,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payment_allocations_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "payment_allocations_amount_nan_check" CHECK ("amount" <> 'NaN'),
	CONSTRAINT "payment_allocations_base_amount_nan_check" CHECK ("base_amount" <> 'NaN'),
	CONSTRAINT "payment_allocations_source_base_amount_nan_check" CHECK ("source_base_amount" <> 'NaN'),
	CONSTRAINT "payment_allocations_amount_check" CHECK ("amount" > 0),
	CONSTRAINT "payment_allocations_target_check" CHECK (num_nonnulls("invoice_id", "bill_id") = 1),
	CONSTRAINT "payment_allocations_source_check" CHECK (num_nonnulls("payment_id", "credit_note_id", "vendor_credit_id") = 1
          and ("credit_note_id" is null or "invoice_id" is not null)
          and ("vendor_credit_id" is null or "bill_id" is not null)),
	CONSTRAINT "payment_allocations_reversed_on_check" CHECK ("reversed_on" >= "allocated_on")
);
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "accounting"."payments" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"direction" text NOT NULL,
	"customer_id" uuid,
	"vendor_id" uuid,
	"account_id" uuid NOT NULL,
	"payment_date" date NOT NULL,
	"amount" numeric(15,2) NOT NULL,
	"currency" text DEFAULT 'USD' NOT NULL,
	"exchange_rate" numeric(18,8),
	"base_amount" numeric(15,2) DEFAULT '0' NOT NULL,
	"allocated_amount" numeric(15,2) DEFAULT '0' NOT NULL,
	"allocated_base_amount" numeric(15,2) DEFAULT '0' NOT NULL,
	"method" text,
	"reference" text,
	"voided_on" date,
	"external_id" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payments_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "payments_company_id_id_unique" UNIQUE("tenant_id","company_id","id"),
	CONSTRAINT "payments_direction_check" CHECK ("direction" in ('in', 'out')),
	CONSTRAINT "payments_amount_nan_check" CHECK ("amount" <> 'NaN'),
	CONSTRAINT "payments_exchange_rate_nan_check" CHECK ("exchange_rate" <> 'NaN'),
	CONSTRAINT "payments_base_amount_nan_check" CHECK ("base_amount" <> 'NaN'),
	CONSTRAINT "payments_allocated_amount_nan_check" CHECK ("allocated_amount" <> 'NaN'),
	CONSTRAINT "payments_allocated_base_amount_nan_check" CHECK ("allocated_base_amount" <> 'NaN'),
	CONSTRAINT "payments_amount_check" CHECK ("amount" > 0),
	CONSTRAINT "payments_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "payments_exchange_rate_check" CHECK ("exchange_rate" > 0),
	CONSTRAINT "payments_allocated_amount_check" CHECK ("allocated_amount" between 0 and "amount"),
	CONSTRAINT "payments_party_check" CHECK (("direction" = 'in' and "customer_id" is not null and "vendor_id" is null)
          or ("direction" = 'out' and "vendor_id" is not null and "customer_id" is null))
);
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "accounting"."invoice_lines" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"invoice_id" uuid NOT NULL,
	"company_id" uuid NOT NULL,
	"line_number" integer NOT NULL,
	"description" text NOT NULL,
	"quantity" numeric(15,3) NOT NULL,
	"unit_price" numeric(15,4) NOT NULL,
	"amount" numeric(15,2) GENERATED ALWAYS AS (round(quantity * unit_price, 2)) STORED NOT NULL,
	"account_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invoice_lines_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "invoice_lines_invoice_id_line_number_unique" UNIQUE("tenant_id","invoice_id","company_id","line_number"),
	CONSTRAINT "invoice_lines_quantity_nan_check" CHECK ("quantity" <> 'NaN'),
	CONSTRAINT "invoice_lines_unit_price_nan_check" CHECK ("unit_price" <> 'NaN'),
	CONSTRAINT "invoice_lines_line_number_check" CHECK ("line_number" > 0),
	CONSTRAINT "invoice_lines_quantity_check" CHECK ("quantity" > 0),
	CONSTRAINT "invoice_lines_unit_price_check" CHECK ("unit_price" >= 0)
);
--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE "accounting"."invoices" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"company_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"kind" text DEFAULT 'invoice' NOT NULL,
	"credited_invoice_id" uuid,
	"invoice_number" text,
	"invoice_date" date NOT NULL,
	"due_date" date NOT NULL,
	"total_amount" numeric(15,2) NOT NULL,
	"currency" text DEFAULT 'USD' NOT NULL,
	"exchange_rate" numeric(18,8),
	"base_amount" numeric(15,2),
	"paid_amount" numeric(15,2) DEFAULT '0' NOT NULL,
	"paid_base_amount" numeric(15,2) DEFAULT '0' NOT NULL,
	"voided_on" date,
	"external_id" text,
	"status" text DEFAULT 'draft' NOT NULL,
	"billing_country" text,
	"issued_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invoices_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "invoices_company_id_id_unique" UNIQUE("tenant_id","company_id","id"),
	CONSTRAINT "invoices_kind_check" CHECK ("kind" in ('invoice', 'credit_note')),
	CONSTRAINT "invoices_total_amount_nan_check" CHECK ("total_amount" <> 'NaN'),
	CONSTRAINT "invoices_exchange_rate_nan_check" CHECK ("exchange_rate" <> 'NaN'),
	CONSTRAINT "invoices_base_amount_nan_check" CHECK ("base_amount" <> 'NaN'),
	CONSTRAINT "invoices_paid_amount_nan_check" CHECK ("paid_amount" <> 'NaN'),
	CONSTRAINT "invoices_paid_base_amount_nan_check" CHECK ("paid_base_amount" <> 'NaN'),
	CONSTRAINT "invoices_status_check" CHECK ("status" in ('draft', 'issued', 'partly_paid', 'paid', 'void')),
	CONSTRAINT "invoices_invoice_number_check" CHECK (("status" = 'draft') = ("invoice_number" is null)),
	CONSTRAINT "invoices_due_date_check" CHECK ("due_date" >= "invoice_date"),
	CONSTRAINT "invoices_total_amount_check" CHECK ("total_amount" >= 0),
	CONSTRAINT "invoices_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "invoices_credited_invoice_check" CHECK ("kind" = 'credit_note' or "credited_invoice_id" is null),
	CONSTRAINT "invoices_base_amount_check" CHECK (("status" = 'draft') = ("base_amount" is null)),
	CONSTRAINT "invoices_paid_amount_check" CHECK ("paid_amount" between 0 and "total_amount"),
	CONSTRAINT "invoices_voided_on_check" CHECK (("status" = 'void') = ("voided_on" is not null)),
	CONSTRAINT "invoices_exchange_rate_check" CHECK ("exchange_rate" > 0)
);
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE INDEX "idx_accounts_parent_id" ON "accounting"."accounts" ("tenant_id","parent_id");
--> statement-breakpoint
CREATE INDEX "idx_books_receivable_account_id" ON "accounting"."books" ("tenant_id","receivable_account_id");
--> statement-breakpoint
CREATE INDEX "idx_books_payable_account_id" ON "accounting"."books" ("tenant_id","payable_account_id");
--> statement-breakpoint
CREATE INDEX "idx_books_sales_account_id" ON "accounting"."books" ("tenant_id","sales_account_id");
--> statement-breakpoint
CREATE INDEX "idx_books_purchases_account_id" ON "accounting"."books" ("tenant_id","purchases_account_id");
--> statement-breakpoint
CREATE INDEX "idx_books_bank_account_id" ON "accounting"."books" ("tenant_id","bank_account_id");
--> statement-breakpoint
CREATE INDEX "idx_books_exchange_account_id" ON "accounting"."books" ("tenant_id","exchange_account_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_journal_entries_idempotency_key" ON "accounting"."journal_entries" ("tenant_id","company_id","idempotency_key") WHERE "idempotency_key" is not null;
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_journal_entries_reverses_entry_id" ON "accounting"."journal_entries" ("tenant_id","reverses_entry_id") WHERE "reverses_entry_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_journal_entries_source_id" ON "accounting"."journal_entries" ("tenant_id","source_id") WHERE "source_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_journal_entries_company_id_entry_date_id" ON "accounting"."journal_entries" ("tenant_id","company_id","entry_date","id");
--> statement-breakpoint
CREATE INDEX "idx_journal_lines_account_id_entry_date" ON "accounting"."journal_lines" ("tenant_id","account_id","entry_date","account_version");
--> statement-breakpoint
CREATE INDEX "idx_journal_lines_customer_id" ON "accounting"."journal_lines" ("tenant_id","customer_id","entry_date") WHERE "customer_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_journal_lines_vendor_id" ON "accounting"."journal_lines" ("tenant_id","vendor_id","entry_date") WHERE "vendor_id" is not null;
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_customers_external_id" ON "accounting"."customers" ("tenant_id","company_id","external_id") WHERE "external_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_customers_name_id" ON "accounting"."customers" ("tenant_id","name","id");
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_vendors_external_id" ON "accounting"."vendors" ("tenant_id","company_id","external_id") WHERE "external_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_vendors_name_id" ON "accounting"."vendors" ("tenant_id","name","id");
--> statement-breakpoint
CREATE INDEX "idx_bill_lines_account_id" ON "accounting"."bill_lines" ("tenant_id","account_id") WHERE "account_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_bills_vendor_id" ON "accounting"."bills" ("tenant_id","vendor_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "bills_bill_number_unique" ON "accounting"."bills" ("tenant_id","vendor_id","bill_number") WHERE "status" <> 'void';
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_bills_external_id" ON "accounting"."bills" ("tenant_id","company_id","external_id") WHERE "external_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_bills_credited_bill_id" ON "accounting"."bills" ("tenant_id","credited_bill_id") WHERE "credited_bill_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_bills_bill_date_id" ON "accounting"."bills" ("tenant_id","bill_date","id");
--> statement-breakpoint
CREATE INDEX "idx_bills_status_bill_date_id" ON "accounting"."bills" ("tenant_id","status","bill_date","id");
--> statement-breakpoint
CREATE INDEX "idx_payment_allocations_company_id" ON "accounting"."payment_allocations" ("tenant_id","company_id");
--> statement-breakpoint
CREATE INDEX "idx_payment_allocations_payment_id" ON "accounting"."payment_allocations" ("tenant_id","payment_id");
--> statement-breakpoint
CREATE INDEX "idx_payment_allocations_credit_note_id" ON "accounting"."payment_allocations" ("tenant_id","credit_note_id");
--> statement-breakpoint
CREATE INDEX "idx_payment_allocations_vendor_credit_id" ON "accounting"."payment_allocations" ("tenant_id","vendor_credit_id");
--> statement-breakpoint
CREATE INDEX "idx_payment_allocations_invoice_id" ON "accounting"."payment_allocations" ("tenant_id","invoice_id");
--> statement-breakpoint
CREATE INDEX "idx_payment_allocations_bill_id" ON "accounting"."payment_allocations" ("tenant_id","bill_id");
--> statement-breakpoint
CREATE INDEX "idx_payments_customer_id" ON "accounting"."payments" ("tenant_id","customer_id");
--> statement-breakpoint
CREATE INDEX "idx_payments_vendor_id" ON "accounting"."payments" ("tenant_id","vendor_id");
--> statement-breakpoint
CREATE INDEX "idx_payments_account_id" ON "accounting"."payments" ("tenant_id","account_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_payments_external_id" ON "accounting"."payments" ("tenant_id","company_id","external_id") WHERE "external_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_payments_payment_date_id" ON "accounting"."payments" ("tenant_id","payment_date","id");
--> statement-breakpoint
CREATE INDEX "idx_invoice_lines_account_id" ON "accounting"."invoice_lines" ("tenant_id","account_id") WHERE "account_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_invoices_customer_id" ON "accounting"."invoices" ("tenant_id","customer_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_invoice_number_unique" ON "accounting"."invoices" ("tenant_id","company_id","invoice_number") WHERE "invoice_number" is not null;
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_invoices_external_id" ON "accounting"."invoices" ("tenant_id","company_id","external_id") WHERE "external_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_invoices_credited_invoice_id" ON "accounting"."invoices" ("tenant_id","credited_invoice_id") WHERE "credited_invoice_id" is not null;
--> statement-breakpoint
CREATE INDEX "idx_invoices_invoice_date_id" ON "accounting"."invoices" ("tenant_id","invoice_date","id");
--> statement-breakpoint
CREATE INDEX "idx_invoices_status_invoice_date_id" ON "accounting"."invoices" ("tenant_id","status","invoice_date","id");
--> statement-breakpoint
ALTER TABLE "accounting"."accounts" ADD CONSTRAINT "accounts_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."accounts" ADD CONSTRAINT "accounts_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."accounts" ADD CONSTRAINT "accounts_parent_id_fkey" FOREIGN KEY ("tenant_id","company_id","parent_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_receivable_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","receivable_account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_payable_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","payable_account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_sales_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","sales_account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_purchases_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","purchases_account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_bank_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","bank_account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_exchange_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","exchange_account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."exchange_rates" ADD CONSTRAINT "exchange_rates_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."exchange_rates" ADD CONSTRAINT "exchange_rates_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."fiscal_periods" ADD CONSTRAINT "fiscal_periods_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."fiscal_periods" ADD CONSTRAINT "fiscal_periods_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."account_balances" ADD CONSTRAINT "account_balances_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "accounting"."journal_entries" ADD CONSTRAINT "journal_entries_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "accounting"."books"("tenant_id","company_id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."journal_entries" ADD CONSTRAINT "journal_entries_reverses_entry_id_fkey" FOREIGN KEY ("tenant_id","company_id","reverses_entry_id") REFERENCES "accounting"."journal_entries"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ADD CONSTRAINT "journal_lines_entry_id_fkey" FOREIGN KEY ("tenant_id","company_id","entry_id") REFERENCES "accounting"."journal_entries"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ADD CONSTRAINT "journal_lines_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ADD CONSTRAINT "journal_lines_customer_id_fkey" FOREIGN KEY ("tenant_id","company_id","customer_id") REFERENCES "accounting"."customers"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ADD CONSTRAINT "journal_lines_vendor_id_fkey" FOREIGN KEY ("tenant_id","company_id","vendor_id") REFERENCES "accounting"."vendors"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."period_totals" ADD CONSTRAINT "period_totals_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "accounting"."customers" ADD CONSTRAINT "customers_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."customers" ADD CONSTRAINT "customers_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."vendors" ADD CONSTRAINT "vendors_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."vendors" ADD CONSTRAINT "vendors_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."bill_lines" ADD CONSTRAINT "bill_lines_bill_id_fkey" FOREIGN KEY ("tenant_id","company_id","bill_id") REFERENCES "accounting"."bills"("tenant_id","company_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "accounting"."bill_lines" ADD CONSTRAINT "bill_lines_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_vendor_id_fkey" FOREIGN KEY ("tenant_id","company_id","vendor_id") REFERENCES "accounting"."vendors"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_credited_bill_id_fkey" FOREIGN KEY ("tenant_id","company_id","credited_bill_id") REFERENCES "accounting"."bills"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_payment_id_fkey" FOREIGN KEY ("tenant_id","company_id","payment_id") REFERENCES "accounting"."payments"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_credit_note_id_fkey" FOREIGN KEY ("tenant_id","company_id","credit_note_id") REFERENCES "accounting"."invoices"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_vendor_credit_id_fkey" FOREIGN KEY ("tenant_id","company_id","vendor_credit_id") REFERENCES "accounting"."bills"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_invoice_id_fkey" FOREIGN KEY ("tenant_id","company_id","invoice_id") REFERENCES "accounting"."invoices"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_bill_id_fkey" FOREIGN KEY ("tenant_id","company_id","bill_id") REFERENCES "accounting"."bills"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_customer_id_fkey" FOREIGN KEY ("tenant_id","company_id","customer_id") REFERENCES "accounting"."customers"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_vendor_id_fkey" FOREIGN KEY ("tenant_id","company_id","vendor_id") REFERENCES "accounting"."vendors"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" ADD CONSTRAINT "invoice_lines_invoice_id_fkey" FOREIGN KEY ("tenant_id","company_id","invoice_id") REFERENCES "accounting"."invoices"("tenant_id","company_id","id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" ADD CONSTRAINT "invoice_lines_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_customer_id_fkey" FOREIGN KEY ("tenant_id","company_id","customer_id") REFERENCES "accounting"."customers"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_credited_invoice_id_fkey" FOREIGN KEY ("tenant_id","company_id","credited_invoice_id") REFERENCES "accounting"."invoices"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."accounts" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."accounts" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."accounts" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."books" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."books" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."books" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."exchange_rates" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."exchange_rates" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."exchange_rates" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."fiscal_periods" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."fiscal_periods" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."fiscal_periods" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."account_balances" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."account_balances" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."account_balances" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."journal_entries" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."journal_entries" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."journal_entries" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."journal_lines" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."journal_lines" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."journal_lines" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."period_totals" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."period_totals" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."period_totals" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."customers" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."customers" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."customers" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."vendors" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."vendors" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."vendors" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."bill_lines" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."bill_lines" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."bill_lines" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."bills" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."bills" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."bills" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."payment_allocations" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."payment_allocations" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."payment_allocations" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."payments" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."payments" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."payments" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."invoice_lines" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."invoice_lines" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."invoice_lines" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."invoices" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."invoices" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."invoices" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));
--> statement-breakpoint
select tenancy.protect_table('accounting.accounts', 'read-write', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.books', 'no-delete', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.fiscal_periods', 'no-delete', 'all');
--> statement-breakpoint
select tenancy.protect_table('accounting.exchange_rates', 'read-write', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.customers', 'read-write', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.vendors', 'read-write', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.journal_entries', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('accounting.journal_lines', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('accounting.account_balances', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('accounting.period_totals', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('accounting.bills', 'read-write', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.bill_lines', 'read-write', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.invoices', 'read-write', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.invoice_lines', 'read-write', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.payments', 'no-delete', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.payment_allocations', 'no-delete', 'changes');
--> statement-breakpoint
-- Rights that protect_table does not give. Every statement may run again and again; a right is taken back by a REVOKE
-- in its place.

-- Everybody reads the ledger of the own tenant; the functions of ledger_writer alone write it.
grant insert on accounting.journal_entries, accounting.journal_lines to ledger_writer;
--> statement-breakpoint
grant insert, update on accounting.account_balances, accounting.period_totals to ledger_writer;
--> statement-breakpoint
-- accounting/sql/lock_allocation.sql
create or replace function accounting.lock_allocation(p_allocation accounting.payment_allocations) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform from accounting.payments p
  where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.payment_id
  for no key update;
  perform from accounting.invoices i
  where i.tenant_id = p_allocation.tenant_id and i.id in (p_allocation.credit_note_id, p_allocation.invoice_id)
  order by i.id for no key update;
  perform from accounting.bills b
  where b.tenant_id = p_allocation.tenant_id and b.id in (p_allocation.vendor_credit_id, p_allocation.bill_id)
  order by b.id for no key update;
end $$;
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
  update accounting.payments p
  set allocated_amount = p.allocated_amount + v_amount, allocated_base_amount = p.allocated_base_amount + v_source_base
  where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.payment_id;
  update accounting.invoices i
  set paid_amount = i.paid_amount + v_amount,
    paid_base_amount = i.paid_base_amount + case when i.id = p_allocation.invoice_id then v_base else v_source_base end,
    status = case i.paid_amount + v_amount when i.total_amount then 'paid' when 0 then 'issued' else 'partly_paid' end
  where i.tenant_id = p_allocation.tenant_id and i.id in (p_allocation.credit_note_id, p_allocation.invoice_id);
  update accounting.bills b
  set paid_amount = b.paid_amount + v_amount,
    paid_base_amount = b.paid_base_amount + case when b.id = p_allocation.bill_id then v_base else v_source_base end,
    status = case b.paid_amount + v_amount when b.total_amount then 'paid' when 0 then 'approved' else 'partly_paid' end
  where b.tenant_id = p_allocation.tenant_id and b.id in (p_allocation.vendor_credit_id, p_allocation.bill_id);
end $$;
--> statement-breakpoint
-- accounting/sql/lock_accounts.sql
create or replace function accounting.lock_accounts(p_company_id uuid[], p_account_id uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform from accounting.books b
  where b.tenant_id = tenancy.current_tenant_id() and b.company_id = any (p_company_id)
  order by b.company_id for key share;
  perform from accounting.account_balances b
  where b.tenant_id = tenancy.current_tenant_id() and b.account_id = any (p_account_id)
  order by b.account_id for no key update;
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
      on conflict (tenant_id, company_id, idempotency_key) where idempotency_key is not null do nothing
      returning n.id
    )
    select coalesce(array_agg(e.entry_position::int), '{}') into v_repeated
    from unnest(p_entry_id) with ordinality as e (id, entry_position)
    where e.id not in (select w.id from written w);
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
-- accounting/sql/check_entries.sql
create or replace function accounting.check_entries(
  p_repeated int[], p_company_id uuid[], p_source text[], p_line_entry int[], p_account_id uuid[], p_currency text[],
  p_debit numeric[], p_credit numeric[], p_base_debit numeric[], p_base_credit numeric[],
  p_is_exchange_difference boolean[], p_customer_id uuid[], p_vendor_id uuid[]
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_problem text;
begin
  -- What belongs to the entry of a line is found by subscript: a join of two arrays would be a nested loop.
  select c.problem into v_problem
  from (
    select g.entry_position, case
      when sum(g.lines) < 2 then 'needs two lines or more'
      when bool_or(g.unrated) then 'needs an exchange rate: set one for its currency, or give the line a rate'
      when bool_or(g.unknown_account) then 'names an account that the company does not have'
      when bool_or(g.is_archived) then 'names an archived account: restore it, or take another'
      when bool_or(g.wrong_party)
        then 'has a receivable or payable without its customer or vendor, or one on another account'
      when bool_or(g.wrong_currency) then 'has a line in another currency than its account'
      when bool_or(g.wrong_scale) then 'has an amount with more decimals than its currency has'
      when bool_or(g.wrong_base) then 'has a line in base currency whose base amount differs'
      when bool_or(g.wrong_difference)
        then 'has an exchange difference that is not in base currency on the books'' exchange account'
      when bool_or(g.off <> 0) then 'is not balanced: debits and credits of a currency differ'
      when sum(g.base_off) <> 0 then 'is not balanced in base currency: add a line for the exchange difference'
    end as problem
    from (
      select l.entry_position, l.currency, count(*) as lines,
        sum(l.debit - l.credit) filter (where not l.is_exchange_difference) as off,
        sum(l.base_debit - l.base_credit) as base_off,
        bool_or(l.base_debit + l.base_credit is null) as unrated,
        bool_or(a.id is null) as unknown_account,
        bool_or(not a.is_active and p_source[l.entry_position] in ('manual', 'invoice', 'bill', 'payment'))
          as is_archived,
        -- The books are locked by now: an account that was no control account when the caller looked may be one.
        bool_or((l.account_id = b.receivable_account_id) <> (l.customer_id is not null)
          or (l.account_id = b.payable_account_id) <> (l.vendor_id is not null)) as wrong_party,
        bool_or(a.currency <> l.currency) as wrong_currency,
        bool_or(l.debit + l.credit <> round(l.debit + l.credit, tenancy.currency_exponent(l.currency))
          or l.base_debit + l.base_credit <> round(l.base_debit + l.base_credit, 2)) as wrong_scale,
        bool_or(l.currency = b.base_currency and (l.debit <> l.base_debit or l.credit <> l.base_credit)) as wrong_base,
        bool_or(l.is_exchange_difference
          and (l.currency <> b.base_currency or l.account_id <> b.exchange_account_id)) as wrong_difference
      from unnest(p_line_entry, p_account_id, p_currency, p_debit, p_credit, p_base_debit, p_base_credit,
          p_is_exchange_difference, p_customer_id, p_vendor_id) as l
        (entry_position, account_id, currency, debit, credit, base_debit, base_credit, is_exchange_difference,
         customer_id, vendor_id)
      left join accounting.books b on b.tenant_id = v_tenant and b.company_id = p_company_id[l.entry_position]
      left join accounting.accounts a
        on a.tenant_id = v_tenant and a.company_id = b.company_id and a.id = l.account_id
      where l.entry_position <> all (p_repeated)
      group by l.entry_position, l.currency
    ) g
    group by g.entry_position
  ) c
  where c.problem is not null
  order by c.entry_position limit 1;
  if found then
    raise exception using errcode = 'ZT002', message = format('The entry %s', v_problem);
  end if;
  if (select count(distinct l) from unnest(p_line_entry) l where l <> all (p_repeated))
      < cardinality(p_company_id) - cardinality(p_repeated) then
    raise exception using errcode = 'ZT002', message = 'The entry needs two lines or more';
  end if;
end $$;
--> statement-breakpoint
-- accounting/sql/insert_journal_lines.sql
create or replace function accounting.insert_journal_lines(
  p_repeated int[], p_entry_id uuid[], p_company_id uuid[], p_entry_date date[], p_line_entry int[], p_line_id uuid[],
  p_account_id uuid[], p_currency text[], p_debit numeric[], p_credit numeric[], p_base_debit numeric[],
  p_base_credit numeric[], p_is_exchange_difference boolean[], p_customer_id uuid[], p_vendor_id uuid[],
  p_line_description text[]
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  with line as materialized (
    select l.*, p_entry_id[l.entry_position] as entry_id, p_company_id[l.entry_position] as company_id,
      p_entry_date[l.entry_position] as entry_date,
      row_number() over (partition by l.entry_position order by l.line_position) as line_number,
      b.version + row_number() over chain as account_version,
      b.balance + sum(l.base_debit - l.base_credit) over chain as balance_after
    from unnest(p_line_entry, p_line_id, p_account_id, p_currency, p_debit, p_credit, p_base_debit, p_base_credit,
        p_is_exchange_difference, p_customer_id, p_vendor_id, p_line_description) with ordinality as l
      (entry_position, id, account_id, currency, debit, credit, base_debit, base_credit, is_exchange_difference,
       customer_id, vendor_id, description, line_position)
    join accounting.account_balances b on b.tenant_id = v_tenant and b.account_id = l.account_id
    where l.entry_position <> all (p_repeated)
    window chain as (partition by l.account_id order by l.line_position rows unbounded preceding)
  ), written as (
    insert into accounting.journal_lines
      (tenant_id, id, company_id, entry_id, line_number, account_id, entry_date, currency, debit, credit, base_debit,
       base_credit, is_exchange_difference, customer_id, vendor_id, description, account_version, balance_after)
    select v_tenant, l.id, l.company_id, l.entry_id, l.line_number, l.account_id, l.entry_date, l.currency, l.debit,
      l.credit, l.base_debit, l.base_credit, l.is_exchange_difference, l.customer_id, l.vendor_id, l.description,
      l.account_version, l.balance_after
    from line l order by l.line_position
  ), moved as (
    update accounting.account_balances b set balance = b.balance + s.amount, version = b.version + s.lines
    from (select l.account_id, count(*) as lines, sum(l.base_debit - l.base_credit) as amount from line l group by 1) s
    where b.tenant_id = v_tenant and b.account_id = s.account_id
  )
  insert into accounting.period_totals as t
    (tenant_id, company_id, account_id, month, currency, debit, credit, base_debit, base_credit)
  select v_tenant, l.company_id, l.account_id, date_trunc('month', l.entry_date)::date, l.currency, sum(l.debit),
    sum(l.credit), sum(l.base_debit), sum(l.base_credit)
  from line l group by 2, 3, 4, 5
  on conflict (tenant_id, company_id, account_id, month, currency) do update
  set debit = t.debit + excluded.debit, credit = t.credit + excluded.credit,
    base_debit = t.base_debit + excluded.base_debit, base_credit = t.base_credit + excluded.base_credit;
end $$;
--> statement-breakpoint
-- accounting/sql/update_party_balances.sql
create or replace function accounting.update_party_balances(
  p_repeated int[], p_line_entry int[], p_customer_id uuid[], p_vendor_id uuid[], p_base_debit numeric[],
  p_base_credit numeric[]
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  if num_nonnulls(variadic p_customer_id) > 0 then
    update accounting.customers c set balance = c.balance + s.amount
    from (select l.customer_id, sum(l.base_debit - l.base_credit) as amount
          from unnest(p_line_entry, p_customer_id, p_base_debit, p_base_credit) as l
            (entry_position, customer_id, base_debit, base_credit)
          where l.customer_id is not null and l.entry_position <> all (p_repeated) group by 1) s
    where c.tenant_id = v_tenant and c.id = s.customer_id and s.amount <> 0;
  end if;
  if num_nonnulls(variadic p_vendor_id) > 0 then
    update accounting.vendors v set balance = v.balance + s.amount
    from (select l.vendor_id, sum(l.base_credit - l.base_debit) as amount
          from unnest(p_line_entry, p_vendor_id, p_base_debit, p_base_credit) as l
            (entry_position, vendor_id, base_debit, base_credit)
          where l.vendor_id is not null and l.entry_position <> all (p_repeated) group by 1) s
    where v.tenant_id = v_tenant and v.id = s.vendor_id and s.amount <> 0;
  end if;
end $$;
--> statement-breakpoint
-- accounting/sql/write_entries.sql
create or replace function accounting.write_entries(
  p_entry_id uuid[], p_company_id uuid[], p_entry_date date[], p_description text[], p_reference text[],
  p_source text[], p_source_id uuid[], p_reverses_entry_id uuid[], p_idempotency_key text[], p_request_hash text[],
  p_line_entry int[], p_line_id uuid[], p_account_id uuid[], p_currency text[], p_debit numeric[], p_credit numeric[],
  p_base_debit numeric[], p_base_credit numeric[], p_is_exchange_difference boolean[], p_customer_id uuid[],
  p_vendor_id uuid[], p_line_description text[]
) returns table (entry_position int, entry_id uuid, is_new boolean, is_same_request boolean)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_books int;
  v_closed_through date;
  v_companies constant uuid[] := array(select distinct c from unnest(p_company_id) c order by 1);
  -- Positions that are not written: their key stands for an entry already.
  v_repeated int[];
begin
  if v_tenant is null then
    raise exception using errcode = 'ZT005', message = 'Posting needs a tenant scope';
  end if;
  -- Closing a period takes this lock FOR UPDATE: it waits for postings in flight, and later ones see it.
  select count(*), max(b.closed_through) into v_books, v_closed_through
  from (select closed_through from accounting.books
        where tenant_id = v_tenant and company_id = any (v_companies) order by company_id for key share) b;
  if v_books < cardinality(v_companies) then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart first';
  end if;

  v_repeated := accounting.insert_journal_entries(p_entry_id, p_company_id, p_entry_date, p_description, p_reference,
    p_source, p_source_id, p_reverses_entry_id, p_idempotency_key, p_request_hash);
  if cardinality(v_repeated) > 0 then
    return query
      select e.entry_position::int, n.id, false, n.request_hash = e.request_hash
      from unnest(p_company_id, p_idempotency_key, p_request_hash) with ordinality as e
        (company_id, idempotency_key, request_hash, entry_position)
      join accounting.journal_entries n
        on n.tenant_id = v_tenant and n.company_id = e.company_id and n.idempotency_key = e.idempotency_key
      where e.entry_position = any (v_repeated);
    if cardinality(v_repeated) = cardinality(p_entry_id) then
      return;
    end if;
  end if;

  if v_closed_through >= any (p_entry_date) and exists (
    select from unnest(p_company_id, p_entry_date) with ordinality as e (company_id, entry_date, entry_position)
    join accounting.books b on b.tenant_id = v_tenant and b.company_id = e.company_id
    where e.entry_date <= b.closed_through and e.entry_position <> all (v_repeated)
  ) then
    raise exception using errcode = 'ZT003',
      message = 'The date is in a closed period: post to an open one, or reopen the period';
  end if;

  -- All accounts of the batch in one order: two batches never wait for each other. What follows sees what they left.
  perform from accounting.account_balances b
  where b.tenant_id = v_tenant and b.account_id in (select a from unnest(p_account_id) a)
  order by b.account_id
  for no key update;

  perform accounting.check_entries(v_repeated, p_company_id, p_source, p_line_entry, p_account_id, p_currency, p_debit,
    p_credit, p_base_debit, p_base_credit, p_is_exchange_difference, p_customer_id, p_vendor_id);
  perform accounting.insert_journal_lines(v_repeated, p_entry_id, p_company_id, p_entry_date, p_line_entry, p_line_id,
    p_account_id, p_currency, p_debit, p_credit, p_base_debit, p_base_credit, p_is_exchange_difference, p_customer_id,
    p_vendor_id, p_line_description);
  if num_nonnulls(variadic p_customer_id) + num_nonnulls(variadic p_vendor_id) > 0 then
    perform accounting.update_party_balances(v_repeated, p_line_entry, p_customer_id, p_vendor_id, p_base_debit,
      p_base_credit);
  end if;
  return query
    select e.entry_position::int, e.id, true, true from unnest(p_entry_id) with ordinality as e (id, entry_position)
    where e.entry_position <> all (v_repeated);
end $$;
--> statement-breakpoint
-- accounting/sql/apply_allocation.sql
create or replace function accounting.apply_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_books accounting.books;
  v_source record;
  v_document record;
  v_last_reversed date;
  -- Positive when it debits the control account.
  v_difference numeric;
  v_control uuid;
  v_problem text;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if new.reversed_on is not null then
    raise exception using errcode = 'ZT003', message = 'A new allocation stands: take it back afterwards';
  end if;
  perform accounting.lock_allocation(new);
  select b.* into v_books from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  for key share;

  select s.* into v_source from (
    select p.customer_id, p.vendor_id, p.currency, p.payment_date as made_on, p.amount, p.base_amount,
      p.allocated_amount as used, p.allocated_base_amount as used_base, p.account_id, p.voided_on is null as is_usable
    from accounting.payments p
    where p.tenant_id = new.tenant_id and p.company_id = new.company_id and p.id = new.payment_id
    union all
    select i.customer_id, null, i.currency, i.invoice_date, i.total_amount, i.base_amount, i.paid_amount,
      i.paid_base_amount, null, i.kind = 'credit_note' and i.status not in ('draft', 'void')
    from accounting.invoices i
    where i.tenant_id = new.tenant_id and i.company_id = new.company_id and i.id = new.credit_note_id
    union all
    select null, b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount, b.paid_amount,
      b.paid_base_amount, null, b.kind = 'credit_note' and b.status not in ('draft', 'void')
    from accounting.bills b
    where b.tenant_id = new.tenant_id and b.company_id = new.company_id and b.id = new.vendor_credit_id
  ) s;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such payment or credit note';
  end if;
  select d.* into v_document from (
    select i.customer_id, null::uuid as vendor_id, i.currency, i.invoice_date as made_on, i.total_amount as amount,
      i.base_amount, i.paid_amount as used, i.paid_base_amount as used_base,
      i.kind = 'invoice' and i.status not in ('draft', 'void') as is_usable
    from accounting.invoices i
    where i.tenant_id = new.tenant_id and i.company_id = new.company_id and i.id = new.invoice_id
    union all
    select null, b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount, b.paid_amount,
      b.paid_base_amount, b.kind = 'bill' and b.status not in ('draft', 'void')
    from accounting.bills b
    where b.tenant_id = new.tenant_id and b.company_id = new.company_id and b.id = new.bill_id
  ) d;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such invoice or bill';
  end if;

  v_last_reversed := greatest(
    (select max(a.reversed_on) from accounting.payment_allocations a
     where a.tenant_id = new.tenant_id and a.payment_id = new.payment_id),
    (select max(a.reversed_on) from accounting.payment_allocations a
     where a.tenant_id = new.tenant_id and a.credit_note_id = new.credit_note_id),
    (select max(a.reversed_on) from accounting.payment_allocations a
     where a.tenant_id = new.tenant_id and a.vendor_credit_id = new.vendor_credit_id),
    (select max(a.reversed_on) from accounting.payment_allocations a
     where a.tenant_id = new.tenant_id and a.invoice_id = new.invoice_id),
    (select max(a.reversed_on) from accounting.payment_allocations a
     where a.tenant_id = new.tenant_id and a.bill_id = new.bill_id));
  new.allocated_on := coalesce(
    new.allocated_on, greatest(current_date, v_source.made_on, v_document.made_on, v_last_reversed));

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
    when new.allocated_on < v_last_reversed
      then 'An allocation is not dated before an earlier one of the same payment or document was taken back: choose a later date'
    when new.allocated_on <= v_books.closed_through
      then 'The date is in a closed period: post to an open one, or reopen the period'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT003', message = v_problem;
  end if;
  v_problem := case
    when new.amount <> round(new.amount, tenancy.currency_exponent(v_document.currency))
      then 'The amount has more decimals than its currency'
    when new.amount > v_document.amount - v_document.used then 'The amount is more than is due on the document'
    when new.amount > v_source.amount - v_source.used then 'The amount is more than is left of the payment or credit note'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = v_problem;
  end if;

  new.base_amount := accounting.base_part(
    new.amount, v_document.amount, v_document.used, v_document.base_amount, v_document.used_base);
  new.source_base_amount := accounting.base_part(
    new.amount, v_source.amount, v_source.used, v_source.base_amount, v_source.used_base);
  perform accounting.count_allocation(new, 1);

  v_difference := new.source_base_amount - new.base_amount;
  if v_difference = 0 then
    return new;
  end if;
  v_control := case when new.invoice_id is not null then v_books.receivable_account_id else v_books.payable_account_id end;
  if new.bill_id is not null then
    v_difference := -v_difference;
  end if;
  perform accounting.lock_accounts(
    array[new.company_id], array[v_source.account_id, v_control, v_books.exchange_account_id]);
  perform from accounting.write_entries(
    array[gen_random_uuid()], array[new.company_id], array[new.allocated_on], array['Exchange difference'],
    array[null::text], array['allocation'], array[new.id], array[null::uuid], array[null::text], array[null::text],
    array[1, 1], array[gen_random_uuid(), gen_random_uuid()], array[v_control, v_books.exchange_account_id],
    array[v_books.base_currency, v_books.base_currency],
    array[greatest(v_difference, 0), greatest(-v_difference, 0)],
    array[greatest(-v_difference, 0), greatest(v_difference, 0)],
    array[greatest(v_difference, 0), greatest(-v_difference, 0)],
    array[greatest(-v_difference, 0), greatest(v_difference, 0)],
    array[false, false], array[v_document.customer_id, null], array[v_document.vendor_id, null], array[null::text, null]);
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/begin_period.sql
create or replace function accounting.begin_period() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_last date;
begin
  update accounting.books b set closed_through = b.closed_through
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
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
-- accounting/sql/documents.sql
create or replace function accounting.documents(p_source text) returns table (
  tenant_id uuid, id uuid, company_id uuid, customer_id uuid, vendor_id uuid, document_date date, number text,
  is_credit boolean, credited_id uuid, status text, currency text, total_amount numeric, base_amount numeric, voided_on date)
  language sql stable
as $$
  select i.tenant_id, i.id, i.company_id, i.customer_id, null::uuid, i.invoice_date, i.invoice_number,
    i.kind = 'credit_note', i.credited_invoice_id, i.status, i.currency, i.total_amount, i.base_amount, i.voided_on
  from accounting.invoices i where p_source = 'invoice'
  union all
  select b.tenant_id, b.id, b.company_id, null::uuid, b.vendor_id, b.bill_date, b.bill_number,
    b.kind = 'credit_note', b.credited_bill_id, b.status, b.currency, b.total_amount, b.base_amount, b.voided_on
  from accounting.bills b where p_source = 'bill'
$$;
--> statement-breakpoint
-- accounting/sql/document_lines.sql
create or replace function accounting.document_lines(p_source text) returns table (
  tenant_id uuid, document_id uuid, line_number int, account_id uuid, amount numeric)
  language sql stable
as $$
  select l.tenant_id, l.invoice_id, l.line_number, l.account_id, l.amount
  from accounting.invoice_lines l where p_source = 'invoice'
  union all
  select l.tenant_id, l.bill_id, l.line_number, l.account_id, l.amount
  from accounting.bill_lines l where p_source = 'bill'
$$;
--> statement-breakpoint
-- accounting/sql/check_credits.sql
create or replace function accounting.check_credits(p_source text, p_ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_credited constant uuid[] := array(
    select distinct d.credited_id from accounting.documents(p_source) d
    where d.tenant_id = v_tenant and d.id = any (p_ids) and d.credited_id is not null);
  v_company uuid[];
  v_account uuid[];
begin
  if v_credited = '{}' then
    return;
  end if;
  if p_source = 'invoice' then
    perform from accounting.invoices i where i.tenant_id = v_tenant and i.id = any (v_credited) order by i.id for no key update;
  else
    perform from accounting.bills b where b.tenant_id = v_tenant and b.id = any (v_credited) order by b.id for no key update;
  end if;
  if exists (
    select from accounting.documents(p_source) d
    join accounting.documents(p_source) c on c.tenant_id = v_tenant and c.id = d.credited_id
    where d.tenant_id = v_tenant and d.id = any (p_ids)
      and (c.is_credit or c.status in ('draft', 'void') or c.currency <> d.currency or c.document_date > d.document_date
        or num_nonnulls(c.customer_id, d.customer_id) = 2 and c.customer_id <> d.customer_id
        or num_nonnulls(c.vendor_id, d.vendor_id) = 2 and c.vendor_id <> d.vendor_id)
  ) then
    raise exception using errcode = 'ZT003',
      message = 'A credit note takes back a document that is owed, of the same party and currency, on its date or later';
  end if;
  if exists (
    select from unnest(v_credited) as t (id)
    join accounting.documents(p_source) c on c.tenant_id = v_tenant and c.id = t.id
    where c.total_amount < (
      select sum(n.total_amount) from accounting.documents(p_source) n
      where n.tenant_id = v_tenant and n.credited_id = t.id and n.status not in ('draft', 'void'))
  ) then
    raise exception using errcode = 'ZT002', message = 'The credit notes of the document would come to more than its total';
  end if;
  -- A credit note in another currency posts an exchange difference as well when the same transaction allocates it. The
  -- accounts of both entries are locked here, in one order.
  select array_agg(distinct d.company_id), array_agg(distinct a.id) into v_company, v_account
  from accounting.documents(p_source) d
  join accounting.books b on b.tenant_id = v_tenant and b.company_id = d.company_id and b.base_currency <> d.currency
  left join lateral (
    select n.account_id from accounting.document_lines(p_source) n
    where n.tenant_id = v_tenant and n.document_id = d.id offset 0
  ) l on true
  cross join lateral unnest(array[b.receivable_account_id, b.payable_account_id, b.sales_account_id, b.purchases_account_id,
    b.exchange_account_id, l.account_id]) a (id)
  where d.tenant_id = v_tenant and d.id = any (p_ids);
  if v_account is not null then
    perform accounting.lock_accounts(v_company, v_account);
  end if;
end $$;
--> statement-breakpoint
-- accounting/sql/close_books.sql
create or replace function accounting.close_books() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_company record;
begin
  for v_company in
    select p.tenant_id, p.company_id, max(p.ends_on) filter (where p.status = 'closed') as closed_through,
      min(p.starts_on) filter (where p.status = 'open') as open_from
    from (
      select distinct w.tenant_id, w.company_id from written w
      join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id and o.status <> w.status
    ) c
    join accounting.fiscal_periods p on p.tenant_id = c.tenant_id and p.company_id = c.company_id
    group by 1, 2
  loop
    if v_company.open_from < v_company.closed_through then
      raise exception using errcode = 'ZT003',
        message = 'Periods are closed one after another, the earliest first, and the last closed one is reopened first';
    end if;
    update accounting.books b set closed_through = v_company.closed_through
    where b.tenant_id = v_company.tenant_id and b.company_id = v_company.company_id;
  end loop;
  return null;
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
  -- Posting locks this row and reads the account afterwards. It is written, not only locked, so that a posting under
  -- repeatable read, which would still see the account as it was, fails with 40001.
  update accounting.account_balances b set version = b.version
  where b.tenant_id = old.tenant_id and b.account_id = old.id
  returning b.version into v_lines;
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
-- accounting/sql/keep_lines.sql
create or replace function accounting.keep_lines() returns trigger
  language plpgsql
as $$
declare
  v_of_invoices constant boolean := tg_argv[0] = 'invoice';
  v_tenants uuid[];
  v_ids uuid[];
  v_frozen boolean;
  v_locked int;
begin
  if v_of_invoices and tg_op = 'UPDATE' then
    select array_agg(t.tenant_id), array_agg(t.id) into v_tenants, v_ids
    from (select w.tenant_id, w.invoice_id as id from written w union select o.tenant_id, o.invoice_id from overwritten o) t;
  elsif v_of_invoices then
    select array_agg(t.tenant_id), array_agg(t.id) into v_tenants, v_ids
    from (select distinct w.tenant_id, w.invoice_id as id from written w) t;
  elsif tg_op = 'UPDATE' then
    select array_agg(t.tenant_id), array_agg(t.id) into v_tenants, v_ids
    from (select w.tenant_id, w.bill_id as id from written w union select o.tenant_id, o.bill_id from overwritten o) t;
  else
    select array_agg(t.tenant_id), array_agg(t.id) into v_tenants, v_ids
    from (select distinct w.tenant_id, w.bill_id as id from written w) t;
  end if;

  -- Each document is looked up by its key: the planner cannot reorder LATERAL with a lock, whatever size it expects.
  -- All are locked in one order, so that two writers cannot wait for each other. The status is tested by bool_or,
  -- because the planner would push a WHERE on it below the lock.
  if v_of_invoices then
    select bool_or(locked.status <> 'draft'), count(*) into v_frozen, v_locked
    from (select t.tenant_id, t.id from unnest(v_tenants, v_ids) as t (tenant_id, id) order by 1, 2) touched
    cross join lateral (
      select d.status from accounting.invoices d
      where d.tenant_id = touched.tenant_id and d.id = touched.id
        and (d.status <> 'draft' or d.xmin <> pg_current_xact_id()::xid)
      for no key update
    ) locked;
  else
    select bool_or(locked.status <> 'draft'), count(*) into v_frozen, v_locked
    from (select t.tenant_id, t.id from unnest(v_tenants, v_ids) as t (tenant_id, id) order by 1, 2) touched
    cross join lateral (
      select d.status from accounting.bills d
      where d.tenant_id = touched.tenant_id and d.id = touched.id
        and (d.status <> 'draft' or d.xmin <> pg_current_xact_id()::xid)
      for no key update
    ) locked;
  end if;
  if v_frozen then
    raise exception using errcode = 'ZT003',
      message = format('Lines change while the %s is a draft: void it and make another', tg_argv[0]);
  end if;
  if v_locked = 0 then
    return null;
  end if;
  if v_of_invoices then
    update accounting.invoices d set updated_at = clock_timestamp()
    from unnest(v_tenants, v_ids) as t (tenant_id, id)
    where d.tenant_id = t.tenant_id and d.id = t.id and d.xmin <> pg_current_xact_id()::xid;
  else
    update accounting.bills d set updated_at = clock_timestamp()
    from unnest(v_tenants, v_ids) as t (tenant_id, id)
    where d.tenant_id = t.tenant_id and d.id = t.id and d.xmin <> pg_current_xact_id()::xid;
  end if;
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/last_exchange_rate.sql
create or replace function accounting.last_exchange_rate(p_tenant_id uuid, p_company_id uuid, p_currency text, p_date date)
  returns table (rate numeric)
  language sql stable
as $$
  select x.rate from accounting.exchange_rates x
  where x.tenant_id = p_tenant_id and x.company_id = p_company_id and x.currency = p_currency and x.rate_date <= p_date
  order by x.rate_date desc limit 1
$$;
--> statement-breakpoint
-- accounting/sql/next_invoice_number.sql
create or replace function accounting.next_invoice_number(p_company_id uuid, p_kind text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_series constant tenancy.number_series := tenancy.next_number(
    p_company_id, null, p_kind, '', case p_kind when 'invoice' then 'INV-' else 'CN-' end, 6);
  v_free bigint;
begin
  with recursive step (n) as (
    select v_series.last_number
    union all
    select s.n + 1 from step s
    where exists (
      select from accounting.invoices i
      where i.tenant_id = v_tenant and i.company_id = p_company_id
        and i.invoice_number = tenancy.format_number(v_series.prefix, s.n, v_series.padding))
  )
  select max(s.n) into v_free from step s;
  if v_free > v_series.last_number then
    perform tenancy.pass_over_numbers(v_series.id, v_free);
  end if;
  return tenancy.format_number(v_series.prefix, v_free, v_series.padding);
end $$;
--> statement-breakpoint
-- accounting/sql/open_balances.sql
create or replace function accounting.open_balances() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tenancy.current_tenant_id() is null then
    raise exception using errcode = 'ZT005', message = 'An account is made in the scope of its tenant';
  end if;
  insert into accounting.account_balances (tenant_id, company_id, account_id)
  select w.tenant_id, w.company_id, w.id from written w order by w.id;
  return null;
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
      array_agg(case when d.is_credit then 'Credit note ' else initcap(p_source) || ' ' end || d.number order by d.sequence)
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
-- accounting/sql/write_reversals.sql
create or replace function accounting.write_reversals(
  p_original uuid[], p_new_id uuid[], p_entry_date date[], p_source text[], p_source_id uuid[], p_description text[],
  p_idempotency_key text[] default null, p_request_hash text[] default null
) returns table (entry_position int, entry_id uuid, is_new boolean, is_same_request boolean)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_entry record;
  v_line record;
begin
  select array_agg(o.company_id order by r.entry_position) as company_id,
    array_agg(o.reference order by r.entry_position) as reference,
    array_agg(case when r.source = 'reversal' then o.id end order by r.entry_position) as reverses,
    count(o.id) as originals, bool_or(r.entry_date < o.entry_date) as is_early into v_entry
  from unnest(p_original, p_entry_date, p_source) with ordinality as r (original, entry_date, source, entry_position)
  left join accounting.journal_entries o on o.tenant_id = v_tenant and o.id = r.original;
  if v_entry.originals < cardinality(p_original) then
    raise exception using errcode = 'ZT004', message = 'There is no such journal entry';
  end if;
  if v_entry.is_early then
    raise exception using errcode = 'ZT003', message = 'An entry is not taken back before its own date: choose that date or a later one';
  end if;
  select array_agg(r.entry_position::int order by l.position) as entry, array_agg(gen_random_uuid()) as id,
    array_agg(l.account_id order by l.position) as account_id, array_agg(l.currency order by l.position) as currency,
    array_agg(l.credit order by l.position) as debit, array_agg(l.debit order by l.position) as credit,
    array_agg(l.base_credit order by l.position) as base_debit, array_agg(l.base_debit order by l.position) as base_credit,
    array_agg(l.is_exchange_difference order by l.position) as is_difference,
    array_agg(l.customer_id order by l.position) as customer_id, array_agg(l.vendor_id order by l.position) as vendor_id,
    array_agg(l.description order by l.position) as description into v_line
  from (
    select r.entry_position, j.*, row_number() over (order by r.entry_position, j.line_number) as position
    from unnest(p_original) with ordinality as r (original, entry_position)
    join accounting.journal_lines j on j.tenant_id = v_tenant and j.entry_id = r.original
  ) l
  cross join lateral (select l.entry_position) r;
  return query select w.entry_position, w.entry_id, w.is_new, w.is_same_request from accounting.write_entries(
    p_new_id, v_entry.company_id, p_entry_date, p_description, v_entry.reference, p_source, p_source_id, v_entry.reverses,
    coalesce(p_idempotency_key, array_fill(null::text, array[cardinality(p_original)])),
    coalesce(p_request_hash, array_fill(null::text, array[cardinality(p_original)])),
    v_line.entry, v_line.id, v_line.account_id, v_line.currency, v_line.debit, v_line.credit, v_line.base_debit,
    v_line.base_credit, v_line.is_difference, v_line.customer_id, v_line.vendor_id, v_line.description) w;
end $$;
--> statement-breakpoint
-- accounting/sql/write_voids.sql
create or replace function accounting.write_voids(p_source text, p_ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v record;
begin
  if exists (
    select from accounting.documents(p_source) c
    where c.tenant_id = v_tenant and c.credited_id = any (p_ids) and c.status not in ('draft', 'void')
  ) then
    raise exception using errcode = 'ZT003', message = 'There are credit notes of this document: void those first';
  end if;
  with document as materialized (
    select d.id, d.voided_on, e.id as entry_id, e.description
    from accounting.documents(p_source) d
    left join lateral (
      select j.id, j.description from accounting.journal_entries j
      where j.tenant_id = v_tenant and j.source_id = d.id and j.source = p_source offset 0
    ) e on true
    where d.tenant_id = v_tenant and d.id = any (p_ids)
  )
  select (select count(*) from document) as documents, count(*)::int as entries,
    array_agg(d.entry_id order by d.voided_on, d.id) as original, array_agg(gen_random_uuid()) as id,
    array_agg(d.voided_on order by d.voided_on, d.id) as voided_on, array_agg(d.id order by d.voided_on, d.id) as source_id,
    array_agg(d.description || ' voided' order by d.voided_on, d.id) as description
  into v
  -- A document over 0.00 has no entry.
  from document d where d.entry_id is not null;
  if v.documents < cardinality(p_ids) then
    raise exception using errcode = 'ZT005', message = 'Documents are posted in the scope of their tenant and company';
  elsif v.entries > 0 then
    perform accounting.write_reversals(v.original, v.id, v.voided_on, array_fill(p_source || '_void', array[v.entries]),
      v.source_id, v.description);
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
  v_entries constant int := cardinality(p_entry_id);
  v_lines constant int := cardinality(p_line_entry);
  v_books accounting.books;
  v_line record;
begin
  if exists (select from unnest(p_line_entry) l where l is null or l not between 1 and v_entries) or v_lines is null
      or v_lines = 0 then
    raise exception using errcode = 'ZT002', message = 'The entry needs two lines or more, and each line an entry';
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
-- accounting/sql/post_payments.sql
create or replace function accounting.post_payments() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_entry record;
  v_line record;
begin
  select array_agg(gen_random_uuid()) as id, array_agg(w.company_id order by w.id) as company_id,
    array_agg(w.payment_date order by w.id) as entry_date,
    array_agg(case w.direction when 'in' then 'Payment received' else 'Payment made' end order by w.id) as description,
    array_agg(w.reference order by w.id) as reference, array_agg(w.id order by w.id) as source_id, count(*)::int as count
    into v_entry
  from written w;
  if v_entry.count = 0 then
    return null;
  end if;
  select array_agg(l.entry_position order by l.entry_position, l.side) as entry, array_agg(gen_random_uuid()) as id,
    array_agg(l.account_id order by l.entry_position, l.side) as account_id,
    array_agg(l.currency order by l.entry_position, l.side) as currency,
    array_agg(case l.side when 1 then l.amount else 0 end order by l.entry_position, l.side) as debit,
    array_agg(case l.side when 2 then l.amount else 0 end order by l.entry_position, l.side) as credit,
    array_agg(case l.side when 1 then l.base_amount else 0 end order by l.entry_position, l.side) as base_debit,
    array_agg(case l.side when 2 then l.base_amount else 0 end order by l.entry_position, l.side) as base_credit,
    array_agg(case when l.is_control then l.customer_id end order by l.entry_position, l.side) as customer_id,
    array_agg(case when l.is_control then l.vendor_id end order by l.entry_position, l.side) as vendor_id,
    array_agg(l.exchange_account_id) filter (where l.currency <> l.base_currency) as exchange_account_id
    into v_line
  from (
    select p.entry_position, s.side, p.currency, p.amount, p.base_amount, p.customer_id, p.vendor_id,
      b.exchange_account_id, b.base_currency, (p.direction = 'in') = (s.side = 2) as is_control,
      case when (p.direction = 'in') = (s.side = 1) then p.account_id
        when p.direction = 'in' then b.receivable_account_id else b.payable_account_id end as account_id
    from (select w.*, row_number() over (order by w.id)::int as entry_position from written w) p
    join accounting.books b on b.tenant_id = p.tenant_id and b.company_id = p.company_id
    cross join (values (1), (2)) s (side)
  ) l;
  if v_line.exchange_account_id is not null then
    perform accounting.lock_accounts(v_entry.company_id, v_line.account_id || v_line.exchange_account_id);
  end if;
  perform from accounting.write_entries(
    v_entry.id, v_entry.company_id, v_entry.entry_date, v_entry.description, v_entry.reference,
    array_fill('payment'::text, array[v_entry.count]), v_entry.source_id, array_fill(null::uuid, array[v_entry.count]),
    array_fill(null::text, array[v_entry.count]), array_fill(null::text, array[v_entry.count]),
    v_line.entry, v_line.id, v_line.account_id, v_line.currency, v_line.debit, v_line.credit, v_line.base_debit,
    v_line.base_credit, array_fill(false, array[2 * v_entry.count]), v_line.customer_id, v_line.vendor_id,
    array_fill(null::text, array[2 * v_entry.count]));
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/prepare_payment.sql
create or replace function accounting.prepare_payment() returns trigger
  language plpgsql
as $$
declare
  v_books accounting.books;
  v_account accounting.accounts;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  select b.* into v_books from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if not found then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart first';
  end if;
  -- A payment whose external id exists is not written again: ON CONFLICT decides that after this trigger.
  select p.account_id into v_account.id from accounting.payments p
  where p.tenant_id = new.tenant_id and p.company_id = new.company_id and p.external_id = new.external_id;
  if found then
    new.account_id := coalesce(new.account_id, v_account.id);
    return new;
  end if;
  if new.allocated_amount <> 0 or new.allocated_base_amount <> 0 or new.voided_on is not null then
    raise exception using errcode = 'ZT003',
      message = 'A new payment stands and is allocated to nothing: insert its allocations after it';
  end if;
  if (new.customer_id is not null and not exists (
        select from accounting.customers c
        where c.tenant_id = new.tenant_id and c.company_id = new.company_id and c.id = new.customer_id))
    or (new.vendor_id is not null and not exists (
        select from accounting.vendors v
        where v.tenant_id = new.tenant_id and v.company_id = new.company_id and v.id = new.vendor_id)) then
    raise exception using errcode = 'ZT004', message = 'The company has no such customer or vendor';
  end if;

  new.account_id := coalesce(new.account_id, v_books.bank_account_id);
  select a.* into v_account from accounting.accounts a
  where a.tenant_id = new.tenant_id and a.company_id = new.company_id and a.id = new.account_id;
  if not found then
    raise exception using errcode = 'ZT004', message = 'The company has no such account';
  elsif v_account.type not in ('asset', 'liability')
    or v_account.id in (v_books.receivable_account_id, v_books.payable_account_id) then
    raise exception using errcode = 'ZT003',
      message = 'A payment goes through a bank, cash or card account: not through receivables or payables, income or expenses';
  elsif not v_account.is_active then
    raise exception using errcode = 'ZT003', message = 'The account of the payment is archived: restore it, or take another';
  elsif v_account.currency <> new.currency then
    raise exception using errcode = 'ZT003', message = 'The account of the payment is kept in another currency: take another';
  end if;

  if new.amount <> round(new.amount, tenancy.currency_exponent(new.currency)) then
    raise exception using errcode = 'ZT002', message = 'The amount has more decimals than its currency';
  end if;
  if new.currency = v_books.base_currency then
    new.exchange_rate := 1;
  elsif new.exchange_rate is null then
    select x.rate into new.exchange_rate
    from accounting.last_exchange_rate(new.tenant_id, new.company_id, new.currency, new.payment_date) x;
    if not found then
      raise exception using errcode = 'ZT003',
        message = 'There is no exchange rate for the currency on that date: set one, or give the rate';
    end if;
  end if;
  new.base_amount := round(new.amount * new.exchange_rate, 2);
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/refuse_early_void.sql
create or replace function accounting.refuse_early_void() returns trigger
  language plpgsql
as $$
begin
  if exists (
    select from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.reversed_on > new.voided_on
      and (a.invoice_id = new.id or a.credit_note_id = new.id or a.bill_id = new.id or a.vendor_credit_id = new.id)
  ) then
    raise exception using errcode = 'ZT003',
      message = 'A document is not voided before its allocations were taken back: choose a later date';
  end if;
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/reverse_entry.sql
create or replace function accounting.reverse_entry(
  p_original uuid, p_new_id uuid, p_entry_date date, p_description text, p_idempotency_key text, p_request_hash text
) returns table (entry_id uuid, is_same_request boolean)
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_original record;
begin
  select o.company_id, o.source, r.id as reversal into v_original
  from accounting.journal_entries o
  left join accounting.journal_entries r on r.tenant_id = v_tenant and r.reverses_entry_id = o.id
  where o.tenant_id = v_tenant and o.id = p_original;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such journal entry';
  end if;
  return query
    select k.id, k.request_hash = p_request_hash from accounting.journal_entries k
    where k.tenant_id = v_tenant and k.company_id = v_original.company_id and k.idempotency_key = p_idempotency_key;
  if found then
    return;
  end if;
  if v_original.source = 'reversal' then
    raise exception using errcode = 'ZT003', message = 'A reversal is not reversed: post the entry again';
  elsif v_original.source <> 'manual' then
    raise exception using errcode = 'ZT003',
      message = 'The entry belongs to a document or payment: void that, and the entry is taken back with it';
  elsif v_original.reversal is not null then
    raise exception using errcode = 'ZT003', message = 'The entry is reversed already';
  end if;
  return query
    select w.entry_id, w.is_same_request from accounting.write_reversals(array[p_original], array[p_new_id],
      array[p_entry_date], array['reversal'], array[p_original], array[p_description], array[p_idempotency_key],
      array[p_request_hash]) w;
end $$;
--> statement-breakpoint
-- accounting/sql/settle_documents.sql
create or replace function accounting.settle_documents() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_document uuid[];
  v_payment uuid[];
begin
  select array_agg(w.id order by w.id), array_agg(gen_random_uuid()) into v_document, v_payment
  from written w join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id
  where w.status = 'paid' and o.status <> 'paid' and w.paid_amount < w.total_amount;
  if v_document is null then
    return null;
  end if;
  if tg_argv[0] = 'invoice' then
    insert into accounting.payments
      (tenant_id, id, company_id, direction, customer_id, account_id, payment_date, amount, currency, reference)
    select w.tenant_id, p.id, w.company_id, 'in', w.customer_id, null, greatest(current_date, w.invoice_date),
      w.total_amount - w.paid_amount, w.currency, w.invoice_number
    from unnest(v_document, v_payment) p (document_id, id) join written w on w.id = p.document_id;
  else
    insert into accounting.payments
      (tenant_id, id, company_id, direction, vendor_id, account_id, payment_date, amount, currency, reference)
    select w.tenant_id, p.id, w.company_id, 'out', w.vendor_id, null, greatest(current_date, w.bill_date),
      w.total_amount - w.paid_amount, w.currency, w.bill_number
    from unnest(v_document, v_payment) p (document_id, id) join written w on w.id = p.document_id;
  end if;
  insert into accounting.payment_allocations (tenant_id, id, company_id, payment_id, invoice_id, bill_id, amount)
  select w.tenant_id, gen_random_uuid(), w.company_id, p.id, case tg_argv[0] when 'invoice' then w.id end,
    case tg_argv[0] when 'bill' then w.id end, w.total_amount - w.paid_amount
  from unnest(v_document, v_payment) p (document_id, id) join written w on w.id = p.document_id
  order by w.id;
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/stamp_period.sql
create or replace function accounting.stamp_period() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- Postings hold the books FOR KEY SHARE: those in flight end first, later ones see what is closed.
  perform from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id for update;
  new.closed_at := case when new.status = 'closed' then clock_timestamp() end;
  new.closed_by := case when new.status = 'closed' then tenancy.current_user_id() end;
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/take_back_allocation.sql
create or replace function accounting.take_back_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_closed_through date;
  v_entry uuid;
begin
  if new.reversed_on is not distinct from old.reversed_on then
    return new;
  end if;
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
  perform accounting.count_allocation(new, -1);
  select e.id into v_entry from accounting.journal_entries e
  where e.tenant_id = new.tenant_id and e.source_id = new.id and e.source = 'allocation';
  if found then
    perform from accounting.write_reversals(
      array[v_entry], array[gen_random_uuid()], array[new.reversed_on], array['allocation_void'], array[new.id],
      array['Exchange difference taken back']);
  end if;
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/value_document.sql
create or replace function accounting.value_document() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_date date;
begin
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
-- accounting/sql/void_document.sql
create or replace function accounting.void_document() returns trigger
  language plpgsql
as $$
declare
  v_date date;
begin
  if old.paid_amount <> 0 then
    raise exception using errcode = 'ZT003',
      message = format('This %s is settled, in part or whole: take that back first, then void it', tg_argv[0]);
  end if;
  if tg_table_name = 'invoices' then
    v_date := new.invoice_date;
  else
    v_date := new.bill_date;
  end if;
  new.voided_on := coalesce(new.voided_on, greatest(current_date, v_date));
  if new.voided_on < v_date then
    raise exception using errcode = 'ZT003',
      message = format('The %s is not voided before its own date: choose that date or a later one', tg_argv[0]);
  end if;
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/void_payment.sql
create or replace function accounting.void_payment() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_books accounting.books;
  v_entry uuid;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if exists (
    select from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.payment_id = new.id and coalesce(a.reversed_on, a.allocated_on) > new.voided_on
  ) then
    raise exception using errcode = 'ZT003',
      message = 'A payment is not voided before its allocations were made or taken back: choose a later date';
  end if;
  -- Documents are locked in the order of their ids, then accounts, as everywhere.
  perform from accounting.invoices i where i.tenant_id = new.tenant_id and i.id in (
    select a.invoice_id from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.payment_id = new.id and a.reversed_on is null)
  order by i.id for no key update;
  perform from accounting.bills b where b.tenant_id = new.tenant_id and b.id in (
    select a.bill_id from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.payment_id = new.id and a.reversed_on is null)
  order by b.id for no key update;
  select b.* into v_books from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if new.currency <> v_books.base_currency then
    perform accounting.lock_accounts(array[new.company_id], array[
      new.account_id, v_books.exchange_account_id,
      case new.direction when 'in' then v_books.receivable_account_id else v_books.payable_account_id end]);
  end if;
  update accounting.payment_allocations a set reversed_on = new.voided_on
  where a.tenant_id = new.tenant_id and a.payment_id = new.id and a.reversed_on is null;
  select e.id into v_entry from accounting.journal_entries e
  where e.tenant_id = new.tenant_id and e.source_id = new.id and e.source = 'payment';
  perform from accounting.write_reversals(
    array[v_entry], array[gen_random_uuid()], array[new.voided_on], array['payment_void'], array[new.id],
    array['Payment voided']);
  return null;
end $$;
--> statement-breakpoint
select tenancy.protect_function('accounting.lock_allocation(accounting.payment_allocations)', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.count_allocation(accounting.payment_allocations, integer)', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.lock_accounts(uuid[], uuid[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.insert_journal_entries(uuid[], uuid[], date[], text[], text[], text[], uuid[], uuid[], text[], text[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.check_entries(integer[], uuid[], text[], integer[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], uuid[], uuid[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.insert_journal_lines(integer[], uuid[], uuid[], date[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], uuid[], uuid[], text[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.update_party_balances(integer[], integer[], uuid[], uuid[], numeric[], numeric[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.write_entries(uuid[], uuid[], date[], text[], text[], text[], uuid[], uuid[], text[], text[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], uuid[], uuid[], text[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.apply_allocation()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.begin_period()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.check_account_parent()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.check_books()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.documents(text)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.document_lines(text)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.check_credits(text, uuid[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.close_books()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.guard_account()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.keep_lines()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.last_exchange_rate(uuid, uuid, text, date)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.next_invoice_number(uuid, text)', 'number_writer', '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.open_balances()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.write_documents(text, uuid[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.write_reversals(uuid[], uuid[], date[], text[], uuid[], text[], text[], text[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.write_voids(text, uuid[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.post_documents()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.post_journal(uuid[], uuid[], date[], text[], text[], text[], text[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], text[])', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.post_payments()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.prepare_payment()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.refuse_early_void()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.reverse_entry(uuid, uuid, date, text, text, text)', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.settle_documents()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.stamp_period()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.take_back_allocation()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.value_document()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.void_document()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.void_payment()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
create or replace trigger guard_account before update or delete on accounting.accounts
  for each row execute function accounting.guard_account();
--> statement-breakpoint
create or replace trigger check_parent after insert or update of type, parent_id on accounting.accounts
  for each row execute function accounting.check_account_parent();
--> statement-breakpoint
create or replace trigger open_balances after insert on accounting.accounts
  referencing new table as written for each statement execute function accounting.open_balances();
--> statement-breakpoint
create or replace trigger keep_lines_delete after delete on accounting.bill_lines
  referencing old table as written
  for each statement execute function accounting.keep_lines('bill');
--> statement-breakpoint
create or replace trigger keep_lines_insert after insert on accounting.bill_lines
  referencing new table as written
  for each statement execute function accounting.keep_lines('bill');
--> statement-breakpoint
create or replace trigger keep_lines_update after update on accounting.bill_lines
  referencing old table as overwritten new table as written
  for each statement execute function accounting.keep_lines('bill');
--> statement-breakpoint
create or replace trigger guard_paid_insert before insert on accounting.bills
  for each row when (new.paid_amount <> 0 or new.paid_base_amount <> 0)
  execute function tenancy.refuse('ZT003', 'A new bill is an unpaid draft: insert it as one, then make it approved');
--> statement-breakpoint
create or replace trigger guard_paid_update before update on accounting.bills
  for each row when (old.status = 'draft' and (new.paid_amount <> 0 or new.paid_base_amount <> 0))
  execute function tenancy.refuse('ZT003', 'A draft is not paid: make the bill approved first');
--> statement-breakpoint
create or replace trigger guard_delete before delete on accounting.bills
  for each row when (old.status <> 'draft')
  execute function tenancy.refuse('ZT003', 'This bill is no draft and cannot be deleted: void it');
--> statement-breakpoint
create or replace trigger guard_voided_on before update on accounting.bills
  for each row when (old.status <> 'draft' and new.voided_on is distinct from old.voided_on
    and not (new.status = 'void' and old.status <> 'void'))
  execute function tenancy.refuse('ZT003', 'The date of the void comes with the void of the bill, and stays');
--> statement-breakpoint
create or replace trigger void_bill before update on accounting.bills
  for each row when (new.status = 'void' and old.status <> 'void') execute function accounting.void_document('bill');
--> statement-breakpoint
create or replace trigger value_bill before update on accounting.bills
  for each row when (old.status = 'draft' and new.status = 'approved') execute function accounting.value_document();
--> statement-breakpoint
create or replace trigger refuse_early_void after update on accounting.bills
  for each row when (old.voided_on is null and new.voided_on is not null) execute function accounting.refuse_early_void();
--> statement-breakpoint
create or replace trigger post_bills after update on accounting.bills
  referencing old table as overwritten new table as written
  for each statement execute function accounting.post_documents('bill');
--> statement-breakpoint
create or replace trigger settle_bills after update on accounting.bills
  referencing old table as overwritten new table as written
  for each statement execute function accounting.settle_documents('bill');
--> statement-breakpoint
create or replace trigger check_books before insert or update of receivable_account_id, payable_account_id, sales_account_id,
    purchases_account_id, bank_account_id, exchange_account_id on accounting.books
  for each row execute function accounting.check_books();
--> statement-breakpoint
create or replace trigger guard_closed_insert before insert on accounting.books
  for each row when (new.closed_through is not null)
  execute function tenancy.refuse('ZT003', 'The books are closed by closing periods');
--> statement-breakpoint
create or replace trigger guard_closed_update before update on accounting.books
  for each row when (new.closed_through is distinct from old.closed_through and current_user <> 'ledger_writer')
  execute function tenancy.refuse('ZT003', 'The books are closed by closing periods');
--> statement-breakpoint
create or replace trigger write_audit after update or delete on accounting.books
  for each row when (current_user <> 'ledger_writer') execute function tenancy.write_audit();
--> statement-breakpoint
create or replace trigger guard_balance_insert before insert on accounting.customers
  for each row when (new.balance <> 0)
  execute function tenancy.refuse('ZT002', 'The balance follows the documents: it cannot be set');
--> statement-breakpoint
create or replace trigger guard_balance_update before update on accounting.customers
  for each row when (new.balance is distinct from old.balance and current_user <> 'ledger_writer')
  execute function tenancy.refuse('ZT002', 'The balance follows the documents: it cannot be set');
--> statement-breakpoint
create or replace trigger write_audit after update or delete on accounting.customers
  for each row when (current_user <> 'ledger_writer') execute function tenancy.write_audit();
--> statement-breakpoint
create or replace trigger begin_period before insert on accounting.fiscal_periods
  for each row execute function accounting.begin_period();
--> statement-breakpoint
create or replace trigger guard_open before insert on accounting.fiscal_periods
  for each row when (new.closed_by is not null)
  execute function tenancy.refuse('ZT003', 'A period begins open: close it afterwards');
--> statement-breakpoint
create or replace trigger stamp_period before update on accounting.fiscal_periods
  for each row when (new.status <> old.status) execute function accounting.stamp_period();
--> statement-breakpoint
create or replace trigger close_books after update on accounting.fiscal_periods
  referencing old table as overwritten new table as written
  for each statement execute function accounting.close_books();
--> statement-breakpoint
create or replace trigger keep_lines_delete after delete on accounting.invoice_lines
  referencing old table as written
  for each statement execute function accounting.keep_lines('invoice');
--> statement-breakpoint
create or replace trigger keep_lines_insert after insert on accounting.invoice_lines
  referencing new table as written
  for each statement execute function accounting.keep_lines('invoice');
--> statement-breakpoint
create or replace trigger keep_lines_update after update on accounting.invoice_lines
  referencing old table as overwritten new table as written
  for each statement execute function accounting.keep_lines('invoice');
--> statement-breakpoint
create or replace trigger guard_paid_insert before insert on accounting.invoices
  for each row when (new.paid_amount <> 0 or new.paid_base_amount <> 0)
  execute function tenancy.refuse('ZT003', 'A new invoice is an unpaid draft: insert it as one, then make it issued');
--> statement-breakpoint
create or replace trigger guard_paid_update before update on accounting.invoices
  for each row when (old.status = 'draft' and (new.paid_amount <> 0 or new.paid_base_amount <> 0))
  execute function tenancy.refuse('ZT003', 'A draft is not paid: make the invoice issued first');
--> statement-breakpoint
create or replace trigger guard_delete before delete on accounting.invoices
  for each row when (old.status <> 'draft')
  execute function tenancy.refuse('ZT003', 'This invoice is no draft and cannot be deleted: void it');
--> statement-breakpoint
create or replace trigger guard_voided_on before update on accounting.invoices
  for each row when (old.status <> 'draft' and new.voided_on is distinct from old.voided_on
    and not (new.status = 'void' and old.status <> 'void'))
  execute function tenancy.refuse('ZT003', 'The date of the void comes with the void of the invoice, and stays');
--> statement-breakpoint
create or replace trigger void_invoice before update on accounting.invoices
  for each row when (new.status = 'void' and old.status <> 'void') execute function accounting.void_document('invoice');
--> statement-breakpoint
create or replace trigger value_invoice before update on accounting.invoices
  for each row when (old.status = 'draft' and new.status = 'issued') execute function accounting.value_document();
--> statement-breakpoint
create or replace trigger refuse_early_void after update on accounting.invoices
  for each row when (old.voided_on is null and new.voided_on is not null) execute function accounting.refuse_early_void();
--> statement-breakpoint
create or replace trigger post_invoices after update on accounting.invoices
  referencing old table as overwritten new table as written
  for each statement execute function accounting.post_documents('invoice');
--> statement-breakpoint
create or replace trigger settle_invoices after update on accounting.invoices
  referencing old table as overwritten new table as written
  for each statement execute function accounting.settle_documents('invoice');
--> statement-breakpoint
create or replace trigger apply_allocation before insert on accounting.payment_allocations
  for each row execute function accounting.apply_allocation();
--> statement-breakpoint
create or replace trigger take_back_allocation before update on accounting.payment_allocations
  for each row execute function accounting.take_back_allocation();
--> statement-breakpoint
create or replace trigger guard_second_void before update on accounting.payments
  for each row when (old.voided_on is not null and new.voided_on is distinct from old.voided_on)
  execute function tenancy.refuse('ZT003', 'The payment is void already');
--> statement-breakpoint
create or replace trigger guard_void_date before update on accounting.payments
  for each row when (old.voided_on is null and new.voided_on < new.payment_date)
  execute function tenancy.refuse('ZT003', 'A payment is not voided before its own date: choose that date or a later one');
--> statement-breakpoint
create or replace trigger prepare_payment before insert on accounting.payments
  for each row execute function accounting.prepare_payment();
--> statement-breakpoint
create or replace trigger void_payment after update on accounting.payments
  for each row when (old.voided_on is null and new.voided_on is not null) execute function accounting.void_payment();
--> statement-breakpoint
create or replace trigger post_payments after insert on accounting.payments
  referencing new table as written for each statement execute function accounting.post_payments();
--> statement-breakpoint
create or replace trigger guard_balance_insert before insert on accounting.vendors
  for each row when (new.balance <> 0)
  execute function tenancy.refuse('ZT002', 'The balance follows the documents: it cannot be set');
--> statement-breakpoint
create or replace trigger guard_balance_update before update on accounting.vendors
  for each row when (new.balance is distinct from old.balance and current_user <> 'ledger_writer')
  execute function tenancy.refuse('ZT002', 'The balance follows the documents: it cannot be set');
--> statement-breakpoint
create or replace trigger write_audit after update or delete on accounting.vendors
  for each row when (current_user <> 'ledger_writer') execute function tenancy.write_audit();
--> statement-breakpoint
create or replace trigger guard_key before update on accounting.accounts
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on accounting.exchange_rates
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on accounting.customers
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on accounting.vendors
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on accounting.journal_entries
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on accounting.journal_lines
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.entry_id is distinct from old.entry_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, company_id, entry_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on accounting.account_balances
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.account_id is distinct from old.account_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, company_id, account_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on accounting.period_totals
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.account_id is distinct from old.account_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, company_id, account_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on accounting.bills
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on accounting.bill_lines
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.bill_id is distinct from old.bill_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, company_id, bill_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on accounting.invoices
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, company_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger guard_key before update on accounting.invoice_lines
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.invoice_id is distinct from old.invoice_id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id, company_id, invoice_id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger freeze_columns before update on accounting.books
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.base_currency is distinct from old.base_currency
    or new.created_at is distinct from old.created_at)
  execute function tenancy.refuse('ZT003', 'The books keep their company and their base currency');
--> statement-breakpoint
create or replace trigger freeze_columns before update on accounting.fiscal_periods
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.starts_on is distinct from old.starts_on
    or new.ends_on is distinct from old.ends_on
    or new.closed_at is distinct from old.closed_at
    or new.closed_by is distinct from old.closed_by
    or new.created_at is distinct from old.created_at)
  execute function tenancy.refuse('ZT003', 'A period keeps its days, and when and by whom it was closed');
--> statement-breakpoint
create or replace trigger freeze_columns before update on accounting.bills
  for each row when (old.status <> 'draft' and (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.vendor_id is distinct from old.vendor_id
    or new.kind is distinct from old.kind
    or new.credited_bill_id is distinct from old.credited_bill_id
    or new.bill_number is distinct from old.bill_number
    or new.bill_date is distinct from old.bill_date
    or new.due_date is distinct from old.due_date
    or new.total_amount is distinct from old.total_amount
    or new.currency is distinct from old.currency
    or new.exchange_rate is distinct from old.exchange_rate
    or new.base_amount is distinct from old.base_amount
    or new.external_id is distinct from old.external_id
    or new.approved_at is distinct from old.approved_at
    or new.approved_by is distinct from old.approved_by
    or new.created_at is distinct from old.created_at
    or (current_user <> 'ledger_writer' and (new.paid_amount is distinct from old.paid_amount
    or new.paid_base_amount is distinct from old.paid_base_amount))))
  execute function tenancy.refuse('ZT003', 'This bill is no draft and cannot be changed: void it and make another');
--> statement-breakpoint
create or replace trigger freeze_columns before update on accounting.invoices
  for each row when (old.status <> 'draft' and (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.customer_id is distinct from old.customer_id
    or new.kind is distinct from old.kind
    or new.credited_invoice_id is distinct from old.credited_invoice_id
    or new.invoice_number is distinct from old.invoice_number
    or new.invoice_date is distinct from old.invoice_date
    or new.due_date is distinct from old.due_date
    or new.total_amount is distinct from old.total_amount
    or new.currency is distinct from old.currency
    or new.exchange_rate is distinct from old.exchange_rate
    or new.base_amount is distinct from old.base_amount
    or new.external_id is distinct from old.external_id
    or new.billing_country is distinct from old.billing_country
    or new.issued_at is distinct from old.issued_at
    or new.created_at is distinct from old.created_at
    or (current_user <> 'ledger_writer' and (new.paid_amount is distinct from old.paid_amount
    or new.paid_base_amount is distinct from old.paid_base_amount))))
  execute function tenancy.refuse('ZT003', 'This invoice is no draft and cannot be changed: void it and make another');
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
    or new.created_at is distinct from old.created_at
    or (current_user <> 'ledger_writer' and (new.allocated_amount is distinct from old.allocated_amount
    or new.allocated_base_amount is distinct from old.allocated_base_amount)))
  execute function tenancy.refuse('ZT003', 'A payment cannot be changed: void it and record another');
--> statement-breakpoint
create or replace trigger freeze_columns before update on accounting.payment_allocations
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.payment_id is distinct from old.payment_id
    or new.credit_note_id is distinct from old.credit_note_id
    or new.vendor_credit_id is distinct from old.vendor_credit_id
    or new.invoice_id is distinct from old.invoice_id
    or new.bill_id is distinct from old.bill_id
    or new.amount is distinct from old.amount
    or new.base_amount is distinct from old.base_amount
    or new.source_base_amount is distinct from old.source_base_amount
    or new.allocated_on is distinct from old.allocated_on
    or new.created_at is distinct from old.created_at)
  execute function tenancy.refuse('ZT003', 'An allocation cannot be changed: take it back and make another');
--> statement-breakpoint
create or replace trigger guard_status_insert before insert on accounting.invoices
  for each row when (new.status not in ('draft'))
  execute function tenancy.refuse('ZT003', 'A new invoice is an unpaid draft: insert it as one, then make it issued');
--> statement-breakpoint
create or replace trigger keep_status_insert after insert on accounting.invoices
  for each row when (new.status not in ('draft'))
  execute function tenancy.refuse('ZT003', 'A new invoice is an unpaid draft: insert it as one, then make it issued');
--> statement-breakpoint
create or replace trigger guard_status_update before update on accounting.invoices
  for each row when (new.status <> old.status and (old.status || ' ' || new.status in ('draft issued', 'issued void')
    or (current_user = 'ledger_writer' and old.status || ' ' || new.status in ('issued partly_paid', 'issued paid', 'partly_paid issued', 'partly_paid paid', 'paid issued', 'paid partly_paid'))
    or (not (new.kind = 'credit_note') and old.status || ' ' || new.status in ('issued paid', 'partly_paid paid'))) is not true)
  execute function tenancy.refuse_transition('status', '{"draft void":"A draft is not voided: delete it","draft *":"The invoice is a draft: make it issued first","partly_paid void":"This invoice is settled, in part or whole: take that back first, then void it","paid void":"This invoice is settled, in part or whole: take that back first, then void it","* *":"This invoice does not go from {from} to {to}","issued paid":"A credit note is not paid: allocate it","partly_paid paid":"A credit note is not paid: allocate it"}');
--> statement-breakpoint
create or replace trigger keep_status_update after update on accounting.invoices
  for each row when (new.status <> old.status and (old.status || ' ' || new.status in ('draft issued', 'issued void')
    or (current_user = 'ledger_writer' and old.status || ' ' || new.status in ('issued partly_paid', 'issued paid', 'partly_paid issued', 'partly_paid paid', 'paid issued', 'paid partly_paid'))
    or (not (new.kind = 'credit_note') and old.status || ' ' || new.status in ('issued paid', 'partly_paid paid'))) is not true)
  execute function tenancy.refuse_transition('status', '{"draft void":"A draft is not voided: delete it","draft *":"The invoice is a draft: make it issued first","partly_paid void":"This invoice is settled, in part or whole: take that back first, then void it","paid void":"This invoice is settled, in part or whole: take that back first, then void it","* *":"This invoice does not go from {from} to {to}","issued paid":"A credit note is not paid: allocate it","partly_paid paid":"A credit note is not paid: allocate it"}');
--> statement-breakpoint
create or replace trigger guard_status_insert before insert on accounting.bills
  for each row when (new.status not in ('draft'))
  execute function tenancy.refuse('ZT003', 'A new bill is an unpaid draft: insert it as one, then make it approved');
--> statement-breakpoint
create or replace trigger keep_status_insert after insert on accounting.bills
  for each row when (new.status not in ('draft'))
  execute function tenancy.refuse('ZT003', 'A new bill is an unpaid draft: insert it as one, then make it approved');
--> statement-breakpoint
create or replace trigger guard_status_update before update on accounting.bills
  for each row when (new.status <> old.status and (old.status || ' ' || new.status in ('draft approved', 'approved void')
    or (current_user = 'ledger_writer' and old.status || ' ' || new.status in ('approved partly_paid', 'approved paid', 'partly_paid approved', 'partly_paid paid', 'paid approved', 'paid partly_paid'))
    or (not (new.kind = 'credit_note') and old.status || ' ' || new.status in ('approved paid', 'partly_paid paid'))) is not true)
  execute function tenancy.refuse_transition('status', '{"draft void":"A draft is not voided: delete it","draft *":"The bill is a draft: make it approved first","partly_paid void":"This bill is settled, in part or whole: take that back first, then void it","paid void":"This bill is settled, in part or whole: take that back first, then void it","* *":"This bill does not go from {from} to {to}","approved paid":"A credit note is not paid: allocate it","partly_paid paid":"A credit note is not paid: allocate it"}');
--> statement-breakpoint
create or replace trigger keep_status_update after update on accounting.bills
  for each row when (new.status <> old.status and (old.status || ' ' || new.status in ('draft approved', 'approved void')
    or (current_user = 'ledger_writer' and old.status || ' ' || new.status in ('approved partly_paid', 'approved paid', 'partly_paid approved', 'partly_paid paid', 'paid approved', 'paid partly_paid'))
    or (not (new.kind = 'credit_note') and old.status || ' ' || new.status in ('approved paid', 'partly_paid paid'))) is not true)
  execute function tenancy.refuse_transition('status', '{"draft void":"A draft is not voided: delete it","draft *":"The bill is a draft: make it approved first","partly_paid void":"This bill is settled, in part or whole: take that back first, then void it","paid void":"This bill is settled, in part or whole: take that back first, then void it","* *":"This bill does not go from {from} to {to}","approved paid":"A credit note is not paid: allocate it","partly_paid paid":"A credit note is not paid: allocate it"}');
--> statement-breakpoint
create or replace trigger guard_status_insert before insert on accounting.fiscal_periods
  for each row when (new.status not in ('open'))
  execute function tenancy.refuse('ZT003', 'A period begins open: close it afterwards');
--> statement-breakpoint
create or replace trigger keep_status_insert after insert on accounting.fiscal_periods
  for each row when (new.status not in ('open'))
  execute function tenancy.refuse('ZT003', 'A period begins open: close it afterwards');
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
-- A line agrees with its entry, its currency, its account; the control accounts have lines of parties, others have
-- none.
select c.tenant_id, rule.kind, c.company_id, 'accounting.journal_lines', c.id, rule.detail
from (
  select l.tenant_id, l.company_id, l.id,
    e.entry_date is distinct from l.entry_date as has_other_date,
    l.debit + l.credit <> round(l.debit + l.credit, tenancy.currency_exponent(l.currency)) as has_decimals,
    a.currency <> l.currency and not l.is_exchange_difference as has_other_currency,
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
  ('control_line_without_party', c.lacks_party, 'The line of a control account names no customer or vendor'),
  ('party_off_control', c.is_off_control, 'The line names a customer or vendor, but is not of their control account')
) rule (kind, is_broken, detail)
where (c.has_other_date or c.has_decimals or c.has_other_currency or c.lacks_party or c.is_off_control)
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
-- The balance of an account is the sum of its lines, its version that of the last one.
select n.tenant_id, 'account_balance_differs', n.company_id, 'accounting.accounts', n.account_id,
  'The balance or version of the account is not that of its lines'
from (
  select l.tenant_id, l.company_id, l.account_id, l.base_debit - l.base_credit as amount, l.account_version as posted,
    0 as kept
  from accounting.journal_lines l
  union all
  select b.tenant_id, b.company_id, b.account_id, -b.balance, 0, b.version from accounting.account_balances b
) n
group by n.tenant_id, n.company_id, n.account_id
having sum(n.amount) <> 0 or max(n.posted) <> max(n.kept)
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
having sum(t.debit) <> 0 or sum(t.credit) <> 0 or sum(t.base_debit) <> 0 or sum(t.base_credit) <> 0;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_accounts', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_parties.sql
create or replace view accounting.violations_of_parties (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- The balance of a customer or vendor is the sum of their lines on the control account.
select n.tenant_id, n.kind, n.company_id,
  case n.kind when 'customer_balance_differs' then 'accounting.customers' else 'accounting.vendors' end, n.party_id,
  case n.kind when 'customer_balance_differs'
    then 'The balance is not the sum of the customer''s lines on the receivable account'
    else 'The balance is not the sum of the vendor''s lines on the payable account' end
from (
  select 'customer_balance_differs' as kind, c.tenant_id, c.company_id, c.id as party_id, -c.balance as amount
  from accounting.customers c
  union all
  select 'vendor_balance_differs' as kind, v.tenant_id, v.company_id, v.id, -v.balance from accounting.vendors v
  union all
  select 'customer_balance_differs' as kind, l.tenant_id, l.company_id, l.customer_id, l.base_debit - l.base_credit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.receivable_account_id = l.account_id
  where l.customer_id is not null
  union all
  select 'vendor_balance_differs' as kind, l.tenant_id, l.company_id, l.vendor_id, l.base_credit - l.base_debit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.payable_account_id = l.account_id
  where l.vendor_id is not null
) n
group by n.tenant_id, n.kind, n.company_id, n.party_id
having sum(n.amount) <> 0
union all
-- Open documents less what is unallocated are the receivable or payable account, per party and on every day: what
-- changed them on a day is what was posted on it. An allocation changes them by the difference of its two base amounts.
select d.tenant_id, d.kind, d.company_id,
  case d.kind when 'receivables_differ' then 'accounting.customers' else 'accounting.vendors' end, d.party_id,
  case d.kind when 'receivables_differ' then 'Documents and receivable account changed differently on '
    else 'Documents and payable account changed differently on ' end || to_char(d.day, 'YYYY-MM-DD')
from (
  select r.kind, r.tenant_id, r.company_id, r.party_id, step.day, step.sign * r.amount as amount
  from (
    select 'receivables_differ' as kind, i.tenant_id, i.company_id, i.customer_id as party_id,
      i.invoice_date as made_on, i.voided_on as ended_on,
      case i.kind when 'credit_note' then -i.base_amount else i.base_amount end as amount
    from accounting.invoices i where i.status <> 'draft'
    union all
    select 'payables_differ' as kind, b.tenant_id, b.company_id, b.vendor_id, b.bill_date, b.voided_on,
      case b.kind when 'credit_note' then -b.base_amount else b.base_amount end
    from accounting.bills b where b.status <> 'draft'
    union all
    select 'receivables_differ' as kind, p.tenant_id, p.company_id, p.customer_id, p.payment_date, p.voided_on, -p.base_amount
    from accounting.payments p where p.direction = 'in'
    union all
    select 'payables_differ' as kind, p.tenant_id, p.company_id, p.vendor_id, p.payment_date, p.voided_on, -p.base_amount
    from accounting.payments p where p.direction = 'out'
    union all
    select 'receivables_differ' as kind, a.tenant_id, a.company_id, i.customer_id, a.allocated_on, a.reversed_on,
      a.source_base_amount - a.base_amount
    from accounting.payment_allocations a
    join accounting.invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
    union all
    select 'payables_differ' as kind, a.tenant_id, a.company_id, b.vendor_id, a.allocated_on, a.reversed_on,
      a.source_base_amount - a.base_amount
    from accounting.payment_allocations a
    join accounting.bills b on b.tenant_id = a.tenant_id and b.id = a.bill_id
  ) r
  cross join lateral (values (r.made_on, 1), (r.ended_on, -1)) step (day, sign)
  where step.day is not null
  union all
  select 'receivables_differ' as kind, l.tenant_id, l.company_id, l.customer_id, l.entry_date, l.base_credit - l.base_debit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.receivable_account_id = l.account_id
  where l.customer_id is not null
  union all
  select 'payables_differ' as kind, l.tenant_id, l.company_id, l.vendor_id, l.entry_date, l.base_debit - l.base_credit
  from accounting.journal_lines l
  join accounting.books b on b.tenant_id = l.tenant_id and b.payable_account_id = l.account_id
  where l.vendor_id is not null
) d
group by d.tenant_id, d.kind, d.company_id, d.party_id, d.day
having sum(d.amount) <> 0;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_parties', '{authenticated,platform}');
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
having sum(part.amount) < 0;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_documents', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_allocations.sql
create or replace view accounting.violations_of_allocations (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- What is settled of a document, or allocated of a payment, is the sum of the standing allocations, and never too much.
select n.tenant_id, rule.kind, n.company_id, n.record_table, n.id, rule.detail
from (
  select r.tenant_id, r.company_id, r.record_table, r.id, sum(r.total) as total, sum(r.base_total) as base_total,
    sum(r.kept) as kept, sum(r.base_kept) as base_kept, sum(r.amount) as amount, sum(r.base_amount) as base_amount
  from (
    select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id, i.total_amount as total,
      i.base_amount as base_total, i.paid_amount as kept, i.paid_base_amount as base_kept, 0 as amount, 0 as base_amount
    from accounting.invoices i
    union all
    select i.tenant_id, i.company_id, 'accounting.bills' as record_table, i.id, i.total_amount, i.base_amount,
      i.paid_amount, i.paid_base_amount, 0, 0
    from accounting.bills i
    union all
    select p.tenant_id, p.company_id, 'accounting.payments' as record_table, p.id, p.amount, p.base_amount,
      p.allocated_amount, p.allocated_base_amount, 0, 0
    from accounting.payments p
    union all
    select a.tenant_id, a.company_id, side.record_table, side.id, 0, 0, 0, 0, a.amount, side.base_amount
    from accounting.payment_allocations a
    cross join lateral (values
      ('accounting.invoices', a.invoice_id, a.base_amount),
      ('accounting.bills', a.bill_id, a.base_amount),
      ('accounting.payments', a.payment_id, a.source_base_amount),
      ('accounting.invoices', a.credit_note_id, a.source_base_amount),
      ('accounting.bills', a.vendor_credit_id, a.source_base_amount)
    ) side (record_table, id, base_amount)
    where a.reversed_on is null and side.id is not null
  ) r
  group by r.tenant_id, r.company_id, r.record_table, r.id
  having sum(r.kept) <> sum(r.amount) or sum(r.base_kept) <> sum(r.base_amount) or sum(r.amount) > sum(r.total)
    or sum(r.base_amount) > sum(r.base_total)
) n
cross join lateral (values
  ('allocation_exceeds', n.amount > n.total or n.base_amount > n.base_total,
    'More is allocated than the document or payment amounts to'),
  ('paid_amount_differs', n.kept <> n.amount or n.base_kept <> n.base_amount,
    'What is settled or allocated is not the sum of the allocations that stand')
) rule (kind, is_broken, detail)
where rule.is_broken;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_allocations', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_postings.sql
create or replace view accounting.violations_of_postings (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- Each step of a document, payment or allocation has one entry, of its date, party and amount on the control account,
-- and each such entry has its step. An expected entry counts 1, a posted one -1.
select s.tenant_id, rule.kind, s.company_id, rule.record_table, s.source_id,
  'The record and its entries differ in amount, date, party or number'
from (
  select i.tenant_id, i.company_id, step.source, i.id as source_id, step.day, i.customer_id as party_id, 1 as entries,
    step.sign * case i.kind when 'credit_note' then -i.base_amount else i.base_amount end as amount
  from accounting.invoices i
  cross join lateral (values ('invoice', i.invoice_date, 1), ('invoice_void', i.voided_on, -1)) step (source, day, sign)
  where i.status <> 'draft' and i.total_amount > 0 and step.day is not null
  union all
  select i.tenant_id, i.company_id, step.source, i.id, step.day, i.vendor_id, 1,
    step.sign * case i.kind when 'credit_note' then i.base_amount else -i.base_amount end
  from accounting.bills i
  cross join lateral (values ('bill', i.bill_date, 1), ('bill_void', i.voided_on, -1)) step (source, day, sign)
  where i.status <> 'draft' and i.total_amount > 0 and step.day is not null
  union all
  select p.tenant_id, p.company_id, step.source, p.id, step.day, coalesce(p.customer_id, p.vendor_id), 1,
    step.sign * case p.direction when 'in' then -p.base_amount else p.base_amount end
  from accounting.payments p
  cross join lateral (values ('payment', p.payment_date, 1), ('payment_void', p.voided_on, -1)) step (source, day, sign)
  where step.day is not null
  union all
  select a.tenant_id, a.company_id, step.source, a.id, step.day, coalesce(i.customer_id, b.vendor_id), 1,
    step.sign * case when a.invoice_id is null then -1 else 1 end * (a.source_base_amount - a.base_amount)
  from accounting.payment_allocations a
  left join accounting.invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
  left join accounting.bills b on b.tenant_id = a.tenant_id and b.id = a.bill_id
  cross join lateral (values ('allocation', a.allocated_on, 1), ('allocation_void', a.reversed_on, -1))
    step (source, day, sign)
  where a.source_base_amount <> a.base_amount and step.day is not null
  union all
  select e.tenant_id, e.company_id, e.source, e.source_id, e.entry_date, coalesce(l.customer_id, l.vendor_id), -1 as sign,
    coalesce(l.base_credit - l.base_debit, 0)
  from accounting.journal_entries e
  left join accounting.books b on b.tenant_id = e.tenant_id and b.company_id = e.company_id
  left join accounting.journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.id
    and l.account_id in (b.receivable_account_id, b.payable_account_id)
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
having sum(s.entries) <> 0 or sum(s.amount) <> 0 or min(s.day) <> max(s.day)
  or min(coalesce(s.party_id::text, '')) <> max(coalesce(s.party_id::text, ''));
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_postings', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_periods.sql
create or replace view accounting.violations_of_periods (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- Each period begins the day after the one before ends.
select g.tenant_id, 'period_gap', g.company_id, 'accounting.fiscal_periods', g.id,
  'The period does not begin the day after the one before ends'
from (
  select p.tenant_id, p.company_id, p.id,
    p.starts_on <> lag(p.ends_on) over (partition by p.tenant_id, p.company_id order by p.starts_on) + 1 as is_gap
  from accounting.fiscal_periods p
) g
where g.is_gap
union all
-- The books are closed through the end of the last closed period, and no open period lies before it.
select b.tenant_id, 'closed_through_differs', b.company_id, 'accounting.books', b.id,
  'The books are not closed through the end of the last closed period, or an open period lies before it'
from accounting.books b
cross join lateral (
  select max(f.ends_on) filter (where f.status = 'closed') as closed_end,
    min(f.starts_on) filter (where f.status = 'open') as open_start
  from accounting.fiscal_periods f
  where f.tenant_id = b.tenant_id and f.company_id = b.company_id
) p
where b.closed_through is distinct from p.closed_end or p.open_start < p.closed_end;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_periods', '{authenticated,platform}');
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
  cross join lateral generate_series(1, s.last_number) given
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
select * from accounting.violations_of_periods
union all
select * from accounting.violations_of_numbers;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.leave_role('audit_writer');
--> statement-breakpoint
select tenancy.leave_role('ledger_writer');
--> statement-breakpoint
select tenancy.leave_role('number_writer');
--> statement-breakpoint
select set_config('check_function_bodies', 'on', true);
