import { describe, expect } from "vitest";
import { ConflictError, InvariantError } from "../../../src/index";
import { inLanes } from "../../kit/length";
import { interleaved, withOldSnapshot } from "../../kit/locks";
import { sortOut } from "../../kit/outcomes";
import { ownerRows } from "../../kit/sql";
import { sharedShop as it, newShop, receive, type Shop, stockOf } from "../kit/shop";
import { violationsOf } from "../kit/violations";
import { dayOf, leave, sellOn } from "./kit";

const rounds = { everyRun: 12, soak: 200, lanes: 3 };

describe("at the same time", () => {
  it("a route is settled once, and a sale is on it or refused, never both settled and missing", async ({ test }) => {
    const made = await inLanes(rounds, async () => {
      const shop = await newShop(test);
      return async () => {
        const { vendor, pollo } = shop;
        const { id } = await leave(shop, vendor, [[pollo, "5"]]);
        const close = (returned: string) =>
          vendor.handle.sales.distribuciones.close(id, { items: [{ productId: pollo, returned }], money: {} });
        const { values, errors } = sortOut(
          await Promise.allSettled([
            ...[
              sellOn(vendor.handle, id, [pollo, "1", "2.00"]),
              sellOn(shop.handle, id, [pollo, "1", "2.00"], { sellerId: vendor.memberId }),
            ],
            ...[
              close("5"),
              shop.handle.sales.distribuciones.close(id, { items: [{ productId: pollo, returned: "4" }] }),
              close("3"),
            ],
          ]),
        );
        expect(errors.every((error) => error instanceof ConflictError || error instanceof InvariantError)).toBe(true);
        const route = await shop.handle.sales.distribuciones.getById(id);
        const sold = values.filter((value) => "items" in value).length;
        expect(route.kilosVendidos).toBe(`${sold}.000`);
        if (route.estado === "en_ruta") await close(`${5 - sold}`);
        expect((await shop.handle.sales.distribuciones.getById(id)).settlements).toBe(1);
        expect(await violationsOf(test, shop.tenant)).toEqual([]);
      };
    });
    expect(made).toBeGreaterThan(0);
  });

  it("two assignments never take more than is in stock", async ({ test }) => {
    await inLanes(rounds, async () => {
      const shop = await newShop(test);
      const { id } = await leave(shop, shop.vendor, []);
      const second = await leave(shop, shop.vendor, []);
      let left = 1000;
      return async () => {
        const items = [
          { productId: shop.pollo, quantity: `${left - 10}` },
          { productId: shop.huevo, quantity: "1" },
        ];
        const assign = (route: string, order: typeof items) =>
          shop.handle.sales.distribuciones.assign(route, { items: order });
        const { values, errors } = sortOut(
          await Promise.allSettled([
            assign(id, items),
            assign(second.id, items.toReversed()),
            assign(id, items.toReversed()),
          ]),
        );
        expect(values).toHaveLength(1);
        expect(errors.every((error) => error instanceof InvariantError)).toBe(true);
        expect(await stockOf(test, shop.pollo)).toBe("10.000");
        await receive(shop, [[shop.pollo, "90"]]);
        left = 100;
      };
    });
  });

  it("a day is closed with a sale on it, or the sale is refused", async ({ test }) => {
    const tries = { ...rounds, lanes: 4 };
    await inLanes(tries, async () => {
      return async () => {
        const shop = await newShop(test);
        const date = await dayOf(shop);
        const sell = (n: number) => sellOn(n % 2 ? shop.handle : shop.vendor.handle, null, [shop.huevo, "1", "1.00"]);
        const results = await Promise.allSettled([
          ...[sell(1), sell(2), shop.handle.sales.dayClosings.close({ date }), sell(3), sell(4)],
          ...[shop.vendor.handle.sales.distribuciones.create()],
        ]);
        const { errors } = sortOut(results);
        expect(errors.filter((error) => !(error instanceof ConflictError))).toEqual([]);
        const counted = await ownerRows(test, "select sale_count from sales.day_closings where tenant_id = $1", [
          shop.tenant.tenant.id,
        ]);
        const sales = await ownerRows(test, "select from sales.sales where tenant_id = $1", [shop.tenant.tenant.id]);
        if (counted.length > 0) expect(counted).toEqual([{ sale_count: sales.length }]);
        expect(await violationsOf(test, shop.tenant)).toEqual([]);
      };
    });
  });

  it("what raw SQL writes waits for a closing, and is refused then, with an old snapshot too", async ({ test }) => {
    const closeAndPay = async (shop: Shop) => {
      const { businessId, clientId, vendor } = shop;
      const date = await dayOf(shop);
      const close = [`select * from sales.close_day('${businessId}', '${date}', '{}', null)`] as [string];
      const pay = [
        `insert into sales.abonos (business_id, client_id, seller_id, amount, payment_method)
         values ('${businessId}', '${clientId}', '${vendor.memberId}', 5, 'yape')`,
      ] as [string];
      return { close, pay };
    };
    const [one, two] = [await newShop(test), await newShop(test)];
    const first = await closeAndPay(one);
    expect(await interleaved(test, one.tenant, { first: first.close, second: first.pay })).toBe("ZT003");
    const second = await closeAndPay(two);
    expect(await withOldSnapshot(test, two.tenant, second.close, second.pay)).toBe("40001");
    const route = [
      `insert into sales.distribuciones (business_id, vendedor_id, fecha)
       values ('${two.businessId}', '${two.vendor.memberId}', '${await dayOf(two)}')`,
    ] as [string];
    const third = await newShop(test);
    const again = await closeAndPay(third);
    const ofThird = [
      route[0].replaceAll(two.businessId, third.businessId).replaceAll(two.vendor.memberId, third.vendor.memberId),
    ] as [string];
    expect(await withOldSnapshot(test, third.tenant, again.close, ofThird)).toBe("40001");
    for (const shop of [one, two, third]) expect(await violationsOf(test, shop.tenant)).toEqual([]);
  });
});
