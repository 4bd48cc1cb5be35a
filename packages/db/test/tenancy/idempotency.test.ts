import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { customers } from "../../src/accounting";
import { ConflictError, PermissionDeniedError } from "../../src/index";
import { numberSeries } from "../../src/tenancy";
import { createInvoice, createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";

let test: TestDatabase;
let acme: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  acme = await createTenant(test);
});

const call = (request: unknown = { amount: "10.00" }, key = "key-1", operation = "customers.create") => ({
  operation,
  key,
  request,
});

/** Makes a customer once per key, as an application does it: all in one transaction. */
function createOnce(of: TestTenant, given = call(), name = "Once"): Promise<{ id: string; name: string }> {
  return of.handle.transaction((tx) =>
    tx.tenancy.idempotency.once(given, async () => {
      const { id } = await tx.accounting.customers.create({ companyId: of.company.id, name });
      return { id, name };
    }),
  );
}

const customersOf = (of: TestTenant) => of.handle.select().from(customers);

describe("an operation under a key", () => {
  it("takes effect once out of 20 retries at the same time, and all get the first result", async () => {
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => createOnce(acme, call(), `Try ${i}`)));
    const [made, ...more] = await customersOf(acme);
    expect(more).toEqual([]);
    expect(results).toEqual(Array.from({ length: 20 }, () => ({ id: made?.id, name: made?.name })));
  });

  it("also runs on a handle, as a transaction of its own", async () => {
    let runs = 0;
    const once = () =>
      acme.handle.tenancy.idempotency.once(call(), async (unit) => {
        runs += 1;
        const values = { tenantId: acme.tenant.id, companyId: acme.company.id, name: "Once" };
        const [made] = await unit.drizzle.insert(customers).values(values).returning({ id: customers.id });
        return made;
      });
    const first = await once();
    expect(await once()).toEqual(first);
    expect(runs).toBe(1);
    expect(await customersOf(acme)).toHaveLength(1);
  });

  it("gives the stored result back, also later and also when it is nothing", async () => {
    const values: unknown[] = [{ nested: [1, "2.50", null, { deep: true }] }, [], "text", 0, false, null];
    for (const [i, value] of values.entries()) {
      const { idempotency } = acme.handle.tenancy;
      expect(await idempotency.once(call({}, `value-${i}`), async () => value)).toEqual(value);
      const again = await idempotency.once(call({}, `value-${i}`), async () => "another");
      expect(again, `value ${i}`).toEqual(value);
    }
    await acme.handle.tenancy.idempotency.once(call({}, "nothing"), async () => undefined);
    expect(await acme.handle.tenancy.idempotency.once(call({}, "nothing"), async () => "another")).toBeNull();
  });

  it("does not care about the order of the request's keys", async () => {
    const first = await createOnce(acme, call({ a: 1, b: { c: [1, 2], d: 2 } }));
    expect(await createOnce(acme, call({ b: { d: 2, c: [1, 2] }, a: 1 }))).toEqual(first);
  });

  it("refuses another request under the same key, without any effect", async () => {
    await createOnce(acme, call({ amount: "10.00", lines: [1, 2] }));
    for (const other of [{ amount: "10.01", lines: [1, 2] }, { amount: "10.00", lines: [2, 1] }, {}, null, "text"]) {
      const refused = createOnce(acme, call(other)).catch((error: unknown) => error);
      expect(await refused, JSON.stringify(other)).toBeInstanceOf(ConflictError);
      expect(await refused).toMatchObject({ table: "idempotency_keys", column: "key" });
    }
    expect(await customersOf(acme)).toHaveLength(1);
  });

  it("keeps keys of other operations and other tenants apart", async () => {
    const other = await createTenant(test, "Other");
    const ids = [
      await createOnce(acme),
      await createOnce(acme, call(undefined, "key-1", "customers.import")),
      await createOnce(acme, call(undefined, "key-2")),
      await createOnce(other),
    ].map((customer) => customer.id);
    expect(new Set(ids).size).toBe(4);
  });

  it("leaves the key free when it fails, with nothing written", async () => {
    const failing = acme.handle.transaction((tx) =>
      tx.tenancy.idempotency.once(call(), async () => {
        await tx.accounting.customers.create({ companyId: acme.company.id, name: "Lost" });
        throw new RangeError("out of range");
      }),
    );
    await expect(failing).rejects.toThrow(RangeError);
    expect(await customersOf(acme)).toEqual([]);
    // Another request, too: the failed one has left no trace.
    await createOnce(acme, call({ amount: "99.00" }), "Kept");
    expect((await customersOf(acme)).map((customer) => customer.name)).toEqual(["Kept"]);
  });

  it("lets the next in line work when the first of several at once fails", async () => {
    let runs = 0;
    const attempt = () =>
      acme.handle.transaction((tx) =>
        tx.tenancy.idempotency.once(call(), async () => {
          runs += 1;
          const turn = runs;
          const { id } = await tx.accounting.customers.create({ companyId: acme.company.id, name: `Turn ${turn}` });
          if (turn === 1) throw new RangeError("the first fails");
          return id;
        }),
      );
    const all = await Promise.allSettled(Array.from({ length: 5 }, attempt));
    expect(all.filter((one) => one.status === "rejected")).toHaveLength(1);
    expect(runs).toBe(2);
    expect((await customersOf(acme)).map((customer) => customer.name)).toEqual(["Turn 2"]);
  });

  it("takes a call without a request", async () => {
    const first = await createOnce(acme, { operation: "customers.create", key: "none", request: undefined });
    expect(await createOnce(acme, { operation: "customers.create", key: "none", request: undefined })).toEqual(first);
  });
});

describe("a number series", () => {
  const series = () => acme.handle.select().from(numberSeries).where(eq(numberSeries.series, "invoice"));

  beforeEach(async () => {
    for (let i = 0; i < 3; i += 1) await acme.handle.accounting.invoices.issue((await createInvoice(acme)).id);
  });

  it.each(["last_number + 1", "last_number + 2", "last_number - 1", "0", "1000", "-1"])(
    "does not move to %s by raw SQL",
    async (target) => {
      const jump = acme.handle.execute(sql`update tenancy.number_series set last_number = ${sql.raw(target)}`);
      await expect(jump).rejects.toThrow(PermissionDeniedError);
      expect((await series()).map((row) => row.lastNumber)).toEqual([3n]);
    },
  );

  it("is not deleted or emptied, so that no number can come again", async () => {
    await expect(acme.handle.delete(numberSeries)).rejects.toMatchObject({ sqlState: "42501" });
    await expect(acme.handle.execute(sql`truncate tenancy.number_series`)).rejects.toMatchObject({ sqlState: "42501" });
  });

  it("takes a number back when the work that used it is rolled back", async () => {
    const { id } = await createInvoice(acme);
    const failing = acme.handle.transaction(async (tx) => {
      expect((await tx.accounting.invoices.issue(id)).invoiceNumber).toBe("INV-000004");
      throw new RangeError("changed my mind");
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect((await acme.handle.accounting.invoices.issue(id)).invoiceNumber).toBe("INV-000004");
    expect((await series()).map((row) => row.lastNumber)).toEqual([4n]);
  });
});
