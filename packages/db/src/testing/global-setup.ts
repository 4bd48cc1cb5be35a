import { startTestRun } from "./run";

/** Vitest global set-up: `test: { globalSetup: ["@org/db/testing/global-setup"] }`. One server and template per run. */
export default async function setup(): Promise<() => Promise<void>> {
  const run = await startTestRun();
  console.log(`Tests run on PostgreSQL ${run.serverVersion} (${run.kind})`);
  return run.stop;
}
