import { expect, it } from "vitest";
import { goalTable } from "./report";

it("prints goals in their own unit, and small ratios so that they can be told apart", () => {
  const goal = { goal: "posting", reached: true };
  const printed = goalTable([
    { ...goal, unit: "ratio", limit: 0.125, measured: 0.0994 },
    { ...goal, unit: "ratio", limit: 1.15, measured: 1.0649 },
    { ...goal, unit: "ms", limit: 50, measured: 3.21 },
  ]);
  const cells = printed.split("\n").map((line) => line.split(/ {2,}/).slice(1, 3));
  expect(cells.slice(2)).toEqual([
    ["<= 0.125x", "0.099x"],
    ["<= 1.15x", "1.06x"],
    ["<= 50.0 ms", "3.2 ms"],
  ]);
});
