import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  ConfigurationError,
  ConnectionError,
  checkConnectionHealth,
  createDatabase,
  Database,
  type DatabaseOptions,
  ensureDb,
  MigrationError,
  UnsafeRoleError,
} from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { leaks } from "../secrets/surfaces";
import { value } from "./connections";

let test: TestDatabase;
const opened: Database[] = [];
const logins: string[] = [];
const password = randomBytes(12).toString("hex");

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(async () => {
  await test.asOwner(async (owner) => {
    for (const name of logins) await owner.query(`drop owned by ${name}; drop role ${name}`);
  });
  await test.close();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((db) => db.close({ graceMs: 100 })));
});

function to(url: string, options: DatabaseOptions = {}): Database {
  const db = createDatabase({ url, max: 1, connectionTimeoutMillis: 2_000, unsafeLogin: "refuse", ...options });
  opened.push(db);
  return db;
}

/** A login of this test with the given attributes and memberships; its URL. */
async function login(attributes: string, ...after: string[]): Promise<string> {
  const name = `start_up_${randomBytes(6).toString("hex")}`;
  await test.asOwner(async (owner) => {
    await owner.query(`create role ${name} login ${attributes} password '${password}'`);
    logins.push(name);
    await owner.query(`grant connect on database ${test.name} to ${name}`);
    for (const statement of after) await owner.query(statement.replaceAll("LOGIN", name));
  });
  const url = new URL(test.urls.admin);
  url.username = name;
  url.password = password;
  return url.toString();
}

/** Both ways of asking at start-up, and the first call, must refuse the login. */
async function expectUnsafe(url: string, reason: RegExp): Promise<void> {
  const db = to(url);
  const error = await rejection(ensureDb(db));
  expect(error).toBeInstanceOf(UnsafeRoleError);
  expect(String(error)).toMatch(reason);
  expect(String(error)).toContain("db:roles");
  expect(leaks(error, [["password", password]])).toEqual([]);
  const health = await checkConnectionHealth(db);
  expect(health.isHealthy).toBe(false);
  expect(health.errors.join()).toContain("UnsafeRoleError");
  const call = db.forTenant({ tenantId: crypto.randomUUID() }).accounting.customers.list();
  expect(await rejection(call)).toBeInstanceOf(UnsafeRoleError);
}

describe("a healthy database", () => {
  it("says all that an operator asks for", async () => {
    const health = await checkConnectionHealth(test.db);
    expect(health).toMatchObject({ isHealthy: true, errors: [], role: new URL(test.urls.runtime).username });
    expect(health.latencyMs).toBeGreaterThan(0);
    expect(health.pool).toMatchObject({ max: 5, waiting: 0 });
    expect(health.serverVersion).toBe(test.serverVersion);
    expect(health.migrations).toMatchObject({ pending: [], problems: [] });
    expect(Object.keys(health).sort()).toEqual(
      ["errors", "isHealthy", "latencyMs", "migrations", "pool", "role", "serverVersion"].sort(),
    );
  });

  it("is returned by ensureDb", async () => {
    expect(await ensureDb(test.db)).toBe(test.db);
  });

  it("is still healthy while its pool is busy with other work", async () => {
    const acme = await createTenant(test);
    await acme.handle.transaction(async (tx) => {
      await tx.accounting.customers.list();
      expect((await checkConnectionHealth(test.db)).isHealthy).toBe(true);
    });
  });
});

describe("a database that cannot be reached", () => {
  it("is a ConnectionError at start-up and an unhealthy report", async () => {
    const url = new URL(test.urls.runtime);
    url.port = "1";
    const db = to(url.toString());
    expect(await rejection(ensureDb(db))).toBeInstanceOf(ConnectionError);
    const health = await checkConnectionHealth(db);
    expect(health).toMatchObject({
      isHealthy: false,
      role: undefined,
      serverVersion: undefined,
      migrations: undefined,
    });
    expect(health.errors).toHaveLength(1);
    expect(health.errors[0]).toContain("ConnectionError");
    expect(JSON.stringify(health)).not.toContain(url.password);
  });

  it("is a ConfigurationError that names the variable when nothing is configured", async () => {
    const kept = { url: process.env.DATABASE_URL, alias: process.env.PGURI };
    delete process.env.DATABASE_URL;
    delete process.env.PGURI;
    try {
      expect(() => createDatabase()).toThrow(ConfigurationError);
      expect(() => createDatabase()).toThrow(/DATABASE_URL/);
      const health = await checkConnectionHealth();
      expect(health.isHealthy).toBe(false);
      expect(health.errors.join()).toContain("DATABASE_URL");
    } finally {
      if (kept.url !== undefined) process.env.DATABASE_URL = kept.url;
      if (kept.alias !== undefined) process.env.PGURI = kept.alias;
    }
  });
});

describe("a database that is not migrated", () => {
  it("is a MigrationError at start-up that says what to run", async () => {
    const name = `${test.name}_empty`;
    await test.asOwner((owner) => owner.query(`create database ${name} template template0`));
    try {
      const url = new URL(test.urls.runtime);
      url.pathname = `/${name}`;
      const db = to(url.toString());
      const error = await rejection(ensureDb(db));
      expect(error).toBeInstanceOf(MigrationError);
      expect(String(error)).toContain("pnpm db:migrate");
      const health = await checkConnectionHealth(db);
      expect(health.isHealthy).toBe(false);
      expect(health.errors.join()).toMatch(/MigrationError.*pnpm db:migrate/);
      await db.close();
    } finally {
      await test.asOwner((owner) => owner.query(`drop database ${name} with (force)`));
    }
  });
});

describe("a login that could reach beyond its scope", () => {
  it("is refused when it is a superuser", () => expectUnsafe(test.urls.admin, /superuser/));

  it("is refused when it bypasses row level security", async () => {
    await expectUnsafe(await login("bypassrls", "grant authenticated to LOGIN"), /BYPASSRLS/);
  });

  it("is refused when it owns a table", async () => {
    const url = await login(
      "nosuperuser",
      "grant authenticated to LOGIN",
      "grant create on schema accounting to LOGIN",
      "create table accounting.owned_by_login (id int)",
      "alter table accounting.owned_by_login owner to LOGIN",
    );
    await expectUnsafe(url, /owns objects/);
    await test.asOwner((owner) => owner.query("drop table accounting.owned_by_login"));
  });

  it("is refused when it is a member of the platform as well", async () => {
    await expectUnsafe(
      await login("", "grant authenticated to LOGIN", "grant platform to LOGIN"),
      /member of platform/,
    );
  });

  it.each(["ledger_writer", "audit_writer"])(
    "is refused when it is in %s, whose functions write for it",
    async (role) => {
      const url = await login("", "grant authenticated to LOGIN", `grant ${role} to LOGIN`);
      await expectUnsafe(url, new RegExp(`owns SECURITY DEFINER functions \\(through ${role}\\)`));
    },
  );

  it("is refused when it is in a writer's role that nobody named before", async () => {
    const writer = `stock_writer_${randomBytes(6).toString("hex")}`;
    const url = await login("", "grant authenticated to LOGIN");
    expect(await ensureDb(to(url))).toBeInstanceOf(Database);
    await test.asOwner(async (owner) => {
      await owner.query(`create role ${writer}; grant ${writer} to ${new URL(url).username}`);
      await owner.query(
        `create function accounting.count_stock() returns int language sql security definer as 'select 1'`,
      );
    });
    logins.push(writer);
    expect(await ensureDb(to(url))).toBeInstanceOf(Database);
    await test.asOwner((owner) => owner.query(`alter function accounting.count_stock() owner to ${writer}`));
    await expectUnsafe(url, new RegExp(`owns SECURITY DEFINER functions \\(through ${writer}\\)`));
  });

  it("is refused when it is in a role that a policy shows other rows", async () => {
    const reader = `reader_${randomBytes(6).toString("hex")}`;
    const url = await login("", "grant authenticated to LOGIN");
    await test.asOwner(async (owner) => {
      await owner.query(`create role ${reader}; grant ${reader} to ${new URL(url).username}`);
      await owner.query(`create policy narrow on accounting.customers as restrictive to ${reader} using (true)`);
    });
    logins.push(reader);
    expect(await ensureDb(to(url))).toBeInstanceOf(Database);
    await test.asOwner((owner) => owner.query(`create policy wide on accounting.customers to ${reader} using (true)`));
    await expectUnsafe(url, new RegExp(`policy that is not its group's \\(through ${reader}\\)`));
  });

  it("is refused when it could become stronger through another role", async () => {
    await expectUnsafe(
      await login("noinherit", "grant authenticated to LOGIN", "grant pg_read_all_data to LOGIN"),
      /pg_read_all_data/,
    );
  });

  it("is refused when it may replicate, which reads every row past all policies", async () => {
    await expectUnsafe(await login("replication", "grant authenticated to LOGIN"), /has REPLICATION/);
  });

  it("is refused when it is in any role of PostgreSQL itself, whatever the version brings", async () => {
    const roles = await test.asOwner(async (owner) => {
      const { rows } = await owner.query<{ name: string }>(
        "select rolname as name from pg_roles where rolname ~ '^pg_' and rolname <> 'pg_database_owner'",
      );
      return rows.map(({ name }) => name);
    });
    expect(roles).toContain("pg_monitor");
    for (const role of roles) {
      const url = await login("", "grant authenticated to LOGIN", `grant ${role} to LOGIN`);
      expect(String(await rejection(ensureDb(to(url)))), role).toContain(`is a member of pg_`);
    }
  });

  it("is refused when it is in a writer's role that it neither inherits nor is in directly", async () => {
    const between = `between_${randomBytes(6).toString("hex")}`;
    await test.asOwner((owner) => owner.query(`create role ${between} noinherit; grant ledger_writer to ${between}`));
    const url = await login("noinherit", "grant authenticated to LOGIN", `grant ${between} to LOGIN`);
    logins.push(between);
    await expectUnsafe(url, /owns SECURITY DEFINER functions \(through ledger_writer\)/);
  });

  it("is refused when it may make roles", async () => {
    await expectUnsafe(await login("createrole", "grant authenticated to LOGIN"), /CREATEROLE/);
  });

  it("is refused when it is not a member of its group", async () => {
    await expectUnsafe(await login(""), /not a member of authenticated/);
  });

  it("is refused in production without being asked", async () => {
    const before = process.env.NODE_ENV;
    process.env.NODE_ENV = "production";
    try {
      const db = to(test.urls.admin, { unsafeLogin: undefined });
      expect(await rejection(ensureDb(db))).toBeInstanceOf(UnsafeRoleError);
    } finally {
      process.env.NODE_ENV = before;
    }
  });

  it("loses its rights outside production, with one warning however many connections there are", async () => {
    const acme = await createTenant(test);
    const warnings: string[] = [];
    const db = to(test.urls.admin, {
      unsafeLogin: undefined,
      max: 3,
      onWarning: (message) => warnings.push(message),
    });
    const handle = db.forTenant({ tenantId: acme.tenant.id });
    const users = await Promise.all(
      [1, 2, 3].map(() => value(handle, sql`select current_user || pg_sleep(0.05)::text`)),
    );
    expect(users).toEqual(["authenticated", "authenticated", "authenticated"]);
    expect(db.pool.status().total).toBe(3);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/superuser.*dropped to "authenticated".*production refuses it/s);
    expect(await value(handle, sql`select count(*)::int from tenancy.tenants`)).toBe(1);
    expect(await ensureDb(db)).toBe(db);
  });

  it("cannot be dropped to a group that it may not become", async () => {
    const db = to(await login(""), { unsafeLogin: "drop", onWarning: () => undefined });
    expect(await rejection(ensureDb(db))).toBeInstanceOf(UnsafeRoleError);
  });
});
