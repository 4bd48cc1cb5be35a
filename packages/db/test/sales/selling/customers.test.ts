import { describe, expect } from "vitest";
import { InvariantError, NotFoundError, newId, PermissionDeniedError } from "../../../src/index";
import { rejection } from "../../kit/outcomes";
import { freshShop as it, onCredit } from "../kit/shop";

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

describe("customers", () => {
  it("are created, changed, archived and listed by name", async ({ shop }) => {
    const { customers } = shop.handle.sales;
    const ana = await customers.create({ name: "Ana", dni: "40112233", phone: "999", address: "Av. 1", notes: "n" });
    expect(ana).toMatchObject({ createdBy: shop.adminMemberId, isActive: true, creditLimit: null });
    expect(await customers.update(ana.id, { name: "Ana María", phone: null })).toMatchObject({ phone: null });
    const names = async () => (await customers.list()).items.map(({ name }) => name);
    expect(await names()).toEqual(["Ana María", "Rosa"]);
    await customers.archive(ana.id);
    expect(await names()).toEqual(["Rosa"]);
    const refused = await rejection(shop.handle.sales.sales.record(onCredit({ ...shop, clientId: ana.id }, "1.00")));
    expect(refused).toMatchObject({ message: expect.stringMatching(/^clientId: the customer is archived/) });
    await customers.restore(ana.id);
    const { items, nextCursor } = await customers.list({ limit: 1 });
    expect(items.map(({ name }) => name)).toEqual(["Ana María"]);
    expect((await customers.list({ limit: 1, cursor: nextCursor })).items).toMatchObject([{ name: "Rosa" }]);
    for (const call of ["getById", "archive", "restore", "debt"] as const) {
      expect(await rejection(customers[call](newId()))).toBeInstanceOf(NotFoundError);
    }
  });

  it("owe no more than their limit, which an admin_negocio sets", async ({ shop }) => {
    const { customers, sales, abonos } = shop.handle.sales;
    const byVendor = shop.vendor.handle.sales.customers;
    expect(await rejection(byVendor.setCreditLimit(shop.clientId, "10"))).toBeInstanceOf(PermissionDeniedError);
    expect(await rejection(byVendor.create({ name: "X", creditLimit: "10" }))).toBeInstanceOf(PermissionDeniedError);
    expect(await customers.setCreditLimit(shop.clientId, "50")).toMatchObject({ creditLimit: "50.00" });
    await sales.record(onCredit(shop, "50.00"));
    const refused = await rejection(sales.record(onCredit(shop, "0.01")));
    expect(refused).toBeInstanceOf(InvariantError);
    expect(refused).toMatchObject({ message: expect.stringMatching(/^clientId: .*credit limit/) });
    await sales.record(onCredit(shop, "5.00", { amountPaid: "5.00" }));
    await abonos.record({ clientId: shop.clientId, amount: "10.00", paymentMethod: "efectivo" });
    await sales.record(onCredit(shop, "10.00"));
    await customers.setCreditLimit(shop.clientId, null);
    await sales.record(onCredit(shop, "100.00"));
  });

  it("have a statement of account that goes on from the debt before", async ({ shop }) => {
    const { customers, sales, abonos } = shop.handle.sales;
    await sales.record(onCredit(shop, "30.00", { amountPaid: "10.00", saleDate: daysAgo(5) }));
    const sold = await sales.record(onCredit(shop, "40.00", { saleDate: daysAgo(2) }));
    // Entered late, and dated between the two.
    const abono = await abonos.record({
      clientId: shop.clientId,
      amount: "15.00",
      paymentMethod: "efectivo",
      abonoDate: daysAgo(3),
    });
    await sales.void(sold.id, { reason: "Back" });
    const all = await customers.statement(shop.clientId);
    expect(all.movements.map(({ kind, amount, balance }) => [kind, amount, balance])).toEqual([
      ["sale", "20.00", "20.00"],
      ["abono", "-15.00", "5.00"],
      ["sale", "40.00", "45.00"],
      ["sale_void", "-40.00", "5.00"],
    ]);
    expect(all).toMatchObject({ opening: "0.00", closing: "5.00" });
    const from = abono.abonoDay;
    expect(await customers.statement(shop.clientId, { from, to: from })).toMatchObject({
      opening: "20.00",
      closing: "5.00",
      movements: [{ sourceId: abono.id }],
    });
    expect(await customers.statement(shop.clientId, { to: "2001-01-01" })).toEqual({
      opening: "0.00",
      movements: [],
      closing: "0.00",
    });
    expect(await rejection(customers.statement(newId()))).toBeInstanceOf(NotFoundError);
  });

  it("who owe are listed, the largest debt first, with what is open by its age", async ({ shop }) => {
    const { customers, sales, abonos } = shop.handle.sales;
    const [ana, luis] = [await customers.create({ name: "Ana" }), await customers.create({ name: "Luis" })];
    for (const [days, total] of [
      [0, "1.00"],
      [31, "2.00"],
      [61, "4.00"],
      [91, "8.00"],
    ] as const) {
      await sales.record(onCredit({ ...shop, clientId: ana.id }, total, { saleDate: daysAgo(days) }));
    }
    await sales.record(onCredit({ ...shop, clientId: luis.id }, "20.00"));
    await abonos.record({ clientId: luis.id, amount: "1.00", paymentMethod: "efectivo", allocations: [] });
    await abonos.record({ clientId: shop.clientId, amount: "1.00", paymentMethod: "efectivo" });
    const { items } = await customers.debtors();
    expect(items).toMatchObject([
      { customerId: luis.id, name: "Luis", balance: "19.00", openDue: "20.00", credit: "1.00", upTo30: "20.00" },
      { customerId: ana.id, balance: "15.00", upTo30: "1.00", upTo60: "2.00", upTo90: "4.00", older: "8.00" },
    ]);
    expect(items).toHaveLength(2);
    const page = await customers.debtors({ limit: 1 });
    expect((await customers.debtors({ limit: 1, cursor: page.nextCursor })).items).toEqual(items.slice(1));
  });
});
