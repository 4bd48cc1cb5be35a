import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ValidationError } from "./errors";
import * as money from "./money";
import { compareMoney, lineAmount, roundMoney, sumMoney } from "./money";

/*
 * The reference: whole numbers of the smallest unit, in BigInt, divided with half away from zero. It shares nothing
 * with the code under test.
 */
interface Amount {
  units: bigint;
  scale: number;
}

function text({ units, scale }: Amount): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const decimals = scale === 0 ? "" : `.${digits.slice(-scale)}`;
  return `${units < 0n ? "-" : ""}${digits.slice(0, digits.length - scale)}${decimals}`;
}

function rescale({ units, scale }: Amount, to: number): bigint {
  if (to >= scale) return units * 10n ** BigInt(to - scale);
  const divisor = 10n ** BigInt(scale - to);
  const size = units < 0n ? -units : units;
  const rounded = size / divisor + ((size % divisor) * 2n >= divisor ? 1n : 0n);
  return units < 0n ? -rounded : rounded;
}

// -0.00 would be another text for 0.00; PostgreSQL knows one zero.
const expectAmount = (actual: string, expected: Amount) => expect(actual).toBe(text(expected));

const amount = (digits: number, scale = fc.integer({ min: 0, max: 6 })): fc.Arbitrary<Amount> =>
  fc.record({ units: fc.bigInt(-(10n ** BigInt(digits)), 10n ** BigInt(digits)), scale });

describe("rounding", () => {
  it.each([
    ["0.005", "0.01"],
    ["-0.005", "-0.01"],
    ["0.015", "0.02"],
    ["0.0049999", "0.00"],
    ["1.005", "1.01"],
    ["2.675", "2.68"],
    ["-2.675", "-2.68"],
    ["0.125", "0.13"],
    ["-0.125", "-0.13"],
    ["10.995", "11.00"],
    ["999999999999.995", "1000000000000.00"],
    ["1000000000000000000000.005", "1000000000000000000000.01"],
    ["-1000000000000000000000.005", "-1000000000000000000000.01"],
    ["0", "0.00"],
    ["12", "12.00"],
  ])("goes half away from zero: %s → %s", (given, expected) => {
    expect(roundMoney(given)).toBe(expected);
  });

  it("has one zero, as PostgreSQL has", () => {
    expect(roundMoney("-0.001")).toBe("0.00");
    expect(roundMoney("-0")).toBe("0.00");
    expect(sumMoney(["-0.004"])).toBe("0.00");
    expect(lineAmount("0.001", "-1")).toBe("0.00");
  });

  it("agrees with whole-number arithmetic for every amount and scale", () => {
    fc.assert(
      fc.property(amount(30), fc.integer({ min: 0, max: 4 }), (given, scale) => {
        expectAmount(roundMoney(text(given), scale), { units: rescale(given, scale), scale });
      }),
      { numRuns: 2_000 },
    );
  });

  it("does not change what is rounded already", () => {
    fc.assert(
      fc.property(amount(15, fc.constant(2)), (given) => {
        expect(roundMoney(text(given))).toBe(text(given));
      }),
    );
  });
});

describe("sums", () => {
  it("are exact where numbers are not", () => {
    expect(0.1 + 0.2).not.toBe(0.3);
    expect(sumMoney(["0.1", "0.2"])).toBe("0.30");
    expect(sumMoney(Array.from({ length: 1_000 }, () => "0.01"))).toBe("10.00");
    expect(sumMoney(["1000000000000000000000", "0.01", "-1000000000000000000000"])).toBe("0.01");
    expect(sumMoney([])).toBe("0.00");
    expect(sumMoney(["1.2345"], 4)).toBe("1.2345");
  });

  it("agree with whole-number arithmetic, in any order", () => {
    fc.assert(
      fc.property(fc.array(amount(20, fc.constant(2)), { maxLength: 50 }), (amounts) => {
        const units = amounts.reduce((sum, each) => sum + each.units, 0n);
        expectAmount(sumMoney(amounts.map(text)), { units, scale: 2 });
        expectAmount(sumMoney(amounts.map(text).reverse()), { units, scale: 2 });
      }),
      { numRuns: 500 },
    );
  });
});

describe("the amount of a line", () => {
  it("is rounded once", () => {
    expect(lineAmount("3", "0.3333")).toBe("1.00");
    expect(lineAmount("0.5", "0.01")).toBe("0.01");
    expect(lineAmount("1.001", "9.995")).toBe("10.00");
    expect(lineAmount("999999999999.999", "99999999999.9999")).toBe("99999999999999800000000.00");
  });

  it("agrees with whole-number arithmetic up to the largest quantity and price", () => {
    fc.assert(
      fc.property(amount(15, fc.constant(3)), amount(15, fc.constant(4)), (quantity, price) => {
        const product = { units: quantity.units * price.units, scale: 7 };
        expectAmount(lineAmount(text(quantity), text(price)), { units: rescale(product, 2), scale: 2 });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("comparison", () => {
  it("compares numbers, not their text", () => {
    expect(compareMoney("10", "9")).toBe(1);
    expect(compareMoney("1.0", "1.00")).toBe(0);
    expect(compareMoney("-2", "-1")).toBe(-1);
    expect(compareMoney("0.1", "0.10000000000000000001")).toBe(-1);
  });

  it("agrees with whole-number arithmetic", () => {
    fc.assert(
      fc.property(amount(25), amount(25), (left, right) => {
        const difference = rescale(left, 6) - rescale(right, 6);
        const expected = difference === 0n ? 0 : difference < 0n ? -1 : 1;
        expect(compareMoney(text(left), text(right))).toBe(expected);
      }),
    );
  });
});

describe("a text that is no decimal number", () => {
  const wrong = [
    "NaN",
    "Infinity",
    "-Infinity",
    "",
    " ",
    "1e3",
    "1E400",
    "0x10",
    "0b1",
    "+1",
    " 1",
    "1 ",
    ".5",
    "5.",
    "1_000",
    "1,5",
    "١",
    "--1",
    "-",
    "null",
    "1\n",
  ];
  const others = [undefined, null, 1, Number.NaN, 1n, {}, ["1"]];
  const uses: Record<keyof typeof money, [string, (text: string) => unknown][]> = {
    roundMoney: [["amount", (text) => roundMoney(text)]],
    sumMoney: [
      ["amounts.0", (text) => sumMoney([text])],
      ["amounts.1", (text) => sumMoney(["1", text, "2"], 4)],
    ],
    lineAmount: [
      ["quantity", (text) => lineAmount(text, "1")],
      ["unitPrice", (text) => lineAmount("1", text)],
    ],
    compareMoney: [
      ["left", (text) => compareMoney(text, "1")],
      ["right", (text) => compareMoney("1", text)],
    ],
  };

  it.each(Object.keys(money) as (keyof typeof money)[])("is refused by %s, which names the field", (name) => {
    for (const [path, use] of uses[name]) {
      for (const text of [...wrong, ...others] as string[]) {
        let error: unknown;
        try {
          error = use(text);
        } catch (thrown) {
          error = thrown;
        }
        expect(error, `${name}(${JSON.stringify(String(text))})`).toBeInstanceOf(ValidationError);
        expect((error as ValidationError).issues.map((issue) => issue.path)).toEqual([path]);
        expect((error as Error).message).not.toContain(`"${text}"`);
      }
      expect(() => use("-12.50")).not.toThrow();
    }
  });
});
