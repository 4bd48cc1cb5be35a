import { expect, it } from "vitest";
import { groups, help, parseOptions } from "./options";

it("runs every group of races when none is named", () => {
  expect(parseOptions([]).only).toEqual(groups);
});

it("runs the groups that are named", () => {
  expect(parseOptions(["--only", "point", "--only", "bulk"]).only).toEqual(["point", "bulk"]);
});

it("takes options behind the two dashes that pnpm passes on", () => {
  expect(parseOptions(["--", "--rounds", "7"]).rounds).toBe(7);
});

it.each([
  [["--only", "points"], /--only: use point, list/],
  [["--rounds", "0"], /--rounds: use at least 1/],
  [["--rounds", "many"], /--rounds: use a whole number/],
  [["--fast"], /--fast/],
])("refuses %j and says which option does not fit", (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});

it("explains every option", () => {
  for (const option of ["only", "rounds", "quick", "json", "strict", "without-prisma"]) {
    expect(help).toContain(`--${option}`);
  }
});
