import { randomBytes } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { customers } from "../../src/accounting";
import {
  createDatabase,
  type Database,
  DatabaseError,
  ensureDb,
  UnsafeRoleError,
  validateSchema,
} from "../../src/index";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";

/*
 * Defaults of a login or of the database, which take effect before any code of the package. They are given in this database alone,
 * as the logins of all test files are on one server.
 */
let test: TestDatabase;
let acme: TestTenant;
const made: string[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test);
  await createCustomer(acme);
});
afterAll(async () => {
  await test.asOwner(async (owner) => {
    for (const name of made) await owner.query(`drop role ${name}`);
  });
  await test.close();
});

/** A runtime login of its own, with defaults in this database. */
async function loginWith(...defaults: string[]): Promise<{ name: string; url: string }> {
  const name = `defaults_${randomBytes(6).toString("hex")}`;
  await test.asOwner(async (owner) => {
    await owner.query(`create role ${name} login password '${name}' in role authenticated`);
    for (const each of defaults) await owner.query(`alter role ${name} in database ${test.name} set ${each}`);
  });
  made.push(name);
  const url = new URL(test.urls.runtime);
  url.username = name;
  url.password = name;
  return { name, url: url.href };
}

async function using<T>(url: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = createDatabase({ url, max: 1, unsafeLogin: "refuse" });
  try {
    return await work(db);
  } finally {
    await db.close({ graceMs: 100 });
  }
}

const ownDefaults = [
  "row_security = off",
  "default_transaction_isolation = 'serializable'",
  "transform_null_equals = on",
  "standard_conforming_strings = off",
  "array_nulls = off",
  "search_path = auth",
  "datestyle = 'SQL, DMY'",
];

describe("defaults that a login may give itself", () => {
  it("may be limits, which the start-up does not mind", async () => {
    const { url } = await loginWith("statement_timeout = '20s'", "work_mem = '8MB'");
    await using(url, async (db) => {
      expect(await ensureDb(db)).toBe(db);
      expect(await validateSchema(db)).toEqual({ isValid: true, errors: [] });
    });
  });

  it("change nothing of what the package does, and are told at start-up and by the proof", async () => {
    const { name, url } = await loginWith(...ownDefaults);
    await using(url, async (db) => {
      const handle = db.forTenant({ tenantId: acme.tenant.id, userId: acme.admin.id });
      expect((await handle.accounting.customers.list()).items).toHaveLength(1);
      expect(await handle.select().from(customers).where(eq(customers.tenantId, acme.tenant.id))).toHaveLength(1);
      const { rows } = await handle.execute<Record<string, string>>(sql`select current_setting('row_security') as rows,
        current_setting('transaction_isolation') as isolation, (null = null)::text as equal, '\\' as text`);
      expect(rows).toEqual([{ rows: "on", isolation: "read committed", equal: null, text: "\\" }]);

      const refused = await ensureDb(db).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(refused).toBeInstanceOf(DatabaseError);
      const told = ownDefaults.filter((each) => !each.startsWith("datestyle")).map((each) => each.split(" ")[0]);
      for (const setting of told) {
        expect(String(refused)).toContain(`${setting} has a default for role ${name} in database ${test.name}`);
      }
      expect(String(refused)).not.toContain("datestyle");
      const { errors } = await validateSchema(db);
      expect(errors.map(({ rule, object }) => `${rule} ${object}`).sort()).toEqual(
        told.map((setting) => `session-settings setting ${setting} of role ${name} in database ${test.name}`).sort(),
      );
    });
  });

  it("cannot be left behind unseen by SQL that was injected", async () => {
    const { name, url } = await loginWith();
    await using(url, async (db) => {
      const handle = db.forTenant({ tenantId: acme.tenant.id });
      expect(await ensureDb(db)).toBe(db);
      await handle.execute(`alter role current_user in database ${test.name} set default_transaction_read_only = on`);
      await expect(ensureDb(db)).rejects.toThrow(/default_transaction_read_only has a default for role/);
      await test.asOwner((owner) => owner.query(`alter role ${name} in database ${test.name} reset all`));
      expect(await ensureDb(db)).toBe(db);
    });
  });
});

describe("triggers that are switched off by a default", () => {
  it.each([
    ["the login", (name: string) => `alter role ${name} in database ${test.name}`],
    ["the database", () => `alter database ${test.name}`],
  ])("of %s make every connection refuse the login", async (_whose, alter) => {
    const { name, url } = await loginWith();
    await test.asOwner((owner) => owner.query(`${alter(name)} set session_replication_role = replica`));
    try {
      await using(url, async (db) => {
        for (const attempt of [
          () => ensureDb(db),
          () => db.forTenant({ tenantId: acme.tenant.id }).accounting.customers.list(),
          () => db.withTenant({ tenantId: acme.tenant.id }, (tx) => tx.select().from(customers)),
        ]) {
          await expect(attempt()).rejects.toThrow(UnsafeRoleError);
          await expect(attempt()).rejects.toThrow(/session_replication_role is replica/);
        }
      });
    } finally {
      await test.asOwner((owner) => owner.query(`${alter(name)} reset session_replication_role`));
    }
    expect(await using(url, (db) => ensureDb(db).then(() => "fine"))).toBe("fine");
  });
});
