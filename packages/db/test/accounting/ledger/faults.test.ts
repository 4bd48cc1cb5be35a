import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FaultyFindings, findingsOf } from "./model/faulty-findings";
import { type FaultyRun, runWithFaults } from "./model/faulty-run";
import { type FaultyServer, startFaultyServer } from "./model/faulty-server";

/*
 * A few seconds of clients that post while their connections are killed and the server crashes once. `pnpm test:soak`
 * goes on for a minute, and crashes it twice.
 */
const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 31));
let server: FaultyServer;
let run: FaultyRun;
let findings: FaultyFindings;

beforeAll(async () => {
  console.log(`Ledger under faults: SOAK_SEED=${seed}`);
  server = await startFaultyServer();
  run = await runWithFaults(server, { seconds: 3, crashes: 1, seed });
  findings = await findingsOf(server, run);
  console.log(JSON.stringify({ ...run.figures, commits: findings.commits, ...findings.inTheDark }));
});
afterAll(() => server?.stop());

describe(`the ledger while connections and the server die (seed ${seed})`, () => {
  it("keeps what was acknowledged, once, nothing else, and adds up", () => {
    expect(findings.wrong.slice(0, 10)).toEqual([]);
  });

  it("was disturbed while it worked", () => {
    expect(findings.commits).toBeGreaterThan(20);
    expect(run.figures.kills).toBeGreaterThan(0);
    const faults = Object.keys(run.figures).filter((name) => /^CONNECTION_FAILED/.test(name));
    expect(faults, "callers were told of lost connections").not.toEqual([]);
  });
});
