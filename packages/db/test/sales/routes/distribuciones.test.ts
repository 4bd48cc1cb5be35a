import { describe, expect } from "vitest";
import {
  ConflictError,
  InvariantError,
  NotFoundError,
  PermissionDeniedError,
  ValidationError,
} from "../../../src/index";
import { rejection } from "../../kit/outcomes";
import { pagesOf } from "../../kit/pages";
import { addVendor, freshShop as it, setModes, stockOf } from "../kit/shop";
import { violationsOf } from "../kit/violations";
import { dayOf, leave, sellOn } from "./kit";

describe("a route", () => {
  it("is the scope's member's, at the member's sales point, of the business's today", async ({ shop }) => {
    const route = await shop.vendor.handle.sales.distribuciones.create();
    expect(route).toMatchObject({
      vendedorId: shop.vendor.memberId,
      estado: "activo",
      fecha: await dayOf(shop),
      kilosAsignados: "0.000",
      montoRecaudado: "0.00",
    });
    const named = await shop.handle.sales.distribuciones.create({
      vendedorId: shop.vendor.memberId,
      puntoVenta: "Casa",
      fecha: "2030-01-02",
    });
    expect([named.puntoVenta, named.fecha]).toEqual(["Casa", "2030-01-02"]);
  });

  it("is made once for a key, and another content under it is a conflict", async ({ shop }) => {
    const { distribuciones } = shop.vendor.handle.sales;
    const asked = { idempotencyKey: "r1", puntoVenta: "Carro A" };
    const [one, same] = [await distribuciones.create(asked), await distribuciones.create(asked)];
    expect(same).toEqual(one);
    for (const other of [{ puntoVenta: "Carro B" }, { fecha: "2030-01-02" }, { syncAttempts: 1 }]) {
      expect(await rejection(distribuciones.create({ ...asked, ...other }))).toBeInstanceOf(ConflictError);
    }
    const made = await Promise.all(Array.from({ length: 8 }, () => distribuciones.create({ idempotencyKey: "r2" })));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  });

  it("takes from stock what it is given, also later while it is open", async ({ shop, test }) => {
    const { distribuciones } = shop.handle.sales;
    const { id } = await distribuciones.create({ vendedorId: shop.vendor.memberId });
    const items = [
      { productId: shop.pollo, quantity: "100.5" },
      { productId: shop.huevo, quantity: "30" },
    ];
    expect((await distribuciones.assign(id, { items })).kilosAsignados).toBe("100.500");
    await distribuciones.start(id);
    const more = [{ productId: shop.pollo, quantity: "9.5" }];
    expect((await distribuciones.assign(id, { items: more })).kilosAsignados).toBe("110.000");
    expect(await stockOf(test, shop.pollo)).toBe("890.000");
    expect(await stockOf(test, shop.huevo)).toBe("970.000");
    const document = await distribuciones.findDocument(id);
    expect(document?.items.map(({ assigned }) => assigned).sort()).toEqual(["110.000", "30.000"]);
    expect(document?.assignments).toHaveLength(3);
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });

  it("is assigned once for a key", async ({ shop, test }) => {
    const { distribuciones } = shop.handle.sales;
    const { id } = await distribuciones.create({ vendedorId: shop.vendor.memberId });
    const items = [
      { productId: shop.pollo, quantity: "10" },
      { productId: shop.huevo, quantity: "3" },
    ];
    await distribuciones.assign(id, { items, idempotencyKey: "a1" });
    const same = [
      { productId: shop.pollo, quantity: "10.000" },
      { productId: shop.huevo, quantity: "3.0" },
    ];
    await distribuciones.assign(id, { items: same, idempotencyKey: "a1" });
    expect(await stockOf(test, shop.pollo)).toBe("990.000");
    const other = { items: items.slice(0, 1), idempotencyKey: "a1" };
    expect(await rejection(distribuciones.assign(id, other))).toBeInstanceOf(ConflictError);
  });

  it("is refused what there is not, what is archived, strange or part of a piece", async ({ shop, test }) => {
    const { distribuciones } = shop.handle.sales;
    const { id } = await distribuciones.create({ vendedorId: shop.vendor.memberId });
    const assign = (productId: string, quantity: string) =>
      rejection(distribuciones.assign(id, { items: [{ productId, quantity }] }));
    const beyond = await assign(shop.pollo, "1000.001");
    expect(beyond).toBeInstanceOf(InvariantError);
    expect((beyond as Error).message).toMatch(/^Item 1: there is not so much in stock/);
    expect(await assign(shop.huevo, "1.5")).toBeInstanceOf(InvariantError);
    expect(await assign("00000000-0000-7000-8000-000000000000", "1")).toBeInstanceOf(InvariantError);
    for (const quantity of ["0", "-1", "1.0005", "NaN", "Infinity"]) {
      expect(await assign(shop.pollo, quantity)).toBeInstanceOf(ValidationError);
    }
    expect(
      await rejection(distribuciones.assign(shop.pollo, { items: [{ productId: shop.pollo, quantity: "1" }] })),
    ).toBeInstanceOf(NotFoundError);
    expect(await stockOf(test, shop.pollo)).toBe("1000.000");
  });

  it("settles: returned goods are stock again, lost ones a movement with its reason, money by method", async ({
    shop,
    test,
  }) => {
    const { vendor, handle, clientId, pollo, huevo } = shop;
    const { id } = await leave(shop, vendor, [
      [pollo, "100"],
      [huevo, "50"],
    ]);
    await sellOn(vendor.handle, id, [pollo, "30", "10.00"]);
    await sellOn(vendor.handle, id, [huevo, "50", "0.50"], { paymentMethod: "yape" });
    await vendor.handle.sales.sales.record({
      saleType: "credito",
      clientId,
      amountPaid: "100.00",
      distribucionId: id,
      items: [{ productId: pollo, quantity: "20", unitPrice: "10.00" }],
    });
    await vendor.handle.sales.abonos.record({
      clientId,
      distribucionId: id,
      amount: "40.00",
      paymentMethod: "plin",
    });
    const voided = await sellOn(vendor.handle, id, [pollo, "10", "10.00"]);
    await vendor.handle.sales.sales.void(voided.id, { reason: "Changed their mind" });
    expect(await handle.sales.distribuciones.getById(id)).toMatchObject({
      kilosAsignados: "100.000",
      kilosVendidos: "50.000",
      montoRecaudado: "465.00",
    });

    const settled = await vendor.handle.sales.distribuciones.close(id, {
      items: [{ productId: pollo, sold: "50", returned: "47.5", lost: "2.5", lossReason: "Spoilt" }],
      money: { efectivo: "395.00", yape: "25.00", plin: "40.00" },
    });
    expect([settled.estado, settled.settlements, settled.closedBy]).toEqual(["cerrado", 1, vendor.memberId]);
    expect(settled.closedAt).toBeInstanceOf(Date);
    const document = await handle.sales.distribuciones.findDocument(id);
    expect(document?.money.map((m) => [m.paymentMethod, m.expected, m.handedIn])).toEqual([
      ["efectivo", "400.00", "395.00"],
      ["plin", "40.00", "40.00"],
      ["yape", "25.00", "25.00"],
    ]);
    expect(await stockOf(test, pollo)).toBe("947.500");
    const movements = await test.asOwner((owner) =>
      owner.query(
        "select kind, quantity::text, reason from sales.stock_movements where source_id = $1 and product_id = $2 order by product_version",
        [id, pollo],
      ),
    );
    expect(movements.rows).toEqual([
      { kind: "assignment", quantity: "-100.000", reason: null },
      { kind: "return", quantity: "50.000", reason: null },
      { kind: "loss", quantity: "-2.500", reason: "Spoilt" },
    ]);
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });

  it("is settled once: the same again is answered, another is a conflict", async ({ shop, test }) => {
    const { id } = await leave(shop, shop.vendor, [[shop.pollo, "10"]]);
    const { distribuciones } = shop.vendor.handle.sales;
    const settlement = { items: [{ productId: shop.pollo, returned: "10" }], money: { efectivo: "0" } };
    const settled = await distribuciones.close(id, settlement);
    expect(
      await distribuciones.close(id, { ...settlement, items: [{ productId: shop.pollo, returned: "10.000" }] }),
    ).toEqual(settled);
    expect(await rejection(distribuciones.close(id, { ...settlement, money: { efectivo: "1" } }))).toBeInstanceOf(
      ConflictError,
    );
    expect(await stockOf(test, shop.pollo)).toBe("1000.000");
  });

  it("is not settled while something is missing, and says which item", async ({ shop }) => {
    const { pollo, huevo, vendor } = shop;
    const { id } = await leave(shop, vendor, [
      [pollo, "10"],
      [huevo, "10"],
    ]);
    await sellOn(vendor.handle, id, [pollo, "4", "10.00"]);
    const { distribuciones } = vendor.handle.sales;
    const eggs = { productId: huevo, returned: "10" };
    const refusal = async (...items: object[]) => {
      const error = await rejection(distribuciones.close(id, { items: items as never }));
      return [(error as Error).name, (error as Error).message];
    };
    expect(await refusal({ productId: pollo, returned: "6" })).toEqual([
      "InvariantError",
      "A product of the route is missing: say what of it was returned or lost",
    ]);
    expect((await refusal(eggs, { productId: pollo, returned: "5" }))[1]).toMatch(
      /^Item 2: sold, returned and lost do not come/,
    );
    expect((await refusal(eggs, { productId: pollo, sold: "5", returned: "5" }))[1]).toMatch(
      /^Item 2: the recorded sales/,
    );
    expect((await refusal(eggs, { productId: clientless, returned: "5" }))[1]).toMatch(
      /^Item 2: the product is not on the route/,
    );
    expect((await refusal({ productId: huevo, returned: "9.5", lost: "0.5", lossReason: "Broken" }))[1]).toMatch(
      /^Item 1: pieces are whole/,
    );
    expect((await refusal(eggs, { productId: pollo, returned: "5", lost: "1" }))[0]).toBe("ValidationError");
    expect((await refusal(eggs, { productId: pollo, returned: "-1" }))[0]).toBe("ValidationError");
    expect((await refusal(eggs, eggs))[0]).toBe("ValidationError");
    const wrongMethod = { items: [eggs, { productId: pollo, returned: "6" }], money: { cheque: "1" } };
    expect(await rejection(distribuciones.close(id, wrongMethod as never))).toBeInstanceOf(ValidationError);
    expect((await distribuciones.getById(id)).estado).toBe("en_ruta");
  });

  it("leaves before it is settled, and takes nothing after", async ({ shop }) => {
    const { distribuciones } = shop.vendor.handle.sales;
    const { id } = await distribuciones.create();
    const notLeft = await rejection(distribuciones.close(id, {}));
    expect((notLeft as Error).message).toBe("The route has not left: start it first");
    await distribuciones.start(id);
    expect((await distribuciones.start(id)).estado).toBe("en_ruta");
    await distribuciones.close(id, {});
    expect(await rejection(distribuciones.start(id))).toBeInstanceOf(ConflictError);
    const items = [{ productId: shop.pollo, quantity: "1" }];
    expect(await rejection(distribuciones.assign(id, { items }))).toBeInstanceOf(ConflictError);
    expect(await rejection(distribuciones.update(id, { puntoVenta: "Casa" }))).toBeInstanceOf(ConflictError);
    expect(await rejection(sellOn(shop.vendor.handle, id, [shop.pollo, "1", "1.00"]))).toBeInstanceOf(ConflictError);
    const abono = { clientId: shop.clientId, distribucionId: id, amount: "1.00", paymentMethod: "yape" } as const;
    expect(await rejection(shop.vendor.handle.sales.abonos.record(abono))).toBeInstanceOf(ConflictError);
  });

  it("is opened again by an admin_negocio: what came back leaves stock, and the next settlement counts", async ({
    shop,
    test,
  }) => {
    const { pollo, vendor, handle } = shop;
    const { id } = await leave(shop, vendor, [[pollo, "100"]]);
    const items = [{ productId: pollo, returned: "90", lost: "10", lossReason: "Lost on the way" }];
    await vendor.handle.sales.distribuciones.close(id, { items });
    expect(await stockOf(test, pollo)).toBe("990.000");
    expect(await rejection(vendor.handle.sales.distribuciones.reopen(id, { reason: "Wrong" }))).toBeInstanceOf(
      PermissionDeniedError,
    );
    const reopened = await handle.sales.distribuciones.reopen(id, { reason: "A sale was forgotten" });
    expect(reopened).toMatchObject({
      estado: "en_ruta",
      closedAt: null,
      settlements: 1,
      reopenReason: "A sale was forgotten",
    });
    expect(await handle.sales.distribuciones.reopen(id, { reason: "A sale was forgotten" })).toEqual(reopened);
    expect(await rejection(handle.sales.distribuciones.reopen(id, { reason: "Again" }))).toBeInstanceOf(ConflictError);
    expect(await stockOf(test, pollo)).toBe("900.000");
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
    await sellOn(vendor.handle, id, [pollo, "10", "9.00"]);
    await vendor.handle.sales.distribuciones.close(id, {
      items: [{ productId: pollo, returned: "90" }],
      money: { efectivo: "90" },
    });
    const document = await handle.sales.distribuciones.findDocument(id);
    expect(document?.money.map((m) => [m.settlement, m.expected, m.handedIn])).toEqual([[2, "90.00", "90.00"]]);
    expect(await stockOf(test, pollo)).toBe("990.000");
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });

  it("is not opened again when what came back was sold meanwhile", async ({ shop }) => {
    const { id } = await leave(shop, shop.vendor, [[shop.pollo, "1000"]]);
    await shop.handle.sales.distribuciones.close(id, { items: [{ productId: shop.pollo, returned: "1000" }] });
    await sellOn(shop.handle, null, [shop.pollo, "1", "9.00"]);
    expect(await rejection(shop.handle.sales.distribuciones.reopen(id, { reason: "Again" }))).toBeInstanceOf(
      InvariantError,
    );
    const { estado } = await shop.handle.sales.distribuciones.getById(id);
    expect(estado).toBe("cerrado");
  });

  it("assigns at the settlement what was sold beyond, where stock may fall below zero", async ({ shop, test }) => {
    await setModes(shop, { permitirVentaSinStock: true });
    const { id } = await leave(shop, shop.vendor, [[shop.pollo, "10"]]);
    await sellOn(shop.vendor.handle, id, [shop.pollo, "12", "9.00"]);
    const settled = await shop.vendor.handle.sales.distribuciones.close(id, { money: { efectivo: "108" } });
    expect([settled.kilosAsignados, settled.kilosVendidos]).toEqual(["12.000", "12.000"]);
    expect(await stockOf(test, shop.pollo)).toBe("988.000");
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });

  it("counts goods and moves no stock where the business keeps none", async ({ shop, test }) => {
    await setModes(shop, { modoOperacion: "sin_inventario" });
    const { id } = await leave(shop, shop.vendor, [[shop.pollo, "10"]]);
    await sellOn(shop.vendor.handle, id, [shop.pollo, "4", "9.00"]);
    const items = [{ productId: shop.pollo, returned: "5", lost: "1", lossReason: "Spoilt" }];
    const settled = await shop.vendor.handle.sales.distribuciones.close(id, { items });
    expect([settled.kilosAsignados, settled.kilosVendidos]).toEqual(["10.000", "4.000"]);
    expect(await stockOf(test, shop.pollo)).toBe("1000.000");
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });

  it("keeps its numbers when a sale of it is voided after the settlement", async ({ shop, test }) => {
    const { id } = await leave(shop, shop.vendor, [[shop.pollo, "10"]]);
    const sale = await sellOn(shop.vendor.handle, id, [shop.pollo, "10", "9.00"]);
    const settled = await shop.vendor.handle.sales.distribuciones.close(id, { money: { efectivo: "90" } });
    await shop.handle.sales.sales.void(sale.id, { reason: "Brought back" });
    expect(await shop.handle.sales.distribuciones.getById(id)).toEqual(settled);
    expect(await stockOf(test, shop.pollo)).toBe("1000.000");
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });

  it("is listed by business, vendor or state, newest day first", async ({ shop, test, acme }) => {
    const second = await addVendor(test, acme, shop.businessId);
    const days = ["2031-01-03", "2031-01-01", "2031-01-02"];
    for (const fecha of days) {
      for (const { memberId } of [shop.vendor, second]) {
        await shop.handle.sales.distribuciones.create({ vendedorId: memberId, fecha });
      }
    }
    const { distribuciones } = shop.handle.sales;
    const pages = await pagesOf((request) => distribuciones.list({ ...request, vendedorId: second.memberId }), 2);
    expect(pages.flat().map(({ fecha }) => fecha)).toEqual(["2031-01-03", "2031-01-02", "2031-01-01"]);
    expect((await distribuciones.list()).items).toHaveLength(6);
    expect((await distribuciones.list({ estado: "cerrado" })).items).toEqual([]);
  });
});

const clientless = "00000000-0000-7000-8000-000000000001";
