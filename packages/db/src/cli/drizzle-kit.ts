import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ConfigurationError } from "../core/errors";
import { checkoutRoot } from "../testing/checkout";

/** The folder with drizzle.config.ts. */
export const packageFolder = () => join(checkoutRoot(), "packages", "db");

/** The folder of migrations that drizzle-kit writes to. */
export const sourceMigrations = () => join(checkoutRoot(), "drizzle");

function executable(): string {
  if (!existsSync(join(packageFolder(), "drizzle.config.ts"))) {
    throw new ConfigurationError("This needs the sources of @org/db: run it in the workspace that holds packages/db");
  }
  try {
    const require = createRequire(join(packageFolder(), "package.json"));
    return join(dirname(require.resolve("drizzle-kit")), "bin.cjs");
  } catch (error) {
    throw new ConfigurationError("drizzle-kit is not installed: run this in the workspace, after pnpm install", {
      cause: error,
    });
  }
}

/** How drizzle-kit is started. */
export interface KitOptions {
  /** Variables besides those of this process. */
  environment?: Record<string, string>;
  /** Options of Node.js. */
  node?: readonly string[];
  /** Its output is shown when left out. */
  stdio?: SpawnOptions["stdio"];
}

/** Starts drizzle-kit in the package's folder. Throws `ConfigurationError`. */
export function startDrizzleKit(args: readonly string[], options: KitOptions = {}): ChildProcess {
  const { environment, node = [], stdio = "inherit" } = options;
  return spawn(process.execPath, [...node, executable(), ...args], {
    cwd: packageFolder(),
    stdio,
    env: { ...process.env, ...environment },
  });
}

/** Runs drizzle-kit to its end, its output shown; resolves with its exit code. Ends with this process. */
export const runDrizzleKit = (args: readonly string[]): Promise<number> => exitCode(startDrizzleKit(args));

/** What asks a tool to end: Ctrl-C, another process, and a terminal that is closed. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Resolves with the exit code of the process, which is told to end when this one is. */
export function exitCode(child: ChildProcess): Promise<number> {
  const end = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of endings) process.once(signal, end);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      for (const one of endings) process.off(one, end);
      resolve(code ?? (signal ? 130 : 1));
    });
  });
}
