import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundle } from "../kit/bundle";
import { type Run, runTool } from "./run-tool";

const packageFolder = join(__dirname, "..", "..");

/** A copy of the sources and migrations in which a test may change what it likes; the tool that runs is the copy's. */
export interface Checkout {
  readonly root: string;
  run(args: string[], variables?: Record<string, string>): Promise<Run>;
  /** Path in the copy, from its root. */
  path(...parts: string[]): string;
  read(path: string): string;
  write(path: string, text: string): void;
  /** Replaces a text that must be there. */
  replace(path: string, text: string, by: string): void;
  remove(): void;
}

/** Copies what the commands read. It lies below the package, so that dependencies are found. */
export function copyCheckout(): Checkout {
  mkdirSync(join(packageFolder, ".data"), { recursive: true });
  const root = mkdtempSync(join(packageFolder, ".data", "checkout-"));
  const path = (...parts: string[]) => join(root, ...parts);
  for (const part of ["src", "drizzle.config.ts", "package.json", "schema.sql"]) {
    cpSync(join(packageFolder, part), path("packages", "db", part), { recursive: true });
  }
  cpSync(join(packageFolder, "..", "..", "drizzle"), path("drizzle"), { recursive: true });
  writeFileSync(path("pnpm-workspace.yaml"), "packages: []\n");
  const read = (name: string) => readFileSync(path(name), "utf8");
  const write = (name: string, text: string) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
  };
  return {
    root,
    path,
    read,
    write,
    replace: (name, text, by) => {
      const before = read(name);
      if (!before.includes(text)) throw new Error(`${name} does not have ${text}`);
      write(
        name,
        before.replace(text, () => by),
      );
    },
    run: (args, variables) => {
      const program = bundle(path("packages", "db", "src", "cli", "main.ts"), path("packages", "db"));
      return runTool(args, root, variables, program);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
