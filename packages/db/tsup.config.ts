import { cpSync } from "node:fs";
import { defineConfig } from "tsup";
import { domains } from "./src/domains";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    schema: "src/schema.ts",
    sql: "src/sql.ts",
    ...Object.fromEntries(Object.keys(domains).map((name) => [`${name}/index`, `src/${name}/index.ts`])),
    "testing/index": "src/testing/index.ts",
    "testing/global-setup": "src/testing/global-setup.ts",
    "cli/main": "src/cli/main.ts",
  },
  format: "esm",
  target: "node20",
  dts: { compilerOptions: { customConditions: [] } },
  clean: true,
  splitting: true,
  sourcemap: true,
  // The package carries the migrations and the schema that it was built with.
  onSuccess: async () => {
    cpSync("../../drizzle", "dist/drizzle", { recursive: true, filter: (path) => !path.endsWith("snapshot.json") });
    cpSync("schema.sql", "dist/schema.sql");
  },
});
