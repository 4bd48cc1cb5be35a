import { defineConfig } from "tsup";
import { embedAssets } from "./embed-assets";
import { entries } from "./entries";

// The JavaScript. The declarations are bundled by rolldown.config.ts.
export default defineConfig({
  entry: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
  format: "esm",
  target: "node20",
  clean: true,
  splitting: true,
  sourcemap: true,
  // The package carries the migrations and the schema that it was built with, as modules.
  esbuildPlugins: [embedAssets(import.meta.dirname)],
});
