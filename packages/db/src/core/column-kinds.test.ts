import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { pgBigint, pgDate, pgInteger, pgJsonb, pgNumeric, pgText, pgTimestamp, pgUuid } from "./column-kinds";

/** The cases in which a plain schema and PostgreSQL disagree; the server itself is asked in test/client/parity.test.ts. */
function decisions(schema: z.ZodType, values: readonly unknown[]): unknown[] {
  return values.filter((value) => schema.safeParse(value).success);
}

function expectDecisions(schema: z.ZodType, { accepted, refused }: { accepted: unknown[]; refused: unknown[] }): void {
  expect(decisions(schema, accepted), "accepted").toEqual(accepted);
  expect(decisions(schema, refused), "refused").toEqual([]);
  // What is accepted is passed on as it is: no trimming, no conversion.
  for (const value of accepted) expect(schema.parse(value)).toEqual(value);
}

describe("column kinds", () => {
  it("text: everything but NUL and half a surrogate pair", () => {
    expectDecisions(pgText(), {
      accepted: ["", " a ", "😀", "é", "e\u0301", "\u0001", "\ufeff", "NULL", "x".repeat(100_000)],
      refused: ["\u0000", "a\u0000b", "\ud800", "\udc00", "😀\ud83d", 1, null, undefined, {}, ["a"]],
    });
  });

  it("varchar(n): n code points, not n UTF-16 units", () => {
    expectDecisions(pgText(5), {
      accepted: ["😀😀😀😀😀", "abcde", "abc  "],
      refused: ["😀😀😀😀😀😀", "abcdef", "abcde ", "a\u0000"],
    });
  });

  it("numeric(p, s): nothing that would be rounded, overflow, or be read as another number", () => {
    expectDecisions(pgNumeric(12, 2), {
      accepted: ["0", "0.0", "0.00", "12.5", "-12.50", "9999999999.99", "-9999999999.99", "0.01", "-0.01"],
      refused: [
        "9999999999.995",
        "10000000000",
        "0.005",
        "abc",
        "",
        "0x1F",
        "1_000",
        "1e400",
        "1e3",
        "Infinity",
        "NaN",
        "-0",
        "-0.00",
        " 1 ",
        "+1",
        "1.",
        ".5",
        "007",
        "1,5",
        "١",
        12.5,
        12n,
        null,
      ],
    });
    expectDecisions(pgNumeric(4, 4), { accepted: ["0.9999", "-0.0001", "0"], refused: ["1", "0.99999", "-1.0"] });
    expectDecisions(pgNumeric(3, 0), { accepted: ["999", "-1"], refused: ["1000", "1.0"] });
  });

  it("date: an existing day of the years 1 to 9999, in one form", () => {
    expectDecisions(pgDate(), {
      accepted: ["2024-02-29", "0001-01-01", "0099-12-31", "9999-12-31", "1900-02-28", "2000-02-29"],
      refused: [
        "2024-02-30",
        "2023-02-29",
        "1900-02-29",
        "0000-01-01",
        "5874898-01-01",
        "24-01-01",
        "2024-1-1",
        "01/02/2024",
        "today",
        "now",
        "infinity",
        "epoch",
        "2024-02-29T00:00:00Z",
        " 2024-02-29",
        "2024-13-01",
        "2024-00-10",
        "-2024-01-01",
        "2024-02-29 BC",
        new Date(),
      ],
    });
  });

  it("timestamp: a Date that PostgreSQL and JavaScript both hold", () => {
    expectDecisions(pgTimestamp(), {
      accepted: [new Date(0), new Date("1000-01-01T00:00:00.000Z"), new Date("9999-12-31T23:59:59.999Z")],
      refused: [
        new Date(Number.NaN),
        new Date("0000-12-31T23:59:59.999Z"),
        // JavaScript reads the text that PostgreSQL prints for these as a year of the 20th or 21st century.
        new Date("0001-01-01T00:00:00.000Z"),
        new Date("0099-12-31T23:59:59.999Z"),
        new Date("-000001-01-01T00:00:00.000Z"),
        new Date(8.64e15),
        "2024-01-01T00:00:00Z",
        0,
      ],
    });
  });

  it("uuid: every version, in the form that PostgreSQL prints", () => {
    expectDecisions(pgUuid(), {
      accepted: [
        "6f9619ff-8b86-d011-b42d-00c04fc964ff",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "01890a5d-ac96-774b-bcce-b302099a8057",
      ],
      refused: [
        "6F9619FF-8B86-D011-B42D-00C04FC964FF",
        "{6f9619ff-8b86-d011-b42d-00c04fc964ff}",
        "6f9619ff8b86d011b42d00c04fc964ff",
        "6f9619ff-8b86-d011-b42d-00c04fc964f",
        "6f9619ff-8b86-d011-b42d-00c04fc964ff\n",
        "' OR 1=1",
        "",
      ],
    });
  });

  it("integer and bigint: their range, and no number that is not whole", () => {
    expectDecisions(pgInteger(), {
      accepted: [0, -1, 2_147_483_647, -2_147_483_648],
      refused: [2_147_483_648, -2_147_483_649, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "1", 1n, true],
    });
    expectDecisions(pgBigint(), {
      accepted: [0n, 2n ** 63n - 1n, -(2n ** 63n), 9_007_199_254_740_993n],
      refused: [2n ** 63n, -(2n ** 63n) - 1n, 1, "1"],
    });
  });

  it("jsonb: what comes back equal", () => {
    expectDecisions(pgJsonb(), {
      accepted: [{}, [], "", "123", "null", 0, true, { a: [1, { b: null }] }, [null], { "": "" }, 0.1, 1e21, "😀"],
      refused: [
        undefined,
        null,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        -0,
        1n,
        Symbol("s"),
        () => 1,
        new Date(0),
        new Map(),
        Object.create(null),
        "\u0000",
        "\ud800",
        { "\u0000": 1 },
        { a: "\ud800" },
        { a: undefined },
        [undefined],
        new Array(1),
        { a: { b: [Number.NaN] } },
      ],
    });
  });

  it("jsonb: a circle ends in a refusal, however wide", () => {
    const circle: unknown[] = [];
    circle.push(circle, circle, circle);
    expect(pgJsonb().safeParse(circle).success).toBe(false);
  });

  it("says what to do instead, without the value", () => {
    const canary = "canary\u0000";
    for (const schema of [pgText(), pgText(3), pgNumeric(3, 2), pgDate(), pgUuid(), pgJsonb()]) {
      const issues = schema.safeParse(canary).error?.issues ?? [];
      expect(issues.length).toBeGreaterThan(0);
      expect(JSON.stringify(issues)).not.toContain("canary");
    }
  });
});
