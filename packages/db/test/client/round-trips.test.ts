import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { customers } from "../../src/accounting";
import type { Database, TenantDatabase } from "../../src/index";
import { createCustomer, createInvoice, createTenant, createTestDatabase, type TestDatabase } from "../../src/testing";
import { open } from "./connections";
import { startProxy, type WireProxy } from "./proxy";

let test: TestDatabase;
let proxy: WireProxy;
let db: Database;
let acme: TenantDatabase;
let companyId: string;
let customerId: string;
let invoiceId: string;

beforeAll(async () => {
  test = await createTestDatabase();
  const tenant = await createTenant(test);
  companyId = tenant.company.id;
  customerId = (await createCustomer(tenant)).id;
  invoiceId = (await createInvoice(tenant, { customerId })).id;
  proxy = await startProxy(test.urls.runtime);
  db = open(test, { url: proxy.url, max: 1 });
  acme = db.forTenant({ tenantId: tenant.tenant.id, userId: tenant.admin.id });
  await acme.accounting.customers.findById(customerId);
});
afterAll(async () => {
  await db.close();
  await proxy.close();
  await test.close();
});
// What an earlier call left to be cleaned up is not counted.
beforeEach(async () => {
  await acme.accounting.customers.findById(customerId);
  proxy.reset();
});

// A Sync, a simple query and a Flush are what makes the server answer: each is one round trip.
function roundTrips(): number {
  return ["S", "Q", "H"].reduce((sum, type) => sum + (proxy.counts.get(type) ?? 0), 0);
}

describe("round trips", () => {
  it("takes one for a repository call, scope included", async () => {
    await acme.accounting.customers.findById(customerId);
    expect(roundTrips()).toBe(1);
    expect(proxy.counts.get("S")).toBe(1);
  });

  it("takes one for a call that is prepared for the first time", async () => {
    await acme.accounting.invoices.findDocument(invoiceId);
    expect(proxy.counts.get("P")).toBe(1);
    expect(roundTrips()).toBe(1);
  });

  it("prepares a statement once per connection", async () => {
    await acme.accounting.invoices.findById(invoiceId);
    proxy.reset();
    await acme.accounting.invoices.findById(invoiceId);
    expect(proxy.counts.get("P")).toBeUndefined();
  });

  it("takes one to write an invoice with its lines, and one to issue it with number and balance", async () => {
    const invoice = await acme.accounting.invoices.create({
      companyId,
      customerId,
      invoiceDate: "2026-01-15",
      dueDate: "2026-02-14",
      lines: Array.from({ length: 20 }, () => ({ description: "Work", quantity: "1", unitPrice: "10.00" })),
    });
    expect(roundTrips()).toBe(1);
    proxy.reset();
    await acme.accounting.invoices.issue(invoice.id);
    expect(roundTrips()).toBe(1);
  });

  it("takes as many for entries that were posted before as for new ones, and answers with them", async () => {
    const { journal, accounts } = acme.accounting;
    const chart = (await accounts.list({ companyId })).items;
    const idOf = (code: string) => chart.find((account) => account.code === code)?.id ?? "";
    const entries = Array.from({ length: 150 }, (_, number) => ({
      companyId,
      date: "2026-03-15",
      idempotencyKey: `key-${number}`,
      lines: [
        { accountId: idOf("1120"), debit: `${number + 1}` },
        { accountId: idOf("4000"), credit: `${number + 1}` },
      ],
    }));
    proxy.reset();
    const posted = await journal.postMany(entries);
    const many = roundTrips();
    proxy.reset();
    expect(await journal.postMany(entries)).toEqual(posted);
    expect([many, roundTrips()]).toEqual([2, 2]);
    proxy.reset();
    expect(await Promise.all(entries.slice(0, 100).map((entry) => journal.post(entry)))).toEqual(posted.slice(0, 100));
    expect(roundTrips()).toBe(1);
    proxy.reset();
    const reversal = await journal.reverse(posted[0]?.id ?? "", { date: "2026-03-16", idempotencyKey: "back" });
    expect(roundTrips()).toBe(1);
    expect(await journal.getById(reversal.id)).toEqual(reversal);
    proxy.reset();
    expect(await journal.reverse(posted[0]?.id ?? "", { date: "2026-03-16", idempotencyKey: "back" })).toEqual(
      reversal,
    );
    expect(roundTrips()).toBe(1);
  });

  it("takes one to receive money, one to pay it back, and one to make books", async () => {
    const { payments, books } = acme.accounting;
    const money = { companyId, customerId, paymentDate: "2026-01-20", amount: "10.00" };
    await payments.receive(money);
    expect(roundTrips()).toBe(1);
    proxy.reset();
    await payments.refund(money);
    expect(roundTrips()).toBe(1);
    const { receivableAccountId, payableAccountId, salesAccountId, ...rest } = await books.getByCompany(companyId);
    const { purchasesAccountId, bankAccountId, exchangeAccountId } = rest;
    const own = { receivableAccountId, payableAccountId, salesAccountId };
    proxy.reset();
    const again = books.create({ companyId, ...own, purchasesAccountId, bankAccountId, exchangeAccountId });
    await expect(again).rejects.toMatchObject({ code: "UNIQUE_VIOLATION" });
    expect(roundTrips()).toBe(1);
  });

  it("takes one for a query in Drizzle's language, and one for raw SQL", async () => {
    await acme.select().from(customers);
    expect(roundTrips()).toBe(1);
    proxy.reset();
    await acme.execute(sql`select 1`);
    expect(roundTrips()).toBe(1);
  });

  it("takes n + 1 for a transaction of n statements: BEGIN and scope travel with the first", async () => {
    for (const n of [1, 2, 5]) {
      proxy.reset();
      await acme.transaction(async (tx) => {
        for (let i = 0; i < n; i += 1) await tx.accounting.customers.findById(customerId);
      });
      expect(roundTrips()).toBe(n + 1);
    }
  });

  it("takes one more for another isolation level", async () => {
    await acme.transaction((tx) => tx.accounting.customers.findById(customerId), { isolation: "serializable" });
    expect(roundTrips()).toBe(3);
  });

  it("sends nothing for a transaction that does nothing", async () => {
    expect(await acme.transaction(async () => "done")).toBe("done");
    await expect(
      acme.transaction(async () => {
        throw new RangeError("nothing was sent yet");
      }),
    ).rejects.toThrow(RangeError);
    expect(proxy.counts.size).toBe(0);
  });
});
