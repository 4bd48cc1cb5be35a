import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSchemaText, validateSchema } from "../../src/operations/catalogue";
import { migrate, readMigrations } from "../../src/operations/migrations";
import { migrationsFolder, miniAllowances, miniSchemas as schemas } from "./mini";
import { startServer, type TestServer } from "./server";

let server: TestServer;
let client: Client;
let database: string;
let expected: string;

beforeAll(async () => {
  server = await startServer();
  database = await server.database();
  client = await server.connect(database);
  const files = await migrationsFolder();
  await migrate(client, { migrations: await readMigrations(files.folder) });
  await files.remove();
  expected = await readSchemaText(client, schemas);
});
afterAll(() => server?.stop(), 60_000);

async function driftAfter(statements: string) {
  await client.query("BEGIN");
  try {
    await client.query(statements);
    const { errors } = await validateSchema(client, { expected, schemas });
    return errors.filter((error) => error.rule === "drift");
  } finally {
    await client.query("ROLLBACK");
  }
}

test("the migrated database is valid, as the owner and as the runtime login", async () => {
  expect(await validateSchema(client, { expected, schemas, allowances: miniAllowances })).toEqual({
    isValid: true,
    errors: [],
  });
  const login = await server.login("runtime");
  await client.query(`GRANT authenticated TO ${login}`);
  const runtime = await server.connect(database, login);
  expect(await validateSchema(runtime, { expected, schemas, allowances: miniAllowances })).toEqual({
    isValid: true,
    errors: [],
  });
});
test("drift and proof come from one call", async () => {
  const empty = await server.connect(await server.database());
  const { isValid, errors } = await validateSchema(empty, { expected, schemas });
  expect(isValid).toBe(false);
  expect(
    errors.filter((error) => error.object.startsWith("table ")).map((error) => [error.object, error.found]),
  ).toEqual([
    ["table accounting.customers", "missing"],
    ["table accounting.invoices", "missing"],
    ["table tenancy.tenants", "missing"],
  ]);
  expect(errors.some((error) => error.object.startsWith("policy "))).toBe(false);
});

const table = "accounting.invoices";
const cases: [what: string, statements: string, object: string, expected: RegExp, found: RegExp, fix: RegExp][] = [
  [
    "column dropped",
    `ALTER TABLE ${table} DROP COLUMN serial`,
    `column ${table}.serial`,
    /^bigint GENERATED/,
    /^missing$/,
    /db:migrate/,
  ],
  [
    "column added",
    `ALTER TABLE ${table} ADD COLUMN note text NOT NULL DEFAULT 'a, b'`,
    `column ${table}.note`,
    /^absent$/,
    /^text DEFAULT 'a, b'::text NOT NULL$/,
    /DROP COLUMN note/,
  ],
  [
    "column type",
    `ALTER TABLE ${table} ALTER COLUMN "order" TYPE bigint`,
    `column ${table}.order`,
    /^integer$/,
    /^bigint$/,
    /db:migrate/,
  ],
  [
    "column default",
    `ALTER TABLE ${table} ALTER COLUMN status DROP DEFAULT`,
    `column ${table}.status`,
    /^text DEFAULT 'open'::text$/,
    /^text$/,
    /db:generate/,
  ],
  [
    "not null",
    `ALTER TABLE ${table} ALTER COLUMN amount DROP NOT NULL`,
    `column ${table}.amount`,
    /NOT NULL$/,
    /DEFAULT 0$/,
    /db:migrate/,
  ],
  [
    "index dropped",
    "DROP INDEX accounting.idx_invoices_open",
    `index ${table}.idx_invoices_open`,
    /^CREATE INDEX/,
    /^missing$/,
    /db:migrate/,
  ],
  [
    "index added",
    `CREATE INDEX idx_invoices_new ON ${table} (tenant_id, status)`,
    `index ${table}.idx_invoices_new`,
    /^absent$/,
    /^CREATE INDEX/,
    /DROP INDEX accounting.idx_invoices_new/,
  ],
  [
    "index changed",
    `DROP INDEX accounting.idx_invoices_open; CREATE INDEX idx_invoices_open ON ${table} (tenant_id, due_date)`,
    `index ${table}.idx_invoices_open`,
    /DESC/,
    /due_date\);$/,
    /put it back/,
  ],
  [
    "constraint dropped",
    `ALTER TABLE ${table} DROP CONSTRAINT invoices_status_check`,
    `constraint ${table}.invoices_status_check`,
    /CHECK/,
    /^missing$/,
    /db:migrate/,
  ],
  [
    "constraint added",
    `ALTER TABLE ${table} ADD CONSTRAINT invoices_x_check CHECK (amount > 1)`,
    `constraint ${table}.invoices_x_check`,
    /^absent$/,
    /amount > /,
    /DROP CONSTRAINT invoices_x_check/,
  ],
  [
    "policy changed",
    `ALTER POLICY tenant_isolation ON ${table} USING (true)`,
    `policy ${table}.tenant_isolation`,
    /current_tenant_id/,
    /USING \(true\)/,
    /put it back/,
  ],
  [
    "policy dropped",
    `DROP POLICY company_isolation ON ${table}`,
    `policy ${table}.company_isolation`,
    /RESTRICTIVE/,
    /^missing$/,
    /db:migrate/,
  ],
  [
    "policy added",
    `CREATE POLICY more ON ${table} AS RESTRICTIVE USING (true)`,
    `policy ${table}.more`,
    /^absent$/,
    /TO PUBLIC/,
    /DROP POLICY more ON accounting.invoices/,
  ],
  [
    "FORCE removed",
    `ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`,
    `rls ${table}`,
    /FORCE/,
    /^missing$/,
    /db:migrate/,
  ],
  [
    "row security removed",
    `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`,
    `rls ${table}`,
    /ENABLE/,
    /^missing$/,
    /db:migrate/,
  ],
  [
    "grant added",
    `GRANT TRUNCATE ON accounting.customers TO authenticated`,
    "grants accounting.customers",
    /SELECT ON/,
    /TRUNCATE/,
    /db:migrate/,
  ],
  [
    "grant for another role",
    `GRANT SELECT ON ${table} TO PUBLIC`,
    `grants ${table}`,
    /^absent$/,
    /^GRANT SELECT ON accounting.invoices TO PUBLIC;$/,
    /REVOKE SELECT ON accounting.invoices FROM PUBLIC/,
  ],
  [
    "column grant removed",
    `REVOKE UPDATE (status) ON ${table} FROM authenticated`,
    `grants ${table}`,
    /^GRANT UPDATE \(status\)/,
    /^missing$/,
    /db:migrate/,
  ],
  [
    "schema grant",
    "GRANT CREATE ON SCHEMA accounting TO authenticated",
    "grants accounting",
    /^GRANT USAGE/,
    /^GRANT CREATE, USAGE/,
    /db:migrate/,
  ],
  [
    "trigger dropped",
    `DROP TRIGGER touch ON ${table}`,
    `trigger ${table}.touch`,
    /BEFORE UPDATE/,
    /^missing$/,
    /db:migrate/,
  ],
  [
    "trigger disabled",
    `ALTER TABLE ${table} DISABLE TRIGGER touch`,
    `trigger ${table}.touch`,
    /touch\(\);$/,
    /DISABLE TRIGGER touch;$/,
    /put it back/,
  ],
  [
    "function body",
    "CREATE OR REPLACE FUNCTION tenancy.current_tenant_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ select gen_random_uuid() $$",
    "function tenancy.current_tenant_id()",
    /current_setting/,
    /gen_random_uuid/,
    /put it back/,
  ],
  [
    "function made a definer",
    "ALTER FUNCTION tenancy.current_tenant_id() SECURITY DEFINER SET search_path = ''",
    "function tenancy.current_tenant_id()",
    /STABLE/,
    /SECURITY DEFINER/,
    /put it back/,
  ],
  [
    "function's right",
    "GRANT EXECUTE ON FUNCTION tenancy.current_tenant_id() TO PUBLIC",
    "grants tenancy.current_tenant_id()",
    /^absent$/,
    /TO PUBLIC/,
    /REVOKE EXECUTE ON FUNCTION tenancy.current_tenant_id\(\) FROM PUBLIC/,
  ],
  [
    "view changed",
    "ALTER VIEW accounting.totals RESET (security_invoker)",
    "view accounting.totals",
    /security_invoker/,
    /CREATE VIEW accounting.totals AS/,
    /put it back/,
  ],
  [
    "sequence dropped",
    "DROP SEQUENCE accounting.batch_numbers",
    "sequence accounting.batch_numbers",
    /CREATE SEQUENCE/,
    /^missing$/,
    /db:migrate/,
  ],
  [
    "table added",
    "CREATE TABLE accounting.extra (id int CONSTRAINT extra_pkey PRIMARY KEY)",
    "table accounting.extra",
    /^absent$/,
    /CREATE TABLE/,
    /DROP TABLE accounting.extra/,
  ],
  [
    "table made unlogged",
    "ALTER TABLE accounting.invoices SET UNLOGGED",
    `table ${table}`,
    /^CREATE TABLE/,
    /^CREATE UNLOGGED TABLE/,
    /put it back/,
  ],
];

test.each(cases)("drift: %s", async (_what, statements, object, wanted, found, fix) => {
  const errors = await driftAfter(statements);
  expect(errors.map((error) => error.object)).toEqual([object]);
  expect(errors[0]?.expected).toMatch(wanted);
  expect(errors[0]?.found).toMatch(found);
  expect(errors[0]?.fix).toMatch(fix);
});

test("drift: the order of the columns", async () => {
  const errors = await driftAfter(`
    ALTER TABLE accounting.customers DROP COLUMN number; ALTER TABLE accounting.customers ADD COLUMN number text COLLATE "C"`);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ object: "table accounting.customers", rule: "drift" });
  expect(errors[0]?.found).toMatch(/updated_at, number$/);
});
