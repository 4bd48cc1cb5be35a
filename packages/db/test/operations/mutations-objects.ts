import type { Mutation } from "./mutations-isolation";

/** What columns, names, privileges and other objects must be. */
export const objectMutations: Mutation[] = [
  [
    "numeric-refuses-nan",
    "column accounting.invoices.amount",
    "CHECK dropped",
    "ALTER TABLE accounting.invoices DROP CONSTRAINT invoices_amount_check; ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_amount_check CHECK (amount >= 0)",
  ],
  [
    "updated-at-kept",
    "column accounting.invoices.updated_at",
    "trigger dropped",
    "DROP TRIGGER touch ON accounting.invoices",
  ],
  [
    "updated-at-kept",
    "column accounting.invoices.updated_at",
    "trigger disabled",
    "ALTER TABLE accounting.invoices DISABLE TRIGGER touch",
  ],
  [
    "updated-at-kept",
    "column accounting.invoices.updated_at",
    "for one column only",
    "DROP TRIGGER touch ON accounting.invoices; CREATE TRIGGER touch BEFORE UPDATE OF status ON accounting.invoices FOR EACH ROW EXECUTE FUNCTION tenancy.touch()",
  ],
  [
    "short-names",
    `index accounting.invoices.idx_invoices_${"x".repeat(37)}`,
    "50 characters",
    `CREATE INDEX idx_invoices_${"x".repeat(37)} ON accounting.invoices (tenant_id, status)`,
  ],
  [
    "index-name",
    "index accounting.invoices.invoices_status_idx",
    "another pattern",
    "CREATE INDEX invoices_status_idx ON accounting.invoices (tenant_id, status)",
  ],
  [
    "constraint-name",
    "constraint accounting.invoices.positive",
    "another pattern",
    "ALTER TABLE accounting.invoices ADD CONSTRAINT positive CHECK (amount > 0)",
  ],
  ["nothing-for-public", "table accounting.invoices", "table", "GRANT SELECT ON accounting.invoices TO PUBLIC"],
  ["nothing-for-public", "table accounting.invoices", "column", "GRANT SELECT (id) ON accounting.invoices TO PUBLIC"],
  ["nothing-for-public", "schema accounting", "schema", "GRANT USAGE ON SCHEMA accounting TO PUBLIC"],
  [
    "nothing-for-public",
    "sequence accounting.batch_numbers",
    "sequence",
    "GRANT USAGE ON SEQUENCE accounting.batch_numbers TO PUBLIC",
  ],
  ["nothing-for-public", "view accounting.totals", "view", "GRANT SELECT ON accounting.totals TO PUBLIC"],
  [
    "nothing-for-public",
    "function accounting.f(integer)",
    "the default of a new function",
    "CREATE FUNCTION accounting.f(a int) RETURNS int LANGUAGE sql AS 'select 1'",
  ],
  [
    "runtime-privileges",
    "table accounting.invoices",
    "TRUNCATE",
    "GRANT TRUNCATE ON accounting.invoices TO authenticated",
  ],
  [
    "runtime-privileges",
    "table accounting.invoices",
    "REFERENCES of a column",
    "GRANT REFERENCES (id) ON accounting.invoices TO authenticated",
  ],
  [
    "runtime-privileges",
    "table accounting.invoices",
    "GRANT OPTION",
    "GRANT SELECT ON accounting.invoices TO authenticated WITH GRANT OPTION",
  ],
  ["runtime-privileges", "schema accounting", "CREATE", "GRANT CREATE ON SCHEMA accounting TO authenticated"],
  [
    "runtime-privileges",
    "schema auth",
    "anything on auth",
    "CREATE SCHEMA auth; GRANT USAGE ON SCHEMA auth TO authenticated",
  ],
  ["view-security-invoker", "view accounting.totals", "reset", "ALTER VIEW accounting.totals RESET (security_invoker)"],
  [
    "view-security-invoker",
    "view accounting.totals",
    "false",
    "ALTER VIEW accounting.totals SET (security_invoker = false)",
  ],
  [
    "no-materialized-tenant-data",
    "view accounting.kept",
    "through a view",
    "CREATE MATERIALIZED VIEW accounting.kept AS SELECT id FROM accounting.totals",
  ],
  [
    "definer-search-path",
    "function tenancy.tenant_count()",
    "not pinned",
    "ALTER FUNCTION tenancy.tenant_count() RESET search_path",
  ],
  [
    "definer-search-path",
    "function tenancy.tenant_count()",
    "pinned to public",
    "ALTER FUNCTION tenancy.tenant_count() SET search_path = public, pg_catalog",
  ],
  ["no-enum-types", "enum accounting.color", "an enum", "CREATE TYPE accounting.color AS ENUM ('red')"],
];
