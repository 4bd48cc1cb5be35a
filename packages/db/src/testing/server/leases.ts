/** Who still needs the development server: one small file per user of it. */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { currentOwner, ownerIsAlive } from "./processes";

/** The lease that belongs to no process: the server stays until it is stopped by name. */
const keptName = "kept";

export interface LiveLeases {
  /** Processes that use the server; one appears once per lease it holds. */
  pids: number[];
  kept: boolean;
}

/** Writes a lease of this process and returns its file. */
export async function takeLease(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { pid, started } = await currentOwner();
  const file = join(folder, `${pid}-${randomBytes(4).toString("hex")}`);
  await writeFile(file, started, { mode: 0o600 });
  return file;
}

/** Keeps the server running when its last user has gone. */
export async function keepLease(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, keptName), "", { mode: 0o600 });
}

/** The leases that count, and the files of those that do not: their processes died without giving them back. */
export async function readLeases(folder: string): Promise<LiveLeases & { dead: string[] }> {
  const leases: LiveLeases & { dead: string[] } = { pids: [], kept: false, dead: [] };
  for (const name of await readdir(folder).catch(() => [])) {
    const file = join(folder, name);
    const pid = Number(name.split("-")[0]);
    const started = await readFile(file, "utf8").catch(() => "");
    if (name === keptName) leases.kept = true;
    else if (pid > 0 && (await ownerIsAlive({ pid, started }))) leases.pids.push(pid);
    else leases.dead.push(file);
  }
  return leases;
}

/** Gives a lease back, clears those of the dead, and says whether anybody still needs the server. */
export async function releaseLease(folder: string, file: string): Promise<boolean> {
  await rm(file, { force: true });
  const { pids, kept, dead } = await readLeases(folder);
  for (const leftover of dead) await rm(leftover, { force: true });
  return kept || pids.length > 0;
}
