import { expect, it } from "vitest";
import { findingsOf } from "../accounting/ledger/model/faulty-findings";
import { runWithFaults } from "../accounting/ledger/model/faulty-run";
import { startFaultyServer } from "../accounting/ledger/model/faulty-server";
import { report, scaled, seedOf } from "./settings";

/** 32 clients post for a minute while connections are killed, five per second, and the server crashes twice. */
it("nothing acknowledged is lost, and nothing is there twice", async () => {
  const seed = seedOf(0);
  const server = await startFaultyServer();
  try {
    const run = await runWithFaults(server, { seconds: scaled(60), crashes: 2, seed });
    const { wrong, commits, inTheDark } = await findingsOf(server, run);
    report("ledger under faults", { seed, ...run.figures, commits, "found of unknown": inTheDark.done, ...inTheDark });
    expect(wrong.slice(0, 10), `seed ${seed}`).toEqual([]);
    expect(commits).toBeGreaterThan(scaled(1_000));
    expect(run.figures.kills).toBeGreaterThan(scaled(60));
  } finally {
    await server.stop();
  }
});
