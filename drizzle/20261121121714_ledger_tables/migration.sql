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
ALTER TABLE "accounting"."accounts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
	CONSTRAINT "books_base_currency_check" CHECK ("base_currency" ~ '^[A-Z]{3}$' and accounting.currency_exponent("base_currency") <= 2),
	CONSTRAINT "books_control_accounts_check" CHECK ("receivable_account_id" <> "payable_account_id")
);
--> statement-breakpoint
ALTER TABLE "accounting"."books" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "accounting"."exchange_rates" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "accounting"."fiscal_periods" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "accounting"."account_balances" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "accounting"."journal_entries" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
	CONSTRAINT "journal_lines_scale_check" CHECK ("debit" + "credit" = round("debit" + "credit", accounting.currency_exponent("currency"))),
	CONSTRAINT "journal_lines_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "journal_lines_party_check" CHECK ("customer_id" is null or "vendor_id" is null)
);
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "accounting"."period_totals" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "accounting"."vendors" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "accounting"."bill_lines" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "accounting"."bills" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "accounting"."payment_allocations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
ALTER TABLE "accounting"."payments" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" ADD COLUMN "account_id" uuid;--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD COLUMN "kind" text DEFAULT 'invoice' NOT NULL;--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD COLUMN "credited_invoice_id" uuid;--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD COLUMN "exchange_rate" numeric(18,8);--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD COLUMN "base_amount" numeric(15,2);--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD COLUMN "paid_amount" numeric(15,2) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD COLUMN "paid_base_amount" numeric(15,2) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD COLUMN "voided_on" date;--> statement-breakpoint
-- Invoices that were issued before there was a ledger count in base currency as they are; ledger_backfill posts them.
ALTER TABLE accounting.invoices DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
DO $$
BEGIN
  IF EXISTS (
    SELECT FROM accounting.invoices i WHERE i.status <> 'draft'
    GROUP BY i.tenant_id, i.company_id HAVING count(DISTINCT i.currency) > 1
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'ZT003',
      MESSAGE = 'A company has issued invoices in several currencies, for which no rate is known: move those of all but one to a company of their own, then migrate';
  END IF;
END $$;--> statement-breakpoint
UPDATE accounting.invoices SET exchange_rate = 1, base_amount = total_amount,
  voided_on = CASE WHEN status = 'void' THEN greatest(invoice_date, updated_at::date) END
WHERE status <> 'draft';--> statement-breakpoint
ALTER TABLE accounting.invoices ENABLE TRIGGER USER, FORCE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "idx_accounts_parent_id" ON "accounting"."accounts" ("tenant_id","parent_id");--> statement-breakpoint
CREATE INDEX "idx_books_receivable_account_id" ON "accounting"."books" ("tenant_id","receivable_account_id");--> statement-breakpoint
CREATE INDEX "idx_books_payable_account_id" ON "accounting"."books" ("tenant_id","payable_account_id");--> statement-breakpoint
CREATE INDEX "idx_books_sales_account_id" ON "accounting"."books" ("tenant_id","sales_account_id");--> statement-breakpoint
CREATE INDEX "idx_books_purchases_account_id" ON "accounting"."books" ("tenant_id","purchases_account_id");--> statement-breakpoint
CREATE INDEX "idx_books_bank_account_id" ON "accounting"."books" ("tenant_id","bank_account_id");--> statement-breakpoint
CREATE INDEX "idx_books_exchange_account_id" ON "accounting"."books" ("tenant_id","exchange_account_id");--> statement-breakpoint
CREATE UNIQUE INDEX "idx_journal_entries_idempotency_key" ON "accounting"."journal_entries" ("tenant_id","company_id","idempotency_key") WHERE "idempotency_key" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "idx_journal_entries_reverses_entry_id" ON "accounting"."journal_entries" ("tenant_id","reverses_entry_id") WHERE "reverses_entry_id" is not null;--> statement-breakpoint
CREATE INDEX "idx_journal_entries_source_id" ON "accounting"."journal_entries" ("tenant_id","source_id") WHERE "source_id" is not null;--> statement-breakpoint
CREATE INDEX "idx_journal_entries_company_id_entry_date_id" ON "accounting"."journal_entries" ("tenant_id","company_id","entry_date","id");--> statement-breakpoint
CREATE INDEX "idx_journal_lines_account_id_entry_date" ON "accounting"."journal_lines" ("tenant_id","account_id","entry_date","account_version");--> statement-breakpoint
CREATE INDEX "idx_journal_lines_customer_id" ON "accounting"."journal_lines" ("tenant_id","customer_id","entry_date") WHERE "customer_id" is not null;--> statement-breakpoint
CREATE INDEX "idx_journal_lines_vendor_id" ON "accounting"."journal_lines" ("tenant_id","vendor_id","entry_date") WHERE "vendor_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "idx_vendors_external_id" ON "accounting"."vendors" ("tenant_id","company_id","external_id") WHERE "external_id" is not null;--> statement-breakpoint
CREATE INDEX "idx_vendors_name_id" ON "accounting"."vendors" ("tenant_id","name","id");--> statement-breakpoint
CREATE INDEX "idx_bill_lines_account_id" ON "accounting"."bill_lines" ("tenant_id","account_id") WHERE "account_id" is not null;--> statement-breakpoint
CREATE INDEX "idx_bills_vendor_id" ON "accounting"."bills" ("tenant_id","vendor_id");--> statement-breakpoint
CREATE UNIQUE INDEX "bills_bill_number_unique" ON "accounting"."bills" ("tenant_id","vendor_id","bill_number") WHERE "status" <> 'void';--> statement-breakpoint
CREATE UNIQUE INDEX "idx_bills_external_id" ON "accounting"."bills" ("tenant_id","company_id","external_id") WHERE "external_id" is not null;--> statement-breakpoint
CREATE INDEX "idx_bills_credited_bill_id" ON "accounting"."bills" ("tenant_id","credited_bill_id") WHERE "credited_bill_id" is not null;--> statement-breakpoint
CREATE INDEX "idx_bills_bill_date_id" ON "accounting"."bills" ("tenant_id","bill_date","id");--> statement-breakpoint
CREATE INDEX "idx_bills_status_bill_date_id" ON "accounting"."bills" ("tenant_id","status","bill_date","id");--> statement-breakpoint
CREATE INDEX "idx_payment_allocations_company_id" ON "accounting"."payment_allocations" ("tenant_id","company_id");--> statement-breakpoint
CREATE INDEX "idx_payment_allocations_payment_id" ON "accounting"."payment_allocations" ("tenant_id","payment_id");--> statement-breakpoint
CREATE INDEX "idx_payment_allocations_credit_note_id" ON "accounting"."payment_allocations" ("tenant_id","credit_note_id");--> statement-breakpoint
CREATE INDEX "idx_payment_allocations_vendor_credit_id" ON "accounting"."payment_allocations" ("tenant_id","vendor_credit_id");--> statement-breakpoint
CREATE INDEX "idx_payment_allocations_invoice_id" ON "accounting"."payment_allocations" ("tenant_id","invoice_id");--> statement-breakpoint
CREATE INDEX "idx_payment_allocations_bill_id" ON "accounting"."payment_allocations" ("tenant_id","bill_id");--> statement-breakpoint
CREATE INDEX "idx_payments_customer_id" ON "accounting"."payments" ("tenant_id","customer_id");--> statement-breakpoint
CREATE INDEX "idx_payments_vendor_id" ON "accounting"."payments" ("tenant_id","vendor_id");--> statement-breakpoint
CREATE INDEX "idx_payments_account_id" ON "accounting"."payments" ("tenant_id","account_id");--> statement-breakpoint
CREATE UNIQUE INDEX "idx_payments_external_id" ON "accounting"."payments" ("tenant_id","company_id","external_id") WHERE "external_id" is not null;--> statement-breakpoint
CREATE INDEX "idx_payments_payment_date_id" ON "accounting"."payments" ("tenant_id","payment_date","id");--> statement-breakpoint
CREATE INDEX "idx_invoice_lines_account_id" ON "accounting"."invoice_lines" ("tenant_id","account_id") WHERE "account_id" is not null;--> statement-breakpoint
CREATE INDEX "idx_invoices_credited_invoice_id" ON "accounting"."invoices" ("tenant_id","credited_invoice_id") WHERE "credited_invoice_id" is not null;--> statement-breakpoint
ALTER TABLE "accounting"."accounts" ADD CONSTRAINT "accounts_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."accounts" ADD CONSTRAINT "accounts_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."accounts" ADD CONSTRAINT "accounts_parent_id_fkey" FOREIGN KEY ("tenant_id","company_id","parent_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_receivable_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","receivable_account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_payable_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","payable_account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_sales_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","sales_account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_purchases_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","purchases_account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_bank_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","bank_account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."books" ADD CONSTRAINT "books_exchange_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","exchange_account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."exchange_rates" ADD CONSTRAINT "exchange_rates_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."exchange_rates" ADD CONSTRAINT "exchange_rates_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."fiscal_periods" ADD CONSTRAINT "fiscal_periods_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."fiscal_periods" ADD CONSTRAINT "fiscal_periods_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."account_balances" ADD CONSTRAINT "account_balances_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "accounting"."journal_entries" ADD CONSTRAINT "journal_entries_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "accounting"."books"("tenant_id","company_id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."journal_entries" ADD CONSTRAINT "journal_entries_reverses_entry_id_fkey" FOREIGN KEY ("tenant_id","company_id","reverses_entry_id") REFERENCES "accounting"."journal_entries"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ADD CONSTRAINT "journal_lines_entry_id_fkey" FOREIGN KEY ("tenant_id","company_id","entry_id") REFERENCES "accounting"."journal_entries"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ADD CONSTRAINT "journal_lines_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ADD CONSTRAINT "journal_lines_customer_id_fkey" FOREIGN KEY ("tenant_id","company_id","customer_id") REFERENCES "accounting"."customers"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ADD CONSTRAINT "journal_lines_vendor_id_fkey" FOREIGN KEY ("tenant_id","company_id","vendor_id") REFERENCES "accounting"."vendors"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."period_totals" ADD CONSTRAINT "period_totals_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "accounting"."vendors" ADD CONSTRAINT "vendors_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."vendors" ADD CONSTRAINT "vendors_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."bill_lines" ADD CONSTRAINT "bill_lines_bill_id_fkey" FOREIGN KEY ("tenant_id","company_id","bill_id") REFERENCES "accounting"."bills"("tenant_id","company_id","id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "accounting"."bill_lines" ADD CONSTRAINT "bill_lines_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_vendor_id_fkey" FOREIGN KEY ("tenant_id","company_id","vendor_id") REFERENCES "accounting"."vendors"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_credited_bill_id_fkey" FOREIGN KEY ("tenant_id","company_id","credited_bill_id") REFERENCES "accounting"."bills"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_payment_id_fkey" FOREIGN KEY ("tenant_id","company_id","payment_id") REFERENCES "accounting"."payments"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_credit_note_id_fkey" FOREIGN KEY ("tenant_id","company_id","credit_note_id") REFERENCES "accounting"."invoices"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_vendor_credit_id_fkey" FOREIGN KEY ("tenant_id","company_id","vendor_credit_id") REFERENCES "accounting"."bills"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_invoice_id_fkey" FOREIGN KEY ("tenant_id","company_id","invoice_id") REFERENCES "accounting"."invoices"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_bill_id_fkey" FOREIGN KEY ("tenant_id","company_id","bill_id") REFERENCES "accounting"."bills"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_company_id_fkey" FOREIGN KEY ("tenant_id","company_id") REFERENCES "tenancy"."companies"("tenant_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_customer_id_fkey" FOREIGN KEY ("tenant_id","company_id","customer_id") REFERENCES "accounting"."customers"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_vendor_id_fkey" FOREIGN KEY ("tenant_id","company_id","vendor_id") REFERENCES "accounting"."vendors"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" ADD CONSTRAINT "invoice_lines_account_id_fkey" FOREIGN KEY ("tenant_id","company_id","account_id") REFERENCES "accounting"."accounts"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_credited_invoice_id_fkey" FOREIGN KEY ("tenant_id","company_id","credited_invoice_id") REFERENCES "accounting"."invoices"("tenant_id","company_id","id") ON DELETE RESTRICT;--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_kind_check" CHECK ("kind" in ('invoice', 'credit_note'));--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_exchange_rate_nan_check" CHECK ("exchange_rate" <> 'NaN');--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_base_amount_nan_check" CHECK ("base_amount" <> 'NaN');--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_paid_amount_nan_check" CHECK ("paid_amount" <> 'NaN');--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_paid_base_amount_nan_check" CHECK ("paid_base_amount" <> 'NaN');--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_credited_invoice_check" CHECK ("kind" = 'credit_note' or "credited_invoice_id" is null);--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_base_amount_check" CHECK (("status" = 'draft') = ("base_amount" is null));--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_paid_amount_check" CHECK ("paid_amount" between 0 and "total_amount");--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_voided_on_check" CHECK (("status" = 'void') = ("voided_on" is not null));--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_exchange_rate_check" CHECK ("exchange_rate" > 0);--> statement-breakpoint
ALTER TABLE "accounting"."invoices" DROP CONSTRAINT "invoices_status_check", ADD CONSTRAINT "invoices_status_check" CHECK ("status" in ('draft', 'issued', 'partly_paid', 'paid', 'void'));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."accounts" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."accounts" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."accounts" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."books" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."books" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."books" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."exchange_rates" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."exchange_rates" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."exchange_rates" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."fiscal_periods" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."fiscal_periods" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."fiscal_periods" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."account_balances" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."account_balances" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."account_balances" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."journal_entries" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."journal_entries" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."journal_entries" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."journal_lines" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."journal_lines" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."journal_lines" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."period_totals" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."period_totals" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."period_totals" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."vendors" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."vendors" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."vendors" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."bill_lines" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."bill_lines" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."bill_lines" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."bills" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."bills" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."bills" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."payment_allocations" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."payment_allocations" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."payment_allocations" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "accounting"."payments" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));--> statement-breakpoint
CREATE POLICY "platform_access" ON "accounting"."payments" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "company_isolation" ON "accounting"."payments" AS RESTRICTIVE FOR ALL TO "authenticated" USING ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())) WITH CHECK ((select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id()));