import { expect, it } from "vitest";
import { canonical, digest } from "./digest";

it("takes the same row for the same, however a library names and writes it", () => {
  const raw = { id: "a", total_amount: "9.90", line_number: 1, issued_at: new Date("2026-01-02T03:04:05.600Z") };
  const mapped = { issuedAt: "2026-01-02T04:04:05.6+01:00", lineNumber: "1", totalAmount: 9.9, id: "a" };
  expect(digest(mapped)).toBe(digest(raw));
});

it("takes a business date for the same day, read as text, as local midnight or as midnight in UTC", () => {
  const text = canonical({ due_date: "2026-03-01" });
  expect(canonical({ due_date: new Date(2026, 2, 1) })).toEqual(text);
  expect(canonical({ dueDate: new Date(Date.UTC(2026, 2, 1)) })).toEqual(text);
});

it("takes a number object of a library by the text it gives", () => {
  expect(canonical({ balance: { toJSON: () => "12.50" } })).toEqual(canonical({ balance: "12.5" }));
});

it.each([
  ["another value", [{ name: "b" }]],
  ["a missing row", []],
  ["a missing column", [{}]],
  ["null for a text", [{ name: null }]],
])("tells %s apart", (_what, other) => {
  expect(digest(other)).not.toBe(digest([{ name: "a" }]));
});

it("tells rows in another order apart", () => {
  expect(digest([{ n: 1 }, { n: 2 }])).not.toBe(digest([{ n: 2 }, { n: 1 }]));
});

it("keeps numbers that differ in the last digit apart", () => {
  expect(digest({ balance: "100" })).not.toBe(digest({ balance: "10" }));
  expect(digest({ balance: "9.991" })).not.toBe(digest({ balance: "9.99" }));
});
