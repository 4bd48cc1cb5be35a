import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Vitest 4 does not find this file by itself: it is passed with --config. Sources run as they are, without a build.
export const ssr = { resolve: { conditions: ["@org/source", "module", "node", "development|production"] } };
export const databaseSetup = ["packages/db/src/testing/global-setup.ts"];
// Limits are for what hangs. The slowest test takes a sixth of one on two quiet cores, and machines that build are rarely quiet.
export const shared = { environment: "node", testTimeout: 120_000, hookTimeout: 180_000, pool: "forks" } as const;

export default defineConfig({
  ssr,
  test: {
    // One more than there are cores: a test waits for the server half of its time. The default is one less.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        ssr,
        test: { ...shared, name: "unit", include: ["packages/*/src/**/*.test.ts"], testTimeout: 30_000 },
      },
      {
        ssr,
        test: {
          ...shared,
          name: "database",
          include: ["packages/{db,bench}/test/**/*.test.ts", "apps/*/test/**/*.test.ts"],
          exclude: ["packages/db/test/{migrations,operations,server}/**"],
          globalSetup: databaseSetup,
        },
      },
      {
        ssr,
        test: {
          ...shared,
          name: "migrations",
          include: ["packages/db/test/{migrations,operations,server}/**/*.test.ts"],
        },
      },
    ],
  },
});
