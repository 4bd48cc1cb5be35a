import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const require = createRequire(import.meta.url);
export const packageFolder = join(__dirname, "..", "..");

/** A folder of an app that has installed the built package, with files that a search would take for the package's. */
export interface App {
  readonly folder: string;
  path(...parts: string[]): string;
  write(name: string, text: string): string;
  remove(): void;
}

/** Builds the package, and installs what is published of it, with its dependencies, in the folder of an app. */
export async function installPackage(): Promise<App> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "org-db-app-")));
  const path = (...parts: string[]) => join(folder, ...parts);
  const installed = path("node_modules", "@org", "db");
  const tsup = join(dirname(require.resolve("tsup")), "cli-default.js");
  // A process of its own: esbuild resolves paths from the folder in which its first build of a process ran.
  await promisify(execFile)(process.execPath, [tsup, "--silent", "--out-dir", join(installed, "dist")], {
    cwd: packageFolder,
  });
  const manifest = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as {
    files: string[];
    dependencies: Record<string, string>;
  };
  for (const file of ["package.json", ...manifest.files.filter((name) => name !== "dist")]) {
    cpSync(join(packageFolder, file), join(installed, file), { recursive: true });
  }
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(path("node_modules", name)), { recursive: true });
    symlinkSync(realpathSync(join(packageFolder, "node_modules", name)), path("node_modules", name));
  }
  placeForeignFiles(folder);
  return {
    folder,
    path,
    write: (name, text) => {
      writeFileSync(path(name), text);
      return path(name);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Migrations and a schema.sql of the app's own, under the names that the package uses. */
export function placeForeignFiles(folder: string): void {
  mkdirSync(join(folder, "drizzle", "20200101000000_foreign"), { recursive: true });
  writeFileSync(
    join(folder, "drizzle", "20200101000000_foreign", "migration.sql"),
    "create table foreign_table (id int);\n",
  );
  writeFileSync(join(folder, "schema.sql"), "-- the app's own\n");
}

/** Every file below a folder, by its path from there. */
export const filesBelow = (folder: string): string[] => readdirSync(folder, { recursive: true }).map(String);
