import { afterAll, beforeAll, expect, it } from "vitest";
import { createDatabase } from "../../src/index";
import { createTestDatabase, type TestDatabase } from "../../src/testing";
import { afterwards, nothingLeft } from "./interleaving/afterwards";
import { interleave } from "./interleaving/run";
import { openWorld } from "./interleaving/world";
import { report, scaled, seedOf } from "./settings";

/** The interleaved transactions of the isolation tests, more of them, and in half of the rounds any connection may die. */
let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test?.close());

const limits = { max: 5, lockTimeoutMillis: 200, statementTimeoutMillis: 2_000, connectionTimeoutMillis: 20_000 };

it.each(Array.from({ length: scaled(8) }, (_, round) => round))("round %i", async (round) => {
  const seed = seedOf(round);
  const strays = round % 2 === 1;
  const pipeline = round % 4 >= 2;
  const db = createDatabase({ url: test.urls.runtime, ...limits, pipeline, unsafeLogin: "refuse" });
  const world = await openWorld(test, { db, tenants: 50, strays });
  try {
    await interleave(world, { transactions: 5_000, callers: 100, seed });
    const remains = await afterwards(world);
    const { findings, ledger } = world;
    const { reads, rowsRead, foreign, wrong, surprises } = findings;
    const { kept, undone, unknown } = ledger.counts();
    const lost = findings.strays;
    report("interleaving", { seed, strays, pipeline, kept, undone, unknown, lost, reads, rowsRead, foreign });
    expect({ foreign, wrong, surprises, remains }).toEqual({
      foreign: 0,
      wrong: [],
      surprises: [],
      remains: nothingLeft,
    });
    expect(kept).toBeGreaterThan(5_000);
  } finally {
    await world.close();
    await db.close();
  }
});
