import { expect } from "vitest";
import { open } from "../../client/connections";
import { startProxy } from "../../client/proxy";
import { freshShop as it } from "../kit/shop";
import { dayOf, lateSale } from "./kit";

it("each call of routes, orders, closings and reviews is one round trip", async ({ shop, test, onTestFinished }) => {
  const proxy = await startProxy(test.urls.runtime);
  const db = open(test, { url: proxy.url, max: 1 });
  onTestFinished(async () => {
    await db.close();
    await proxy.close();
  });
  const { tenant, businessId, clientId, pollo } = shop;
  const { sales } = db.forTenant({ tenantId: tenant.tenant.id, userId: tenant.admin.id, businessId });
  const [yesterday, today] = [await dayOf(shop, -1), await dayOf(shop)];
  await sales.businesses.getById(businessId);
  const trips: Record<string, number> = {};
  const counted = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    proxy.reset();
    const result = await call();
    trips[name] = ["S", "Q", "H"].reduce((sum, type) => sum + (proxy.counts.get(type) ?? 0), 0);
    return result;
  };

  const { distribuciones, orders, dayClosings, reviews, commissions } = sales;
  const { id } = await counted("create", () => distribuciones.create({ idempotencyKey: "r", fecha: yesterday }));
  await counted("create again", () => distribuciones.create({ idempotencyKey: "r", fecha: yesterday }));
  const items = [{ productId: pollo, quantity: "2" }];
  await counted("assign", () => distribuciones.assign(id, { items, idempotencyKey: "a" }));
  await counted("start", () => distribuciones.start(id));
  const settlement = { items: [{ productId: pollo, returned: "2" }], money: { efectivo: "0" } };
  await counted("close", () => distribuciones.close(id, settlement));
  await counted("reopen", () => distribuciones.reopen(id, { reason: "Wrong" }));
  await counted("update", () => distribuciones.update(id, { puntoVenta: "Casa" }));
  await counted("close again", () => distribuciones.close(id, settlement));
  await counted("document", () => distribuciones.findDocument(id));
  await counted("list", () => distribuciones.list());
  const order = await counted("order", () => orders.create({ clientId, items, idempotencyKey: "o" }));
  await counted("order again", () => orders.create({ clientId, items, idempotencyKey: "o" }));
  await counted("deliver", () => orders.deliver(order.id, { saleType: "contado" }));
  await counted("order's document", () => orders.findDocument(order.id));
  await counted("orders", () => orders.list({ clientId }));
  await counted("close day", () => dayClosings.close({ date: yesterday }));
  await counted("day", () => dayClosings.findByDate({ date: yesterday }));
  const saleId = await lateSale(test, shop, yesterday, "1.00");
  await counted("reviews", () => reviews.list());
  await counted("resolve", () => reviews.resolve({ saleId }));
  await counted("commissions", () => commissions.list({ from: yesterday, to: today }));
  expect(trips).toEqual(Object.fromEntries(Object.keys(trips).map((name) => [name, 1])));
});
