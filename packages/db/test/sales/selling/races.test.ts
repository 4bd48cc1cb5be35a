import { describe, expect } from "vitest";
import { InvariantError, newId } from "../../../src/index";
import { inLanes } from "../../kit/length";
import { sortOut } from "../../kit/outcomes";
import { ownerRows } from "../../kit/sql";
import { addProduct, addVendor, sharedShop as it, newShop, onCredit, receive, type Shop, stockOf } from "../kit/shop";
import { violationsOf } from "../kit/violations";

const paid = ({ clientId }: Shop, amount: string, more = {}) =>
  ({ clientId, amount, paymentMethod: "efectivo", ...more }) as const;

describe("at once", () => {
  it("32 vendors sell no more than there is in stock", async ({ test, acme, shop }) => {
    const product = await addProduct(shop);
    await receive(shop, [[product, "20"]]);
    const vendors = [];
    for (let n = 0; n < 32; n += 1) vendors.push(await addVendor(test, acme, shop.businessId));
    const outcomes = await Promise.allSettled(
      vendors.map(({ handle }) =>
        handle.sales.sales.record({ saleType: "contado", items: [{ productId: product, quantity: "1" }] }),
      ),
    );
    const { values, errors } = sortOut(outcomes);
    expect([values.length, errors.length]).toEqual([20, 12]);
    for (const error of errors) expect(error).toBeInstanceOf(InvariantError);
    expect(await stockOf(test, product)).toBe("0.000");
  });

  it("32 sales of one scope are joined, and the one that is too much fails alone", async ({ test, shop }) => {
    const product = await addProduct(shop);
    await receive(shop, [[product, "31"]]);
    const asked = Array.from({ length: 32 }, (_, index) =>
      shop.handle.sales.sales.record({
        saleType: "contado",
        items: [{ productId: product, quantity: index === 17 ? "50" : "1" }],
      }),
    );
    const { values, errors } = sortOut(await Promise.allSettled(asked));
    expect([values.length, errors.length]).toEqual([31, 1]);
    expect(await stockOf(test, product)).toBe("0.000");
  });

  it("one request asked 32 times is one abono, and one sale", async ({ test, shop }) => {
    const { customers } = shop.handle.sales;
    const own = { ...shop, clientId: (await customers.create({ name: "Twice" })).id };
    const handles = Array.from({ length: 8 }, () =>
      test.db.forTenant({ tenantId: shop.tenant.tenant.id, userId: shop.tenant.admin.id, businessId: shop.businessId }),
    );
    const sale = onCredit(own, "50.00", { idempotencyKey: newId() });
    const abono = paid(own, "20.00", { idempotencyKey: newId() });
    const inEach = <T>(call: (handle: Shop["handle"]) => Promise<T>) =>
      Promise.all(Array.from({ length: 32 }, (_, n) => call(handles[n % 8] as Shop["handle"])));
    const sales = await inEach((handle) => handle.transaction((tx) => tx.sales.sales.record({ ...sale, id: newId() })));
    const abonos = await inEach((handle) =>
      handle.transaction((tx) => tx.sales.abonos.record({ ...abono, id: newId() })),
    );
    expect(new Set(sales.map(({ id }) => id)).size).toBe(1);
    expect(new Set(abonos.map(({ id }) => id)).size).toBe(1);
    expect(await customers.debt(own.clientId)).toEqual({ balance: "30.00", openDue: "30.00", credit: "0.00" });
  });

  it("abonos, voids, corrections and sales on credit of one customer leave a debt that is its sum", async ({
    test,
  }) => {
    const shops: Shop[] = [];
    const reason = "Race";
    const rounds = await inLanes({ everyRun: 16, soak: 400 }, async () => {
      const shop = await newShop(test);
      shops.push(shop);
      const { sales, abonos } = shop.handle.sales;
      return async () => {
        const [one, two] = [await sales.record(onCredit(shop, "30.00")), await sales.record(onCredit(shop, "20.00"))];
        const before = await abonos.record(paid(shop, "25.00"));
        const alone = <T>(call: (of: Shop["handle"]["sales"]) => Promise<T>) =>
          shop.handle.transaction((tx) => call(tx.sales as never));
        const outcomes = await Promise.allSettled([
          alone((of) => of.abonos.record(paid(shop, "40.00"))),
          alone((of) => of.abonos.void(before.id, { reason })),
          alone((of) => of.sales.void(one.id, { reason })),
          alone((of) => of.sales.correct(two.id, { ...onCredit(shop, "15.00", { useCredit: true }), reason })),
          alone((of) => of.sales.correct(two.id, { ...onCredit(shop, "16.00"), reason })),
          alone((of) => of.sales.record(onCredit(shop, "10.00", { useCredit: true }))),
          alone((of) => of.abonos.allocate(before.id)),
        ]);
        for (const error of sortOut<unknown>(outcomes).errors) {
          expect((error as Error).message).toMatch(/^(The sale is corrected already|The abono is void)/);
        }
      };
    });
    expect(rounds).toBeGreaterThan(0);
    for (const shop of shops) {
      expect(await violationsOf(test, shop.tenant)).toEqual([]);
      const corrected = await ownerRows(
        test,
        "select corrects_sale_id from sales.sales where business_id = $1 and corrects_sale_id is not null",
        [shop.businessId],
      );
      expect(corrected).toHaveLength(rounds / 4);
    }
  });
});
