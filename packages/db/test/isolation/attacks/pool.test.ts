import { sql } from "drizzle-orm";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { customers } from "../../../src/accounting";
import { connect } from "../../../src/client/connection";
import { createDatabase, type Database, type TenantDatabase } from "../../../src/index";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  scopeToTenant,
  type TestDatabase,
  type TestTenant,
} from "../../../src/testing";
import { backendOf, value } from "../../client/connections";
import { rejection } from "../../kit/outcomes";

/*
 * What one tenant leaves on a connection, and another one finds there. A pool of one connection makes sure that the
 * next unit of work gets it, if the package gives it to anybody.
 */
let test: TestDatabase;
let acme: TestTenant;
let other: TestTenant;
let db: Database;
let first: TenantDatabase;
let next: TenantDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test, "Acme");
  other = await createTenant(test, "Other");
  for (const name of ["Acme's first", "Acme's second"]) await createCustomer(acme, { name });
  await createCustomer(other, { name: "Other's" });
});
afterAll(() => test.close());
beforeEach(() => {
  db = createDatabase({ url: test.urls.runtime, max: 1, unsafeLogin: "refuse" });
  first = db.forTenant({ tenantId: acme.tenant.id });
  next = db.forTenant({ tenantId: other.tenant.id });
});
afterEach(() => db.close({ graceMs: 1_000 }));

type Reader = Pick<TenantDatabase, "select">;
const namesIn = async (reader: Reader) =>
  (await reader.select({ name: customers.name }).from(customers)).map((row) => row.name).sort();
const own = ["Acme's first", "Acme's second"];
const theirs = ["Other's"];
const setTenant = (id: string, local: boolean) => sql`select set_config('app.current_tenant_id', ${id}, ${local})`;

describe("a connection that serves one tenant after another", () => {
  it("attack 32: a tenant set for the whole session reaches nobody, from a call or a transaction", async () => {
    const plants = [
      () => first.execute(setTenant(acme.tenant.id, false)),
      () => first.execute(sql.raw(`set app.current_tenant_id = '${acme.tenant.id}'`)),
      () => first.transaction((tx) => tx.execute(setTenant(acme.tenant.id, false))),
    ];
    for (const plant of plants) {
      await plant();
      expect(await namesIn(next)).toEqual(theirs);
      expect(await next.transaction(namesIn)).toEqual(theirs);
      // An identity's scope sets no tenant: what was planted would show here.
      expect(await db.forIdentity(acme.admin.id).memberships()).toEqual([]);
    }
  });

  it("attack 32: nothing that the package runs sets a tenant for longer than its transaction", async () => {
    await namesIn(first);
    await first.transaction(namesIn);
    const pid = await backendOf(first);
    // The pool's own client is the same connection outside of any scope.
    const { client, release } = await db.pool[connect]();
    try {
      const text = "select pg_backend_pid() as pid, current_setting('app.current_tenant_id') as left";
      const { rows } = await (client as unknown as pg.Client).query(text);
      expect(rows).toEqual([{ pid, left: "" }]);
    } finally {
      release();
    }
  });

  it("attack 32: COMMIT by hand ends the transaction of the package too, before another statement runs", async () => {
    const work = next.transaction(async (tx) => {
      await rejection(tx.execute(sql`commit`));
      expect(await rejection(namesIn(tx))).toMatchObject({ name: "ConflictError" });
    });
    await expect(work).rejects.toMatchObject({ name: "ConflictError" });
  });

  it("attack 33: a connection left inside a transaction is closed, not handed on", async () => {
    const pid = await backendOf(first);
    await first.execute(sql`begin`);
    expect(db.pool.status().total).toBe(0);
    expect(await namesIn(next)).toEqual(theirs);
    expect(await backendOf(next)).not.toBe(pid);
  });

  it("attack 34: a cursor that outlives its transaction cannot be fetched by the next tenant", async () => {
    await next.transaction((tx) =>
      tx.execute(sql`declare spy cursor with hold for select name from accounting.customers`),
    );
    expect(await rejection(first.execute(sql`fetch all from spy`))).toMatchObject({ sqlState: "34000" });
    const inside = first.transaction((tx) => tx.execute(sql`fetch all from spy`));
    expect(await rejection(inside)).toMatchObject({ sqlState: "34000" });
  });

  it("attack 37: a statement prepared and run six times for one tenant reads the next one's rows", async () => {
    for (let i = 0; i < 6; i += 1) {
      expect((await first.accounting.customers.list()).items.map((item) => item.name).sort()).toEqual(own);
    }
    const pid = await backendOf(first);
    expect((await next.accounting.customers.list()).items.map((item) => item.name)).toEqual(theirs);
    expect(await backendOf(next)).toBe(pid);
  });

  it("attack 38: after a savepoint that set another tenant and was rolled back, the scope is the old one", async () => {
    await first.transaction(async (tx) => {
      const inner = tx.transaction(async (savepoint) => {
        await savepoint.execute(setTenant(other.tenant.id, true));
        throw new RangeError("on purpose");
      });
      await expect(inner).rejects.toBeInstanceOf(RangeError);
      expect(await namesIn(tx)).toEqual(own);
      expect(await value(tx, sql`select tenancy.current_tenant_id()`)).toBe(acme.tenant.id);
    });
  });
});

describe("SQL that changes the session without SET", () => {
  // `set` and `_config` are joined by the server, so that no look at the text finds the name.
  const call = "set' || '_config(''default_transaction_read_only'', ''on'', false)";
  const hidden = `select ''a''::tsquery, ''b''::tsquery where ${call} is not null`;
  const ways: [name: string, text: string, right: string][] = [
    [
      "an update of pg_settings",
      "update pg_settings set setting = 'on' where name = 'default_transaction_read_only'",
      "update on pg_catalog.pg_settings",
    ],
    ["ts_rewrite", `select ts_rewrite('a'::tsquery, '${hidden}')`, "execute on function ts_rewrite(tsquery, text)"],
  ];
  const left = () => value(next, sql`select current_setting('default_transaction_read_only')`);

  it.each(ways)("attack 32: %s is refused, and sets nothing", async (_name, text) => {
    expect(await rejection(first.execute(sql.raw(text)))).toMatchObject({ sqlState: "42501" });
    expect(await left()).toBe("off");
  });

  // A server whose owner is no superuser leaves these rights to everybody.
  it.each(ways)(
    "attack 32: %s sets nothing for the next tenant even where it is not refused",
    async (_name, text, right) => {
      await test.asOwner((owner) => owner.query(`grant ${right} to public`));
      try {
        await first.execute(sql.raw(text));
        expect(await left()).toBe("off");
      } finally {
        await test.asOwner((owner) => owner.query(`revoke ${right} from public`));
      }
    },
  );

  it("attack 32: a seed for random numbers reaches nobody", async () => {
    const numbers = [];
    for (let i = 0; i < 2; i += 1) {
      await first.execute(sql`select setseed(0.5)`);
      numbers.push(await value(next, sql`select random()`));
    }
    expect(new Set(numbers).size).toBe(2);
  });
});

describe("the same as raw SQL of the runtime login", () => {
  let login: pg.Client;
  beforeAll(async () => {
    login = new pg.Client({ connectionString: test.urls.runtime });
    await login.connect();
  });
  afterAll(() => login.end());
  afterEach(() => login.query("rollback"));

  const become = (tenant: TestTenant) => scopeToTenant(login, tenant.tenant.id);
  const names = async (query: string | pg.QueryConfig) =>
    (await login.query<{ name: string }>(query)).rows.map((row) => row.name).sort();

  it("attack 37: a statement without a predicate keeps asking for the tenant once its plan is generic", async () => {
    await login.query("begin");
    await login.query("prepare everybody as select name from accounting.customers where name <> $1");
    await become(acme);
    for (let i = 0; i < 6; i += 1) expect(await names("execute everybody('')")).toEqual(own);
    const { rows } = await login.query(
      "select generic_plans::int as generic from pg_prepared_statements where name = 'everybody'",
    );
    expect(rows[0]?.generic).toBeGreaterThan(0);
    await become(other);
    expect(await names("execute everybody('')")).toEqual(theirs);
    await login.query("deallocate everybody");
  });

  it("attack 38: ROLLBACK TO brings the scope back", async () => {
    await login.query("begin");
    await become(acme);
    await login.query("savepoint attack");
    await become(other);
    await login.query("rollback to attack");
    expect(await names("select name from accounting.customers")).toEqual(own);
  });

  it("attack 35: a cursor shows the tenant of its first fetch, not of its opening", async () => {
    await login.query("begin");
    await become(other);
    await login.query("declare spy cursor for select name from accounting.customers");
    await become(acme);
    expect(await names("fetch all from spy")).toEqual(own);
  });

  it("attack 35, documented limit: after its first fetch it stays with that tenant until COMMIT", async () => {
    await login.query("begin");
    await become(acme);
    await login.query("declare spy cursor for select name from accounting.customers");
    const begun = await names("fetch 1 from spy");
    await become(other);
    expect([...begun, ...(await names("fetch all from spy"))].sort()).toEqual(own);
    await login.query("commit");
    await expect(login.query("fetch all from spy")).rejects.toMatchObject({ code: "34000" });
  });

  it("attack 35, what bounds it: a transaction has one scope, and a second one inside it is refused", async () => {
    const work = first.transaction(async (tx) => {
      await tx.execute(sql`declare spy cursor for select name from accounting.customers`);
      await next.execute(sql`fetch all from spy`);
    });
    await expect(work).rejects.toMatchObject({ name: "TenantIsolationError" });
  });
});
