import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Compiles a program of the sources into one file that plain Node.js starts, in a third of the time that tsx takes.
 * Packages stay outside. The file lies below the package, so that its dependencies are found, and is named by its content,
 * so that it is never an old one and workers do not disturb each other. Like the sources it reads migrations and schema.sql
 * from the checkout.
 */
export function bundle(entry: string, packageFolder: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    alias: { "@org/db": join(packageFolder, "src") },
    // By its URL a module of the sources finds the files beside it.
    define: { "import.meta.url": JSON.stringify(pathToFileURL(join(packageFolder, "src", "operations", "assets.ts"))) },
    logLevel: "error",
  });
  const text = outputFiles.map((file) => file.text).join("");
  const folder = join(packageFolder, ".data", "bundles");
  const file = join(folder, `${createHash("sha256").update(text).digest("hex").slice(0, 16)}.mjs`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  removeOld(folder);
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
  return file;
}

/** Bundles of sources that have changed since. Another worker may remove the same at the same time. */
function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const age = Date.now() - (statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > dayMs) rmSync(join(folder, name), { force: true });
  }
}
