import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Allowance,
  type Catalogue,
  proveSchema,
  readCatalogue,
  ruleNames,
  scanOrphans,
} from "../../src/operations/catalogue";
import { migrate, readMigrations } from "../../src/operations/migrations";
import { migrationsFolder } from "./mini";
import { isolationMutations } from "./mutations-isolation";
import { keyMutations } from "./mutations-keys";
import { objectMutations } from "./mutations-objects";
import { startServer, type TestServer } from "./server";

const schemas = ["auth", "tenancy", "accounting"];
let server: TestServer;
let client: Client;
let database: string;
let right: Catalogue;

beforeAll(async () => {
  server = await startServer();
  database = await server.database();
  client = await server.connect(database);
  const files = await migrationsFolder();
  await migrate(client, { migrations: await readMigrations(files.folder) });
  await files.remove();
  right = await readCatalogue(client, schemas);
}, 60_000);
afterAll(() => server?.stop(), 60_000);

/** The catalogue as it is after the statements, which are rolled back. */
async function after(statements: string): Promise<Catalogue> {
  await client.query("BEGIN");
  try {
    await client.query(statements);
    return await readCatalogue(client, schemas);
  } finally {
    await client.query("ROLLBACK");
  }
}

const mutations = [...isolationMutations, ...keyMutations, ...objectMutations];

describe("the rules", () => {
  test("the right schema has no error", () => {
    expect(proveSchema(right)).toEqual([]);
    expect(right.tables.map((table) => table.fullName)).toEqual([
      "accounting.customers",
      "accounting.invoices",
      "tenancy.tenants",
    ]);
  });

  test.each(mutations)("%s: %s, %s", async (rule, object, _what, statements) => {
    const errors = proveSchema(await after(statements));
    // Without its primary key a table breaks what hangs on the key as well; the rule itself must be among them.
    expect(errors.map((error) => ({ rule: error.rule, object: error.object }))).toContainEqual({ rule, object });
    if (!statements.includes("DROP CONSTRAINT invoices_pkey;") && !statements.endsWith("invoices_pkey")) {
      expect(errors).toHaveLength(1);
    }
    for (const error of errors)
      expect([error.expected, error.found, error.fix].every((part) => part.length > 3)).toBe(true);
  });

  test("a plain foreign key to another tenant table", async () => {
    const errors = proveSchema(
      await after(
        "CREATE UNIQUE INDEX idx_customers_plain ON accounting.customers (id); " +
          "ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_plain_fkey FOREIGN KEY (customer_id) REFERENCES accounting.customers (id)",
      ),
    );
    expect(errors.map((error) => error.rule)).toEqual([
      "tenant-leads-index",
      "foreign-key-carries-tenant",
      "foreign-key-indexed",
    ]);
  });

  test("a nullable tenant_id", () => {
    const tables = right.tables.map((table) => ({
      ...table,
      columns: table.columns.map((column) => (column.name === "tenant_id" ? { ...column, notNull: false } : column)),
    }));
    expect(proveSchema({ ...right, tables }).map((error) => `${error.rule} ${error.object} ${error.found}`)).toEqual([
      "tenant-key column accounting.customers.tenant_id uuid",
      "tenant-key column accounting.invoices.tenant_id uuid",
    ]);
  });

  test("a partial index without the empty references covers a foreign key; a new table is held to every rule", async () => {
    const partial = await after(
      "DROP INDEX accounting.idx_invoices_customer_id; CREATE INDEX idx_invoices_x ON accounting.invoices (tenant_id, customer_id) WHERE customer_id IS NOT NULL",
    );
    expect(proveSchema(partial)).toEqual([]);
    const added = proveSchema(await after("CREATE TABLE accounting.notes (tenant_id uuid, company_id uuid)"));
    expect(new Set(added.map((error) => error.rule))).toEqual(
      new Set([
        "row-security-forced",
        "tenant-isolation-policy",
        "platform-access-policy",
        "company-isolation-policy",
        "tenant-key",
        "tenant-reference",
      ]),
    );
  });

  test("every rule has a mutation", () => {
    expect(new Set(mutations.map(([rule]) => rule))).toEqual(new Set(ruleNames));
  });

  test("an allowance needs a reason, and a need", async () => {
    const catalogue = await after("CREATE FUNCTION accounting.f() RETURNS int LANGUAGE sql AS 'select 1'");
    const allowance: Allowance = {
      rule: "nothing-for-public",
      object: "function accounting.f()",
      reason: "used by the health check",
    };
    expect(proveSchema(catalogue, [allowance])).toEqual([]);
    expect(proveSchema(catalogue, [{ ...allowance, reason: " " }]).map((error) => error.found)).toEqual(["no reason"]);
    expect(proveSchema(right, [allowance]).map((error) => error.found)).toEqual(["nothing to allow"]);
  });
});

describe("orphans", () => {
  test("none, then counted, and a login that cannot see every row says so", async () => {
    expect(await scanOrphans(client, { schemas })).toEqual([]);
    await client.query(`
      INSERT INTO tenancy.tenants (id, name) VALUES ('11111111-1111-4111-8111-111111111111', 'a');
      SET session_replication_role = replica;
      INSERT INTO accounting.invoices (tenant_id, customer_id)
        SELECT '11111111-1111-4111-8111-111111111111', gen_random_uuid() FROM generate_series(1, 3);
      SET session_replication_role = origin;
      GRANT USAGE ON SCHEMA tenancy TO platform; GRANT SELECT ON ALL TABLES IN SCHEMA tenancy, accounting TO platform`);
    const object = "constraint accounting.invoices.invoices_customer_id_fkey";
    expect(await scanOrphans(client, { schemas })).toMatchObject([
      { object, found: "3 rows without a parent", rule: "orphans" },
    ]);
    expect(await scanOrphans(client, { schemas, limit: 2 })).toMatchObject([
      { found: "2 or more rows without a parent" },
    ]);
    expect(await scanOrphans(client, { schemas, role: "platform" })).toMatchObject([
      { object, found: "3 rows without a parent" },
    ]);
    const login = await server.login("runtime");
    await client.query(`GRANT authenticated TO ${login}`);
    const runtime = await scanOrphans(await server.connect(database, login), { schemas });
    expect(runtime.map((error) => error.found.slice(0, 11))).toEqual(["not counted", "not counted", "not counted"]);
    await client.query(
      "DELETE FROM accounting.invoices; REVOKE SELECT ON ALL TABLES IN SCHEMA tenancy, accounting FROM platform",
    );
  });
});
