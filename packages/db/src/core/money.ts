import { Decimal } from "decimal.js";

const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP, toExpNeg: -60, toExpPos: 60 });

/** Text of a decimal number as PostgreSQL prints numeric: no exponent, no plus sign. */
export type DecimalString = string;

/**
 * The one rounding rule of the package: half away from zero, as PostgreSQL's `round(numeric, int)` does
 * (0.005 → 0.01, -0.005 → -0.01). `scale` is the number of decimals kept.
 */
export function roundMoney(amount: DecimalString, scale = 2): DecimalString {
  return fixed(new Exact(amount), scale);
}

// PostgreSQL has one zero, so "-0.00" is written as "0.00".
function fixed(amount: Decimal, scale: number): DecimalString {
  const rounded = amount.toDecimalPlaces(scale, Decimal.ROUND_HALF_UP);
  return (rounded.isZero() ? rounded.abs() : rounded).toFixed(scale);
}

/** Exact sum of decimal strings, with `scale` decimals. */
export function sumMoney(amounts: Iterable<DecimalString>, scale = 2): DecimalString {
  let total = new Exact(0);
  for (const amount of amounts) total = total.plus(amount);
  return fixed(total, scale);
}

/** quantity × unit price, rounded once: the amount of a document line. */
export function lineAmount(quantity: DecimalString, unitPrice: DecimalString): DecimalString {
  return roundMoney(new Exact(quantity).times(unitPrice).toFixed());
}

/** -1, 0 or 1, comparing the numbers and not their text. */
export function compareMoney(left: DecimalString, right: DecimalString): -1 | 0 | 1 {
  return new Exact(left).comparedTo(right) as -1 | 0 | 1;
}
