import { describe, expect } from "vitest";
import { newId } from "../../../src/index";
import { asTenantSql, type TestDatabase } from "../../../src/testing";
import { outcomeOf } from "../../kit/sql";
import { addVendor, freshShop as it, type Shop, type Vendor } from "../kit/shop";
import { violationsOf } from "../kit/violations";
import { dayOf, leave, sellOn } from "./kit";

/** What becomes of raw SQL of the application's login in the scope of a person: "done", or the SQLSTATE. */
const asPerson = (test: TestDatabase, { tenant, businessId }: Shop, userId: string, ...statements: string[]) =>
  outcomeOf(
    asTenantSql(test, tenant, async (client) => {
      await client.query("select set_config('app.current_user_id', $1, true)", [userId]);
      await client.query("select set_config('app.current_company_id', $1, true)", [businessId]);
      for (const text of statements) await client.query(text);
    }),
  );

/** What becomes of raw SQL of a job in the tenant, each statement by itself. */
async function refusals(test: TestDatabase, { tenant }: Shop, texts: readonly string[]): Promise<string[]> {
  const states: string[] = [];
  for (const text of texts) states.push(await outcomeOf(asTenantSql(test, tenant, (client) => client.query(text))));
  return states;
}

describe("raw SQL of the application's login", () => {
  it("never writes what functions keep of routes and closings, in any form", async ({ shop, test }) => {
    const { id } = await leave(shop, shop.vendor, [[shop.pollo, "10"]]);
    await sellOn(shop.vendor.handle, id, [shop.pollo, "4", "9.00"]);
    await shop.handle.sales.dayClosings.close({ date: await dayOf(shop, -1), counted: { yape: "1" } });
    const tables = [
      ...["distribucion_items", "distribucion_assignments", "distribucion_money", "day_closings", "day_closing_money"],
      ...["day_closing_vendors", "day_closing_stock", "day_closing_late"],
    ];
    for (const table of tables) {
      const texts = [
        `insert into sales.${table} default values`,
        `insert into sales.${table} (id) values (gen_random_uuid()) on conflict do nothing`,
        `update sales.${table} set id = gen_random_uuid()`,
        `update sales.${table} set updated_at = default`,
        `delete from sales.${table}`,
        `merge into sales.${table} t using (select 1) s on true when matched then delete`,
        `copy sales.${table} (id) from stdin`,
        `truncate sales.${table}`,
      ].filter((text) => table !== "distribucion_assignments" || !text.includes("updated_at"));
      for (const state of await refusals(test, shop, texts)) expect(state, table).toBe("42501");
    }
    const frozen = [
      "kilos_asignados = 0",
      "kilos_vendidos = kilos_vendidos + 1",
      "monto_recaudado = 'NaN'",
      "monto_recaudado = default",
      "fecha = fecha + 1",
      `vendedor_id = '${shop.adminMemberId}'`,
      "settlements = 7",
      "settlement_hash = 'x'",
      "reopen_reason = 'x'",
      "closed_by = vendedor_id",
    ];
    const changes = frozen.map((change) => `update sales.distribuciones set ${change} where id = '${id}'`);
    for (const state of await refusals(test, shop, changes)) expect(["ZT003", "23514"]).toContain(state);
    const keys = ["id = gen_random_uuid()", "tenant_id = gen_random_uuid()", "business_id = gen_random_uuid()"];
    const moved = keys.map((change) => `update sales.distribuciones set ${change} where id = '${id}'`);
    for (const state of await refusals(test, shop, moved)) expect(["ZT003", "42501"]).toContain(state);
    const merge = `merge into sales.distribuciones t using (select 1) s on t.id = '${id}'
      when matched then update set monto_recaudado = 1`;
    const upsert = `insert into sales.distribuciones as r (id, business_id, vendedor_id, fecha)
      values ('${id}', '${shop.businessId}', '${shop.vendor.memberId}', '2030-01-01')
      on conflict (tenant_id, id) do update set kilos_vendidos = 1`;
    expect(await refusals(test, shop, [merge, upsert])).toEqual(["ZT003", "ZT003"]);
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });

  it("makes routes empty, not on a closed day, and leads them only where the states allow", async ({ shop, test }) => {
    const yesterday = await dayOf(shop, -1);
    await shop.handle.sales.dayClosings.close({ date: yesterday });
    const insert = (columns: string, values: string) =>
      `insert into sales.distribuciones (business_id, vendedor_id, fecha${columns})
       values ('${shop.businessId}', '${shop.vendor.memberId}', '2030-01-01'${values})`;
    const refused = [
      insert(", kilos_asignados", ", 1"),
      insert(", monto_recaudado", ", 5"),
      insert(", monto_recaudado", ", 'NaN'"),
      insert(", settlements", ", 1"),
      insert(", closed_by", `, '${shop.vendor.memberId}'`),
      insert(", estado", ", 'en_ruta'"),
      insert(", estado, closed_at", ", 'cerrado', now()"),
      insert("", "").replace("2030-01-01", yesterday),
      `update sales.distribuciones set estado = 'cerrado', closed_at = now()`,
    ];
    const { id } = await leave(shop, shop.vendor, []);
    for (const state of await refusals(test, shop, refused)) expect(state).toBe("ZT003");
    expect(
      await refusals(test, shop, [`update sales.distribuciones set estado = 'activo' where id = '${id}'`]),
    ).toEqual(["ZT003"]);
    await shop.vendor.handle.sales.distribuciones.close(id, {});
    const settled = ["estado = 'en_ruta', closed_at = null", "punto_venta = 'Casa'", "closed_at = closed_at + '1 s'"];
    const changes = settled.map((change) => `update sales.distribuciones set ${change} where id = '${id}'`);
    expect(await refusals(test, shop, changes)).toEqual(["ZT003", "ZT003", "ZT003"]);
  });

  it("never says that a day is closed, nor that a sale or abono is late", async ({ shop, test }) => {
    const { businessId, clientId, vendor } = shop;
    const sale = (more: string, values: string) =>
      `insert into sales.sales (business_id, seller_id, sale_type, total_amount${more})
       values ('${businessId}', '${vendor.memberId}', 'contado', 0${values})`;
    const states = await refusals(test, shop, [
      `update sales.businesses set last_closed_day = '2030-01-01' where id = '${businessId}'`,
      `insert into sales.businesses (name, last_closed_day) values ('Other', '2030-01-01')`,
      sale(", is_late", ", true"),
      sale(", status, is_late", ", 'recorded', true"),
      `insert into sales.abonos (business_id, client_id, seller_id, amount, payment_method, is_late)
       values ('${businessId}', '${clientId}', '${vendor.memberId}', 1, 'yape', true)`,
      `with made as (${sale("", "")} returning id) update sales.sales set is_late = true`,
    ]);
    expect(states.slice(0, 5)).toEqual(["ZT003", "ZT003", "ZT003", "ZT003", "ZT003"]);
    await shop.handle.sales.dayClosings.close({ date: await dayOf(shop) });
    const reset = `update sales.businesses set last_closed_day = null where id = '${businessId}'`;
    expect(await refusals(test, shop, [reset])).toEqual(["ZT003"]);
    expect(
      await asPerson(
        test,
        shop,
        shop.tenant.admin.id,
        `update sales.businesses set name = 'Renamed' where id = '${businessId}'`,
      ),
    ).toBe("done");
  });

  it("keeps the total of an order the sum of its items, whichever comes first", async ({ shop, test }) => {
    const { businessId, clientId, vendor, pollo, huevo } = shop;
    const id = newId();
    const header = `insert into sales.orders (id, business_id, client_id, seller_id, total_amount)
      values ('${id}', '${businessId}', '${clientId}', '${vendor.memberId}', 999)`;
    const item = (line: number, product: string, quantity: string) =>
      `insert into sales.order_items (business_id, order_id, line_number, product_id, quantity, unit_price)
       values ('${businessId}', '${id}', ${line}, '${product}', ${quantity}, 2.00)`;
    const { orders } = shop.handle.sales;
    expect(await asPerson(test, shop, vendor.userId, header)).toBe("done");
    expect((await orders.getById(id)).totalAmount).toBe("0.00");
    expect(await asPerson(test, shop, vendor.userId, item(1, pollo, "1.255"), item(2, huevo, "3"))).toBe("done");
    expect((await orders.getById(id)).totalAmount).toBe("8.51");
    const refused = [
      item(3, huevo, "0.5"),
      item(1, pollo, "1"),
      item(4, pollo, "'NaN'"),
      item(4, pollo, "-1"),
      item(4, pollo, "'Infinity'"),
    ];
    for (const state of await refusals(test, shop, refused))
      expect(["ZT002", "23505", "23514", "22003"]).toContain(state);
    const changes = [
      "total_amount = 1",
      "total_amount = default",
      `client_id = '${clientId}', order_date = now()`,
      "status = 'delivered'",
    ];
    const states = await refusals(
      test,
      shop,
      changes.map((change) => `update sales.orders set ${change} where id = '${id}'`),
    );
    expect(states).toEqual(["ZT003", "ZT003", "ZT003", "ZT003"]);
    const others = [
      `update sales.order_items set quantity = 1`,
      `delete from sales.order_items`,
      `delete from sales.orders`,
    ];
    expect(await refusals(test, shop, others)).toEqual(["42501", "42501", "42501"]);
    await orders.cancel(id);
    expect(await refusals(test, shop, [item(5, pollo, "1")])).toEqual(["ZT003"]);
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });

  it("settles and closes by functions with nothing but sound quantities and money", async ({ shop, test }) => {
    const { id } = await leave(shop, shop.vendor, [[shop.pollo, "10"]]);
    const item = (fields: string) => `[{"product_id": "${shop.pollo}", ${fields}}]`;
    const settle = (items: string, money = "{}") =>
      `select * from sales.close_distribucion('${id}', '${items}', '${money}', 'x')`;
    const closeDay = (money: string) =>
      `select * from sales.close_day('${shop.businessId}', '2026-01-01', '${money}', 'x')`;
    const load = (items: string) => `select * from sales.assign_products('${id}', '${items}', null, null)`;
    const right = item('"returned": 10');
    const unsound = [
      ...[
        '"returned": "NaN"',
        '"returned": "Infinity"',
        '"returned": -1',
        '"returned": 10.0005',
        '"returned": null',
        '"sold": "NaN", "returned": 10',
      ],
      ...[
        '"returned": 5, "lost": 5',
        '"returned": 5, "lost": 5, "loss_reason": " "',
        '"returned": 11',
        '"returned": 20, "lost": -10',
      ],
    ].map((fields) => settle(item(fields)));
    const money = [
      '{"efectivo": "NaN"}',
      '{"efectivo": -1}',
      '{"efectivo": 0.005}',
      '{"cheque": 1}',
      '{"yape": null}',
      '{"yape": "Infinity"}',
    ];
    const loads = [
      '"quantity": "NaN"',
      '"quantity": 0',
      '"quantity": -1',
      '"quantity": null',
      '"quantity": 0.0005',
      '"quantity": "Infinity"',
    ];
    const states = await refusals(test, shop, [
      ...[...unsound, settle("[]"), settle(`[${right.slice(1, -1)}, ${right.slice(1, -1)}]`)],
      ...[
        ...money.map((m) => settle(right, m)),
        ...money.map(closeDay),
        ...loads.map((fields) => load(item(fields))),
        load("[]"),
      ],
    ]);
    for (const state of states) expect(state).toBe("ZT002");
    const malformed = [
      settle("{}"),
      settle('"x"'),
      settle(right, "[]"),
      load('[{"product_id": "x", "quantity": 1}]'),
      settle(item('"returned": "ten"')),
    ];
    for (const state of await refusals(test, shop, malformed)) expect(["22023", "22P02"]).toContain(state);
    expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });
});

describe("a vendedor", () => {
  /** The calls that only an admin_negocio, or the vendor of the route, may make. */
  const forOthers = (shop: Shop, route: string, day: string) => [
    `select * from sales.close_day('${shop.businessId}', '${day}', '{}', 'x')`,
    `select * from sales.reopen_distribucion('${route}', 'why')`,
    `select * from sales.close_distribucion('${route}', '[]', '{}', 'x')`,
    `select * from sales.assign_products('${route}', '[{"product_id": "${shop.pollo}", "quantity": 1}]', null, null)`,
    `update sales.distribuciones set punto_venta = 'Mine' where id = '${route}'`,
    `update sales.distribuciones set estado = 'en_ruta' where id = '${route}'`,
    `insert into sales.distribuciones (business_id, vendedor_id, fecha)
     values ('${shop.businessId}', '${shop.vendor.memberId}', '2030-01-01')`,
    `insert into sales.orders (business_id, client_id, seller_id)
     values ('${shop.businessId}', '${shop.clientId}', '${shop.vendor.memberId}')`,
    `merge into sales.distribuciones t using (select 1) s on t.id = '${route}' when matched then update set punto_venta = 'Mine'`,
    `insert into sales.distribuciones (id, business_id, vendedor_id, fecha)
     values ('${route}', '${shop.businessId}', '${shop.vendor.memberId}', '2030-01-01')
     on conflict (tenant_id, id) do update set punto_venta = 'Mine'`,
  ];

  it("closes no day, opens no settled route, and touches no other vendor's", async ({ shop, test, acme }) => {
    const second: Vendor = await addVendor(test, acme, shop.businessId);
    const { id } = await shop.vendor.handle.sales.distribuciones.create();
    const day = await dayOf(shop, -1);
    for (const text of forOthers(shop, id, day)) {
      expect(await asPerson(test, shop, second.userId, text), text).toBe("ZT006");
    }
    const own = `insert into sales.distribuciones (business_id, vendedor_id, fecha)
      values ('${shop.businessId}', '${second.memberId}', '2030-01-01')`;
    expect(await asPerson(test, shop, second.userId, own)).toBe("done");
  });

  it("who has left, or never was one, does nothing", async ({ shop, test, acme }) => {
    const second = await addVendor(test, acme, shop.businessId);
    const { id } = await shop.handle.sales.distribuciones.create({ vendedorId: second.memberId });
    await test.asOwner((owner) =>
      owner.query("update sales.business_users set is_active = false where id = $1", [second.memberId]),
    );
    const day = await dayOf(shop, -1);
    for (const text of forOthers(shop, id, day)) {
      expect(await asPerson(test, shop, second.userId, text), text).toBe("ZT006");
    }
    expect(await asPerson(test, shop, second.userId, "update sales.orders set notes = 'x'")).toBe("done");
    const forLeft = `insert into sales.distribuciones (business_id, vendedor_id, fecha)
      values ('${shop.businessId}', '${second.memberId}', '2030-01-01')`;
    expect(await asPerson(test, shop, shop.tenant.admin.id, forLeft)).toBe("ZT003");
  });

  it("of another business, or of another tenant, reaches nothing by the functions", async ({ shop, test, other }) => {
    const { id } = await leave(shop, shop.vendor, [[shop.pollo, "10"]]);
    const elsewhere = await shop.tenant.handle.sales.businesses.create({ name: "Elsewhere" });
    const attempts = forOthers(shop, id, await dayOf(shop, -1)).slice(0, 4);
    for (const text of attempts) {
      const inBusiness = outcomeOf(
        asTenantSql(test, shop.tenant, async (client) => {
          await client.query("select set_config('app.current_company_id', $1, true)", [elsewhere.id]);
          await client.query(text);
        }),
      );
      expect(["ZT001", "ZT004"]).toContain(await inBusiness);
      expect(await outcomeOf(asTenantSql(test, other, (client) => client.query(text)))).toBe("ZT004");
    }
    for (const text of [
      `select sales.write_assignments(null, null, null, null, null, null)`,
      `select sales.lock_route('${id}', 'x')`,
    ]) {
      expect(await refusals(test, shop, [text])).toEqual(["42501"]);
    }
  });
});
