/** What `postmaster.pid` of a data directory says, and whether it is still true. */
import { readFile, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, run, startedAt } from "./processes";

export interface Postmaster {
  pid: number;
  /** Undefined while the server has not written it yet. */
  port: number | undefined;
  /** `starting`, `ready`, `standby` or `stopping`; undefined while not written yet. */
  status: string | undefined;
  /** That pid is alive and is a server of this very directory. A file with `false` here is a leftover. */
  alive: boolean;
}

async function servesDirectory(pid: number, directory: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === "win32") return true;
  if (process.platform === "linux") {
    if ((await startedAt(pid)) === undefined) return false;
    const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
    if (commandLine === undefined) return isAlive(pid);
    // In a container root may see the command line of another account's process, but not its working directory.
    const workingDirectory = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    const argv = commandLine.split("\0");
    return (argv[0] ?? "").includes("postgres") && (workingDirectory === directory || argv.includes(directory));
  }
  const { output } = await run("ps", ["-o", "command=", "-p", String(pid)], { timeoutMs: 5_000 });
  return output.includes("postgres") && output.includes(directory);
}

/** Reads `postmaster.pid`; undefined when there is none. */
export async function readPostmaster(directory: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(directory, "postmaster.pid"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const lines = text.split("\n").map((line) => line.trim());
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  const valid = Number.isSafeInteger(pid) && pid > 0;
  return {
    pid: valid ? pid : 0,
    port: Number.isSafeInteger(port) && port > 0 ? port : undefined,
    status: lines[7] || undefined,
    alive: valid && (await servesDirectory(pid, await realpath(directory))),
  };
}
