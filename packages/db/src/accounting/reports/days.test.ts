import { describe, expect, it } from "vitest";
import { cutBefore, dayAfter, firstOfMonth, nextMonth, turnoverOf } from "./days";

describe("calendar days as text", () => {
  it.each([
    ["2026-01-30", "2026-01-31"],
    ["2026-01-31", "2026-02-01"],
    ["2026-02-28", "2026-03-01"],
    ["2024-02-28", "2024-02-29"],
    ["2000-02-28", "2000-02-29"],
    ["1900-02-28", "1900-03-01"],
    ["2026-12-31", "2027-01-01"],
    ["0001-01-01", "0001-01-02"],
    ["9999-12-31", "10000-01-01"],
  ])("the day after %s is %s", (day, next) => {
    expect(dayAfter(day)).toBe(next);
  });

  it("know their month", () => {
    expect(firstOfMonth("2026-05-17")).toBe("2026-05-01");
    expect(nextMonth("2026-05-17")).toBe("2026-06-01");
    expect(nextMonth("2026-12-01")).toBe("2027-01-01");
  });
});

describe("the cut before a day", () => {
  it("adds the lines since the month's beginning, or takes off those until its end, whichever are fewer", () => {
    const today = "2026-08-01";
    expect(cutBefore("2026-05-16", today)).toEqual({
      endMonth: "2026-05-01",
      first: "2026-05-01",
      past: "2026-05-16",
      sign: 1,
    });
    expect(cutBefore("2026-05-17", today)).toEqual({
      endMonth: "2026-06-01",
      first: "2026-05-17",
      past: "2026-06-01",
      sign: -1,
    });
  });

  it("takes off what lies after today, as that is next to nothing", () => {
    expect(cutBefore("2026-05-04", "2026-05-03")).toMatchObject({ endMonth: "2026-06-01", sign: -1 });
    expect(cutBefore("2026-05-03", "2026-05-03")).toMatchObject({ endMonth: "2026-05-01", sign: 1 });
  });
});

describe("the turnover of some days", () => {
  it("is what was turned over up to the last, less what was before the first", () => {
    expect(turnoverOf("2020-03-05", "2020-05-09")).toEqual({
      firstMonth: "2020-03-01",
      endMonth: "2020-05-01",
      edgeFirst: ["2020-05-01", "2020-03-01"],
      edgePast: ["2020-05-10", "2020-03-05"],
      edgeSign: [1, -1],
    });
    expect(turnoverOf(undefined, "2020-05-31")).toEqual({
      firstMonth: "-infinity",
      endMonth: "2020-06-01",
      edgeFirst: ["2020-06-01"],
      edgePast: ["2020-06-01"],
      edgeSign: [1],
    });
  });
});
