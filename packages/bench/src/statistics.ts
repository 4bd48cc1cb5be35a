/** A value below which the share `q` of the values lies, interpolated between neighbours; NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The middle of some values, and the band that eight tenths of them lie in. */
export interface Summary {
  median: number;
  p10: number;
  p90: number;
}

export function summarise(values: readonly number[]): Summary {
  return { median: median(values), p10: quantile(values, 0.1), p90: quantile(values, 0.9) };
}

/**
 * Each value divided by the base's value of the same round. What slows a whole round down cancels out, which it
 * would not in a ratio of two medians. Rounds that measured nothing are left out.
 */
export function pairedRatios(values: readonly number[], base: readonly number[]): number[] {
  if (values.length !== base.length) throw new RangeError("Each round needs one value of each contestant");
  return values.map((value, round) => value / (base[round] ?? Number.NaN)).filter(Number.isFinite);
}
