import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { memoryFolder } from "./packages/db/src/testing/server/memory-folder.ts";

// Test servers and what else tests write are in memory where the machine has room, also those of the commands they start.
const inMemory = memoryFolder();
if (inMemory) process.env.TMPDIR = inMemory;

// Vitest 4 does not find this file by itself: it is passed with --config. Sources run as they are, without a build.
export const ssr = { resolve: { conditions: ["@org/source", "module", "node", "development|production"] } };
export const databaseSetup = ["packages/db/src/testing/global-setup.ts"];
// Limits are for what hangs. The slowest test takes a sixth of one on two quiet cores, and machines that build are rarely quiet.
export const shared = { environment: "node", testTimeout: 120_000, hookTimeout: 180_000, pool: "forks" } as const;

/** Files that change what a process has in common: they register tables, or use the process's own database. */
const alone = [
  "packages/db/test/isolation/new-table.test.ts",
  "packages/db/test/**/examples.test.ts",
  "packages/db/test/client/start-up.test.ts",
];
/** Files without a database that read what a process has registered, which other files add to. */
const registries = ["packages/db/src/domains.test.ts", "packages/db/src/state-pictures.test.ts"];
const withoutDatabase = "packages/db/test/{budget,kit}/**/*.test.ts";

export default defineConfig({
  ssr,
  test: {
    // One more than there are cores: a test waits for the server half of its time. The default is one less.
    maxWorkers: availableParallelism() + 1,
    reporters: ["default", "./packages/db/test/budget/reporter.ts"],
    projects: [
      {
        ssr,
        test: {
          ...shared,
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", withoutDatabase],
          exclude: registries,
          testTimeout: 30_000,
          isolate: false,
        },
      },
      { ssr, test: { ...shared, name: "unit-alone", include: registries } },
      {
        ssr,
        test: {
          ...shared,
          name: "database",
          include: ["packages/{db,bench}/test/**/*.test.ts", "apps/*/test/**/*.test.ts"],
          exclude: [withoutDatabase, ...alone],
          globalSetup: databaseSetup,
          // Files of one worker share the modules that they import: loading them costs a second of CPU.
          isolate: false,
        },
      },
      { ssr, test: { ...shared, name: "alone", include: alone, globalSetup: databaseSetup } },
    ],
  },
});
