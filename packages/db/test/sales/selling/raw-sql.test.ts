import { describe, expect } from "vitest";
import { ConflictError, InvariantError } from "../../../src/index";
import { abonos, saleItems, sales } from "../../../src/sales";
import { rejection } from "../../kit/outcomes";
import { bySql, ownerRows } from "../../kit/sql";
import { freshShop as it, onCredit, type Shop, setModes, stockOf } from "../kit/shop";
import { dayOf } from "../routes/kit";

/** A draft on credit, as the document's example inserts it. */
const draft = (shop: Shop, totalAmount: string) =>
  ({
    businessId: shop.businessId,
    clientId: shop.clientId,
    sellerId: shop.vendor.memberId,
    saleType: "credito",
    totalAmount,
    saleDay: "2000-01-01",
  }) as const;

const item = (shop: Shop, saleId: string, quantity: string, lineNumber = 1) =>
  ({
    businessId: shop.businessId,
    saleId,
    lineNumber,
    productId: shop.pollo,
    productName: "Pollo entero",
    unit: "unidad",
    quantity,
    unitPrice: "9.50",
    subtotal: "0.00",
  }) as const;

const money = async (shop: Shop) => shop.handle.sales.customers.debt(shop.clientId);

describe("a sale that SQL writes", () => {
  it("counts when its items come to its total, with everything that follows", async ({ test, shop }) => {
    const id = await shop.handle.transaction(async (tx) => {
      const [sale] = await tx.insert(sales).values(draft(shop, "28.50")).returning();
      expect(sale).toMatchObject({ status: "draft", balanceDue: "0.00" });
      const first = { ...item(shop, sale?.id ?? "", "1"), subtotal: "9.50" };
      await tx.insert(saleItems).values(first);
      expect(await stockOf(test, shop.pollo)).toBe("1000.000");
      await tx.insert(saleItems).values({ ...item(shop, sale?.id ?? "", "2", 2), subtotal: "19.00" });
      return sale?.id ?? "";
    });
    const recorded = await shop.handle.sales.sales.getById(id);
    expect(recorded).toMatchObject({ status: "recorded", balanceDue: "28.50", netWeight: "3.000" });
    expect(recorded.saleDay).not.toBe("2000-01-01");
    expect(recorded.items).toMatchObject([
      { unit: "kg", productName: "Pollo entero", unitCost: "7.2500" },
      { lineNumber: 2 },
    ]);
    expect(await stockOf(test, shop.pollo)).toBe("997.000");
    expect(await money(shop)).toEqual({ balance: "28.50", openDue: "28.50", credit: "0.00" });
  });

  it("fills in the number and subtotal of items that leave them out", async ({ test, acme, shop }) => {
    const head = `insert into sales.sales (id, business_id, seller_id, sale_type, total_amount, amount_paid)
      values ('00000000-0000-4000-8000-00000000000a', '${shop.businessId}', '${shop.vendor.memberId}', 'contado', 28.5, 28.5)`;
    const items = `insert into sales.sale_items (business_id, sale_id, product_id, quantity, unit_price)
      select '${shop.businessId}', '00000000-0000-4000-8000-00000000000a', '${shop.pollo}', q, 9.5 from unnest(array[1, 2]) q`;
    expect(await bySql(test, acme, [head], [items])).toBe("done");
    const { items: stored } = await shop.handle.sales.sales.getById("00000000-0000-4000-8000-00000000000a");
    expect(stored.map(({ lineNumber, subtotal }) => [lineNumber, subtotal])).toEqual([
      [1, "9.50"],
      [2, "19.00"],
    ]);
  });

  it("takes no more items than its total, and none when it is recorded", async ({ shop }) => {
    const insert = async (total: string, subtotal: string) => {
      const [sale] = await shop.handle.insert(sales).values(draft(shop, total)).returning();
      const row = { ...item(shop, sale?.id ?? "", "1"), subtotal };
      return {
        id: sale?.id ?? "",
        written: await rejection(shop.handle.insert(saleItems).values(row)).catch(() => "done"),
      };
    };
    expect((await insert("9.49", "9.50")).written).toBeInstanceOf(InvariantError);
    const { id, written } = await insert("9.50", "9.50");
    expect(written).toBe("done");
    const more = { ...item(shop, id, "1", 2), subtotal: "9.50" };
    expect(await rejection(shop.handle.insert(saleItems).values(more))).toBeInstanceOf(ConflictError);
  });

  it("is recorded by a change of its total, by whatever form", async ({ test, acme, shop }) => {
    const forms = [
      "update sales.sales set total_amount = 9.5 where id = $1",
      `merge into sales.sales s using (select $1::uuid as id) g on s.id = g.id
         when matched then update set total_amount = 9.5`,
      `insert into sales.sales (id, business_id, seller_id, sale_type, total_amount, client_id)
         select id, business_id, seller_id, sale_type, 9.5, client_id from sales.sales where id = $1
         on conflict (tenant_id, id) do update set total_amount = excluded.total_amount`,
    ];
    for (const form of forms) {
      const [sale] = await shop.handle.insert(sales).values(draft(shop, "12.00")).returning();
      const id = sale?.id ?? "";
      await shop.handle.insert(saleItems).values({ ...item(shop, id, "1"), subtotal: "9.50" });
      expect((await shop.handle.sales.sales.getById(id)).status).toBe("draft");
      expect(await bySql(test, acme, [form, [id]])).toBe("done");
      expect(await shop.handle.sales.sales.getById(id)).toMatchObject({ status: "recorded", balanceDue: "9.50" });
    }
    expect(await money(shop)).toMatchObject({ balance: "28.50" });
    expect(await stockOf(test, shop.pollo)).toBe("997.000");
  });

  it("is held to the rules of every sale", async ({ test, acme, shop }) => {
    const sale = (columns: Record<string, string>) => {
      const all: Record<string, string> = {
        id: "'00000000-0000-4000-8000-00000000000b'",
        business_id: `'${shop.businessId}'`,
        seller_id: `'${shop.vendor.memberId}'`,
        client_id: `'${shop.clientId}'`,
        sale_type: "'credito'",
        total_amount: "9.5",
        ...columns,
      };
      const text = `insert into sales.sales (${Object.keys(all)}) values (${Object.values(all)})`;
      const items = `insert into sales.sale_items (business_id, sale_id, product_id, quantity, unit_price)
        values ('${shop.businessId}', '00000000-0000-4000-8000-00000000000b', '${shop.pollo}', 9.5 / 9.5, 9.5)`;
      return bySql(test, acme, [text], [items]);
    };
    expect(await sale({ status: "'recorded'" })).toBe("ZT003");
    expect(await sale({ status: "'void'" })).toMatch(/ZT003|23514/);
    expect(await sale({ is_late: "true" })).toBe("ZT003");
    expect(await sale({ client_id: "null" })).toBe("23514");
    expect(await sale({ sale_type: "'contado'", amount_paid: "9.49" })).toBe("23514");
    expect(await sale({ amount_paid: "9.51" })).toBe("23514");
    expect(await sale({ total_amount: "'NaN'" })).toBe("23514");
    expect(await sale({ total_amount: "'infinity'" })).toBe("22003");
    expect(await sale({ sale_date: "now() + interval '2 days'" })).toBe("ZT002");
    expect(await sale({ sale_date: "'infinity'" })).toMatch(/^(22|23|ZT)/);
    await setModes(shop, { modoOperacion: "pedidos" });
    expect(await sale({})).toBe("ZT003");
    await setModes(shop, { modoOperacion: null, usarDistribucion: true });
    expect(await sale({})).toBe("ZT003");
    await setModes(shop, { usarDistribucion: null, controlKilos: true });
    expect(await sale({})).toBe("ZT002");
    await setModes(shop, { controlKilos: null });
    await shop.handle.sales.customers.setCreditLimit(shop.clientId, "9.49");
    expect(await sale({})).toBe("ZT002");
    await shop.handle.sales.customers.setCreditLimit(shop.clientId, "9.50");
    const forged = { balance_due: "0", sale_day: "'2001-01-01'", commission_rate: "99", sales_point: "'x'", tara: "7" };
    expect(await sale({ ...forged, void_reason: "'x'", reviewed_at: "now()" })).toBe("done");
    expect(await shop.handle.sales.sales.getById("00000000-0000-4000-8000-00000000000b")).toMatchObject({
      balanceDue: "9.50",
      commissionRate: "0.00",
      salesPoint: null,
      tara: "0.000",
      voidReason: null,
      reviewedAt: null,
    });
    await shop.handle.sales.dayClosings.close({ date: await dayOf(shop) });
    expect(await sale({ id: "gen_random_uuid()" })).toMatch(/ZT003|23503/);
  });
});

describe("an abono that SQL writes", () => {
  it("pays debt as credit, in a statement of many too, and cannot claim to be allocated", async ({ shop }) => {
    const abono = { businessId: shop.businessId, clientId: shop.clientId, sellerId: shop.vendor.memberId } as const;
    const row = {
      ...abono,
      amount: "5.00",
      paymentMethod: "yape",
      abonoDay: "2000-01-01",
      allocatedAmount: "5.00",
    } as const;
    const written = await shop.handle.insert(abonos).values([row, row]).returning();
    expect(written.map(({ allocatedAmount }) => allocatedAmount)).toEqual(["0.00", "0.00"]);
    expect(written[0]?.abonoDay).not.toBe("2000-01-01");
    expect(await money(shop)).toEqual({ balance: "-10.00", openDue: "0.00", credit: "10.00" });
    const { handle } = shop.vendor;
    const forAdmin = { ...row, sellerId: shop.adminMemberId };
    expect(await rejection(handle.insert(abonos).values(forAdmin))).toMatchObject({ code: "PERMISSION_DENIED" });
    for (const wrong of [{ status: "void" }, { isLate: true }] as const) {
      expect(await rejection(handle.insert(abonos).values({ ...row, ...wrong }))).toMatchObject({ code: "CONFLICT" });
    }
  });
});

describe("what functions keep", () => {
  it("is written by nobody else, in no form", async ({ test, acme, shop }) => {
    await shop.handle.sales.sales.record(onCredit(shop, "10.00"));
    await shop.handle.sales.abonos.record({ clientId: shop.clientId, amount: "3.00", paymentMethod: "plin" });
    const before = await money(shop);
    const tables = [
      "customer_balances",
      "debt_entries",
      "stock_movements",
      "inventory",
      "abono_allocations",
      "refunds",
    ];
    for (const table of tables) {
      for (const text of [
        `update sales.${table} set id = id`,
        `delete from sales.${table}`,
        `insert into sales.${table} default values`,
        `truncate sales.${table}`,
      ]) {
        expect(await bySql(test, acme, [text]), text).toBe("42501");
      }
    }
    for (const text of [
      "update sales.sales set balance_due = 0",
      "update sales.sales set status = 'void', voided_on = current_date",
      "update sales.sales set total_amount = 1",
      "update sales.sales set amount_paid = 10",
      "update sales.abonos set amount = 10",
      "update sales.abonos set allocated_amount = 0",
      "update sales.abonos set status = 'void', voided_on = current_date",
      "merge into sales.sales s using (select 1) x on s.balance_due > 0 when matched then update set balance_due = 1",
    ]) {
      expect(await bySql(test, acme, [text]), text).toBe("ZT003");
    }
    for (const text of [
      "delete from sales.sales",
      "delete from sales.abonos",
      "update sales.sale_items set quantity = 1",
    ]) {
      expect(await bySql(test, acme, [text]), text).toBe("42501");
    }
    expect(await money(shop)).toEqual(before);
  });

  it("is reached by no internal function", async ({ test }) => {
    const rows = await ownerRows(
      test,
      `select p.proname as name from pg_proc p
       where p.pronamespace = 'sales'::regnamespace and p.proname in ('write_sales', 'post_sales', 'take_goods', 'move_debt',
         'apply_allocations', 'allocate_in_order', 'allocate_oldest', 'allocate_to', 'free_allocations', 'take_back_sale',
         'return_goods', 'void_corrected', 'lock_sale', 'lock_abono', 'lock_records', 'count_on_routes', 'use_credit',
         'check_sales', 'check_abonos', 'post_abonos', 'price_items', 'refuse_sale')
         and (has_function_privilege('authenticated', p.oid, 'execute') or has_function_privilege('platform', p.oid, 'execute'))`,
    );
    expect(rows).toEqual([]);
  });
});
