import { pgNumeric } from "../../core/column-kinds";
import { moneyDecimals, rateDecimals, wholeDigits } from "../../core/columns";

const isAboveZero = (value: string) => !value.startsWith("-") && /[1-9]/.test(value);

/** An amount of 0 or more, as a column of amounts stores it. How many decimals it may have, its currency says. */
export const amountSchema = (message = "use 0 or more") =>
  pgNumeric(wholeDigits + moneyDecimals, moneyDecimals).refine((value) => !value.startsWith("-"), message);

/** An amount above 0. */
export const positiveAmountSchema = () => amountSchema("use more than 0").refine(isAboveZero, "use more than 0");

/** Base units for one unit of a currency. */
export const rateSchema = pgNumeric(wholeDigits + rateDecimals, rateDecimals).refine(isAboveZero, "use more than 0");

/** How many decimals a value has, zeros at the end aside. */
export const decimalsOf = (value: string | undefined): number => (value?.split(".")[1] ?? "").replace(/0+$/, "").length;
