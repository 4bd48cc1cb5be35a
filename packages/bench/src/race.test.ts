import { expect, it } from "vitest";
import { type Contestant, orderOf, type Race, run } from "./race";

const contestant = (name: string, rows = 1, value: unknown = "same"): Contestant => ({
  name,
  run: async () => rows,
  values: async () => value,
});

const race = (...contestants: Contestant[]): Race => ({
  name: "test",
  title: "Test",
  contestants,
  rounds: 3,
  calls: 4,
  callers: 2,
});

it("refuses contestants that answer different numbers of rows, and names them", async () => {
  await expect(run(race(contestant("one"), contestant("two", 2)), undefined)).rejects.toThrow(/two: 2 rows/);
});

it("refuses contestants that answer different values", async () => {
  const other = contestant("two", 1, "other");
  await expect(run(race(contestant("one"), other), undefined)).rejects.toThrow(/not do the same work/);
});

it("refuses a contestant whose answer changes during the race", async () => {
  let calls = 0;
  const tiring = { ...contestant("tiring"), run: async () => (++calls > 5 ? 0 : 1) };
  await expect(run(race(contestant("one"), tiring), undefined)).rejects.toThrow(/tiring answered 0 rows instead of 1/);
});

it("calls each contestant once to check it, then the given number of times in each round and in the one that warms up", async () => {
  const counts = [0, 0];
  const counted = (index: number): Contestant => ({
    ...contestant(`${index}`),
    run: async () => {
      counts[index] = (counts[index] ?? 0) + 1;
      return 1;
    },
  });
  await run(race(counted(0), counted(1)), undefined);
  expect(counts).toEqual([1 + 4 * 4, 1 + 4 * 4]);
});

it("keeps no more calls in flight than there are callers", async () => {
  let inFlight = 0;
  let most = 0;
  const slow: Contestant = {
    ...contestant("slow"),
    run: async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((done) => setImmediate(done));
      inFlight -= 1;
      return 1;
    },
  };
  await run(race(slow), undefined);
  expect(most).toBe(2);
});

it("makes room before each batch, and before each of the two calls of the check", async () => {
  let prepared = 0;
  const importer = {
    ...contestant("importer"),
    prepare: async () => {
      prepared += 1;
    },
  };
  await run(race(importer), undefined);
  expect(prepared).toBe(2 + 4);
});

it("checks what the race has left once, after the last round, and fails with it", async () => {
  const done: string[] = [];
  const counted = { ...contestant("one"), run: async () => done.push("run") && 1 };
  const verify = async () => {
    done.push("verify");
  };
  await run({ ...race(counted), verify }, undefined);
  expect(done.indexOf("verify")).toBe(done.length - 1);
  expect(done).toHaveLength(1 + 4 * 4 + 1);
  const wrong = async () => {
    throw new Error("wrong books");
  };
  await expect(run({ ...race(counted), verify: wrong }, undefined)).rejects.toThrow("wrong books");
});

it("gives the base the ratio 1 in every round", async () => {
  const [base] = await run(race(contestant("one"), contestant("two")), undefined);
  expect(base?.wall).toEqual({ median: 1, p10: 1, p90: 1 });
});

it("leaves the server's time out where it cannot be seen", async () => {
  const [base] = await run(race(contestant("one")), undefined);
  expect(base).not.toHaveProperty("serverCpu");
});

it("lets each contestant start equally often, and each run behind every other one", () => {
  const rounds = Array.from({ length: 6 }, (_, round) => orderOf(round, 3));
  expect(rounds.map(([first]) => first).sort()).toEqual([0, 0, 1, 1, 2, 2]);
  for (const order of rounds) expect([...order].sort()).toEqual([0, 1, 2]);
  const neighbours = new Set(rounds.flatMap((order) => order.slice(1).map((own, i) => `${order[i]} before ${own}`)));
  expect(neighbours.size).toBe(6);
});
