import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

type Loaded = { contents: string; loader: "json" | "text" };

/** What is used of esbuild's plugin interface. */
interface Build {
  onResolve(
    match: { filter: RegExp },
    resolve: (found: { path: string; resolveDir: string }) => { path: string; namespace?: string } | undefined,
  ): void;
  onLoad(match: { filter: RegExp; namespace: string }, load: (found: { path: string }) => Loaded | undefined): void;
}

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
export function embedAssets(packageFolder: string) {
  return {
    name: "embed-assets",
    setup(build: Build): void {
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
