import { describe, expect } from "vitest";
import { compareMoney, lineAmount, sumMoney, type TenantDatabase, ValidationError } from "../../../src/index";
import type { NewSale, Sale } from "../../../src/sales";
import { open } from "../../client/connections";
import { rejection } from "../../kit/outcomes";
import { dayOf } from "../routes/kit";
import { addPerson, freshStall as it, type Stall } from "./kit";

const reason = "Wrong";

type Seller = [sales: TenantDatabase["sales"], point: string];

/** Three days of the business, of which the last is today: a void counts on it. */
const daysOf = (stall: Stall) => Promise.all([dayOf(stall, -2), dayOf(stall, -1), dayOf(stall)]);

/** The first moment of a day in Lima, which has come also where the day is today. */
const on = (day: string) => new Date(`${day}T05:00:00Z`);

const cash = (day: string, items: NewSale["items"], more: Partial<NewSale> = {}): NewSale => ({
  ...{ saleType: "contado", saleDate: on(day), items },
  ...more,
});

/** Puts the vendor at a sales point, and receives chicken whose cost is known and eggs whose cost is not. */
async function stocked({ admin, vendor, pollo, huevo }: Stall, unitCost: string) {
  await admin.handle.sales.members.update(vendor.memberId, { salesPoint: "Carro A" });
  await admin.handle.sales.inventory.receiveMany([
    { productId: pollo, quantity: "50000", unitCost },
    { productId: huevo, quantity: "50000" },
  ]);
}

describe("reports of sales", () => {
  it("show what was sold on its day and voided on the day of the void, with margin where cost is known", async ({
    stall,
  }) => {
    const { vendor, admin, pollo, huevo } = stall;
    await stocked(stall, "7.1234");
    const days = await daysOf(stall);
    const range = { from: days[0], to: days[2] };
    const chicken = { productId: pollo, quantity: "2.005" };
    const eggs = { productId: huevo, quantity: "30" };
    await vendor.handle.sales.sales.recordMany([
      cash(days[0], [chicken]),
      cash(days[0], [eggs, chicken], { paymentMethod: "yape" }),
    ]);
    await admin.handle.sales.sales.recordMany([cash(days[1], [eggs])]);
    const { id } = await vendor.handle.sales.sales.record(cash(days[0], [chicken]));
    await vendor.handle.sales.sales.void(id, { reason });
    const { reports, integrity } = admin.handle.sales;
    expect(await reports.salesByDay(range)).toEqual([
      {
        ...{
          day: days[0],
          saleCount: 3,
          voidedCount: 0,
          soldAmount: "75.15",
          voidedAmount: "0.00",
          netAmount: "75.15",
        },
        ...{ costedAmount: "57.15", costAmount: "42.84", margin: "14.31" },
      },
      {
        ...{
          day: days[1],
          saleCount: 1,
          voidedCount: 0,
          soldAmount: "18.00",
          voidedAmount: "0.00",
          netAmount: "18.00",
        },
        ...{ costedAmount: "0.00", costAmount: "0.00", margin: null },
      },
      {
        ...{
          day: days[2],
          saleCount: 0,
          voidedCount: 1,
          soldAmount: "0.00",
          voidedAmount: "19.05",
          netAmount: "-19.05",
        },
        ...{ costedAmount: "-19.05", costAmount: "-14.28", margin: "-4.77" },
      },
    ]);
    const byVendor = await reports.salesByVendor(range);
    expect(new Map(byVendor.map(({ memberId, saleCount, netAmount }) => [memberId, [saleCount, netAmount]]))).toEqual(
      new Map([
        [vendor.memberId, [3, "56.10"]],
        [admin.memberId, [1, "18.00"]],
      ]),
    );
    expect(
      (await reports.salesBySalesPoint(range)).map(({ salesPoint, netAmount }) => [salesPoint, netAmount]),
    ).toEqual([
      [null, "18.00"],
      ["Carro A", "56.10"],
    ]);
    const byProduct = await reports.salesByProduct(range);
    expect(byProduct.find(({ productId }) => productId === pollo)).toMatchObject({
      ...{ quantity: "6.015", voidedQuantity: "2.005", netAmount: "38.10", costAmount: "28.56", margin: "9.54" },
    });
    expect(byProduct.find(({ productId }) => productId === huevo)).toMatchObject({ quantity: "60.000", margin: null });
    expect(await reports.salesByMethod(range)).toEqual([
      { paymentMethod: "efectivo", paidAmount: "56.10", refundedAmount: "19.05", netAmount: "37.05" },
      { paymentMethod: "yape", paidAmount: "37.05", refundedAmount: "0.00", netAmount: "37.05" },
    ]);
    expect(await reports.salesByDay({ from: days[1], to: days[1] })).toHaveLength(1);
    expect(await integrity.violations()).toEqual([]);
    expect(await rejection(reports.salesByDay({ from: days[1], to: days[0] }))).toBeInstanceOf(ValidationError);
  });

  it("are the sums of random sales, however many vendors sell at once", async ({ test, stall }) => {
    const { admin, vendor, pollo, huevo, tenant, businessId } = stall;
    const others = await Promise.all([addPerson(test, stall, "vendedor"), addPerson(test, stall, "vendedor")]);
    for (const [index, { memberId }] of others.entries()) {
      await admin.handle.sales.members.update(memberId, { salesPoint: ["Casa", "Carro A"][index] });
    }
    const { id: clientId } = await admin.handle.sales.customers.create({ name: "Rosa" });
    const days = await daysOf(stall);
    const range = { from: days[0], to: days[2] };
    const upTo = (most: number) => Math.floor(Math.random() * most);
    const decimal = (most: number, scale: number) => (upTo(most * 10 ** scale) / 10 ** scale + 1).toFixed(scale);
    const item = () =>
      upTo(2)
        ? { productId: pollo, quantity: decimal(50, 3), unitPrice: decimal(20, 2) }
        : { productId: huevo, quantity: decimal(50, 0), unitPrice: decimal(20, 2) };
    const sale = (): NewSale =>
      cash(days[upTo(3)] ?? days[0], Array.from({ length: 1 + upTo(4) }, item), {
        paymentMethod: upTo(2) ? "yape" : "efectivo",
        ...(upTo(3) ? {} : { saleType: "credito", clientId, amountPaid: `0.${10 + upTo(90)}` }),
      });

    /** What was sold by whom where at which cost of the chicken, and whether it was voided. */
    const all: { given: NewSale; sold: Sale; point: string; unitCost: string; isVoid: boolean }[] = [];
    const sellers: Seller[] = [];
    const clients = [open(test, { max: 4 }), open(test, { max: 4 })];
    try {
      for (const [index, { userId }] of [admin, vendor, ...others].entries()) {
        const point = ["", "Carro A", "Casa", "Carro A"][index] ?? "";
        for (const db of clients) {
          sellers.push([db.forTenant({ tenantId: tenant.tenant.id, businessId, userId }).sales, point]);
        }
      }
      for (const unitCost of ["7.1234", "6.5"]) {
        await stocked(stall, unitCost);
        const before = all.filter(() => upTo(4) === 0);
        await Promise.all([
          ...Array.from({ length: 32 }, async (_, index) => {
            const [{ sales }, point] = sellers[index % sellers.length] as Seller;
            const given = sale();
            all.push({ given, sold: await sales.record(given), point, unitCost, isVoid: false });
          }),
          ...sellers.map(async ([{ sales }, point]) => {
            const batch = Array.from({ length: 3 }, sale);
            const made = await sales.recordMany(batch);
            for (const [n, sold] of made.entries()) {
              all.push({ given: batch[n] as NewSale, sold, point, unitCost, isVoid: false });
            }
          }),
          ...before.map(async (each) => {
            await admin.handle.sales.sales.void(each.sold.id, { reason });
            each.isVoid = true;
          }),
        ]);
      }
    } finally {
      await Promise.all(clients.map((db) => db.close()));
    }
    expect(all).toHaveLength(112);

    const { reports, integrity } = stall.handle.sales;
    const subtotals = ({ items }: NewSale) =>
      items.map(({ quantity, unitPrice }) => lineAmount(`${quantity}`, `${unitPrice}`));
    type Sold = (typeof all)[number];
    const total = ({ given }: Sold) => sumMoney(subtotals(given));
    const paid = (each: Sold) => (each.given.saleType === "credito" ? `${each.given.amountPaid}` : total(each));
    const byKey = ([a]: readonly string[], [b]: readonly string[]) => ((a ?? "") < (b ?? "") ? -1 : 1);
    /** Sums of sales less voids by a key, of which the void may have another. */
    const expected = (amount: (each: Sold) => string, key: (each: Sold) => string, keyOfVoid = key) => {
      const sums = new Map<string, string>();
      const add = (of: string, value: string) => sums.set(of, sumMoney([sums.get(of) ?? "0", value]));
      for (const each of all) {
        add(key(each), amount(each));
        if (each.isVoid) add(keyOfVoid(each), `-${amount(each)}`);
      }
      return [...sums].sort(byKey);
    };
    const read = (rows: { netAmount: string }[], key: string) =>
      rows
        .map((row) => [(row as unknown as Record<string, string | null>)[key] ?? "", row.netAmount] as const)
        .sort(byKey);
    const byDay = await reports.salesByDay(range);
    const dayOfSale = ({ given }: Sold) => given.saleDate?.toISOString().slice(0, 10) ?? "";
    const dayOfVoid = () => days[2];
    expect(read(byDay, "day")).toEqual(expected(total, dayOfSale, dayOfVoid));
    const voids = all.filter(({ isVoid }) => isVoid).length;
    expect(voids).toBeGreaterThan(0);
    expect(byDay.map(({ voidedCount }) => voidedCount)).toEqual([0, 0, voids]);
    expect(byDay.reduce((sum, { saleCount }) => sum + saleCount, 0)).toBe(all.length);
    expect(read(await reports.salesByVendor(range), "memberId")).toEqual(expected(total, ({ sold }) => sold.sellerId));
    expect(read(await reports.salesBySalesPoint(range), "salesPoint")).toEqual(expected(total, ({ point }) => point));
    expect(read(await reports.salesByMethod(range), "paymentMethod")).toEqual(
      expected(paid, ({ given }) => `${given.paymentMethod}`),
    );
    const costs = all
      .filter(({ isVoid }) => !isVoid)
      .flatMap(({ given, unitCost }) =>
        given.items.flatMap(({ productId, quantity }) =>
          productId === pollo ? [lineAmount(`${quantity}`, unitCost)] : [],
        ),
      );
    const reported = sumMoney((await reports.salesByProduct(range)).map(({ costAmount }) => costAmount));
    expect(compareMoney(reported, sumMoney(costs))).toBe(0);
    expect(await integrity.violations()).toEqual([]);
  });

  it("differ from the sales when somebody has changed a total", async ({ test, stall }) => {
    await stocked(stall, "1");
    const { sales } = stall.vendor.handle.sales;
    const [day] = await daysOf(stall);
    const sale = cash(day, [{ productId: stall.pollo, quantity: "1", unitPrice: "2.00" }]);
    const [, wrong] = await sales.recordMany([sale, sale]);
    await sales.void(wrong?.id ?? "", { reason });
    const own = `business_id = '${stall.businessId}'`;
    const found = (sql: string) =>
      test.asOwner(async (owner) => {
        await owner.query(`begin; set local session_replication_role = replica; ${sql}`);
        await owner.query("select set_config('app.current_tenant_id', $1, true)", [stall.tenant.tenant.id]);
        const { rows } = await owner.query<{ kind: string }>(
          "select distinct kind from sales.violations where business_id = $1",
          [stall.businessId],
        );
        await owner.query("rollback");
        return rows.map(({ kind }) => kind).sort();
      });
    for (const column of ["sale_count", "sold_amount", "voided_amount", "voided_count"]) {
      expect(await found(`update sales.sale_totals set ${column} = ${column} + 1 where ${own}`), column).toEqual([
        "sale_totals_differ",
      ]);
    }
    for (const [column, by] of [
      ["paid_amount", "- 1"],
      ["refunded_amount", "- 1"],
    ] as const) {
      const set = `update sales.sale_totals set ${column} = ${column} ${by} where ${own} and ${column} > 0`;
      expect(await found(set), column).toEqual(["sale_totals_differ"]);
    }
    for (const column of [
      "quantity",
      "sold_amount",
      "voided_quantity",
      "voided_amount",
      "costed_amount",
      "cost_amount",
    ]) {
      expect(await found(`update sales.product_totals set ${column} = ${column} + 1 where ${own}`), column).toEqual([
        "product_totals_differ",
      ]);
    }
    expect(await found(`delete from sales.sale_totals where ${own}`)).toEqual(["sale_totals_differ"]);
    expect(await found(`delete from sales.product_totals where ${own}`)).toEqual(["product_totals_differ"]);
    expect(await found("select 1")).toEqual([]);
  });

  it("show the kilos of routes, assigned against sold", async ({ stall }) => {
    const { vendor, admin, pollo, huevo } = stall;
    await stocked(stall, "7");
    const days = await daysOf(stall);
    for (const [person, fecha, kilos, sold] of [
      [vendor, days[0], "30.5", "20.25"],
      [vendor, days[1], "10", "10"],
      [admin, days[1], "5", null],
      [admin, days[2], "5", "1"],
    ] as const) {
      const { distribuciones, sales } = person.handle.sales;
      const { id } = await distribuciones.create({ fecha });
      await distribuciones.assign(id, {
        items: [
          { productId: pollo, quantity: kilos },
          { productId: huevo, quantity: "12" },
        ],
      });
      await distribuciones.start(id);
      const eggs = { productId: huevo, quantity: "3" };
      const items = sold === null ? [eggs] : [eggs, { productId: pollo, quantity: sold }];
      await sales.record(cash(fecha, items, { distribucionId: id }));
    }
    const rows = await admin.handle.sales.reports.kilosByVendor({ from: days[0], to: days[1] });
    expect(new Map(rows.map(({ vendedorId, ...kilos }) => [vendedorId, kilos]))).toEqual(
      new Map([
        [vendor.memberId, { routes: 2, kilosAsignados: "40.500", kilosVendidos: "30.250" }],
        [admin.memberId, { routes: 1, kilosAsignados: "5.000", kilosVendidos: "0.000" }],
      ]),
    );
    expect(await stall.handle.sales.integrity.violations()).toEqual([]);
  });
});
