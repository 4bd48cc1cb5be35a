import { describe, expect } from "vitest";
import { ConflictError, InvariantError, newId, ValidationError } from "../../../src/index";
import { rejection } from "../../kit/outcomes";
import { addProduct, freshShop as it, onCredit, stockOf } from "../kit/shop";

describe("recording a sale", () => {
  it("returns what is stored: computed amounts and kilos, names and prices of the day", async ({ test, shop }) => {
    const { sales } = shop.handle.sales;
    const sold = await sales.record({
      saleType: "credito",
      clientId: shop.clientId,
      amountPaid: "20",
      paymentMethod: "yape",
      items: [
        { productId: shop.pollo, gross: "12.35", tara: "0.45" },
        { productId: shop.huevo, quantity: "30", unitPrice: "0.55" },
      ],
    });
    // 11.9 × 9.50 = 113.05; 30 × 0.55 = 16.50
    expect(sold).toMatchObject({
      status: "recorded",
      totalAmount: "129.55",
      amountPaid: "20.00",
      paymentMethod: "yape",
      balanceDue: "109.55",
      tara: "0.450",
      netWeight: "11.900",
      sellerId: shop.adminMemberId,
      isLate: false,
    });
    expect(sold.items).toMatchObject([
      {
        lineNumber: 1,
        productName: "Pollo",
        unit: "kg",
        gross: "12.350",
        tara: "0.450",
        quantity: "11.900",
        unitPrice: "9.50",
        subtotal: "113.05",
        unitCost: "7.2500",
      },
      {
        lineNumber: 2,
        productName: "Huevo",
        unit: "unidad",
        gross: null,
        quantity: "30.000",
        unitPrice: "0.55",
        subtotal: "16.50",
      },
    ]);
    expect(await sales.getById(sold.id)).toEqual(sold);
    expect(await stockOf(test, shop.pollo)).toBe("988.100");
    expect(await stockOf(test, shop.huevo)).toBe("970.000");
    expect(await shop.handle.sales.customers.debt(shop.clientId)).toEqual({
      balance: "109.55",
      openDue: "109.55",
      credit: "0.00",
    });
  });

  it("rounds a subtotal half away from zero", async ({ shop }) => {
    const { items, totalAmount } = await shop.handle.sales.sales.record({
      saleType: "contado",
      items: [
        { productId: shop.pollo, quantity: "0.1", unitPrice: "0.25" },
        { productId: shop.pollo, quantity: "0.3", unitPrice: "0.15" },
      ],
    });
    expect(items.map(({ subtotal }) => subtotal)).toEqual(["0.03", "0.05"]);
    expect(totalAmount).toBe("0.08");
  });

  it("gives the tara of the sale to its item of kilos", async ({ shop }) => {
    const { sales } = shop.handle.sales;
    const sold = await sales.record({
      saleType: "contado",
      tara: "0.5",
      items: [
        { productId: shop.pollo, gross: "10.5" },
        { productId: shop.huevo, quantity: "6" },
      ],
    });
    expect(sold).toMatchObject({ tara: "0.500", netWeight: "10.000", totalAmount: "98.60", amountPaid: "98.60" });
    for (const [tara, gross] of [
      [undefined, "1"],
      ["2", "1"],
    ] as const) {
      const wrong = sales.record({ saleType: "contado", tara, items: [{ productId: shop.pollo, gross }] });
      expect(await rejection(wrong)).toMatchObject({ code: expect.stringMatching(/VALIDATION_FAILED|INVARIANT/) });
    }
  });

  it("keeps name and price when the product changes", async ({ shop }) => {
    const { sales } = shop.handle.sales;
    const sold = await sales.record({ saleType: "contado", items: [{ productId: shop.pollo, quantity: "1" }] });
    await shop.handle.execute(`update sales.products set name = 'Gallina', base_price = 99 where id = '${shop.pollo}'`);
    expect((await sales.getById(sold.id)).items[0]).toMatchObject({ productName: "Pollo", unitPrice: "9.50" });
  });

  it("asked twice is one sale, and other content under the key is refused", async ({ test, shop }) => {
    const { sales } = shop.handle.sales;
    const idempotencyKey = newId();
    const asked = onCredit(shop, "10.00", { idempotencyKey });
    const first = await sales.record(asked);
    expect(await sales.record({ ...asked, id: newId(), amountPaid: "0.00" })).toEqual(first);
    expect(await rejection(sales.record({ ...asked, amountPaid: "0.01" }))).toBeInstanceOf(ConflictError);
    expect(await sales.record(asked)).toEqual(first);
    expect(await stockOf(test, shop.pollo)).toBe("999.000");
  });

  it("is refused in words that name the field", async ({ shop }) => {
    const { sales } = shop.handle.sales;
    const noPrice = await addProduct(shop, { basePrice: null });
    const item = (more: object) => ({
      saleType: "contado" as const,
      items: [{ productId: shop.pollo, quantity: "1", ...more }],
    });
    const cases: [unknown, new (...args: never[]) => Error, RegExp][] = [
      [item({ quantity: "1000.001" }), InvariantError, /^Item 1: there is not so much in stock/],
      [{ ...item({}), amountPaid: "9.49" }, InvariantError, /^amountPaid: a cash sale is paid in full/],
      [{ ...item({}), amountPaid: "9.51" }, InvariantError, /^amountPaid: a cash sale/],
      [{ ...onCredit(shop, "10"), amountPaid: "10.01" }, InvariantError, /^amountPaid: it is more than the total/],
      [{ ...onCredit(shop, "10"), clientId: null }, ValidationError, /clientId: a sale on credit needs a customer/],
      [item({ productId: noPrice }), InvariantError, /^Item 1: unitPrice: the product has no base price/],
      [item({ productId: newId() }), Error, /^Item 1: productId: there is no such product/],
      [item({ productId: shop.huevo, quantity: "1.5" }), InvariantError, /^Item 1: quantity: pieces are whole/],
      [item({ gross: "2", tara: "0.5" }), InvariantError, /^Item 1: quantity: it is gross less tara/],
      [
        { ...item({}), saleDate: new Date(Date.now() + 2 * 86_400_000) },
        InvariantError,
        /^saleDate: the day has not come yet/,
      ],
    ];
    for (const [input, type, message] of cases) {
      const error = (await rejection(sales.record(input as never))) as Error;
      expect(error).toBeInstanceOf(type);
      expect(error.message).toMatch(message);
    }
  });
});
