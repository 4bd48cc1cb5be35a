import { Decimal } from "decimal.js";
import { expect } from "vitest";
import type { NewSale } from "../../../src/sales";
import { lengthOf, runSeed } from "../../kit/length";
import { addProduct, freshShop as it, receive, stockOf } from "../kit/shop";

const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP });

/** A generator of numbers below `limit`, from a seed (mulberry32). */
function numbersFrom(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % limit;
  };
}

it("10,000 random baskets come to what exact arithmetic says, and so do stock and debt", async ({ test, shop }) => {
  const seed = runSeed();
  const below = numbersFrom(seed);
  const kilo = await addProduct(shop);
  const piece = await addProduct(shop, { unit: "unidad" });
  const goods = { [kilo]: "5000000", [piece]: "5000000" };
  await receive(shop, Object.entries(goods));
  const sold: Record<string, Decimal> = { [kilo]: new Exact(0), [piece]: new Exact(0) };
  let debt = new Exact(0);

  const decimal = (limit: number, scale: number) => new Exact(below(limit)).div(10 ** scale);
  const basket = () => {
    let total = new Exact(0);
    let [tara, net] = [new Exact(0), new Exact(0)];
    const items = Array.from({ length: 1 + below(4) }, () => {
      const isKilo = below(3) > 0;
      const productId = isKilo ? kilo : piece;
      const price = decimal(10_000, 2);
      const container = isKilo ? decimal(2_000, 3) : new Exact(0);
      const quantity = (isKilo ? decimal(99_999, 3) : new Exact(below(99))).plus(isKilo ? "0.001" : 1);
      const isWeighed = isKilo && below(2) === 0;
      total = total.plus(quantity.times(price).toDecimalPlaces(2));
      sold[productId] = sold[productId]?.plus(quantity) ?? quantity;
      if (isKilo) net = net.plus(quantity);
      if (isWeighed) tara = tara.plus(container);
      const weight = isWeighed
        ? { gross: quantity.plus(container).toFixed(3), tara: container.toFixed(3) }
        : { quantity: quantity.toFixed(3) };
      return { productId, unitPrice: price.toFixed(2), ...weight };
    });
    const isCash = below(2) === 0;
    const paid = isCash ? total : total.times(below(3)).div(3).toDecimalPlaces(2, Decimal.ROUND_DOWN);
    debt = debt.plus(total.minus(paid));
    const sale: NewSale = isCash
      ? { saleType: "contado", items }
      : { saleType: "credito", clientId: shop.clientId, amountPaid: paid.toFixed(2), items };
    const expected = {
      totalAmount: total.toFixed(2),
      amountPaid: paid.toFixed(2),
      balanceDue: total.minus(paid).toFixed(2),
      tara: tara.toFixed(3),
      netWeight: net.toFixed(3),
    };
    return { sale, expected };
  };

  for (let chunk = 0; chunk < lengthOf(20, 200); chunk += 1) {
    const baskets = Array.from({ length: 500 }, basket);
    const recorded = await shop.handle.sales.sales.recordMany(baskets.map(({ sale }) => sale));
    const figures = recorded.map(({ totalAmount, amountPaid, balanceDue, tara, netWeight }) => {
      return { totalAmount, amountPaid, balanceDue, tara, netWeight };
    });
    expect(figures, `seed ${seed}`).toEqual(baskets.map(({ expected }) => expected));
    // As autovacuum does within a minute: plans of foreign keys that were made for empty tables end there.
    if (chunk === 0) await test.asOwner((owner) => owner.query("analyze"));
  }
  expect(await shop.handle.sales.customers.debt(shop.clientId)).toMatchObject({ balance: debt.toFixed(2) });
  for (const [product, quantity] of Object.entries(goods)) {
    expect(await stockOf(test, product)).toBe(new Exact(quantity).minus(sold[product] ?? 0).toFixed(3));
  }
});
