import { pgNumeric } from "../../core/column-kinds";

const isNegative = (value: string) => value.startsWith("-");
const isZero = (value: string) => /^-?0(\.0+)?$/.test(value);

/** Money of 0 or more, at most two decimals. */
export const moneyOrZero = () => pgNumeric(12, 2).refine((value) => !isNegative(value), "use an amount of 0 or more");

/** Money above 0. */
export const moneyAboveZero = () =>
  pgNumeric(12, 2).refine((value) => !isNegative(value) && !isZero(value), "use an amount above 0");

/** Kilos or pieces above 0, at most three decimals. */
export const quantityAboveZero = () =>
  pgNumeric(10, 3).refine((value) => !isNegative(value) && !isZero(value), "use a quantity above 0");

/** Kilos of 0 or more, at most three decimals. */
export const kilosOrZero = () => pgNumeric(10, 3).refine((value) => !isNegative(value), "use kilos of 0 or more");

/** Price of a kilo or piece, 0 or more. */
export const priceOrZero = () => pgNumeric(10, 2).refine((value) => !isNegative(value), "use a price of 0 or more");
