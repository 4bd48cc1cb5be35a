import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const tsx = pathToFileURL(require.resolve("tsx")).href;
const main = join(__dirname, "..", "..", "src", "cli", "main.ts");

export interface Run {
  code: number | null;
  output: string;
}

/** A folder that the tool takes for a checkout: its own .env and .data. */
export function makeCheckout(): { root: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), "org-db-cli-"));
  writeFileSync(join(root, "pnpm-workspace.yaml"), "packages: []\n");
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Starts the tool as a person would, with only the given variables of the database configuration. */
export function startTool(
  args: string[],
  cwd: string,
  variables: Record<string, string> = {},
  program = main,
): ChildProcess {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(DATABASE_|DB_|PGURI|ORG_DB_TEST_RUN)/.test(name)),
  );
  return spawn(process.execPath, ["--conditions=@org/source", "--import", tsx, program, ...args], {
    cwd,
    env: { ...clean, NODE_ENV: "test", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs the tool to its end; `program` is its main.ts where it is not the one of these sources. */
export function runTool(
  args: string[],
  cwd: string,
  variables?: Record<string, string>,
  program?: string,
): Promise<Run> {
  const child = startTool(args, cwd, variables, program);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}
