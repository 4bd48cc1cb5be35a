import { expect } from "vitest";
import { newId } from "../../../src/index";
import { open } from "../../client/connections";
import { startProxy } from "../../client/proxy";
import { freshShop as it, onCredit } from "../kit/shop";

it("every call is one round trip", async ({ test, shop, onTestFinished }) => {
  const proxy = await startProxy(test.urls.runtime);
  const db = open(test, { url: proxy.url, max: 1 });
  onTestFinished(async () => {
    await db.close();
    await proxy.close();
  });
  const { tenant, businessId, clientId } = shop;
  const { sales: repositories } = db.forTenant({ tenantId: tenant.tenant.id, userId: tenant.admin.id, businessId });
  const { sales, abonos, customers } = repositories;
  await customers.findById(clientId);
  // A Sync, a simple query and a Flush are what makes the server answer: each is one round trip.
  const trips = async <T>(call: () => Promise<T>): Promise<T> => {
    proxy.reset();
    const result = await call();
    expect(
      ["S", "Q", "H"].reduce((sum, type) => sum + (proxy.counts.get(type) ?? 0), 0),
      String(call),
    ).toBe(1);
    return result;
  };
  const asked = onCredit(shop, "10.00", { idempotencyKey: newId() });
  const sold = await trips(() => sales.record(asked));
  await trips(() => sales.record(asked));
  const right = await trips(() => sales.correct(sold.id, { ...onCredit(shop, "11.00"), reason: "Wrong" }));
  const abono = await trips(() => abonos.record({ clientId, amount: "15.00", paymentMethod: "yape" }));
  await trips(() => abonos.allocate(abono.id));
  await trips(() => abonos.void(abono.id, { reason: "Wrong" }));
  await trips(() => sales.void(right.id, { reason: "Wrong" }));
  const made = await trips(() => customers.create({ name: "Ana" }));
  await trips(() => customers.update(made.id, { phone: "999" }));
  await trips(() => customers.setCreditLimit(made.id, "5"));
  await trips(() => customers.archive(made.id));
  await trips(() => customers.debt(clientId));
  await trips(() => customers.statement(clientId));
  await trips(() => customers.debtors());
  await trips(() => customers.list());
  await trips(() => sales.getById(sold.id));
  await trips(() => sales.list({ clientId }));
  await trips(() => abonos.getById(abono.id));
  await trips(() => abonos.list({ clientId }));
  const joined = await trips(() => Promise.all(Array.from({ length: 20 }, () => sales.record(onCredit(shop, "1.00")))));
  expect(joined).toHaveLength(20);
});
