import { describe, expect } from "vitest";
import { newId } from "../../../src/index";
import { asTenantSql, type TestDatabase } from "../../../src/testing";
import { outcomeOf } from "../../kit/sql";
import { inDatabase as it } from "../../kit/tenants";
import { newShop, onCredit, stockOf } from "../kit/shop";
import { violationsOf } from "../kit/violations";
import { dayOf, lateSale, leave, sellOn } from "./kit";

/*
 * One step of a function at a time is taken away. A day is then lived as usual, and what is checked of it must go wrong.
 */

/** Lives a day with all that happens on one, and returns what is wrong with it. */
async function faultsOfADay(test: TestDatabase): Promise<string[]> {
  const shop = await newShop(test);
  const { handle, vendor, clientId, pollo, businessId } = shop;
  const [yesterday, today] = [await dayOf(shop, -1), await dayOf(shop)];
  await sellOn(handle, null, [pollo, "1", "2.00"], { saleDate: new Date(`${yesterday}T12:00:00-05:00`) });
  await handle.sales.dayClosings.close({ date: yesterday });
  const { id } = await leave(shop, vendor, [[pollo, "10"]]);
  await sellOn(vendor.handle, id, [pollo, "4", "2.00"]);
  await handle.sales.sales.record(onCredit(shop, "20.00"));
  await vendor.handle.sales.abonos.record({ clientId, distribucionId: id, amount: "5.00", paymentMethod: "yape" });
  const voided = await sellOn(handle, null, [pollo, "1", "3.00"]);
  await handle.sales.sales.void(voided.id, { reason: "Brought back" });
  const items = [{ productId: pollo, returned: "5", lost: "1", lossReason: "Spoilt" }];
  await vendor.handle.sales.distribuciones.close(id, { items });
  await handle.sales.distribuciones.reopen(id, { reason: "Count again" });
  await vendor.handle.sales.distribuciones.close(id, { items: [{ productId: pollo, returned: "6" }] });

  const order = await vendor.handle.sales.orders.create({ clientId, items: [{ productId: pollo, quantity: "1" }] });
  const late = `insert into sales.order_items (id, business_id, order_id, line_number, product_id, quantity, unit_price)
    values ('${newId()}', '${businessId}', '${order.id}', 2, '${pollo}', 1, 1)`;
  await asTenantSql(test, shop.tenant, (client) => client.query(late));
  await handle.sales.dayClosings.close({ date: today });
  await lateSale(test, shop, today, "7.00");
  const onClosedDay = `insert into sales.distribuciones (business_id, vendedor_id, fecha)
    values ('${businessId}', '${vendor.memberId}', '${today}')`;
  const refused = await outcomeOf(asTenantSql(test, shop.tenant, (client) => client.query(onClosedDay)));

  const faults = (await violationsOf(test, shop.tenant)).map(({ kind }) => kind);
  if ((await stockOf(test, pollo)) !== "994.000") faults.push("stock");
  if (refused !== "ZT003") faults.push("closed day");
  return [...new Set(faults)].sort();
}

interface Mutant {
  name: string;
  from: string;
  to: string;
  found: string[];
}

const mutants: Mutant[] = [
  {
    name: "write_assignments",
    from: "r.kilos_asignados + k.kilos",
    to: "r.kilos_asignados",
    found: ["route_kilos_differ"],
  },
  {
    name: "write_settlement_movements",
    from: "least(i.returned, t.taken) as back",
    to: "least(i.returned, 1) as back",
    found: ["route_stock_differs", "stock"],
  },
  {
    name: "write_settlement_movements",
    from: "-i.back, null from item i where p_kind = 'reopening'",
    to: "-i.back, null from item i where p_kind = 'never'",
    found: ["route_stock_differs", "stock"],
  },
  {
    name: "route_money",
    from: "0, a.amount, 0 from",
    to: "0, 0, 0 from",
    found: ["closing_money_differs", "route_expected_differs"],
  },
  {
    name: "day_money",
    from: "f.amount, 0, 0 from",
    to: "0, 0, 0 from",
    found: ["closing_money_differs"],
  },
  { name: "day_vendors", from: "s.sale_day = p_day", to: "s.sale_day <= p_day", found: ["closing_sales_differ"] },
  { name: "close_day", from: "and m.day = p_day", to: "and m.day <= p_day", found: ["closing_stock_differs"] },
  { name: "keep_order_totals", from: "o.total_amount <> t.total", to: "false", found: ["order_total_differs"] },
  {
    name: "add_supplements",
    from: "count(*), coalesce(sum(s.total_amount)",
    to: "0, coalesce(sum(s.total_amount)",
    found: ["supplement_differs"],
  },
  {
    name: "require_open_days",
    from: "if sales.is_day_closed(",
    to: "if false and sales.is_day_closed(",
    found: ["closed day", "route_open_on_closed_day"],
  },
];

/** Runs `work` while a function of sales is changed. */
async function changed<T>(test: TestDatabase, { name, from, to }: Mutant, work: () => Promise<T>): Promise<T> {
  const original = await test.asOwner(async (owner) => {
    const { rows } = await owner.query(`select pg_get_functiondef('sales.${name}'::regproc) as text`);
    return String(rows[0].text);
  });
  if (!original.includes(from)) throw new TypeError(`${name} has no ${from}`);
  await test.asOwner((owner) => owner.query(original.replace(from, to)));
  try {
    return await work();
  } finally {
    await test.asOwner((owner) => owner.query(original));
  }
}

describe("what is checked of a day", () => {
  it("is in order when nothing is taken away", async ({ test }) => {
    expect(await faultsOfADay(test)).toEqual([]);
  });

  it.for(mutants.map((mutant) => [`${mutant.name}: ${mutant.from}`, mutant] as const))(
    "goes wrong without %s",
    async ([_name, mutant], { test }) => {
      expect(await changed(test, mutant, () => faultsOfADay(test))).toEqual(mutant.found);
    },
  );
});
