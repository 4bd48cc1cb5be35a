import { describe, expect } from "vitest";
import { ConflictError, NotFoundError, newId, PermissionDeniedError } from "../../../src/index";
import { refunds } from "../../../src/sales";
import { rejection } from "../../kit/outcomes";
import { ownerRows } from "../../kit/sql";
import { freshShop as it, onCredit, order, setModes, stockOf } from "../kit/shop";
import { dayOf, leave } from "../routes/kit";

const reason = "Wrong weight";

describe("voiding a sale", () => {
  it("brings the goods back, gives back what was paid by the same method, and leaves no debt", async ({
    test,
    shop,
  }) => {
    const { sales, customers } = shop.handle.sales;
    const sold = await sales.record(onCredit(shop, "30.00", { amountPaid: "10.00", paymentMethod: "plin" }));
    const voided = await sales.void(sold.id, { reason });
    expect(voided).toMatchObject({
      status: "void",
      balanceDue: "0.00",
      totalAmount: "30.00",
      amountPaid: "10.00",
      voidReason: reason,
      voidedBy: shop.adminMemberId,
      voidedOn: sold.saleDay,
    });
    expect(voided.items).toEqual(sold.items);
    expect(await stockOf(test, shop.pollo)).toBe("1000.000");
    expect(await customers.debt(shop.clientId)).toEqual({ balance: "0.00", openDue: "0.00", credit: "0.00" });
    const given = await shop.handle.select().from(refunds);
    expect(given).toMatchObject([{ saleId: sold.id, amount: "10.00", paymentMethod: "plin", distribucionId: null }]);
    expect(await sales.void(sold.id, { reason })).toEqual(voided);
    expect(await rejection(sales.void(sold.id, { reason: "Another" }))).toBeInstanceOf(ConflictError);
    expect(await rejection(sales.void(newId(), { reason }))).toBeInstanceOf(NotFoundError);
    expect(await shop.handle.select().from(refunds)).toHaveLength(1);
  });

  it("frees what abonos paid to credit, which the next sale uses on request", async ({ shop }) => {
    const { sales, abonos, customers } = shop.handle.sales;
    const first = await sales.record(onCredit(shop, "30.00"));
    const abono = await abonos.record({ clientId: shop.clientId, amount: "20.00", paymentMethod: "yape" });
    expect(abono).toMatchObject({ allocatedAmount: "20.00", allocations: [{ saleId: first.id, amount: "20.00" }] });
    await sales.void(first.id, { reason });
    expect(await customers.debt(shop.clientId)).toEqual({ balance: "-20.00", openDue: "0.00", credit: "20.00" });
    const next = await sales.record(onCredit(shop, "50.00", { useCredit: true }));
    expect(next).toMatchObject({ amountPaid: "0.00", balanceDue: "30.00" });
    expect(await customers.debt(shop.clientId)).toEqual({ balance: "30.00", openDue: "30.00", credit: "0.00" });
    expect((await abonos.getById(abono.id)).allocations).toMatchObject([{ saleId: next.id, amount: "20.00" }]);
  });

  it("goes back to the route while it is under way, and to stock once it is settled", async ({ test, shop }) => {
    const { id: route } = await leave(shop, shop.vendor, [[shop.pollo, "20"]]);
    const { sales } = shop.vendor.handle.sales;
    const sell = () =>
      sales.record({ saleType: "contado", distribucionId: route, items: [{ productId: shop.pollo, quantity: "5" }] });
    const numbers = async () => {
      const [row] = await ownerRows(
        test,
        `select d.kilos_vendidos::text as kilos, d.monto_recaudado::text as money, i.sold::text as sold
         from sales.distribuciones d join sales.distribucion_items i on i.distribucion_id = d.id where d.id = $1`,
        [route],
      );
      return row;
    };
    const [first, second] = [await sell(), await sell()];
    expect(first).toMatchObject({ salesPoint: "Carro A", sellerId: shop.vendor.memberId });
    expect(await numbers()).toEqual({ kilos: "10.000", money: "95.00", sold: "10.000" });
    await sales.void(first.id, { reason });
    expect(await numbers()).toEqual({ kilos: "5.000", money: "47.50", sold: "5.000" });
    expect(await stockOf(test, shop.pollo)).toBe("980.000");
    await shop.handle.sales.distribuciones.close(route, {
      items: [{ productId: shop.pollo, returned: "15" }],
      money: {},
    });
    expect(await stockOf(test, shop.pollo)).toBe("995.000");
    await sales.void(second.id, { reason });
    expect(await numbers()).toEqual({ kilos: "5.000", money: "47.50", sold: "5.000" });
    expect(await stockOf(test, shop.pollo)).toBe("1000.000");
    const given = await shop.handle.select().from(refunds);
    expect(given.map(({ saleId, distribucionId }) => [saleId, distribucionId])).toEqual([
      [first.id, route],
      [second.id, null],
    ]);
  });

  it("of another member's sale is for an admin_negocio", async ({ shop }) => {
    const sold = await shop.handle.sales.sales.record(onCredit(shop, "10.00"));
    const own = await shop.vendor.handle.sales.sales.record(onCredit(shop, "10.00"));
    const { sales } = shop.vendor.handle.sales;
    expect(await rejection(sales.void(sold.id, { reason }))).toBeInstanceOf(PermissionDeniedError);
    expect(await sales.void(own.id, { reason })).toMatchObject({ voidedBy: shop.vendor.memberId });
  });

  it("counts on today, and not while today is closed; a closed day keeps its sale", async ({ shop }) => {
    const { sales } = shop.handle.sales;
    const yesterday = new Date(Date.now() - 86_400_000);
    const sold = await sales.record(onCredit(shop, "10.00", { saleDate: yesterday }));
    await shop.handle.sales.dayClosings.close({ date: await dayOf(shop, -1) });
    const refused = await rejection(sales.record(onCredit(shop, "10.00", { saleDate: yesterday })));
    expect(refused).toMatchObject({ message: expect.stringMatching(/^saleDate: the day is closed/) });
    const other = await sales.record(onCredit(shop, "10.00"));
    expect(await sales.void(sold.id, { reason })).toMatchObject({ saleDay: sold.saleDay, voidedOn: other.saleDay });
    await shop.handle.sales.dayClosings.close({ date: await dayOf(shop) });
    expect(await rejection(sales.void(other.id, { reason }))).toBeInstanceOf(ConflictError);
  });

  it("of a delivery leaves the order to be delivered again", async ({ shop }) => {
    const { sales } = shop.handle.sales;
    await setModes(shop, { modoOperacion: "pedidos" });
    const orderId = await order(shop);
    expect(await rejection(sales.record(onCredit(shop, "10.00")))).toMatchObject({
      message: expect.stringMatching(/^orderId: the business sells what was ordered/),
    });
    const first = await sales.record(onCredit(shop, "10.00", { orderId }));
    expect(await rejection(sales.record(onCredit(shop, "10.00", { orderId })))).toBeInstanceOf(ConflictError);
    await sales.void(first.id, { reason });
    expect(await sales.record(onCredit(shop, "10.00", { orderId }))).toMatchObject({ orderId });
  });
});

describe("correcting a sale", () => {
  it("is a void and a new sale, linked, at once", async ({ test, shop }) => {
    const { sales, customers } = shop.handle.sales;
    const wrong = await sales.record(onCredit(shop, "30.00", { items: [{ productId: shop.pollo, quantity: "3" }] }));
    const idempotencyKey = newId();
    const correction = {
      ...onCredit(shop, "0", { items: [{ productId: shop.pollo, quantity: "2" }] }),
      reason,
      idempotencyKey,
    };
    const right = await sales.correct(wrong.id, correction);
    expect(right).toMatchObject({ correctsSaleId: wrong.id, totalAmount: "19.00", status: "recorded" });
    expect(await sales.getById(wrong.id)).toMatchObject({ status: "void", voidReason: reason, totalAmount: "28.50" });
    expect(await stockOf(test, shop.pollo)).toBe("998.000");
    expect(await customers.debt(shop.clientId)).toMatchObject({ balance: "19.00" });
    expect(await sales.correct(wrong.id, correction)).toEqual(right);
    const other = { ...correction, idempotencyKey: newId() };
    expect(await rejection(sales.correct(wrong.id, other))).toBeInstanceOf(ConflictError);
    expect(await rejection(sales.correct(newId(), other))).toBeInstanceOf(NotFoundError);
  });

  it("leaves the sale as it is when what replaces it is refused", async ({ test, shop }) => {
    const { sales } = shop.handle.sales;
    const sold = await sales.record(onCredit(shop, "30.00"));
    const tooMuch = onCredit(shop, "1", { items: [{ productId: shop.pollo, quantity: "5000" }] });
    await rejection(sales.correct(sold.id, { ...tooMuch, reason }));
    expect(await sales.getById(sold.id)).toEqual(sold);
    expect(await stockOf(test, shop.pollo)).toBe("999.000");
  });
});
