import { expect, it } from "vitest";
import { asMember, asTenant } from "./contestant";
import { evaluate, type Results } from "./goals";
import type { Result } from "./race";

const summary = (median: number) => ({ median, p10: median, p90: median });

function result(name: string, wall: number, clientCpu = 1, microseconds = 1): Result {
  return {
    name,
    wall: summary(wall),
    microseconds,
    clientCpu: summary(clientCpu),
    clientMicroseconds: 1,
  };
}

const results = (races: Record<string, Result[]>): Results => new Map(Object.entries(races));

it("reaches a goal at its limit and misses it above", () => {
  const goals = evaluate(results({ "scoped-32": [result(asTenant, 1.15), result(asMember, 1.151)] }));
  expect(goals.map(({ limit, measured, reached }) => [limit, measured, reached])).toEqual([
    [1.15, 1.15, true],
    [1.15, 1.151, false],
  ]);
});

it("judges each of our two contestants by itself", () => {
  const goals = evaluate(results({ create: [result("raw", 1), result(asTenant, 0.6), result(asMember, 0.9)] }));
  expect(goals.map(({ goal, reached }) => [goal.endsWith(asMember), reached])).toEqual([
    [false, true],
    [true, false],
  ]);
});

it("judges client CPU by the client's processor time and not by the clock on the wall", () => {
  const goals = evaluate(results({ list: [result(asTenant, 3, 1.05)], document: [result(asTenant, 0.5, 1.2)] }));
  expect(goals.map(({ measured, reached }) => [measured, reached])).toEqual([
    [1.05, true],
    [1.2, false],
  ]);
});

it("takes the scoped race for the goal at 32 callers, and the point race only where that was not run", () => {
  const limitOf115 = (of: Results) => evaluate(of).filter(({ limit }) => limit === 1.15);
  const point = [result(asTenant, 2)];
  expect(limitOf115(results({ point })).map(({ measured }) => measured)).toEqual([2]);
  expect(limitOf115(results({ point, "scoped-32": [result(asTenant, 1)] })).map(({ measured }) => measured)).toEqual([
    1,
  ]);
});

it("wants a bulk import to stay within twice COPY and to cost the same for each row when it grows", () => {
  const goals = evaluate(
    results({
      "bulk-customers-10": [result(asTenant, 1.5, 1, 10)],
      "bulk-customers-100": [result(asTenant, 2.5, 1, 13)],
    }),
  );
  expect(goals.map(({ limit, measured, reached }) => [limit, measured, reached])).toEqual([
    [2, 1.5, true],
    [2, 2.5, false],
    [1.2, 1.3, false],
  ]);
});

it("wants hot accounts ten times faster than by hand, and no slower than cold ones", () => {
  const goals = evaluate(
    results({
      "posting-256-hot": [result("naive", 1), result(asTenant, 0.1), result(asMember, 0.101)],
      "posting-16-hot": [result("naive", 1), result(asTenant, 0.125), result(asMember, 0.126)],
      "posting-16-hot-against-cold": [result("cold", 1), result(asTenant, 1)],
      "posting-256-hot-against-cold": [result("cold", 1), result(asTenant, 1.01)],
    }),
  );
  expect(goals.map(({ reached }) => reached)).toEqual([true, false, true, false, true, false]);
});

it("judges the trial balance by milliseconds, whatever the base takes", () => {
  const goals = evaluate(
    results({
      "reports-trial-balance": [result("sum", 1, 1, 90_000), result(asTenant, 2, 1, 50_000)],
      "reports-trial-balance-mid-month": [result("sum", 1, 1, 900_000), result(asTenant, 0.1, 1, 50_001)],
    }),
  );
  expect(goals.map(({ unit, limit, measured, reached }) => [unit, limit, measured, reached])).toEqual([
    ["ms", 50, 50, true],
    ["ms", 50, 50.001, false],
  ]);
});

it("says nothing of goals whose races were not run", () => {
  expect(evaluate(results({}))).toEqual([]);
  expect(evaluate(results({ "bulk-customers-10": [result(asTenant, 1)] }))).toHaveLength(1);
});

it("misses a goal that could not be measured", () => {
  expect(evaluate(results({ create: [result(asTenant, Number.NaN)] }))[0]?.reached).toBe(false);
});
