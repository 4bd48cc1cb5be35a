import { defineConfig } from "rolldown";
import { dts } from "rolldown-plugin-dts";
import { entries } from "./entries";

// The declarations that tsc wrote, in one file for each entry: a bundle has no relative imports without extensions, which
// Node.js' module resolution would refuse in an application.
export default defineConfig({
  input: Object.fromEntries(entries.map((name) => [name, `./.data/declarations/${name}.d.ts`])),
  external: [/^[^./]/],
  output: { dir: "dist", format: "esm", cleanDir: false },
  plugins: [dts({ dtsInput: true, emitDtsOnly: true })],
  logLevel: "warn",
});
