import { eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import { ConflictError, InvariantError, PermissionDeniedError } from "../../../src/index";
import { businessUsers, distribuciones, type NewSale, products } from "../../../src/sales";
import { rejection } from "../../kit/outcomes";
import { addProduct, addVendor, freshShop as it, receive, type Shop, setModes, stockOf } from "../kit/shop";
import { leave } from "../routes/kit";

const cash = (productId: string, quantity: string, more: Partial<NewSale> = {}): NewSale => ({
  saleType: "contado",
  items: [{ productId, quantity }],
  ...more,
});

const refusal = async (running: Promise<unknown>) => ((await rejection(running)) as Error).message;

describe("the modes of a business", () => {
  it("without stock (sin_inventario) neither read nor move it", async ({ test, shop }) => {
    await setModes(shop, { modoOperacion: "sin_inventario" });
    await shop.handle.sales.sales.record(cash(shop.pollo, "5000"));
    expect(await stockOf(test, shop.pollo)).toBe("1000.000");
  });

  it("hybrid (mixto): stock where a product ever had some", async ({ test, shop }) => {
    await setModes(shop, { modoOperacion: "mixto" });
    const { sales } = shop.handle.sales;
    const product = await addProduct(shop);
    await sales.record(cash(product, "5000"));
    expect(await stockOf(test, product)).toBe("0.000");
    await receive(shop, [[product, "2"]]);
    expect(await rejection(sales.record(cash(product, "2.001")))).toBeInstanceOf(InvariantError);
    await sales.record(cash(product, "2"));
    expect(await stockOf(test, product)).toBe("0.000");
  });

  it("that sell without stock let it fall below zero, and a void moves back what was moved", async ({ test, shop }) => {
    await setModes(shop, { permitirVentaSinStock: true });
    const { sales } = shop.handle.sales;
    const sold = await sales.record(cash(shop.huevo, "1500"));
    expect(await stockOf(test, shop.huevo)).toBe("-500.000");
    await setModes(shop, { modoOperacion: "sin_inventario" });
    await sales.void(sold.id, { reason: "Back" });
    expect(await stockOf(test, shop.huevo)).toBe("1000.000");
  });

  it("that weigh (control_kilos) want gross and tara of kilo products", async ({ shop }) => {
    await setModes(shop, { controlKilos: true });
    const { sales } = shop.handle.sales;
    expect(await refusal(sales.record(cash(shop.pollo, "1")))).toMatch(/^Item 1: gross: the business weighs/);
    await sales.record(cash(shop.huevo, "1"));
    const weighed = cash(shop.pollo, "1", { items: [{ productId: shop.pollo, gross: "2", tara: "0.5" }] });
    expect(await sales.record(weighed)).toMatchObject({ netWeight: "1.500" });
  });

  it("that use routes let a vendor sell from the own one under way alone", async ({ test, acme, shop }) => {
    await setModes(shop, { usarDistribucion: true });
    const { sales } = shop.vendor.handle.sales;
    expect(await refusal(sales.record(cash(shop.pollo, "1")))).toMatch(/^distribucionId: a vendor sells from a route/);
    await shop.handle.sales.sales.record(cash(shop.pollo, "1"));
    const route = await leave(shop, shop.vendor, [[shop.pollo, "3"]]);
    const onRoute = { distribucionId: route.id };
    await sales.record(cash(shop.pollo, "3", onRoute));
    expect(await refusal(sales.record(cash(shop.pollo, "0.001", onRoute)))).toMatch(/^Item 1: the route was not given/);
    expect(await refusal(sales.record(cash(shop.huevo, "1", onRoute)))).toMatch(/^Item 1: the route was not given/);
    expect(await stockOf(test, shop.pollo)).toBe("996.000");
    const other = await addVendor(test, acme, shop.businessId);
    expect(await refusal(other.handle.sales.sales.record(cash(shop.pollo, "1", onRoute)))).toMatch(/another vendor's/);
    const [loading] = await shop.handle
      .insert(distribuciones)
      .values({ businessId: shop.businessId, vendedorId: shop.vendor.memberId, fecha: "2026-01-01" })
      .returning();
    const early = sales.record(cash(shop.pollo, "1", { distribucionId: loading?.id }));
    expect(await refusal(early)).toMatch(/^distribucionId: the route is not under way/);
  });
});

describe("who sells what", () => {
  const archiveMember = ({ tenant, vendor }: Shop) =>
    tenant.handle.update(businessUsers).set({ isActive: false }).where(eq(businessUsers.id, vendor.memberId));

  it("is the scope's member; another is named by an admin_negocio or a job", async ({ test, shop }) => {
    const sale = cash(shop.pollo, "1", { sellerId: shop.adminMemberId });
    expect(await rejection(shop.vendor.handle.sales.sales.record(sale))).toBeInstanceOf(PermissionDeniedError);
    const forVendor = cash(shop.pollo, "1", { sellerId: shop.vendor.memberId });
    expect(await shop.handle.sales.sales.record(forVendor)).toMatchObject({ sellerId: shop.vendor.memberId });
    const job = test.db.forTenant({ tenantId: shop.tenant.tenant.id, businessId: shop.businessId });
    expect(await job.sales.sales.record(forVendor)).toMatchObject({ sellerId: shop.vendor.memberId });
    expect(await refusal(job.sales.sales.record(cash(shop.pollo, "1")))).toMatch(
      /^sellerId: the scope names no active/,
    );
    await archiveMember(shop);
    expect(await refusal(shop.handle.sales.sales.record(forVendor))).toMatch(/^sellerId: the member is archived/);
    expect(await rejection(shop.vendor.handle.sales.sales.record(cash(shop.pollo, "1")))).toBeInstanceOf(
      PermissionDeniedError,
    );
  });

  it("is an active product, whose archiving does not hinder asking again", async ({ shop }) => {
    const { sales } = shop.handle.sales;
    const asked = cash(shop.pollo, "1", { idempotencyKey: "till-1" });
    const first = await sales.record(asked);
    await shop.handle.update(products).set({ isActive: false }).where(eq(products.id, shop.pollo));
    expect(await rejection(sales.record(cash(shop.pollo, "1")))).toBeInstanceOf(ConflictError);
    expect(await sales.record(asked)).toEqual(first);
  });

  it("keeps the commission in force on the day of the sale", async ({ shop }) => {
    const { sellerId } = await shop.vendor.handle.sales.sales.record(cash(shop.pollo, "1"));
    await shop.tenant.handle.update(businessUsers).set({ commissionRate: "5" }).where(eq(businessUsers.id, sellerId));
    const { sales } = shop.vendor.handle.sales;
    const yesterday = new Date(Date.now() - 86_400_000);
    expect(await sales.record(cash(shop.pollo, "1"))).toMatchObject({ commissionRate: "5.00" });
    expect(await sales.record(cash(shop.pollo, "1", { saleDate: yesterday }))).toMatchObject({
      commissionRate: "0.00",
    });
  });

  it("can be many sales at once, all or none, and their lists", async ({ test, shop }) => {
    const { sales } = shop.handle.sales;
    const many = Array.from({ length: 5 }, (_, index) => cash(shop.huevo, String(index + 1)));
    const refused = await refusal(sales.recordMany([...many, cash(shop.huevo, "986")]));
    expect(refused).toMatch(/^Sale 6, item 1: there is not so much in stock/);
    expect((await sales.list()).items).toEqual([]);
    const recorded = await sales.recordMany(many);
    expect(recorded.map(({ totalAmount }) => totalAmount)).toEqual(["0.60", "1.20", "1.80", "2.40", "3.00"]);
    expect(await stockOf(test, shop.huevo)).toBe("985.000");
    const [page] = [await sales.list({ limit: 2, sellerId: shop.adminMemberId })];
    expect(page.items).toHaveLength(2);
    expect((await sales.list({ clientId: shop.clientId })).items).toEqual([]);
    expect(new Set((await sales.list()).items.map(({ id }) => id))).toEqual(new Set(recorded.map(({ id }) => id)));
  });
});
