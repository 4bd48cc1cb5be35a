import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../../src/testing";
import { runSeed } from "../../kit/length";
import { sequence } from "./model/commands";
import { noFigures, play } from "./model/play";
import { brokenRules } from "./model/rules";
import { openWorld } from "./model/world";

/*
 * Random sequences of everything that the ledger does, in base and foreign currency, held against a model in whole
 * numbers after each command. The soak plays 10,000 and more of them.
 */
const seed = runSeed();
const lanes = 4;
const perLane = 25;
// A sequence that follows many others in a tenant takes longer, as each reads through what they left.
const tenantsInTurn = 13;
let test: TestDatabase;
let tenants: TestTenant[];

beforeAll(async () => {
  console.log(`Ledger against its model: SOAK_SEED=${seed}`);
  test = await createTestDatabase({ max: lanes });
  tenants = await Promise.all(Array.from({ length: tenantsInTurn }, () => createTenant(test)));
});
afterAll(() => test?.close());

describe(`the books against their model (seed ${seed})`, () => {
  it("are the same after every command of random sequences", async () => {
    const figures = noFigures();
    const worlds = tenants.map(openWorld);
    const lane = (number: number) => {
      let turn = 0;
      const next = () => worlds[turn++ % worlds.length] ?? expect.unreachable();
      const property = fc.asyncProperty(sequence, (given) => play(next(), given, figures));
      return fc.assert(property, { seed: seed + number, numRuns: perLane, endOnFailure: true });
    };
    await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
    console.log(JSON.stringify(figures));
    expect(figures.sequences).toBe(lanes * perLane);
    expect(await test.asOwner(brokenRules)).toEqual([]);
  });
});
