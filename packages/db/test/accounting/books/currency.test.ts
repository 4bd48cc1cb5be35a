import { describe, expect } from "vitest";
import { currencyCodes, currencyExponent } from "../../../src/core/currency";
import { ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";

describe("tenancy.currency_exponent", () => {
  it("is the table's number of decimals for every code of ISO 4217", async ({ test }) => {
    const rows = await ownerRows(
      test,
      "select code, tenancy.currency_exponent(code) as exponent from unnest($1::text[]) as t (code)",
      [currencyCodes],
    );
    expect(rows).toEqual(currencyCodes.map((code) => ({ code, exponent: currencyExponent(code) })));
    expect(new Set(rows.map(({ exponent }) => exponent))).toEqual(new Set([0, 2, 3, 4]));
  });

  it("and the table say two for a code that is none, as the database does not list the others", async ({ test }) => {
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    const all = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
    const unusual = await ownerRows(
      test,
      "select code from unnest($1::text[]) as t (code) where tenancy.currency_exponent(code) <> 2 order by code",
      [all],
    );
    expect(unusual.map(({ code }) => code)).toEqual(currencyCodes.filter((code) => currencyExponent(code) !== 2));
    expect(currencyExponent("QQQ")).toBe(2);
  });
});
