import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { databaseSetup, shared, ssr } from "../../../../vitest.workspace.js";

// One seed for all files, which run in processes of their own.
process.env.SOAK_SEED ??= String(Math.floor(Math.random() * 2 ** 31));
// Files of the short run that are longer here (kit/length.ts).
process.env.DB_TEST_LENGTH = "soak";
const longer = [
  "accounting/asking-twice",
  "accounting/documents/frozen",
  "accounting/documents/paid",
  "accounting/integrity/columns",
  "accounting/invoices/numbering",
  "accounting/journal/journal",
  "accounting/ledger/clients",
  "accounting/ledger/mutations",
  "accounting/lock-order",
  "accounting/payments/races",
  "accounting/payments/random",
  "accounting/reports/random",
  "client/faults/leaks",
  "client/retry",
  "isolation/request-scope-interleaved",
  "operations/prove",
];
console.log(`Soak: SOAK_SEED=${process.env.SOAK_SEED} SOAK_SCALE=${process.env.SOAK_SCALE ?? 1}`);

// `pnpm test:soak`: the long forms of the tests. A new one is a file `*.soak.ts` here, or a line in `longer`.
export default defineConfig({
  ssr,
  test: {
    ...shared,
    name: "soak",
    root: fileURLToPath(new URL("../../../..", import.meta.url)),
    include: ["packages/db/test/soak/*.soak.ts", ...longer.map((file) => `packages/db/test/${file}.test.ts`)],
    globalSetup: databaseSetup,
    // One after another: figures of one soak must not depend on the others.
    fileParallelism: false,
    testTimeout: 15 * 60_000,
    reporters: ["verbose"],
  },
});
