/** Shared by the tests of the servers: temporary folders, processes that hold a server, and waiting. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmod, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { withAdmin } from "../../src/operations/admin";
import { bundle } from "../kit/bundle";

export const isRoot = process.getuid?.() === 0;

const folders: string[] = [];

/** A folder that every account may enter, removed by `removeFolders`. */
export async function temporaryFolder(mode = 0o755): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "org-db-spec-")));
  await chmod(folder, mode);
  folders.push(folder);
  return folder;
}

/** Copies a folder with owners and modes: a cluster that is copied takes a tenth of the time of one that is made. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await promisify(execFile)("cp", ["-a", from, to]);
}

export async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

export interface HeldServer {
  adminUrl: string;
  port: number;
  reused: boolean;
  dataDirectory: string;
  folder: string;
  pid: number;
}

const packageFolder = join(import.meta.dirname, "../..");
let program: string | undefined;

/** Starts a process that holds a server; `started` resolves when the server accepts connections. */
export function holdServer(kind: "development" | "throwaway", root = "") {
  program ??= bundle(join(import.meta.dirname, "fixtures/hold.ts"), packageFolder);
  const child: ChildProcess = spawn(process.execPath, [program, kind, root], {
    cwd: packageFolder,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const started = new Promise<HeldServer>((resolve, reject) => {
    if (child.stdout === null) return reject(new Error("no output"));
    createInterface({ input: child.stdout }).once("line", (line) => resolve(JSON.parse(line) as HeldServer));
    child.once("exit", (code) => reject(new Error(`The holding process ended with ${code} before its server ran.`)));
  });
  const tell = async (word: string) => {
    child.stdin?.write(`${word}\n`);
    await exited;
  };
  return {
    started,
    stop: () => tell("stop"),
    exit: () => tell("exit"),
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Waits until the condition holds; fails after the limit. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>, limitMs = 15_000) {
  for (const deadline = Date.now() + limitMs; !(await condition()); ) {
    if (Date.now() > deadline) throw new Error(`Still not so after ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The first column of the first row. */
export function ask<T>(url: string, sql: string): Promise<T> {
  return withAdmin(url, async (client) => {
    const { rows } = await client.query({ text: sql, rowMode: "array" });
    return rows[0]?.[0] as T;
  });
}
