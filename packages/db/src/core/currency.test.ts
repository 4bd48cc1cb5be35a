import { describe, expect, it } from "vitest";
import { currencyCodes, currencyExponent, currencySchema, isCurrency, normalizeAmount } from "./currency";
import { ValidationError } from "./errors";

describe("the table of currencies", () => {
  it("knows the codes of ISO 4217 in capitals, and no others", () => {
    expect(currencyCodes.length).toBeGreaterThan(150);
    for (const code of ["USD", "EUR", "PEN", "JPY", "CLF", "XOF"]) expect(isCurrency(code)).toBe(true);
    for (const code of ["usd", "US", "USDX", "AAA", "", "toString", "__proto__"]) expect(isCurrency(code)).toBe(false);
  });

  it.each([
    ["USD", 2],
    ["JPY", 0],
    ["KWD", 3],
    ["CLF", 4],
    ["MGA", 2],
    ["MRU", 2],
    ["AAA", 2],
  ])("gives %s %i decimals", (code, decimals) => {
    expect(currencyExponent(code)).toBe(decimals);
  });

  it("says what to do about a code that is none", () => {
    expect(currencySchema().parse("EUR")).toBe("EUR");
    const refused = currencySchema().safeParse("EURO");
    expect(refused.error?.issues[0]?.message).toBe("use an ISO 4217 code, such as USD");
  });
});

describe("an amount", () => {
  it.each([
    ["10", "USD", "10.00"],
    ["10.5", "USD", "10.50"],
    ["10.5000", "USD", "10.50"],
    ["-3.1", "EUR", "-3.10"],
    ["0", "USD", "0.00"],
    ["1000", "JPY", "1000"],
    ["1000.0000", "JPY", "1000"],
    ["1.2", "KWD", "1.200"],
    ["1.2345", "CLF", "1.2345"],
    ["123456789012345678.1", "USD", "123456789012345678.10"],
  ])("%s %s is written %s", (amount, currency, written) => {
    expect(normalizeAmount(amount, currency)).toBe(written);
  });

  it.each([
    ["10.001", "USD"],
    ["1000.5", "JPY"],
    ["1.00001", "CLF"],
  ])("%s %s is refused rather than rounded", (amount, currency) => {
    expect(() => normalizeAmount(amount, currency)).toThrow(ValidationError);
  });
});
