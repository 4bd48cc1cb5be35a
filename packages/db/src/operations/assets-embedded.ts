import type * as assets from "./assets";
import { parseMigration } from "./migrations/folder";

/*
 * Takes the place of `assets.ts` in what is built. The two texts are modules of their own, which `embed-assets.ts` makes
 * of the checkout's files; a program loads them when it asks for them.
 */

let migrations: ReturnType<typeof assets.packageMigrations> | undefined;
let schema: ReturnType<typeof assets.packageSchema> | undefined;

/** The migrations that belong to this version of the code, oldest first. */
export const packageMigrations: typeof assets.packageMigrations = () => {
  migrations ??= import("embedded:migrations").then(({ default: texts }) =>
    Object.entries(texts).map(([name, text]) => parseMigration(name, text)),
  );
  return migrations;
};

/** The readable dump of the migrated database that belongs to this version of the code. */
export const packageSchema: typeof assets.packageSchema = () => {
  schema ??= import("embedded:schema").then(({ default: text }) => text);
  return schema;
};
