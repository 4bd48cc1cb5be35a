import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "esbuild";

/** Migrations by the names of their folders, oldest first. */
function migrationsIn(folder: string): Record<string, string> {
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? entry.name : [],
  );
  return Object.fromEntries(
    names.sort().map((name) => [name, readFileSync(join(folder, name, "migration.sql"), "utf8")] as const),
  );
}

/**
 * A plugin of esbuild that puts the migrations and schema.sql of a checkout into what is built from it: it takes
 * `operations/assets-embedded.ts` for `operations/assets.ts`. What is built looks for no file, and so cannot find a wrong
 * one. `packageFolder` is the checkout's packages/db.
 */
export function embedAssets(packageFolder: string): Plugin {
  return {
    name: "embed-assets",
    setup(build) {
      build.onResolve({ filter: /\/assets$/ }, ({ path, resolveDir }) => {
        const file = join(resolveDir, path);
        return file === join(packageFolder, "src", "operations", "assets")
          ? { path: `${file}-embedded.ts` }
          : undefined;
      });
      build.onResolve({ filter: /^embedded:/ }, ({ path }) => ({ path, namespace: "embedded" }));
      build.onLoad({ filter: /^embedded:migrations$/, namespace: "embedded" }, () => ({
        contents: JSON.stringify(migrationsIn(join(packageFolder, "..", "..", "drizzle"))),
        loader: "json",
      }));
      build.onLoad({ filter: /^embedded:schema$/, namespace: "embedded" }, () => ({
        contents: readFileSync(join(packageFolder, "schema.sql"), "utf8"),
        loader: "text",
      }));
    },
  };
}
