import { z } from "zod";

/*
 * One zod schema per kind of column, so that what zod accepts PostgreSQL stores, unchanged. Plain drizzle-orm/zod lets
 * through NUL, numeric overflow, excess decimals, 30 February and NaN, which the server refuses or silently alters.
 */

// PostgreSQL would store a lone surrogate as U+FFFD, and refuses NUL.
const storableText = (text: string) => !text.includes("\u0000") && text.isWellFormed();

/** Text that PostgreSQL stores as it is; `length` counts code points, as varchar(n) does. */
export function pgText(length?: number) {
  const text = z
    .string()
    .refine(storableText, "holds a character that cannot be stored (NUL or half a surrogate pair)");
  if (length === undefined) return text;
  return text.refine((value) => [...value].length <= length, `use at most ${length} characters`);
}

/** Characters of a name or a key, so that it fits an index: an entry holds 2,704 bytes, a character takes up to four. */
const longestKey = 500;

/** Text with at least one visible character, short enough for an index. `what` names the field in the message. */
export function filledText(what: string) {
  return pgText(longestKey).refine((text) => text.trim() !== "", `${what} must not be empty`);
}

const decimalPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** A decimal number as text for numeric(precision, scale): refuses what would be rounded, overflow or turn into NaN. */
export function pgNumeric(precision: number, scale: number) {
  const whole = precision - scale;
  return z
    .string()
    .regex(decimalPattern, "use a decimal number as text, such as 12.50")
    .refine((value) => value.length - pointOf(value) - 1 <= scale, `use at most ${scale} decimals`)
    .refine((value) => digitsBeforePoint(value) <= whole, `use at most ${whole} digits before the decimal point`)
    .refine((value) => !/^-0(?:\.0+)?$/.test(value), "use 0 without a sign");
}

// Index of the decimal point; of the end when there is none.
function pointOf(value: string): number {
  const point = value.indexOf(".");
  return point < 0 ? value.length : point;
}

function digitsBeforePoint(value: string): number {
  const start = value.startsWith("-") ? 1 : 0;
  return value[start] === "0" ? 0 : pointOf(value) - start;
}

/** A calendar date `YYYY-MM-DD` of the years 0001 to 9999 that exists. */
export function pgDate() {
  return z.string().refine(isRealDate, "use an existing date as YYYY-MM-DD");
}

const daysOf = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isRealDate(value: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  if (!match || match[1] === "0000") return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lastDay = month === 2 && isLeap ? 29 : (daysOf[month - 1] ?? 0);
  return day >= 1 && day <= lastDay;
}

/** A point in time of the years 1000 to 9999, in milliseconds. JavaScript misreads earlier years. */
export function pgTimestamp() {
  const least = new Date("1000-01-01T00:00:00.000Z");
  return z.date().min(least).max(new Date("9999-12-31T23:59:59.999Z"));
}

/** A UUID of any version in lower case, as PostgreSQL prints it. */
export function pgUuid() {
  return z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, "use a UUID in lower case");
}

export const pgInteger = () => z.int().min(-2_147_483_648).max(2_147_483_647);
export const pgBigint = () =>
  z
    .bigint()
    .min(-(2n ** 63n))
    .max(2n ** 63n - 1n);

/** JSON that comes back equal: plain objects, arrays, finite numbers, storable text. Not null, which is SQL's NULL. */
export function pgJsonb() {
  return z.custom<unknown>(
    (value) => value !== null && isStorableJson(value),
    "use plain JSON: no undefined, NaN, NUL characters, dates or class instances",
  );
}

function isStorableJson(value: unknown, depth = 0): boolean {
  if (depth > 100) return false;
  if (value === null || typeof value === "boolean") return true;
  if (typeof value === "string") return storableText(value);
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  // Array.from fills holes, which JSON would turn into null.
  if (Array.isArray(value)) return Array.from(value).every((item) => isStorableJson(item, depth + 1));
  if (typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return false;
  // An own "__proto__" is lost, or worse, wherever the object is copied by assignment.
  return Object.entries(value).every(
    ([key, item]) => key !== "__proto__" && storableText(key) && isStorableJson(item, depth + 1),
  );
}
