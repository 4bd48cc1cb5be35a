ALTER TABLE "accounting"."invoices" DROP CONSTRAINT "invoices_invoice_number_unique";--> statement-breakpoint
DROP INDEX "accounting"."idx_invoices_customer_id";--> statement-breakpoint
CREATE INDEX "idx_invoices_customer_id" ON "accounting"."invoices" ("tenant_id","customer_id");--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_invoice_number_unique" ON "accounting"."invoices" ("tenant_id","company_id","invoice_number") WHERE "invoice_number" is not null;