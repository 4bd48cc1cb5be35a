import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "node:util";
import { vi } from "vitest";
import { runCommand } from "../../src/cli/run-command";
import { compileScript } from "../kit/compile-script";

const packageFolder = join(__dirname, "..", "..");
const workspace = join(packageFolder, "..", "..");
/** The compiled tool of these sources, as the scripts of the root run it. */
const tool = await compileScript(workspace, {
  name: "org-db",
  entry: "packages/db/src/cli/main.ts",
  inputs: ["packages/db/src"],
});

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

const ofDatabase = /^(DATABASE_|DB_|PGURI|ORG_DB_TEST_RUN)/;

function start(program: string[], cwd: string, variables: Record<string, string>): ChildProcess {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofDatabase.test(name)));
  const env = { ...clean, NODE_ENV: "test", ...variables };
  return spawn(process.execPath, program, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
}

/** Starts the tool in a process of its own, with only the given variables of the database configuration. */
export function startTool(
  args: string[],
  cwd: string,
  variables: Record<string, string> = {},
  program?: string,
): ChildProcess {
  return start([program ?? tool, ...args], cwd, variables);
}

function toItsEnd(child: ChildProcess): Promise<Run> {
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

/** Runs the tool in a process to its end; `program` is its compiled file where it is not the one of these sources. */
export const runTool = (
  args: string[],
  cwd: string,
  variables?: Record<string, string>,
  program?: string,
): Promise<Run> => toItsEnd(startTool(args, cwd, variables, program));

/** Runs a script of the root, as pnpm does. */
export const runScript = (...args: string[]): Promise<Run> =>
  toItsEnd(start([join(workspace, "scripts", "run.mjs"), ...args], packageFolder, {}));

/**
 * Runs a command line in this process, for tests of what a command says and does to a database. Like a process it sees
 * only the given variables of the database configuration. It reads no .env.
 */
export async function callTool(args: string[], variables: Record<string, string> = {}): Promise<Run> {
  const lines: string[] = [];
  const note = (...values: unknown[]) => void lines.push(`${format(...values)}\n`);
  const spies = [
    vi.spyOn(console, "log").mockImplementation(note),
    vi.spyOn(console, "error").mockImplementation(note),
  ];
  for (const name of Object.keys(process.env)) if (ofDatabase.test(name)) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  try {
    return { code: await runCommand(args), output: lines.join("") };
  } finally {
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}
