import { asMember, asTenant } from "./contestant";
import type { Result } from "./race";

/** Results by the name of their race. */
export type Results = ReadonlyMap<string, readonly Result[]>;

/** What the repositories shall reach, and what they did. */
export interface Goal {
  goal: string;
  /** Of `limit` and `measured`: a ratio to the base, or milliseconds. */
  unit: "ratio" | "ms";
  limit: number;
  measured: number;
  reached: boolean;
}

type Measure = (result: Result) => number;

const wall: Measure = (result) => result.wall.median;
const clientCpu: Measure = (result) => result.clientCpu.median;
const milliseconds: Measure = (result) => result.microseconds / 1_000;

type RaceGoal = [text: string, races: readonly string[], limit: number, measure: Measure];

const ratioGoals: readonly RaceGoal[] = [
  // The point race has the same two contestants, for a run of it alone.
  ["point read against bare unscoped, 32 callers", ["scoped-32", "point"], 1.15, wall],
  ["point read against bare unscoped, 1 caller, 1 ms away", ["scoped-1-delayed"], 1.05, wall],
  ["point read against bare unscoped, 32 callers, 1 ms away", ["scoped-32-delayed"], 1.05, wall],
  ["client CPU of the point read against raw pg", ["point"], 1.1, clientCpu],
  ["client CPU of the list of 50 against raw pg", ["list"], 1.1, clientCpu],
  ["client CPU of invoice + customer + lines against raw pg", ["document"], 1.1, clientCpu],
  ["create invoice + 10 lines against raw pg's four messages", ["create"], 0.7, wall],
  ["posting on 10 hot accounts against the naive transaction, 256 callers", ["posting-256-hot"], 0.1, wall],
  ["posting on 10 hot accounts against the naive transaction, 16 callers", ["posting-16-hot"], 0.125, wall],
  ["posting on 10 hot accounts against cold ones, 16 callers", ["posting-16-hot-against-cold"], 1, wall],
  ["posting on 10 hot accounts against cold ones, 256 callers", ["posting-256-hot-against-cold"], 1, wall],
];

const millisecondGoals: readonly RaceGoal[] = [
  ["trial balance at a month's end", ["reports-trial-balance"], 50, milliseconds],
  ["trial balance in the middle of a month", ["reports-trial-balance-mid-month"], 50, milliseconds],
];

const bulkLimit = 2;
const flatLimit = 1.2;

const goal = (text: string, limit: number, measured: number, unit: Goal["unit"] = "ratio"): Goal => {
  return { goal: text, unit, limit, measured, reached: measured <= limit };
};

/** The goals whose races were run, for each of our two contestants. */
export function evaluate(results: Results): Goal[] {
  const goals = [...raceGoals(results, ratioGoals, "ratio"), ...raceGoals(results, millisecondGoals, "ms")];
  for (const of of ["customers", "invoices"]) goals.push(...bulkGoals(results, of));
  return goals;
}

function raceGoals(results: Results, wanted: readonly RaceGoal[], unit: Goal["unit"]): Goal[] {
  return wanted.flatMap(([text, races, limit, measure]) => {
    const race = races.find((name) => results.has(name));
    return [asTenant, asMember].flatMap((name) => {
      const result = race ? find(results, race, name) : undefined;
      return result ? [goal(`${text}: ${name}`, limit, measure(result), unit)] : [];
    });
  });
}

function bulkGoals(results: Results, of: string): Goal[] {
  const sizes = [...results.keys()].filter((race) => race.startsWith(`bulk-${of}-`));
  const imports = sizes.map((race) => ({ race, result: find(results, race, asTenant) }));
  const goals = imports.flatMap(({ race, result }) => {
    const text = `${race} under row level security against COPY, per row`;
    return result ? [goal(text, bulkLimit, result.wall.median)] : [];
  });
  const [small, large] = imports;
  if (small?.result && large?.result) {
    const growth = large.result.microseconds / small.result.microseconds;
    goals.push(goal(`${large.race} against ${small.race}, per row`, flatLimit, growth));
  }
  return goals;
}

const find = (results: Results, race: string, name: string) => results.get(race)?.find((of) => of.name === name);
