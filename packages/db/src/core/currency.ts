import * as published from "dinero.js/currencies";
import { z } from "zod";
import { ValidationError } from "./errors";
import type { DecimalString } from "./money";

/**
 * Currencies for which the npm table differs from ISO 4217. The ariary and the ouguiya are divided by five, which the
 * table writes as one digit to base 5. ISO lists two decimals for both, and amounts are written with decimals.
 */
const corrected: Record<string, number> = { MGA: 2, MRU: 2 };

const exponents = new Map(
  Object.values(published).map(({ code, exponent }) => [code as string, corrected[code] ?? exponent]),
);

/** Every ISO 4217 code that money can be in. */
export const currencyCodes: readonly string[] = [...exponents.keys()].sort();

/** Whether it is an ISO 4217 code, in capitals. */
export function isCurrency(code: string): boolean {
  return exponents.has(code);
}

/** Decimals of a currency by ISO 4217; two for a code that is none, as `tenancy.currency_exponent` in SQL. */
export function currencyExponent(code: string): number {
  return exponents.get(code) ?? 2;
}

/** An ISO 4217 code, such as `USD`. */
export function currencySchema() {
  return z.string().refine(isCurrency, "use an ISO 4217 code, such as USD");
}

/**
 * The amount with as many decimals as its currency has: `10` USD is `10.00`, `1000.0000` JPY is `1000`. Nothing is
 * rounded: throws `ValidationError` when digits other than 0 would be lost.
 */
export function normalizeAmount(amount: DecimalString, currency: string): DecimalString {
  return withDecimals(amount, currencyExponent(currency));
}

/** The amount with the given number of decimals, as `normalizeAmount` writes it. */
function withDecimals(amount: DecimalString, count: number): DecimalString {
  const point = amount.indexOf(".");
  const given = point < 0 ? 0 : amount.length - point - 1;
  if (given === count) return amount;
  const whole = point < 0 ? amount : amount.slice(0, point);
  if (given < count) return `${whole}.${amount.slice(whole.length + 1).padEnd(count, "0")}`;
  if (/[^0]/.test(amount.slice(point + 1 + count))) {
    throw new ValidationError("The amount has more decimals than its currency", [
      { path: "amount", message: `use at most ${count} decimals` },
    ]);
  }
  return count === 0 ? whole : amount.slice(0, point + 1 + count);
}
