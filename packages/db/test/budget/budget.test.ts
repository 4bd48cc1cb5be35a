import { describe, expect, it } from "vitest";
import { folderOf, incomplete, overBudget } from "./budget";

const file = (name: string, seconds: number) => ({ file: `packages/db/test/${name}.test.ts`, seconds });
const run = [
  ...[30, 1, 8, 2, 4, 6].map((seconds, index) => file(`accounting/part/${index}`, seconds)),
  file("tenancy/members", 9),
  { file: "apps/tour/test/tour.test.ts", seconds: 99 },
];

describe("the budget of a folder", () => {
  it("is for all files below it, and for no others", () => {
    expect(folderOf("packages/db/test/accounting/journal/journal.test.ts")).toBe("accounting");
    expect(folderOf("packages/db/test/top.test.ts")).toBeUndefined();
    expect(folderOf("apps/tour/test/tour.test.ts")).toBeUndefined();
    expect(overBudget(run, { accounting: 51, tenancy: 9 }, 1)).toEqual([]);
  });

  it("that is exceeded is named, with by how much and the five dearest files", () => {
    const [message, ...others] = overBudget(run, { accounting: 50.5, tenancy: 9 }, 1);
    expect(others).toEqual([]);
    expect(message?.split("\n")).toEqual([
      "The tests of accounting took 51.0 s of quiet time, 0.5 s over their budget of 50.5 s. The dearest files:",
      "    30.0 s  packages/db/test/accounting/part/0.test.ts",
      "     8.0 s  packages/db/test/accounting/part/2.test.ts",
      "     6.0 s  packages/db/test/accounting/part/5.test.ts",
      "     4.0 s  packages/db/test/accounting/part/4.test.ts",
      "     2.0 s  packages/db/test/accounting/part/3.test.ts",
    ]);
  });

  it("grows with the slowness of the machine, and shrinks where it is quicker", () => {
    expect(overBudget(run, { accounting: 10 }, 5.1)).toEqual([]);
    expect(overBudget(run, { accounting: 51 }, 0.9)).toHaveLength(1);
  });

  it("is not judged by a part of the files", () => {
    const all = run.map((each) => each.file);
    const budgets = { accounting: 1, tenancy: 1, trading: 1 };
    expect(incomplete(all, all, budgets)).toEqual(["trading"]);
    expect(incomplete(all.slice(1), all, budgets)).toEqual(["accounting", "trading"]);
  });
});
