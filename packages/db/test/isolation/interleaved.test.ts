import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../src/testing";
import { afterwards, nothingLeft, type Remains } from "../soak/interleaving/afterwards";
import { failures, kills } from "../soak/interleaving/disturbances";
import { interleave } from "../soak/interleaving/run";
import { openWorld, type World } from "../soak/interleaving/world";

/*
 * 840 transactions of 50 tenants share a pool of 5: every seventh fails, every eleventh loses its connection. What
 * each read gave is held against what callers were told. `pnpm test:soak` runs more of it for longer.
 */
const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 31));
let test: TestDatabase;
let world: World;
let remains: Remains;

beforeAll(async () => {
  console.log(`Interleaved transactions: SOAK_SEED=${seed}`);
  test = await createTestDatabase({ max: 5, lockTimeoutMillis: 100, statementTimeoutMillis: 1_000 });
  world = await openWorld(test, { tenants: 50 });
  await interleave(world, { transactions: 840, callers: 60, seed });
  remains = await afterwards(world);
});
afterAll(async () => {
  await world?.close();
  await test?.close();
});

const ended = (plan: string) => Object.entries(world.findings.endings).filter(([key]) => key.startsWith(`${plan}:`));
const count = (plan: string) => ended(plan).reduce((sum, [, times]) => sum + times, 0);
const total = (plans: object) => Object.keys(plans).reduce((sum, plan) => sum + count(plan), 0);

describe(`840 interleaved transactions of 50 tenants on 5 connections (seed ${seed})`, () => {
  it("show no row of another tenant to anybody", () => {
    expect(world.findings.foreign).toBe(0);
    expect(world.findings.reads).toBeGreaterThan(840);
    expect(world.findings.rowsRead).toBeGreaterThan(10_000);
  });

  it("show each reader exactly the tenant's committed rows and its own", () => {
    expect(world.findings.wrong).toEqual([]);
  });

  it("end as planned: with the typed error of what went wrong, or well", () => {
    expect(world.findings.surprises).toEqual([]);
    // A kill that met a commit too late for it meets whoever has the connection next.
    expect(world.findings.strays).toBeLessThanOrEqual(
      ended("killed while it goes on to commit").find(([key]) => key.endsWith(": done"))?.[1] ?? 0,
    );
  });

  it("keep what was acknowledged and nothing of what failed", () => {
    expect(remains.table).toEqual([]);
    const { kept, undone, unknown, open } = world.ledger.counts();
    expect(open).toBe(0);
    expect(kept).toBeGreaterThan(1_000);
    expect(undone).toBeGreaterThan(250);
    expect(unknown, "unknown only where a kill met a commit").toBeLessThan(42);
  });

  it("leave the pool as it was, and no setting, row, transaction or lock on any connection", () => {
    expect(remains).toEqual(nothingLeft);
  });

  it("really were disturbed: every seventh failed and every eleventh lost its connection, each in every way", () => {
    for (const plan of [...Object.keys(failures), ...Object.keys(kills)]) {
      expect(count(plan), plan).toBeGreaterThan(10);
    }
    expect(count("a statement takes too long")).toBe(1);
    expect(total(kills)).toBe(76);
    expect(total(failures) + count("a statement takes too long")).toBe(110);
    expect(ended("single write, killed")).toEqual([["single write, killed: ConnectionError", 17]]);
  });
});
