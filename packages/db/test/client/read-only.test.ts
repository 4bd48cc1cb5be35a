import { sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import { customers } from "../../src/accounting";
import { ReadOnlyError } from "../../src/index";
import { rejection } from "../kit/outcomes";
import { sharedTenant as it } from "../kit/tenants";
import { backendOf, open } from "./connections";
import { startProxy } from "./proxy";

describe("a transaction with readOnly", () => {
  it("reads, and has every write and lock refused by the server", async ({ acme }) => {
    const { id } = await acme.handle.accounting.customers.create({ companyId: acme.company.id, name: "Here" });
    const readOnly = { readOnly: true };
    const found = await acme.handle.transaction((tx) => tx.accounting.customers.getById(id), readOnly);
    expect(found.name).toBe("Here");
    type Tx = Parameters<Parameters<typeof acme.handle.transaction>[0]>[0];
    const writes: ((tx: Tx) => PromiseLike<unknown>)[] = [
      (tx) => tx.accounting.customers.create({ companyId: acme.company.id, name: "Never" }),
      (tx) => tx.update(customers).set({ name: "Never" }),
      (tx) => tx.delete(customers),
      (tx) => tx.execute(sql`merge into accounting.customers c using (select 1) s on true when matched then delete`),
      (tx) => tx.select().from(customers).for("update"),
      (tx) => tx.transaction((part) => part.delete(customers)),
      (tx) => tx.tenancy.audit.record({ action: "never", targetType: "x" }),
    ];
    for (const isolation of [undefined, "repeatable read", "serializable"] as const) {
      for (const write of writes) {
        const work = async (tx: Tx) => await write(tx);
        const error = await rejection(acme.handle.transaction(work, { ...readOnly, isolation }));
        expect(error, write.toString()).toBeInstanceOf(ReadOnlyError);
        expect(error).toMatchObject({ code: "READ_ONLY", sqlState: "25006", outcome: "rolled-back", retryable: false });
      }
    }
    expect(await acme.handle.$count(customers, sql`name = 'Never'`)).toBe(0);
  });

  it("cannot be made to write by SQL inside it", async ({ acme }) => {
    const work = acme.handle.transaction((tx) => tx.execute(sql`set transaction read write`), { readOnly: true });
    expect(await rejection(work)).toMatchObject({ sqlState: "25001" });
  });

  it("keeps the connection, on which the next transaction writes, and takes no further round trip", async ({
    test,
    acme,
  }) => {
    const proxy = await startProxy(test.urls.runtime);
    const db = open(test, { max: 1, url: proxy.url });
    const handle = db.forTenant({ tenantId: acme.tenant.id });
    const backend = await backendOf(handle);
    await rejection(handle.transaction((tx) => tx.delete(customers), { readOnly: true }));
    await handle.transaction((tx) => tx.insert(customers).values({ companyId: acme.company.id, name: "After" }));
    expect(await backendOf(handle)).toBe(backend);
    proxy.reset();
    await handle.transaction((tx) => tx.$count(customers), { readOnly: true });
    expect(proxy.counts.get("S")).toBe(2);
    await db.close();
    await proxy.close();
  });
});
