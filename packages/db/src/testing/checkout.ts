import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the checkout: the nearest one above that holds the pnpm workspace, else the working directory. */
export function checkoutRoot(start = process.cwd()): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "pnpm-workspace.yaml"))) return folder;
    if (folder === dirname(folder)) return start;
  }
}

/** True where the package was installed into an app; false in the workspace that holds its sources. */
export const isInstalled = (): boolean => /[\\/]node_modules[\\/]@org[\\/]db[\\/]/.test(fileURLToPath(import.meta.url));
