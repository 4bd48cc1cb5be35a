import fc from "fast-check";
import pg from "pg";
import { prepareValue } from "pg/lib/utils.js";
import { describe, expect, it } from "vitest";
import { toParameter } from "./parameters";

// Of text[], which the list of types does not name.
const read = pg.types.getTypeParser(1009 as never);

describe("an array as a parameter", () => {
  it("is read as what was given, whatever the text", () => {
    const element = fc.oneof(
      fc.constantFrom(null, "", "null", "NULL", "a,b", '"', "\\", "{}", " x ", "1.50", "-3", "a:b", "\n\t"),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(element), (values) => {
        expect(read(String(toParameter(values)))).toEqual(values);
      }),
      { numRuns: 2_000 },
    );
  });

  it("writes ids, amounts and flags as they are, without quotes", () => {
    expect(toParameter(["0190a5f2-0000-7000-8000-000000000000", "12.50", null, undefined])).toBe(
      "{0190a5f2-0000-7000-8000-000000000000,12.50,NULL,NULL}",
    );
    expect(toParameter([1, -2.5, true, 9_007_199_254_740_993n, Number.NaN])).toBe("{1,-2.5,true,9007199254740993,NaN}");
    expect(toParameter([])).toBe("{}");
  });

  it.each([
    ["dates", [new Date(0)]],
    ["bytes", [Buffer.from("ab")]],
    ["objects", [{ a: 1 }, "x"]],
    ["arrays", [["a", "b"], ["c"]]],
  ])("leaves %s to pg", (_kind, values) => {
    expect(toParameter(values)).toBe(prepareValue(values));
  });
});

it("leaves what is no array to pg", () => {
  for (const value of ["x", 1, null, undefined, { a: 1 }, Buffer.from("ab")]) {
    expect(toParameter(value)).toEqual(prepareValue(value));
  }
});
