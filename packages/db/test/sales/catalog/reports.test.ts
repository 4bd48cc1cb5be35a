import { describe, expect } from "vitest";
import { compareMoney, lineAmount, newId, sumMoney, ValidationError } from "../../../src/index";
import type { TestDatabase } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { addPerson, freshStall as it, type Stall } from "./kit";

interface Item {
  productId: string;
  quantity: string;
  unitPrice: string;
  unitCost: string | null;
}

interface Sale {
  id: string;
  day: string;
  sellerId: string;
  salesPoint: string | null;
  method: "efectivo" | "yape";
  items: Item[];
  voidedOn?: string;
}

const subtotal = ({ quantity, unitPrice }: Item) => lineAmount(quantity, unitPrice);
const total = ({ items }: Sale) => sumMoney(items.map(subtotal));
const minus = (value: string) => sumMoney([`-${value}`.replace("--", "")]);

/** Records cash sales as the functions of sales do: by their role, the totals last; then voids those that are voided. */
const record = (test: TestDatabase, { tenant, businessId }: Stall, sales: readonly Sale[]) =>
  test.asOwner(async (owner) => {
    const ids = sales.map(({ id }) => id);
    const begin = async () => {
      await owner.query("begin");
      await owner.query("set local role sales_writer");
      await owner.query("select set_config('app.current_tenant_id', $1, true)", [tenant.tenant.id]);
    };
    await begin();
    for (const { id, day, sellerId, salesPoint, method, items } of sales) {
      await owner.query(
        `insert into sales.sales (id, business_id, seller_id, sale_type, total_amount, amount_paid, payment_method, sales_point,
           sale_date, sale_day)
         values ($1, $2, $3, 'contado', $4, $4, $5, $6, $7::date + time '12:00', $7)`,
        [id, businessId, sellerId, total({ items } as Sale), method, salesPoint, day],
      );
      for (const [index, item] of items.entries()) {
        await owner.query(
          `insert into sales.sale_items (business_id, sale_id, line_number, product_id, product_name, unit, quantity, unit_price,
             subtotal, unit_cost) values ($1, $2, $3, $4, 'X', 'kg', $5, $6, $7, $8)`,
          [businessId, id, index + 1, item.productId, item.quantity, item.unitPrice, subtotal(item), item.unitCost],
        );
      }
      await owner.query("update sales.sales set status = 'recorded' where id = $1 and status = 'draft'", [id]);
    }
    await owner.query("select sales.add_totals($1, null)", [ids]);
    await owner.query("commit");
    for (const { id, voidedOn } of sales.filter((sale) => sale.voidedOn)) {
      await begin();
      await owner.query("update sales.sales set status = 'void', voided_on = $2, void_reason = 'Wrong' where id = $1", [
        id,
        voidedOn,
      ]);
      await owner.query(
        `insert into sales.refunds (business_id, sale_id, payment_method, amount, refund_day)
         select business_id, id, payment_method, amount_paid, $2 from sales.sales where id = $1 and amount_paid > 0`,
        [id, voidedOn],
      );
      await owner.query("select sales.add_totals($1, $2)", [[id], voidedOn]);
      await owner.query("commit");
    }
  });

const days = ["2026-03-01", "2026-03-02", "2026-03-03"] as const;
const range = { from: days[0], to: days[2] };

describe("reports of sales", () => {
  it("show what was sold on its day and voided on the day of the void, with margin where cost is known", async ({
    test,
    stall,
  }) => {
    const { vendor, admin, pollo, huevo } = stall;
    const chicken = { productId: pollo, quantity: "2.005", unitPrice: "9.50", unitCost: "7.1234" };
    const eggs = { productId: huevo, quantity: "30", unitPrice: "0.60", unitCost: null };
    const sale = (more: Partial<Sale>): Sale => ({
      ...{
        id: newId(),
        day: days[0],
        sellerId: vendor.memberId,
        salesPoint: "Carro A",
        method: "efectivo",
        items: [chicken],
      },
      ...more,
    });
    await record(test, stall, [
      sale({}),
      sale({ items: [eggs, chicken], method: "yape" }),
      sale({ day: days[1], items: [eggs], sellerId: admin.memberId, salesPoint: null }),
      sale({ voidedOn: days[2] }),
    ]);
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
    const { admin, vendor, pollo, huevo } = stall;
    const sellers = [admin.memberId, vendor.memberId, (await addPerson(test, stall, "vendedor")).memberId];
    const upTo = (most: number) => Math.floor(Math.random() * most);
    const decimal = (most: number, scale: number) => (upTo(most * 10 ** scale) / 10 ** scale + 1).toFixed(scale);
    const item = (): Item => ({
      productId: [pollo, huevo][upTo(2)] ?? "",
      quantity: decimal(50, 3),
      unitPrice: decimal(20, 2),
      unitCost: upTo(3) === 0 ? null : decimal(9, 4),
    });
    const sale = (): Sale => ({
      id: newId(),
      day: days[upTo(3)] ?? days[0],
      sellerId: sellers[upTo(3)] ?? "",
      salesPoint: [null, "Carro A", "Casa"][upTo(3)] ?? null,
      method: upTo(2) ? "yape" : "efectivo",
      items: Array.from({ length: 1 + upTo(4) }, item),
      ...(upTo(4) === 0 ? { voidedOn: days[2] } : {}),
    });
    const batches = Array.from({ length: 10 }, () => Array.from({ length: 6 }, sale));
    await Promise.all(batches.map((batch) => record(test, stall, batch)));

    const all = batches.flat();
    const { reports, integrity } = stall.handle.sales;
    const byKey = ([a]: readonly string[], [b]: readonly string[]) => ((a ?? "") < (b ?? "") ? -1 : 1);
    const expected = (of: (sale: Sale) => string | null) => {
      const sums = new Map<string, string>();
      const add = (sale: Sale, amount: string) =>
        sums.set(of(sale) ?? "", sumMoney([sums.get(of(sale) ?? "") ?? "0", amount]));
      for (const sale of all) {
        add(sale, total(sale));
        if (sale.voidedOn) add({ ...sale, day: sale.voidedOn }, minus(total(sale)));
      }
      return [...sums].sort(byKey);
    };
    const read = (rows: { netAmount: string }[], key: string) =>
      rows
        .map((row) => [(row as unknown as Record<string, string | null>)[key] ?? "", row.netAmount] as const)
        .sort(byKey);
    expect(read(await reports.salesByDay(range), "day")).toEqual(expected(({ day }) => day));
    expect(read(await reports.salesByVendor(range), "memberId")).toEqual(expected(({ sellerId }) => sellerId));
    expect(read(await reports.salesBySalesPoint(range), "salesPoint")).toEqual(
      expected(({ salesPoint }) => salesPoint),
    );
    expect(read(await reports.salesByMethod(range), "paymentMethod")).toEqual(expected(({ method }) => method));
    const costs = all
      .filter(({ voidedOn }) => !voidedOn)
      .flatMap(({ items }) => items)
      .flatMap(({ quantity, unitCost }) => (unitCost ? [lineAmount(quantity, unitCost)] : []));
    const reported = sumMoney((await reports.salesByProduct(range)).map(({ costAmount }) => costAmount));
    expect(compareMoney(reported, sumMoney(costs))).toBe(0);
    expect(await integrity.violations()).toEqual([]);
  });

  it("differ from the sales when somebody has changed a total", async ({ test, stall }) => {
    const items = [{ productId: stall.pollo, quantity: "1", unitPrice: "2.00", unitCost: "1.0000" }];
    const of = { sellerId: stall.vendor.memberId, salesPoint: null, method: "efectivo", items } as const;
    await record(test, stall, [
      { id: newId(), day: days[0], ...of, items },
      { id: newId(), day: days[0], ...of, items, voidedOn: days[1] },
    ]);
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
      expect(await found(`update sales.sale_totals set ${column} = ${column} + 1`), column).toEqual([
        "sale_totals_differ",
      ]);
    }
    for (const [column, by] of [
      ["paid_amount", "- 1"],
      ["refunded_amount", "- 1"],
    ] as const) {
      const set = `update sales.sale_totals set ${column} = ${column} ${by} where ${column} > 0`;
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
      expect(await found(`update sales.product_totals set ${column} = ${column} + 1`), column).toEqual([
        "product_totals_differ",
      ]);
    }
    expect(await found("delete from sales.sale_totals")).toEqual(["sale_totals_differ"]);
    expect(await found("delete from sales.product_totals")).toEqual(["product_totals_differ"]);
    expect(await found("select 1")).toEqual([]);
  });

  it("show the kilos of routes, assigned against sold", async ({ test, stall }) => {
    const { vendor, admin, businessId } = stall;
    await test.asOwner((owner) =>
      owner.query(
        `begin; set local session_replication_role = replica;
         insert into sales.distribuciones (tenant_id, business_id, vendedor_id, fecha, kilos_asignados, kilos_vendidos)
         select '${stall.tenant.tenant.id}', '${businessId}', m::uuid, d::date, a, v
         from (values ('${vendor.memberId}', '2026-03-01', 30.5, 20.25), ('${vendor.memberId}', '2026-03-02', 10, 10),
           ('${admin.memberId}', '2026-03-02', 5, 0), ('${admin.memberId}', '2026-03-04', 5, 0)) r (m, d, a, v); commit`,
      ),
    );
    const rows = await admin.handle.sales.reports.kilosByVendor(range);
    expect(new Map(rows.map(({ vendedorId, ...kilos }) => [vendedorId, kilos]))).toEqual(
      new Map([
        [vendor.memberId, { routes: 2, kilosAsignados: "40.500", kilosVendidos: "30.250" }],
        [admin.memberId, { routes: 1, kilosAsignados: "5.000", kilosVendidos: "0.000" }],
      ]),
    );
  });
});
