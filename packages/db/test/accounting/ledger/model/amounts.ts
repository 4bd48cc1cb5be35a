/*
 * Amounts of the model: whole numbers of ten-thousandths, the finest that a journal line holds. Rates are whole numbers
 * of hundred-millionths. Nothing here is shared with what is tested.
 */

const perUnit = 10_000n;
const perCent = 100n;
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

/** An amount as PostgreSQL prints it with that many decimals. */
export function textOf(amount: bigint, decimals = 2): string {
  const digits = magnitude(amount).toString().padStart(5, "0");
  const fraction = digits.slice(-4);
  if (/[1-9]/.test(fraction.slice(decimals))) throw new TypeError(`${amount} has more than ${decimals} decimals`);
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -4)}${decimals > 0 ? "." : ""}${fraction.slice(0, decimals)}`;
}

export const rateText = (rate: bigint) => `${rate / perRate}.${(rate % perRate).toString().padStart(8, "0")}`;

/** Whole cents nearest to a fraction of an amount, halves away from zero. */
export function centsOf(numerator: bigint, denominator: bigint): bigint {
  const cents = (2n * magnitude(numerator) + denominator * perCent) / (2n * denominator * perCent);
  return (numerator < 0n ? -cents : cents) * perCent;
}

/** What an amount is worth in base currency. */
export const converted = (amount: bigint, rate: bigint) => centsOf(amount * rate, perRate);

/** An amount of so many of the currency's smallest units, but none below a cent. */
export function smallest(units: number, currency: string): bigint {
  return BigInt(units) * (currency === "JPY" ? perUnit : perCent);
}

export const magnitude = (amount: bigint) => (amount < 0n ? -amount : amount);
export const sum = (amounts: Iterable<bigint>) => [...amounts].reduce((total, amount) => total + amount, 0n);
export const lesser = (one: bigint, other: bigint) => (one < other ? one : other);

/** The later of some days; null is no day. */
export function latest(first: string, ...others: (string | null)[]): string {
  return others.reduce<string>((last, day) => (day !== null && day > last ? day : last), first);
}
