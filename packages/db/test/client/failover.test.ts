import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConnectionError, type Database, newId, type TenantDatabase, ValidationError } from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { backendOf, open } from "./connections";

let test: TestDatabase;
let acme: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  acme = await createTenant(test);
});

const add = (of: Pick<TenantDatabase, "accounting">, name: string) =>
  of.accounting.customers.create({ companyId: acme.company.id, name });

/** A handle whose connections were all opened while the server was read-only; by now it takes writes again. */
async function afterFailover(max: number): Promise<{ db: Database; handle: TenantDatabase; backends: Set<number> }> {
  const db = open(test, { max });
  const handle = db.forTenant({ tenantId: acme.tenant.id });
  const set = (setting: string) =>
    test.asOwner(async (owner) => {
      await owner.query("set default_transaction_read_only = off");
      const { rows } = await owner.query<{ name: string }>("select quote_ident(current_database()) as name");
      await owner.query(`alter database ${rows[0]?.name} ${setting}`);
    });
  await set("set default_transaction_read_only = on");
  const backends = await Promise.all(
    Array.from({ length: max }, async () => {
      const rows = await handle.execute<{ pid: number }>(sql`select pg_backend_pid() as pid, pg_sleep(0.3)`, "objects");
      return rows[0]?.pid ?? 0;
    }),
  );
  await set("reset default_transaction_read_only");
  return { db, handle, backends: new Set(backends) };
}

describe("a server that was read-only", () => {
  it("refuses one write, which may be repeated: none of its connections is used again", async () => {
    const { db, handle, backends } = await afterFailover(3);
    expect(backends.size).toBe(3);
    const error = await rejection(add(handle, "Refused"));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ sqlState: "25006", retryable: true, outcome: "rolled-back" });
    for (let write = 0; write < 6; write += 1) await add(handle, `Written ${write}`);
    expect(backends).not.toContain(await backendOf(handle));
    expect(db.pool.status().total).toBeLessThanOrEqual(3);
    await db.close();
  });

  it("loses the transaction in which it refused a write, even in a part, and its connections with it", async () => {
    const { db, handle } = await afterFailover(2);
    const error = await rejection(
      handle.transaction(async (tx) => {
        await rejection(tx.transaction((part) => add(part, "Refused")));
        await add(tx, "Never sent").catch(() => undefined);
      }),
    );
    expect(error).toMatchObject({ sqlState: "25006", retryable: true, outcome: "rolled-back" });
    await Promise.all([add(handle, "One"), add(handle, "Two")]);
    await db.close();
  });
});

describe("a value that its field does not take", () => {
  it("is refused by the name of the field, without the value", async () => {
    const { accounting } = acme.handle;
    const calls = [accounting.customers.findById("canary"), accounting.invoices.findDocument("canary")];
    for (const error of await Promise.all(calls.map(rejection))) {
      expect(error).toBeInstanceOf(ValidationError);
      expect(String(error)).not.toContain("canary");
      expect(error).toMatchObject({ sqlState: "22P02" });
      const version = await test.asOwner(async (owner) => {
        const { rows } = await owner.query<{ number: number }>(
          "select current_setting('server_version_num')::int / 10000 as number",
        );
        return rows[0]?.number ?? 0;
      });
      if (version >= 16) expect(error).toMatchObject({ issues: [{ path: "id" }] });
    }
    const inTransaction = acme.handle.transaction((tx) => tx.accounting.customers.getById("canary"));
    expect(await rejection(inTransaction)).toMatchObject({ sqlState: "22P02" });
    expect(await accounting.customers.findById(newId())).toBeUndefined();
  });
});
