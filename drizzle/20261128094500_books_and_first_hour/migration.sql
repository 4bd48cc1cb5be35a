drop trigger guard_key on accounting.account_balances;
--> statement-breakpoint
drop trigger guard_key on accounting.bill_lines;
--> statement-breakpoint
drop trigger keep_lines_delete on accounting.bill_lines;
--> statement-breakpoint
drop trigger keep_lines_insert on accounting.bill_lines;
--> statement-breakpoint
drop trigger keep_lines_update on accounting.bill_lines;
--> statement-breakpoint
drop trigger freeze_columns on accounting.bills;
--> statement-breakpoint
drop trigger guard_delete on accounting.bills;
--> statement-breakpoint
drop trigger guard_key on accounting.bills;
--> statement-breakpoint
drop trigger guard_paid_insert on accounting.bills;
--> statement-breakpoint
drop trigger guard_paid_update on accounting.bills;
--> statement-breakpoint
drop trigger guard_status_insert on accounting.bills;
--> statement-breakpoint
drop trigger guard_status_update on accounting.bills;
--> statement-breakpoint
drop trigger guard_voided_on on accounting.bills;
--> statement-breakpoint
drop trigger keep_status_insert on accounting.bills;
--> statement-breakpoint
drop trigger keep_status_update on accounting.bills;
--> statement-breakpoint
drop trigger post_bills on accounting.bills;
--> statement-breakpoint
drop trigger refuse_early_void on accounting.bills;
--> statement-breakpoint
drop trigger settle_bills on accounting.bills;
--> statement-breakpoint
drop trigger value_bill on accounting.bills;
--> statement-breakpoint
drop trigger void_bill on accounting.bills;
--> statement-breakpoint
drop trigger check_books on accounting.books;
--> statement-breakpoint
drop trigger freeze_columns on accounting.books;
--> statement-breakpoint
drop trigger guard_closed_insert on accounting.books;
--> statement-breakpoint
drop trigger guard_closed_update on accounting.books;
--> statement-breakpoint
drop trigger write_audit on accounting.books;
--> statement-breakpoint
drop trigger guard_balance_insert on accounting.customers;
--> statement-breakpoint
drop trigger guard_balance_update on accounting.customers;
--> statement-breakpoint
drop trigger guard_key on accounting.customers;
--> statement-breakpoint
drop trigger write_audit on accounting.customers;
--> statement-breakpoint
drop trigger guard_key on accounting.exchange_rates;
--> statement-breakpoint
drop trigger guard_key on accounting.invoice_lines;
--> statement-breakpoint
drop trigger keep_lines_delete on accounting.invoice_lines;
--> statement-breakpoint
drop trigger keep_lines_insert on accounting.invoice_lines;
--> statement-breakpoint
drop trigger keep_lines_update on accounting.invoice_lines;
--> statement-breakpoint
drop trigger freeze_columns on accounting.invoices;
--> statement-breakpoint
drop trigger guard_delete on accounting.invoices;
--> statement-breakpoint
drop trigger guard_key on accounting.invoices;
--> statement-breakpoint
drop trigger guard_number on accounting.invoices;
--> statement-breakpoint
drop trigger guard_paid_insert on accounting.invoices;
--> statement-breakpoint
drop trigger guard_paid_update on accounting.invoices;
--> statement-breakpoint
drop trigger guard_status_insert on accounting.invoices;
--> statement-breakpoint
drop trigger guard_status_update on accounting.invoices;
--> statement-breakpoint
drop trigger guard_voided_on on accounting.invoices;
--> statement-breakpoint
drop trigger keep_status_insert on accounting.invoices;
--> statement-breakpoint
drop trigger keep_status_update on accounting.invoices;
--> statement-breakpoint
drop trigger post_invoices on accounting.invoices;
--> statement-breakpoint
drop trigger refuse_early_void on accounting.invoices;
--> statement-breakpoint
drop trigger settle_invoices on accounting.invoices;
--> statement-breakpoint
drop trigger value_invoice on accounting.invoices;
--> statement-breakpoint
drop trigger void_invoice on accounting.invoices;
--> statement-breakpoint
drop trigger guard_key on accounting.journal_lines;
--> statement-breakpoint
drop trigger apply_allocation on accounting.payment_allocations;
--> statement-breakpoint
drop trigger freeze_columns on accounting.payment_allocations;
--> statement-breakpoint
drop trigger guard_take_back on accounting.payment_allocations;
--> statement-breakpoint
drop trigger prepare_allocation on accounting.payment_allocations;
--> statement-breakpoint
drop trigger take_back_allocation on accounting.payment_allocations;
--> statement-breakpoint
drop trigger freeze_columns on accounting.payments;
--> statement-breakpoint
drop trigger guard_second_void on accounting.payments;
--> statement-breakpoint
drop trigger guard_void_date on accounting.payments;
--> statement-breakpoint
drop trigger post_payments on accounting.payments;
--> statement-breakpoint
drop trigger prepare_payment on accounting.payments;
--> statement-breakpoint
drop trigger void_payment on accounting.payments;
--> statement-breakpoint
drop trigger write_audit on accounting.payments;
--> statement-breakpoint
drop trigger guard_key on accounting.period_totals;
--> statement-breakpoint
drop trigger guard_balance_insert on accounting.vendors;
--> statement-breakpoint
drop trigger guard_balance_update on accounting.vendors;
--> statement-breakpoint
drop trigger guard_key on accounting.vendors;
--> statement-breakpoint
drop trigger write_audit on accounting.vendors;
--> statement-breakpoint
drop trigger guard_key on tenancy.users;
--> statement-breakpoint
drop trigger guard_status_update on tenancy.users;
--> statement-breakpoint
drop trigger keep_an_admin on tenancy.users;
--> statement-breakpoint
drop trigger keep_membership on tenancy.users;
--> statement-breakpoint
drop trigger keep_status_update on tenancy.users;
--> statement-breakpoint
drop trigger require_admin on tenancy.users;
--> statement-breakpoint
drop trigger require_admin_of_others on tenancy.users;
--> statement-breakpoint
drop trigger require_admin_of_status on tenancy.users;
--> statement-breakpoint
drop view accounting.violations;
--> statement-breakpoint
drop view accounting.violations_of_numbers;
--> statement-breakpoint
drop view accounting.violations_of_periods;
--> statement-breakpoint
drop view accounting.violations_of_posted_accounts;
--> statement-breakpoint
drop view accounting.violations_of_postings;
--> statement-breakpoint
drop view accounting.violations_of_allocations;
--> statement-breakpoint
drop view accounting.violations_of_documents;
--> statement-breakpoint
drop view accounting.violations_of_parties;
--> statement-breakpoint
drop view accounting.violations_of_accounts;
--> statement-breakpoint
drop view accounting.violations_of_journal_lines;
--> statement-breakpoint
drop view accounting.violations_of_journal_entries;
--> statement-breakpoint
select set_config('check_function_bodies', 'off', true);
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
-- tenancy/sql/with_decimals.sql
create or replace function tenancy.with_decimals(amount numeric, decimals int) returns numeric
  language sql immutable parallel safe
  return round(amount, greatest(decimals, min_scale(amount)));
--> statement-breakpoint
-- accounting/sql/base_part.sql
create or replace function accounting.base_part(
  part numeric, amount numeric, used numeric, base_amount numeric, used_base numeric, decimals int
) returns numeric
  language sql immutable parallel safe
  return case when part = amount - used then base_amount - used_base
    else least(round(part * base_amount / amount, decimals), base_amount - used_base) end;
--> statement-breakpoint
-- accounting/sql/prefixes_meet.sql
create or replace function accounting.prefixes_meet(p_one text, p_other text) returns boolean
  language sql immutable parallel safe
as $$
  select bool_or(replace(p.other, '{year}', '2000') ~ ('^' || replace(
      regexp_replace(p.one, '([].^$*+?(){}|\\[])', '\\\1', 'g'), '\{year\}', '[0-9]{4}') || '[0-9]*$'))
  from (values (p_one, p_other), (p_other, p_one)) p (one, other)
$$;
--> statement-breakpoint
-- accounting/sql/implied_rate.sql
create or replace function accounting.implied_rate(amount numeric, base_amount numeric) returns numeric
  language sql immutable parallel safe
  return case when amount > 0 and base_amount > 0 then round(round(base_amount, 40) / amount, 24) end;
--> statement-breakpoint
-- accounting/sql/number_prefix.sql
create or replace function accounting.number_prefix(p_prefix text, p_kind text, p_year text) returns text
  language sql immutable parallel safe
  return case when p_year = '' then coalesce(p_prefix, case p_kind when 'invoice' then 'INV-' else 'CN-' end)
    else replace(coalesce(p_prefix, case p_kind when 'invoice' then 'INV-' else 'CN-' end || '{year}-'), '{year}', p_year) end;
--> statement-breakpoint
-- accounting/sql/stated_amount_problem.sql
create or replace function accounting.stated_amount_problem(stated numeric, amount numeric, currency text, base_currency text)
  returns text
  language sql immutable parallel safe
  return case
    when stated <> round(stated, tenancy.currency_exponent(base_currency))
      then 'The base amount has more decimals than the base currency of the books has'
    when currency = base_currency and stated <> amount
      then 'What is in the base currency has its own amount as its base amount: leave the base amount out'
    when stated > 0 and amount = 0
      then 'An amount of 0 has a base amount of 0: leave the base amount out'
  end;
--> statement-breakpoint
select tenancy.protect_function('tenancy.with_decimals(numeric, integer)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.base_part(numeric, numeric, numeric, numeric, numeric, integer)', null, '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.prefixes_meet(text, text)', 'number_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.implied_rate(numeric, numeric)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.number_prefix(text, text, text)', 'number_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.stated_amount_problem(numeric, numeric, text, text)', null, '{authenticated,platform}');
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
ALTER TABLE "accounting"."bill_lines" ADD COLUMN "currency" text;
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD COLUMN "seller" jsonb;
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD COLUMN "buyer" jsonb;
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD COLUMN "refund_id" uuid;
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD COLUMN "is_refund" boolean GENERATED ALWAYS AS ((direction = 'in') = (vendor_id is not null)) STORED;
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD COLUMN "exchange_difference" numeric DEFAULT '0.00' NOT NULL;
--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" ADD COLUMN "currency" text;
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD COLUMN "seller" jsonb;
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD COLUMN "buyer" jsonb;
--> statement-breakpoint
ALTER TABLE "accounting"."bill_lines" DROP COLUMN "amount";
--> statement-breakpoint
ALTER TABLE "accounting"."bill_lines" ADD COLUMN "amount" numeric GENERATED ALWAYS AS (round(quantity * unit_price, tenancy.currency_exponent(currency))) STORED;
--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" DROP COLUMN "amount";
--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" ADD COLUMN "amount" numeric GENERATED ALWAYS AS (round(quantity * unit_price, tenancy.currency_exponent(currency))) STORED;
--> statement-breakpoint
ALTER TABLE "accounting"."exchange_rates" ALTER COLUMN "rate" SET DATA TYPE numeric USING "rate"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."account_balances" ALTER COLUMN "balance" SET DATA TYPE numeric USING "balance"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."account_balances" ALTER COLUMN "balance" SET DEFAULT '0.00';
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ALTER COLUMN "debit" SET DATA TYPE numeric USING "debit"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ALTER COLUMN "debit" SET DEFAULT '0.00';
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ALTER COLUMN "credit" SET DATA TYPE numeric USING "credit"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ALTER COLUMN "credit" SET DEFAULT '0.00';
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ALTER COLUMN "base_debit" SET DATA TYPE numeric USING "base_debit"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ALTER COLUMN "base_debit" SET DEFAULT '0.00';
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ALTER COLUMN "base_credit" SET DATA TYPE numeric USING "base_credit"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ALTER COLUMN "base_credit" SET DEFAULT '0.00';
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" ALTER COLUMN "balance_after" SET DATA TYPE numeric USING "balance_after"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."period_totals" ALTER COLUMN "debit" SET DATA TYPE numeric USING "debit"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."period_totals" ALTER COLUMN "credit" SET DATA TYPE numeric USING "credit"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."period_totals" ALTER COLUMN "base_debit" SET DATA TYPE numeric USING "base_debit"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."period_totals" ALTER COLUMN "base_credit" SET DATA TYPE numeric USING "base_credit"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."customers" ALTER COLUMN "balance" SET DATA TYPE numeric USING "balance"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."customers" ALTER COLUMN "balance" SET DEFAULT '0.00';
--> statement-breakpoint
ALTER TABLE "accounting"."vendors" ALTER COLUMN "balance" SET DATA TYPE numeric USING "balance"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."vendors" ALTER COLUMN "balance" SET DEFAULT '0.00';
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ALTER COLUMN "total_amount" SET DATA TYPE numeric USING "total_amount"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ALTER COLUMN "exchange_rate" SET DATA TYPE numeric USING "exchange_rate"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ALTER COLUMN "base_amount" SET DATA TYPE numeric USING "base_amount"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ALTER COLUMN "paid_amount" SET DATA TYPE numeric USING "paid_amount"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ALTER COLUMN "paid_amount" SET DEFAULT '0.00';
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ALTER COLUMN "paid_base_amount" SET DATA TYPE numeric USING "paid_base_amount"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ALTER COLUMN "paid_base_amount" SET DEFAULT '0.00';
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ALTER COLUMN "amount" SET DATA TYPE numeric USING "amount"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ALTER COLUMN "base_amount" SET DATA TYPE numeric USING "base_amount"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ALTER COLUMN "base_amount" SET DEFAULT '0.00';
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ALTER COLUMN "source_base_amount" SET DATA TYPE numeric USING "source_base_amount"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ALTER COLUMN "source_base_amount" SET DEFAULT '0.00';
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ALTER COLUMN "amount" SET DATA TYPE numeric USING "amount"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ALTER COLUMN "exchange_rate" SET DATA TYPE numeric USING "exchange_rate"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ALTER COLUMN "base_amount" SET DATA TYPE numeric USING "base_amount"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ALTER COLUMN "base_amount" SET DEFAULT '0.00';
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ALTER COLUMN "allocated_amount" SET DATA TYPE numeric USING "allocated_amount"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ALTER COLUMN "allocated_amount" SET DEFAULT '0.00';
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ALTER COLUMN "allocated_base_amount" SET DATA TYPE numeric USING "allocated_base_amount"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ALTER COLUMN "allocated_base_amount" SET DEFAULT '0.00';
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ALTER COLUMN "total_amount" SET DATA TYPE numeric USING "total_amount"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ALTER COLUMN "exchange_rate" SET DATA TYPE numeric USING "exchange_rate"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ALTER COLUMN "base_amount" SET DATA TYPE numeric USING "base_amount"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ALTER COLUMN "paid_amount" SET DATA TYPE numeric USING "paid_amount"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ALTER COLUMN "paid_amount" SET DEFAULT '0.00';
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ALTER COLUMN "paid_base_amount" SET DATA TYPE numeric USING "paid_base_amount"::numeric;
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ALTER COLUMN "paid_base_amount" SET DEFAULT '0.00';
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
CREATE INDEX "idx_payment_allocations_refund_id" ON "accounting"."payment_allocations" ("tenant_id","refund_id") WHERE "refund_id" is not null;
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" ADD CONSTRAINT "payment_allocations_refund_id_fkey" FOREIGN KEY ("tenant_id","company_id","refund_id") REFERENCES "accounting"."payments"("tenant_id","company_id","id") ON DELETE RESTRICT;
--> statement-breakpoint
ALTER TABLE "accounting"."bill_lines" ADD CONSTRAINT "bill_lines_amount_check" CHECK (amount < 1e15);
--> statement-breakpoint
ALTER TABLE "accounting"."bill_lines" ADD CONSTRAINT "bill_lines_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$');
--> statement-breakpoint
ALTER TABLE "accounting"."bills" ADD CONSTRAINT "bills_parties_check" CHECK ("status" <> 'draft' or num_nonnulls("seller", "buyer") = 0);
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_exchange_difference_nan_check" CHECK ("exchange_difference" >= -999999999999999.9999 and "exchange_difference" <= 999999999999999.9999 and scale("exchange_difference") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."payments" ADD CONSTRAINT "payments_base_amount_check" CHECK ("base_amount" >= greatest("exchange_difference", 0));
--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" ADD CONSTRAINT "invoice_lines_amount_check" CHECK (amount < 1e15);
--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" ADD CONSTRAINT "invoice_lines_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$');
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" ADD CONSTRAINT "invoices_parties_check" CHECK ("status" <> 'draft' or num_nonnulls("seller", "buyer") = 0);
--> statement-breakpoint
ALTER TABLE "accounting"."books" DROP CONSTRAINT "books_base_currency_check", ADD CONSTRAINT "books_base_currency_check" CHECK ("base_currency" ~ '^[A-Z]{3}$');
--> statement-breakpoint
ALTER TABLE "accounting"."exchange_rates" DROP CONSTRAINT "exchange_rates_rate_nan_check", ADD CONSTRAINT "exchange_rates_rate_nan_check" CHECK ("rate" >= -999999999999999.999999999999999999999999 and "rate" <= 999999999999999.999999999999999999999999 and scale("rate") <= 24);
--> statement-breakpoint
ALTER TABLE "accounting"."account_balances" DROP CONSTRAINT "account_balances_balance_nan_check", ADD CONSTRAINT "account_balances_balance_nan_check" CHECK ("balance" not in ('NaN', 'Infinity', '-Infinity'));
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" DROP CONSTRAINT "journal_lines_debit_nan_check", ADD CONSTRAINT "journal_lines_debit_nan_check" CHECK ("debit" >= -999999999999999.9999 and "debit" <= 999999999999999.9999 and scale("debit") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" DROP CONSTRAINT "journal_lines_credit_nan_check", ADD CONSTRAINT "journal_lines_credit_nan_check" CHECK ("credit" >= -999999999999999.9999 and "credit" <= 999999999999999.9999 and scale("credit") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" DROP CONSTRAINT "journal_lines_base_debit_nan_check", ADD CONSTRAINT "journal_lines_base_debit_nan_check" CHECK ("base_debit" >= -999999999999999.9999 and "base_debit" <= 999999999999999.9999 and scale("base_debit") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" DROP CONSTRAINT "journal_lines_base_credit_nan_check", ADD CONSTRAINT "journal_lines_base_credit_nan_check" CHECK ("base_credit" >= -999999999999999.9999 and "base_credit" <= 999999999999999.9999 and scale("base_credit") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."journal_lines" DROP CONSTRAINT "journal_lines_balance_after_nan_check", ADD CONSTRAINT "journal_lines_balance_after_nan_check" CHECK ("balance_after" not in ('NaN', 'Infinity', '-Infinity'));
--> statement-breakpoint
ALTER TABLE "accounting"."period_totals" DROP CONSTRAINT "period_totals_debit_nan_check", ADD CONSTRAINT "period_totals_debit_nan_check" CHECK ("debit" not in ('NaN', 'Infinity', '-Infinity'));
--> statement-breakpoint
ALTER TABLE "accounting"."period_totals" DROP CONSTRAINT "period_totals_credit_nan_check", ADD CONSTRAINT "period_totals_credit_nan_check" CHECK ("credit" not in ('NaN', 'Infinity', '-Infinity'));
--> statement-breakpoint
ALTER TABLE "accounting"."period_totals" DROP CONSTRAINT "period_totals_base_debit_nan_check", ADD CONSTRAINT "period_totals_base_debit_nan_check" CHECK ("base_debit" not in ('NaN', 'Infinity', '-Infinity'));
--> statement-breakpoint
ALTER TABLE "accounting"."period_totals" DROP CONSTRAINT "period_totals_base_credit_nan_check", ADD CONSTRAINT "period_totals_base_credit_nan_check" CHECK ("base_credit" not in ('NaN', 'Infinity', '-Infinity'));
--> statement-breakpoint
ALTER TABLE "accounting"."customers" DROP CONSTRAINT "customers_balance_nan_check", ADD CONSTRAINT "customers_balance_nan_check" CHECK ("balance" not in ('NaN', 'Infinity', '-Infinity'));
--> statement-breakpoint
ALTER TABLE "accounting"."vendors" DROP CONSTRAINT "vendors_balance_nan_check", ADD CONSTRAINT "vendors_balance_nan_check" CHECK ("balance" not in ('NaN', 'Infinity', '-Infinity'));
--> statement-breakpoint
ALTER TABLE "accounting"."bills" DROP CONSTRAINT "bills_total_amount_nan_check", ADD CONSTRAINT "bills_total_amount_nan_check" CHECK ("total_amount" >= -999999999999999.9999 and "total_amount" <= 999999999999999.9999 and scale("total_amount") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."bills" DROP CONSTRAINT "bills_exchange_rate_nan_check", ADD CONSTRAINT "bills_exchange_rate_nan_check" CHECK ("exchange_rate" >= -999999999999999.999999999999999999999999 and "exchange_rate" <= 999999999999999.999999999999999999999999 and scale("exchange_rate") <= 24);
--> statement-breakpoint
ALTER TABLE "accounting"."bills" DROP CONSTRAINT "bills_base_amount_nan_check", ADD CONSTRAINT "bills_base_amount_nan_check" CHECK ("base_amount" >= -999999999999999.9999 and "base_amount" <= 999999999999999.9999 and scale("base_amount") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."bills" DROP CONSTRAINT "bills_paid_amount_nan_check", ADD CONSTRAINT "bills_paid_amount_nan_check" CHECK ("paid_amount" >= -999999999999999.9999 and "paid_amount" <= 999999999999999.9999 and scale("paid_amount") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."bills" DROP CONSTRAINT "bills_paid_base_amount_nan_check", ADD CONSTRAINT "bills_paid_base_amount_nan_check" CHECK ("paid_base_amount" >= -999999999999999.9999 and "paid_base_amount" <= 999999999999999.9999 and scale("paid_base_amount") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."bills" DROP CONSTRAINT "bills_total_amount_check", ADD CONSTRAINT "bills_total_amount_check" CHECK ("total_amount" >= 0 and ("status" = 'draft'
          or "total_amount" = round("total_amount", tenancy.currency_exponent("currency"))));
--> statement-breakpoint
ALTER TABLE "accounting"."bills" DROP CONSTRAINT "bills_base_amount_check", ADD CONSTRAINT "bills_base_amount_check" CHECK (case when "base_amount" is null then "status" = 'draft' else "base_amount" >= 0 end);
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" DROP CONSTRAINT "payment_allocations_amount_nan_check", ADD CONSTRAINT "payment_allocations_amount_nan_check" CHECK ("amount" >= -999999999999999.9999 and "amount" <= 999999999999999.9999 and scale("amount") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" DROP CONSTRAINT "payment_allocations_base_amount_nan_check", ADD CONSTRAINT "payment_allocations_base_amount_nan_check" CHECK ("base_amount" >= -999999999999999.9999 and "base_amount" <= 999999999999999.9999 and scale("base_amount") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" DROP CONSTRAINT "payment_allocations_source_base_amount_nan_check", ADD CONSTRAINT "payment_allocations_source_base_amount_nan_check" CHECK ("source_base_amount" >= -999999999999999.9999 and "source_base_amount" <= 999999999999999.9999 and scale("source_base_amount") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" DROP CONSTRAINT "payment_allocations_target_check", ADD CONSTRAINT "payment_allocations_target_check" CHECK (num_nonnulls("invoice_id", "bill_id", "refund_id") = 1);
--> statement-breakpoint
ALTER TABLE "accounting"."payment_allocations" DROP CONSTRAINT "payment_allocations_source_check", ADD CONSTRAINT "payment_allocations_source_check" CHECK (num_nonnulls("payment_id", "credit_note_id", "vendor_credit_id") = 1
          and ("credit_note_id" is null or "bill_id" is null)
          and ("vendor_credit_id" is null or "invoice_id" is null));
--> statement-breakpoint
ALTER TABLE "accounting"."payments" DROP CONSTRAINT "payments_amount_nan_check", ADD CONSTRAINT "payments_amount_nan_check" CHECK ("amount" >= -999999999999999.9999 and "amount" <= 999999999999999.9999 and scale("amount") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."payments" DROP CONSTRAINT "payments_exchange_rate_nan_check", ADD CONSTRAINT "payments_exchange_rate_nan_check" CHECK ("exchange_rate" >= -999999999999999.999999999999999999999999 and "exchange_rate" <= 999999999999999.999999999999999999999999 and scale("exchange_rate") <= 24);
--> statement-breakpoint
ALTER TABLE "accounting"."payments" DROP CONSTRAINT "payments_base_amount_nan_check", ADD CONSTRAINT "payments_base_amount_nan_check" CHECK ("base_amount" >= -999999999999999.9999 and "base_amount" <= 999999999999999.9999 and scale("base_amount") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."payments" DROP CONSTRAINT "payments_allocated_amount_nan_check", ADD CONSTRAINT "payments_allocated_amount_nan_check" CHECK ("allocated_amount" >= -999999999999999.9999 and "allocated_amount" <= 999999999999999.9999 and scale("allocated_amount") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."payments" DROP CONSTRAINT "payments_allocated_base_amount_nan_check", ADD CONSTRAINT "payments_allocated_base_amount_nan_check" CHECK ("allocated_base_amount" >= -999999999999999.9999 and "allocated_base_amount" <= 999999999999999.9999 and scale("allocated_base_amount") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."payments" DROP CONSTRAINT "payments_amount_check", ADD CONSTRAINT "payments_amount_check" CHECK ("amount" > 0 and "amount" = round("amount", tenancy.currency_exponent("currency")));
--> statement-breakpoint
ALTER TABLE "accounting"."payments" DROP CONSTRAINT "payments_party_check", ADD CONSTRAINT "payments_party_check" CHECK (num_nonnulls("customer_id", "vendor_id") = 1);
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" DROP CONSTRAINT "invoices_total_amount_nan_check", ADD CONSTRAINT "invoices_total_amount_nan_check" CHECK ("total_amount" >= -999999999999999.9999 and "total_amount" <= 999999999999999.9999 and scale("total_amount") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" DROP CONSTRAINT "invoices_exchange_rate_nan_check", ADD CONSTRAINT "invoices_exchange_rate_nan_check" CHECK ("exchange_rate" >= -999999999999999.999999999999999999999999 and "exchange_rate" <= 999999999999999.999999999999999999999999 and scale("exchange_rate") <= 24);
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" DROP CONSTRAINT "invoices_base_amount_nan_check", ADD CONSTRAINT "invoices_base_amount_nan_check" CHECK ("base_amount" >= -999999999999999.9999 and "base_amount" <= 999999999999999.9999 and scale("base_amount") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" DROP CONSTRAINT "invoices_paid_amount_nan_check", ADD CONSTRAINT "invoices_paid_amount_nan_check" CHECK ("paid_amount" >= -999999999999999.9999 and "paid_amount" <= 999999999999999.9999 and scale("paid_amount") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" DROP CONSTRAINT "invoices_paid_base_amount_nan_check", ADD CONSTRAINT "invoices_paid_base_amount_nan_check" CHECK ("paid_base_amount" >= -999999999999999.9999 and "paid_base_amount" <= 999999999999999.9999 and scale("paid_base_amount") <= 4);
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" DROP CONSTRAINT "invoices_total_amount_check", ADD CONSTRAINT "invoices_total_amount_check" CHECK ("total_amount" >= 0 and ("status" = 'draft'
          or "total_amount" = round("total_amount", tenancy.currency_exponent("currency"))));
--> statement-breakpoint
ALTER TABLE "accounting"."invoices" DROP CONSTRAINT "invoices_base_amount_check", ADD CONSTRAINT "invoices_base_amount_check" CHECK (case when "base_amount" is null then "status" = 'draft' else "base_amount" >= 0 end);
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
-- accounting/sql/lock_allocation.sql
create or replace function accounting.lock_allocation(p_allocation accounting.payment_allocations) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if p_allocation.refund_id is not null then
    perform from accounting.payments p
    where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.refund_id
    for no key update;
  end if;
  if p_allocation.payment_id is not null then
    perform from accounting.payments p
    where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.payment_id
    for no key update;
  end if;
  -- One document to a statement: to find two the planner would read all of the tenant's, as long as it knows nothing of the
  -- table.
  if p_allocation.invoice_id is not null or p_allocation.credit_note_id is not null then
    perform from accounting.invoices i
    where i.tenant_id = p_allocation.tenant_id and i.id = least(p_allocation.credit_note_id, p_allocation.invoice_id)
    for no key update;
    perform from accounting.invoices i
    where i.tenant_id = p_allocation.tenant_id and i.id = greatest(p_allocation.credit_note_id, p_allocation.invoice_id)
      and p_allocation.credit_note_id <> p_allocation.invoice_id
    for no key update;
  end if;
  if p_allocation.bill_id is not null or p_allocation.vendor_credit_id is not null then
    perform from accounting.bills b
    where b.tenant_id = p_allocation.tenant_id and b.id = least(p_allocation.vendor_credit_id, p_allocation.bill_id)
    for no key update;
    perform from accounting.bills b
    where b.tenant_id = p_allocation.tenant_id and b.id = greatest(p_allocation.vendor_credit_id, p_allocation.bill_id)
      and p_allocation.vendor_credit_id <> p_allocation.bill_id
    for no key update;
  end if;
end $$;
--> statement-breakpoint
-- accounting/sql/allocation_source.sql
create or replace function accounting.allocation_source(
  p_new accounting.payment_allocations,
  out customer_id uuid, out vendor_id uuid, out currency text, out made_on date, out amount numeric, out base_amount numeric,
  out is_usable boolean, out used numeric, out used_base numeric, out last_reversed date
)
  language plpgsql
as $$
begin
  if p_new.payment_id is not null then
    select p.customer_id, p.vendor_id, p.currency, p.payment_date, p.amount, p.base_amount - p.exchange_difference,
      p.voided_on is null and not p.is_refund
    into customer_id, vendor_id, currency, made_on, amount, base_amount, is_usable
    from accounting.payments p
    where p.tenant_id = p_new.tenant_id and p.company_id = p_new.company_id and p.id = p_new.payment_id
    for no key update;
    select sum(a.amount) filter (where a.reversed_on is null),
      sum(a.source_base_amount) filter (where a.reversed_on is null), max(a.reversed_on)
    into used, used_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.payment_id = p_new.payment_id;
  elsif p_new.credit_note_id is not null then
    -- The credit note and the invoice are rows of one table, locked in the order of their ids.
    perform accounting.lock_allocation(p_new);
    select i.customer_id, i.currency, i.invoice_date, i.total_amount, i.base_amount,
      i.kind = 'credit_note' and i.status not in ('draft', 'void')
    into customer_id, currency, made_on, amount, base_amount, is_usable
    from accounting.invoices i
    where i.tenant_id = p_new.tenant_id and i.company_id = p_new.company_id and i.id = p_new.credit_note_id;
    select sum(a.amount) filter (where a.reversed_on is null),
      sum(a.source_base_amount) filter (where a.reversed_on is null), max(a.reversed_on)
    into used, used_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.credit_note_id = p_new.credit_note_id;
  elsif p_new.vendor_credit_id is not null then
    perform accounting.lock_allocation(p_new);
    select b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount,
      b.kind = 'credit_note' and b.status not in ('draft', 'void')
    into vendor_id, currency, made_on, amount, base_amount, is_usable
    from accounting.bills b
    where b.tenant_id = p_new.tenant_id and b.company_id = p_new.company_id and b.id = p_new.vendor_credit_id;
    select sum(a.amount) filter (where a.reversed_on is null),
      sum(a.source_base_amount) filter (where a.reversed_on is null), max(a.reversed_on)
    into used, used_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.vendor_credit_id = p_new.vendor_credit_id;
  end if;
  used := coalesce(used, 0);
  used_base := coalesce(used_base, 0);
end $$;
--> statement-breakpoint
-- accounting/sql/allocation_target.sql
create or replace function accounting.allocation_target(
  p_new accounting.payment_allocations,
  out customer_id uuid, out vendor_id uuid, out currency text, out made_on date, out amount numeric, out base_amount numeric,
  out is_usable boolean, out settled numeric, out settled_base numeric, out last_reversed date
)
  language plpgsql
as $$
begin
  if p_new.invoice_id is not null then
    select i.customer_id, i.currency, i.invoice_date, i.total_amount, i.base_amount,
      i.kind = 'invoice' and i.status not in ('draft', 'void')
    into customer_id, currency, made_on, amount, base_amount, is_usable
    from accounting.invoices i
    where i.tenant_id = p_new.tenant_id and i.company_id = p_new.company_id and i.id = p_new.invoice_id
    for no key update;
    select sum(a.amount) filter (where a.reversed_on is null), sum(a.base_amount) filter (where a.reversed_on is null),
      max(a.reversed_on)
    into settled, settled_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.invoice_id = p_new.invoice_id;
  elsif p_new.bill_id is not null then
    select b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount,
      b.kind = 'bill' and b.status not in ('draft', 'void')
    into vendor_id, currency, made_on, amount, base_amount, is_usable
    from accounting.bills b
    where b.tenant_id = p_new.tenant_id and b.company_id = p_new.company_id and b.id = p_new.bill_id
    for no key update;
    select sum(a.amount) filter (where a.reversed_on is null), sum(a.base_amount) filter (where a.reversed_on is null),
      max(a.reversed_on)
    into settled, settled_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.bill_id = p_new.bill_id;
  elsif p_new.refund_id is not null then
    select p.customer_id, p.vendor_id, p.currency, p.payment_date, p.amount, p.base_amount - p.exchange_difference,
      p.is_refund and p.voided_on is null
    into customer_id, vendor_id, currency, made_on, amount, base_amount, is_usable
    from accounting.payments p
    where p.tenant_id = p_new.tenant_id and p.company_id = p_new.company_id and p.id = p_new.refund_id
    for no key update;
    select sum(a.amount) filter (where a.reversed_on is null), sum(a.base_amount) filter (where a.reversed_on is null),
      max(a.reversed_on)
    into settled, settled_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.refund_id = p_new.refund_id;
  end if;
  settled := coalesce(settled, 0);
  settled_base := coalesce(settled_base, 0);
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
  if p_allocation.payment_id is not null then
    update accounting.payments p
    set allocated_amount = p.allocated_amount + v_amount, allocated_base_amount = p.allocated_base_amount + v_source_base
    where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.payment_id;
  elsif p_allocation.credit_note_id is not null then
    update accounting.invoices i
    set paid_amount = i.paid_amount + v_amount, paid_base_amount = i.paid_base_amount + v_source_base,
      status = case i.paid_amount + v_amount when i.total_amount then 'paid' when 0 then 'issued' else 'partly_paid' end
    where i.tenant_id = p_allocation.tenant_id and i.id = p_allocation.credit_note_id;
  else
    update accounting.bills b
    set paid_amount = b.paid_amount + v_amount, paid_base_amount = b.paid_base_amount + v_source_base,
      status = case b.paid_amount + v_amount when b.total_amount then 'paid' when 0 then 'approved' else 'partly_paid' end
    where b.tenant_id = p_allocation.tenant_id and b.id = p_allocation.vendor_credit_id;
  end if;
  if p_allocation.invoice_id is not null then
    update accounting.invoices i
    set paid_amount = i.paid_amount + v_amount, paid_base_amount = i.paid_base_amount + v_base,
      status = case i.paid_amount + v_amount when i.total_amount then 'paid' when 0 then 'issued' else 'partly_paid' end
    where i.tenant_id = p_allocation.tenant_id and i.id = p_allocation.invoice_id;
  elsif p_allocation.bill_id is not null then
    update accounting.bills b
    set paid_amount = b.paid_amount + v_amount, paid_base_amount = b.paid_base_amount + v_base,
      status = case b.paid_amount + v_amount when b.total_amount then 'paid' when 0 then 'approved' else 'partly_paid' end
    where b.tenant_id = p_allocation.tenant_id and b.id = p_allocation.bill_id;
  else
    update accounting.payments p
    set allocated_amount = p.allocated_amount + v_amount, allocated_base_amount = p.allocated_base_amount + v_base
    where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.refund_id;
  end if;
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
        -- What takes something back has the amounts that were posted, of books from before this rule too.
        bool_or(p_source[l.entry_position] in ('manual', 'invoice', 'bill', 'payment', 'allocation')
          and (l.debit + l.credit <> round(l.debit + l.credit, tenancy.currency_exponent(l.currency)) or l.base_debit
            + l.base_credit <> round(l.base_debit + l.base_credit, tenancy.currency_exponent(b.base_currency))))
          as wrong_scale,
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
  p_line_description text[], p_companies uuid[], p_decimals int[]
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  with line as materialized (
    select l.id, l.entry_position, l.account_id, l.currency, l.is_exchange_difference, l.customer_id, l.vendor_id,
      l.description, l.line_position, d.base_decimals,
      round(l.debit, d.decimals) as debit, round(l.credit, d.decimals) as credit,
      tenancy.with_decimals(l.base_debit, d.base_decimals) as base_debit,
      tenancy.with_decimals(l.base_credit, d.base_decimals) as base_credit,
      p_entry_id[l.entry_position] as entry_id, p_company_id[l.entry_position] as company_id,
      p_entry_date[l.entry_position] as entry_date,
      row_number() over (partition by l.entry_position order by l.line_position) as line_number,
      b.version + row_number() over chain as account_version,
      tenancy.with_decimals(b.balance + sum(l.base_debit - l.base_credit) over chain, d.base_decimals) as balance_after
    from unnest(p_line_entry, p_line_id, p_account_id, p_currency, p_debit, p_credit, p_base_debit, p_base_credit,
        p_is_exchange_difference, p_customer_id, p_vendor_id, p_line_description) with ordinality as l
      (entry_position, id, account_id, currency, debit, credit, base_debit, base_credit, is_exchange_difference,
       customer_id, vendor_id, description, line_position)
    cross join lateral (
      select tenancy.currency_exponent(l.currency) as decimals,
        p_decimals[array_position(p_companies, p_company_id[l.entry_position])] as base_decimals
    ) d
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
    update accounting.account_balances b set balance = tenancy.with_decimals(b.balance + s.amount, s.decimals), version = b.version + s.lines
    from (select l.account_id, count(*) as lines, sum(l.base_debit - l.base_credit) as amount,
            max(l.base_decimals) as decimals
          from line l group by 1) s
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
    update accounting.customers c set balance = tenancy.with_decimals(c.balance + s.amount, scale(s.amount))
    from (select l.customer_id, sum(l.base_debit - l.base_credit) as amount
          from unnest(p_line_entry, p_customer_id, p_base_debit, p_base_credit) as l
            (entry_position, customer_id, base_debit, base_credit)
          where l.customer_id is not null and l.entry_position <> all (p_repeated) group by 1) s
    where c.tenant_id = v_tenant and c.id = s.customer_id and s.amount <> 0;
  end if;
  if num_nonnulls(variadic p_vendor_id) > 0 then
    update accounting.vendors v set balance = tenancy.with_decimals(v.balance + s.amount, scale(s.amount))
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
  -- The decimals of the base currency of each company.
  v_decimals int[];
  v_closed_through date;
  v_companies constant uuid[] := array(select distinct c from unnest(p_company_id) c order by 1);
  -- Positions that are not written: their key stands for an entry already.
  v_repeated int[];
begin
  if v_tenant is null then
    raise exception using errcode = 'ZT005', message = 'Posting needs a tenant scope';
  end if;
  -- Closing a period takes this lock FOR UPDATE: it waits for postings in flight, and later ones see it.
  select count(*), max(b.closed_through), array_agg(tenancy.currency_exponent(b.base_currency) order by b.company_id)
  into v_books, v_closed_through, v_decimals
  from (select company_id, closed_through, base_currency from accounting.books
        where tenant_id = v_tenant and company_id = any (v_companies) order by company_id for key share) b;
  if v_books < cardinality(v_companies) then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart or books.create first';
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
    p_vendor_id, p_line_description, v_companies, v_decimals);
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
  v_source_account uuid;
  v_refund_account uuid;
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
  if new.refund_id is not null then
    select p.customer_id, p.vendor_id, p.account_id into v_customer, v_vendor, v_refund_account from accounting.payments p
    where p.tenant_id = new.tenant_id and p.id = new.refund_id;
  else
    select i.customer_id into v_customer from accounting.invoices i
    where i.tenant_id = new.tenant_id and i.id = new.invoice_id;
    select b.vendor_id into v_vendor from accounting.bills b
    where b.tenant_id = new.tenant_id and b.id = new.bill_id;
  end if;
  v_control := case when v_customer is not null then v_books.receivable_account_id else v_books.payable_account_id end;
  if v_vendor is not null then
    v_difference := -v_difference;
  end if;
  perform accounting.lock_accounts(
    array[new.company_id], array[v_source_account, v_refund_account, v_control, v_books.exchange_account_id]);
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
      message = 'The company has no books yet: call accounts.createStandardChart or books.create first';
  end if;
  select max(p.ends_on) into v_last from accounting.fiscal_periods p
  where p.tenant_id = new.tenant_id and p.company_id = new.company_id;
  if new.starts_on <> v_last + 1 then
    raise exception using errcode = 'ZT002', message = 'A period begins the day after the last one ends';
  end if;
  return new;
end $$;
--> statement-breakpoint
drop function accounting.documents(text);
--> statement-breakpoint
-- accounting/sql/documents.sql
create or replace function accounting.documents(p_source text) returns table (
  tenant_id uuid, id uuid, company_id uuid, customer_id uuid, vendor_id uuid, document_date date, number text,
  is_credit boolean, credited_id uuid, status text, currency text, total_amount numeric, exchange_rate numeric,
  base_amount numeric, voided_on date)
  language sql stable
as $$
  select i.tenant_id, i.id, i.company_id, i.customer_id, null::uuid, i.invoice_date, i.invoice_number,
    i.kind = 'credit_note', i.credited_invoice_id, i.status, i.currency, i.total_amount,
    i.exchange_rate, i.base_amount, i.voided_on
  from accounting.invoices i where p_source = 'invoice'
  union all
  select b.tenant_id, b.id, b.company_id, null::uuid, b.vendor_id, b.bill_date, b.bill_number,
    b.kind = 'credit_note', b.credited_bill_id, b.status, b.currency, b.total_amount,
    b.exchange_rate, b.base_amount, b.voided_on
  from accounting.bills b where p_source = 'bill'
$$;
--> statement-breakpoint
drop function accounting.document_lines(text);
--> statement-breakpoint
-- accounting/sql/document_lines.sql
create or replace function accounting.document_lines(p_source text) returns table (
  tenant_id uuid, document_id uuid, line_number int, account_id uuid, currency text,
  amount numeric)
  language sql stable
as $$
  select l.tenant_id, l.invoice_id, l.line_number, l.account_id, l.currency, l.amount
  from accounting.invoice_lines l where p_source = 'invoice'
  union all
  select l.tenant_id, l.bill_id, l.line_number, l.account_id, l.currency, l.amount
  from accounting.bill_lines l where p_source = 'bill'
$$;
--> statement-breakpoint
-- accounting/sql/check_refund.sql
create or replace function accounting.check_refund() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if new.amount is distinct from (
    select sum(a.amount) from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.refund_id = new.id and a.reversed_on is null
  ) then
    raise exception using errcode = 'ZT002',
      message = 'A refund is more than the credit that it pays back: name payments or credit notes with that much left';
  end if;
  return null;
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
    select distinct on (n.id) n.* from (
      select distinct i.company_id, i.kind, to_char(i.invoice_date, 'YYYY') as year
      from accounting.invoices i where i.tenant_id = v_tenant and i.id = any (p_ids)
    ) d
    cross join lateral (
      select s.* from tenancy.number_series s
      where s.tenant_id = v_tenant and s.company_id = d.company_id and s.business_id is null and s.series = d.kind
        and s.period in (d.year, '')
      order by s.period desc limit 1
    ) n
    order by n.id
  loop
    v_last := accounting.first_free_number(v_series, v_series.last_number) - 1;
    if v_last > v_series.last_number then
      perform tenancy.pass_over_numbers(v_series.id, v_last);
    end if;
  end loop;
end $$;
--> statement-breakpoint
-- accounting/sql/define_series.sql
create or replace function accounting.define_series(p_company_id uuid, p_kind text, p_year text, p_prefix text, p_padding int)
  returns tenancy.number_series
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  -- Two definitions of a company at once would not see each other.
  perform from tenancy.companies c where c.tenant_id = v_tenant and c.id = p_company_id for no key update;
  -- A series with `{year}` for all years gives no number itself: its years are series of their own.
  if exists (
    select from tenancy.number_series s
    where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null
      and s.series in ('invoice', 'credit_note') and (s.series, s.period) <> (p_kind, p_year)
      and not (s.series = p_kind and s.period = '' and position('{year}' in s.prefix) > 0)
      and not (s.series = p_kind and p_year = '' and position('{year}' in p_prefix) > 0)
      and accounting.prefixes_meet(s.prefix, p_prefix)
  ) then
    raise exception using errcode = 'ZT003', schema = 'tenancy', table = 'number_series', column = 'prefix',
      message = 'Another series of the company gives numbers with this prefix: choose one that differs in more than digits at its end';
  end if;
  return tenancy.lock_series(p_company_id, null, p_kind, p_year, p_prefix, p_padding);
end $$;
--> statement-breakpoint
-- accounting/sql/document_parties.sql
create or replace function accounting.document_parties(
  p_source text, p_tenant_id uuid, p_company_id uuid, p_party_id uuid, out seller jsonb, out buyer jsonb
)
  language plpgsql
as $$
begin
  select jsonb_build_object('name', c.name, 'taxId', c.tax_id, 'email', c.email, 'phone', c.phone, 'address', c.address,
      'city', null, 'state', null, 'postalCode', null, 'country', null)
  into seller
  from tenancy.companies c where c.tenant_id = p_tenant_id and c.id = p_company_id;
  if p_source = 'invoice' then
    select jsonb_build_object('name', c.name, 'taxId', c.tax_id, 'email', c.email, 'phone', c.phone, 'address', c.address,
        'city', c.city, 'state', c.state, 'postalCode', c.postal_code, 'country', c.country)
    into buyer
    from accounting.customers c where c.tenant_id = p_tenant_id and c.id = p_party_id;
    return;
  end if;
  buyer := seller;
  select jsonb_build_object('name', v.name, 'taxId', v.tax_id, 'email', v.email, 'phone', v.phone, 'address', v.address,
      'city', v.city, 'state', v.state, 'postalCode', v.postal_code, 'country', v.country)
  into seller
  from accounting.vendors v where v.tenant_id = p_tenant_id and v.id = p_party_id;
end $$;
--> statement-breakpoint
-- accounting/sql/draft_amounts.sql
create or replace function accounting.draft_amounts() returns trigger
  language plpgsql
as $$
declare
  v_decimals constant int := tenancy.currency_exponent(new.currency);
  v_base_decimals int;
  v_total numeric;
begin
  if tg_op = 'UPDATE' and old.currency <> new.currency and old.total_amount = new.total_amount then
    if tg_table_name = 'invoices' then
      select sum(round(l.quantity * l.unit_price, v_decimals)) into v_total
      from accounting.invoice_lines l where l.tenant_id = new.tenant_id and l.invoice_id = new.id;
    else
      select sum(round(l.quantity * l.unit_price, v_decimals)) into v_total
      from accounting.bill_lines l where l.tenant_id = new.tenant_id and l.bill_id = new.id;
    end if;
    new.total_amount := coalesce(v_total, new.total_amount);
  end if;
  if new.total_amount <> round(new.total_amount, v_decimals) then
    raise exception using errcode = 'ZT002', message = 'The total has more decimals than its currency has';
  end if;
  new.total_amount := round(new.total_amount, v_decimals);
  new.paid_amount := tenancy.with_decimals(new.paid_amount, v_decimals);
  if tg_op = 'UPDATE' and old.base_amount = new.base_amount
    and (old.currency <> new.currency or old.total_amount <> new.total_amount) then
    new.base_amount := null;
  end if;
  if new.base_amount is not null then
    select tenancy.currency_exponent(b.base_currency) into v_base_decimals from accounting.books b
    where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
    if new.base_amount <> round(new.base_amount, v_base_decimals) then
      raise exception using errcode = 'ZT002', message = 'The base amount has more decimals than the base currency of the books has';
    end if;
    new.base_amount := round(new.base_amount, coalesce(v_base_decimals, scale(new.base_amount)));
  end if;
  return new;
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
  if new.refund_id is not null and exists (
    select from accounting.payments p
    where p.tenant_id = new.tenant_id and p.id = new.refund_id and p.voided_on is distinct from new.reversed_on
  ) then
    raise exception using errcode = 'ZT003', message = 'The credit was paid back by a refund: void the refund';
  end if;
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
-- accounting/sql/invoice_series.sql
create or replace function accounting.invoice_series(p_company_id uuid, p_kind text, p_date date) returns tenancy.number_series
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_year constant text := to_char(p_date, 'YYYY');
  v_series tenancy.number_series;
begin
  -- A series that others make meanwhile is seen by a later statement, and found in the next round.
  loop
    select s.* into v_series from tenancy.number_series s
    where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
      and (s.period = v_year or (s.period = '' and position('{year}' in s.prefix) = 0))
    order by s.period desc limit 1
    for no key update;
    exit when found;
    select s.* into v_series from tenancy.number_series s
    where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
      and s.period = '' and position('{year}' in s.prefix) > 0;
    if found then
      return accounting.define_series(p_company_id, p_kind, v_year,
        accounting.number_prefix(v_series.prefix, p_kind, v_year), v_series.padding);
    end if;
    v_series := accounting.define_series(p_company_id, p_kind, '', accounting.number_prefix(null, p_kind, ''), 6);
    exit when position('{year}' in v_series.prefix) = 0;
  end loop;
  return v_series;
end $$;
--> statement-breakpoint
-- accounting/sql/line_currency.sql
create or replace function accounting.line_currency() returns trigger
  language plpgsql
as $$
begin
  if tg_table_name = 'invoice_lines' then
    select d.currency into new.currency from accounting.invoices d
    where d.tenant_id = new.tenant_id and d.id = new.invoice_id;
  else
    select d.currency into new.currency from accounting.bills d
    where d.tenant_id = new.tenant_id and d.id = new.bill_id;
  end if;
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/next_invoice_number.sql
create or replace function accounting.next_invoice_number(p_company_id uuid, p_kind text, p_date date) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_series constant tenancy.number_series := accounting.invoice_series(p_company_id, p_kind, p_date);
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
    select d.*, b.receivable_account_id, b.payable_account_id, b.exchange_account_id, b.base_currency, s.decimals,
      round(d.total_amount * d.exchange_rate, s.decimals) as rated_amount,
      case p_source when 'invoice' then b.receivable_account_id else b.payable_account_id end as control_account_id,
      case p_source when 'invoice' then b.sales_account_id else b.purchases_account_id end as usual_account_id,
      -- Which side the control account is on: an invoice's is debited, a bill's credited, credit notes the other way
      -- round.
      (p_source = 'invoice') <> d.is_credit as is_debit,
      row_number() over (order by d.document_date, d.number, d.id) as sequence
    from accounting.documents(p_source) d
    join accounting.books b on b.tenant_id = d.tenant_id and b.company_id = d.company_id
    cross join lateral (select tenancy.currency_exponent(b.base_currency) as decimals) s
    where d.tenant_id = v_tenant and d.id = any (p_ids)
  ), line as materialized (
    -- Each document looks up its lines by its key and carries along what is needed below. A join further down would
    -- compare each document with each line, because plans are made while the tables are small.
    select d.id, d.currency, d.total_amount, d.rated_amount, d.decimals, d.is_debit, d.sequence,
      d.receivable_account_id, d.payable_account_id, coalesce(l.account_id, d.usual_account_id) as account_id, l.line_number, l.amount,
      l.currency as line_currency
    from document d
    left join lateral (
      select n.account_id, n.line_number, n.currency, n.amount from accounting.document_lines(p_source) n
      where n.tenant_id = v_tenant and n.document_id = d.id offset 0
    ) l on true
  ), checked as (
    select bool_or(c.lines is distinct from c.total_amount) as is_wrong_total, bool_or(c.other_currency) as is_other_currency,
      bool_or(c.on_control) as is_on_control
    from (
      select l.total_amount, sum(l.amount) as lines,
        bool_or(l.line_currency <> l.currency) as other_currency,
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
      round(a.rated_amount * sum(a.amount) over earlier / a.total_amount, a.decimals)
        - round(a.rated_amount * (sum(a.amount) over earlier - a.amount) / a.total_amount, a.decimals) as base
    from (
      select l.sequence, l.currency, not l.is_debit as is_debit, l.total_amount, l.rated_amount, l.decimals, l.account_id,
        min(l.line_number) as first_line, sum(l.amount) as amount
      from line l where l.total_amount > 0
      group by 1, 2, 3, 4, 5, 6, 7 having sum(l.amount) > 0
    ) a
    window earlier as (partition by a.sequence order by a.first_line rows unbounded preceding)
  ), side as (
    select dense_rank() over (order by e.sequence)::int as position, e.*
    from (
      select d.sequence, 0 as first_line, d.currency, d.is_debit, d.control_account_id as account_id,
        d.total_amount as amount, d.base_amount as base, d.customer_id, d.vendor_id,
        false as is_difference
      from document d where d.total_amount > 0
      union all
      select s.sequence, s.first_line, s.currency, s.is_debit, s.account_id, s.amount, s.base, null, null, false
      from share s
      union all
      select d.sequence, null, d.base_currency, d.is_debit = (d.base_amount < d.rated_amount), d.exchange_account_id,
        abs(d.base_amount - d.rated_amount), abs(d.base_amount - d.rated_amount), null, null, true
      from document d where d.base_amount <> d.rated_amount
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
      array_agg(s.vendor_id order by s.position, s.first_line) as vendor_id,
      array_agg(s.is_difference order by s.position, s.first_line) as is_difference
    from side s
  )
  select (select count(*) from document) as documents, c.is_wrong_total, c.is_other_currency, c.is_on_control,
    e.id as entry_id, e.company_id, e.entry_date, e.number, e.source_id, e.entries, e.description, l.lines, l.entry,
    l.id as line_id, l.account_id, l.currency, l.debit, l.credit, l.base_debit, l.base_credit, l.customer_id, l.vendor_id,
    l.is_difference
  into v
  from checked c cross join entry e cross join line_columns l;
  if v.documents < cardinality(p_ids) then
    raise exception using errcode = 'ZT005', message = 'Documents are posted in the scope of their tenant and company';
  elsif v.is_wrong_total then
    raise exception using errcode = 'ZT002', message = 'A document needs lines, and its total must be their sum';
  elsif v.is_other_currency then
    raise exception using errcode = 'ZT002',
      message = 'A line is in another currency than its document: leave its currency out';
  elsif v.is_on_control then
    raise exception using errcode = 'ZT003',
      message = 'A line is not on the receivable or payable account, which the document''s total is on: choose another';
  end if;
  if v.entries > 0 then
    perform accounting.write_entries(v.entry_id, v.company_id, v.entry_date, v.description, v.number,
      array_fill(p_source, array[v.entries]), v.source_id, array_fill(null::uuid, array[v.entries]),
      array_fill(null::text, array[v.entries]), array_fill(null::text, array[v.entries]), v.entry, v.line_id,
      v.account_id, v.currency, v.debit, v.credit, v.base_debit, v.base_credit, v.is_difference,
      v.customer_id, v.vendor_id, array_fill(null::text, array[v.lines]));
  end if;
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
          from accounting.last_exchange_rate(v_tenant, b.company_id, c.currency, p_entry_date[g.entry_position]) x)), tenancy.currency_exponent(b.base_currency))
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
    where o.is_converted and o.off <> 0 and abs(o.off) <= o.lines / 10 ^ tenancy.currency_exponent(b.base_currency)::numeric
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
            'debit', l.debit::text, 'credit', l.credit::text, 'baseDebit', 
              tenancy.with_decimals(l.base_debit, tenancy.currency_exponent(b.base_currency))::text,
            'baseCredit', tenancy.with_decimals(l.base_credit, tenancy.currency_exponent(b.base_currency))::text,
             'isExchangeDifference', l.is_difference,
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
    array_agg(case w.direction when 'in' then case when w.is_refund then 'Refund received' else 'Payment received' end
      else case when w.is_refund then 'Refund made' else 'Payment made' end end order by w.id) as description,
    array_agg(w.reference order by w.id) as reference, array_agg(w.id order by w.id) as source_id, count(*)::int as count
    into v_entry
  from written w;
  if v_entry.count = 0 then
    return null;
  end if;
  select array_agg(l.entry_position order by l.entry_position, l.side) as entry, array_agg(gen_random_uuid()) as id,
    array_agg(l.account_id order by l.entry_position, l.side) as account_id,
    array_agg(l.currency order by l.entry_position, l.side) as currency,
    array_agg(case when l.is_debit then l.amount else 0 end order by l.entry_position, l.side) as debit,
    array_agg(case when l.is_debit then 0 else l.amount end order by l.entry_position, l.side) as credit,
    array_agg(case when l.is_debit then l.base_amount else 0 end order by l.entry_position, l.side) as base_debit,
    array_agg(case when l.is_debit then 0 else l.base_amount end order by l.entry_position, l.side) as base_credit,
    array_agg(l.side = 3 order by l.entry_position, l.side) as is_difference, count(*)::int as count,
    array_agg(case when l.is_control then l.customer_id end order by l.entry_position, l.side) as customer_id,
    array_agg(case when l.is_control then l.vendor_id end order by l.entry_position, l.side) as vendor_id,
    array_agg(l.exchange_account_id) filter (where l.is_foreign) as exchange_account_id
    into v_line
  from (
    select p.entry_position, s.side, s.account_id, s.is_debit, s.is_control, p.customer_id, p.vendor_id,
      s.amount, s.base_amount, case s.side when 3 then b.base_currency else p.currency end as currency,
      b.exchange_account_id, p.currency <> b.base_currency as is_foreign
    from (
      select w.*, row_number() over (order by w.id)::int as entry_position, w.direction = 'in' as is_in
      from written w
    ) p
    join accounting.books b on b.tenant_id = p.tenant_id and b.company_id = p.company_id
    cross join lateral (values
      (case when p.is_in then 1 else 2 end, p.account_id, p.is_in, false, p.amount, p.base_amount),
      (case when p.is_in then 2 else 1 end,
        case when p.vendor_id is null then b.receivable_account_id else b.payable_account_id end,
        not p.is_in, true, p.amount, p.base_amount - p.exchange_difference),
      (3, b.exchange_account_id, p.is_in = (p.exchange_difference < 0), false, abs(p.exchange_difference),
        abs(p.exchange_difference))
    ) s (side, account_id, is_debit, is_control, amount, base_amount)
    where s.side < 3 or p.exchange_difference <> 0
  ) l;
  if v_line.exchange_account_id is not null then
    perform accounting.lock_accounts(v_entry.company_id, v_line.account_id || v_line.exchange_account_id);
  end if;
  perform from accounting.write_entries(
    v_entry.id, v_entry.company_id, v_entry.entry_date, v_entry.description, v_entry.reference,
    array_fill('payment'::text, array[v_entry.count]), v_entry.source_id, array_fill(null::uuid, array[v_entry.count]),
    array_fill(null::text, array[v_entry.count]), array_fill(null::text, array[v_entry.count]),
    v_line.entry, v_line.id, v_line.account_id, v_line.currency, v_line.debit, v_line.credit, v_line.base_debit,
    v_line.base_credit, v_line.is_difference, v_line.customer_id, v_line.vendor_id,
    array_fill(null::text, array[v_line.count]));
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/prepare_allocation.sql
create or replace function accounting.prepare_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_closed_through date;
  v_decimals int;
  v_source record;
  v_target record;
  v_last_reversed date;
  v_problem text;
  v_excess text;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if new.reversed_on is not null then
    raise exception using errcode = 'ZT003', message = 'A new allocation stands: take it back afterwards';
  end if;
  -- Refunds are locked before the payments that they pay back, and those before documents.
  if new.refund_id is not null then
    perform accounting.lock_allocation(new);
  end if;
  v_source := accounting.allocation_source(new);
  if v_source.is_usable is null then
    raise exception using errcode = 'ZT004', message = 'There is no such payment or credit note';
  end if;
  v_target := accounting.allocation_target(new);
  if v_target.is_usable is null then
    raise exception using errcode = 'ZT004', message = 'There is no such invoice, bill or refund';
  end if;
  select b.closed_through, tenancy.currency_exponent(b.base_currency) into v_closed_through, v_decimals
  from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  for key share;

  v_last_reversed := greatest(v_source.last_reversed, v_target.last_reversed);
  new.allocated_on := coalesce(new.allocated_on, case when new.refund_id is not null then v_target.made_on end,
    greatest(current_date, v_source.made_on, v_target.made_on, v_last_reversed));
  v_problem := case
    when not v_source.is_usable then 'What is allocated is a payment that is not void, or an issued or approved credit note'
    when not v_target.is_usable then 'What is settled is an issued invoice, an approved bill, or a refund that is not void'
    when (v_source.customer_id, v_source.vendor_id) is distinct from (v_target.customer_id, v_target.vendor_id)
      then 'The payment or credit note and the document are not of the same customer or vendor'
    when v_source.currency <> v_target.currency
      then 'The payment or credit note and the document are in different currencies'
    when new.allocated_on < greatest(v_source.made_on, v_target.made_on)
      then 'An allocation is not dated before what it allocates and what it settles: choose a later date'
    -- An earlier date could show more settled than was due on a past day.
    when new.allocated_on < v_last_reversed
      then 'An allocation is not dated before an earlier one of the same payment or document was taken back: choose a later date'
    when new.refund_id is not null and new.allocated_on <> v_target.made_on
      then 'A refund pays back its credit on its own date: leave allocated_on out'
    when new.allocated_on <= v_closed_through
      then 'The date is in a closed period: post to an open one, or reopen the period'
  end;
  v_excess := case
    when v_problem is not null then null
    when new.amount <> round(new.amount, tenancy.currency_exponent(v_target.currency))
      then 'The amount has more decimals than its currency'
    when new.amount > v_target.amount - v_target.settled then 'The amount is more than is due on the document'
    when new.amount > v_source.amount - v_source.used then 'The amount is more than is left of the payment or credit note'
  end;
  if v_problem is not null or v_excess is not null then
    if exists (select from accounting.payment_allocations a where a.tenant_id = new.tenant_id and a.id = new.id) then
      -- The row is there already: it is refused by its key, or ON CONFLICT leaves it as it is.
      return new;
    end if;
    raise exception using errcode = case when v_problem is null then 'ZT002' else 'ZT003' end,
      message = coalesce(v_problem, v_excess);
  end if;

  new.amount := round(new.amount, tenancy.currency_exponent(v_target.currency));
  new.base_amount := accounting.base_part(
    new.amount, v_target.amount, v_target.settled, v_target.base_amount, v_target.settled_base, v_decimals);
  new.source_base_amount := accounting.base_part(
    new.amount, v_source.amount, v_source.used, v_source.base_amount, v_source.used_base, v_decimals);
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/prepare_payment.sql
create or replace function accounting.prepare_payment() returns trigger
  language plpgsql
as $$
declare
  v_books accounting.books;
  v_account accounting.accounts;
  v_decimals int;
  v_stated numeric;
  v_problem text;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  select b.* into v_books from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if not found then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart or books.create first';
  end if;
  -- A payment whose external id exists is not written again: ON CONFLICT decides that after this trigger.
  select p.account_id into v_account.id from accounting.payments p
  where p.tenant_id = new.tenant_id and p.company_id = new.company_id and p.external_id = new.external_id;
  if found then
    new.account_id := coalesce(new.account_id, v_account.id);
    new.base_amount := coalesce(new.base_amount, 0);
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
  v_decimals := tenancy.currency_exponent(v_books.base_currency);
  v_stated := nullif(new.base_amount, 0);
  if v_stated is not null then
    v_problem := accounting.stated_amount_problem(v_stated, new.amount, new.currency, v_books.base_currency);
    if v_problem is not null then
      raise exception using errcode = 'ZT002', message = v_problem;
    end if;
  end if;
  if new.currency = v_books.base_currency then
    new.exchange_rate := 1;
  elsif new.exchange_rate is null then
    select x.rate into new.exchange_rate
    from accounting.last_exchange_rate(new.tenant_id, new.company_id, new.currency, new.payment_date) x;
    new.exchange_rate := coalesce(new.exchange_rate, accounting.implied_rate(new.amount, v_stated));
    if new.exchange_rate is null then
      raise exception using errcode = 'ZT003',
        message = 'There is no exchange rate for the currency on that date: set one, or give the rate';
    end if;
  end if;
  new.base_amount := round(coalesce(v_stated, new.amount * new.exchange_rate), v_decimals);
  new.exchange_difference := new.base_amount - round(new.amount * new.exchange_rate, v_decimals);
  new.amount := round(new.amount, tenancy.currency_exponent(new.currency));
  new.allocated_amount := round(0, tenancy.currency_exponent(new.currency));
  new.allocated_base_amount := round(0, v_decimals);
  return new;
end $$;
--> statement-breakpoint
-- accounting/sql/renew_line_amounts.sql
create or replace function accounting.renew_line_amounts() returns trigger
  language plpgsql
as $$
begin
  if tg_table_name = 'invoices' then
    update accounting.invoice_lines l set currency = new.currency
    where l.tenant_id = new.tenant_id and l.invoice_id = new.id;
  else
    update accounting.bill_lines l set currency = new.currency
    where l.tenant_id = new.tenant_id and l.bill_id = new.id;
  end if;
  return null;
end $$;
--> statement-breakpoint
-- accounting/sql/start_invoice_numbers.sql
create or replace function accounting.start_invoice_numbers(
  p_company_id uuid, p_kind text, p_year int, p_prefix text, p_padding int, p_first bigint) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_year constant text := coalesce(lpad(p_year::text, 4, '0'), '');
  v_prefix constant text := accounting.number_prefix(p_prefix, p_kind, v_year);
  v_series tenancy.number_series;
begin
  perform tenancy.require_own_scope(v_tenant, p_company_id);
  if (p_kind in ('invoice', 'credit_note') and p_first between 1 and 999999999999999
      and p_padding between 0 and 18 and length(v_prefix) between 1 and 500
      and coalesce(p_year, 1) between 1 and 9999) is not true then
    raise exception using errcode = 'ZT002',
      message = 'A series of numbers needs a kind (invoice or credit_note), a prefix, a padding of 0 to 18, a first number from 1 and a year of 1 to 9999, if any';
  end if;
  if p_first > 1 and position('{year}' in v_prefix) > 0 then
    raise exception using errcode = 'ZT002', message = 'Each year begins at 1: say a first number together with its year';
  end if;
  v_series := accounting.define_series(p_company_id, p_kind, v_year, v_prefix, p_padding);
  if v_series.last_number >= v_series.first_number or exists (
    select from tenancy.number_series s
    where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
      and p_year is null and s.period <> '' and position('{year}' in v_series.prefix) > 0 and s.last_number >= s.first_number
  ) then
    return false;
  end if;
  update tenancy.number_series s
  set prefix = v_prefix, padding = p_padding, first_number = p_first, last_number = p_first - 1
  where s.tenant_id = v_tenant and s.id = v_series.id;
  return true;
end $$;
--> statement-breakpoint
-- accounting/sql/stored_entry.sql
create or replace function accounting.stored_entry(p_entry_id uuid) returns table (
  id uuid, company_id uuid, entry_date date, description text, reference text, source text, source_id uuid,
  reverses_entry_id uuid, idempotency_key text, posted_by uuid, created_at timestamptz, lines jsonb)
  language sql volatile strict rows 1
as $$
  select e.id, e.company_id, e.entry_date, e.description, e.reference, e.source, e.source_id, e.reverses_entry_id,
    e.idempotency_key, e.posted_by, e.created_at, e.lines
  from accounting.entries_with_lines e
  where e.tenant_id = tenancy.current_tenant_id() and e.id = p_entry_id
$$;
--> statement-breakpoint
-- accounting/sql/use_number_prefix.sql
create or replace function accounting.use_number_prefix(p_company_id uuid, p_kind text, p_date date, p_prefix text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_year constant text := to_char(p_date, 'YYYY');
  v_prefix text;
begin
  perform tenancy.require_own_scope(v_tenant, p_company_id);
  if (p_kind in ('invoice', 'credit_note') and length(p_prefix) between 1 and 500) is not true then
    raise exception using errcode = 'ZT002', message = 'A prefix of numbers needs a kind (invoice or credit_note) and 1 to 500 characters';
  end if;
  select s.prefix into v_prefix from tenancy.number_series s
  where s.tenant_id = v_tenant and s.company_id = p_company_id and s.business_id is null and s.series = p_kind
    and s.period in (v_year, '')
  order by s.period desc limit 1;
  if not found then
    -- Another transaction may have made it meanwhile: then its prefix counts.
    v_prefix := (accounting.define_series(p_company_id, p_kind, '', p_prefix, 6)).prefix;
  end if;
  if accounting.number_prefix(v_prefix, p_kind, v_year) <> accounting.number_prefix(p_prefix, p_kind, v_year) then
    raise exception using errcode = 'ZT003', schema = 'tenancy', table = 'number_series', column = 'prefix',
      message = 'The series of this date has another prefix: leave the prefix out, or give the year a series of its own by invoices.startNumbers';
  end if;
  return true;
end $$;
--> statement-breakpoint
-- accounting/sql/value_document.sql
create or replace function accounting.value_document() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_date date;
  v_base_currency text;
  v_decimals int;
  v_problem text;
  v_parties record;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if tg_table_name = 'invoices' then
    v_date := new.invoice_date;
  else
    v_date := new.bill_date;
  end if;
  select b.base_currency, tenancy.currency_exponent(b.base_currency), case when b.base_currency = new.currency then 1
      else coalesce(new.exchange_rate, (
        select x.rate from accounting.last_exchange_rate(new.tenant_id, new.company_id, new.currency, v_date) x),
        accounting.implied_rate(new.total_amount, new.base_amount)) end
  into v_base_currency, v_decimals, new.exchange_rate
  from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if not found then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart or books.create first';
  elsif new.exchange_rate is null then
    raise exception using errcode = 'ZT003',
      message = 'There is no exchange rate for this currency on the document''s date: set one, or give the document its own';
  end if;
  if new.base_amount is not null then
    v_problem := accounting.stated_amount_problem(new.base_amount, new.total_amount, new.currency, v_base_currency);
    if v_problem is not null then
      raise exception using errcode = 'ZT002', message = v_problem;
    end if;
  end if;
  new.base_amount := round(coalesce(new.base_amount, new.total_amount * new.exchange_rate), v_decimals);
  new.paid_base_amount := round(new.paid_base_amount, v_decimals);
  if tg_table_name = 'bills' then
    v_parties := accounting.document_parties('bill', new.tenant_id, new.company_id, new.vendor_id);
  else
    v_parties := accounting.document_parties('invoice', new.tenant_id, new.company_id, new.customer_id);
  end if;
  new.seller := v_parties.seller;
  new.buyer := v_parties.buyer;
  if tg_table_name = 'bills' then
    new.approved_at := now();
    new.approved_by := tenancy.current_user_id();
    return new;
  end if;
  new.issued_at := coalesce(new.issued_at, now());
  if new.invoice_number is null then
    new.invoice_number := accounting.next_invoice_number(new.company_id, new.kind, new.invoice_date);
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
  -- Those that stand: what the payment settles, or what a refund pays back.
  v_allocations constant uuid[] := array(
    select a.id from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.payment_id = new.id and a.reversed_on is null
    union all
    select a.id from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.refund_id = new.id and a.reversed_on is null);
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if not new.is_refund and exists (
    select from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.id = any (v_allocations) and a.refund_id is not null
  ) then
    raise exception using errcode = 'ZT003', message = 'The payment was given back by a refund: void the refund first';
  elsif exists (
    select from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.payment_id = new.id and coalesce(a.reversed_on, a.allocated_on) > new.voided_on
  ) then
    raise exception using errcode = 'ZT003',
      message = 'A payment is not voided before its allocations were made or taken back: choose a later date';
  end if;
  -- Payments and documents are locked in the order of their ids, then accounts, as everywhere.
  if new.is_refund then
    perform from accounting.payments p where p.tenant_id = new.tenant_id and p.id in (
      select a.payment_id from accounting.payment_allocations a
      where a.tenant_id = new.tenant_id and a.id = any (v_allocations))
    order by p.id for no key update;
  end if;
  perform from accounting.invoices i where i.tenant_id = new.tenant_id and i.id in (
    select coalesce(a.invoice_id, a.credit_note_id) from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.id = any (v_allocations))
  order by i.id for no key update;
  perform from accounting.bills b where b.tenant_id = new.tenant_id and b.id in (
    select coalesce(a.bill_id, a.vendor_credit_id) from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.id = any (v_allocations))
  order by b.id for no key update;
  select b.* into v_books from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if new.currency <> v_books.base_currency then
    perform accounting.lock_accounts(array[new.company_id], array[
      new.account_id, v_books.exchange_account_id,
      case when new.customer_id is null then v_books.payable_account_id else v_books.receivable_account_id end]);
  end if;
  update accounting.payment_allocations a set reversed_on = new.voided_on
  where a.tenant_id = new.tenant_id and a.id = any (v_allocations);
  select e.id into v_entry from accounting.journal_entries e
  where e.tenant_id = new.tenant_id and e.source_id = new.id and e.source = 'payment';
  perform from accounting.write_reversals(
    array[v_entry], array[gen_random_uuid()], array[new.voided_on], array['payment_void'], array[new.id],
    array['Payment voided']);
  return null;
end $$;
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
-- tenancy/sql/take_turn.sql
create or replace function tenancy.take_turn(p_longest_wait int) returns boolean
  language plpgsql
as $$
declare
  v_limit constant text := current_setting('lock_timeout');
  v_taken boolean := true;
begin
  perform set_config('lock_timeout', p_longest_wait::text, true);
  begin
    perform from tenancy.tenants t where t.id = tenancy.current_tenant_id() for no key update;
  exception when lock_not_available then
    v_taken := false;
  end;
  perform set_config('lock_timeout', v_limit, true);
  return v_taken;
end $$;
--> statement-breakpoint
select tenancy.protect_function('accounting.lock_allocation(accounting.payment_allocations)', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.allocation_source(accounting.payment_allocations)', null, '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.allocation_target(accounting.payment_allocations)', null, '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.count_allocation(accounting.payment_allocations, integer)', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.check_entries(integer[], uuid[], text[], integer[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], uuid[], uuid[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.insert_journal_lines(integer[], uuid[], uuid[], date[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], uuid[], uuid[], text[], uuid[], integer[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.update_party_balances(integer[], integer[], uuid[], uuid[], numeric[], numeric[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.write_entries(uuid[], uuid[], date[], text[], text[], text[], uuid[], uuid[], text[], text[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], uuid[], uuid[], text[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.apply_allocation()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.begin_period()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.documents(text)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.document_lines(text)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.check_refund()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.count_invoice_numbers(uuid[])', 'number_writer', '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.define_series(uuid, text, text, text, integer)', 'number_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.document_parties(text, uuid, uuid, uuid)', null, '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.draft_amounts()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.guard_take_back()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.invoice_series(uuid, text, date)', 'number_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.line_currency()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.next_invoice_number(uuid, text, date)', 'number_writer', '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.write_documents(text, uuid[])', 'ledger_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.post_journal(uuid[], uuid[], date[], text[], text[], text[], text[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], text[])', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.post_payments()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.prepare_allocation()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.prepare_payment()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.renew_line_amounts()', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.start_invoice_numbers(uuid, text, integer, text, integer, bigint)', 'number_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.stored_entry(uuid)', null, '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.use_number_prefix(uuid, text, date, text)', 'number_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.value_document()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('accounting.void_payment()', 'ledger_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('auth.set_profile_active(uuid, boolean)', 'self_service', '{identity}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.take_turn(integer)', null, '{authenticated,platform}');
--> statement-breakpoint
create or replace trigger require_admin before insert or update of role, identity_id or delete on tenancy.users
  for each statement execute function tenancy.require_admin();
--> statement-breakpoint
create or replace trigger require_admin_of_email before update of email on tenancy.users
  for each row when (new.email <> old.email
    and not (old.id = tenancy.current_user_id() and old.identity_id is not null and new.identity_id is not distinct from old.identity_id))
  execute function tenancy.require_admin();
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
create or replace trigger keep_membership after insert or update of identity_id, email, name, role, status or delete
  on tenancy.users
  for each row execute function auth.keep_membership();
--> statement-breakpoint
create or replace trigger fill_currency before insert on accounting.bill_lines
  for each row when (new.currency is null) execute function accounting.line_currency();
--> statement-breakpoint
create or replace trigger keep_currency before update on accounting.bill_lines
  for each row when (new.currency is distinct from old.currency) execute function accounting.line_currency();
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
create or replace trigger scale_amounts_insert before insert on accounting.bills
  for each row when (scale(new.total_amount) <> tenancy.currency_exponent(new.currency)
    or scale(new.paid_amount) <> tenancy.currency_exponent(new.currency) or new.base_amount is not null)
  execute function accounting.draft_amounts();
--> statement-breakpoint
create or replace trigger scale_amounts_update before update on accounting.bills
  for each row when (old.status = 'draft' and (new.currency <> old.currency or new.total_amount <> old.total_amount
    or scale(new.total_amount) <> tenancy.currency_exponent(new.currency)
    or new.base_amount is distinct from old.base_amount))
  execute function accounting.draft_amounts();
--> statement-breakpoint
create or replace trigger renew_line_amounts after update on accounting.bills
  for each row when (new.currency <> old.currency) execute function accounting.renew_line_amounts();
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
create or replace trigger fill_currency before insert on accounting.invoice_lines
  for each row when (new.currency is null) execute function accounting.line_currency();
--> statement-breakpoint
create or replace trigger keep_currency before update on accounting.invoice_lines
  for each row when (new.currency is distinct from old.currency) execute function accounting.line_currency();
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
create or replace trigger guard_number before insert on accounting.invoices
  for each row when (new.status = 'draft' and new.invoice_number is not null)
  execute function tenancy.refuse('ZT003', 'A draft has no number: leave invoice_number out, issuing gives it');
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
create or replace trigger scale_amounts_insert before insert on accounting.invoices
  for each row when (scale(new.total_amount) <> tenancy.currency_exponent(new.currency)
    or scale(new.paid_amount) <> tenancy.currency_exponent(new.currency) or new.base_amount is not null)
  execute function accounting.draft_amounts();
--> statement-breakpoint
create or replace trigger scale_amounts_update before update on accounting.invoices
  for each row when (old.status = 'draft' and (new.currency <> old.currency or new.total_amount <> old.total_amount
    or scale(new.total_amount) <> tenancy.currency_exponent(new.currency)
    or new.base_amount is distinct from old.base_amount))
  execute function accounting.draft_amounts();
--> statement-breakpoint
create or replace trigger renew_line_amounts after update on accounting.invoices
  for each row when (new.currency <> old.currency) execute function accounting.renew_line_amounts();
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
create or replace trigger guard_second_void before update of voided_on on accounting.payments
  for each row when (old.voided_on is not null and new.voided_on is distinct from old.voided_on)
  execute function tenancy.refuse('ZT003', 'The payment is void already');
--> statement-breakpoint
create or replace trigger guard_void_date before update of voided_on on accounting.payments
  for each row when (old.voided_on is null and new.voided_on < new.payment_date)
  execute function tenancy.refuse('ZT003', 'A payment is not voided before its own date: choose that date or a later one');
--> statement-breakpoint
create or replace trigger prepare_payment before insert on accounting.payments
  for each row execute function accounting.prepare_payment();
--> statement-breakpoint
create or replace trigger void_payment after update of voided_on on accounting.payments
  for each row when (old.voided_on is null and new.voided_on is not null) execute function accounting.void_payment();
--> statement-breakpoint
create or replace trigger check_refund after insert on accounting.payments
  for each row when (new.is_refund) execute function accounting.check_refund();
--> statement-breakpoint
create or replace trigger write_audit after update or delete on accounting.payments
  for each row when (current_user <> 'ledger_writer') execute function tenancy.write_audit();
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
create or replace trigger guard_key before update on tenancy.users
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');
--> statement-breakpoint
create or replace trigger freeze_columns before update on accounting.books
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.company_id is distinct from old.company_id
    or new.base_currency is distinct from old.base_currency
    or new.created_at is distinct from old.created_at)
  execute function tenancy.refuse('ZT003', 'The books keep their company and their base currency');
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
    or new.seller is distinct from old.seller
    or new.buyer is distinct from old.buyer
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
    or new.seller is distinct from old.seller
    or new.buyer is distinct from old.buyer
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
    or new.exchange_difference is distinct from old.exchange_difference
    or new.method is distinct from old.method
    or new.reference is distinct from old.reference
    or new.external_id is distinct from old.external_id
    or new.allocations_hash is distinct from old.allocations_hash
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
    or new.refund_id is distinct from old.refund_id
    or new.amount is distinct from old.amount
    or new.base_amount is distinct from old.base_amount
    or new.source_base_amount is distinct from old.source_base_amount
    or new.allocated_on is distinct from old.allocated_on
    or new.created_at is distinct from old.created_at)
  execute function tenancy.refuse('ZT003', 'An allocation cannot be changed: take it back and make another');
--> statement-breakpoint
create or replace trigger guard_status_update before update on tenancy.users
  for each row when (new.status <> old.status and (old.status || ' ' || new.status in ('active suspended', 'active removed', 'suspended active', 'suspended removed', 'removed active')) is not true)
  execute function tenancy.refuse_transition('status', '{"removed suspended":"A removed member is not suspended: reactivate the member"}');
--> statement-breakpoint
create or replace trigger keep_status_update after update on tenancy.users
  for each row when (new.status <> old.status and (old.status || ' ' || new.status in ('active suspended', 'active removed', 'suspended active', 'suspended removed', 'removed active')) is not true)
  execute function tenancy.refuse_transition('status', '{"removed suspended":"A removed member is not suspended: reactivate the member"}');
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
-- accounting/sql/entries_with_lines.sql
create or replace view accounting.entries_with_lines (
  tenant_id, id, company_id, entry_date, description, reference, source, source_id, reverses_entry_id, idempotency_key,
  posted_by, created_at, lines)
  with (security_invoker = true)
as
select e.tenant_id, e.id, e.company_id, e.entry_date, e.description, e.reference, e.source, e.source_id,
  e.reverses_entry_id, e.idempotency_key, e.posted_by, e.created_at, (
    select jsonb_agg(jsonb_build_object('id', l.id, 'accountId', l.account_id, 'currency', l.currency,
      'debit', l.debit::text, 'credit', l.credit::text, 'baseDebit', l.base_debit::text,
      'baseCredit', l.base_credit::text, 'isExchangeDifference', l.is_exchange_difference,
      'customerId', l.customer_id, 'vendorId', l.vendor_id, 'description', l.description) order by l.line_number)
    from accounting.journal_lines l where l.tenant_id = e.tenant_id and l.entry_id = e.id)
from accounting.journal_entries e;
--> statement-breakpoint
select tenancy.protect_view('accounting.entries_with_lines', '{authenticated,platform}');
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
-- Nothing was posted into a period after it closed. LIMIT makes the planner look up the period of each entry.
select e.tenant_id, 'posted_in_closed_period', e.company_id, 'accounting.journal_entries', e.id,
  'The entry was posted after its period closed'
from accounting.journal_entries e
cross join lateral (
  select f.status, f.ends_on, f.closed_at from accounting.fiscal_periods f
  where f.tenant_id = e.tenant_id and f.company_id = e.company_id and f.starts_on <= e.entry_date
  order by f.starts_on desc limit 1
) p
where p.status = 'closed' and e.entry_date <= p.ends_on and e.created_at > p.closed_at
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
    l.debit + l.credit <> round(l.debit + l.credit, tenancy.currency_exponent(l.currency))
      or l.base_debit + l.base_credit <> round(l.base_debit + l.base_credit, tenancy.currency_exponent(b.base_currency))
      as has_decimals,
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
  ('line_scale', c.has_decimals, 'The amount, or the base amount, has more decimals than its currency'),
  ('line_currency', c.has_other_currency, 'The line has another currency than its account'),
  ('line_account', c.lacks_account, 'The line names an account that its company does not have'),
  ('line_base_amount', c.has_other_base, 'The line is in base currency and has another base amount, or is an exchange difference in another currency'),
  ('control_line_without_party', c.lacks_party, 'The line of a control account names no customer or vendor'),
  ('party_off_control', c.is_off_control, 'The line names a customer or vendor, but is not of their control account')
) rule (kind, is_broken, detail)
where (c.has_other_date or c.has_decimals or c.has_other_currency or c.lacks_account or c.has_other_base or c.lacks_party
    or c.is_off_control)
  and rule.is_broken;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_journal_lines', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_account_chains.sql
create or replace view accounting.violations_of_account_chains
  (tenant_id, kind, company_id, record_table, record_id, detail, account_id)
  with (security_invoker = true)
as
-- The lines of an account form one chain: versions without gaps, each balance from the one before.
select c.tenant_id, 'account_chain_broken', c.company_id, 'accounting.journal_lines', c.id,
  'The line does not follow from the line of its account before it', c.account_id
from (
  select l.tenant_id, l.company_id, l.id, l.account_id,
    l.account_version <> coalesce(lag(l.account_version) over chain, 0) + 1
      or l.balance_after <> coalesce(lag(l.balance_after) over chain, 0) + l.base_debit - l.base_credit as is_broken
  from accounting.journal_lines l
  window chain as (partition by l.tenant_id, l.account_id order by l.account_version)
) c
where c.is_broken;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_account_chains', '{authenticated,platform}');
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
-- OFFSET 0 makes the planner look up its document by key.
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
    select 'receivables_differ' as kind, p.tenant_id, p.company_id, p.customer_id, p.payment_date, p.voided_on,
      case when p.is_refund then 1 else -1 end * (p.base_amount - p.exchange_difference)
    from accounting.payments p where p.customer_id is not null
    union all
    select 'payables_differ' as kind, p.tenant_id, p.company_id, p.vendor_id, p.payment_date, p.voided_on,
      case when p.is_refund then 1 else -1 end * (p.base_amount - p.exchange_difference)
    from accounting.payments p where p.vendor_id is not null
    union all
    select 'receivables_differ' as kind, a.tenant_id, a.company_id, i.customer_id, a.allocated_on, a.reversed_on,
      a.source_base_amount - a.base_amount
    from accounting.payment_allocations a
    cross join lateral (
      select d.customer_id from accounting.invoices d where d.tenant_id = a.tenant_id and d.id = a.invoice_id offset 0
    ) i
    union all
    select 'payables_differ' as kind, a.tenant_id, a.company_id, b.vendor_id, a.allocated_on, a.reversed_on,
      a.source_base_amount - a.base_amount
    from accounting.payment_allocations a
    cross join lateral (
      select d.vendor_id from accounting.bills d where d.tenant_id = a.tenant_id and d.id = a.bill_id offset 0
    ) b
    union all
    select 'receivables_differ' as kind, a.tenant_id, a.company_id, p.customer_id, a.allocated_on, a.reversed_on,
      a.source_base_amount - a.base_amount
    from accounting.payment_allocations a
    join accounting.payments p on p.tenant_id = a.tenant_id and p.id = a.refund_id and p.customer_id is not null
    union all
    select 'payables_differ' as kind, a.tenant_id, a.company_id, p.vendor_id, a.allocated_on, a.reversed_on,
      a.source_base_amount - a.base_amount
    from accounting.payment_allocations a
    join accounting.payments p on p.tenant_id = a.tenant_id and p.id = a.refund_id and p.vendor_id is not null
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
-- The total of an issued invoice or approved bill is the sum of its lines, of which it has one at least; they are in its
-- currency, or from before lines had one.
select n.tenant_id, rule.kind, n.company_id, 'accounting.' || n.source || 's', n.id, rule.detail
from (
  select d.tenant_id, d.source, d.company_id, d.id, sum(d.total_amount) is distinct from sum(d.amount) as has_other_total,
    min(d.currency) <> max(d.currency) as has_other_currency
  from (
    select 'invoice' as source, i.tenant_id, i.company_id, i.id, i.currency, i.total_amount, null::numeric as amount
    from accounting.invoices i where i.status <> 'draft'
    union all
    select 'bill' as source, b.tenant_id, b.company_id, b.id, b.currency, b.total_amount, null::numeric as amount
    from accounting.bills b where b.status <> 'draft'
    union all
    select 'invoice' as source, l.tenant_id, l.company_id, l.invoice_id, l.currency, null::numeric as total_amount, l.amount
    from accounting.invoice_lines l
    union all
    select 'bill' as source, l.tenant_id, l.company_id, l.bill_id, l.currency, null::numeric as total_amount, l.amount
    from accounting.bill_lines l
  ) d
  group by d.tenant_id, d.source, d.company_id, d.id
  having count(d.total_amount) > 0
    and (sum(d.total_amount) is distinct from sum(d.amount) or min(d.currency) <> max(d.currency))
) n
cross join lateral (values
  (n.source || '_total_differs', n.has_other_total, 'The total is not the sum of the lines'),
  ('line_currency_differs', n.has_other_currency, 'A line is in another currency than the document')
) rule (kind, is_broken, detail)
where rule.is_broken
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
select d.tenant_id, 'credit_exceeds', d.company_id, d.record_table, d.id,
  case d.record_table when 'accounting.invoices' then 'The credit notes are more than the invoice'
    else 'The credit notes are more than the bill' end
from (
  select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id, i.total_amount as amount
  from accounting.invoices i
  union all
  select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.credited_invoice_id, -i.total_amount
  from accounting.invoices i where i.credited_invoice_id is not null and i.status not in ('draft', 'void')
  union all
  select b.tenant_id, b.company_id, 'accounting.bills' as record_table, b.id, b.total_amount from accounting.bills b
  union all
  select b.tenant_id, b.company_id, 'accounting.bills' as record_table, b.credited_bill_id, -b.total_amount
  from accounting.bills b where b.credited_bill_id is not null and b.status not in ('draft', 'void')
) d
group by d.tenant_id, d.company_id, d.record_table, d.id
having sum(d.amount) < 0
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
where n.fits is not true;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_documents', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_base_amounts.sql
create or replace view accounting.violations_of_base_amounts (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- The amount in base currency is the amount at the rate, which is 1 for the base currency. What a document states instead
-- differs by what its entry has on the exchange account. OFFSET 0 makes the planner look up the entries of those few lines.
select d.tenant_id, 'base_amount_differs', d.company_id, d.record_table, d.id,
  'The base amount is not the amount at its rate, or the base currency has another rate than 1'
from (
  select r.tenant_id, r.company_id, r.record_table, r.id,
    r.sign * (r.base_amount - round(r.amount * r.exchange_rate, tenancy.currency_exponent(b.base_currency))) as difference,
    num_nulls(r.base_amount, r.exchange_rate) > 0 or (r.currency = b.base_currency and r.exchange_rate <> 1) as is_wrong
  from (
    select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id, i.currency, i.exchange_rate,
      i.total_amount as amount, i.base_amount, case i.kind when 'credit_note' then -1 else 1 end as sign
    from accounting.invoices i where i.status <> 'draft'
    union all
    select v.tenant_id, v.company_id, 'accounting.bills' as record_table, v.id, v.currency, v.exchange_rate,
      v.total_amount, v.base_amount, case v.kind when 'credit_note' then 1 else -1 end
    from accounting.bills v where v.status <> 'draft'
    union all
    select p.tenant_id, p.company_id, 'accounting.payments' as record_table, p.id, p.currency, p.exchange_rate,
      p.amount, p.base_amount - p.exchange_difference, 1
    from accounting.payments p
  ) r
  left join accounting.books b on b.tenant_id = r.tenant_id and b.company_id = r.company_id
  union all
  select l.tenant_id, l.company_id, 'accounting.' || e.source || 's' as record_table, e.source_id,
    l.base_debit - l.base_credit, false
  from accounting.journal_lines l
  cross join lateral (
    select j.source, j.source_id from accounting.journal_entries j
    where j.tenant_id = l.tenant_id and j.id = l.entry_id
    offset 0
  ) e
  where l.is_exchange_difference and e.source in ('invoice', 'bill')
) d
group by d.tenant_id, d.company_id, d.record_table, d.id
having sum(d.difference) <> 0 or bool_or(d.is_wrong)
union all
-- No base amount has more decimals than the base currency.
select a.tenant_id, 'base_amount_scale', a.company_id, a.record_table, a.id,
  'A base amount has more decimals than the base currency of the books'
from (
  select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id,
    greatest(min_scale(i.base_amount), min_scale(i.paid_base_amount)) as decimals
  from accounting.invoices i where i.status <> 'draft'
  union all
  select b.tenant_id, b.company_id, 'accounting.bills' as record_table, b.id,
    greatest(min_scale(b.base_amount), min_scale(b.paid_base_amount))
  from accounting.bills b where b.status <> 'draft'
  union all
  select p.tenant_id, p.company_id, 'accounting.payments' as record_table, p.id,
    greatest(min_scale(p.base_amount), min_scale(p.exchange_difference), min_scale(p.allocated_base_amount))
  from accounting.payments p
  union all
  select l.tenant_id, l.company_id, 'accounting.payment_allocations' as record_table, l.id,
    greatest(min_scale(l.base_amount), min_scale(l.source_base_amount))
  from accounting.payment_allocations l
) a
join accounting.books b on b.tenant_id = a.tenant_id and b.company_id = a.company_id
where a.decimals > tenancy.currency_exponent(b.base_currency);
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_base_amounts', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_allocations.sql
create or replace view accounting.violations_of_allocations (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- What is settled of a document, or allocated of a payment, is the sum of the standing allocations, and never too much.
-- Of a refund that stands it is all.
select n.tenant_id, rule.kind, n.company_id, n.record_table, n.id, rule.detail
from (
  select r.tenant_id, r.company_id, r.record_table, r.id, sum(r.total) as total, sum(r.base_total) as base_total,
    sum(r.kept) as kept, sum(r.base_kept) as base_kept, sum(r.amount) as amount, sum(r.base_amount) as base_amount,
    sum(r.refunded) as refunded
  from (
    select i.tenant_id, i.company_id, 'accounting.invoices' as record_table, i.id, i.total_amount as total,
      i.base_amount as base_total, i.paid_amount as kept, i.paid_base_amount as base_kept, 0 as amount, 0 as base_amount,
      0 as refunded
    from accounting.invoices i
    union all
    select i.tenant_id, i.company_id, 'accounting.bills' as record_table, i.id, i.total_amount, i.base_amount,
      i.paid_amount, i.paid_base_amount, 0, 0, 0
    from accounting.bills i
    union all
    select p.tenant_id, p.company_id, 'accounting.payments' as record_table, p.id, p.amount, p.base_amount - p.exchange_difference,
      p.allocated_amount, p.allocated_base_amount, 0, 0, case when p.is_refund and p.voided_on is null then p.amount else 0 end
    from accounting.payments p
    union all
    select a.tenant_id, a.company_id, 'accounting.invoices' as record_table, a.invoice_id, 0, 0, 0, 0, a.amount, a.base_amount, 0
    from accounting.payment_allocations a where a.reversed_on is null and a.invoice_id is not null
    union all
    select a.tenant_id, a.company_id, 'accounting.bills' as record_table, a.bill_id, 0, 0, 0, 0, a.amount, a.base_amount, 0
    from accounting.payment_allocations a where a.reversed_on is null and a.bill_id is not null
    union all
    select a.tenant_id, a.company_id, 'accounting.payments' as record_table, a.payment_id, 0, 0, 0, 0, a.amount, a.source_base_amount, 0
    from accounting.payment_allocations a where a.reversed_on is null and a.payment_id is not null
    union all
    select a.tenant_id, a.company_id, 'accounting.invoices' as record_table, a.credit_note_id, 0, 0, 0, 0, a.amount, a.source_base_amount, 0
    from accounting.payment_allocations a where a.reversed_on is null and a.credit_note_id is not null
    union all
    select a.tenant_id, a.company_id, 'accounting.bills' as record_table, a.vendor_credit_id, 0, 0, 0, 0, a.amount, a.source_base_amount, 0
    from accounting.payment_allocations a where a.reversed_on is null and a.vendor_credit_id is not null
    union all
    select a.tenant_id, a.company_id, 'accounting.payments' as record_table, a.refund_id, 0, 0, 0, 0, a.amount, a.base_amount, 0
    from accounting.payment_allocations a where a.reversed_on is null and a.refund_id is not null
  ) r
  group by r.tenant_id, r.company_id, r.record_table, r.id
  having sum(r.kept) <> sum(r.amount) or sum(r.base_kept) <> sum(r.base_amount) or sum(r.amount) > sum(r.total)
    or sum(r.base_amount) > sum(r.base_total) or sum(r.amount) < sum(r.refunded)
) n
cross join lateral (values
  ('allocation_exceeds', n.amount > n.total or n.base_amount > n.base_total,
    'More is allocated than the document or payment amounts to'),
  ('paid_amount_differs', n.kept <> n.amount or n.base_kept <> n.base_amount,
    'What is settled or allocated is not the sum of the allocations that stand'),
  ('refund_without_credit', n.amount < n.refunded, 'The credit that the refund pays back is less than its amount')
) rule (kind, is_broken, detail)
where rule.is_broken;
--> statement-breakpoint
select tenancy.protect_view('accounting.violations_of_allocations', '{authenticated,platform}');
--> statement-breakpoint
-- accounting/sql/violations_of_postings.sql
create or replace view accounting.violations_of_postings (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- Each step of a document, payment or allocation has one entry, of its date, party, currency, number and amounts on the
-- control account, and each such entry has its step. An expected entry counts 1, a posted one -1; what both must have is
-- compared by a hash of it, which takes a third of the time that comparing each value takes. Of a payment the other line
-- is read as well: it is on the payment's account, with the payment's base amount.
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
      signed.of_direction * p.amount, signed.of_direction * (p.base_amount - p.exchange_difference)), 0),
    hash_record_extended(row(p.account_id, -signed.of_direction * p.base_amount), 0)
  from accounting.payments p
  cross join lateral (values ('payment', p.payment_date, 1), ('payment_void', p.voided_on, -1)) step (source, day, sign)
  cross join lateral (select step.sign * case p.direction when 'in' then -1 else 1 end as of_direction) signed
  where step.day is not null
  union all
  select a.tenant_id, a.company_id, step.source, a.id, 1,
    hash_record_extended(row(step.day, coalesce(i.customer_id, b.vendor_id, r.customer_id, r.vendor_id), o.base_currency, null::text,
      difference.amount, difference.amount), 0), null::bigint as account
  from accounting.payment_allocations a
  left join accounting.books o on o.tenant_id = a.tenant_id and o.company_id = a.company_id
  left join accounting.invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
  left join accounting.bills b on b.tenant_id = a.tenant_id and b.id = a.bill_id
  left join accounting.payments r on r.tenant_id = a.tenant_id and r.id = a.refund_id
  cross join lateral (values ('allocation', a.allocated_on, 1), ('allocation_void', a.reversed_on, -1))
    step (source, day, sign)
  cross join lateral (
    select step.sign * case when num_nonnulls(i.customer_id, r.customer_id) = 0 then -1 else 1 end
      * (a.source_base_amount - a.base_amount) as amount
  ) difference
  where a.source_base_amount <> a.base_amount and step.day is not null
  union all
  select e.tenant_id, e.company_id, e.source, e.source_id, case when line.is_other then 0 else -1 end,
    case when not line.is_other then hash_record_extended(row(e.entry_date, coalesce(l.customer_id, l.vendor_id), l.currency,
      e.reference, l.debit - l.credit, l.base_debit - l.base_credit), 0) end,
    case when line.is_other then hash_record_extended(row(l.account_id, l.base_debit - l.base_credit), 0) end
  from accounting.journal_entries e
  left join accounting.books b on b.tenant_id = e.tenant_id and b.company_id = e.company_id
  left join accounting.journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.id
    and (e.source in ('payment', 'payment_void') and not l.is_exchange_difference or l.account_id in (b.receivable_account_id, b.payable_account_id))
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
-- Each number that a series gave belongs to a document; an imported document that has it counts. ORDER BY and LIMIT make
-- the planner look up each number.
select s.tenant_id, 'number_gap', s.company_id, 'tenancy.number_series', s.id, 'No document has the number ' || g.number
from tenancy.number_series s
cross join lateral (
  select tenancy.format_number(s.prefix, given, s.padding) as number
  from generate_series(s.first_number, s.last_number) given
) g
left join lateral (
  select i.id from accounting.invoices i
  where i.tenant_id = s.tenant_id and i.company_id = s.company_id and i.invoice_number between g.number and g.number
  order by i.invoice_number limit 1
) i on true
where s.series in ('invoice', 'credit_note') and i.id is null;
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
select v.tenant_id, v.kind, v.company_id, v.record_table, v.record_id, v.detail
from accounting.violations_of_account_chains v
union all
select * from accounting.violations_of_accounts
union all
select * from accounting.violations_of_parties
union all
select * from accounting.violations_of_documents
union all
select * from accounting.violations_of_base_amounts
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
drop function accounting.base_part(numeric, numeric, numeric, numeric, numeric);
--> statement-breakpoint
drop function accounting.insert_journal_lines(integer[], uuid[], uuid[], date[], integer[], uuid[], uuid[], text[], numeric[], numeric[], numeric[], numeric[], boolean[], uuid[], uuid[], text[]);
--> statement-breakpoint
drop function accounting.next_invoice_number(uuid, text);
--> statement-breakpoint
drop function accounting.start_invoice_numbers(uuid, text, text, integer, bigint);
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
