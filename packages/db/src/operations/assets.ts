import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigurationError } from "../core/errors";

/**
 * Finds a file of the project: beside the built package (the build copies it there), or in the checkout above.
 * Throws `ConfigurationError`.
 */
function locate(...names: string[]): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    for (const name of names) {
      const candidate = join(folder, name);
      if (existsSync(candidate)) return candidate;
    }
    const parent = dirname(folder);
    if (parent === folder) throw new ConfigurationError(`${names[0]} is missing: rebuild @org/db (pnpm build)`);
    folder = parent;
  }
}

/** The folder of migrations that belongs to this version of the code. */
export const migrationsFolder = () => locate("drizzle");

/** The readable dump of the migrated database that belongs to this version of the code. */
export const schemaFile = () => locate("schema.sql");
