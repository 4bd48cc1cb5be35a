/*
 * Amounts of the model: whole numbers of ten-thousandths, the finest that a journal line holds. Rates are whole numbers
 * of hundred-millionths. Nothing here is shared with what is tested.
 */

/** Decimals of the currencies that have other than two. */
const unusual: Record<string, number> = { JPY: 0, KWD: 3 };
const perRate = 100_000_000n;

/** An amount from text such as `-12.5`. */
export function amountOf(text: string): bigint {
  return scaled(text, 4);
}

/** A rate from text such as `1.0825`. */
export function rateOf(text: string): bigint {
  return scaled(text, 8);
}

function scaled(text: string, decimals: number): bigint {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  if (/[1-9]/.test(fraction.slice(decimals))) throw new TypeError(`${text} has more than ${decimals} decimals`);
  const value = BigInt(whole + fraction.padEnd(decimals, "0").slice(0, decimals));
  return text.startsWith("-") ? -value : value;
}

export const decimalsOf = (currency: string): number => unusual[currency] ?? 2;

/** The smallest amount of the currency. */
export const unitOf = (currency: string): bigint => 10n ** BigInt(4 - decimalsOf(currency));

/** An amount as PostgreSQL prints it in that currency. */
export const moneyText = (amount: bigint, currency: string): string => textOf(amount, decimalsOf(currency));

/** An amount as PostgreSQL prints it with that many decimals. */
export function textOf(amount: bigint, decimals = 2): string {
  const digits = magnitude(amount).toString().padStart(5, "0");
  const fraction = digits.slice(-4);
  if (/[1-9]/.test(fraction.slice(decimals))) throw new TypeError(`${amount} has more than ${decimals} decimals`);
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -4)}${decimals > 0 ? "." : ""}${fraction.slice(0, decimals)}`;
}

export const rateText = (rate: bigint) => `${rate / perRate}.${(rate % perRate).toString().padStart(8, "0")}`;

/** The amount of the currency that is nearest to a fraction, halves away from zero. */
export function nearest(numerator: bigint, denominator: bigint, currency: string): bigint {
  const unit = unitOf(currency);
  const units = (2n * magnitude(numerator) + denominator * unit) / (2n * denominator * unit);
  return (numerator < 0n ? -units : units) * unit;
}

/** What an amount is worth in base currency. */
export const converted = (amount: bigint, rate: bigint, base: string) => nearest(amount * rate, perRate, base);

/** An amount of so many of the currency's smallest units. */
export const smallest = (units: number, currency: string): bigint => BigInt(units) * unitOf(currency);

export const magnitude = (amount: bigint) => (amount < 0n ? -amount : amount);
export const sum = (amounts: Iterable<bigint>) => [...amounts].reduce((total, amount) => total + amount, 0n);
export const lesser = (one: bigint, other: bigint) => (one < other ? one : other);

/** The later of some days; null is no day. */
export function latest(first: string, ...others: (string | null)[]): string {
  return others.reduce<string>((last, day) => (day !== null && day > last ? day : last), first);
}
