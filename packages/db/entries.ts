import { domains } from "./src/domains";

/** What the build makes a file of: the exports of package.json and the command, by their path below `src/` and `dist/`. */
export const entries = [
  "index",
  "schema",
  "sql",
  ...Object.keys(domains).map((name) => `${name}/index`),
  "testing/index",
  "testing/global-setup",
  "cli/main",
];
