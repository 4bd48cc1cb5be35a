ALTER TABLE "accounting"."invoice_lines" DROP CONSTRAINT "invoice_lines_tenant_id_fkey";--> statement-breakpoint
ALTER TABLE "accounting"."invoice_lines" DROP CONSTRAINT "invoice_lines_company_id_fkey";--> statement-breakpoint
DROP INDEX "accounting"."idx_invoice_lines_company_id";