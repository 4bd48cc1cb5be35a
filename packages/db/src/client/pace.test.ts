import { describe, expect, it } from "vitest";
import { Pace } from "./pace";

describe("the pace of statements", () => {
  it("is unknown before the first call", () => {
    expect(new Pace().expected("find")).toBeUndefined();
  });

  it("is what a call took beyond the way there and back", () => {
    const pace = new Pace();
    pace.note(["find"], 2);
    pace.note(["report"], 52);
    expect(pace.expected("find")).toBe(0);
    expect(pace.expected("report")).toBeCloseTo(50, 1);
  });

  it("follows a statement that becomes slow, and forgives it", () => {
    const pace = new Pace();
    pace.note(["find"], 1);
    for (let i = 0; i < 20; i += 1) pace.note(["find"], 101);
    expect(pace.expected("find")).toBeGreaterThan(90);
    for (let i = 0; i < 30; i += 1) pace.note(["find"], 1);
    expect(pace.expected("find")).toBeLessThan(1);
  });

  it("charges a shared round to its statements by what each is known to take", () => {
    const pace = new Pace();
    pace.note(["quick"], 1);
    pace.note(["quick"], 2);
    pace.note(["slow"], 91);
    for (let i = 0; i < 20; i += 1) pace.note(["quick", "slow"], 91);
    expect(pace.expected("quick")).toBeLessThan(1);
    expect(pace.expected("slow")).toBeGreaterThan(85);
  });

  it("notices a longer way", () => {
    const pace = new Pace();
    pace.note(["find"], 1);
    for (let i = 0; i < 5_000; i += 1) pace.note(["find"], 5);
    expect(pace.expected("find")).toBeLessThan(0.1);
  });
});
