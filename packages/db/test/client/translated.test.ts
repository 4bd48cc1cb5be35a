import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  CheckViolationError,
  type Database,
  NotFoundError,
  newId,
  PermissionDeniedError,
  type TenantDatabase,
  TenantIsolationError,
  UniqueViolationError,
} from "../../src/index";
import { statementFailed } from "../../src/operations/migrations/failure";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { backendOf, meetingPoint, open } from "./connections";
import { inGerman } from "./german";
import { startProxy, type WireProxy } from "./proxy";

/* The server's words are in its administrator's language: nothing may be decided by them. */

let test: TestDatabase;
let acme: TestTenant;
let proxy: WireProxy;
let db: Database;
let handle: TenantDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
  proxy = await startProxy(test.urls.runtime, { rewrite: inGerman });
  db = open(test, { url: proxy.url, max: 1 });
});
afterAll(async () => {
  await db.close();
  await proxy.close();
  await test.close();
});
beforeEach(async () => {
  acme = await createTenant(test);
  handle = db.forTenant({ tenantId: acme.tenant.id });
});

const add = (of: Pick<TenantDatabase, "accounting">, name: string) =>
  of.accounting.customers.create({ companyId: acme.company.id, name });

const names = async () => (await acme.handle.accounting.customers.list()).items.map(({ name }) => name).sort();

describe("on a server that speaks German", () => {
  it("a refused statement leaves its connection open", async () => {
    const backend = await backendOf(handle);
    for (const query of [sql`select 1 / 0`, sql`select 'x'::integer`, sql`select from accounting.no_such_table`]) {
      expect(await rejection(handle.execute(query))).toMatchObject({ outcome: "rolled-back" });
      expect(await backendOf(handle)).toBe(backend);
    }
    await rejection(handle.transaction((tx) => tx.execute(sql`select 1 / 0`)));
    expect(await backendOf(handle)).toBe(backend);
  });

  it("an error that a part catches does not lose the transaction", async () => {
    await handle.transaction(async (tx) => {
      await add(tx, "Before");
      const part = tx.transaction((inner) => inner.execute(sql`update accounting.customers set name = ''`));
      expect(await rejection(part)).toBeInstanceOf(CheckViolationError);
      await add(tx, "After");
    });
    expect(await names()).toEqual(["After", "Before"]);
  });

  it("a malformed id fails no read of another tenant that waits beside it", async () => {
    const { id } = await add(handle, "Read");
    const read = (of: TenantDatabase, key: string) => of.accounting.customers.findById(key);
    await read(handle, id);
    const other = db.forTenant({ tenantId: (await createTenant(test)).tenant.id });
    for (let round = 0; round < 5; round += 1) {
      const reads = Array.from({ length: 20 }, (_, index) =>
        read(index % 5 === 2 ? other : handle, index % 5 === 2 ? "no id" : id),
      );
      for (const [index, outcome] of (await Promise.allSettled(reads)).entries()) {
        expect(outcome.status).toBe(index % 5 === 2 ? "rejected" : "fulfilled");
      }
    }
  });

  it("a serialization failure at COMMIT is retried", async () => {
    const two = open(test, { url: proxy.url, max: 2 });
    const scoped = two.forTenant({ tenantId: acme.tenant.id });
    const ids = [(await add(handle, "Left")).id, (await add(handle, "Right")).id];
    // Both have read, then both have written, before either commits.
    const [haveRead, haveWritten] = [meetingPoint(2), meetingPoint(2)];
    let attempts = 0;
    const skew = (id: string) =>
      scoped.transaction(
        async (tx) => {
          attempts += 1;
          const isFirstAttempt = attempts <= 2;
          const active = (await tx.accounting.customers.list()).items.length;
          if (isFirstAttempt) await haveRead();
          if (active > 1) await tx.accounting.customers.archive(id);
          if (isFirstAttempt) await haveWritten();
        },
        { isolation: "serializable", retry: true },
      );
    const outcomes = await Promise.allSettled(ids.map(skew));
    await two.close();
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
    expect(attempts).toBeGreaterThan(2);
    expect(await names()).toHaveLength(1);
  });

  it("another tenant's row and a missing right are told apart", async () => {
    const foreign = sql`insert into accounting.customers (tenant_id, company_id, name) values (${newId()}, ${newId()}, 'X')`;
    expect(await rejection(handle.execute(foreign))).toBeInstanceOf(TenantIsolationError);
    const right = await rejection(handle.execute(sql`delete from tenancy.audit_log`));
    expect(right).toBeInstanceOf(PermissionDeniedError);
    expect(String(right)).not.toContain("Berechtigung");
  });

  it("keys, missing records and our own functions' errors are typed as ever", async () => {
    const { id } = await add(handle, "Once");
    const again = handle.accounting.customers.create({ id, companyId: acme.company.id, name: "Twice" });
    expect(await rejection(again)).toBeInstanceOf(UniqueViolationError);
    expect(await rejection(handle.accounting.customers.getById(newId()))).toBeInstanceOf(NotFoundError);
    const nobody = db.forTenant({ tenantId: acme.tenant.id, userId: newId() });
    expect(await rejection(add(nobody, "X"))).toBeInstanceOf(TenantIsolationError);
  });
});

describe("a migration that fails on such a server", () => {
  it("does not tell the value, which stands in other quotation marks", () => {
    const migration = { name: "a", statements: ["x"], transactional: true } as never;
    for (const [open, close] of ["»«", "«»", "„“", '""', "“”", "「」"]) {
      const message = `ungültige Eingabesyntax für Typ integer: ${open}canary ${close} of ${open}canary${close}`;
      const error = Object.assign(new Error(message), { severity: "FEHLER", code: "22P02" });
      expect(statementFailed(migration, 1, error).message).not.toContain("canary");
    }
  });
});
