import { describe, expect } from "vitest";
import { ConflictError, newId } from "../../../src/index";
import type { NewSale } from "../../../src/sales";
import { newAbonoSchema } from "../../../src/sales/validation/abonos";
import { newSaleSchema } from "../../../src/sales/validation/sales";
import { rejection } from "../../kit/outcomes";
import { addProduct, sharedShop as it, order, receive, type Shop } from "../kit/shop";
import { leave } from "../routes/kit";

/*
 * A key that comes again with other content is refused, whichever field of the content it is. The fields are those of the
 * schemas, so a new field has a case here before it is forgotten by what compares.
 */
const noContent = /^(id|businessId|idempotencyKey|items|tara)$/;

/** A request with every field that may be given, under a new key. */
const full = (shop: Shop, more: Partial<NewSale>): NewSale => ({
  idempotencyKey: newId(),
  saleType: "credito",
  clientId: shop.clientId,
  sellerId: shop.vendor.memberId,
  amountPaid: "1.00",
  paymentMethod: "yape",
  useCredit: false,
  saleDate: new Date(Date.now() - 60_000),
  items: [
    { productId: shop.pollo, gross: "2", tara: "0.5", unitPrice: "10.00" },
    { productId: shop.huevo, quantity: "3" },
  ],
  ...more,
});

describe("a key that comes again with other content", () => {
  it("is refused for every field of a sale", async ({ acme, shop }) => {
    const other = await addProduct(shop);
    await receive(shop, [[other, "60"]]);
    const { id: route } = await leave(shop, shop.vendor, [
      [shop.pollo, "50"],
      [shop.huevo, "50"],
      [other, "50"],
    ]);
    const client = await shop.handle.sales.customers.create({ name: "Other" });
    const [first, second] = [await order(shop), await order(shop)];
    const asked = full(shop, { distribucionId: route, orderId: first });
    const record = shop.handle.sales.sales;
    const recorded = await record.record(asked);
    const [chicken, eggs] = asked.items as [NewSale["items"][number], NewSale["items"][number]];
    const others: Record<string, Partial<NewSale>> = {
      clientId: { clientId: client.id },
      sellerId: { sellerId: shop.adminMemberId },
      distribucionId: { distribucionId: null },
      orderId: { orderId: second },
      saleType: { saleType: "contado", amountPaid: undefined },
      amountPaid: { amountPaid: "1.01" },
      paymentMethod: { paymentMethod: "plin" },
      useCredit: { useCredit: true },
      saleDate: { saleDate: new Date(Date.now() - 120_000) },
      "items.productId": { items: [{ ...chicken, productId: other }, eggs] },
      "items.gross": { items: [{ ...chicken, gross: "2.001" }, eggs] },
      "items.tara": { items: [{ ...chicken, tara: "0.501" }, eggs] },
      "items.unitPrice": { items: [{ ...chicken, unitPrice: "10.01" }, eggs] },
      "items.quantity": { items: [chicken, { ...eggs, quantity: "4" }] },
      "items in another order": { items: [eggs, chicken] },
      "items, one fewer": { items: [chicken] },
    };
    for (const [field, change] of Object.entries(others)) {
      expect(await rejection(record.record({ ...asked, ...change })), field).toBeInstanceOf(ConflictError);
    }
    const same = { ...asked, id: newId(), amountPaid: "1", items: [{ ...chicken, gross: "2.000" }, eggs] };
    expect(await record.record(same)).toEqual(recorded);
    const fields = Object.keys(newSaleSchema.in.shape).filter((field) => !noContent.test(field));
    expect(fields.filter((field) => !(field in others))).toEqual([]);
    expect(acme.tenant.id).toBe(recorded.tenantId);
  });

  it("is refused for every field of an abono", async ({ shop }) => {
    const { id: route } = await leave(shop, shop.vendor, []);
    const { abonos, customers } = shop.handle.sales;
    const asked = {
      idempotencyKey: newId(),
      clientId: shop.clientId,
      sellerId: shop.vendor.memberId,
      distribucionId: route,
      amount: "5.00",
      paymentMethod: "yape",
      notes: "note",
      abonoDate: new Date(Date.now() - 60_000),
      allocations: "oldest",
    } as const;
    const recorded = await abonos.record(asked);
    const others = {
      clientId: (await customers.create({ name: "Other" })).id,
      sellerId: shop.adminMemberId,
      distribucionId: null,
      amount: "5.01",
      paymentMethod: "plin",
      notes: null,
      abonoDate: new Date(Date.now() - 120_000),
      allocations: [],
    };
    for (const [field, value] of Object.entries(others)) {
      const error = await rejection(abonos.record({ ...asked, [field]: value } as never));
      expect(error, field).toBeInstanceOf(ConflictError);
    }
    expect(await abonos.record({ ...asked, id: newId(), amount: "5" })).toEqual(recorded);
    const fields = Object.keys(newAbonoSchema.shape).filter((field) => !noContent.test(field));
    expect(fields.filter((field) => !(field in others))).toEqual([]);
  });
});
