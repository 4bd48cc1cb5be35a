import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTenant, createTestDatabase, type TestDatabase } from "../../src/testing";
import { sequence } from "../accounting/ledger/model/commands";
import { noFigures, play } from "../accounting/ledger/model/play";
import { brokenRules } from "../accounting/ledger/model/rules";
import { openWorld } from "../accounting/ledger/model/world";
import { report, scaled, seedOf } from "./settings";

/** The books against their model, as in the tests of accounting: 10,000 sequences and more, in parts of 1,000. */
const lanes = 8;
const perLane = 128;
let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase({ max: lanes });
});
afterAll(() => test?.close());

it.each(Array.from({ length: scaled(10) }, (_, part) => part))("part %i", async (part) => {
  const seed = seedOf(part * lanes);
  const figures = noFigures();
  const tenants = await Promise.all(Array.from({ length: lanes / 2 }, () => createTenant(test)));
  await Promise.all(
    Array.from({ length: lanes }, (_, lane) => {
      const world = openWorld(tenants[lane % tenants.length] as (typeof tenants)[0]);
      const property = fc.asyncProperty(sequence, (given) => play(world, given, figures));
      return fc.assert(property, { seed: seed + lane, numRuns: perLane });
    }),
  );
  const { sequences, commands, entries, previewed, undone, refused } = figures;
  const refusals = Object.values(refused).reduce((sum, times) => sum + times, 0);
  report("ledger model", { seed, sequences, commands, entries, refusals, previewed, undone });
  expect(sequences).toBe(lanes * perLane);
  expect(await test.asOwner(brokenRules), `seed ${seed}`).toEqual([]);
});
