import { randomBytes } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import { customers } from "../../src/accounting";
import { withUrlParts } from "../../src/client/url";
import {
  createDatabase,
  type Database,
  DatabaseError,
  ensureDb,
  UnsafeRoleError,
  validateSchema,
} from "../../src/index";
import { createCustomer } from "../../src/testing";
import { sharedTenant } from "../kit/tenants";

/*
 * Defaults of a login or of the database, which take effect before any code of the package. They are given in this database alone,
 * as the logins of all test files are on one server. `loginWith` makes a runtime login with defaults in this database.
 */
const it = sharedTenant.extend("loginWith", { scope: "file" }, async ({ test, acme }, { onCleanup }) => {
  await createCustomer(acme);
  const made: string[] = [];
  onCleanup(async () => {
    await test.asOwner((owner) => owner.query(made.map((name) => `drop role ${name};`).join("")));
  });
  return async (...defaults: string[]): Promise<{ name: string; url: string }> => {
    const name = `defaults_${randomBytes(6).toString("hex")}`;
    made.push(name);
    await test.asOwner(async (owner) => {
      await owner.query(`create role ${name} login password '${name}' in role authenticated`);
      for (const each of defaults) await owner.query(`alter role ${name} in database ${test.name} set ${each}`);
    });
    return { name, url: withUrlParts(test.urls.runtime, { user: name, password: name }) };
  };
});

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
  it("may be limits, which the start-up does not mind", async ({ loginWith }) => {
    const { url } = await loginWith("statement_timeout = '20s'", "work_mem = '8MB'");
    await using(url, async (db) => {
      expect(await ensureDb(db)).toBe(db);
      expect(await validateSchema(db)).toEqual({ isValid: true, errors: [] });
    });
  });

  it("change nothing of what the package does, and are told at start-up and by the proof", async ({
    test,
    acme,
    loginWith,
  }) => {
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

  it("cannot be left behind unseen by SQL that was injected", async ({ test, acme, loginWith }) => {
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
  it.for([
    ["the login", (name: string, database: string) => `alter role ${name} in database ${database}`],
    ["the database", (_name: string, database: string) => `alter database ${database}`],
  ] as const)("of %s make every connection refuse the login", async ([, alter], { test, acme, loginWith }) => {
    const { name, url } = await loginWith();
    await test.asOwner((owner) => owner.query(`${alter(name, test.name)} set session_replication_role = replica`));
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
      await test.asOwner((owner) => owner.query(`${alter(name, test.name)} reset session_replication_role`));
    }
    expect(await using(url, (db) => ensureDb(db).then(() => "fine"))).toBe("fine");
  });
});
