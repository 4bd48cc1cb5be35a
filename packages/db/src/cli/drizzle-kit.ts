import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ConfigurationError } from "../core/errors";
import { checkoutRoot } from "../testing/development";

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

/** Runs drizzle-kit in the package's folder, its output shown; resolves with its exit code. Ends with this process. */
export function runDrizzleKit(args: readonly string[], environment: Record<string, string> = {}): Promise<number> {
  const child = spawn(process.execPath, [executable(), ...args], {
    cwd: packageFolder(),
    stdio: "inherit",
    env: { ...process.env, ...environment },
  });
  const end = (signal: NodeJS.Signals) => child.kill(signal);
  process.once("SIGINT", end).once("SIGTERM", end);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      process.off("SIGINT", end).off("SIGTERM", end);
      resolve(code ?? (signal ? 130 : 1));
    });
  });
}
