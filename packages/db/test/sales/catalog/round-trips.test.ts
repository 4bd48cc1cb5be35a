import { expect } from "vitest";
import { open } from "../../client/connections";
import { startProxy } from "../../client/proxy";
import { addMember } from "../../tenancy/kit/people";
import { freshStall as it } from "./kit";

it("each call of members, configuration, products, stock and reports is one round trip", async ({
  stall,
  test,
  onTestFinished,
}) => {
  const proxy = await startProxy(test.urls.runtime);
  const db = open(test, { url: proxy.url, max: 1 });
  onTestFinished(async () => {
    await db.close();
    await proxy.close();
  });
  const { tenant, businessId, vendor, pollo: productId } = stall;
  const { id: userId } = await addMember(tenant);
  const { sales } = db.forTenant({ tenantId: tenant.tenant.id, userId: tenant.admin.id, businessId });
  const wide = db.forTenant({ tenantId: tenant.tenant.id, userId: tenant.admin.id }).sales;
  await stall.handle.sales.members.add({ userId: tenant.admin.id, role: "admin_negocio" });
  await sales.businesses.getById(businessId);
  const trips: Record<string, number> = {};
  const counted = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    proxy.reset();
    const result = await call();
    trips[name] = ["S", "Q", "H"].reduce((sum, type) => sum + (proxy.counts.get(type) ?? 0), 0);
    return result;
  };

  const { members, products, inventory } = sales;
  await counted("add", () => members.add({ userId }));
  await counted("update member", () => members.update(vendor.memberId, { commissionRate: "2" }));
  await counted("archive member", () => members.archive(vendor.memberId));
  await counted("members", () => members.list());
  await counted("rates", () => members.commissionRates(vendor.memberId));
  await counted("current member", () => sales.currentMember());
  await counted("effective", () => sales.effectiveConfig());
  await counted("configuration", () => wide.systemConfig.get());
  await counted("update configuration", () => wide.systemConfig.update({ controlKilos: false }));
  const product = { name: "Otro", type: "otro", unit: "kg" } as const;
  await counted("create", () => products.create(product));
  await counted("create many", () => products.createMany([product, product]));
  await counted("update", () => products.update(productId, { basePrice: "1.00" }));
  await counted("products", () => products.list({ type: "otro" }));
  await counted("receive", () => inventory.receive({ productId, quantity: "3", unitCost: "1", idempotencyKey: "r" }));
  await counted("receive again", () =>
    inventory.receive({ productId, quantity: "3", unitCost: "1", idempotencyKey: "r" }),
  );
  await counted("receive many", () => inventory.receiveMany([{ productId, quantity: "3" }]));
  await counted("adjust", () => inventory.adjust({ productId, quantity: "-1", reason: "Lost" }));
  await counted("count", () => inventory.countMany([{ productId, quantity: "2" }]));
  await counted("stock", () => inventory.list());
  await counted("movements", () => inventory.listMovements({ productId }));
  const days = { from: "2026-01-01", to: "2026-12-31" };
  await counted("by day", () => sales.reports.salesByDay(days));
  await counted("by vendor", () => sales.reports.salesByVendor(days));
  await counted("by product", () => sales.reports.salesByProduct(days));
  await counted("by sales point", () => sales.reports.salesBySalesPoint(days));
  await counted("by method", () => sales.reports.salesByMethod(days));
  await counted("kilos", () => sales.reports.kilosByVendor(days));
  await counted("violations", () => sales.integrity.violations());
  expect(trips).toEqual(Object.fromEntries(Object.keys(trips).map((name) => [name, 1])));
});
