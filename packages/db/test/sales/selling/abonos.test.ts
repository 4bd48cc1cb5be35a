import { describe, expect } from "vitest";
import { ConflictError, NotFoundError, newId, PermissionDeniedError, ValidationError } from "../../../src/index";
import { type NewAbono, refunds } from "../../../src/sales";
import { rejection } from "../../kit/outcomes";
import { ownerRows } from "../../kit/sql";
import { freshShop as it, onCredit, type Shop } from "../kit/shop";
import { dayOf, leave } from "../routes/kit";

const paid = ({ clientId }: Shop, amount: string, more = {}) =>
  ({ clientId, amount, paymentMethod: "efectivo", ...more }) as const;

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

describe("an abono", () => {
  it("pays the oldest sales first, by their dates, and leaves the rest as credit", async ({ shop }) => {
    const { sales, abonos, customers } = shop.handle.sales;
    const newer = await sales.record(onCredit(shop, "30.00"));
    const older = await sales.record(onCredit(shop, "20.00", { saleDate: daysAgo(3) }));
    const first = await abonos.record(paid(shop, "25.00"));
    expect(first.allocations.map(({ saleId, amount }) => [saleId, amount])).toEqual([
      [older.id, "20.00"],
      [newer.id, "5.00"],
    ]);
    expect(await sales.getById(newer.id)).toMatchObject({ balanceDue: "25.00", amountPaid: "0.00" });
    const second = await abonos.record(paid(shop, "40.00", { paymentMethod: "transferencia" }));
    expect(second).toMatchObject({ allocatedAmount: "25.00", paymentMethod: "transferencia" });
    expect(await customers.debt(shop.clientId)).toEqual({ balance: "-15.00", openDue: "0.00", credit: "15.00" });
    expect(await abonos.getById(second.id)).toEqual(second);
  });

  it("pays the sales that are named, never beyond what is open", async ({ shop }) => {
    const { sales, abonos, customers } = shop.handle.sales;
    const [one, two, three] = [
      await sales.record(onCredit(shop, "10.00")),
      await sales.record(onCredit(shop, "20.00")),
      await sales.record(onCredit(shop, "30.00")),
    ];
    const allocations = [{ saleId: three.id, amount: "5.00" }, { saleId: two.id }];
    const abono = await abonos.record(paid(shop, "50.00", { allocations }));
    expect(abono.allocations.map(({ saleId, amount }) => [saleId, amount])).toEqual([
      [two.id, "20.00"],
      [three.id, "5.00"],
    ]);
    expect(await sales.getById(one.id)).toMatchObject({ balanceDue: "10.00" });
    expect(await customers.debt(shop.clientId)).toEqual({ balance: "10.00", openDue: "35.00", credit: "25.00" });
  });

  it("without a sale stays as credit until a call allocates it", async ({ shop }) => {
    const { sales, abonos, customers } = shop.handle.sales;
    const before = await abonos.record(paid(shop, "15.00"));
    expect(before).toMatchObject({ allocatedAmount: "0.00", allocations: [] });
    const sold = await sales.record(onCredit(shop, "40.00"));
    const held = await abonos.record(paid(shop, "5.00", { allocations: [] }));
    expect(sold.balanceDue).toBe("40.00");
    expect(await customers.debt(shop.clientId)).toEqual({ balance: "20.00", openDue: "40.00", credit: "20.00" });
    const allocated = await abonos.allocate(before.id);
    expect(allocated).toMatchObject({ allocatedAmount: "15.00", allocations: [{ saleId: sold.id, amount: "15.00" }] });
    expect(await abonos.allocate(before.id)).toEqual(allocated);
    await abonos.allocate(held.id, { allocations: [{ saleId: sold.id, amount: "2.00" }] });
    expect(await sales.getById(sold.id)).toMatchObject({ balanceDue: "23.00" });
    expect(await customers.debt(shop.clientId)).toEqual({ balance: "20.00", openDue: "23.00", credit: "3.00" });
  });

  it("is voided: what it paid is due again, and the money is given back by the same method", async ({ shop }) => {
    const { sales, abonos, customers } = shop.handle.sales;
    const sold = await sales.record(onCredit(shop, "10.00"));
    const abono = await abonos.record(paid(shop, "25.00", { paymentMethod: "plin" }));
    const voided = await abonos.void(abono.id, { reason: "Not received" });
    expect(voided).toMatchObject({ status: "void", allocatedAmount: "0.00", allocations: [], amount: "25.00" });
    expect(await sales.getById(sold.id)).toMatchObject({ balanceDue: "10.00" });
    expect(await customers.debt(shop.clientId)).toEqual({ balance: "10.00", openDue: "10.00", credit: "0.00" });
    expect(await shop.handle.select().from(refunds)).toMatchObject([
      { abonoId: abono.id, amount: "25.00", paymentMethod: "plin" },
    ]);
    expect(await abonos.void(abono.id, { reason: "Not received" })).toEqual(voided);
    expect(await rejection(abonos.void(abono.id, { reason: "Other" }))).toBeInstanceOf(ConflictError);
    expect(await rejection(abonos.allocate(abono.id))).toBeInstanceOf(ConflictError);
  });

  it("belongs to the money of the route it was taken on", async ({ test, shop }) => {
    const { id: route } = await leave(shop, shop.vendor, []);
    const { abonos } = shop.vendor.handle.sales;
    const abono = await abonos.record(paid(shop, "25.00", { distribucionId: route }));
    const money = async () =>
      (
        await ownerRows(test, "select monto_recaudado::text as money from sales.distribuciones where id = $1", [route])
      )[0];
    expect(await money()).toEqual({ money: "25.00" });
    await abonos.void(abono.id, { reason: "Not received" });
    expect(await money()).toEqual({ money: "0.00" });
  });

  it("asked twice is one, and other content under the key is refused", async ({ shop }) => {
    const { abonos, customers } = shop.handle.sales;
    const asked = paid(shop, "10.00", { idempotencyKey: newId() });
    const first = await abonos.record(asked);
    expect(await abonos.record({ ...asked, id: newId(), amount: "10", allocations: "oldest" })).toEqual(first);
    const others: Partial<NewAbono>[] = [
      { amount: "10.01" },
      { notes: "x" },
      { paymentMethod: "plin" },
      { allocations: [] },
    ];
    for (const other of others) {
      expect(await rejection(abonos.record({ ...asked, ...other }))).toBeInstanceOf(ConflictError);
    }
    expect(await customers.debt(shop.clientId)).toMatchObject({ balance: "-10.00" });
  });

  it("is refused for another's sale, a closed day, another member, and amounts that are none", async ({ shop }) => {
    const { sales, abonos, customers } = shop.handle.sales;
    const other = await customers.create({ name: "Other" });
    const theirs = await sales.record(onCredit({ ...shop, clientId: other.id }, "10.00"));
    const named = paid(shop, "5.00", { allocations: [{ saleId: theirs.id }] });
    expect(await rejection(abonos.record(named))).toBeInstanceOf(NotFoundError);
    expect(await customers.debt(shop.clientId)).toMatchObject({ balance: "0.00" });
    const forAdmin = paid(shop, "5.00", { sellerId: shop.adminMemberId });
    expect(await rejection(shop.vendor.handle.sales.abonos.record(forAdmin))).toBeInstanceOf(PermissionDeniedError);
    await shop.handle.sales.dayClosings.close({ date: await dayOf(shop, -1) });
    expect(await rejection(abonos.record(paid(shop, "5.00", { abonoDate: daysAgo(1) })))).toBeInstanceOf(ConflictError);
    for (const amount of ["0", "-1", "0.001", "NaN", "1e3", "10000000000"]) {
      expect(await rejection(abonos.record(paid(shop, amount)))).toBeInstanceOf(ValidationError);
    }
  });
});
