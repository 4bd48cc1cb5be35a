/** A lock between processes: one file, freed at once when its holder dies. */
import { randomBytes } from "node:crypto";
import { link, readFile, unlink, writeFile } from "node:fs/promises";
import { ConnectionError } from "../../core/errors";
import { currentOwner, type Owner, ownerIsAlive, pause } from "./processes";

interface Holder extends Owner {
  id: string;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  const [pid, started, id] = text.trim().split(" ");
  return pid && started !== undefined && id ? { pid: Number(pid), started: started.slice(1), id } : undefined;
}

/** Appears under its name already complete: a hard link cannot be seen half written, nor replace another. */
async function take(path: string, me: Holder): Promise<boolean> {
  const draft = `${path}.${me.id}`;
  await writeFile(draft, `${me.pid} s${me.started} ${me.id}\n`, { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

/**
 * A dead lock is removed only by the holder of a second lock, which guards the removal, and only after a second look.
 * Otherwise a slow process could remove the lock that a quicker one has just taken.
 */
async function removeDead(path: string, dead: Holder, deadline: number): Promise<void> {
  await locked(`${path}.${dead.id}.dead`, deadline, async () => {
    if ((await readHolder(path))?.id === dead.id) await unlink(path).catch(() => undefined);
  });
}

async function locked<T>(path: string, deadline: number, work: () => Promise<T>): Promise<T> {
  const me: Holder = { ...(await currentOwner()), id: randomBytes(6).toString("hex") };
  while (!(await take(path, me))) {
    const holder = await readHolder(path);
    if (holder !== undefined && !(await ownerIsAlive(holder))) await removeDead(path, holder, deadline);
    else if (Date.now() > deadline) {
      const who = holder === undefined ? "" : ` by process ${holder.pid}`;
      throw new ConnectionError(`${path} is held${who} for too long: end that process, or remove the file.`, {
        retryable: true,
      });
    } else await pause(15 + Math.random() * 15);
  }
  try {
    return await work();
  } finally {
    await unlink(path).catch(() => undefined);
  }
}

/** Runs `work` while no other process (and no other call in this one) holds `path`; waits a bounded time for it. */
export function withLock<T>(path: string, work: () => Promise<T>, waitMs = 90_000): Promise<T> {
  return locked(path, Date.now() + waitMs, work);
}
