import { describe, expect } from "vitest";
import {
  ConflictError,
  InvariantError,
  NotFoundError,
  PermissionDeniedError,
  ValidationError,
} from "../../../src/index";
import { rejection } from "../../kit/outcomes";
import { outcomeOf, ownerRows } from "../../kit/sql";
import { freshShop as it, onCredit, receive, type Shop } from "../kit/shop";
import { violationsOf } from "../kit/violations";
import { asWriter, dayOf, lateSale, leave, sellOn } from "./kit";

/** Cash in the house, a credit sale partly paid, an abono, a voided sale, and a settled route. */
async function aDay(shop: Shop) {
  const { handle, vendor, clientId, pollo, huevo } = shop;
  await handle.sales.sales.record(onCredit(shop, "100.00", { amountPaid: "40.00", paymentMethod: "yape" }));
  await sellOn(handle, null, [huevo, "100", "0.60"]);
  const voided = await sellOn(handle, null, [pollo, "1", "9.00"]);
  await handle.sales.sales.void(voided.id, { reason: "Wrong customer" });
  await handle.sales.abonos.record({ clientId, amount: "25.50", paymentMethod: "transferencia" });
  const { id } = await leave(shop, vendor, [[pollo, "50"]]);
  await sellOn(vendor.handle, id, [pollo, "40", "10.00"]);
  await vendor.handle.sales.abonos.record({ clientId, distribucionId: id, amount: "10.00", paymentMethod: "efectivo" });
  const items = [{ productId: pollo, returned: "9", lost: "1", lossReason: "Spoilt" }];
  await vendor.handle.sales.distribuciones.close(id, { items, money: { efectivo: "405.00" } });
  return id;
}

describe("the closing of a day", () => {
  it("is one document of sales, money, vendors and stock", async ({ shop, test }) => {
    const { handle, adminMemberId, vendor, pollo, huevo } = shop;
    await handle.sales.members.update(adminMemberId, { commissionRate: "5" });
    await handle.sales.members.update(vendor.memberId, { commissionRate: "10" });
    await aDay(shop);
    const date = await dayOf(shop);
    const closing = await handle.sales.dayClosings.close({ date, counted: { efectivo: "60.00", yape: "39.00" } });
    expect(closing).toMatchObject({
      day: date,
      supplement: 0,
      saleCount: 4,
      soldAmount: "569.00",
      contadoAmount: "469.00",
      creditoAmount: "100.00",
      netWeight: "42.000",
      voidedAmount: "9.00",
      routeCount: 1,
      closedBy: adminMemberId,
    });
    const document = await handle.sales.dayClosings.getByDate({ date });
    const money = document.money.map((m) => [
      ...[m.paymentMethod, m.salesAmount, m.abonosAmount, m.refundsAmount, m.expected],
      ...[m.routesExpected, m.handedIn, m.counted, m.difference],
    ]);
    expect(money).toEqual([
      ["efectivo", "469.00", "10.00", "9.00", "470.00", "410.00", "405.00", "60.00", "-5.00"],
      ["transferencia", "0.00", "25.50", "0.00", "25.50", "0.00", "0.00", null, "0.00"],
      ["yape", "40.00", "0.00", "0.00", "40.00", "0.00", "0.00", "39.00", "-1.00"],
    ]);
    const vendors = document.vendors.map((v) => [
      v.memberId,
      v.saleCount,
      v.soldAmount,
      v.collectedAmount,
      v.commissionAmount,
    ]);
    expect(vendors.sort()).toEqual(
      [
        // 40 + 60 paid at once, 9 - 9 voided, 35.50 of abonos: 5 %.
        [adminMemberId, 3, "169.00", "135.50", "6.78"],
        [vendor.memberId, 1, "400.00", "400.00", "40.00"],
      ].sort(),
    );
    expect(closing.commissionAmount).toBe("46.78");
    const stock = document.stock.map((s) => [s.productId, s.kind, s.quantity]);
    expect(stock.sort()).toEqual(
      [
        [huevo, "receipt", "1000.000"],
        [huevo, "sale", "-100.000"],
        [pollo, "assignment", "-50.000"],
        [pollo, "loss", "-1.000"],
        [pollo, "receipt", "1000.000"],
        [pollo, "return", "10.000"],
        [pollo, "sale", "-2.000"],
        [pollo, "sale_void", "1.000"],
      ].sort(),
    );
    expect(document.supplements).toEqual([]);
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });

  it("needs every route of the day settled, a day that has begun, and an admin_negocio", async ({ shop }) => {
    const date = await dayOf(shop);
    const { dayClosings, distribuciones } = shop.handle.sales;
    const { id } = await leave(shop, shop.vendor, []);
    expect(await rejection(dayClosings.close({ date }))).toBeInstanceOf(ConflictError);
    await distribuciones.close(id, {});
    expect(await rejection(shop.vendor.handle.sales.dayClosings.close({ date }))).toBeInstanceOf(PermissionDeniedError);
    expect(await rejection(dayClosings.close({ date: await dayOf(shop, 1) }))).toBeInstanceOf(InvariantError);
    expect(await rejection(dayClosings.close({ date: "2026-02-30" }))).toBeInstanceOf(ValidationError);
    expect(await rejection(dayClosings.close({ date, counted: { efectivo: "-1" } }))).toBeInstanceOf(ValidationError);
    expect(await dayClosings.findByDate({ date })).toBeUndefined();
    expect(await rejection(dayClosings.getByDate({ date }))).toBeInstanceOf(NotFoundError);
    expect((await dayClosings.close({ date })).saleCount).toBe(0);
  });

  it("is made once: the same again is answered, another is a conflict; nobody changes it", async ({ shop, test }) => {
    const date = await dayOf(shop);
    const { dayClosings } = shop.handle.sales;
    const closing = await dayClosings.close({ date, counted: { yape: "10" } });
    expect(await dayClosings.close({ date, counted: { yape: "10.00" } })).toEqual(closing);
    expect(await rejection(dayClosings.close({ date, counted: { yape: "11" } }))).toBeInstanceOf(ConflictError);
    expect((await dayClosings.list()).items).toEqual([closing]);
    for (const change of ["set sold_amount = 1, contado_amount = 1", "set day = day - 1", "set closed_at = now()"]) {
      expect(await outcomeOf(asWriter(test, shop, [`update sales.day_closings ${change}`]))).toBe("PERMISSION_DENIED");
    }
    expect(await outcomeOf(asWriter(test, shop, ["delete from sales.day_closings"]))).toBe("PERMISSION_DENIED");
  });

  it("ends the day: it takes no sale, abono, void, route or stock, and the next day does", async ({ shop, test }) => {
    const { handle, clientId, pollo } = shop;
    const yesterday = await dayOf(shop, -1);
    const noon = new Date(`${yesterday}T12:00:00-05:00`);
    const sale = await sellOn(handle, null, [pollo, "1", "9.00"], { saleDate: noon });
    await handle.sales.dayClosings.close({ date: yesterday });
    const late = await rejection(sellOn(handle, null, [pollo, "1", "9.00"], { saleDate: noon }));
    expect(late).toBeInstanceOf(ConflictError);
    const abono = { clientId, amount: "1.00", paymentMethod: "yape", abonoDate: noon } as const;
    expect(await rejection(handle.sales.abonos.record(abono))).toBeInstanceOf(ConflictError);
    expect(
      await rejection(handle.sales.distribuciones.create({ vendedorId: shop.vendor.memberId, fecha: yesterday })),
    ).toBeInstanceOf(ConflictError);
    // A void of its sale counts on today, and is on today's closing.
    expect((await handle.sales.sales.void(sale.id, { reason: "Brought back" })).voidedOn).toBe(await dayOf(shop));
    const today = await handle.sales.dayClosings.close({ date: await dayOf(shop) });
    expect([today.saleCount, today.voidedAmount]).toEqual([0, "9.00"]);
    const document = await handle.sales.dayClosings.getByDate({ date: yesterday });
    expect([document.saleCount, document.soldAmount, document.voidedAmount]).toEqual([1, "9.00", "0.00"]);
    expect(await rejection(receive(shop, [[pollo, "1"]]))).toBeInstanceOf(ConflictError);
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });

  it("counts the money of a route on the route's day, whenever it was paid", async ({ shop, test }) => {
    const { handle, vendor, pollo } = shop;
    const [yesterday, today] = [await dayOf(shop, -1), await dayOf(shop)];
    const { id } = await handle.sales.distribuciones.create({ vendedorId: vendor.memberId, fecha: yesterday });
    await handle.sales.distribuciones.assign(id, { items: [{ productId: pollo, quantity: "1" }] });
    await handle.sales.distribuciones.start(id);
    await sellOn(vendor.handle, id, [pollo, "1", "9.00"]);
    await vendor.handle.sales.distribuciones.close(id, { money: { efectivo: "9.00" } });
    await handle.sales.dayClosings.close({ date: yesterday });
    await handle.sales.dayClosings.close({ date: today });
    const moneyOf = async (date: string) =>
      (await handle.sales.dayClosings.getByDate({ date })).money.map((m) => [m.expected, m.handedIn, m.difference]);
    expect(await moneyOf(yesterday)).toEqual([["9.00", "9.00", "0.00"]]);
    expect(await moneyOf(today)).toEqual([]);
    expect((await handle.sales.dayClosings.getByDate({ date: today })).soldAmount).toBe("9.00");
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });
});

describe("a late sale", () => {
  it("is on a supplement and on the list of reviews, and the closing stays as it is", async ({ shop, test }) => {
    const { handle, vendor } = shop;
    await handle.sales.members.update(vendor.memberId, { commissionRate: "10" });
    await aDay(shop);
    const date = await dayOf(shop);
    await handle.sales.dayClosings.close({ date });
    const { supplements: _none, ...before } = await handle.sales.dayClosings.getByDate({ date });
    const first = await lateSale(test, shop, date, "30.00");
    const second = await lateSale(test, shop, date, "12.50");
    const { supplements, ...after } = await handle.sales.dayClosings.getByDate({ date });
    expect(after).toEqual(before);
    expect(
      supplements.map((s) => [
        s.supplement,
        s.saleCount,
        s.soldAmount,
        s.commissionAmount,
        s.late.map(({ saleId }) => saleId),
      ]),
    ).toEqual([
      [1, 1, "30.00", "3.00", [first]],
      [2, 1, "12.50", "1.25", [second]],
    ]);
    expect(supplements[0]?.money.map((m) => [m.paymentMethod, m.expected])).toEqual([["efectivo", "30.00"]]);
    const reviews = await handle.sales.reviews.list();
    expect(reviews.items.map(({ id, kind, amount, day }) => [id, kind, amount, day])).toEqual(
      [
        [first, "sale", "30.00", date],
        [second, "sale", "12.50", date],
      ].sort(),
    );
    expect(await rejection(vendor.handle.sales.reviews.resolve({ saleId: first }))).toBeInstanceOf(
      PermissionDeniedError,
    );
    await handle.sales.reviews.resolve({ saleId: first });
    await handle.sales.reviews.resolve({ saleId: first });
    expect((await handle.sales.reviews.list()).items.map(({ id }) => id)).toEqual([second]);
    expect(await handle.sales.sales.getById(first)).toMatchObject({ reviewedBy: shop.adminMemberId, isLate: true });
    expect(await rejection(handle.sales.reviews.resolve({ abonoId: first }))).toBeInstanceOf(NotFoundError);
    expect(await rejection(handle.sales.reviews.resolve({}))).toBeInstanceOf(ValidationError);
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });

  it("is refused while its day is open", async ({ shop, test, acme }) => {
    const day = await dayOf(shop);
    const claimed = asWriter(test, shop, [
      `insert into sales.sales (business_id, seller_id, sale_type, status, total_amount, amount_paid, sale_date, sale_day, is_late)
       values ('${shop.businessId}', '${shop.vendor.memberId}', 'contado', 'recorded', 30, 30, '${day} 12:00 America/Lima',
         '${day}', true)`,
    ]);
    const error = await rejection(claimed);
    expect((error as Error).message).toBe("The day is open: what is of an open day is not late");
    expect(await ownerRows(test, "select from sales.sales where is_late and tenant_id = $1", [acme.tenant.id])).toEqual(
      [],
    );
  });
});

describe("commissions", () => {
  it("are on what is collected, at the rate in force on the day of the sale", async ({ shop, test }) => {
    const { handle, vendor, clientId } = shop;
    await test.asOwner((owner) => owner.query("update sales.commission_rates set rate = 10"));
    const [before, yesterday, today] = [await dayOf(shop, -10), await dayOf(shop, -1), await dayOf(shop)];
    const at = (day: string) => new Date(`${day}T12:00:00-05:00`);
    const sale = await vendor.handle.sales.sales.record(
      onCredit(shop, "100.00", { amountPaid: "20.00", saleDate: at(before) }),
    );
    await test.asOwner((owner) =>
      owner.query(
        "insert into sales.commission_rates (tenant_id, business_id, member_id, valid_from, rate) values ($1, $2, $3, $4, 50)",
        [...[shop.tenant.tenant.id, shop.businessId, vendor.memberId, yesterday]],
      ),
    );
    await sellOn(vendor.handle, null, [shop.huevo, "1", "0.05"], { saleDate: at(yesterday) });
    await handle.sales.abonos.record({ clientId, amount: "30.05", paymentMethod: "yape" });
    const of = async (from: string, to: string) => {
      const all = await handle.sales.commissions.list({ from, to });
      return all.map(({ memberId, collectedAmount, commissionAmount }) => [
        memberId,
        collectedAmount,
        commissionAmount,
      ]);
    };
    expect(await of(before, before)).toEqual([[vendor.memberId, "20.00", "2.00"]]);
    // Half of 0.05 is rounded away from zero.
    expect(await of(yesterday, yesterday)).toEqual([[vendor.memberId, "0.05", "0.03"]]);
    // The abono is of a sale at 10 %, whoever received it: 3.005.
    expect(await of(today, today)).toEqual([[vendor.memberId, "30.05", "3.01"]]);
    await vendor.handle.sales.sales.void(sale.id, { reason: "Brought back" });
    expect(await of(today, today)).toEqual([[vendor.memberId, "-20.00", "-2.00"]]);
    expect(await of(before, today)).toEqual([[vendor.memberId, "0.05", "0.03"]]);
    expect(await rejection(handle.sales.commissions.list({ from: today, to: before }))).toBeInstanceOf(ValidationError);
  });
});
