import { describe, expect } from "vitest";
import { asTenantSql } from "../../../src/testing";
import { onCredit, type Shop, sharedShop } from "../kit/shop";
import { violationsOf } from "../kit/violations";
import { dayOf, lateSale, leave, sellOn } from "./kit";

/** Records of every kind: an open and a settled route, orders, a closed day with a late sale. */
async function records(shop: Shop) {
  const { handle, vendor, clientId, pollo, huevo } = shop;
  const open = await leave(shop, vendor, [[pollo, "10"]]);
  await sellOn(vendor.handle, open.id, [pollo, "1", "9.00"]);
  const settled = await handle.sales.distribuciones.create({
    vendedorId: vendor.memberId,
    fecha: await dayOf(shop, -1),
  });
  await handle.sales.distribuciones.assign(settled.id, { items: [{ productId: pollo, quantity: "20" }] });
  await handle.sales.distribuciones.start(settled.id);
  const yesterday = await dayOf(shop, -1);
  const saleDate = new Date(`${yesterday}T12:00:00-05:00`);
  const sold = await sellOn(vendor.handle, settled.id, [pollo, "15", "9.00"], { saleDate });
  await handle.sales.sales.record(onCredit(shop, "20.00", { saleDate }));
  await handle.sales.sales.record({ saleType: "contado", saleDate, items: [{ productId: huevo, quantity: "2" }] });
  await handle.sales.abonos.record({ clientId, amount: "5.00", paymentMethod: "plin", abonoDate: saleDate });
  await vendor.handle.sales.distribuciones.close(settled.id, {
    items: [{ productId: pollo, returned: "4", lost: "1", lossReason: "Spoilt" }],
    money: { efectivo: "135.00" },
  });
  const closing = await handle.sales.dayClosings.close({ date: yesterday });
  const ordered = await handle.sales.orders.create({ clientId, items: [{ productId: pollo, quantity: "2" }] });
  const delivered = await handle.sales.orders.create({ clientId, items: [{ productId: huevo, quantity: "2" }] });
  await handle.sales.orders.deliver(delivered.id, { saleType: "contado" });
  const of = { open: open.id, settled: settled.id, closing: closing.id, yesterday, sold: sold.id };
  return { ...of, ordered: ordered.id, delivered: delivered.id };
}
type Records = Awaited<ReturnType<typeof records>> & { late: string; supplement: string; shop: Shop };

const it = sharedShop.extend("made", { scope: "file" }, async ({ shop, test }): Promise<Records> => {
  const made = await records(shop);
  const late = await lateSale(test, shop, made.yesterday, "7.00");
  const { supplements } = await shop.handle.sales.dayClosings.getByDate({ date: made.yesterday });
  return { ...made, late, supplement: supplements[0]?.id ?? "", shop };
});

/** A fault that is planted past all rules, and the record that is reported. */
interface Fault {
  kind: string;
  sql: (made: Records) => string;
  record: (made: Records) => string;
  also?: string[];
}

const faults: Fault[] = [
  {
    kind: "route_assigned_differs",
    sql: ({ open }) =>
      `update sales.distribucion_assignments set quantity = 11, is_from_stock = false where distribucion_id = '${open}'`,
    record: ({ open }) => open,
    also: ["route_stock_differs"],
  },
  {
    kind: "route_assigned_differs",
    sql: ({ open }) => `update sales.distribucion_items set assigned = 12 where distribucion_id = '${open}'`,
    record: ({ open }) => open,
    also: ["route_kilos_differ"],
  },
  {
    kind: "route_sold_differs",
    sql: ({ open }) => `update sales.distribucion_items set sold = 2 where distribucion_id = '${open}'`,
    record: ({ open }) => open,
    also: ["route_kilos_differ"],
  },
  {
    kind: "route_sold_differs",
    sql: ({ open }) => `update sales.sale_items i set quantity = 0.5, subtotal = 4.5 from sales.sales s
      where s.id = i.sale_id and s.distribucion_id = '${open}'`,
    record: ({ open }) => open,
  },
  {
    kind: "route_kilos_differ",
    sql: ({ open }) => `update sales.distribuciones set kilos_asignados = 11 where id = '${open}'`,
    record: ({ open }) => open,
  },
  {
    kind: "route_kilos_differ",
    sql: ({ open }) => `update sales.distribuciones set kilos_vendidos = 0 where id = '${open}'`,
    record: ({ open }) => open,
  },
  {
    kind: "route_money_differs",
    sql: ({ open }) => `update sales.distribuciones set monto_recaudado = 8 where id = '${open}'`,
    record: ({ open }) => open,
  },
  {
    kind: "route_money_differs",
    sql: ({
      open,
      shop,
    }) => `insert into sales.refunds (tenant_id, business_id, sale_id, distribucion_id, payment_method, amount, refund_day)
      select tenant_id, business_id, id, distribucion_id, 'efectivo', 1, current_date from sales.sales
      where distribucion_id = '${open}' and business_id = '${shop.businessId}'`,
    record: ({ open }) => open,
  },
  {
    kind: "route_expected_differs",
    sql: ({ settled }) => `update sales.distribucion_money set expected = 1 where distribucion_id = '${settled}'`,
    record: ({ settled }) => settled,
  },
  {
    kind: "route_not_settled",
    sql: ({ open }) => `update sales.distribuciones set estado = 'cerrado', closed_at = now() where id = '${open}'`,
    record: ({ open }) => open,
    also: ["route_expected_differs"],
  },
  {
    kind: "route_not_settled",
    sql: ({ open }) => `update sales.distribucion_items set returned = 9 where distribucion_id = '${open}'`,
    record: ({ open }) => open,
    also: ["route_stock_differs"],
  },
  {
    kind: "route_stock_differs",
    sql: ({ open }) => `update sales.stock_movements set quantity = -9 where source_id = '${open}'`,
    record: ({ open }) => open,
  },
  {
    kind: "order_total_differs",
    sql: ({ ordered }) => `update sales.orders set total_amount = 1 where id = '${ordered}'`,
    record: ({ ordered }) => ordered,
  },
  {
    kind: "order_status_differs",
    sql: ({ ordered }) => `update sales.orders set status = 'delivered' where id = '${ordered}'`,
    record: ({ ordered }) => ordered,
  },
  {
    kind: "order_status_differs",
    sql: ({ delivered }) => `update sales.orders set status = 'ordered' where id = '${delivered}'`,
    record: ({ delivered }) => delivered,
  },
  {
    kind: "closing_sales_differ",
    sql: ({ closing }) => `update sales.day_closings set net_weight = 0 where id = '${closing}'`,
    record: ({ closing }) => closing,
  },
  {
    kind: "closing_sales_differ",
    sql: ({ sold }) => `update sales.sales set sale_day = '2020-01-01' where id = '${sold}'`,
    record: ({ closing }) => closing,
  },
  {
    kind: "closing_money_differs",
    sql: ({ closing }) =>
      `update sales.day_closing_money set sales_amount = 1 where closing_id = '${closing}' and payment_method = 'plin'`,
    record: ({ closing }) => closing,
  },
  {
    kind: "closing_money_differs",
    sql: ({ closing }) =>
      `delete from sales.day_closing_money where closing_id = '${closing}' and payment_method = 'plin'`,
    record: ({ closing }) => closing,
  },
  {
    kind: "closing_vendors_differ",
    sql: ({ closing }) => `update sales.day_closing_vendors set commission_amount = 1 where closing_id = '${closing}'`,
    record: ({ closing }) => closing,
  },
  {
    kind: "closing_stock_differs",
    sql: ({ yesterday }) => `update sales.stock_movements set day = '2020-01-01' where day = '${yesterday}'`,
    record: ({ closing }) => closing,
  },
  {
    kind: "late_without_supplement",
    sql: ({ late }) => `delete from sales.day_closing_late where sale_id = '${late}'`,
    record: ({ late }) => late,
    also: ["supplement_differs"],
  },
  {
    kind: "supplement_differs",
    sql: ({ supplement }) =>
      `update sales.day_closings set sold_amount = 1, contado_amount = 1 where id = '${supplement}'`,
    record: ({ supplement }) => supplement,
  },
  {
    kind: "route_open_on_closed_day",
    sql: ({ open, yesterday }) => `update sales.distribuciones set fecha = '${yesterday}' where id = '${open}'`,
    record: ({ open }) => open,
    also: ["closing_money_differs"],
  },
  {
    kind: "last_closed_day_differs",
    sql: ({ shop }) => `update sales.businesses set last_closed_day = null where id = '${shop.businessId}'`,
    record: ({ shop }) => shop.businessId,
  },
];

describe("the health of routes, orders and closings", () => {
  it("has nothing to report of healthy records", async ({ shop, test, made }) => {
    expect(made.supplement).not.toBe("");
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });

  it.for(faults.map((fault, index) => [`${fault.kind} (${index + 1})`, fault] as const))(
    "reports %s",
    async ([_name, { kind, sql, record, also = [] }], { test, made }) => {
      // Planted, read and taken back in one transaction of the owner, who acts as the tenant's login to read.
      const found = await test.asOwner(async (owner) => {
        await owner.query("begin");
        await owner.query("set local session_replication_role = replica");
        const planted = await owner.query(sql(made));
        expect(planted.rowCount).toBeGreaterThan(0);
        await owner.query("set local role authenticated");
        await owner.query("select set_config('app.current_tenant_id', $1, true)", [made.shop.tenant.tenant.id]);
        const views = ["routes", "orders", "closings"].map((part) => `select * from sales.violations_of_${part}`);
        const { rows } = await owner.query(
          `select kind, record_id, record_table, detail from (${views.join(" union all ")}) v`,
        );
        await owner.query("rollback");
        return rows as { kind: string; record_id: string; record_table: string; detail: string }[];
      });
      expect([...new Set(found.filter((v) => v.kind === kind).map((v) => v.record_id))]).toEqual([record(made)]);
      expect([...new Set(found.map((v) => v.kind).filter((other) => other !== kind))].sort()).toEqual(also.sort());
      for (const { record_table, detail } of found) {
        expect(record_table).toMatch(/^sales\.[a-z_]+$/);
        expect(detail).toMatch(/^[A-Z].*[a-z]$/);
      }
    },
  );

  it("has a fault here for every kind", async ({ test }) => {
    const text = await test.asOwner(async (owner) => {
      const { rows } = await owner.query(
        `select string_agg(pg_get_viewdef(('sales.violations_of_' || v)::regclass), ' ') as text
         from unnest(array['routes', 'orders', 'closings']) v`,
      );
      return String(rows[0].text);
    });
    const named = text.match(/'[a-z]+(?:_[a-z]+)+'(?=::text)/g)?.map((literal) => literal.slice(1, -1)) ?? [];
    expect([...new Set(named)].sort()).toEqual([...new Set(faults.map(({ kind }) => kind))].sort());
  });

  it("tells nothing to another tenant", async ({ test, other, made }) => {
    await test.asOwner((owner) =>
      owner.query(
        `begin; set local session_replication_role = replica; update sales.orders set total_amount = 1 where id = '${made.ordered}'; commit`,
      ),
    );
    const { rows } = await asTenantSql(test, other, (client) =>
      client.query("select * from sales.violations_of_orders"),
    );
    expect(rows).toEqual([]);
    expect((await violationsOf(test, made.shop.tenant)).map(({ kind }) => kind)).toEqual(["order_total_differs"]);
  });
});
