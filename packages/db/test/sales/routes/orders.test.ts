import { describe, expect } from "vitest";
import {
  ConflictError,
  ForeignKeyViolationError,
  InvariantError,
  NotFoundError,
  NotNullViolationError,
  PermissionDeniedError,
  ValidationError,
} from "../../../src/index";
import { rejection } from "../../kit/outcomes";
import { addProduct, freshShop as it, newShop, setModes } from "../kit/shop";
import { violationsOf } from "../kit/violations";
import { dayOf } from "./kit";

describe("an order", () => {
  it("takes prices of the products where none are given, and comes to the sum of its items", async ({ shop, test }) => {
    const { vendor, clientId, pollo, huevo } = shop;
    const order = await vendor.handle.sales.orders.create({
      clientId,
      deliveryDay: "2030-01-05",
      items: [
        { productId: pollo, quantity: "2.5" },
        { productId: huevo, quantity: "30", unitPrice: "0.55" },
      ],
    });
    expect(order).toMatchObject({ status: "ordered", totalAmount: "40.25", sellerId: vendor.memberId });
    expect(await vendor.handle.sales.orders.getById(order.id)).toEqual(order);
    const document = await shop.handle.sales.orders.findDocument(order.id);
    expect(document?.items.map((i) => [i.lineNumber, i.productId, i.quantity, i.unitPrice, i.subtotal])).toEqual([
      [1, pollo, "2.500", "9.50", "23.75"],
      [2, huevo, "30.000", "0.55", "16.50"],
    ]);
    expect(document?.client.name).toBe("Rosa");
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });

  it("is taken once for a key, and another content under it is a conflict", async ({ shop }) => {
    const { orders } = shop.vendor.handle.sales;
    const items = [{ productId: shop.pollo, quantity: "1" }];
    const asked = { clientId: shop.clientId, items, idempotencyKey: "o1" };
    const [one, same] = [
      await orders.create(asked),
      await orders.create({ ...asked, items: [{ productId: shop.pollo, quantity: "1.000" }] }),
    ];
    expect(same).toEqual(one);
    const others = [
      { items: [{ productId: shop.pollo, quantity: "2" }] },
      { items: [{ productId: shop.huevo, quantity: "1" }] },
      { items: [{ productId: shop.pollo, quantity: "1", unitPrice: "9.50" }] },
      { deliveryDay: "2030-01-05" },
      { notes: "Early" },
      { orderDate: new Date("2026-01-01T12:00:00Z") },
    ];
    for (const other of others)
      expect(await rejection(orders.create({ ...asked, ...other }))).toBeInstanceOf(ConflictError);
  });

  it("is refused for strangers, without a price, in parts of a piece and of what is archived", async ({
    shop,
    test,
  }) => {
    const { orders } = shop.vendor.handle.sales;
    const of = (items: { productId: string; quantity: string }[], more: object = {}) =>
      rejection(orders.create({ clientId: shop.clientId, items, ...more }));
    const one = [{ productId: shop.pollo, quantity: "1" }];
    const stranger = await newShop(test);
    expect(await of(one, { clientId: stranger.clientId })).toBeInstanceOf(ForeignKeyViolationError);
    expect(await of([{ productId: stranger.pollo, quantity: "1" }])).toBeInstanceOf(NotNullViolationError);
    const unpriced = await addProduct(shop, { basePrice: null });
    expect(await of([{ productId: unpriced, quantity: "1" }])).toBeInstanceOf(NotNullViolationError);
    expect(await of([{ productId: shop.huevo, quantity: "1.5" }])).toBeInstanceOf(InvariantError);
    const archived = await addProduct(shop, { isActive: false });
    expect(await of([{ productId: archived, quantity: "1" }])).toBeInstanceOf(ConflictError);
    expect(await of([])).toBeInstanceOf(ValidationError);
    expect(await of(one, { sellerId: shop.adminMemberId })).toBeInstanceOf(PermissionDeniedError);
    expect((await orders.list({ clientId: shop.clientId })).items).toEqual([]);
  });

  it("is delivered by a sale, once, and open again when that one is void", async ({ shop, test }) => {
    await setModes(shop, { modoOperacion: "pedidos" });
    const { vendor, handle, clientId, pollo } = shop;
    const { orders, sales } = vendor.handle.sales;
    const order = await orders.create({ clientId, items: [{ productId: pollo, quantity: "3", unitPrice: "9.00" }] });
    const sale = await orders.deliver(order.id, { saleType: "credito", amountPaid: "7.00", idempotencyKey: "d1" });
    expect(sale).toMatchObject({
      orderId: order.id,
      clientId,
      totalAmount: "27.00",
      amountPaid: "7.00",
      status: "recorded",
    });
    expect(sale.items.map((i) => [i.productId, i.quantity, i.unitPrice])).toEqual([[pollo, "3.000", "9.00"]]);
    expect(await orders.deliver(order.id, { saleType: "credito", amountPaid: "7", idempotencyKey: "d1" })).toEqual(
      sale,
    );
    expect(await rejection(orders.deliver(order.id, { saleType: "credito", idempotencyKey: "d1" }))).toBeInstanceOf(
      ConflictError,
    );
    expect(await rejection(orders.deliver(order.id, { saleType: "contado" }))).toBeInstanceOf(ConflictError);
    expect(await rejection(orders.cancel(order.id))).toBeInstanceOf(ConflictError);
    expect((await orders.getById(order.id)).status).toBe("delivered");
    expect(await violationsOf(test, shop.tenant)).toEqual([]);

    await sales.void(sale.id, { reason: "Not at home" });
    expect((await orders.getById(order.id)).status).toBe("ordered");
    const weighed = await orders.deliver(order.id, {
      saleType: "contado",
      items: [{ productId: pollo, gross: "3.4", tara: "0.2", unitPrice: "9.00" }],
    });
    expect([weighed.totalAmount, weighed.netWeight, weighed.tara]).toEqual(["28.80", "3.200", "0.200"]);
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
    expect(await rejection(orders.deliver(clientId, { saleType: "contado" }))).toBeInstanceOf(NotFoundError);
    expect((await handle.sales.customers.debt(clientId)).balance).toBe("0.00");
  });

  it("is cancelled before its delivery, and stays so", async ({ shop }) => {
    const { orders } = shop.vendor.handle.sales;
    const order = await orders.create({ clientId: shop.clientId, items: [{ productId: shop.pollo, quantity: "1" }] });
    expect((await orders.update(order.id, { deliveryDay: "2030-02-01", notes: "Ring twice" })).notes).toBe(
      "Ring twice",
    );
    expect((await orders.cancel(order.id)).status).toBe("cancelled");
    expect((await orders.cancel(order.id)).status).toBe("cancelled");
    expect(await rejection(orders.deliver(order.id, { saleType: "contado" }))).toBeInstanceOf(ConflictError);
    expect(await rejection(orders.cancel(shop.clientId))).toBeInstanceOf(NotFoundError);
  });

  it("is listed by state, customer or delivery day, oldest first", async ({ shop }) => {
    const { orders } = shop.handle.sales;
    const items = [{ productId: shop.pollo, quantity: "1" }];
    const made = [];
    for (const [hour, deliveryDay] of [
      ["12", "2030-01-02"],
      ["10", "2030-01-01"],
      ["11", "2030-01-01"],
    ] as const) {
      const orderDate = new Date(`${await dayOf(shop, -1)}T${hour}:00:00Z`);
      made.push(await orders.create({ clientId: shop.clientId, items, orderDate, deliveryDay }));
    }
    const [noon, ten, eleven] = made.map(({ id }) => id);
    await orders.cancel(ten ?? "");
    const ids = async (filter: object) => (await orders.list(filter as never)).items.map(({ id }) => id);
    expect(await ids({ clientId: shop.clientId })).toEqual([ten, eleven, noon]);
    expect(await ids({ status: "ordered" })).toEqual([eleven, noon]);
    expect(await ids({ deliveryDay: "2030-01-01" })).toEqual([ten, eleven]);
    expect(await rejection(orders.list({}))).toBeInstanceOf(ValidationError);
    expect(await rejection(orders.list({ status: "ordered", clientId: shop.clientId }))).toBeInstanceOf(
      ValidationError,
    );
  });
});
