import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../../src/testing";
import { holds, runSeed } from "../../kit/length";
import { sequence } from "./model/commands";
import { noFigures, play } from "./model/play";
import { brokenRules } from "./model/rules";
import { openWorld } from "./model/world";

/*
 * Random sequences of everything that the ledger does, in base and foreign currency, held against a model in whole
 * numbers after each command. The soak plays 10,000 and more of them.
 */
const seed = runSeed();
const lanes = 8;
let test: TestDatabase;
let tenants: [TestTenant, TestTenant];

beforeAll(async () => {
  console.log(`Ledger against its model: SOAK_SEED=${seed}`);
  test = await createTestDatabase({ max: lanes });
  tenants = await Promise.all([createTenant(test), createTenant(test)]);
});
afterAll(() => test?.close());

describe(`the books against their model (seed ${seed})`, () => {
  it("are the same after every command of random sequences", async () => {
    const figures = noFigures();
    const lane = (number: number) => {
      const world = openWorld(tenants[number % 2 === 0 ? 0 : 1]);
      const property = fc.asyncProperty(sequence, (given) => play(world, given, figures));
      return holds(property, { seed: seed + number, floor: 8, seconds: 4 });
    };
    const runs = await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
    console.log(JSON.stringify(figures));
    expect(figures.sequences).toBe(runs.reduce((sum, made) => sum + made, 0));
    expect(await test.asOwner(brokenRules)).toEqual([]);
  });
});
