import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Allowance } from "../../src/core/domain";

/** The schemas that these migrations make. */
export const miniSchemas = ["auth", "self", "tenancy", "accounting"];

/** The design in small: roles, two schemas, one shared table, a parent and a child table with everything right. */
export const miniMigrations: Record<string, string> = {
  "20260101000000_roles": `-- Custom SQL migration file, put your code below! --
${makeRole("authenticated")}
--> statement-breakpoint
${makeRole("identity")}
--> statement-breakpoint
${makeRole("platform")}
--> statement-breakpoint
DO $$ BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO authenticated, identity, platform', current_database());
END $$;
--> statement-breakpoint
DO $$ DECLARE found regprocedure; BEGIN
  FOR found IN SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^(lo_.*|loread|lowrite)$'
  LOOP EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', found); END LOOP;
EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;
--> statement-breakpoint
CREATE SCHEMA tenancy;--> statement-breakpoint
CREATE SCHEMA accounting;--> statement-breakpoint
GRANT USAGE ON SCHEMA tenancy, accounting TO authenticated, platform;--> statement-breakpoint
CREATE FUNCTION tenancy.current_tenant_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ select nullif(current_setting('app.current_tenant_id', true), '')::uuid $$;
--> statement-breakpoint
CREATE FUNCTION tenancy.current_company_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ select nullif(current_setting('app.current_company_id', true), '')::uuid $$;
--> statement-breakpoint
CREATE FUNCTION tenancy.touch() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
-- table of nothing: a comment that looks like a header
BEGIN
  new.updated_at := now();

  RETURN new;
END $$;
--> statement-breakpoint
CREATE FUNCTION tenancy.tenant_count() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
  AS $$ select count(*) from pg_class $$;
--> statement-breakpoint
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tenancy FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tenancy TO authenticated, platform;--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION tenancy.tenant_count() FROM authenticated;`,
  "20260101000001_tables": `CREATE TABLE tenancy.tenants (
  id uuid DEFAULT gen_random_uuid() CONSTRAINT tenants_pkey PRIMARY KEY, name text NOT NULL
);
--> statement-breakpoint
${["customers", "invoices"].map(table).join("\n--> statement-breakpoint\n")}
--> statement-breakpoint
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_customer_id_fkey FOREIGN KEY (tenant_id, customer_id)
  REFERENCES accounting.customers (tenant_id, id) ON DELETE RESTRICT;
--> statement-breakpoint
CREATE INDEX idx_invoices_customer_id ON accounting.invoices (tenant_id, customer_id);
--> statement-breakpoint
CREATE INDEX idx_invoices_open ON accounting.invoices (tenant_id, due_date DESC NULLS FIRST) INCLUDE (amount) WHERE status = 'open';
--> statement-breakpoint
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_number_key UNIQUE (tenant_id, number);
--> statement-breakpoint
CREATE SEQUENCE accounting.batch_numbers;
--> statement-breakpoint
CREATE VIEW accounting.open_invoices WITH (security_invoker = on) AS
  SELECT i.id, i.amount * 2 AS twice, CASE WHEN i.due_date IS NULL THEN 'x.y' ELSE 'late' END AS state
  FROM accounting.invoices i WHERE i.status = 'open' AND EXISTS (SELECT 1 FROM accounting.customers c WHERE c.id = i.customer_id);
--> statement-breakpoint
CREATE VIEW accounting.totals WITH (security_invoker = true) AS
  SELECT c.id, sum(i.amount) AS total FROM accounting.customers c LEFT JOIN accounting.invoices i ON i.customer_id = c.id GROUP BY c.id;
--> statement-breakpoint
GRANT SELECT ON accounting.open_invoices, accounting.totals TO authenticated;
--> statement-breakpoint
GRANT ALL ON accounting.customers TO platform;`,
  "20260101000002_protect": ["customers", "invoices"].map(protect).join("\n--> statement-breakpoint\n"),
};

// The permission to create roles is checked before their existence, so that the exception alone is not enough.
function makeRole(name: string): string {
  return `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${name}') THEN CREATE ROLE ${name} NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;`;
}

function table(name: string): string {
  return `CREATE TABLE accounting.${name} (
  tenant_id uuid NOT NULL DEFAULT tenancy.current_tenant_id(), id uuid NOT NULL DEFAULT gen_random_uuid(),
  company_id uuid, customer_id uuid, number text COLLATE "C", status text DEFAULT 'open',
  amount numeric(15,2) NOT NULL DEFAULT 0, twice numeric GENERATED ALWAYS AS (amount * 2) STORED,
  due_date date DEFAULT '2026-01-31', serial bigint GENERATED BY DEFAULT AS IDENTITY, "order" integer,
  created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ${name}_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT ${name}_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants (id) ON DELETE RESTRICT,
  CONSTRAINT ${name}_amount_check CHECK (amount >= 0 AND amount <> 'NaN'),
  CONSTRAINT ${name}_due_date_check CHECK (due_date BETWEEN '0001-01-01' AND '9999-12-31'),
  CONSTRAINT ${name}_created_at_check CHECK (created_at <= '9999-12-31 00:00+00'),
  CONSTRAINT ${name}_updated_at_check CHECK (updated_at <= '9999-12-31 00:00+00'),
  CONSTRAINT ${name}_status_check CHECK (status IN ('open', 'paid'))
);`;
}

function protect(name: string): string {
  const same = "tenant_id = (select tenancy.current_tenant_id())";
  const company = `(select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())`;
  return [
    `ALTER TABLE accounting.${name} ENABLE ROW LEVEL SECURITY;`,
    `ALTER TABLE accounting.${name} FORCE ROW LEVEL SECURITY;`,
    `CREATE POLICY tenant_isolation ON accounting.${name} AS PERMISSIVE FOR ALL TO "authenticated" USING (${same}) WITH CHECK (${same});`,
    `CREATE POLICY platform_access ON accounting.${name} AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);`,
    `CREATE POLICY company_isolation ON accounting.${name} AS RESTRICTIVE FOR ALL TO "authenticated" USING (${company}) WITH CHECK (${company});`,
    `GRANT SELECT, INSERT, UPDATE (status, amount), DELETE ON accounting.${name} TO authenticated;`,
    `CREATE TRIGGER touch BEFORE UPDATE ON accounting.${name} FOR EACH ROW EXECUTE FUNCTION tenancy.touch();`,
  ].join("--> statement-breakpoint\n");
}

/** Writes migrations as drizzle-kit lays them out; `remove` deletes the folder. */
export async function migrationsFolder(migrations: Record<string, string> = miniMigrations) {
  const folder = await mkdtemp(join(tmpdir(), "migrations-"));
  const write = async (name: string, sql: string) => {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, "migration.sql"), sql);
  };
  for (const [name, sql] of Object.entries(migrations)) await write(name, sql);
  return {
    folder,
    write,
    delete: (name: string) => rm(join(folder, name), { recursive: true }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Its counters, which a tenant's tables must not have, and which the reader of the catalogue must know all the same. */
export const miniAllowances: Allowance[] = [
  "sequence accounting.batch_numbers",
  "column accounting.customers.serial",
  "column accounting.invoices.serial",
].map((object) => ({ rule: "no-sequences", object, reason: "It shows how counters are read and written." }));
