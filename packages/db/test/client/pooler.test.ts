import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withUrlParts } from "../../src/client/url";
import { ConfigurationError, createDatabase, type Database, ensureDb, MigrationError } from "../../src/index";
import { withAdmin } from "../../src/operations/admin";
import { refusePooler } from "../../src/operations/pooler";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { callTool } from "../cli/run-tool";
import { rejection } from "../kit/outcomes";
import { type Pooler, startPooler } from "./pooler";

let test: TestDatabase;
let acme: TestTenant;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test);
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await test.close();
});

async function pooled(target: string, size: number): Promise<Pooler> {
  const pooler = await startPooler(target, size);
  closing.push(pooler.close);
  return pooler;
}

function open(url: string, max = 5): Database {
  const db = createDatabase({ url, max, unsafeLogin: "refuse", connectionTimeoutMillis: 3_000 });
  closing.push(() => db.close({ graceMs: 100 }));
  return db;
}

const advice = /pooler lies between that does not keep them\. Use PgBouncer 1\.21/;

describe("a pooler of transactions that does not know prepared statements", () => {
  it.each([2, 3, 8])("is refused at start-up, with what to set: %i server connections", async (size) => {
    const { url } = await pooled(test.urls.runtime, size);
    const error = await rejection(ensureDb(open(url)));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toMatch(advice);
  });

  it("is refused again by a process that comes later, and by one with a single connection", async () => {
    const { url } = await pooled(test.urls.runtime, 3);
    for (const max of [1, 5, 1]) {
      const error = await rejection(ensureDb(open(url, max)));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(String(error)).toMatch(advice);
    }
  });

  it("is named by the calls that fail on it", async () => {
    const { url } = await pooled(test.urls.runtime, 4);
    const tenant = open(url).forTenant({ tenantId: acme.tenant.id });
    const calls = await Promise.allSettled(Array.from({ length: 40 }, () => tenant.accounting.customers.list()));
    const errors = calls.flatMap((call) => (call.status === "rejected" ? [call.reason] : []));
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) {
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(String(error)).toMatch(advice);
    }
  });

  it("is found by db:doctor, and db:migrate through it is refused without a lock left behind", async () => {
    const { url } = await pooled(test.urls.runtime, 3);
    const admin = await pooled(test.urls.admin, 3);
    const variables = { DATABASE_URL: url, DATABASE_ADMIN_URL: admin.url };
    const doctor = await callTool(["doctor"], variables);
    expect(doctor.code).toBe(1);
    expect(doctor.output).toMatch(/✗ DATABASE_URL: .*pooler lies between/);
    expect(doctor.output).toMatch(
      /✗ DATABASE_ADMIN_URL .*leads through a pooler|✗ DATABASE_ADMIN_URL: DATABASE_ADMIN_URL leads/,
    );
    const migrate = await callTool(["migrate"], variables);
    expect(migrate.code).toBe(1);
    expect(migrate.output).toContain("MigrationError: DATABASE_ADMIN_URL leads through a pooler");
    const { rows } = await test.asOwner((owner) =>
      owner.query(
        "select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
      ),
    );
    expect(rows).toEqual([]);
    expect((await callTool(["migrate"], { DATABASE_ADMIN_URL: test.urls.admin })).code).toBe(0);
  });

  it.each([1, 2, 5])("is refused by the migrator with %i server connections", async (size) => {
    const { url } = await pooled(test.urls.admin, size);
    const error = await withAdmin(url, (client) => rejection(refusePooler(client, url)));
    expect(error).toBeInstanceOf(MigrationError);
  });
});

describe("a connection to the server itself", () => {
  it("is found fit, by the migrator too", async () => {
    expect(await ensureDb(open(test.urls.runtime, 1))).toBeDefined();
    await withAdmin(test.urls.admin, (client) => refusePooler(client, test.urls.admin));
  });

  it("is not asked for a second connection that the login does not have", async () => {
    const name = `only_one_${randomBytes(6).toString("hex")}`;
    const password = randomBytes(12).toString("hex");
    await test.asOwner(async (owner) => {
      await owner.query(`create role ${name} login password '${password}' connection limit 1 in role authenticated`);
      await owner.query(`grant connect on database ${test.name} to ${name}`);
    });
    closing.push(() =>
      test.asOwner(async (owner) => void (await owner.query(`drop owned by ${name}; drop role ${name}`))),
    );
    expect(await ensureDb(open(withUrlParts(test.urls.runtime, { user: name, password })))).toBeDefined();
  });
});
