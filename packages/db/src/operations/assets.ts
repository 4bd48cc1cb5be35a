import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ConfigurationError } from "../core/errors";
import { type Migration, readMigrations } from "./migrations/folder";

/*
 * The migrations and schema.sql that belong to this version of the code: here the files of the checkout. The build puts
 * `assets-embedded.ts` in the place of this module, so that what is built reads no file and a bundle carries them along.
 */

/**
 * A place in the checkout that this file itself belongs to. Throws `ConfigurationError` in a bundle that was made from the
 * sources: what lies around that is another program's.
 */
function inCheckout(path: string): string {
  // A bundler may leave no URL, or its output's; a development server adds a query.
  const own = String((import.meta as { url?: string }).url ?? "").replace(/[?#].*$/, "");
  if (!own.endsWith("/src/operations/assets.ts")) {
    throw new ConfigurationError(
      "This bundle was made from the sources of @org/db, which read migrations and schema.sql as files. Bundle the built " +
        "package instead (pnpm build, and no condition @org/source), or keep @org/db external",
    );
  }
  return fileURLToPath(new URL(path, own));
}

/** The folder of migrations of the checkout. For tests: other code asks for `packageMigrations`. */
export const migrationsFolder = (): string => inCheckout("../../../../drizzle");

/** The file schema.sql of the checkout. For tests: other code asks for `packageSchema`. */
export const schemaFile = (): string => inCheckout("../../schema.sql");

/** The migrations that belong to this version of the code, oldest first. Throws `ConfigurationError`, `MigrationError`. */
export const packageMigrations = async (): Promise<readonly Migration[]> => readMigrations(migrationsFolder());

/** The readable dump of the migrated database that belongs to this version of the code. Throws `ConfigurationError`. */
export const packageSchema = async (): Promise<string> => readFile(schemaFile(), "utf8");
