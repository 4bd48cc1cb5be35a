import { Decimal } from "decimal.js";
import { ValidationError } from "./errors";

const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP, toExpNeg: -60, toExpPos: 60 });

/** Text of a decimal number as PostgreSQL prints numeric: no exponent, no plus sign. */
export type DecimalString = string;

const decimalPattern = /^-?\d+(?:\.\d+)?$/;

/** The number that a text is. `field` is what the error says of it, such as `amounts.3`; the text itself stays out of it. */
function exact(text: DecimalString, field: string): Decimal {
  if (typeof text === "string" && decimalPattern.test(text)) return new Exact(text);
  const message = "use a decimal number as text, such as 12.50: no exponent, plus sign, blank, NaN or Infinity";
  throw new ValidationError(`${field}: ${message}`, [{ path: field, message }]);
}

/**
 * The one rounding rule of the package: half away from zero, as PostgreSQL's `round(numeric, int)` does
 * (0.005 → 0.01, -0.005 → -0.01). `scale` is the number of decimals kept. Throws `ValidationError` for a text that is no
 * decimal number, as all functions here do.
 */
export function roundMoney(amount: DecimalString, scale = 2): DecimalString {
  return fixed(exact(amount, "amount"), scale);
}

// PostgreSQL has one zero, so "-0.00" is written as "0.00".
function fixed(amount: Decimal, scale: number): DecimalString {
  const rounded = amount.toDecimalPlaces(scale, Decimal.ROUND_HALF_UP);
  return (rounded.isZero() ? rounded.abs() : rounded).toFixed(scale);
}

/** Exact sum of decimal strings, with `scale` decimals. Throws `ValidationError`, which names the place of a wrong one. */
export function sumMoney(amounts: Iterable<DecimalString>, scale = 2): DecimalString {
  let total = new Exact(0);
  let index = 0;
  for (const amount of amounts) total = total.plus(exact(amount, `amounts.${index++}`));
  return fixed(total, scale);
}

/** quantity × unit price, rounded once to `scale` decimals: the amount of a document line. Throws `ValidationError`. */
export function lineAmount(quantity: DecimalString, unitPrice: DecimalString, scale = 2): DecimalString {
  return fixed(exact(quantity, "quantity").times(exact(unitPrice, "unitPrice")), scale);
}

/** -1, 0 or 1, comparing the numbers and not their text. Throws `ValidationError`. */
export function compareMoney(left: DecimalString, right: DecimalString): -1 | 0 | 1 {
  return exact(left, "left").comparedTo(exact(right, "right")) as -1 | 0 | 1;
}
