DROP POLICY "own_membership" ON "tenancy"."users";--> statement-breakpoint
DROP POLICY "own_tenants" ON "tenancy"."tenants";--> statement-breakpoint
CREATE POLICY "membership_reading" ON "tenancy"."users" AS PERMISSIVE FOR SELECT TO "membership_reader" USING (true);--> statement-breakpoint
CREATE POLICY "membership_reading" ON "tenancy"."tenants" AS PERMISSIVE FOR SELECT TO "membership_reader" USING (true);