import { afterAll, beforeAll, expect, it } from "vitest";
import type { TenantDatabase } from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase } from "../../src/testing";
import { createKinds, parityOf } from "../client/parity-check";
import { type Kind, values } from "../client/parity-values";
import { report, scaled, seedOf } from "./settings";

/** What zod accepts, PostgreSQL stores unchanged: the same as the parity test, with far more values of each kind. */
let test: TestDatabase;
let handle: TenantDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
  await createKinds(test);
  handle = (await createTenant(test)).handle;
});
afterAll(() => test?.close());

it.each(Object.keys(values) as Kind[])("%s", async (kind) => {
  const rounds = scaled(3);
  for (let round = 0; round < rounds; round += 1) {
    const seed = seedOf(round);
    const { generated, accepted, refused, changed, silent } = await parityOf(handle, kind, 10_000, seed);
    report(`parity of ${kind}`, {
      seed,
      generated,
      accepted,
      refused: refused.length,
      changed: changed.length,
      ...silent,
    });
    expect({ refused: refused.slice(0, 5), changed: changed.slice(0, 5) }, `seed ${seed}`).toEqual({
      refused: [],
      changed: [],
    });
  }
});
