import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Allowance } from "../../src/core/domain";
import {
  type Catalogue,
  proveSchema,
  readCatalogue,
  renderSchema,
  ruleNames,
  scanOrphans,
  schemaWarnings,
  validateSchema,
} from "../../src/operations/catalogue";
import { migrate, readMigrations } from "../../src/operations/migrations";
import { changed } from "../kit/changes";
import { isSoak } from "../kit/length";
import { migrationsFolder, miniAllowances, miniSchemas as schemas } from "./mini";
import { additionMutations } from "./mutations-additions";
import { isolationMutations } from "./mutations-isolation";
import { keyMutations } from "./mutations-keys";
import { movableMutations } from "./mutations-movable";
import { objectMutations } from "./mutations-objects";
import { sessionMutations } from "./mutations-sessions";
import { surroundingMutations } from "./mutations-surroundings";
import { harmlessTriggers, triggerMutations } from "./mutations-triggers";
import { startServer, type TestServer } from "./server";

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
});
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

/** The errors of a catalogue of the small design. */
const prove = (catalogue: Catalogue, allowances: readonly Allowance[] = []) =>
  proveSchema(catalogue, [...miniAllowances, ...allowances]);

const all = [
  ...isolationMutations,
  ...keyMutations,
  ...objectMutations,
  ...surroundingMutations,
  ...movableMutations,
  ...sessionMutations,
  ...additionMutations,
  ...triggerMutations,
];
type Mutation = (typeof all)[number];

/*
 * Every run tries one mutation of each rule and kind of object, another one each time; the soak tries all, and so does a
 * run after the proof has changed.
 */
const proof = ["packages/db/src/operations/catalogue", "packages/db/test/operations"];
const kindOf = ([rule, object]: Mutation) => `${rule} ${object.split(" ")[0]}`;
const mutations = isSoak || changed("catalogue", proof) ? all : oneOfEach(all, kindOf);

function oneOfEach<T>(items: readonly T[], key: (item: T) => string): T[] {
  const shuffled = items.map((item) => ({ item, at: Math.random() })).sort((a, b) => a.at - b.at);
  const chosen = new Set(new Map(shuffled.map(({ item }) => [key(item), item])).values());
  return items.filter((item) => chosen.has(item));
}

/** What is proven of a mutation, read once: the tests of its fix ask again. */
const known = new Map<string, ReturnType<typeof proveSchema>>();
async function errorsAfter(statements: string): Promise<ReturnType<typeof proveSchema>> {
  const errors = known.get(statements) ?? prove(await after(statements));
  known.set(statements, errors);
  return errors;
}

describe("the rules", () => {
  test("the right schema has no error", () => {
    expect(prove(right)).toEqual([]);
    expect(right.tables.map((table) => table.fullName)).toEqual([
      "accounting.customers",
      "accounting.invoices",
      "tenancy.tenants",
    ]);
  });

  test.each(mutations)("%s: %s, %s", async (rule, object, _what, statements) => {
    const name = object.replace("{database}", database);
    const errors = await errorsAfter(statements);
    // Without its primary key a table breaks what hangs on the key as well; the rule itself must be among them.
    expect(errors.map((error) => ({ rule: error.rule, object: error.object }))).toContainEqual({ rule, object: name });
    if (!statements.includes("DROP CONSTRAINT invoices_pkey;") && !statements.endsWith("invoices_pkey")) {
      expect(errors).toHaveLength(1);
    }
    for (const error of errors)
      expect([error.expected, error.found, error.fix].every((part) => part.length > 3)).toBe(true);
  });

  test.each(harmlessTriggers)("a BEFORE trigger may have %s", async (_what, statements) => {
    expect(prove(await after(statements))).toEqual([]);
  });

  test("a plain foreign key to another tenant table", async () => {
    const errors = prove(
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
    expect(prove({ ...right, tables }).map((error) => `${error.rule} ${error.object} ${error.found}`)).toEqual([
      "tenant-key column accounting.customers.tenant_id uuid",
      "tenant-key column accounting.invoices.tenant_id uuid",
    ]);
  });

  test("a partial index without the empty references covers a foreign key; a new table is held to every rule", async () => {
    const partial = await after(
      "DROP INDEX accounting.idx_invoices_customer_id; CREATE INDEX idx_invoices_x ON accounting.invoices (tenant_id, customer_id) WHERE customer_id IS NOT NULL",
    );
    expect(prove(partial)).toEqual([]);
    const added = prove(await after("CREATE TABLE accounting.notes (tenant_id uuid, company_id uuid)"));
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

  test("a definer may have an owner of its own, and may be anybody's while the runtime login cannot execute it", async () => {
    const definer = `CREATE FUNCTION public.f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'select 1';`;
    const owned = `CREATE ROLE mini_definer NOLOGIN; GRANT SELECT ON tenancy.tenants TO mini_definer;
      ALTER FUNCTION public.f() OWNER TO mini_definer`;
    expect(prove(await after(definer + owned))).toEqual([]);
    expect(prove(await after(`${definer} ${owned}; GRANT authenticated TO mini_definer`))).toEqual([]);
    expect(prove(await after(`${definer} REVOKE EXECUTE ON FUNCTION public.f() FROM PUBLIC`))).toEqual([]);
  });

  test("a definer's owner is told with all that makes it too strong", async () => {
    const definer =
      "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'select 1'";
    const found = async (owner: string) => {
      const statements = [
        definer,
        `CREATE ROLE mini_definer ${owner}`,
        "ALTER FUNCTION public.f() OWNER TO mini_definer",
      ];
      return prove(await after(statements.join(";"))).map((error) => error.found);
    };
    expect(await found("NOLOGIN")).toEqual([]);
    expect(await found("NOLOGIN SUPERUSER")).toEqual(["owned by mini_definer, which is a superuser"]);
    expect(await found("LOGIN BYPASSRLS IN ROLE platform")).toEqual([
      "owned by mini_definer, which may log in and bypasses row level security and has the rights of platform",
    ]);
  });

  test("outside the schemas, closed tables, other tables and views with their caller's rights are right", async () => {
    const statements = [
      "CREATE TABLE public.closed (tenant_id uuid)",
      "CREATE TABLE public.shared (name text); GRANT SELECT ON public.shared TO PUBLIC",
      "CREATE VIEW public.own WITH (security_invoker = true) AS SELECT tenant_id FROM accounting.invoices",
      "GRANT SELECT ON public.own TO authenticated",
    ];
    expect(prove(await after(statements.join(";")))).toEqual([]);
  });

  const among = (wanted: readonly Mutation[]) => mutations.filter((mutation) => wanted.includes(mutation));
  const repairable = among(surroundingMutations).filter(([rule]) => rule !== "definer-owner");
  test.each(repairable)("%s: %s, %s, is right again after the statement under fix", async (...mutation) => {
    const fix = (await errorsAfter(mutation[3]))[0]?.fix ?? "";
    const statement = /`([^`]*REVOKE [^`]*)`/.exec(fix)?.[1] ?? "";
    expect(statement).toMatch(/ FROM (authenticated|PUBLIC)$/);
    expect(prove(await after(`${mutation[3]}; ${statement}`))).toEqual([]);
  });

  // One of each rule and kind of object: what differs is in the statements of one function.
  const runnable = oneOfEach(among([...sessionMutations, ...additionMutations]), kindOf);
  test.each(runnable)("%s: %s, %s, is right again after what fix says", async (...mutation) => {
    const fix = (await errorsAfter(mutation[3]))[0]?.fix ?? "";
    const statement = /`([^`]+)`/.exec(fix)?.[1] ?? "";
    expect(prove(await after(`${mutation[3]}; ${statement}`))).toEqual([]);
  });

  test("settings that limit, log or plan are nobody's business; a secret in one is not shown", async () => {
    const login = "CREATE ROLE mini_login LOGIN IN ROLE authenticated;";
    const harmless = [
      "statement_timeout = '30s'",
      "work_mem = '64MB'",
      "log_statement = 'all'",
      "enable_seqscan = off",
      "timezone = 'Asia/Tokyo'",
    ];
    const set = (settings: string[]) => settings.map((setting) => `ALTER ROLE mini_login SET ${setting};`).join(" ");
    expect(prove(await after(`${login} ${set(harmless)}`))).toEqual([]);
    const secret = prove(await after(`${login} ${set(["app.key = 'hush-hush'"])}`));
    expect(secret).toHaveLength(1);
    expect(JSON.stringify(secret)).not.toContain("hush");
    const other = `CREATE ROLE mini_other LOGIN; ALTER ROLE mini_other SET row_security = off`;
    expect(prove(await after(other))).toEqual([]);
  });

  test("what the server gives every session is seen in the session itself", async () => {
    const options = "-c session_replication_role=replica -c row_security=off -c work_mem=64MB";
    const odd = await server.connect(database, undefined, options);
    const errors = prove(await readCatalogue(odd, schemas));
    expect(errors.map(({ rule, object, found }) => [rule, object, found])).toEqual([
      ["session-settings", "setting row_security of the server", "row_security = off"],
      ["session-settings", "setting session_replication_role of the server", "session_replication_role = replica"],
    ]);
  });

  test("a login that is asked about is held to the rules, and the session's own", async () => {
    const login = await server.login("asked");
    await client.query(`GRANT authenticated TO ${login}`);
    const found = async (of: Client, logins: string[]) =>
      prove(await readCatalogue(of, schemas, logins)).map((error) => error.object);
    expect(await found(client, [login])).toEqual([]);
    await client.query(`GRANT pg_monitor TO ${login}`);
    expect(await found(client, [])).toEqual([]);
    expect(await found(client, [login])).toEqual([`role ${login}`]);
    expect(await found(await server.connect(database, login), [])).toEqual([`role ${login}`]);
  });

  test("extensions, publications and subscriptions are warnings", async () => {
    const warnings = async (statements: string) => schemaWarnings(await after(statements)).map(({ object }) => object);
    expect(await warnings("CREATE PUBLICATION leaving FOR TABLE accounting.invoices")).toEqual(["publication leaving"]);
    expect(
      await warnings("CREATE TABLE public.other (id int); CREATE PUBLICATION fine FOR TABLE public.other"),
    ).toEqual([]);
    const subscription = "CREATE SUBSCRIPTION arriving CONNECTION 'dbname=x' PUBLICATION x WITH (connect = false)";
    expect(await warnings(subscription)).toEqual(["subscription arriving"]);
    expect(await warnings("CREATE EXTENSION pg_trgm")).toEqual(["extension pg_trgm"]);
  });

  test("every rule has a mutation", () => {
    expect(new Set(all.map(([rule]) => rule))).toEqual(new Set(ruleNames));
  });

  test("an allowance needs a reason, and a need", async () => {
    const catalogue = await after("CREATE FUNCTION accounting.f() RETURNS int LANGUAGE sql AS 'select 1'");
    const allowance: Allowance = {
      rule: "nothing-for-public",
      object: "function accounting.f()",
      reason: "used by the health check",
    };
    expect(prove(catalogue, [allowance])).toEqual([]);
    expect(prove(catalogue, [{ ...allowance, reason: " " }]).map((error) => error.found)).toEqual(["no reason"]);
    expect(prove(right, [allowance]).map((error) => error.found)).toEqual(["nothing to allow"]);
  });
});

test("what only a superuser can close is a warning where the owner is none, and an error where somebody opened it", async () => {
  const owner = await server.login("owner");
  const owned = await server.database();
  const admin = await server.connect(owned);
  await admin.query(`ALTER DATABASE ${owned} OWNER TO ${owner}`);
  const own = await server.connect(owned, owner);
  const files = await migrationsFolder();
  await migrate(own, { migrations: await readMigrations(files.folder) });
  await files.remove();
  const runtime = await server.login("runtime");
  await admin.query(`GRANT authenticated TO ${runtime}`);
  for (const login of [own, await server.connect(owned, runtime), admin]) {
    const { isValid, errors, warnings } = await validateSchema(login, {
      expected: renderSchema(right),
      schemas,
      allowances: miniAllowances,
    });
    expect({ isValid, errors }).toEqual({ isValid: true, errors: [] });
    expect(warnings?.map(({ rule, object }) => [rule, object])).toEqual([
      ["large-objects", "functions of large objects"],
    ]);
    expect(warnings?.[0]?.found).toMatch(/^EXECUTE on .*pg_catalog\.lo_get\(oid\), .* for PUBLIC$/);
  }
  await admin.query("GRANT EXECUTE ON FUNCTION lo_get(oid) TO authenticated");
  const opened = await validateSchema(own, { expected: renderSchema(right), schemas, allowances: miniAllowances });
  expect(opened.errors.map((error) => [error.rule, error.found])).toEqual([
    ["large-objects", "EXECUTE on pg_catalog.lo_get(oid) for authenticated"],
  ]);
  await admin.query("REVOKE EXECUTE ON FUNCTION lo_get(oid) FROM authenticated");
  const [, statement = ""] = /`(REVOKE [^`]*)`/.exec(opened.warnings?.[0]?.fix ?? "") ?? [];
  await admin.query(statement);
  expect(await validateSchema(own, { expected: renderSchema(right), schemas, allowances: miniAllowances })).toEqual({
    isValid: true,
    errors: [],
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
