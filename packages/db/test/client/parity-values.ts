import fc from "fast-check";

/*
 * Values to try on each kind of column: mostly ones that fit, of which many lie at an edge, and the hand-picked ones
 * that a plain schema is known to get wrong.
 */

/** Tried on every kind. */
export const hostile: readonly unknown[] = [
  "",
  " ",
  " 1 ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "x\udc00y",
  "😀😀😀😀😀",
  "😀😀😀😀😀😀",
  "abc  ",
  "NULL",
  "null",
  "{}",
  "[1]",
  '"x"',
  "123",
  "NaN",
  "Infinity",
  "-Infinity",
  "1e3",
  "1e400",
  "0x1F",
  "1_000",
  "+1",
  "-0",
  "-0.00",
  "0.005",
  "0.015",
  "1.",
  ".5",
  "007",
  "9999999999999.99",
  "9999999999999.995",
  "10000000000000",
  "-9999999999999.99",
  "0.00001",
  "12,50",
  "2024-02-29",
  "2023-02-29",
  "2024-02-30",
  "0000-01-01",
  "0001-01-01",
  "9999-12-31",
  "10000-01-01",
  "24-01-01",
  "01/02/2024",
  "today",
  "now",
  "infinity",
  "2024-1-1",
  "2024-02-29T00:00:00Z",
  "epoch",
  "6F9619FF-8B86-D011-B42D-00C04FC964FF",
  "{6f9619ff-8b86-d011-b42d-00c04fc964ff}",
  "6f9619ff8b86d011b42d00c04fc964ff",
  "00000000-0000-0000-0000-000000000000",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  "6f9619ff-8b86-d011-b42d-00c04fc964ff",
  0,
  -0,
  1,
  -1,
  2_147_483_647,
  2_147_483_648,
  -2_147_483_648,
  -2_147_483_649,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.MAX_SAFE_INTEGER,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  0.1 + 0.2,
  1e21,
  1e-7,
  0n,
  -1n,
  2n ** 63n - 1n,
  2n ** 63n,
  -(2n ** 63n),
  -(2n ** 63n) - 1n,
  true,
  false,
  new Date(0),
  new Date(Number.NaN),
  new Date(8.64e15),
  new Date(-8.64e15),
  new Date("0001-01-01T00:00:00.000Z"),
  new Date("0000-12-31T23:59:59.999Z"),
  new Date("0099-12-31T23:59:59.999Z"),
  new Date("9999-12-31T23:59:59.999Z"),
  new Date("1883-11-18T12:03:58.001Z"),
  [],
  [""],
  ["NULL"],
  ["a,b", 'c"d', "e\\f", "{g}", " h ", "\n"],
  ["\u0000"],
  ["\ud800"],
  [null],
  [[]],
  [["a"], ["b"]],
  {},
  { a: undefined },
  { "\u0000": 1 },
  { a: "\ud800" },
  { a: Number.NaN },
  { a: [1, { b: null }] },
  { ["__proto__"]: 1 },
  { a: new Date(0) },
  { a: 1n },
  [undefined],
  // A hole, which JSON.stringify would turn into null.
  Object.assign(new Array(2), { 1: 1 }),
  new Map(),
  { toJSON: 1 },
  { a: 1e308, b: 5e-324, c: -1e-7 },
  [-0],
  "long ".repeat(20_000),
  { deep: "long ".repeat(20_000) },
];

const decimalOf = (precision: number, scale: number) =>
  fc
    .tuple(fc.boolean(), fc.bigInt(0n, 10n ** BigInt(precision) - 1n), fc.integer({ min: 0, max: scale }))
    .map(([negative, units, kept]) => {
      const digits = String(units).padStart(scale + 1, "0");
      const whole = digits.slice(0, digits.length - scale) || "0";
      const decimals = digits.slice(digits.length - scale, digits.length - scale + kept);
      return `${negative ? "-" : ""}${whole}${decimals === "" ? "" : `.${decimals}`}`;
    });

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ maxLength: 12 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 }).map((units) => String.fromCharCode(...units)),
);

const textUpTo = (length: number) =>
  fc.oneof(
    anyText,
    fc.string({ unit: "grapheme", maxLength: length }),
    fc.string({ unit: "binary", minLength: length - 1, maxLength: length + 1 }),
    fc.string({ minLength: length - 1, maxLength: length + 1 }),
  );

const numberUpTo = (precision: number, scale: number) =>
  fc.oneof(decimalOf(precision, scale), decimalOf(precision, scale), decimalOf(precision + 1, scale + 1));

const day = fc
  .tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 31 }))
  .map(([year, month, dayOfMonth]) => [String(year).padStart(4, "0"), month, dayOfMonth])
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join("-"));

const moment = fc.oneof(
  fc.date({
    min: new Date("0001-01-01T00:00:00.000Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  }),
  fc.date({
    min: new Date("0990-01-01T00:00:00.000Z"),
    max: new Date("1100-01-01T00:00:00.000Z"),
    noInvalidDate: true,
  }),
  fc.date({
    min: new Date("1840-01-01T00:00:00.000Z"),
    max: new Date("2100-01-01T00:00:00.000Z"),
    noInvalidDate: true,
  }),
  fc.date(),
);

const json = fc.oneof(
  fc.jsonValue(),
  fc.jsonValue({ stringUnit: "binary" }),
  fc.object({ withBigInt: true, withDate: true }),
);

// JSON.parse of Node 24.21 gives the key `"` the name of a key `\\` that it has read in the same place before.
function hasBackslashKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, item]) => key.includes("\\") || hasBackslashKey(item));
}

const anyChoice = fc.oneof(fc.constantFrom("it's", 'a "list"', "with,commas", ""), anyText);

/** Generators by kind of column: the keys are the columns of the table `kinds`. */
export const values = {
  uuid: fc.oneof(
    fc.uuid(),
    fc.uuid().map((id) => id.toUpperCase()),
  ),
  text: anyText,
  filled: anyText,
  varchar5: textUpTo(5),
  varchar20: textUpTo(20),
  varchar50: textUpTo(50),
  varchar100: textUpTo(100),
  varchar255: textUpTo(255),
  texts: fc.array(anyText, { maxLength: 5 }),
  choice: anyChoice,
  shortChoice: anyChoice,
  money: numberUpTo(19, 4),
  quantity: numberUpTo(15, 3),
  moneyTotal: numberUpTo(15, 0),
  rate: numberUpTo(39, 24),
  price: numberUpTo(15, 4),
  amount: numberUpTo(12, 2),
  amountTotal: numberUpTo(17, 2),
  kilos: numberUpTo(10, 3),
  unitPrice: numberUpTo(10, 2),
  unitCost: numberUpTo(10, 4),
  percent: numberUpTo(5, 2),
  fraction: numberUpTo(4, 4),
  integer: fc.oneof(fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }), fc.integer(), fc.double()),
  bigint: fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-(2n ** 65n), 2n ** 65n)),
  boolean: fc.oneof(fc.boolean(), anyText),
  date: day,
  instant: moment,
  jsonb: json.filter((value) => !hasBackslashKey(value)),
} satisfies Record<string, fc.Arbitrary<unknown>>;

export type Kind = keyof typeof values;
