import { currentTestRun, startTestRun } from "./run";

/**
 * Vitest global set-up: `test: { globalSetup: ["@org/db/testing/global-setup"] }`. One server and template per run,
 * which the projects of a workspace share: the first starts it, and Vitest calls the others' set-up after that.
 */
export default async function setup(): Promise<() => Promise<void>> {
  if (currentTestRun()) return () => Promise.resolve();
  const run = await startTestRun();
  console.log(`Tests run on PostgreSQL ${run.serverVersion} (${run.kind})`);
  return run.stop;
}
